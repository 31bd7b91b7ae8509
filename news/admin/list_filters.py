"""The filters beside lists of articles. Each shows a few choices by one indexed question.

Whether a colleague or a unit has articles at all is no secret among staff; which ones, the list
itself decides.
"""

import datetime

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import Department
from news.models import Article, BrokenLink, Category
from news.models.articles import branch
from news.states import STATES, in_state
from portal.models import User
from portal.text import row_number

# The value that stands for whoever looks; a number is an account.
MINE = "me"
INDENT = "   "


class DeskFilter(admin.SimpleListFilter):
    """A filter that stays closed until it is used: the list is what people come for."""

    template = "admin/news/filter.html"
    is_open = False

    @property
    def chosen(self):
        """The words of the choice that is made, "" for none."""
        labels = {str(value): label for value, label in self.lookup_choices}
        return labels.get(self.value() or "", "")


class StateFilter(DeskFilter):
    title = _("status")
    parameter_name = "state"
    is_open = True

    def lookups(self, request, model_admin):
        return [(state.name, state.label) for state in STATES.values()]

    def queryset(self, request, queryset):
        if self.value() in STATES:
            return in_state(queryset, self.value())
        return queryset


class KindFilter(DeskFilter):
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return Article.Kind.choices

    def queryset(self, request, queryset):
        if self.value() in Article.Kind.values:
            return queryset.filter(kind=self.value())
        return queryset


class LinksFilter(DeskFilter):
    """What the last look at the links found (news/broken_links.py)."""

    title = _("links")
    parameter_name = "links"

    def lookups(self, request, model_admin):
        return [("broken", _("Broken links"))]

    def queryset(self, request, queryset):
        if self.value() != "broken":
            return queryset
        return queryset.filter(Exists(BrokenLink.objects.filter(article=OuterRef("pk"))))


class NumberFilter(DeskFilter):
    """A filter whose value is the id of a row; anything else is no address of ours."""

    def number(self) -> int | None:
        if self.value() is None:
            return None
        number = row_number(self.value())
        if number is None:
            raise IncorrectLookupParameters
        return number


class AuthorFilter(NumberFilter):
    """The account that entered an article: what is shown to readers is the byline."""

    title = _("entered by")
    parameter_name = "author"

    def lookups(self, request, model_admin):
        has = Exists(Article.objects.filter(created_by=OuterRef("pk")))
        writers = User.objects.exclude(pk=request.user.pk).filter(has)
        names = sorted((str(user), user.pk) for user in writers)
        return [(MINE, _("Me")), *((pk, name) for name, pk in names)]

    def queryset(self, request, queryset):
        if self.value() == MINE:
            return queryset.filter(created_by=request.user)
        number = self.number()
        return queryset if number is None else queryset.filter(created_by=number)


class UnitFilter(NumberFilter):
    title = _("unit")
    parameter_name = "unit"

    def lookups(self, request, model_admin):
        has = Exists(Article.objects.filter(department=OuterRef("pk")))
        units = Department.objects.filter(has).order_by("order", "name")
        return list(units.values_list("pk", "name"))

    def queryset(self, request, queryset):
        number = self.number()
        return queryset if number is None else queryset.filter(department=number)


class CategoryFilter(NumberFilter):
    """A category with all below it, as readers see it."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request, model_admin):
        self.rows = list(Category.objects.values_list("pk", "parent_id", "name"))
        return list(self._lines(parent=None, depth=0))

    def _lines(self, *, parent, depth):
        for pk, above, name in self.rows:
            if above == parent:
                yield pk, INDENT * depth + name
                yield from self._lines(parent=pk, depth=depth + 1)

    def queryset(self, request, queryset):
        number = self.number()
        if number is None:
            return queryset
        below = branch(number, [(pk, parent) for pk, parent, _name in self.rows])
        return queryset.filter(category__in=below)


class MonthFilter(DeskFilter):
    """The year or month of publication, of saving for what has no time: "2018", "2018-01"."""

    title = _("date")
    parameter_name = "month"

    def lookups(self, request, model_admin):
        published = Article.objects.published().order_by("publish_at", "pk")
        first = published.values_list("publish_at", flat=True).first() or timezone.now()
        now = timezone.localtime().year
        years = range(now, max(timezone.localtime(first).year, now - 99) - 1, -1)
        return list(self._lines(years))

    def _lines(self, years):
        chosen = (self.value() or "")[:4]
        for year in years:
            yield str(year), str(year)
            if str(year) == chosen:
                for month in range(12, 0, -1):
                    label = datetime.date(year, month, 1)
                    yield f"{year}-{month:02}", f"{INDENT}{label:%m/%Y}"

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        start, end = span(self.value())
        return queryset.filter(
            Q(publish_at__gte=start, publish_at__lt=end)
            | Q(publish_at=None, saved_at__gte=start, saved_at__lt=end)
        )


def span(month: str) -> tuple[datetime.datetime, datetime.datetime]:
    """The moments between which a year or month lies, by Vietnam's clock."""
    year, dash, number = month.partition("-")
    try:
        start = datetime.datetime(int(year), int(number) if dash else 1, 1)
        if not 1900 <= start.year <= 2200:
            raise ValueError(month)
    except ValueError as error:
        raise IncorrectLookupParameters from error
    days = 32 if dash else 366
    end = (start + datetime.timedelta(days=days)).replace(day=1)
    end = end if dash else start.replace(year=start.year + 1)
    return timezone.make_aware(start), timezone.make_aware(end)
