"""What a photo's file says about itself: caption, photographer, day.

Agencies write it as IPTC, cameras and office programs as EXIF; both are read before portal.images
drops them. Places, devices and all the rest are not looked at.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from PIL import Image, IptcImagePlugin

from portal import text

LONGEST_CAPTION = 2000
LONGEST_CREDIT = 150

# IPTC's numbers, record and field.
_CHARSET = (1, 90)
_DAY, _PERSON, _AGENCY, _CAPTION = (2, 55), (2, 80), (2, 110), (2, 120)
_UTF8 = b"\x1b%G"
# EXIF's numbers.
_DESCRIPTION, _ARTIST, _DETAILS, _TAKEN = 0x010E, 0x013B, 0x8769, 0x9003
# UTF-8 that somebody read as Latin letters, "Há»™i nghá»‹", and letters lost for good, "H?i ngh?".
_UNREADABLE = re.compile(
    r"[\u00c3\u00c4\u00c6][\u0080-\u00bf\u0192\u02c6\u02dc\u2010-\u203a\u20ac\u2122]"
    r"|\u00e1[\u00ba\u00bb]|\ufffd|\w\?\w"
)
# Nobody's words, but a camera's: "OLYMPUS DIGITAL CAMERA", "SONY DSC", "DCIM\\100MEDIA".
_CAMERA = re.compile(r"[A-Z0-9 \\/_.-]+")


@dataclass(frozen=True)
class Notes:
    """Clean text, "" or None where the file says nothing that can be read."""

    caption: str = ""
    credit: str = ""
    taken_on: date | None = None


NO_NOTES = Notes()


def read(image: Image.Image) -> Notes:
    """The notes in the head of an opened picture; damaged ones count as none."""
    iptc, exif = _iptc(image), _exif(image)
    return Notes(
        caption=_first(_clean(iptc(_CAPTION)), _clean(exif(_DESCRIPTION)))[:LONGEST_CAPTION],
        credit=_first(_credit(_line(iptc(_PERSON)), _line(iptc(_AGENCY))), _line(exif(_ARTIST))),
        taken_on=_day(iptc(_DAY), "%Y%m%d") or _day(exif(_TAKEN)[:10], "%Y:%m:%d"),
    )


def _first(*found: str) -> str:
    return next(filter(None, found), "")


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────
def _iptc(image: Image.Image):
    """A function from a field's number to its text."""
    try:
        fields = IptcImagePlugin.getiptcinfo(image) or {}
    except Exception:  # noqa: BLE001 - Pillow raises anything on bad data; the photo is still good
        fields = {}
    is_utf8 = fields.get(_CHARSET) == _UTF8

    def field(number: tuple[int, int]) -> str:
        values = fields.get(number, [])
        values = values if isinstance(values, list) else [values]
        # Pillow gives None for a field that is there and empty.
        return ", ".join(_decoded(value, is_utf8=is_utf8) for value in values if value)

    return field


def _exif(image: Image.Image):
    try:
        exif = image.getexif()
        found = dict(exif) | {_TAKEN: exif.get_ifd(_DETAILS).get(_TAKEN)}
    except Exception:  # noqa: BLE001 - as above
        found = {}

    def field(number: int) -> str:
        value = found.get(number)
        # Pillow has read the bytes as Latin-1, whatever they are.
        return _decoded(value.encode("latin-1", "ignore")) if isinstance(value, str) else ""

    return field


def _decoded(value: bytes, *, is_utf8: bool = False) -> str:
    """UTF-8 where it is said or fits; else Vietnamese Windows' letters or Western ones."""
    value = value.rstrip(b"\0 ")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        if is_utf8:  # cut within a letter, as the length limits of IPTC do
            return value.decode("utf-8", "ignore")
    vietnamese, western = (value.decode(name, "replace") for name in ("cp1258", "cp1252"))
    return vietnamese if text.reads_as_vietnamese(vietnamese) else western


# ── Judging ─────────────────────────────────────────────────────────────────────────────────────
def _clean(value: str) -> str:
    """The text as it is stored; "" for what is unreadable or nobody's words."""
    value = text.normalize("".join(c for c in value if c in "\n\t" or c.isprintable())).strip()
    if _UNREADABLE.search(value) or _CAMERA.fullmatch(value) or text.is_file_name(value):
        return ""
    try:
        text.validate_not_legacy(value)
    except ValidationError:
        return ""
    return value


def _line(value: str) -> str:
    """A name: it may be in capitals throughout ("TTXVN"), and cut short it would be another."""
    is_name = _CAMERA.fullmatch(value) and not text.is_file_name(value)
    value = text.normalize_line(value if is_name else _clean(value))
    return value if len(value) <= LONGEST_CREDIT else ""


def _credit(person: str, agency: str) -> str:
    """ "Hưng Đức/TTXVN", as newspapers write it."""
    if not person or not agency or text.fold(agency) in text.fold(person):
        return person or agency
    both = f"{person}/{agency}"
    return both if len(both) <= LONGEST_CREDIT else person


def _day(value: str, form: str) -> date | None:
    try:
        day = datetime.strptime(value, form).date()
    except ValueError:
        return None
    return day if date(1900, 1, 1) < day <= timezone.localdate() else None
