"""An update takes a release's database along, and the old program still runs while it goes on.

tests/releases has a small database of each release, of both kinds. What the migrations since the
last one do is read: a host that still runs the old program shares the new tables for some minutes,
and `deploy/update --back` puts the old program back on them.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

from portal import backup_databases

ROOT = Path(__file__).resolve().parent.parent.parent
RELEASES = sorted(
    (path for path in (ROOT / "tests" / "releases").glob("[0-9]*") if path.is_dir()),
    key=lambda path: [int(part) for part in path.name.split(".")],
)

# A step that the old program does not survive, with the reason why it may be taken all the same:
# ("news", "0099_name", "RemoveField article.column"): "not used since 0.1".
ALLOWED: dict[tuple[str, str, str], str] = {}

# ── The rows of past releases ───────────────────────────────────────────────────────────────────

_LOOK = """
import json
from django.test import Client
from news.models import Article
from tests.releases import content
client = Client(SERVER_NAME="localhost")
article = Article.objects.get(kind="report")
page = client.get(article.get_absolute_url())
found = client.get("/tim-kiem/?q=tong ket")
print(json.dumps({
    "rows": content.rows(),
    "pages": [client.get(path).status_code for path in ("/", "/tin-tuc/", "/bao-cao/2017/")],
    "page": page.content.decode(),
    "found": found.content.decode(),
    "caption": article.photos.get().caption,
}))
"""


def manage(url: str, media: Path, *command: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": url,
        "MEDIA_ROOT": str(media),
        "PYTHONPATH": str(ROOT),
        "DEBUG": "true",  # static files without collecting them
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def load(place, dump: str) -> str:
    """Put the dump into the empty place; returns its address."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(place.path) as database:
            database.executescript(dump)
        database.close()
        return f"sqlite:///{place.path}"
    one = connection.settings_dict
    address = {"host": one["HOST"], "port": one["PORT"], "user": one["USER"]}
    there = psycopg2.connect(dbname=place.name, **address)
    there.autocommit = True
    with there.cursor() as cursor:
        cursor.execute(dump)
    there.close()
    return f"postgresql://{one['USER']}@{one['HOST']}:{one['PORT']}/{place.name}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_the_rows_of_a_release_are_readable_after_the_migrations(release, tmp_path):
    dump = (release / f"{connection.vendor}.sql").read_text(encoding="utf-8")
    before = json.loads((release / "rows.json").read_text())
    with backup_databases.empty_place() as place:
        url = load(place, dump)
        manage(url, tmp_path, "migrate", "--verbosity=0")
        said = manage(url, tmp_path, "shell", "--verbosity=0", "-c", _LOOK)
        after = json.loads(said.strip().splitlines()[-1])
        manage(url, tmp_path, "migrate", "--check")
        if connection.vendor == "sqlite" and release.name == "0.1.0":
            # As its search asks; no migration tells of it.
            with sqlite3.connect(place.path) as database:
                database.execute(
                    "SELECT id FROM portal_searchentry INDEXED BY portal_searchentry_slim"
                )
            database.close()
    assert after["pages"] == [200, 200, 200]
    assert "Hội nghị tổng kết năm 2017" in after["page"]
    assert "Đoạn đầu của báo cáo." in after["page"]
    assert "Hội nghị" in re.sub("<.*?>", "", after["found"])
    assert after["caption"] == "Toàn cảnh hội nghị"
    # A migration may add rows of its own; none may be lost of a model that still is.
    made_by_django = {"auth.Permission", "contenttypes.ContentType", "sessions.Session"}
    lost = {
        label: (number, after["rows"][label])
        for label, number in before.items()
        if label in after["rows"] and label not in made_by_django and after["rows"][label] < number
    }
    assert lost == {}


def test_there_is_a_release_with_rows_of_every_model_it_had():
    assert RELEASES
    for release in RELEASES:
        rows = json.loads((release / "rows.json").read_text())
        assert all(number > 0 for number in rows.values())
        for kind in ("sqlite", "postgresql"):
            dump = (release / f"{kind}.sql").read_text(encoding="utf-8")
            assert "Hội nghị tổng kết năm 2017" in dump


# ── The old program on the new tables ───────────────────────────────────────────────────────────


def unsafe_step(operation) -> str:
    """What an operation does that the program of before does not survive; "" when it does."""
    match operation:
        case migrations.RemoveField():
            return f"RemoveField {operation.model_name_lower}.{operation.name}"
        case migrations.RenameField():
            return f"RenameField {operation.model_name_lower}.{operation.old_name}"
        case migrations.DeleteModel():
            return f"DeleteModel {operation.name_lower}"
        case migrations.RenameModel():
            return f"RenameModel {operation.old_name_lower}"
        case migrations.AlterModelTable():
            return f"AlterModelTable {operation.name_lower}"
        case migrations.AddField() if _is_unknown_to_old_inserts(operation.field):
            return f"AddField {operation.model_name_lower}.{operation.name}"
    return ""


def _is_unknown_to_old_inserts(field) -> bool:
    """Django takes a `default` away from the column again: an INSERT without the column fails."""
    has_value = field.null or field.has_db_default() or isinstance(field, models.ManyToManyField)
    return not has_value


def recorded(dump: str) -> set[tuple[str, str]]:
    """The migrations that the database of a dump has had."""
    row = re.compile(
        r"INSERT INTO (?:public\.)?\"?django_migrations\"? VALUES ?\(\d+, ?'(\w+)', ?'(\w+)'"
    )
    return set(row.findall(dump))


def test_no_migration_since_the_last_release_breaks_the_program_before_it():
    known = recorded((RELEASES[-1] / "sqlite.sql").read_text(encoding="utf-8"))
    assert known == recorded((RELEASES[-1] / "postgresql.sql").read_text(encoding="utf-8"))
    assert len(known) > 30
    ours = {app.label for app in apps.get_app_configs() if Path(app.path).parent == ROOT}
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    assert {key for key in known if key[0] in ours} <= set(on_disk), "a released migration is gone"
    found = [
        (app, name, step)
        for (app, name), migration in sorted(on_disk.items())
        if app in ours and (app, name) not in known
        for step in map(unsafe_step, _with_database_operations(migration.operations))
        if step
    ]
    assert [one for one in found if one not in ALLOWED] == []


def _with_database_operations(operations):
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _with_database_operations(operation.database_operations)
        else:
            yield operation


@pytest.mark.parametrize(
    ("operation", "step"),
    [
        (migrations.RemoveField("Article", "source"), "RemoveField article.source"),
        (migrations.RenameField("Article", "source", "origin"), "RenameField article.source"),
        (migrations.DeleteModel("Synonym"), "DeleteModel synonym"),
        (migrations.RenameModel("Synonym", "Word"), "RenameModel synonym"),
        (migrations.AlterModelTable("Synonym", "words"), "AlterModelTable synonym"),
        (
            migrations.AddField("Article", "place", models.CharField(max_length=9, default="")),
            "AddField article.place",
        ),
        (
            migrations.AddField("Article", "place", models.CharField(max_length=9, db_default="")),
            "",
        ),
        (migrations.AddField("Article", "seen_at", models.DateTimeField(null=True)), ""),
        (migrations.AddField("Article", "tags", models.ManyToManyField("news.Category")), ""),
        (migrations.CreateModel("Tag", [("id", models.AutoField(primary_key=True))]), ""),
        (migrations.RemoveIndex("Article", "article_newest"), ""),
    ],
)
def test_what_the_old_program_does_not_survive_is_known(operation, step):
    assert unsafe_step(operation) == step
