"""Reorganisation as one act: merge, rename, split or transfer on a day, with its legal basis.

A rename, a merger or a move makes new units and successions, so that old pages stay true: the old
unit keeps its page, its news and its people; the new one starts on the day. `Plan.changes` says
beforehand what will happen, `Plan.carry_out` does it in one transaction. A day ahead takes effect
by the clock: everything is written with its date, nothing waits for a job.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import (
    Appointment,
    Contact,
    Department,
    Position,
    SiteSettings,
    Succession,
)
from portal import audit
from portal.text import formal_date

Kind = Succession.Kind

# The fields of a contact that goes along to the new unit.
CONTACT_FIELDS = (
    "label",
    "kind",
    "address",
    "phone",
    "fax",
    "email",
    "website",
    "opening_hours",
    "order",
)


@dataclass
class NewUnit:
    """A unit to be made. `name` alone is needed."""

    name: str
    short_name: str = ""
    parent: Department | None = None


@dataclass
class Plan:
    """One act. `old` units become `new` ones on the day `on`.

    merged: several old, one new; renamed and transferred: one old, one new; split: one old,
    several new. Sub-units of the old ones go along to the first new unit, with their people and
    contacts. The old units' own people do not: who leads the new unit is decided anew, except
    after a rename or a transfer, where the unit itself stays what it was.
    """

    kind: Kind
    old: list[Department]
    new: list[NewUnit]
    on: datetime.date
    legal_basis: str = ""
    _units: dict = field(default_factory=dict, init=False, repr=False)

    # ── Before ──────────────────────────────────────────────────────────────────────────────────
    def check(self) -> None:
        """Raise ValidationError with every reason why this act cannot be done."""
        errors = [*self._errors_of_number(), *self._errors_of_units()]
        if errors:
            raise ValidationError(errors)

    def _errors_of_number(self) -> Iterator[str]:
        if not self.old or not self.new:
            yield _("Choose the old unit and name the new one.")
        elif self.kind == Kind.MERGED and len(self.old) < 2:
            yield _("A merger takes at least two units.")
        elif self.kind != Kind.MERGED and len(self.old) > 1:
            yield _("Choose one unit; only a merger takes several.")
        elif self.kind == Kind.SPLIT and len(self.new) < 2:
            yield _("A split makes at least two units.")
        elif self.kind != Kind.SPLIT and len(self.new) > 1:
            yield _("Name one new unit; only a split makes several.")

    def _errors_of_units(self) -> Iterator[str]:
        going = self._going()
        for unit in going:
            if unit.closed_on:
                day = formal_date(unit.closed_on)
                yield _("“%(unit)s” is closed or will close on %(day)s already.") % {
                    "unit": unit,
                    "day": day,
                }
            elif unit.founded_on and unit.founded_on >= self.on:
                yield _("“%s” is founded only on that day or later.") % unit
        if self.old and self._agency_goes() and SiteSettings.load().is_changing:
            yield _("The site changes to another agency already on a day ahead.")
        for term in self._terms():
            if term.first_day >= self.on and not self._people_stay(term.position.department):
                yield _(
                    "%(person)s starts as %(position)s only later. End or correct that first."
                ) % {
                    "person": term.person,
                    "position": term.position,
                }
        for unit in self.new:
            if unit.parent in going:
                yield _("The new unit cannot belong to “%s”, which closes.") % unit.parent

    def changes(self) -> list[str]:
        """What will happen, a sentence each, in the order of the units."""
        day = formal_date(self.on)
        names = ", ".join(unit.name for unit in self.new)
        sentences = [
            _("“%(unit)s” closes on %(day)s and is %(kind)s “%(new)s”.")
            % {"unit": unit, "day": day, "kind": Kind(self.kind).label, "new": names}
            for unit in self.old
        ]
        sentences += [
            _("New unit from %(day)s: “%(unit)s”.") % {"day": day, "unit": unit.name}
            for unit in self.new
        ]
        sentences += [
            _("“%(unit)s” goes along to “%(new)s”.") % {"unit": unit, "new": self.new[0].name}
            for unit in self._along()
        ]
        sentences += [self._of_term(term) for term in self._terms()]
        sentences += [self._of_contact(contact) for contact in self._contacts()]
        if self._agency_goes():
            agency = SiteSettings.load(on=self.on).agency
            heir = self.new[0].name if agency in self.old else agency.name
            sentences.append(
                _("From %(day)s this is the site of “%(unit)s”.") % {"day": day, "unit": heir}
            )
        return sentences

    def _of_term(self, term: Appointment) -> str:
        words = {"person": term.person, "position": term.position}
        if self._people_stay(term.position.department):
            return _("%(person)s stays %(position)s, in the new unit.") % words
        return _("The term of %(person)s as %(position)s ends.") % words

    def _of_contact(self, contact: Contact) -> str:
        words = {"contact": contact.label, "unit": contact.department}
        if self._people_stay(contact.department):
            return _("Contact “%(contact)s” of “%(unit)s” goes along.") % words
        return _("Contact “%(contact)s” of “%(unit)s” ends.") % words

    # ── What it touches ─────────────────────────────────────────────────────────────────────────
    def _going(self) -> list[Department]:
        return [*self.old, *self._along()]

    def _along(self) -> list[Department]:
        """Open units below the old ones, each after its parent."""
        if not self._units:
            self._units = {unit.pk: unit for unit in Department.objects.all()}
        found = {unit.pk for unit in self.old}
        along = []
        while fresh := [
            unit
            for unit in self._units.values()
            if unit.parent_id in found and unit.pk not in found and unit.is_open(on=self.on)
        ]:
            along += fresh
            found.update(unit.pk for unit in fresh)
        return along

    def _terms(self) -> list[Appointment]:
        """Terms that would run on past the day, also those that start later."""
        terms = Appointment.objects.filter(position__department__in=self._going())
        running = terms.select_related("person", "position__department")
        return [term for term in running if term.last_day >= self.on]

    def _contacts(self) -> list[Contact]:
        contacts = Contact.objects.filter(department__in=self._going())
        running = contacts.select_related("department")
        return [
            contact
            for contact in running
            if contact.valid_until is None or contact.valid_until >= self.on
        ]

    def _people_stay(self, unit: Department) -> bool:
        return unit not in self.old or self.kind in {Kind.RENAMED, Kind.TRANSFERRED}

    def _agency_goes(self) -> bool:
        return SiteSettings.load(on=self.on).agency in self._going()

    # ── The act ─────────────────────────────────────────────────────────────────────────────────
    def carry_out(self) -> list[Department]:
        """Do it all or nothing; returns the new top units. Raises ValidationError."""
        with transaction.atomic():
            # Whoever reorganises the same units at the same moment waits, and is then refused.
            rows = Department.objects.select_for_update(no_key=True)
            locked = rows.in_bulk([unit.pk for unit in self.old])
            self.old = [locked[unit.pk] for unit in self.old]
            self._units = {}
            self.check()
            terms, contacts, along = self._terms(), self._contacts(), self._along()
            made = [self._make(unit) for unit in self.new]
            heirs = {unit.pk: made[0] for unit in self.old}
            for unit in self.old:
                self._succeed(unit, made, self.kind)
            for unit in along:
                heirs[unit.pk] = self._carry_along(unit, heirs)
            self._end_terms(terms, heirs)
            self._end_contacts(contacts, heirs)
            self._keep_positions(heirs)
            self._hand_over_the_site(heirs)
            audit.record("reorganise", target=made[0], after=self._told(made))
        return made

    def _told(self, made: list[Department]) -> dict:
        told = {"kind": self.kind, "on": self.on, "legal_basis": self.legal_basis}
        return told | {"old": self.old, "new": made}

    def _make(self, unit: NewUnit) -> Department:
        model = self.old[0]
        return Department.objects.create(
            name=unit.name,
            short_name=unit.short_name,
            kind=model.kind,
            parent=unit.parent or self._parent_that_stays(),
            order=model.order,
            founded_on=self.on,
            legal_basis=self.legal_basis,
            **(_looks(model) if len(self.old) == len(self.new) == 1 else {}),
        )

    def _parent_that_stays(self) -> Department | None:
        """Where the old units belonged, unless that closes too or the unit moves elsewhere."""
        if self.kind == Kind.TRANSFERRED:
            return None
        going = self._going()
        return next((old.parent for old in self.old if old.parent not in going), None)

    def _carry_along(self, unit: Department, heirs: dict) -> Department:
        heir = Department.objects.create(
            name=unit.name,
            short_name=unit.short_name,
            aliases=unit.aliases,
            kind=unit.kind,
            parent=heirs[unit.parent_id],
            order=unit.order,
            **_looks(unit),
            founded_on=self.on,
            legal_basis=self.legal_basis,
        )
        self._succeed(unit, [heir], Kind.TRANSFERRED)
        return heir

    def _succeed(self, unit: Department, heirs: list[Department], kind: Kind) -> None:
        """Close the unit, and let each heir be found under its names."""
        unit.closed_on = self.on
        unit.save(update_fields=["closed_on"])
        for heir in heirs:
            Succession.objects.create(
                predecessor=unit,
                successor=heir,
                effective_on=self.on,
                kind=kind,
                legal_basis=self.legal_basis,
            )
            heir.add_aliases(unit.name, unit.short_name, *unit.alias_list)
            heir.save(update_fields=["aliases"])

    def _end_terms(self, terms: list[Appointment], heirs: dict) -> None:
        for term in terms:
            heir = heirs[term.position.department_id]
            if term.first_day >= self.on:  # it has not begun: it begins in the new unit
                term.position = _same_position(term.position, heir)
                term.save()
                continue
            if self._people_stay(term.position.department):
                self._continue_term(term, heir)
            term.ended_on = self.on - datetime.timedelta(days=1)
            term.save(update_fields=["ended_on"])

    def _continue_term(self, term: Appointment, heir: Department) -> None:
        following = Appointment.objects.create(
            person=term.person,
            position=_same_position(term.position, heir),
            started_on=self.on,
            ended_on=term.ended_on,
            is_acting=term.is_acting,
            duties=term.duties,
            decision_number=term.decision_number,
        )
        # What was chaired from the day on was chaired in the post as it is called since.
        term.chaired_conferences.filter(held_on__gte=self.on).update(chair=following)

    def _end_contacts(self, contacts: list[Contact], heirs: dict) -> None:
        for contact in contacts:
            if self._people_stay(contact.department):
                fields = {name: getattr(contact, name) for name in CONTACT_FIELDS}
                starts = max(self.on, contact.valid_from or datetime.date.min)
                heirs[contact.department_id].contacts.create(
                    **fields, valid_from=starts, valid_until=contact.valid_until
                )
            last = self.on - datetime.timedelta(days=1)
            if contact.valid_from and contact.valid_from > last:
                contact.delete()
            else:
                contact.valid_until = last
                contact.save(update_fields=["valid_until"])

    def _keep_positions(self, heirs: dict) -> None:
        """The posts exist in the new units too, vacant until somebody is appointed."""
        positions = Position.objects.filter(department__in=heirs).select_related("department")
        for position in positions.order_by("rank", "pk"):
            _same_position(position, heirs[position.department_id])

    def _hand_over_the_site(self, heirs: dict) -> None:
        heir = heirs.get(SiteSettings.load(on=self.on).agency_id)
        if heir:
            settings = SiteSettings.objects.select_for_update(no_key=True).get()
            settings.succeed(heir, on=self.on)
            settings.save()


def _looks(unit: Department) -> dict:
    """What a unit that stays what it was keeps: its functions and its picture."""
    return {
        "functions": unit.functions,
        "picture": unit.picture.name,
        "picture_width": unit.picture_width,
        "picture_height": unit.picture_height,
    }


def _same_position(position: Position, unit: Department) -> Position:
    """The position of that title in `unit`, made when it has none."""
    return Position.objects.get_or_create(
        department=unit,
        title=position.title,
        defaults={
            "rank": position.rank,
            "seats": position.seats,
            "is_leadership": position.is_leadership,
        },
    )[0]
