"""What is spam: words, texts and addresses, judged in one place for the desk and for the sweep.

Pure functions over three data files beside this module and over the lists that are passed in; the
rows that staff keep are read in `portal.hosts`.

A word alone proves nothing: the province writes about gambling when it warns of it. So words in a
text that everybody sees are a question before publication; only a text that advertises, a hidden
one, or a link is an alarm.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.text import fold

_FOLDER = Path(__file__).resolve().parent


def read_list(path: Path) -> list[str]:
    """The lines of a data file without remarks and empty ones."""
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [line for line in lines if line]


# ── Letters as a reader sees them ───────────────────────────────────────────────────────────────
# What nobody sees between two letters: zero-width characters, soft hyphens, marks of direction.
_UNSEEN = [
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE0100),
]
# Marks that stand alone after NFKC belong to no Vietnamese letter.
_MARKS = range(0x300, 0x370)
# Cyrillic, Greek and other letters that look like Latin ones.
_ALIKE = dict(
    zip(
        "асеіјорѕухһԁԛԝьґкмнтвгνοραιτκυωεηϲϳոսօɡɩʟɑℓ",
        "aceijopsyxhdqwbrkmhtbrvopaitkuwencjnuogilal",
        strict=True,
    )
)
_ALIKE |= {letter.upper(): plain for letter, plain in _ALIKE.items() if len(letter.upper()) == 1}
_SEEN = str.maketrans(_ALIKE | {chr(code): None for code in (*_UNSEEN, *_MARKS)})
_LETTERS = (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
_PLAIN = _SEEN | {code: plain for code in _LETTERS if len(plain := fold(chr(code))) == 1}
_LEET = str.maketrans("0134578@$", "oieastbas")
_HAS_LEET = re.compile(r"[a-z][0-9@$]|[0-9@$][a-z]")
_MIXED = re.compile(r"[a-z0-9@$]*(?:[a-z][0-9@$]|[0-9@$][a-z])[a-z0-9@$]*")


def _composed(text: str) -> str:
    normal = text.isascii() or unicodedata.is_normalized("NFKC", text)
    return text if normal else unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=8)
def _seen(text: str) -> str:
    """The text in lower case as it looks, accents kept, letter for letter with `skeleton`."""
    return "".join(letter.lower()[:1] for letter in _composed(text).translate(_SEEN))


def skeleton(text: str) -> str:
    """The text folded so that tricks with letters do not part two words that look alike."""
    return _composed(text).translate(_PLAIN).lower()


# ── Words ───────────────────────────────────────────────────────────────────────────────────────
_TERMS = read_list(_FOLDER / "spam_words.txt")
_BRANDS = frozenset(read_list(_FOLDER / "spam_brands.txt"))
_GAP = r"[\s\-_.·•*~+|]{1,3}"
_GLUED_FROM = 6  # letters; shorter ones are words of their own: "lode" is ore


def _spellings(term: str) -> list[str]:
    """How a term may be written: with `~` for what parts its syllables, long ones also glued."""
    syllables = fold(term).split()
    glued = "".join(syllables)
    long = len(glued) >= _GLUED_FROM and len(syllables) > 1
    return ["~".join(syllables), *([glued] if long else [])]


def _trie(words: Iterable[str]) -> str:
    """One pattern for all words, in which the beginnings they share are tried once."""
    following: dict[str, list[str]] = {}
    for word in words:
        if word:
            following.setdefault(word[0], []).append(word[1:])
    branches = [_SIGNS.get(sign, sign) + _trie(rest) for sign, rest in sorted(following.items())]
    if not branches:
        return ""
    whole = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{whole})?" if "" in words else whole


_SIGNS = {"~": _GAP, "#": r"\d{0,3}"}
_BY_SKELETON = {"".join(fold(term).split()): term for term in _TERMS}
_TELLING_BRANDS = sorted(name for name in _BRANDS if len(name) > 3)
_WORDS = re.compile(
    r"(?<![a-z0-9])"
    + _trie(
        [*(way for term in _TERMS for way in _spellings(term)), *map("{}#".format, _TELLING_BRANDS)]
    )
    + r"(?![a-z0-9])"
)
# Letters set apart: "c a s i n o".
_APART = re.compile(r"(?<![a-z0-9])(?:[a-z0-9][\s\-_.·•*~+|]{1,2}){3,40}[a-z0-9](?![a-z0-9])")
_GLUED = re.compile("|".join(sorted({*_BY_SKELETON, *_TELLING_BRANDS}, key=len, reverse=True)))
_BETWEEN = re.compile(r"[\W_]+")


class Word(NamedTuple):
    """A spam word in a text: the word of the list, and as it stands there."""

    term: str
    written: str

    @property
    def is_brand(self) -> bool:
        return self.term in _BRANDS


def words(text: str) -> list[Word]:
    """The spam words of a text, each once; a word with other accents ("cả cuộc") is another word.

    >>> words("Nổ hũ ở C A S I N O, cả cuộc đời")
    [Word(term='nổ hũ', written='nổ hũ'), Word(term='casino', written='o c a s i n o')]
    """
    folded = skeleton(text)
    found = [*_matches(folded, text), *_letters_apart(folded)]
    if _HAS_LEET.search(folded):
        plain = _MIXED.sub(lambda mixed: mixed[0].translate(_LEET), folded)
        if plain != folded:
            found += [Word(term, written) for term, written in _matches(plain, text)]
    return list({word.term: word for word in reversed(found)}.values())[::-1]


def _matches(folded: str, text: str) -> Iterator[Word]:
    for match in _WORDS.finditer(folded):
        glued = _BETWEEN.sub("", match[0])
        term = _BY_SKELETON.get(glued) or _brand_of(glued)
        written = _as_written(text, folded, match.start(), match.end())
        if written is not None and _accents_fit(term, written):
            yield Word(term, written)


def _brand_of(name: str) -> str:
    """ "kubet" of "kubet77"."""
    return name if name in _BRANDS else name.rstrip("0123456789")


def _as_written(text: str, folded: str, start: int, end: int) -> str:
    """The match with the accents it has; `folded` itself where their lengths differ."""
    seen = _seen(text)
    return seen[start:end] if len(seen) == len(folded) else folded[start:end]


def _accents_fit(term: str, written: str) -> bool:
    """Whether the accents are those of the term, or there are none: "ca cuoc", not "cả cuộc"."""
    letters = _BETWEEN.sub("", unicodedata.normalize("NFC", written))
    wanted = _BETWEEN.sub("", unicodedata.normalize("NFC", term))
    return letters in {wanted, "".join(fold(wanted).split())} or letters.isascii()


def _letters_apart(folded: str) -> Iterator[Word]:
    for run in _APART.finditer(folded):
        glued = _BETWEEN.sub("", run[0])
        for match in _GLUED.finditer(glued):
            yield Word(_BY_SKELETON.get(match[0], match[0]), run[0])


# Words of a text that warns, reports or forbids.
_WARNS = re.compile(
    r"canh bao|phong,? chong|cong an|lua dao|toi pham|trai phep|bat hop phap|xu phat|xu ly|"
    r"triet pha|bat giu|khoi to|vi pham|ngan chan|te nan|tac hai|tuyen truyen|nghiem cam|"
    r"duong day|danh sap|bi bat|phap luat|quy dinh|to giac|canh giac|he luy|nghien cuu|khong tham"
)
# Words of an advertisement.
_OFFERS = re.compile(
    r"dang ky|nap (?:tien|rut)|nap dau|khuyen mai|doi thuong|uy tin|truy cap|tai app|tai ve may|"
    r"tang (?:ngay|thuong|\d)|hoan tra|hang dau|choi ngay|tham gia ngay|link vao|telegram|zalo|"
    r"so 1|ty le cuoc|code|trung lon|rut tien|giai ngan|inbox|kiem tien"
)
_SHORT = 120  # characters of a name, a caption or a headline


def warns(text: str) -> bool:
    """Whether the text reads like a warning or a report about the words it names."""
    return bool(_WARNS.search(skeleton(text)))


def advertises(text: str) -> list[Word]:
    """The spam words of a text that advertises with them; [] for one that warns or reports."""
    found = words(text)
    if not found:
        return []
    folded = skeleton(text)
    if _WARNS.search(folded):
        return []
    offers = len({offer[0] for offer in _OFFERS.finditer(folded)})
    many = len(found) + offers > (1 if len(text) <= _SHORT else 2)
    named = len(text) <= _SHORT and any(word.is_brand for word in found)
    return found if many or named else []


# ── Addresses ───────────────────────────────────────────────────────────────────────────────────
class Reason(NamedTuple):
    """Why an address is refused: in words for the editor; `is_masked`: it only hides where to."""

    code: str
    sentence: str
    is_masked: bool = False


_REASONS = {
    reason.code: reason
    for reason in (
        Reason("listed", _("the site is on the list of forbidden sites")),
        Reason("name", _("the site's name is that of a gambling, adult or loan site")),
        Reason("ending", _("the address has an ending of gambling or adult sites")),
        Reason("imitation", _("the address imitates the one of another site")),
        Reason("userinfo", _("the address pretends to lead to another site (the sign @)")),
        Reason("number", _("the address is a number instead of a name"), is_masked=True),
        Reason("short", _("a shortened address hides where it leads"), is_masked=True),
        Reason("script", _("the address runs a program")),
    )
}
SHORTENERS = frozenset(
    """
    bit.ly bitly.com tinyurl.com t.co is.gd v.gd cutt.ly rebrand.ly ow.ly buff.ly rb.gy s.id
    shorturl.at shorte.st adf.ly tiny.cc t.ly bom.so by.com.vn shorten.asia link1s.com
    short.gy lnkd.in qrco.de dub.sh tny.im x.gd clck.ru
    """.split()
)
_ENDINGS = frozenset("bet casino poker bingo sex porn xxx adult loan loans webcam cam sexy".split())
_TELLING = re.compile(
    r"casino|kubet|taixiu|tai-xiu|xocdia|xoc-dia|cacuoc|ca-cuoc|nha-?cai(?!-?(?:tao|nghien|cach))|soikeo|soi-keo|"
    r"nohu\d|no-hu|nohu(?:$|-)|danhbai|gamebai|game-bai|bacc?arat|slotgame|jackpot|doithuong|doi-thuong|"
    r"phimsex|gaigoi|sexviet|xvideo|pornhub|vaytiennhanh|vaynong|lode\d|lo-de|bancadoi|"
    r"(?:^|-)(?:bet\d+|\d+bet)|bet(?:88|99|365|79|68)"
)
_SUFFIX = re.compile(r"(?:\d{1,4}|bet|win|club|clb|vip|game|casino|app|asia|vn|online|link)*")
_WHITE = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_DOTS = str.maketrans("。．｡", "...")
GOVERNMENT = "gov.vn"


class Address(NamedTuple):
    """What a browser makes of an address: its scheme, its host as people read it, whose name
    stands before an @, and the path."""

    scheme: str
    host: str
    user: str
    path: str


def parse(address: str) -> Address:
    """Read an address as a browser does: white space, backslashes, numbers, IDN.

    The address as it leads, its entities decoded already: a browser decodes them once, and to
    decode "https://gov.vn&sol;@x.net" once more would make another host of it. The host is "" for a
    page of this site, for mailto: and tel:.
    """
    text = _WHITE.sub("", address).replace("\\", "/")
    scheme = ""
    if match := _SCHEME.match(text):
        scheme = match[1].lower()
        text = text[match.end() :]
        if scheme not in {"http", "https", "ftp", "ws", "wss"}:
            return Address(scheme, "", "", text)
        text = "//" + text.lstrip("/")  # browsers take https:/host and https:host for https://host
    if not text.startswith("//"):
        return Address(scheme, "", "", text)
    authority, slash, path = _cut(text.lstrip("/"))
    user, _at, host = authority.rpartition("@")
    return Address(scheme or "https", _host(host), unquote(user), slash + path)


def _cut(text: str) -> tuple[str, str, str]:
    end = min((at for sign in "/?#" if (at := text.find(sign)) >= 0), default=len(text))
    return text[:end], text[end : end + 1], text[end + 1 :]


def _host(written: str) -> str:
    """The host without port, in lower case, IDN as its letters; an IP address in its usual form."""
    host = unquote(written).translate(_DOTS).lower().rstrip(".")
    if host.startswith("["):
        return host.partition("]")[0].lstrip("[")
    host = host.partition(":")[0].rstrip(".")
    if number := _number(host):
        return number
    try:
        return ".".join(_unicode(label) for label in unicodedata.normalize("NFKC", host).split("."))
    except UnicodeError:
        return host


def _unicode(label: str) -> str:
    is_encoded = label.startswith("xn--") and len(label) <= 63
    return label[4:].encode("ascii").decode("punycode") if is_encoded else label


# One part of an IP address as browsers read it: hexadecimal, octal, decimal.
_NUMBER = re.compile(r"0x(?P<hex>[0-9a-f]{0,20})|0(?P<octal>[0-7]{1,20})|(?P<decimal>[0-9]{1,20})")


def _number(host: str) -> str:
    """ "127.0.0.1" of 127.0.0.1, 2130706433, 0x7f.1 and the like; "" for a name."""
    parts = [_NUMBER.fullmatch(part) for part in host.split(".")]
    if len(parts) > 4 or not all(parts):
        return ""
    numbers = [_value(part) for part in parts]
    value = numbers[-1] + sum(n << (8 * (3 - place)) for place, n in enumerate(numbers[:-1]))
    return str(ipaddress.IPv4Address(value)) if value < 2**32 else host


def _value(part: re.Match) -> int:
    if part["octal"]:
        return int(part["octal"], 8)
    return int(part["decimal"]) if part["decimal"] else int(part["hex"] or "0", 16)


def is_number(host: str) -> bool:
    """Whether the host is an IP address, however it is written."""
    return ":" in host or bool(_number(host))


def validate_host(host: str) -> None:
    """Refuse what is no host name alone: an address, a path, a port (ValidationError)."""
    label = r"(?!-)[\w-]{1,63}(?<!-)"
    if is_number(host) or not re.fullmatch(rf"{label}(?:\.{label})+", host):
        raise ValidationError(_("Write the name of the site alone, for example vnexpress.net."))


@dataclass(frozen=True)
class Hosts:
    """The lists an address is judged by: known hosts and forbidden ones, sub-domains included."""

    known: frozenset[str] = frozenset({GOVERNMENT})
    forbidden: frozenset[str] = field(default_factory=lambda: shipped_hosts())

    def knows(self, host: str) -> bool:
        return _is_in(host, self.known)

    def refuses(self, address: str) -> Reason | None:
        """Why no link may lead to the address; None where it may."""
        parts = parse(address)
        if parts.scheme in {"javascript", "data", "vbscript"}:
            return _REASONS["script"]
        if not parts.host:
            return None
        code = self._wrong(parts)
        return _REASONS[code] if code else None

    def _wrong(self, parts: Address) -> str:
        host = parts.host
        if parts.user:
            return "userinfo"
        if _is_in(host, self.forbidden) or _is_in(_ascii(host), self.forbidden):
            return "listed"
        if self.knows(host):
            return ""
        return _wrong_name(host) or self._imitates(host)

    def _imitates(self, host: str) -> str:
        """A stranger that looks like a known host: other letters, or its name in front."""
        if skeleton(host) != fold(host):
            return "imitation"  # letters of other scripts in place of Latin ones
        plain = skeleton(host).translate(_LEET)
        alike = plain != host and _is_in(plain, self.known)
        dashed = f"-{host.replace('.', '-')}-"
        ours = (one for one in self.known if "." in one)
        within = any(f"-{one.replace('.', '-')}-" in dashed for one in ours)
        return "imitation" if alike or within else ""

    def strange(self, address: str) -> str:
        """The host of an address that is neither known nor forbidden, "" for all others."""
        host = parse(address).host
        if not host or self.knows(host) or self.refuses(address):
            return ""
        return host


def _wrong_name(host: str) -> str:
    labels = skeleton(host).split(".")
    if is_number(host):
        return "number"
    if labels[-1] in _ENDINGS:
        return "ending"
    if _is_in(host, SHORTENERS):
        return "short"
    plain = [label for label in labels[:-1] if label]
    if any(_TELLING.search(label) or _is_brand(label) for label in plain):
        return "name"
    return ""


def _is_brand(label: str) -> bool:
    label = label.replace("-", "")
    return any(
        label[: len(name)] == name and _SUFFIX.fullmatch(label[len(name) :])
        for name in _brands_from(label[:2])
    )


@cache
def _brands_from(start: str) -> tuple[str, ...]:
    return tuple(name for name in _BRANDS if name[:2] == start)


def _is_in(host: str, hosts: frozenset[str]) -> bool:
    """Whether the host or a domain above it is in the list."""
    while host:
        if host in hosts:
            return True
        host = host.partition(".")[2]
    return False


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


@cache
def shipped_hosts() -> frozenset[str]:
    """The forbidden hosts that come with the portal."""
    return frozenset(read_list(_FOLDER / "spam_hosts.txt"))


# Of the words only those that no honest address holds by chance once accents are gone.
_IN_PATH = re.compile(
    r"casino|kubet|tai-?xiu|xoc-?dia|ca-?cuoc-(?:bong|online|truc|uy)|nha-?cai(?!-?(?:tao|nghien|cach))|soi-?keo|\bno-?hu\b|"
    r"bacc?arat|game-?bai|doi-?thuong|phim-?sex|gai-?goi|danh-?bai-online|vay-?tien-?nhanh"
)


def path_advertises(address: str) -> bool:
    """Whether the path of an address tells of spam: "/no-hu-uy-tin", not "/canh-bao-no-hu"."""
    path = skeleton(unquote(parse(address).path)).replace("_", "-").replace("+", "-")
    spaced = path.replace("-", " ")
    return bool(_IN_PATH.search(path)) and not _WARNS.search(spaced) and "bat " not in spaced


def describe(reason: Reason, words: str, where: str) -> str:
    """The sentence for the editor whose link is refused."""
    said = gettext("The link “%(words)s” (%(where)s) must go: %(reason)s.")
    return said % {"words": words, "where": where, "reason": reason.sentence}


def strange_hosts(addresses: Iterable[str], hosts: Hosts) -> list[str]:
    """The unknown hosts that the addresses lead to, each once, in order."""
    found = (hosts.strange(address) for address in addresses)
    return list(dict.fromkeys(filter(None, found)))
