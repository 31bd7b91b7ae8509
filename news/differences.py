"""What changed between two texts, line by line and, within a changed line, word by word.

Nothing here knows articles: lines come in, rows of words that stayed, came and went go out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

SAME, ADDED, REMOVED, GAP = "same", "added", "removed", "gap"
CHANGED = "changed"

# Above so many pairs of equal items the comparison leaves frequent ones aside, or it takes seconds.
_MOST_PAIRS = 100_000
# Lines that share so much of their words are one line that was changed.
_ALIKE = 0.5
# How far ahead a changed line is looked for.
_AHEAD = 20
# A stretch of more words without a change is shortened to its ends.
_LONGEST_SAME, _LEFT_AT_ENDS = 40, 12

# An address is one word: half an address is none.
_TOKEN = re.compile(r"(https?://[^\s\]]+|\w+|[^\w\s])(\s*)")


class Stretch(NamedTuple):
    """Some words in a row that stayed, came or went; a gap stands for words left out."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """A paragraph, an item of a list. Equal keys: nothing changed."""

    key: Hashable
    text: str = field(compare=False)
    # A photo among paragraphs: where it stands is told by them, it never tells where they stand.
    is_mark: bool = False

    @cached_property
    def bag(self) -> Counter:
        return Counter(word for word, _space in _TOKEN.findall(self.text))


@dataclass(frozen=True)
class Row:
    """One line before and after; `old` or `new` is empty where there was or is none."""

    kind: str
    old: Sequence[Stretch] = ()
    new: Sequence[Stretch] = ()

    @property
    def is_same_in_words(self) -> bool:
        """Whether something changed though every word stayed: the layout, a file's content."""
        both = [*self.old, *self.new]
        return self.kind == CHANGED and all(stretch.kind in {SAME, GAP} for stretch in both)


@dataclass(frozen=True)
class Group:
    """Rows that follow one another; unchanged ones far from a change are folded away."""

    is_folded: bool
    rows: Sequence[Row]


def compare_lines(old: Sequence[Line], new: Sequence[Line]) -> list[Row]:
    """The rows of two lists of lines, in the order in which both are read."""
    rows = _compare_texts(*([line for line in side if not line.is_mark] for side in (old, new)))
    left, right = _marks(old, rows, "old"), _marks(new, rows, "new")
    if not left and not right:
        return rows
    after = defaultdict(list)
    for mark, place in right.items():
        if mark in left and _is_one_place(rows, left[mark], place):
            after[max(place, left.pop(mark))].append(_same(mark))
        else:
            after[place].append(_added(mark))
    for mark, place in left.items():
        after[place].append(_removed(mark))
    return [row for n in range(len(rows) + 1) for row in (*rows[n - 1 : n], *after[n])]


def _marks(lines: Sequence[Line], rows: Sequence[Row], side: str) -> dict[Line, int]:
    """The marks of one side, each with the number of rows that it stands after."""
    ends = [0, *(n for n, row in enumerate(rows, start=1) if getattr(row, side))]
    places, texts = {}, 0
    for line in lines:
        if line.is_mark:
            places[line] = ends[texts]
        texts += not line.is_mark
    return places


def _is_one_place(rows: Sequence[Row], *places: int) -> bool:
    """Whether no line that both sides have lies between the two places."""
    between = rows[min(places) : max(places)]
    return all(row.kind in {ADDED, REMOVED} for row in between)


def _compare_texts(old: Sequence[Line], new: Sequence[Line]) -> list[Row]:
    rows = []
    codes = _matcher([line.key for line in old], [line.key for line in new]).get_opcodes()
    for code, start, end, new_start, new_end in codes:
        if code == "equal":
            rows += [_same(line) for line in new[new_start:new_end]]
        else:
            rows += _changed(old[start:end], new[new_start:new_end])
    return rows


def compare_words(
    old: str, new: str, *, is_whole: bool = False
) -> tuple[list[Stretch], list[Stretch]]:
    """What of the old text stayed and went, and what of the new one stayed and came.

    Long runs that stayed are shortened to their ends unless `is_whole`.
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = _matcher([word for word, _ in before], [word for word, _ in after])
    left, right = [], []
    for code, start, end, new_start, new_end in matcher.get_opcodes():
        if code == "equal":
            kept = _kept if is_whole else _shortened
            left += kept(before[start:end])
            right += kept(after[new_start:new_end])
            continue
        left += _marked(REMOVED, before[start:end])
        right += _marked(ADDED, after[new_start:new_end])
    return left, right


def folded(rows: Sequence[Row], *, near: int = 1) -> list[Group]:
    """The rows in groups: long runs without a change are folded, but for `near` rows beside one."""
    groups = []
    for is_same, run in groupby(rows, key=lambda row: row.kind == SAME):
        run = list(run)
        before = near if groups else 0
        after = near if groups or len(run) < len(rows) else 0
        inner = run[before : len(run) - after]
        if not is_same or len(inner) < 2:
            groups.append(Group(False, [_brief(row) for row in run]))
            continue
        ends = run[:before], run[len(run) - after :]
        groups += [Group(False, [_brief(row) for row in ends[0]])] if before else []
        groups.append(Group(True, inner))
        groups += [Group(False, [_brief(row) for row in ends[1]])] if after else []
    return groups


def _brief(row: Row) -> Row:
    """An unchanged line that only shows where a change stands: of a long one its two ends."""
    if row.kind != SAME:
        return row
    both = _shortened(_TOKEN.findall(row.new[0].text))
    return Row(SAME, both, both)


def _matcher(old: Sequence[Hashable], new: Sequence[Hashable]) -> SequenceMatcher:
    counts = Counter(new)
    pairs = sum(counts[item] for item in old)
    return SequenceMatcher(None, old, new, autojunk=pairs > _MOST_PAIRS)


def _same(line: Line) -> Row:
    both = [Stretch(SAME, line.text)]
    return Row(SAME, both, both)


def _changed(old: Sequence[Line], new: Sequence[Line]) -> Iterator[Row]:
    """Rows of a run that changed: a line and what became of it stand beside each other."""
    if len(old) == len(new) == 1:
        yield _beside(old[0], new[0])
        return
    seen = 0
    for line in old:
        found = next((n for n in range(seen, len(new))[:_AHEAD] if _alike(line, new[n])), None)
        if found is None:
            yield _removed(line)
            continue
        yield from (_added(other) for other in new[seen:found])
        yield _beside(line, new[found])
        seen = found + 1
    yield from (_added(line) for line in new[seen:])


def _added(line: Line) -> Row:
    return Row(ADDED, new=[Stretch(ADDED, line.text)])


def _removed(line: Line) -> Row:
    return Row(REMOVED, old=[Stretch(REMOVED, line.text)])


def _beside(old: Line, new: Line) -> Row:
    """One line that became another; of two that share little, each is shown whole."""
    if _alike(old, new):
        return Row(CHANGED, *compare_words(old.text, new.text))
    whole_old = [Stretch(REMOVED, old.text)] if old.text else []
    whole_new = [Stretch(ADDED, new.text)] if new.text else []
    kind = CHANGED if whole_old and whole_new else REMOVED if whole_old else ADDED
    return Row(kind, whole_old, whole_new)


def _alike(old: Line, new: Line) -> bool:
    shared = (old.bag & new.bag).total()
    return shared > 0 and 2 * shared >= _ALIKE * (old.bag.total() + new.bag.total())


def _kept(tokens: Sequence[tuple[str, str]]) -> list[Stretch]:
    return [Stretch(SAME, _joined(tokens))]


def _shortened(tokens: Sequence[tuple[str, str]]) -> list[Stretch]:
    """Unchanged words; of a long stretch its two ends."""
    if len(tokens) <= _LONGEST_SAME:
        return _kept(tokens)
    ends = tokens[:_LEFT_AT_ENDS], tokens[-_LEFT_AT_ENDS:]
    return [Stretch(SAME, _joined(ends[0])), Stretch(GAP, "…"), Stretch(SAME, _joined(ends[1]))]


def _marked(kind: str, tokens: Sequence[tuple[str, str]]) -> list[Stretch]:
    """Words that came or went, without the space after them: a marked space is a riddle."""
    words = _joined(tokens)
    marked = words.rstrip()
    return [Stretch(kind, marked), Stretch(SAME, words[len(marked) :])] if marked else []


def _joined(tokens: Sequence[tuple[str, str]]) -> str:
    return "".join(word + space for word, space in tokens)
