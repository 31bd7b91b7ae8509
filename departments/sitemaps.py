"""The pages about the agency, its units and its people, for the site maps."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from departments.models import Appointment, Department, Person, today


def addresses() -> list[str]:
    """The paths of all of them; two queries."""
    names = ("about", "structure", "leaders", "contact")
    pages = [reverse(f"departments:{name}") for name in names]
    units = Department.objects.founded().only("slug")
    people = known_people().only("slug")
    return pages + [one.get_absolute_url() for one in (*units, *people)]


def known_people():
    """People who hold or held a post: whoever is to come is not told beforehand."""
    begun = Appointment.objects.filter(person=OuterRef("pk")).filter(
        Q(started_on=None) | Q(started_on__lte=today())
    )
    return Person.objects.filter(Exists(begun))
