"""Feeds, read as a feed reader does."""

from calendar import timegm
from datetime import UTC, datetime, timedelta
from html import escape
from xml.etree import ElementTree

import feedparser
import pytest
import time_machine
from django.core.management import call_command

from news.models import Article, ArticleDepartment, Category
from portal.publishing import Status, Takedown
from tests.factories import (
    SEED_TIME,
    make_article,
    make_article_photo,
    make_category,
    make_department,
    make_photo,
    make_site,
)

pytestmark = pytest.mark.django_db

CAPTIONS = [
    "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị",
    "Các đại biểu tham dự Hội nghị",
]
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def read(client, address="/rss/", **headers):
    """The feed as feedparser reads it; a fault in its XML fails the test."""
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/rss+xml; charset=utf-8"
    feed = feedparser.parse(response.content)
    assert not feed.bozo, feed.bozo_exception
    return feed


def titles(client, address="/rss/") -> list[str]:
    return [entry.title for entry in read(client, address).entries]


def test_a_reader_finds_the_report_with_its_photos_and_captions(client, drawn_before):
    call_command("load_sample", verbosity=0)
    feed = read(client)
    assert feed.version == "rss20"
    assert feed.feed.title == "Tin tức – Sở Khoa học và Công nghệ tỉnh Lạng Sơn"
    assert feed.feed.link == "http://testserver/tin-tuc/"
    assert feed.feed.language == "vi"
    own = [link.href for link in feed.feed.links if link.rel == "self"]
    assert own == ["http://testserver/rss/"]
    article = Article.objects.get(byline="Hưng Đức")
    entry = feed.entries[0]
    assert entry.title == article.title
    assert entry.link == f"http://testserver{article.get_absolute_url()}"
    assert entry.id == f"http://testserver/tin-tuc/{article.pk}/"
    assert entry.guidislink is False  # it has a link of its own
    assert timegm(entry.published_parsed) == SEED_TIME.timestamp()
    assert entry.published == "Tue, 23 Jan 2018 04:11:00 +0700"
    assert [tag.term for tag in entry.tags] == ["Hoạt động của Sở"]
    assert entry.author == "Hưng Đức"
    assert entry.summary.startswith("Ngày 19/01/2018, Sở Khoa học và Công nghệ (KHCN) Lạng Sơn")
    photos = [use.photo for use in article.photos.all()]
    assert [photo["url"] for photo in entry.media_content] == [
        f"http://testserver{photo.image.renditions.jpeg[-1][1]}" for photo in photos
    ]
    assert {photo["type"] for photo in entry.media_content} == {"image/jpeg"}
    assert client.get(entry.media_content[0]["url"]).status_code == 200


def photos_of(content: bytes) -> list[tuple]:
    """What each photo of a feed says: width, height, caption, photographer."""
    name = "{http://search.yahoo.com/mrss/}"
    found = ElementTree.fromstring(content).iter(f"{name}content")  # noqa: S314 - our own
    return [
        (
            one.get("medium"),
            one.get("width"),
            one.get("height"),
            one.findtext(f"{name}description"),
            one.findtext(f"{name}credit"),
        )
        for one in found
    ]


def test_each_photo_says_its_size_its_caption_and_who_took_it(client):
    article = make_article()
    wide = make_photo(size=(1600, 900), credit="Hưng Đức")
    small = make_photo(color="maroon", size=(300, 400))
    make_article_photo(article=article, photo=wide, caption=CAPTIONS[0], order=1)
    make_article_photo(article=article, photo=small, order=2)
    assert photos_of(client.get("/rss/").content) == [
        ("image", "1280", "720", CAPTIONS[0], "Hưng Đức"),
        ("image", "160", "213", None, None),
    ]


def test_the_guid_stays_when_the_title_changes(client):
    article = make_article(title="Một tên")
    before = read(client).entries[0].id
    Article.objects.filter(pk=article.pk).update(title="Tên khác", slug="ten-khac")
    entry = read(client).entries[0]
    assert entry.id == before
    response = client.get(before)
    assert (response.status_code, response["Location"]) == (
        301,
        article.get_absolute_url().replace("mot-ten", "ten-khac"),
    )
    assert entry.link.endswith(response["Location"])


@pytest.mark.parametrize(
    "title",
    [
        "KH&CN < 5 > 3 \"ngoặc\" 'đơn'",
        "<b>đậm</b> &amp; &lt;",
        "Hội nghị 🌟 năm 2017",
        "kết ]]> thúc",
        "Đại hội " + "ấ" * 247,
    ],
)
def test_a_title_is_right_whatever_it_holds(client, title):
    make_article(title=title, summary=title, category=make_category(name=title[:100]))
    raw = ElementTree.fromstring(client.get("/rss/").content)  # noqa: S314 - our own
    item = raw.find("channel/item")
    assert item.findtext("title") == title
    # A summary is HTML to readers: what was typed as a tag shows as one, and does nothing.
    assert item.findtext("description") == escape(title, quote=False)
    assert item.findtext("category") == title[:100].strip()


def test_letters_that_xml_cannot_hold_are_left_out(client):
    category = make_category(name="Tin\ufffe tức")
    Article.objects.bulk_create(
        [
            Article(
                title="A\x00\x08B\uffffC",
                slug="a",
                body="<p>x</p>",
                category=category,
                status=Status.PUBLISHED,
                publish_at=SEED_TIME,
            )
        ]
    )
    feed = read(client, f"/rss/{category.slug}/")
    assert feed.feed.title == "Tin tức – Cổng thông tin điện tử"
    assert [entry.title for entry in feed.entries] == ["ABC"]


def test_there_are_the_twenty_newest_items_newest_first(client):
    for day in range(25):
        make_article(title=f"Bài {day}", publish_at=SEED_TIME + timedelta(days=day))
    assert titles(client) == [f"Bài {day}" for day in range(24, 4, -1)]


HIDDEN = [
    {"status": Status.DRAFT},
    {"status": Status.SUBMITTED},
    {"status": Status.RETURNED},
    {"publish_at": NOW + HOUR},
    {"publish_at": NOW - 2 * HOUR, "expire_at": NOW - HOUR},
    {"deleted_at": NOW - HOUR},
    *[
        {
            "status": Status.WITHDRAWN,
            "takedown": takedown,
            "withdrawn_at": NOW - HOUR,
            "redirect_to": "/lien-he/",
        }
        for takedown in Takedown.values
    ],
]


@pytest.mark.parametrize("state", HIDDEN, ids=str)
@time_machine.travel(NOW, tick=False)
def test_what_is_not_public_is_in_no_feed(client, state):
    category, unit = make_category(), make_department()
    make_article(title="Ẩn", category=category, department=unit, **state)
    live = make_article(title="Hiện", category=category, department=unit, publish_at=NOW)
    Article.objects.create(title="Bản sửa", category=category, department=unit, draft_of=live)
    for address in ["/rss/", f"/rss/{category.slug}/", f"/rss/don-vi/{unit.slug}/"]:
        assert titles(client, address) == ["Hiện"]


def test_the_clock_alone_shows_and_hides_an_item(client):
    with time_machine.travel(NOW, tick=False):
        make_article(title="Hẹn giờ", publish_at=NOW + HOUR, expire_at=NOW + 2 * HOUR)
    for moment, shown in [(NOW, []), (NOW + HOUR, ["Hẹn giờ"]), (NOW + 2 * HOUR, [])]:
        with time_machine.travel(moment, tick=False):
            assert titles(client) == shown


def test_a_category_feed_holds_its_branch(client):
    top = make_category(name="Khoa học", description="Tin khoa học.")
    below = make_category(parent=top)
    deeper = make_category(parent=below)
    for number, category in enumerate([top, below, deeper, make_category()]):
        make_article(
            title=str(number), category=category, publish_at=SEED_TIME - timedelta(days=number)
        )
    feed = read(client, "/rss/khoa-hoc/")
    assert [entry.title for entry in feed.entries] == ["0", "1", "2"]
    assert feed.feed.title == "Khoa học – Cổng thông tin điện tử"
    assert feed.feed.subtitle == "Tin khoa học."
    assert feed.feed.link == "http://testserver/chuyen-muc/khoa-hoc/"
    assert titles(client, f"/rss/{deeper.slug}/") == ["2"]


def test_a_unit_feed_holds_what_comes_from_it_or_concerns_it_once(client):
    unit = make_department(name="Văn phòng Sở")
    own = make_article(title="Của mình", department=unit)
    shared = make_article(title="Liên quan", publish_at=SEED_TIME - HOUR)
    for article in (own, shared):
        ArticleDepartment.objects.create(article=article, department=unit)
    make_article(title="Khác", department=make_department())
    assert titles(client, "/rss/don-vi/van-phong-so/") == ["Của mình", "Liên quan"]


@pytest.mark.parametrize("address", ["/rss/khong-co/", "/rss/don-vi/khong-co/", "/rss/don-vi/"])
def test_an_unknown_name_has_no_feed(client, address):
    assert client.get(address).status_code == 404


def test_a_unit_that_is_to_come_has_no_feed_yet(client):
    with time_machine.travel(NOW):
        unit = make_department(founded_on=(NOW + timedelta(days=9)).date())
        assert client.get(f"/rss/don-vi/{unit.slug}/").status_code == 404


def test_an_empty_feed_is_a_feed(client):
    assert read(client).entries == []


@pytest.mark.parametrize(("kind", "queries"), [("all", 2), ("category", 3), ("unit", 3)])
def test_the_queries_do_not_grow(client, django_assert_num_queries, kind, queries):
    make_site()
    category = make_category()
    unit = make_department()
    address = {
        "all": "/rss/",
        "category": f"/rss/{category.slug}/",
        "unit": f"/rss/don-vi/{unit.slug}/",
    }[kind]
    for number in range(6):
        article = make_article(category=category, department=unit)
        make_article_photo(article=article, photo=make_photo(color=(number, 90, 9)))
        if number in {0, 5}:
            with django_assert_num_queries(queries):
                client.get(address)
    Category.objects.bulk_create(Category(name=str(n), slug=f"c{n}") for n in range(9))
    with django_assert_num_queries(queries):
        client.get(address)


def test_an_unchanged_feed_is_not_sent_again(client):
    article = make_article()
    first = client.get("/rss/")
    again = client.get("/rss/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Article.objects.filter(pk=article.pk).update(title="Tên mới")
    assert client.get("/rss/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_feed_sets_no_cookie_and_does_not_vary_with_one(client):
    response = client.get("/rss/")
    assert not response.cookies
    assert "Vary" not in response


def test_pages_tell_a_reader_where_their_feed_is(client):
    category, unit = make_category(name="Khoa học & đời sống"), make_department()
    for page, feed in [
        (category.get_absolute_url(), f"/rss/{category.slug}/"),
        (unit.get_absolute_url(), f"/rss/don-vi/{unit.slug}/"),
    ]:
        html = client.get(page).content.decode()
        assert '<link rel="alternate" type="application/rss+xml" title="' in html
        assert f'" href="{feed}">' in html
    assert (
        'title="Khoa học &amp; đời sống"'
        in client.get(category.get_absolute_url()).content.decode()
    )
