"""The page of a unit, asked for as a stranger does."""

import re
from datetime import date, timedelta

import pytest
import time_machine

from departments.models import Succession, today
from tests.factories import SEED_TIME, make_article, make_contact, make_department

pytestmark = pytest.mark.django_db


def page(client, unit, *, status=200) -> str:
    response = client.get(unit.get_absolute_url())
    assert response.status_code == status
    return response.content.decode()


def test_a_unit_shows_its_functions_contacts_subunits_and_news(client):
    parent = make_department(name="Sở")
    unit = make_department(name="Văn phòng", parent=parent, functions="<p>Tổng hợp, văn thư.</p>")
    make_department(name="Tổ văn thư", parent=unit)
    make_contact(department=unit, label="Tiếp dân", phone="(0205) 3.871.906")
    make_article(title="Tin của văn phòng", department=unit)
    make_article(title="Tin nơi khác", department=parent)
    html = page(client, unit)
    assert re.findall(r"<h1>(.*?)</h1>", html) == ["Văn phòng"]
    assert "<p>Tổng hợp, văn thư.</p>" in html
    assert "<h3>Tiếp dân</h3>" in html
    assert 'href="tel:+842053871906"' in html
    assert '<a href="/co-cau-to-chuc/to-van-thu/">Tổ văn thư</a>' in html
    assert '<a href="/co-cau-to-chuc/so/">Sở</a>' in html
    assert "Tin của văn phòng" in html
    assert "Tin nơi khác" not in html


def test_an_unknown_unit_is_not_found(client):
    assert client.get("/co-cau-to-chuc/khong-co/").status_code == 404


def test_a_unit_with_nothing_but_a_name_has_no_empty_blocks(client):
    assert "<section" not in page(client, make_department())


def test_contacts_out_of_their_time_and_closed_subunits_are_left_out(client):
    unit = make_department()
    make_contact(department=unit, label="Số cũ", valid_until=today() - timedelta(days=1))
    make_contact(department=unit, label="Số sau", valid_from=today() + timedelta(days=1))
    make_department(name="Tổ đã giải thể", parent=unit, closed_on=today())
    html = page(client, unit)
    for text in ["Số cũ", "Số sau", "Tổ đã giải thể"]:
        assert text not in html


def test_a_unit_closes_on_its_day_without_contacts_and_names_its_successor(client):
    unit = make_department(name="Sở cũ", closed_on=date(2025, 3, 1))
    make_contact(department=unit, phone="(0205) 3.871.906")
    Succession.objects.create(
        predecessor=unit,
        successor=make_department(name="Sở mới"),
        effective_on=date(2025, 3, 1),
        kind=Succession.Kind.MERGED,
    )
    make_article(title="Tin của Sở cũ", department=unit)
    with time_machine.travel("2025-02-28 23:00 +07:00", tick=False):
        html = page(client, unit)
        assert "tel:+842053871906" in html
        assert 'role="note"' not in html
        assert "Sở mới" not in html
    with time_machine.travel("2025-03-01 00:30 +07:00", tick=False):
        html = page(client, unit)
        assert "tel:" not in html
        assert "ngày 01 tháng 3 năm 2025" in html
        assert '<a href="/co-cau-to-chuc/so-moi/">Sở mới</a>' in html
        assert "Tin của Sở cũ" in html


def test_a_unit_shows_its_five_newest_articles(client):
    unit = make_department()
    for number in range(7):
        make_article(
            title=f"Bài {number}", department=unit, publish_at=SEED_TIME - timedelta(days=number)
        )
    assert re.findall(r">(Bài \d)</a></h3>", page(client, unit)) == [
        f"Bài {number}" for number in range(5)
    ]
