import contextlib
import os
import shutil
import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import setting_changed
from django.db import connection, transaction
from django.test import override_settings

import portal.drawn
from news.sample import drawings
from portal import audit_sql, images
from tests.started import Started

PICTURES = ["speaker", "delegates", "star-anise", "scales", "glassware"]


def pytest_addoption(parser):
    parser.addoption("--stress", action="store_true", help="the long runs alone (make stress)")


def pytest_collection_modifyitems(config, items):
    """Long runs are marked and run by themselves."""
    wanted = config.getoption("--stress")
    items[:] = [item for item in items if bool(item.get_closest_marker("stress")) == wanted]


# Every page that is answered from memory is drawn again in tests and must be the same.
portal.drawn.IS_CHECKED = True


@pytest.fixture(autouse=True)
def nothing_drawn_yet():
    """Every test begins without remembered pages, and so does what follows a changed setting."""

    def forget(**_kwargs):
        portal.drawn.memory.clear()

    forget()
    setting_changed.connect(forget)
    yield
    setting_changed.disconnect(forget)


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


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """The sample's pictures and a folder with their renditions: drawing takes seconds, so once."""
    root = tmp_path_factory.mktemp("drawn")
    pictures = {name: drawings.picture(name) for name in PICTURES}
    with override_settings(MEDIA_ROOT=root):
        for name, content in pictures.items():
            images.store(SimpleUploadedFile(name, content))
    return pictures, root


@contextlib.contextmanager
def finding(drawn, folder):
    """Loading the sample finds the pictures ready: their bytes, and their files in `folder`."""
    pictures, root = drawn
    shutil.copytree(root, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawings, "picture", pictures.__getitem__)
        yield


@pytest.fixture
def drawn_before(drawn, private_root):
    with finding(drawn, private_root):
        yield


@pytest.fixture(scope="session")
def started(tmp_path_factory) -> Started:
    """A site as its first start leaves it, to be copied; one for all workers of a run."""
    folder = tmp_path_factory.getbasetemp()
    return Started((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "started")


def pytest_sessionfinish(session):
    """In CI a skipped test is a failed one: something that it needs is missing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def rows_of_module(django_db_setup, django_db_blocker):
    """`with rows_of_module() as folder:` in a fixture of a module: the rows made there stay for its
    tests, and are gone after it; `folder` has the files that came with them.

    What a test changes is taken back after it, in the database: rows it changes in memory, and the
    files, it needs as copies.
    """

    @contextlib.contextmanager
    def rows_of_module():
        with (
            tempfile.TemporaryDirectory(prefix="portal-tests-") as folder,
            override_settings(MEDIA_ROOT=folder),
            django_db_blocker.unblock(),
            transaction.atomic(),
        ):
            yield folder
            transaction.set_rollback(True)

    return rows_of_module


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Django asks SQLite once a process whether it knows JSON: not while queries are counted."""
    with django_db_blocker.unblock():
        assert connection.features.supports_json_field
