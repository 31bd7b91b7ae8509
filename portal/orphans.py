"""Uploaded files that nothing names any more."""

import re
import time
from collections.abc import Iterator
from pathlib import PurePosixPath

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import models
from reversion.models import Version

# A file is written before its row: one that is this old has none.
RESTS = 24 * 60 * 60
_CHECKSUM = re.compile(r"([0-9a-f]{32})[.-]")


def remove() -> int:
    """Delete the files that no row and no past version names; returns how many.

    A version can be restored with its photos, so what it names stays.
    """
    named = _named()
    gone = 0
    for name, checksum in _old_files():
        if checksum in named:
            continue
        if Version.objects.filter(serialized_data__contains=checksum).exists():
            named.add(checksum)
            continue
        default_storage.delete(name)
        gone += 1
    return gone


def _named() -> set[str]:
    """The checksums that the rows' files have; renditions bear the checksum of their original."""
    named = set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField) and not model._meta.proxy:
                names = model._base_manager.exclude(**{field.name: ""}).values_list(field.name)
                named.update(_checksum(name) for (name,) in names.iterator() if name)
    return named


def _old_files() -> Iterator[tuple[str, str]]:
    """Our own files that are older than a day, with their checksums; what was cut short as well."""
    before = (time.time() - RESTS) * 1e9
    for file in [*default_storage.stored(), *default_storage.half_written()]:
        name = PurePosixPath(file.name)
        is_ours = len(name.parts) == 2  # a folder of ours, a file in it
        checksum = _checksum(name.name)
        if is_ours and file.modified < before and (checksum or name.name.startswith(".partial-")):
            yield file.name, checksum or name.name


def _checksum(name: str) -> str:
    found = _CHECKSUM.search(name)
    return found[1] if found else ""
