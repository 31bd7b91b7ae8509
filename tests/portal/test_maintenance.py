"""One timer for everything: each job once, however many hosts call it, and none forgotten."""

import contextlib
import datetime
import io
import os
import threading
from pathlib import Path

import pytest
import reversion
import time_machine
from django.conf import settings as live_settings
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone
from reversion.models import Version

from portal import job_letters, maintenance, orphans
from portal.models import MaintenanceJob
from tests.factories import make_article, make_article_photo, make_attachment, make_user

pytestmark = pytest.mark.django_db
NIGHT = datetime.datetime(2026, 11, 28, 0, 30, tzinfo=timezone.get_fixed_timezone(7 * 60))


@pytest.fixture
def job(monkeypatch):
    """The only job there is; `calls` holds the moments at which it ran."""
    monkeypatch.setattr(maintenance, "_jobs", {})
    calls = []

    def register(run=lambda: "done", **kwargs):
        def counted():
            calls.append(timezone.now())
            return run()

        maintenance.register(maintenance.Job("one", counted, **kwargs))
        return calls

    return register


def at(**later):
    return time_machine.travel(NIGHT + datetime.timedelta(**later), tick=False)


def test_a_job_runs_once_in_its_time(job):
    calls = job(every=datetime.timedelta(minutes=4))
    for minutes in (0, 1, 3, 5, 6, 10):
        with at(minutes=minutes):
            maintenance.run_due()
    assert [(call - NIGHT).total_seconds() / 60 for call in calls] == [0, 5, 10]


def test_a_nightly_job_runs_once_a_night_at_its_hour_in_vietnam(job):
    calls = job(at=1)
    hours = (0, 0.4, 0.6, 5, 23, 24, 25, 49)
    for passed in hours:
        with at(hours=passed):
            maintenance.run_due()
    # The first call ever runs it; from then on at one o'clock, or later where the host was off.
    assert [(call - NIGHT).total_seconds() / 3600 for call in calls] == [0, 0.6, 25, 49]


def test_a_weekly_job_runs_on_its_day(job):
    calls = job(at=4, weekday=6)  # the 28th is a Saturday
    for day in range(9):
        with at(days=day, hours=12):
            maintenance.run_due()
    assert [timezone.localtime(call).weekday() for call in calls] == [5, 6, 6]


def test_a_job_that_failed_is_named_and_tried_again_in_an_hour(job):
    outcomes = iter([ValueError("ổ đĩa đầy"), None])

    def run():
        if error := next(outcomes):
            raise error
        return "done"

    calls = job(run, at=1)
    with at(), pytest.raises(CommandError, match="one"):
        call_command("maintain", stdout=io.StringIO())
    assert MaintenanceJob.objects.get().problem == "ổ đĩa đầy"
    with at(minutes=59):
        call_command("maintain")
    assert len(calls) == 1
    with at(minutes=60):
        call_command("maintain", stdout=io.StringIO())
    assert len(calls) == 2
    assert MaintenanceJob.objects.get().problem == ""


def test_a_job_that_raises_an_alarm_is_named_and_waits_for_its_time(job):
    def run():
        raise maintenance.AlarmError("một dòng bị sửa")

    calls = job(run, at=1)
    with at(), pytest.raises(CommandError, match="one"):
        call_command("maintain", stdout=io.StringIO())
    assert MaintenanceJob.objects.get().problem == "một dòng bị sửa"
    with at(minutes=29):
        call_command("maintain")
    with at(minutes=31), pytest.raises(CommandError, match="one"):
        call_command("maintain", stdout=io.StringIO())
    assert len(calls) == 2


def test_a_job_of_a_killed_process_is_taken_up_again(job):
    calls = job(at=1, lasts=datetime.timedelta(hours=6))
    with at():
        MaintenanceJob.objects.create(name="one", begun_at=timezone.now())  # and nothing after
    for hours, number in ((5, 0), (6, 1), (7, 1)):
        with at(hours=hours):
            maintenance.run_due()
        assert len(calls) == number


@pytest.mark.django_db(transaction=True)
def test_of_eight_hosts_at_once_one_does_the_job(job):
    calls = job(at=1)
    start = threading.Barrier(8)

    def host():
        start.wait()
        maintenance.run_due()
        connections.close_all()

    threads = [threading.Thread(target=host) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_every_job_of_the_site_runs(settings, tmp_path):
    out = io.StringIO()
    call_command("maintain", stdout=out)
    lines = dict(line.split(": ", 1) for line in out.getvalue().splitlines())
    assert lines.keys() == {
        *("backup", "sessions", "orphans", "drill", "trail", "sweep"),
        *("letters", "trash", "links"),
    }
    assert lines["letters"] == "Đã gửi 0 thư."
    out = io.StringIO()
    call_command("maintain", stdout=out)
    assert out.getvalue() == ""


def age(path: Path, **passed) -> None:
    moment = (timezone.now() - datetime.timedelta(**passed)).timestamp()
    os.utime(path, (moment, moment))


def test_orphans_go_after_a_day_and_nothing_else():
    media = Path(live_settings.MEDIA_ROOT)
    make_article_photo(article=make_article())
    kept = {path for path in media.rglob("*") if path.is_file()}
    folder = next(iter(kept)).parent
    orphan = folder / ("0" * 32 + "-640.webp")
    young = folder / ("1" * 32 + "-640.webp")
    partial = folder / ".partial-abc"
    # Not ours: the sweep of foreign files tells of them.
    foreign = {folder / "index.php", media / orphan.name, folder / "cu" / orphan.name}
    (folder / "cu").mkdir()
    for path in (orphan, young, partial, *foreign):
        path.write_bytes(b"x")
    for path in (*kept, orphan, partial, *foreign):
        age(path, hours=25)
    age(young, hours=23)
    assert orphans.remove() == 2
    left = {path for path in media.rglob("*") if path.is_file()}
    assert left == kept | {young} | foreign


def test_a_file_that_a_past_version_names_stays():
    with reversion.create_revision():
        attachment = make_attachment()
        reversion.add_to_revision(attachment.article)
    attachment.delete()
    files = [path for path in Path(live_settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    for path in files:
        age(path, hours=25)
    assert orphans.remove() == 0
    assert len(files) == 1
    Version.objects.all().delete()
    assert orphans.remove() == 1


# ── Letters to the administrators ───────────────────────────────────────────────────────────────
@pytest.fixture
def failing(job):
    """A switch: what the only job, every hour, says is wrong with it."""
    switch = {"problem": ""}

    def run():
        if switch["problem"]:
            raise ValueError(switch["problem"])
        return "done"

    job(run, every=datetime.timedelta(hours=1))
    return switch


def maintain_at(hour, switch, problem) -> None:
    switch["problem"] = problem
    with at(hours=hour), contextlib.suppress(CommandError):
        call_command("maintain", stdout=io.StringIO())


def test_a_letter_tells_once_that_a_job_fails_and_once_that_it_works(failing, mailoutbox):
    make_user(is_superuser=True, email="quantri@example.org")
    make_user(is_superuser=True, email="da-nghi@example.org", is_active=False)
    make_user(is_superuser=True, email="")
    make_user(is_staff=True, email="phongvien@example.org")
    outcomes = ["", "ổ đĩa đầy", "ổ đĩa đầy", "vẫn đầy", "", "", "lại đầy"]
    for number, problem in enumerate(outcomes):
        maintain_at(number * 1.1, failing, problem)
    assert [letter.subject for letter in mailoutbox] == [
        "Việc chạy theo lịch gặp lỗi: one",
        "Việc chạy theo lịch đã bình thường trở lại",
        "Việc chạy theo lịch gặp lỗi: one",
    ]
    assert {tuple(letter.to) for letter in mailoutbox} == {("quantri@example.org",)}
    assert "- one: ổ đĩa đầy" in mailoutbox[0].body
    assert "- one: đã bình thường trở lại." in mailoutbox[1].body
    assert "/admin/state/" in mailoutbox[0].body


def test_the_letter_goes_to_the_addresses_of_the_settings(failing, mailoutbox, settings):
    settings.SWEEP_MAIL = ["cntt@example.org"]
    make_user(is_superuser=True)
    maintain_at(0, failing, "hỏng")
    assert [letter.to for letter in mailoutbox] == [["cntt@example.org"]]


def test_what_the_mail_server_does_not_take_is_told_with_the_next_call(
    failing, mailoutbox, settings
):
    make_user(is_superuser=True)
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # nobody listens
    maintain_at(0, failing, "hỏng")
    settings.EMAIL_BACKEND = backend
    maintain_at(0.1, failing, "hỏng")  # the job is not due; its letter is
    assert [letter.subject for letter in mailoutbox] == ["Việc chạy theo lịch gặp lỗi: one"]
    maintain_at(1.2, failing, "hỏng")
    assert len(mailoutbox) == 1


def test_without_mail_nothing_counts_as_told(failing, mailoutbox, settings):
    make_user(is_superuser=True)
    settings.EMAIL_IS_SENT = False
    maintain_at(0, failing, "hỏng")
    assert (mailoutbox, MaintenanceJob.objects.get().told_at) == ([], None)


@pytest.mark.django_db(transaction=True)
def test_of_hosts_at_once_one_sends_the_letter(mailoutbox):
    make_user(is_superuser=True, email="quantri@example.org")
    MaintenanceJob.objects.create(name="one", begun_at=NIGHT, problem="hỏng")
    start = threading.Barrier(4)

    def host():
        start.wait()
        job_letters.send()
        connections.close_all()

    threads = [threading.Thread(target=host) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mailoutbox) == 1
