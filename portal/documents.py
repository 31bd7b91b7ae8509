"""What a document is and whether it may come in: its kind, its pages, or why it is refused.

Hostile files make the programs that read them slow and large: 46 KB of PDF cost pypdf 11 seconds
and 500 MB. So the file is judged in a process of its own, which may take `SECONDS` of processor
time and `MEMORY`, and dies alone. `judge_apart` starts it; run as a program, this module reads a
document from standard input and writes its verdict as JSON. It knows nothing of the project, so
that it starts in 40 ms (125 ms for a PDF).
"""

import io
import json
import logging
import re
import resource
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from xml.parsers import expat

MEGABYTE = 1024 * 1024
MAX_SIZE = 20 * MEGABYTE
MAX_ENTRIES = 2_000
MAX_UNPACKED = 200 * MEGABYTE
MAX_RATIO = 100
MAX_XML = 5 * MEGABYTE
# 5 MB of "<a/>" are a million elements and 100 MB; a report of fifty pages has 40,000.
MAX_ELEMENTS = 100_000
# A list of entries this long costs memory before it can be counted.
MAX_LISTED = 50_000
MAX_COMMENT = 1_000
# Characters of all the sites that a document links to: some two thousand of them.
MAX_LINKS = 50_000

# What the process may take. A PDF of 20 MB with 100,000 objects takes a third of it.
SECONDS = 15
MEMORY = 512 * MEGABYTE
PATIENCE = 60  # seconds by the clock, on a machine that has much else to do

_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_OOXML}.wordprocessingml.document",
    "xlsx": f"{_OOXML}.spreadsheetml.sheet",
    "odt": f"{_ODF}.text",
    "ods": f"{_ODF}.spreadsheet",
    "zip": "application/zip",
}
# What an archive may hold; archives in archives hide what they hold.
ARCHIVE_ENTRIES = (TYPES.keys() - {"zip"}) | {
    *("jpg", "jpeg", "png", "webp", "gif", "heic", "txt", "csv")
}


class Refusal(Exception):  # noqa: N818 - an answer about the file, not an error of ours
    """Why a document is refused, in one word; `entry`: the part of an archive that is to blame.

    The sentences stand in portal.files: "unknown", "old_office", "damaged", "locked", "active",
    "carrier", "macros", "external", "too_much", "too_complex", "entry".
    """

    def __init__(self, reason: str, entry: str = ""):
        super().__init__(reason)
        self.reason = reason
        self.entry = entry


class Verdict(NamedTuple):
    """A document that may come in: its kind, its pages where the format tells, and the starts of
    the addresses it links to ("https://hanoi.example"), each once."""

    kind: str
    pages: int | None = None
    links: tuple[str, ...] = ()


# ── The process ─────────────────────────────────────────────────────────────────────────────────


def judge_apart(data: bytes) -> Verdict:
    """The same as `judge`, in a process that may take so much and no more.

    Raises OSError when no process can be started.
    """
    limits = [str(SECONDS), str(MEMORY)]
    command = [sys.executable, "-I", str(Path(__file__).resolve()), *limits]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE)  # noqa: S603
        verdict = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError) as error:  # it died, or was stopped
        raise Refusal("too_complex") from error
    if "reason" in verdict:
        raise Refusal(verdict["reason"], verdict["entry"])
    return Verdict(verdict["kind"], verdict["pages"], tuple(verdict["links"]))


def main() -> None:
    """Judge what comes in, within limits that the process sets itself before it looks at it."""
    seconds, memory = map(int, sys.argv[1:])
    for kind, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    try:
        verdict = judge(sys.stdin.buffer.read())._asdict()
    except Refusal as refusal:
        verdict = {"reason": refusal.reason, "entry": refusal.entry}
    json.dump(verdict, sys.stdout)


def judge(data: bytes) -> Verdict:
    """What the document is. The first bytes decide, so what leads with HTML is out."""
    if data.startswith(b"%PDF-"):
        return _judge_pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _judge_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise Refusal("old_office")
    raise Refusal("unknown")


# ── Links ───────────────────────────────────────────────────────────────────────────────────────
# What begins programs of the reader's machine, or runs in his browser.
_SCRIPT_LINK = re.compile(r"\s*(?:javascript|vbscript|data|mhtml|mk|ms-|search)[^/]*:", re.I)
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0]+")
# Up to the path: which site it is, and what pretends to be one before an @.
_SITE = re.compile(r"(?:(?:https?|ftp|wss?):/*|//+)[^/?#]+", re.I)
# file://server/share makes Windows sign in there; file:///C:/ is nobody else's.
_SHARE = re.compile(r"file:(?://|/{4,})(?!localhost/)(?=[^/])", re.I)


class Links:
    """Collects the sites that a document leads to; whether they are fit to be shown is not known
    here (portal.spam)."""

    def __init__(self):
        self._found: dict[str, None] = {}
        self._left = MAX_LINKS

    def add(self, address: str) -> None:
        address = _UNSEEN.sub("", address).replace("\\", "/").encode("utf-8", "replace").decode()
        if address[:4].lower() == "www.":  # readers of PDF take it for an address
            address = f"http://{address}"
        site = _SITE.match(_SHARE.sub("//", address))
        if site is None or site[0] in self._found:
            return
        self._left -= len(site[0])
        if self._left < 0:
            raise Refusal("too_complex")
        self._found[site[0]] = None

    def all(self) -> tuple[str, ...]:
        return tuple(self._found)


# ── PDF ─────────────────────────────────────────────────────────────────────────────────────────
# What makes a PDF act on opening or on a click, and what carries other files inside it.
_PDF_ACTIVE_KEYS = {"/JS", "/JavaScript", "/XFA"}
_PDF_ACTIVE_NAMES = {
    *("/JavaScript", "/Launch", "/RichMedia", "/ImportData", "/SubmitForm", "/GoToR", "/GoToE")
}
_PDF_CARRIER_KEYS = {"/EmbeddedFiles", "/EF"}
_PDF_END = re.compile(rb"%%EOF[\s\x00]*\Z")


def _judge_pdf(data: bytes) -> Verdict:
    # Behind the end stands what makes one file two: HTML, an archive.
    if not _PDF_END.search(data, len(data) - 2048 if len(data) > 2048 else 0):
        raise Refusal("damaged")
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise Refusal("damaged")
    # Here, because whoever judges an archive need not wait for it.
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, LimitReachedError

    # pypdf tells every repair it makes; the sentence at the field is what counts.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    links = Links()
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refusal("locked")
        for value in _pdf_objects(reader):
            _judge_pdf_object(value, links)
        pages = len(reader.pages)
    except Refusal:
        raise
    except (MemoryError, LimitReachedError) as error:
        raise Refusal("too_complex") from error
    except (DependencyError, NotImplementedError) as error:
        raise Refusal("locked") from error  # a cipher we cannot open, so cannot look inside
    except Exception as error:  # pypdf raises anything on bad data
        raise Refusal("damaged") from error
    if not pages:
        raise Refusal("damaged")
    return Verdict("pdf", pages, links.all())


def _pdf_objects(reader) -> Iterator:
    """Every object of the file, whether or not a page leads to it, and the trailer."""
    from pypdf.generic import IndirectObject

    numbers = [(n, generation) for generation, table in reader.xref.items() for n in table]
    numbers += [(n, 0) for n in reader.xref_objStm]
    for number, generation in numbers:
        yield reader.get_object(IndirectObject(number, generation, reader))
    yield reader.trailer


def _judge_pdf_object(value, links: Links) -> None:
    """Refuse what acts or carries; references are judged in their own turn, so no cycles."""
    from pypdf.generic import ArrayObject, DictionaryObject

    if isinstance(value, ArrayObject):
        for part in list(value):
            _judge_pdf_object(part, links)
    if not isinstance(value, DictionaryObject):
        return
    # value[key] follows a reference, value.get(key) does not: "/S 5 0 R" may be "/Launch".
    names = [value[key] for key in ("/S", "/Subtype", "/Type") if key in value]
    if value.keys() & _PDF_CARRIER_KEYS or "/EmbeddedFile" in names:
        raise Refusal("carrier")
    if value.keys() & _PDF_ACTIVE_KEYS or any(name in _PDF_ACTIVE_NAMES for name in names):
        raise Refusal("active")
    _judge_pdf_link(value, links)
    for key in value:
        _judge_pdf_object(value.raw_get(key), links)


def _judge_pdf_link(value, links: Links) -> None:
    """The address of an action, what the catalogue says that short ones begin with, and a file
    that is named by its address."""
    is_file_by_address = "/FS" in value and value["/FS"] == "/URL"
    keys = ("/URI", "/Base", *(["/F"] if is_file_by_address else []))
    for address in [value[key] for key in keys if key in value]:
        if isinstance(address, bytes):  # letters of no known alphabet
            address = address.decode("latin-1")
        if isinstance(address, str):
            if _SCRIPT_LINK.match(_UNSEEN.sub("", address)):
                raise Refusal("active")
            links.add(address)


# ── Archives ────────────────────────────────────────────────────────────────────────────────────


def _judge_zip(data: bytes) -> Verdict:
    if data.count(b"PK\x01\x02") > MAX_LISTED:
        raise Refusal("too_much")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _judge_ends(archive, data)
            _judge_listing(archive, len(data))
            _read_through(archive)
            return _judge_archive(archive)
    except Refusal:
        raise
    except MemoryError as error:
        raise Refusal("too_much") from error
    except Exception as error:  # zipfile, zlib and expat raise anything on bad data
        raise Refusal("damaged") from error


def _judge_ends(archive: zipfile.ZipFile, data: bytes) -> None:
    """Refuse an archive that is another file as well: something before it, or behind it."""
    entries = archive.infolist()
    if not entries or min(entry.header_offset for entry in entries) > 0:
        raise Refusal("damaged")
    ends = data.rfind(b"PK\x05\x06") + 22 + len(archive.comment)
    if ends != len(data) or len(archive.comment) > MAX_COMMENT:
        raise Refusal("damaged")


def _judge_listing(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse by what the list of entries says, before anything is unpacked."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > min(MAX_UNPACKED, MAX_RATIO * size):
        raise Refusal("too_much")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refusal("locked")
    if len({entry.filename.lower() for entry in entries}) < len(entries):
        raise Refusal("damaged")  # two programs would open two different files
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        climbs = path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
        if climbs or not entry.filename.isprintable():  # turned letters hide an ending
            raise Refusal("entry", entry.filename)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refusal("damaged")


def _read_through(archive: zipfile.ZipFile) -> None:
    """Unpack every entry and drop it: half archives and wrong checksums end here."""
    if archive.testzip() is not None:
        raise Refusal("damaged")


def _judge_archive(archive: zipfile.ZipFile) -> Verdict:
    names = {name.lower(): name for name in archive.namelist()}
    links = Links()
    if "[content_types].xml" in names:
        kind, pages = _judge_ooxml(archive, names, links)
        return Verdict(kind, pages, links.all())
    if "mimetype" in names:
        return Verdict(_judge_odf(archive, names, links), None, links.all())
    for entry in archive.infolist():
        if not entry.is_dir():
            _judge_entry(archive, entry.filename, links, allowed=ARCHIVE_ENTRIES)
    return Verdict("zip", None, links.all())


def _judge_entry(archive: zipfile.ZipFile, name: str, links: Links, *, allowed) -> None:
    """An entry's ending must be allowed, and a document in it must pass like any other."""
    ending = PurePosixPath(name).suffix.lower().removeprefix(".")
    if ending not in allowed:
        raise Refusal("entry", name)
    if ending in TYPES:
        try:
            verdict = judge(archive.read(name))
        except Refusal as refusal:
            raise Refusal("entry", name) from refusal
        if verdict.kind != ending:
            raise Refusal("entry", name)
        for address in verdict.links:
            links.add(address)


# ── Word and Excel ──────────────────────────────────────────────────────────────────────────────
_MACRO_TYPES = ("vba", "macro", "activex")
# Names of streams within an OLE object, as its directory has them.
_OLE_PACKAGE, _OLE_MACROS = "\x01Ole10Native".encode("utf-16-le"), "_VBA_".encode("utf-16-le")
# The second: the same word written as the numbers of its letters.
_DDE_FIELD = re.compile(r"\bDDE(?:AUTO)?\b|\bQUOTE(?:\s+\d+){2}", re.I)
# Of Word and of Excel: HYPERLINK "https://…", HYPERLINK("https://…","words").
_LINK_FIELD = re.compile(r"\bHYPERLINK[\s(]+\"?\s*([^\s\"]+)", re.I)
_FETCHING = re.compile(r"\b(?:WEBSERVICE|IMAGE)\s*\(", re.I)


def _judge_ooxml(archive, names: dict[str, str], links: Links) -> tuple[str, int | None]:
    types = {
        value.lower()
        for element in read_xml(archive, names["[content_types].xml"]).iter()
        if (value := element.get("ContentType"))
    }
    if any(word in kind for kind in types for word in _MACRO_TYPES) or any(
        name.endswith("vbaproject.bin") for name in names
    ):
        raise Refusal("macros")
    for name in names:
        if name.endswith(".rels"):
            _judge_relationships(read_xml(archive, names[name]), links)
        if "embeddings/" in name and not name.endswith("/"):
            _judge_embedded(archive, names[name], links)
        if not name.endswith("/"):
            _judge_part(archive, names[name], links)
    for extension, part in (("docx", "word/document.xml"), ("xlsx", "xl/workbook.xml")):
        if f"{TYPES[extension]}.main+xml" in types and part in names:
            return extension, _word_pages(archive, names) if extension == "docx" else None
    raise Refusal("unknown")


def _judge_relationships(root: ET.Element, links: Links) -> None:
    """A document may link outside; it may not load a template, picture or data from there."""
    for element in root.iter():
        kind = element.get("Type") or ""
        external = (element.get("TargetMode") or "").lower() == "external"
        if external and not kind.endswith("/hyperlink"):
            raise Refusal("external")
        if external and _SCRIPT_LINK.match(element.get("Target") or ""):
            raise Refusal("active")
        if external:
            links.add(element.get("Target") or "")
        is_object = kind.lower().endswith(("/oleobject", "/package"))
        if is_object and "embeddings/" not in (element.get("Target") or "").lower():
            raise Refusal("carrier")  # elsewhere nobody looks at it
        if kind.lower().endswith("/afchunk"):  # a page of HTML that Word takes in on opening
            raise Refusal("carrier")


def _judge_embedded(archive: zipfile.ZipFile, name: str, links: Links) -> None:
    """A formula or a chart's table may be embedded; a file in a wrapper, or macros, may not."""
    if not name.lower().endswith(".bin"):
        return _judge_entry(archive, name, links, allowed={"docx", "xlsx"})
    content = archive.read(name)
    if _OLE_PACKAGE in content:
        raise Refusal("carrier")
    if _OLE_MACROS in content:
        raise Refusal("macros")
    return None


def _judge_part(archive: zipfile.ZipFile, name: str, links: Links) -> None:
    """Refuse what starts programs or fetches: a field of Word, a formula or a link of Excel.

    Relationships alone say which part is the text, under whatever name; so each part is read that
    can be read as XML.
    """
    commands = _Commands(links)
    try:
        scan(archive, name, start=commands.start, text=commands.text, end=commands.end)
    except (expat.ExpatError, ValueError) as error:
        is_picture = not name.lower().endswith((".xml", ".rels"))
        if not is_picture or getattr(error, "code", None) == _UNKNOWN_ENCODING:
            raise


_UNKNOWN_ENCODING = 18  # of expat: not to be read by us, perhaps by others


class _Commands:
    """Reads the commands of Word's fields and Excel's formulas. A field may be cut into pieces: a
    paragraph's are joined."""

    def __init__(self, links: Links):
        self.links = links
        self.command = ""
        self.is_command = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        self.is_command = tag in _COMMANDS
        if tag == "fldSimple":
            self._judge(next((v for k, v in attributes.items() if _local(k) == "instr"), ""))
        if tag in {"ddeLink", "oleLink"}:
            raise Refusal("external")

    def text(self, characters: str) -> None:
        if self.is_command:
            self.command += characters

    def end(self, tag: str) -> None:
        self.is_command = False
        if self.command and _local(tag) in _ENDS:
            self._judge(self.command)
            self.command = ""

    def _judge(self, command: str) -> None:
        if _DDE_FIELD.search(command):
            raise Refusal("active")
        if _FETCHING.search(command):
            raise Refusal("external")
        for address in _LINK_FIELD.findall(command):
            self.links.add(address)


# A formula stands in a cell, in a name, in the rules of a format or of what may be entered.
_FORMULAS = {"f", "definedName", "formula", "formula1", "formula2"}
_COMMANDS = {"instrText", *_FORMULAS}
_ENDS = {"p", *_FORMULAS}


def _word_pages(archive: zipfile.ZipFile, names: dict[str, str]) -> int | None:
    """What Word wrote down when it saved; other programs may leave it out."""
    if "docprops/app.xml" not in names:
        return None
    pages = read_xml(archive, names["docprops/app.xml"]).findtext("{*}Pages") or ""
    return int(pages) if re.fullmatch("[1-9][0-9]{0,4}", pages) else None


# ── OpenDocument ────────────────────────────────────────────────────────────────────────────────
_XLINK = "http://www.w3.org/1999/xlink}href"
# Anything but a part of the same package or a place in the same text.
_OUTSIDE = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\]|\.\.)", re.I)
_FAR = re.compile(r"\s*(?:(?!file:)[a-z][a-z0-9+.-]+:|//|\\\\|file://[^/])", re.I)
_ODF_SCRIPTS = {"event-listener", "script", "applet", "plugin"}
_ODF_DATA = {"dde-source", "dde-connection-decl", "table-source", "floating-frame"}
_ODF_SCRIPT_LINK = re.compile(r"\s*(?:vnd\.sun\.star\.|macro|javascript|vbscript|data)[^/]*:", re.I)
_FAR_FORMULA = re.compile(r"\b(?:WEBSERVICE|DDE)\s*\(|'[^']*:/[^']*'#", re.I)


def _judge_odf(archive: zipfile.ZipFile, names: dict[str, str], links: Links) -> str:
    kind = archive.read(names["mimetype"]).decode("ascii").strip()
    if any(name.startswith(("basic/", "scripts/")) for name in names):
        raise Refusal("macros")
    manifest = read_xml(archive, names["meta-inf/manifest.xml"])
    if manifest.find(".//{*}encryption-data") is not None:
        raise Refusal("locked")
    for name in names:
        if name.endswith(".xml"):
            scan(archive, names[name], start=partial(_judge_odf_element, links))
    for extension in ("odt", "ods"):
        if kind == TYPES[extension] and "content.xml" in names:
            return extension
    raise Refusal("unknown")


def _judge_odf_element(links: Links, tag: str, attributes: dict[str, str]) -> None:
    """Refuse scripts, and what is fetched on opening; links that a reader clicks are collected."""
    tag = _local(tag)
    if tag in _ODF_SCRIPTS:
        raise Refusal("macros")
    if tag in _ODF_DATA:
        raise Refusal("external")
    address = attributes.get(_XLINK, "")
    if _ODF_SCRIPT_LINK.match(address):
        raise Refusal("macros")
    # Where a text's own template lay on its writer's disk is written into every such text.
    fetched = _FAR if tag == "template" else _OUTSIDE
    if tag != "a" and fetched.match(address):
        raise Refusal("external")
    links.add(address)
    for name, value in attributes.items():
        if _local(name) == "formula" and _FAR_FORMULA.search(value):
            raise Refusal("external")


# ── XML ─────────────────────────────────────────────────────────────────────────────────────────
MAX_TAGS = 3_000_000


class _PlainXML(ET.TreeBuilder):
    """Refuses a DOCTYPE, so there are no entities to expand or fetch, and too many elements."""

    def __init__(self, most: int):
        super().__init__()
        self.left = most

    def start(self, tag, attributes):
        self.left -= 1
        if self.left < 0:
            raise Refusal("too_much")
        return super().start(tag, attributes)

    def doctype(self, *_declaration):
        _refuse_doctype()


def read_xml(archive: zipfile.ZipFile, name: str, *, most: int = MAX_ELEMENTS) -> ET.Element:
    """An XML part of an office file: at most MAX_XML long, with at most so many elements.

    Raises Refusal for more, anything on bad data.
    """
    if archive.getinfo(name).file_size > MAX_XML:
        raise Refusal("too_much")
    parser = ET.XMLParser(target=_PlainXML(most))  # noqa: S314 - _PlainXML takes no entities
    return ET.fromstring(archive.read(name), parser)  # noqa: S314


def scan(archive: zipfile.ZipFile, name: str, *, start: Callable, text=None, end=None) -> None:
    """Read a part of any length and keep none of it.

    `start` is called with the name and the attributes of each element, `text` with characters,
    `end` with a name. Names are "address}name". At most MAX_TAGS elements, no DOCTYPE.
    """
    count = 0

    def counted(tag, attributes):
        nonlocal count
        count += 1
        if count > MAX_TAGS:
            raise Refusal("too_much")
        start(tag, attributes)

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = counted
    parser.CharacterDataHandler = text
    parser.EndElementHandler = end
    with archive.open(name) as part:
        parser.ParseFile(part)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _refuse_doctype(*_declaration) -> None:
    raise ValueError("a document type declaration in an office file")


if __name__ == "__main__":
    main()
