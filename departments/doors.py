"""Portraits and pictures of units: public as long as the person or the unit has a page."""

from functools import reduce
from operator import or_

from django.db.models import Q

from departments.models import Department, Person
from portal.files import Door


def _names(checksums) -> list:
    """Two querysets: the pictures of units and the portraits that are made of these files."""
    return [
        rows.filter(
            reduce(or_, (Q(**{f"{name}__contains": one}) for one in checksums))
        ).values_list(name, flat=True)
        for name, rows in (
            ("picture", Department.objects.founded()),
            ("portrait", Person.objects.all()),
        )
    ]


def public_until(checksum: str) -> list:
    return [None for names in _names([checksum]) if names.exists()]


def public_among(checksums) -> set[str]:
    names = [name for found in _names(checksums) for name in found]
    return {checksum for checksum in checksums if any(checksum in name for name in names)}


def open_to(checksum: str, user) -> bool:
    """Nothing beyond that: what a unit or a person shows is public already."""
    return False


DOOR = Door(public_until=public_until, public_among=public_among, open_to=open_to)
