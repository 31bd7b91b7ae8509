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
from portal.unions import earliest

# Name to a function of the moment that gives an expression: a further column of the one row.
_columns: dict[str, Callable] = {}
# Functions of the moment that give the moments after it at which something public changes.
_changes: list[Callable] = []
# The column of the first of them.
CHANGE = "next_change"


def add_column(name: str, expression: Callable[[datetime.datetime], object]) -> None:
    """Have `site.<name>` on every page; apps above call it when they start."""
    _columns[name] = expression


def add_change(moments: Callable[[datetime.datetime], object]) -> None:
    """Have pages kept no longer than until the first of the `moments`, a queryset of one column."""
    _changes.append(moments)


@Prepared
def _rows(on, now):
    columns = {name: expression(now) for name, expression in _columns.items()}
    columns |= {CHANGE: earliest([moments(now) for moments in _changes])}
    return SiteSettings.objects.on_day(on).annotate(**columns)[:1]


def _values(request) -> dict:
    # Of the moment before anything was read of the page: see `next_change`.
    return {"on": today(), "now": getattr(request, "asked_at", None) or timezone.now()}


def question(request) -> tuple:
    """What is asked for the frame's row today."""
    return _rows.question(_values(request))


def rows(request) -> list[tuple]:
    """The frame's row as the database gives it, asked for once a request; none without settings."""
    if not hasattr(request, "_frame"):
        request._frame = _rows.rows(**_values(request))
    return request._frame


def site(request) -> SiteSettings:
    """The site's settings as they hold today."""
    if not hasattr(request, "_site"):
        request._site = SiteSettings.of_day(next(iter(_rows.models(rows(request))), None))
    return request._site


def next_change(request) -> datetime.datetime | None:
    """When after `request.asked_at` something public changes by the clock; days of the calendar
    apart. None: there are no settings yet, so nobody knows."""
    known = rows(request)
    return (_rows.value(known, CHANGE) or NEVER) if known else None


def frame(request) -> dict:
    """For templates: `site`."""
    return {"site": site(request)}
