"""When the clock next changes what readers see, as columns of the frame's one query.

Each is found in an index of moments, behind now, where little lies however many articles there are.
"""

from django.db.models import Case, Q, Subquery, Value, When

from news.models import Article, UrgentNotice
from portal.publishing import APPROVED


def _first(rows, column: str, now) -> Subquery:
    """The first moment after `now` in the column."""
    ahead = rows.filter(**{f"{column}__gt": now}).order_by(column)
    return Subquery(ahead.values(column)[:1])


def _articles(condition: Q = APPROVED):
    """The articles of which that is true.

    Asked as one value: SQLite would look conditions up in an index of theirs, article by article.
    """
    is_meant = Case(When(condition, then=Value(True)), default=Value(False))
    return Article.objects.alias(is_meant=is_meant).filter(is_meant=True)


AHEAD = {
    "next_publication": lambda now: _first(_articles(), "publish_at", now),
    "next_expiry": lambda now: _first(_articles(), "expire_at", now),
    "next_end_on_front": lambda now: _first(
        _articles(APPROVED & Q(is_featured=True)), "featured_until", now
    ),
    "next_notice": lambda now: _first(UrgentNotice.objects, "starts_at", now),
    "next_end_of_notice": lambda now: _first(UrgentNotice.objects, "ends_at", now),
}
