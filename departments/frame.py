"""What stands on every page of the site: whose it is, how to reach it, what apps above add.

One query a page, written once a process, whatever the page shows besides.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.utils import timezone

from departments.models import SiteSettings, today
from portal.prepared import Prepared

# Name to a function of the moment that gives an expression: a further column of the one row.
_columns: dict[str, Callable] = {}


def add_column(name: str, expression: Callable[[datetime.datetime], object]) -> None:
    """Have `site.<name>` on every page; apps above call it when they start."""
    _columns[name] = expression


@Prepared
def _rows(on, now):
    columns = {name: expression(now) for name, expression in _columns.items()}
    return SiteSettings.objects.on_day(on).annotate(**columns)[:1]


def site(request) -> SiteSettings:
    """The site's settings as they hold today, asked for once a request."""
    if not hasattr(request, "_site"):
        rows = _rows(on=today(), now=timezone.now())
        request._site = SiteSettings.of_day(next(iter(rows), None))
    return request._site


def frame(request) -> dict:
    """For templates: `site`."""
    return {"site": site(request)}
