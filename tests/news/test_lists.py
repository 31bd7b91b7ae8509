"""The desk's lists: what they show, to whom, at what cost, and what is done to several at once."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import copies
from news.models import Article, Transition
from portal import text
from tests.factories import (
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_department,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = "/admin/news/article/"
DAY = datetime.timedelta(days=1)
WITHDRAWN = {"status": "withdrawn", "takedown": "notice", "notice": "Sai số liệu."}


@pytest.fixture
def editor(client):
    user = make_user(groups=["Duyệt đăng"], last_name="Vi", first_name="Minh")
    client.force_login(user)
    return user


@pytest.fixture
def writer(client):
    user = make_user(groups=["Phóng viên"], last_name="Hoàng", first_name="Lan")
    client.force_login(user)
    return user


def titles(client, **query):
    response = client.get(LIST, query)
    assert response.status_code == 200
    return [row.title for row in response.context["cl"].result_list]


def act(client, action, articles, **more):
    chosen = {"_selected_action": [article.pk for article in articles], "action": action}
    return client.post(LIST, chosen | more, follow=True)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# ── Filters ─────────────────────────────────────────────────────────────────────────────────────
STATES = {
    "draft": ["Bản sửa", "Nháp"],
    "submitted": ["Đã gửi"],
    "returned": ["Không duyệt"],
    "scheduled": ["Hẹn giờ", "Hẹn ngày mai"],
    "today": ["Hẹn giờ"],
    "live": ["Đã đăng"],
    "expired": ["Hết hạn lâu", "Mới hết hạn"],
    "lately": ["Mới hết hạn"],
    "withdrawn": ["Thu hồi"],
    "copies": ["Bản sửa"],
}


@pytest.mark.parametrize(("state", "shown"), STATES.items())
@time_machine.travel(datetime.datetime(2026, 3, 10, 5, tzinfo=datetime.UTC), tick=False)
def test_a_state_shows_what_is_in_it(client, editor, state, shown):
    now = timezone.now()
    make_article(title="Nháp", status="draft")
    make_article(title="Đã gửi", status="submitted")
    make_article(title="Không duyệt", status="returned")
    make_article(title="Hẹn giờ", publish_at=now + datetime.timedelta(hours=1))
    make_article(title="Hẹn ngày mai", publish_at=now + DAY)
    live = make_article(title="Đã đăng")
    make_article(title="Hết hạn lâu", expire_at=now - 8 * DAY)
    make_article(title="Mới hết hạn", expire_at=now - 6 * DAY)
    make_article(title="Thu hồi", **WITHDRAWN)
    make_article(title="Bản sửa", draft_of=live, status="draft")
    assert sorted(titles(client, state=state)) == sorted(shown)


def test_a_category_shows_those_below_it_too(client, editor):
    parent = make_category()
    child = make_category(parent=parent)
    make_article(title="Cha", category=parent)
    make_article(title="Con", category=child)
    make_article(title="Khác")
    assert sorted(titles(client, category=parent.pk)) == ["Cha", "Con"]
    assert titles(client, category=child.pk) == ["Con"]


def test_author_and_unit_narrow_the_list(client, editor):
    other, unit = make_user(), make_department()
    make_article(title="Của tôi", created_by=editor)
    make_article(title="Của người khác", created_by=other, department=unit)
    assert titles(client, author="me") == ["Của tôi"]
    assert titles(client, author=other.pk) == ["Của người khác"]
    assert titles(client, unit=unit.pk) == ["Của người khác"]


def test_authors_and_units_without_articles_are_not_offered(client, editor):
    idle, unit = make_user(), make_department(name="Phòng chưa có bài")
    filters = {spec.parameter_name: spec for spec in client.get(LIST).context["cl"].filter_specs}
    assert [str(value) for value, _label in filters["author"].lookup_choices] == ["me"]
    assert "unit" not in filters
    make_article(created_by=idle, department=unit)
    filters = {spec.parameter_name: spec for spec in client.get(LIST).context["cl"].filter_specs}
    assert [value for value, _label in filters["author"].lookup_choices] == ["me", idle.pk]
    assert [label for _value, label in filters["unit"].lookup_choices] == ["Phòng chưa có bài"]


@pytest.mark.parametrize(
    ("month", "shown"),
    [
        ("2018", ["Đầu năm", "Cuối tháng"]),
        ("2018-01", ["Đầu năm", "Cuối tháng"]),
        ("2018-02", []),
        ("2017", ["Cuối năm"]),
    ],
)
def test_months_are_those_of_vietnams_clock(client, editor, month, shown):
    def at(*moment):
        return timezone.make_aware(datetime.datetime(*moment))

    make_article(title="Cuối năm", publish_at=at(2017, 12, 31, 23, 59))
    make_article(title="Đầu năm", publish_at=at(2018, 1, 1))
    make_article(title="Cuối tháng", publish_at=at(2018, 1, 31, 23, 59))
    make_article(title="Nháp", status="draft")
    assert sorted(titles(client, month=month)) == sorted(shown)


def test_a_draft_is_found_in_the_month_it_was_saved(client, editor):
    make_article(title="Nháp", status="draft")
    assert titles(client, month=f"{timezone.localtime():%Y-%m}") == ["Nháp"]


@pytest.mark.parametrize(
    "query",
    """month=abc month=2018-13 month=99999 author=x unit=-1 category=9999999999999999999
    p=0 p=7 p=99999 p=1000000000000000000000000""".split(),
)
def test_an_address_that_makes_no_sense_leads_to_the_list(client, editor, query):
    make_article(department=make_department())
    response = client.get(f"{LIST}?{query}")
    assert (response.status_code, response.url) == (302, f"{LIST}?e=1")


def test_an_unknown_state_or_a_category_that_is_gone_fails_nobody(client, editor):
    make_article(title="Tin")
    assert titles(client, state="nonsense") == ["Tin"]
    assert titles(client, category=10**15) == []


def chips(client, address=LIST, **query):
    shown = client.get(address, query).context["cl"].chosen_filters()
    return [(chip["title"], chip["words"], chip["without"]) for chip in shown]


def test_each_filter_in_use_is_named_and_can_be_left_out(client, editor):
    assert chips(client) == []
    assert chips(client, state="draft", kind="news", q="hoi", p="1") == [
        ("trạng thái", "Chưa gửi", "?kind=news&q=hoi"),
        ("loại", "Tin bài", "?q=hoi&state=draft"),
    ]
    make_article(publish_at=timezone.make_aware(datetime.datetime(2018, 1, 5)))
    assert chips(client, month="2018-01") == [("thời gian", "01/2018", "?")]
    page = client.get(LIST, {"state": "draft"}).content.decode()
    assert 'href="?">Bỏ lọc<span class="vh">: trạng thái</span></a>' in page


def test_lists_of_all_kinds_name_their_filters(client, editor):
    make_conference(article=make_article(kind="report"), review_year=2017)
    reports = chips(client, "/admin/news/report/", conference__review_year=2017)
    assert [(words, without) for _title, words, without in reports] == [("2017", "?")]
    photos = chips(client, "/admin/news/photo/", described="0")
    assert photos == [("mô tả", "Chưa có mô tả", "?")]


# ── Search ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "words", ["hoi nghi", "Hội nghị", "HOI NGHI", "hội nghị 2017", "2017 nghi", "Hội nghị"]
)
def test_a_search_finds_titles_with_and_without_accents(client, editor, words):
    make_article(title="Hội nghị tổng kết năm 2017")
    make_article(title="Hội thảo khoa học")
    assert titles(client, q=words) == ["Hội nghị tổng kết năm 2017"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("hoi nghi", ["Hội nghị tổng kết"]),
        ("nghi", ["Hội nghị tổng kết"]),
        ("hoi", ["Hội nghị tổng kết", "Họp hội đồng nghiệm thu “Đổi mới”"]),
        ("doi moi", ["Họp hội đồng nghiệm thu “Đổi mới”"]),
        ("thu “doi", ["Họp hội đồng nghiệm thu “Đổi mới”"]),
        ("ngh", []),
        ("oi", []),
    ],
)
def test_a_search_finds_whole_words_alone(client, editor, words, found):
    make_article(title="Họp hội đồng nghiệm thu “Đổi mới”")
    make_article(title="Hội nghị tổng kết")
    assert titles(client, q=words) == found


def test_a_title_is_offered_before_its_last_word_is_typed_out(client, editor):
    make_article(title="Hội nghị tổng kết")
    query = {"app_label": "news", "model_name": "article", "field_name": "related"}

    def offered(term):
        found = client.get("/admin/autocomplete/", query | {"term": term}).json()["results"]
        return [one["text"] for one in found]

    assert offered("hoi ngh") == ["Hội nghị tổng kết"]
    assert offered("ho nghi") == []


def test_a_search_finds_a_title_that_was_changed_by_a_working_copy(client, editor):
    live = make_article(title="Tin cũ")
    copy = copies.open_copy(live, by=editor)
    copy.title = "Đại hội mới"
    copy.save()
    copy.publish(by=editor, reason="Tin gấp")
    assert titles(client, q="dai hoi") == ["Đại hội mới"]


def test_signs_of_patterns_and_endless_searches_are_words(client, editor):
    make_article(title="Tăng 100% sản lượng")
    make_article(title="Tăng 1000 sản phẩm")
    assert titles(client, q="100%") == ["Tăng 100% sản lượng"]
    assert titles(client, q="x?*.[(") == []
    assert titles(client, q="san phẩm " * 20_000) == ["Tăng 1000 sản phẩm"]
    assert titles(client, q="tang " * 20_000) == ["Tăng 1000 sản phẩm", "Tăng 100% sản lượng"]


# ── Who sees what ───────────────────────────────────────────────────────────────────────────────
def test_a_writer_sees_own_drafts_and_what_is_published(client, writer):
    make_article(title="Nháp người khác", status="draft", created_by=make_user())
    make_article(title="Nháp của tôi", status="draft", created_by=writer)
    make_article(title="Đã đăng")
    assert titles(client) == ["Đã đăng", "Nháp của tôi"]
    assert titles(client, q="nguoi khac") == []


def test_the_list_holds_reports_and_leads_each_row_to_its_own_screen(client, editor):
    report = make_article(title="Báo cáo", kind="report")
    make_conference(article=report)
    article = make_article(title="Tin")
    page = client.get(LIST).content.decode()
    assert f'href="/admin/news/report/{report.pk}/change/"' in page
    assert f'href="/admin/news/article/{article.pk}/change/"' in page
    assert client.get(f"/admin/news/article/{report.pk}/change/").status_code == 302


def test_the_list_of_reports_holds_reports_alone(client, editor):
    make_conference(article=make_article(title="Báo cáo", kind="report"))
    make_article(title="Tin")
    rows = client.get("/admin/news/report/").context["cl"].result_list
    assert [row.title for row in rows] == ["Báo cáo"]


# ── Pages and cost ──────────────────────────────────────────────────────────────────────────────
def bulk(count, **kwargs):
    category, title = make_category(), "Tin khoa học"
    Article.objects.bulk_create(
        Article(
            title=title,
            slug="tin",
            category=category,
            **({"status": "published", "publish_at": timezone.now() - DAY} | kwargs),
        )
        for _number in range(count)
    )


def test_a_page_holds_fifty_and_says_whether_another_follows(client, editor):
    bulk(101)
    first, second, third = (client.get(LIST, {"p": page}).context["cl"] for page in (1, 2, 3))
    assert [len(page.result_list) for page in (first, second, third)] == [50, 50, 1]
    assert [bool(page.page_after) for page in (first, second, third)] == [True, True, False]
    assert [bool(page.page_before) for page in (first, second, third)] == [False, True, True]
    shown = [row.pk for page in (first, second, third) for row in page.result_list]
    assert len(set(shown)) == 101


def test_fifty_articles_make_one_page(client, editor):
    bulk(50)
    page = client.get(LIST)
    assert not page.context["cl"].page_after
    assert "paginator" not in page.content.decode()


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return captured.captured_queries


@pytest.mark.parametrize(
    "query", ["", "?q=khoa", "?state=live", "?author=me", "?month=2018&kind=news", "?p=2"]
)
def test_a_list_costs_at_most_twelve_queries_however_long(client, editor, query):
    bulk(60, created_by=editor)
    few = queries_of(client, LIST + query)
    bulk(700, created_by=editor)
    many = queries_of(client, LIST + query)
    assert len(few) == len(many) <= 12
    assert not [one["sql"] for one in many if "COUNT(" in one["sql"].upper()]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "article_by_saved"),
        ({"status": "submitted"}, "article_by_status"),
    ],
)
def test_the_first_page_is_read_from_an_index(editor, query, index):
    bulk(3000)
    bulk(3, status="submitted", publish_at=None)
    if connection.vendor == "postgresql":  # SQLite's planner takes an index unasked
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE news_article")
    rows = Article.objects.visible_to(editor).filter(**query).order_by("-saved_at", "-pk")
    assert index in rows.values_list("pk")[:51].explain()


# ── What is said where there is nothing ─────────────────────────────────────────────────────────
def said(client, **query):
    return client.get(LIST, query).context["cl"].empty_sentence


def test_an_empty_list_says_what_to_do(client, editor):
    assert said(client, state="submitted") == "Chưa có bài nào chờ duyệt."
    assert said(client, state="draft", author="me").startswith("Chưa có bản nháp nào.")
    assert said(client).startswith("Chưa có bài nào.")
    assert "xoá tất cả bộ lọc" in said(client, state="draft", kind="notice")
    assert "Xin thử ít từ hơn" in said(client, q="không có")
    assert "Chưa có bài nào chờ duyệt." in client.get(f"{LIST}?state=submitted").content.decode()


# ── Several at once ─────────────────────────────────────────────────────────────────────────────
def test_of_ten_one_forbidden_nine_are_done_and_one_is_reported(client, editor):
    articles = [make_article(title=f"Tin {number}", status="draft") for number in range(9)]
    bad = make_article(title="Tin trống", status="draft", body="")
    response = act(client, "publish_chosen", [*articles, bad])
    assert Article.objects.filter(status="published").count() == 9
    bad.refresh_from_db()
    assert bad.status == "draft"
    done, refused = messages_of(response)
    assert done == "Đã xong 9 bài."
    assert refused.startswith("Chưa làm được với bài “Tin trống”:")


def test_a_writer_is_not_offered_publishing_and_cannot_force_it(client, writer):
    draft = make_article(status="draft", created_by=writer)
    assert "publish_chosen" not in client.get(LIST).content.decode()
    act(client, "publish_chosen", [draft])
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_writer_submits_own_drafts_alone(client, writer):
    own = make_article(title="Của tôi", status="draft", created_by=writer)
    live = make_article(title="Bài đã đăng", created_by=writer)
    others = make_article(status="draft", created_by=make_user())
    of_other = make_article(
        title="Bản sửa của duyệt", status="draft", draft_of=live, created_by=make_user()
    )
    response = act(client, "submit_chosen", [own, live, others, of_other])
    states = [Article.objects.get(pk=one.pk).status for one in (own, live, others, of_other)]
    assert states == ["submitted", "published", "draft", "draft"]
    assert messages_of(response)[0] == "Đã xong 1 bài."
    assert len(messages_of(response)) == 3  # what is not seen is not named


def test_moving_asks_for_the_category_and_keeps_who_did_it(client, editor):
    draft, live = make_article(status="draft"), make_article()
    category = make_category(name="Chuyển đổi số")
    page = act(client, "move_chosen", [draft, live])
    assert "Chuyển đổi số" in page.content.decode()
    response = act(client, "move_chosen", [draft, live], category=category.pk)
    assert messages_of(response) == ["Đã xong 2 bài."]
    assert set(Article.objects.values_list("category", flat=True)) == {category.pk}
    steps = Transition.objects.values_list("verb", "by", "reason")
    assert set(steps) == {("move", editor.pk, "Chuyển đổi số")}
    assert client.get(f"/chuyen-muc/{category.slug}/").content.decode().count(live.title) > 0


def test_moving_without_a_category_moves_nothing(client, editor):
    draft = make_article(status="draft")
    response = act(client, "move_chosen", [draft], category="")
    assert messages_of(response) == ["Xin chọn một chuyên mục."]


def test_a_writer_moves_own_drafts_but_nothing_that_readers_see(client, writer):
    own = make_article(title="Nháp", status="draft", created_by=writer)
    live = make_article(title="Đã đăng", created_by=writer)
    category = make_category()
    act(client, "move_chosen", [own, live], category=category.pk)
    own.refresh_from_db()
    live.refresh_from_db()
    assert (own.category, live.category == category) == (category, False)


def test_what_is_being_changed_is_moved_in_its_working_copy(client, editor):
    live, category = make_article(title="Tin"), make_category()
    copy = copies.open_copy(live, by=editor)
    response = act(client, "move_chosen", [live], category=category.pk)
    assert "bản sửa" in messages_of(response)[0]
    act(client, "move_chosen", [copy], category=category.pk)
    copy.refresh_from_db()
    live.refresh_from_db()
    assert (copy.category == category, live.category == category) == (True, False)


def test_several_go_into_the_trash_after_a_page_that_asks(client, editor):
    articles = [make_article(status="draft"), make_article()]
    page = act(client, "trash_chosen", articles)
    assert Article.objects.filter(deleted_at=None).count() == 2
    assert all(article.title in page.content.decode() for article in articles)
    response = act(client, "trash_chosen", articles, confirmed="1")
    assert messages_of(response) == ["Đã xong 2 bài."]
    assert not Article.objects.filter(deleted_at=None).exists()


def test_an_action_takes_one_page_and_nothing_that_is_no_id(client, editor):
    bulk(60, status="draft", publish_at=None)
    chosen = ["x", "-1", "9" * 40, *Article.objects.values_list("pk", flat=True)]
    data = {"action": "submit_chosen", "_selected_action": chosen, "select_across": "1"}
    client.post(LIST, data)
    assert Article.objects.filter(status="submitted").count() == 50


# ── Copies ──────────────────────────────────────────────────────────────────────────────────────
def duplicate(client, article, model="article"):
    return client.post(f"/admin/news/{model}/{article.pk}/duplicate/")


def test_a_copy_is_a_draft_with_everything_but_state_and_times(client, writer):
    article = make_article(
        title="Hội nghị", summary="Sapo", byline="Hưng Đức", source="Báo", is_featured=True
    )
    use = make_article_photo(article=article, caption="Chú thích", is_lead=True)
    article.body = f'<p>Một.</p><figure data-photo="{use.ref}"></figure>'
    article.save()
    file = make_attachment(article=article)
    secret = make_article(title="Nháp của người khác", status="draft")
    shown = make_article(title="Tin khác")
    article.related.set([secret, shown])
    response = duplicate(client, article)
    copy = Article.objects.get(title="Hội nghị (bản sao)")
    assert response.url == f"/admin/news/article/{copy.pk}/change/"
    assert (copy.status, copy.publish_at, copy.is_featured) == ("draft", None, False)
    assert (copy.created_by, copy.draft_of, copy.slug) == (writer, None, "hoi-nghi-ban-sao")
    assert (copy.summary, copy.byline, copy.source) == ("Sapo", "Hưng Đức", "Báo")
    assert copy.body == article.body
    (photo,) = copy.photos.all()
    assert (photo.photo, photo.ref, photo.caption) == (use.photo, use.ref, "Chú thích")
    assert photo.is_lead
    assert [one.file.name for one in copy.attachments.all()] == [file.file.name]
    assert list(copy.related.all()) == [shown]
    assert article.photos.count() == 1


def test_a_second_click_makes_no_second_copy(client, editor):
    article = make_article()
    assert duplicate(client, article).url == duplicate(client, article).url
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=10), tick=False):
        client.force_login(editor)
        duplicate(client, article)
    assert Article.objects.count() == 3


def test_a_copy_of_a_report_has_a_conference_of_its_own(client, editor):
    report = make_article(kind="report", title="x" * 255)
    make_conference(article=report, venue="Hội trường")
    response = duplicate(client, report, "report")
    copy = Article.objects.exclude(pk=report.pk).get()
    assert response.url == f"/admin/news/report/{copy.pk}/change/"
    assert (copy.kind, copy.conference.venue) == ("report", "Hội trường")
    assert copy.conference.pk != report.conference.pk
    assert len(copy.title) == 255
    assert copy.title_key == text.fold(copy.title)


def test_copying_is_a_post_for_those_who_see_the_article(client, writer):
    hidden = make_article(status="draft", created_by=make_user())
    seen = make_article()
    assert duplicate(client, hidden).status_code == 404
    assert client.get(f"/admin/news/article/{seen.pk}/duplicate/").status_code == 405
    client.logout()
    assert duplicate(client, seen).status_code == 302
    assert Article.objects.count() == 2


def test_form_and_status_page_offer_copying(client, writer):
    for article in (make_article(), make_article(status="draft", created_by=writer)):
        page = client.get(f"/admin/news/article/{article.pk}/change/").content.decode()
        assert f'action="/admin/news/article/{article.pk}/duplicate/"' in page
        assert page.count('form="duplicate-form"') == 1
    assert "duplicate-form" not in client.get("/admin/news/article/add/").content.decode()
