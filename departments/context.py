"""Whose site this is, for every page: the header, the footer and the title need it."""

from django.utils.functional import SimpleLazyObject

from departments.models import Contact, SiteSettings


def site(request) -> dict:
    """`site` (the settings with their agency) and `agency_contact` (its own contact, or None).

    One query each, made when a template first asks: pages of the admin never do.
    """
    settings = SimpleLazyObject(SiteSettings.load)

    def contact() -> Contact | None:
        return settings.agency.contact() if settings.agency else None

    return {"site": settings, "agency_contact": SimpleLazyObject(contact)}
