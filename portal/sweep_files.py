"""The sweep of files: uploads by what they hold, and the program by a record made before.

Uploads bear a name made from their content (`portal.files`), so each can be judged by itself. The
program cannot: `learn` writes down what every file of it is, under a key made from SECRET_KEY, in
a folder outside of what is served. Whoever can read SECRET_KEY and write that folder can forge
the record; for him the copy of it that lies on another machine is the proof.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import stat
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from PIL import Image

from portal import files, foreign_html, spam, sweep_compiled
from portal.sweep_pictures import Pictures
from portal.sweep_records import Area, Found, Kind

_DAY = 24 * 3600
_PARTIAL = ".partial-"  # portal.files writes beside, then renames


def folder() -> Path:
    """Where the record and what was set aside lie: SWEEP_DIR, or beside the uploads."""
    return Path(settings.SWEEP_DIR or f"{Path(settings.MEDIA_ROOT)}-sweep")


def quarantine() -> Path:
    return folder() / "set-aside"


# ── Uploads ─────────────────────────────────────────────────────────────────────────────────────
_DOCUMENTS = "|".join(files.DOCUMENT_TYPES)
_NAMES = {
    files.RENDITIONS: re.compile(
        r"(?P<sum>[0-9a-f]{32})-(?P<width>[1-9]\d{0,4})\.(?P<type>webp|jpg)"
    ),
    files.ORIGINALS: re.compile(r"(?P<sum>[0-9a-f]{32})\.(?P<type>jpe?g|png|webp|gif|heic|heif)"),
    files.DOCUMENTS: re.compile(rf"(?P<sum>[0-9a-f]{{32}})\.(?P<type>{_DOCUMENTS})"),
    files.WORD_FILES: re.compile(r"(?P<sum>[0-9a-f]{32})-[A-Za-z0-9]{8}\.(?P<type>docx)"),
}
_STARTS = {
    "pdf": (b"%PDF-",),
    "jpg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "zip": (b"PK\x03\x04",),
}
_ZIPS = {"zip", "docx", "xlsx", "odt", "ods"}
_NO_DATA = re.compile(rb"<\?php|<script|<html|eval\(\$|base64_decode", re.IGNORECASE)


class MediaSweep:
    """One pass over MEDIA_ROOT. `checksums()` first, so that the rows can say which they name."""

    def __init__(self, root: Path | None = None):
        self.root = Path(root or settings.MEDIA_ROOT)
        self.files = 0
        self.pictures = Pictures(self.root, timezone.localdate())

    def checksums(self) -> set[str]:
        """The checksums in the names of all files that have such a name."""
        return {
            match["sum"] for path in self._well_placed() if (match := self._match(path)) is not None
        }

    def run(self, unnamed: set[str]) -> Iterator[Found]:
        """Everything foreign, and the files no row names (`unnamed`) that are older than a day."""
        if not self.root.is_dir():
            return
        for path in _walk(self.root):
            self.files += 1
            kind, words = self._judge(path)
            if kind is None and self._is_orphan(path, unnamed):
                kind = Kind.ORPHAN
            elif kind is None and self._has_lost_its_original(path, unnamed):
                kind = Kind.MISSING
            if kind is not None:
                yield self._found(path, kind, words)

    def _found(self, path: Path, kind: Kind, words: str) -> Found:
        place = os.fsencode(path.relative_to(self.root)).decode("utf-8", "backslashreplace")
        return Found(Area.MEDIA, kind, path=place, words=words)

    def _well_placed(self) -> Iterator[Path]:
        for name in _NAMES:
            if (self.root / name).is_dir() and not (self.root / name).is_symlink():
                with os.scandir(self.root / name) as entries:
                    for entry in entries:
                        yield Path(entry.path)

    def _match(self, path: Path) -> re.Match | None:
        pattern = _NAMES.get(path.parent.name) if path.parent.parent == self.root else None
        return pattern.fullmatch(path.name) if pattern else None

    def _judge(self, path: Path) -> tuple[Kind | None, str]:
        if path.is_symlink():
            return Kind.SYMLINK, os.readlink(path)  # noqa: PTH115 - the words, not a path
        if path.is_dir():
            is_ours = path.parent == self.root and path.name in _NAMES
            return (None, "") if is_ours else (Kind.FOLDER, "")
        if self._is_being_written(path):
            return None, ""
        match = self._match(path)
        if match is None or not path.is_file():
            return Kind.FOREIGN, _start(path)
        if path.stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH | stat.S_IWOTH):
            return Kind.MODE, stat.filemode(path.stat().st_mode)
        return self._judge_content(path, match)

    def _judge_content(self, path: Path, match: re.Match) -> tuple[Kind | None, str]:
        try:
            with path.open("rb") as file:
                kind, words = _judge_upload(file, path.parent.name, match)
        except OSError as error:
            return Kind.FOREIGN, str(error.strerror)
        is_rendition = kind is None and path.parent.name == files.RENDITIONS
        if is_rendition and not self._shows_its_photo(path, match["sum"]):
            return Kind.TYPE, gettext("another picture than the original's")
        return kind, words

    def _shows_its_photo(self, path: Path, checksum: str) -> bool:
        try:
            return self.pictures.shows_its_photo(path, checksum)
        except Exception:  # noqa: BLE001 - Pillow raises anything on bad data
            return False

    def _has_lost_its_original(self, path: Path, unnamed: set[str]) -> bool:
        """Whether rows name a rendition that nothing can be compared with."""
        match = self._match(path) if path.parent.name == files.RENDITIONS else None
        if match is None or match["sum"] in unnamed:
            return False
        return match["sum"] not in self.pictures.originals

    def _is_being_written(self, path: Path) -> bool:
        is_new = time.time() - path.lstat().st_mtime < _DAY
        return path.name.startswith(_PARTIAL) and path.parent.parent == self.root and is_new

    def _is_orphan(self, path: Path, unnamed: set[str]) -> bool:
        match = self._match(path)
        if match is None or match["sum"] not in unnamed:
            return False
        return time.time() - path.stat().st_mtime > _DAY


class BucketSweep:
    """The same over the bucket of MEDIA_STORAGE_URL: every object is read, one at a time.

    What a disk alone can have, links and modes, is not there; what is found is removed by hand.
    """

    def __init__(self):
        self.files = 0

    def checksums(self) -> set[str]:
        matches = (self._match(file.name) for file in default_storage.stored())
        return {match["sum"] for match in matches if match is not None}

    def run(self, unnamed: set[str]) -> Iterator[Found]:
        before = (time.time() - _DAY) * 1e9
        for file in default_storage.stored():
            self.files += 1
            match = self._match(file.name)
            try:
                kind, words = self._judge(file.name, match)
            except FileNotFoundError:  # deleted meanwhile
                continue
            if kind is None and match["sum"] in unnamed and file.modified < before:
                kind = Kind.ORPHAN
            if kind is not None:
                yield Found(Area.MEDIA, kind, path=file.name, words=words)

    @staticmethod
    def _match(name: str) -> re.Match | None:
        folder, _slash, rest = name.partition("/")
        return _NAMES[folder].fullmatch(rest) if folder in _NAMES else None

    @staticmethod
    def _judge(name: str, match: re.Match | None) -> tuple[Kind | None, str]:
        with default_storage.open(name) as file:
            if match is None:
                return Kind.FOREIGN, _start_of(file)
            return _judge_upload(file, name.partition("/")[0], match)


def uploads() -> MediaSweep | BucketSweep:
    """The pass over the uploads, wherever they lie."""
    return MediaSweep() if default_storage.is_local else BucketSweep()


def _judge_upload(file, place: str, match: re.Match) -> tuple[Kind | None, str]:
    """An open file by what its name promises; `place`: the folder it lies in."""
    if not _is_of_type(file, match["type"]):
        return Kind.TYPE, _start_of(file)
    if place == files.RENDITIONS:
        return _judge_rendition(file, match)
    if files.checksum(file) != match["sum"]:
        return Kind.CHECKSUM, _start_of(file)
    return None, ""


def _walk(root: Path) -> Iterator[Path]:
    """Everything below a folder, symbolic links not followed, in the order of names."""
    with os.scandir(root) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        yield Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))


def _start(path: Path) -> str:
    """The first bytes of a file as text, for the eye."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return _start_of(file)
    except OSError as error:
        return str(error.strerror)


def _start_of(file) -> str:
    file.seek(0)
    return file.read(80).decode("utf-8", "replace")


def _is_of_type(file, kind: str) -> bool:
    head = file.read(16)
    file.seek(0)
    if kind in _ZIPS:
        return head.startswith(b"PK\x03\x04") and zipfile.is_zipfile(file)
    if kind == "webp":
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    if kind in {"heic", "heif"}:
        return head[4:8] == b"ftyp"
    return head.startswith(_STARTS["jpg" if kind == "jpeg" else kind])


def _judge_rendition(file, match: re.Match) -> tuple[Kind | None, str]:
    """A rendition was made by us: nothing follows its end, and its width is its name's."""
    data = file.read()
    is_webp = match["type"] == "webp"
    end = 8 + int.from_bytes(data[4:8], "little") if is_webp else _jpeg_end(data)
    tail, found = data[end:], _NO_DATA.search(data)
    if tail or found:
        shown = data[found.start() : found.start() + 80] if found else tail[:80]
        return Kind.TAIL, shown.decode("utf-8", "replace")
    file.seek(0)
    try:
        with Image.open(file, formats=["WEBP", "JPEG"]) as image:
            width = image.width
    except Exception as error:  # noqa: BLE001 - Pillow raises anything on bad data
        return Kind.TYPE, str(error)
    if width != int(match["width"]):
        return Kind.TYPE, f"{width} px"
    return None, ""


def _jpeg_end(data: bytes) -> int:
    """Where the first end mark after the start of the picture's data stands."""
    at = 2
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != b"\xda":
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    found = data.find(b"\xff\xd9", at)
    return found + 2 if found >= 0 else len(data)


# ── The program ─────────────────────────────────────────────────────────────────────────────────
_RECORD = "program.json"
_PASSED_OVER = {
    *(".git", ".venv", "__pycache__", ".pytest_cache", ".ruff_cache", ".import_linter_cache"),
    *("node_modules", ".make", "output"),
}
_OF_LIBRARIES = {".py", ".pth", ".so", ".html", ".js", ".pyc"}
_TEXTS = {".html", ".js", ".css", ".txt", ".xml", ".py", ".svg", ".json"}
# They start with every Python of the environment, whatever the program says.
_STARTERS = {"sitecustomize.py", "usercustomize.py"}
_SERVER_PAGES = re.compile(r"\.(?:php\d?|phtml|phar|asp|aspx|jsp|cgi|pl)$", re.IGNORECASE)
_OF_SPAM = {"listed", "name", "ending"}
_OWN_DATA = {"portal/foreign_html.py", "portal/spam.py"}  # they name what they look for


class CodeSweep:
    """One pass over the program: its folder, and outside of tests the static files served and the
    libraries installed."""

    def __init__(self, hosts: spam.Hosts, root: Path | None = None):
        self.hosts = hosts
        self.files = 0
        base = Path(root or settings.BASE_DIR)
        self.roots = {"program": base}
        if root is None:
            self.roots["static"] = Path(settings.STATIC_ROOT)
            self.roots["libraries"] = Path(sysconfig.get_paths()["purelib"])
        self.left_out = {
            Path(one).resolve()
            for one in (
                settings.MEDIA_ROOT,
                settings.BACKUP_DIR or settings.MEDIA_ROOT,
                settings.STATIC_ROOT,
                folder(),
            )
        }

    # ── What is there ───────────────────────────────────────────────────────────────────────────
    def paths(self) -> Iterator[tuple[str, Path]]:
        """("program/news/views.py", its path) of every file that counts."""
        for name, root in self.roots.items():
            if root.is_dir():
                for path in self._below(root):
                    if name != "libraries" or path.suffix in _OF_LIBRARIES:
                        yield f"{name}/{path.relative_to(root).as_posix()}", path

    def _below(self, top: Path) -> Iterator[Path]:
        with os.scandir(top) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _PASSED_OVER and not self._is_left_out(path):
                    yield from self._below(path)
            elif not _is_data(entry.name):
                yield path

    def _is_left_out(self, path: Path) -> bool:
        return path.resolve() in self.left_out and path not in self.roots.values()

    def digests(self) -> Iterator[tuple[str, str]]:
        key = salted_hmac("portal.sweep", "files", algorithm="sha256").digest()
        for name, path in self.paths():
            yield name, _digest(path, key)

    # ── The record ──────────────────────────────────────────────────────────────────────────────
    def learn(self) -> int:
        """Write down what the program is now; returns the number of files."""
        known = dict(self.digests())
        body = {"made_at": timezone.now().isoformat(), "files": known}
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        target = folder() / _RECORD
        beside = target.with_suffix(".new")
        beside.write_text(json.dumps(body | {"seal": _seal(body)}), encoding="utf-8")
        beside.chmod(0o600)
        beside.replace(target)
        return len(known)

    def run(self) -> Iterator[Found]:
        yield from self._settings_file()
        try:
            known = _read_record()
        except ValueError:
            yield Found(Area.CODE, Kind.FORGED, path=str(folder() / _RECORD))
            known = None
        else:
            if known is None:
                yield Found(Area.CODE, Kind.NO_RECORD, path=str(folder() / _RECORD))
        yield from self._compare(known) if known is not None else self._look_alone()
        yield from self._compiled()

    def _compiled(self) -> Iterator[Found]:
        """What Python would run in place of a source of the program or of a library."""
        folders = {
            path: name.rpartition("/")[0] for name, path in self.paths() if path.suffix == ".py"
        }
        for source, path in sweep_compiled.exchanged(list(folders)):
            place = f"{folders[source]}/__pycache__/{path.name}"
            words = gettext("compiled from something else than its source")
            yield Found(Area.CODE, Kind.TYPE, path=place, words=words)

    def _compare(self, known: dict[str, str]) -> Iterator[Found]:
        missing = {name for name in known if name.split("/")[0] in self.roots}
        places = dict(self.paths())
        key = salted_hmac("portal.sweep", "files", algorithm="sha256").digest()
        for name, path in places.items():
            self.files += 1
            missing.discard(name)
            if name not in known:
                yield Found(Area.CODE, Kind.ADDED, path=name, words=self._telling(path))
            elif not hmac.compare_digest(known[name], _digest(path, key)):
                yield Found(Area.CODE, Kind.CHANGED, path=name, words=self._telling(path))
        for name in sorted(missing):
            yield Found(Area.CODE, Kind.MISSING, path=name)

    def _telling(self, path: Path) -> str:
        """What in a changed file shows why; "" when nothing stands out."""
        return next((words for _kind, words in self._within(path)), "")

    def _look_alone(self) -> Iterator[Found]:
        """Without a record: what no file of the program or of its libraries is or holds."""
        for name, path in self.paths():
            self.files += 1
            is_alone = path.suffix == ".pyc"  # outside of __pycache__ it runs without a source
            if is_alone or path.name in _STARTERS or _SERVER_PAGES.search(path.name):
                yield Found(Area.CODE, Kind.FOREIGN, path=name, words=_start(path))
            elif not name.startswith("libraries/") and not _is_test(name):
                for kind, words in dict(self._within(path)).items():
                    yield Found(Area.CODE, kind, path=name, words=words)

    def _within(self, path: Path) -> Iterator[tuple[Kind, str]]:
        """Spam in a text file: hidden links, addresses, words, programs of other languages."""
        if path.suffix not in _TEXTS or path.is_symlink() or path.as_posix().endswith(_OWN_ENDS):
            return
        text = path.read_text(encoding="utf-8", errors="replace")
        for address in foreign_html.addresses(text):
            if self._leads_away(address):
                yield Kind.LINK, address
        if path.suffix in {".html", ".xml", ".svg"}:
            yield from self._of_page(text)
        elif path.suffix in {".js", ".css"} and (brand := _first_brand(text)):
            yield Kind.WORDS, brand

    def _of_page(self, text: str) -> Iterator[tuple[Kind, str]]:
        if found := foreign_html.program(text):
            yield Kind.PROGRAM, found
        if found := spam.words(text):
            yield Kind.WORDS, ", ".join(word.term for word in found)
        for trace in foreign_html.read(text, lambda address, _w: self._leads_away(address)).traces:
            if trace.kind == "hidden" and "//" in trace.words:
                yield Kind.HIDDEN, trace.words

    def _leads_away(self, address: str) -> str:
        """A program may show an address with a password; it names no site of spam."""
        reason = self.hosts.refuses(address)
        return "link" if reason and reason.code in _OF_SPAM else ""

    @staticmethod
    def _settings_file() -> Iterator[Found]:
        """The file with SECRET_KEY: nobody but its owner and group reads it, only he writes it."""
        path = Path(settings.SETTINGS_FILE)
        if path.is_file():
            mode = path.stat().st_mode
            if mode & (stat.S_IRWXO | stat.S_IWGRP | stat.S_IXGRP):
                yield Found(Area.CODE, Kind.MODE, path=str(path), words=stat.filemode(mode))


_OWN_ENDS = tuple(f"/{name}" for name in _OWN_DATA) + tuple(
    f"/portal/spam_{name}.txt" for name in ("words", "brands", "hosts")
)


def _is_test(name: str) -> bool:
    return name.startswith(("program/tests/", "program/docs/", "program/locale/"))


def _is_data(name: str) -> bool:
    """The database and what gzip and brotli make of static files."""
    return re.search(r"\.sqlite3(?:-\w+)?$|^\.env$", name) is not None


def _first_brand(text: str) -> str:
    return next((word.term for word in spam.words(text) if word.is_brand), "")


def _digest(path: Path, key: bytes) -> str:
    """Keyed, so that nobody learns from the record what a file holds. A link is where it leads."""
    if path.is_symlink():
        return hmac.new(key, b"link:" + os.fsencode(path.readlink()), hashlib.sha256).hexdigest()
    digest = hmac.new(key, digestmod=hashlib.sha256)
    try:
        with path.open("rb") as file:
            for chunk in iter(lambda: file.read(256 * 1024), b""):
                digest.update(chunk)
    except OSError as error:
        return str(error.strerror)
    return digest.hexdigest()


def _seal(body: dict) -> str:
    text = json.dumps(body, sort_keys=True)
    return salted_hmac("portal.sweep.record", text, algorithm="sha256").hexdigest()


def _read_record() -> dict[str, str] | None:
    """The files written down, None without a record. Raises ValueError when it is not genuine."""
    path = folder() / _RECORD
    if not path.is_file():
        return None
    body = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(body, dict) or not isinstance(seal := body.pop("seal", None), str):
        raise ValueError("no seal")
    if not hmac.compare_digest(seal, _seal(body)):
        raise ValueError("wrong seal")
    return body["files"]


def record_age() -> str:
    """When the record was made, as it says itself; "" without one."""
    try:
        text = (folder() / _RECORD).read_text(encoding="utf-8")
        return str(json.loads(text).get("made_at", ""))
    except (OSError, ValueError, AttributeError):
        return ""
