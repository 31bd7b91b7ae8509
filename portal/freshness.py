"""How long a public page may be kept: until something public changes by the clock, and never so
long that a correction takes more than ten seconds to be seen.

A page says `s-maxage` to shared caches (nginx) and `max-age=0` to browsers: with its ETag a browser
asks again on every click and mostly hears "304, unchanged", so that a reader's choice of a larger
text, or a correction, is there at once.
"""

from __future__ import annotations

import datetime
import math
import time
import zlib
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.cache import get_conditional_response

# Seconds, counted with the one in which the page was asked for: less than ten in all.
KEPT = 9
# That a page is not there is kept as pages are: else nginx, when Django is down, would show what it
# kept of it before.
_PAGES, _REDIRECTS = {200, 404, 410}, {301}
PRIVATE = "private, no-store"
NEVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)

# Who knows the next moment at which something public changes; see `asks`.
_next_change: Callable | None = None


def asks(function: Callable) -> None:
    """Have `function(request)` tell the next such moment, or NEVER; None where it is not known.

    It answers for the moment `request.asked_at`, before anything of the page was read: what
    changed while the page was drawn counts as ahead.
    """
    global _next_change
    _next_change = function


class Freshness:
    """Say on each page for strangers how long it may be kept, and answer 304 where it is known.

    Whoever has a session, and whatever sets a cookie, is nobody else's business. An answer that
    says itself how long it may be kept is left alone.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.asked_at, request.lag = timezone.now(), 0
        response = self.get_response(request)
        # What a copy of the database says (portal.replica) may be older by so many seconds.
        request.asked_at -= datetime.timedelta(seconds=request.lag)
        headers = response.headers
        if response.cookies or settings.SESSION_COOKIE_NAME in request.COOKIES:
            headers.setdefault("Cache-Control", PRIVATE)
        elif "Cache-Control" not in headers and request.method in {"GET", "HEAD"}:
            return _kept(request, response)
        return response


def keep_file(request, response, seconds: int) -> None:
    """Have nginx keep a file that is public for so many `seconds` as long as a page, whatever
    browsers may do."""
    kept = min(KEPT, seconds) - request.lag
    if kept > 1:
        response.headers["X-Accel-Expires"] = f"@{int(time.time()) + kept - 1}"


def _kept(request, response):
    if response.status_code in _PAGES:
        _mark(response, request.asked_at, _next_change(request) if _next_change else None)
    elif response.status_code in _REDIRECTS:
        _mark(response, request.asked_at, NEVER)
    if response.status_code != 200 or response.streaming:
        return response
    if "ETag" not in response.headers:  # which portal.drawn knows of the pages that it remembers
        response.headers["ETag"] = tag(response.content)
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return response
    return get_conditional_response(request, etag=response.headers["ETag"], response=response)


def tag(content: bytes) -> str:
    """The ETag of a page: two checksums of 32 bits, in a quarter of the time of a SHA-1."""
    return f'"{zlib.crc32(content):08x}{zlib.adler32(content):08x}"'


def _mark(response, asked_at: datetime.datetime, change: datetime.datetime | None) -> None:
    """Write into the answer for how many seconds it may be kept.

    nginx also hears up to which second of the clock, since an answer may be on its way for a while.
    In the last of them one request renews the page while the others still get it.
    """
    last = _last_second(asked_at, change)
    left = last - int(time.time())
    if left < 1:
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
        return
    alone, shared = (left - 1, 1) if left > 1 else (left, 0)
    response.headers["Cache-Control"] = (
        f"public, max-age=0, s-maxage={alone}, must-revalidate, stale-while-revalidate={shared}"
    )
    response.headers["X-Accel-Expires"] = f"@{last - shared}"


def _last_second(asked_at: datetime.datetime, change: datetime.datetime | None) -> int:
    """The last second of the clock that knows no change; the day's end changes terms of office."""
    if change is None:
        return 0
    asked = int(asked_at.timestamp())
    ahead = _midnight_after(asked // 3600)
    if change is not NEVER:
        ahead = min(ahead, math.floor(change.timestamp()))
    return min(asked + KEPT, ahead - 1)


@lru_cache(maxsize=4)
def _midnight_after(hour: int) -> int:
    """The second at which the day in Vietnam ends that this hour since 1970 lies in."""
    local = datetime.datetime.fromtimestamp(hour * 3600, tz=timezone.get_default_timezone())
    midnight = local.replace(hour=0, minute=0) + datetime.timedelta(days=1)
    return int(midnight.timestamp())
