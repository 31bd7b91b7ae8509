"""The search page as a reader sees it."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from django.utils import timezone

from news.models import Article
from portal.models import Synonym
from portal.publishing import Status
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_department,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db


def page(client, **parameters) -> str:
    response = client.get("/tim-kiem/?" + urlencode(parameters))
    assert response.status_code == 200
    return response.content.decode()


def main(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def texts(html: str, pattern: str) -> list[str]:
    """What every element that the pattern opens says, without the tags inside it."""
    tag = pattern.split(" ")[0]
    found = re.findall(rf"<{pattern}[^>]*>(.*?)</{tag}>", main(html), re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", "", one)).split()) for one in found]


def links(html: str) -> dict[str, str]:
    found = re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', main(html), re.DOTALL)
    return {re.sub(r"<[^>]+>", "", words): unescape(address) for address, words in found}


def test_a_result_shows_its_title_kind_date_and_the_words_in_their_own_accents(client):
    make_article(
        kind=Article.Kind.REPORT,
        title="Hội nghị tổng kết <2017>",
        body="<p>Sở đã tổ chức Hội nghị tổng kết năm 2017 & triển khai kế hoạch.</p>",
    )
    html = page(client, q="tong ket 2017")
    assert texts(html, "h1") == ["Tìm kiếm"]
    assert texts(html, 'ol class="hits"')[0].startswith("Hội nghị tổng kết <2017> Báo cáo · ")
    assert "<mark>tổng kết</mark> &lt;<mark>2017</mark>&gt;</a></h2>" in html
    assert 'Báo cáo · <time datetime="2018-01-23T04:11:00+07:00">Thứ Ba, 23/01/2018' in html
    assert "Hội nghị <mark>tổng kết</mark> năm <mark>2017</mark> &amp; triển khai" in html
    assert texts(html, 'p class="meta result-line"') == [
        "1 kết quả cho “tong ket 2017”, xếp theo mức phù hợp. Xếp theo ngày mới nhất"
    ]
    assert '<p class="meta result-line" role="status">' in html
    assert 'name="q" type="search" value="tong ket 2017"' in html


def test_tabs_and_filters_count_and_lead_to_what_they_say(client):
    category, unit = make_category(name="Khoa học"), make_department(name="Văn phòng Sở")
    for number in range(2):
        make_article(title=f"Hội nghị {number}", category=category, department=unit)
    report = make_article(title="Hội nghị báo cáo", kind=Article.Kind.REPORT, category=category)
    make_attachment(article=report, title="Hội nghị, tài liệu")
    html = page(client, q="hoi nghi")
    tabs = {"Tất cả (4)", "Tin tức (2)", "Báo cáo (1)", "Tài liệu (1)"}
    found = links(html)
    assert tabs <= found.keys()
    assert {"Khoa học (4)", "Văn phòng Sở (2)", "2018 (4)"} <= found.keys()
    assert found["Tin tức (2)"] == "/tim-kiem/?q=hoi+nghi&loai=tin-tuc"
    html = client.get(found["Văn phòng Sở (2)"]).content.decode()
    assert texts(html, "h2")[-2:] == ["Hội nghị 1", "Hội nghị 0"]
    assert {"Tất cả (2)", "Tin tức (2)"} <= links(html).keys()
    assert "Báo cáo (0)" not in html
    assert links(html)["Văn phòng Sở (2)"] == "/tim-kiem/?q=hoi+nghi"
    html = client.get(found["Báo cáo (1)"]).content.decode()
    assert re.findall(r'aria-current="true">([^<]+)', main(html)) == ["Báo cáo (1)"]
    assert texts(html, "h2")[-1:] == ["Hội nghị báo cáo"]


def test_the_order_is_a_link_that_keeps_the_filters(client):
    make_article(title="Hội nghị")
    found = links(page(client, q="hoi nghi", loai="tin-tuc"))
    address = found["Xếp theo ngày mới nhất"]
    assert address == "/tim-kiem/?q=hoi+nghi&loai=tin-tuc&xep=ngay"
    html = client.get(address).content.decode()
    assert texts(html, 'p class="meta result-line"') == [
        "1 kết quả cho “hoi nghi”, xếp theo ngày mới nhất. Xếp theo mức phù hợp"
    ]
    assert links(html)["Xếp theo mức phù hợp"] == "/tim-kiem/?q=hoi+nghi&loai=tin-tuc"


def test_pages_of_ten_follow_one_another(client):
    for number in range(11):
        make_article(title=f"Hội nghị {number}")
    first = page(client, q="hoi nghi")
    assert len(re.findall("<li><h2>", first)) == 10
    address = links(first)["Trang sau"]
    assert address == "/tim-kiem/?q=hoi+nghi&trang=2"
    second = client.get(address).content.decode()
    assert len(re.findall("<li><h2>", second)) == 1
    assert links(second)["Trang trước"] == "/tim-kiem/?q=hoi+nghi"
    assert client.get("/tim-kiem/?q=hoi+nghi&trang=3").status_code == 404


def test_a_category_holds_what_is_below_it_as_on_its_own_page(client):
    top = make_category(name="Khoa học", slug="khoa-hoc")
    below = make_category(name="Đề tài", parent=top)
    lowest = make_category(name="Cấp tỉnh", slug="cap-tinh", parent=below)
    make_article(title="Hội nghị một", category=top)
    make_article(title="Hội nghị hai", category=lowest)
    make_article(title="Hội nghị ba")
    html = page(client, q="hoi nghi", **{"chuyen-muc": "khoa-hoc"})
    assert re.findall("<h2><a [^>]+>(.*?)</a></h2>", html) == [
        "<mark>Hội nghị</mark> hai",
        "<mark>Hội nghị</mark> một",
    ]
    html = page(client, q="hoi nghi", **{"chuyen-muc": "cap-tinh"})
    assert re.findall("<h2><a [^>]+>(.*?)</a></h2>", html) == ["<mark>Hội nghị</mark> hai"]


def test_an_empty_query_shows_the_newest_five(client):
    now = timezone.now()
    for number in range(6):
        make_article(title=f"Bài {number}", publish_at=now - timedelta(days=number))
    make_article(title="Hẹn giờ", publish_at=now + timedelta(days=1))
    for query in ("", "   "):
        html = page(client, q=query)
        assert texts(html, "h3") == [f"Bài {number}" for number in range(5)]
        assert 'class="meta result-line"' not in html
        assert 'value=""' in html


def test_nothing_found_says_so_and_helps(client):
    make_article(title="Hội nghị")
    html = page(client, q="khong co gi", loai="bao-cao")
    assert texts(html, 'p class="meta result-line"') == [
        "Không tìm thấy kết quả cho “khong co gi”."
    ]
    assert links(html)["bỏ lọc theo loại hoặc theo năm."] == "/tim-kiem/?q=khong+co+gi"
    assert {"Trang chủ", "Tin tức"} <= links(html).keys()


def test_the_query_stands_in_no_title_and_robots_stay_out(client):
    make_article(title="Hội nghị")
    head = page(client, q="chuỗi lạ").split("<body>")[0]
    assert "<title>Tìm kiếm – " in head
    assert '<meta name="robots" content="noindex">' in head
    assert "lạ" not in head


def test_what_is_typed_is_shown_as_text(client):
    html = page(client, q='"><script>alert(1)</script>')
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize(
    "query",
    [
        *("q=%ff%fe", "q=a&trang=0", "q=a&trang=x", "q=a&trang=-1", "q=a&trang=" + "9" * 30),
        *("q=a&nam=x", "q=a&nam=%27", "q=a&loai=%22", "q=a&chuyen-muc=%ed%a0%80", "q=a&xep=x"),
        *("q[]=a", "q=a&q=b", "q=" + quote('"*()^-:'), "q=" + "a" * 5000, "q=%25s"),
        "q=" + quote("';DROP TABLE portal_searchentry;--"),
    ],
)
def test_an_odd_address_is_answered(client, query):
    make_article(title="a b c")
    assert client.get(f"/tim-kiem/?{query}").status_code in {200, 404}


def test_a_null_byte_is_refused_before_any_query(client):
    assert client.get("/tim-kiem/?q=a%00b").status_code == 400


def test_only_reading_is_allowed(client):
    assert client.post("/tim-kiem/", {"q": "a"}).status_code == 405


def test_four_queries_however_many_entries_and_no_session(client, django_assert_num_queries):
    make_site()
    page(client, q="hoi nghi")
    for number in range(15):
        make_attachment(article=make_article(title=f"Hội nghị {number}"), title="Hội nghị")
    with django_assert_num_queries(4):
        response = client.get("/tim-kiem/?q=h%E1%BB%99i+ngh%E1%BB%8B&xep=ngay")
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not response.cookies
    with django_assert_num_queries(2):
        client.get("/tim-kiem/")


def test_drafts_and_their_words_are_told_to_nobody(client):
    make_article(title="Hội nghị kín", status=Status.DRAFT)
    make_article_photo(article=make_article(title="Công khai"), caption="Hội nghị mở")
    client.force_login(make_user(groups=["Duyệt đăng"]))
    assert texts(page(client, q="hoi nghi"), "h2")[-1:] == ["Công khai"]


def test_a_person_leads_to_the_persons_page(client):
    term = make_appointment(full_name="Nguyễn Thị Hà")
    html = page(client, q="nguyen thi ha")
    assert links(html)["Nguyễn Thị Hà"] == term.person.get_absolute_url()
    assert "Nhân sự (1)" in html


# --- Synonyms in the admin ---


@pytest.mark.parametrize("group", ["Duyệt đăng", "Quản trị"])
def test_reviewers_and_administrators_edit_synonyms_with_effect_at_once(client, group):
    make_article(title="Trung tâm dữ liệu")
    assert "Không tìm thấy" in page(client, q="ttdl")
    client.force_login(make_user(groups=[group]))
    response = client.post(
        "/admin/portal/synonym/add/", {"terms": "TTDL\ntrung tâm dữ liệu"}, follow=True
    )
    assert response.status_code == 200
    assert "TTDL = trung tâm dữ liệu" in response.content.decode()
    assert "Trung tâm dữ liệu" in texts(page(client, q="ttdl"), "h2")


def test_a_group_of_one_word_is_refused_with_a_sentence(client):
    client.force_login(make_user(groups=["Duyệt đăng"]))
    html = client.post("/admin/portal/synonym/add/", {"terms": "KHCN\nkhcn"}).content.decode()
    assert "Nhập ít nhất hai từ khác nhau, mỗi dòng một từ." in html
    assert not Synonym.objects.filter(terms__startswith="KHCN\nkhcn").exists()


def test_writers_do_not_edit_synonyms(client):
    client.force_login(make_user(groups=["Phóng viên"]))
    assert client.get("/admin/portal/synonym/").status_code == 403
