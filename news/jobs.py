"""What the newsroom does by the clock."""

from datetime import timedelta

from django.utils.translation import gettext as _

from news import notifications, trash
from portal import maintenance


def register() -> None:
    maintenance.register(maintenance.Job("letters", send_letters, every=timedelta(minutes=4)))
    maintenance.register(maintenance.Job("trash", empty_trash, at=2))
    maintenance.register(
        maintenance.Job(
            "links",
            lambda: maintenance.by_command("check_links", "--outside"),
            at=4,
            lasts=timedelta(hours=6),
        )
    )


def send_letters() -> str:
    return _("Letters sent: %s") % notifications.send_waiting()


def empty_trash() -> str:
    return _("Deleted for good from the trash: %s.") % trash.empty()
