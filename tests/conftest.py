import shutil
import tempfile

import pytest


@pytest.fixture(autouse=True)
def private_root(settings):
    """Every test has a media folder of its own, removed afterwards."""
    settings.MEDIA_ROOT = tempfile.mkdtemp(prefix="portal-tests-")
    yield settings.MEDIA_ROOT
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
