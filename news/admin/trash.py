"""The trash of the newsroom: throwing away, the list of what lies there, taking out again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext

from news import trash
from news.admin.change_list import LAST_PAGE
from news.admin.screen import NewsroomScreen
from news.models import Article
from portal.models import User
from portal.publishing import CHANGED_MEANWHILE, Refused
from portal.text import row_number


class TrashMixin(NewsroomScreen):
    """Throws one article away, after a page that says what will happen."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.trash_view)
        name = f"news_{self.opts.model_name}_trash"
        return [path("<int:pk>/trash/", view, name=name), *super().get_urls()]

    def trash_view(self, request, pk):
        if trash.in_trash(request.user).filter(pk=pk).exists():  # a second click
            return redirect(reverse("admin:news_trash"))
        article = self.visible_article(request, pk)
        if article.is_working_copy or not trash.may_trash(article, request.user):
            raise PermissionDenied
        if request.method == "POST":
            return self._throw_away(request, article)
        context = {
            "title": gettext("Move to the trash"),
            "days": trash.KEPT.days,
            "copy": getattr(article, "working_copy", None),
            "back": self.url_of("change", article),
        }
        return self.page(request, "trash_confirm.html", context, article=article)

    def _throw_away(self, request, article):
        """Of the version that the page was about: what changed since then is looked at first."""
        try:
            if request.POST.get("version") != str(article.version):
                raise Refused(CHANGED_MEANWHILE)
            trash.trash(article, by=request.user)
        except Refused as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect(self.url_of("change", article))
        words = gettext("“%(title)s” is in the trash. It can be restored for %(days)s days.")
        messages.success(request, words % {"title": article.title, "days": trash.KEPT.days})
        return redirect(reverse("admin:news_trash"))

    def form_context(self, request, article):
        return super().form_context(request, article) | self._trash_address(request, article)

    def status_context(self, request, article):
        return super().status_context(request, article) | self._trash_address(request, article)

    def _trash_address(self, request, article) -> dict:
        shown = article and not article.is_working_copy and trash.may_trash(article, request.user)
        return {"trash_url": self.url_of("trash", article) if shown else ""}


class TrashScreen(NewsroomScreen):
    """The list of what lies in the trash, of all kinds; a part of the articles' screen."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.trash_list_view)
        return [path("trash/", view, name="news_trash"), *super().get_urls()]

    def trash_list_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._take_out(request)
        page, soon = _page_number(request), "soon" in request.GET
        start = (page - 1) * self.list_per_page
        rows = trash.in_trash(request.user).defer("body").select_related("category")
        rows = trash.soon_gone(rows) if soon else rows
        rows = list(rows[start : start + self.list_per_page + 1])
        shown = _described(rows[: self.list_per_page])
        context = {
            "title": gettext("Trash"),
            "rows": shown,
            "days": trash.KEPT.days,
            "soon": soon,
            "page_before": page - 1,
            "page_after": page + 1 if len(rows) > self.list_per_page else 0,
        }
        return self.page(request, "trash.html", context)

    def _take_out(self, request):
        one = request.POST.get("one")
        pks = [one] if one else request.POST.getlist("chosen")[: self.list_per_page]
        pks = [pk for pk in pks if row_number(pk)]
        if not pks:
            messages.error(request, gettext("Tick the articles that should come back."))
        done = 0
        for article in trash.in_trash(request.user).filter(pk__in=pks):
            try:
                with transaction.atomic():
                    trash.restore(article, by=request.user)
                done += 1
            except Refused as refusal:
                words = gettext("Not done for “%(title)s”: %(reasons)s")
                reasons = " ".join(refusal.reasons)
                messages.error(request, words % {"title": article.title, "reasons": reasons})
        if done:
            words = ngettext(
                "%s article is back, in the state it had.",
                "%s articles are back, in the state they had.",
                done,
            )
            messages.success(request, words % done)
        return redirect(reverse("admin:news_trash"))


def _page_number(request) -> int:
    return min(row_number(request.GET.get("p")) or 1, LAST_PAGE)


def _described(rows: list[Article]) -> list[Article]:
    """The rows with `trashed_by` and `days_left`, for all in one query."""
    users = User.objects.in_bulk({row.trashed_by_id for row in rows} - {None})
    for row in rows:
        row.trashed_by = users.get(row.trashed_by_id)
        row.days_left = trash.days_left(row)
    return rows
