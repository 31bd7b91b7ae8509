"""Site maps for search engines: an index and its parts, each at a bounded cost.

Articles are cut by ranges of ids, not by pages: page 500 of a list costs the database what all
before it cost, and an arriving article would shift every page.
"""

from __future__ import annotations

import datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from departments import frame
from departments import sitemaps as departments_sitemaps
from news import front_page
from news.models import Article, ArticlePhoto, Category, Conference
from news.sharing import changed
from portal.addresses import Address
from portal.sharing import absolute, picture_of
from portal.xml import Document

# 50 MB a part is the limit: so an article may have fifty photos with long captions.
RANGE = 1000
# What Google takes for news: two days, a thousand articles.
NEWS_AGE = datetime.timedelta(days=2)
NEWS_ITEMS = 1000

_PART = Address("news:sitemap_articles", "number")

_SITEMAP = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}
_IMAGES = {"xmlns_image": "http://www.google.com/schemas/sitemap-image/1.1"}
_NEWS = {"xmlns_news": "http://www.google.com/schemas/sitemap-news/0.9"}


@require_safe
def index(request):
    """The parts; three queries, each of one row, and one for how long they hold."""
    # Whatever their state: the public ones would cost a database a walk through all articles.
    ids = Article.objects.values_list("pk", flat=True)
    first, last = ids.order_by("pk").first() or 1, ids.order_by("-pk").first() or 0
    numbers = range((first - 1) // RANGE, -(-last // RANGE))
    document = _document()
    with document.inside("sitemapindex", **_SITEMAP):
        site = settings.SITE_URL
        document.add(_part(site, reverse("news:sitemap_pages")))
        document.add(_parts(site, numbers))
        if _fresh().exists():
            document.add(_part(site, reverse("news:sitemap_news")))
    return document.response()


@lru_cache(maxsize=2)
def _parts(site: str, numbers: range) -> str:
    """The lines of the articles' parts, the same until the next thousand articles."""
    return "".join(_part(site, _PART(number=number + 1)) for number in numbers)


def _part(site: str, path: str) -> str:
    return f"<sitemap><loc>{escape(site + path)}</loc></sitemap>"


@require_safe
def pages(request):
    """All that is no article; five queries."""
    names = ("home", "news:article_list", "news:report_list", "site_map")
    addresses = [reverse(name) for name in names] + departments_sitemaps.addresses()
    addresses += [one.get_absolute_url() for one in Category.objects.only("slug")]
    addresses += [reverse("news:report_year", args=[year]) for year in review_years()]
    document = _document()
    with document.inside("urlset", **_SITEMAP):
        for address in addresses:
            _write_page(document, address)
    return document.response()


@require_safe
def articles(request, number: int):
    """The articles of a range of ids with their photos; three queries.

    A range may hold nothing public; a map without addresses would be an error, so it holds the
    news list's.
    """
    start, end = (number - 1) * RANGE, number * RANGE
    published = Article.objects.published().order_by("pk")
    found = list(_with_photos(published.filter(pk__gt=start, pk__lte=end)))
    if not found and (number == 0 or not Article.objects.filter(pk__gt=start).exists()):
        raise Http404
    document = _document()
    with document.inside("urlset", **_SITEMAP, **_IMAGES):
        for article in found:
            _write_article(document, article)
        if not found:
            _write_page(document, reverse("news:article_list"))
    return document.response()


@require_safe
def news(request):
    """What was published in the last two days; two queries."""
    name = frame.site(request).name
    document = _document()
    with document.inside("urlset", **_SITEMAP, **_NEWS):
        for article in _fresh().only("slug", "title", "publish_at")[:NEWS_ITEMS]:
            _write_news(document, article, name)
    return document.response()


def review_years() -> list[int]:
    """The years of which a report is public, the newest first; one query."""
    # From the few conferences to their articles: the other way is through all articles.
    public = front_page.reviews().order_by().filter(pk=OuterRef("article"))
    years = Conference.objects.filter(Exists(public)).order_by("-review_year")
    return list(years.values_list("review_year", flat=True).distinct())


def _document() -> Document:
    return Document("application/xml")


def _fresh():
    return Article.objects.published().filter(publish_at__gt=timezone.now() - NEWS_AGE)


def _with_photos(published):
    uses = ArticlePhoto.objects.select_related("photo").only(
        "article", "caption", "alt", "is_decorative", "photo__alt", "photo__image", "photo__width",
        "photo__height", "photo__checksum",
    )  # fmt: skip
    columns = published.only("slug", "publish_at", "content_changed_at")
    return columns.prefetch_related(Prefetch("photos", uses))


def _write_page(document: Document, address: str) -> None:
    with document.inside("url"):
        document.leaf("loc", absolute(address))


def _write_article(document: Document, article: Article) -> None:
    with document.inside("url"):
        document.leaf("loc", absolute(article.get_absolute_url()))
        document.leaf("lastmod", _iso(changed(article)))
        for use in article.photos.all():
            if picture := picture_of(use.photo.image, alt=use.described):
                with document.inside("image:image"):
                    document.leaf("image:loc", picture.address)
                    document.leaf_if("image:caption", use.caption)
                    document.leaf_if("image:title", picture.alt)


def _write_news(document: Document, article: Article, publication: str) -> None:
    with document.inside("url"):
        document.leaf("loc", absolute(article.get_absolute_url()))
        with document.inside("news:news"):
            with document.inside("news:publication"):
                document.leaf("news:name", publication)
                document.leaf("news:language", "vi")
            document.leaf("news:publication_date", _iso(article.publish_at))
            document.leaf("news:title", article.title)


def _iso(moment: datetime.datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")
