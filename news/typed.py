"""What was typed, laid over the article as it is now, and compared with it.

A text that was kept aside may be older than the article: photos have come and gone since. Its rows
find the stored ones by their number, else by the photo, post or unit that they show; a row whose
stored one is gone becomes a new row, and what was added by others stays.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext

from news.autosaves import MOST_FIELDS
from news.differences import SAME, compare_words
from portal import richtext, text

# What a row of a formset shows; one that is in the article already is not added a second time.
_SUBJECTS = ("photo", "appointment", "department")
# Fields of a row that a person never sees as such.
_HIDDEN = {"id", "article", "order"}
# A browser sends nothing for these when nothing is ticked or chosen.
_EMPTY_IS_ABSENT = (forms.BooleanField, forms.ModelMultipleChoiceField)
# Beyond that, comparing word by word takes seconds.
_MOST_CHARACTERS = 40_000

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
    rows = sorted(rows_of(prefix, data).items())[:MOST_FIELDS]
    return [{key: data.pop(name) for key, name in row.items()} for _number, row in rows]


def rows_of(prefix: str, data) -> dict[int, dict[tuple[str, str], str]]:
    """The rows of a formset in what a form sent: by number, then by key, the names of fields."""
    pattern = re.compile(rf"(initial-|){re.escape(prefix)}-(\d{{1,4}})-(\w+)", re.ASCII)
    rows: dict[int, dict] = {}
    for name in data:
        if match := pattern.fullmatch(name):
            before, number, field = match.groups()
            rows.setdefault(int(number), {})[before, field] = name
    return rows


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
            words = shown(typed[name])
            if present != words and (words or stored is not None):
                field = f"{label}: {typed[name].label}" if label else str(typed[name].label)
                found.append(Difference(field, *marked(present, words)))
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
    if len(theirs) + len(mine) > _MOST_CHARACTERS:
        return [(theirs, False)], [(mine, False)]
    both = compare_words(theirs, mine, is_whole=True)
    left, right = ([(one.text, one.kind != SAME) for one in side if one.text] for side in both)
    return left, right
