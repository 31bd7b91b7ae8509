"""Pages of a list that neither count it nor shift while somebody reads on."""

from __future__ import annotations

import datetime
import re

from django.http import Http404, HttpRequest, QueryDict
from django.utils.http import urlencode

from news.newest import Place
from portal.sharing import PAGE

# The anchor of a page: the place in the list after which (or, with "truoc-", before which) it lies,
# as the microseconds since 1970 and the id of the last article seen. So what arrives or leaves
# meanwhile shifts nothing, and a deep page costs what the first one costs.
ANCHOR = "moc"
SIZE = 10

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_PLACE = re.compile(r"(truoc-)?(-?[0-9]{1,17})-([0-9]{1,18})")
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Page:
    """One page of articles, newest first: `articles`, `number`, and the addresses around it.

    `choice` says which articles; `kept` are the parameters that every address of the list holds.
    One query: a row more than the page tells whether there is a next one. A page that does not
    exist raises Http404; the first one exists also when it is empty. A number without an anchor
    counts from the newest article.
    """

    def __init__(self, choice, request: HttpRequest, kept: dict | None = None):
        self.path, self.kept = request.path, kept or {}
        self.number = int(_parameter(request.GET, PAGE, _PAGE_NUMBER) or 1)
        anchor = _parameter(request.GET, ANCHOR, _PLACE) if self.number > 1 else ""
        is_back, place = _read(anchor)
        if place is None:
            rows = choice.articles(start=(self.number - 1) * SIZE)
        else:
            rows = choice.articles_before(place) if is_back else choice.articles_after(place)
        if not rows and self.number > 1:
            raise Http404
        # Back from a later page: that one is the next, and the rows nearest to it are shown.
        self.articles = rows[-SIZE:] if is_back else rows[:SIZE]
        self.has_next = is_back or len(rows) > SIZE

    @property
    def previous(self) -> str:
        if self.number <= 2:
            return self._address(1) if self.number == 2 else ""
        return self._address(self.number - 1, "truoc-" + _written(self.articles[0]))

    @property
    def next(self) -> str:
        if not self.has_next:
            return ""
        return self._address(self.number + 1, _written(self.articles[-1]))

    @property
    def around(self) -> list[tuple[int, str]]:
        """The numbers worth a link, each with its address: the first page and the neighbours."""
        around = {1: self._address(1), self.number - 1: self.previous}
        around |= {self.number + 1: self.next, self.number: self.here}
        return sorted((number, address) for number, address in around.items() if address)

    @property
    def here(self) -> str:
        return self._address(self.number)

    def _address(self, number: int, anchor: str = "") -> str:
        query = dict(self.kept)
        if number > 1:
            query |= {PAGE: number} | ({ANCHOR: anchor} if anchor else {})
        return f"{self.path}?{urlencode(query)}" if query else self.path


def _written(article) -> str:
    passed = article.publish_at - _EPOCH
    return f"{passed // datetime.timedelta(microseconds=1)}-{article.pk}"


def _read(anchor: str) -> tuple[bool, Place | None]:
    """Whether the anchor leads back, and its place; None where there is no anchor."""
    if not anchor:
        return False, None
    back, microseconds, pk = _PLACE.fullmatch(anchor).groups()
    try:
        moment = _EPOCH + datetime.timedelta(microseconds=int(microseconds))
    except OverflowError as error:
        raise Http404 from error
    return bool(back), Place(moment, int(pk))


def _parameter(parameters: QueryDict, name: str, pattern: re.Pattern) -> str:
    value = parameters.get(name, "")
    if value and not pattern.fullmatch(value):
        raise Http404
    return value
