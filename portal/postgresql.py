"""Statements of migrations for PostgreSQL alone; another database is left as it is."""

from collections.abc import Callable, Iterable

from django.db import migrations


def run_sql(statements: Iterable[str], back: Iterable[str]) -> migrations.RunPython:
    """The operation that runs the statements there, and `back` to undo them."""
    return migrations.RunPython(_running(statements), _running(back))


def _running(statements: Iterable[str]) -> Callable:
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement)

    return run
