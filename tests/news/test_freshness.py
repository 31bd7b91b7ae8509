"""How long pages may be kept: until the clock changes something, and never ten seconds."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from departments import frame
from news.models import Article, UrgentNotice
from portal.prepared import _adapted
from tests.factories import (
    make_appointment,
    make_article,
    make_category,
    make_department,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 3, 0, 0, 250_000, tzinfo=UTC)
FULL = "public, max-age=0, s-maxage=8, must-revalidate, stale-while-revalidate=1"
NONE = "public, max-age=0, must-revalidate"


@pytest.fixture
def article():
    """A page that changes by no clock, on a site with settings."""
    make_site()
    with time_machine.travel(NOW - timedelta(days=1), tick=False):
        return make_article(publish_at=datetime(2018, 1, 23, tzinfo=UTC), status="published")


def at(moment: datetime):
    return time_machine.travel(moment, tick=False)


def seconds(response) -> int:
    """For how many seconds of the clock a shared cache gives the answer out, this one apart."""
    found = re.findall(
        r"(?:s-maxage|stale-while-revalidate)=(\d+)", response.headers["Cache-Control"]
    )
    return sum(map(int, found))


PUBLIC = [
    *("/", "/tin-tuc/", "/bao-cao/", "/gioi-thieu/", "/co-cau-to-chuc/", "/lanh-dao/", "/lien-he/"),
    *("/tim-kiem/", "/tim-kiem/?q=khcn", "/so-do-trang/", "/rss/", "/sitemap.xml"),
    *("/sitemap-trang.xml", "/sitemap-tin-moi.xml", "/du-lieu/don-vi.json", "/du-lieu/lien-he.csv"),
    *("/chuyen-muc/khoa-hoc/", "/rss/khoa-hoc/", "/co-cau-to-chuc/phong/", "/rss/don-vi/phong/"),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_page_says_how_long_it_may_be_kept(client, article, address):
    make_category(name="Khoa học", slug="khoa-hoc")
    make_department(name="Phòng", slug="phong")
    with at(NOW):
        response = client.get(address)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, FULL)
    # Stored at any time, it is renewed once the clock is nine seconds further.
    assert response.headers["X-Accel-Expires"] == f"@{int(NOW.timestamp()) + 8}"
    assert not response.cookies


def test_an_article_its_print_view_and_its_map_say_it_too(client, article):
    with at(NOW):
        for address in (
            article.get_absolute_url(),
            article.get_print_url(),
            f"/sitemap-bai-viet-{article.pk // 1000 + 1}.xml",
        ):
            assert client.get(address).headers["Cache-Control"] == FULL


CHANGES = [
    lambda when: make_article(publish_at=when, status="published"),
    lambda when: make_article(
        publish_at=when - timedelta(days=9), expire_at=when, status="published"
    ),
    lambda when: make_article(
        publish_at=when - timedelta(days=9),
        is_featured=True,
        featured_until=when,
        status="published",
    ),
    lambda when: UrgentNotice.objects.create(
        text="Bão", starts_at=when, ends_at=when + timedelta(days=1)
    ),
    lambda when: UrgentNotice.objects.create(
        text="Bão", starts_at=when - timedelta(days=1), ends_at=when
    ),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("address", ["/", "/rss/", "/lien-he/", "/sitemap.xml"])
def test_no_page_is_kept_past_the_next_moment_that_changes_something(
    client, article, change, address
):
    due = NOW.replace(microsecond=0) + timedelta(seconds=60)
    with at(NOW):
        change(due)
    kept = {}
    for before in (60.0, 10.0, 9.0, 8.75, 3.5, 2.0, 1.75, 1.0, 0.25):
        with at(due - timedelta(seconds=before)):
            kept[before] = seconds(client.get(address))
    # The second in which it is due is not among them.
    expected = {
        60.0: 9,
        10.0: 9,
        9.0: 8,
        8.75: 8,
        3.5: 3,
        2.0: 1,
        1.75: 1,
        1.0: 0,
        0.25: 0,
    }
    assert kept == expected
    with at(due):
        assert seconds(client.get(address)) == 9


def test_at_the_end_of_a_day_in_vietnam_pages_change(client, article):
    make_appointment(started_on=datetime(2026, 3, 3).date())
    midnight = datetime(2026, 3, 2, 17, tzinfo=UTC)
    kept = []
    for before in (11, 5, 1):
        with at(midnight - timedelta(seconds=before)):
            kept.append(seconds(client.get("/lanh-dao/")))
    assert kept == [9, 4, 0]


def test_what_is_no_draft_of_the_clock_changes_nothing(client, article):
    """A draft with a time, a copy, the trash: nobody outside may see from a header that they are
    there."""
    soon = NOW + timedelta(seconds=4)
    with at(NOW):
        make_article(publish_at=soon, status="draft")
        make_article(publish_at=NOW - timedelta(days=2), expire_at=soon, status="draft")
        gone = make_article(publish_at=soon, status="published")
        Article.objects.filter(pk=gone.pk).update(deleted_at=NOW)
        assert client.get("/").headers["Cache-Control"] == FULL


def test_what_changes_while_a_page_is_drawn_counts_as_ahead(client, article, settings):
    """The page is asked for at 59.99 and drawn at 60.01: it may show the state before."""
    due = NOW.replace(microsecond=0) + timedelta(seconds=60)
    with at(NOW):
        make_article(publish_at=due, status="published")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "tests.news.test_freshness.Slow"]
    with time_machine.travel(due - timedelta(milliseconds=10), tick=False) as clock:
        Slow.clock = clock
        response = client.get("/")
    assert response.headers["Cache-Control"] == NONE
    assert "X-Accel-Expires" not in response.headers


class Slow:
    clock = None

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.clock.shift(timedelta(milliseconds=20))
        return self.get_response(request)


def test_a_redirect_and_a_page_that_is_gone_are_kept_as_long(client, article):
    trashed = make_article(publish_at=datetime(2018, 1, 1, tzinfo=UTC), status="published")
    Article.objects.filter(pk=trashed.pk).update(deleted_at=NOW)
    with at(NOW):
        answers = [client.get(f"/tin-tuc/{one.pk}/") for one in (article, trashed)]
    assert [answer.status_code for answer in answers] == [301, 410]
    assert {answer.headers["Cache-Control"] for answer in answers} == {FULL}


@pytest.mark.parametrize(
    "address",
    ["/khong-co/", "/tin-tuc/12345/", "/tin-tuc/?trang=999", f"/media/{'a' * 32}-320.jpg"],
)
def test_that_something_is_not_there_is_kept_as_long(client, article, address):
    with at(NOW):
        response = client.get(address)
        assert (response.status_code, response.headers["Cache-Control"]) == (404, FULL)
        make_article(publish_at=NOW + timedelta(seconds=3), status="published")
        assert seconds(client.get(address)) == 2


def test_pages_of_somebody_with_a_session_stay_his(client, article):
    client.force_login(make_user(is_staff=True))
    for address in ("/", article.get_absolute_url(), "/rss/"):
        assert client.get(address).headers["Cache-Control"] == "private, no-store"
    client.logout()
    client.cookies[settings.SESSION_COOKIE_NAME] = "forged"
    assert client.get("/").headers["Cache-Control"] == "private, no-store"


def test_a_choice_of_display_is_no_session(client, article):
    client.get("/hien-thi/?co=lon&nen=toi")
    with at(NOW):
        assert client.get("/").headers["Cache-Control"] == FULL


def test_an_answer_that_sets_a_cookie_is_kept_by_nobody(client, article):
    response = client.get("/hien-thi/?co=lon")
    assert (response.status_code, response.headers["Cache-Control"]) == (302, "no-store")


def test_a_portal_without_settings_keeps_nothing(client):
    response = client.get("/")
    assert response.headers["Cache-Control"] == NONE


@pytest.mark.parametrize("address", ["/", "/tin-tuc/", "/rss/", "/du-lieu/don-vi.json"])
def test_a_page_that_is_known_is_not_sent_again(client, article, address):
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"].startswith("public, max-age=0")
    weak = client.get(address, headers={"if-none-match": f"W/{first.headers['ETag']}"})
    assert weak.status_code == 304  # as nginx writes it of a zipped page
    assert client.get(address, headers={"if-none-match": '"other"'}).content == first.content


def test_a_changed_page_has_another_tag(client, article):
    address = article.get_absolute_url()
    tag = client.get(address).headers["ETag"]
    larger = client.get("/hien-thi/?co=lon")
    assert larger.status_code == 302
    assert client.get(address, headers={"if-none-match": tag}).status_code == 200
    client.cookies.clear()
    Article.objects.filter(pk=article.pk).update(title="Tên đã sửa")
    response = client.get(address, headers={"if-none-match": tag}, follow=True)
    assert response.status_code == 200
    assert "Tên đã sửa" in response.content.decode()


def test_head_has_the_headers_of_get(client, article):
    with at(NOW):
        got, head = client.get("/"), client.head("/")
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(got.content)))
    for name in ("ETag", "Cache-Control", "X-Accel-Expires"):
        assert head.headers[name] == got.headers[name]


def test_the_next_moment_is_found_in_an_index(client, article):
    """Through all articles it would take every page longer, the more there are."""
    client.get("/lien-he/")
    plan = frame._rows._plan
    moments = {"on": NOW.date(), "now": NOW}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # of a few rows it would read all
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        adapted = _adapted(connection, moments)
        cursor.execute(f"{explain} {plan.sql}", [adapted[name] for name in plan.names])
        lines = "\n".join(row[-1] for row in cursor.fetchall())
    found_in = re.findall(r"(?:INDEX|using) ((?:sqlite_autoindex_)?(?:news_)?article\w*)", lines)
    assert sorted(found_in) == ["article_due", "article_expiring", "article_leaving_front"]
    assert not re.search("(?:SCAN|Scan on) news_article", lines)
