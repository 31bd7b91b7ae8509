"""Facts for search engines, as schema.org and JSON-LD have them."""

import json
from functools import partial

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

_ELEMENT = Markup('<script type="application/ld+json">{}</script>')
_write = partial(json.dumps, ensure_ascii=False)


def script(data) -> Markup:
    """`data`, made of what JSON knows, as a script element that no browser runs."""
    return _ELEMENT.format(htmlsafe_json_dumps(data, dumps=_write))
