"""Log lines that nobody can forge: what a visitor sends stays within the line that tells of it.

Each tells the id of the request it was written for (portal.serving). Two shapes, LOG_FORMAT: text,
and JSON for a machine that collects logs.
"""

import json
import logging
import re
from datetime import datetime

from django.conf import settings

from portal import serving

# Line ends, escape sequences of terminals, and what turns the direction of writing.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
CONTINUED = "    | "
NO_REQUEST = "-"

# Whoever holds such an address has the right to something: of its key the start alone is written.
_KEYS_STAND_AFTER = ["password_reset/[^/ ]+/"]
_SHOWN_OF_A_KEY = 4


def keep_secret_after(beginning: str) -> None:
    """Write no key whole that follows `beginning`, a regular expression, in an address."""
    _KEYS_STAND_AFTER.append(beginning)


def without_keys(words: str) -> str:
    """The words with every key in an address cut short: "/xem-truoc/Ab3d…/"."""
    beginnings = "|".join(_KEYS_STAND_AFTER)
    keys = rf"((?:{beginnings})[\w-]{{{_SHOWN_OF_A_KEY}}})[\w-]+"
    return re.sub(keys, r"\1…", words)


def one_line(words: str) -> str:
    r"""The words with every such character written out: "a\nb" with a backslash and an n."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), words)


def request_id_of(record: logging.LogRecord) -> str:
    """The id of the request that a record tells of.

    Django writes some lines when the request is over ("Not Found: /x"): these carry it along.
    """
    request = getattr(record, "request", None) or serving.current()
    return getattr(record, "request_id", "") or getattr(request, "request_id", NO_REQUEST)


class OneLineFormatter(logging.Formatter):
    """One record, one line; those of a traceback stand below it, each marked as a continuation."""

    def format(self, record):
        record.message = record.getMessage()
        record.request_id = request_id_of(record)
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        lines = [one_line(without_keys(self.formatMessage(record)))]
        if record.exc_info:
            lines += self._marked(self.formatException(record.exc_info))
        if record.stack_info:
            lines += self._marked(self.formatStack(record.stack_info))
        return "\n".join(lines)

    @staticmethod
    def _marked(words: str) -> list[str]:
        return [CONTINUED + one_line(without_keys(line)) for line in words.split("\n")]


class JSONFormatter(logging.Formatter):
    """One record, one JSON object on one line, a traceback in it too.

    `extra={"told": {…}}` adds fields of its own to a line.
    """

    def format(self, record):
        moment = datetime.fromtimestamp(record.created).astimezone()  # TIME_ZONE: Django sets it
        told = {
            "time": moment.isoformat("T", "milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_keys(record.getMessage()),
            "request_id": request_id_of(record),
            **getattr(record, "told", {}),
        }
        if record.exc_info:
            told["exception"] = without_keys(self.formatException(record.exc_info))
        if record.stack_info:
            told["stack"] = without_keys(self.formatStack(record.stack_info))
        words = json.dumps(told, ensure_ascii=False, default=str)
        return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", words)


def formatter(form: str, date: str | None = None, *, shape: str = "") -> logging.Formatter:
    """What `shape`, else LOG_FORMAT, asks for; `form` and `date` are those of text lines."""
    is_json = (shape or settings.LOG_FORMAT) == "json"
    return JSONFormatter() if is_json else OneLineFormatter(form, date)
