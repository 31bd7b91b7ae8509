"""What is done by the clock: one entry point for a timer, safe on several hosts at once.

Apps register their jobs. A row for each says when it was begun and ended last; whoever moves it
first does the job, the others pass by.
"""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection
from django.db.models import F, Q
from django.utils import timezone

from portal.models import MaintenanceJob

logger = logging.getLogger(__name__)
# What was begun and never ended, by a process that was killed, or failed, is tried again.
TRIED_AGAIN = timedelta(hours=1)


class AlarmError(Exception):
    """The job was done and found something that somebody must look at."""


@dataclass(frozen=True)
class Job:
    """`run` does it and returns a sentence; `every` so long, or each night at the hour `at`, on
    one `weekday` alone (0 is Monday). `lasts`: it may take so long before it counts as killed.
    `title` is what a screen and a letter call it."""

    name: str
    run: Callable[[], str]
    title: str = ""
    every: timedelta = timedelta(days=1)
    at: int | None = None
    weekday: int | None = None
    lasts: timedelta = TRIED_AGAIN

    def due(self, now: datetime) -> datetime:
        """The last moment at which it should have begun."""
        if self.at is None:
            return now - self.every
        moment = timezone.localtime(now).replace(hour=self.at, minute=0, second=0, microsecond=0)
        while moment > now or self.weekday not in {None, moment.weekday()}:
            moment -= timedelta(days=1)
        return moment


_jobs: dict[str, Job] = {}


def title_of(name: str) -> str:
    """What people call the job; its name where nothing else is said."""
    job = _jobs.get(name)
    return str(job.title) if job and job.title else name


def register(job: Job) -> None:
    """Add a job; its name is its row's key and what reports call it."""
    _jobs[job.name] = job


def jobs() -> list[Job]:
    return list(_jobs.values())


def run_due() -> list[tuple[Job, str, str]]:
    """Do every job that is due and that no other host has taken; of each what it said and its
    problem, one of them empty."""
    done = []
    for job in jobs():
        if not connection.in_atomic_block:  # the job before may have outlasted it
            close_old_connections()
        if _take(job):
            done.append((job, *_do(job)))
    return done


def _take(job: Job) -> bool:
    """Whether the job is due and this process has moved its row: the others see it moved."""
    now = timezone.now()
    rows = MaintenanceJob.objects
    rows.get_or_create(name=job.name)
    never = Q(begun_at=None)
    is_over = Q(ended_at__gte=F("begun_at"))
    again = Q(begun_at__lte=now - job.lasts) & (~is_over | Q(ended_at=None))
    due = Q(begun_at__lt=job.due(now)) & is_over
    return bool(rows.filter(never | due | again, name=job.name).update(begun_at=now))


def _do(job: Job) -> tuple[str, str]:
    said = problem = ""
    is_done = True
    try:
        said = job.run() or ""
    except AlarmError as error:
        problem = str(error)
        logger.error("%s: %s", job.name, problem)
    except Exception as error:
        logger.exception("%s", job.name)
        problem, is_done = str(error) or type(error).__name__, False
    outcome = {"said": said[:1000], "problem": problem[:1000]}
    if is_done:  # else it is tried again before its time
        outcome["ended_at"] = timezone.now()
    MaintenanceJob.objects.filter(name=job.name).update(**outcome)
    return said, problem


def by_command(name: str, *arguments: str) -> str:
    """Do a command's work as a job: what it says last; what it refuses is an alarm."""
    output = io.StringIO()
    try:
        call_command(name, *arguments, stdout=output, stderr=output)
    except CommandError as error:
        raise AlarmError(str(error)) from error
    lines = output.getvalue().strip().splitlines()
    return lines[-1] if lines else ""
