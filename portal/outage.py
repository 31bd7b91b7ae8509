"""What answers while the database cannot be reached or the disk is full: 503, with a sentence.

A reader is asked to come back, by a page that needs nothing but itself. Who was saving gets what he
typed, in a form that sends it once more; a script gets the sentence. Nothing has to be restarted:
each request tries anew.
"""

from __future__ import annotations

import errno
import logging
import math
import sys
import time
from contextlib import suppress

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext_lazy as _

RETRY_AFTER = 10  # seconds
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
DATABASE_AWAY = _("The database does not answer at this moment, so nothing could be saved.")
DISK_FULL = _(
    "The server's disk is full or broken, so nothing could be saved. Please tell whoever runs it."
)
_PAGE = (settings.BASE_DIR / "templates" / "503.html").read_text(encoding="utf-8")
# What no page may show.
_SECRET = ("password", "code", "token_key", "credential")


def answer(request) -> HttpResponse | None:
    """The answer to the exception being handled; None: it is a fault of the program."""
    sentence = _sentence(sys.exc_info()[1])
    if sentence is None:
        return None
    if request.method in {"GET", "HEAD"}:
        response = HttpResponse(_PAGE, status=503)
    elif "text/html" in request.headers.get("Accept", ""):
        response = HttpResponse(_what_was_typed(request, sentence), status=503)
    else:
        response = JsonResponse({"error": str(sentence)}, status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    return response


class FewWords(logging.Filter):
    """While it lasts the log says in a line that it does, once in ten seconds; no traceback."""

    def __init__(self):
        super().__init__()
        self._said = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if _sentence(error) is None:
            return True
        now = time.monotonic()
        if now - self._said < RETRY_AFTER:
            return False
        self._said = now
        words = record.getMessage(), type(error).__name__, str(error).strip()
        record.msg, record.args = "%s: %s: %s", words
        record.exc_info = record.exc_text = None
        return True


def _sentence(error: BaseException | None):
    """What to say of the error or of what caused it; None for any other."""
    while error is not None:
        full = isinstance(error, OSError) and error.errno in _NO_SPACE
        if full or (isinstance(error, OperationalError) and _says_full(error)):
            return DISK_FULL
        if isinstance(error, OperationalError | InterfaceError):
            return None if _is_wrong_sql(error) else DATABASE_AWAY
        error = error.__cause__ or error.__context__
    return None


def _is_wrong_sql(error: Exception) -> bool:
    """SQLite has the same exception for a missing table and for one that cannot be read."""
    return getattr(error.__cause__, "sqlite_errorname", "") == "SQLITE_ERROR"


def _says_full(error: OperationalError) -> bool:
    """SQLite's words (it cannot even lay out its index of changes), and PostgreSQL's (53100)."""
    words = str(error)
    is_full = "is full" in words or "disk I/O error" in words
    return is_full or getattr(error.__cause__, "pgcode", None) == "53100"


def _what_was_typed(request, sentence) -> str:
    typed = {}
    with suppress(OSError):  # what was sent may be what did not fit on the disk
        typed = request.POST
    fields = [
        (name, value)
        for name in typed
        if not any(word in name for word in _SECRET)
        for value in typed.getlist(name)
    ]
    context = {
        "sentence": sentence,
        "address": request.get_full_path(),
        "typed": fields,
        "texts": [value for _name, value in fields if " " in value.strip()],
        "has_files": bool(getattr(request, "_files", None)),
    }
    # Without the request: what every page of the desk knows comes from the database.
    return loader.get_template("portal/not_saved.html").render(context)
