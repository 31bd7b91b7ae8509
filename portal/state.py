"""In what state the site is, part by part, in words for whoever runs it: what it is, whether that
is well, and what to do where it is not.

What `/readyz` judges is judged by portal.health alone. No part tells a secret, and none can break
the page: what it raises is its state. The database answers, else there would be no page.
"""

import logging
import platform
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from smtplib import SMTPException
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.mail import get_connection
from django.db import connection, models
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal import backup, certificate, health, maintenance, running, virus_scan
from portal.models import MaintenanceJob

logger = logging.getLogger(__name__)
MAIL_TIMEOUT = 3
# Let's Encrypt renews thirty days ahead.
CERTIFICATE_SOON, CERTIFICATE_NOW = timedelta(days=21), timedelta(days=7)
SIGNATURES_LAST = timedelta(days=7)
# The timer calls every five minutes, and some job is due each time; a job may be late by so much.
TIMER_SILENT = timedelta(minutes=20)
LATE = timedelta(hours=2)
ERRORS_ARE_NEWS = timedelta(days=1)


class State(models.TextChoices):
    """The worst first, as the page lists them."""

    BAD = "bad", _("not in order")
    WATCH = "watch", _("needs a look")
    OFF = "off", _("not set up")
    WELL = "well", _("in order")

    @property
    def sign(self) -> str:
        """Beside the word, for those who tell no colours."""
        return {"bad": "✕", "watch": "!", "off": "–", "well": "✓"}[self.value]


@dataclass(frozen=True)
class Part:
    """`facts` are sentences about it, `advice` what to do; `backquoted` is what is to be typed."""

    title: str | Promise
    state: State
    facts: list[str] = field(default_factory=list)
    advice: str | Promise = ""

    @property
    def advice_pieces(self) -> list[tuple[str, bool]]:
        """Its words and what is to be typed, in turn: a text and whether it is typed."""
        pieces = enumerate(str(self.advice).split("`"))
        return [(piece, number % 2 == 1) for number, piece in pieces if piece]


@dataclass(frozen=True)
class JobState:
    title: str
    state: State
    at: datetime | None
    said: str


def parts() -> list[Part]:
    """Every part, the worst first."""
    with ThreadPoolExecutor() as pool:  # each of these may wait for another machine
        outside = [pool.submit(_guarded, *one) for one in _OUTSIDE]
        judged = health.check()
        inside = [_judged(name, judged) for name in _JUDGED if name in judged or name in _EXPECTED]
        inside += [_guarded(*one) for one in _INSIDE]
        found = [*inside, *(future.result() for future in outside)]
    order = list(State)
    return sorted(found, key=lambda part: order.index(part.state))


def _guarded(title, look: Callable[[str | Promise], Part]) -> Part:
    try:
        return look(title)
    except Exception as error:
        logger.warning("A part of the state cannot be told", exc_info=True)
        return Part(title, State.BAD, [gettext("It failed: %s.") % type(error).__name__])


# ── What /readyz judges ─────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Judged:
    title: Promise
    facts: Callable[[], list[str]]
    advice: Promise
    well: Promise | str = ""  # said where it is in order


def _judged(name: str, words: dict[str, str]) -> Part:
    part, word = _JUDGED[name], words.get(name)
    if word is None:
        return Part(part.title, State.BAD, [], part.advice)
    facts = _guarded(part.title, lambda title: Part(title, State.WELL, part.facts())).facts
    if word == "ok":
        return Part(part.title, State.WELL, [str(part.well), *facts] if part.well else facts)
    if not word.islower():  # an exception's name; all else the facts tell
        facts = [gettext("It failed: %s.") % word, *facts]
    return Part(part.title, State.BAD, facts, part.advice)


def _database() -> list[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT 'PostgreSQL', current_setting('server_version'),"
                " pg_database_size(current_database())"
            )
        else:
            cursor.execute(
                "SELECT 'SQLite', sqlite_version(), page_count * page_size"
                " FROM pragma_page_count(), pragma_page_size()"
            )
        name, version, size = cursor.fetchone()
    return [f"{name} {version}, {filesizeformat(size)}."]


def _cache() -> list[str]:
    is_shared = settings.CACHES["default"]["BACKEND"].endswith(".Redis")
    return ["Redis."] if is_shared else [gettext("In the memory of each process.")]


def _disks() -> list[str]:
    names = {"media": gettext("uploads"), "backup": gettext("backups")}
    return [
        gettext("%(what)s: %(free)s free of %(total)s.")
        % {
            "what": names[name],
            "free": filesizeformat(usage.free),
            "total": filesizeformat(usage.total),
        }
        for name, usage in health.disks().items()
    ]


def _backups() -> list[str]:
    kept = backup.existing(Path(settings.BACKUP_DIR))
    if not kept:
        return [gettext("There is no backup yet.")]
    count = ngettext("%s backup is kept.", "%s backups are kept.", len(kept)) % len(kept)
    return [gettext("The newest is of %s.") % _moment(backup.time_of(kept[-1])), count]


def _drill() -> list[str]:
    last = backup.last_drill(Path(settings.BACKUP_DIR))
    if not last:
        return [gettext("There was none yet.")]
    facts = [gettext("The last one was at %s.") % _moment(parse_datetime(last["at"]))]
    return [*facts, last["problem"]] if last["problem"] else facts


_JUDGED = {
    "database": _Judged(
        _("Database"),
        _database,
        _("See whether it runs and its disk has room: `systemctl status postgresql`."),
    ),
    "migrations": _Judged(
        _("Tables of the database"),
        list,
        _("The program is newer than the database: run `portal-manage migrate`."),
        well=_("It fits the program."),
    ),
    "cache": _Judged(
        _("Cache"),
        _cache,
        _("The site works without it, more slowly. See whether it runs, and `CACHE_URL`."),
    ),
    "media": _Judged(
        _("Folder of uploads"),
        list,
        _("It must belong to the user `portal`, and its disk must have room."),
        well=_("It can be written."),
    ),
    "disk": _Judged(
        _("Room on the disks"),
        _disks,
        _("Clear away or attach a larger disk; delete nothing by hand among backups and uploads."),
    ),
    "replica": _Judged(
        _("Copy of the database for readers"),
        list,
        _("Readers are served by the primary meanwhile. See whether the copy runs and follows it."),
        well=_("It follows the primary."),
    ),
    "backup": _Judged(
        _("Backup"),
        _backups,
        _("Set `BACKUP_DIR`, run `portal-manage backup` and read what it says."),
    ),
    "drill": _Judged(
        _("Restore drill"),
        _drill,
        _("Run `portal-manage restore_drill` and read what it says."),
    ),
}
# /readyz passes over them where BACKUP_DIR is empty; to whoever runs the site that is a fault.
_EXPECTED = ("backup", "drill")


# ── What is asked on this machine ───────────────────────────────────────────────────────────────
def _clock(title) -> Part:
    last = MaintenanceJob.objects.aggregate(last=models.Max("begun_at"))["last"]
    advice = _("See why the timer is silent: `systemctl status portal-maintain.timer`.")
    if last is None:
        return Part(title, State.BAD, [gettext("Nothing was done yet.")], advice)
    facts = [gettext("The timer called %s ago.") % timesince(last)]
    if timezone.now() - last > TIMER_SILENT:
        return Part(title, State.BAD, facts, advice)
    wrong = [job for job in jobs() if job.state is not State.WELL]
    if not wrong:
        return Part(title, State.WELL, facts)
    facts.append(gettext("To look at: %s.") % ", ".join(job.title for job in wrong))
    worst = min((job.state for job in wrong), key=list(State).index)
    return Part(title, worst, facts, _("What each job said stands below."))


def jobs() -> list[JobState]:
    """Each job with how it went last."""
    rows = {row.name: row for row in MaintenanceJob.objects.all()}
    return [_job(job, rows.get(job.name)) for job in maintenance.jobs()]


def _job(job: maintenance.Job, row: MaintenanceJob | None) -> JobState:
    title, now = maintenance.title_of(job.name), timezone.now()
    if row is None or row.begun_at is None:
        return JobState(title, State.WATCH, None, gettext("Not done yet."))
    if row.problem:
        return JobState(title, State.BAD, row.begun_at, row.problem)
    is_over = row.ended_at is not None and row.ended_at >= row.begun_at
    if not is_over and row.begun_at < now - job.lasts:
        return JobState(title, State.BAD, row.begun_at, gettext("Begun and never ended."))
    if not is_over:
        return JobState(title, State.WELL, row.begun_at, gettext("It is running."))
    if row.begun_at < job.due(now - LATE):
        return JobState(title, State.WATCH, row.begun_at, gettext("It is late. %s") % row.said)
    return JobState(title, State.WELL, row.begun_at, row.said)


def _software(title) -> Part:
    versions = f"Django {django.get_version()}, Python {platform.python_version()}."
    started = gettext("Running since %s.") % _moment(running.STARTED)
    facts = [gettext("Release %s.") % running.release(), versions, started]
    return Part(title, State.WELL, facts)


def _errors(title) -> Part:
    found = running.errors()
    if not found.count:
        return Part(title, State.WELL, [gettext("None since the start.")])
    since = ngettext("%s since the start.", "%s since the start.", found.count) % found.count
    facts = [since, gettext("The last one at %s.") % _moment(found.at)]
    word = found.request_id or "ERROR"
    if found.request_id:
        facts.append(gettext("Its request id: %s.") % found.request_id)
    is_news = timezone.now() - found.at < ERRORS_ARE_NEWS
    advice = gettext("Read about it: `journalctl -u portal | grep -A 40 %s`") % word
    return Part(title, State.WATCH if is_news else State.WELL, facts, advice if is_news else "")


_INSIDE = [
    (_("Work by the clock"), _clock),
    (_("Software"), _software),
    (_("Errors in the log"), _errors),
]


# ── What is asked of others ─────────────────────────────────────────────────────────────────────
def _mail(title) -> Part:
    if not settings.EMAIL_IS_SENT:
        advice = _("No letters are sent, not even for a forgotten password: set `EMAIL_URL`.")
        return Part(title, State.OFF, [], advice)
    try:
        server = get_connection(timeout=MAIL_TIMEOUT)
        server.open()
        server.close()
    except (OSError, SMTPException) as error:
        facts = [gettext("The mail server does not take us in: %s.") % type(error).__name__]
        advice = _("Check `EMAIL_URL` with `portal-manage sendtestemail`; letters wait meanwhile.")
        return Part(title, State.BAD, facts, advice)
    return Part(title, State.WELL, [gettext("The mail server answers.")])


def _scanner(title) -> Part:
    if not settings.CLAMD:
        advice = _("Uploads are not scanned. Where that is wanted: `clamav-daemon` and `CLAMD`.")
        return Part(title, State.OFF, [], advice)
    try:
        name, *dated = virus_scan.version().split("/")
    except OSError as error:
        facts = [gettext("It does not answer: %s.") % type(error).__name__]
        advice = _("No upload is taken meanwhile: `systemctl status clamav-daemon`.")
        return Part(title, State.BAD, facts, advice)
    signed = _date_of_signatures(dated)
    if signed is None or timezone.now() - signed > SIGNATURES_LAST:
        said = gettext("Its signatures are of %s.") % (_moment(signed) if signed else "?")
        advice = _("They are old: `systemctl status clamav-freshclam`.")
        return Part(title, State.WATCH, [f"{name}.", said], advice)
    return Part(title, State.WELL, [f"{name}.", gettext("Its signatures are new.")])


def _date_of_signatures(words: list[str]) -> datetime | None:
    try:
        return datetime.strptime(words[-1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None


def _certificate(title) -> Part:
    address = urlsplit(settings.SITE_URL)
    if address.scheme != "https":
        return Part(title, State.OFF, [], _("The site runs without HTTPS: for trying out only."))
    try:
        until = certificate.valid_until(address.hostname, address.port or 443)
    except (OSError, ssl.SSLError, ValueError):
        said = gettext("It cannot be read from this machine.")
        return Part(title, State.WATCH, [said], _("Look at it in a browser."))
    left = until - timezone.now()
    facts = [gettext("It holds until %s.") % _moment(until)]
    facts.append(ngettext("%s day left.", "%s days left.", max(left.days, 0)) % max(left.days, 0))
    if left > CERTIFICATE_SOON:
        return Part(title, State.WELL, facts)
    advice = _("Renew it in time: with an expired one nobody gets in (HSTS).")
    return Part(title, State.BAD if left < CERTIFICATE_NOW else State.WATCH, facts, advice)


_OUTSIDE = [
    (_("Mail"), _mail),
    (_("Virus scanner"), _scanner),
    (_("Certificate"), _certificate),
]


def _moment(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "H:i, d/m/Y")
