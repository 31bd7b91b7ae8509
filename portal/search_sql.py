"""How search looks words up: conditions, and the two databases that answer them.

A condition is a phrase (syllables side by side) or All or Any of conditions. SQLite's FTS5 takes
phrases as they are. PostgreSQL looks up syllables and pairs, so a longer phrase finds too much
there: what it finds is then read. `portal.text.matches` is the definition of a hit, and a test
compares it with both.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connections

from portal.text import Phrase


@dataclass(frozen=True)
class All:
    parts: Sequence


@dataclass(frozen=True)
class Any:
    parts: Sequence


Condition = Phrase | All | Any


def _compile(condition: Condition, phrase: Callable[[Phrase], str], and_: str, or_: str) -> str:
    """The condition in a database's own words."""
    if isinstance(condition, tuple):
        return phrase(condition)
    parts = [_compile(part, phrase, and_, or_) for part in condition.parts]
    return "(" + (and_ if isinstance(condition, All) else or_).join(parts) + ")"


# Both databases offer: `ids`, a SELECT of the ids that a condition finds, with its parameters
# (`is_rough`: good enough to sort hits by, nothing is read); `entries`, a SELECT of columns of the
# same entries.


class Sqlite:
    """FTS5 over the four columns, and once more over the titles alone, which are quickly asked.

    Its tokenizer splits at spaces and changes nothing else.
    """

    # The narrow index makes hits countable without reading the rows that hold the texts.
    joined = (
        "CROSS JOIN portal_searchentry AS entry"
        " INDEXED BY portal_searchentry_slim ON entry.id = found.id"
    )

    @staticmethod
    def ids(
        condition: Condition, *, in_title: bool = False, is_rough: bool = False
    ) -> tuple[str, list[str]]:
        table = _TITLES if in_title else _INDEX
        words = _compile(condition, lambda phrase: f'"{" ".join(phrase)}"', " AND ", " OR ")
        return f"SELECT rowid AS id FROM {table} WHERE {table} MATCH %s", [words]  # noqa: S608

    @classmethod
    def entries(cls, condition: Condition, columns: Sequence[str]) -> tuple[str, list[str]]:
        ids, parameters = cls.ids(condition)
        names = ", ".join(f"entry.{column}" for column in columns)
        return f"SELECT {names} FROM ({ids}) AS found {cls.joined}", parameters  # noqa: S608


class Postgres:
    """A GIN index over syllables and pairs (migration 0003_search_tokens), and the folded texts
    in a table of their own to be read (0005_search_texts_apart)."""

    _tokens = "portal_search_tokens(folded_title, folded_text, toned_title, toned_text)"

    @classmethod
    def ids(
        cls, condition: Condition, *, in_title: bool = False, is_rough: bool = False
    ) -> tuple[str, list[str]]:
        if in_title or is_rough:
            return cls._found(condition, ["id"], prefix="^" if in_title else "")
        return cls.entries(condition, ["id"])

    @classmethod
    def entries(cls, condition: Condition, columns: Sequence[str]) -> tuple[str, list[str]]:
        unsure = _longer_phrases(condition)
        if unsure is None:
            return cls._found(condition, columns)
        candidates, parameters = cls._found(condition, columns)
        reading, phrases = _reading(unsure)
        names = ", ".join(f"candidate.{column}" for column in columns)
        # The fence keeps the look-up before the reading.
        sql = (
            f"SELECT {names} FROM ({candidates} OFFSET 0) AS candidate"  # noqa: S608
            f" JOIN portal_searchtext AS texts ON texts.id = candidate.id WHERE {reading}"
        )
        return sql, parameters + phrases

    @classmethod
    def _found(cls, condition, columns, prefix: str = "") -> tuple[str, list[str]]:
        words = _compile(condition, partial(cls._phrase, prefix=prefix), " & ", " | ")
        names = ", ".join(columns)
        sql = f"SELECT {names} FROM portal_searchentry WHERE {cls._tokens} @@ %s::tsquery"  # noqa: S608
        return sql, [words]

    @staticmethod
    def _phrase(phrase: Phrase, prefix: str) -> str:
        if len(phrase) == 1:
            return f"'{prefix}{phrase[0]}'"
        pairs = itertools.pairwise(phrase)
        return "(" + " & ".join(f"'{prefix}{a} {b}'" for a, b in pairs) + ")"


def _longer_phrases(condition: Condition) -> Condition | None:
    """The part of a condition that pairs of folded syllables do not decide; None if they do."""
    if isinstance(condition, tuple):
        return None if len(condition) <= 2 else condition
    parts = [part for part in condition.parts if _longer_phrases(part) is not None]
    if not parts:
        return None
    return All(parts) if isinstance(condition, All) else condition


def _reading(condition: Condition) -> tuple[str, list[str]]:
    if isinstance(condition, tuple):
        phrase = f" {' '.join(condition)} "
        sql = "(strpos(texts.folded_text, %s) > 0 OR strpos(texts.folded_title, %s) > 0)"
        return sql, [phrase, phrase]
    parts = [_reading(part) for part in condition.parts]
    word = " AND " if isinstance(condition, All) else " OR "
    sql = "(" + word.join(sql for sql, _phrases in parts) + ")"
    return sql, [phrase for _sql, phrases in parts for phrase in phrases]


def backend(using: str = "default"):
    return Postgres if connections[using].vendor == "postgresql" else Sqlite


# ── SQLite's tables ─────────────────────────────────────────────────────────────────────────────

_TABLE, _INDEX, _TITLES = "portal_searchentry", "portal_searchindex", "portal_searchtitles"
_COLUMNS = {
    _INDEX: ("folded_title", "folded_text", "toned_title", "toned_text"),
    _TITLES: ("folded_title", "toned_title"),
}
_TRIGGERS = tuple(f"{_TABLE}_{name}" for name in ("added", "deleted", "changed"))
_SLIM = (
    f"CREATE INDEX IF NOT EXISTS {_TABLE}_slim ON {_TABLE}"
    " (id, kind, category, department, year, dated, public_from, public_until)"
)


def prepare(using: str) -> None:
    """Make what SQLite needs beside the table; Django's table rebuilds drop index and triggers."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(_SLIM)
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        if set(_TRIGGERS) <= {name for (name,) in cursor.fetchall()}:
            return
        for statement in _statements():
            cursor.execute(statement)


def _statements() -> Iterator[str]:
    yield from (f"DROP TRIGGER IF EXISTS {trigger}" for trigger in _TRIGGERS)
    for table, columns in _COLUMNS.items():
        yield (
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5({', '.join(columns)},"
            f" content='{_TABLE}', content_rowid='id', tokenize='ascii')"
        )
    add, drop = _changes("new"), _changes("old")
    added, deleted, changed = _TRIGGERS
    columns = ", ".join(_COLUMNS[_INDEX])
    yield f"CREATE TRIGGER {added} AFTER INSERT ON {_TABLE} BEGIN {add} END"
    yield f"CREATE TRIGGER {deleted} AFTER DELETE ON {_TABLE} BEGIN {drop} END"
    yield (
        f"CREATE TRIGGER {changed} AFTER UPDATE OF id, {columns} ON {_TABLE} BEGIN {drop} {add} END"
    )
    yield from (f"INSERT INTO {table}({table}) VALUES ('rebuild')" for table in _COLUMNS)  # noqa: S608


def _changes(row: str) -> str:
    """What a trigger does to both indexes with the `new` or the `old` row."""
    sql = ""
    for table, columns in _COLUMNS.items():
        names, values = ", ".join(columns), ", ".join(f"{row}.{column}" for column in columns)
        command = ("", "") if row == "new" else (f"{table}, ", "'delete', ")
        sql += (
            f"INSERT INTO {table}({command[0]}rowid, {names})"  # noqa: S608
            f" VALUES ({command[1]}{row}.id, {values}); "
        )
    return sql
