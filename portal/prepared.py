"""Queries that every reader asks: their SQL is written once, each call fills in its values.

Django writes the SQL of a queryset anew for every request, which costs more than the database needs
to answer it. A prepared query keeps what the ORM wrote: same SQL, same rows, same model instances.
"""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.query import get_related_populators

# Two stand-ins for each kind of value: the SQL is written with both, and where the parameters
# differ, there the value belongs. All are odd enough to be no constant of a query.
_STAND_INS = {
    int: lambda number, other: 29_411 + 2 * number + other,
    str: lambda number, other: f"stand-in-{number}-{other}",
    datetime.date: lambda number, other: datetime.date(1971 + other, 3, 1 + number),
    datetime.datetime: lambda number, other: datetime.datetime(
        1971 + other, 3, 1 + number, 4, 5, 6, 789, tzinfo=datetime.UTC
    ),
}


class Prepared:
    """A query written once a process: `Prepared(build)(pk=1, now=now)` gives a list of models.

    `build(**values)` returns a queryset (select_related, annotations, slices; no prefetch) in which
    the values stand on the right of look-ups alone. Values are int, str, date or datetime, never
    None, and a name always has the same type.
    """

    def __init__(self, build):
        self._build = build
        self._plan: _Plan | None = None
        self.__doc__ = build.__doc__

    def __call__(self, **values) -> list:
        if self._plan is None:
            self._plan = _Plan.of(self._build, values)
        return self._plan.run(values)


class _Slot(NamedTuple):
    """Where a value goes among the parameters."""

    position: int
    name: str


class _Plan:
    def __init__(self, queryset, sql: str, params: list, slots: list[_Slot]):
        self.sql, self.params, self.slots = sql, params, slots
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        compiler.as_sql()  # fills what the rows are read with
        select, info = compiler.select, compiler.klass_info
        self.compiler = compiler
        self.converters = compiler.get_converters([column[0] for column in select])
        fields = info["select_fields"]
        self.start, self.end = fields[0], fields[-1] + 1
        self.names = [column[0].target.attname for column in select[self.start : self.end]]
        self.model = info["model"]
        self.populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)
        self.annotations = list(compiler.annotation_col_map.items())

    @classmethod
    def of(cls, build, values: dict) -> _Plan:
        kinds = [(name, _STAND_INS[type(value)]) for name, value in values.items()]
        one = {name: make(number, 0) for number, (name, make) in enumerate(kinds)}
        other = {name: make(number, 1) for number, (name, make) in enumerate(kinds)}
        sql, params = build(**one).query.sql_with_params()
        sql_again, params_again = build(**other).query.sql_with_params()
        if sql != sql_again:
            raise TypeError(f"{build.__qualname__}: the SQL depends on the values")
        by_value = {_adapted(value): name for name, value in one.items()}
        pairs = enumerate(zip(params, params_again, strict=True))
        slots = [_Slot(at, by_value[first]) for at, (first, second) in pairs if first != second]
        if {slot.name for slot in slots} != set(values):
            raise TypeError(f"{build.__qualname__}: a value is not used as it is")
        return cls(build(**one), sql, list(params), slots)

    def run(self, values: dict) -> list:
        params = list(self.params)
        for position, name in self.slots:
            params[position] = _adapted(values[name])
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self.sql, params)
            rows = cursor.fetchall()
        if self.converters:
            rows = self.compiler.apply_converters(rows, self.converters)
        return [self._instance(row) for row in rows]

    def _instance(self, row):
        instance = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.start : self.end])
        for populator in self.populators:
            populator.populate(row, instance)
        for name, position in self.annotations:
            setattr(instance, name, row[position])
        return instance


def _adapted(value):
    """The value as the database's driver takes it."""
    operations = connections[DEFAULT_DB_ALIAS].ops
    if isinstance(value, datetime.datetime):
        return operations.adapt_datetimefield_value(value)
    if isinstance(value, datetime.date):
        return operations.adapt_datefield_value(value)
    return value
