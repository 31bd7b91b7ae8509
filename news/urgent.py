"""The line over the whole site: it comes with the frame's one query, on pages of every app."""

from news.models import UrgentNotice
from portal.rows import RowsAsJSON


def shown(now) -> RowsAsJSON:
    """A column with the notices that stand over the site now, each a text and a link."""
    return RowsAsJSON(UrgentNotice.objects.shown(at=now), text="text", link="link")
