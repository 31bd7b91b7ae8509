"""What each author and photographer contributed in a month, for royalties.

The names are those that readers see: the byline of an article, the credit under a photo.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext

from news.models import Article, ArticlePhoto
from portal.models import User
from portal.publishing import Status, is_reviewer, right
from portal.text import normalize_line, person_sort_key

Kind = Article.Kind


def may_count(user) -> bool:
    """Royalties are seen by those who review and those who keep the accounts."""
    return is_reviewer(user, Article) or user.has_perm(right(User, "change"))


@dataclass
class Row:
    """One name's numbers; what was withdrawn is counted apart and in no other column."""

    name: str
    news: int = 0
    reports: int = 0
    notices: int = 0
    photos: int = 0
    withdrawn: int = 0
    withdrawn_photos: int = 0

    @property
    def numbers(self) -> list[int]:
        return [getattr(self, name) for name in NUMBERS]


NUMBERS = ("news", "reports", "notices", "photos", "withdrawn", "withdrawn_photos")
_COLUMN_OF = {Kind.NEWS: "news", Kind.REPORT: "reports", Kind.NOTICE: "notices"}


@dataclass
class Counts:
    """The counts of the month that begins on `month`, a first day, by Vietnam's calendar."""

    month: datetime.date
    articles: list[Article] = field(init=False)
    photos: list[ArticlePhoto] = field(init=False)

    def __post_init__(self):
        rows = _of_month(self.month).only("kind", "title", "slug", "byline", "status", "publish_at")
        self.articles = list(rows.order_by("publish_at", "pk"))
        uses = ArticlePhoto.objects.filter(article__in=_of_month(self.month).values("pk"))
        uses = uses.select_related("photo", "article").only(
            "caption",
            "photo__credit",
            *(f"article__{name}" for name in ("title", "slug", "status", "publish_at")),
        )
        self.photos = list(uses.order_by("article__publish_at", "article", "order", "pk"))

    @property
    def rows(self) -> list[Row]:
        """By name, as Vietnamese names sort; what names nobody comes last, under ""."""
        found: dict[str, Row] = {}
        for article in self.articles:
            column = "withdrawn" if is_withdrawn(article) else _COLUMN_OF[article.kind]
            _add(found, article.byline, column)
        for use in self.photos:
            column = "withdrawn_photos" if is_withdrawn(use.article) else "photos"
            _add(found, use.photo.credit, column)
        return sorted(found.values(), key=lambda row: (row.name == "", person_sort_key(row.name)))

    @property
    def total(self) -> Row:
        total = Row("")
        for row in self.rows:
            for name in NUMBERS:
                setattr(total, name, getattr(total, name) + getattr(row, name))
        return total


def _add(found: dict[str, Row], name: str, column: str) -> None:
    row = found.setdefault(normalize_line(name), Row(normalize_line(name)))
    setattr(row, column, getattr(row, column) + 1)


def is_withdrawn(article: Article) -> bool:
    return article.status == Status.WITHDRAWN


def _of_month(month: datetime.date):
    """What readers could first read in that month: published, also expired since, or withdrawn."""
    start, end = (timezone.make_aware(_midnight(day)) for day in (month, next_month(month)))
    rows = Article.objects.filter(draft_of=None, deleted_at=None)
    rows = rows.filter(publish_at__gte=start, publish_at__lt=end, publish_at__lte=timezone.now())
    withdrawn = Q(status=Status.WITHDRAWN, withdrawn_at__gte=F("publish_at"))
    return rows.filter(Q(status=Status.PUBLISHED) | withdrawn)


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time())


def next_month(month: datetime.date) -> datetime.date:
    return (month.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


# ── On the page as in the sheet ─────────────────────────────────────────────────────────────────
def headings() -> list[str]:
    """The columns of the sums."""
    return [
        gettext("Author, photographer"),
        gettext("News"),
        gettext("Reports"),
        gettext("Notices"),
        gettext("Photos shown"),
        gettext("Withdrawn articles"),
        gettext("Photos in withdrawn articles"),
    ]


def shown_name(row: Row) -> str:
    return row.name or gettext("Nobody named")
