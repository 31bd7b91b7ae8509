"""A Word file as clean HTML and its pictures, piece by piece.

mammoth reads the text. What it does not know is put in its way: alignment and weight that a
paragraph has from its style or from spaces, pictures and text in drawings, tables that only hold
pictures in place. What the pieces mean (title, caption, author…) is asked in news.word.
"""

import io
import re
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import mammoth
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from mammoth import documents as model
from mammoth import html, transforms

from portal import documents, files, images, richtext

MAX_PHOTOS = 30
# mammoth takes about 0.1 ms for each; a report of fifty pages has some 40,000.
MAX_ELEMENTS = 100_000
# All parts together, unpacked; a file of 20 MB with photos of phones has little more than that.
MAX_UNPACKED = 100 * files.MEGABYTE
MAX_XML = 4 * documents.MAX_XML
SHORT = 300  # characters a caption may have

_OLD_WORD = _(
    "The file “%(name)s” is an old Word file (.doc) or has a password. Open it in Word, choose "
    "“Save as”, the type “Word document (*.docx)” without a password, and choose the new file."
)
_NOT_WORD = _(
    "The file “%(name)s” is no Word file (.docx). Open it in the program that it was written in, "
    "save it as .docx and choose the new file."
)
_UNREADABLE = _(
    "The Word file “%(name)s” cannot be read. Open it in Word, save it again as .docx and choose "
    "the new file."
)
_TOO_LONG = _(
    "The Word file “%(name)s” holds more text than an article can have. Split it, or attach it "
    "to a short article as a document."
)


class Picture(NamedTuple):
    """A picture of the document, whatever it holds, under the number its figure has."""

    number: int
    name: str
    content: bytes


@dataclass(frozen=True, eq=False)
class Piece:
    """A top-level element, cleaned; `role`: what its style says (title, lead, caption or "")."""

    block: richtext.Block
    role: str = ""

    @property
    def text(self) -> str:
        return self.block.text

    @property
    def is_photo(self) -> bool:
        return self.block.photo is not None

    @property
    def is_paragraph(self) -> bool:
        return self.block.tag == "p"

    @property
    def is_centred(self) -> bool:
        return "can-giua" in self._opening

    @property
    def is_right(self) -> bool:
        return "can-phai" in self._opening

    @property
    def _opening(self) -> str:
        return self.block.html.partition(">")[0]

    def is_all(self, tag: str) -> bool:
        """Whether every word stands in `tag` ("strong", "em")."""
        rest = re.sub(rf"<{tag}>.*?</{tag}>", "", self.block.html)
        return bool(self.text) and not re.search(r"\w", richtext.plain_text(rest))


@dataclass(frozen=True)
class Document:
    pieces: list[Piece]
    pictures: list[Picture]
    warnings: list[str]


def read(upload) -> Document:
    """Read a Word file. `upload`: an open binary file with `name` and `size`.

    Raises ValidationError with one sentence that says what to do.
    """
    _judge(upload)
    try:
        with files.one_at_a_time():
            prepared, warnings = _prepare(upload)
            source, pictures = _convert(prepared, Path(files.shown_name(upload)).stem)
            pieces = _pieces(source)
    except ValidationError:
        raise
    except documents.Refusal as error:
        raise _refusal(_TOO_LONG, upload) from error
    except Exception as error:  # mammoth and expat raise anything on bad data
        raise _refusal(_UNREADABLE, upload) from error
    finally:
        upload.seek(0)
    if len(pictures) > MAX_PHOTOS:
        warnings.append(gettext("Only the first %s pictures are taken over.") % MAX_PHOTOS)
    return Document(pieces, pictures[:MAX_PHOTOS], warnings)


def _refusal(message, upload) -> ValidationError:
    return ValidationError(message, code="word", params={"name": files.shown_name(upload)})


def _judge(upload) -> None:
    """A .docx by its content, with all limits of documents kept, before anything is parsed."""
    upload.seek(0)
    start = upload.read(4)
    if start == b"\xd0\xcf\x11\xe0":
        raise _refusal(_OLD_WORD, upload)
    if start and start != b"PK\x03\x04":
        raise _refusal(_NOT_WORD, upload)
    if files.inspect_attachment(upload).extension != "docx":
        raise _refusal(_NOT_WORD, upload)
    with zipfile.ZipFile(upload) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    texts = sum(size for name, size in sizes.items() if _is_xml(name))
    if texts > MAX_XML or sum(sizes.values()) > MAX_UNPACKED:
        raise _refusal(_TOO_LONG, upload)


def _is_xml(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in {".xml", ".rels"}


# ── Before mammoth: what it would not see ───────────────────────────────────────────────────────
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_V = "{urn:schemas-microsoft-com:vml}"
_GRAPHIC = f"{_A}graphic/{_A}graphicData"
_LOST = {
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart": _(
        "The Word file holds a chart, which is not taken over. Save it as a picture and add that."
    ),
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds": _(
        "The Word file holds a SmartArt drawing, which is not taken over. Save it as a picture "
        "and add that."
    ),
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath": _(
        "The Word file holds a formula, which is not taken over. Type it, or add it as a picture."
    ),
}
_DOCUMENT = "word/document.xml"


def _prepare(upload) -> tuple[io.BytesIO, list[str]]:
    """The file with a document that mammoth reads whole, and what even so is lost."""
    prepared = io.BytesIO()
    with zipfile.ZipFile(upload) as archive, zipfile.ZipFile(prepared, "w") as copy:
        names = archive.namelist()
        parts, left = {}, MAX_ELEMENTS
        for name in filter(_is_xml, names):
            parts[name] = documents.read_xml(archive, name, most=left)
            left -= sum(1 for _element in parts[name].iter())
        root = parts[_DOCUMENT]
        _write_out_styles(root, parts.get("word/styles.xml"))
        _open_drawings(root)
        for name in names:
            content = ET.tostring(root) if name == _DOCUMENT else archive.read(name)
            copy.writestr(name, content)
    lost = [str(said) for tag, said in _LOST.items() if root.find(f".//{tag}") is not None]
    return prepared, lost


def _write_out_styles(root: ET.Element, styles: ET.Element | None) -> None:
    """Alignment, bold and italic of a paragraph's style, written into the paragraph itself."""
    looks = _looks(styles) if styles is not None else {}
    for paragraph in root.iter(f"{_W}p"):
        named = paragraph.find(f"{_W}pPr/{_W}pStyle")
        look = looks.get(named.get(f"{_W}val")) if named is not None else looks.get("")
        if not look:
            continue
        if "jc" in look:
            properties = _child(paragraph, "pPr")
            if properties.find(f"{_W}jc") is None:
                properties.append(look["jc"])
        for run in paragraph.iter(f"{_W}r"):
            properties = _child(run, "rPr")
            for name in ("b", "i"):
                if name in look and properties.find(f"{_W}{name}") is None:
                    properties.append(look[name])


def _child(parent: ET.Element, name: str) -> ET.Element:
    """The first child of that name, made when there is none."""
    child = parent.find(f"{_W}{name}")
    if child is None:
        child = ET.Element(f"{_W}{name}")
        parent.insert(0, child)
    return child


def _looks(styles: ET.Element) -> dict[str, dict[str, ET.Element]]:
    """By style: its jc, b and i, its own or those of the styles it is based on; "": the default."""
    own, bases, looks = {}, {}, {}
    for style in styles.iter(f"{_W}style"):
        if style.get(f"{_W}type") != "paragraph":
            continue
        key = style.get(f"{_W}styleId")
        base = style.find(f"{_W}basedOn")
        bases[key] = base.get(f"{_W}val") if base is not None else None
        paths = {"jc": "pPr", "b": "rPr", "i": "rPr"}
        found = {name: style.find(f"{_W}{part}/{_W}{name}") for name, part in paths.items()}
        own[key] = {name: element for name, element in found.items() if element is not None}
        if style.get(f"{_W}default") in {"1", "true"}:
            looks[""] = own[key]
    for key in own:
        look, at, seen = {}, key, set()
        while at in own and at not in seen:
            seen.add(at)
            look = own[at] | look
            at = bases[at]
        looks[key] = look
    return looks


def _open_drawings(root: ET.Element) -> None:
    """Give drawings that mammoth skips (text boxes, groups) the older form, which it reads."""
    for choice in list(root.iter(f"{_MC}AlternateContent")):
        new, old = choice.find(f"{_MC}Choice"), choice.find(f"{_MC}Fallback")
        if new is None or (old is not None and _pictures(new) <= _pictures(old)):
            continue
        if old is not None:
            choice.remove(old)
        ET.SubElement(choice, f"{_MC}Fallback").append(_older_form(new))
    parents = {child: parent for parent in root.iter() for child in parent}
    for drawing in list(root.iter(f"{_W}drawing")):
        if drawing.find(f"*/{_GRAPHIC}/{_PIC}pic") is None and drawing in parents:
            parent = parents[drawing]
            if parent.tag != f"{_MC}Choice":
                parent[list(parent).index(drawing)] = _older_form(drawing)


def _pictures(element: ET.Element) -> set[str]:
    new = {blip.get(f"{_R}embed") for blip in element.iter(f"{_A}blip")}
    old = {data.get(f"{_R}id") for data in element.iter(f"{_V}imagedata")}
    return (new | old) - {None}


def _older_form(drawing: ET.Element) -> ET.Element:
    """Its pictures, then its text, as a `w:pict`."""
    picture = ET.Element(f"{_W}pict")
    boxes = list(drawing.iter(f"{_W}txbxContent"))
    in_boxes = {blip for box in boxes for blip in box.iter(f"{_A}blip")}
    for blip in drawing.iter(f"{_A}blip"):
        if blip not in in_boxes and blip.get(f"{_R}embed"):
            shape = ET.SubElement(picture, f"{_V}shape")
            ET.SubElement(shape, f"{_V}imagedata", {f"{_R}id": blip.get(f"{_R}embed")})
    for box in boxes:
        shape = ET.SubElement(picture, f"{_V}shape")
        ET.SubElement(shape, f"{_V}textbox").append(box)
    return picture


# ── Through mammoth ─────────────────────────────────────────────────────────────────────────────
_ALIGNED = {"": "", "centre": ".can-giua", "right": ".can-phai"}
_ROLES = {"title": "Title", "lead": "Subtitle", "caption": "Caption"}
_HEADING = re.compile(r"heading ([1-6])", re.IGNORECASE)
_STYLE_MAP = "\n".join(
    [
        *(
            f"p[style-name='word {role} {side}'] => p{'.word-' + role if role else ''}{css}:fresh"
            for role in ("", *_ROLES)
            for side, css in _ALIGNED.items()
        ),
        *(f"p[style-name='word h{level}'] => h{level}:fresh" for level in (2, 3, 4)),
    ]
)
_IMAGE = re.compile(r'<img src="word-photo-([0-9]+)" ?/>')
_WAY_BACK = re.compile(r'<a href="#[^"]*">↑</a>')  # mammoth's own, after a footnote


def _convert(prepared: io.BytesIO, stem: str) -> tuple[str, list[Picture]]:
    """mammoth's HTML with a figure for every picture, and the pictures."""
    pictures: list[Picture] = []
    known: dict[bytes, bytes] = {}  # a picture that stands in the text thirty times is kept once

    def keep(image):
        number = len(pictures) + 1
        ending = (image.content_type or "").rpartition("/")[2].replace("jpeg", "jpg")
        content = b""
        if number <= MAX_PHOTOS:
            with image.open() as file:
                content = file.read(images.MAX_SIZE + 1)  # more is refused by images
                content = known.setdefault(content, content)
        pictures.append(Picture(number, f"{stem}-{number}.{ending}", content))
        return [html.element("img", {"src": f"word-photo-{number}"})]

    prepared.seek(0)
    result = mammoth.convert_to_html(
        prepared,
        transform_document=_marked,
        convert_image=keep,
        style_map=_STYLE_MAP,
        include_embedded_style_map=False,  # a document may not say how it is read
    )

    def figure(match):
        taken = int(match[1]) <= MAX_PHOTOS
        return f'<figure data-photo="{match[1]}"></figure>' if taken else ""

    return _WAY_BACK.sub("", _IMAGE.sub(figure, result.value)), pictures


def _marked(document):
    """The document whose paragraphs say in their style's name what their look says."""
    blocks = [part for child in document.children for part in _opened(child)]
    title = _title_among(blocks)
    levels = sorted({_level(block) for block in blocks if block is not title} - {None})
    return document.copy(
        children=[
            _named(block, "title") if block is title else _labelled(block, levels)
            for block in blocks
        ]
    )


def _title_among(blocks: list):
    """The paragraph in the style "Title", else the first heading near the start."""
    first = [block for block in blocks if _text(block).strip()][:8]
    by_style = [block for block in first if _style(block) == _ROLES["title"].lower()]
    headings = [block for block in first if _level(block) == 1]
    return next(iter(by_style or headings), None)


def _style(block) -> str:
    name = getattr(block, "style_name", None) if isinstance(block, model.Paragraph) else None
    return (name or "").lower()


def _level(block) -> int | None:
    match = _HEADING.fullmatch(_style(block))
    return int(match[1]) if match else None


def _labelled(block, levels: list[int]):
    if not isinstance(block, model.Paragraph):
        return block
    if level := _level(block):  # the highest heading in use is the article's h2
        label = f"word h{min(2 + levels.index(level), 4)}"
        return _not_bold(block).copy(style_id=None, style_name=label, numbering=None)
    if block.numbering is not None:
        return block
    role = next((role for role, name in _ROLES.items() if _style(block) == name.lower()), "")
    return _named(block, "" if role == "title" else role)


def _not_bold(heading):
    """A heading is bold by being one."""
    plain = transforms.run(lambda run: run.copy(is_bold=False))
    return heading.copy(children=[plain(child) for child in heading.children])


def _named(block, role: str):
    label = f"word {role} {_side(block)}"
    return block.copy(style_id=None, style_name=label, numbering=None)


def _text(block) -> str:
    """The words with their spaces, tabs and line ends."""
    signs = {model.Tab: "\t", model.Break: "\n"}
    return "".join(
        part.value if isinstance(part, model.Text) else signs.get(type(part), "")
        for part in transforms.get_descendants(block)
    )


_FAR = 4500  # twentieths of a point: an indent beyond the middle of the page


def _side(paragraph) -> str:
    """Where a paragraph stands, by its alignment or by the spaces before its first word."""
    if paragraph.alignment in {"center", "distribute"}:
        return "centre"
    if paragraph.alignment in {"right", "end"}:
        return "right"
    words = _text(paragraph)
    length = len(words.strip())
    if not length or length > 200 or "\n" in words.strip():
        return ""
    if _is_far(paragraph.indent):
        return "right"
    return _pushed(words[: len(words) - len(words.lstrip())], length)


def _is_far(indent) -> bool:
    start = getattr(indent, "start", None) or ""
    return start.isdigit() and int(start) >= _FAR


def _pushed(before: str, length: int) -> str:
    """Where spaces push a line of `length` letters: about four spaces are two letters wide."""
    tabs = before.count("\t")
    spaces = len(before) - tabs + tabs * (11 if tabs > 2 else 3)
    if spaces < 8:
        return ""
    return "right" if spaces >= 60 and spaces + length >= 95 else "centre"


# Pictures and their words: a picture with its caption in one paragraph, pictures in a table.
def _images(block) -> list:
    return transforms.get_descendants_of_type(block, model.Image)


def _opened(block) -> list:
    """The block, or what stands in it one after the other where it only holds pictures in place."""
    if not _images(block):
        return [block]
    if isinstance(block, model.Table):
        return _of_layout(block)
    if not isinstance(block, model.Paragraph):
        return [block]
    pictures = [model.paragraph([model.run([image])]) for image in _images(block)]
    words = transforms.element_of_type(model.Image, lambda _image: model.run([]))(block)
    if _holds_caption(block):
        return [*pictures, words.copy(alignment="center")]
    return [words, *pictures]  # never amid the words: a floating picture is anchored anywhere


def _holds_caption(paragraph) -> bool:
    """Whether the words beside a picture are a line under it."""
    words = _text(paragraph)
    if len(words.strip()) > SHORT:
        return False
    return (
        _side(paragraph) == "centre" or _style(paragraph) == "caption" or "\n" in words.strip(" ")
    )


def _of_layout(table) -> list:
    """Column by column, each picture with the words under it; a real table stays one."""
    rows = [row.children for row in table.children if hasattr(row, "children")]
    cells = [cell for row in rows for cell in row]
    if any(len(_text(cell).strip()) > SHORT for cell in cells) or _has_words_alone(rows):
        return [table]
    columns: dict[int, list] = {}
    for row in rows:
        column = 0
        for cell in row:
            columns.setdefault(column, []).append(cell)
            column += getattr(cell, "colspan", 1)
    return [
        part for column in sorted(columns) for cell in columns[column] for part in _of_cell(cell)
    ]


def _has_words_alone(rows: list) -> bool:
    """Whether some row has words and neither it nor the row above has a picture."""
    above = False
    for row in rows:
        pictures = any(_images(cell) for cell in row)
        if not pictures and not above and any(_text(cell).strip() for cell in row):
            return True
        above = pictures
    return False


def _of_cell(cell) -> list:
    for child in cell.children:
        for part in _opened(child):
            if isinstance(part, model.Paragraph) and not _images(part):
                yield part.copy(alignment="center")
            else:
                yield part


# ── After mammoth ───────────────────────────────────────────────────────────────────────────────
_ROLE = re.compile(r'<p class="word-([a-z]+)')


def _pieces(source: str) -> list[Piece]:
    """Each of mammoth's top-level elements cleaned; one may become several."""
    found = []
    for raw in richtext.blocks(source):
        match = _ROLE.match(raw.html)
        role = match[1] if match else ""
        for block in richtext.blocks(richtext.clean(raw.html)):
            found.append(Piece(block, role if block.photo is None else ""))
    return found
