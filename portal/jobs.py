"""What the portal itself does by the clock."""

from datetime import timedelta

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from portal import backup, maintenance, orphans


def register() -> None:
    """Nights in Vietnam: the backup first, then what changes something."""
    jobs = [
        maintenance.Job("backup", back_up, at=1, lasts=timedelta(hours=6)),
        maintenance.Job("sessions", clear_sessions, at=3),
        maintenance.Job("orphans", remove_orphans, at=3),
        maintenance.Job("trail", lambda: maintenance.by_command("verify_audit"), at=2),
        maintenance.Job(
            "sweep",
            lambda: maintenance.by_command("sweep"),
            at=2,
            lasts=timedelta(hours=6),
        ),
        maintenance.Job("drill", drill, at=4, weekday=6, lasts=timedelta(hours=6)),
    ]
    for job in jobs:
        maintenance.register(job)


def back_up() -> str:
    if not settings.BACKUP_DIR:
        return _("No BACKUP_DIR is set: nothing was backed up.")
    folder = backup.make()
    backup.rotate()
    return _("Backed up: %s.") % folder.name


def drill() -> str:
    if not settings.BACKUP_DIR:
        return _("No BACKUP_DIR is set: nothing was backed up.")
    manifest = backup.drill()
    return _("Proved: %(tables)s tables with %(rows)s rows, %(files)s files are as they were.") % {
        "tables": len(manifest.tables),
        "rows": sum(table["rows"] for table in manifest.tables.values()),
        "files": len(manifest.files),
    }


def clear_sessions() -> str:
    call_command("clearsessions")
    return _("Ended sessions were removed.")


def remove_orphans() -> str:
    return _("Files that nothing names, removed: %s.") % orphans.remove()
