"""Uploaded files: the private root, documents judged by what they hold, and who may have them.

Every upload lies below MEDIA_ROOT under a name made from its content, and nothing below it is
served but by `media`, which asks the apps' doors. Photos are handled by portal.images.
"""

import hashlib
import io
import logging
import os
import re
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath

from django import forms
from django.conf import settings
from django.core import checks
from django.core.exceptions import ValidationError
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
from pypdf import PdfReader
from pypdf.errors import DependencyError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from portal import text
from portal.admin_access import may_enter

RENDITIONS = "anh"  # shrunken photos, the only images ever served
ORIGINALS = "goc"  # photos as uploaded, with all they may tell; never served
DOCUMENTS = "tep"
WORD_FILES = "word"  # Word files as handed in; never served

MEGABYTE = 1024 * 1024
MAX_SIZE = 20 * MEGABYTE
MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * MEGABYTE
MAX_RATIO = 100
MAX_XML = 5 * MEGABYTE
# A list of entries this long costs memory before it can be counted.
MAX_LISTED = 50_000

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
# What `media` serves. A closed list: HTML, SVG and scripts are not in it.
IMAGE_TYPES = {"webp": "image/webp", "jpg": "image/jpeg"}
DOCUMENT_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_OOXML}.wordprocessingml.document",
    "xlsx": f"{_OOXML}.spreadsheetml.sheet",
    "odt": f"{_ODF}.text",
    "ods": f"{_ODF}.spreadsheet",
    "zip": "application/zip",
}
# What an archive may hold; archives in archives hide what they hold.
ARCHIVE_ENTRIES = (DOCUMENT_TYPES.keys() - {"zip"}) | {
    *("jpg", "jpeg", "png", "webp", "gif", "heic", "txt", "csv")
}

# ── The private root ────────────────────────────────────────────────────────────────────────────


class PrivateStorage(FileSystemStorage):
    """MEDIA_ROOT with names made from content: what is there already is never written again."""

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
    """What was found in a document; `size` in bytes, `pages` where the format tells."""

    extension: str
    content_type: str
    size: int
    pages: int | None
    checksum: str


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
_ENTRY = _(
    "The file “%(name)s” holds “%(entry)s”, which is not allowed, please take it out and choose "
    "the new file."
)


class _Refusal(Exception):  # noqa: N818 - an answer about the file, not an error of ours
    """The sentence that becomes the ValidationError, with what it names beside the file."""

    def __init__(self, message, **params):
        super().__init__(message)
        self.message = message
        self.params = params


def inspect_attachment(upload) -> AttachmentInfo:
    """Judge a document by its content, never by its ending.

    `upload`: an open binary file with `name` and `size`; left at its start.
    Raises ValidationError with one sentence that says what to do.
    """
    if (known := getattr(upload, "inspected_attachment", None)) is not None:
        return known  # the form has asked already
    _check_size(upload)
    upload.seek(0)
    data = upload.read()
    upload.seek(0)
    try:
        extension, pages = _judge(data)
    except _Refusal as refusal:
        params = {"name": shown_name(upload)} | refusal.params
        raise ValidationError(refusal.message, code="file", params=params) from refusal
    upload.inspected_attachment = AttachmentInfo(
        extension, DOCUMENT_TYPES[extension], len(data), pages, checksum(upload)
    )
    return upload.inspected_attachment


def _check_size(upload) -> None:
    if not upload.size:
        raise ValidationError(EMPTY, code="empty", params={"name": shown_name(upload)})
    if upload.size > MAX_SIZE:
        sizes = {"size": text.file_size(upload.size), "limit": text.file_size(MAX_SIZE)}
        raise ValidationError(_TOO_LARGE, code="size", params=sizes)


def _judge(data: bytes) -> tuple[str, int | None]:
    """The document's kind and pages. The first bytes decide, so what leads with HTML is out."""
    if data.startswith(b"%PDF-"):
        return "pdf", _judge_pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _judge_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _Refusal(_OLD_OFFICE)
    raise _Refusal(_UNKNOWN)


# What makes a PDF act on opening, and what carries other files inside it.
_PDF_ACTIVE_KEYS = {"/JS", "/JavaScript", "/XFA"}
_PDF_ACTIVE_NAMES = {"/JavaScript", "/Launch", "/RichMedia", "/ImportData"}
_PDF_CARRIER_KEYS = {"/EmbeddedFiles", "/EF"}
# pypdf tells every repair it makes; the sentence at the field is what counts.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def _judge_pdf(data: bytes) -> int:
    """The number of pages."""
    if b"%%EOF" not in data[-2048:] or zipfile.is_zipfile(io.BytesIO(data)):
        raise _Refusal(_DAMAGED)
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise _Refusal(_LOCKED)
        for reference in _pdf_references(reader):
            _judge_pdf_object(reader.get_object(reference))
        _judge_pdf_object(reader.trailer)
        pages = len(reader.pages)
    except _Refusal:
        raise
    except DependencyError as error:  # a cipher we cannot open, so cannot look inside
        raise _Refusal(_LOCKED) from error
    except Exception as error:  # pypdf raises anything on bad data
        raise _Refusal(_DAMAGED) from error
    if not pages:
        raise _Refusal(_DAMAGED)
    return pages


def _pdf_references(reader: PdfReader) -> list[IndirectObject]:
    numbers = [(n, generation) for generation, table in reader.xref.items() for n in table]
    numbers += [(n, 0) for n in reader.xref_objStm]
    return [IndirectObject(number, generation, reader) for number, generation in numbers]


def _judge_pdf_object(value) -> None:
    """Refuse what acts or carries; references are judged in their own turn, so no cycles."""
    if isinstance(value, ArrayObject):
        for part in list(value):
            _judge_pdf_object(part)
    if not isinstance(value, DictionaryObject):
        return
    # value[key] follows a reference, value.get(key) does not: "/S 5 0 R" may be "/Launch".
    names = [value[key] for key in ("/S", "/Subtype", "/Type") if key in value]
    if value.keys() & _PDF_CARRIER_KEYS or "/EmbeddedFile" in names:
        raise _Refusal(_CARRIER)
    if value.keys() & _PDF_ACTIVE_KEYS or any(name in _PDF_ACTIVE_NAMES for name in names):
        raise _Refusal(_ACTIVE)
    for key in value:
        _judge_pdf_object(value.raw_get(key))


def _judge_zip(data: bytes) -> tuple[str, int | None]:
    if data.count(b"PK\x01\x02") > MAX_LISTED:
        raise _Refusal(_TOO_MUCH)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _judge_listing(archive, len(data))
            _read_through(archive)
            return _judge_archive(archive)
    except _Refusal:
        raise
    except Exception as error:  # zipfile, zlib and expat raise anything on bad data
        raise _Refusal(_DAMAGED) from error


def _judge_listing(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse by what the list of entries says, before anything is unpacked."""
    entries = archive.infolist()
    if not entries or min(entry.header_offset for entry in entries) > 0:
        raise _Refusal(_DAMAGED)  # something else stands before the first entry
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > min(MAX_UNPACKED, MAX_RATIO * size):
        raise _Refusal(_TOO_MUCH)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise _Refusal(_LOCKED)
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise _Refusal(_DAMAGED)  # two programs would open two different files
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise _Refusal(_ENTRY, entry=entry.filename)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _Refusal(_DAMAGED)


def _read_through(archive: zipfile.ZipFile) -> None:
    """Unpack every entry and drop it: half archives and wrong checksums end here."""
    if archive.testzip() is not None:
        raise _Refusal(_DAMAGED)


def _judge_archive(archive: zipfile.ZipFile) -> tuple[str, int | None]:
    names = {name.lower(): name for name in archive.namelist()}
    if "[content_types].xml" in names:
        return _judge_ooxml(archive, names)
    if "mimetype" in names:
        return _judge_odf(archive, names)
    for entry in archive.infolist():
        if not entry.is_dir():
            _judge_archive_entry(archive, entry.filename)
    return "zip", None


def _judge_archive_entry(archive: zipfile.ZipFile, name: str) -> None:
    """An entry's ending must be allowed, and a document in it must pass like any other."""
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    if ending not in ARCHIVE_ENTRIES:
        raise _Refusal(_ENTRY, entry=name)
    if ending in DOCUMENT_TYPES:
        try:
            kind, _pages = _judge(archive.read(name))
        except _Refusal as refusal:
            raise _Refusal(_ENTRY, entry=name) from refusal
        if kind != ending:
            raise _Refusal(_ENTRY, entry=name)


def _judge_ooxml(archive: zipfile.ZipFile, names: dict[str, str]) -> tuple[str, int | None]:
    types = {
        value.lower()
        for element in read_xml(archive, names["[content_types].xml"]).iter()
        if (value := element.get("ContentType"))
    }
    if any(word in kind for kind in types for word in ("vba", "macro", "activex")) or any(
        name.endswith("vbaproject.bin") for name in names
    ):
        raise _Refusal(_MACROS)
    for name in names:
        if name.endswith(".rels"):
            _judge_relationships(read_xml(archive, names[name]))
    for extension, part in (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")):
        if f"{DOCUMENT_TYPES[extension]}.main+xml" in types and part in names:
            return extension, _word_pages(archive, names) if extension == "docx" else None
    raise _Refusal(_UNKNOWN)


def _judge_relationships(root: ET.Element) -> None:
    """A document may link outside; it may not load a template, picture or data from there."""
    for element in root.iter():
        external = (element.get("TargetMode") or "").lower() == "external"
        if external and not (element.get("Type") or "").endswith("/hyperlink"):
            raise _Refusal(_EXTERNAL)


def _word_pages(archive: zipfile.ZipFile, names: dict[str, str]) -> int | None:
    """What Word wrote down when it saved; other programs may leave it out."""
    if "docprops/app.xml" not in names:
        return None
    pages = read_xml(archive, names["docprops/app.xml"]).findtext("{*}Pages") or ""
    return int(pages) if re.fullmatch("[1-9][0-9]{0,4}", pages) else None


def _judge_odf(archive: zipfile.ZipFile, names: dict[str, str]) -> tuple[str, None]:
    kind = archive.read(names["mimetype"]).decode("ascii").strip()
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        raise _Refusal(_MACROS)
    manifest = read_xml(archive, names["meta-inf/manifest.xml"])
    if manifest.find(".//{*}encryption-data") is not None:
        raise _Refusal(_LOCKED)
    for extension in ("odt", "ods"):
        if kind == DOCUMENT_TYPES[extension] and "content.xml" in names:
            return extension, None
    raise _Refusal(_UNKNOWN)


class _PlainXML(ET.TreeBuilder):
    """Refuses a DOCTYPE, so there are no entities to expand or fetch."""

    def doctype(self, name, pubid, system):
        raise ValueError("a document type declaration in an office file")


def read_xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    """An XML part of an office file, at most MAX_XML long. Raises anything on bad data."""
    if archive.getinfo(name).file_size > MAX_XML:
        raise _Refusal(_TOO_MUCH)
    parser = ET.XMLParser(target=_PlainXML())  # noqa: S314 - _PlainXML takes no entities
    return ET.fromstring(archive.read(name), parser)  # noqa: S314


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


class AttachmentField(UploadField):
    """A document. Options: `size_field` (bytes), `type_field` ("pdf"), `pages_field`,
    `checksum_field`."""

    facts = ("size", "type", "pages", "checksum")
    accept = ",".join(f".{extension}" for extension in DOCUMENT_TYPES)
    inspect = staticmethod(inspect_attachment)

    @staticmethod
    def admit(upload) -> StoredDocument:
        info = inspect_attachment(upload)
        name = f"{DOCUMENTS}/{info.checksum}.{info.extension}"
        default_storage.save(name, upload)
        return StoredDocument(name, info.extension, info.size, info.pages, info.checksum)


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
    response = get_conditional_response(request, etag=tag) or _hand_over(file)
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["ETag"] = tag
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


def _open_to(checksum: str, request) -> bool:
    keyed = (door.opened_by for door in _doors if door.opened_by)
    if any(opened_by(checksum, request.COOKIES) for opened_by in keyed):
        return True
    if not may_enter(request):  # to whom there is no admin, there is no staff either
        return False
    user = request.user
    return user.is_authenticated and any(door.open_to(checksum, user) for door in _doors)


def _not_found(request) -> HttpResponse:
    """The site's own page; not to be kept, since the file may become public any minute."""
    handler = get_resolver(get_urlconf()).resolve_error_handler(404)
    response = handler(request, exception=Http404())
    response["Cache-Control"] = "no-store"
    return response


def _hand_over(file: _ServedFile) -> HttpResponse:
    """The file itself, or with MEDIA_ACCEL the word to nginx where it lies."""
    if settings.MEDIA_ACCEL:
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
