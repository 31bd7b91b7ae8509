"""A unit as schema.org describes it, for search engines."""

from __future__ import annotations

from django.conf import settings

from departments.models import Contact, Department
from portal import text


def organization(
    unit: Department, contact: Contact | None = None, parent: Department | None = None
) -> dict:
    """The unit as a GovernmentOrganization; what is not known is left out."""
    names = [unit.short_name, *unit.alias_list]
    facts = {
        "name": unit.name,
        "alternateName": [name for name in dict.fromkeys(names) if name],
        "url": settings.SITE_URL + unit.get_absolute_url(),
        "foundingDate": _iso(unit.founded_on),
        "dissolutionDate": "" if unit.is_open() else _iso(unit.closed_on),
        "parentOrganization": _reference(parent),
        **(_contact(contact) if contact else {}),
    }
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentOrganization",
        **{name: fact for name, fact in facts.items() if fact},
    }


def _reference(unit: Department | None) -> dict:
    if unit is None:
        return {}
    address = settings.SITE_URL + unit.get_absolute_url()
    return {"@type": "GovernmentOrganization", "name": unit.name, "url": address}


def _contact(contact: Contact) -> dict:
    return {
        "address": contact.address,
        "telephone": _number(contact.phone),
        "faxNumber": _number(contact.fax),
        "email": contact.email,
    }


def _number(phone: str) -> str:
    """ "+842053871906", or as typed when it cannot be dialled."""
    return text.phone_link(phone).removeprefix("tel:") or phone


def _iso(day) -> str:
    return day.isoformat() if day else ""
