"""Addresses of things that a page names by the dozen."""

import re
from functools import cached_property, lru_cache

from django.templatetags.static import static as static_address
from django.urls import reverse

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


@lru_cache(maxsize=64)
def static(name: str) -> str:
    """The served address of a file of static/."""
    return static_address(name)


class Address:
    """The address of one kind of page: `Address("news:category_detail", "slug")(slug="abc")`.

    The URL configuration is asked once, not for each of the forty links of a page.
    """

    def __init__(self, name: str, *parameters: str):
        self.name, self.parameters = name, parameters

    def __call__(self, **values) -> str:
        if all(_PLAIN.fullmatch(str(value)) for value in values.values()):
            return self._pattern.format(**values)
        return reverse(self.name, kwargs=values)  # which quotes, or says that there is none

    @cached_property
    def _pattern(self) -> str:
        stand_ins = {name: str(98_989 + number) for number, name in enumerate(self.parameters)}
        address = reverse(self.name, kwargs=stand_ins)
        for name, stand_in in stand_ins.items():
            address = address.replace(stand_in, f"{{{name}}}")
        return address
