"""Several queries as one expression, each with an order and an end of its own.

The ORM's own `union` takes no such queries into an expression on SQLite.
"""

from collections.abc import Iterable

from django.db import models
from django.db.models.expressions import RawSQL

from portal.prepared import sql_of


def union(queries: Iterable, *, word: str = "UNION") -> tuple[str, list]:
    """The SQL and the parameters of querysets, or of queries that are RawSQL already."""
    written = [
        (query.sql, query.params) if isinstance(query, RawSQL) else sql_of(query)
        for query in queries
    ]
    parameters = [value for _sql, params in written for value in params]
    if len(written) == 1:
        return written[0][0], parameters
    # SQLite wants a query with an end of its own wrapped in another.
    parts = (f"SELECT * FROM ({sql}) AS part{n}" for n, (sql, _) in enumerate(written))  # noqa: S608
    return f" {word} ".join(parts), parameters


def any_of(*queries) -> RawSQL:
    """The ids of several queries of ids."""
    return RawSQL(*union(queries))  # noqa: S611 - our own querysets


def earliest(querysets: Iterable) -> RawSQL:
    """The first of all moments, which each queryset gives as its one column `moment`.

    PostgreSQL needs three quarters of the time that a column for each takes.
    """
    sql, parameters = union(querysets, word="UNION ALL")
    sql = f"SELECT MIN(moment) FROM ({sql}) AS ahead"  # noqa: S608 - no reader's words
    return RawSQL(sql, parameters, output_field=models.DateTimeField())  # noqa: S611
