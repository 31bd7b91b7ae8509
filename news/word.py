"""What stands in a Word file: title, summary, text, photos with captions, author, dates.

Structure is recognised by how the document looks and proposed, never decided; words are never
changed. What is not recognised stays in the text where it stood.
"""

import datetime
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from news import docx
from news.docx import SHORT, Piece
from portal import richtext, text

LONGEST_TITLE = 255
LONGEST_BYLINE = 60
LONGEST_SUMMARY = 700
ADDRESS_LINES = 8
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass
class DraftPhoto:
    """A picture and what stands under it; its place is the figure of that number in the body."""

    number: int
    name: str
    content: bytes
    caption: str = ""


@dataclass
class Draft:
    """What a Word file gives for an article; `address` is HTML proposed for removal."""

    title: str = ""
    summary: str = ""
    body: str = ""
    byline: str = ""
    address: str = ""
    photos: list[DraftPhoto] = field(default_factory=list)
    publish_at: datetime.datetime | None = None
    held_on: datetime.date | None = None
    review_year: int | None = None
    plan_year: int | None = None
    # The whole document as it reads, cleaned, with a figure for every picture.
    source: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def is_report(self) -> bool:
        """Whether it reads like the report of an annual review."""
        return self.review_year is not None and "tong ket" in text.fold(self.title)


def read(upload, *, known: Iterable[str] = ()) -> Draft:
    """Read a .docx. `known`: lines of the site's own contact record.

    Raises ValidationError with one sentence that says what to do; stores nothing.
    """
    document = docx.read(upload)
    source = _html(document.pieces)
    richtext.validate_encoding(source)
    photos = [DraftPhoto(*picture) for picture in document.pictures]
    draft = Draft(source=source, photos=photos, warnings=document.warnings)
    letterhead, pieces = _letterhead_apart(document.pieces)
    draft.title = _take_title(pieces)
    if not draft.title:
        draft.warnings.append(gettext("No title was recognised. Please type it."))
    draft.publish_at = _take_date_line(pieces)
    draft.summary = _take_summary(pieces)
    _take_captions(pieces, photos)
    draft.address = _take_address(pieces, known)
    draft.byline = _take_byline(pieces)
    draft.body = _html([*letterhead, *pieces])
    draft.held_on = _first_date(pieces)
    draft.review_year, draft.plan_year = _years(draft.title)
    return draft


def _html(pieces: Iterable[Piece]) -> str:
    return "".join(piece.block.html for piece in pieces)


def _line(piece: Piece) -> str:
    return text.normalize_line(piece.text)


def _ends_sentence(line: str) -> bool:
    return line.rstrip('"”’»)').endswith((".", "!", "?", "…", ";", ":"))


# ── At the start ────────────────────────────────────────────────────────────────────────────────
def _letterhead_apart(pieces: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The tables before the first line (letters begin with one), and the rest."""
    rest = list(itertools.dropwhile(lambda piece: piece.block.tag == "table", pieces))
    return pieces[: len(pieces) - len(rest)], rest


def _take_title(pieces: list[Piece]) -> str:
    """By its style, else the centred or bold lines at the start, else a first line like one."""
    for piece in pieces:
        if piece.role == "title":
            pieces.remove(piece)
            return _line(piece)
    lines = _title_lines(pieces)
    for piece in lines:
        pieces.remove(piece)
    return " ".join(map(_line, lines))


def _title_lines(pieces: list[Piece]) -> list[Piece]:
    if not pieces or pieces[0].is_photo or pieces[0].block.tag in {"ul", "ol", "table"}:
        return []
    first = pieces[0]
    if len(_line(first)) > LONGEST_TITLE or _line(first).endswith((".", ":", ";")):
        return []
    lines, bold = [first], first.is_all("strong")
    if not first.is_centred:
        return lines
    for piece in pieces[1:]:
        longer = " ".join(map(_line, [*lines, piece]))
        alike = piece.is_centred and piece.is_all("strong") == bold and not piece.is_photo
        if not alike or len(longer) > LONGEST_TITLE or _DATE_LINE.fullmatch(_line(piece)):
            break
        lines.append(piece)
    return lines


_DATE_LINE = re.compile(
    r"(?:thứ\s+\w+|chủ\s+nhật)\s*,?\s*(?:ngày\s+)?(\d{1,2})[/-](\d{1,2})[/-](\d{4})"
    r"(?:\s*[-–|,]?\s*(\d{1,2})[:h](\d{2}))?",
    re.IGNORECASE,
)


def _take_date_line(pieces: list[Piece]) -> datetime.datetime | None:
    """ "Thứ Ba, 23/01/2018 - 04:11" right under the title: when it was published."""
    found = _DATE_LINE.fullmatch(_line(pieces[0])) if pieces else None
    day = _date(*found.groups()[:3]) if found else None
    if day is None:
        return None
    try:
        at = datetime.time(int(found[4] or 0), int(found[5] or 0), tzinfo=_VIETNAM)
    except ValueError:
        return None
    pieces.pop(0)
    return datetime.datetime.combine(day, at)


def _take_summary(pieces: list[Piece]) -> str:
    """A bold paragraph of a sentence or two before the first plain one."""
    if len(pieces) < 2 or not pieces[0].is_paragraph:
        return ""
    first, line = pieces[0], _line(pieces[0])
    looks = first.role == "lead" or (first.is_all("strong") and not pieces[1].is_all("strong"))
    if not looks or not 40 <= len(line) <= LONGEST_SUMMARY or not _ends_sentence(line):
        return ""
    pieces.pop(0)
    return line


# ── Captions ────────────────────────────────────────────────────────────────────────────────────
_NUMBERED = re.compile(r"(?:[IVXLC]+|\d{1,2})[.)]\s")


def _take_captions(pieces: list[Piece], photos: list[DraftPhoto]) -> None:
    """A short centred line right under a photo is its caption."""
    by_number = {photo.number: photo for photo in photos}
    for above, piece in list(itertools.pairwise(pieces)):
        if above.is_photo and _is_caption(piece):
            by_number[above.block.photo].caption = _line(piece)
            pieces.remove(piece)


def _is_caption(piece: Piece) -> bool:
    line = _line(piece)
    if piece.is_photo or not piece.is_paragraph or len(line) > SHORT or not re.search(r"\w", line):
        return False
    if piece.role == "caption":
        return True
    if piece.is_all("strong") and (_NUMBERED.match(line) or line.isupper()):
        return False  # the heading of the next section
    return piece.is_centred or (piece.is_all("em") and len(line) <= 200)


# ── At the end ──────────────────────────────────────────────────────────────────────────────────
_LABEL = re.compile(
    r"\W*(?:địa chỉ|trụ sở|điện thoại|đt|tel|hotline|fax|email|e-mail|thư điện tử|hộp thư"
    r"|website|web|trang thông tin điện tử)\s*(?:\([^)]*\))?\s*[:.]",
    re.IGNORECASE,
)
_REACHES = re.compile(r"[\w.+-]+@[\w-]+\.\w|\(?\+?\d{2,4}\)?[\s.]*\d[\d.\s]{5,}\d|www\.|https?://")


def _take_address(pieces: list[Piece], known: Iterable[str]) -> str:
    """The block at the very end that says where the agency is and how to reach it."""
    own = [text.fold(line) for line in known if line]
    block: list[Piece] = []
    for piece in reversed(pieces[-ADDRESS_LINES:]):
        if not piece.is_paragraph or not _is_of_address(piece, own, below=block):
            break
        block.insert(0, piece)
    if not _is_address(block, own):
        return ""
    del pieces[len(pieces) - len(block) :]
    return _html(block)


def _is_of_address(piece: Piece, own: list[str], *, below: list[Piece]) -> bool:
    """Lines with a label or known ones; above such lines also a name in capitals."""
    lines = [line for line in piece.text.split("\n") if line.strip()]
    heads = bool(below) or len(lines) > 1
    return all(_is_address_line(line, own) or (heads and line.isupper()) for line in lines)


def _is_address_line(line: str, own: list[str]) -> bool:
    return len(line) <= SHORT and (bool(_LABEL.match(line)) or _is_known(line, own))


def _is_known(line: str, own: list[str]) -> bool:
    folded = text.fold(line)
    return any(folded == entry or (len(entry) > 8 and entry in folded) for entry in own)


def _is_address(block: list[Piece], own: list[str]) -> bool:
    """It says how to reach somebody, and it is more than one number under a notice."""
    lines = [line for piece in block for line in piece.text.split("\n")]
    labels = [line for line in lines if _LABEL.match(line)]
    return any(_REACHES.search(line) for line in lines) and (
        len(labels) > 1 or any(_is_known(line, own) for line in labels)
    )


def _take_byline(pieces: list[Piece]) -> str:
    """A short line pushed to the right at the end: who wrote it."""
    last = next((piece for piece in reversed(pieces) if not piece.is_photo), None)
    if last is None or not last.is_paragraph or not last.is_right:
        return ""
    line = _line(last)
    if len(line) > LONGEST_BYLINE or re.search(r"\d", line) or _ends_sentence(line):
        return ""
    pieces.remove(last)
    return line


# ── Dates and years ─────────────────────────────────────────────────────────────────────────────
_DATE = re.compile(
    r"(?<![\d/])(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})(?![\d/])"
    r"|ngày\s+(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(20\d{2}|19[4-9]\d)(?!\d)")


def _date(day: str, month: str, year: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _first_date(pieces: list[Piece]) -> datetime.date | None:
    """The first whole date of the first paragraphs: when the event was."""
    start = "\n".join(piece.text for piece in pieces[:8])
    for found in _DATE.finditer(start):
        day = _date(*(part for part in found.groups() if part is not None))
        if day and day.year >= 1945:
            return day
    return None


def _years(title: str) -> tuple[int | None, int | None]:
    """The year under review and the year planned, as the title names them."""
    years = [int(year) for year in _YEAR.findall(title)]
    if not years:
        return None, None
    return years[0], next((year for year in years if year > years[0]), None)
