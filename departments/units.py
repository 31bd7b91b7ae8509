"""Units as the pages show them: below the agency today, and where a unit came from."""

from __future__ import annotations

from itertools import takewhile

from django.db.models import OuterRef

from departments.models import Contact, Department, Succession, today, tree
from portal.prepared import Prepared


def below(agency: Department) -> list[Department]:
    """The open units below the agency, in reading order; one query.

    Each has its `parent`, its `subunits` and `own_contact`: its own contact of today, or None.
    """
    units = iter(tree(_open_units(on=today())))
    top = next((unit for unit in units if unit.pk == agency.pk), None)
    if top is None:
        return []
    found = list(takewhile(lambda unit: unit.depth > top.depth, units))
    for unit in [top, *found]:
        for subunit in unit.subunits:
            subunit.parent = unit
    for unit in found:
        fields = unit.contact_fields
        unit.own_contact = Contact(department=unit, **fields) if fields else None
    return found


@Prepared
def _open_units(on):
    own = Contact.objects.as_fields(OuterRef("pk"), on=on)
    return Department.objects.open(on=on).defer("functions").annotate(contact_fields=own)


def former_units(unit: Department) -> set[int]:
    """The ids of all units that a unit came from, over every generation; one query."""
    origins: dict[int, list[int]] = {}
    for step in _successions(on=today()):
        origins.setdefault(step.successor_id, []).append(step.predecessor_id)
    found, ahead = {unit.pk}, [unit.pk]
    while ahead:
        fresh = [old for old in origins.get(ahead.pop(), []) if old not in found]
        found.update(fresh)
        ahead += fresh
    return found - {unit.pk}


@Prepared
def _successions(on):
    return Succession.objects.filter(effective_on__lte=on).only("predecessor_id", "successor_id")
