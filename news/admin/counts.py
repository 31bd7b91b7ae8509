"""The monthly counts of authors and photographers: a page, and the same as a spreadsheet."""

import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from news import counts
from news.admin.screen import NewsroomScreen
from news.models import Article
from portal import audit
from portal.files import DOCUMENT_TYPES

FIRST_YEAR = 1945


class CountsScreen(NewsroomScreen):
    """A part of the articles' screen."""

    def get_urls(self):
        page = self.admin_site.admin_view(require_safe(self.counts_view))
        sheet = self.admin_site.admin_view(require_safe(self.counts_sheet_view))
        return [
            path("counts/", page, name="news_counts"),
            path("counts/sheet/", sheet, name="news_counts_sheet"),
            *super().get_urls(),
        ]

    def counts_view(self, request):
        found = self._counts(request)
        context = {
            "title": gettext("Articles and photos by month"),
            "month": found.month,
            "months": range(1, 13),
            "years": _years(),
            "headings": counts.headings(),
            "rows": [(counts.shown_name(row), row.numbers) for row in found.rows],
            "total": found.total.numbers,
            "withdrawn": [one for one in found.articles if one.status == "withdrawn"],
        }
        return self.page(request, "counts.html", context)

    def counts_sheet_view(self, request):
        from news.counts_sheet import spreadsheet  # heavy, and asked for once a month

        found = self._counts(request)
        response = HttpResponse(spreadsheet(found), content_type=DOCUMENT_TYPES["xlsx"])
        name = f"nhuan-but-{found.month:%Y-%m}.xlsx"
        audit.record("export", request=request, target=name)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @staticmethod
    def _counts(request) -> counts.Counts:
        if not counts.may_count(request.user):
            raise PermissionDenied
        return counts.Counts(_month(request.GET))


def _month(chosen) -> datetime.date:
    """The first day of the month in the address; of this month where it names none."""
    try:
        month = datetime.date(int(chosen.get("year", "")), int(chosen.get("month", "")), 1)
    except ValueError:
        month = timezone.localdate().replace(day=1)
    known = FIRST_YEAR <= month.year <= timezone.localdate().year
    return month if known else timezone.localdate().replace(day=1)


def _years() -> list[int]:
    """This year and those before it in which something was published, the newest first."""
    dated = Article.objects.published().order_by("publish_at", "pk")
    first = dated.values_list("publish_at", flat=True).first() or timezone.now()
    last = timezone.localdate().year
    return list(range(last, max(timezone.localdate(first).year, last - 99) - 1, -1))
