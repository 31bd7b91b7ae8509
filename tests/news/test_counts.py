"""Monthly counts of authors and photographers, on the page and in the spreadsheet."""

import datetime
import io

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from news.counts import Counts
from tests.factories import (
    make_article,
    make_article_photo,
    make_conference,
    make_photo,
    make_user,
)

pytestmark = pytest.mark.django_db

PAGE = "/admin/news/article/counts/"
JANUARY = datetime.date(2018, 1, 1)


def at(*moment):
    return timezone.make_aware(datetime.datetime(*moment))


def make_month():
    """January 2018: two authors, one photographer who also writes, something withdrawn."""
    news = make_article(title="Tin", byline="Hưng Đức", publish_at=at(2018, 1, 1))
    report = make_article(kind="report", byline="Hưng Đức", publish_at=at(2018, 1, 31, 23, 59))
    make_conference(article=report)
    make_article(kind="notice", byline="Lan Anh", publish_at=at(2018, 1, 15))
    make_article(byline="", publish_at=at(2018, 1, 15), expire_at=at(2018, 1, 20))
    withdrawn = make_article(
        title="Bài sai",
        byline="Lan Anh",
        publish_at=at(2018, 1, 16),
        status="withdrawn",
        takedown="removed",
    )
    photo = make_photo(credit="Lan Anh")
    for article in (news, report, withdrawn):
        make_article_photo(article=article, photo=photo)
    make_article_photo(article=news, photo=make_photo(color="red"))


def make_others():
    """What January does not count."""
    now = timezone.now()
    make_article(byline="Khác", publish_at=at(2017, 12, 31, 23, 59))
    make_article(byline="Khác", publish_at=at(2018, 2, 1))
    make_article(byline="Khác", status="draft", publish_at=at(2018, 1, 5))
    make_article(byline="Khác", publish_at=at(2018, 1, 5), deleted_at=now)
    live = make_article(byline="Khác", publish_at=at(2016, 1, 5))
    make_article(byline="Khác", status="draft", draft_of=live)


def test_names_are_counted_by_kind_and_what_was_withdrawn_apart():
    make_month()
    make_others()
    rows = {row.name: row.numbers for row in Counts(JANUARY).rows}
    assert rows == {
        "Lan Anh": [0, 0, 1, 2, 1, 1],
        "Hưng Đức": [1, 1, 0, 0, 0, 0],
        "": [1, 0, 0, 1, 0, 0],
    }
    assert list(rows) == ["Lan Anh", "Hưng Đức", ""]
    assert Counts(JANUARY).total.numbers == [2, 1, 1, 3, 1, 1]


def test_what_is_scheduled_is_counted_when_its_time_has_come():
    later = timezone.now() + datetime.timedelta(minutes=5)
    make_article(byline="Hưng Đức", publish_at=later)
    assert Counts(timezone.localdate(later).replace(day=1)).rows == []


def test_the_sums_are_those_that_readers_can_count(client):
    make_month()
    total = Counts(JANUARY).total
    addresses = [
        article.get_absolute_url() for article in Counts(JANUARY).articles if article.is_public
    ]
    pages = [client.get(address).content.decode() for address in addresses]
    shown = sum(page.count('<span class="credit">') for page in pages)
    lan = next(row for row in Counts(JANUARY).rows if row.name == "Lan Anh")
    assert shown == lan.photos
    assert total.news + total.reports + total.notices == len(addresses) + 1  # one has expired


def test_the_page_shows_the_month_chosen(client, editor):
    make_month()
    page = client.get(PAGE, {"year": 2018, "month": 1})
    assert dict(page.context["rows"])["Hưng Đức"] == [1, 1, 0, 0, 0, 0]
    assert "Bài sai" in page.content.decode()
    assert page.context["years"][-1] == 2018
    assert client.get(PAGE, {"year": "x", "month": 13}).context["month"] == (
        timezone.localdate().replace(day=1)
    )


def sheet_of(client, year=2018, month=1):
    response = client.get(f"{PAGE}sheet/", {"year": year, "month": month})
    assert response.status_code == 200
    name = f"nhuan-but-{year}-{month:02}.xlsx"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    return load_workbook(io.BytesIO(response.content))


def test_the_spreadsheet_holds_sums_articles_and_photos(client, editor):
    make_month()
    book = sheet_of(client)
    assert book.sheetnames == ["Tổng hợp", "Tin, thông báo", "Ảnh"]
    sums = [[cell.value for cell in row] for row in book["Tổng hợp"].rows]
    assert sums[0][0] == "Tháng 01/2018"
    assert sums[2] == ["Lan Anh", 0, 0, 1, 2, 1, 1]
    assert sums[-1] == ["Cộng", 2, 1, 1, 3, 1, 1]
    articles = list(book["Tin, thông báo"].rows)
    assert articles[1][0].value == datetime.datetime(2018, 1, 1)
    assert articles[1][0].number_format == "dd/mm/yyyy"
    states = {row[3].value: row[4].value for row in articles[1:]}
    assert states["Bài sai"] == "Đã thu hồi"
    assert states["Tin"] == "Đã xuất bản"
    assert len(list(book["Ảnh"].rows)) == 1 + 4


@pytest.mark.parametrize("name", ["=1+1", "+84", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
def test_no_name_becomes_a_formula(client, editor, name):
    article = make_article(byline=name, title=name, publish_at=at(2018, 1, 2))
    make_article_photo(article=article, caption=name, photo=make_photo(credit=name))
    book = sheet_of(client)
    cells = [cell for sheet in book for row in sheet.rows for cell in row if cell.value == name]
    assert len(cells) == 6
    assert {(cell.data_type, bool(cell.quotePrefix)) for cell in cells} == {("s", True)}


@pytest.mark.parametrize(
    ("groups", "status"), [(["Phóng viên"], 403), (["Quản trị"], 200), (["Duyệt đăng"], 200)]
)
def test_reviewers_and_administrators_see_the_counts(client, groups, status):
    client.force_login(make_user(groups=groups))
    assert client.get(PAGE).status_code == status
    assert client.get(f"{PAGE}sheet/").status_code == status


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(PAGE).status_code == 302
    assert client.get(f"{PAGE}sheet/").status_code == 302


@pytest.mark.parametrize("rows", [1, 4])
def test_the_page_costs_the_same_however_much_there_is(
    client, editor, rows, django_assert_num_queries
):
    for _number in range(rows):
        make_month()
    with django_assert_num_queries(7):
        client.get(PAGE, {"year": 2018, "month": 1})


@pytest.mark.parametrize("address", [PAGE, f"{PAGE}sheet/"])
def test_counts_are_asked_for_and_change_nothing(client, editor, address):
    assert client.post(address).status_code == 405
