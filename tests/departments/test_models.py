"""Units, posts and terms: what the calendar says, and what is refused."""

import datetime
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from departments.models import (
    Appointment,
    Contact,
    Department,
    Person,
    Position,
    SiteSettings,
    Succession,
)
from tests.factories import make_appointment, make_contact, make_department, make_site

pytestmark = pytest.mark.django_db

D = datetime.date


def make_position(**kwargs):
    kwargs.setdefault("department", make_department())
    return Position.objects.create(**({"title": "Giám đốc", "seats": 1} | kwargs))


def make_person(name="Nguyễn Thị Hà"):
    return Person.objects.create(full_name=name)


def term(position, start, end, **kwargs):
    return Appointment(
        person=make_person(), position=position, started_on=start, ended_on=end, **kwargs
    )


# ── Terms ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("start", "end", "day", "holds"),
    [
        (D(2020, 3, 1), D(2025, 2, 28), D(2020, 2, 29), False),
        (D(2020, 3, 1), D(2025, 2, 28), D(2020, 3, 1), True),
        (D(2020, 3, 1), D(2025, 2, 28), D(2025, 2, 28), True),
        (D(2020, 3, 1), D(2025, 2, 28), D(2025, 3, 1), False),
        (None, D(2025, 2, 28), D(1990, 1, 1), True),
        (D(2020, 3, 1), None, D(2100, 1, 1), True),
        (None, None, D(2018, 1, 19), True),
    ],
)
def test_the_calendar_says_who_holds_a_post(start, end, day, holds):
    appointment = make_appointment(started_on=start, ended_on=end)
    assert (appointment in Appointment.objects.current(on=day)) == holds
    assert appointment.holds(day) == holds


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        (D(2010, 1, 1), D(2019, 12, 31), True),
        (D(2025, 1, 1), None, True),
        (D(2010, 1, 1), D(2020, 1, 1), False),
        (D(2024, 12, 31), None, False),
        (D(2022, 1, 1), D(2022, 1, 1), False),
        (None, None, False),
        (None, D(2019, 12, 31), True),
    ],
)
@pytest.mark.parametrize("save", [Appointment.full_clean, Appointment.save])
def test_terms_of_a_one_seat_post_never_overlap(save, start, end, free):
    position = make_position()
    term(position, D(2020, 1, 1), D(2024, 12, 31)).save()
    other = term(position, start, end)
    if free:
        save(other)
        return
    with pytest.raises(ValidationError) as refusal:
        save(other)
    assert "Nguyễn Thị Hà" in refusal.value.message_dict["position"][0]
    assert Appointment.objects.count() == 1


def test_a_post_of_two_seats_counts_who_is_there_on_the_same_day():
    position = make_position(seats=2)
    for start, end in ((D(2010, 1, 1), D(2015, 1, 1)), (D(2016, 1, 1), None)):
        term(position, start, end).save()
    term(position, D(2010, 1, 1), None).save()
    with pytest.raises(ValidationError):
        term(position, D(2014, 1, 1), D(2014, 2, 1)).save()
    term(position, D(2015, 1, 2), D(2015, 12, 31)).save()


def test_a_post_without_a_number_of_seats_has_room_for_all():
    position = make_position(seats=None)
    for _number in range(5):
        term(position, None, None).save()
    assert Appointment.objects.current().count() == 5


def test_the_end_of_a_term_does_not_lie_before_its_start():
    wrong = term(make_position(), D(2020, 1, 2), D(2020, 1, 1))
    with pytest.raises(ValidationError):
        wrong.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.save()


def test_fewer_seats_than_people_are_refused():
    position = make_position(seats=2)
    for _number in range(2):
        term(position, None, None).save()
    position.seats = 1
    with pytest.raises(ValidationError) as refusal:
        position.full_clean()
    assert list(refusal.value.message_dict) == ["seats"]


def test_postgresql_itself_refuses_a_second_holder():
    position = make_position()
    term(position, D(2020, 1, 1), None).save()
    second = term(position, D(2021, 1, 1), None)
    second.one_seat = True
    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            Appointment.objects.bulk_create([second])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    position.seats = 2
    position.save()
    Appointment.objects.bulk_create([term(position, D(2021, 1, 1), None)])


@pytest.mark.django_db(transaction=True)
def test_two_people_entering_the_same_director_at_once_leave_one():
    position = make_position()
    people = [make_person(name) for name in ("Nguyễn Thị Hà", "Trần Văn Nam")]
    ready, results = threading.Barrier(2), []

    def enter(person):
        try:
            ready.wait()
            with transaction.atomic():
                appointment = Appointment(person=person, position=position)
                appointment.full_clean()
                appointment.save()
            results.append("saved")
        except ValidationError:
            results.append("refused")
        finally:
            connection.close()

    for _round in range(10):
        results.clear()
        Appointment.objects.all().delete()
        threads = [threading.Thread(target=enter, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == ["refused", "saved"]
        assert Appointment.objects.count() == 1


def test_a_post_is_handed_over_on_one_day():
    appointment = make_appointment(started_on=D(2020, 1, 1))
    successor = make_person("Trần Văn Nam")
    following = appointment.hand_over(on=D(2025, 3, 1), to=successor, decision_number="12/QĐ")
    assert appointment.ended_on == D(2025, 2, 28)
    assert (following.person, following.started_on) == (successor, D(2025, 3, 1))
    assert list(Appointment.objects.current(on=D(2025, 2, 28))) == [appointment]
    assert list(Appointment.objects.current(on=D(2025, 3, 1))) == [following]


def test_handing_over_later_does_not_lengthen_a_term_that_ended():
    appointment = make_appointment(started_on=D(2020, 1, 1), ended_on=D(2024, 12, 31))
    appointment.hand_over(on=D(2025, 3, 1), to=make_person("Trần Văn Nam"))
    appointment.refresh_from_db()
    assert appointment.ended_on == D(2024, 12, 31)


def test_nobody_is_appointed_into_a_unit_that_is_closed_by_then():
    unit = make_department(closed_on=D(2025, 3, 1))
    appointment = make_appointment(department=unit, started_on=D(2020, 1, 1))
    with pytest.raises(ValidationError):
        appointment.hand_over(on=D(2025, 3, 1), to=make_person("Trần Văn Nam"))
    appointment.hand_over(on=D(2025, 2, 28), to=make_person("Trần Văn Nam"))


def test_a_post_can_be_left_vacant():
    appointment = make_appointment(started_on=D(2020, 1, 1))
    assert appointment.hand_over(on=D(2025, 3, 1)) is None
    assert not Appointment.objects.current(on=D(2025, 3, 1)).exists()


def test_a_successor_does_not_start_before_the_predecessor():
    appointment = make_appointment(started_on=D(2020, 1, 1))
    with pytest.raises(ValidationError):
        appointment.hand_over(on=D(2020, 1, 1), to=make_person("Trần Văn Nam"))
    appointment.refresh_from_db()
    assert appointment.ended_on is None


def test_a_handing_over_that_cannot_be_leaves_the_term_as_it_was():
    appointment = make_appointment(started_on=D(2020, 1, 1), ended_on=D(2025, 2, 28))
    appointment.position.seats = 1
    appointment.position.save()
    term(appointment.position, D(2025, 3, 1), None).save()
    with pytest.raises(ValidationError):
        appointment.hand_over(on=D(2025, 1, 1), to=make_person("Trần Văn Nam"))
    appointment.refresh_from_db()
    assert appointment.ended_on == D(2025, 2, 28)


# ── Units ───────────────────────────────────────────────────────────────────────────────────────
def test_the_tree_is_read_in_one_query(django_assert_num_queries):
    top = make_department(name="Sở", order=1)
    low = make_department(name="Tổ", order=1)
    other = make_department(name="Văn phòng", parent=top, order=2)
    office = make_department(name="Phòng", parent=top, order=1)
    Department.objects.filter(pk=low.pk).update(parent=office)
    with django_assert_num_queries(1):
        tree = Department.objects.tree()
    assert [(unit.name, unit.depth) for unit in tree] == [
        ("Sở", 0),
        ("Phòng", 1),
        ("Tổ", 2),
        ("Văn phòng", 1),
    ]
    assert tree[0].subunits == [office, other]


@pytest.mark.parametrize("to", ["itself", "child", "grandchild"])
def test_a_unit_does_not_belong_to_what_belongs_to_it(to):
    unit = make_department()
    child = make_department(parent=unit)
    units = {"itself": unit, "child": child, "grandchild": make_department(parent=child)}
    unit.parent = units[to]
    with pytest.raises(ValidationError) as refusal:
        unit.full_clean()
    assert len(refusal.value.messages) == 1


def test_units_get_addresses_of_their_own():
    slugs = [make_department(name="Văn phòng Sở").slug for _ in range(3)]
    assert slugs == ["van-phong-so", "van-phong-so-2", "van-phong-so-3"]


def test_aliases_are_kept_once():
    unit = make_department(name="Sở Khoa học và Công nghệ", aliases="Sở KHCN")
    unit.add_aliases("so khcn", "Sở KH&CN", "", "Sở Khoa học và Công nghệ", "Sở KH&CN")
    assert unit.alias_list == ["Sở KHCN", "Sở KH&CN"]


def test_a_unit_succeeds_neither_itself_nor_its_successor_nor_twice():
    first, second, third = (make_department() for _ in range(3))

    def succession(old, new):
        return Succession(predecessor=old, successor=new, effective_on=D(2025, 3, 1), kind="merged")

    succession(first, second).save()
    succession(second, third).save()
    for old, new in ((first, first), (second, first), (third, first), (first, second)):
        with pytest.raises(ValidationError):
            succession(old, new).full_clean()


@pytest.mark.parametrize(
    ("phone", "right"),
    [("(0205) 3.871.906", True), ("1022", True), ("không rõ", False), ("12", False)],
)
def test_a_phone_is_a_phone(phone, right):
    contact = Contact(department=make_department(), label="Văn phòng", phone=phone)
    if right:
        contact.full_clean()
    else:
        with pytest.raises(ValidationError) as refusal:
            contact.full_clean()
        assert list(refusal.value.message_dict) == ["phone"]


def test_names_sort_by_given_name_in_vietnamese_order():
    for name in ("Trần Văn Đức", "Nguyễn Thị Ánh", "Lê An", "Phạm Dung", "Hoàng Ân", "Vũ Đạt"):
        make_person(name)
    assert [person.full_name for person in Person.objects.all()] == [
        "Lê An",
        "Nguyễn Thị Ánh",
        "Hoàng Ân",
        "Phạm Dung",
        "Vũ Đạt",
        "Trần Văn Đức",
    ]


# ── Whose site it is ────────────────────────────────────────────────────────────────────────────
def test_settings_agency_and_its_contact_cost_one_query(django_assert_num_queries):
    make_site(contact={"phone": "(0205) 3.871.906", "address": "Số 438"})
    make_contact(department=SiteSettings.objects.get().agency, label="Số khác", order=5)
    with django_assert_num_queries(1):
        site = SiteSettings.load()
        assert site.agency.name.startswith("Sở Khoa học")
        assert (site.contact.phone, site.contact.label) == ("(0205) 3.871.906", "Văn phòng Sở")


def test_without_settings_there_is_an_empty_row():
    assert (SiteSettings.load().agency, SiteSettings.load().contact) == (None, None)


def test_the_next_agency_takes_over_by_the_clock():
    site = make_site(contact={"phone": "(0205) 3.871.906"})
    following = make_department(name="Sở mới")
    make_contact(department=following, phone="(0205) 3.810.000", valid_from=D(2025, 3, 1))
    site.succeed(following, on=D(2025, 3, 1))
    site.save()

    before, after = (SiteSettings.load(on=day) for day in (D(2025, 2, 28), D(2025, 3, 1)))
    assert before.agency.name.startswith("Sở Khoa học")
    assert before.contact.phone == "(0205) 3.871.906"
    assert (after.agency, after.contact.phone) == (following, "(0205) 3.810.000")
