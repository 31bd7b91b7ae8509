"""What is typed is kept; two editors of one article see each other; a second save is refused.

Every form carries the version of the article that it was opened with. A save, or a button, whose
version is not the row's is refused before anything is written, in the transaction that has the row
locked; what was typed is kept as an Autosave, shown beside the article as it is now, and offered
whenever its owner opens the article.
"""

import datetime
import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from news import autosaves, typed
from news.admin.screen import NewsroomScreen
from news.models import Report
from portal import richtext, text
from portal.accounts.sessions import unattended
from portal.publishing import Refused

CHANGED = _(
    "Meanwhile this article was changed. Look at it as it is now, then press the button again."
)
MOVED = _("Your text is kept. When you save, you see both texts and choose.")
SAVED_ALREADY = _("This form was saved already. Open the article again to go on writing.")
TOO_LONG = _("This text is too long to be kept aside. Copy it to a safe place before you leave.")


class AutosaveMixin(NewsroomScreen):
    """Keeping, presence, refusing."""

    def get_urls(self):
        name = f"news_{self.opts.model_name}_autosave"
        keep = never_cache(require_POST(self.autosave_view))
        kept = self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.kept_view))
        return [
            path("autosave/", keep, name=name),
            path("autosave/<str:token>/", kept, name=f"{name}_kept"),
            *super().get_urls(),
        ]

    @property
    def is_report(self) -> bool:
        return self.model is Report

    # ── The messages of an open form ────────────────────────────────────────────────────────────
    def autosave_view(self, request):
        """A sign of life of an open form, with what was typed; answers JSON.

        POST `message`: {token, article, version, user, fields or null, age, leaving}. 401 when
        signed out (or signed in as somebody else), 403 and 404 without the right, 413 too long.
        """
        if not self.admin_site.has_permission(request):
            return JsonResponse({"error": "signed out"}, status=401)
        try:
            message = _message(request.POST.get("message", ""))
        except autosaves.TooLong:
            return JsonResponse({"error": gettext(TOO_LONG)}, status=413)
        except (ValueError, RecursionError):
            return JsonResponse({"error": "not a message"}, status=400)
        if message["user"] != request.user.pk:
            return JsonResponse({"error": "somebody else"}, status=401)
        if message["fields"] is None:
            unattended(request)
        row = self._row_of_message(request, message)
        if message["leaving"]:
            autosaves.leave(row)
        elif message["fields"] is None:
            autosaves.see(row)
        else:
            autosaves.keep(row, message["fields"], age=message["age"])
        return JsonResponse(self._autosave_answer(request, row, message))

    def _row_of_message(self, request, message):
        """The form's own row; a new one only for what this person may write."""
        row = autosaves.row_of(user=request.user, token=message["token"])
        if row is not None:
            return row
        article = None
        if message["article"] is not None:
            article = self.visible_article(request, message["article"])
        if not self._may_write(request, article):
            raise PermissionDenied
        return autosaves.row_for(
            user=request.user,
            token=message["token"],
            article=article,
            is_report=self.is_report,
            version=message["version"],
        )

    def _may_write(self, request, article) -> bool:
        if article is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, article)

    def _autosave_answer(self, request, row, message) -> dict:
        article = row.article_id and self.get_object(request, str(row.article_id))
        is_done = autosaves.is_done(row)
        is_new = not is_done and message["fields"] not in (None, row.fields)
        answer = {"is_done": is_done, "is_new": is_new, "others": [], "moved": ""}
        if message["fields"] is not None and not is_done:
            answer["saved"] = gettext("What you typed is kept aside, %(time)s.") % {
                "time": autosaves.clock(timezone.now())
            }
        if is_done and message["fields"] is not None:
            answer["moved"] = gettext(SAVED_ALREADY)
        if article and not is_done:
            answer["others"] = [str(one) for one in autosaves.others(article, user=request.user)]
            if article.version != message["version"]:
                answer["moved"] = " ".join([autosaves.saved_line(article), gettext(MOVED)])
        return answer

    # ── The form ────────────────────────────────────────────────────────────────────────────────
    def form_context(self, request, article):
        state = self._form_state(request, article)
        return super().form_context(request, article) | {"autosave": state}

    def _form_state(self, request, article) -> dict:
        """The hidden fields of the form, who else is there, which texts wait."""
        if request.method == "POST":  # refused for its content: the same form goes on
            token = request.POST.get("form_token", "")
            state = {
                "token": token if autosaves.is_token(token) else autosaves.new_token(),
                "version": autosaves.as_version(request.POST.get("version")),
                "restored": request.POST.get("restored_token", ""),
                "return_reason": request.POST.get("return_reason", ""),
            }
        else:
            state = self._opened(request, article)
        return state | {
            "url": reverse(f"admin:news_{self.opts.model_name}_autosave"),
            "others": autosaves.others(article, user=request.user) if article else [],
            "offers": self.offers(request, article, but=[state["token"], state["restored"]]),
        }

    def _opened(self, request, article) -> dict:
        restored = self._restored(request, article)
        if restored is None and "autosave" in request.GET:
            messages.error(request, gettext("This text is no longer there."))
        return {
            "token": self._new_form(request, article),
            "version": article.version if article else 0,
            "row": restored,
            "restored": restored.token if restored else "",
            "restored_at": autosaves.clock(restored.typed_at) if restored else "",
            "return_reason": _last(restored.fields, "return_reason") if restored else "",
        }

    def _new_form(self, request, article) -> str:
        """The token of the form; with an article, others are told that it is open from now on."""
        if article is None:
            return autosaves.new_token()
        return autosaves.open_form(
            user=request.user, article=article, is_report=self.is_report
        ).token

    def offers(self, request, article, *, but=()) -> list:
        """The texts of this person that wait to be had again in this form: when, and where."""
        rows = autosaves.offers(user=request.user, article=article, is_report=self.is_report)
        return [
            {"row": row, "at": autosaves.clock(row.typed_at), "url": self._kept_url(row)}
            for row in rows
            if row.token not in but
        ]

    def status_context(self, request, article):
        return super().status_context(request, article) | {"offers": self.offers(request, article)}

    # ── The form, filled with a text that was kept ──────────────────────────────────────────────
    def _restored(self, request, article):
        """The text that the address asks for (?autosave=token), if it belongs into this form."""
        token = request.GET.get("autosave", "")
        if not autosaves.is_token(token):
            return None
        return autosaves.text_for(
            user=request.user, token=token, article=article, is_report=self.is_report
        )

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = extra_context or {}
        row = context.get("autosave", {}).get("row")
        if row is not None:
            request.typed_data = self._typed_over(request, context["article"], row)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _typed_over(self, request, article, row):
        form, formsets = self._plain_form(request, article), self._formsets(request, article)
        return typed.over_present(row.fields, form, formsets)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return _filled(form, request.typed_data) if hasattr(request, "typed_data") else form

    def _create_formsets(self, request, obj, change):
        if not hasattr(request, "typed_data"):
            return super()._create_formsets(request, obj, change)
        article = obj if change else None
        formsets = self._formsets(request, article, request.typed_data)
        typed.without_judgement(formsets)
        return formsets, self.get_inline_instances(request, article)

    def _formsets(self, request, article, data=None) -> list:
        """The parts of the form for the article as it is now, or filled with `data`."""
        return [
            formset(
                data,
                instance=article or self.model(),
                prefix=formset.get_default_prefix(),
                queryset=inline.get_queryset(request),
            )
            for formset, inline in self.get_formsets_with_inlines(request, article)
        ]

    # ── The version is compared before anything is written ──────────────────────────────────────
    def add_view(self, request, form_url="", extra_context=None):
        """A form that has made its article makes no second one: pressed twice, or after "back"."""
        made = request.method == "POST" and self._made_by(request)
        article = made and self.get_object(request, str(made))
        if article and _holds(article, request.POST):
            return redirect(self.url_of("change", article))
        if made:
            return self._refuse(request, str(made), Refused(gettext(CHANGED)))
        return super().add_view(request, form_url, extra_context)

    def _made_by(self, request) -> int | None:
        row = autosaves.row_of(user=request.user, token=request.POST.get("form_token", ""))
        return row.article_id if row and autosaves.is_done(row) else None

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if request.method != "POST" or not super().has_change_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                self._compare(request, object_id)
                return super().change_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            return self._refuse(request, object_id, refusal)

    def _compare(self, request, object_id) -> None:
        """Refuse what was opened before somebody else's change. The row is locked from here on."""
        article = self.get_object(request, object_id)
        if article is None and not _has_text(request):
            return  # the admin's own answer says that there is nothing
        if article is None or autosaves.as_version(request.POST.get("version")) != article.version:
            raise Refused(gettext(CHANGED))
        if _has_text(request) and not self.has_change_permission(request, article):
            raise Refused(gettext(CHANGED))  # the rights changed, or the form is a forged one

    def claim(self, request, article) -> None:
        """Count the version up from the one that the form was opened with, or refuse the save."""
        article.version = autosaves.as_version(request.POST.get("version"))
        article.advance()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        tokens = [request.POST.get("form_token"), request.POST.get("restored_token")]
        autosaves.finish(
            user=request.user, tokens=tokens, article=form.instance, is_report=self.is_report
        )

    # ── What was refused, and what waits ────────────────────────────────────────────────────────
    def _refuse(self, request, object_id, refusal):
        article = self.get_object(request, object_id)
        if not _has_text(request):
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect(self.url_of("change", article) if article else self._list_url())
        row = autosaves.refuse(
            user=request.user,
            token=request.POST.get("form_token", ""),
            fields=autosaves.typed_fields(request.POST.lists()),
            article=article,
            is_report=self.is_report,
            version=autosaves.as_version(request.POST.get("version")),
        )
        return self._comparison(request, row, status=409)

    def kept_view(self, request, token):
        """GET: a text of one's own beside the article as it is now. POST: drop the text."""
        row = autosaves.row_of(user=request.user, token=token)
        if row is None or row.typed_at is None or row.is_report != self.is_report:
            raise Http404
        if request.method == "GET":
            return self._comparison(request, row)
        article = self._article_of(request, row)
        autosaves.drop(row)
        messages.success(request, gettext("Your text is dropped."))
        return redirect(self.url_of("change", article) if article else self._list_url())

    def _comparison(self, request, row, *, status=200):
        article = self._article_of(request, row)
        place = self._place_for(request, article)
        shown = place or article
        reopen = self.url_of("change", place) if place else self._add_url() if not article else ""
        context = {
            "title": gettext("Two texts of one article") if article else gettext("Your text"),
            "row": row,
            "at": autosaves.clock(row.typed_at),
            "differences": typed.differences(self._pairs(request, shown, row)),
            "return_reason": _last(row.fields, "return_reason"),
            "saved_line": autosaves.saved_line(shown) if shown else "",
            "reopen_url": f"{reopen}?autosave={row.token}" if reopen else "",
            "article_url": self.url_of("change", article) if article else "",
            "drop_url": self._kept_url(row),
        }
        return self.page(request, "conflict.html", context, article=shown, status=status)

    def _pairs(self, request, article, row) -> list:
        """(label, form of what is saved, form of what was typed) for the form and all its rows."""
        data = self._typed_over(request, article, row)
        saved, mine = (self._plain_form(request, article, one) for one in (None, data))
        rows, my_rows = (self._formsets(request, article, one) for one in (None, data))
        return [("", saved, mine), *typed.row_pairs(rows, my_rows)]

    def _article_of(self, request, row):
        """The article of a text, if this person may see it still."""
        return self.get_object(request, str(row.article_id)) if row.article_id else None

    def _place_for(self, request, article):
        """Where the text can be taken up again: the article, or its working copy; else None."""
        rows = [article, getattr(article, "working_copy", None)]
        return next((row for row in rows if row and row.can_be_edited_by(request.user)), None)

    def _plain_form(self, request, article, data=None):
        form = self.get_form(request, article, change=False)
        return form(data, instance=article or self.model())

    def _kept_url(self, row) -> str:
        return reverse(f"admin:news_{self.opts.model_name}_autosave_kept", args=[row.token])

    def _list_url(self) -> str:
        return reverse(f"admin:news_{self.opts.model_name}_changelist")

    def _add_url(self) -> str:
        return reverse(f"admin:news_{self.opts.model_name}_add")


def _last(fields: dict, name: str) -> str:
    return (fields.get(name) or [""])[-1]


def _has_text(request) -> bool:
    """Whether what was sent is a whole form, and not a button of the article's page."""
    return "title" in request.POST and "_discard" not in request.POST


def _filled(form, data):
    """The form's class, filled with what was typed and not judged yet."""

    class FilledForm(form):
        def __init__(self, **kwargs):
            super().__init__(data, **kwargs)
            typed.without_judgement([], self)

    return FilledForm


def _message(text: str) -> dict:
    """The message of an open form, checked; ValueError when it is none."""
    if len(text) > autosaves.MOST_CHARACTERS:
        raise autosaves.TooLong
    message = json.loads(text)
    if not isinstance(message, dict) or not autosaves.is_token(message.get("token")):
        raise ValueError("no token")
    fields, article, age = (message.get(name) for name in ("fields", "article", "age"))
    return {
        "token": message["token"],
        "article": None if article is None else autosaves.as_version(article),
        "version": autosaves.as_version(message.get("version")),
        "user": message.get("user"),
        "fields": None if fields is None else autosaves.fields_of_message(fields),
        "age": datetime.timedelta(seconds=autosaves.as_version(age)),
        "leaving": message.get("leaving") is True,
    }


def _holds(article, typed) -> bool:
    """Whether the article says already what was typed: the same form sent twice."""
    title, body = typed.get("title", ""), typed.get("body", "")
    return article.title == text.normalize_line(title) and article.body == richtext.clean(body)
