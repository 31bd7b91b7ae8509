"""What stands on every page of the site: whose it is, how to reach it, what apps above add.

One query a page, written once a process, whatever the page shows besides.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone

from departments.models import SiteSettings, today
from portal.freshness import NEVER
from portal.prepared import Prepared

# Name to a function of the moment that gives an expression: a further column of the one row.
_columns: dict[str, Callable] = {}
# The names of those that say when something public changes next.
_changes: list[str] = []


def add_column(name: str, expression: Callable[[datetime.datetime], object]) -> None:
    """Have `site.<name>` on every page; apps above call it when they start."""
    _columns[name] = expression


def add_change(name: str, expression: Callable[[datetime.datetime], object]) -> None:
    """Have pages kept no longer than until the moment that this column gives (or NULL)."""
    add_column(name, expression)
    _changes.append(name)


@Prepared
def _rows(on, now):
    columns = {name: expression(now) for name, expression in _columns.items()}
    return SiteSettings.objects.on_day(on).annotate(**columns)[:1]


def site(request) -> SiteSettings:
    """The site's settings as they hold today, asked for once a request."""
    if not hasattr(request, "_site"):
        # Of the moment before anything was read of the page: see `next_change`.
        now = getattr(request, "asked_at", None) or timezone.now()
        rows = _rows(on=today(), now=now)
        request._site = SiteSettings.of_day(next(iter(rows), None))
    return request._site


def next_change(request) -> datetime.datetime | None:
    """When after `request.asked_at` something public changes by the clock; days of the calendar
    apart. None: there are no settings yet, so nobody knows."""
    row = site(request)
    if row._state.adding:
        return None
    moments = [moment for name in _changes if (moment := getattr(row, name))]
    return min(moments, default=NEVER)


def frame(request) -> dict:
    """For templates: `site`."""
    return {"site": site(request)}
