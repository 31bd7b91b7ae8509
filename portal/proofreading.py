"""Slips in Vietnamese text: found and shown with a proposal, never corrected by themselves.

Pure functions: no models, no database, no settings. What no rule can tell stands in known_words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import known_words, text

# ── What is found ───────────────────────────────────────────────────────────────────────────────

_SENTENCES = {
    "space_missing": _("A space is missing after the mark: write “%(better)s”."),
    "space_before": _("No space stands before a mark: write “%(better)s”."),
    "space_twice": _("Two spaces stand here before “%(next)s”: delete one."),
    "no_syllable": _("“%(words)s” is no Vietnamese word. Is it a typing slip?"),
    "no_syllable_but": _("“%(words)s” is no Vietnamese word. Did you mean “%(better)s”?"),
    "word_twice": _("“%(words)s”: the same word stands twice. Delete one or correct it."),
    "word_twice_but": _("“%(words)s”: the same word stands twice. Did you mean “%(better)s”?"),
}


@dataclass(frozen=True)
class Slip:
    """A possible slip: text[start:end] are the words to look at; `rule` names what was found."""

    rule: str
    start: int
    end: int
    words: str
    better: str = ""
    next: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in words."""
        name = f"{self.rule}_but" if self.better else self.rule
        said = _SENTENCES.get(name) or _SENTENCES[self.rule]
        return said % {"words": self.words, "better": self.better, "next": self.next}


def slips(source: str, vocabulary: Counter | None = None) -> list[Slip]:
    """Return the slips of a plain text, a paragraph a line, in the order they stand in.

    `vocabulary`: the words of the whole article (see `words_of`), from which proposals are taken.
    """
    masked = _masked(source)
    words = words_of([source]) if vocabulary is None else vocabulary
    found = [
        *_spaces_missing(masked, source),
        *_spaces_before(masked, source),
        *_spaces_twice(masked, source),
        *_no_syllables(masked, words),
        *_words_twice(masked),
    ]
    return sorted(found, key=lambda slip: slip.start)


def around(source: str, start: int, end: int, reach: int = 28) -> tuple[str, str, str]:
    """Return the words before, the words themselves and those after, of the same paragraph."""
    before = source[max(0, start - reach) : start].rpartition("\n")[2]
    after = source[end : end + reach].partition("\n")[0]
    if start > reach and len(before) == reach:
        before = "…" + (before.partition(" ")[2] or before)
    if len(after) == reach and end + reach < len(source):
        after = (after.rpartition(" ")[0] or after) + "…"
    return before, source[start:end], after


def words_of(texts: Iterable[str]) -> Counter:
    """How often each Vietnamese syllable stands in the texts."""
    every = (word.lower() for source in texts for word in _LETTERS.findall(source))
    return Counter(word for word in every if _is_vietnamese(word))


# ── What is no prose: addresses, file names, numbers of documents ───────────────────────────────

_LETTERS = re.compile(r"[^\W\d_]+")
_NO_PROSE = re.compile(
    r"""
    (?:https?://|ftp://|file://|www\.)\S+            # addresses
    | (?<![\w.+-])[\w.+-]++@[\w.-]+                  # e-mails
    | (?<![\w.-])[\w-]++(?:\.[\w-]++)*\.(?:vn|com|org|net|edu|gov|pdf|docx?|xlsx?|jpe?g|png)\b
      (?:/\S*)?                                      # langson.gov.vn, bao-cao.pdf
    | (?<!\w)[A-Za-z]:\\\S*                          # paths of a computer
    | (?<![\w/])\d+(?:/\d+)*/[A-ZĐƯ][\w&/–-]*        # 1234/QĐ-UBND, 30/2020/NĐ-CP
    | (?<![\w])\#\w+                                 # hashtags
    """,
    re.VERBOSE,
)
# A sign that no rule below takes for a letter, a space or a mark.
_MASK = "\ue000"


def _masked(source: str) -> str:
    return _NO_PROSE.sub(lambda match: _MASK * len(match[0]), source)


# ── Spaces ──────────────────────────────────────────────────────────────────────────────────────

_MISSING = re.compile(r"([\w)\]”\"’»])([,;:])([^\W\d_]+)")
_GLUED_SENTENCES = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,}+)\.([^\W\d_]{2,}+)")
_BEFORE = re.compile(r"(?<=\S)(?<!…)( +)([,;:!?]|\.(?![.\w]))(?![\w,.;:!?)])")
_TWICE = re.compile(r"(?<=[^\s])  (?=([^\s,;:.!?]+(?: [^\s,;:.!?]+)?))")


def _spaces_missing(masked: str, source: str) -> Iterator[Slip]:
    for match in _MISSING.finditer(masked):
        left, mark, word = match.groups()
        if left.isalpha() and len(word) == 1 and not _word_before(masked, match.start(2))[1:]:
            continue  # a ratio or a list of letters: N:P:K, a,b
        if left.isdigit() and (mark == ":" or not _is_vietnamese(word.lower())):
            continue  # ISO 9001:VN, 1,5m
        yield _missing(source, match.start(2), match.end())
    for match in _GLUED_SENTENCES.finditer(masked):
        left, word = match.groups()
        if _begins_sentence(left, word):
            yield _missing(source, match.end(1), match.end())


def _begins_sentence(left: str, word: str) -> bool:
    both_known = _is_vietnamese(left.lower()) and _is_vietnamese(word.lower())
    return both_known and left.islower() and word.istitle() and left not in known_words.UNITS


def _missing(source: str, mark: int, end: int) -> Slip:
    start = mark - len(_word_before(source, mark))
    better = f"{source[start : mark + 1]} {source[mark + 1 : end]}"
    return Slip("space_missing", start, end, source[start:end], better)


def _spaces_before(masked: str, source: str) -> Iterator[Slip]:
    for match in _BEFORE.finditer(masked):
        if _between_numbers(masked, match):
            continue  # a ratio: 3 : 5
        start = match.start() - len(_word_before(source, match.start()))
        better = source[start : match.start()] + match[2]
        yield Slip("space_before", start, match.end(), source[start : match.end()], better)


def _between_numbers(masked: str, match: re.Match) -> bool:
    return masked[match.start() - 1].isdigit() and masked[match.end() :].lstrip()[:1].isdigit()


def _spaces_twice(masked: str, source: str) -> Iterator[Slip]:
    for match in _TWICE.finditer(masked):
        word = source[match.start(1) : match.end(1)].strip("“\"'(‘")
        start = match.start() - len(_word_before(source, match.start()))
        yield Slip("space_twice", start, match.end(1), source[start : match.end(1)], next=word)


def _word_before(source: str, position: int) -> str:
    return re.split(r"\s", source[max(0, position - 40) : position])[-1]


# ── Words that are none ─────────────────────────────────────────────────────────────────────────

# A word apart: nothing that makes it a piece of a code, a name or a number touches it.
_WORD = re.compile(r"(?<![\w'’/&.@+-])[^\W\d_]{2,}(?![\w/&@+'’]|-\w|\.\w)")
_PIECE = re.compile(r"(?<=-)[^\W\d_]{2,}(?![\w/&@+'’])|(?<![\w'’/&.@+-])[^\W\d_]{2,}(?=-[^\W\d_])")
# What stands in quotation marks or brackets without a Vietnamese letter is meant: “startup”.
_FOREIGN_WORDS = re.compile(r"[(“\"‘][A-Za-z0-9 ,.&'’/:-]{2,80}[)”\"’]")
_ONLY_VIETNAMESE = re.compile("[ăđơư\u1ea0-\u1ef9]", re.IGNORECASE)
_VOWEL = re.compile("[aeiouy]")


@lru_cache(maxsize=20_000)
def _is_vietnamese(word: str) -> bool:
    return text.is_syllable(word, strict=True)


@lru_cache(maxsize=20_000)
def _is_known(word: str) -> bool:
    return _is_vietnamese(word) or word in known_words.FOREIGN or word in known_words.UNITS


def _no_syllables(masked: str, vocabulary: Counter) -> Iterator[Slip]:
    prose = _FOREIGN_WORDS.sub(lambda match: _MASK * len(match[0]), masked)
    words = list(_WORD.finditer(prose))
    for number, match in enumerate(words):
        if _is_slip(match[0]) and not _in_foreign_phrase(prose, words, number):
            better = _meant(match[0], vocabulary)
            yield Slip("no_syllable", match.start(), match.end(), match[0], better)
    for match in _PIECE.finditer(prose):
        if _is_slip(match[0]) and not match[0].isascii():
            yield Slip("no_syllable", match.start(), match.end(), match[0])


def _is_slip(word: str) -> bool:
    if word.islower():
        return not _is_known(word) and not _is_long_foreign(word)
    # A name or a heading: wrong only where letters that only Vietnamese has make no syllable.
    if not (word.istitle() or word.isupper()) or word in known_words.NAMES:
        return False
    if word.isupper() and _is_abbreviation(word):
        return False
    return bool(_ONLY_VIETNAMESE.search(word)) and not _is_known(word.lower())


@lru_cache(maxsize=20_000)
def _is_long_foreign(word: str) -> bool:
    """A word longer than any syllable without a Vietnamese letter: "amoxicillin"; not two
    syllables that lost their space."""
    if len(word) < 8 or not word.isascii() or not _VOWEL.search(word):
        return False
    if len(word) > 24:  # no word at all; two syllables have at most fourteen letters
        return True
    halves = ((word[:cut], word[cut:]) for cut in range(2, len(word) - 1))
    return not any(
        text.is_syllable(a, strict=False) and text.is_syllable(b, strict=False) for a, b in halves
    )


def _in_foreign_phrase(prose: str, words: list[re.Match], number: int) -> bool:
    """Whether a foreign word stands right beside this one: "machine learning", "Zea mays"."""
    here = words[number]
    if not here[0].isascii() or not _VOWEL.search(here[0]):
        return False
    before = words[number - 1] if number else None
    after = words[number + 1] if number + 1 < len(words) else None
    if before and _looks_foreign(before[0]) and prose[before.end() : here.start()] in " -":
        return True
    return bool(after and _looks_foreign(after[0])) and prose[here.end() : after.start()] in " -"


@lru_cache(maxsize=20_000)
def _looks_foreign(word: str) -> bool:
    if not word.isascii() or word.isupper() or not _VOWEL.search(word.lower()):
        return False
    if word.lower() in known_words.UNITS:
        return False
    return word in known_words.FOREIGN or not text.is_syllable(word.lower(), strict=False)


def _meant(word: str, vocabulary: Counter) -> str:
    """The word of the article that is one key away on a Vietnamese keyboard: các for "ccs"."""
    typed = word.lower()
    near = {
        known: count
        for known, count in vocabulary.items()
        if abs(len(_keys(known)) - len(typed)) < 2 and _one_key_apart(typed, _keys(known))
    }
    return max(sorted(near), key=near.get) if near else ""


_TELEX = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_TONE_KEYS = ["", "f", "r", "x", "s", "j"]  # in the order of text.without_tone


@lru_cache(maxsize=20_000)
def _keys(word: str) -> str:
    """The keys that write the word in Telex: "các" is c, a, c, s."""
    letters, tone = text.without_tone(word)
    return "".join(_TELEX.get(letter, letter) for letter in letters) + _TONE_KEYS[int(tone)]


def _one_key_apart(one: str, other: str) -> bool:
    """Whether one key more, less, wrong or swapped with its neighbour makes one of the other."""
    if len(one) > len(other):
        one, other = other, one
    first = next((i for i, key in enumerate(one) if key != other[i]), len(one))
    rest, its_rest = one[first:], other[first:]
    if len(one) < len(other):
        return rest == its_rest[1:]
    swapped = rest[:2] == its_rest[1::-1] and rest[2:] == its_rest[2:]
    return rest[1:] == its_rest[1:] or swapped


# ── Words that stand twice ──────────────────────────────────────────────────────────────────────

_DOUBLED = re.compile(r"(?<![\w-])([^\W\d_]{2,}) +(?=([^\W\d_]{2,})(?![\w-]))")


def _words_twice(masked: str) -> Iterator[Slip]:
    for match in _DOUBLED.finditer(masked):
        word, again = match.groups()
        if word.lower() != again.lower() or again[0].isupper() or _is_meant_twice(masked, match):
            continue
        pair = masked[match.start() : match.end(2)]
        yield Slip("word_twice", match.start(), match.end(2), pair, _tone_pair(again))


def _is_meant_twice(masked: str, match: re.Match) -> bool:
    """A reduplication ("ngày ngày"), or the end of one word and the start of the next."""
    syllable = match[2]
    if syllable in known_words.TWICE or syllable in known_words.FOREIGN:
        return True
    before, after = known_words.SHARED.get(syllable, (frozenset(), frozenset()))
    return (
        _neighbour(masked[: match.start()], r"([^\W\d_]+) +\Z") in before
        and _neighbour(masked[match.end(2) :], r"\A +([^\W\d_]+)") in after
    )


def _neighbour(masked: str, pattern: str) -> str:
    """The word right beside, with nothing but spaces between; "" where a clause ends there."""
    found = re.search(pattern, masked[-40:] if pattern.endswith("Z") else masked[:40])
    return found[1].lower() if found else ""


def _tone_pair(word: str) -> str:
    """ "tiên tiến" for "tiến": the known pair of two tones that was typed with one."""
    pairs = (pair for pair in known_words.TONE_PAIRS if word in pair.split())
    return next(pairs, "")


# ── Abbreviations of a whole article ────────────────────────────────────────────────────────────

_SHORT = re.compile(r"(?<![\w&/.-])[A-ZĐƯ]{1,8}(?:(?:&|-)[A-ZĐƯ]{1,8}){0,4}(?![\w&/-])")


@dataclass(frozen=True)
class Abbreviation:
    """Forms of one abbreviation, the commonest first, and where the rarest first stands."""

    forms: tuple[str, ...]
    text: int
    start: int
    end: int


def _short_forms(texts: Sequence[str]) -> Iterator[tuple[str, int, re.Match]]:
    for number, source in enumerate(texts):
        for match in _SHORT.finditer(_masked(source)):
            if len(match[0]) > 1 and _is_abbreviation(match[0]):
                yield match[0], number, match


@lru_cache(maxsize=5_000)
def _is_abbreviation(word: str) -> bool:
    """Capitals that are no word of a heading and no Roman number."""
    if re.fullmatch(r"[IVXLCDM]+", word):
        return False
    if word in known_words.ABBREVIATIONS or "&" in word:
        return True
    parts = word.split("-")
    return not all(text.is_syllable(part.lower(), strict=False) for part in parts)


def mixed_forms(texts: Sequence[str]) -> list[Abbreviation]:
    """Abbreviations that the texts write in more than one way: KHCN and KH&CN."""
    forms: dict[str, Counter] = {}
    places: dict[str, tuple[int, re.Match]] = {}
    for form, number, match in _short_forms(texts):
        forms.setdefault(re.sub("[&-]", "", form), Counter())[form] += 1
        places.setdefault(form, (number, match))
    found = []
    for counted in forms.values():
        if len(counted) > 1:
            names = tuple(name for name, _count in counted.most_common())
            number, match = places[names[-1]]
            found.append(Abbreviation(names, number, match.start(), match.end()))
    return found


def unexplained(texts: Sequence[str]) -> list[Abbreviation]:
    """Abbreviations that few know and the texts explain nowhere, each where it first stands."""
    whole = "\n".join(texts)
    found = {}
    for form, number, match in _short_forms(texts):
        if form not in found and not _is_common(form) and not _is_explained(form, whole):
            found[form] = Abbreviation((form,), number, match.start(), match.end())
    return list(found.values())


def _is_common(form: str) -> bool:
    if form in known_words.ABBREVIATIONS:
        return True
    if all(part in known_words.ABBREVIATIONS for part in form.split("-")):
        return True
    # A name written in capitals can be spoken: SAMSUNG, VIETTEL, UNESCO.
    return len(form) >= 5 and form.isascii() and len(re.findall("[AEIOUY]", form)) * 4 >= len(form)


# What follows one of these is a name, however it is written: "hãng DJI".
_NAMES_FOLLOW = (
    "hãng|công ty|tập đoàn|nhóm|nhãn hiệu|thương hiệu|giống|chủng|mạng|cổ phần|quỹ|model"
)


def _is_explained(form: str, whole: str) -> bool:
    short = re.escape(form)
    if re.search(rf"(?:{_NAMES_FOLLOW}) [“\"]?{short}(?!\w)", whole, re.IGNORECASE):
        return True
    pattern = (
        rf"\w[”\"]? ?\((?:[^()]* )?[“\"]?{short}[”\"]?\)|{short}[”\"]? ?\(\w|tắt là [“\"]?{short}"
    )
    return bool(re.search(pattern, whole))


# ── Personal data ───────────────────────────────────────────────────────────────────────────────

_PERSONAL = {
    "citizen": re.compile(r"(?<![\d.,])0\d{2}[ .]?\d{3}[ .]?\d{3}[ .]?\d{3}(?![\d,]|\.\d)"),
    "old_citizen": re.compile(
        r"(?:CMND|CMTND|CCCD|[Cc]hứng minh (?:nhân dân|thư)|[Cc]ăn cước|[Đđ]ịnh danh)\D{0,40}"
        r"(?P<number>\d{3}[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{3})?)(?!\d)"
    ),
    "account": re.compile(
        r"(?:[Ss]ố tài khoản|[Tt]ài khoản(?: ngân hàng)?(?: số)?|STK|[Ss]ố TK)\D{0,30}"
        r"(?P<number>\d(?:[ .-]?\d){5,18})(?!\d)"
    ),
    "mobile": re.compile(r"(?<![\d.,/])(?:\+84|0)[ .]?[35789](?:[ .-]?\d){8}(?![\d]|[.,]\d)"),
}
_PERSONAL_SENTENCES = {
    "citizen": _("“%s” looks like a citizen's identity number. Do not publish it."),
    "account": _("“%s” looks like a bank account. Publish it only if the agency means to."),
    "mobile": _("“%s” is a mobile number. Publish it only if it is an official one."),
}


def personal_data(source: str) -> list[tuple[str, int, int]]:
    """Return (sentence, start, end) for each identity, account or mobile number in the text."""
    found: dict[int, tuple[str, int, int]] = {}
    for kind, pattern in _PERSONAL.items():
        for match in pattern.finditer(source):
            group = "number" if "number" in pattern.groupindex else 0
            start, end = match.span(group)
            said = _PERSONAL_SENTENCES[kind.removeprefix("old_")]
            found.setdefault(start, (said % source[start:end], start, end))
    return sorted(found.values(), key=lambda one: one[1])


# ── What no page may hold ───────────────────────────────────────────────────────────────────────

_LOCAL_PATH = re.compile(
    r"(?:(?<!\w)[A-Za-z]:\\|file://|(?<!\S)\\\\[\w.-]+\\)(?:\S*[^\s.,;:!?)”\"])?", re.IGNORECASE
)
_PICTURE_DATA = re.compile(r"data:image/[\w.+-]+[;,]\S{0,20}", re.IGNORECASE)


def forbidden(source: str) -> list[tuple[str, int, int]]:
    """Return (sentence, start, end) for each path of a computer and each picture as text."""
    paths = [
        (
            gettext("“%s” is a place on a computer; readers cannot open it. Take it out.")
            % match[0][:60],
            *match.span(),
        )
        for match in _LOCAL_PATH.finditer(source)
    ]
    pictures = [
        (gettext("A picture stands in the text as characters. Add it under “Photos”."), *m.span())
        for m in _PICTURE_DATA.finditer(source)
    ]
    return paths + pictures


# ── Days and years ──────────────────────────────────────────────────────────────────────────────

_DAY = re.compile(
    r"(?P<before>[^\W\d_]+ )?(?:[Nn]gày|[Ss]áng|[Cc]hiều|[Tt]ối) (?P<day>\d{1,2})"
    r"(?:/(?P<month>\d{1,2})/| tháng (?P<word_month>\d{1,2}) năm )(?P<year>(?:19|20)\d\d)(?!\d)"
)
_NOT_THE_EVENT = {"trước", "đến", "từ", "hết", "hạn", "tới", "cuối", "sau", "số", "nhân"}
_YEAR = re.compile(r"(?<!\d)năm ((?:19|20)\d\d)(?!\d)", re.IGNORECASE)


def event_day(sentence: str) -> date | None:
    """Return the day a sentence reports on ("Ngày 19/01/2018, Sở … đã tổ chức"), if it says one.

    None for a sentence about what is to come, and for the day of a document or a deadline.
    """
    if re.search(r"\b(?:sẽ|dự kiến)\b", sentence):
        return None
    for match in _DAY.finditer(sentence):
        before = (match["before"] or "").strip()
        if before.lower() in _NOT_THE_EVENT or before.isupper():
            continue  # a deadline, or a document's: "Quyết định số 12/QĐ-UBND ngày 05/01/2018"
        month = int(match["month"] or match["word_month"])
        return _day(int(match["year"]), month, int(match["day"]))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def years(title: str) -> list[int]:
    """Return the years that a title names: "… năm 2017 và … năm 2018" gives [2017, 2018]."""
    return [int(year) for year in _YEAR.findall(title)]
