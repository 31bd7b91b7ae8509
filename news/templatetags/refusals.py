"""The messages of a page, told apart: those that name a field of its form, and the others."""

from django import template

register = template.Library()


@register.filter
def of_fields(messages) -> list:
    """What news.admin.refusals said of a field: its id stands in `extra_tags`."""
    return [line for line in messages if line.extra_tags]


@register.filter
def of_no_field(messages) -> list:
    return [line for line in messages if not line.extra_tags]
