"""Uploaded files: the private root, what comes in, and who may have it.

Every upload lies below MEDIA_ROOT under a name made from its content, and nothing below it is
served but by `media`, which asks the apps' doors. Documents are judged by portal.documents,
photos are handled by portal.images.
"""

import hashlib
import logging
import os
import re
import resource
import stat
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from django import forms
from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse
from django.urls import get_resolver, get_urlconf, reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal import documents, freshness, text, virus_scan
from portal.admin_access import may_enter
from portal.replica import on_primary

RENDITIONS = "anh"  # shrunken photos, the only images ever served
ORIGINALS = "goc"  # photos as uploaded, with all they may tell; never served
DOCUMENTS = "tep"
WORD_FILES = "word"  # Word files as handed in; never served

MEGABYTE = documents.MEGABYTE
MAX_SIZE = documents.MAX_SIZE
PATIENCE = 60  # seconds to wait until another file is done with

# What `media` serves. A closed list: HTML, SVG and scripts are not in it.
IMAGE_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
DOCUMENT_TYPES = documents.TYPES

logger = logging.getLogger(__name__)

# ── The private root ────────────────────────────────────────────────────────────────────────────


class StoredFile(NamedTuple):
    """A file below the private root: its name there, its bytes, when it was written (ns)."""

    name: str
    size: int
    modified: int


class PrivateStorage(FileSystemStorage):
    """MEDIA_ROOT with names made from content: what is there already is never written again.

    Beside what Django asks of a storage it has what backup, maintenance and health need;
    portal.s3.S3Storage offers the same.
    """

    is_local = True

    def get_available_name(self, name, max_length=None):
        return name

    def _save(self, name, content):
        path = Path(self.path(name))
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, content)
        return name

    def url(self, name):
        return media_prefix() + PurePosixPath(name).name

    def stored(self, prefix: str = "") -> Iterator[StoredFile]:
        """The whole files whose names begin with `prefix`; those of a folder in their order."""
        for folder, folders, names in os.walk(Path(self.location, prefix.rpartition("/")[0])):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for path in (Path(folder, one) for one in sorted(names) if not one.startswith(".")):
                name = path.relative_to(self.location).as_posix()
                if name.startswith(prefix):
                    yield from self._facts(name, path)

    def half_written(self) -> Iterator[StoredFile]:
        """What was never finished, or is being written just now."""
        for path in Path(self.location).glob("*/.partial-*"):
            yield from self._facts(path.relative_to(self.location).as_posix(), path)

    @staticmethod
    def _facts(name: str, path: Path) -> Iterator[StoredFile]:
        """One or none: a link is no file of ours, and a file may be gone by now."""
        with suppress(FileNotFoundError):
            state = path.lstat()
            if stat.S_ISREG(state.st_mode):
                yield StoredFile(name, state.st_size, state.st_mtime_ns)

    def put_back(self, name: str, source, modified: int) -> None:
        """Write a file of a backup; SuspiciousFileOperation: its name leads out of the root."""
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, File(source))
        os.utime(path, ns=(modified, modified))

    def try_out(self) -> None:
        """OSError where nothing can be written."""
        Path(self.location).mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(prefix=".health-", dir=self.location) as file:
            file.write(b"ok")
            file.flush()


def _write(path: Path, content) -> None:
    """Write beside, fsync, rename: a full disk or a killed process leaves no partial file."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
            file.flush()
            os.fchmod(file.fileno(), settings.FILE_UPLOAD_PERMISSIONS)
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename last: without it the row may outlive a power cut and the file may not."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@lru_cache(maxsize=1)
def media_prefix() -> str:
    """The address below which files are served; one reverse() for a picture's nine addresses."""
    return reverse("media", args=["-"])[:-1]


def checksum(file) -> str:
    """The first 32 hex digits of the content's SHA-256; `file` is left at its start."""
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in iter(lambda: file.read(64 * 1024), b""):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()[:32]


def shown_name(upload) -> str:
    """The name a file was given, as text for a sentence: NFC, no folders, at most 80 characters."""
    name = (getattr(upload, "name", None) or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = text.normalize_line(name)
    return name if len(name) <= 80 else f"{name[:40]}…{name[-39:]}"


# ── Documents, judged by what they hold ─────────────────────────────────────────────────────────


@dataclass(frozen=True)
class AttachmentInfo:
    """What was found in a document; `size` in bytes, `pages` where the format tells, `links` the
    sites it leads to."""

    extension: str
    content_type: str
    size: int
    pages: int | None
    checksum: str
    links: tuple[str, ...]


EMPTY = _("The file “%(name)s” is empty, please choose another one.")
_TOO_LARGE = _("The file has %(size)s, at most %(limit)s.")
_UNKNOWN = _(
    "The file “%(name)s” is not of an allowed type, please choose a PDF, DOCX, XLSX, ODT, ODS or "
    "ZIP file."
)
_OLD_OFFICE = _(
    "The file “%(name)s” is in an old Office format or has a password, please save it as DOCX or "
    "XLSX without a password and choose the new file."
)
_DAMAGED = _(
    "The file “%(name)s” is damaged or incomplete, please open it on your computer, save it again "
    "and choose the new file."
)
_LOCKED = _(
    "The file “%(name)s” has a password, please save it without a password and choose the new file."
)
_ACTIVE = _(
    "The file “%(name)s” holds scripts or commands that run on opening, please print it to a new "
    "PDF file and choose that file."
)
_CARRIER = _("The file “%(name)s” holds other files, please attach them one by one.")
_MACROS = _(
    "The file “%(name)s” holds macros, please save it without macros and choose the new file."
)
_EXTERNAL = _(
    "The file “%(name)s” takes a template, pictures or data from outside, please save it as PDF "
    "and choose that file."
)
_TOO_MUCH = _(
    "The file “%(name)s” holds too much when it is unpacked, please split it or save it as PDF."
)
_TOO_COMPLEX = _(
    "The file “%(name)s” is too complicated to be checked, please print it to a new PDF file and "
    "choose that file."
)
_TOO_MANY = _(
    "The documents sent together take the server too long to check. Please save, then add "
    "“%(name)s” and those after it in another step."
)
BUSY = _("The server is busy with other files, please wait a minute and try again.")
_ENTRY = _(
    "The file “%(name)s” holds “%(entry)s”, which is not allowed, please take it out and choose "
    "the new file."
)


_SENTENCES = {
    "unknown": _UNKNOWN,
    "old_office": _OLD_OFFICE,
    "damaged": _DAMAGED,
    "locked": _LOCKED,
    "active": _ACTIVE,
    "carrier": _CARRIER,
    "macros": _MACROS,
    "external": _EXTERNAL,
    "too_much": _TOO_MUCH,
    "too_complex": _TOO_COMPLEX,
    "entry": _ENTRY,
}


def inspect_attachment(upload) -> AttachmentInfo:
    """Judge a document by its content, never by its ending.

    `upload`: an open binary file with `name` and `size`; left at its start.
    Raises ValidationError with one sentence that says what to do.
    """
    verdict = getattr(upload, "attachment_verdict", None)  # the form has asked already
    if verdict is None:
        verdict = upload.attachment_verdict = _verdict(upload)
    if isinstance(verdict, ValidationError):
        raise verdict
    return verdict


# Processor time that the documents of one request may take together. Each may take
# documents.SECONDS: five hundred hostile ones would hold a worker for two hours. An honest one
# takes 0.04 to 0.5 s.
REQUEST_SECONDS = 30


class Allowance:
    """What the documents of one request may still take of REQUEST_SECONDS."""

    def __init__(self):
        self.left = float(REQUEST_SECONDS)

    def share(self, uploads: Iterable) -> None:
        for upload in uploads:
            upload.allowance = self

    @contextmanager
    def spending(self, name: str):
        """Hold `one_at_a_time` meanwhile: what is measured are all processes that were waited for.

        Raises ValidationError when nothing is left.
        """
        if self.left <= 0:
            raise ValidationError(_TOO_MANY, code="too_many", params={"name": name})
        before = _spent()
        try:
            yield
        finally:
            self.left -= _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _verdict(upload) -> AttachmentInfo | ValidationError:
    try:
        _check_size(upload)
        virus_scan.check(upload, name=shown_name(upload))
        upload.seek(0)
        data = upload.read()
        upload.seek(0)
        kind, pages, links = _judge(upload, data)
    except ValidationError as error:
        return error
    return AttachmentInfo(kind, DOCUMENT_TYPES[kind], len(data), pages, checksum(upload), links)


def _check_size(upload) -> None:
    if not upload.size:
        raise ValidationError(EMPTY, code="empty", params={"name": shown_name(upload)})
    if upload.size > MAX_SIZE:
        sizes = {"size": text.file_size(upload.size), "limit": text.file_size(MAX_SIZE)}
        raise ValidationError(_TOO_LARGE, code="size", params=sizes)


def _judge(upload, data: bytes) -> documents.Verdict:
    name = shown_name(upload)
    allowance = getattr(upload, "allowance", None) or Allowance()
    try:
        with one_at_a_time(), allowance.spending(name):
            return documents.judge_apart(data)
    except documents.Refusal as refusal:
        params = {"name": name, "entry": refusal.entry}
        raise ValidationError(_SENTENCES[refusal.reason], code="file", params=params) from refusal
    except OSError as error:  # no process can be started
        logger.exception("A document could not be judged")
        raise ValidationError(BUSY, code="busy") from error


_heavy = threading.Lock()


@contextmanager
def one_at_a_time():
    """Hold this while a file is unpacked: several hostile ones at once would fill the memory."""
    if not _heavy.acquire(timeout=PATIENCE):
        raise ValidationError(BUSY, code="busy")
    try:
        yield
    finally:
        _heavy.release()


NOT_STORED = _(
    "The server could not store the file, perhaps its disk is full. Nothing typed is lost; tell "
    "the administrator and try again."
)


def store_ahead(upload, store: Callable) -> None:
    """Store an upload before its form and its transaction; its field says what went wrong.

    Encoding a photo takes a second and storing may fail for want of room: neither may happen
    while the database is locked for everybody else. `store`: what `UploadField.admit` is.
    """
    try:
        store(upload)
    except ValidationError:
        pass  # the form says why, at its field
    except OSError:
        logger.exception("An upload could not be stored")
        upload.not_stored = True


# ── Model and form fields ───────────────────────────────────────────────────────────────────────


class UploadFormField(forms.FileField):
    """A file judged by `inspect` while the form is checked: the sentence stands at the field."""

    def __init__(self, *, inspect: Callable, accept: str = "", **kwargs):
        self.inspect = inspect
        self.accept = accept
        super().__init__(**kwargs)

    def to_python(self, data):
        upload = super().to_python(data)
        if upload:
            self.inspect(upload)
            if getattr(upload, "not_stored", False):
                raise ValidationError(NOT_STORED, code="not_stored")
        return upload

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | ({"accept": self.accept} if self.accept else {})


class UploadFieldFile(FieldFile):
    def save(self, name, content, save=True):
        """Admit the content and put what was found into the row's other columns."""
        content.name = name
        stored = self.field.admit(content)
        self.name = stored.name
        setattr(self.instance, self.field.attname, self.name)
        self._committed = True
        for fact, column in self.field.columns.items():
            setattr(self.instance, column, getattr(stored, fact))
        if save:
            self.instance.save()

    save.alters_data = True

    @property
    def checksum(self) -> str:
        """The checksum its addresses are made of, "" without a file."""
        return self.name.rpartition("/")[2].partition(".")[0] if self.name else ""


class UploadField(models.FileField):
    """A file judged and stored by its content, whichever way it comes in.

    `<fact>_field="column"` for each of `facts`: the column of the same row that is filled when
    the file is stored. Subclasses say how: `inspect` judges (ValidationError), `admit` judges,
    stores and returns an object with `name` and the facts. `pre_save` calls it, so form, create,
    save and bulk_create all pass here.
    """

    attr_class = UploadFieldFile
    facts: tuple[str, ...] = ()
    accept = ""

    def __init__(self, *args, **kwargs):
        options = {fact: kwargs.pop(f"{fact}_field", None) for fact in self.facts}
        self.columns = {fact: column for fact, column in options.items() if column}
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        columns = {f"{fact}_field": column for fact, column in self.columns.items()}
        return name, path, args, kwargs | columns

    def check(self, **kwargs):
        return super().check(**kwargs) + self._check_columns()

    def _check_columns(self) -> list[checks.Error]:
        """Columns are written in their order: one that stands before the file comes too early."""
        order = [field.name for field in self.model._meta.fields]
        return [
            checks.Error(f"“{column}” must stand after “{self.name}”.", obj=self, id="portal.E001")
            for column in self.columns.values()
            if column not in order[order.index(self.name) :]
        ]

    @staticmethod
    def inspect(upload):
        raise NotImplementedError

    @staticmethod
    def admit(upload):
        raise NotImplementedError

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if value and not value._committed:
            self.inspect(value.file)

    def pre_save(self, model_instance, add):
        file = super().pre_save(model_instance, add)
        if not file:
            for column in self.columns.values():
                default = self.model._meta.get_field(column).get_default()
                setattr(model_instance, column, default)
        return file

    def formfield(self, **kwargs):
        defaults = {
            "form_class": UploadFormField,
            "inspect": self.inspect,
            "accept": self.accept,
        }
        # The given name is not what is stored, so its length is nobody's concern.
        return super().formfield(**(defaults | kwargs | {"max_length": None}))


@dataclass(frozen=True)
class StoredDocument:
    name: str
    type: str
    size: int
    pages: int | None
    checksum: str
    links: list[str]


class AttachmentField(UploadField):
    """A document. Options: `size_field` (bytes), `type_field` ("pdf"), `pages_field`,
    `checksum_field`, `links_field` (the sites it leads to, as a list)."""

    facts = ("size", "type", "pages", "checksum", "links")
    accept = ",".join(f".{extension}" for extension in DOCUMENT_TYPES)
    inspect = staticmethod(inspect_attachment)

    @staticmethod
    def admit(upload) -> StoredDocument:
        info = inspect_attachment(upload)
        name = f"{DOCUMENTS}/{info.checksum}.{info.extension}"
        default_storage.save(name, upload)
        return StoredDocument(
            name, info.extension, info.size, info.pages, info.checksum, list(info.links)
        )


# ── Who may have a file ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Door:
    """What an app knows about the uses of a file, asked by checksum.

    `public_until`: for each use on a page that is public now, the moment that use ends (None:
    never). `public_among`: which of several files have such a use. `open_to`: may this signed-in
    user see it although it is not public? `file_name`: a title to save it under, "" if unknown; the
    public sees it, so it comes from a public use. `opened_by`: do the browser's cookies hold a key
    to it, such as that of a preview link?
    """

    public_until: Callable[[str], Iterable[datetime | None]]
    open_to: Callable[[str, models.Model], bool]
    public_among: Callable[[Collection[str]], set[str]]
    file_name: Callable[[str], str] | None = None
    opened_by: Callable[[str, Mapping[str, str]], bool] | None = None


_doors: list[Door] = []
MAX_AGE = 3600  # seconds; the longest a withdrawn file may stay in somebody's cache


def register_door(door: Door) -> None:
    """Called from an app's `ready()`."""
    if door not in _doors:
        _doors.append(door)


def unregister_door(door: Door) -> None:
    _doors.remove(door)


@dataclass(frozen=True)
class _ServedFile:
    path: str
    checksum: str
    extension: str
    content_type: str


_IMAGE_NAME = re.compile(r"([0-9a-f]{32})-[1-9][0-9]{0,4}\.(webp|jpg)")
_DOCUMENT_NAME = re.compile(rf"([0-9a-f]{{32}})\.({'|'.join(DOCUMENT_TYPES)})")


def _served_file(name: str) -> _ServedFile | None:
    """The file an address names: a rendition or a document. No other can be named."""
    for pattern, folder, types in (
        (_IMAGE_NAME, RENDITIONS, IMAGE_TYPES),
        (_DOCUMENT_NAME, DOCUMENTS, DOCUMENT_TYPES),
    ):
        if match := pattern.fullmatch(name):
            extension = match[2]
            return _ServedFile(f"{folder}/{name}", match[1], extension, types[extension])
    return None


@require_safe
def media(request, name: str) -> HttpResponse:
    """`/media/<name>`: a file to those who may see a page that uses it, to others 404.

    Cookies and user are looked at only where no public use was found, so a public answer is the
    same for all and may be cached, no longer than its publicity lasts.
    """
    file = _served_file(name)
    try:
        return _answer(request, name, file)
    except FileNotFoundError:  # deleted just now
        return _not_found(request)
    except OSError:
        logger.exception("The store of the uploads does not answer")
        return HttpResponse(status=503, headers={"Retry-After": "30", "Cache-Control": "no-store"})


def _answer(request, name: str, file: _ServedFile | None) -> HttpResponse:
    if file is None or not default_storage.exists(file.path):
        return _not_found(request)
    seconds = _public_seconds(file.checksum)
    if seconds is None:
        if not _open_to(file.checksum, request):
            return _not_found(request)
        response = _hand_over(file)
        response["Cache-Control"] = "private, no-store"
        return response
    tag = f'"{name}"'  # the name is made from the content
    is_image = file.extension in IMAGE_TYPES  # documents are large
    response = get_conditional_response(request, etag=tag) or _hand_over(file, is_kept=is_image)
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["ETag"] = tag
    if is_image:
        freshness.keep_file(request, response, seconds)
    return response


def public_names(names: Iterable[str]) -> set[str]:
    """Those of the names under which everybody gets a file at `/media/<name>`."""
    checksums = {name: file.checksum for name in names if (file := _served_file(name))}
    if not checksums:
        return set()
    wanted = set(checksums.values())
    public = set().union(*(door.public_among(wanted) for door in _doors))
    return {name for name, checksum in checksums.items() if checksum in public}


def _public_seconds(checksum: str) -> int | None:
    """How long the file may be cached, in seconds; None: it is not public."""
    now = timezone.now()
    ends = [end for door in _doors for end in door.public_until(checksum)]
    if any(end is None for end in ends):
        return MAX_AGE
    left = [(end - now).total_seconds() for end in ends if end > now]
    return min(MAX_AGE, int(max(left))) if left else None


@on_primary
def _open_to(checksum: str, request) -> bool:
    keyed = (door.opened_by for door in _doors if door.opened_by)
    if any(opened_by(checksum, request.COOKIES) for opened_by in keyed):
        return True
    if not may_enter(request):  # to whom there is no admin, there is no staff either
        return False
    user = request.user
    return user.is_authenticated and any(door.open_to(checksum, user) for door in _doors)


def _not_found(request) -> HttpResponse:
    """The site's own page."""
    handler = get_resolver(get_urlconf()).resolve_error_handler(404)
    return handler(request, exception=Http404())


def _hand_over(file: _ServedFile, *, is_kept: bool = False) -> HttpResponse:
    """The file itself, or with MEDIA_ACCEL the word to nginx where it lies.

    `is_kept`: nginx keeps what it gets, so it gets the bytes: it has them while Django is down.
    """
    if settings.MEDIA_ACCEL and not is_kept:
        response = HttpResponse()
        response["X-Accel-Redirect"] = settings.MEDIA_ACCEL + file.path
    else:
        with default_storage.open(file.path) as content:
            response = HttpResponse(content.read())
    response["Content-Type"] = file.content_type
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = _disposition(file)
    return response


def _disposition(file: _ServedFile) -> str:
    if file.extension in IMAGE_TYPES:
        return "inline"
    titles = (door.file_name(file.checksum) for door in _doors if door.file_name)
    stem = text.slugify(next(filter(None, titles), "")) or file.checksum
    return content_disposition_header(as_attachment=True, filename=f"{stem}.{file.extension}")
