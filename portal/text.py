"""Every rule about Vietnamese text: clean-up, slugs, order, dates, phones, and what search means.

Pure functions: no models, no database, no settings. Everything else calls these.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# --- Clean-up ------------------------------------------------------------------------------------

_INVISIBLE = dict.fromkeys([0x200B, 0xFEFF, 0x00AD])
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
_NO_BREAK_SPACES = dict.fromkeys([0x00A0, 0x202F, 0x2007], " ")
# Word's soft line break is a vertical tab: dropping it would join two words.
_LINE_ENDS = dict.fromkeys([0x0B, 0x0C, 0x0D], "\n")
_CLEAN = _CONTROLS | _INVISIBLE | _NO_BREAK_SPACES | _LINE_ENDS | {0x09: "\t", 0x0A: "\n"}

# Nearly every text is clean already: looking is ten times faster than translating.
_UNCLEAN = re.compile("[" + "".join(chr(sign) for sign in _CLEAN if sign not in (9, 10)) + "]")


def normalize(value: str) -> str:
    """Return the text as it is stored: NFC, no invisible characters, no spaces used as layout.

    Three or more spaces in a row are layout and become one. Two stay: they are the author's slip,
    and words and slips are never rewritten.
    """
    # Invisible characters go first: one of them between a letter and its mark stops NFC.
    text = value.replace("\r\n", "\n")
    text = text.translate(_CLEAN) if _UNCLEAN.search(text) else text
    text = unicodedata.normalize("NFC", text)
    if "   " in text:
        text = re.sub(r" {3,}", " ", text)
    return "\n".join(line.rstrip(" \t") for line in text.split("\n"))


def normalize_line(value: str) -> str:
    """Return `normalize(value)` on one line, without spaces at its ends: titles, names, queries."""
    return re.sub(r" *[\n\t][ \n\t]*", " ", normalize(value)).strip()


# Eth (Ð) looks like Đ and is typed for it.
_D_WITH_STROKE = str.maketrans("đð", "dd")


def fold(text: str) -> str:
    """Return the text as search compares it: lower case, no marks, đ as d, single spaces."""
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE)).lower()
    text = unicodedata.normalize("NFD", text.translate(_D_WITH_STROKE))
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Mn").split())


_OTHER_LATIN = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "þ": "th"})


def slugify(text: str, max_length: int = 80) -> str:
    """Return "dai-hoi-dang-bo" for "Đại hội Đảng bộ", at most `max_length` long, cut at a word.

    Empty only for text without a letter or a digit: a script without Latin letters gives its code
    points, so that its page still has an address.
    """
    latin = unicodedata.normalize("NFKD", fold(text).translate(_OTHER_LATIN))
    slug = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")
    slug = slug or "-".join(f"u{ord(c):x}" for c in latin if c.isalnum())
    if len(slug) <= max_length:
        return slug
    return slug[: max_length + 1].rpartition("-")[0] or slug[:max_length]


# --- Order ---------------------------------------------------------------------------------------

_TONE_MARKS = "\u0300\u0309\u0303\u0301\u0323"  # huyền hỏi ngã sắc nặng, in the dictionary's order
_TONE = re.compile(f"[{_TONE_MARKS}]")
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"


def without_tone(word: str) -> tuple[str, str]:
    """Return the lower-case word without its tone (NFC), and the tone's rank "0" to "5"."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tone = _TONE.search(decomposed)
    letters = unicodedata.normalize("NFC", _TONE.sub("", decomposed))
    return letters, str(_TONE_MARKS.index(tone[0]) + 1) if tone else "0"


def _letter_codes() -> dict[str, str]:
    """Return a two-character code a letter: "d0" for d, "d1" for đ, "19" for 9."""
    codes = {digit: f"1{digit}" for digit in "0123456789"}
    for letter in _ALPHABET:
        base = fold(letter)
        codes[letter] = f"{base}{sum(code[0] == base for code in codes.values())}"
    return codes | {"ð": codes["đ"]}


_CODES = _letter_codes()
_LEVEL, _SPACE = "00", "01"  # both before any letter: "an" before "an ba" before "anh"


def _letter_code(letter: str) -> str:
    return _CODES.get(letter) or _CODES.get(fold(letter)) or f"z9{ord(letter):07d}"


def _key(words: Iterable[str]) -> str:
    pairs = [without_tone(word) for word in words]
    letters = ("".join(_letter_code(c) for c in word if c.isalnum()) for word, _tone in pairs)
    return _SPACE.join(letters) + _LEVEL + "".join(tone for _word, tone in pairs)


def sort_key(text: str) -> str:
    """Return a key whose plain order is the Vietnamese dictionary's; about twice the text's length.

    First the letters of the whole text, then its tones (one digit a syllable, so that hoà and hòa
    are one). Only lower-case ASCII letters and digits, each letter followed by a digit: bytes,
    PostgreSQL's "C", en_US and ICU all sort it alike.
    """
    words = [word.text for word in _words(text)]
    return _key(words) if words else ""


def person_sort_key(name: str) -> str:
    """Return the key that sorts people by the given name (the last word), then by the rest."""
    words = [word.text for word in _words(name)]
    return _key(words[-1:]) + _LEVEL + _key(words[:-1]) if words else ""


# --- Dates, sizes --------------------------------------------------------------------------------

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Not through gettext: Django's own catalogue says "Thứ 3" for Tuesday.
_WEEKDAYS = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"]


def date_line(moment: datetime) -> str:
    """Return "Thứ Ba, 23/01/2018 - 04:11", in Vietnam's time, for an aware datetime."""
    if moment.tzinfo is None:
        raise ValueError("date_line() needs a datetime with a time zone.")
    local = moment.astimezone(_VIETNAM)
    return f"{_WEEKDAYS[local.weekday()]}, {local:%d/%m}/{local.year:04d} - {local:%H:%M}"


def formal_date(day: date) -> str:
    """Return "ngày 05 tháng 8 năm 2025": only days below 10 and months 1 and 2 take a zero.

    The rule of Decree 30/2020/NĐ-CP on official papers: those are the numbers a 1 could be put in
    front of.
    """
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def file_size(size_in_bytes: int) -> str:
    """Return "980 KB" or "1,2 MB" (1 KB = 1024 bytes, decimal comma) for a size in bytes."""
    if size_in_bytes < 1024:
        return f"{size_in_bytes} B"
    if (kilobytes := (size_in_bytes + 512) // 1024) < 1024:
        return f"{kilobytes} KB"
    unit, name = (2**20, "MB") if size_in_bytes < 2**30 - 2**20 // 20 else (2**30, "GB")
    whole, tenth = divmod((size_in_bytes * 10 + unit // 2) // unit, 10)
    return f"{whole},{tenth} {name}" if tenth else f"{whole} {name}"


# --- Phones --------------------------------------------------------------------------------------

_PHONE = re.compile(r"\+?\(?\+?[0-9][0-9 ().\-\u2013]*")
_EXTENSION = re.compile(
    r"[ ,;:(\-\u2013]*(?:so may le|may le|so le|le|may nhanh|noi bo|ext|x|#)[ .:]*([0-9]{1,6})\b"
)
_SHORT_NUMBER = re.compile(r"1[0-9]{2,4}|1[89]00[0-9]{4,6}")
_NATIONAL_NUMBER = re.compile(r"0[1-9][0-9]{8,9}")


def phone_link(phone: str) -> str:
    """Return "tel:+842053871906" for "(0205) 3.871.906", "" when nothing in it can be dialled.

    The first of several numbers counts. Short numbers (113, 1022, 1900 1234) exist only inside
    Vietnam and stay as they are; "máy lẻ 12" becomes ";ext=12" (RFC 3966). A landline without its
    area code cannot be dialled from a mobile, so it gives "".
    """
    text = fold(phone.replace("\n", ";"))
    typed = _PHONE.search(text)
    number = _dialled(_first_number(typed[0])) if typed else ""
    if not number:
        return ""
    extension = _EXTENSION.match(text, typed.end())
    return f"tel:{number};ext={extension[1]}" if extension else f"tel:{number}"


def _first_number(typed: str) -> str:
    """Return the digits (and a leading +) up to a spaced dash that follows a whole number."""
    plus = "+" if typed.lstrip("(").startswith("+") else ""
    digits = ""
    for piece in re.split(r" [\-\u2013] ", typed):
        # "0205 - 3871906" is one number, "0912345678 - 0987654321" are two.
        digits += re.sub(r"[^0-9]", "", piece)
        if len(digits) >= 8 or not (plus or digits.startswith("0")):
            break
    return plus + digits


def _dialled(number: str) -> str:
    if _SHORT_NUMBER.fullmatch(number):
        return number
    number = re.sub(r"\A00", "+", number)
    number = re.sub(r"\A\+?84(?=0?[1-9][0-9]{8,9}\Z)0?", "0", number)
    if _NATIONAL_NUMBER.fullmatch(number):
        return f"+84{number[1:]}"
    return number if re.fullmatch(r"\+(?!84)[1-9][0-9]{7,14}", number) else ""


def validate_phone(value: str) -> None:
    """Raise ValidationError for a phone number that cannot be dialled."""
    if not phone_link(value):
        raise ValidationError(
            _("Enter a phone number with its area code, for example (0205) 3.871.906."),
            code="phone",
        )


# --- Legacy encodings ----------------------------------------------------------------------------

_TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ¡¢§£¤¥¦",
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂĐÊÔƠƯ",
)
_VNI_TONES = dict(zip("øûõùï", _TONE_MARKS, strict=True))
_VNI_PAIRS = {
    base + mark: unicodedata.normalize("NFC", letter + tone)
    for base, letter in zip("aeouyôö", "aeouyơư", strict=True)
    for mark, tone in _VNI_TONES.items()
} | {
    base + mark: unicodedata.normalize("NFC", letter + tone)
    for base, letter, marks in [
        *((base, letter, "âàåãáä") for base, letter in zip("aeo", "âêô", strict=True)),
        ("a", "ă", "êèúüéë"),
    ]
    for mark, tone in zip(marks, ["", *_TONE_MARKS], strict=True)
}
_VNI_SINGLE = str.maketrans("ñôöæóòî", "đơưỉĩịỵ")
_VNI_TOKEN = re.compile("|".join(_VNI_PAIRS) + "|.", re.DOTALL)

_ONSETS = frozenset("|b|c|ch|d|đ|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|qu|r|s|t|th|tr|v|x".split("|"))
_RIME_TABLE = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi
    om on ong ooc oong oem oăp op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uôc uôi uôm uôn uông uôt uơ
    uy uya uych uyn uynh uyp uyt uyu uyên uyêt ư ưa ưc ưi ưm ưn ưng ưt ưu
    ươc ươi ươm ươn ương ươp ươt ươu y ych ynh yt yêm yên yêng yêt yêu
"""
_RIMES = frozenset(_RIME_TABLE.split())
_MISSPELLED = re.compile(r"c[eêiy]|k[^eêiyh]|gh[^eêi]|g[eêy]|ng[eêiy]|ngh[^eêi]")
_LEGACY_WORD = re.compile(r"[A-Za-z\u00a1-\u024f\u1e00-\u1eff]+")
# What no language writes: a capital or a sign inside a word; three vowels with VNI's marks.
_TCVN3_ONLY = re.compile(r"[a-z][ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖØÜÝÞ¨©ª«¬®µ¶·¸¹¼½¾]")
_VNI_ONLY = re.compile(r"[iuy][eo][áàåãäâ]|[öô][ùøûõï]", re.IGNORECASE)


def is_syllable(word: str, *, strict: bool) -> bool:
    """Say whether the lower-case word could be Vietnamese: onset, nucleus and coda that exist.

    Strictly, it is also written as it must be: one tone, one that the coda allows, c or k, g or
    gh, ng or ngh by the vowel that follows.
    """
    letters, tone = without_tone(word)
    if strict and not _tone_fits(word, letters, tone):
        return False
    return any(
        letters[:end] in _ONSETS
        and letters[end:] in _RIMES
        and not (strict and _MISSPELLED.match(letters))
        for end in range(4)
    )


def _tone_fits(word: str, letters: str, tone: str) -> bool:
    if len(_TONE.findall(unicodedata.normalize("NFD", word))) > 1:
        return False
    return tone in "45" or not letters.endswith(("c", "ch", "p", "t"))


def _from_tcvn3(word: str) -> str:
    return word.translate(_TCVN3).lower()


def _from_vni(word: str) -> str:
    def letter(match: re.Match) -> str:
        return _VNI_PAIRS.get(match[0]) or match[0].translate(_VNI_SINGLE)

    return _VNI_TOKEN.sub(letter, word.lower())


_LEGACY = [("TCVN3", _from_tcvn3, _TCVN3_ONLY), ("VNI", _from_vni, _VNI_ONLY)]


def legacy_encoding(text: str) -> str:
    """Return "TCVN3" or "VNI" when the text was pasted in that old encoding, otherwise "".

    A word counts when it is no Vietnamese syllable as it stands and becomes one after conversion.
    Two such words, or one of a shape no language has, decide, unless most of the odd words stay
    odd: then the text is French or German.
    """
    odd = _odd_words(unicodedata.normalize("NFC", text))
    best, most = "", 0
    for name, decode, unmistakable in _LEGACY:
        hits = [word for word in odd if is_syllable(decode(word), strict=True)]
        enough = len({word.lower() for word in hits}) > 1 or any(map(unmistakable.search, hits))
        if enough and 2 * len(hits) >= len(odd) and len(hits) > most:
            best, most = name, len(hits)
    return best


def row_number(typed) -> int | None:
    """The number of a row as a form or an address has it; None where no column can hold it.

    `str.isdigit()` alone takes "²", and a number of five thousand digits stops the database.
    """
    typed = str(typed or "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


def reads_as_vietnamese(text: str) -> bool:
    """Say whether most words with letters beyond ASCII are Vietnamese syllables, and any is."""
    words = {word.lower() for word in _LEGACY_WORD.findall(unicodedata.normalize("NFC", text))}
    beyond = [word for word in words if not word.isascii()]
    return 2 * sum(is_syllable(word, strict=True) for word in beyond) > len(beyond)


def _odd_words(text: str) -> set[str]:
    """Return the words of ASCII letters and Latin-1 characters that are no Vietnamese syllables."""
    return {
        word
        for word in set(_LEGACY_WORD.findall(text))
        if not word.isascii()
        and max(word) <= "\u00ff"
        and re.search("[A-Za-z]", word)
        and not is_syllable(word.translate(_INVISIBLE).lower(), strict=False)
    }


def validate_not_legacy(value: str) -> None:
    """Raise ValidationError for text pasted in TCVN3 or VNI."""
    if encoding := legacy_encoding(value):
        raise ValidationError(
            _(
                "This text is in the old %(encoding)s encoding and cannot be read. Convert it to"
                " Unicode, for example with UniKey, and paste it again."
            ),
            code="legacy_encoding",
            params={"encoding": encoding},
        )


# --- Sentences, alternative texts ----------------------------------------------------------------

# Titles and places: a name follows. "v.v." is not one of them: a capital after it starts anew.
_ABBREVIATIONS = ["ts", "ths", "pgs", "gs", "tp", "tx", "tt", "bs", "ds", "ls", "ks", "kts", "cn"]
_ABBREVIATIONS += ["ncs", "đ/c", "đc", "mr", "mrs", "ms", "dr"]


@lru_cache(maxsize=16)
def without_shared_end(name: str, other: str) -> str:
    """The name without the last words that `other` ends with too; the name if nothing is left.

    "Sở Khoa học và Công nghệ tỉnh Lạng Sơn" beside "UBND tỉnh Lạng Sơn" loses "tỉnh Lạng Sơn".
    """
    words, shared = name.split(), 0
    for mine, theirs in zip(reversed(words), reversed(other.split()), strict=False):
        if fold(mine) != fold(theirs):
            break
        shared += 1
    return " ".join(words[: len(words) - shared]) or name


_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s|\Z)")
_OPENING = "\"'“‘«(["


def first_sentence(text: str, limit: int = 300) -> str:
    """Return the first sentence of the text, cut at a word with "…" beyond `limit` characters."""
    paragraph = re.split(r"\n[ \t]*\n", normalize(text).strip(), maxsplit=1)[0]
    sentence = normalize_line(paragraph)
    for end in _SENTENCE_END.finditer(sentence):
        if end.start() > limit or _ends_sentence(sentence, end):
            sentence = sentence[: end.end()]
            break
    return _cut(sentence, limit)


def _ends_sentence(text: str, end: re.Match) -> bool:
    following = text[end.end() : end.end() + 3].lstrip()
    starts_anew = following[:1].isupper() or following[:1].isdigit() or following[:1] in _OPENING
    if not following or not starts_anew or end[0][0] != ".":
        return not following or starts_anew
    if end[0].startswith(".."):
        return True
    before = text[max(0, end.start() - 40) : end.start()]
    word = re.split(r"[\s.(\[“\"]", before)[-1]
    if word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper()):
        return False
    return end.start() > 4 or " " in before  # "1. " and "II. " number a heading


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    kept = text[:limit]
    return (kept.rpartition(" ")[0] or kept[:-1]).rstrip(" ,;:.…–-") + "…"


_FILE_NAME = re.compile(
    r"""
    description\s*: | [a-z]:[\\/] | \\\\ | \.{0,2}/\S | [a-z][a-z0-9+.\-]*://\S | www\.\S
    | (?:img|dsc[nf]?|pxl|mvi|vid|image|photo|picture|screenshot|scan|untitled)[\s_-]?\d[\w-]*\Z
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FILE_EXTENSION = re.compile(
    r"\.(?:jpe?g|jfif|png|gif|webp|avif|hei[cf]|bmp|tiff?|svg|psd|raw|nef|cr2|pdf|docx?|xlsx?|pptx?"
    r"|mp4|mov|avi|mp3|zip|rar)\Z",
    re.IGNORECASE,
)


def is_file_name(text: str) -> bool:
    """Say whether an alternative text is a file name, a path, an address or Word's filler."""
    text = normalize_line(text)
    if _FILE_NAME.match(text) or _FILE_EXTENSION.search(text):
        return True
    return bool(" " not in text and "_" in text and re.search("[0-9]", text))


# --- Search --------------------------------------------------------------------------------------

Phrase = tuple[str, ...]  # folded syllables side by side
Unit = tuple[Phrase, ...]  # one word of a query: the phrases that mean it
Synonyms = Iterable[Iterable[str]]
Segments = list[tuple[str, bool]]

DEFAULT_SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("KHCN", "KH&CN", "khoa học và công nghệ"),
    ("UBND", "ủy ban nhân dân"),
    ("HĐND", "hội đồng nhân dân"),
    ("MTTQ", "Mặt trận Tổ quốc"),
    ("TT&TT", "TTTT", "thông tin và truyền thông"),
    ("NN&PTNT", "NNPTNT", "nông nghiệp và phát triển nông thôn"),
    ("LĐTB&XH", "LĐTBXH", "lao động - thương binh và xã hội"),
    ("SHTT", "sở hữu trí tuệ"),
    ("ĐMST", "đổi mới sáng tạo"),
    ("CĐS", "chuyển đổi số"),
    ("TTHC", "thủ tục hành chính"),
)

# A letter or digit, then more of them and marks; possessive, for a snippet reads every word.
_WORD = re.compile(r"[^\W_]++(?:[\u0300-\u036f\u200b\ufeff\u00ad]++[^\W_]*+)*+")


class _Word(NamedTuple):
    text: str
    start: int
    end: int


class _Hit(NamedTuple):
    """A unit of the query found in a text: its words from `first` up to, without, `last`."""

    unit: Unit
    first: int
    last: int


def _words(text: str) -> list[_Word]:
    return [_Word(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]


# Words up to this length are remembered; a syllable has seven letters at most.
_SHORT = 10


@lru_cache(maxsize=20_000)
def _folded_short(word: str) -> str:
    return fold(word)


def _folded(word: str) -> str:
    """Return `fold(word)`, remembered: Vietnamese has some seven thousand syllables."""
    return _folded_short(word) if len(word) <= _SHORT else fold(word)


def syllables(text: str) -> list[str]:
    """Return the folded runs of letters and digits: "1234/QĐ-UBND" gives 1234, qd, ubnd."""
    return _all_folded(_WORD.findall(text))


def _all_folded(words: list[str]) -> list[str]:
    is_short = max(map(len, words), default=0) <= _SHORT
    return list(map(_folded_short if is_short else _folded, words))


def toned_syllables(text: str) -> list[str]:
    """Return the syllables with their accents: "Hội" gives hôi·5, hoà and hòa both hoa·1.

    The dot is no letter: what this makes is never taken for what `syllables` makes.
    """
    return ["·".join(_accents(word[0])) for word in _WORD.finditer(text)]


@lru_cache(maxsize=8)
def _units_by_phrase(synonyms: tuple[tuple[str, ...], ...]) -> dict[Phrase, Unit]:
    groups = [tuple(dict.fromkeys(filter(None, map(_phrase, group)))) for group in synonyms]
    return {phrase: group for group in reversed(groups) for phrase in group}


def _phrase(text: str) -> Phrase:
    return tuple(syllables(text))


def expand(query: str, synonyms: Synonyms = ()) -> list[Unit]:
    """Return the words of a query, each as the phrases that mean it; [] for a query without words.

    "khcn 2018" gives [(("khcn",), ("kh", "cn"), ("khoa", "hoc", "va", "cong", "nghe")),
    (("2018",),)]. The longest synonym wins; a phrase in two groups belongs to the first.
    """
    return list(_expanded(query, tuple(map(tuple, synonyms))))


@lru_cache(maxsize=8)  # a page of results marks its query in every title and text
def _expanded(query: str, synonyms: tuple[tuple[str, ...], ...]) -> tuple[Unit, ...]:
    units = _units_by_phrase(synonyms)
    longest = max(map(len, units), default=1)
    rest, found = syllables(query), []
    start = 0
    while start < len(rest):
        lengths = range(min(longest, len(rest) - start), 0, -1)
        phrases = (tuple(rest[start : start + length]) for length in lengths)
        phrase = next((phrase for phrase in phrases if phrase in units), (rest[start],))
        found.append(units.get(phrase, (phrase,)))
        start += len(phrase)
    return tuple(found)


def is_word(unit: Unit) -> bool:
    """Whether it counts as a word of letters, whose neighbours matter; a synonym always does."""
    return len(unit) > 1 or "".join(unit[0]).isalpha()


def _pairs(units: Sequence[Unit]) -> list[tuple[Unit, Unit]]:
    """Return the neighbouring pairs of words of letters; a synonym is one word."""
    return [(a, b) for a, b in itertools.pairwise(units) if is_word(a) and is_word(b)]


class _Found:
    """What a text holds of a query: hits, and the pairs of hits that stand side by side."""

    def __init__(self, units: Sequence[Unit], text: str):
        self.words = list(_WORD.finditer(text))
        self.hits = list(_hits(units, _all_folded([word[0] for word in self.words])))
        self.units = {hit.unit for hit in self.hits}
        wanted = set(_pairs(units))
        starting: dict[int, list[_Hit]] = {}
        for hit in self.hits:
            starting.setdefault(hit.first, []).append(hit)
        self.side_by_side = [
            (hit, following)
            for hit in self.hits
            for following in starting.get(hit.last, ())
            if (hit.unit, following.unit) in wanted
        ]
        self.pairs = {(a.unit, b.unit) for a, b in self.side_by_side}

    def marked(self) -> Iterator[_Hit]:
        """Yield the hits worth marking: not the "hội" of "xã hội" where "hội nghị" is there too."""
        paired = {hit for pair in self.side_by_side for hit in pair}
        units = {hit.unit for hit in paired}
        return (hit for hit in self.hits if hit in paired or hit.unit not in units)

    def exact(self, accents: set[tuple[str, str]]) -> set[Unit | tuple[Unit, Unit]]:
        """Return the units and pairs found with exactly these accents; a synonym is exact."""
        exact = {
            hit
            for hit in self.hits
            if len(hit.unit) > 1
            or all(_accents(word[0]) in accents for word in self.words[hit.first : hit.last])
        }
        pairs = {(a.unit, b.unit) for a, b in self.side_by_side if a in exact and b in exact}
        return {hit.unit for hit in exact} | pairs


def _hits(units: Iterable[Unit], folded: Sequence[str]) -> Iterator[_Hit]:
    by_first: dict[str, list[tuple[Phrase, Unit]]] = {}
    for unit in dict.fromkeys(units):
        for phrase in unit:
            by_first.setdefault(phrase[0], []).append((phrase, unit))
    for first in [place for place, syllable in enumerate(folded) if syllable in by_first]:
        for phrase, unit in by_first[folded[first]]:
            if tuple(folded[first : first + len(phrase)]) == phrase:
                yield _Hit(unit, first, first + len(phrase))


def _accents(word: str) -> tuple[str, str]:
    if len(word) <= _SHORT:
        return _accents_short(word)
    return without_tone(word.translate(_INVISIBLE))


@lru_cache(maxsize=20_000)
def _accents_short(word: str) -> tuple[str, str]:
    return without_tone(word.translate(_INVISIBLE))


def _is_hit(units: Sequence[Unit], found: Iterable[Unit], pairs_found: set) -> bool:
    pairs = _pairs(units)
    # Half of one pair is one: "dai hoi" must not find "đại diện" and "hội nghị" apart.
    needed = max(1, len(pairs) // 2) if pairs else 0
    return bool(units) and set(units) <= set(found) and _count(pairs, pairs_found) >= needed


def _count(wanted: Iterable, found: set) -> int:
    return sum(item in found for item in wanted)


def matches(query: str, text: str, synonyms: Synonyms = ()) -> bool:
    """Say whether the text is a hit: it holds every syllable of the query, whatever the accents,
    and at least half (rounded down, but at least one) of its neighbouring pairs side by side.
    """
    units = expand(query, synonyms)
    found = _Found(units, text)
    return _is_hit(units, found.units, found.pairs)


def score(query: str, title: str, body: str, synonyms: Synonyms = ()) -> tuple[int, int, int, int]:
    """Return a rank, higher first; all zeros for what is no hit.

    Pairs side by side, then words and pairs with the query's own accents, then those two counted
    in the title alone. A query typed without any accent prefers none.
    """
    units = expand(query, synonyms)
    in_title, in_body = _Found(units, title), _Found(units, body)
    pairs_found = in_title.pairs | in_body.pairs
    if not _is_hit(units, in_title.units | in_body.units, pairs_found):
        return (0, 0, 0, 0)
    pairs = _pairs(units)
    accents = _typed_accents(query)
    exact_in_title, exact_in_body = in_title.exact(accents), in_body.exact(accents)
    return (
        _count(pairs, pairs_found),
        _count([*units, *pairs], exact_in_title | exact_in_body),
        _count([*units, *pairs], exact_in_title),
        _count([*units, *pairs], in_title.units | in_title.pairs),
    )


def _typed_accents(query: str) -> set[tuple[str, str]]:
    words = _words(query)
    typed = {_accents(word.text) for word in words}
    return typed if typed != {(fold(word.text), "0") for word in words} else set()


def mark(query: str, text: str, synonyms: Synonyms = ()) -> Segments:
    """Return the text in pieces, its own accents kept, with True for those the query matches."""
    return _segments(text, _spans(query, text, synonyms), 0, len(text))


def snippet(query: str, text: str, length: int = 200, synonyms: Synonyms = ()) -> Segments:
    """Return the part of the text with most matches, in pieces as `mark` does.

    On one line, at most `length` characters with the "…" that stands for what is left out.
    """
    text = _on_one_line(text)
    spans = _spans(query, text, synonyms)
    if len(text) <= length:
        return _segments(text, spans, 0, len(text))
    start, end = _window(text, spans, length - 2)
    segments = _segments(text, spans, start, end)
    before = [("…", False)] if start > 0 else []
    after = [("…", False)] if end < len(text) else []
    return before + segments + after


def _on_one_line(text: str) -> str:
    line = normalize(text).replace("\n", " ").strip(" ")
    # Most are that line already: every space but the plain one counts as not printable.
    is_single = line.isprintable() and "  " not in line
    return line if is_single else " ".join(line.split())


def _spans(query: str, text: str, synonyms: Synonyms) -> list[tuple[int, int]]:
    """Return where the text matches, as offsets; matches with only spaces between are one."""
    found = _Found(expand(query, synonyms), text)
    spans: list[tuple[int, int]] = []
    for hit in found.marked():
        start, end = found.words[hit.first].start(), found.words[hit.last - 1].end()
        if spans and not text[spans[-1][1] : start].strip():
            start, end = spans[-1][0], max(spans.pop()[1], end)
        spans.append((start, end))
    return spans


def _segments(text: str, spans: Iterable[tuple[int, int]], start: int, end: int) -> Segments:
    segments, done = [], start
    for first, last in spans:
        first, last = max(first, start), min(last, end)
        if first < last:
            segments += [(text[done:first], False), (text[first:last], True)]
            done = last
    segments.append((text[done:end], False))
    return [segment for segment in segments if segment[0]]


def _window(text: str, spans: Sequence[tuple[int, int]], length: int) -> tuple[int, int]:
    """Return the offsets of `length` characters, whole words, that hold the most matches."""
    first, last = _densest(spans, length)
    start = max(0, first - max(0, length - (last - first)) // 3)
    end = min(len(text), start + length)
    start = max(0, min(start, end - length))
    if start > 0 and (space := text.find(" ", start - 1, first)) >= 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", min(last, end), end + 1)) >= 0:
        end = space
    return start, end


def _densest(spans: Sequence[tuple[int, int]], length: int) -> tuple[int, int]:
    """Return from where to where the most matches stand within `length` characters."""
    best, most, behind = (0, 0), 0, 0
    for ahead, (_start, end) in enumerate(spans):
        while behind < ahead and end - spans[behind][0] > length:
            behind += 1
        if ahead - behind + 1 > most:
            best, most = (spans[behind][0], end), ahead - behind + 1
    return best
