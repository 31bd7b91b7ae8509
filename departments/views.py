"""Pages about the agency: what it is, its units, its leaders, how to reach it.

Everything is shown as it holds on the calendar day in Vietnam. `frame.site` is asked
for once a request, here or by the page's frame.
"""

from __future__ import annotations

from itertools import groupby

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from departments import frame
from departments.models import (
    Appointment,
    Contact,
    Department,
    Person,
    Succession,
    today,
)
from departments.posts import Posts
from departments.units import below, former_units
from portal.prepared import Prepared


@require_safe
def about(request):
    """The agency of today."""
    site = frame.site(request)
    context = {}
    if agency := site.agency:
        context["leaders"] = Posts.leading([agency.pk]).now()
        context["origins"] = _successions(agency)["origins"]
    return render(request, "departments/about.html", context)


@require_safe
def structure(request):
    """Leaders, the organisation chart, and a table of the units below the agency."""
    site = frame.site(request)
    context = {}
    if agency := site.agency:
        units = below(agency)
        posts = Posts.of_open_units()
        heads = posts.heads()
        for unit in units:
            unit.heads = heads.get(unit.pk, [])
        top = [unit for unit in units if unit.parent_id == agency.pk]
        context |= {
            "leaders": [post for post in posts.now(department=agency.pk) if post.is_leadership],
            "divisions": [unit for unit in top if unit.kind == Department.Kind.DIVISION],
            "subordinates": [unit for unit in top if unit.kind != Department.Kind.DIVISION],
            "units": units,
        }
    return render(request, "departments/structure.html", context)


@require_safe
def department_detail(request, slug: str):
    """A unit: what it does, who leads it, how to reach it, what is part of it, its news.

    A closed unit keeps its page, under a banner that names its successor, without its contacts
    and without its people.
    """
    units = _unit_and_parts(slug=slug, on=today())
    unit = next((one for one in units if one.slug == slug), None)
    if unit is None:
        raise Http404
    context = {
        "section": "structure",
        "unit": unit,
        "is_closed": not unit.is_open(),
        "subunits": [one for one in units if one is not unit and one.is_open()],
        **_successions(unit),
    }
    if unit.is_open():
        contacts = _contacts_of(unit=unit.pk, on=today())
        own = (contact for contact in contacts if contact.kind == Contact.Kind.GENERAL)
        context |= {
            "posts": Posts.of_unit(unit).now(),
            "contacts": contacts,
            "own_contact": next(own, None),
        }
    return render(request, "departments/department_detail.html", context)


@Prepared
def _unit_and_parts(slug, on):
    related = Department.objects.founded(on=on).filter(Q(slug=slug) | Q(parent__slug=slug))
    return related.select_related("parent").defer("parent__functions")


@Prepared
def _contacts_of(unit, on):
    return Contact.objects.valid(on=on).filter(department=unit)


@require_safe
def leaders(request):
    """Who leads the agency today, and who did, also in the agencies it came from."""
    site = frame.site(request)
    context = {"section": "structure"}
    if agency := site.agency:
        posts = Posts.leading([agency.pk, *former_units(agency)])
        context |= {"leaders": posts.now(department=agency.pk), "former": posts.ended()}
    return render(request, "departments/leaders.html", context)


@require_safe
def person_detail(request, slug: str):
    """A person: the posts held, the present ones first; how to reach one who holds a post."""
    person = next(iter(_person(slug=slug)), None)
    if person is None:
        raise Http404
    day = today()
    terms = _terms_of(person=person.pk)
    begun = [term for term in terms if term.first_day <= day]
    if terms and not begun:
        raise Http404
    begun.sort(key=lambda term: (term.last_day, term.first_day), reverse=True)
    current = [term for term in begun if term.holds(day)]
    current.sort(key=lambda term: term.position.rank)
    context = {
        "section": "structure",
        "person": person,
        "current": current,
        "past": [term for term in begun if not term.holds(day)],
    }
    return render(request, "departments/person_detail.html", context)


@Prepared
def _person(slug):
    return Person.objects.filter(slug=slug)


@Prepared
def _terms_of(person):
    return Appointment.objects.filter(person=person).select_related("position__department")


@require_safe
def contact(request):
    """How to reach the agency, and each of its units."""
    site = frame.site(request)
    context = {}
    if agency := site.agency:
        units = [agency, *below(agency)]
        by_unit: dict[int, list[Contact]] = {unit.pk: [] for unit in units}
        for one in _contacts(on=today()):
            if one.department_id in by_unit:
                by_unit[one.department_id].append(one)
        for unit in units:
            unit.valid_contacts = by_unit[unit.pk]
        context |= {"contacts": agency.valid_contacts, "units": units[1:]}
        context["has_table"] = any(unit.valid_contacts for unit in units[1:])
    return render(request, "departments/contact.html", context)


@Prepared
def _contacts(on):
    return Contact.objects.valid(on=on).filter(department__in=Department.objects.open(on=on))


def _successions(unit: Department) -> dict:
    """What became of a unit and where it came from, as far as it has taken effect; one query.

    `successions`: lists of those that are one act, as a split is; `origins`: one each.
    """
    rows = _successions_of(unit=unit.pk, on=today())
    onward = [row for row in rows if row.predecessor_id == unit.pk]
    acts = groupby(onward, key=lambda row: (row.effective_on, row.kind, row.legal_basis))
    return {
        "successions": [list(act) for _key, act in acts],
        "origins": [row for row in rows if row.successor_id == unit.pk],
    }


@Prepared
def _successions_of(unit, on):
    return (
        Succession.objects.filter(Q(predecessor=unit) | Q(successor=unit))
        .filter(effective_on__lte=on)
        .select_related("predecessor", "successor")
        .defer("predecessor__functions", "successor__functions")
    )
