"""What a reader narrows a list of articles down to: category, kind, unit, year and month.

Every filter is a parameter of the address, so that a narrowed list can be shared and kept.
"""

from __future__ import annotations

import datetime
import re

from django.db.models import Subquery
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from departments.models import Department, today
from news.models import Article, Category, branch
from news.newest import EARLIEST, LATEST, Choice
from portal.prepared import Prepared

CATEGORY, KIND, UNIT, YEAR, MONTH = "chuyen-muc", "loai", "don-vi", "nam", "thang"
# The words of the addresses; they never change, whatever the screen calls them.
KINDS = {
    "tin-tuc": (Article.Kind.NEWS, _("News")),
    "bao-cao": (Article.Kind.REPORT, _("Conference reports")),
    "thong-bao": (Article.Kind.NOTICE, _("Notices")),
}


def categories() -> list[Category]:
    """All categories in their order, with `.oldest`, when the site's first article came; one query.

    There are a few dozen at most.
    """
    return _categories(now=timezone.now())


@Prepared
def _categories(now):
    public = Article.objects.published(at=now).order_by("publish_at")
    return Category.objects.annotate(oldest=Subquery(public.values("publish_at")[:1]))


class Filters:
    """The filters of a request: what they say, and the choice of articles they make.

    `of`: the category whose page it is; its branch is the widest choice then. What is no filter
    (an unknown category, the year "abc") answers 404, as any other page that does not exist.
    """

    def __init__(self, query: QueryDict, known: list[Category], *, of: Category | None = None):
        self.known, self.of = known, of
        self.category = of or self._category(query.get(CATEGORY, ""))
        self.kind = _one_of(query.get(KIND, ""), KINDS)
        self.unit = _unit(query.get(UNIT, ""))
        self.year = _number(query.get(YEAR, ""), self.years())
        self.month = _number(query.get(MONTH, ""), range(1, 13)) if self.year else 0

    def _category(self, slug: str) -> Category | None:
        by_slug = {category.slug: category for category in self.known}
        return by_slug[_one_of(slug, by_slug)] if slug else None

    def years(self) -> list[int]:
        """The years from now back to the site's first article."""
        first = self.known[0].oldest if self.known else None
        this_year = timezone.localdate().year
        return list(range(this_year, _local(first).year - 1 if first else this_year - 1, -1))

    @property
    def kept(self) -> dict:
        """The parameters that every address of the list holds."""
        values = {
            CATEGORY: self.category.slug if self.category and not self.of else "",
            KIND: self.kind,
            UNIT: self.unit.slug if self.unit else "",
            YEAR: self.year,
            MONTH: self.month,
        }
        return {name: value for name, value in values.items() if value}

    def months(self) -> list[tuple[int, str]]:
        """The months of the chosen year that have begun, each with its query."""
        today = timezone.localdate()
        last = today.month if self.year == today.year else 12
        return [(month, urlencode(self.kept | {MONTH: month})) for month in range(1, last + 1)]

    @property
    def choice(self) -> Choice:
        since, before = self._bounds()
        return Choice(
            categories=tuple(self._branch()),
            unit=self.unit.pk if self.unit else 0,
            kind=KINDS[self.kind][0].value if self.kind else "",
            since=since,
            before=before,
        )

    def _branch(self) -> list[int]:
        if self.category is None:
            return []
        return branch(self.category.pk, ((one.pk, one.parent_id) for one in self.known))

    def _bounds(self) -> tuple[datetime.datetime, datetime.datetime]:
        if not self.year:
            return EARLIEST, LATEST
        first, last = (self.month, self.month) if self.month else (1, 12)
        following = (self.year + 1, 1) if last == 12 else (self.year, last + 1)
        return _start(self.year, first), _start(*following)

    def in_words(self) -> list[str]:
        """What the list is narrowed to, for its title: ["Thanh tra", "năm 2016"]."""
        words = [
            str(self.category) if self.category and not self.of else "",
            str(KINDS[self.kind][1]) if self.kind else "",
            str(self.unit or ""),
            self.time_in_words(),
        ]
        return [word for word in words if word]

    def time_in_words(self) -> str:
        if self.month:
            return gettext("month %(month)s/%(year)s") % {
                "month": f"{self.month:02d}" if self.month <= 2 else self.month,
                "year": self.year,
            }
        return gettext("year %(year)s") % {"year": self.year} if self.year else ""


def _start(year: int, month: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime(year, month, 1))


def _local(moment: datetime.datetime) -> datetime.datetime:
    return timezone.localtime(moment)


def _one_of(value: str, known) -> str:
    if value and value not in known:
        raise Http404
    return value


def _number(value: str, known) -> int:
    if not value:
        return 0
    number = int(value) if re.fullmatch("[1-9][0-9]{0,3}", value) else 0
    if number not in known:
        raise Http404
    return number


def _unit(slug: str) -> Department | None:
    if not slug:
        return None
    unit = next(iter(_units(slug=slug, on=today())), None)
    if unit is None:
        raise Http404
    return unit


@Prepared
def _units(slug, on):
    return Department.objects.founded(on=on).filter(slug=slug).only("name", "slug")
