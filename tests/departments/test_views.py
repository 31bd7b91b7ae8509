"""The pages about the agency, its units and its people, asked for as a stranger does."""

import json
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from departments.models import Appointment, Department, Succession, today
from departments.reorganisation import NewUnit, Plan
from news.models import ArticleDepartment, ArticlePerson
from portal.publishing import Status
from tests.factories import (
    SEED_TIME,
    image_upload,
    make_appointment,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_contact,
    make_department,
    make_person,
    make_photo,
    make_position,
    make_site,
)

pytestmark = pytest.mark.django_db

AGENCY = "Sở Khoa học và Công nghệ tỉnh Lạng Sơn"
AGENCY_PAGE = "/co-cau-to-chuc/so-khoa-hoc-va-cong-nghe-tinh-lang-son/"
PAGES = ["/gioi-thieu/", "/co-cau-to-chuc/", "/lanh-dao/", "/lien-he/"]
DAY = date(2025, 3, 1)
EVE = date(2025, 2, 28)


def page(client, address, *, status=200) -> str:
    address = address if isinstance(address, str) else address.get_absolute_url()
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def main(client, address) -> str:
    """What the page holds between its header and its footer."""
    return page(client, address).partition("<main")[2].partition("</main>")[0]


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def section(html: str, anchor: str) -> str:
    return html.partition(f'aria-labelledby="{anchor}"')[2].partition("</section>")[0]


def cells(html: str) -> list[list[str]]:
    """The table's rows as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2], re.DOTALL)
    return [[text(c) for c in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", r, re.DOTALL)] for r in rows]


def at(day: date):
    return time_machine.travel(f"{day} 00:30 +07:00", tick=False)


def facts(html: str) -> dict:
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])


# ── Every page ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("address", PAGES)
def test_without_an_agency_each_page_says_that_it_is_being_prepared(client, address):
    html = main(client, address)
    assert '<p class="empty">Thông tin của trang này đang cập nhật. Xin quay lại sau.</p>' in html
    assert html.count("<h1>") == 1


@pytest.mark.parametrize("address", PAGES)
def test_an_agency_with_nothing_but_a_name_has_its_pages(client, address):
    make_site()
    assert main(client, address).count("<h1>") == 1


@pytest.mark.parametrize("address", [*PAGES, AGENCY_PAGE, "/lanh-dao/nguyen-thi-ha/"])
def test_no_page_sets_a_cookie_or_touches_the_session(client, address):
    site = make_site(contact={"phone": "(0205) 3.871.906"})
    make_appointment(position=make_position(department=site.agency, leads=True))
    response = client.get(address)
    assert response.status_code == 200
    assert dict(response.cookies) == {}
    assert not response.wsgi_request.session.accessed


@pytest.mark.parametrize("address", ["/co-cau-to-chuc/khong-co/", "/lanh-dao/khong-co/"])
def test_an_unknown_unit_or_person_is_not_found(client, address):
    page(client, address, status=404)


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/gioi-thieu/", {"/gioi-thieu/": "page"}),
        ("/co-cau-to-chuc/", {"/co-cau-to-chuc/": "page"}),
        (AGENCY_PAGE, {"/co-cau-to-chuc/": "true"}),
        ("/lanh-dao/", {"/co-cau-to-chuc/": "true"}),
        ("/lien-he/", {"/lien-he/": "page"}),
    ],
)
def test_the_menu_names_the_pages_in_order_and_marks_the_current_one(client, address, current):
    make_site()
    menu = page(client, address).partition('class="main-nav"')[2].partition("</nav>")[0]
    assert re.findall(r">([^<]+)</a>", menu) == [
        *("Trang chủ", "Giới thiệu", "Tin tức", "Báo cáo tổng kết", "Cơ cấu tổ chức", "Liên hệ")
    ]
    assert dict(re.findall(r'<a href="([^"]+)" aria-current="(\w+)"', menu)) == current


# ── The agency ──────────────────────────────────────────────────────────────────────────────────
def test_about_tells_what_the_agency_is_and_who_leads_it(client):
    site = make_site(contact={"phone": "(0205) 3.871.906"})
    Department.objects.update(
        founded_on=DAY, legal_basis="Nghị quyết 47/NQ-HĐND", functions="<p>Tham mưu.</p>"
    )
    make_appointment(position=make_position(department=site.agency, leads=True))
    make_position(department=site.agency, title="Phó Giám đốc", rank=2, leads=True)
    make_position(department=site.agency, title="Lái xe", rank=9)
    html = main(client, "/gioi-thieu/")
    assert "<h1>Giới thiệu</h1>" in html
    assert '<time datetime="2025-03-01">01/03/2025</time>' in html
    assert "<dd>Nghị quyết 47/NQ-HĐND</dd>" in html
    assert "<p>Tham mưu.</p>" in html
    assert '<a href="/lanh-dao/nguyen-thi-ha/">Nguyễn Thị Hà</a>' in html
    assert text(section(html, "lanh-dao")).endswith("Giám đốc Đang khuyết Phó Giám đốc")
    assert 'href="tel:+842053871906"' in html
    for address in ["/co-cau-to-chuc/", "/lanh-dao/", "/lien-he/", "/du-lieu/don-vi.csv"]:
        assert f'href="{address}"' in html


def test_about_names_the_predecessors_once_the_merger_took_effect(client):
    old, media = make_department(name="Sở Khoa học"), make_department(name="Sở Thông tin")
    make_site(agency=old)
    with at(date(2025, 2, 1)):
        merge(old, media)
    with at(EVE):
        html = main(client, "/gioi-thieu/")
        assert "Sở Khoa học" in html
        assert "Tiền thân" not in html
    with at(DAY):
        origins = section(main(client, "/gioi-thieu/"), "tien-than")
    assert '<a href="/co-cau-to-chuc/so-thong-tin/">Sở Thông tin</a>' in origins
    sentence = "Hợp nhất vào Sở mới từ 01/03/2025 (căn cứ Nghị quyết 47/NQ-HĐND)"
    assert text(origins).count(sentence) == 2


def merge(*old, name="Sở mới") -> Department:
    act = Plan(
        kind=Succession.Kind.MERGED,
        old=list(old),
        new=[NewUnit(name=name, short_name="Sở mới")],
        on=DAY,
        legal_basis="Nghị quyết 47/NQ-HĐND",
    )
    return act.carry_out()[0]


def test_search_engines_are_told_the_agency_and_no_text_ends_the_script(client):
    agency = make_department(name="Sở </script><b>&", short_name="Sở KH&CN", founded_on=DAY)
    make_site(agency=agency, contact={"phone": "(0205) 3.871.906", "address": "Số 438"})
    for address in ["/gioi-thieu/", "/lien-he/", agency.get_absolute_url()]:
        html = page(client, address)
        assert facts(html) == {
            "@context": "https://schema.org",
            "@type": "GovernmentOrganization",
            "name": "Sở </script><b>&",
            "alternateName": ["Sở KH&CN"],
            "url": f"http://testserver{agency.get_absolute_url()}",
            "foundingDate": "2025-03-01",
            "address": "Số 438",
            "telephone": "+842053871906",
        }
        assert html.count("</script>") == html.count("<script ")


# ── Structure ───────────────────────────────────────────────────────────────────────────────────
def test_the_chart_nests_the_open_units_below_the_agency(client):
    agency = make_site().agency
    office = make_department(name="Văn phòng", parent=agency, order=2)
    make_department(name="Tổ văn thư", parent=office)
    make_department(name="Thanh tra", parent=agency, order=1)
    make_department(name="Chi cục", parent=agency, kind=Department.Kind.SUB_DEPARTMENT)
    make_department(name="Giải thể", parent=agency, closed_on=today())
    make_department(name="Mai mở", parent=agency, founded_on=today() + timedelta(days=1))
    make_department(name="Sở khác")
    chart = section(main(client, "/co-cau-to-chuc/"), "so-do")
    assert text(chart.partition("</h2>")[2]) == (
        f"{AGENCY} Phòng và tương đương Thanh tra Văn phòng Tổ văn thư Đơn vị trực thuộc Chi cục"
    )
    assert re.search(r"Văn phòng</a>\s*<ul role=\"list\">\s*<li>.*Tổ văn thư", chart)


def test_the_table_names_heads_phones_and_email(client):
    agency = make_site().agency
    first = make_department(name="Văn phòng", parent=agency, order=1)
    second = make_department(name="Thanh tra", parent=agency, order=2)
    third = make_department(name="Phòng mới", parent=second)
    make_contact(department=first, phone="(0205) 3.871.906", email="vp@langson.gov.vn")
    make_contact(department=first, kind="press", phone="(0205) 3.000.000", order=0)
    make_position(department=first, title="Phó Chánh Văn phòng", rank=2)
    chief = make_position(department=first, title="Chánh Văn phòng", rank=1)
    make_appointment(position=chief, full_name="Lê Thị Bình", is_acting=True)
    make_appointment(position=chief, full_name="Người cũ", ended_on=today() - timedelta(days=1))
    make_position(department=second, title="Chánh Thanh tra")
    html = main(client, "/co-cau-to-chuc/")
    assert cells(html) == [
        [
            *("Văn phòng", "Lê Thị Bình , Phụ trách: Chánh Văn phòng"),
            *("(0205) 3.871.906", "vp@langson.gov.vn"),
        ],
        ["Thanh tra", "Đang khuyết", "đang cập nhật", "đang cập nhật"],
        ["Phòng mới Thanh tra", "đang cập nhật", "đang cập nhật", "đang cập nhật"],
    ]
    assert third.parent == second
    assert '<a class="nowrap" href="tel:+842053871906">(0205) 3.871.906</a>' in html
    assert '<td data-l="Điện thoại">' in html
    assert '<th scope="row"><a href="/co-cau-to-chuc/van-phong/">Văn phòng</a></th>' in html
    assert '<caption class="vh">' in html


def test_a_rename_of_a_division_shows_from_its_day_on(client):
    agency = make_site().agency
    old = make_department(name="Phòng cũ", parent=agency)
    with at(date(2025, 2, 1)):
        act = Plan(Succession.Kind.RENAMED, [old], [NewUnit(name="Phòng khác", parent=agency)], DAY)
        [new] = act.carry_out()
    for day, shown in [(EVE, "Phòng cũ"), (DAY, "Phòng khác")]:
        with at(day):
            assert [row[0] for row in cells(main(client, "/co-cau-to-chuc/"))] == [shown]
    with at(EVE):
        page(client, new, status=404)
    with at(DAY):
        page(client, new)


# ── A unit ──────────────────────────────────────────────────────────────────────────────────────
def test_a_unit_shows_its_functions_contacts_subunits_and_news(client):
    parent = make_department(name="Sở")
    unit = make_department(name="Văn phòng", parent=parent, functions="<p>Tổng hợp, văn thư.</p>")
    make_department(name="Tổ văn thư", parent=unit)
    make_contact(department=unit, label="Tiếp dân", phone="(0205) 3.871.906")
    make_article(
        title="Tin của văn phòng", department=unit, category=make_category(name="Chuyển đổi số")
    )
    make_article(title="Tin nơi khác", department=parent)
    html = page(client, unit)
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["Văn phòng"]
    assert "<p>Tổng hợp, văn thư.</p>" in html
    assert "<h3>Tiếp dân</h3>" in html
    assert 'href="tel:+842053871906"' in html
    assert '<a href="/co-cau-to-chuc/to-van-thu/">Tổ văn thư</a>' in html
    assert '<a href="/co-cau-to-chuc/so/">Sở</a>' in html
    news = text(section(html, "tin"))
    assert news.endswith("Tin của văn phòng Thứ Ba, 23/01/2018 - 04:11 Chuyển đổi số")
    assert "Tin nơi khác" not in html


def test_a_unit_names_its_posts_by_rank_the_vacant_ones_too(client):
    unit = make_department()
    deputy = make_position(department=unit, title="Phó Trưởng phòng", rank=2)
    make_appointment(position=deputy, full_name="Đinh Văn Ước")
    make_appointment(position=deputy, full_name="Trần Thị Ánh", is_acting=True)
    make_position(department=unit, title="Trưởng phòng", rank=1, seats=1)
    make_appointment(position=deputy, full_name="Người sau", started_on=today() + timedelta(days=1))
    posts = text(section(page(client, unit), "phu-trach"))
    assert posts.endswith(
        "Đang khuyết Trưởng phòng Trần Thị Ánh Phụ trách: Phó Trưởng phòng "
        "Đinh Văn Ước Phó Trưởng phòng"
    )


def test_a_unit_with_nothing_but_a_name_has_no_empty_blocks(client):
    assert "<section" not in page(client, make_department())


def test_contacts_out_of_their_time_and_closed_subunits_are_left_out(client):
    unit = make_department()
    make_contact(department=unit, label="Số cũ", valid_until=today() - timedelta(days=1))
    make_contact(department=unit, label="Số sau", valid_from=today() + timedelta(days=1))
    make_department(name="Tổ đã giải thể", parent=unit, closed_on=today())
    html = page(client, unit)
    for words in ["Số cũ", "Số sau", "Tổ đã giải thể"]:
        assert words not in html


def test_a_unit_closes_on_its_day_without_contacts_and_heads_and_keeps_its_news(client):
    old = make_department(name="Sở cũ")
    make_contact(department=old, phone="(0205) 3.871.906")
    make_appointment(position=make_position(department=old))
    make_article(title="Tin của Sở cũ", department=old)
    with at(date(2025, 2, 1)):
        merge(old, make_department(name="Sở kia"))
    with at(EVE):
        html = main(client, old)
        assert "tel:+842053871906" in html
        assert "Nguyễn Thị Hà" in html
        assert 'role="note"' not in html
        assert "Sở mới" not in html
    with at(DAY):
        html = main(client, old)
    note = html.partition('role="note">')[2].partition("</div>")[0]
    assert text(note) == (
        "Sở cũ đã hợp nhất vào Sở mới từ 01/03/2025 (căn cứ Nghị quyết 47/NQ-HĐND)."
    )
    assert '<a href="/co-cau-to-chuc/so-moi/">Sở mới</a>' in note
    assert "tel:" not in html
    assert "Nguyễn Thị Hà" not in html
    assert "Tin của Sở cũ" in html
    assert facts(html)["dissolutionDate"] == "2025-03-01"


def test_a_unit_closed_by_hand_hides_contacts_and_posts_that_nobody_ended(client):
    unit = make_department(closed_on=DAY)
    make_contact(department=unit, phone="(0205) 3.871.906")
    make_appointment(position=make_position(department=unit))
    with at(EVE):
        assert main(client, unit).count("<section") == 2
    with at(DAY):
        assert "<section" not in main(client, unit)


def test_a_succession_counts_from_its_day_on(client):
    agency = make_site().agency
    other = make_department(name="Ban", short_name="Ban")
    head = make_position(department=other, leads=True)
    make_appointment(position=head, ended_on=date(2010, 1, 1))
    Succession.objects.create(predecessor=other, successor=agency, effective_on=DAY, kind="merged")
    for day, told in [(EVE, False), (DAY, True)]:
        with at(day):
            assert ("Ban" in text(main(client, agency))) is told
            assert ("Nguyễn Thị Hà" in main(client, "/lanh-dao/")) is told


@pytest.mark.parametrize(
    ("kind", "new", "sentence"),
    [
        ("renamed", ["A"], "Phòng đã đổi tên thành A từ 01/03/2025."),
        ("split", ["A", "B"], "Phòng đã tách thành A và B từ 01/03/2025."),
        ("split", ["A", "B", "C"], "Phòng đã tách thành A , B và C từ 01/03/2025."),
        ("transferred", ["A"], "Phòng đã chuyển về A từ 01/03/2025."),
        ("", [], "Đơn vị này đã kết thúc hoạt động từ ngày 01 tháng 3 năm 2025."),
    ],
)
def test_the_banner_says_what_became_of_the_unit(client, kind, new, sentence):
    unit = make_department(name="Phòng", closed_on=DAY)
    for name in new:
        Succession.objects.create(
            predecessor=unit, successor=make_department(name=name), effective_on=DAY, kind=kind
        )
    with at(DAY):
        note = main(client, unit).partition('role="note">')[2].partition("</div>")[0]
    assert text(note) == sentence


def test_news_of_a_unit_holds_what_concerns_it_once_and_nothing_unpublished(client):
    unit, other = make_department(), make_department()
    own = make_article(title="Của đơn vị", department=unit)
    shared = make_article(title="Liên quan", department=other)
    draft = make_article(title="Bản nháp", department=unit, status=Status.DRAFT)
    for article in [own, shared, draft]:
        ArticleDepartment.objects.create(article=article, department=unit)
    make_article(title="Chỉ nơi khác", department=other)
    links = re.findall(r'<li><a href="/tin-tuc/[^"]+">([^<]+)</a>', page(client, unit))
    assert links == ["Liên quan", "Của đơn vị"]


def test_a_unit_shows_its_ten_newest_articles(client):
    unit = make_department()
    for number in range(12):
        make_article(
            title=f"Bài {number}", department=unit, publish_at=SEED_TIME - timedelta(days=number)
        )
    links = re.findall(r">(Bài \d+)</a>", page(client, unit))
    assert links == [f"Bài {number}" for number in range(10)]


# ── Leaders ─────────────────────────────────────────────────────────────────────────────────────
def test_leaders_come_by_rank_then_by_given_name(client):
    agency = make_site().agency
    deputy = make_position(department=agency, title="Phó Giám đốc", rank=2, leads=True)
    make_appointment(
        position=make_position(department=agency, leads=True),
        person=make_person(full_name="Vũ Văn Yên", phone="(0205) 3.871.906", email="y@example.org"),
        duties="Chung việc",
    )
    make_appointment(position=deputy, full_name="Phạm Thị Đào", is_acting=True)
    make_appointment(position=deputy, full_name="Vương Văn Ân")
    make_position(department=agency, title="Chánh Thanh tra", rank=3, leads=True)
    html = main(client, "/lanh-dao/")
    cards = [text(card) for card in html.split('<li class="leader">')[1:]]
    assert cards[:3] == [
        "Vũ Văn Yên Giám đốc Phụ trách Chung việc Điện thoại (0205) 3.871.906 Email y@example.org",
        "Vương Văn Ân Phó Giám đốc Điện thoại đang cập nhật",
        "Phạm Thị Đào Phụ trách: Phó Giám đốc Điện thoại đang cập nhật",
    ]
    assert cards[3].startswith("Chánh Thanh tra Đang khuyết")
    assert '<h3><a href="/lanh-dao/vu-van-yen/">Vũ Văn Yên</a></h3>' in html
    assert 'href="tel:+842053871906"' in html
    structure = main(client, "/co-cau-to-chuc/")
    assert [text(card) for card in structure.split('<li class="leader">')[1:]][:3] == cards[:3]


def test_a_portrait_stands_in_the_card_and_a_silhouette_where_there_is_none(client):
    agency = make_site().agency
    position = make_position(department=agency, leads=True)
    make_appointment(
        position=position,
        person=make_person(portrait=image_upload(size=(600, 800))),
    )
    make_appointment(position=position, full_name="Không ảnh")
    html = main(client, "/lanh-dao/")
    assert html.count("<picture>") == 1
    assert 'alt="" width="168" height="224"' in html
    assert html.count("<svg") == 1


def test_former_leaders_of_every_generation_come_newest_first(client):
    first, second = make_department(name="Ban", short_name="Ban"), make_department(name="Sở cũ")
    agency = make_site().agency
    for old, new, day in [(first, second, date(1990, 1, 1)), (second, agency, DAY)]:
        Succession.objects.create(predecessor=old, successor=new, effective_on=day, kind="renamed")
    heads = {
        unit.pk: make_position(department=unit, leads=True) for unit in (first, second, agency)
    }
    make_appointment(position=heads[first.pk], full_name="Bà Một", ended_on=date(1989, 12, 31))
    make_appointment(
        position=heads[second.pk],
        full_name="Ông Hai",
        started_on=date(2016, 2, 1),
        start_precision=Appointment.Precision.MONTH,
        ended_on=EVE,
    )
    make_appointment(position=heads[agency.pk], full_name="Bà Nay", started_on=DAY)
    make_appointment(
        position=make_position(department=second, title="Lái xe"), full_name="Lái", ended_on=EVE
    )
    with at(DAY):
        assert cells(main(client, "/lanh-dao/")) == [
            ["Ông Hai", "Giám đốc, Sở cũ", "tháng 02/2016 – 28/02/2025"],
            ["Bà Một", "Giám đốc, Ban", "không rõ – 31/12/1989"],
        ]


def test_a_vacant_post_stands_after_those_of_its_rank_and_its_past_is_told(client):
    agency = make_site().agency
    vacant = make_position(department=agency, title="Phó thứ nhất", rank=2, leads=True)
    make_appointment(position=vacant, full_name="Bà Cũ", ended_on=EVE)
    held = make_position(department=agency, title="Phó thứ hai", rank=2, leads=True)
    make_appointment(position=held, full_name="Ông Nay")
    html = main(client, "/lanh-dao/")
    assert re.findall(r"<h3>(?:<a[^>]*>)?([^<]+)", html) == ["Ông Nay", "Phó thứ nhất"]
    assert cells(html) == [["Bà Cũ", f"Phó thứ nhất, {AGENCY}", "không rõ – 28/02/2025"]]


@pytest.mark.parametrize(
    ("started_on", "precision", "ended_on", "words"),
    [
        (date(2020, 3, 1), "day", date(2025, 2, 28), "01/03/2020 – 28/02/2025"),
        (date(2020, 3, 1), "month", date(2025, 2, 28), "tháng 3/2020 – 28/02/2025"),
        (date(2020, 3, 1), "year", date(2025, 2, 28), "2020 – 28/02/2025"),
        (None, "day", date(2025, 2, 28), "không rõ – 28/02/2025"),
        (date(2020, 3, 1), "day", None, "01/03/2020 – nay"),
        (date(2020, 3, 1), "day", date(2099, 1, 1), "01/03/2020 – nay"),
        (None, "day", None, "đương nhiệm"),
    ],
)
def test_a_term_is_written_as_exactly_as_it_is_known(
    client, started_on, precision, ended_on, words
):
    term = make_appointment(started_on=started_on, start_precision=precision, ended_on=ended_on)
    assert f'<p class="meta">{words}</p>' in main(client, term.person)


def test_leaders_change_on_the_day_and_by_nobodys_hand(client):
    agency = make_site().agency
    term = make_appointment(position=make_position(department=agency, leads=True, seats=1))
    with at(date(2025, 2, 1)):
        term.hand_over(on=DAY, to=make_person(full_name="Trần Minh Mới"))
    with at(EVE):
        html = main(client, "/lanh-dao/")
        assert "Trần Minh Mới" not in html
        assert "Lãnh đạo qua các thời kỳ" not in html
    with at(DAY):
        now, _heading, before = main(client, "/lanh-dao/").partition("Lãnh đạo qua các thời kỳ")
    assert ("Trần Minh Mới" in now, "Nguyễn Thị Hà" in now) == (True, False)
    assert cells(before) == [["Nguyễn Thị Hà", f"Giám đốc, {AGENCY}", "không rõ – 28/02/2025"]]


# ── A person ────────────────────────────────────────────────────────────────────────────────────
def test_a_person_shows_the_posts_held_the_present_one_first(client):
    person = make_person(
        full_name="Nguyễn Thị Hà",
        biography="<p>Sinh năm 1965.</p>",
        portrait=image_upload(size=(600, 800)),
    )
    old, new = make_department(name="Phòng cũ"), make_department(name="Sở")
    make_appointment(
        person=person,
        position=make_position(department=old, title="Trưởng phòng"),
        started_on=date(2010, 1, 1),
        ended_on=date(2015, 12, 31),
    )
    make_appointment(
        person=person,
        position=make_position(department=old, title="Chuyên viên"),
        ended_on=date(2009, 12, 31),
    )
    make_appointment(
        person=person, position=make_position(department=new), started_on=date(2016, 1, 1)
    )
    make_appointment(
        person=person,
        position=make_position(department=new, title="Chủ tịch"),
        started_on=today() + timedelta(days=1),
    )
    html = main(client, person)
    term = r'<li><strong>(.*?)</strong>, <a href="(.*?)">.*?<p[^>]*>(.*?)</p>'
    terms = re.findall(term, html, re.DOTALL)
    assert terms == [
        ("Giám đốc", "/co-cau-to-chuc/so/", "01/01/2016 – nay"),
        ("Trưởng phòng", "/co-cau-to-chuc/phong-cu/", "01/01/2010 – 31/12/2015"),
        ("Chuyên viên", "/co-cau-to-chuc/phong-cu/", "không rõ – 31/12/2009"),
    ]
    assert "<p>Sinh năm 1965.</p>" in html
    assert 'alt="Ảnh chân dung Nguyễn Thị Hà"' in html


def test_official_phone_and_email_are_shown_while_a_post_is_held(client):
    person = make_person(phone="(0205) 3.871.906", email="ha@langson.gov.vn")
    make_appointment(person=person, ended_on=EVE)
    with at(EVE):
        html = main(client, person)
        assert 'href="tel:+842053871906"' in html
        assert 'href="mailto:ha@langson.gov.vn"' in html
    with at(DAY):
        html = main(client, person)
    assert "tel:" not in html
    assert "mailto:" not in html


def test_a_person_shows_published_news_of_all_posts_each_once(client):
    term = make_appointment(ended_on=EVE)
    later = make_appointment(person=term.person, title="Phó Chủ tịch", started_on=DAY)
    make_conference(article=make_article(title="Chủ trì", kind="report"), chair=term)
    attended = make_article(title="Dự", publish_at=SEED_TIME - timedelta(days=1))
    draft = make_article(title="Nháp", status=Status.DRAFT)
    for article, post in [(attended, term), (attended, later), (draft, term)]:
        ArticlePerson.objects.create(article=article, appointment=post)
    make_article(title="Không liên quan")
    links = re.findall(r'<li><a href="/tin-tuc/[^"]+">([^<]+)</a>', main(client, term.person))
    assert links == ["Chủ trì", "Dự"]


def test_a_person_shows_the_photos_whose_caption_names_him_in_full(client):
    term = make_appointment()
    photo = make_photo()
    article = make_article(title="Hội nghị")
    ArticlePerson.objects.create(article=article, appointment=term)
    for caption in ["Đ/c Nguyễn Thị Hà, Giám đốc", "Nguyễn Thị Hàng", "Các đại biểu"]:
        make_article_photo(article=article, photo=photo, caption=caption)
    make_article_photo(article=make_article(), photo=photo, caption="Nguyễn Thị Hà ở bài khác")
    html = main(client, term.person)
    assert re.findall(r"<figcaption><a[^>]*>(.*?)</a>", html) == ["Đ/c Nguyễn Thị Hà, Giám đốc"]
    assert f'<figcaption><a href="{article.get_absolute_url()}">' in html


def test_the_article_of_a_conference_leads_to_the_person_who_chaired_it(client):
    term = make_appointment(department=make_department(name="Sở"))
    report = make_conference(article=make_article(kind="report"), chair=term).article
    link = '<dd><a href="/lanh-dao/nguyen-thi-ha/">Nguyễn Thị Hà – Giám đốc, Sở</a></dd>'
    assert link in main(client, report)


# ── Contact ─────────────────────────────────────────────────────────────────────────────────────
def test_contact_shows_every_valid_contact_of_the_agency_and_a_table_of_its_units(client):
    agency = make_site(
        contact={
            "address": "Số 438 đường Bà Triệu",
            "phone": "(0205) 3.871.906",
            "fax": "(0205) 3.872.075",
            "email": "skhcn@langson.gov.vn",
            "opening_hours": "7:30–11:30",
        }
    ).agency
    make_contact(department=agency, label="Đường dây nóng", kind="hotline", phone="0912 345 678")
    make_contact(department=agency, label="Số cũ", valid_until=today() - timedelta(days=1))
    office = make_department(name="Văn phòng", parent=agency)
    make_contact(
        department=office, label="Văn thư", phone="(0205) 3.871.900", email="v@example.org"
    )
    closed = make_department(name="Đã đóng", parent=agency, closed_on=today())
    make_contact(department=closed)
    html = main(client, "/lien-he/")
    assert re.findall(r'<div class="panel"><h2>(.*?)</h2>', html) == [
        "Văn phòng Sở",
        "Đường dây nóng",
    ]
    panel = text(html.partition('class="panel">')[2].partition("</dl>")[0])
    assert panel == (
        "Văn phòng Sở Địa chỉ Số 438 đường Bà Triệu. Xem bản đồ (Văn phòng Sở) "
        "Điện thoại (0205) 3.871.906 Fax (0205) 3.872.075 Email skhcn@langson.gov.vn "
        "Giờ làm việc 7:30–11:30"
    )
    assert (
        'href="https://www.openstreetmap.org/search?'
        'query=S%E1%BB%91+438+%C4%91%C6%B0%E1%BB%9Dng+B%C3%A0+Tri%E1%BB%87u"'
    ) in html
    assert cells(html) == [["Văn phòng", "Văn thư", "", "(0205) 3.871.900", "v@example.org"]]
    for word in ["<form", "<iframe", "Số cũ", "Đã đóng"]:
        assert word not in html


# ── Cost ────────────────────────────────────────────────────────────────────────────────────────
def fill(agency, *, units: int, people: int) -> Department:
    """Units in five levels with heads and contacts, leaders past and present; returns a unit."""
    made = [agency]
    for number in range(units):
        unit = make_department(parent=made[-1] if len(made) % 5 else agency)
        made.append(unit)
        make_contact(department=unit, phone="(0205) 3.871.906")
        if number % 2:
            make_appointment(position=make_position(department=unit), full_name=f"Trưởng {number}")
    deputy = make_position(department=agency, title=f"Phó {units}", rank=2, leads=True)
    for number in range(people):
        ended = None if number % 2 else date(2020, 1, 1)
        make_appointment(position=deputy, full_name=f"Lãnh đạo {number}", ended_on=ended)
    for unit in made[1:6]:
        make_contact(department=made[1])
        make_appointment(position=make_position(department=made[1], title=f"Chức vụ {unit.pk}"))
        make_article(department=made[1])
        Succession.objects.create(
            predecessor=make_department(), successor=made[1], effective_on=DAY, kind="merged"
        )
    return made[1]


@pytest.mark.parametrize(("units", "people"), [(5, 2), (200, 50)])
def test_pages_cost_the_same_however_many_units_and_people_there_are(
    client, django_assert_num_queries, units, people
):
    agency = make_site(contact={"phone": "(0205) 3.871.906"}).agency
    unit = fill(agency, units=units, people=people)
    costs = {"/gioi-thieu/": 3, "/co-cau-to-chuc/": 3, "/lanh-dao/": 3, "/lien-he/": 3}
    for address, queries in costs.items() | {(unit.get_absolute_url(), 6)}:
        with django_assert_num_queries(queries):
            html = page(client, address)
        if address == "/co-cau-to-chuc/":
            assert len(cells(html)) == units


@pytest.mark.parametrize("many", [1, 10])
def test_the_page_of_a_person_costs_the_same_however_much_there_is(
    client, django_assert_num_queries, many
):
    make_site()
    person = make_person()
    photo = make_photo()
    for number in range(many):
        term = make_appointment(person=person, title=f"Chức vụ {number}")
        article = make_article()
        ArticlePerson.objects.create(article=article, appointment=term)
        make_article_photo(article=article, photo=photo, caption=f"{person} phát biểu")
    with django_assert_num_queries(5):
        html = page(client, person)
    assert html.count("<figure>") == many


def test_a_person_to_come_has_no_page_before_the_first_day(client):
    first_day = timezone.localdate() + timedelta(days=3)
    person = make_appointment(full_name="Trần Văn Sau", started_on=first_day).person
    assert client.get(person.get_absolute_url()).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert client.get(person.get_absolute_url()).status_code == 200
