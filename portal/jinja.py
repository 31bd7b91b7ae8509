"""The public pages' templates: Jinja2, because a page is drawn ten times faster than with Django's.

The admin keeps Django's own templates (templates/admin). Each app adds what its templates call in
a `jinja.py` of its own, listed in the settings.
"""

from __future__ import annotations

from functools import lru_cache

import jinja2
from django.conf import settings
from django.template.defaultfilters import capfirst, date, linebreaks, linebreaksbr
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from jinja2.ext import Extension

from portal import jsonld, pictures, richtext, stylesheet, text

_FOLDER = settings.BASE_DIR / "templates"


def _source(name: str):
    """A template of the public site; what the admin shows is left to Django's engine."""
    path = _FOLDER / name
    if name.startswith("admin/") or ".." in name or not path.is_file():
        return None
    return path.read_text(encoding="utf-8"), str(path), lambda: True


def environment(**options) -> jinja2.Environment:
    """Make the environment; Django calls it with the options of the settings."""
    options |= {
        "loader": jinja2.FunctionLoader(_source),
        "undefined": jinja2.ChainableUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    return jinja2.Environment(**options)  # noqa: S701 - Django's backend switches autoescape on


@lru_cache(maxsize=256)
def url(name: str, *args) -> str:
    """The address of a page, remembered: the frame names twenty of them."""
    return reverse(name, args=args)


class Portal(Extension):
    """What templates of every app may call."""

    def __init__(self, environment: jinja2.Environment):
        super().__init__(environment)
        environment.globals |= {
            "_": gettext,
            "url": url,
            "static": static,
            "stylesheet": stylesheet.inline,
            "picture": pictures.picture,
            "jsonld": jsonld.script,
            "site_url": settings.SITE_URL,
        }
        environment.filters |= {
            "date": date,
            "date_line": text.date_line,
            "formal_date": text.formal_date,
            "phone_link": text.phone_link,
            "tie": text.tie,
            "capfirst": capfirst,
            "linebreaks": linebreaks,
            "linebreaksbr": linebreaksbr,
            "richtext": richtext.render,
        }
