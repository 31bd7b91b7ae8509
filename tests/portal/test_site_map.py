"""The site map that people read."""

import re
from datetime import date

import pytest
import time_machine
from django.core.management import call_command

from news.models import Article, Category
from portal.publishing import Status
from tests.factories import make_article, make_category, make_conference, make_department, make_site

pytestmark = pytest.mark.django_db


def page(client) -> str:
    response = client.get("/so-do-trang/")
    assert response.status_code == 200
    return response.content.decode()


def links(html: str) -> list[str]:
    main = html.partition("<main")[2].partition("</main>")[0]
    return re.findall(r'<a [^>]*href="([^"]+)"', main)


def test_it_is_named_and_lists_every_section_and_each_link_answers(client, drawn_before):
    call_command("load_sample", verbosity=0)
    html = page(client)
    assert "<title>Sơ đồ trang – Sở Khoa học và Công nghệ tỉnh Lạng Sơn</title>" in html
    assert re.findall("<h1>(.*?)</h1>", html) == ["Sơ đồ trang"]
    found = links(html)
    for path in [
        "/gioi-thieu/",
        "/tin-tuc/",
        "/bao-cao/",
        "/co-cau-to-chuc/",
        "/lien-he/",
        "/rss/",
    ]:
        assert path in found
    for path in ["/chuyen-muc/so-huu-tri-tue/", "/co-cau-to-chuc/van-phong-so/", "/bao-cao/2017/"]:
        assert path in found
    assert {client.get(path).status_code for path in found} == {200}


def test_categories_and_units_stand_as_trees(client):
    top = make_category(name="Khoa học", order=1)
    make_category(name="Đề tài", parent=make_category(name="Dự án", parent=top))
    make_category(name="Thanh tra", order=2)
    make_department(name="Phòng con", parent=make_department(name="Sở mẹ"))
    html = re.sub(r"\s+", "", re.sub(r' href="[^"]*"', "", page(client)))
    assert (
        "<ul><li><a>Khoahọc</a><ul><li><a>Dựán</a><ul><li><a>Đềtài</a></li></ul></li></ul></li>"
        "<li><a>Thanhtra</a></li></ul>"
    ) in html
    assert "<ul><li><a>Sởmẹ</a><ul><li><a>Phòngcon</a></li></ul></li></ul>" in html


def test_categories_that_a_data_load_made_a_circle_of_do_not_hang_it(client):
    one = make_category(name="Một")
    two = make_category(name="Hai", parent=one)
    Category.objects.filter(pk=one.pk).update(parent=two)
    assert "Một" not in page(client)


def test_years_are_those_of_public_reviews_each_once_newest_first(client):
    for year in (2016, 2018, 2016, 2017):
        make_conference(
            article=make_article(kind=Article.Kind.REPORT),
            review_year=year,
            held_on=date(year + 1, 1, 19),
        )
    draft = make_article(kind=Article.Kind.REPORT, status=Status.DRAFT)
    make_conference(article=draft, review_year=2019)
    years = [link for link in links(page(client)) if re.fullmatch(r"/bao-cao/\d+/", link)]
    assert years == ["/bao-cao/2018/", "/bao-cao/2017/", "/bao-cao/2016/"]


@time_machine.travel("2026-03-02", tick=False)
def test_units_are_those_of_today(client):
    make_department(name="Sở cũ", closed_on=date(2025, 3, 1))
    make_department(name="Sở sắp lập", founded_on=date(2026, 4, 1))
    make_department(name="Sở nay")
    html = page(client)
    assert "Sở nay" in html
    assert "Sở cũ" not in html
    assert "Sở sắp lập" not in html


def test_an_empty_site_has_a_site_map_without_empty_blocks(client):
    html = page(client)
    assert re.findall(r"<main.*</main>", html, re.DOTALL)[0].count("<h2") == 1


def test_the_queries_do_not_grow(client, django_assert_num_queries):
    make_site()
    for number in range(4):
        parent = make_category()
        make_category(parent=parent)
        make_department(parent=make_department())
        make_conference(review_year=2010 + number)
        if number in {0, 3}:
            with django_assert_num_queries(4):
                page(client)
