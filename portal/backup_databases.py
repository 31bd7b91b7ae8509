"""How a backup reads, writes and compares a database: SQLite and PostgreSQL."""

import contextlib
import gzip
import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.db import connection


def of_the_site() -> "SQLite | PostgreSQL":
    """The database of DATABASE_URL. Its connections are its own, beside Django's."""
    return _kind()(connection.settings_dict["NAME"])


def _kind() -> type["SQLite | PostgreSQL"]:
    return {"sqlite": SQLite, "postgresql": PostgreSQL}[connection.vendor]


class SQLite:
    """A file. What is copied is copied by SQLite itself: a copied live file is worth nothing."""

    vendor = "sqlite"
    file_name = "database.sqlite3.gz"

    def __init__(self, name: str):
        self.path = Path(name)

    def dump(self, output: BinaryIO, folder: Path) -> dict[str, dict]:
        """Write the database as of one moment; returns its tables. `folder` takes a copy."""
        copy = folder / "copy.sqlite3"
        with self._reading() as live, contextlib.closing(sqlite3.connect(copy)) as database:
            live.backup(database)
            tables = _sqlite_tables(database)
        with copy.open("rb") as source, gzip.GzipFile(fileobj=output, mode="wb", mtime=0) as packed:
            shutil.copyfileobj(source, packed)
        copy.unlink()
        return tables

    def is_empty(self) -> bool:
        if not self.path.exists():
            return True
        with self._reading() as database:
            return not database.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0]

    def load(self, source: BinaryIO) -> None:
        """Fill the empty place; the file gets its name when it is whole."""
        part = self.path.with_name(f".{self.path.name}.part")
        with gzip.GzipFile(fileobj=source) as packed, part.open("wb") as output:
            shutil.copyfileobj(packed, output)
        with contextlib.closing(sqlite3.connect(part)) as database:
            database.execute("PRAGMA journal_mode=WAL")
        part.replace(self.path)

    def tables(self) -> dict[str, dict]:
        with self._reading() as database:
            return _sqlite_tables(database)

    def values(self, table: str, column: str) -> set[str]:
        """What stands in a column."""
        with self._reading() as database:
            rows = database.execute(f'SELECT DISTINCT "{column}" FROM "{table}"')  # noqa: S608
            return {value for (value,) in rows}

    def _reading(self) -> contextlib.closing:
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        return contextlib.closing(sqlite3.connect(address, uri=True))


def _sqlite_tables(database: sqlite3.Connection) -> dict[str, dict]:
    """By table its rows and their checksum; what search keeps for itself is made anew from them."""
    names = database.execute(
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
        " AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).fetchall()
    return {name: _sqlite_table(database, name) for (name,) in names}


def _sqlite_table(database: sqlite3.Connection, name: str) -> dict:
    digest, rows = hashlib.sha256(), 0
    for row in database.execute(f'SELECT * FROM "{name}" ORDER BY rowid'):  # noqa: S608 - its own name
        digest.update(repr(row).encode())
        rows += 1
    return {"rows": rows, "sha256": digest.hexdigest()}


class PostgreSQL:
    """A server, through its own programs: pg_dump and pg_restore of its version or a newer one."""

    vendor = "postgresql"
    file_name = "database.dump"

    def __init__(self, name: str):
        self.name = name
        self.settings = connection.settings_dict

    def dump(self, output: BinaryIO, _folder: Path) -> dict[str, dict]:
        """Write the database as of one moment; returns its tables of the same moment."""
        with self._reading() as cursor:
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = f"--snapshot={cursor.fetchone()[0]}"
            with self._running("pg_dump", "--format=custom", snapshot, self.name) as dump:
                shutil.copyfileobj(dump.stdout, output)
            return _postgresql_tables(cursor)

    def is_empty(self) -> bool:
        with self._reading() as cursor:
            return not _names(cursor)

    def load(self, source: BinaryIO) -> None:
        """Fill the empty database, wholly or not at all."""
        whole = ("--single-transaction", "--exit-on-error", "--dbname", self.name)
        # A pipe that breaks says less than the program itself.
        with (
            self._running("pg_restore", *whole) as restoring,
            contextlib.suppress(BrokenPipeError),
        ):
            shutil.copyfileobj(source, restoring.stdin)

    def tables(self) -> dict[str, dict]:
        with self._reading() as cursor:
            return _postgresql_tables(cursor)

    def values(self, table: str, column: str) -> set[str]:
        """What stands in a column."""
        with self._reading() as cursor:
            cursor.execute(f'SELECT DISTINCT "{column}" FROM "{table}"')  # noqa: S608
            return {value for (value,) in cursor}

    @contextlib.contextmanager
    def _reading(self) -> Iterator:
        """A connection that sees one moment."""
        with contextlib.closing(_connect(self.name)) as own:
            own.set_session(isolation_level="REPEATABLE READ", readonly=True)
            with own.cursor() as cursor:
                cursor.execute("SET TimeZone = 'UTC'")
                cursor.execute("SET DateStyle = 'ISO'")
                yield cursor

    @contextlib.contextmanager
    def _running(self, *command: str) -> Iterator[subprocess.Popen]:
        """One of PostgreSQL's programs; where it fails, what it said is in the error."""
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(  # noqa: S603 - our own words
                [command[0], "--no-owner", "--no-privileges", *command[1:]],
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
            ) as process,
        ):
            try:
                yield process
            except BaseException:
                process.kill()
                raise
            process.communicate()
            if process.returncode:
                said.seek(0)
                message = said.read().decode(errors="replace").strip()
                raise subprocess.SubprocessError(f"{command[0]}: {message}")

    def _environment(self) -> dict[str, str]:
        """What libpq reads; a password on a command line would be seen by everybody."""
        names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
        named = {names[key]: str(self.settings[key]) for key in names if self.settings.get(key)}
        if mode := self.settings.get("OPTIONS", {}).get("sslmode"):
            named["PGSSLMODE"] = mode
        return {**os.environ, **named}


def _connect(name: str):
    parameters = connection.get_connection_params() | {"dbname": name}
    for of_django in ("cursor_factory", "context"):
        parameters.pop(of_django, None)
    return connection.Database.connect(**parameters)


def _names(cursor) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = current_schema()::regnamespace ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall()]


def _postgresql_tables(cursor) -> dict[str, dict]:
    return {name: _postgresql_table(cursor, name) for name in _names(cursor)}


def _postgresql_table(cursor, name: str) -> dict:
    cursor.execute(
        "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid"
        " AND attnum = ANY(indkey) WHERE indisprimary AND indrelid = %s::regclass ORDER BY attnum",
        [f'"{name}"'],
    )
    order = ", ".join(f'"{column}"' for (column,) in cursor.fetchall()) or "whole::text"
    sink = _Sink()
    rows = f'SELECT * FROM "{name}" AS whole ORDER BY {order}'  # noqa: S608 - its own names
    cursor.copy_expert(f"COPY ({rows}) TO STDOUT", sink)
    return {"rows": sink.rows, "sha256": sink.digest.hexdigest()}


class _Sink:
    """Takes what COPY sends, a row a line, and keeps its checksum alone."""

    def __init__(self):
        self.digest, self.rows = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.rows += data.count(b"\n")
        return len(data)


@contextlib.contextmanager
def empty_place() -> Iterator[SQLite | PostgreSQL]:
    """An empty database of the site's kind, gone afterwards."""
    name = f"portal_drill_{secrets.token_hex(4)}"
    if _kind() is SQLite:
        with tempfile.TemporaryDirectory(prefix="portal-drill-") as folder:
            yield SQLite(str(Path(folder, f"{name}.sqlite3")))
        return
    _outside_transactions(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield PostgreSQL(name)
    finally:
        _outside_transactions(f'DROP DATABASE "{name}" WITH (FORCE)')


def _outside_transactions(sql: str) -> None:
    with contextlib.closing(_connect(connection.settings_dict["NAME"])) as own:
        own.autocommit = True
        with own.cursor() as cursor:
            cursor.execute(sql)
