"""The home page, the frame around every page, and the pages that say what is wrong."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.urls import include, path, reverse
from django.utils import timezone

from news.models import Article
from portal.publishing import Status, Takedown
from tests.factories import (
    SEED_TIME,
    image_upload,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_department,
    make_photo,
    make_site,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def _forbidden(request):
    raise PermissionDenied


def _broken(request):
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("", include("portal.urls")),
    path("cam/", _forbidden),
    path("hong/", _broken),
]


def page(client, address="/", *, status=200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def block(html: str, anchor: str) -> str:
    """The section of the home page whose heading has this id; empty when it is not there."""
    return html.partition(f'<section aria-labelledby="{anchor}">')[2].partition("</section>")[0]


def lead(html: str) -> str:
    found = re.search(r'<div class="lead-text">.*?<h2><a [^>]*>(.*?)</a>', html, re.DOTALL)
    return found[1] if found else ""


# ── Home ────────────────────────────────────────────────────────────────────────────────────────
def test_an_empty_site_says_so_and_shows_no_empty_blocks(client):
    html = page(client)
    assert 'class="empty"' in html
    assert "<section" not in html
    assert html.count("<h1") == 1


def test_the_lead_is_the_newest_when_nothing_has_a_photo(client):
    make_article(title="Cũ", publish_at=SEED_TIME - timedelta(days=1))
    make_article(title="Mới")
    assert lead(page(client)) == "Mới"


def test_the_lead_is_the_newest_with_a_photo_however_old(client):
    old = make_article(title="Có ảnh", publish_at=SEED_TIME - timedelta(days=30))
    make_article_photo(article=old)
    for number in range(8):
        make_article(title=f"Không ảnh {number}", publish_at=SEED_TIME - timedelta(hours=number))
    html = page(client)
    assert lead(html) == "Có ảnh"
    assert re.findall(r"Không ảnh \d", block(html, "tin-moi")) == [
        f"Không ảnh {number}" for number in range(5)
    ]


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, "Nổi bật"), (timedelta(hours=1), "Nổi bật"), (timedelta(hours=-1), "Có ảnh")],
)
def test_a_featured_article_leads_as_long_as_it_is_featured(client, until, expected):
    make_article(
        title="Nổi bật",
        is_featured=True,
        featured_until=until and timezone.now() + until,
        publish_at=SEED_TIME - timedelta(days=30),
    )
    with_photo = make_article(title="Có ảnh", publish_at=SEED_TIME - timedelta(days=20))
    make_article_photo(article=with_photo)
    for number in range(8):
        make_article(publish_at=SEED_TIME - timedelta(hours=number))
    assert lead(page(client)) == expected


def test_the_lead_is_not_repeated_in_the_latest_news(client):
    for number in range(7):
        make_article(title=f"Bài {number}", publish_at=SEED_TIME - timedelta(hours=number))
    html = page(client)
    assert lead(html) == "Bài 0"
    assert re.findall(r">(Bài \d)</a>", block(html, "tin-moi")) == [
        *("Bài 1", "Bài 2", "Bài 3", "Bài 4", "Bài 5")
    ]


def test_notices_and_reviews_show_three_each(client):
    for number in range(4):
        when = SEED_TIME - timedelta(days=number)
        make_article(title=f"Thông báo {number}", kind=Article.Kind.NOTICE, publish_at=when)
        report = make_article(title=f"Năm {2017 - number}", kind=Article.Kind.REPORT)
        make_conference(article=report, review_year=2017 - number)
    html = page(client)
    assert re.findall(r">(Thông báo \d)</a>", block(html, "thong-bao")) == [
        *("Thông báo 0", "Thông báo 1", "Thông báo 2")
    ]
    assert re.findall(r">(Năm \d+)</a>", block(html, "bao-cao")) == [
        *("Năm 2017", "Năm 2016", "Năm 2015")
    ]


def test_the_fields_of_work_are_the_top_categories_with_something_published(client):
    used, parent, below = (make_category(name=name) for name in ["Dùng", "Trên", "Dưới"])
    middle = make_category(name="Giữa", parent=parent)
    type(below).objects.filter(pk=below.pk).update(parent=middle)
    make_article(category=used)
    make_article(category=below)
    make_article(category=make_category(name="Chỉ có nháp"), status=Status.DRAFT)
    html = page(client).partition('aria-labelledby="linh-vuc"')[2]
    assert re.findall(r"<h3><a [^>]*>(.*?)</a>", html) == ["Dùng", "Trên"]


def test_the_picture_of_the_unit_stands_in_for_the_lead(client):
    unit = make_department(picture=image_upload(color="gold"))
    make_article(department=unit)
    assert unit.picture.checksum in page(client)


# ── The frame ───────────────────────────────────────────────────────────────────────────────────
def test_the_frame_shows_the_agency_and_its_contact_from_the_settings(client):
    make_site(
        superior_body="UBND tỉnh Lạng Sơn",
        responsible_person="Nguyễn Thị Hà, Giám đốc",
        contact={
            "address": "Số 438 đường Bà Triệu",
            "phone": "(0205) 3.871.906",
            "fax": "(0205) 3.872.075",
            "email": "skhcn@langson.gov.vn",
        },
    )
    html = page(client)
    footer = html.partition("<footer")[2]
    assert '<span class="superior">UBND tỉnh Lạng Sơn</span>' in html
    name = re.search(r'<span class="agency">(.*?)</a>', html, re.DOTALL)[1]
    assert re.sub("<[^>]+>", "", name).strip() == "Sở Khoa học và Công nghệ"
    assert '<a class="nowrap" href="tel:+842053871906">(0205) 3.871.906</a>' in footer
    assert '<a href="mailto:skhcn@langson.gov.vn">' in footer
    for text in ["Số 438 đường Bà Triệu", "(0205) 3.872.075", "Nguyễn Thị Hà, Giám đốc"]:
        assert text in footer
    assert "\u00a0" not in html


def test_without_settings_the_frame_is_neutral(client):
    html = page(client)
    assert "<address" not in html
    assert "#lien-he" not in html
    assert "Sở" not in html.partition('<span class="agency">')[2].partition("</span>")[0]


def test_a_page_that_shows_no_frame_does_not_ask_for_it(client, django_assert_num_queries):
    make_site()
    with django_assert_num_queries(0):
        assert client.get(reverse("admin:login")).status_code == 200


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/", {"/": "page"}),
        ("/tin-tuc/", {"/tin-tuc/": "page"}),
        ("/chuyen-muc/so/", {"/tin-tuc/": "true"}),
        ("/bao-cao/", {"/bao-cao/": "page"}),
        ("/bao-cao/2017/", {"/bao-cao/": "true"}),
    ],
)
def test_the_menu_marks_the_page_and_its_section(client, address, current):
    make_category(slug="so")
    menu = page(client, address).partition('class="main-nav"')[2].partition("</nav>")[0]
    assert dict(re.findall(r'<a href="([^"]+)" aria-current="(\w+)"', menu)) == current


ADDRESSES = [
    *("/", "/tin-tuc/", "/chuyen-muc/so/", "/bao-cao/", "/bao-cao/2017/", "/khong-co/"),
    *("/co-cau-to-chuc/van-phong/", "article", "removed"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_public_pages_touch_no_session_and_set_no_cookie(client, address):
    make_site(contact={"phone": "(0205) 3.871.906"})
    article = make_article(
        category=make_category(slug="so"), department=make_department(slug="van-phong")
    )
    removed = make_article(
        status=Status.WITHDRAWN, takedown=Takedown.REMOVED, withdrawn_at=timezone.now()
    )
    known = {"article": article.get_absolute_url(), "removed": removed.get_absolute_url()}
    response = client.get(known.get(address, address))
    assert dict(response.cookies) == {}
    assert "cookie" not in response.get("Vary", "").lower()
    assert "csrf" not in response.content.decode()
    assert not response.wsgi_request.session.accessed


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_has_one_h1_a_skip_link_and_a_title_that_names_the_site(client, address):
    make_site()
    article = make_article(
        category=make_category(slug="so"), department=make_department(slug="van-phong")
    )
    make_article_photo(article=article, photo=make_photo())
    removed = make_article(
        status=Status.WITHDRAWN, takedown=Takedown.REMOVED, withdrawn_at=timezone.now()
    )
    known = {"article": article.get_absolute_url(), "removed": removed.get_absolute_url()}
    html = client.get(known.get(address, address)).content.decode()
    assert html.count("<h1") == 1
    assert re.search(r"<title>[^<]+ – Sở Khoa học và Công nghệ tỉnh Lạng Sơn</title>", html)
    assert html.index('<a class="skip" href="#noi-dung">') < html.index("<header")
    assert '<main id="noi-dung"' in html
    scripts = re.findall(r"<script[^>]*>", re.sub(r' integrity="[^"]+"', "", html))
    assert set(scripts) <= {
        '<script type="application/ld+json">',
        '<script src="/static/portal/site.js" defer>',
    }
    assert " style=" not in html


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/", ["Bỏ qua đến nội dung chính", "Tin mới", "Xem tất cả tin", "Lĩnh vực quản lý"]),
        ("/tin-tuc/", ["<h1>Tin tức</h1>", 'aria-label="Menu chính"', "Trang sau"]),
        ("/bao-cao/", ["<h1>Báo cáo tổng kết theo năm</h1>", "Hội nghị ngày 19/01/2018."]),
        ("/bao-cao/2016/", ["Chưa có báo cáo tổng kết năm 2016."]),
        ("/khong-co/", ["<h1>Không tìm thấy trang</h1>", "Mã lỗi: 404"]),
    ],
)
def test_pages_speak_vietnamese(client, address, words):
    category = make_category()
    for _number in range(11):
        make_article(category=category)
    make_conference(article=make_article(kind=Article.Kind.REPORT, category=category))
    html = client.get(address).content.decode()
    assert [word for word in words if word not in html] == []


# ── What is wrong ───────────────────────────────────────────────────────────────────────────────
def test_an_unknown_address_leads_on(client):
    make_site(contact={"phone": "(0205) 3.871.906"})
    html = page(client, "/khong-co/", status=404).partition("<main")[2].partition("</main>")[0]
    assert re.findall(r'href="([^"]+)"', html) == [
        *("/", "/tin-tuc/", "/bao-cao/", "tel:+842053871906")
    ]


def test_a_removed_article_says_when_and_leads_to_its_category(client):
    article = make_article(
        status=Status.WITHDRAWN,
        takedown=Takedown.REMOVED,
        withdrawn_at=SEED_TIME + timedelta(days=10),
        category=make_category(name="Thanh tra", slug="thanh-tra"),
    )
    html = page(client, article.get_absolute_url(), status=410)
    assert "02/02/2018" in html
    assert '<a href="/chuyen-muc/thanh-tra/">Thanh tra</a>' in html
    assert '<meta name="robots" content="noindex">' in html


def test_a_forbidden_page_says_so(client):
    html = page(client, "/cam/", status=403)
    assert html.count("<h1") == 1
    assert ": 403<" in html


def test_a_fault_answers_with_a_page_that_asks_nothing_of_the_database(
    client, django_assert_num_queries
):
    client.raise_request_exception = False
    with django_assert_num_queries(0):
        html = page(client, "/hong/", status=500)
    assert html.count("<h1") == 1
    assert "/static/" not in html
    assert "broken on purpose" not in html


def test_the_stylesheet_keeps_to_what_browsers_of_2018_read():
    css = (Path(settings.BASE_DIR) / "static/portal/site.css").read_text()
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    banned = ["@layer", ":has(", ":is(", ":where(", "clamp(", "aspect-ratio", "inset:", "&"]
    assert [word for word in banned if word in css] == []
    assert "@media (width" not in css
    rules = re.findall(r"\{([^{}]*)\}", css)
    assert [rule for rule in rules if "display:flex" in rule and "gap:" in rule] == []


@pytest.mark.parametrize("name", ["sessionid", "xem-1"])
def test_a_null_byte_in_a_cookie_is_a_bad_request(client, settings, name):
    """A browser sends none; PostgreSQL would answer the look-up with an error 500."""
    settings.SESSION_COOKIE_NAME = "sessionid"
    photo = make_photo().image.renditions.preview
    for address in ("/admin/", photo):
        assert client.get(address, HTTP_COOKIE=f'{name}="\\000abcdefgh"').status_code == 400


@pytest.mark.parametrize(
    "address", ["/tin-tuc/?trang=%00", "/%00/", "/admin/news/article/?status__exact=%00"]
)
def test_a_null_byte_in_an_address_is_a_bad_request(client, address):
    client.force_login(make_user(is_superuser=True))
    assert client.get(address).status_code == 400
