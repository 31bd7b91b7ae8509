"""Whether the site is well: `/healthz` for the process, `/readyz` for all that it needs.

`/readyz` answers 503 and names the part that fails. It tells states, never addresses, versions or
paths: who watches from outside may read it.
"""

import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import backup, replica

# A backup is made each day and a drill each week; each may be late by some hours.
BACKUP_LASTS = timedelta(hours=30)
DRILL_LASTS = timedelta(days=8)
LEAST_FREE = 0.05  # of the disk
_MIGRATIONS_SECONDS = 60  # reading every migration file at each question would be a load


class UnwellError(Exception):
    """What is wrong with a part, in a word or two."""


@require_safe
@never_cache
def healthz(_request):
    """The process answers; nothing else is asked, so that a database at rest restarts nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(_request):
    """Every part with its state; 503 when one of them fails."""
    states = check()
    is_well = all(state == "ok" for state in states.values())
    return JsonResponse(
        {"status": "ok" if is_well else "fail", "parts": states}, status=200 if is_well else 503
    )


def check() -> dict[str, str]:
    """By part "ok" or what is wrong with it."""
    return {name: _state(probe) for name, probe in _probes().items()}


def _probes() -> dict[str, Callable[[], None]]:
    probes = {
        "database": _database,
        "migrations": _migrations,
        "cache": _cache,
        "media": _media,
        "disk": _disk,
    }
    if replica.ALIAS in settings.DATABASES:
        probes["replica"] = _replica
    if settings.BACKUP_DIR:
        probes |= {"backup": _backup, "drill": _drill}
    return probes


def _state(probe: Callable[[], None]) -> str:
    try:
        probe()
    except UnwellError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever a part raises, it is not well
        return type(error).__name__
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _replica() -> None:
    """Readers notice nothing of it, the primary does."""
    if not replica.watch.is_well():
        raise UnwellError("down or behind")


def _migrations() -> None:
    if _pending(int(time.monotonic() / _MIGRATIONS_SECONDS)):
        raise UnwellError("pending")


@lru_cache(maxsize=1)
def _pending(_minute: int) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _cache() -> None:
    word = os.urandom(8).hex()
    cache.set(f"health-{word}", word, 10)
    if cache.get(f"health-{word}") != word:
        raise UnwellError("forgets")
    cache.delete(f"health-{word}")


def _media() -> None:
    default_storage.try_out()


def disks() -> dict[str, tuple]:
    """`shutil.disk_usage` of the folders of "media" and "backup", as far as they are there."""
    folders = {"media": settings.MEDIA_ROOT, "backup": settings.BACKUP_DIR}
    there = {name: folder for name, folder in folders.items() if folder and Path(folder).exists()}
    return {name: shutil.disk_usage(folder) for name, folder in there.items()}


def _disk() -> None:
    if any(usage.free < LEAST_FREE * usage.total for usage in disks().values()):
        raise UnwellError("nearly full")


def _backup() -> None:
    folders = backup.existing(Path(settings.BACKUP_DIR))
    if not folders:
        raise UnwellError("none")
    age = timezone.now() - backup.time_of(folders[-1])
    if age > BACKUP_LASTS:
        raise UnwellError(f"{age.total_seconds() // 3600:.0f} hours old")


def _drill() -> None:
    last = backup.last_drill(Path(settings.BACKUP_DIR))
    if not last:
        raise UnwellError("none")
    if last["problem"]:
        raise UnwellError("failed")
    age = timezone.now() - parse_datetime(last["at"])
    if age > DRILL_LASTS:
        raise UnwellError(f"{age.days} days old")
