"""When the clock next changes what readers see, as columns of the frame's one row.

Each is the first entry of an index, so that they cost the same however many articles there are.
"""

from django.db.models import Subquery

from news.models import Article, UrgentNotice


def _first(rows, column: str, now) -> Subquery:
    """The first moment after `now` in the column."""
    ahead = rows.filter(**{f"{column}__gt": now}).order_by(column)
    return Subquery(ahead.values(column)[:1])


AHEAD = {
    "next_publication": lambda now: _first(Article.objects.approved(), "publish_at", now),
    "next_expiry": lambda now: _first(Article.objects.approved(), "expire_at", now),
    "next_end_on_front": lambda now: _first(
        Article.objects.approved().filter(is_featured=True), "featured_until", now
    ),
    "next_notice": lambda now: _first(UrgentNotice.objects, "starts_at", now),
    "next_end_of_notice": lambda now: _first(UrgentNotice.objects, "ends_at", now),
}
