"""RSS feeds: the newest articles, of all, of a category with its branch, of a unit.

Each photo of an item stands in it with its caption (media:content). At most three queries.
"""

from __future__ import annotations

import html

from django.db.models import OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import rfc2822_date
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from departments import frame
from departments.models import Department
from news.models import Article, ArticlePhoto, Category, Photo, branch
from news.newest import newest_ids, of_unit_or_concerning
from news.sharing import changed
from portal.rows import RowsAsJSON
from portal.sharing import absolute, picture_of
from portal.xml import Document

ITEMS = 20

_NAMESPACES = {
    "xmlns_atom": "http://www.w3.org/2005/Atom",
    "xmlns_dc": "http://purl.org/dc/elements/1.1/",
    "xmlns_media": "http://search.yahoo.com/mrss/",
}


@require_safe
def latest(request):
    """The newest articles of all."""
    page = reverse("news:article_list")
    return _feed(request, [Article.objects.published()], of=gettext("News articles"), page=page)


@require_safe
def of_category(request, slug: str):
    """The newest articles of a category and of all below it."""
    categories = list(Category.objects.all())
    category = next((one for one in categories if one.slug == slug), None)
    if category is None:
        raise Http404
    ids = branch(category.pk, ((one.pk, one.parent_id) for one in categories))
    parts = [Article.objects.published().filter(category=pk) for pk in ids]
    page = category.get_absolute_url()
    return _feed(request, parts, of=category.name, page=page, about=category.description)


@require_safe
def of_unit(request, slug: str):
    """The newest articles that come from a unit or concern it."""
    unit = get_object_or_404(Department.objects.founded().only("name", "slug"), slug=slug)
    parts = of_unit_or_concerning(Article.objects.published(), unit)
    return _feed(request, parts, of=unit.name, page=unit.get_absolute_url())


def _feed(request, parts: list, *, of: str, page: str, about: str = ""):
    """The feed of the newest of any of the querysets.

    `of`, `page`, `about`: the name and the path of their page, and a line on it.
    """
    title = f"{of} – {frame.site(request).name}"
    items = list(_newest(parts))
    feed = Document("application/rss+xml")
    with feed.inside("rss", version="2.0", **_NAMESPACES), feed.inside("channel"):
        feed.leaf("title", title)
        feed.leaf("link", absolute(page))
        feed.leaf("description", about or title)
        feed.leaf("language", "vi")
        own = absolute(request.path)
        feed.leaf("atom:link", href=own, rel="self", type="application/rss+xml")
        if items:
            feed.leaf("lastBuildDate", _date(max(changed(article) for article in items)))
        for article in items:
            _write_item(feed, article)
    return feed.response()


def _newest(parts: list):
    """The newest of any of the querysets, with their photos as rows; one query."""
    photos = ArticlePhoto.objects.filter(article=OuterRef("pk"))
    rows = RowsAsJSON(
        photos,
        caption="caption",
        credit="photo__credit",
        image="photo__image",
        width="photo__width",
        height="photo__height",
    )
    newest = Article.objects.filter(pk__in=newest_ids(parts, rows=ITEMS))
    return newest.listed().annotate(photo_rows=rows).order_by("-publish_at", "-pk")


def _write_item(feed: Document, article: Article) -> None:
    with feed.inside("item"):
        feed.leaf("title", article.title)
        feed.leaf("link", absolute(article.get_absolute_url()))
        # The short address: it stays when the title changes, so nothing appears twice.
        short = reverse("news:article_short", args=[article.pk])
        feed.leaf("guid", absolute(short), isPermaLink="true")
        feed.leaf("pubDate", _date(article.publish_at))
        feed.leaf("category", article.category.name)
        feed.leaf_if("dc:creator", article.byline)
        feed.leaf("description", html.escape(article.teaser, quote=False))  # HTML to readers
        for row in article.photo_rows:
            _write_photo(feed, row)


def _write_photo(feed: Document, row: dict) -> None:
    photo = Photo(image=row["image"], width=row["width"], height=row["height"])
    picture = picture_of(photo.image, alt="")
    if picture is None:
        return
    size = {"width": picture.width, "height": picture.height}
    with feed.inside(
        "media:content", url=picture.address, type="image/jpeg", medium="image", **size
    ):
        feed.leaf_if("media:description", row["caption"], type="plain")
        feed.leaf_if("media:credit", row["credit"], role="photographer")


def _date(moment) -> str:
    return rfc2822_date(timezone.localtime(moment))
