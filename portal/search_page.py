"""What the search page shows: the query, tabs and filters as links, the hits of one page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote_plus

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from portal import search
from portal.sharing import PAGE

# The parameters of the page's address by the names that search has for them.
PARAMETERS = {"kind": "loai", "category": "chuyen-muc", "department": "don-vi", "year": "nam"}
QUERY, ORDER = "q", "xep"
BY_DATE = "ngay"
NEWEST = 5


@dataclass
class Choice:
    """One value of a filter: `url` chooses it, or takes it back when it is chosen already."""

    label: str
    count: str
    url: str
    is_chosen: bool


class SearchPage:
    """One page of results for the parameters of a request.

    `kinds` are the labels of the kinds in the order of the tabs. `directory()` gives the values of
    the filters that have names: rows of "category" or "department", slug, name and the slug above.
    It is asked once, if something is searched. Raises Http404 for a page beyond the last one.
    """

    def __init__(self, parameters: QueryDict, *, kinds: dict, directory: Callable):
        self.kinds = kinds
        self.chosen = {name: parameters.get(word, "") for name, word in PARAMETERS.items()}
        self.chosen["kind"] = self.chosen["kind"] if self.chosen["kind"] in kinds else ""
        self.by_date = parameters.get(ORDER) == BY_DATE
        self.number = _page_number(parameters.get(PAGE, ""))
        words = search.clean(parameters.get(QUERY, ""))
        self.directory = list(directory()) if words else []
        self.results = search.find(
            words,
            **(self.chosen | {"category": self._branch(self.chosen["category"])}),
            by_date=self.by_date,
            page=self.number,
        )
        self.query = self.results.query
        self.hits = self._labelled(self.results.hits)
        if self.number > 1 and not self.hits:
            raise Http404
        self._names = {(of, slug): name for of, slug, name, _above in self.directory}
        self.newest = [] if self.query else self._labelled(search.newest(NEWEST, kinds=kinds))

    def _labelled(self, hits):
        for hit in hits:
            hit.label = self.kinds.get(hit.kind, "")
        return hits

    def _branch(self, category: str) -> list[str]:
        """The category and all below it, as its own page lists them."""
        found = [category]
        for slug in found:
            found += [
                below
                for of, below, _name, above in self.directory
                if of == "category" and above == slug and below not in found
            ]
        return found

    # ── Addresses ───────────────────────────────────────────────────────────────────────────────
    def _address(self, word: str, value) -> str:
        """This search with another value of one parameter, from its first page on."""
        before, after = self._others[word]
        return self._path + _joined((before, _parameter(word, value), after))

    @cached_property
    def _path(self) -> str:
        return f"{reverse('search')}?"

    @cached_property
    def _parameters(self) -> dict[str, str]:
        """The parameters of this search by their words."""
        words = {PARAMETERS[name]: value for name, value in self.chosen.items()}
        words = {QUERY: self.query} | words | {ORDER: BY_DATE if self.by_date else ""}
        return {word: _parameter(word, value) for word, value in words.items()}

    @cached_property
    def _others(self) -> dict[str, tuple[str, str]]:
        """For each parameter what stands before and after it: a page has some seventy links."""
        parts = list(self._parameters.values())
        others = {
            word: (_joined(parts[:place]), _joined(parts[place + 1 :]))
            for place, word in enumerate(self._parameters)
        }
        return others | {PAGE: (_joined(parts), "")}

    @property
    def other_order(self) -> str:
        return self._address(ORDER, "" if self.by_date else BY_DATE)

    @property
    def without_filters(self) -> str:
        """The address of this query alone; empty when no filter is chosen."""
        if not any(self.chosen.values()):
            return ""
        return self._path + _joined(self._parameters[word] for word in (QUERY, ORDER))

    def address(self, number: int) -> str:
        return self._address(PAGE, number if number > 1 else "")

    @property
    def previous(self) -> str:
        return self.address(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self.address(self.number + 1) if self.results.has_next else ""

    @property
    def around(self) -> list[tuple[int, str]]:
        """The numbers worth a link, each with its address: the first page and the neighbours."""
        last = self.number + 1 if self.results.has_next else self.number
        numbers = sorted({1, *range(max(1, self.number - 1), last + 1)})
        return [(number, self.address(number)) for number in numbers]

    # ── Filters ─────────────────────────────────────────────────────────────────────────────────
    @property
    def total(self) -> str:
        return _number(self.results.total)

    @property
    def all_kinds(self) -> Choice:
        url = self._address(PARAMETERS["kind"], "")
        return Choice("", _number(self.results.without_kind), url, not self.chosen["kind"])

    @cached_property
    def tabs(self) -> list[Choice]:
        """The kinds that have hits, and the chosen one."""
        counts = self.results.facets["kind"]
        return [
            self._choice("kind", kind, label)
            for kind, label in self.kinds.items()
            if kind in counts or kind == self.chosen["kind"]
        ]

    @cached_property
    def categories(self) -> list[Choice]:
        return self._choices("category")

    @cached_property
    def departments(self) -> list[Choice]:
        return self._choices("department")

    @cached_property
    def years(self) -> list[Choice]:
        years = sorted(self.results.facets["year"], reverse=True)
        return [self._choice("year", year, year) for year in years]

    def _choices(self, name: str) -> list[Choice]:
        return [
            self._choice(name, slug, self._names[name, slug])
            for slug in self.results.facets[name]
            if (name, slug) in self._names
        ]

    def _choice(self, name: str, value: str, label: str) -> Choice:
        is_chosen = self.chosen[name] == value
        keeps = is_chosen and name != "kind"
        url = self._address(PARAMETERS[name], "" if keeps else value)
        return Choice(label, _number(self.results.facets[name].get(value, 0)), url, is_chosen)


def _parameter(word: str, value) -> str:
    return f"{word}={quote_plus(str(value))}" if value else ""


def _joined(parameters: Iterable[str]) -> str:
    return "&".join(filter(None, parameters))


def _page_number(value: str) -> int:
    return int(value) if re.fullmatch("[1-9][0-9]{0,5}", value) else 1


def _number(number: int) -> str:
    """ "1.234", as numbers are written in Vietnamese."""
    return f"{number:,}".replace(",", ".")
