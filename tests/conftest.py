import os
import shutil
import tempfile

import pytest
from django.db import connection

from portal import audit_sql


def pytest_addoption(parser):
    parser.addoption("--stress", action="store_true", help="the long runs alone (make stress)")


def pytest_collection_modifyitems(config, items):
    """Long runs are marked and run by themselves."""
    wanted = config.getoption("--stress")
    items[:] = [item for item in items if bool(item.get_closest_marker("stress")) == wanted]


@pytest.fixture(autouse=True)
def private_root(settings):
    """Every test has a media folder of its own, removed afterwards."""
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="portal-tests-")
    yield settings.MEDIA_ROOT
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture(autouse=True)
def audit_trail_can_be_emptied(request):
    """A test with real transactions ends by emptying every table, which the trail refuses."""
    yield
    marker = request.node.get_closest_marker("django_db")
    by_marker = marker and marker.kwargs.get("transaction")
    if by_marker or {"transactional_db", "live_server"} & set(request.fixturenames):
        audit_sql.unprotect("default")  # the flush makes the triggers anew (post_migrate)


def pytest_sessionfinish(session):
    """In CI a skipped test is a failed one: something that it needs is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Django asks SQLite once a process whether it knows JSON: not while queries are counted."""
    with django_db_blocker.unblock():
        assert connection.features.supports_json_field
