"""Units, contacts and leaders as data, asked for as another program does."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine

from departments.models import Succession, today
from departments.reorganisation import NewUnit, Plan
from tests.factories import (
    make_appointment,
    make_contact,
    make_department,
    make_person,
    make_position,
    make_site,
)

pytestmark = pytest.mark.django_db

DAY = date(2025, 3, 1)
UNITS = "name,short_name,aliases,kind,parent,founded_on,closed_on,successors,url"
CONTACTS = "unit,unit_url,label,kind,address,phone,fax,email,website,opening_hours"
LEADERS = "name,post,unit,since,phone,email"


def as_json(client, name: str) -> list[dict]:
    return client.get(f"/du-lieu/{name}.json").json()


def as_csv(client, name: str) -> list[dict]:
    text = client.get(f"/du-lieu/{name}.csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("name", "fields"), [("don-vi", UNITS), ("lien-he", CONTACTS), ("lanh-dao", LEADERS)]
)
def test_an_empty_site_answers_with_the_names_of_the_fields(client, name, fields):
    assert client.get(f"/du-lieu/{name}.csv").content == f"\ufeff{fields}\r\n".encode()
    assert client.get(f"/du-lieu/{name}.json").content == b"[]"


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("name", ["don-vi", "lien-he", "lanh-dao"])
def test_every_program_may_read_it_without_a_cookie(client, name, form):
    response = client.get(f"/du-lieu/{name}.{form}")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert dict(response.cookies) == {}
    assert not response.wsgi_request.session.accessed
    types = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json"}
    assert response["Content-Type"] == types[form]
    assert client.post(f"/du-lieu/{name}.{form}").status_code == 405


@pytest.mark.parametrize("address", ["/du-lieu/khac.csv", "/du-lieu/khac.json", "/du-lieu/don-vi"])
def test_what_is_no_data_set_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_a_unit_is_told_with_all_its_names_and_its_parent(client):
    agency = make_department(name="Sở KH&CN", kind="department", founded_on=DAY)
    make_department(name="Văn phòng", parent=agency, aliases="VP Sở\nVP", short_name="VPS", order=1)
    office = {
        "name": "Văn phòng",
        "short_name": "VPS",
        "aliases": ["VP Sở", "VP"],
        "kind": "division",
        "parent": "Sở KH&CN",
        "founded_on": "",
        "closed_on": "",
        "successors": [],
        "url": "http://testserver/co-cau-to-chuc/van-phong/",
    }
    assert as_json(client, "don-vi")[1] == office
    assert as_csv(client, "don-vi")[1] == office | {"aliases": "VP Sở; VP", "successors": ""}
    assert as_json(client, "don-vi")[0]["founded_on"] == "2025-03-01"
    assert "Sở KH&CN".encode() in client.get("/du-lieu/don-vi.json").content


def test_a_reorganisation_is_told_from_its_day_on(client):
    old = make_department(name="Phòng cũ")
    with time_machine.travel("2025-02-01 12:00 +07:00", tick=False):
        Plan(Succession.Kind.SPLIT, [old], [NewUnit(name="A"), NewUnit(name="B")], DAY).carry_out()

    def told():
        rows = as_json(client, "don-vi")
        return [(row["name"], row["closed_on"], row["successors"]) for row in rows]

    with time_machine.travel("2025-02-28 23:59 +07:00", tick=False):
        assert told() == [("Phòng cũ", "", [])]
    with time_machine.travel("2025-03-01 00:00 +07:00", tick=False):
        assert told() == [("Phòng cũ", "2025-03-01", ["A", "B"]), ("A", "", []), ("B", "", [])]


def test_contacts_are_those_valid_today_of_open_units(client):
    unit = make_department(name="Văn phòng")
    make_contact(department=unit, label="Văn thư", phone="(0205) 3.871.906", kind="press")
    make_contact(department=unit, label="Số cũ", valid_until=today() - timedelta(days=1))
    make_contact(department=make_department(closed_on=today()), label="Đã đóng")
    assert as_json(client, "lien-he") == [
        {
            "unit": "Văn phòng",
            "unit_url": "http://testserver/co-cau-to-chuc/van-phong/",
            "label": "Văn thư",
            "kind": "press",
            "address": "",
            "phone": "(0205) 3.871.906",
            "fax": "",
            "email": "",
            "website": "",
            "opening_hours": "",
        }
    ]
    assert as_csv(client, "lien-he") == as_json(client, "lien-he")


def test_leaders_are_those_of_today_by_rank_with_a_start_as_exact_as_known(client):
    agency = make_site().agency
    deputy = make_position(department=agency, title="Phó Giám đốc", rank=2, leads=True)
    head = make_position(department=agency, rank=1, leads=True)
    make_position(department=agency, title="Khuyết", rank=3, leads=True)
    for full_name, position, kwargs in [
        ("Lê An", deputy, {"start_precision": "month"}),
        ("Lê Bình", deputy, {"start_precision": "year", "is_acting": True}),
        ("Lê Chi", head, {}),
        ("Lê Cũ", deputy, {"ended_on": today() - timedelta(days=1)}),
    ]:
        person = make_person(full_name=full_name, phone="(0205) 3.871.906", email="a@example.org")
        make_appointment(person=person, position=position, started_on=date(2020, 3, 1), **kwargs)
    rows = as_json(client, "lanh-dao")
    assert [(row["name"], row["post"], row["since"]) for row in rows] == [
        ("Lê Chi", "Giám đốc", "2020-03-01"),
        ("Lê An", "Phó Giám đốc", "2020-03"),
        ("Lê Bình", "Phụ trách: Phó Giám đốc", "2020"),
    ]
    assert {(row["unit"], row["phone"], row["email"]) for row in rows} == {
        (agency.name, "(0205) 3.871.906", "a@example.org")
    }
    assert as_csv(client, "lanh-dao") == rows


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ('=HYPERLINK("http://example.org")', '\'=HYPERLINK("http://example.org")'),
        ("+84 205 3871906", "'+84 205 3871906"),
        ("-1+2", "'-1+2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ('Phòng "Một", hai', 'Phòng "Một", hai'),
        ("Phòng = Hai", "Phòng = Hai"),
    ],
)
def test_no_cell_is_a_formula_to_a_spreadsheet(client, name, cell):
    make_department(name=name, slug="phong")
    assert as_csv(client, "don-vi")[0]["name"] == cell
    assert as_json(client, "don-vi")[0]["name"] == name


def test_the_file_follows_rfc_4180(client):
    make_department(name='Phòng "Một", hai', slug="phong")
    response = client.get("/du-lieu/don-vi.csv")
    assert response["Content-Disposition"] == 'attachment; filename="don-vi.csv"'
    lines = response.content.decode().split("\r\n")
    assert lines[1].startswith('"Phòng ""Một"", hai",,,division,')
    assert lines[2:] == [""]


@pytest.mark.parametrize("many", [1, 50])
def test_data_cost_the_same_however_much_there_is(client, django_assert_num_queries, many):
    agency = make_site().agency
    position = make_position(department=agency, leads=True)
    for number in range(many):
        unit = make_department(parent=agency)
        make_contact(department=unit)
        make_appointment(position=position, full_name=f"Lãnh đạo {number}")
    for name, queries in [("don-vi", 3), ("lien-he", 2), ("lanh-dao", 3)]:
        with django_assert_num_queries(queries):
            assert len(as_json(client, name)) == many + (name == "don-vi")
