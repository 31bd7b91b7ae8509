"""Dates and phones as portal.text writes them, for templates."""

from django import template

from portal import text

register = template.Library()
register.filter("date_line", text.date_line)
register.filter("formal_date", text.formal_date)
register.filter("phone_link", text.phone_link)
