"""When the clock next changes what readers see, for the frame's one query.

Each is found in an index of moments, behind now, where little lies however many articles there are.
"""

from django.db.models import Case, F, Q, Value, When

from news.models import Article, UrgentNotice
from portal.publishing import APPROVED


def _first(rows, column: str, now):
    """The first moment after `now` in the column."""
    ahead = rows.filter(**{f"{column}__gt": now}).order_by(column)
    return ahead.values(moment=F(column))[:1]


def _articles(condition: Q = APPROVED):
    """The articles of which that is true.

    Asked as one value: SQLite would look conditions up in an index of theirs, article by article.
    """
    is_meant = Case(When(condition, then=Value(True)), default=Value(False))
    return Article.objects.alias(is_meant=is_meant).filter(is_meant=True)


AHEAD = (
    lambda now: _first(_articles(), "publish_at", now),
    lambda now: _first(_articles(), "expire_at", now),
    lambda now: _first(_articles(APPROVED & Q(is_featured=True)), "featured_until", now),
    lambda now: _first(UrgentNotice.objects, "starts_at", now),
    lambda now: _first(UrgentNotice.objects, "ends_at", now),
)
