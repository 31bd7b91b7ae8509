"""How search looks words up: conditions, and the two databases that answer them.

A condition is a phrase (syllables side by side), All or Any of conditions, or InTitle. Both
databases look up syllables and pairs. A longer phrase they cannot decide: SQLite has a second
index, slower, that takes phrases as they are; what PostgreSQL finds is then read.
`portal.text.matches` is the definition of a hit, and a test compares it with both.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import compress

from django.db import connections, transaction

from portal.text import Phrase


@dataclass(frozen=True)
class All:
    parts: Sequence


@dataclass(frozen=True)
class Any:
    parts: Sequence


@dataclass(frozen=True)
class InTitle:
    """Met by the title alone. Beside other conditions it holds no phrase of three syllables."""

    condition: Phrase | All | Any


Condition = Phrase | All | Any | InTitle

# The columns that hits are counted and filtered by.
FILTERS = ("kind", "category", "department", "year")


# What stands before a token of a title, in both databases' indexes of syllables and pairs.
_TITLE = "^"


def _compile(
    condition: Condition, phrase: Callable[[Phrase, str], str], and_: str, or_: str, mark: str = ""
) -> str:
    """The condition in a database's own words; `phrase` is told of a title by its mark."""
    if isinstance(condition, tuple):
        return phrase(condition, mark)
    if isinstance(condition, InTitle):
        return _compile(condition.condition, phrase, and_, or_, _TITLE)
    parts = [_compile(part, phrase, and_, or_, mark) for part in condition.parts]
    return "(" + (and_ if isinstance(condition, All) else or_).join(parts) + ")"


# Both databases offer: `ids`, a SELECT of the ids that a condition finds, with its parameters
# (`is_rough`: good enough to sort hits by, nothing is read); `entries`, a SELECT of columns of the
# same entries; `decides`, whether an index alone finds them; `is_one_of`, a filter on a column;
# `tally`, what says the FILTERS of many entries as one text, four letters each, from `tallied`.


class Sqlite:
    """FTS5: syllables and pairs without their places; for longer phrases the four columns with
    the place of each syllable; and the titles alone, which are quickly asked.

    Its tokenizer splits at spaces and changes nothing else.
    """

    tallied = FILTERS
    # SQLite has no hash to count by: it would sort the hits once a filter.
    tally = f"group_concat(char({', '.join(FILTERS)}), '')"
    no_date = "NULL"
    # Slim rows make hits countable without reading those that hold the texts.
    joined = "CROSS JOIN portal_searchfacts AS entry ON entry.id = found.id"

    @staticmethod
    def ids(condition: Condition, *, is_rough: bool = False) -> tuple[str, list[str]]:
        if is_looked_up(condition):
            table, phrase = _TOKENS, lambda words, mark: f'"{mark}{_PAIR.join(words)}"'
        elif isinstance(condition, InTitle):
            table, phrase = _TITLES, _in_their_order
        else:
            table, phrase = _INDEX, _in_their_order
        words = _compile(condition, phrase, " AND ", " OR ")
        return f"SELECT rowid AS id FROM {table} WHERE {table} MATCH %s", [words]  # noqa: S608

    @staticmethod
    def decides(condition: Condition) -> bool:
        return True

    @classmethod
    def entries(cls, condition: Condition, columns: Sequence[str]) -> tuple[str, list[str]]:
        ids, parameters = cls.ids(condition)
        names = ", ".join(f"entry.{column}" for column in columns)
        return f"SELECT {names} FROM ({ids}) AS found {cls.joined}", parameters  # noqa: S608

    @staticmethod
    def is_one_of(column: str, number: int) -> str:
        places = ", ".join(["%s"] * number)
        codes = f"SELECT code FROM {VALUES} WHERE name = '{column}' AND value IN ({places})"  # noqa: S608
        return f"{column} IN ({codes})"


def _in_their_order(words: Phrase, _mark: str) -> str:
    return f'"{" ".join(words)}"'


class Postgres:
    """A GIN index over syllables and pairs (migration 0003_search_tokens), the folded texts in a
    table of their own to be read (0005_search_texts_apart), and for some longer phrases the
    entries that hold them (0013_phrases_of_synonyms)."""

    # By a trigger (0014_search_facts): counting by four columns of words takes longer than finding.
    tallied = ("facts",)
    tally = "string_agg(facts, '')"
    no_date = "CAST(NULL AS timestamptz)"
    _tokens = "portal_search_tokens(folded_title, folded_text, toned_title, toned_text)"

    def __init__(self, kept: Collection[str] = ()):
        self.kept = kept

    def ids(self, condition: Condition, *, is_rough: bool = False) -> tuple[str, list[str]]:
        if is_rough:
            return self._found(condition, ["id"])
        return self.entries(condition, ["id"])

    @staticmethod
    def decides(condition: Condition) -> bool:
        return is_looked_up(condition)

    def entries(self, condition: Condition, columns: Sequence[str]) -> tuple[str, list[str]]:
        unsure = _longer_phrases(condition)
        if unsure is None:
            return self._found(condition, columns)
        candidates, parameters = self._found(condition, columns)
        reading, phrases = self._reading(unsure)
        names = ", ".join(f"candidate.{column}" for column in columns)
        texts = "JOIN portal_searchtext AS texts ON texts.id = candidate.id"
        # The fence keeps the look-up before the reading.
        sql = (
            f"SELECT {names} FROM ({candidates} OFFSET 0) AS candidate"  # noqa: S608
            f" {texts if 'texts.' in reading else ''} WHERE {reading}"
        )
        return sql, parameters + phrases

    def _reading(self, condition: Condition) -> tuple[str, list[str]]:
        """What is true of a candidate that is a hit: most are known by an index, some are read."""
        if isinstance(condition, tuple):
            return self._among([condition]) if self._is_known(condition) else _read(condition)
        known = [part for part in condition.parts if self._is_known(part)]
        parts = [self._reading(part) for part in condition.parts if part not in known]
        if isinstance(condition, All):
            parts += [self._among([part]) for part in known]
        elif known:
            parts.insert(0, self._among(known))
        word = " AND " if isinstance(condition, All) else " OR "
        sql = "(" + word.join(sql for sql, _words in parts) + ")"
        return sql, [word for _sql, words in parts for word in words]

    def _is_known(self, condition: Condition) -> bool:
        is_kept = isinstance(condition, tuple) and spaced(condition) in self.kept
        return is_kept or is_looked_up(condition)

    def _among(self, known: list[Condition]) -> tuple[str, list[str]]:
        """That a candidate holds one of these."""
        by_tokens = [part for part in known if is_looked_up(part)]
        kept = [spaced(part) for part in known if part not in by_tokens]
        queries, values = [], []
        if by_tokens:
            sql, values = self._found(Any(by_tokens), ["id"])
            queries.append(sql)
        if kept:
            places = ", ".join(["%s"] * len(kept))
            queries.append(f"SELECT id FROM {_PHRASES} WHERE phrase IN ({places})")  # noqa: S608
        # The fence keeps PostgreSQL from asking for each candidate anew, "IS TRUE" from a join of
        # two such sets, which takes seconds because it expects few candidates.
        ids = f"SELECT id FROM ({' UNION ALL '.join(queries)} OFFSET 0) AS known"  # noqa: S608
        return f"(candidate.id IN ({ids})) IS TRUE", values + kept

    @staticmethod
    def is_one_of(column: str, number: int) -> str:
        return f"{column} IN ({', '.join(['%s'] * number)})"

    def _found(self, condition, columns) -> tuple[str, list[str]]:
        words = _compile(condition, self._phrase, " & ", " | ")
        names = ", ".join(columns)
        sql = f"SELECT {names} FROM portal_searchentry WHERE {self._tokens} @@ %s::tsquery"  # noqa: S608
        return sql, [words]

    @staticmethod
    def _phrase(phrase: Phrase, mark: str) -> str:
        if len(phrase) == 1:
            return f"'{mark}{phrase[0]}'"
        pairs = itertools.pairwise(phrase)
        return "(" + " & ".join(f"'{mark}{a} {b}'" for a, b in pairs) + ")"


def _read(phrase: Phrase) -> tuple[str, list[str]]:
    sql = "(strpos(texts.folded_text, %s) > 0 OR strpos(texts.folded_title, %s) > 0)"
    return sql, [spaced(phrase)] * 2


def _longer_phrases(condition: Condition) -> Condition | None:
    """The part of a condition that syllables and pairs do not decide; None if they do."""
    if isinstance(condition, tuple):
        return None if len(condition) <= 2 else condition
    if isinstance(condition, InTitle):
        return _longer_phrases(condition.condition) and condition
    parts = [part for part in condition.parts if _longer_phrases(part) is not None]
    if not parts:
        return None
    return All(parts) if isinstance(condition, All) else condition


def is_looked_up(condition: Condition) -> bool:
    """Whether syllables and pairs decide it."""
    return _longer_phrases(condition) is None


def backend(using: str = "default", *, kept: Collection[str] = ()):
    """`kept`: the phrases (`spaced`) of which PostgreSQL keeps the entries."""
    return Postgres(kept) if connections[using].vendor == "postgresql" else Sqlite


# ── Counts ──────────────────────────────────────────────────────────────────────────────────────

# The values of the FILTERS, each with the code whose letter stands for it.
VALUES = "portal_searchvalue"


def tally(
    letters: str, codes: Iterable[tuple], filters: Mapping[str, Sequence]
) -> dict[str, dict[str, int]]:
    """What a tally says: for each filter its values with their hits under the other filters.

    `codes` are the rows of VALUES (name, value, code), `filters` the values of which one is enough.
    """
    columns = {name: letters[position :: len(FILTERS)] for position, name in enumerate(FILTERS)}
    values = {name: {} for name in FILTERS}
    for name, value, code in codes:
        values[name][chr(code)] = value
    kept = {}
    for name, several in filters.items():
        wanted = {one for one, value in values[name].items() if value in set(map(str, several))}
        kept[name] = [letter in wanted for letter in columns[name]]
    counts = {}
    for name, column in columns.items():
        others = [those for other, those in kept.items() if other != name]
        under = compress(column, map(all, zip(*others, strict=True))) if others else column
        counts[name] = {values[name][one]: number for one, number in Counter(under).items()}
    return counts


# ── PostgreSQL's index ──────────────────────────────────────────────────────────────────────────

_GIN = "portal_searchentry_tokens"
_PENDING = "gin_pending_list_limit"


@contextmanager
def bulk_writing(using: str) -> Iterator[Callable[[], None]]:
    """While many entries are written: PostgreSQL's index takes their tokens as they come and sorts
    them in when the function is called that this yields, in a quarter of the time.

    Searches find all meanwhile. Where the process is killed, `prepare` or the next bulk ends it.
    """
    if connections[using].vendor != "postgresql":
        yield lambda: None
        return
    with connections[using].cursor() as cursor:
        cursor.execute(f"ALTER INDEX IF EXISTS {_GIN} SET (fastupdate = on, {_PENDING} = 1048576)")
        try:
            yield partial(_sort_in, cursor)
        finally:
            _end_bulk(cursor)


def _sort_in(cursor) -> None:
    cursor.execute("SELECT gin_clean_pending_list(to_regclass(%s))", [_GIN])


def _end_bulk(cursor) -> None:
    cursor.execute(f"ALTER INDEX IF EXISTS {_GIN} SET (fastupdate = off)")
    cursor.execute(f"ALTER INDEX IF EXISTS {_GIN} RESET ({_PENDING})")
    _sort_in(cursor)


def _end_cut_short(cursor) -> None:
    cursor.execute(
        "SELECT 'fastupdate=on' = ANY(reloptions) FROM pg_class WHERE oid = to_regclass(%s)",
        [_GIN],
    )
    if (True,) in cursor.fetchall():
        _end_bulk(cursor)


# ── PostgreSQL's phrases ────────────────────────────────────────────────────────────────────────

_PHRASES = "portal_searchphrase"
# As one value beside the rows of another table.
KEPT_PHRASES = {
    "postgresql": f"ARRAY(SELECT phrase FROM {_PHRASES} WHERE id = 0)",  # noqa: S608
    "sqlite": "NULL",
}


def spaced(phrase: Phrase) -> str:
    """The phrase as it is looked for in a folded text, whole syllables alone."""
    return f" {' '.join(phrase)} "


def keeps_phrases(using: str) -> bool:
    """Not on SQLite, whose FTS5 takes phrases as they are, nor where that is migrated back."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_PHRASES])
        return cursor.fetchone()[0]


def keep_phrases(using: str, phrases: Iterable[Phrase]) -> None:
    """Keep on PostgreSQL which entries hold these phrases, the longer ones, and no others."""
    wanted = {spaced(phrase) for phrase in phrases if _longer_phrases(phrase)}
    with transaction.atomic(using), connections[using].cursor() as cursor:
        # Who writes an entry waits, and then finds the phrases (migration 0013).
        cursor.execute("LOCK TABLE portal_searchtext IN SHARE MODE")
        cursor.execute(f"SELECT phrase FROM {_PHRASES} WHERE id = 0")  # noqa: S608
        known = {phrase for (phrase,) in cursor.fetchall()}
        cursor.execute(f"DELETE FROM {_PHRASES} WHERE phrase = ANY(%s)", [[*(known - wanted)]])  # noqa: S608
        cursor.execute(
            f"INSERT INTO {_PHRASES} SELECT new.phrase, 0 FROM unnest(%(new)s::text[])"  # noqa: S608
            " AS new(phrase) UNION ALL SELECT new.phrase, texts.id"
            " FROM portal_searchtext AS texts, unnest(%(new)s::text[]) AS new(phrase)"
            " WHERE strpos(texts.folded_text, new.phrase) > 0"
            " OR strpos(texts.folded_title, new.phrase) > 0",
            {"new": [*(wanted - known)]},
        )


# ── SQLite's tables ─────────────────────────────────────────────────────────────────────────────

_TABLE, _INDEX, _TITLES = "portal_searchentry", "portal_searchindex", "portal_searchtitles"
_COLUMNS = {
    _INDEX: ("folded_title", "folded_text", "toned_title", "toned_text"),
    _TITLES: ("folded_title", "toned_title"),
}
# Every syllable and every pair of an entry, without places and without the words themselves: a
# fifth of the size of _INDEX, asked in a quarter of the time; those of a title once more with its
# mark. A syllable holds neither.
_TOKENS, _PAIR = "portal_searchtokens", "_"
# What hits are counted by stands as a number in a row of its own: reading it by its id takes half
# of what an index over the words takes.
_FACTS = "portal_searchfacts"
_TIMES = ("dated", "public_from", "public_until")
_TRIGGERS = tuple(f"{_TABLE}_{name}" for name in ("added", "deleted", "changed", "moved"))


def prepare(using: str) -> None:
    """Make what SQLite needs beside the table; Django's table rebuilds drop the triggers.

    End on PostgreSQL what a bulk that was killed has left.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            _end_cut_short(cursor)
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
        if set(_triggers()) <= {sql for (sql,) in cursor.fetchall()}:
            return
        for statement in _statements():
            cursor.execute(statement)


def _statements() -> Iterator[str]:
    yield from (f"DROP TRIGGER IF EXISTS {trigger}" for trigger in _TRIGGERS)
    # The index portal_searchentry_slim stays: release 0.1.0 names it, and may be put back.
    for table, columns in _COLUMNS.items():
        yield (
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {table} USING fts5({', '.join(columns)},"
            f" content='{_TABLE}', content_rowid='id', tokenize='ascii')"
        )
    yield (
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {_TOKENS} USING fts5(tokens, content='', detail=none,"
        f" tokenize=\"ascii tokenchars '{_PAIR}{_TITLE}'\")"
    )
    yield (
        f"CREATE TABLE IF NOT EXISTS {VALUES}"
        " (code integer PRIMARY KEY, name text NOT NULL, value text NOT NULL, UNIQUE (name, value))"
    )
    yield (
        f"CREATE TABLE IF NOT EXISTS {_FACTS} (id integer PRIMARY KEY,"
        f" {', '.join(f'{name} integer NOT NULL' for name in FILTERS)}, {', '.join(_TIMES)})"
    )
    yield from _triggers()
    yield from (f"INSERT INTO {table}({table}) VALUES ('rebuild')" for table in _COLUMNS)  # noqa: S608
    yield f"INSERT INTO {_TOKENS}({_TOKENS}) VALUES ('delete-all')"  # noqa: S608
    yield (
        f"INSERT INTO {_TOKENS}(rowid, tokens)"  # noqa: S608
        f" SELECT row.id, {_tokens_of('row')} FROM {_TABLE} AS row"
    )
    yield f"DELETE FROM {_FACTS}"  # noqa: S608
    yield from _noting(f"FROM {_TABLE} AS row", "row")


def _triggers() -> Iterator[str]:
    add, drop, note = _changes("new"), _changes("old"), [*_noting("", "new")]
    forget = f"DELETE FROM {_FACTS} WHERE id = old.id"  # noqa: S608
    texts, facts = ", ".join(_COLUMNS[_INDEX]), ", ".join([*FILTERS, *_TIMES])
    for name, event, does in zip(
        _TRIGGERS,
        ("INSERT", "DELETE", f"UPDATE OF id, {texts}", f"UPDATE OF id, {facts}"),
        ([*add, *note], [*drop, forget], [*drop, *add], [forget, *note]),
        strict=True,
    ):
        yield f"CREATE TRIGGER {name} AFTER {event} ON {_TABLE} BEGIN {'; '.join(does)}; END"


def _noting(source: str, row: str) -> Iterator[str]:
    """Statements that note the facts of `row`, and the values that no row had before."""
    values = {name: f"CAST(coalesce({row}.{name}, '') AS text)" for name in FILTERS}
    codes = []
    for name, value in values.items():
        known = f"FROM {VALUES} WHERE name = '{name}' AND value = {value}"
        codes.append(f"(SELECT code {known})")
        yield (
            f"INSERT INTO {VALUES} (name, value) SELECT DISTINCT '{name}', {value} {source}"
            f" WHERE NOT EXISTS (SELECT 1 {known})"
        )
    times = [f"{row}.{name}" for name in _TIMES]
    yield f"INSERT INTO {_FACTS} SELECT {', '.join([f'{row}.id', *codes, *times])} {source}"


def _changes(row: str) -> list[str]:
    """What a trigger does to the three indexes with the `new` or the `old` row."""
    written = {
        table: {column: f"{row}.{column}" for column in columns}
        for table, columns in _COLUMNS.items()
    }
    written[_TOKENS] = {"tokens": _tokens_of(row)}
    statements = []
    for table, values in written.items():
        command = ("", "") if row == "new" else (f"{table}, ", "'delete', ")
        statements.append(
            f"INSERT INTO {table}({command[0]}rowid, {', '.join(values)})"  # noqa: S608
            f" VALUES ({command[1]}{row}.id, {', '.join(values.values())})"
        )
    return statements


def _tokens_of(row: str) -> str:
    """The syllables of a row and its pairs: of "a b c" the tokens "a b c a a_b b_c c"."""
    several = []
    for name in _COLUMNS[_INDEX]:
        several += _column_tokens(f"{row}.{name}", "")
        if name in _COLUMNS[_TITLES]:
            several += _column_tokens(f"{row}.{name}", _TITLE)
    return " || ' ' || ".join(several)


def _column_tokens(column: str, mark: str) -> list[str]:
    """The same of one column, with a mark before each; the first pair leaves "a" without one."""
    words = f"json_each('[' || replace(json_quote({column}), ' ', '\",\"') || ']')"
    pairs = f"group_concat(value || ' {mark}' || value, '{_PAIR}')"
    return [
        f"replace(' ' || {column}, ' ', ' {mark}')",
        f"(SELECT {pairs} FROM {words})",  # noqa: S608
    ]
