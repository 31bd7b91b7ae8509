"""What watches the site asks here: the process, and each part that it needs by name."""

import datetime
import shutil
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from portal import backup, health

pytestmark = pytest.mark.django_db
WELL = {"database": "ok", "migrations": "ok", "cache": "ok", "media": "ok", "disk": "ok"}
MOMENT = datetime.datetime(2026, 11, 28, 19, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def migrations_read_anew():
    health._pending.cache_clear()
    yield
    health._pending.cache_clear()


def ready(client) -> tuple[int, dict]:
    answer = client.get("/readyz")
    assert "no-store" in answer["Cache-Control"]
    return answer.status_code, answer.json()["parts"]


def test_the_process_answers_without_asking_anything(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_all_parts_are_well(client):
    assert ready(client) == (200, WELL)


def test_a_database_that_does_not_answer_is_named(client, monkeypatch):
    def refused(*args, **kwargs):
        raise OperationalError("connection refused: 10.0.0.3 user portal")

    monkeypatch.setattr(connection, "cursor", refused)
    status, parts = ready(client)
    assert status == 503
    assert parts["database"] == "OperationalError"  # and nothing of its address
    assert parts["media"] == "ok"
    assert client.get("/healthz").status_code == 200


def test_pending_migrations_are_named(client):
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("portal")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    assert ready(client) == (503, WELL | {"migrations": "pending"})


def test_a_dead_cache_is_named(client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.cache.Redis",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    status, parts = ready(client)
    assert (status, parts["cache"]) == (503, "forgets")


def test_uploads_that_cannot_be_written_are_named(client, settings, tmp_path):
    (tmp_path / "file").write_text("a file where the folder should be")
    settings.MEDIA_ROOT = str(tmp_path / "file")
    status, parts = ready(client)
    assert (status, parts["media"]) == (503, "FileExistsError")


def test_a_disk_that_is_nearly_full_is_named(client, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(total=1000, free=49))
    assert ready(client) == (503, WELL | {"disk": "nearly full"})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(total=1000, free=50))
    assert ready(client) == (200, WELL)


def test_a_backup_that_is_missing_or_old_is_named(client, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    assert ready(client) == (503, WELL | {"backup": "none", "drill": "none"})
    folder = tmp_path / f"{MOMENT:%Y%m%dT%H%M%SZ}"
    folder.mkdir()
    (folder / backup.SUMS).write_text("")
    (tmp_path / backup.DRILL).write_text(f'{{"at": "{MOMENT.isoformat()}", "problem": ""}}')
    for hours, backed_up in ((30, "ok"), (31, "31 hours old")):
        with time_machine.travel(MOMENT + datetime.timedelta(hours=hours), tick=False):
            assert ready(client)[1] == WELL | {"backup": backed_up, "drill": "ok"}
    with time_machine.travel(MOMENT + datetime.timedelta(days=9), tick=False):
        assert ready(client)[1]["drill"] == "9 days old"
    (tmp_path / backup.DRILL).write_text(f'{{"at": "{MOMENT.isoformat()}", "problem": "x"}}')
    with time_machine.travel(MOMENT, tick=False):
        assert ready(client)[1]["drill"] == "failed"


@pytest.mark.django_db(transaction=True)
def test_a_backup_and_a_drill_make_it_well(client, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path / "backups")
    call_command("backup")
    call_command("restore_drill")
    assert ready(client) == (200, WELL | {"backup": "ok", "drill": "ok"})
    assert Path(settings.BACKUP_DIR).stat().st_mode & 0o077 == 0


def test_who_is_asked_over_plain_http_answers_without_a_redirect(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert client.get("/").status_code == 301
