"""What was measured, as tables in Markdown with what was aimed at beside it."""

from __future__ import annotations

import os
import platform
import sqlite3
from dataclasses import dataclass
from datetime import date
from statistics import median

import django
import gunicorn

from tests.bench.measure import Measured

# At most so many times the CPU of the bare view.
RATIOS = {"article": 2.0, "home": 4.0, "list": 4.0, "category": 4.0}
FAR_PAGE = 1.3  # times the first page of the list
GROWTH = 1.3  # from the smallest size (1,000 where it is measured) to the largest
# Search has aims of its own; a part of the site map is a thousand articles, or all there are.
FREE_TO_GROW = {"search", "sitemap-part"}
# The median of all searches, in milliseconds, up to so many articles.
SEARCHES = {20_000: 25, 100_000: 100}
SLOWEST_SEARCH = 500


@dataclass
class Row:
    """One page type on one database at one size; `facts`: what pages.survey found."""

    facts: dict
    measured: Measured | None


def heading() -> str:
    """On what it was measured."""
    parts = (
        f"{os.cpu_count()} cores",
        f"Python {platform.python_version()}",
        f"Django {django.get_version()}",
        f"gunicorn {gunicorn.__version__}",
        f"SQLite {sqlite3.sqlite_version}",
        f"{date.today():%Y-%m-%d}",
    )
    return ", ".join(parts) + "\n"


def verdict(value: float, limit: float | None) -> str:
    if limit is None:
        return ""
    return f"≤ {limit:g} {'ok' if value <= limit else 'OVER'}"


def pages_table(database: str, size: int, rows: list[Row]) -> str:
    """All page types on one database at one size."""
    lines = [
        f"### {database}, {size:,} articles",
        "",
        "| page | CPU ms | × bare | aim | requests/s | queries | bytes | gzip |",
        "|---|---|---|---|---|---|---|---|",
    ]
    measured = [row.measured for row in rows if row.measured]
    if measured:
        bare = median(one.bare for one in measured)
        rate = median(one.bare_per_second for one in measured)
        lines.append(f"| bare view | {bare * 1000:.2f} | 1.00 | | {rate:.0f} | 1 | 1,056 | |")
    lines += [_page_line(row, rows) for row in rows]
    return "\n".join(lines) + "\n"


def _page_line(row: Row, rows: list[Row]) -> str:
    facts, one = row.facts, row.measured
    if one is None:
        return f"| {facts['name']} | {facts['problem'] or facts['note']} | | | | | | |"
    return (
        f"| {facts['name']} | {one.cpu * 1000:.2f} | {one.ratio:.2f} | {_aim(row, rows)} "
        f"| {one.per_second:.0f} | {facts['queries']} "
        f"| {facts['size']:,} | {facts['gzipped']:,} |"
    )


def _aim(row: Row, rows: list[Row]) -> str:
    name, ratio = row.facts["name"], row.measured.ratio
    first = _ratio("list", rows)
    if name == "list-500" and first:
        return f"{ratio / first:.2f} × list {verdict(ratio / first, FAR_PAGE)}"
    return verdict(ratio, RATIOS.get(name))


def _ratio(name: str, rows: list[Row]) -> float | None:
    found = (row.measured for row in rows if row.facts["name"] == name)
    one = next(found, None)
    return one.ratio if one else None


def growth_table(database: str, by_size: dict[int, list[Row]]) -> str:
    """How each page type grows from the smallest size, or from 1,000, to the largest."""
    sizes = sorted(by_size)
    first, last = 1000 if 1000 in sizes[:-1] else sizes[0], sizes[-1]
    if first == last:
        return ""
    lines = [
        f"### {database}, growth of × bare from {first:,} to {last:,} articles",
        "",
        "| page | growth | aim |",
        "|---|---|---|",
    ]
    for row in by_size[last]:
        name = row.facts["name"]
        small, large = _ratio(name, by_size[first]), _ratio(name, by_size[last])
        if small and large:
            limit = None if name in FREE_TO_GROW else GROWTH
            lines.append(f"| {name} | {large / small:.2f} | {verdict(large / small, limit)} |")
    return "\n".join(lines) + "\n"


def search_table(database: str, size: int, measured: dict[str, Measured]) -> str:
    """Each search alone, then the median and the slowest of them."""
    times = {query: one.cpu * 1000 for query, one in measured.items()}
    lines = [
        f"### {database}, {size:,} articles: searches",
        "",
        "| search | CPU ms | aim |",
        "|---|---|---|",
        *(f"| {query} | {time:.1f} | |" for query, time in times.items()),
    ]
    limit = next((most for articles, most in SEARCHES.items() if size <= articles), None)
    middle, slowest = median(times.values()), max(times.values())
    lines.append(f"| **median** | {middle:.1f} | {verdict(middle, limit)} |")
    lines.append(f"| **slowest** | {slowest:.1f} | {verdict(slowest, SLOWEST_SEARCH)} |")
    return "\n".join(lines) + "\n"


def desk_table(database: str, size: int, rows: list[dict]) -> str:
    """What editors do (desk.Row), beside what was aimed at."""
    lines = [f"### {database}, {size:,} articles: the editors' desk", ""]
    lines += ["| what | CPU | aim |", "|---|---|---|"]
    for row in rows:
        unit, digits = row["unit"], 2 if row["unit"] == "×" else 0
        word = "ok" if row["value"] <= row["aim"] else "OVER"
        aim = f"≤ {row['aim']:g} {unit} {word}"
        lines.append(f"| {row['name']} | {row['value']:.{digits}f} {unit} | {aim} |")
    return "\n".join(lines) + "\n"
