"""The program that is running: its release, since when it runs, and what went wrong since.

The service loads it once, before its workers are forked (gunicorn.conf.py), so all of them have the
same start and write into the same file.
"""

import fcntl
import logging
import os
import tempfile
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.conf import settings
from django.utils import timezone

from portal import logs

STARTED = timezone.now()


@cache
def release() -> str:
    """The version, and the commit that deploy/install made a release of: "0.1.0 (3021e24b64da)"."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    version = project["project"]["version"]
    folder = settings.BASE_DIR.resolve()
    return f"{version} ({folder.name})" if folder.parent.name == "releases" else version


@dataclass(frozen=True)
class Errors:
    """How many error lines there were, and of the last one its time and the id of its request."""

    count: int = 0
    at: datetime | None = None
    request_id: str = ""


def _file_of_all_workers() -> int:
    """Without a name: it goes with the last worker."""
    with tempfile.TemporaryFile(prefix="portal-errors-") as file:
        return os.dup(file.fileno())


_FILE = _file_of_all_workers()
_LINE = 80


class ErrorCount(logging.Handler):
    """Counts lines of the level ERROR, of all workers together; the file's lock ends with whoever
    is killed while he holds it."""

    def __init__(self):
        super().__init__(logging.ERROR)

    def emit(self, record):
        try:
            fcntl.lockf(_FILE, fcntl.LOCK_EX)
            line = f"{errors().count + 1} {record.created:.3f} {logs.request_id_of(record)}"
            os.pwrite(_FILE, line.ljust(_LINE).encode(), 0)
        except OSError:
            self.handleError(record)
        finally:
            fcntl.lockf(_FILE, fcntl.LOCK_UN)


def errors() -> Errors:
    """Since the service was started."""
    words = os.pread(_FILE, _LINE, 0).decode().split()
    if not words:
        return Errors()
    count, moment, request_id = words
    at = datetime.fromtimestamp(float(moment), tz=timezone.get_current_timezone())
    return Errors(int(count), at, "" if request_id == logs.NO_REQUEST else request_id)
