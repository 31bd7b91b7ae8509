"""The audit trail on the screen of the administrators: to read, to search, to take along."""

from __future__ import annotations

import csv
import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal import audit, text
from portal.models import AuditEntry, User
from portal.text import row_number

LONGEST_SEARCH = 200


class TrailFilter(forms.Form):
    """Which entries: everything that is filled in must hold."""

    q = forms.CharField(
        label=_("Words of the object or the person"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput({"placeholder": _("with or without accents")}),
    )
    who = forms.TypedChoiceField(label=_("Who"), required=False, coerce=int, empty_value=None)
    action = forms.ChoiceField(label=_("What was done"), required=False)
    since = forms.DateField(label=_("From the day"), required=False)
    until = forms.DateField(label=_("To the day"), required=False)
    address = forms.CharField(label=_("IP address"), required=False, max_length=45)
    # Filled in by links: all that was done to one object.
    kind = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    number = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        anybody = [("", gettext("Anybody"))]
        accounts = User.objects.order_by("username").only("username", "first_name", "last_name")
        self.fields["who"].choices = anybody + [(user.pk, _named(user)) for user in accounts]
        actions = sorted((str(label), code) for code, label in audit.ACTIONS.items())
        self.fields["action"].choices = [("", gettext("Anything"))] + [
            (code, label) for label, code in actions
        ]
        for name in ("since", "until"):
            self.fields[name].widget.attrs["placeholder"] = _("dd/mm/yyyy")

    def entries(self):
        """The entries that match, the newest first; none while the form has an error."""
        if not self.is_valid():
            return AuditEntry.objects.none()
        chosen = self.cleaned_data
        exact = {
            "actor": chosen["who"],
            "action": chosen["action"],
            "address__startswith": chosen["address"].strip(),
            "target_type": chosen["kind"],
            "target_id": chosen["number"],
            "at__gte": _midnight(chosen["since"]),
            "at__lt": _midnight(chosen["until"], days=1),
        }
        rows = AuditEntry.objects.filter(**{name: one for name, one in exact.items() if one})
        for word in text.fold(chosen["q"]).split():
            rows = rows.filter(words__contains=word)
        return rows.order_by("-sequence")

    def told(self) -> dict:
        """What was chosen, for the entry about an export."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def _named(user) -> str:
    name = user.get_full_name()
    return f"{name} ({user.username})" if name else user.username


def _midnight(day: datetime.date | None, *, days: int = 0) -> datetime.datetime | None:
    if day is None or day >= datetime.date.max - datetime.timedelta(days=2):
        return None
    start = datetime.datetime.combine(day + datetime.timedelta(days=days), datetime.time())
    return timezone.make_aware(start)


class AuditEntryAdmin(admin.ModelAdmin):
    """Read only, for whoever has the right to view entries."""

    list_per_page = 50

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        export = self.admin_site.admin_view(self.export_view)
        return [path("export/", export, name="portal_auditentry_export"), *super().get_urls()]

    # ── The list: pages go by number of the entry, so that the last costs what the first does ───
    @method_decorator(require_safe)
    def changelist_view(self, request, extra_context=None):
        self._ask(request)
        form = TrailFilter(request.GET)
        rows = form.entries()
        if before := row_number(request.GET.get("before")):
            rows = rows.filter(sequence__lt=before)
        rows = list(rows.defer("words", "before", "after")[: self.list_per_page + 1])
        shown, more = rows[: self.list_per_page], len(rows) > self.list_per_page
        chosen = request.GET.copy()
        chosen.pop("before", None)
        older = chosen.copy()
        older["before"] = str(shown[-1].pk) if shown else ""
        context = {
            "form": form,
            "title": capfirst(self.opts.verbose_name_plural),
            "rows": [(entry, label_of(entry.action)) for entry in shown],
            "is_filtered": any(chosen.values()),
            "export_url": f"{reverse('admin:portal_auditentry_export')}?{chosen.urlencode()}",
            "newest_url": f"?{chosen.urlencode()}" if before else "",
            "older_url": f"?{older.urlencode()}" if more else "",
        }
        return self._page(request, "audit_list.html", context)

    # ── One entry ───────────────────────────────────────────────────────────────────────────────
    @method_decorator(require_safe)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        self._ask(request)
        entry = get_object_or_404(AuditEntry, pk=row_number(object_id))
        context = {
            "entry": entry,
            "label": label_of(entry.action),
            "kind": _kind_of(entry),
            "changes": list(changes_of(entry)),
            "object_url": object_url(entry),
            "title": gettext("Entry %s") % entry.sequence,
        }
        return self._page(request, "audit_entry.html", context)

    # ── To take along ───────────────────────────────────────────────────────────────────────────
    @method_decorator(require_safe)
    def export_view(self, request):
        """The entries of the same filters as CSV, all of them, sent while they are read."""
        self._ask(request)
        form = TrailFilter(request.GET)
        rows = form.entries()
        name = f"nhat-ky-{timezone.localtime():%Y-%m-%d-%H%M}.csv"
        if form.is_valid():
            title = self.opts.verbose_name_plural
            audit.record("export", request=request, target=title, after=form.told())
        response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _ask(self, request) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request, template, context):
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        return TemplateResponse(request, f"admin/portal/{template}", context)


def label_of(action: str) -> str:
    return str(audit.ACTIONS.get(action, action))


# ── What an entry says ──────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


# What entries say beside columns of their object.
_WORDS = {
    "reason": _("reason"),
    "version": _("version"),
    "method": _("kind of request"),
    "days": _("days"),
    "own_text": _("own text"),
    "link": _("number of the link"),
    "copy": _("number of the working copy"),
    "copy_of": _("copied from number"),
    "step": _("number of the step"),
    "verb": _("step that was tried"),
    "checksum": _("checksum"),
    "place": _("place"),
    "on": _("from the day on"),
    "to": _("handed to"),
    "old": _("old units"),
    "new": _("new units"),
    "word_file": _("Word file"),
    "action": _("action"),
    "q": _("words"),
    "who": _("account"),
    "signs_in": _("signs in with a password"),
}


def changes_of(entry: AuditEntry) -> Iterator[Change]:
    """Each thing that changed, before and after in words; inline rows as "contacts › 5 › phone"."""
    old, new = (dict(_flat(json.loads(side or "{}"))) for side in (entry.before, entry.after))
    model = _model_of(entry)
    for place in [*old, *(place for place in new if place not in old)]:
        field, label = _named_place(model, place)
        told = [_shown(side[place], field) if place in side else "–" for side in (old, new)]
        yield Change(label, *told)


def _named_place(model, place: tuple) -> tuple:
    """The field that a change is about, and its name; ("contacts", "5", "phone") is an inline's."""
    field = _field(model, place[0])
    if field is not None and field.auto_created and len(place) > 2:
        inner = _field(field.related_model, place[2])
        return inner, " › ".join([_label(field, place[0]), place[1], _label(inner, place[2])])
    return field, " › ".join([_label(field, place[0]), *place[1:]])


def _flat(values: dict, place: tuple = ()) -> Iterator[tuple[tuple, object]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, (*place, name))
        else:
            yield (*place, name), value


def _model_of(entry: AuditEntry):
    try:
        return apps.get_model(entry.target_type) if entry.target_type else None
    except (LookupError, ValueError):
        return None


def _kind_of(entry: AuditEntry) -> str:
    model = _model_of(entry)
    return capfirst(model._meta.verbose_name) if model else ""


def _field(model, name: str):
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(field, name: str) -> str:
    if name in _WORDS:
        return str(_WORDS[name])
    if field is None:
        return name
    if field.auto_created:  # a relation from another table: the rows of an inline
        return str(field.related_model._meta.verbose_name_plural)
    return str(field.verbose_name)


def _shown(value, field) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "–"
    choices = dict(getattr(field, "flatchoices", None) or [])
    return str(choices.get(value) or _moment(value))


def _moment(value) -> str:
    """A moment by Vietnam's clock; anything else as it is."""
    try:
        moment = datetime.datetime.fromisoformat(value) if len(value) > 10 else None
    except (TypeError, ValueError):
        return str(value)
    if moment is None or timezone.is_naive(moment):
        return value
    return date_format(timezone.localtime(moment), "H:i:s, d/m/Y")


def object_url(entry: AuditEntry) -> str:
    """The screen of what the entry is about, "" where there is none."""
    name = entry.target_type.replace(".", "_")
    try:
        return reverse(f"admin:{name}_change", args=[entry.target_id]) if entry.target_id else ""
    except NoReverseMatch:
        return ""


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────
_COLUMNS = (
    *("sequence", "at", "actor_name", "roles", "address", "request_id", "action"),
    *("target_type", "target_id", "target_title", "before", "after", "hash"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BATCH = 1000


class _Echo:
    def write(self, line: str) -> str:
        return line


def _csv(rows) -> Iterator[str]:
    """The lines of the file; the mark at its start tells Excel that it is UTF-8."""
    writer = csv.writer(_Echo())
    fields = [AuditEntry._meta.get_field(name) for name in _COLUMNS]
    yield "\ufeff" + writer.writerow([capfirst(str(field.verbose_name)) for field in fields])
    for entry in _in_batches(rows):
        yield writer.writerow([_cell(value) for value in entry])


def _in_batches(rows) -> Iterator[tuple]:
    batch = list(rows.values_list(*_COLUMNS)[:_BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(sequence__lt=batch[-1][0]).values_list(*_COLUMNS)[:_BATCH])


def _cell(value) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value):%d/%m/%Y %H:%M:%S}"
    words = str(value)
    return f"'{words}" if words.startswith(_FORMULA) else words
