"""A page is drawn once for the same rows.

At every request the database is asked all that the page shows, so that what is public is decided
anew each time; no answer is older than its request. Where all rows are those of the last time, the
page is that of the last time as well, and drawing it, which takes longer than asking, is spared.

What a page shows is a function of its address, of the reader's display choices (portal.display), of
the day, of the frame's row and of the rows of its own queries. The frame's row tells the moment at
which the clock next changes something, so that equal rows also mean that no such moment has passed.
A view under `once` therefore asks by `Prepared` queries alone (what asks otherwise is not
remembered), reads nothing else of the request, and gives the clock to queries as `now` only.
"""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps

from django.conf import settings
from django.db import connections
from django.http import HttpResponse
from django.utils import timezone

from portal import display, freshness
from portal.prepared import again, listening

# Of what one process remembers: pages and the rows that they were drawn from.
MOST_BYTES = 24 * 2**20
# Whether a page that is answered from memory is drawn again and compared: the tests' switch.
IS_CHECKED = False


def _question(request) -> tuple:
    """What is asked for every page; see `stands_on`."""
    return ()


def _ground(request) -> tuple:
    """The question, and the rows that answer it."""
    return (), []


def stands_on(question: Callable, rows: Callable) -> None:
    """Have every page stand on the answer to the question of prepared queries that
    `question(request)` gives, with the day among its values; `rows(request)` asks it, once a
    request.

    The answer tells the moment at which the clock next changes something. Without rows nobody
    knows it, and nothing is remembered.
    """
    global _question, _ground
    _question = question

    def _ground(request) -> tuple:
        return question(request), rows(request)


def address(request) -> tuple[str, str]:
    return request.path, request.META.get("QUERY_STRING", "")


def once(view: Callable, *, at: Callable = address) -> Callable:
    """The view, drawing its page only where the answers of the database are new.

    `at(request)`: what the page shows of the address.
    """

    @wraps(view)
    def answer(request, *args, **kwargs):
        if not _may_be_remembered(request):
            return view(request, *args, **kwargs)
        key = view, at(request), *display.chosen(request).values()
        answers: dict = {}
        with listening(answers):
            page = memory.find(key, request)
            if page is None or not page.holds(request, answers):
                return _drawn(view, request, args, kwargs, answers=answers, key=key)
            if IS_CHECKED:
                _check(page, view(request, *args, **kwargs), answers)
            _ground(request)  # is answered now, for whoever asks later in this request
        return page.response()

    return answer


def _may_be_remembered(request) -> bool:
    """Of whoever has signed in nothing is, nor of templates that a developer is writing."""
    is_reading = request.method in {"GET", "HEAD"}
    return is_reading and settings.SESSION_COOKIE_NAME not in request.COOKIES and not settings.DEBUG


def _drawn(view, request, args, kwargs, *, answers: dict, key: tuple):
    known = len(answers)
    with _counted() as asked:
        response = view(request, *args, **kwargs)
        if hasattr(response, "render"):
            response.render()
    # Whatever was not asked by a prepared query is unknown here.
    if len(asked) == len(answers) - known and _is_for_all(response):
        page = Page.of(response, key, answers, ground=_ground(request))
        memory.keep(key, page)
        for name, value in page.headers.items():
            response.headers[name] = value  # the ETag
    return response


@contextmanager
def _counted():
    """A list of what is asked meanwhile of any database.

    Not by Django's `execute_wrapper`, which takes the last one away again: where a connection opens
    meanwhile that is portal.queries' own.
    """
    asked: list = []

    def count(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    everywhere = [connections[name].execute_wrappers for name in connections]
    for wrappers in everywhere:
        wrappers.append(count)
    try:
        yield asked
    finally:
        for wrappers in everywhere:
            wrappers.remove(count)


def _is_for_all(response) -> bool:
    """A page as it is drawn, about which the view has nothing to say but its type."""
    is_plain = not response.streaming and not response.cookies
    return is_plain and response.status_code in {200, 404} and set(response.headers) == _HEADERS


_HEADERS = {"Content-Type"}


@dataclass(frozen=True)
class Page:
    """A page as it was drawn, and what the database had answered for it."""

    content: bytes
    status: int
    headers: dict
    # Questions with the rows that answered them: the one of all pages, and its own.
    ground: tuple
    answers: tuple
    weight: int

    @classmethod
    def of(cls, response, key: tuple, answers: dict, *, ground: tuple) -> Page:
        own = tuple(answer for answer in answers.items() if answer[0] != ground[0])
        headers = dict(response.headers)
        if response.status_code == 200:
            headers["ETag"] = freshness.tag(response.content)
        weight = len(response.content) + len(repr(key)) + sum(map(_weight, own))
        return cls(response.content, response.status_code, headers, ground, own, weight)

    def holds(self, request, answers: dict) -> bool:
        """Whether the database answers all as it did then. As long as it does, what is asked next
        is the same too."""
        # The moment that its next change is counted from: see portal.freshness.
        now = getattr(request, "asked_at", None) or timezone.now()
        return again([self.ground, *self.answers], now, answers)

    def response(self) -> HttpResponse:
        return HttpResponse(self.content, status=self.status, headers=self.headers)


def _weight(answer: tuple) -> int:
    _question, rows = answer
    return sum(sys.getsizeof(value) for row in rows for value in row)


class Memory:
    """The pages that this process remembers; those that nobody asked for longest leave first."""

    def __init__(self, most_bytes: int):
        self.most_bytes, self.bytes = most_bytes, 0
        self._pages: OrderedDict[tuple, Page] = OrderedDict()
        # The question with its rows that all of them stand on.
        self._ground: tuple | None = None
        self._lock = threading.Lock()

    def find(self, key: tuple, request) -> Page | None:
        question = _question(request)
        with self._lock:
            # On another day another question is asked.
            if key not in self._pages or self._ground[0] != question:
                return None
            self._pages.move_to_end(key)
            return self._pages[key]

    def keep(self, key: tuple, page: Page) -> None:
        """Remember it, unless it is so large that it would drive many others out."""
        if not page.ground[1] or page.weight > self.most_bytes // 16:
            return
        with self._lock:
            if page.ground != self._ground:
                self._forget_all(page.ground)
            self._forget(key)
            # All with the very same rows, which are weighed in none of them.
            self._pages[key] = replace(page, ground=self._ground)
            self.bytes += page.weight
            while self.bytes > self.most_bytes:
                self._forget(next(iter(self._pages)))

    def clear(self) -> None:
        with self._lock:
            self._forget_all(None)

    def _forget_all(self, ground: tuple | None) -> None:
        self._pages.clear()
        self._ground, self.bytes = ground, 0

    def _forget(self, key: tuple) -> None:
        if key in self._pages:
            self.bytes -= self._pages.pop(key).weight


memory = Memory(MOST_BYTES)


def _check(page: Page, response, answers: dict) -> None:
    if hasattr(response, "render"):
        response.render()
    if response.content != page.content or len(answers) > len(page.answers) + 1:  # the frame's
        raise AssertionError(f"What was remembered of a page is not what it shows: {answers}")
