"""`{{ article.body|richtext }}`: the only way stored HTML gets into a page."""

from django import template

from portal.richtext import render

register = template.Library()
register.filter("richtext", render, is_safe=True)
