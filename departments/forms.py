"""Forms for what happens to units and posts: terms judged together, a change of holder, an act."""

import datetime

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from departments.models import Appointment, Department, Person, Position, Succession
from departments.reorganisation import NewUnit, Plan
from portal import text
from portal.admin import Autocomplete, AutocompleteSeveral

NAME_LENGTH = Department._meta.get_field("name").max_length


class AppointmentFormSet(BaseInlineFormSet):
    """Terms on one screen are judged as typed: ending one and starting the next go together."""

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.instance.is_judged_together = True
        return form

    def clean(self):
        super().clean()
        kept = [form for form in self.forms if self._is_kept(form)]
        positions = {form.instance.position_id for form in kept}
        # Whoever fills the same posts at the same moment waits until this is saved.
        list(Position.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=positions))
        for form in kept:
            self._judge(form, [other.instance for other in kept if other is not form])

    def _is_kept(self, form) -> bool:
        typed = form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        return bool(typed and (form.instance.position_id or self.instance.pk is None))

    def _judge(self, form, others) -> None:
        term = form.instance
        seats = term.position.seats
        on_screen = [form.instance.pk for form in self.initial_forms]
        stored = Appointment.objects.overlapping(term).exclude(pk__in=on_screen)
        rivals = [other for other in others if other.position == term.position]
        rivals += stored.select_related("person") if term.position_id else []
        holder = term.seat_taken_by(rivals, seats=seats) if seats else None
        if holder:
            form.add_error("started_on", term.taken_message(holder))


class HandOverForm(forms.Form):
    """One day on which a term ends and, unless the post stays vacant, the next begins."""

    on = forms.DateField(
        label=_("The new holder starts on"),
        widget=AdminDateWidget,
        help_text=_("The present term ends the day before."),
    )
    to = forms.ModelChoiceField(
        Person.objects,
        label=_("New holder"),
        required=False,
        help_text=_("Somebody already on record. Leave both empty: the post stays vacant."),
    )
    name = forms.CharField(label=_("Or the name of somebody new"), required=False, max_length=150)
    is_acting = forms.BooleanField(label=_("as acting head"), required=False)
    decision_number = forms.CharField(label=_("Decision number"), required=False, max_length=100)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        person = Appointment._meta.get_field("person")
        self.fields["to"].widget = Autocomplete(person, admin.site)
        self.fields["to"].widget.choices = self.fields["to"].choices

    def clean(self):
        if self.cleaned_data.get("to") and self.cleaned_data.get("name"):
            raise ValidationError({"name": _("Choose a person or write a new name, not both.")})

    def carry_out(self, appointment: Appointment) -> Appointment | None:
        """Hand the post over; raises ValidationError when that day is not possible."""
        data = self.cleaned_data
        person = data["to"]
        if data["name"]:
            person = Person.objects.create(full_name=data["name"])
        return appointment.hand_over(
            on=data["on"],
            to=person,
            is_acting=data["is_acting"],
            decision_number=data["decision_number"],
        )


class ReorganisationForm(forms.Form):
    """What becomes of which units on which day."""

    kind = forms.ChoiceField(
        label=_("What happens"),
        widget=forms.RadioSelect,
        choices=[
            (Succession.Kind.MERGED, _("Merger: several units become one")),
            (Succession.Kind.RENAMED, _("Renaming: one unit gets another name")),
            (Succession.Kind.SPLIT, _("Split: one unit becomes several")),
            (Succession.Kind.TRANSFERRED, _("Transfer: one unit moves below another")),
        ],
    )
    old = forms.ModelMultipleChoiceField(
        Department.objects.filter(closed_on=None),
        label=_("Old units"),
        help_text=_("Their sub-units go along, with their people and contacts."),
    )
    names = forms.CharField(
        label=_("New names"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. Only a split has several. A transferred unit keeps its name."),
    )
    short_name = forms.CharField(
        label=_("New short name"),
        required=False,
        max_length=100,
        help_text=_("For example: Sở KH&CN"),
    )
    parent = forms.ModelChoiceField(
        Department.objects.filter(closed_on=None),
        label=_("Belongs to"),
        required=False,
        help_text=_("For a transfer: the unit above from then on. Else it stays as it was."),
    )
    on = forms.DateField(
        label=_("Effective on"),
        widget=AdminDateWidget,
        validators=[MinValueValidator(datetime.date(1945, 1, 1))],
        help_text=_("A day ahead takes effect by itself on that day."),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=255,
        help_text=_("For example: Nghị quyết số 47/NQ-HĐND ngày 19/02/2025"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        parent = Department._meta.get_field("parent")
        for name, widget in (("old", AutocompleteSeveral), ("parent", Autocomplete)):
            self.fields[name].widget = widget(parent, admin.site)
            self.fields[name].widget.choices = self.fields[name].choices

    def clean_names(self):
        names = self.cleaned_data["names"]
        lines = [text.fold(line) for line in names.splitlines() if line.strip()]
        if len(lines) != len(set(lines)):
            raise ValidationError(_("Two new units have the same name."))
        if any(len(line) > NAME_LENGTH for line in names.splitlines()):
            raise ValidationError(_("A name has at most %s characters.") % NAME_LENGTH)
        return names

    def clean(self):
        if not self.errors:
            self.plan.check()

    @property
    def plan(self) -> Plan:
        data = self.cleaned_data
        names = [text.normalize_line(line) for line in data["names"].splitlines()]
        names = [name for name in names if name]
        new = [NewUnit(name=name, parent=data["parent"]) for name in names]
        if new:
            new[0].short_name = data["short_name"]
        return Plan(
            kind=Succession.Kind(data["kind"]),
            old=list(data["old"]),
            new=new,
            on=data["on"],
            legal_basis=data["legal_basis"],
        )
