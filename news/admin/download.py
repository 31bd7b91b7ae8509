"""The list as a file: the same rows, filters and order as on the screen, all pages of it."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from news.admin.change_list import DeskChangeList, WholeList
from news.admin.screen import NewsroomScreen
from portal import audit
from portal.spreadsheets import csv_lines

# Rows that are held in memory at a time.
AT_ONCE = 500
_NEEDED = (
    *("kind", "title", "slug", "status", "byline", "publish_at", "expire_at", "deleted_at"),
    *("draft_of", "created_at", "category__name", "department__name"),
    *("created_by__username", "created_by__first_name", "created_by__last_name"),
)
_RELATED = ("category", "department", "created_by")


class DownloadMixin(NewsroomScreen):
    """The button above a list that saves it as CSV."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.download_view))
        name = f"news_{self.opts.model_name}_download"
        return [path("download/", view, name=name), *super().get_urls()]

    def get_changelist(self, request, **kwargs):
        return WholeList if _is_download(request) else DeskChangeList

    def download_view(self, request):
        """What the list shows under the same query, line by line, so that any length will do."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            changelist = reverse(f"admin:news_{self.opts.model_name}_changelist")
            return redirect(f"{changelist}?{ERROR_FLAG}=1")
        audit.record("download", request=request, target=request.get_full_path())
        response = StreamingHttpResponse(
            csv_lines(self._lines(rows)), content_type="text/csv; charset=utf-8; header=present"
        )
        name = f"danh-sach-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _lines(self, rows) -> Iterator[list[str]]:
        """The names of the columns, then one line an article."""
        yield [
            gettext("Article number"),
            gettext("Kind"),
            gettext("Title"),
            gettext("Status"),
            gettext("Author"),
            gettext("Category"),
            gettext("Unit"),
            gettext("Entered at"),
            gettext("Published at"),
            gettext("Expires at"),
            gettext("Public address"),
        ]
        rows = rows.select_related(None).select_related(*_RELATED)
        for article in rows.defer(None).only(*_NEEDED).iterator(chunk_size=AT_ONCE):
            yield self._line(article)

    def _line(self, article) -> list[str]:
        public = article.is_public
        return [
            str(article.pk),
            article.get_kind_display(),
            str(self.shown_title(article)),
            str(article.status_line),
            str(self.shown_author(article) or ""),
            article.category.name,
            article.department.name if article.department else "",
            _moment(article.created_at),
            _moment(article.publish_at),
            _moment(article.expire_at),
            settings.SITE_URL + article.get_absolute_url() if public else "",
        ]


def _is_download(request) -> bool:
    match = request.resolver_match
    return match is not None and match.url_name.endswith("_download")


def _moment(moment) -> str:
    """ "23/01/2018 04:11" by Vietnam's clock, "" for none."""
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}" if moment else ""
