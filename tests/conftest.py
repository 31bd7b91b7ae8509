import os
import shutil
import tempfile

import pytest


@pytest.fixture(autouse=True)
def private_root(settings):
    """Every test has a media folder of its own, removed afterwards."""
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="portal-tests-")
    yield settings.MEDIA_ROOT
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def pytest_sessionfinish(session):
    """In CI a skipped test is a failed one: something that it needs is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
