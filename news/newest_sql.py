"""What the database itself does for lists of the newest: it keeps `public_from` and `of_person`.

A list of somebody's newest articles has to find them in an index, and none reaches over two tables.
So the time of an article stands beside each row that leads to it. Triggers keep it, because a form,
an import, `update()` and a line of SQL change it alike. Each row's own trigger decides; those of
articles and appointments only touch the rows that lead there.
"""

from collections.abc import Iterator

from django.db import connections, transaction

_ARTICLE, _TERM = "news_article", "departments_appointment"
# The tables (models.Listed), each with its column that names an appointment.
_TERMS = {
    "news_articledepartment": "",
    "news_articleperson": "appointment_id",
    "news_conference": "chair_id",
}
# As portal.publishing.APPROVED; a change of it needs a migration that calls `drop`.
_APPROVED = "status = 'published' AND draft_of_id IS NULL AND deleted_at IS NULL"
_STATE = ("status", "publish_at", "draft_of_id", "deleted_at")
_KNOWN = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def prepare(using: str) -> None:
    """Make the triggers if any is missing, and right what changed without them; safe to repeat."""
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        if not _has_columns(connection, cursor):
            return  # migrated back
        triggers = _TRIGGERS[connection.vendor]()
        cursor.execute(_KNOWN[connection.vendor])
        if triggers.keys() <= {name for (name,) in cursor.fetchall()}:
            return
        _drop(cursor, connection.vendor)
        for statement in [*_functions(connection.vendor), *triggers.values()]:
            cursor.execute(statement)
        for table in _TERMS:
            cursor.execute(
                f"UPDATE {table} SET public_from = NULL"  # noqa: S608 - the trigger fills it in
                f" WHERE {_differs(table, table, connection.vendor)}"
            )


def drop(using: str) -> None:
    """Drop the triggers; `prepare` makes them anew."""
    connection = connections[using]
    with connection.cursor() as cursor:
        _drop(cursor, connection.vendor)


def drop_for_rebuilds(using: str) -> None:
    """The same where a migration may rebuild a table: SQLite refuses to rename one into the place
    of another while a trigger names it."""
    if connections[using].vendor == "sqlite":
        drop(using)


def _has_columns(connection, cursor) -> bool:
    if not {*_TERMS, _TERM} <= set(connection.introspection.table_names(cursor)):
        return False
    last = [*_TERMS][-1]
    columns = connection.introspection.get_table_description(cursor, last)
    return "public_from" in {column.name for column in columns}


def _drop(cursor, vendor: str) -> None:
    for name in _TRIGGERS[vendor]():
        table = name.rpartition("_listed")[0]
        on = f" ON {table}" if vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
    if vendor == "postgresql":
        for table in (*_TERMS, _ARTICLE, _TERM):
            cursor.execute(f"DROP FUNCTION IF EXISTS {table}_list()")


def _right(table: str, row: str, lock: str = "") -> dict[str, str]:
    """Queries of what the columns of a row must hold."""
    right = {
        "public_from": f"SELECT CASE WHEN {_APPROVED} THEN publish_at END FROM {_ARTICLE}"  # noqa: S608
        f" WHERE id = {row}.article_id{lock}"
    }
    if term := _TERMS[table]:
        right["of_person"] = f"SELECT person_id FROM {_TERM} WHERE id = {row}.{term}{lock}"  # noqa: S608
    return right


def _differs(table: str, row: str, vendor: str) -> str:
    other = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    right = _right(table, row).items()
    return " OR ".join(f"{row}.{column} {other} ({query})" for column, query in right)


def _sources() -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """Where a change concerns the rows of others: the table, its columns, how those are touched."""
    touch = "UPDATE {} SET {} = NULL WHERE {} = NEW.id"
    yield _ARTICLE, _STATE, [touch.format(table, "public_from", "article_id") for table in _TERMS]
    terms = [(table, "of_person", column) for table, column in _TERMS.items() if column]
    yield _TERM, ("person_id",), [touch.format(*names) for names in terms]


def _watched(table: str) -> str:
    return ", ".join(["article_id", *filter(None, [_TERMS[table]]), *_right(table, "NEW")])


def _of_sqlite() -> dict[str, str]:
    triggers = {}
    for table in _TERMS:
        right = ", ".join(f"{column} = ({sql})" for column, sql in _right(table, "NEW").items())
        does = (
            f"ON {table} WHEN {_differs(table, 'NEW', 'sqlite')}"  # noqa: S608
            f" BEGIN UPDATE {table} SET {right} WHERE id = NEW.id; END"
        )
        _add(triggers, f"{table}_listed", f"AFTER INSERT {does}")
        _add(triggers, f"{table}_listed_anew", f"AFTER UPDATE OF {_watched(table)} {does}")
    for table, columns, touched in _sources():
        does = f"BEGIN {'; '.join(touched)}; END"
        changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
        of = f"UPDATE OF {', '.join(columns)}"
        _add(triggers, f"{table}_listed", f"AFTER INSERT ON {table} {does}")
        _add(triggers, f"{table}_listed_anew", f"AFTER {of} ON {table} WHEN {changed} {does}")
    return triggers


def _of_postgresql() -> dict[str, str]:
    triggers = {}
    for table in _TERMS:
        call = f"ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_list()"
        event = f"BEFORE INSERT OR UPDATE OF {_watched(table)}"
        _add(triggers, f"{table}_listed", f"{event} {call}")
    for table, columns, _touched in _sources():
        call = f"EXECUTE FUNCTION {table}_list()"
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
        on = f"ON {table} FOR EACH ROW"
        of = f"UPDATE OF {', '.join(columns)}"
        _add(triggers, f"{table}_listed", f"AFTER INSERT {on} {call}")
        _add(triggers, f"{table}_listed_anew", f"AFTER {of} {on} WHEN ({changed}) {call}")
    return triggers


def _add(triggers: dict[str, str], name: str, words: str) -> None:
    triggers[name] = f"CREATE TRIGGER {name} {words}"


def _functions(vendor: str) -> Iterator[str]:
    if vendor != "postgresql":
        return
    for table in _TERMS:
        # FOR SHARE: an article that is published meanwhile either waits and then finds this row,
        # or is waited for.
        right = _right(table, "NEW", " FOR SHARE")
        sets = " ".join(f"NEW.{column} := ({query});" for column, query in right.items())
        yield _function(table, f"{sets} RETURN NEW;")
    for table, _columns, touched in _sources():
        yield _function(table, f"{'; '.join(touched)}; RETURN NULL;")


def _function(table: str, body: str) -> str:
    return (
        f"CREATE FUNCTION {table}_list() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )


_TRIGGERS = {"sqlite": _of_sqlite, "postgresql": _of_postgresql}
