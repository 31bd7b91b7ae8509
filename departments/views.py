"""Pages about the agency and its units."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from departments.models import Department, today

NEWS = 5


@require_safe
def department_detail(request, slug: str):
    """A unit: what it does, how to reach it, what is part of it, its news.

    A closed unit keeps its page, under a banner that names its successor, without its contacts.
    """
    related = Department.objects.filter(Q(slug=slug) | Q(parent__slug=slug))
    units = list(related.select_related("parent"))
    unit = next((one for one in units if one.slug == slug), None)
    if unit is None:
        raise Http404
    is_closed = unit.closed_on is not None and unit.closed_on <= today()
    context = {
        "unit": unit,
        "is_closed": is_closed,
        "successions": _successions(unit) if is_closed else [],
        "contacts": [] if is_closed else list(unit.contacts.valid()),
        "subunits": [one for one in units if one is not unit and _is_open(one)],
        "articles": list(unit.articles.published().listed()[:NEWS]),
    }
    return render(request, "departments/department_detail.html", context)


def _is_open(unit: Department) -> bool:
    return unit.closed_on is None or unit.closed_on > today()


def _successions(unit: Department) -> list:
    in_effect = unit.successions.filter(effective_on__lte=today())
    return list(in_effect.select_related("successor"))
