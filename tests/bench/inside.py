"""What has to be done with the site's own code, in a process that has its settings.

python -m tests.bench.inside load 10000      fill the database of the environment
python -m tests.bench.inside survey list     these pages, their queries and bytes, as JSON
python -m tests.bench.inside desk            what editors do and how long it takes, as JSON
"""

import json
import os
import sys

import django


def load(count: str) -> None:
    """Bring the tables up to date, and fill them if they are empty."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from departments.models import Department
    from tests.bench import content, copies

    executor = MigrationExecutor(connection)
    is_old = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    call_command("migrate", verbosity=0, interactive=False)
    if not Department.objects.exists():
        copies.load(int(count))
    elif is_old:
        content.build_search()
    if is_old:
        content.settle()


def survey(*names: str) -> None:
    from tests.bench import pages

    json.dump(pages.survey(names), sys.stdout)


def desk() -> None:
    from tests.bench import desk

    json.dump(desk.survey(), sys.stdout)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    {"load": load, "survey": survey, "desk": desk}[sys.argv[1]](*sys.argv[2:])
