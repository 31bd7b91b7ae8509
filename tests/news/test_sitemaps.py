"""Site maps, read as a search engine does."""

import urllib.robotparser
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from lxml import etree

from news import sitemaps
from news.models import Article
from portal.publishing import Status, Takedown
from tests.factories import (
    SEED_TIME,
    make_appointment,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_department,
    make_person,
    make_photo,
    make_site,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}


def read(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    return etree.fromstring(response.content)


def texts(tree, path) -> list[str]:
    return [element.text for element in tree.findall(path, NAMES)]


def parts(client) -> list[str]:
    root = read(client, "/sitemap.xml")
    assert root.tag == f"{{{NAMES['s']}}}sitemapindex"
    return texts(root, "s:sitemap/s:loc")


def addresses(client) -> list[str]:
    """Every address of every part."""
    return [
        address for part in parts(client) for address in texts(read(client, part), "s:url/s:loc")
    ]


def map_of(article) -> str:
    """The part that holds an article: which one, its id says."""
    return f"/sitemap-bai-viet-{(article.pk - 1) // sitemaps.RANGE + 1}.xml"


def public_addresses(client) -> list[str]:
    """Those of articles."""
    news = "http://testserver/tin-tuc/"
    return [one for one in addresses(client) if one.startswith(news) and one != news]


def test_every_address_of_the_sample_answers_and_none_stands_twice(client, drawn_before):
    call_command("load_sample", verbosity=0)
    found = addresses(client)
    assert len(found) == len(set(found))
    assert {client.get(address).status_code for address in found} == {200}
    public = Article.objects.published()
    expected = {f"http://testserver{article.get_absolute_url()}" for article in public}
    assert expected <= set(found)
    for path in ["/", "/tin-tuc/", "/bao-cao/", "/bao-cao/2017/", "/gioi-thieu/", "/so-do-trang/"]:
        assert f"http://testserver{path}" in found
    assert "http://testserver/lanh-dao/nguyen-thi-ha/" in found
    assert "http://testserver/co-cau-to-chuc/van-phong-so/" in found
    assert "http://testserver/chuyen-muc/so-huu-tri-tue/" in found


def test_an_article_says_when_it_changed_and_what_its_photos_show(client):
    article = make_article(content_changed_at=datetime(2018, 2, 1, 3, 4, 5, 6, tzinfo=UTC))
    one = make_article_photo(
        article=article, caption="Sở KH&CN <họp>", photo=make_photo(alt="Một căn phòng")
    )
    two = make_article_photo(article=article, photo=make_photo(color="red", alt=""))
    root = read(client, map_of(article))
    assert texts(root, "s:url/s:loc") == [f"http://testserver{article.get_absolute_url()}"]
    assert texts(root, "s:url/s:lastmod") == ["2018-02-01T10:04:05+07:00"]
    files = [f"http://testserver{use.photo.image.renditions.jpeg[-1][1]}" for use in (one, two)]
    assert texts(root, "s:url/image:image/image:loc") == files
    assert client.get(files[0]).status_code == 200
    assert texts(root, "s:url/image:image/image:caption") == ["Sở KH&CN <họp>"]
    assert texts(root, "s:url/image:image/image:title") == ["Một căn phòng"]


def test_an_article_never_changed_says_when_it_was_published(client):
    for article in [make_article(content_changed_at=SEED_TIME - HOUR), make_article()]:
        told = texts(read(client, map_of(article)), "s:url/s:lastmod")
        assert set(told) == {"2018-01-23T04:11:00+07:00"}


HIDDEN = [
    {"status": Status.DRAFT},
    {"status": Status.SUBMITTED},
    {"status": Status.RETURNED},
    {"publish_at": NOW + HOUR},
    {"publish_at": NOW - 2 * HOUR, "expire_at": NOW - HOUR},
    {"publish_at": NOW - 2 * HOUR, "deleted_at": NOW - HOUR},
    *[
        {
            "status": Status.WITHDRAWN,
            "takedown": takedown,
            "publish_at": NOW - 2 * HOUR,
            "withdrawn_at": NOW - HOUR,
            "redirect_to": "/lien-he/",
        }
        for takedown in Takedown.values
    ],
]


@pytest.mark.parametrize("state", HIDDEN, ids=str)
@time_machine.travel(NOW, tick=False)
def test_what_is_not_public_is_in_no_map(client, state):
    report = make_article(title="Ẩn", kind=Article.Kind.REPORT, **state)
    make_conference(article=report, review_year=1999, held_on=date(2000, 1, 5))
    use = make_article_photo(article=report, caption="Chú thích ẩn")
    live = make_article(title="Hiện", publish_at=NOW - HOUR)
    Article.objects.create(title="Bản sửa", category=live.category, draft_of=live)
    everything = b"".join(client.get(part).content for part in parts(client)).decode()
    assert set(public_addresses(client)) == {f"http://testserver{live.get_absolute_url()}"}
    assert everything.count(live.get_absolute_url()) == 2  # as news too
    for word in ["Chú thích ẩn", "1999", use.photo.checksum, "ban-sua", "/an-"]:
        assert word not in everything


def test_the_clock_alone_brings_an_article_in_and_out(client):
    with time_machine.travel(NOW, tick=False):
        make_article(publish_at=NOW + HOUR, expire_at=NOW + 2 * HOUR)
    for moment, count in [(NOW, 0), (NOW + HOUR, 2), (NOW + 2 * HOUR, 0)]:
        with time_machine.travel(moment, tick=False):
            assert len(public_addresses(client)) == count


def test_news_is_what_came_in_the_last_two_days(client):
    make_site()
    title = "Hội nghị 🌟 KH&CN <2018> ]]> " + "ấ" * 220
    with time_machine.travel(NOW, tick=False):
        make_article(title="Cũ", publish_at=NOW - timedelta(days=2))
        fresh = make_article(title=title, publish_at=NOW - timedelta(days=2) + HOUR)
        assert parts(client)[-1] == "http://testserver/sitemap-tin-moi.xml"
        root = read(client, "/sitemap-tin-moi.xml")
    assert texts(root, "s:url/s:loc") == [f"http://testserver{fresh.get_absolute_url()}"]
    news = "s:url/news:news"
    agency = "Sở Khoa học và Công nghệ tỉnh Lạng Sơn"
    assert texts(root, f"{news}/news:publication/news:name") == [agency]
    assert texts(root, f"{news}/news:publication/news:language") == ["vi"]
    assert texts(root, f"{news}/news:publication_date") == ["2026-02-28T09:00:00+07:00"]
    assert texts(root, f"{news}/news:title") == [title]


def test_without_news_the_index_does_not_name_its_map(client):
    article = make_article()
    assert parts(client) == [
        "http://testserver/sitemap-trang.xml",
        f"http://testserver{map_of(article)}",
    ]


def test_articles_are_cut_by_ranges_of_ids_and_each_stands_in_one(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "RANGE", 3)
    category = make_category()
    made = [make_article(pk=pk, category=category) for pk in (1, 3, 4, 6, 13)]
    numbers = [part.rpartition("-")[2] for part in parts(client)[1:]]
    assert numbers == ["1.xml", "2.xml", "3.xml", "4.xml", "5.xml"]
    found = [texts(read(client, part), "s:url/s:loc") for part in parts(client)[1:]]
    home = "http://testserver/tin-tuc/"
    addresses = [f"http://testserver{article.get_absolute_url()}" for article in made]
    # A map without addresses would be an error: an empty range holds the list's.
    assert found == [addresses[:2], addresses[2:4], [home], [home], addresses[4:]]


@pytest.mark.parametrize("number", [0, 2, 10**40])
def test_a_range_that_nothing_lies_in_or_after_is_not_there(client, number):
    make_article(pk=1)
    assert client.get(f"/sitemap-bai-viet-{number}.xml").status_code == 404


def test_an_empty_site_has_maps(client):
    assert parts(client) == ["http://testserver/sitemap-trang.xml"]
    assert addresses(client)[0] == "http://testserver/"


@time_machine.travel(NOW, tick=False)
def test_who_or_what_is_to_come_is_not_told_beforehand(client):
    make_department(name="Sở sắp lập", founded_on=date(2026, 3, 3))
    make_appointment(full_name="Trần Văn Sau", started_on=date(2026, 3, 3))
    make_person(full_name="Chưa Có Chức")
    make_appointment(full_name="Lê Văn Trước", started_on=None, ended_on=date(2020, 1, 1))
    found = " ".join(addresses(client))
    assert "le-van-truoc" in found
    for word in ["so-sap-lap", "tran-van-sau", "chua-co-chuc"]:
        assert word not in found


def test_the_index_is_written_anew_when_a_part_or_another_address_comes(
    client, monkeypatch, settings
):
    monkeypatch.setattr(sitemaps, "RANGE", 2)
    make_article(pk=1)
    before = parts(client)
    make_article(pk=3)
    assert len(parts(client)) == len(before) + 1
    settings.SITE_URL = "https://khcn.example"
    assert {one.partition("/sitemap")[0] for one in parts(client)} == {"https://khcn.example"}


@time_machine.travel(NOW, tick=False)
def test_the_queries_do_not_grow(client, django_assert_num_queries):
    make_site()
    budget = {
        "/sitemap.xml": 4,
        "/sitemap-trang.xml": 5,
        map_of(make_article()): 3,
        "/sitemap-tin-moi.xml": 2,
    }
    for number in range(4):
        article = make_article(publish_at=NOW - HOUR, kind=Article.Kind.REPORT)
        make_conference(article=article, review_year=2010 + number)
        make_article_photo(article=article, photo=make_photo(color=(number, 9, 9)))
        make_appointment(full_name=f"Nguyễn Văn {number}")
        if number in {0, 3}:
            for address, queries in budget.items():
                with django_assert_num_queries(queries):
                    client.get(address)


def test_an_unchanged_map_is_not_sent_again(client):
    article = make_article()
    for address in ["/sitemap.xml", "/sitemap-trang.xml", map_of(article)]:
        first = client.get(address)
        assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304


# ── What robots may read ────────────────────────────────────────────────────────────────────────


def robots(client) -> urllib.robotparser.RobotFileParser:
    response = client.get("/robots.txt")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    parser = urllib.robotparser.RobotFileParser()
    parser.parse(response.content.decode().splitlines())
    return parser


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/tin-tuc/", True),
        ("/tin-tuc/hoi-nghi-1/", True),
        ("/rss/", True),
        ("/media/0123-640.jpg", True),
        ("/static/portal/site.css", True),
        ("/admin/", False),
        ("/admin/news/article/", False),
        ("/tim-kiem/?q=tong+ket", False),
        ("/hien-thi/", False),
    ],
)
def test_robots_read_all_but_the_admin_search_and_display_choices(client, path, allowed):
    assert robots(client).can_fetch("*", f"http://testserver{path}") is allowed


def test_robots_are_told_where_the_site_map_is(client):
    assert robots(client).site_maps() == ["http://testserver/sitemap.xml"]
    assert read(client, "/sitemap.xml") is not None


def test_an_admin_that_was_moved_is_not_named(client, settings):
    settings.ADMIN_PATH = "cua-rieng-8213/"
    text = client.get("/robots.txt").content.decode()
    assert "cua-rieng" not in text
    assert "admin" not in text
