"""Log lines that nobody can forge: what a visitor sends stays within the line that tells of it."""

import logging
import re

# Line ends, escape sequences of terminals, and what turns the direction of writing.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
CONTINUED = "    | "


def one_line(words: str) -> str:
    r"""The words with every such character written out: "a\nb" with a backslash and an n."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), words)


class OneLineFormatter(logging.Formatter):
    """One record, one line; those of a traceback stand below it, each marked as a continuation."""

    def format(self, record):
        record.message = record.getMessage()
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        lines = [one_line(self.formatMessage(record))]
        if record.exc_info:
            lines += self._marked(self.formatException(record.exc_info))
        if record.stack_info:
            lines += self._marked(self.formatStack(record.stack_info))
        return "\n".join(lines)

    @staticmethod
    def _marked(words: str) -> list[str]:
        return [CONTINUED + one_line(line) for line in words.split("\n")]
