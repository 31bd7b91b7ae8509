"""What a form of the admin changed, for the audit trail: every screen's base class records it."""

from collections import defaultdict

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from portal import audit
from portal.publishing import Publishable


class Audited:
    """A part of every ModelAdmin: what is added, changed or deleted through it is recorded.

    An entry comes last, when the rows of the form and of what its button does are locked.
    """

    def _changeform_view(self, request, object_id, form_url, extra_context):
        request.audit_waiting = []
        response = super()._changeform_view(request, object_id, form_url, extra_context)
        for entry in request.audit_waiting:
            audit.record(**entry)
        del request.audit_waiting  # what a screen records outside its form has nobody to wait for
        return response

    def construct_change_message(self, request, form, formsets, add=False):
        request.audit_changes = changes_of(form, formsets or [], is_new=add)
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request, obj, message):
        self._keep(request, "add", obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self._keep(request, "change", obj)
        return super().log_change(request, obj, message)

    def _keep(self, request, action, obj) -> None:
        before, after = request.__dict__.pop("audit_changes", ({}, {}))
        if isinstance(obj, Publishable):
            after["version"] = obj.version  # its words are in the version of this number
        elif action == "change" and not (before or after):
            return
        entry = {
            "action": action,
            "request": request,
            "target": audit.target_of(obj),
            "before": before,
            "after": after,
        }
        waiting = getattr(request, "audit_waiting", None)
        if waiting is None:
            audit.record(**entry)
        else:
            waiting.append(entry)

    def delete_model(self, request, obj):
        target, before = audit.target_of(obj), audit.columns_of(obj)
        with transaction.atomic():
            super().delete_model(request, obj)
            audit.record("delete", request=request, target=target, before=before)

    def delete_queryset(self, request, queryset):
        gone = [(audit.target_of(row), audit.columns_of(row)) for row in queryset]
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            for target, before in gone:
                audit.record("delete", request=request, target=target, before=before)


def changes_of(form, formsets, *, is_new: bool) -> tuple[dict, dict]:
    """Before and after of each field that was changed; those of inline rows by relation and id."""
    before, after = _of_form(form)
    if is_new:
        before = {}
    for formset in formsets:
        old, new = _of_formset(formset)
        before |= {formset.prefix: old} if old else {}
        after |= {formset.prefix: new} if new else {}
    return before, after


def _of_form(form) -> tuple[dict, dict]:
    before, after = {}, {}
    for name in form.changed_data:
        if name in form.cleaned_data:
            before[name] = _initial(form, name)
            after[name] = form.cleaned_data[name]
    return before, after


def _initial(form, name):
    """The value that the form was opened with; of a choice among rows the row, not its number."""
    field, value = form.fields[name], form.get_initial_for_field(form.fields[name], name)
    if not isinstance(field, forms.ModelChoiceField) or value in (None, ""):
        return value
    if isinstance(field, forms.ModelMultipleChoiceField):
        return value
    try:
        return field.to_python(value)
    except ValidationError:  # the row is gone, or this person may not see it
        return value


def _of_formset(formset) -> tuple[dict, dict]:
    before, after = defaultdict(dict), defaultdict(dict)
    deleted = formset.deleted_forms
    for form in formset.forms:
        if form in deleted:
            number = form[formset._pk_field.name].value()
            before[str(number)] = dict(form.initial)
        elif form.has_changed():
            number = str(form.instance.pk)
            old, after[number] = _of_form(form)
            if form.initial:
                before[number] = old
    return before, after
