"""What was typed, laid over the article as it is now, and compared with it.

A text that was kept aside may be older than the article: photos have come and gone since. Its rows
find the stored ones by their number, else by the photo, post or unit that they show; a row whose
stored one is gone becomes a new row, and what was added by others stays.
"""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext

from news.autosaves import MOST_FIELDS
from portal import richtext, text

# What a row of a formset shows; one that is in the article already is not added a second time.
_SUBJECTS = ("photo", "appointment", "department")
# Fields of a row that a person never sees as such.
_HIDDEN = {"id", "article", "order"}
# A browser sends nothing for these when nothing is ticked or chosen.
_EMPTY_IS_ABSENT = (forms.BooleanField, forms.ModelMultipleChoiceField)
# Beyond that, comparing word by word takes seconds.
_MOST_WORDS = 6000

Row = dict[tuple[str, str], list]


class Difference(NamedTuple):
    """One field: its label, and both texts as stretches (words, whether the other lacks them)."""

    label: str
    theirs: list[tuple[str, bool]]
    mine: list[tuple[str, bool]]


# ── Over the article as it is now ───────────────────────────────────────────────────────────────
def over_present(fields: dict[str, list[str]], form, formsets) -> QueryDict:
    """The data of the form: the typed fields, their rows fitted to the rows there are now.

    `form` and `formsets` are unbound, of the article as it is now; what the typed fields do not
    mention stays as it is there.
    """
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    for (_before, name), values in _present(form).items():
        if name not in data and not isinstance(form.fields[name], _EMPTY_IS_ABSENT):
            data.setlist(name, values)
    for formset in formsets:
        _fit(formset, data)
    return data


def _fit(formset, data: QueryDict) -> None:
    typed = _take_rows(formset.prefix, data)
    stored = [(form, _matching(form, typed, formset)) for form in formset.initial_forms]
    rows = [_stored_row(form, row) for form, row in stored]
    new = [_new_row(row) for row in typed if formset.max_num or formset.max_num is None]
    rows = sorted(rows, key=_order) + new
    for number, row in enumerate(rows):
        _put_row(formset, data, number, row)
    counts = {"TOTAL": len(rows), "INITIAL": len(stored), "MIN_NUM": 0, "MAX_NUM": 1000}
    for name, count in counts.items():
        data[f"{formset.prefix}-{name}_FORMS"] = str(count)


def _take_rows(prefix: str, data: QueryDict) -> list[Row]:
    """Take the rows of a formset out of the data, in their order.

    A row's key is ("", "caption") or, for what the form was shown with, ("initial-", "after").
    """
    pattern = re.compile(rf"(initial-|){re.escape(prefix)}-(\d{{1,4}})-(\w+)")
    rows: dict[int, Row] = {}
    for name in list(data):
        if match := pattern.fullmatch(name):
            before, number, field = match.groups()
            rows.setdefault(int(number), {})[before, field] = data.pop(name)
    return [row for _number, row in sorted(rows.items())[:MOST_FIELDS]]


def _value(row: Row, name: str) -> str:
    values = row.get(("", name)) or [""]
    return str(values[-1])


def _matching(form, typed: list[Row], formset) -> Row | None:
    """The typed row of a stored one, taken out of the list."""
    for is_same in (_has_its_number, _shows_the_same):
        for row in typed:
            if is_same(form.instance, row) or formset.max_num == 1:
                typed.remove(row)
                return row
    return None


def _has_its_number(stored, row: Row) -> bool:
    return _value(row, "id") == str(stored.pk)


def _shows_the_same(stored, row: Row) -> bool:
    return any(
        _value(row, name) == str(getattr(stored, f"{name}_id"))
        for name in _SUBJECTS
        if hasattr(stored, f"{name}_id")
    )


def _stored_row(form, row: Row | None) -> Row:
    values = _present(form) if row is None else row
    return values | {("", "id"): [form.instance.pk]}


def _present(form) -> Row:
    values = {("", name): form[name].value() for name in form.fields}
    return {
        key: value if isinstance(value, list) else [value]
        for key, value in values.items()
        if value is not None and value is not False
    }


def _new_row(row: Row) -> Row:
    return {key: values for key, values in row.items() if key != ("", "id")}


def _order(row: Row) -> int:
    return text.row_number(_value(row, "order")) or 0


def _put_row(formset, data: QueryDict, number: int, row: Row) -> None:
    parent = formset.instance.pk
    for (before, name), values in (row | {("", "article"): [parent or ""]}).items():
        data.setlist(f"{before}{formset.prefix}-{number}-{name}", values)


def without_judgement(formsets, *forms_alone) -> None:
    """A form that is filled with what was typed is not judged before it is sent."""
    for formset in formsets:
        formset._errors = []
        formset._non_form_errors = formset.error_class()
    rows = [row for formset in formsets for row in formset.forms]
    for form in [*forms_alone, *rows]:
        form._errors = forms.utils.ErrorDict()


# ── Compared with it ────────────────────────────────────────────────────────────────────────────
def row_pairs(theirs, mine) -> list[tuple]:
    """(label, stored row or None, typed row) for every row of the formsets."""
    pairs = []
    for present, filled in zip(theirs, mine, strict=True):
        stored = {form.instance.pk: form for form in present.initial_forms}
        name = present.model._meta.verbose_name
        for number, row in enumerate(filled.forms, start=1):
            label = name if filled.max_num == 1 else f"{name} {number}"
            pairs.append((capfirst(label), stored.get(row.instance.pk), row))
    return pairs


def differences(pairs) -> list[Difference]:
    """The fields in which the forms of the pairs (label, stored or None, typed) differ."""
    found = []
    for label, stored, typed in pairs:
        for name in _compared(typed):
            present = shown(stored[name]) if stored is not None else ""
            text = shown(typed[name])
            if present != text and (text or stored is not None):
                field = f"{label}: {typed[name].label}" if label else str(typed[name].label)
                found.append(Difference(field, *marked(present, text)))
    return found


def _compared(form) -> list[str]:
    return [
        name
        for name, field in form.fields.items()
        if name not in _HIDDEN and not isinstance(field, forms.FileField)
    ]


def shown(bound) -> str:
    """The value of a form's field as a person reads it."""
    field, value = bound.field, bound.value()
    if isinstance(field, richtext.RichTextFormField):
        return richtext.plain_text(richtext.clean(value or ""))
    if isinstance(field, forms.BooleanField):
        return gettext("Yes") if value else gettext("No")
    if isinstance(field, forms.ModelChoiceField):
        return _chosen(field, value)
    if choices := dict(getattr(field.widget, "choices", ())):
        return str({str(key): label for key, label in choices.items()}.get(str(value or ""), ""))
    return str(field.widget.format_value(value) or "").replace("\r\n", "\n").strip()


def _chosen(field, value) -> str:
    """What a choice names; nothing of what this person may not choose."""
    keys = value if isinstance(value, list | tuple) else [value]
    try:
        chosen = list(field.queryset.filter(pk__in=[key for key in keys if key]))
    except (ValueError, ValidationError):
        return ""
    return ", ".join(sorted(map(str, chosen)))


def marked(theirs: str, mine: str) -> tuple[list, list]:
    """Both texts as stretches (words, whether they differ)."""
    old, new = re.findall(r"\S+|\s+", theirs), re.findall(r"\S+|\s+", mine)
    if len(old) + len(new) > _MOST_WORDS:
        return [(theirs, False)], [(mine, False)]
    left, right = [], []
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for step, start, end, new_start, new_end in steps:
        ours, others = "".join(new[new_start:new_end]), "".join(old[start:end])
        # A space between two changed words belongs to the change.
        differs = step != "equal" or (not ours.strip() and start > 0 and end < len(old))
        _add(left, others, differs)
        _add(right, ours, differs)
    return left, right


def _add(stretches: list, words: str, differs: bool) -> None:
    if not words:
        return
    if stretches and stretches[-1][1] == differs:
        words = stretches.pop()[0] + words
    stretches.append((words, differs))
