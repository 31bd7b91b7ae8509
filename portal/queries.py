"""What queries take: the slow ones are told in the log (SLOW_QUERY_MS), those of a request are
counted on it (portal.serving).

One function watches them all: the ORM's and those written by hand as an `execute_wrapper` of the
connection, those of portal.prepared where it goes past Django. Values are never told. On SQLite the
time is what passes before the first row; what comes after is part of reading them.
"""

import logging
from time import perf_counter

from django.conf import settings

from portal import logs, serving

logger = logging.getLogger(__name__)
# Of a long query: the columns at its start tell less than the conditions at its end.
SHOWN_START, SHOWN_END = 400, 1600
# What PostgreSQL runs under these names, "EXECUTE portal_3(…)": filled by portal.prepared.
STATEMENTS: dict[str, str] = {}


def watch_connection(*, connection, **_kwargs) -> None:
    """For the signal `connection_created`; a connection that is opened anew keeps its watch."""
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def watch(execute, sql, params, many, context):
    """Run a query, as Django's `execute_wrapper` has it, and take its time."""
    began = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        _ended(sql, perf_counter() - began)


def _ended(sql: str, seconds: float) -> None:
    request = serving.current()
    if request is not None:
        request.query_count += 1
        request.query_seconds += seconds
    if 0 < settings.SLOW_QUERY_MS <= seconds * 1000:
        _tell(sql, seconds, getattr(request, "path", logs.NO_REQUEST))


def _tell(sql: str, seconds: float, path: str) -> None:
    name = str(sql).removeprefix("EXECUTE ").partition("(")[0]
    words = " ".join(STATEMENTS.get(name, str(sql)).split())
    if len(words) > SHOWN_START + SHOWN_END:
        words = f"{words[:SHOWN_START]} … {words[-SHOWN_END:]}"
    told = {"ms": round(seconds * 1000), "path": logs.without_keys(path), "sql": words}
    logger.warning("Slow query: %s ms at %s: %s", *told.values(), extra={"told": told})
