"""Posts and terms in words, and a unit as search engines read it, for templates."""

from django import template
from django.utils.http import urlencode

from departments import posts, schema_org

register = template.Library()
register.filter("post_title", posts.title)
register.filter("duration", posts.duration)
register.simple_tag(schema_org.organization, name="organization")
register.simple_tag(schema_org.person, name="person_facts")


@register.filter
def map_link(address: str) -> str:
    """Where the address lies on OpenStreetMap: a plain link, nothing is loaded from there."""
    return "https://www.openstreetmap.org/search?" + urlencode({"query": address})
