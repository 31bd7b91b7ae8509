"""The verbs on the form and on the page of what is not edited: who may, what they say."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news import copies, link_approval
from news.admin.refusals import RefusalsMixin
from portal import audit
from portal.publishing import Refused, Status

# In the session: what was typed and ticked for a publication that was refused.
FOR_PUBLICATION = "for_publication"
HEADINGS = {
    Status.DRAFT: _("Change the draft: %(title)s"),
    Status.RETURNED: _("Change what was returned: %(title)s"),
    Status.SUBMITTED: _("Review: %(title)s"),
}


class WorkflowMixin(RefusalsMixin):
    """Submit, return, publish; to withdraw has a page of its own (takedown.py)."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The writer's form for what may be edited, else the page that says what it is now."""
        article = self.get_object(request, object_id) if object_id else None
        if article is not None and not self.has_change_permission(request, article):
            return self.status_view(request, article)
        if article is not None and article.is_working_copy and "_discard" in request.POST:
            return self._discard(request, article)
        context = (extra_context or {}) | self.form_context(request, article)
        return super().changeform_view(request, object_id, form_url, context)

    def _discard(self, request, copy):
        live = copy.draft_of
        # What one has typed oneself goes with the copy; what others have typed into it stays.
        copy.autosaves.filter(user=request.user).delete()
        copies.remove(copy)
        audit.record("discard_copy", request=request, target=live)
        messages.success(request, gettext("The changes are discarded."))
        return redirect(self.url_of("change", live))

    def form_context(self, request, article):
        subject = article or self.model(created_by=request.user)
        reason, hosts = self._for_publication(request, article)
        return super().form_context(request, article) | {
            "can_publish": subject.can("publish", request.user),
            "can_submit": subject.can("submit", request.user),
            "can_return": bool(article) and article.can("return_to_author", request.user),
            "returned": article.last_return if article else None,
            "title": self._heading(article),
            "subtitle": None,
            "is_own_text": subject.is_own_text_of(request.user),
            "own_reason": reason,
            "allowed_hosts": hosts,
            "strange_links": self._strange_links(article),
        }

    def _heading(self, article) -> str:
        """What is done here to which text: the page's heading and the browser's title."""
        if article is None:
            is_report = self.opts.model_name == "report"
            return (
                gettext("Write a conference report") if is_report else gettext("Write an article")
            )
        if article.is_working_copy:
            return gettext("Changes to “%(title)s”") % {"title": _short(article.draft_of)}
        return HEADINGS[article.status] % {"title": _short(article)}

    @staticmethod
    def _strange_links(article):
        """Asked for when the template shows them."""
        return SimpleLazyObject(lambda: link_approval.strange(article) if article else [])

    @staticmethod
    def _publish(request, article):
        reason, hosts = _typed(request)
        article.publish(by=request.user, reason=reason, allowed_hosts=hosts)

    @staticmethod
    def _keep_for_publication(request, article) -> None:
        """Of the ticks those that were shown: a session holds no more than a page."""
        reason, hosts = _typed(request)
        shown = [link.host for link in link_approval.strange(article) if link.host in hosts]
        request.session[FOR_PUBLICATION] = [article.pk, reason, shown]

    @staticmethod
    def _for_publication(request, article) -> tuple[str, list[str]]:
        """The reason and the ticked sites, also those of a publication refused for something
        else, which led to this page."""
        pk, reason, hosts = request.session.get(FOR_PUBLICATION) or (None, "", [])
        if request.method == "POST" or article is None or pk != article.pk:
            return _typed(request)
        del request.session[FOR_PUBLICATION]
        return reason, hosts

    # ── After saving: the verb of the button that was pressed ───────────────────────────────────
    def response_add(self, request, obj, post_url_continue=None):
        return self._respond(request, obj)

    def response_change(self, request, obj):
        return self._respond(request, obj)

    def _respond(self, request, article):
        """Do what the button says. A refused verb leaves the saved draft and says why."""
        try:
            done = self._do(request, article)
        except Refused as refusal:
            messages.success(request, gettext("The draft is saved."))
            self.say_refused(request, article, refusal.reasons)
            self._keep_for_publication(request, article)
            return redirect(self.url_of("change", article))
        messages.success(request, done)
        if "_preview" in request.POST:
            return redirect(self.url_of("preview", article))
        if "_return" in request.POST:
            return redirect(f"{reverse('admin:news_article_changelist')}?state=submitted")
        shown = article.draft_of if "_publish" in request.POST and article.draft_of else article
        return redirect(self.url_of("change", shown))

    def _do(self, request, article) -> str:
        user, post = request.user, request.POST
        if "_publish" in post:
            self._publish(request, article)
            if article.is_working_copy:
                return self._updated(article.draft_of)
            return gettext("Scheduled.") if article.is_scheduled else gettext("Published.")
        if "_submit" in post:
            article.submit(by=user)
            missing = " ".join(article.failure_reasons())
            if missing:
                return gettext("Sent for review. To be mended before publication: %s") % missing
            if links := link_approval.strange(article):
                sites = ", ".join(link.host for link in links)
                said = gettext(
                    "Sent for review. The reviewer decides on links to unknown sites: %s."
                )
                return said % sites
            return gettext("Sent for review.")
        if "_return" in post:
            article.return_to_author(post.get("return_reason", ""), by=user)
            return gettext("Returned to the author.")
        return gettext("The draft is saved.")

    @staticmethod
    def _updated(live) -> str:
        if live.status == Status.WITHDRAWN:
            return gettext("The article is updated. It is still withdrawn; publish it again.")
        return gettext("The published article is updated.")

    # ── What is not edited where it stands: published, withdrawn, in somebody else's hands ──────
    def status_view(self, request, article):
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        if request.method == "POST":
            return self._status_action(request, article)
        context = self.status_context(request, article) | {"title": article.title}
        return self.page(request, "article_status.html", context, article=article)

    def status_context(self, request, article):
        reason, hosts = self._for_publication(request, article)
        return super().status_context(request, article) | {
            "can_withdraw": article.can("withdraw", request.user),
            "is_own_text": article.is_own_text_of(request.user),
            "own_reason": reason,
            "allowed_hosts": hosts,
            "can_publish": article.can("publish", request.user),
            "can_take_back": article.can("take_back", request.user),
            "strange_links": self._strange_links(article),
            "can_edit": self._can_open_copy(request, article),
            "has_copy": hasattr(article, "working_copy"),
            "site_address": settings.SITE_URL,
        }

    def _can_open_copy(self, request, article) -> bool:
        return super().has_change_permission(request) and article.can_be_copied_by(request.user)

    def _status_action(self, request, article):
        try:
            with transaction.atomic():
                return redirect(self._act(request, article))
        except Refused as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            self._keep_for_publication(request, article)
            return redirect(self.url_of("change", article))

    def _act(self, request, article) -> str:
        post, user = request.POST, request.user
        if "_edit" in post:
            if not self._can_open_copy(request, article):
                raise PermissionDenied
            return self.url_of("change", copies.open_copy(article, by=user))
        if "_unschedule" in post:
            article.unschedule(by=user)
            messages.success(request, gettext("The article is a draft again."))
        if "_take_back" in post:
            article.take_back(by=user)
            messages.success(request, gettext("You have it back. Submit it again when it is done."))
        if "_publish" in post:
            self._publish(request, article)
            messages.success(request, gettext("Published."))
        return self.url_of("change", article)


def _typed(request) -> tuple[str, list[str]]:
    return request.POST.get("own_reason", ""), request.POST.getlist("allowed_host")


def _short(article) -> str:
    return Truncator(article.title).words(12)
