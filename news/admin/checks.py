"""What is looked at before an article is published: the panel beside the form."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from departments.models import Appointment
from news import checks
from news.admin import unsaved
from news.admin.screen import NewsroomScreen
from news.models import Article, ArticlePerson
from portal.text import row_number

# More in one part would hide the other parts; the rest comes when these are mended.
MOST_SHOWN = 20


class ChecksMixin(NewsroomScreen):
    """The check list, drawn with the form and again whenever the writer pauses."""

    def get_urls(self):
        name = f"news_{self.opts.model_name}_check"
        view = self.admin_site.admin_view(require_POST(self.check_view))
        return [
            path("check/", view, name=f"{name}_new"),
            path("<int:pk>/check/", view, name=name),
            *super().get_urls(),
        ]

    def form_context(self, request, article):
        if article is None:
            address = reverse(f"admin:news_{self.opts.model_name}_check_new")
        else:
            address = self.url_of("check", article)
        return super().form_context(request, article) | {
            "check_url": address,
            "checked": SimpleLazyObject(lambda: _of_stored(article)),
        }

    def check_view(self, request, pk=None):
        """The list for what the form holds now, as a piece of HTML. Nothing is stored."""
        article = self._checked_article(request, pk)
        draft = unsaved.draft_of(article, request.POST)
        context = {"checked": _list(draft), "opts": self.opts}
        response = TemplateResponse(request, "admin/news/checks_list.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _checked_article(self, request, pk):
        if pk is None:
            if not self.has_add_permission(request):
                raise PermissionDenied
            return self.model(created_by=request.user)
        article = self.visible_article(request, pk)
        if not self.has_change_permission(request, article):
            raise PermissionDenied
        return article

    # ── A person the list proposes ──────────────────────────────────────────────────────────────
    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if proposed := request.POST.get("_add_person"):
            self._add_person(request, form.instance, proposed)

    @staticmethod
    def _add_person(request, article, proposed: str) -> None:
        """The button without JavaScript: the draft is saved and the person is named in it."""
        number, _sign, relation = proposed.partition(":")
        terms = Appointment.objects.filter(pk=row_number(number))
        term = terms.select_related("person").first()
        if not term or relation not in ArticlePerson.Relation.values:
            messages.error(request, gettext("This person is no longer proposed."))
            return
        ArticlePerson.objects.get_or_create(
            article_id=article.pk, appointment=term, relation=relation
        )
        messages.success(request, gettext("%s is named in the article.") % term.person)


def _of_stored(article: Article | None) -> dict | None:
    return _list(checks.Draft.of(article)) if article else None


def _list(draft: checks.Draft) -> dict:
    """What the template shows: counts, the parts of the form with their findings, people."""
    found = checks.check(draft)
    by_part = {part: list(some) for part, some in groupby(found, key=lambda one: one.part)}
    blocking = sum(one.blocks for one in found)
    return {
        "blocking": blocking,
        "warning": len(found) - blocking,
        "parts": [_part(part, by_part.get(part, [])) for part in checks.Part],
        "people": checks.people(draft),
    }


def _part(part: checks.Part, found: list[checks.Finding]) -> dict:
    return {
        "label": part.label,
        "findings": found[:MOST_SHOWN],
        "more": max(0, len(found) - MOST_SHOWN),
        "blocks": any(one.blocks for one in found),
    }
