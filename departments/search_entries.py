"""What search finds of units and people."""

from __future__ import annotations

import datetime

from django.db.models import Prefetch
from django.utils import timezone

from departments.models import Appointment, Department, Person, Position, today
from portal import search
from portal.richtext import plain_text
from portal.search import Entry


def register() -> None:
    search.register(Department, rows=lambda units: units, entry=unit_entry)
    search.register(
        Person,
        rows=_people,
        entry=person_entry,
        shows={
            Appointment: lambda term: [term.person_id],
            Position: lambda post: _holders(position=post),
            Department: lambda unit: _holders(position__department=unit),
        },
    )


def unit_entry(unit: Department) -> Entry:
    """A unit under all its names. One that is still to be founded is found from that day on."""
    names = [unit.short_name, *unit.alias_list]
    return Entry(
        kind="don-vi",
        url=unit.get_absolute_url(),
        title=unit.name,
        text="\n".join(filter(None, [_listed(names), plain_text(unit.functions)])),
        department=unit.slug,
        public_from=_begin(unit.founded_on) if unit.founded_on else None,
    )


def _listed(words: list[str]) -> str:
    """As a sentence of a result: a snippet stands on one line."""
    return "; ".join(filter(None, words))


def _begin(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _people(people):
    terms = Appointment.objects.select_related("position__department")
    return people.prefetch_related(
        Prefetch("appointments", terms.defer("position__department__functions"))
    )


def _holders(**of):
    return Appointment.objects.filter(**of).order_by().values_list("person", flat=True).distinct()


def person_entry(person: Person) -> Entry:
    """A person with the posts that the page names: none before its first day.

    A post that begins by the clock is found from the next change or rebuild on.
    """
    day = today()
    begun = [term for term in person.appointments.all() if term.first_day <= day]
    begun.sort(key=lambda term: (not term.holds(day), term.position.rank, -_ordinal(term)))
    posts = [f"{term.position.title}, {term.position.department.name}" for term in begun]
    return Entry(
        kind="nhan-su",
        url=person.get_absolute_url(),
        title=person.full_name,
        text=_listed(posts),
        department=begun[0].position.department.slug if begun else "",
        public_from=_begin(first) if (first := person.first_public_day()) else None,
    )


def _ordinal(term: Appointment) -> int:
    return (term.started_on or datetime.date.min).toordinal()
