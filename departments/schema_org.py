"""Units, people and the publisher as schema.org describes them, for search engines."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse

from departments.models import Appointment, Contact, Department, Person, SiteSettings
from portal import schema_org, sharing, text
from portal.addresses import static


def organization(
    unit: Department, contact: Contact | None = None, parent: Department | None = None
) -> dict:
    """The unit as a GovernmentOrganization; what is not known is left out."""
    names = [unit.short_name, *unit.alias_list]
    facts = {
        "name": unit.name,
        "alternateName": [name for name in dict.fromkeys(names) if name],
        "url": sharing.absolute(unit.get_absolute_url()),
        "foundingDate": _iso(unit.founded_on),
        "dissolutionDate": "" if unit.is_open() else _iso(unit.closed_on),
        "parentOrganization": _reference(parent),
        **(_contact(contact) if contact else {}),
    }
    return {
        "@context": schema_org.CONTEXT,
        "@type": "GovernmentOrganization",
        **{name: fact for name, fact in facts.items() if fact},
    }


def publisher(site: SiteSettings) -> dict:
    """Who answers for what the site publishes, with the site's mark."""
    return _publisher(site.name)


@lru_cache(maxsize=8)
def _publisher(name: str) -> dict:
    mark = {"@type": "ImageObject", "url": sharing.absolute(static("portal/mark.svg"))}
    return {
        "@type": "GovernmentOrganization",
        "name": name,
        "url": sharing.absolute(reverse("home")),
        "logo": mark,
    }


def person(someone: Person, current: list[Appointment]) -> dict:
    """A person with the posts held today; `current`: these terms, with post and unit loaded."""
    portrait = sharing.picture_of(someone.portrait, alt=someone.full_name)
    facts = {
        "name": someone.full_name,
        "url": sharing.absolute(someone.get_absolute_url()),
        "image": schema_org.image(portrait) if portrait else {},
        "jobTitle": [term.position.title for term in current],
        "worksFor": [_reference(term.position.department) for term in current],
        **({"email": someone.email, "telephone": _number(someone.phone)} if current else {}),
    }
    known = {name: fact for name, fact in facts.items() if fact}
    return {"@context": schema_org.CONTEXT, "@type": "Person", **known}


def _reference(unit: Department | None) -> dict:
    if unit is None:
        return {}
    address = sharing.absolute(unit.get_absolute_url())
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
