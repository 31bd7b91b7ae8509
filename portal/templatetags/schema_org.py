"""`{% breadcrumbs %}`: the way to the page, for search engines."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext

from portal import schema_org
from portal.templatetags.jsonld import jsonld

register = template.Library()


@register.simple_tag
def breadcrumbs(*names_and_paths) -> str:
    """Print the steps below the home page: name, path, name, path, …, the page's own name.

    A step without a name is left out, so that a parent that may be missing needs no branch.
    """
    names, paths = names_and_paths[::2], [*names_and_paths[1::2], ""]
    below = [(name, path) for name, path in zip(names, paths, strict=False) if name]
    return jsonld(schema_org.breadcrumbs([(gettext("Home"), reverse("home")), *below]))
