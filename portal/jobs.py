"""What the portal itself does by the clock."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import backup, maintenance, orphans

# Somebody's own backup, or that of deploy/update, may be running at its hour.
BACKUP_WAITS = 60 * 60  # seconds


def register() -> None:
    """Nights in Vietnam: the backup first, then what changes something."""
    long = timedelta(hours=6)
    verify = partial(maintenance.by_command, "verify_audit")
    sweep = partial(maintenance.by_command, "sweep")
    jobs = [
        maintenance.Job("backup", back_up, _("Backup"), at=1, lasts=long),
        maintenance.Job("sessions", clear_sessions, _("Ended sessions"), at=3),
        maintenance.Job("orphans", remove_orphans, _("Files that nothing names"), at=3),
        maintenance.Job("trail", verify, _("Check of the audit trail"), at=2),
        maintenance.Job("sweep", sweep, _("Sweep for foreign content"), at=2, lasts=long),
        maintenance.Job("drill", drill, _("Restore drill"), at=4, weekday=6, lasts=long),
    ]
    for job in jobs:
        maintenance.register(job)


def back_up() -> str:
    if not settings.BACKUP_DIR:
        return gettext("No BACKUP_DIR is set: nothing was backed up.")
    folder = backup.make(patience=BACKUP_WAITS)
    backup.rotate()
    return gettext("Backed up: %s.") % folder.name


def drill() -> str:
    if not settings.BACKUP_DIR:
        return gettext("No BACKUP_DIR is set: nothing was backed up.")
    return backup.drill().proved


def clear_sessions() -> str:
    call_command("clearsessions")
    return gettext("Ended sessions were removed.")


def remove_orphans() -> str:
    return gettext("Files that nothing names, removed: %s.") % orphans.remove()
