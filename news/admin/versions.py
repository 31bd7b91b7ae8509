"""Past versions of an article: the list, the comparison in words, restoring one."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from reversion.models import Version

from news import copies, versions
from news.admin.screen import NewsroomScreen
from portal.publishing import Refused, Status

PER_PAGE = 50
# What can be compared beside numbers of versions: this row, and what readers see.
NOW, LIVE = "now", "live"


@dataclass(frozen=True)
class Side:
    """One of the two sides of a comparison."""

    name: str
    snapshot: versions.Snapshot
    # Where it stands in time: older versions, then what readers see, then the row as it is now.
    place: tuple[int, int]


class VersionsMixin(NewsroomScreen):
    """History, comparison, restoration. All hangs on the live row: a working copy shows its."""

    def get_urls(self):
        name = f"news_{self.opts.model_name}"
        compare = self.admin_site.admin_view(self.compare_view)
        restore = self.admin_site.admin_view(self.restore_view)
        return [
            path("<int:pk>/compare/", compare, name=f"{name}_compare"),
            path("<int:pk>/restore/<int:version>/", restore, name=f"{name}_restore"),
            *super().get_urls(),
        ]

    def form_context(self, request, article):
        return super().form_context(request, article) | self._version_links(article)

    def status_context(self, request, article):
        return super().status_context(request, article) | self._version_links(article)

    def _version_links(self, article) -> dict:
        if article is None:
            return {}
        beside = article.is_working_copy and self._comparison_url(article, LIVE, NOW)
        return {"history_url": self.url_of("history", article), "beside_live_url": beside}

    def _comparison_url(self, article, old, new) -> str:
        return f"{self.url_of('compare', article)}?{urlencode({'a': old, 'b': new})}"

    # ── The list ────────────────────────────────────────────────────────────────────────────────
    @method_decorator(require_safe)
    def history_view(self, request, object_id, extra_context=None):
        """Every version and every step, newest first; two of them can be chosen."""
        article = self.visible_article(request, object_id)
        live = _live(article)
        entries = versions.history(live, user=request.user)
        page = Paginator(entries, PER_PAGE).get_page(request.GET.get("trang"))
        shown = [entry.version.pk for entry in page if entry.version]
        choices = [NOW, *shown] if article.is_working_copy and page.number == 1 else shown
        context = {
            "title": gettext("History: %s") % live.title,
            "page": page,
            "NOW": NOW,
            "is_whole": versions.knows_all(request.user, live),
            "can_restore": self._can_restore(request, live),
            "compare_url": self.url_of("compare", article),
            "newer": choices[0] if len(choices) > 1 else None,
            "older": choices[1] if len(choices) > 1 else None,
            "back_url": self.url_of("change", article),
        }
        return self.page(request, "history.html", context, article=article)

    # ── Two of them side by side ────────────────────────────────────────────────────────────────
    @method_decorator(require_safe)
    def compare_view(self, request, pk):
        """`?a=` and `?b=`: numbers of versions, "now" for the row as it stands, "live"."""
        article = self.visible_article(request, pk)
        chosen = [request.GET.get(name, "") for name in ("a", "b")]
        if "" in chosen or chosen[0] == chosen[1]:
            messages.error(request, gettext("Choose two different versions, then compare them."))
            return redirect(self.url_of("history", article))
        try:
            sides = [self._side(request, article, choice) for choice in chosen]
        except Refused as refusal:
            messages.error(request, refusal.reasons[0])
            return redirect(self.url_of("history", article))
        old, new = sorted(sides, key=lambda side: side.place)
        context = {
            "title": gettext("Comparison: %s") % article.title,
            "old": old,
            "new": new,
            "comparison": versions.Comparison(old.snapshot, new.snapshot, user=request.user),
            "history_url": self.url_of("history", article),
            "back_url": self.url_of("change", article),
        }
        return self.page(request, "compare.html", context, article=article)

    def _side(self, request, article, choice: str) -> Side:
        live = _live(article)
        if choice == NOW:
            name = gettext("The changes not published yet") if live != article else gettext("Now")
            return Side(name, versions.of_row(article), (2, 0))
        if choice == LIVE and live != article:
            return Side(gettext("What readers see"), versions.of_row(live), (1, 0))
        version = self._version(request, live, choice)
        snapshot = versions.of_version(version, live)
        name = gettext("version %(number)s, %(when)s") % {
            "number": version.number,
            "when": _moment_of(version),
        }
        return Side(name, snapshot, (0, version.pk))

    def _version(self, request, live, pk) -> Version:
        """A version of this article that the user may see, else 404: not even a title leaks."""
        try:
            number = int(pk)
        except ValueError:
            raise Http404 from None
        seen = versions.versions_of(live, user=request.user).select_related("revision__user")
        version = get_object_or_404(seen, pk=number)
        version.number = seen.filter(pk__lte=version.pk).count()
        return version

    # ── Restoring ───────────────────────────────────────────────────────────────────────────────
    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def restore_view(self, request, pk, version):
        """Asks first; then fills a working copy, or the draft itself where nothing is public."""
        article = self.visible_article(request, pk)
        live = _live(article)
        version = self._version(request, live, version)
        if not self._can_restore(request, live):
            raise PermissionDenied
        if request.method == "POST":
            return self._restore(request, live, version)
        context = {
            "title": gettext("Restore: %s") % live.title,
            "moment": _moment_of(version),
            "number": version.number,
            "is_public": _is_edited_beside(live),
            "copy_url": hasattr(live, "working_copy") and live.working_copy.get_desk_url(),
            "look_url": self._comparison_url(article, version.pk, NOW),
            "history_url": self.url_of("history", article),
            "back_url": self.url_of("change", article),
        }
        return self.page(request, "restore.html", context, article=article)

    def _restore(self, request, live, version):
        try:
            restored = copies.restore(version, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.reasons[0])
            return redirect(self.url_of("history", live))
        if restored == live:
            done = gettext("The draft is again as it was on %s. What it was before is kept too.")
        else:
            done = gettext("This working copy is as the article was on %s. Look at it, publish it.")
        messages.success(request, done % _moment_of(version))
        return redirect(restored.get_desk_url())

    def _can_restore(self, request, live) -> bool:
        """Those who may start a working copy of it, or edit it where nothing is public yet."""
        if not self.has_change_permission(request):
            return False
        if _is_edited_beside(live):
            return live.can_be_copied_by(request.user)
        return live.can_be_edited_by(request.user)


def _live(article):
    """The row that versions hang on."""
    return article.draft_of or article


def _is_edited_beside(live) -> bool:
    """Whether changes to it are made in a working copy."""
    return live.status in {Status.PUBLISHED, Status.WITHDRAWN}


def _moment_of(version) -> str:
    return date_format(localtime(version.revision.date_created), "H:i, d/m/Y")
