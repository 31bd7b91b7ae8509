"""What the newsroom does by the clock."""

from datetime import timedelta

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news import notifications, trash
from portal import maintenance


def register() -> None:
    jobs = [
        maintenance.Job(
            "letters", send_letters, _("Letters about work"), every=timedelta(minutes=4)
        ),
        maintenance.Job("trash", empty_trash, _("Trash"), at=2),
        maintenance.Job("links", look_at_links, _("Broken links"), at=4, lasts=timedelta(hours=6)),
    ]
    for job in jobs:
        maintenance.register(job)


def send_letters() -> str:
    return gettext("Letters sent: %s") % notifications.send_waiting()


def empty_trash() -> str:
    return gettext("Deleted for good from the trash: %s.") % trash.empty()


def look_at_links() -> str:
    return maintenance.by_command("check_links", "--outside")
