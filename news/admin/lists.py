"""Lists of articles: filters, folded search, actions on several, the trash, copies."""

import re

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news.admin.bulk import BulkMixin
from news.admin.download import DownloadMixin
from news.admin.duplicate import DuplicateMixin
from news.admin.list_filters import (
    AuthorFilter,
    CategoryFilter,
    KindFilter,
    LinksFilter,
    MonthFilter,
    StateFilter,
    UnitFilter,
)
from news.admin.trash import TrashMixin
from portal import text
from portal.publishing import Status

# A longer search is no search: what is looked for stands in a title.
LONGEST_SEARCH = 200
# Around a word of a folded title; both databases read these alike.
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = "(^|[^0-9a-z])", "([^0-9a-z]|$)"


class ListsMixin(DownloadMixin, BulkMixin, TrashMixin, DuplicateMixin):
    """The lists."""

    change_list_template = "admin/news/article_list.html"
    list_display = ["shown_title", "shown_status", "category", "shown_author", "shown_when"]
    list_display_links = ["shown_title"]
    sortable_by = ["shown_when"]
    list_filter = [
        StateFilter,
        KindFilter,
        AuthorFilter,
        UnitFilter,
        CategoryFilter,
        MonthFilter,
        LinksFilter,
    ]
    list_select_related = ["category", "created_by"]
    search_fields = ["title_key"]
    search_help_text = _("With or without accents; whole words, all of which the title must hold.")
    ordering = ["-saved_at"]
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_search_results(self, request, queryset, search_term):
        """Titles that hold every word, in any order, accents or not: "hoi nghi", "Hội nghị".

        Whole words: "hội nghị" is not in "hội đồng nghiệm thu". Where titles are offered while
        somebody types, the last word may be begun.
        """
        words = _words(search_term)
        begun = words[-1:] if request.path.endswith("/autocomplete/") else []
        for word in words:
            end = "" if word in begun else _NO_LETTER_AFTER
            queryset = queryset.filter(
                title_key__contains=word,  # quick, and mostly the whole answer
                title_key__regex=_NO_LETTER_BEFORE + re.escape(word) + end,
            )
        return queryset, False

    @admin.display(description=_("title"))
    def shown_title(self, article):
        if article.is_working_copy:
            return format_html("{}: {}", _("Changes to"), article.title)
        return article.title

    @admin.display(description=_("status"))
    def shown_status(self, article):
        return format_html('<span class="badge">{}</span>', article.status_line)

    @admin.display(description=_("author"))
    def shown_author(self, article):
        return article.byline or article.created_by

    @admin.display(description=_("date"), ordering="saved_at")
    def shown_when(self, article):
        """The one date that matters: of publication, else of the last change."""
        words, moment = gettext("Saved %s"), article.saved_at
        if article.is_scheduled:
            words, moment = gettext("For %s"), article.publish_at
        elif article.status == Status.PUBLISHED:
            words, moment = gettext("Published %s"), article.publish_at
        elif article.status == Status.WITHDRAWN:
            words, moment = gettext("Withdrawn %s"), article.withdrawn_at
        return words % date_format(timezone.localtime(moment), "H:i d/m/Y")


def _words(search_term: str) -> list[str]:
    """The folded words looked for, each once; one that the limit cuts in two is none."""
    start = search_term[:LONGEST_SEARCH]
    if start != search_term:
        start = start.rpartition(" ")[0]
    return list(dict.fromkeys(text.fold(start).split()))
