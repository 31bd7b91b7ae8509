"""The benchmark's own content: what it measures must be a site as readers see it."""

import html
import re
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from departments.models import Department, SiteSettings
from news.models import Article, ArticlePhoto, Category, Conference, Photo
from portal import richtext
from tests.bench import content, pages, server

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def site(db):
    content.load(200, photos=2, now=NOW)


def pages_of_the_list(client) -> list[list[str]]:
    """The addresses of articles on each page, as far as the links to the next one lead."""
    found, link = [], "/tin-tuc/"
    while link:
        page = client.get(link).content.decode()
        found.append(list(dict.fromkeys(re.findall(r'href="(/tin-tuc/[^"/]+-\d+/)"', page))))
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        link = onward and html.unescape(onward[1])
    return found


def test_every_article_is_published_and_listed_once(site, client):
    assert Article.objects.published().count() == Article.objects.count() == 200
    listed = pages_of_the_list(client)
    assert [len(addresses) for addresses in listed] == [10] * 20
    assert len({address for addresses in listed for address in addresses}) == 200


def test_the_site_has_what_the_pages_need(site):
    assert Department.objects.count() == 20
    assert Category.objects.count() == 12
    assert SiteSettings.load().contact.phone == "(0205) 3.871.906"
    assert Photo.objects.count() == 2
    assert ArticlePhoto.objects.values("article").distinct().count() == 133
    years = Conference.objects.order_by("review_year").values_list("review_year", flat=True)
    assert len(years) == 60
    assert list(years[::2]) == list(range(years[0], years[0] + 30))


def test_every_measured_page_that_is_built_answers_as_expected(site, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    found = {page["name"]: page for page in pages.survey(tuple(pages.FINDERS))}
    assert [page["problem"] for page in found.values() if page["problem"]] == []
    built = {name for name, page in found.items() if page["addresses"]}
    assert built >= {"article", "home", "list", "category", "reports", "report-year", "404"}
    assert found["list-500"]["note"] == "there is none"


def test_the_same_seed_writes_the_same_texts():
    one, same, other = content.Writer(7), content.Writer(7), content.Writer(8)
    text = one.body(2)
    assert text == same.body(2) != other.body(2)
    assert richtext.clean(text) == text
    assert richtext.photo_places(text).keys() == {1, 2}
    assert 5 * 300 < len(richtext.plain_text(text)) < 8 * 900


def test_cpu_time_counts_children_that_run_and_that_have_ended():
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    child = f"[sys.executable, '-c', {busy!r}]"
    waiting = f"[sys.executable, '-c', {busy + chr(10) + 'print(flush=True); input()'!r}]"
    script = f"import subprocess, sys; subprocess.run({child}); subprocess.run({waiting})"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        assert 0.6 <= server.cpu_seconds(process.pid) + 0.02 < 2
        process.communicate(b"\n")
