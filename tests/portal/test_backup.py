"""A backup is worth what a restore gives back: everything, or a sentence that says why not."""

import contextlib
import datetime
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as live_settings
from django.core.management import CommandError, call_command
from django.db import connection

from news.models import Article
from portal import backup, backup_databases, jobs, maintenance
from portal.models import MaintenanceJob
from tests.factories import make_article, make_article_photo

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parent.parent.parent
MOMENT = datetime.datetime(2026, 11, 28, 19, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def backups(settings, tmp_path):
    """A backup folder, and content worth keeping."""
    settings.BACKUP_DIR = str(tmp_path / "backups")
    make_article_photo(article=make_article(title="Hội nghị tổng kết năm 2017"))
    return tmp_path / "backups"


def url_of(name: str) -> str:
    one = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"postgresql://{one['USER']}@{one['HOST']}:{one['PORT']}/{name}"


def made() -> Path:
    call_command("backup", stdout=io.StringIO())
    return backup.existing(Path(live_settings.BACKUP_DIR))[-1]


def manage(*command, limit=None, **environment):
    """A command of its own process, as a timer calls it."""
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "x" * 50,
        "BACKUP_DIR": live_settings.BACKUP_DIR,
        "MEDIA_ROOT": live_settings.MEDIA_ROOT,
        **environment,
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *command],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limit,
    )


def database_url() -> str:
    return url_of(connection.settings_dict["NAME"])


def files_below(folder) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def test_a_restore_gives_back_every_row_and_every_file(tmp_path):
    folder = made()
    media = str(tmp_path / "media")
    here = backup_databases.of_the_site()
    with backup_databases.empty_place() as there:
        name = str(there.path) if connection.vendor == "sqlite" else there.name
        at_the_other = {"DATABASE_URL": url_of(name), "MEDIA_ROOT": media}
        result = manage("restore", str(folder), **at_the_other)
        assert result.returncode == 0, result.stderr
        assert files_below(media) == files_below(live_settings.MEDIA_ROOT) != {}
        assert there.tables() == here.tables()
        assert there.tables()["news_article"]["rows"] == 1
        # The site runs on it, and what comes next gets a number of its own.
        code = (
            "from news.models import Article; old = Article.objects.get();"
            "new = Article.objects.create(title='Mới', category=old.category);"
            "print(old.title, new.pk > old.pk)"
        )
        result = manage("shell", "--verbosity=0", "-c", code, **at_the_other)
        assert result.stdout.strip() == "Hội nghị tổng kết năm 2017 True", result.stderr


def test_a_restore_overwrites_nothing():
    folder = made()
    with pytest.raises(CommandError, match="Cơ sở dữ liệu"):
        call_command("restore", str(folder))
    assert Article.objects.count() == 1


def test_the_drill_restores_the_newest_backup_and_keeps_nothing(backups):
    made()
    before = set(Path(os.environ.get("TMPDIR", "/tmp")).glob("portal-drill-*"))  # noqa: S108
    manifest = backup.drill()
    assert manifest.tables == backup_databases.of_the_site().tables()
    assert backup.last_drill(backups)["problem"] == ""
    assert set(Path(os.environ.get("TMPDIR", "/tmp")).glob("portal-drill-*")) == before  # noqa: S108
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM pg_database WHERE datname LIKE 'portal_drill_%%'")
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("what", ["database", "manifest", "sums", "file"])
def test_one_flipped_byte_fails_the_drill_and_is_named(backups, what):
    folder = made()
    path = {
        "database": next(folder.glob("database.*")),
        "manifest": folder / backup.MANIFEST,
        "sums": folder / backup.SUMS,
        "file": next(path for path in sorted((backups / "files").rglob("*")) if path.is_file()),
    }[what]
    whole = path.read_bytes()
    place = len(whole) // 2
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(CommandError):
        call_command("restore_drill")
    assert backup.last_drill(backups)["problem"]
    path.write_bytes(whole)
    call_command("restore_drill")
    assert backup.last_drill(backups)["problem"] == ""


def test_a_missing_file_fails_the_drill(backups):
    made()
    next(path for path in sorted((backups / "files").rglob("*")) if path.is_file()).unlink()
    with pytest.raises(CommandError, match="files/"):
        call_command("restore_drill")


def test_a_file_that_a_row_names_and_nobody_has_fails_the_drill(backups):
    for path in Path(live_settings.MEDIA_ROOT).rglob("*"):
        if path.is_file():
            path.unlink()
    made()
    with pytest.raises(CommandError, match="goc/"):
        call_command("restore_drill")


def test_a_file_is_copied_once_however_many_backups_name_it(backups):
    with time_machine.travel(MOMENT, tick=False):
        made()
        stored = {path: path.stat().st_mtime_ns for path in (backups / "files").rglob("*")}
    with time_machine.travel(MOMENT + datetime.timedelta(days=1), tick=False):
        made()
    again = {path: path.stat().st_mtime_ns for path in (backups / "files").rglob("*")}
    assert again == stored
    assert len(backup.existing(backups)) == 2


def test_old_backups_go_by_days_weeks_and_months_and_their_files_with_them(backups):
    for day in range(0, 120, 3):
        (backups / f"{MOMENT + datetime.timedelta(days=day):%Y%m%dT%H%M%SZ}").mkdir(
            parents=True, exist_ok=True
        )
    for folder in backups.iterdir():
        manifest = {"created_at": "", "engine": "sqlite", "migrations": [], "database": "database"}
        (folder / backup.MANIFEST).write_text(json.dumps({**manifest, "tables": {}, "files": {}}))
        (folder / backup.SUMS).write_text("")
    old = backups / "files" / "aa" / "aabb"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"of a photo that is gone")
    with time_machine.travel(MOMENT + datetime.timedelta(days=120), tick=False):
        made()
    assert not old.exists()
    kept = [folder.name[:8] for folder in backup.existing(backups)]
    assert kept == [
        *("20261128", "20261231", "20270130", "20270226"),  # months
        "20270307",  # a week
        *("20270310", "20270313", "20270316", "20270319", "20270322", "20270325", "20270328"),
    ]


def test_for_a_week_no_backup_takes_the_place_of_another_of_its_day(backups):
    """That of an update is there to go back to, whatever was backed up after it."""
    for hours in (0, 1, 2, 6 * 24, 7 * 24 + 1.5):
        with time_machine.travel(MOMENT + datetime.timedelta(hours=hours), tick=False):
            made()
        if hours == 6 * 24:
            assert len(backup.existing(backups)) == 4
    kept = [folder.name for folder in backup.existing(backups)]
    assert kept == [
        *("20261128T210000Z",),
        *("20261204T190000Z", "20261205T203000Z"),
    ]


def test_a_backup_that_was_cut_short_is_none(backups):
    """kill -9 in the middle: the next backup clears away what was left."""
    code = (
        "import django, os; django.setup(); from portal import backup, backup_databases as d;"
        "d.SQLite.dump = d.PostgreSQL.dump = lambda *a: os.kill(os.getpid(), 9); backup.make()"
    )
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "ENV_FILE": os.devnull,
            "SECRET_KEY": "x" * 50,
            "BACKUP_DIR": str(backups),
            "MEDIA_ROOT": live_settings.MEDIA_ROOT,
            "DATABASE_URL": database_url(),
        },
        capture_output=True,
    )
    assert result.returncode == -9
    assert backup.existing(backups) == []
    assert list(backups.glob(".part-*"))
    made()
    assert not list(backups.glob(".part-*"))
    call_command("restore_drill")


def test_a_full_disk_is_said_and_leaves_no_half_backup(backups):
    result = manage(
        "backup",
        DATABASE_URL=database_url(),
        limit=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
    )
    assert result.returncode == 1
    assert result.stderr.startswith("CommandError: ")
    assert len(result.stderr.strip().splitlines()) == 1
    assert backup.existing(backups) == []


def test_two_backups_at_once_are_refused(backups):
    with backup._alone(), pytest.raises(CommandError, match="khác"):
        call_command("backup")


@pytest.fixture
def maintain(monkeypatch):
    """What the timer does, of all jobs the backup alone; how the job stands afterwards."""
    monkeypatch.setattr(maintenance, "_jobs", {"backup": maintenance._jobs["backup"]})

    def run() -> MaintenanceJob:
        with contextlib.suppress(CommandError):
            call_command("maintain", stdout=io.StringIO())
        return MaintenanceJob.objects.get()

    return run


def test_the_backup_of_the_night_waits_for_one_that_is_running(backups, maintain):
    is_running, may_end = threading.Event(), threading.Event()

    def other():
        with backup._alone():
            is_running.set()
            may_end.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    is_running.wait(10)
    threading.Timer(1.5, may_end.set).start()
    job = maintain()
    thread.join()
    # The other one failed, for all that the job knows: it has made its own.
    assert (job.said, job.problem) == (f"Đã sao lưu: {backup.existing(backups)[-1].name}.", "")
    assert job.ended_at


def test_a_backup_that_never_ends_is_told(backups, maintain, monkeypatch):
    monkeypatch.setattr(jobs, "BACKUP_WAITS", 1)
    with backup._alone():
        job = maintain()
    assert (job.problem, job.ended_at) == ("Một lần sao lưu khác đang chạy.", None)
    assert backup.existing(backups) == []


def test_old_backups_are_left_to_the_backup_that_is_running(backups):
    made()
    old = backups / "20200101T000000Z"
    shutil.copytree(backup.existing(backups)[-1], old)
    for day in range(1, 30):
        shutil.copytree(old, backups / f"202001{day + 1:02}T000000Z")
    with backup._alone():
        assert backup.rotate() == []
    assert old.name in backup.rotate()


@pytest.mark.parametrize("name", ["MEDIA_ROOT", "STATIC_ROOT"])
def test_backups_do_not_lie_where_the_site_serves_files(settings, name):
    settings.BACKUP_DIR = str(Path(getattr(settings, name)) / "backups")
    with pytest.raises(CommandError, match=name):
        call_command("backup")


def test_an_encrypted_backup_opens_with_its_key_alone(settings, tmp_path, backups):
    key = tmp_path / "key.txt"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    settings.BACKUP_RECIPIENT = key.read_text().split("public key: ")[1].split()[0]
    made()
    stored = b"".join(path.read_bytes() for path in backups.rglob("*") if path.is_file())
    assert b"JFIF" not in stored
    assert b"RIFF" not in stored
    with pytest.raises(CommandError, match="khoá"):
        call_command("restore_drill")
    settings.BACKUP_IDENTITY = str(key)
    call_command("restore_drill")
    other = tmp_path / "other.txt"
    subprocess.run(["age-keygen", "-o", other], check=True, capture_output=True)
    settings.BACKUP_IDENTITY = str(other)
    with pytest.raises(CommandError, match="age"):
        call_command("restore_drill")


def test_what_is_saved_while_the_backup_runs_is_wholly_in_it_or_not(backups, monkeypatch):
    """A row that is written between the dump and the second look at the files."""
    of = backup_databases.of_the_site()
    dump = type(of).dump

    def slow(self, output, folder):
        tables = dump(self, output, folder)
        make_article_photo(article=make_article(title="Vừa lưu"))
        return tables

    monkeypatch.setattr(type(of), "dump", slow)
    made()
    monkeypatch.undo()
    call_command("restore_drill")
