"""A list of articles that costs the same with ten rows and with a hundred thousand."""

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR
from django.utils.translation import gettext

from news.states import STATES
from portal.change_list import PortalChangeList

LAST_PAGE = 10_000


class DeskChangeList(PortalChangeList):
    """Pages of fifty without a count: one row more than a page tells whether another follows.

    First the ids alone, which an index holds, then these rows.
    """

    def get_results(self, request):
        if not 1 <= self.page_num <= LAST_PAGE:
            raise IncorrectLookupParameters
        start = (self.page_num - 1) * self.list_per_page
        pks = self.queryset.values_list("pk", flat=True)[start : start + self.list_per_page + 1]
        pks = list(pks)
        if not pks and self.page_num > 1:
            raise IncorrectLookupParameters
        self.has_next = len(pks) > self.list_per_page
        of_page = pks[: self.list_per_page]
        rows = {row.pk: row for row in self._rows(of_page)} if of_page else {}
        self.result_list = [rows[pk] for pk in of_page if pk in rows]
        self.result_count = len(self.result_list)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = bool(self.result_list)
        self.full_result_count = self.result_count  # equal, so that no number is shown

    def _rows(self, pks):
        rows = self.root_queryset.filter(pk__in=pks).order_by()
        return self.apply_select_related(rows)

    def url_for_result(self, result):
        return result.get_desk_url()

    @property
    def download_query(self) -> str:
        """The query under which the whole list, whatever page is shown, can be downloaded."""
        return self.get_query_string()  # holds no page

    # ── For the template ────────────────────────────────────────────────────────────────────────
    @property
    def page_before(self) -> str:
        """The address of the page before this one, "" on the first."""
        return self.get_query_string({PAGE_VAR: self.page_num - 1}) if self.page_num > 1 else ""

    @property
    def page_after(self) -> str:
        return self.get_query_string({PAGE_VAR: self.page_num + 1}) if self.has_next else ""

    @property
    def empty_sentence(self) -> str:
        """What to do where there is nothing to see."""
        if self.query:
            return gettext(
                "No article has these words in its title. Try fewer words, with or without accents."
            )
        if self.has_active_filters:
            state = STATES.get(self.params.get("state", ""))
            alone = state and len(self.params.keys() - {"author", "o"}) == 1
            return (
                str(state.empty)
                if alone
                else gettext(
                    "No article matches what you chose. Choose less, or clear all filters."
                )
            )
        if self.opts.model_name == "report":
            return gettext("There are no reports yet. Choose “Write a conference report” to begin.")
        return gettext("There are no articles yet. Choose “Write an article” to begin.")


class WholeList(DeskChangeList):
    """The rows of all pages, asked for by whoever reads `queryset`; no page is prepared."""

    def get_results(self, request):
        self.result_list, self.result_count, self.full_result_count = [], 0, 0
        self.can_show_all = self.multi_page = self.show_admin_actions = False
