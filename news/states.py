"""The states that the desk tells apart, as conditions: one for its lists and for the worklist."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.publishing import Status

LATELY = datetime.timedelta(days=7)


@dataclass(frozen=True)
class State:
    """`name`: in addresses; `rows(now)`: the condition; `empty`: said where there is none."""

    name: str
    label: str
    rows: Callable[[datetime.datetime], Q]
    empty: str


def _published(**more) -> Q:
    return Q(status=Status.PUBLISHED, draft_of=None, **more)


def _live(now) -> Q:
    return _published(publish_at__lte=now) & (Q(expire_at=None) | Q(expire_at__gt=now))


def _later_today(now) -> Q:
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return _published(publish_at__gt=now, publish_at__lt=day + datetime.timedelta(days=1))


STATES = {
    state.name: state
    for state in (
        State(
            "draft",
            Status.DRAFT.label,
            lambda now: Q(status=Status.DRAFT),
            _("No drafts here. Choose “Write an article” to begin one."),
        ),
        State(
            "submitted",
            Status.SUBMITTED.label,
            lambda now: Q(status=Status.SUBMITTED),
            _("No article is waiting for review."),
        ),
        State(
            "returned",
            Status.RETURNED.label,
            lambda now: Q(status=Status.RETURNED),
            _("No article has been returned to its author."),
        ),
        State(
            "scheduled",
            _("Approved, not yet published"),
            lambda now: _published(publish_at__gt=now),
            _("No article is scheduled. To schedule one, give it a time ahead and publish it."),
        ),
        State(
            "today",
            _("Scheduled for today"),
            _later_today,
            _("No article is scheduled for the rest of today."),
        ),
        State(
            "live",
            Status.PUBLISHED.label,
            _live,
            _("No published article here."),
        ),
        State(
            "expired",
            _("Published, expired"),
            lambda now: _published(publish_at__lte=now, expire_at__lte=now),
            _("No article has expired."),
        ),
        State(
            "lately",
            _("Expired in the last 7 days"),
            lambda now: _published(
                publish_at__lte=now, expire_at__lte=now, expire_at__gt=now - LATELY
            ),
            _("No article has expired in the last 7 days."),
        ),
        State(
            "withdrawn",
            Status.WITHDRAWN.label,
            lambda now: Q(status=Status.WITHDRAWN),
            _("No article has been withdrawn."),
        ),
        State(
            "copies",
            _("Changes to published articles"),
            lambda now: Q(draft_of__isnull=False),
            _("Nobody is changing a published article. Open one and choose “Change the article”."),
        ),
    )
}


def in_state(rows, name: str):
    """The rows of that state now; `name` is one of STATES."""
    return rows.filter(STATES[name].rows(timezone.now()))
