"""Makes the Word files of the tests, as Word users make them, also through LibreOffice."""

import io
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm
from PIL import Image

SEED = (Path(__file__).parents[1] / "browser" / "seed.txt").read_text(encoding="utf-8")
_LINES = [line for line in SEED.split("\n") if line.replace("\xa0", " ").strip()]
TITLE = _LINES[0]
DATE_LINE = _LINES[1]
PARAGRAPHS = [line.replace("\xa0", " ").strip() for line in _LINES if len(line) > 350]
CAPTIONS = [
    "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị",
    "Các đại biểu tham dự Hội nghị",
]
BYLINE = "Hưng Đức"
ADDRESS = _LINES[-3:]
PHOTO_AFTER = {1: 0, 4: 1}


def picture(color: str, *, size=(800, 600), kind="JPEG") -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, kind)
    buffer.seek(0)
    return buffer


COLORS = ["navy", "teal"]


def saved(document) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def blank():
    """A document without words. Like Word it brings the styles that are used: of python-docx's own
    template nine tenths are styles of tables, which cost a second whenever the file is read."""
    return Document(io.BytesIO(_template()))


@cache
def _template() -> bytes:
    document = Document()
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style != document.styles.default(style.type):
            style.delete()
    return saved(document)


def add_photo(paragraph, number: int) -> None:
    paragraph.add_run().add_picture(picture(COLORS[number]), width=Cm(10))


def seed_by_styles(*, photo=None) -> bytes:
    """With Title, Caption and alignment, as one does who knows Word.

    `photo`: called with document and number to put a photo with its caption in another way.
    """
    document = blank()
    document.add_paragraph(TITLE, style="Title")
    for number, words in enumerate(PARAGRAPHS, start=1):
        document.add_paragraph(words)
        if number in PHOTO_AFTER:
            (photo or _photo_by_styles)(document, PHOTO_AFTER[number])
    document.add_paragraph(BYLINE).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for line in ADDRESS:
        document.add_paragraph(line)
    return saved(document)


def _photo_by_styles(document, number: int) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_photo(paragraph, number)
    document.add_paragraph(CAPTIONS[number], style="Caption")


def seed_by_hand() -> bytes:
    """Everything in one style, centred and pushed by no-break spaces, the first line bold."""
    document = blank()
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(TITLE).bold = True
    document.add_paragraph(DATE_LINE)
    photos = iter((0, 1))
    for line in _LINES[2:]:
        words = line.replace("\xa0", " ").strip()
        if words in CAPTIONS:
            add_photo(document.add_paragraph("\xa0" * 40), next(photos))
        document.add_paragraph(line)
    return saved(document)


# ── Photos in other ways ────────────────────────────────────────────────────────────────────────
def photo_in_table(document, number: int) -> None:
    """A table of one column: the photo above, its caption below."""
    table = document.add_table(rows=2, cols=1)
    add_photo(table.cell(0, 0).paragraphs[0], number)
    table.cell(1, 0).paragraphs[0].add_run(CAPTIONS[number]).italic = True


def photo_with_line_break(document, number: int) -> None:
    """Photo and caption in one paragraph, a line break between."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    add_photo(paragraph, number)
    paragraph.add_run().add_break()
    paragraph.add_run(CAPTIONS[number])


def floating_photo(document, number: int) -> None:
    """A picture that floats under the paragraph before, anchored amid it; its caption follows."""
    paragraph = document.paragraphs[-1]
    words = paragraph.text
    paragraph.clear().add_run(words[:200])
    add_photo(paragraph, number)
    drawing = paragraph.runs[-1]._r.find(qn("w:drawing"))
    inline = drawing[0]
    anchor = OxmlElement("wp:anchor")
    for name, value in (
        *(("distT", "0"), ("distB", "0"), ("distL", "0"), ("distR", "0"), ("simplePos", "0")),
        *(("relativeHeight", "1"), ("behindDoc", "0"), ("locked", "0"), ("layoutInCell", "1")),
        ("allowOverlap", "1"),
    ):
        anchor.set(name, value)
    position = (
        "<w:x {}><wp:simplePos x='0' y='0'/>"
        "<wp:positionH relativeFrom='column'><wp:align>center</wp:align></wp:positionH>"
        "<wp:positionV relativeFrom='paragraph'><wp:posOffset>0</wp:posOffset></wp:positionV>"
        "</w:x>"
    ).format(nsdecls("w", "wp"))
    for part in list(parse_xml(position)):
        anchor.append(part)
    for part in list(inline):
        anchor.append(part)
        if part.tag == qn("wp:extent"):
            anchor.append(parse_xml(f"<wp:wrapTopAndBottom {nsdecls('wp')}/>"))
    drawing.replace(inline, anchor)
    paragraph.add_run(words[200:])
    caption = document.add_paragraph(CAPTIONS[number])
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER


_BOX = """<w:r {names}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="3600000" cy="3000000"/>
<wp:docPr id="{id}" name="Text Box {id}"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">
<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>
<a:ext cx="3600000" cy="3000000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
</wps:spPr>
<wps:txbx><w:txbxContent/></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>
</wp:inline></w:drawing></mc:Choice></mc:AlternateContent></w:r>"""
_NAMES = (
    nsdecls("w", "wp", "a")
    + ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    + ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def photo_in_text_box(document, number: int) -> None:
    """A text box, in today's form alone, that holds the photo and its caption."""
    inside = document.add_paragraph()
    add_photo(inside, number)
    caption = document.add_paragraph(CAPTIONS[number])
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = parse_xml(_BOX.format(names=_NAMES, id=100 + number))
    box = run.find(f".//{qn('w:txbxContent')}")
    for paragraph in (inside, caption):
        box.append(paragraph._p)
    document.add_paragraph()._p.append(run)


WAYS = {
    "styles": None,
    "table": photo_in_table,
    "line break": photo_with_line_break,
    "floating": floating_photo,
    "text box": photo_in_text_box,
}


@cache
def seeds() -> dict[str, bytes]:
    """The seed in every way it is made here."""
    made = {way: seed_by_styles(photo=photo) for way, photo in WAYS.items()}
    return made | {"by hand": seed_by_hand()}


# ── LibreOffice ─────────────────────────────────────────────────────────────────────────────────
@cache
def seeds_through_libreoffice() -> dict[str, bytes]:
    """All of them saved as .odt by LibreOffice, and those as .docx again."""
    made = seeds()
    with tempfile.TemporaryDirectory(prefix="portal-soffice-") as name:
        folder = Path(name)
        for way, content in made.items():
            (folder / f"{way}.docx").write_bytes(content)
        _convert(folder, "docx", "odt")
        for way in made:
            (folder / f"{way}.docx").unlink()
        _convert(folder, "odt", "docx")
        return {way: (folder / f"{way}.docx").read_bytes() for way in made}


def _convert(folder: Path, source: str, target: str) -> None:
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [shutil.which("soffice"), profile, "--headless", "--convert-to", target]
    subprocess.run(
        [*command, "--outdir", str(folder), *map(str, folder.glob(f"*.{source}"))],
        check=True,
        capture_output=True,
        timeout=180,
    )
