"""Queries that every reader asks: their SQL is written once, each call fills in its values.

Django writes the SQL of a queryset anew for every request, which takes ten times longer than the
database needs to answer it. A prepared query keeps what the ORM wrote: the same SQL, the same model
instances. PostgreSQL keeps its plan too, for as long as a connection lives, and gives each row a
second time as text: by it `again` compares many answers in one question.
"""

from __future__ import annotations

import datetime
import itertools
import re
import threading
import weakref
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from typing import NamedTuple

import psycopg2
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connections,
)
from django.db.backends.sqlite3.base import Database
from django.db.models.query import get_related_populators

from portal import queries, replica

_LARGEST = 2**63 - 1

# Two stand-ins for each kind of value. The SQL is written with both: where they are found, there
# the value belongs; all else must be the same. They are odd enough to be no constant of a query.
_STAND_INS = {
    int: lambda number, which: 29_411 + 2 * number + which,
    str: lambda number, which: f"stand-in-{number}-{which}",
    datetime.date: lambda number, which: datetime.date(1971 + which, 3, 1 + number),
    datetime.datetime: lambda number, which: datetime.datetime(
        1971 + which, 3, 1 + number, 4, 5, 6, 789, tzinfo=datetime.UTC
    ),
}


class Prepared:
    """A query written once a process: `Prepared(build)(pk=1, now=now)` gives a list of models.

    `build(**values)` returns a queryset (select_related, annotations, slices; no prefetch) in which
    the values stand on the right of look-ups or as ends of slices. Values are int, str, date or
    datetime, never None, and a name always has the same type.
    """

    def __init__(self, build):
        self.build = build
        self._plan: _Plan | None = None
        self.__doc__ = build.__doc__

    def __call__(self, **values) -> list:
        return self.models(self.rows(**values))

    def question(self, values: dict) -> tuple:
        """This query and the values, None for the clock's: it is the same at every moment."""
        return self, tuple((values | {NOW: None} if NOW in values else values).items())

    def rows(self, **values) -> list[tuple]:
        """The rows as the driver gives them, PostgreSQL's with their text behind the columns; see
        also `listening`."""
        if any(isinstance(value, int) and abs(value) > _LARGEST for value in values.values()):
            return []  # no column can hold it
        answers = _heard.answers
        if answers is None:
            return self._ask(values)
        question = self.question(values)
        if question not in answers:
            answers[question] = self._ask(values)
        return answers[question]

    def _ask(self, values: dict) -> list[tuple]:
        if self._plan is None:
            self._plan = _Plan.of(self.build, values)
        return self._plan.rows(values)

    def models(self, rows: list[tuple]) -> list:
        """The models that `rows` makes."""
        return self._plan.models(rows) if rows else []

    def value(self, rows: list[tuple], name: str):
        """The annotation of that name in the first of the rows, without a model around it."""
        return self._plan.value(rows[0], name)


# The name of the value that is the clock's.
NOW = "now"


class _Heard(threading.local):
    """The answers that a thread takes down, None where nobody listens."""

    answers: dict | None = None


_heard = _Heard()


@contextmanager
def listening(answers: dict):
    """Have `answers` take down what is asked meanwhile in this thread, and answer what it knows.

    It maps questions (see `Prepared.question`) to raw rows.
    """
    before, _heard.answers = _heard.answers, answers
    try:
        yield
    finally:
        _heard.answers = before


def again(known: list[tuple], now: datetime.datetime, answers: dict) -> bool:
    """Whether `known` questions have the same answers at this moment: pairs of question and rows.

    `answers`, which listens, takes down what is the same, up to the first that is not. PostgreSQL
    is asked for all in one statement and tells the text of each row: three questions one by one
    take it and its driver two thirds longer.
    """
    if connections[replica.alias()].vendor != "postgresql":
        return all(
            query.rows(**{name: now if name == NOW else value for name, value in values}) == rows
            for (query, values), rows in known
        )
    texts = _texts([question for question, _rows in known], now)
    for (question, rows), found in zip(known, texts, strict=True):
        if [row[-1] for row in rows] != found:
            return False
        answers[question] = rows
    return True


def sql_of(queryset) -> tuple[str, tuple]:
    """Its SQL and parameters, written by the database that is read from now.

    Django's own `sql_with_params` asks the primary which version it is, and waits for its answer.
    """
    return queryset.query.get_compiler(using=replica.alias()).as_sql()


class _Slot(NamedTuple):
    """Stands in the SQL for the value of this name; among several queries, of (number, name)."""

    name: str | tuple[int, str]


def _written(pieces: list) -> tuple[str, list]:
    """The SQL of text and slots, and the slots' names in their order."""
    sql = "".join("%s" if isinstance(piece, _Slot) else piece for piece in pieces)
    return sql, [piece.name for piece in pieces if isinstance(piece, _Slot)]


class _Statement:
    """SQL as text and slots, whose plan PostgreSQL keeps; `told`: what its author knows of it."""

    def __init__(self, pieces: list, told: str = ""):
        self.pieces = pieces
        self.sql, self.names = _written(pieces)
        self.name = f"portal_{next(_numbers)}"
        self.distinct = list(dict.fromkeys(self.names))
        marks = ", ".join(["%s"] * len(self.distinct))
        self.command = f"EXECUTE {self.name}" + (f"({marks})" if marks else "")
        queries.STATEMENTS[self.name] = told or self.sql

    def rows(self, connection, values: dict) -> list[tuple]:
        """Django would ask "SELECT 1" beforehand, once a request, to learn that nobody has ended
        the connection: the question tells as much."""
        was_tried = connection.health_check_done or not connection.health_check_enabled
        connection.health_check_done = True
        try:
            return self._rows(connection, values)
        except (InterfaceError, OperationalError):
            if was_tried or connection.in_atomic_block or connection.is_usable():
                raise
            connection.close()
            return self._rows(connection, values)

    def _rows(self, connection, values: dict) -> list[tuple]:
        adapted = _adapted(connection, values)
        with connection.cursor() as cursor:
            self._execute(connection, cursor, adapted)
            return cursor.fetchall()

    def _execute(self, connection, cursor, adapted: dict) -> None:
        if _keeps_statements(connection):
            try:
                self._prepare(connection)
                return cursor.execute(self.command, [adapted[name] for name in self.distinct])
            except (NotSupportedError, OperationalError, ProgrammingError):
                # A table has changed under the statement, or somebody has discarded it: the
                # connection forgets it. In a transaction that is lost already nothing can help.
                if connection.in_atomic_block:
                    raise
                self._forget(connection)
        return cursor.execute(self.sql, [adapted[name] for name in self.names])

    def _forget(self, connection) -> None:
        _statements.get(connection.connection, set()).discard(self.name)
        with suppress(psycopg2.Error), connection.connection.cursor() as cursor:
            cursor.execute(f"DEALLOCATE {self.name}")

    def _prepare(self, connection) -> None:
        """Have PostgreSQL keep the plan; on the driver's own cursor, for it is no question.

        One plan for all values: left to itself it plans anew at each call where a guess for one
        value looks cheaper, and with many articles that takes longer than the answer.
        """
        known = _statements.setdefault(connection.connection, set())
        if self.name in known:
            return
        numbers = {name: number for number, name in enumerate(self.distinct, start=1)}
        sql = "".join(
            f"${numbers[piece.name]}" if isinstance(piece, _Slot) else piece.replace("%%", "%")
            for piece in self.pieces
        )
        with connection.wrap_database_errors, connection.connection.cursor() as cursor:
            cursor.execute("SET plan_cache_mode = force_generic_plan")
            cursor.execute(f"PREPARE {self.name} AS {sql}")
        known.add(self.name)


@lru_cache(maxsize=256)
def _together(asked: tuple[Prepared, ...]) -> _Statement:
    """Several queries as one statement, which gives each row's number of query and its text."""
    pieces: list = []
    for number, query in enumerate(asked):
        # The rows keep the order of their query; another one would have the page drawn anew.
        joint = " UNION ALL " if number else ""
        pieces.append(f"{joint}SELECT {number}, r::text FROM (")  # noqa: S608 - our own
        pieces += [
            _Slot((number, piece.name)) if isinstance(piece, _Slot) else piece
            for piece in query._plan.pieces
        ]
        pieces.append(") AS r")
    return _Statement(pieces)


def _texts(questions: list[tuple], now: datetime.datetime) -> list[list[str]]:
    """The texts of the rows that answer each question at this moment, asked for at once."""
    slots = {
        (number, name): now if name == NOW else value
        for number, (_query, values) in enumerate(questions)
        for name, value in values
    }
    statement = _together(tuple(query for query, _values in questions))
    texts: list[list[str]] = [[] for _question in questions]
    for number, text in statement.rows(connections[replica.alias()], slots):
        texts[number].append(text)
    return texts


class _Plan:
    """The SQL of a query as text and slots, and how its rows become models."""

    def __init__(self, queryset, pieces: list):
        self.pieces = pieces
        self.sql, self.names = _written(pieces)
        # What Django's SQLite writes of it on every call, which takes as long as the query itself.
        self.qmark_sql = self.sql.replace("%s", "?").replace("%%", "%")
        # "Materialized": what gives a column is not asked once more for the text.
        self.statement = _Statement(
            ["WITH r AS MATERIALIZED (", *pieces, ") SELECT r.*, r::text FROM r"], told=self.sql
        )
        compiler = queryset.query.get_compiler(using=replica.alias())
        compiler.as_sql()  # fills what the rows are read with
        select, info = compiler.select, compiler.klass_info
        self.compiler = compiler
        self.converters = compiler.get_converters([column[0] for column in select])
        fields = info["select_fields"]
        self.start, self.end = fields[0], fields[-1] + 1
        self.columns = [column[0].target.attname for column in select[self.start : self.end]]
        self.model = info["model"]
        related = get_related_populators(info, select, DEFAULT_DB_ALIAS)
        links = info.get("related_klass_infos", [])
        self.populators = [
            (populator, "" if link["reverse"] else link["field"].name)
            for populator, link in zip(related, links, strict=True)
        ]
        self.positions = compiler.annotation_col_map or {}
        self.annotations = list(self.positions.items())

    @classmethod
    def of(cls, build, values: dict) -> _Plan:
        kinds = [(name, _STAND_INS[type(value)]) for name, value in values.items()]
        one, other = (
            {name: make(number, which) for number, (name, make) in enumerate(kinds)}
            for which in (0, 1)
        )
        pieces = _pieces(build(**one), one)
        if pieces != _pieces(build(**other), other):
            raise TypeError("The SQL of a prepared query must not depend on its values.")
        if {piece.name for piece in pieces if isinstance(piece, _Slot)} != set(values):
            raise TypeError("A prepared query must use each of its values as it is.")
        return cls(build(**one), pieces)

    def rows(self, values: dict) -> list[tuple]:
        connection = connections[replica.alias()]
        if connection.vendor == "postgresql":
            return self.statement.rows(connection, values)
        adapted = _adapted(connection, values)
        with connection.cursor() as cursor:
            self._ask_sqlite(connection, cursor, [adapted[name] for name in self.names])
            return cursor.fetchall()

    def models(self, rows: list[tuple]) -> list:
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        known: dict = {}
        return [self._instance(row, known) for row in rows]

    def value(self, row: tuple, name: str):
        position = self.positions[name]
        value = row[position]
        converters, expression = self.converters.get(position, ((), None))
        for converter in converters:
            value = converter(value, expression, self.compiler.connection)
        return value

    def _ask_sqlite(self, connection, cursor, params: list) -> None:
        if _is_watched(connection):
            cursor.execute(self.sql, params)
            return
        with connection.wrap_database_errors:
            if connection.execute_wrappers:
                ask = partial(_ask_sqlite, cursor.cursor, self.qmark_sql, params)
                queries.watch(ask, self.sql, params, False, None)
            else:
                Database.Cursor.execute(cursor.cursor, self.qmark_sql, params)

    def _instance(self, row, known: dict):
        """The row as a model; of the ten articles of a list those of one category share it."""
        instance = self.model.from_db(DEFAULT_DB_ALIAS, self.columns, row[self.start : self.end])
        for number, (populator, link) in enumerate(self.populators):
            key = number, row[populator.cols_start + populator.pk_idx]
            if key in known:
                populator.local_setter(instance, known[key])
            else:
                populator.populate(row, instance)
                if link:
                    known[key] = getattr(instance, link)
        for name, position in self.annotations:
            setattr(instance, name, row[position])
        return instance


_numbers = itertools.count(1)
# The statements that each connection to PostgreSQL knows; gone with the connection.
_statements: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


def _ask_sqlite(cursor, sql, params, *_as_django_asks):
    return Database.Cursor.execute(cursor, sql, params)


def _is_watched(connection) -> bool:
    """Whether somebody but portal.queries counts or logs the queries: Django's own way to ask
    lets them."""
    others = any(wrapper is not queries.watch for wrapper in connection.execute_wrappers)
    return others or connection.queries_logged


def _keeps_statements(connection) -> bool:
    """Not behind a pool that hands out connections by transaction: Django's switch for it."""
    return not connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")


# A parameter, an escaped per cent sign, or the end of a slice, which Django writes as it is.
_PLACE = re.compile(r"(%%|%s|(?<=LIMIT )\d+|(?<=OFFSET )\d+)")


def _pieces(queryset, values: dict) -> list:
    """The SQL cut at the values. Constants are written into it: so a partial index is found."""
    sql, params = sql_of(queryset)
    adapted = _adapted(connections[replica.alias()], values)
    slots = {value: _Slot(name) for name, value in adapted.items()}
    ahead = iter(params)
    pieces: list = [""]
    for part in _PLACE.split(sql):
        piece = part
        if part == "%s":
            value = next(ahead)
            piece = slots.get(value) or _literal(value)
        elif part.isdigit():
            piece = slots.get(int(part), part)
        if isinstance(piece, _Slot) or isinstance(pieces[-1], _Slot):
            pieces.append(piece)
        else:
            pieces[-1] += piece
    return pieces


def _literal(value) -> str:
    """A constant of the query's author as SQL has it; never what a reader sent."""
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)  # TRUE and FALSE are words that both databases know
    if isinstance(value, str):
        return "'" + value.replace("'", "''").replace("%", "%%") + "'"
    raise TypeError(f"This constant cannot stand in a prepared query: {value!r}")


def _adapted(connection, values: dict) -> dict:
    """The values as the database's driver takes them."""
    operations = connection.ops
    return {
        name: (
            operations.adapt_datetimefield_value(value)
            if isinstance(value, datetime.datetime)
            else operations.adapt_datefield_value(value)
            if isinstance(value, datetime.date)
            else value
        )
        for name, value in values.items()
    }
