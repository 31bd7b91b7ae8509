"""Tables for spreadsheets: text stays text, and lines leave as they are made."""

import csv
from collections.abc import Iterable, Iterator

# Excel takes UTF-8 for UTF-8 only behind this mark.
BYTE_ORDER_MARK = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would compute this cell instead of showing it."""
    return text.startswith(_FORMULA_STARTS)


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """RFC 4180 in pieces, a line each, behind the mark that Excel needs.

    An apostrophe stands before what a spreadsheet takes for a formula. Rows are asked for one at a
    time, so that a list of any length costs the memory of one.
    """
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([f"'{cell}" if is_formula(cell) else cell for cell in row])


class _Echo:
    """A file for `csv` that hands back what is written to it."""

    @staticmethod
    def write(line: str) -> str:
        return line
