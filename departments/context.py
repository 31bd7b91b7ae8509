"""Whose site this is, for every page: the header, the footer and the title need it."""

from django.utils.functional import SimpleLazyObject

from departments.models import SiteSettings


def site(request) -> dict:
    """`site`: the settings with the agency and its contact of today.

    One query, made when a template first asks: pages of the admin never do.
    """
    return {"site": SimpleLazyObject(SiteSettings.load)}
