"""The screens for units, people and posts, through their forms."""

import datetime

import pytest
from django.urls import reverse

from departments.models import Appointment, Department, Person, Position, SiteSettings, Succession
from tests.factories import (
    image_upload,
    make_appointment,
    make_article,
    make_contact,
    make_department,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db

D = datetime.date


@pytest.fixture(autouse=True)
def administrator(client):
    user = make_user(groups=["Quản trị"])
    client.force_login(user)
    return user


def change(row):
    return reverse(f"admin:departments_{row._meta.model_name}_change", args=[row.pk])


def inline(prefix, *rows, initial=0):
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def unit_fields(*contacts, positions=(), **values):
    data = {"name": "Văn phòng", "kind": "division", "order": 1, "_save": "1"}
    return data | inline("contacts", *contacts) | inline("positions", *positions) | values


def errors_of(response):
    assert response.status_code == 200
    context = response.context
    formsets = [formset.formset for formset in context.get("inline_admin_formsets", [])]
    form = context["adminform"].form if "adminform" in context else context["form"]
    forms = [form, *(one for formset in formsets for one in formset.forms)]
    return {name: [str(e) for e in errors] for one in forms for name, errors in one.errors.items()}


# ── Units ───────────────────────────────────────────────────────────────────────────────────────
def test_the_list_is_the_tree_and_buttons_change_the_order(client):
    top = make_department(name="Sở", order=1)
    for number, name in enumerate(("Phòng Một", "Phòng Hai", "Phòng Ba"), start=1):
        make_department(name=name, parent=top, order=number)

    def shown():
        units = client.get("/admin/departments/department/").context["cl"].result_list
        return [(unit.name, unit.depth) for unit in units]

    assert shown() == [("Sở", 0), ("Phòng Một", 1), ("Phòng Hai", 1), ("Phòng Ba", 1)]
    last = Department.objects.get(name="Phòng Ba")
    client.post("/admin/departments/department/move/", {"up": last.pk})
    assert [name for name, _depth in shown()][1:] == ["Phòng Một", "Phòng Ba", "Phòng Hai"]
    client.post("/admin/departments/department/move/", {"down": top.pk})
    client.post("/admin/departments/department/move/", {"up": top.pk})
    assert shown()[0] == ("Sở", 0)


@pytest.mark.parametrize("data", [{}, {"up": "x"}, {"up": "999999"}])
def test_moving_what_is_not_there_is_not_found(client, data):
    assert client.post("/admin/departments/department/move/", data).status_code == 404
    assert client.get("/admin/departments/department/move/").status_code == 405


@pytest.mark.parametrize("units", [5, 60])
def test_the_tree_costs_the_same_however_large(client, units, django_assert_num_queries):
    top = make_department()
    for _number in range(units):
        make_department(parent=top)
    with django_assert_num_queries(10):
        client.get("/admin/departments/department/")


def test_a_circle_in_the_tree_is_refused_at_its_field(client):
    unit = make_department(name="Văn phòng")
    child = make_department(parent=unit)
    data = unit_fields(parent=child.pk, short_name="VP")
    response = client.post(change(unit), data)
    assert list(errors_of(response)) == ["parent"]
    assert "VP" in response.content.decode()
    unit.refresh_from_db()
    assert unit.parent is None


def test_a_wrong_phone_is_refused_at_its_field_and_nothing_is_stored(client):
    contact = {"label": "Trực", "kind": "general", "order": 0, "phone": "gọi sau"}
    response = client.post("/admin/departments/department/add/", unit_fields(contact))
    assert list(errors_of(response)) == ["phone"]
    assert "gọi sau" in response.content.decode()
    assert not Department.objects.exists()


def test_a_unit_is_entered_with_its_contact_and_posts(client):
    contact = {"label": "Trực", "kind": "general", "order": 0, "phone": "(0205) 3.871.906"}
    post = {"title": "Chánh Văn phòng", "rank": 1, "seats": 1}
    client.post("/admin/departments/department/add/", unit_fields(contact, positions=[post]))
    unit = Department.objects.get()
    assert unit.contact().phone == "(0205) 3.871.906"
    assert unit.positions.get().title == "Chánh Văn phòng"


@pytest.mark.parametrize("model", ["department", "person", "position", "appointment"])
def test_what_history_needs_is_kept_with_the_reason_and_the_alternative(client, model):
    unit = make_department()
    appointment = make_appointment(department=unit)
    report = make_article(kind="report", department=unit)
    report.people.create(appointment=appointment)
    rows = {
        "department": unit,
        "person": appointment.person,
        "position": appointment.position,
        "appointment": appointment,
    }
    address = reverse(f"admin:departments_{model}_delete", args=[rows[model].pk])
    assert "giữ lại" in client.get(address).content.decode() or model == "appointment"
    assert "ngày cuối" in client.get(address).content.decode() or model in {
        "department",
        "position",
    }
    client.post(address, {"post": "yes"})
    assert type(rows[model]).objects.filter(pk=rows[model].pk).exists()


# ── People and posts ────────────────────────────────────────────────────────────────────────────
def person_fields(*appointments, initial=0, **values):
    data = {"full_name": "Nguyễn Thị Hà", "_save": "1"}
    rows = [{"start_precision": "day"} | row for row in appointments]
    return data | inline("appointments", *rows, initial=initial) | values


def test_a_person_is_entered_with_the_posts_held(client):
    position = Position.objects.create(department=make_department(), title="Giám đốc", seats=1)
    client.post(
        "/admin/departments/person/add/",
        person_fields({"position": position.pk, "started_on": "1/3/2020"}),
    )
    assert Appointment.objects.get().started_on == D(2020, 3, 1)


def test_a_second_director_is_refused_with_the_name_of_the_first(client):
    position = make_appointment(full_name="Trần Nam").position
    Position.objects.update(seats=1)
    response = client.post(
        "/admin/departments/person/add/",
        person_fields({"position": position.pk, "started_on": "01/03/2025"}),
    )
    assert "Trần Nam" in errors_of(response)["started_on"][0]
    assert "Nguyễn Thị Hà" in response.content.decode()
    assert Person.objects.count() == 1


def test_two_terms_typed_at_once_are_judged_together(client):
    position = Position.objects.create(department=make_department(), title="Giám đốc", seats=1)
    rows = [
        {"position": position.pk, "started_on": "01/03/2020", "ended_on": "31/12/2022"},
        {"position": position.pk, "started_on": "31/12/2022"},
    ]
    response = client.post("/admin/departments/person/add/", person_fields(*rows))
    assert "started_on" in errors_of(response)
    rows[1]["started_on"] = "01/01/2023"
    client.post("/admin/departments/person/add/", person_fields(*rows))
    assert Appointment.objects.count() == 2


def test_one_term_ends_and_the_next_begins_on_one_screen(client):
    appointment = make_appointment(started_on=D(2020, 1, 1))
    position = appointment.position
    Position.objects.update(seats=1)
    following = Person.objects.create(full_name="Trần Nam")
    rows = [
        {
            "id": appointment.pk,
            "person": appointment.person_id,
            "started_on": "01/01/2020",
            "ended_on": "28/02/2025",
            "start_precision": "day",
        },
        {"person": following.pk, "started_on": "01/03/2025", "start_precision": "day"},
    ]
    data = {
        "department": position.department_id,
        "title": "Giám đốc",
        "rank": 1,
        "seats": 1,
        "_save": "1",
    }
    response = client.post(change(position), data | inline("appointments", *rows, initial=1))
    assert response.status_code == 302
    assert [term.person for term in Appointment.objects.current(on=D(2025, 3, 1))] == [following]


@pytest.mark.parametrize("second", [{"started_on": "01/02/2025"}, {"DELETE": "on"}])
def test_neighbouring_terms_are_corrected_together(client, second):
    first = make_appointment(started_on=D(2020, 1, 1), ended_on=D(2024, 12, 31))
    position = first.position
    Position.objects.update(seats=1)
    following = make_appointment(position=position, full_name="Trần Nam", started_on=D(2025, 1, 1))
    rows = [
        {"started_on": "01/01/2020", "ended_on": "31/01/2025"},
        {"started_on": "01/01/2025"} | second,
    ]
    for row, term in zip(rows, (first, following), strict=True):
        row |= {"id": term.pk, "person": term.person_id, "start_precision": "day"}
    data = {"department": position.department_id, "title": "Giám đốc", "rank": 1, "seats": 1}
    response = client.post(change(position), data | inline("appointments", *rows, initial=2))
    assert response.status_code == 302
    first.refresh_from_db()
    assert first.ended_on == D(2025, 1, 31)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"started_on": "02/03/2020", "ended_on": "01/03/2020"}, "__all__"),
        ({"started_on": "31/02/2020"}, "started_on"),
        ({"position": ""}, "position"),
    ],
)
def test_a_wrong_term_is_refused_at_its_field(client, values, field):
    position = Position.objects.create(department=make_department(), title="Giám đốc", seats=1)
    response = client.post(
        "/admin/departments/person/add/",
        person_fields({"position": position.pk, "duties": "Phụ trách chung"} | values),
    )
    assert list(errors_of(response)) == [field]
    assert "Phụ trách chung" in response.content.decode()
    assert not Person.objects.exists()


def test_a_portrait_that_is_no_photo_is_refused(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    bad = SimpleUploadedFile("chân dung.jpg", b"<html>")
    response = client.post("/admin/departments/person/add/", person_fields(portrait=bad))
    assert "chân dung.jpg" in errors_of(response)["portrait"][0]
    client.post("/admin/departments/person/add/", person_fields(portrait=image_upload()))
    assert Person.objects.get().portrait_width == 640


# ── A change of holder as one act ───────────────────────────────────────────────────────────────
def hand_over(appointment):
    return reverse("admin:departments_appointment_hand_over", args=[appointment.pk])


def test_a_post_is_handed_over_to_somebody_new_on_one_day(client):
    appointment = make_appointment(started_on=D(2020, 1, 1))
    data = {"on": "01/03/2025", "name": "Trần Nam", "decision_number": "12/QĐ-UBND"}
    client.post(hand_over(appointment), data)
    appointment.refresh_from_db()
    assert appointment.ended_on == D(2025, 2, 28)
    following = Appointment.objects.get(person__full_name="Trần Nam")
    assert (following.started_on, following.position) == (D(2025, 3, 1), appointment.position)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"on": ""}, "on"),
        ({"on": "01/01/2019", "name": "Trần Nam"}, "on"),
        ({"on": "01/03/2025", "name": "Trần Nam", "to": "person"}, "name"),
    ],
)
def test_a_wrong_handing_over_changes_nothing(client, data, field):
    appointment = make_appointment(started_on=D(2020, 1, 1))
    if "to" in data:
        data = data | {"to": Person.objects.create(full_name="Lê An").pk}
    people = Person.objects.count()
    response = client.post(hand_over(appointment), data)
    assert list(response.context["form"].errors) == [field]
    appointment.refresh_from_db()
    assert appointment.ended_on is None
    assert Person.objects.count() == people


# ── Reorganisation ──────────────────────────────────────────────────────────────────────────────
ACT = "/admin/departments/department/reorganise/"


def act(*old, **values):
    data = {
        "kind": "merged",
        "old": [unit.pk for unit in old],
        "names": "Sở mới",
        "short_name": "SM",
        "on": "01/03/2025",
        "legal_basis": "NQ 47",
    }
    return data | values


def test_an_act_is_shown_first_and_done_only_when_confirmed(client):
    units = [make_department(name=name) for name in ("Sở Một", "Sở Hai")]
    make_site(agency=units[0])
    make_contact(department=units[0])
    response = client.post(ACT, act(*units) | {"_preview": "1"})
    changes = response.context["changes"]
    assert len(changes) == 5
    assert not Succession.objects.exists()

    response = client.post(ACT, act(*units) | {"_confirm": "1", "seen": changes})
    new = Department.objects.get(name="Sở mới")
    assert response.headers["Location"] == change(new)
    assert (new.short_name, Succession.objects.count()) == ("SM", 2)
    assert SiteSettings.load().agency == new


def test_what_was_not_seen_is_not_done(client):
    units = [make_department(name=name) for name in ("Sở Một", "Sở Hai")]
    changes = client.post(ACT, act(*units)).context["changes"]
    for data in ({"_confirm": "1"}, {"_confirm": "1", "seen": changes, "names": "Sở khác"}):
        response = client.post(ACT, act(*units) | data)
        assert response.status_code == 200
    assert not Succession.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"names": ""},
        {"names": "Một\nHai"},
        {"names": "Một\nmột", "kind": "split"},
        {"names": "đ" * 256},
        {"on": "01/01/0001"},
        {"on": "hôm nay"},
        {"legal_basis": ""},
        {"kind": "lạ"},
        {"old": []},
    ],
)
def test_a_wrong_act_is_refused_and_what_was_typed_stays(client, values):
    units = [make_department(name=name) for name in ("Sở Một", "Sở Hai")]
    response = client.post(ACT, act(*units, **values) | {"_confirm": "1"})
    assert len(response.context["form"].errors) == 1
    assert "SM" in response.content.decode()
    assert not Succession.objects.exists()


def test_the_settings_show_the_agency_of_today(client):
    site = make_site()
    following = make_department(name="Sở mới")
    site.succeed(following, on=D(2025, 3, 1))
    site.save()
    form = client.get("/admin/departments/sitesettings/1/change/").context["adminform"].form
    assert form.initial["agency"] == following.pk
    data = {"agency": following.pk, "slogan": "Mới", "superior_body": "", "responsible_person": ""}
    client.post("/admin/departments/sitesettings/1/change/", data)
    site.refresh_from_db()
    assert (site.agency, site.next_agency, site.slogan) == (following, None, "Mới")


@pytest.mark.parametrize("group", ["Phóng viên", "Duyệt đăng"])
def test_writers_and_editors_change_no_units(client, group):
    appointment = make_appointment()
    client.force_login(make_user(groups=[group]))
    assert client.get(ACT).status_code == 403
    assert client.post(ACT, act()).status_code == 403
    assert client.post("/admin/departments/department/move/", {"up": 1}).status_code == 403
    assert client.post(hand_over(appointment), {"on": "01/03/2025"}).status_code == 403


@pytest.mark.parametrize("forged", ["a\0b", "-1", "9" * 30, "'"])
def test_a_forged_number_in_a_search_as_you_type_field_is_refused_in_words(client, forged):
    """The form that comes back looks up the row to show: Django's own widget failed on that."""
    appointment = make_appointment()
    answers = [
        client.post(hand_over(appointment), {"on": "01/03/2025", "to": forged}),
        client.post(ACT, {"kind": "merger", "old": [forged], "parent": forged}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "errorlist" in answers[0].text
