"""All that keeps a button of the form from doing its work, said at once: each line leads to its
field, also within a row of photos or people.

What cannot be saved comes with the form as it was typed. What is saved but not fit to be published
comes as messages of the next page; there the field stands in `extra_tags`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.utils.text import capfirst
from django.utils.translation import gettext

from news import checks, link_approval
from news.admin import unsaved
from news.admin.screen import NewsroomScreen
from news.models.articles import MAJOR_CHANGE_NEEDS_NOTE, OWN_TEXT_NEEDS_REASON
from portal.publishing import EXPIRES_TOO_EARLY, RETURN_NEEDS_REASON


@dataclass(frozen=True)
class Refusal:
    """One thing to mend: the sentence, and the id of its field if it has one."""

    sentence: str
    anchor: str = ""


# The fields of sentences that the models say of no row in particular.
_FIELDS = (
    (OWN_TEXT_NEEDS_REASON, "id_own_reason"),
    (MAJOR_CHANGE_NEEDS_NOTE, "id_change_note"),
    (EXPIRES_TOO_EARLY, "id_expire_at"),
    (RETURN_NEEDS_REASON, "id_return_reason"),
)


class RefusalsMixin(NewsroomScreen):
    """What the form says when it was not saved, and what it says when no more was done."""

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if context.get("errors"):
            found = list(_of_form(context["adminform"].form, context["inline_admin_formsets"]))
            if "_publish" in request.POST:
                found += self._to_publish(request, obj, {one.anchor for one in found})
            # Django's own line only counts them.
            context |= {"errors": None, "refusals": found}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _to_publish(self, request, obj, known: set[str]) -> Iterator[Refusal]:
        """What else the typed text needs for its publication, of fields that said nothing yet."""
        stored = self.get_object(request, str(obj.pk)) if obj else None
        article = stored or self.model(created_by=request.user)
        typed = request.POST
        draft = unsaved.draft_of(article, typed)
        needed = [Refusal(str(one.sentence), one.anchor) for one in checks.failures(draft)]
        if article.is_working_copy and "is_major_change" in typed and not typed.get("change_note"):
            needed.append(Refusal(str(MAJOR_CHANGE_NEEDS_NOTE), "id_change_note"))
        if article.is_own_text_of(request.user) and not typed.get("own_reason", "").strip():
            needed.append(Refusal(str(OWN_TEXT_NEEDS_REASON), "id_own_reason"))
        return (one for one in needed if one.anchor not in known)

    def say_refused(self, request, article, sentences: list[str]) -> None:
        """Have the next page say why no more was done than saving `article`."""
        places = {str(said): anchor for said, anchor in _FIELDS}
        for failure in checks.failures(checks.Draft.of(article)):
            places.setdefault(str(failure.sentence), failure.anchor)
        for number, link in enumerate(link_approval.strange(article), start=1):
            places[link.sentence] = f"id_allowed_host_{number}"
        for sentence in sentences:
            messages.error(request, sentence, extra_tags=places.get(sentence, ""))


def _of_form(form, inlines) -> Iterator[Refusal]:
    """The errors of the form and of its parts, in the order of the screen."""
    yield from _of_fields(form)
    for inline in inlines:
        formset = inline.formset
        for sentence in formset.non_form_errors():
            yield Refusal(str(sentence), f"{formset.prefix}-heading")
        for number, row in enumerate(formset.forms, start=1):
            if not row.cleaned_data.get("DELETE"):
                name = capfirst(inline.opts.verbose_name)
                yield from _of_fields(row, name if formset.max_num == 1 else f"{name} {number}")


def _of_fields(form, row: str = "") -> Iterator[Refusal]:
    fields = [field for field in form if field.errors]
    first = next((field for field in form if not field.is_hidden), None)
    before = f"{row}: " if row else ""
    for sentence in form.non_field_errors():
        yield Refusal(f"{before}{sentence}", first.id_for_label if row and first else "")
    for field in fields:
        shown = first if field.is_hidden and first else field
        for sentence in field.errors:
            yield Refusal(
                gettext("%(field)s: %(sentence)s")
                % {"field": f"{before}{capfirst(field.label)}", "sentence": sentence},
                shown.id_for_label,
            )
