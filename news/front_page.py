"""What the news shows on the home page: a fixed number of queries, however much there is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from news.models import Article, ArticlePhoto, Category
from news.newest import newest_ids
from portal.prepared import Prepared
from portal.unions import any_of

LATEST = 5
FEATURED = 6
NOTICES = 3
# So many of the newest are enough, whatever is featured.
NEWEST = LATEST + FEATURED
REVIEWS = 3


@dataclass(frozen=True)
class Stories:
    """The lead story, the other featured ones, and the newest of the rest; none twice."""

    lead: Article | None
    featured: list[Article]
    latest: list[Article]


def stories() -> Stories:
    """What the home page shows of news and reports; one query. Notices have their own block.

    At most six are featured: by their place, then the newest; the first is the lead. Without a
    featured one it is the newest with a photo, else the newest.
    """
    articles = _stories(now=timezone.now())
    featured = sorted((one for one in articles if one.is_on_front), key=_place)[:FEATURED]
    lead, *others = featured or [_natural_lead(articles)]
    shown = {id(one) for one in (lead, *others)}
    # All newest ones are candidates, so they are those that come first.
    latest = [one for one in articles[:NEWEST] if id(one) not in shown][:LATEST]
    return Stories(lead, others, latest)


def _place(article: Article) -> tuple:
    return (article.featured_order, -article.publish_at.timestamp(), -article.pk)


def _natural_lead(articles: list[Article]) -> Article | None:
    with_photo = (article for article in articles if article.lead_photo)
    return next(with_photo, next(iter(articles), None))


@Prepared
def _stories(now):
    """The candidates, newest first: the featured, the newest with a photo, the newest of all."""
    published = Article.objects.published(at=now).exclude(kind=Article.Kind.NOTICE)
    without_end, until_later = Q(featured_until=None), Q(featured_until__gt=now)
    # Two questions, because an index answers each but not their OR.
    featured = [
        published.filter(end, is_featured=True)
        .order_by("featured_order", "-publish_at", "-pk")
        .values("pk")[:FEATURED]
        for end in (without_end, until_later)
    ]
    with_photo = published.filter(Exists(ArticlePhoto.objects.filter(article=OuterRef("pk"))))
    newest = newest_ids([published], rows=NEWEST)
    ids = any_of(*featured, with_photo.values("pk")[:1], newest)
    return (
        Article.objects.filter(pk__in=ids)
        .listed()
        .annotate(
            is_on_front=Q(is_featured=True) & (without_end | until_later),
        )
        .order_by("-publish_at", "-pk")
    )


def notices() -> list[Article]:
    return _notices(now=timezone.now())


@Prepared
def _notices(now):
    published = Article.objects.published(at=now).filter(kind=Article.Kind.NOTICE)
    return published.only("title", "slug", "publish_at")[:NOTICES]


def newest_reviews() -> list[Article]:
    """The newest report of each of the newest years under review; one query."""
    return _newest_reviews(now=timezone.now())


@Prepared
def _newest_reviews(now):
    """Of each year the first in their order, then on below that year: an index gives each step."""
    rest = reviews(at=now)
    newest = []
    for _year in range(REVIEWS):
        newest.append(rest[:1])
        below = newest[-1].values("conference__review_year")
        rest = reviews(at=now).filter(conference__review_year__lt=below)
    ids = any_of(*(one.values("pk") for one in newest))
    return reviews(at=now).filter(pk__in=ids).only("title", "slug", *_OF_CONFERENCE)


_OF_CONFERENCE = ("conference__review_year", "conference__held_on", "conference__article")


def reviews(*, at=None):
    """Published reports of annual reviews, the newest year first."""
    return (
        Article.objects.published(at=at)
        .filter(kind=Article.Kind.REPORT, conference__isnull=False)
        .select_related("conference")
        .order_by("-conference__review_year", "-conference__held_on", "-pk")
    )


def fields() -> list[Category]:
    """The top categories under which, at any depth, something is published; one query."""
    by_id = {category.pk: category for category in _categories(now=timezone.now())}
    used = {_top(category, by_id) for category in by_id.values() if category.is_used}
    return [category for category in by_id.values() if category in used]


@Prepared
def _categories(now):
    articles = Article.objects.published(at=now).filter(category=OuterRef("pk"))
    return Category.objects.annotate(is_used=Exists(articles.order_by()))


def _top(category: Category, by_id: dict[int, Category]) -> Category:
    """The topmost category above; stops where data loads made a circle."""
    for _step in by_id:
        if category.parent_id is None:
            break
        category = by_id[category.parent_id]
    return category
