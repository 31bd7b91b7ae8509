"""Units, contacts and leaders as CSV and JSON for whoever wants to compute with them.

The field names are part of the contract: programs of others read them. What takes effect on a
day ahead is not told before. Dates are ISO 8601; a term's start is as exact as it is known.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from departments import posts
from departments.models import (
    Appointment,
    Contact,
    Department,
    SiteSettings,
    Succession,
    today,
)
from portal.spreadsheets import csv_lines

UNIT_FIELDS = ("name", "short_name", "aliases", "kind", "parent", "founded_on", "closed_on")
UNIT_FIELDS += ("successors", "url")
CONTACT_FIELDS = ("label", "kind", "address", "phone", "fax", "email", "website", "opening_hours")
LEADER_FIELDS = ("name", "post", "unit", "since", "phone", "email")

# ── The rows ────────────────────────────────────────────────────────────────────────────────────


def units() -> Iterator[dict]:
    """Every unit that was ever founded, also closed ones."""
    successors: dict[int, list[str]] = {}
    effective = Succession.objects.filter(effective_on__lte=today())
    for old, name in effective.values_list("predecessor", "successor__name"):
        successors.setdefault(old, []).append(name)
    known = {unit.pk: unit for unit in Department.objects.founded().defer("functions")}
    for unit in known.values():
        parent = known.get(unit.parent_id)
        yield {
            "name": unit.name,
            "short_name": unit.short_name,
            "aliases": unit.alias_list,
            "kind": unit.kind,
            "parent": parent.name if parent else "",
            "founded_on": _iso(unit.founded_on),
            "closed_on": "" if unit.is_open() else _iso(unit.closed_on),
            "successors": successors.get(unit.pk, []),
            "url": settings.SITE_URL + unit.get_absolute_url(),
        }


def contacts() -> Iterator[dict]:
    """Every valid contact of a unit that is open."""
    valid = Contact.objects.valid().filter(department__in=Department.objects.open())
    rows = valid.select_related("department").defer("department__functions")
    for contact in rows.order_by("department__order", "department", "order", "pk"):
        address = settings.SITE_URL + contact.department.get_absolute_url()
        facts = {name: getattr(contact, name) for name in CONTACT_FIELDS}
        yield {"unit": contact.department.name, "unit_url": address, **facts}


def leaders() -> Iterator[dict]:
    """Who leads today's agency; vacant posts are left out."""
    agency = SiteSettings.load().agency
    for post in posts.Posts.leading([agency.pk] if agency else []).now():
        if post.term:
            person = post.term.person
            yield {
                "name": person.full_name,
                "post": posts.title(post.term),
                "unit": post.department.name,
                "since": _since(post.term),
                "phone": person.phone,
                "email": person.email,
            }


DATASETS = {
    "don-vi": (units, UNIT_FIELDS),
    "lien-he": (contacts, ("unit", "unit_url", *CONTACT_FIELDS)),
    "lanh-dao": (leaders, LEADER_FIELDS),
}


def _iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


def _since(term: Appointment) -> str:
    """ "2020-03-01", "2020-03" or "2020"."""
    length = {Appointment.Precision.YEAR: 4, Appointment.Precision.MONTH: 7}
    return _iso(term.started_on)[: length.get(term.start_precision, 10)]


# ── The two forms ───────────────────────────────────────────────────────────────────────────────


@require_safe
def as_json(request, name: str) -> HttpResponse:
    """`/du-lieu/<name>.json`: a list of objects."""
    rows, _fields = _dataset(name)
    response = JsonResponse(list(rows()), safe=False, json_dumps_params={"ensure_ascii": False})
    return _open_to_all(response)


@require_safe
def as_csv(request, name: str) -> HttpResponse:
    """`/du-lieu/<name>.csv`: RFC 4180 in UTF-8 with the mark that Excel needs to see it."""
    rows, fields = _dataset(name)
    lines = ([_cell(row[field]) for field in fields] for row in rows())
    response = HttpResponse(
        "".join(csv_lines([fields, *lines])), content_type="text/csv; charset=utf-8; header=present"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return _open_to_all(response)


def _dataset(name: str) -> tuple:
    try:
        return DATASETS[name]
    except KeyError as error:
        raise Http404 from error


def _cell(value: str | list[str]) -> str:
    """Lists joined with "; "."""
    return "; ".join(value) if isinstance(value, list) else value


def _open_to_all(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    return response
