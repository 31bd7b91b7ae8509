"""The public pages' templates: Jinja2, because a page is drawn ten times faster than with Django's.

The admin keeps Django's own templates (templates/admin). Each app adds what its templates call in
a `jinja.py` of its own, listed in the settings.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache

import jinja2
from django.conf import settings
from django.template.defaultfilters import capfirst, linebreaks_filter, linebreaksbr
from django.template.defaultfilters import date as as_date
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.translation import gettext
from jinja2.ext import Extension
from jinja2.runtime import Macro
from markupsafe import Markup

from portal import jsonld, pictures, policies, richtext, schema_org, sharing, stylesheet, text
from portal.addresses import static

_FOLDER = settings.BASE_DIR / "templates"


def _source(name: str):
    """A template of the public site; what the admin shows is left to Django's engine."""
    path = _FOLDER / name
    if name.startswith("admin/") or ".." in name or not path.is_file():
        return None
    source = _CONSTANT.sub(_written, path.read_text(encoding="utf-8"))
    return source, str(path), lambda: not settings.DEBUG


# A page says a hundred sentences and addresses that never change: they are written into the
# template when it is loaded, not asked for on every page.
_CONSTANT = re.compile(r"""\{\{ (_|url|static|integrity)\(["']([^"']*)["']\) \}\}""")


def _written(constant: re.Match) -> str:
    functions = {"_": gettext, "url": url, "static": static, "integrity": policies.integrity}
    return escape(functions[constant[1]](constant[2])).replace("{", "&#123;")


def environment(**options) -> jinja2.Environment:
    """Make the environment; Django calls it with the options of the settings."""
    options |= {
        "loader": jinja2.FunctionLoader(_source),
        "undefined": jinja2.ChainableUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    made = jinja2.Environment(**options)  # noqa: S701 - Django's backend switches autoescape on
    # Known to every template: an import costs a page as much as the macro that it imports.
    made.globals |= _macros(made)
    return made


def _macros(of: jinja2.Environment) -> dict:
    module = of.get_template("includes/macros.html").module
    return {name: macro for name, macro in vars(module).items() if isinstance(macro, Macro)}


@lru_cache(maxsize=256)
def url(name: str, *args) -> str:
    """The address of a page, remembered: the frame names twenty of them."""
    return reverse(name, args=args)


def breadcrumbs(*names_and_paths) -> str:
    """The way to the page for search engines: name, path, name, path, …, the page's own name.

    A step without a name is left out, so that a parent that may be missing needs no branch.
    """
    names, paths = names_and_paths[::2], [*names_and_paths[1::2], ""]
    below = [(name, path) for name, path in zip(names, paths, strict=False) if name]
    return jsonld.script(schema_org.breadcrumbs([(gettext("Home"), url("home")), *below]))


def iso(moment: datetime) -> str:
    """ "2018-01-23T04:11:00+07:00", as HTML wants it: six digits of a second are an error there."""
    return timezone.localtime(moment).isoformat(timespec="seconds")


@lru_cache(maxsize=2048)
def moment(at: datetime) -> str:
    """A moment as every page writes it; remembered, for a list's dates stand on many pages."""
    return format_html('<time datetime="{}">{}</time>', iso(at), text.date_line(at))


_TIED = re.compile(r"(khoa học|công nghệ)", re.IGNORECASE)


@lru_cache(maxsize=16)
def tied(name: str) -> str:
    """Keep "Khoa học" and "Công nghệ" on one line each: a phone breaks between them."""
    parts = enumerate(_TIED.split(name))
    spans = ('<span class="nowrap">{}</span>' if number % 2 else "{}" for number, _part in parts)
    return format_html("".join(spans), *_TIED.split(name))


def date(value, form: str) -> str:
    """Django's date filter; moments are shown as the clocks in Vietnam have them."""
    return as_date(timezone.template_localtime(value), form)


# The pages of the menu: where the reader is on one of them, the menu says so.
MENU = (
    *("home", "departments:about", "news:article_list", "news:report_list"),
    *("departments:structure", "departments:contact"),
)
_drawn: dict[tuple, Markup] = {}


@jinja2.pass_context
def frame_part(context, name: str) -> Markup:
    """The "header" or the "footer" of a page, drawn once for all that it shows.

    What it shows is the key, so a change of the settings is seen on the next page. Kept are at
    most 200, a few dozen in service: pages of the menu times sections.
    """
    path = menu_path(context["request"]) if "request" in context else ""
    key = (name, context["site"].shown, context.get("section"), path)
    if settings.DEBUG or key not in _drawn:
        if len(_drawn) >= 200:
            _drawn.clear()
        template = context.environment.get_template(f"includes/{name}.html")
        # What a template with autoescape has drawn is HTML.
        _drawn[key] = Markup(template.render(context.get_all()))  # noqa: S704
    return _drawn[key]


def menu_path(request) -> str:
    """The path of a page of the menu, "" of any other: all that the frame shows of an address."""
    return request.path if request.path in _menu() else ""


@lru_cache(maxsize=1)
def _menu() -> frozenset[str]:
    return frozenset(url(name) for name in MENU)


@lru_cache(maxsize=1024)
def translated(sentence: str) -> str:
    """A sentence of a template in Vietnamese, the one language of the public pages."""
    return gettext(sentence)


class Portal(Extension):
    """What templates of every app may call."""

    def __init__(self, environment: jinja2.Environment):
        super().__init__(environment)
        environment.globals |= {
            "_": translated,
            "url": url,
            "static": static,
            "integrity": policies.integrity,
            "moment": moment,
            "frame_part": frame_part,
            "stylesheet": stylesheet.inline,
            "picture": pictures.picture,
            "embedded": pictures.embedded,
            "jsonld": jsonld.script,
            "breadcrumbs": breadcrumbs,
            "page_card": sharing.page_card,
            "absolute": sharing.absolute,
        }
        environment.filters |= {
            "date": date,
            "iso": iso,
            "formal_date": text.formal_date,
            "phone_link": text.phone_link,
            "tie": tied,
            "capfirst": capfirst,
            "linebreaks": linebreaks_filter,
            "linebreaksbr": linebreaksbr,
            "richtext": richtext.render,
        }
