"""Pages of a list that neither count it nor shift while somebody reads on."""

from __future__ import annotations

import datetime
import math
import re

from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from news.newest import LATEST

PAGE = "trang"
# The anchor: the moment, in seconds since 1970, up to which the reader's first page went. What
# arrives meanwhile stays out of the pages that follow, so nothing is shown twice.
ANCHOR = "moc"
SIZE = 10

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_SECONDS = re.compile(r"[0-9]{1,10}")


class Page:
    """One page of articles, newest first: `articles`, `number`, and the addresses around it.

    `choice` says which articles; `kept` are the parameters that every address of the list holds.
    One query: a row more than the page tells whether there is a next one. A page that does not
    exist raises Http404; the first one exists also when it is empty.
    """

    def __init__(self, choice, request: HttpRequest, kept: dict | None = None):
        self.path, self.kept = request.path, kept or {}
        self.number = int(_parameter(request.GET, PAGE, _PAGE_NUMBER) or 1)
        self.anchor = _parameter(request.GET, ANCHOR, _SECONDS) if self.number > 1 else ""
        choice = choice(before=self._before())
        rows = choice.articles(start=(self.number - 1) * SIZE)
        if not rows and self.number > 1:
            raise Http404
        self.articles = rows[:SIZE]
        self.has_next = len(rows) > SIZE

    def _before(self) -> datetime.datetime:
        if not self.anchor:
            return LATEST
        until = datetime.datetime.fromtimestamp(int(self.anchor), tz=datetime.UTC)
        return min(until, timezone.now()) + datetime.timedelta(microseconds=1)

    @property
    def previous(self) -> str:
        return self.address(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self.address(self.number + 1) if self.has_next else ""

    @property
    def around(self) -> list[int]:
        """The numbers worth a link: the first page, this one and its neighbours."""
        last = self.number + 1 if self.has_next else self.number
        return sorted({1, *range(max(1, self.number - 2), last + 1)})

    def address(self, number: int) -> str:
        """The address of page `number`, with the filters and the anchor."""
        query = dict(self.kept)
        if number > 1:
            query[PAGE] = number
            anchor = self.anchor if self.number > 1 else self._newest()
            query |= {ANCHOR: anchor} if anchor else {}
        return f"{self.path}?{urlencode(query)}" if query else self.path

    def _newest(self) -> str:
        return str(math.ceil(self.articles[0].publish_at.timestamp()))


def _parameter(parameters: QueryDict, name: str, pattern: re.Pattern) -> str:
    value = parameters.get(name, "")
    if value and not pattern.fullmatch(value):
        raise Http404
    return value
