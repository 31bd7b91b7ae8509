"""The public stylesheets, put into every page: the first view waits for one request less.

Each is one constant, which the content security policy allows by its hash (portal/policies.py).
"""

import re
from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe

# Of the site, and of an article's page for paper.
NAMES = ("site", "paper")

_FOLDER = settings.BASE_DIR / "static" / "portal"
_FONT = "be-vietnam-pro-700.woff2"


@lru_cache(maxsize=len(NAMES))
def text(name: str = "site") -> str:
    """A stylesheet without comments and line breaks, its font under its served address."""
    css = (_FOLDER / f"{name}.css").read_text(encoding="utf-8")
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "", css).replace(_FONT, static(f"portal/{_FONT}"))


def inlined() -> list[str]:
    """Every stylesheet that stands in a page, for the content security policy.

    The last is that of the pages that are plain files (400, 500, 503), which share one.
    """
    return [*map(text, NAMES), _of_plain_pages()]


@lru_cache(maxsize=1)
def _of_plain_pages() -> str:
    page = (settings.BASE_DIR / "templates" / "500.html").read_text(encoding="utf-8")
    return page.partition("<style>")[2].partition("</style>")[0]


@lru_cache(maxsize=len(NAMES))
def _element(name: str) -> str:
    return format_html("<style>{}</style>", mark_safe(text(name)))  # our own file, no content


def inline(name: str = "site") -> str:
    """The style element of a page."""
    if settings.DEBUG:
        text.cache_clear()
        _element.cache_clear()
        _of_plain_pages.cache_clear()
    return _element(name)
