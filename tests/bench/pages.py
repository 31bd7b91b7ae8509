"""The kinds of pages that are measured: where they are, what they ask of the database, how heavy.

Runs inside the site (see `inside`). Addresses are taken from the site's own pages where they are
not fixed by contract.
"""

from __future__ import annotations

import gzip
import html
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import islice
from random import Random
from statistics import mean
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve
from django.utils.http import urlencode

from departments.models import Department, Person
from news.models import Article, Category
from tests.bench.queries import QUERIES

ARTICLES = 300  # no single article is hot
FAR = 500  # the page of the list that is far down
ASKED = 5  # addresses of a page type whose queries are counted


@dataclass
class PageType:
    name: str
    addresses: list[str] = field(default_factory=list)
    status: int = 200
    queries: int = 0
    size: int = 0
    gzipped: int = 0
    problem: str = ""
    note: str = ""


def survey(names: tuple[str, ...]) -> list[dict]:
    """The page types of those names with their addresses and what they cost beside time."""
    found = []
    for name in names:
        page = PageType(name, status=404 if name == "404" else 200)
        page.addresses = FINDERS[name]()
        _look_at(page)
        found.append(asdict(page))
    return found


def _look_at(page: PageType) -> None:
    if not page.addresses:
        page.note = "there is none"
    elif page.status == 200 and not _is_built(page.addresses[0]):
        page.addresses, page.note = [], "not built"
    else:
        _open_some(page)


def _is_built(address: str) -> bool:
    try:
        resolve(address.partition("?")[0])
    except Resolver404:
        return False
    return True


def _open_some(page: PageType) -> None:
    client, bodies = _client(), []
    client.get(page.addresses[0])  # what a process does once is no part of it
    for address in page.addresses[:ASKED]:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        if response.status_code != page.status:
            page.problem = f"{address} answers {response.status_code}, not {page.status}"
        page.queries = max(page.queries, len(queries))
        bodies.append(response.getvalue())
    page.size = round(mean(map(len, bodies)))
    page.gzipped = round(mean(len(gzip.compress(body, 6)) for body in bodies))


def _client() -> Client:
    return Client(headers={"host": settings.ALLOWED_HOSTS[0]}, raise_request_exception=False)


# ── Where they are ──────────────────────────────────────────────────────────────────────────────
def _articles() -> list[str]:
    # Not the reports: there are as many of them at every size.
    published = Article.objects.published().exclude(kind=Article.Kind.REPORT).order_by("pk")
    first, last = published.first(), published.last()
    if last is None:
        return []
    count = min(ARTICLES, last.pk - first.pk + 1)
    chosen = Random(1).sample(range(first.pk, last.pk + 1), count)  # noqa: S311
    rows = published.filter(pk__in=chosen).only("pk", "slug")
    addresses = [article.get_absolute_url() for article in rows]
    Random(2).shuffle(addresses)  # noqa: S311
    return addresses


def _printed() -> list[str]:
    return [f"{address}ban-in/" for address in _articles()]


def _far_page() -> list[str]:
    """The page far down the list, by its own links: their form is the list's own business."""
    client, address = _client(), "/tin-tuc/"
    for _page in range(FAR - 1):
        link = re.search(r'rel="next" href="([^"]+)"', client.get(address).content.decode())
        if link is None:
            return []
        address = _joined(address, html.unescape(link[1]))
    return [address]


def _joined(address: str, link: str) -> str:
    return address.partition("?")[0] + link if link.startswith("?") else link


def _first_of(rows) -> list[str]:
    return [row.get_absolute_url() for row in islice(rows, 1)]


def _category() -> list[str]:
    """One with others below it, the heavier kind."""
    return _first_of(Category.objects.filter(children__isnull=False).order_by("order", "pk"))


def _report_year() -> list[str]:
    years = Article.objects.published().filter(conference__isnull=False)
    year = years.values_list("conference__review_year", flat=True)[10:11]
    return [f"/bao-cao/{one}/" for one in year]


def _unit() -> list[str]:
    return _first_of(Department.objects.filter(parent__isnull=False).order_by("pk"))


def _people() -> list[str]:
    """The directors of all times: who left long ago has few articles, the others many."""
    return [person.get_absolute_url() for person in Person.objects.order_by("pk")[:3]]


def _site_map_part() -> list[str]:
    """One of the parts with articles, which the index names after the one with other pages."""
    if not _is_built("/sitemap.xml"):
        return []
    index = _client().get("/sitemap.xml").content.decode()
    return [urlsplit(html.unescape(part)).path for part in _LOCATION.findall(index)[1:2]]


_LOCATION = re.compile(r"<loc>([^<]+)</loc>")


def search_address(query: str) -> str:
    return "/tim-kiem/?" + urlencode({"q": query})


def _searches() -> list[str]:
    return [search_address(query) for query in QUERIES]


def _fixed(*addresses: str) -> Callable[[], list[str]]:
    return lambda: list(addresses)


FINDERS: dict[str, Callable[[], list[str]]] = {
    "article": _articles,
    "print": _printed,
    "home": _fixed("/"),
    "list": _fixed("/tin-tuc/"),
    "list-500": _far_page,
    "category": _category,
    "reports": _fixed("/bao-cao/"),
    "report-year": _report_year,
    "unit": _unit,
    "person": _people,
    "leaders": _fixed("/lanh-dao/"),
    "structure": _fixed("/co-cau-to-chuc/"),
    "about": _fixed("/gioi-thieu/"),
    "contact": _fixed("/lien-he/"),
    "search": _searches,
    "feed": _fixed("/rss/"),
    "sitemap": _fixed("/sitemap.xml"),
    "sitemap-part": _site_map_part,
    "404": _fixed("/khong-co-trang-nay/"),
}
