"""What the news shows on the home page: a fixed number of queries, however much there is."""

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from news.models import Article, ArticlePhoto, Category

LATEST = 5
NOTICES = 3
REVIEWS = 3


def lead_and_latest() -> tuple[Article | None, list[Article]]:
    """The lead story and the newest others; two queries. Notices have a block of their own.

    The lead is the newest featured article, else the newest with a photo, else the newest.
    """
    published = Article.objects.published().exclude(kind=Article.Kind.NOTICE)
    newest = published.values("pk")[: LATEST + 1]
    with_photo = published.filter(Exists(ArticlePhoto.objects.filter(article=OuterRef("pk"))))
    lead_id = Coalesce(
        Subquery(_featured(published).values("pk")[:1]), Subquery(with_photo.values("pk")[:1])
    )
    articles = list(published.listed().filter(Q(pk=lead_id) | Q(pk__in=newest)))
    lead = _lead(articles)
    return lead, [article for article in articles if article is not lead][:LATEST]


def _featured(articles):
    now = timezone.now()
    return articles.filter(Q(featured_until=None) | Q(featured_until__gt=now), is_featured=True)


def _lead(articles: list[Article]) -> Article | None:
    """The lead among articles that surely hold it, newest first."""
    now = timezone.now()
    for article in articles:
        if article.is_featured and (article.featured_until is None or article.featured_until > now):
            return article
    with_photo = (article for article in articles if article.lead_photo)
    return next(with_photo, next(iter(articles), None))


def notices() -> list[Article]:
    published = Article.objects.published().filter(kind=Article.Kind.NOTICE)
    return list(published.only("title", "slug", "publish_at")[:NOTICES])


def newest_reviews() -> list[Article]:
    """The newest report of each of the newest years under review; one query."""
    reports = reviews().defer("body", "notice")[: REVIEWS * 3]
    by_year = {}
    for report in reports:
        by_year.setdefault(report.conference.review_year, report)
    return list(by_year.values())[:REVIEWS]


def reviews():
    """Published reports of annual reviews, the newest year first."""
    return (
        Article.objects.published()
        .filter(kind=Article.Kind.REPORT, conference__isnull=False)
        .select_related("conference")
        .order_by("-conference__review_year", "-conference__held_on", "-pk")
    )


def fields() -> list[Category]:
    """The top categories under which, at any depth, something is published; one query."""
    articles = Article.objects.published().filter(category=OuterRef("pk"))
    categories = Category.objects.annotate(is_used=Exists(articles.order_by()))
    by_id = {category.pk: category for category in categories}
    used = {_top(category, by_id) for category in by_id.values() if category.is_used}
    return [category for category in by_id.values() if category in used]


def _top(category: Category, by_id: dict[int, Category]) -> Category:
    """The topmost category above; stops where data loads made a circle."""
    for _step in by_id:
        if category.parent_id is None:
            break
        category = by_id[category.parent_id]
    return category
