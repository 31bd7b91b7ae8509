"""How search looks words up: conditions as trees, and the two databases that answer them.

A condition is a phrase (syllables side by side) or All, Any, AtLeast of conditions. SQLite's
FTS5 takes phrases as they are. PostgreSQL looks up single syllables and pairs, so a longer phrase
gives too much there; so does AtLeast with many parts on both. What the index gives too much of is
then read: `as_text` is the same condition on the folded columns. `portal.text.matches` is the
definition of a hit, and a test compares the two.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connections

from portal.text import Phrase

# More phrases than that in one look-up cost more than reading the texts they leave.
MOST_PHRASES = 150


@dataclass(frozen=True)
class All:
    parts: Sequence


@dataclass(frozen=True)
class Any:
    parts: Sequence


@dataclass(frozen=True)
class AtLeast:
    """At least `number` of the parts."""

    number: int
    parts: Sequence


Condition = Phrase | All | Any | AtLeast


def size(condition: Condition) -> int:
    """How many phrases the condition holds."""
    return 1 if isinstance(condition, tuple) else sum(map(size, condition.parts))


def spelled_out(condition: AtLeast) -> tuple[Condition, bool]:
    """The condition in All and Any alone, and whether it says the same or something weaker.

    Weaker, where it would be too long: of 19 parts with at least 9 every 11 neighbours hold one.
    """
    same = _spell_out(condition.number, tuple(condition.parts))
    if size(same) <= MOST_PHRASES:
        return same, True
    width = len(condition.parts) - condition.number + 1
    windows = [condition.parts[start : start + width] for start in range(condition.number)]
    return All([Any(window) for window in windows]), False


def _spell_out(number: int, parts: tuple) -> Condition:
    """So many in the first half and the rest in the second, in every way; any of them."""
    if number == 1:
        return Any(parts)
    if number == len(parts):
        return All(parts)
    half = len(parts) // 2
    first, second = parts[:half], parts[half:]
    ways = []
    for left in range(max(0, number - len(second)), min(number, half) + 1):
        chosen = [(left, first), (number - left, second)]
        ways.append(All([_spell_out(count, some) for count, some in chosen if count]))
    return Any(ways)


# ── In the index ────────────────────────────────────────────────────────────────────────────────


def _compile(condition, phrase: Callable[[Phrase], str], and_: str, or_: str) -> str:
    """The condition in a database's own words."""
    if isinstance(condition, tuple):
        return phrase(condition)
    if isinstance(condition, AtLeast):
        condition = spelled_out(condition)[0]
    parts = [_compile(part, phrase, and_, or_) for part in condition.parts]
    return "(" + (and_ if isinstance(condition, All) else or_).join(parts) + ")"


class Sqlite:
    """FTS5 over the four columns. Its tokenizer splits at spaces and changes nothing else."""

    name = "portal_searchindex"
    contains = "instr"
    # The narrow index makes hits countable without reading the rows that hold the texts.
    hits = (
        "portal_searchindex AS found CROSS JOIN portal_searchentry AS entry"
        " INDEXED BY portal_searchentry_slim ON entry.id = found.rowid"
    )
    texts = (
        "portal_searchindex AS found"
        " CROSS JOIN portal_searchentry AS entry ON entry.id = found.rowid"
    )
    where = "found.portal_searchindex MATCH %s"
    ids = "SELECT rowid FROM portal_searchindex WHERE portal_searchindex MATCH %s"
    fence = "LIMIT -1 OFFSET 0"  # else a text is read once for each phrase

    @staticmethod
    def query(condition: Condition, *, in_title: bool = False) -> str:
        words = _compile(condition, lambda phrase: f'"{" ".join(phrase)}"', " AND ", " OR ")
        return f"{{folded_title toned_title}} : ({words})" if in_title else words

    @staticmethod
    def is_exact(condition: Condition) -> bool:
        if isinstance(condition, tuple):
            return True
        if isinstance(condition, AtLeast) and not spelled_out(condition)[1]:
            return False
        return all(map(Sqlite.is_exact, condition.parts))


class Postgres:
    """A GIN index over syllables and pairs (migration 0003_search_tokens)."""

    contains = "strpos"
    _tokens = "portal_search_tokens(folded_title, folded_text, toned_title, toned_text)"
    hits = texts = "portal_searchentry AS entry"
    where = f"{_tokens} @@ %s::tsquery"
    ids = f"SELECT id FROM portal_searchentry WHERE {_tokens} @@ %s::tsquery"  # noqa: S608
    fence = "OFFSET 0"

    @staticmethod
    def query(condition: Condition, *, in_title: bool = False) -> str:
        phrase = partial(Postgres._phrase, prefix="^" if in_title else "")
        return _compile(condition, phrase, " & ", " | ")

    @staticmethod
    def _phrase(phrase: Phrase, prefix: str) -> str:
        if len(phrase) == 1:
            return f"'{prefix}{phrase[0]}'"
        pairs = itertools.pairwise(phrase)
        return "(" + " & ".join(f"'{prefix}{a} {b}'" for a, b in pairs) + ")"

    @staticmethod
    def is_exact(condition: Condition) -> bool:
        if isinstance(condition, tuple):
            return len(condition) <= 2
        if isinstance(condition, AtLeast) and not spelled_out(condition)[1]:
            return False
        return all(map(Postgres.is_exact, condition.parts))


def backend(using: str = "default"):
    return Postgres if connections[using].vendor == "postgresql" else Sqlite


# ── In the texts ────────────────────────────────────────────────────────────────────────────────


def as_text(condition: Condition, contains: str) -> tuple[str, list[str]]:
    """The condition as SQL on `title` and `body`, folded with a space at each end, and its
    parameters."""
    if isinstance(condition, tuple):
        phrase = f" {' '.join(condition)} "
        return f"({contains}(body, %s) > 0 OR {contains}(title, %s) > 0)", [phrase, phrase]
    parts = [as_text(part, contains) for part in condition.parts]
    parameters = [parameter for _sql, some in parts for parameter in some]
    if isinstance(condition, AtLeast):
        found = " + ".join(f"CASE WHEN {sql} THEN 1 ELSE 0 END" for sql, _some in parts)
        return f"({found} >= {condition.number})", parameters
    word = " AND " if isinstance(condition, All) else " OR "
    return "(" + word.join(sql for sql, _some in parts) + ")", parameters


def to_be_read(condition: All, database) -> list[Condition]:
    """The parts of a condition that the index answers with too much."""
    return [part for part in condition.parts if not database.is_exact(part)]


# ── SQLite's tables ─────────────────────────────────────────────────────────────────────────────

_COLUMNS = ("folded_title", "folded_text", "toned_title", "toned_text")
_TABLE, _INDEX = "portal_searchentry", Sqlite.name
_SLIM = (
    f"CREATE INDEX IF NOT EXISTS {_TABLE}_slim ON {_TABLE}"
    " (id, kind, category, department, year, dated, public_from, public_until)"
)


def _values(row: str) -> str:
    return ", ".join(f"{row}.{column}" for column in _COLUMNS)


def _sqlite_statements() -> Iterator[str]:
    names = ", ".join(_COLUMNS)
    add = f"INSERT INTO {_INDEX}(rowid, {names}) VALUES (new.id, {_values('new')});"  # noqa: S608
    drop = (
        f"INSERT INTO {_INDEX}({_INDEX}, rowid, {names})"  # noqa: S608
        f" VALUES ('delete', old.id, {_values('old')});"
    )
    yield (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {_INDEX} USING fts5({names},"
        f" content='{_TABLE}', content_rowid='id', tokenize='ascii')"
    )
    yield f"CREATE TRIGGER {_TABLE}_added AFTER INSERT ON {_TABLE} BEGIN {add} END"
    yield f"CREATE TRIGGER {_TABLE}_deleted AFTER DELETE ON {_TABLE} BEGIN {drop} END"
    yield (
        f"CREATE TRIGGER {_TABLE}_changed AFTER UPDATE OF id, {names} ON {_TABLE}"
        f" BEGIN {drop} {add} END"
    )
    yield f"INSERT INTO {_INDEX}({_INDEX}) VALUES ('rebuild')"  # noqa: S608


def prepare(using: str) -> None:
    """Make what SQLite needs beside the table; Django's table rebuilds drop the triggers."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(_SLIM)
        cursor.execute(
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s, %s)",
            [f"{_TABLE}_{name}" for name in ("added", "deleted", "changed")],
        )
        if cursor.fetchone()[0] == 3:
            return
        for name in ("added", "deleted", "changed"):
            cursor.execute(f"DROP TRIGGER IF EXISTS {_TABLE}_{name}")
        for statement in _sqlite_statements():
            cursor.execute(statement)
