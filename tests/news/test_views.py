"""Article pages, lists, categories and reports, asked for as a stranger does."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.urls import include, path, reverse
from django.utils import timezone

from news import copies
from news.models import Article, ArticlePhoto
from news.views import ArticlePreviewView
from portal import drawn
from portal.publishing import Status, Takedown
from tests.factories import (
    SEED_TIME,
    image_upload,
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_department,
    make_photo,
    make_site,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [
    path("", include("portal.urls")),
    path("xem-thu/<int:pk>/", ArticlePreviewView.as_view(), name="preview"),
]

TITLE = (
    "Hội nghị tổng kết hoạt động khoa học công nghệ năm 2017 và triển khai nhiệm vụ, "
    "kế hoạch công tác năm 2018"
)
CAPTIONS = [
    "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị",
    "Các đại biểu tham dự Hội nghị",
]
YESTERDAY = timezone.now() - timedelta(days=1)
TOMORROW = timezone.now() + timedelta(days=1)


def page(client, address, *, status=200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def texts(html: str, tag: str) -> list[str]:
    """The text of every element of that name, without the tags inside it."""
    found = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", html, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in found]


def make_seed(**kwargs) -> Article:
    paragraphs = [f"<p>Đoạn văn thứ {number}.</p>" for number in range(1, 7)]
    paragraphs.insert(4, '<figure data-photo="2"></figure>')
    paragraphs.insert(1, '<figure data-photo="1"></figure>')
    article = make_article(
        title=TITLE,
        kind=Article.Kind.REPORT,
        body="".join(paragraphs),
        byline="Hưng Đức",
        **kwargs,
    )
    for number, (caption, color) in enumerate(zip(CAPTIONS, ["navy", "maroon"], strict=True)):
        photo = make_photo(color=color, alt=f"Ảnh minh họa số {number + 1}")
        make_article_photo(
            article=article, photo=photo, ref=number + 1, caption=caption, order=number
        )
    return article


# ── The article ─────────────────────────────────────────────────────────────────────────────────
def test_the_seed_article_shows_its_title_date_and_byline(client):
    html = page(client, make_seed().get_absolute_url())
    assert texts(html, "h1") == [TITLE]
    assert '<time datetime="2018-01-23T04:11:00+07:00">Thứ Ba, 23/01/2018 - 04:11</time>' in html
    assert '<p class="byline">Hưng Đức</p>' in html
    assert "\u00a0" not in html
    assert "&nbsp;" not in html


def test_photos_stand_where_the_text_places_them_with_their_captions(client):
    html = page(client, make_seed().get_absolute_url())
    assert texts(html, "figcaption") == CAPTIONS
    body = html.partition('<div class="body">')[2]
    order = re.findall(r"Đoạn văn thứ \d|<figcaption>", body)
    assert order == [
        *("Đoạn văn thứ 1", "<figcaption>", "Đoạn văn thứ 2", "Đoạn văn thứ 3"),
        *("Đoạn văn thứ 4", "<figcaption>", "Đoạn văn thứ 5", "Đoạn văn thứ 6"),
    ]
    assert re.findall(r'alt="([^"]+)"', html) == ["Ảnh minh họa số 1", "Ảnh minh họa số 2"]


def test_only_the_first_photo_is_fetched_at_once(client):
    html = page(client, make_seed().get_absolute_url())
    images = re.findall(r"<img [^>]*srcset[^>]*>", html)
    assert ["fetchpriority" in image for image in images] == [True, False]
    assert ['loading="lazy"' in image for image in images] == [False, True]


def test_photos_without_a_place_follow_the_text(client):
    article = make_article(body='<p>Một.</p><figure data-photo="1"></figure><p>Hai.</p>')
    make_article_photo(article=article, ref=1, caption="Trong bài")
    make_article_photo(article=article, photo=make_photo(color="red"), caption="Sau bài")
    html = page(client, article.get_absolute_url())
    body = html.partition('<div class="body">')[2]
    body = re.sub(r' alt="[^"]*"', "", body).partition('<ul role="list"')[0]
    assert re.findall(r"Một\.|Hai\.|Trong bài|Sau bài", body) == [
        *("Một.", "Trong bài", "Hai.", "Sau bài")
    ]


def test_the_kept_page_is_sent_as_a_file_with_its_photos_in_it(client):
    article = make_seed()
    make_attachment(article=article)
    response = client.get(article.get_print_url() + "?tai-ve")
    assert response["Content-Disposition"] == f'attachment; filename="{article.slug}.html"'
    html = response.content.decode()
    assert html.count('<img src="data:image/jpeg;base64,') == 2
    assert re.findall(r'(?:src|srcset|href)="/[^"]*"', html) == []
    old = client.get(f"/tin-tuc/ten-cu-{article.pk}/ban-in/?tai-ve")
    assert (old.status_code, old["Location"]) == (301, article.get_print_url() + "?tai-ve")
    plain = client.get(article.get_print_url())
    assert "Content-Disposition" not in plain.headers
    assert "data:image" not in plain.content.decode()


def test_a_place_without_its_photo_shows_nothing(client):
    article = make_article(body='<p>Một.</p><figure data-photo="9"></figure><p>Hai.</p>')
    assert "<figure" not in page(client, article.get_absolute_url())


def test_the_credit_stands_apart_from_the_caption(client):
    article = make_article()
    make_article_photo(
        article=article, photo=make_photo(credit="Hoàng Nam"), caption="Quang cảnh hội nghị."
    )
    html = page(client, article.get_absolute_url())
    assert (
        "<figcaption>Quang cảnh hội nghị. "
        '<span class="credit">Ảnh: Hoàng Nam</span></figcaption>' in html
    )


def test_a_decorative_photo_has_an_empty_alt(client):
    article = make_article()
    make_article_photo(article=article, is_decorative=True)
    assert ' alt="" width="640" height="480"' in page(client, article.get_absolute_url())


def test_the_update_line_shows_only_a_change_after_publication(client):
    article = make_article()
    assert 'class="updated"' not in page(client, article.get_absolute_url())
    for changed, shown in [(SEED_TIME, False), (SEED_TIME + timedelta(hours=5), True)]:
        Article.objects.filter(pk=article.pk).update(content_changed_at=changed)
        html = page(client, article.get_absolute_url())
        assert ('class="updated"' in html) is shown
    assert (
        '<span class="updated">Cập nhật: <time datetime="2018-01-23T09:11:00+07:00">'
        "Thứ Ba, 23/01/2018 - 09:11</time></span>" in html
    )


def test_the_conference_names_the_chair_in_the_post_held_that_day(client):
    article = make_seed()
    chair = make_appointment(
        department=make_department(name="Sở Khoa học và Công nghệ", short_name="Sở KH&CN"),
        ended_on=date(2020, 1, 1),
    )
    make_conference(
        article=article,
        venue="Hội trường Sở",
        plan_year=2018,
        chair=chair,
        participants="Lãnh đạo Sở",
    )
    html = page(client, article.get_absolute_url())
    assert texts(html.partition('<dl class="facts">')[2], "dd") == [
        *("19/01/2018", "Hội trường Sở", "2017", "2018"),
        "Nguyễn Thị Hà – Giám đốc, Sở KH&CN",
        "Lãnh đạo Sở",
    ]


def test_an_attachment_shows_its_title_type_size_and_pages(client):
    article = make_article()
    attachment = make_attachment(article=article, title="Báo cáo năm 2017", pages=12)
    html = page(client, article.get_absolute_url())
    assert f'<a href="/media/{attachment.checksum}.pdf" download>Báo cáo năm 2017</a>' in html
    assert f'<p class="meta">{attachment.details}</p>' in html
    assert attachment.details.startswith("PDF, ")


def test_summary_source_and_unit_are_shown(client):
    unit = make_department(name="Văn phòng Sở")
    article = make_article(summary="Lời tóm tắt.", source="Báo Lạng Sơn", department=unit)
    html = page(client, article.get_absolute_url())
    assert '<p class="sapo">Lời tóm tắt.</p>' in html
    assert '<p class="source">Theo Báo Lạng Sơn</p>' in html
    assert f'<a href="{unit.get_absolute_url()}">Văn phòng Sở</a>' in html


def test_the_account_is_never_shown(client):
    article = make_article(created_by=make_user(username="lan.nguyen", first_name="Lan"))
    html = page(client, article.get_absolute_url())
    assert "lan.nguyen" not in html
    assert 'class="byline"' not in html


def test_a_title_cannot_bring_in_markup(client):
    article = make_article(title="<script>alert(1)</script>")
    for address in [article.get_absolute_url(), "/", "/tin-tuc/"]:
        assert "<script>" not in page(client, address)


def test_an_article_without_photo_summary_and_files_has_no_empty_parts(client):
    article = make_article(title="Đ" + "ạ" * 180)
    html = page(client, article.get_absolute_url())
    assert texts(html, "h1") == ["Đ" + "ạ" * 180]
    for part in ["<figure", 'class="sapo"', 'class="files"', 'class="facts"', 'class="source"']:
        assert part not in html


# ── Addresses ───────────────────────────────────────────────────────────────────────────────────
def test_every_slug_an_article_ever_had_leads_to_its_address_in_one_hop(client):
    article = make_article(title="Tên đầu")
    old = [article.get_absolute_url()]
    for slug in ["ten-thu-hai", "ten-thu-ba"]:
        Article.objects.filter(pk=article.pk).update(slug=slug)
        article.refresh_from_db()
        old.append(article.get_absolute_url())
    current = old.pop()
    assert current == f"/tin-tuc/ten-thu-ba-{article.pk}/"
    assert client.get(current).status_code == 200
    for address in [*old, f"/tin-tuc/{article.pk}/", f"/tin-tuc/tên-cũ-{article.pk}/"]:
        response = client.get(address)
        assert (response.status_code, response.url) == (301, current)


@pytest.mark.parametrize(
    "address", ["/tin-tuc/ten-cu-{pk}/?nguon=fb", "/tin-tuc/bai-so-0{pk}/", "/tin-tuc/0{pk}/?a=1"]
)
def test_the_redirect_drops_the_query_and_leading_zeros(client, address):
    article = make_article(title="Bài số")
    response = client.get(address.format(pk=article.pk))
    assert (response.status_code, response.url) == (301, f"/tin-tuc/bai-so-{article.pk}/")


@pytest.mark.parametrize("slug", ["ten-bai", "tên-bài"])
def test_the_canonical_address_answers_itself_with_any_query(client, slug):
    article = make_article(slug=slug)
    assert client.get(article.get_absolute_url()).status_code == 200
    assert client.get(article.get_absolute_url() + "?nguon=fb").status_code == 200


@pytest.mark.parametrize("number", ["0", "99999", "9" * 19, "9" * 30])
def test_an_article_that_never_was_is_not_found(client, number):
    assert client.get(f"/tin-tuc/bai-{number}/").status_code == 404
    assert client.get(f"/tin-tuc/{number}/").status_code == 404


# What is done to a published report, and what its own address then answers.
STATES = {
    "published": ({}, 200),
    "draft": ({"status": Status.DRAFT}, 404),
    "submitted": ({"status": Status.SUBMITTED}, 404),
    "returned": ({"status": Status.RETURNED}, 404),
    "future": ({"publish_at": TOMORROW}, 404),
    "trashed": ({"deleted_at": YESTERDAY}, 410),
    "trashed draft": ({"status": Status.DRAFT, "deleted_at": YESTERDAY}, 404),
    "expired": ({"expire_at": YESTERDAY}, 200),
    "withdrawn under notice": (
        {
            "status": Status.WITHDRAWN,
            "takedown": Takedown.NOTICE,
            "notice": "Số liệu đang được kiểm tra.",
            "withdrawn_at": YESTERDAY,
        },
        200,
    ),
    "removed": (
        {"status": Status.WITHDRAWN, "takedown": Takedown.REMOVED, "withdrawn_at": YESTERDAY},
        410,
    ),
    "moved": (
        {
            "status": Status.WITHDRAWN,
            "takedown": Takedown.MOVED,
            "redirect_to": "/bao-cao/",
            "withdrawn_at": YESTERDAY,
        },
        301,
    ),
    "moved and trashed": (
        {
            "status": Status.WITHDRAWN,
            "takedown": Takedown.MOVED,
            "redirect_to": "/bao-cao/",
            "withdrawn_at": YESTERDAY,
            "deleted_at": YESTERDAY,
        },
        410,
    ),
    "removed before its time came": (
        {
            "status": Status.WITHDRAWN,
            "takedown": Takedown.REMOVED,
            "withdrawn_at": SEED_TIME - timedelta(days=1),
        },
        404,
    ),
}


def make_report(**changes) -> Article:
    """A report with everything by which a list could show it, in the state given."""
    parent = make_category(name="Hoạt động", slug="hoat-dong")
    article = make_article(
        title="Báo cáo không lẫn vào đâu",
        kind=Article.Kind.REPORT,
        category=make_category(name="Hội nghị", slug="hoi-nghi", parent=parent),
        department=make_department(name="Văn phòng Sở", slug="van-phong"),
        is_featured=True,
    )
    make_conference(article=article)
    make_article_photo(article=article)
    make_attachment(article=article)
    Article.objects.filter(pk=article.pk).update(**changes)
    article.refresh_from_db()
    return article


@pytest.mark.parametrize("state", STATES)
def test_the_address_of_an_article_answers_by_its_state(client, state):
    changes, status = STATES[state]
    article = make_report(**changes)
    response = client.get(article.get_absolute_url())
    assert response.status_code == status
    if status in {404, 410}:
        assert article.title not in response.content.decode()
        assert client.get(f"/tin-tuc/ten-cu-{article.pk}/").status_code == status
        assert client.get(f"/tin-tuc/{article.pk}/").status_code == status
    if status == 301:
        assert response.url == "/bao-cao/"
        assert client.get(f"/tin-tuc/{article.pk}/").url == "/bao-cao/"


LISTS = [
    *("/", "/tin-tuc/", "/chuyen-muc/hoi-nghi/", "/chuyen-muc/hoat-dong/"),
    *("/bao-cao/", "/bao-cao/2017/", "/co-cau-to-chuc/van-phong/"),
]


@pytest.mark.parametrize("state", STATES)
def test_lists_show_an_article_only_while_it_is_published(client, state):
    article = make_report(**STATES[state][0])
    pages = {address: page(client, address) for address in LISTS}
    is_shown = dict.fromkeys(LISTS, state == "published")
    assert {address: article.title in html for address, html in pages.items()} == is_shown
    assert {address: f"-{article.pk}/" in html for address, html in pages.items()} == is_shown


def test_lists_leave_out_a_working_copy(client):
    live = make_report()
    copy = copies.open_copy(live, by=None)
    Article.objects.filter(pk=copy.pk).update(title="Bản đang sửa")
    for address in LISTS:
        html = page(client, address)
        assert live.title in html, address
        assert "Bản đang sửa" not in html, address
        assert f"-{copy.pk}/" not in html, address


def test_a_working_copy_has_no_address_and_leaves_the_live_page_alone(client):
    live = make_report()
    copy = copies.open_copy(live, by=None)
    Article.objects.filter(pk=copy.pk).update(title="Bản đang sửa")
    assert client.get(f"/tin-tuc/ban-dang-sua-{copy.pk}/").status_code == 404
    assert texts(page(client, live.get_absolute_url()), "h1") == [live.title]


@pytest.mark.parametrize(
    ("state", "note"), [("expired", ""), ("withdrawn under notice", "Số liệu đang được kiểm tra.")]
)
def test_what_is_only_readable_says_so_is_not_indexed_and_shows_no_files(client, state, note):
    article = make_report(**STATES[state][0])
    html = page(client, article.get_absolute_url())
    assert '<meta name="robots" content="noindex">' in html
    assert note in html.partition('role="note"')[2]
    assert 'role="note"' in html
    assert "Câu đầu của bài." in html
    assert "/media/" not in html
    assert "<figure" not in html


def test_a_published_article_is_indexed_and_bears_no_note(client):
    html = page(client, make_report().get_absolute_url())
    assert "noindex" not in html
    assert 'role="note"' not in html


def test_the_clock_alone_publishes_and_expires_an_article(client):
    article = make_article(
        title="Tin hẹn giờ",
        publish_at=datetime(2030, 5, 1, 1, 0, tzinfo=UTC),
        expire_at=datetime(2030, 5, 2, 1, 0, tzinfo=UTC),
    )
    for now, status, listed in [
        (datetime(2030, 5, 1, 0, 59, tzinfo=UTC), 404, False),
        (datetime(2030, 5, 1, 1, 0, tzinfo=UTC), 200, True),
        (datetime(2030, 5, 2, 1, 0, tzinfo=UTC), 200, False),
    ]:
        with time_machine.travel(now, tick=False):
            assert client.get(article.get_absolute_url()).status_code == status
            assert ("Tin hẹn giờ" in page(client, "/tin-tuc/")) is listed
            assert ("Tin hẹn giờ" in page(client, "/")) is listed


# ── Preview ─────────────────────────────────────────────────────────────────────────────────────
def test_a_preview_is_the_public_page_with_a_bar_never_kept_or_indexed(client):
    reporter = make_user(groups=["Phóng viên"])
    draft = make_article(status=Status.DRAFT, title="Bài nháp", created_by=reporter)
    make_article_photo(article=draft, caption="Chú thích")
    client.force_login(reporter)
    response = client.get(reverse("preview", args=[draft.pk]))
    html = response.content.decode()
    assert texts(html, "h1") == ["Bài nháp"]
    assert texts(html, "figcaption") == ["Chú thích"]
    assert '<div class="bar">\n<p>Bản xem trước, chưa xuất bản</p>' in html
    assert '<meta name="robots" content="noindex">' in html
    assert "no-store" in response["Cache-Control"]


def test_a_preview_shows_files_of_what_has_expired(client):
    article = make_report(expire_at=YESTERDAY)
    client.force_login(make_user(groups=["Duyệt đăng"]))
    assert "<figure" in page(client, reverse("preview", args=[article.pk]))


def test_a_preview_is_for_those_who_may_see_the_draft(client):
    draft = make_article(status=Status.DRAFT, created_by=make_user())
    response = client.get(reverse("preview", args=[draft.pk]))
    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))
    client.force_login(make_user(groups=["Phóng viên"]))
    assert client.get(reverse("preview", args=[draft.pk])).status_code == 404


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────
def make_many(count: int, **kwargs) -> list[Article]:
    """Published articles a minute apart, the newest first: "Tin số 1", "Tin số 2", …"""
    category = kwargs.pop("category", None) or make_category()
    return Article.objects.bulk_create(
        Article(
            title=f"Tin số {number}",
            body="<p>Câu đầu.</p>",
            category=category,
            status=Status.PUBLISHED,
            publish_at=SEED_TIME - timedelta(minutes=number),
            **kwargs,
        )
        for number in range(1, count + 1)
    )


def numbers(html: str) -> list[int]:
    return [int(number) for number in re.findall(r">Tin số (\d+)</a></h2>", html)]


def test_pages_of_ten_follow_one_another(client):
    make_many(21)
    html, seen = page(client, "/tin-tuc/"), []
    for _page in range(3):
        seen.append(numbers(html))
        following = re.search(r'rel="next" href="([^"]+)"', html)
        if following:
            html = page(client, unescape(following[1]))
    assert seen == [list(range(1, 11)), list(range(11, 21)), [21]]
    previous = unescape(re.search(r'rel="prev" href="([^"]+)"', html)[1])
    assert previous.startswith("/tin-tuc/?trang=2")


def test_an_arriving_article_shifts_nothing_for_a_reader_on_the_way(client):
    make_many(12)
    following = re.search(r'rel="next" href="([^"]+)"', page(client, "/tin-tuc/"))[1]
    make_article(title="Tin số 0", publish_at=SEED_TIME + timedelta(hours=1))
    assert numbers(page(client, unescape(following))) == [11, 12]
    assert numbers(page(client, "/tin-tuc/"))[:2] == [0, 1]


def test_the_second_page_leads_back_to_the_plain_address(client):
    make_many(11)
    assert '<a rel="prev" href="/tin-tuc/">' in page(client, "/tin-tuc/?trang=2")


@pytest.mark.parametrize(
    "query",
    [
        *("trang=3", "trang=0", "trang=-1", "trang=hai", "trang=1.5", "trang=٢"),
        *("trang=" + "9" * 40, "trang=2&moc=x", "trang=2&moc=" + "9" * 30, "trang=2&moc=0"),
    ],
)
def test_a_page_that_does_not_exist_is_not_found(client, query):
    category = make_category(slug="so")
    make_many(11, category=category)
    assert client.get(f"/tin-tuc/?{query}").status_code == 404
    assert client.get(f"/chuyen-muc/so/?{query}").status_code == 404


def test_exactly_one_full_page_has_no_pagination(client):
    make_many(10)
    assert 'class="pages"' not in page(client, "/tin-tuc/")
    assert client.get("/tin-tuc/?trang=2").status_code == 404


def test_an_empty_list_says_so(client):
    make_category(slug="trong")
    for address in ["/tin-tuc/", "/chuyen-muc/trong/", "/bao-cao/"]:
        assert 'class="empty"' in page(client, address)


def test_a_category_lists_its_own_and_all_below_it_and_nothing_else(client):
    top = make_category(name="Trên", slug="tren")
    child = make_category(name="Giữa", slug="giua", parent=top)
    below = make_category(name="Dưới", slug="duoi", parent=child)
    for category in [top, child, below, make_category()]:
        make_article(title=f"Bài của {category.name}", category=category)
    titles = [texts(page(client, f"/chuyen-muc/{slug}/"), "h2") for slug in ["tren", "giua"]]
    assert [sorted(t for t in one if t.startswith("Bài")) for one in titles] == [
        ["Bài của Dưới", "Bài của Giữa", "Bài của Trên"],
        ["Bài của Dưới", "Bài của Giữa"],
    ]
    assert client.get("/chuyen-muc/khong-co/").status_code == 404


def test_a_card_without_summary_takes_the_first_sentence(client):
    make_article(body="<p>Câu đầu của bài. Câu sau.</p>")
    assert '<p class="teaser">Câu đầu của bài.</p>' in page(client, "/tin-tuc/")


def test_the_picture_of_the_unit_stands_in_on_cards_without_a_photo(client):
    unit = make_department(picture=image_upload(color="gold"))
    article = make_article(title="Không ảnh", department=unit)
    html = page(client, "/tin-tuc/")
    assert f"/media/{unit.picture.checksum}-480.webp 480w" in html
    own_page = page(client, article.get_absolute_url()).partition("<body>")[2]
    assert unit.picture.checksum not in own_page
    use = make_article_photo(article=article)
    html = page(client, "/tin-tuc/")
    assert use.photo.checksum in html
    assert unit.picture.checksum not in html


def test_a_card_without_any_picture_has_no_empty_frame(client):
    make_article()
    html = page(client, "/tin-tuc/")
    assert '<li class="item noimg">' in html
    assert 'class="thumb"' not in html


# ── Reports ─────────────────────────────────────────────────────────────────────────────────────
def test_reports_stand_under_their_years_newest_first_with_their_files(client):
    for year in [2015, 2017, 2016]:
        article = make_article(title=f"Hội nghị {year}", kind=Article.Kind.REPORT)
        make_conference(article=article, review_year=year, held_on=date(year + 1, 1, 19))
    make_attachment(article=article, title="Báo cáo 2016")
    html = page(client, "/bao-cao/")
    assert re.findall(r'id="nam-(\d+)"', html) == ["2017", "2016", "2015"]
    section = html.partition('id="nam-2016"')[2].partition("</section>")[0]
    assert "19/01/2017" in section
    assert ">Hội nghị 2016</a>" in section
    assert ">Báo cáo 2016</a>" in section
    assert 'class="note"' not in section
    assert html.count('class="note"') == 2


def test_an_article_of_another_kind_or_without_a_conference_is_no_review(client):
    make_article(title="Chỉ là báo cáo", kind=Article.Kind.REPORT)
    make_conference(article=make_article(title="Tin thường", kind=Article.Kind.NEWS))
    html = page(client, "/bao-cao/")
    assert "Chỉ là báo cáo" not in html
    assert "Tin thường" not in html


@pytest.mark.parametrize(
    ("year", "status"), [(1944, 404), (1945, 200), (2016, 200), (2200, 200), (2201, 404)]
)
def test_a_year_without_a_review_says_so_and_one_out_of_range_is_not_found(client, year, status):
    html = page(client, f"/bao-cao/{year}/", status=status)
    assert ('class="empty"' in html) is (status == 200)


def test_one_year_shows_its_reviews_alone(client):
    for year in [2016, 2017]:
        article = make_article(title=f"Hội nghị {year}", kind=Article.Kind.REPORT)
        make_conference(article=article, review_year=year)
    html = page(client, "/bao-cao/2017/")
    assert "Hội nghị 2017" in html
    assert "Hội nghị 2016" not in html


# ── Cost ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/", 5),
        ("/tin-tuc/", 3),
        ("/tin-tuc/?trang=2", 3),
        ("/chuyen-muc/so/", 3),
        ("/tin-tuc/?nam=2018&loai=bao-cao&chuyen-muc=so", 3),
        ("/tin-tuc/?don-vi=van-phong", 4),
        ("/bao-cao/", 2),
        ("/bao-cao/2017/", 2),
        ("/co-cau-to-chuc/van-phong/", 6),
        ("article", 3),
        ("print", 2),
    ],
)
def test_pages_cost_the_same_queries_at_ten_and_a_thousand_articles(
    client, django_assert_num_queries, address, queries
):
    make_site(contact={"phone": "(0205) 3.871.906"})
    category = make_category(slug="so")
    unit = make_department(slug="van-phong")
    photo = make_photo()

    def add(count):
        articles = make_many(count, category=category, department=unit)
        for article in articles:
            article.kind = Article.Kind.REPORT
        Article.objects.filter(pk__in=[one.pk for one in articles]).update(kind="report")
        ArticlePhoto.objects.bulk_create(
            ArticlePhoto(article=one, photo=photo, ref=1) for one in articles
        )
        make_conference(article=articles[0])
        make_attachment(article=articles[0])
        return articles

    articles = add(11)
    known = {"article": articles[0].get_absolute_url(), "print": articles[0].get_print_url()}
    address = known.get(address, address)
    for _round in range(2):
        drawn.memory.clear()  # a first drawing: PostgreSQL compares a page in one query
        with django_assert_num_queries(queries):
            page(client, address)
        if _round == 0:
            add(1000)
