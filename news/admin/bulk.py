"""Verbs on several articles of a list: each under its own rights and for its own reasons."""

from typing import NoReturn

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from news import copies, trash
from news.admin.screen import NewsroomScreen
from news.models import Article, Category
from portal import audit
from portal.publishing import Refused, Status, right
from portal.text import row_number


class BulkMixin(NewsroomScreen):
    """What can be done to the articles that are ticked in a list."""

    actions = ["submit_chosen", "publish_chosen", "move_chosen", "trash_chosen"]
    actions_selection_counter = True

    def response_action(self, request, queryset):
        """At most one page at a time, and nothing that is no id: a list has no "all of them"."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        post = request.POST.copy()
        numbers = [pk for pk in chosen if row_number(pk) is not None]
        post.setlist(ACTION_CHECKBOX_NAME, numbers[: self.list_per_page])
        post["select_across"] = "0"
        request.POST = post
        return super().response_action(request, queryset)

    def has_publish_permission(self, request):
        return request.user.has_perm(right(Article, "publish"))

    @admin.action(description=_("Submit for review"), permissions=["change"])
    def submit_chosen(self, request, queryset):
        self._each(request, queryset, lambda article: _submit(article, by=request.user))

    @admin.action(description=_("Publish"), permissions=["publish"])
    def publish_chosen(self, request, queryset):
        self._each(request, queryset, lambda article: article.publish(by=request.user))

    @admin.action(description=_("Move to a category…"), permissions=["change"])
    def move_chosen(self, request, queryset):
        if "category" not in request.POST:
            context = {"categories": Category.objects.all(), "title": gettext("Move to a category")}
            return self._ask(request, queryset, "bulk_move.html", context)
        category = Category.objects.filter(pk=row_number(request.POST["category"])).first()
        if category is None:
            messages.error(request, gettext("Choose a category."))
            return None
        return self._each(request, queryset, lambda one: _file(one, category, by=request.user))

    @admin.action(description=_("Move to the trash…"), permissions=["change"])
    def trash_chosen(self, request, queryset):
        if "confirmed" not in request.POST:
            context = {"title": gettext("Move to the trash"), "days": trash.KEPT.days}
            return self._ask(request, queryset, "bulk_trash.html", context)
        return self._each(request, queryset, lambda one: trash.trash(one, by=request.user))

    def _ask(self, request, queryset, template, context):
        """A page between the list and the deed; it carries the ticks and the action along."""
        rows = queryset.select_related("working_copy").defer("body", "working_copy__body")
        context |= {"chosen": list(rows), "action": request.POST["action"]}
        return self.page(request, template, context)

    def _each(self, request, queryset, act) -> None:
        """Do it to each in a transaction of its own; then say how many, and why not the others."""
        done, refused = 0, []
        for article in queryset:
            try:
                with transaction.atomic():
                    act(article)
                done += 1
            except Refused as refusal:
                refused.append((article.title, " ".join(refusal.reasons)))
        if done:
            words = ngettext("Done for %s article.", "Done for %s articles.", done)
            messages.success(request, words % done)
        for title, reasons in refused:
            words = gettext("Not done for “%(title)s”: %(reasons)s")
            messages.error(request, words % {"title": title, "reasons": reasons})


def _refuse(article, verb: str, words, *, by) -> NoReturn:
    """Not this person's to do: kept in the audit trail, said on the screen."""
    audit.refuse(actor=by, target=article, verb=verb)
    raise Refused(words)


def _submit(article, *, by) -> None:
    """Writers see what others have published, but submit their own alone."""
    if article.can("submit", by) and not article.can_be_edited_by(by):
        _refuse(article, "submit", _("Only its author or a reviewer submits a draft."), by=by)
    article.submit(by=by)


def _file(article, category, *, by) -> None:
    """Put the article into another category; what is public by those who publish."""
    public = article.status in {Status.PUBLISHED, Status.WITHDRAWN}
    if public and not (by.has_perm(right(Article, "publish")) and article.is_reviewed_by(by)):
        _refuse(article, "move", _("What readers see is moved by those who publish."), by=by)
    if not public and not article.can_be_edited_by(by):
        _refuse(article, "move", _("Its author or a reviewer moves it."), by=by)
    if public and Article.objects.filter(draft_of=article.pk).exists():
        raise Refused(_("It is being changed in a working copy. Choose the category there."))
    article.advance(category=category, saved_at=timezone.now())
    article.record_transition("move", by=by, reason=str(category))
    if not article.is_working_copy:
        copies.record_version(article, by=by)
