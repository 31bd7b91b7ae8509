"""CSV that a spreadsheet opens as text."""

import csv
import io

import pytest

from portal.spreadsheets import csv_lines


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_text_behind_an_apostrophe(start):
    written = "".join(csv_lines([[f"{start}1+1", f"1{start}1"]]))
    read = next(csv.reader(io.StringIO(written[1:], newline="")))
    assert read == [f"'{start}1+1", f"1{start}1"]


def test_signs_of_the_format_come_back_as_they_were():
    row = ['một, "hai"', "ba\nbốn", "năm;sáu", ""]
    written = "".join(csv_lines([row, row]))
    assert written[0] == "\ufeff"
    assert list(csv.reader(io.StringIO(written[1:], newline=""))) == [row, row]


def test_a_row_is_asked_for_when_the_line_before_has_left():
    asked = []

    def rows():
        for number in range(3):
            asked.append(number)
            yield [str(number)]

    lines = csv_lines(rows())
    assert next(lines) == "\ufeff"
    assert asked == []
    assert [next(lines), asked] == ["0\r\n", [0]]
