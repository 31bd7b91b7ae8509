"""Who is named in a text, in the post held on the day it tells of. Proposed, never decided."""

import datetime
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from departments.models import Appointment
from news.models import ArticlePerson
from portal import text

_WORD = re.compile(r"[^\W_]+")
_IN_ONE_PIECE = re.compile(r"[\w '’-]+")
# What may follow a name without being a part of it: "Nguyễn Thị Hà Giám đốc Sở".
_TITLES = frozenset("giám phó chủ trưởng bí chánh ủy uỷ tỉnh quyền nguyên thứ".split())
_ADDRESSES = frozenset("ông bà anh chị cô chú bác".split())
_RELATIONS = (
    (ArticlePerson.Relation.CHAIRED, re.compile("chủ trì|chủ tọa|chủ toạ")),
    (ArticlePerson.Relation.SPOKE, re.compile("phát biểu|báo cáo|trình bày|kết luận|trao đổi")),
)


@dataclass(frozen=True)
class Passage:
    """A stretch of an article: its words, what it is called, and the field it stands in."""

    text: str
    where: str
    anchor: str


@dataclass(frozen=True)
class Proposal:
    """A name in the article, and the posts that those of that name held on the day."""

    name: str
    passage: Passage
    relation: str
    appointments: tuple[Appointment, ...]

    @property
    def is_ambiguous(self) -> bool:
        """Whether several people have this name: only a person can tell who is meant."""
        return len({term.person_id for term in self.appointments}) > 1


def propose(
    passages: Iterable[Passage], *, on: datetime.date, linked: Iterable[int] = ()
) -> list[Proposal]:
    """Return a proposal for each name, in the order of the text; two queries at most.

    Letters' case does not matter, accents do. Who is linked already (`linked`: ids of
    appointments) is not proposed again, nor somebody else of that name.
    """
    named = _named(passages, _holders(on))
    people = itertools.chain.from_iterable(found.people for found in named)
    terms = _terms(set(people), on) if named else []
    linked = set(linked)
    proposals = []
    for found in named:
        held = tuple(term for term in terms if term.person_id in found.people)
        if held and not linked & {term.pk for term in held}:
            proposals.append(Proposal(found.name, found.passage, found.relation, held))
    return proposals


Key = tuple[str, ...]


@dataclass(frozen=True)
class _Named:
    name: str
    passage: Passage
    relation: str
    people: frozenset[int]


def _holders(on: datetime.date) -> dict[Key, frozenset[int]]:
    """The people who held some post that day, by the syllables of their names."""
    held = Appointment.objects.current(on=on).order_by()
    people: dict[Key, set[int]] = {}
    for person, name in held.values_list("person_id", "person__full_name").distinct():
        people.setdefault(_key(name), set()).add(person)
    return {key: frozenset(ids) for key, ids in people.items() if len(key) > 1}


def _key(name: str) -> Key:
    return tuple(text.toned_syllables(name))


def _terms(people: set[int], on: datetime.date) -> list[Appointment]:
    held = Appointment.objects.current(on=on).filter(person__in=people)
    related = held.select_related("person", "position__department")
    return list(related.order_by("position__rank", "pk"))


def _named(passages: Iterable[Passage], holders: dict[Key, frozenset[int]]) -> list[_Named]:
    lengths = sorted({len(key) for key in holders}, reverse=True)
    found: dict[Key, _Named] = {}
    for passage in passages:
        words = list(_WORD.finditer(passage.text))
        toned = [_key(word[0])[0] for word in words]
        taken = 0
        for first in range(len(words)):
            for length in lengths if first >= taken else ():
                key = tuple(toned[first : first + length])
                if key in holders and _is_whole_name(passage.text, words, first, first + length):
                    found.setdefault(key, _found(passage, words, first, length, holders[key]))
                    taken = first + length
                    break
    return list(found.values())


def _found(passage: Passage, words, first: int, length: int, people: frozenset[int]) -> _Named:
    start, end = words[first].start(), words[first + length - 1].end()
    sentence = re.split(r"[.\n]", passage.text[end:], maxsplit=1)[0]
    relations = (relation for relation, verb in _RELATIONS if verb.search(sentence))
    relation = next(relations, ArticlePerson.Relation.ATTENDED)
    return _Named(passage.text[start:end], passage, relation, people)


def _is_whole_name(source: str, words, first: int, end: int) -> bool:
    """Whether the name neither goes on nor began before: "Nguyễn Thị Hà Giang" is not Hà."""
    name = source[words[first].start() : words[end - 1].end()]
    if not _IN_ONE_PIECE.fullmatch(name) or not all(part[0].isupper() for part in name.split()):
        return False
    if end < len(words) and source[words[end - 1].end() : words[end].start()] == " ":
        following = words[end][0]
        if following.istitle() and following.lower() not in _TITLES:
            return False
    if first and end - first == 2 and source[words[first - 1].end() : words[first].start()] == " ":
        before = words[first - 1]
        return not before[0].istitle() or before[0].lower() in _ADDRESSES
    return True
