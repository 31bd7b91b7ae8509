"""From a Word file to a draft: choose the file, look at what was found, confirm."""

import logging

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news import word_import
from news.admin.screen import NewsroomScreen
from news.models import Article, Conference, WordFile
from portal.admin import DateTimeInput
from portal.files import NOT_STORED

logger = logging.getLogger(__name__)


class WordArticleForm(forms.ModelForm):
    """What was found, for the writer to put right before the draft is made."""

    drop_address = forms.BooleanField(
        label=_("Leave out this address block; the footer of the site has it"), required=False
    )

    class Meta:
        model = Article
        fields = ("kind", "title", "summary", "category", "publish_at", "byline")
        widgets = {
            "kind": forms.RadioSelect,
            "title": forms.Textarea(attrs={"rows": 3}),
            "summary": forms.Textarea(attrs={"rows": 3}),
            "publish_at": DateTimeInput,
        }


class WordConferenceForm(forms.ModelForm):
    class Meta:
        model = Conference
        fields = ("held_on", "review_year", "plan_year")


class WordMixin(NewsroomScreen):
    """Take over a Word file. Nothing is in the articles or the library before it is confirmed."""

    def get_urls(self):
        name, view = f"news_{self.opts.model_name}_word", self.admin_site.admin_view
        return [
            path("word/", view(self.word_view), name=name),
            path("word/<int:pk>/", view(self.word_draft_view), name=f"{name}_draft"),
            *super().get_urls(),
        ]

    def form_context(self, request, article):
        lines = "\n".join(filter(None, word_import.own_lines()))
        return super().form_context(request, article) | {"own_lines": lines}

    def _word_url(self, *args) -> str:
        step = "_draft" if args else ""
        return reverse(f"admin:news_{self.opts.model_name}_word{step}", args=args)

    # ── The file ────────────────────────────────────────────────────────────────────────────────
    def word_view(self, request):
        """GET: the choice of a file. POST "file": judge it, keep it, show what stands in it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._word_choice(request)
        upload = request.FILES.get("file")
        if upload is None:
            return self._word_choice(request, gettext("Choose a Word file."))
        try:
            word_import.read(upload)
            kept = word_import.keep(upload, by=request.user)
        except ValidationError as error:
            return self._word_choice(request, " ".join(error.messages))
        except OSError:
            logger.exception("A Word file could not be stored")
            return self._word_choice(request, gettext(NOT_STORED), status=507)
        return redirect(self._word_url(kept.pk))

    def _word_choice(self, request, error="", *, status=400):
        context = {"title": gettext("Take over from Word"), "error": error}
        return self.page(request, "word_file.html", context, status=status if error else 200)

    # ── What stands in it ───────────────────────────────────────────────────────────────────────
    def word_draft_view(self, request, pk):
        """GET: document and draft side by side. POST: make the draft, or "_drop" the file."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        kept = WordFile.objects.filter(pk=pk, by=request.user).first()
        if kept is None:
            raise Http404
        if kept.article_id:  # a second click, or the way back
            return redirect(self.visible_part(request, kept).get_desk_url())
        if request.method == "POST" and "_drop" in request.POST:
            word_import.drop(kept)
            messages.success(request, gettext("The Word file is removed. Nothing was stored."))
            return redirect(f"admin:news_{self.opts.model_name}_changelist")
        try:
            return self._word_draft(request, kept, word_import.read_kept(kept))
        except OSError:
            logger.exception("A Word file could not be read or its photos not be stored")
            messages.error(request, gettext(NOT_STORED))
            return redirect(self._word_url())

    @staticmethod
    def visible_part(request, kept) -> Article:
        """The article made from the file, if its author may still see it."""
        article = Article.objects.visible_to(request.user).filter(pk=kept.article_id).first()
        if article is None:
            raise Http404
        return article

    def _word_draft(self, request, kept, draft):
        form, conference = self._word_forms(request, draft)
        if request.method == "POST" and form.is_valid():
            is_report = form.cleaned_data["kind"] == Article.Kind.REPORT
            if is_report and not request.user.has_perm("news.add_report"):
                raise PermissionDenied
            if not is_report or conference.is_valid():
                return self._word_taken(request, kept, draft, form, is_report and conference)
        photos = word_import.thumbnails(draft)
        context = {
            "title": gettext("What stands in the Word file"),
            "kept": kept,
            "draft": draft,
            "form": form,
            "conference": conference,
            "source": word_import.shown(draft.source, photos),
            "body": word_import.shown(draft.body, photos),
            "address": word_import.shown(draft.address, photos),
        }
        status = 400 if request.method == "POST" else 200
        return self.page(request, "word_draft.html", context, status=status)

    def _word_forms(self, request, draft):
        is_report = self.opts.model_name == "report" or draft.is_report
        initial = {
            "kind": Article.Kind.REPORT if is_report else Article.Kind.NEWS,
            "title": draft.title,
            "summary": draft.summary,
            "publish_at": draft.publish_at,
            "byline": draft.byline,
            "drop_address": bool(draft.address),
        }
        event = {name: getattr(draft, name) for name in ("held_on", "review_year", "plan_year")}
        data = request.POST if request.method == "POST" else None
        return WordArticleForm(data, initial=initial), WordConferenceForm(data, initial=event)

    def _word_taken(self, request, kept, draft, form, conference):
        try:
            article, problems = word_import.take_over(
                kept, draft, form, conference or None, by=request.user
            )
        except WordFile.DoesNotExist as error:  # dropped in another window meanwhile
            raise Http404 from error
        messages.success(request, word_import.summary_of(article))
        for sentence in [*draft.warnings, *problems]:
            messages.warning(request, sentence)
        return redirect(article.get_desk_url())
