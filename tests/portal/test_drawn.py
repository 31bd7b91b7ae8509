"""A page is drawn once for the same rows, and never shown where anything of it has changed."""

import threading
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import jinja2
import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from departments.models import Contact, Department, Person, SiteSettings, Succession
from news.models import Article, ArticlePhoto, Category, UrgentNotice
from news.models.desk import PreviewLink
from portal import drawn, queries
from portal.prepared import Prepared
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_contact,
    make_department,
    make_position,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def templates(monkeypatch):
    """The names of the pages that were drawn, in their order; as in service none is drawn twice to
    be compared."""
    monkeypatch.setattr(drawn, "IS_CHECKED", False)
    names, render = [], jinja2.Template.render

    def counted(template, *args, **kwargs):
        if not template.name.startswith("includes/"):  # head and foot have a memory of their own
            names.append(template.name)
        return render(template, *args, **kwargs)

    monkeypatch.setattr(jinja2.Template, "render", counted)
    return names


@pytest.fixture
def site():
    """Something of each kind, with names by which the tests find it."""
    settings = make_site(contact={"phone": "(0205) 3.871.906"})
    unit = make_department(name="Phòng Quản lý", slug="phong-quan-ly", parent=settings.agency)
    make_contact(department=unit, phone="(0205) 3.812.345")
    above = make_category(name="Khoa học", slug="khoa-hoc")
    category = make_category(name="Công nghệ", slug="cong-nghe", parent=above)
    article = make_article(title="Bài đầu", category=category, department=unit)
    make_article(title="Bài kế", category=category)
    make_article(title="Thông báo", category=above, kind=Article.Kind.NOTICE)
    photo = make_article_photo(article=article, caption="Chú thích ảnh", ref=1)
    term = make_appointment(
        full_name="Nguyễn Thị Hà",
        position=make_position(department=settings.agency, title="Giám đốc", leads=True),
        started_on=date(2020, 1, 1),
    )
    report = make_article(title="Tổng kết", kind=Article.Kind.REPORT, category=above)
    make_conference(article=report, chair=term)
    with time_machine.travel(NOW, tick=False):
        yield SimpleNamespace(
            settings=settings, unit=unit, category=category, article=article, photo=photo,
            term=term, report=report, person=term.person,
        )  # fmt: skip


def shown(client, address: str, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def fresh(client, address: str, *, status: int = 200) -> str:
    """The page as a process shows it that remembers nothing."""
    drawn.memory.clear()
    return shown(client, address, status=status)


# With the queries of a first drawing; what was drawn is compared in one on PostgreSQL.
PAGES = {
    "/": 5,
    "/tin-tuc/": 3,
    "/tin-tuc/?loai=tin-tuc&nam=2018&thang=1": 3,
    "/tin-tuc/?don-vi=phong-quan-ly": 4,
    "/chuyen-muc/khoa-hoc/": 3,
    "/chuyen-muc/cong-nghe/?loai=bao-cao": 3,
    "article": 3,
    "report": 3,
    "/bao-cao/": 2,
    "/bao-cao/?xep=chu-tri": 2,
    "/bao-cao/2017/": 2,
    "/gioi-thieu/": 3,
    "/co-cau-to-chuc/": 3,
    "/co-cau-to-chuc/phong-quan-ly/": 6,
    "/lanh-dao/": 3,
    "person": 5,
    "/lien-he/": 3,
}


def address_of(site, name: str) -> str:
    return name if name.startswith("/") else getattr(site, name).get_absolute_url()


@pytest.mark.parametrize(("name", "queries"), PAGES.items())
def test_each_page_is_drawn_once_and_asks_the_database_each_time(
    client, site, templates, django_assert_num_queries, name, queries
):
    if connection.vendor == "postgresql":
        queries = 1
    address = address_of(site, name)
    first = client.get(address)
    assert len(templates) == 1
    for _time in range(2):
        with django_assert_num_queries(queries):
            again = client.get(address)
        assert again.content == first.content
        assert again.headers.items() - first.headers.items() == {
            ("X-Request-ID", again.headers["X-Request-ID"])
        }
    assert len(templates) == 1
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_the_page_of_unknown_addresses_is_drawn_once_for_all_of_them(client, site, templates):
    for path in ("/khong-co/", "/tin-tuc/khong-co/", "/chuyen-muc/khong-co/"):
        response = client.get(path)
        assert (response.status_code, "ETag" in response.headers) == (404, False)
    assert templates == ["404.html"]
    # On a page of the menu it says where the reader is.
    within = shown(client, "/tin-tuc/?trang=999", status=404)
    assert 'href="/tin-tuc/" aria-current="page"' in within
    assert 'aria-current="page"' not in shown(client, "/khong-co/", status=404)
    Department.objects.filter(pk=site.settings.agency_id).update(name="Sở mới")
    assert "Sở mới" in shown(client, "/khong-co/", status=404)


def by_sql(sql: str, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


CHANGES = {
    "the title, by SQL": (
        lambda site: by_sql(
            "UPDATE news_article SET title = 'Mới' WHERE id = %s", [site.article.pk]
        ),
        ["/", "/tin-tuc/", "/chuyen-muc/khoa-hoc/", "/co-cau-to-chuc/phong-quan-ly/"],
    ),
    "the text": (
        lambda site: Article.objects.filter(pk=site.article.pk).update(body="<p>Mới</p>"),
        ["article", "/tin-tuc/"],
    ),
    "the title of a related one": (
        lambda site: Article.objects.filter(title="Bài kế").update(title="Mới"),
        ["article"],
    ),
    "a caption": (
        lambda site: ArticlePhoto.objects.filter(pk=site.photo.pk).update(caption="Mới"),
        ["article"],
    ),
    "one more article": (
        lambda site: make_article(title="Mới", category=site.category),
        ["/", "/tin-tuc/", "article", "/chuyen-muc/khoa-hoc/"],
    ),
    "one article less": (
        lambda site: Article.objects.filter(title="Bài kế").update(deleted_at=timezone.now()),
        ["/", "/tin-tuc/", "article"],
    ),
    "a category's name": (
        lambda site: Category.objects.filter(pk=site.category.pk).update(name="Mới"),
        ["article", "/tin-tuc/", "/chuyen-muc/khoa-hoc/", "/chuyen-muc/cong-nghe/"],
    ),
    "the site's name": (
        lambda site: Department.objects.filter(pk=site.settings.agency_id).update(name="Mới"),
        list(PAGES),
    ),
    "the hotline": (
        lambda site: Contact.objects.filter(department=site.settings.agency_id).update(phone="113"),
        list(PAGES),
    ),
    "the urgent line": (
        lambda site: UrgentNotice.objects.create(
            text="Bão", starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1)
        ),
        list(PAGES),
    ),
    "who answers for the content": (
        lambda site: SiteSettings.objects.update(responsible_person="Ông Mới"),
        list(PAGES),
    ),
    "a unit's contact": (
        lambda site: Contact.objects.filter(department=site.unit).update(phone="114"),
        ["/lien-he/", "/co-cau-to-chuc/phong-quan-ly/"],
    ),
    "a person's name": (
        lambda site: Person.objects.update(full_name="Trần Văn Mới"),
        ["/gioi-thieu/", "/lanh-dao/", "/co-cau-to-chuc/", "person", "/bao-cao/", "report"],
    ),
    "where a unit came from": (
        lambda site: Succession.objects.create(
            predecessor=make_department(name="Phòng Mới"),
            successor=site.unit,
            effective_on=date(2021, 1, 1),
            kind="merged",
        ),
        ["/co-cau-to-chuc/phong-quan-ly/"],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_has_changed_is_on_the_next_page(client, site, templates, name):
    change, pages = CHANGES[name]
    addresses = [address_of(site, page) for page in pages]
    before = {address: shown(client, address) for address in addresses}
    change(site)
    after = {address: shown(client, address) for address in addresses}
    assert not [address for address in addresses if after[address] == before[address]]
    assert after == {address: fresh(client, address) for address in addresses}


def test_an_article_that_changes_back_shows_again_what_it_showed(client, site):
    """As a restored version does."""
    address = site.article.get_absolute_url()
    before = shown(client, address)
    Article.objects.filter(pk=site.article.pk).update(body="<p>Mới</p>")
    assert "Mới" in shown(client, address)
    Article.objects.filter(pk=site.article.pk).update(body=site.article.body)
    assert shown(client, address) == before


def test_what_is_gone_answers_so_at_once_and_what_moved_leads_on(client, site):
    address = site.article.get_absolute_url()
    for _time in range(2):
        shown(client, address)
    Article.objects.filter(pk=site.article.pk).update(slug="ten-khac")
    assert client.get(address).headers["Location"] == f"/tin-tuc/ten-khac-{site.article.pk}/"
    Article.objects.filter(pk=site.article.pk).update(deleted_at=NOW)
    assert client.get(address).status_code == 410


def test_a_changed_row_costs_no_further_query(client, site, django_assert_num_queries):
    address = site.article.get_absolute_url()
    shown(client, address)
    for change in ({"body": "<p>Mới</p>"}, {"category": make_category()}):
        Article.objects.filter(pk=site.article.pk).update(**change)
        with django_assert_num_queries(3):
            shown(client, address)


LATER = NOW + timedelta(minutes=10)
BY_THE_CLOCK = {
    "a publication": lambda site: make_article(publish_at=LATER, category=site.category),
    "an expiry": lambda site: Article.objects.filter(pk=site.article.pk).update(expire_at=LATER),
    "the front page's": lambda site: Article.objects.filter(title="Bài kế").update(
        is_featured=True, featured_until=LATER
    ),
    "an urgent line": lambda site: UrgentNotice.objects.create(
        text="Bão", starts_at=LATER, ends_at=LATER + timedelta(days=1)
    ),
}


@pytest.mark.parametrize("name", BY_THE_CLOCK)
def test_what_the_clock_changes_is_on_the_next_page(client, site, name):
    addresses = ["/", "/tin-tuc/", site.article.get_absolute_url(), "/chuyen-muc/khoa-hoc/"]
    BY_THE_CLOCK[name](site)
    for moment in (LATER - timedelta(seconds=1), LATER, LATER + timedelta(hours=1), NOW):
        with time_machine.travel(moment, tick=False):
            kept = [shown(client, address) for address in addresses]
            assert kept == [fresh(client, address) for address in addresses], moment
            for address in addresses:  # what is remembered now is asked for later
                shown(client, address)


def test_an_expired_article_says_so_from_its_moment_on(client, site, templates):
    """Its row is the same before and after: only the clock has changed."""
    address = site.article.get_absolute_url()
    Article.objects.filter(pk=site.article.pk).update(expire_at=LATER)
    with time_machine.travel(LATER - timedelta(seconds=1), tick=False):
        assert "đã hết hiệu lực" not in shown(client, address)
    with time_machine.travel(LATER, tick=False):
        assert "đã hết hiệu lực" in shown(client, address)
        shown(client, address)
    assert len(templates) == 2


def test_a_day_of_the_calendar_changes_what_it_changes(client, site):
    unit, term = site.unit, site.term
    Department.objects.filter(pk=unit.pk).update(closed_on=date(2027, 1, 1))
    type(term).objects.filter(pk=term.pk).update(ended_on=date(2026, 12, 31))
    pages = ["/tin-tuc/", "/co-cau-to-chuc/", unit.get_absolute_url(), "/lanh-dao/", "person"]
    addresses = [address_of(site, page) for page in pages]
    new_year = datetime(2026, 12, 31, 17, tzinfo=UTC)  # midnight in Vietnam
    with time_machine.travel(new_year - timedelta(seconds=1), tick=False):
        before = [shown(client, address) for address in addresses]
    with time_machine.travel(new_year, tick=False):
        after = [shown(client, address) for address in addresses]
        assert after == [fresh(client, address) for address in addresses]
    assert not {*before} & {*after}
    assert '<option value="2027">' in after[0]


def test_display_choices_have_pages_of_their_own(client, site, templates):
    plain = shown(client, "/")
    client.cookies["co"], client.cookies["nen"] = "lon", "toi"
    large = shown(client, "/")
    assert '<html lang="vi" class="co-lon toi">' in large
    assert shown(client, "/") == large
    client.cookies["co"], client.cookies["nen"] = "<script>", "thiet-bi"  # no choice
    assert shown(client, "/") == plain
    assert len(templates) == 2


def test_two_addresses_have_two_pages(client, site):
    addresses = ["/tin-tuc/", "/tin-tuc/?loai=thong-bao", "/chuyen-muc/khoa-hoc/", "/bao-cao/"]
    pages = [shown(client, address) for address in addresses]
    assert len({*pages}) == 4
    assert pages == [shown(client, address) for address in addresses]


def test_an_answer_to_head_leaves_the_page_whole(client, site, templates):
    assert client.head("/tin-tuc/").content == b""
    page = shown(client, "/tin-tuc/")
    assert page == shown(client, "/tin-tuc/")
    assert "</html>" in page
    assert len(templates) == 1


def test_staff_read_pages_that_are_drawn_for_them(client, site, templates):
    client.force_login(make_user(is_superuser=True))
    for _time in range(2):
        shown(client, "/")
    assert len(templates) == 2
    assert drawn.memory.bytes == 0


def test_previews_and_errors_are_not_remembered(client, site, templates):
    draft = make_article(status="draft", title="Chưa đăng")
    link = PreviewLink.objects.create(
        article=draft, expires_at=NOW + timedelta(days=1), by=make_user()
    )
    gone = make_article(deleted_at=NOW)
    for _time in range(2):
        assert "Chưa đăng" in shown(client, f"/xem-truoc/{link.key}/")
        shown(client, gone.get_absolute_url(), status=410)
    assert len(templates) == 4
    assert drawn.memory.bytes == 0


def test_without_settings_nobody_knows_what_the_clock_changes_and_nothing_is_remembered(
    client, templates
):
    for _time in range(2):
        shown(client, "/")
    assert len(templates) == 2


def test_a_developer_sees_his_template_at_once(client, site, settings, templates):
    settings.DEBUG = True
    for _time in range(2):
        shown(client, "/")
    assert len(templates) == 2


# ── The door itself ─────────────────────────────────────────────────────────────────────────────
categories = Prepared(
    lambda pk, now: Category.objects.filter(pk__gt=pk, articles__publish_at__lt=now)
)


def titles(request):
    return HttpResponse(" ".join(row.name for row in categories(pk=0, now=timezone.now())))


def test_a_page_that_asks_otherwise_is_not_remembered(rf, site):
    views = {
        "prepared": titles,
        "by the ORM": lambda request: HttpResponse(Category.objects.first().name),
        "by SQL": lambda request: by_sql("SELECT 1") or titles(request),
        "nothing": lambda request: HttpResponse("x"),
    }
    kept = {}
    for name, view in views.items():
        drawn.memory.clear()
        drawn.once(view)(rf.get("/"))
        kept[name] = drawn.memory.bytes > 0
    assert kept == {"prepared": True, "by the ORM": False, "by SQL": False, "nothing": True}


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_opens_while_a_page_is_drawn_keeps_its_watch_and_no_other(rf):
    make_site()
    found = []

    def first_request_of_a_thread():
        drawn.once(titles)(rf.get("/"))
        found.extend(connection.execute_wrappers)
        connection.close()

    thread = threading.Thread(target=first_request_of_a_thread)
    thread.start()
    thread.join()
    assert found == [queries.watch]


def with_cookie(request):
    response = titles(request)
    response.set_cookie("co", "lon")
    return response


ANSWERS = {
    "a cookie": with_cookie,
    "its own header": lambda request: HttpResponse("x", headers={"Cache-Control": "private"}),
    "a refusal": lambda request: HttpResponse("x", status=403),
    "a redirect": lambda request: HttpResponse(status=302, headers={"Location": "/"}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_with_more_than_a_page_is_not_remembered(rf, site, name):
    drawn.once(ANSWERS[name])(rf.get("/"))
    assert drawn.memory.bytes == 0


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_only_reading_is_remembered(rf, site, method):
    drawn.once(titles)(getattr(rf, method)("/"))
    assert drawn.memory.bytes == 0


def test_in_tests_a_page_that_reads_what_the_key_lacks_is_found_out(rf, site, monkeypatch):
    """Else the rest of the tests would prove nothing."""
    monkeypatch.setattr(drawn, "IS_CHECKED", True)
    view = drawn.once(lambda request: HttpResponse(request.headers["User-Agent"]))
    for _time in range(2):
        assert view(rf.get("/", headers={"User-Agent": "A"})).content == b"A"
    with pytest.raises(AssertionError, match="is not what it shows"):
        view(rf.get("/", headers={"User-Agent": "B"}))


def test_in_tests_a_question_that_holds_the_clock_is_found_out(rf, site, monkeypatch):
    monkeypatch.setattr(drawn, "IS_CHECKED", True)
    rows = Prepared(lambda since: Article.objects.filter(publish_at__gt=since))
    view = drawn.once(lambda request: HttpResponse(str(rows(since=timezone.now()))))
    view(rf.get("/"))
    with (
        time_machine.travel(NOW + timedelta(seconds=1), tick=False),
        pytest.raises(AssertionError, match="is not what it shows"),
    ):
        view(rf.get("/"))


# ── What it may take ────────────────────────────────────────────────────────────────────────────
def page_of(size: int, request) -> drawn.Page:
    return drawn.Page(b"x" * size, 200, {}, drawn._ground(request), (), size)


def test_the_memory_is_bounded_and_the_page_not_asked_for_longest_leaves_first(rf, site):
    memory, request = drawn.Memory(3200), rf.get("/")
    for name in range(16):
        memory.keep((name,), page_of(200, request))
    assert memory.bytes == 3200
    assert memory.find((0,), request).content == b"x" * 200  # so that the next is the oldest
    memory.keep(("new",), page_of(100, request))
    kept = {name for name in (*range(16), "new") if memory.find((name,), request)}
    assert kept == {*range(16), "new"} - {1}
    memory.keep(("new",), page_of(200, request))
    assert memory.bytes == 3200
    memory.keep(("large",), page_of(201, request))  # it would drive others out
    assert memory.find(("large",), request) is None


def test_what_pages_take_is_counted_with_the_rows_that_they_came_from(client, site, monkeypatch):
    shown(client, "/tin-tuc/")
    small = drawn.memory.bytes
    make_article(body=f"<p>{'Chữ ' * 40_000}</p>", summary="Tóm tắt")
    drawn.memory.clear()
    long = Article.objects.latest("pk")
    size = len(fresh(client, long.get_absolute_url()).encode())
    assert drawn.memory.bytes > size + 2 * 160_000  # two bytes a letter in the row
    assert small > 20_000
    with_words = len(fresh(client, "/bao-cao/").encode()), drawn.memory.bytes
    fresh(client, f"/bao-cao/?{'x' * 5000}")
    assert drawn.memory.bytes >= with_words[1] + 5000


def test_a_changed_frame_empties_the_memory(client, site):
    for address in ("/", "/tin-tuc/", "/lien-he/"):
        shown(client, address)
    Department.objects.filter(pk=site.settings.agency_id).update(name="Sở mới")
    shown(client, "/lien-he/")
    one = drawn.memory.bytes
    assert 0 < one == (fresh(client, "/lien-he/") and drawn.memory.bytes)


def test_many_threads_share_the_memory(rf, site):
    memory, wrong = drawn.Memory(16_000), []
    request = rf.get("/")
    assert drawn._ground(request)  # asked for here: the threads need no database

    def use(seed: int):
        for number in range(300):
            key = ((seed * number) % 40,)
            page = memory.find(key, request)
            if page is not None and len(page.content) != 100 + key[0]:
                wrong.append(key)
            memory.keep(key, page_of(100 + key[0], request))

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert memory.bytes == sum(page.weight for page in memory._pages.values()) <= 16_000
