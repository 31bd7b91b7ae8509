"""What leads the home page, and the line over the whole site."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from news.models import Article, UrgentNotice
from tests.factories import (
    SEED_TIME,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_department,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db


def home(client) -> str:
    return client.get("/").content.decode()


def block(html: str, heading: str) -> list[str]:
    """The titles in the block of the home page under that heading."""
    part = re.search(rf'<h2 id="{heading}">.*?</section>', html, re.DOTALL)
    return re.findall(r'<a href="/tin-tuc/[^"]+-\d+/">([^<]+)</a>', part[0]) if part else []


def lead(html: str) -> str:
    return re.search(r'<article class="lead.*?<h2><a [^>]+>([^<]+)</a>', html, re.DOTALL)[1]


def make_featured(number: int, **kwargs) -> Article:
    return make_article(
        title=f"Nổi bật {number}",
        is_featured=True,
        publish_at=SEED_TIME + timedelta(days=number),
        **kwargs,
    )


def test_the_first_featured_leads_and_the_others_have_a_block_in_their_order(client):
    for number, order in [(1, 0), (2, 2), (3, 1), (4, 1)]:
        make_featured(number, featured_order=order)
    make_article(title="Mới nhất", publish_at=SEED_TIME + timedelta(days=90))
    html = home(client)
    assert lead(html) == "Nổi bật 1"
    assert block(html, "noi-bat") == ["Nổi bật 4", "Nổi bật 3", "Nổi bật 2"]
    assert block(html, "tin-moi") == ["Mới nhất"]


def test_a_seventh_featured_article_drops_the_oldest_into_the_news(client):
    for number in range(1, 8):
        make_featured(number)
    html = home(client)
    assert lead(html) == "Nổi bật 7"
    assert block(html, "noi-bat") == [f"Nổi bật {number}" for number in (6, 5, 4, 3, 2)]
    assert block(html, "tin-moi") == ["Nổi bật 1"]


def test_an_article_is_featured_until_its_time_and_the_home_page_is_never_empty(client):
    end = timezone.now() + timedelta(hours=1)
    make_featured(1, featured_until=end)
    make_article(title="Thường", publish_at=SEED_TIME + timedelta(days=9))
    assert lead(home(client)) == "Nổi bật 1"
    with time_machine.travel(end, tick=False):
        html = home(client)
    assert lead(html) == "Thường"
    assert block(html, "tin-moi") == ["Nổi bật 1"]
    assert block(html, "noi-bat") == []


def test_without_a_featured_one_the_newest_with_a_photo_leads_and_stands_nowhere_else(client):
    for number in range(20):
        make_article(title=f"Bài {number}", publish_at=SEED_TIME + timedelta(days=number))
    old = Article.objects.get(title="Bài 0")
    make_article_photo(article=old)
    html = home(client)
    assert lead(html) == "Bài 0"
    assert block(html, "tin-moi") == [f"Bài {number}" for number in (19, 18, 17, 16, 15)]


def test_no_article_stands_twice_on_the_home_page(client):
    for number in range(1, 4):
        make_featured(number)
    for number in range(9):
        make_article(title=f"Bài {number}", publish_at=SEED_TIME + timedelta(days=30 + number))
    html = home(client)
    shown = [lead(html), *block(html, "noi-bat"), *block(html, "tin-moi")]
    assert len(shown) == len(set(shown)) == 8


def test_the_home_page_has_the_newest_review_of_each_of_the_three_newest_years(client):
    def review(title: str, year: int, held_on: date, **kwargs):
        article = make_article(title=title, kind="report", **kwargs)
        make_conference(article=article, review_year=year, held_on=held_on)

    for number in range(6):
        review(f"2017, thứ {number}", 2017, date(2018, 1, 10 + number))
    review("2017, cùng ngày, sau", 2017, date(2018, 1, 15))
    review("2017, chưa đăng", 2017, date(2018, 1, 30), status="draft")
    review("2016, chưa đăng", 2016, date(2017, 1, 10), status="draft")
    review("2015", 2015, date(2016, 1, 10))
    review("2014", 2014, date(2015, 1, 10))
    review("2013", 2013, date(2014, 1, 10))
    assert block(home(client), "bao-cao") == ["2017, cùng ngày, sau", "2015", "2014"]


@pytest.mark.parametrize("state", ["draft", "scheduled", "expired"])
def test_what_is_not_public_is_featured_in_vain(client, state):
    changes = {
        "draft": {"status": "draft"},
        "scheduled": {"publish_at": timezone.now() + timedelta(days=1)},
        "expired": {"expire_at": SEED_TIME + timedelta(days=1)},
    }[state]
    make_article(title="Nổi bật", is_featured=True, **changes)
    make_article(title="Thường")
    assert "Nổi bật" not in home(client)


# ── The line over the site ──────────────────────────────────────────────────────────────────────
def test_an_urgent_notice_stands_over_every_page_for_its_time_alone(client):
    make_site()
    unit = make_department(slug="van-phong")
    now = timezone.now()
    UrgentNotice.objects.create(
        text="Mưa lũ: <nghỉ> tiếp dân",
        link="/lien-he/",
        starts_at=now,
        ends_at=now + timedelta(hours=2),
    )
    line = '<p><a href="/lien-he/">Mưa lũ: &lt;nghỉ&gt; tiếp dân</a></p>'
    pages = ["/", "/tin-tuc/", "/lien-he/", unit.get_absolute_url(), "/tim-kiem/", "/khong-co/"]
    for moment, is_shown in [
        (now - timedelta(seconds=1), False),
        (now, True),
        (now + timedelta(hours=2), False),
    ]:
        with time_machine.travel(moment, tick=False):
            for address in pages:
                assert (line in client.get(address).content.decode()) is is_shown


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://a.example/", "//a.example", "abc"])
def test_an_urgent_notice_leads_to_this_site_or_a_safe_one_alone(client, link):
    client.force_login(make_user(groups=["Duyệt đăng"]))
    data = {"text": "Tin khẩn", "link": link, "starts_at": "01/01/2026", "ends_at": "02/01/2026"}
    html = client.post("/admin/news/urgentnotice/add/", data).content.decode()
    runs = "Xin bỏ liên kết này: địa chỉ này chạy một đoạn mã."
    assert (runs if "script" in link else "Xin nhập một trang của cổng") in html
    assert UrgentNotice.objects.count() == 0
    client.post("/admin/news/urgentnotice/add/", data | {"link": "/lien-he/"})
    assert UrgentNotice.objects.get().link == "/lien-he/"


# ── Related articles ────────────────────────────────────────────────────────────────────────────
def test_the_editors_picks_come_before_the_newest_of_the_category_and_none_comes_twice(client):
    article = make_article(title="Bài đang đọc")
    for number in range(14):
        make_article(
            title=f"Cùng mục {number:02}",
            category=article.category,
            publish_at=SEED_TIME + timedelta(days=number),
        )
    other = make_article(title="Mục khác", publish_at=SEED_TIME - timedelta(days=900))
    hidden = make_article(title="Bản nháp", status="draft")
    same = Article.objects.get(title="Cùng mục 07")
    article.related.set([other, hidden, same])
    html = client.get(article.get_absolute_url()).content.decode()
    side = html.partition('id="lien-quan"')[2]
    assert re.findall(r'<a href="/tin-tuc/[^"]+">([^<]+)</a>', side.partition("</aside>")[0]) == [
        *("Cùng mục 07", "Mục khác", "Cùng mục 13", "Cùng mục 12", "Cùng mục 11")
    ]


# ── Filters ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "query",
    [
        *("nam=1800", "nam=abc", "nam=2018&thang=13", "nam=2018&thang=0", "nam=٢٠١٨"),
        *("loai=khac", "chuyen-muc=khong-co", "don-vi=khong-co", "nam=99999999999999999999"),
        *("trang=0", "trang=x", "trang=2&moc=x", "trang=2&moc=99999999999"),
    ],
)
def test_a_filter_that_does_not_exist_is_a_page_that_does_not_exist(client, query):
    make_article()
    assert client.get(f"/tin-tuc/?{query}").status_code == 404


def test_a_filtered_page_keeps_its_filters_in_its_links_and_its_title(client):
    article = make_article(title="Bài 0", kind="notice")
    for number in range(1, 12):
        make_article(
            title=f"Bài {number}",
            kind="notice",
            category=article.category,
            publish_at=SEED_TIME - timedelta(hours=number),
        )
    make_article(title="Tin khác", category=article.category)
    query = f"chuyen-muc={article.category.slug}&loai=thong-bao&nam=2018&thang=1"
    html = client.get(f"/tin-tuc/?{query}").content.decode()
    assert f"<title>Tin tức: {article.category}, Thông báo, tháng 01/2018 – " in html
    assert '<meta name="robots" content="noindex,follow">' in html
    assert "Tin khác" not in html.partition("<main")[2]
    address = re.search(r'<a rel="next" href="([^"]+)">', html)[1].replace("&amp;", "&")
    assert address.startswith(f"/tin-tuc/?{query}&trang=2&moc=")
    second = client.get(address).content.decode()
    assert re.findall(r'item-title"><a [^>]+>([^<]+)</a>', second) == ["Bài 10", "Bài 11"]
    assert f'<a rel="prev" href="/tin-tuc/?{query.replace("&", "&amp;")}">' in second


def test_an_empty_filtered_list_says_for_what_and_leads_on(client):
    make_article()
    html = client.get("/tin-tuc/?nam=2018&thang=12").content.decode()
    assert "Không có tin nào theo bộ lọc: tháng 12/2018." in html
    assert '<a href="/tin-tuc/">Xem tất cả tin</a>' in html


def test_the_filter_of_a_unit_finds_what_comes_from_it_and_what_concerns_it(client):
    unit = make_department(slug="van-phong", name="Văn phòng Sở")
    make_article(title="Của đơn vị", department=unit)
    make_article(title="Có liên quan").departments.add(unit)
    make_article(title="Của nơi khác")
    html = client.get("/tin-tuc/?don-vi=van-phong").content.decode()
    main = html.partition("<main")[2]
    assert "Của đơn vị" in main
    assert "Có liên quan" in main
    assert "Của nơi khác" not in main
    assert '<input type="hidden" name="don-vi" value="van-phong">' in main


# ── Pages that stay as they were for a reader on the way ────────────────────────────────────────
def make_list(count: int) -> list[Article]:
    """Articles of one category, the newest first; every three of one moment."""
    category = make_category()
    return [
        make_article(
            title=f"Bài {number:02}",
            category=category,
            publish_at=SEED_TIME - timedelta(days=number // 3),
        )
        for number in range(count)
    ]


def titles(html: str) -> list[str]:
    return re.findall(r'item-title"><a [^>]+>([^<]+)</a>', html)


def way(html: str, rel: str) -> str:
    return re.search(rf'<a rel="{rel}" href="([^"]+)">', html)[1].replace("&amp;", "&")


def read(client, address: str) -> str:
    return client.get(address).content.decode()


def test_every_article_stands_on_one_page_forwards_and_backwards(client):
    everything = sorted(make_list(34), key=lambda one: (one.publish_at, one.pk), reverse=True)
    pages = [read(client, "/tin-tuc/")]
    while 'rel="next"' in pages[-1]:
        pages.append(read(client, way(pages[-1], "next")))
    assert [len(titles(page)) for page in pages] == [10, 10, 10, 4]
    shown = [title for page in pages for title in titles(page)]
    assert shown == [one.title for one in everything]
    for number in (2, 1, 0):
        pages[number] = read(client, way(pages[number + 1], "prev"))
    shown = [title for page in pages for title in titles(page)]
    assert shown == [one.title for one in everything]


@pytest.mark.parametrize("number", [0, 5, 9])
def test_an_article_with_an_earlier_time_that_arrives_repeats_none(client, number):
    articles = make_list(30)
    first = read(client, "/tin-tuc/")
    make_article(title="Bài chen vào", publish_at=articles[number].publish_at)
    second = read(client, way(first, "next"))
    assert set(titles(first)) & set(titles(second)) == set()


def test_an_article_that_leaves_makes_none_be_passed_over(client):
    make_list(30)
    first = read(client, "/tin-tuc/")
    seen = titles(first)
    Article.objects.filter(title__in=seen[3:6]).update(status="draft")
    second = read(client, way(first, "next"))
    assert len(titles(second)) == 10
    everything = list(Article.objects.published().values_list("title", flat=True))
    assert titles(second)[0] == everything[everything.index(seen[-1]) + 1]


def test_a_page_asked_for_by_its_number_leads_on_without_a_gap(client):
    make_list(34)
    second = read(client, "/tin-tuc/?trang=2")
    third = read(client, way(second, "next"))
    everything = list(Article.objects.published().values_list("title", flat=True))
    assert titles(second) + titles(third) == everything[10:30]


# ── Teasers ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("start", "teaser"),
    [
        ('<figure data-photo="1"></figure><p>Câu đầu. ', "Câu đầu."),
        ("<p><strong>(Lạng Sơn)</strong> - Câu đầu. ", "(Lạng Sơn) - Câu đầu."),
        ("<p>Câu đầu <em>của bài", "Câu đầu của bài" + " chữ" * 70 + "…"),
    ],
)
def test_a_long_first_paragraph_gives_its_first_sentence(client, start, teaser):
    make_article(body=start + " chữ" * 900 + "</p>")
    html = client.get("/tin-tuc/").content.decode()
    shown = re.search(r'<p class="teaser">([^<]+)</p>', html)[1]
    assert shown.startswith(teaser.rstrip("…")[:30])
    assert len(shown) >= len("Câu đầu.")
