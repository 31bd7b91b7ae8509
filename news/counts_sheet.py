"""The monthly counts as a spreadsheet.

A module of its own, imported by the one view that needs it: openpyxl takes ten megabytes and half
a second of every start.
"""

from __future__ import annotations

import datetime
import io

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from news.counts import Counts, headings, is_withdrawn, shown_name
from news.models import Article
from portal.spreadsheets import is_formula


def spreadsheet(counts: Counts) -> bytes:
    """The counts as .xlsx: the sums, then every article and every photo that they are made of."""
    book = Workbook()
    _sums(book.active, counts)
    _articles(book.create_sheet(), counts)
    _photos(book.create_sheet(), counts)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _sums(sheet, counts: Counts) -> None:
    sheet.title = gettext("Sums")
    _line(sheet, [gettext("Month %s") % f"{counts.month:%m/%Y}"], bold=True)
    _line(sheet, headings(), bold=True)
    for row in counts.rows:
        _line(sheet, [shown_name(row), *row.numbers])
    _line(sheet, [gettext("All together"), *counts.total.numbers], bold=True)
    _widths(sheet, 36, 12, 12, 12, 12, 16, 20)
    sheet.freeze_panes = "A3"


def _articles(sheet, counts: Counts) -> None:
    sheet.title = gettext("Articles")
    names = [gettext("Published on"), gettext("Author"), gettext("Kind"), gettext("Title")]
    _line(sheet, [*names, gettext("Status"), gettext("Address")], bold=True)
    for one in counts.articles:
        about = [_day(one), one.byline, one.get_kind_display(), one.title]
        _line(sheet, [*about, _state(one), settings.SITE_URL + one.get_absolute_url()])
    _widths(sheet, 14, 28, 18, 70, 18, 60)
    sheet.freeze_panes = "A2"


def _photos(sheet, counts: Counts) -> None:
    sheet.title = gettext("Photos shown")
    names = [gettext("Published on"), gettext("Photographer"), gettext("Caption")]
    _line(sheet, [*names, gettext("In the article"), gettext("Status")], bold=True)
    for use in counts.photos:
        article = use.article
        _line(
            sheet,
            [_day(article), use.photo.credit, use.caption, article.title, _state(article)],
        )
    _widths(sheet, 14, 28, 60, 70, 18)
    sheet.freeze_panes = "A2"


def _day(article: Article) -> datetime.date:
    return timezone.localdate(article.publish_at)


def _state(article: Article) -> str:
    return gettext("Withdrawn") if is_withdrawn(article) else gettext("Published")


def _line(sheet, values: list, *, bold: bool = False) -> None:
    """One line. Text is text: "=1+1" in a title is no formula, not even after an edit."""
    number = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=number, column=column)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"
            cell.quotePrefix = is_formula(value)
        else:
            cell.value = value
        if isinstance(value, datetime.date):
            cell.number_format = "dd/mm/yyyy"
        if bold:
            cell.font = Font(bold=True)


def _widths(sheet, *widths: int) -> None:
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
