"""What search finds of the news: articles with their captions, and the files attached to them."""

from __future__ import annotations

from django.db.models import Prefetch

from departments.models import Appointment, Department, Person
from news.models import (
    Article,
    ArticlePerson,
    ArticlePhoto,
    Attachment,
    Category,
    Conference,
    Photo,
)
from portal import search
from portal.models import SearchEntry
from portal.publishing import Status
from portal.richtext import plain_text
from portal.search import Entry

KINDS = {
    Article.Kind.NEWS: "tin-tuc",
    Article.Kind.REPORT: "bao-cao",
    Article.Kind.NOTICE: "thong-bao",
}


def register() -> None:
    search.register(
        Article,
        rows=_articles,
        entry=article_entry,
        shows={
            ArticlePhoto: lambda use: [use.article_id],
            Photo: lambda photo: photo.uses.values_list("article", flat=True).distinct(),
            Attachment: lambda attachment: [attachment.article_id],
            Conference: lambda conference: [conference.article_id],
            ArticlePerson: lambda named: [named.article_id],
            Person: _articles_naming,
            Appointment: lambda term: _articles_with(term.pk),
            Category: _move_category,
            Department: _move_department,
        },
    )
    search.register(
        Attachment,
        rows=lambda attachments: _with_article(attachments),
        entry=attachment_entry,
        shows={Article: lambda article: article.attachments.values_list("pk", flat=True)},
    )


# ── Articles ────────────────────────────────────────────────────────────────────────────────────


def _articles(articles):
    """What the clock alone can make public, with all that its page names."""
    people = ArticlePerson.objects.select_related("appointment__person")
    return (
        articles.filter(status=Status.PUBLISHED, draft_of=None, deleted_at=None)
        .select_related("category", "department", "conference__chair__person")
        .defer("notice", "department__functions", "conference__chair__person__biography")
        .prefetch_related(
            Prefetch("photos", ArticlePhoto.objects.select_related("photo")),
            Prefetch("people", people),
            "attachments",
        )
    )


def article_entry(article: Article) -> Entry:
    return Entry(
        kind=KINDS[article.kind],
        title=article.title,
        text="\n".join(filter(None, _article_text(article))),
        **_shared(article),
    )


def _shared(article: Article) -> dict:
    """What an article's files share with it: address, filters and times."""
    return {
        "url": article.get_absolute_url(),
        "category": article.category.slug,
        "department": article.department.slug if article.department else "",
        "dated": article.publish_at,
        "public_from": article.publish_at,
        "public_until": article.expire_at,
    }


def _article_text(article: Article):
    """All words of its page, the text first."""
    yield article.summary
    yield plain_text(article.body)
    for use in article.photos.all():
        yield use.caption
        yield use.photo.credit
    yield article.byline
    yield article.source
    yield from (attachment.title for attachment in article.attachments.all())
    yield from (named.appointment.person.full_name for named in article.people.all())
    if conference := getattr(article, "conference", None):
        yield conference.venue
        yield conference.participants
        if conference.chair:
            yield conference.chair.person.full_name


def _articles_naming(person: Person):
    return _articles_with(*person.appointments.values_list("pk", flat=True))


def _articles_with(*terms: int):
    named = Article.objects.filter(people__appointment__in=terms)
    chaired = Article.objects.filter(conference__chair__in=terms)
    return {*named.values_list("pk", flat=True), *chaired.values_list("pk", flat=True)}


def _move_category(category: Category) -> tuple:
    _set_slug("category", category.slug, Article.objects.filter(category=category))
    return ()


def _move_department(unit: Department) -> tuple:
    _set_slug("department", unit.slug, Article.objects.filter(department=unit))
    return ()


def _set_slug(column: str, slug: str, articles) -> None:
    """An entry holds the address of its category and unit, not their names: one statement moves
    thousands of articles, and most times none."""
    entries = SearchEntry.objects.exclude(**{column: slug})
    articles, attachments = articles.order_by(), Attachment.objects.order_by()
    for kinds, things in (
        (KINDS.values(), articles.values("pk")),
        ([FILE], attachments.filter(article__in=articles.values("pk")).values("pk")),
    ):
        entries.filter(kind__in=list(kinds), object_id__in=things).update(**{column: slug})


# ── Files ───────────────────────────────────────────────────────────────────────────────────────

FILE = "tai-lieu"


def _with_article(attachments):
    return (
        attachments.filter(
            article__status=Status.PUBLISHED,
            article__draft_of=None,
            article__deleted_at=None,
        )
        .select_related("article__category", "article__department")
        .defer("article__body", "article__notice", "article__department__functions")
    )


def attachment_entry(attachment: Attachment) -> Entry:
    """A file under its title. The address is its article's: it stays when the file is replaced,
    and says what the file belongs to."""
    return Entry(kind=FILE, title=attachment.title, **_shared(attachment.article))
