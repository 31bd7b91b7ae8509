"""The list as a CSV file: the rows of the screen, all pages, opened by Excel as text."""

import csv
import datetime
import io
import tracemalloc

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news.models import Article
from portal.spreadsheets import is_formula
from tests.factories import (
    SEED_TIME,
    make_article,
    make_category,
    make_conference,
    make_department,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = "/admin/news/article/"
FILE = "/admin/news/article/download/"
HEADINGS = [
    *("Mã bài", "Loại tin", "Tiêu đề", "Trạng thái", "Tác giả bài", "Chuyên mục", "Đơn vị"),
    *("Nhập lúc", "Xuất bản lúc", "Hết hạn lúc", "Địa chỉ công khai"),
]


def lines(client, address=FILE, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    text = response.getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def titles(client, **query):
    return [line[2] for line in lines(client, **query)[1:]]


def test_a_line_says_all_of_an_article(client, editor):
    article = make_article(
        title='Hội nghị "tổng kết", đợt 2',
        byline="Hưng Đức",
        category=make_category(name="Tin Sở"),
        department=make_department(name="Văn phòng"),
        publish_at=SEED_TIME,
        expire_at=timezone.now() + datetime.timedelta(days=400),
    )
    entered = timezone.localtime(article.created_at)
    expires = timezone.localtime(article.expire_at)
    assert lines(client) == [
        HEADINGS,
        [
            *(str(article.pk), "Tin bài", 'Hội nghị "tổng kết", đợt 2', "Đã xuất bản"),
            *("Hưng Đức", "Tin Sở", "Văn phòng"),
            *(f"{entered:%d/%m/%Y %H:%M}", "23/01/2018 04:11", f"{expires:%d/%m/%Y %H:%M}"),
            f"http://testserver{article.get_absolute_url()}",
        ],
    ]


@pytest.mark.parametrize(
    "state",
    [
        {"status": "draft"},
        {"publish_at": timezone.now() + datetime.timedelta(days=1)},
        {"expire_at": timezone.now()},
        {"status": "withdrawn", "takedown": "notice", "notice": "Sai số liệu."},
    ],
)
def test_what_is_not_public_has_no_public_address(client, editor, state):
    make_article(**state)
    assert [line[-1] for line in lines(client)[1:]] == [""]


def test_excel_is_told_what_it_gets(client, editor):
    response = client.get(FILE)
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    name = f"danh-sach-{timezone.localtime():%Y-%m-%d}"
    assert response["Content-Disposition"].startswith(f'attachment; filename="{name}')


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_becomes_a_formula(client, editor, start):
    words = f"{start}HYPERLINK(1)"
    make_article(byline="A", department=make_department(name=words), category=make_category())
    Article.objects.update(title=words, byline=words)
    cells = lines(client)[1]
    assert [cells[2], cells[4]] == [f"'{words}"] * 2
    assert not [cell for cell in cells if is_formula(cell)]


# ── The rows of the screen ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["Hội nghị", "Hội thảo", "Bản nháp"]),
        ({"q": "hoi"}, ["Hội nghị", "Hội thảo"]),
        ({"q": "hoi", "kind": "notice"}, ["Hội thảo"]),
        ({"state": "draft"}, ["Bản nháp"]),
        ({"state": "withdrawn"}, []),
        ({"o": "5"}, ["Bản nháp", "Hội thảo", "Hội nghị"]),
        ({"p": "1"}, ["Hội nghị", "Hội thảo", "Bản nháp"]),
    ],
)
def test_filters_words_and_order_of_the_list_hold_in_the_file(client, editor, query, shown):
    make_article(title="Bản nháp", status="draft")
    make_article(title="Hội thảo", kind="notice")
    make_article(title="Hội nghị")
    assert titles(client, **query) == shown


def test_the_file_holds_all_pages_whichever_is_shown(client, editor):
    for number in range(51):
        make_article(title=f"Tin {number}")
    page = client.get(LIST, {"p": 2, "q": "tin"})
    assert f'href="{FILE}?q=tin"' in page.content.decode()
    assert len(lines(client, q="tin")) == 52


def test_a_writer_gets_nothing_that_the_list_would_not_show(client):
    writer = make_user(groups=["Phóng viên"])
    client.force_login(writer)
    make_article(title="Nháp của tôi", status="draft", created_by=writer)
    make_article(title="Nháp người khác", status="draft", created_by=make_user())
    make_article(title="Hẹn giờ", publish_at=timezone.now() + datetime.timedelta(days=1))
    make_article(title="Trong thùng rác", created_by=writer, deleted_at=timezone.now())
    make_article(title="Đã đăng")
    assert titles(client) == ["Đã đăng", "Nháp của tôi"]
    assert titles(client, q="nguoi khac") == []


def test_changes_of_a_published_article_are_called_so(client, editor):
    live = make_article(title="Tin")
    make_article(title="Tin mới", draft_of=live, status="draft")
    assert titles(client) == ["Bản sửa: Tin mới", "Tin"]


def test_reports_have_a_file_of_their_own_and_stand_in_that_of_all(client, editor):
    make_conference(article=make_article(title="Báo cáo", kind="report"), review_year=2017)
    make_article(title="Tin")
    assert [line[2] for line in lines(client, "/admin/news/report/download/")[1:]] == ["Báo cáo"]
    assert titles(client) == ["Tin", "Báo cáo"]
    other = lines(client, "/admin/news/report/download/", conference__review_year=2016)
    assert other == [HEADINGS]


def test_an_address_that_makes_no_sense_leads_to_the_list(client, editor):
    response = client.get(FILE, {"month": "abc"})
    assert (response.status_code, response.url) == (302, f"{LIST}?e=1")


# ── Cost ────────────────────────────────────────────────────────────────────────────────────────
def fill(count, **kwargs):
    category = make_category()
    Article.objects.bulk_create(
        Article(title="Tin", slug="tin", body="x" * 2_000, category=category, **kwargs)
        for _number in range(count)
    )


def test_the_file_costs_the_same_queries_however_long(client, editor):
    asked = []
    for count in (3, 1_200):
        fill(count, created_by=editor, department=make_department())
        with CaptureQueriesContext(connection) as captured:
            client.get(FILE).getvalue()
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 12


def test_ten_thousand_lines_cost_little_memory(client, editor):
    fill(10_000, created_by=editor)
    response = client.get(FILE)
    tracemalloc.start()
    count = sum(1 for _line in response.streaming_content)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1 + 1 + 10_000
    assert most < 4 * 2**20
