"""How the library is narrowed down."""

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from news.models import Article, ArticlePhoto, Photo

MOST_CREDITS = 20
YES_NO = {"1": True, "0": False}


def uses_seen_by(user):
    """The uses of one photo (an outer query's) in articles that the user may open."""
    seen = Article.objects.visible_to(user).order_by().values("pk")
    return ArticlePhoto.objects.filter(photo=OuterRef("pk"), article__in=seen).order_by()


class UsedFilter(admin.SimpleListFilter):
    title = _("use")
    parameter_name = "used"

    def lookups(self, request, model_admin):
        return [("1", _("Used in an article")), ("0", _("Not used yet"))]

    def queryset(self, request, queryset):
        if (wanted := YES_NO.get(self.value())) is None:
            return queryset
        used = Exists(uses_seen_by(request.user))
        return queryset.filter(used if wanted else ~used)


class DescribedFilter(admin.SimpleListFilter):
    title = _("description")
    parameter_name = "described"

    def lookups(self, request, model_admin):
        return [("0", _("Without a description")), ("1", _("With a description"))]

    def queryset(self, request, queryset):
        if (wanted := YES_NO.get(self.value())) is None:
            return queryset
        return queryset.exclude(alt="") if wanted else queryset.filter(alt="")


class CreditFilter(admin.SimpleListFilter):
    """The photographers with most photos; the others are found by the search."""

    title = _("photographer")
    parameter_name = "credit"

    def lookups(self, request, model_admin):
        named = Photo.objects.exclude(credit="").order_by().values_list("credit")
        often = named.annotate(times=Count("pk")).order_by("-times", "credit")[:MOST_CREDITS]
        return [*((credit, credit) for credit, _times in often), ("-", _("Not named"))]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(credit="" if self.value() == "-" else self.value())
