"""What templates call of units, posts and people."""

from django.utils.http import urlencode
from jinja2.ext import Extension

from departments import posts, schema_org


def map_link(address: str) -> str:
    """Where the address lies on OpenStreetMap: a plain link, nothing is loaded from there."""
    return "https://www.openstreetmap.org/search?" + urlencode({"query": address})


class Departments(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        environment.globals |= {
            "organization": schema_org.organization,
            "person_facts": schema_org.person,
        }
        environment.filters |= {
            "post_title": posts.title,
            "duration": posts.duration,
            "map_link": map_link,
        }
