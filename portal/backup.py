"""Backups: the database and every uploaded file with their checksums, and the way back.

A backup is a folder of BACKUP_DIR named after its time (UTC):

    20261128T190000Z/database.sqlite3.gz   or database.dump, pg_dump's own format
    20261128T190000Z/manifest.json         what the backup holds: tables, files, checksums
    20261128T190000Z/SHA256SUMS            of the two; "sha256sum -c" reads it
    files/ab/ab12…                         uploaded files, by checksum, shared by all backups

A file that was uploaded once is copied once, however many backups name it. Uploads are copied
before the database is read and again after it: what the database names is there. With
BACKUP_RECIPIENT (a public key of age) the database and the files are encrypted; the server then
cannot read its own backups, unless BACKUP_IDENTITY lets it prove them by a drill.
"""

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.apps import apps
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db import Error, connection, models
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import backup_databases

FILES, MANIFEST, SUMS, DRILL = "files", "manifest.json", "SHA256SUMS", "drill.json"
ENCRYPTED = ".age"
# Of past backups these many days, weeks and months keep their newest; younger ones stay all: an
# update's own is the way back to the release before it, whatever was backed up after it.
KEPT_DAYS, KEPT_WEEKS, KEPT_MONTHS = 7, 4, 12
ALL_KEPT = timedelta(days=7)
_NAME = "%Y%m%dT%H%M%SZ"
_CHUNK = 1024 * 1024


class BackupError(Exception):
    """What went wrong, in a sentence for who runs the server."""


class BusyError(BackupError):
    """Another process makes a backup or rotates them."""


@dataclass
class Manifest:
    """What a backup holds."""

    created_at: str
    engine: str
    migrations: list[str]
    database: str  # the file's name
    tables: dict[str, dict]  # by table: rows, sha256 of them in the order of their key
    files: dict[str, dict]  # by path below MEDIA_ROOT: size, mtime, sha256

    @property
    def checksums(self) -> set[str]:
        return {one["sha256"] for one in self.files.values()}

    @property
    def proved(self) -> str:
        """What a drill says that has found all of it again."""
        said = _("Proved: %(tables)s tables with %(rows)s rows, %(files)s files are as they were.")
        return said % {
            "tables": len(self.tables),
            "rows": sum(table["rows"] for table in self.tables.values()),
            "files": len(self.files),
        }


# ── Making ──────────────────────────────────────────────────────────────────────────────────────


def make(*, patience: int = 0) -> Path:
    """Back everything up; returns the new backup's folder.

    Nothing half-made stays: the folder gets its name when all is in it. BackupError says why
    there is none. `patience`: seconds to wait for another backup that is running.
    """
    with _alone(patience) as root, _named_errors():
        now = timezone.now().astimezone(UTC)
        target = root / now.strftime(_NAME)
        if target.exists():
            raise BackupError(_("A backup of this second exists already: %s.") % target)
        for left in root.glob(".part-*"):  # of a backup that was cut short: no other runs now
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=root) as name:
            part = Path(name)
            known = _newest_files(root)
            known = _copy_files(root, known)
            engine = backup_databases.of_the_site()
            database = part / (engine.file_name + (ENCRYPTED if settings.BACKUP_RECIPIENT else ""))
            with _writer(database) as output:
                tables = engine.dump(output, part)
            manifest = Manifest(
                created_at=now.isoformat(),
                engine=engine.vendor,
                migrations=_migrations(),
                database=database.name,
                tables=tables,
                files=_copy_files(root, known),
            )
            (part / MANIFEST).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
            sums = (f"{_sha256_of(part / one)}  {one}\n" for one in (database.name, MANIFEST))
            (part / SUMS).write_text("".join(sums))
            for file in part.iterdir():
                _sync(file)
            # The temporary folder removes itself: what is in it moves out first.
            target.mkdir(mode=0o700)
            for file in part.iterdir():
                file.rename(target / file.name)
            _sync(target)
        _sync(root)
        return target


def _newest_files(root: Path) -> dict[str, dict]:
    """The files of the newest backup: what did not change since is not read again."""
    for folder in reversed(existing(root)):
        with contextlib.suppress(OSError, ValueError, TypeError):
            return _read(folder).files
    return {}


def _copy_files(root: Path, known: dict[str, dict]) -> dict[str, dict]:
    """Copy the uploads that the store lacks; returns what is there, by path."""
    there = {}
    for file in default_storage.stored():
        before = known.get(file.name, {})
        is_known = (before.get("size"), before.get("mtime")) == (file.size, file.modified)
        try:
            if not is_known or not _stored(root, before["sha256"]).exists():
                before = {"sha256": _store(root, file.name)}
        except FileNotFoundError:  # deleted meanwhile
            continue
        there[file.name] = {
            "size": file.size,
            "mtime": file.modified,
            "sha256": before["sha256"],
        }
    return there


def _store(root: Path, name: str) -> str:
    """Put an upload into the store; returns its checksum."""
    with default_storage.open(name) as source:
        checksum = _sha256(source)
        target = _stored(root, checksum)
        if target.exists():
            return checksum
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}")
        part.unlink(missing_ok=True)  # of a backup that was cut short
        source.seek(0)
        with _writer(part) as output:
            copied = _copy(source, output)
        if copied != checksum:
            part.unlink()
            raise BackupError(_("The file %s changed while it was copied.") % name)
        _sync(part)
        part.rename(target)
    return checksum


def _stored(root: Path, checksum: str) -> Path:
    ending = ENCRYPTED if settings.BACKUP_RECIPIENT else ""
    return root / FILES / checksum[:2] / (checksum + ending)


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def rotate() -> list[str]:
    """Remove backups that no rule keeps, and files that no backup names; returns their names.

    While another backup is running nothing goes: it rotates when it is done.
    """
    with contextlib.suppress(BusyError), _alone() as root, _named_errors():
        folders = existing(root)
        kept = _kept(folders)
        gone = [folder for folder in folders if folder not in kept]
        for folder in gone:
            shutil.rmtree(folder)
        try:
            named = set().union(*(_read(folder).checksums for folder in kept))
        except BackupError:  # what a damaged backup names is unknown: nothing goes
            return [folder.name for folder in gone]
        for path in sorted((root / FILES).glob("*/*")):
            if path.name.removesuffix(ENCRYPTED).removeprefix(".") not in named:
                path.unlink()
        return [folder.name for folder in gone]
    return []


def _kept(folders: list[Path]) -> set[Path]:
    """All of a week; of each of the last days, weeks and months the newest."""
    young = timezone.now() - ALL_KEPT
    kept = {folder for folder in folders if time_of(folder) > young}
    for form, number in (("%Y-%m-%d", KEPT_DAYS), ("%G-%V", KEPT_WEEKS), ("%Y-%m", KEPT_MONTHS)):
        newest = {time_of(folder).strftime(form): folder for folder in folders}
        kept.update(list(newest.values())[-number:])
    return kept


def existing(root: Path) -> list[Path]:
    """The complete backups, oldest first."""
    return sorted(folder for folder in root.glob("[0-9]*T[0-9]*Z") if (folder / SUMS).is_file())


def time_of(folder: Path) -> datetime:
    return datetime.strptime(folder.name, _NAME).replace(tzinfo=UTC)


# ── Going back ──────────────────────────────────────────────────────────────────────────────────


def restore(folder: Path, *, identity: str = "") -> Manifest:
    """Put a backup into the empty database of DATABASE_URL and the empty MEDIA_ROOT.

    Everything is checked before anything is written. BackupError: a checksum differs, or the
    place is not empty.
    """
    with _named_errors():
        manifest = verify(folder, identity=identity)
        engine = backup_databases.of_the_site()
        _check_kind(manifest)
        if not engine.is_empty():
            raise BackupError(_("The database is not empty: a restore overwrites nothing."))
        if any(True for _file in default_storage.stored()):
            raise BackupError(_("The folder %s is not empty.") % default_storage.location)
        for name, file in manifest.files.items():
            with _reader(_in_store(folder.parent, file), identity) as source:
                _put_back(name, source, file["mtime"])
        with _reader(folder / manifest.database, identity) as source:
            engine.load(source)
        _compare(manifest.tables, engine.tables())
        return manifest


def _put_back(name: str, source: BinaryIO, modified: int) -> None:
    try:
        default_storage.put_back(name, source, modified)
    except SuspiciousFileOperation as error:
        raise BackupError(_("The backup names a file outside its folder: %s.") % name) from error


def verify(folder: Path, *, identity: str = "") -> Manifest:
    """Read every byte of a backup and compare the checksums; BackupError names what differs."""
    for line in _sums(folder):
        checksum, name = line.split("  ", 1)
        if not (folder / name).is_file() or _sha256_of(folder / name) != checksum:
            raise BackupError(_("Damaged or missing in the backup: %s.") % (folder / name))
    manifest = _read(folder)
    for name, file in manifest.files.items():
        path = _in_store(folder.parent, file)
        if not path.is_file():
            raise BackupError(_("Damaged or missing in the backup: %s.") % f"{path} ({name})")
        with _reader(path, identity) as source:
            if _sha256(source) != file["sha256"]:
                raise BackupError(_("Damaged or missing in the backup: %s.") % f"{path} ({name})")
    return manifest


def drill() -> Manifest:
    """Prove the newest backup: restore its database into an empty one, compare every table, and
    read every file. The outcome, good or bad, is kept for `/readyz`."""
    root = _root()
    outcome = {"at": timezone.now().isoformat(), "backup": "", "problem": ""}
    try:
        folders = existing(root)
        if not folders:
            raise BackupError(_("There is no backup yet."))
        outcome["backup"] = folders[-1].name
        with _named_errors():
            return _prove(folders[-1])
    except BackupError as error:
        outcome["problem"] = str(error)
        raise
    finally:
        _write_text(root / DRILL, json.dumps(outcome, ensure_ascii=False))


def _prove(folder: Path) -> Manifest:
    identity = settings.BACKUP_IDENTITY
    manifest = verify(folder, identity=identity)
    _check_kind(manifest)
    with backup_databases.empty_place() as engine:
        with _reader(folder / manifest.database, identity) as source:
            engine.load(source)
        _compare(manifest.tables, engine.tables())
        if missing := sorted(_named_files(engine) - manifest.files.keys()):
            raise BackupError(
                _("The database names files that the backup lacks: %s.") % ", ".join(missing[:5])
            )
    return manifest


def _check_kind(manifest: Manifest) -> None:
    here = backup_databases.of_the_site().vendor
    if here != manifest.engine:
        raise BackupError(
            _("The backup is of %(one)s, DATABASE_URL names %(other)s.")
            % {"one": manifest.engine, "other": here}
        )


def _named_files(engine) -> set[str]:
    """The uploads that the rows of a database name."""
    named = set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.FileField) and not model._meta.proxy:
                named |= engine.values(model._meta.db_table, field.column)
    return named - {None, ""}


def last_drill(root: Path) -> dict:
    """When the last drill was, of which backup, and its problem; {} before the first."""
    try:
        return json.loads((root / DRILL).read_text())
    except (OSError, ValueError):
        return {}


def _compare(expected: dict[str, dict], found: dict[str, dict]) -> None:
    different = sorted(
        name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)
    )
    if different:
        raise BackupError(_("Tables differ from the backup: %s.") % ", ".join(different))


def _read(folder: Path) -> Manifest:
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(
            _("Damaged or missing in the backup: %s.") % (folder / MANIFEST)
        ) from error


def _sums(folder: Path) -> list[str]:
    try:
        lines = (folder / SUMS).read_text().splitlines()
    except (OSError, ValueError) as error:
        raise BackupError(_("This is no complete backup: %s.") % folder) from error
    if len(lines) != 2 or not all("  " in line and "/" not in line for line in lines):
        raise BackupError(_("Damaged or missing in the backup: %s.") % (folder / SUMS))
    return lines


def _in_store(root: Path, file: dict) -> Path:
    """Where the store has a file: plain, or encrypted as it was when it came."""
    plain = root / FILES / file["sha256"][:2] / file["sha256"]
    return plain if plain.exists() else plain.with_name(plain.name + ENCRYPTED)


# ── Files ───────────────────────────────────────────────────────────────────────────────────────


def _root() -> Path:
    if not settings.BACKUP_DIR:
        raise BackupError(_("Set BACKUP_DIR to the folder of the backups."))
    root = Path(settings.BACKUP_DIR)
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if root.resolve().is_relative_to(Path(getattr(settings, name)).resolve()):
            raise BackupError(_("BACKUP_DIR must not lie in %s.") % name)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BackupError(_("BACKUP_DIR cannot be written: %s.") % error) from error
    return root


@contextlib.contextmanager
def _alone(patience: int = 0) -> Iterator[Path]:
    """BACKUP_DIR, for one process at a time; BusyError after so many seconds of waiting for it."""
    root = _root()
    with (root / ".lock").open("w") as lock:
        while not _locked(lock):
            if patience <= 0:
                raise BusyError(_("Another backup is running."))
            patience -= 1
            time.sleep(1)
        yield root


def _locked(lock) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _named_errors() -> Iterator[None]:
    """What the system or a program says becomes a sentence."""
    try:
        yield
    except OSError as error:
        raise BackupError(_("The disk or the system refused: %s.") % error) from error
    except (Error, connection.Database.Error) as error:
        raise BackupError(_("The database does not answer: %s.") % str(error).strip()) from error
    except (EOFError, gzip.BadGzipFile, subprocess.SubprocessError) as error:
        raise BackupError(_("A program that the backup needs failed: %s.") % error) from error


@contextlib.contextmanager
def _writer(path: Path) -> Iterator[BinaryIO]:
    """A new file that is written, through age where backups are encrypted."""
    with open(path, "xb", opener=_private) as file:
        if not settings.BACKUP_RECIPIENT:
            yield file
            return
        command = ["age", "--encrypt", "--recipient", settings.BACKUP_RECIPIENT]
        with _piped(command, stdin=subprocess.PIPE, stdout=file) as process:
            yield process.stdin
            process.stdin.close()


@contextlib.contextmanager
def _reader(path: Path, identity: str) -> Iterator[BinaryIO]:
    """A file of a backup that is read, through age where it is encrypted."""
    with path.open("rb") as file:
        if path.suffix != ENCRYPTED:
            yield file
            return
        if not identity:
            raise BackupError(_("The backup is encrypted: name the file of its key."))
        command = ["age", "--decrypt", "--identity", identity]
        with _piped(command, stdin=file, stdout=subprocess.PIPE) as process:
            yield process.stdout


@contextlib.contextmanager
def _piped(command: list[str], **streams) -> Iterator[subprocess.Popen]:
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stderr=said, **streams) as process,  # noqa: S603 - our own words
    ):
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        if process.wait():
            said.seek(0)
            raise BackupError(f"{command[0]}: {said.read().decode(errors='replace').strip()}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_text(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text)
    part.rename(path)


def _copy(source: BinaryIO, output: BinaryIO) -> str:
    """Copy all of it; returns its checksum."""
    digest = hashlib.sha256()
    for chunk in _chunks(source):
        digest.update(chunk)
        output.write(chunk)
    return digest.hexdigest()


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(source):
        digest.update(chunk)
    return digest.hexdigest()


def _sha256_of(path: Path) -> str:
    with path.open("rb") as source:
        return _sha256(source)


def _chunks(source: BinaryIO) -> Iterable[bytes]:
    return iter(lambda: source.read(_CHUNK), b"")


def _sync(path: Path) -> None:
    """On the disk before it gets its name: a power cut leaves a whole backup or none."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
