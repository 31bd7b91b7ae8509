"""Pages of a list that neither count it nor shift while somebody reads on."""

from __future__ import annotations

import datetime
import math
import re

from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import urlencode

PAGE = "trang"
# The anchor: the moment, in seconds since 1970, up to which the reader's first page went. What
# arrives meanwhile stays out of the pages that follow, so nothing is shown twice.
ANCHOR = "moc"

_PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_SECONDS = re.compile(r"[0-9]{1,10}")


class Page:
    """One page of articles, newest first: `articles`, `number`, `previous` and `next`.

    `previous` and `next` are addresses or empty. One query: a row more than the page tells
    whether there is a next one. A page that does not exist raises Http404; the first one exists
    also when it is empty.
    """

    size = 10

    def __init__(self, articles, request: HttpRequest):
        self.path = request.path
        self.number = int(_parameter(request.GET, PAGE, _PAGE_NUMBER) or 1)
        self.anchor = _parameter(request.GET, ANCHOR, _SECONDS)
        start = (self.number - 1) * self.size
        rows = list(self._anchored(articles)[start : start + self.size + 1])
        if not rows and self.number > 1:
            raise Http404
        self.articles = rows[: self.size]
        self.has_next = len(rows) > self.size

    def _anchored(self, articles):
        if not self.anchor or self.number == 1:
            return articles
        until = datetime.datetime.fromtimestamp(int(self.anchor), tz=datetime.UTC)
        return articles.filter(publish_at__lte=min(until, timezone.now()))

    @property
    def previous(self) -> str:
        return self._address(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self._address(self.number + 1) if self.has_next else ""

    def _address(self, number: int) -> str:
        if number == 1:
            return self.path
        anchor = self.anchor if self.number > 1 else self._newest()
        query = urlencode({PAGE: number} | ({ANCHOR: anchor} if anchor else {}))
        return f"{self.path}?{query}"

    def _newest(self) -> str:
        return str(math.ceil(self.articles[0].publish_at.timestamp()))


def _parameter(parameters: QueryDict, name: str, pattern: re.Pattern) -> str:
    value = parameters.get(name, "")
    if value and not pattern.fullmatch(value):
        raise Http404
    return value
