"""The public stylesheets, put into every page: the first view waits for one request less.

Each is one constant, so that a content security policy can allow it by its hash.
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


@lru_cache(maxsize=len(NAMES))
def _element(name: str) -> str:
    return format_html("<style>{}</style>", mark_safe(text(name)))  # our own file, no content


def inline(name: str = "site") -> str:
    """The style element of a page."""
    if settings.DEBUG:
        text.cache_clear()
        _element.cache_clear()
    return _element(name)
