"""Letters to the administrators about jobs of portal.maintenance: one when a job begins to fail,
one when it works again.

What was told is kept on the job's row, and claimed before the letter goes: two hosts send one. What
the mail server does not take is told with the next call.
"""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from portal import maintenance
from portal.accounts import letters
from portal.models import MaintenanceJob

logger = logging.getLogger(__name__)


def send() -> int:
    """Tell what has not been told; how many jobs the letter names, 0 without one."""
    if not letters.can_reach_administrators():
        return 0
    rows = MaintenanceJob.objects.order_by("name")
    begun = Q(told_at=None) & ~Q(problem="")
    over = Q(told_at__isnull=False, problem="")
    claimed = [row for row in rows.filter(begun | over) if _claim(row)]
    if not claimed:
        return 0
    failing = [row for row in claimed if row.problem]
    try:
        letters.write_to_administrators(_subject(failing), _body(failing, claimed))
    except (OSError, SMTPException) as error:
        logger.warning("The letter about jobs could not be sent: %s", error)
        for row in claimed:
            MaintenanceJob.objects.filter(pk=row.pk).update(told_at=row.told_at)
        return 0
    return len(claimed)


def _claim(row: MaintenanceJob) -> bool:
    """Whether nobody else tells it: the row moves once."""
    rows = MaintenanceJob.objects.filter(pk=row.pk, told_at=row.told_at)
    return bool(rows.update(told_at=timezone.now() if row.problem else None))


def _subject(failing: list[MaintenanceJob]) -> str:
    if not failing:
        return gettext("Work by the clock is in order again")
    names = ", ".join(maintenance.title_of(row.name) for row in failing)
    return gettext("Work by the clock has failed: %s") % names


def _body(failing: list[MaintenanceJob], told: list[MaintenanceJob]) -> str:
    lines = [gettext("On %s:") % settings.SITE_URL, ""]
    lines += [f"- {maintenance.title_of(row.name)}: {row.problem}" for row in failing]
    lines += [
        gettext("- %s: in order again.") % maintenance.title_of(row.name)
        for row in told
        if row not in failing
    ]
    if failing:
        lines += ["", gettext("You get one letter when it works again, none until then.")]
    page = settings.SITE_URL + reverse("system_state")
    return "\n".join([*lines, "", gettext("All about it: %s") % page])
