"""Facts for search engines, as schema.org and JSON-LD have them."""

import json

from django.utils.safestring import mark_safe

# Inside a script element nothing may look like markup.
_ESCAPES = (("&", "\\u0026"), ("<", "\\u003C"), (">", "\\u003E"))


def script(data) -> str:
    """`data`, made of what JSON knows, as a script element that no browser runs."""
    text = json.dumps(data, ensure_ascii=False)
    for sign, escape in _ESCAPES:
        text = text.replace(sign, escape)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')
