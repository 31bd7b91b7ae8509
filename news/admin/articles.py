"""The two screens of the newsroom: articles, and reports of conferences."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from news.admin.counts import CountsScreen
from news.admin.inlines import ConferenceInline
from news.admin.list_filters import AuthorFilter, LinksFilter, MonthFilter, StateFilter, UnitFilter
from news.admin.newsroom import NewsroomAdmin
from news.admin.own_texts import OwnTextsMixin
from news.admin.trash import TrashScreen
from news.models import Article, Report


@admin.register(Article)
class ArticleAdmin(OwnTextsMixin, TrashScreen, CountsScreen, NewsroomAdmin):
    """News and notices; the list shows reports too, each row leads to its own screen."""

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if _is_list(request):
            return rows
        return rows.exclude(kind=Article.Kind.REPORT)

    def get_search_results(self, request, queryset, search_term):
        """Other screens that look for an article here (related ones) find reports too."""
        if request.path.endswith("/autocomplete/"):
            queryset = Article.objects.visible_to(request.user).filter(draft_of=None)
        return super().get_search_results(request, queryset, search_term)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "kind" in form.base_fields:
            form.base_fields["kind"].choices = [
                (kind.value, kind.label) for kind in (Article.Kind.NEWS, Article.Kind.NOTICE)
            ]
        return form


@admin.register(Report)
class ReportAdmin(NewsroomAdmin):
    """Reports of conferences, with the conference in the same form."""

    inlines = [ConferenceInline, *NewsroomAdmin.inlines]
    sortable_by = ["review_year", "held_on", "shown_when"]
    list_select_related = [*NewsroomAdmin.list_select_related, "conference__chair__person"]
    list_display = [
        "shown_title",
        "shown_status",
        "review_year",
        "held_on",
        "chair",
        "shown_when",
    ]
    list_filter = [
        StateFilter,
        "conference__review_year",
        AuthorFilter,
        UnitFilter,
        MonthFilter,
        LinksFilter,
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind=Article.Kind.REPORT)

    def get_exclude(self, request, obj=None):
        return ["kind"]

    def save_model(self, request, obj, form, change):
        obj.kind = Article.Kind.REPORT
        super().save_model(request, obj, form, change)

    @admin.display(description=_("year under review"), ordering="conference__review_year")
    def review_year(self, report):
        return report.conference.review_year if hasattr(report, "conference") else None

    @admin.display(description=_("held on"), ordering="conference__held_on")
    def held_on(self, report):
        return report.conference.held_on if hasattr(report, "conference") else None

    @admin.display(description=_("chaired by"), ordering="conference__chair__person__sort_key")
    def chair(self, report):
        chair = report.conference.chair if hasattr(report, "conference") else None
        return chair.person if chair else None


def _is_list(request) -> bool:
    """Whether the list is asked for, on the screen or as a file, and not one article."""
    match = request.resolver_match
    return match is not None and match.url_name in {
        "news_article_changelist",
        "news_article_download",
    }
