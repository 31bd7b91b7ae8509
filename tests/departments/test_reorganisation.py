"""Reorganisation as one act: what it changes on which day, and that nothing dies of it."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from departments.models import (
    Appointment,
    Contact,
    Department,
    Person,
    Position,
    SiteSettings,
    Succession,
)
from departments.reorganisation import NewUnit, Plan
from tests.factories import (
    make_appointment,
    make_article,
    make_conference,
    make_contact,
    make_department,
    make_site,
)

pytestmark = pytest.mark.django_db

D = datetime.date
DAY, EVE = D(2025, 3, 1), D(2025, 2, 28)


def at_noon(day):
    return time_machine.travel(
        datetime.datetime(day.year, day.month, day.day, 5, tzinfo=datetime.UTC), tick=False
    )


@pytest.fixture
def office():
    """A unit with a sub-unit, each with its head and its contact."""
    unit = make_department(name="Phòng Quản lý khoa học", short_name="P. QLKH")
    part = make_department(name="Tổ Thông tin", parent=unit)
    for one, title, person in ((unit, "Trưởng phòng", "Lê An"), (part, "Tổ trưởng", "Vũ Đạt")):
        make_appointment(department=one, title=title, full_name=person)
        make_contact(department=one, label=f"Trực {one.name}", phone="(0205) 3.871.906")
    return unit


def plan(kind, old, *names, on=DAY, **kwargs):
    return Plan(kind=kind, old=old, new=[NewUnit(name=name) for name in names], on=on, **kwargs)


def holders(unit, on):
    terms = Appointment.objects.current(on=on).filter(position__department=unit)
    return [(term.position.title, term.person.full_name) for term in terms]


def test_a_rename_keeps_people_contacts_and_subunits_from_the_day_on(office):
    part = office.children.get()
    [new] = plan("renamed", [office], "Phòng Quản lý công nghệ").carry_out()
    new_part = new.children.get()
    office.refresh_from_db()

    assert (office.closed_on, new.founded_on) == (DAY, DAY)
    assert new.alias_list == ["Phòng Quản lý khoa học", "P. QLKH"]
    assert (new_part.name, new_part.slug) == ("Tổ Thông tin", "to-thong-tin-2")
    for old, heir, title, person in (
        (office, new, "Trưởng phòng", "Lê An"),
        (part, new_part, "Tổ trưởng", "Vũ Đạt"),
    ):
        assert holders(old, EVE) == holders(heir, DAY) == [(title, person)]
        assert holders(old, DAY) == holders(heir, EVE) == []
        assert old.contacts.valid(on=EVE).count() == heir.contacts.valid(on=DAY).count() == 1
        assert old.contacts.valid(on=DAY).count() == heir.contacts.valid(on=EVE).count() == 0
    assert set(Succession.objects.values_list("predecessor", "successor", "kind")) == {
        (office.pk, new.pk, "renamed"),
        (part.pk, new_part.pk, "transferred"),
    }


def test_a_merger_ends_the_terms_and_keeps_the_posts_vacant(office):
    other = make_department(name="Phòng Thông tin")
    make_appointment(department=other, title="Trưởng phòng", full_name="Trần Nam")
    [new] = plan("merged", [office, other], "Phòng mới", legal_basis="QĐ 12").carry_out()

    assert holders(office, EVE) == [("Trưởng phòng", "Lê An")]
    assert holders(office, DAY) == holders(other, DAY) == holders(new, DAY) == []
    assert [position.title for position in new.positions.all()] == ["Trưởng phòng"]
    assert {(s.predecessor, s.legal_basis) for s in new.origins.all()} == {
        (office, "QĐ 12"),
        (other, "QĐ 12"),
    }
    assert set(new.alias_list) == {"Phòng Quản lý khoa học", "P. QLKH", "Phòng Thông tin"}


def test_a_split_makes_several_and_subunits_follow_the_first(office):
    first, second = plan("split", [office], "Phòng Một", "Phòng Hai").carry_out()
    assert [unit.name for unit in first.children.all()] == ["Tổ Thông tin"]
    assert not second.children.exists()
    assert office.successions.count() == 2


def test_a_transfer_moves_the_unit_below_another(office):
    home = make_department(name="Chi cục")
    new = Plan(
        kind=Succession.Kind.TRANSFERRED,
        old=[office],
        new=[NewUnit(name=office.name, parent=home)],
        on=DAY,
    ).carry_out()[0]
    assert (new.parent, holders(new, DAY)) == (home, [("Trưởng phòng", "Lê An")])


def test_terms_and_contacts_that_start_later_go_along_or_away(office):
    later = D(2025, 6, 1)
    position = Position.objects.get(title="Trưởng phòng")
    Appointment.objects.get(position=position).hand_over(
        on=later, to=Person.objects.create(full_name="Người kế tiếp")
    )
    make_contact(department=office, label="Số mới", valid_from=later)
    [new] = plan("renamed", [office], "Phòng mới").carry_out()
    assert holders(new, DAY) == [("Trưởng phòng", "Lê An")]
    assert holders(new, later) == [("Trưởng phòng", "Người kế tiếp")]
    assert holders(office, later) == []
    assert new.contacts.get(label="Số mới").valid_from == later


def test_a_term_that_begins_later_keeps_the_articles_that_name_it(office):
    position = Position.objects.get(title="Trưởng phòng")
    later = Appointment.objects.get(position=position).hand_over(
        on=D(2025, 6, 1), to=Person.objects.create(full_name="Người kế tiếp")
    )
    article = make_article()
    article.people.create(appointment=later)
    [new] = plan("renamed", [office], "Phòng mới").carry_out()
    named = article.people.get().appointment
    assert (named.position.department, named.started_on) == (new, D(2025, 6, 1))


def test_a_merger_is_refused_while_a_leader_starts_only_later(office):
    other = make_department()
    position = Position.objects.get(title="Trưởng phòng")
    Appointment.objects.get(position=position).hand_over(
        on=D(2025, 6, 1), to=Person.objects.create(full_name="Người kế tiếp")
    )
    with pytest.raises(ValidationError) as refusal:
        plan("merged", [office, other], "Phòng mới").carry_out()
    assert "Người kế tiếp" in refusal.value.messages[0]
    assert Department.objects.filter(closed_on=None).count() == 3


def test_a_conference_after_the_day_was_chaired_in_the_new_unit(office):
    chair = Appointment.objects.get(person__full_name="Lê An")
    before, after = (
        make_conference(held_on=day, chair=chair, review_year=2024) for day in (EVE, DAY)
    )
    [new] = plan("renamed", [office], "Phòng mới").carry_out()
    before.refresh_from_db()
    after.refresh_from_db()
    assert (before.chair, after.chair.position.department) == (chair, new)


def test_the_agency_changes_once_at_a_time():
    agency = make_department(name="Sở Một")
    make_site(agency=agency)
    with at_noon(EVE):
        [new] = plan("renamed", [agency], "Sở Hai").carry_out()
        with pytest.raises(ValidationError):
            plan("renamed", [new], "Sở Ba", on=D(2025, 6, 1)).carry_out()
    with at_noon(DAY):
        [third] = plan("renamed", [new], "Sở Ba", on=D(2025, 6, 1)).carry_out()
        assert SiteSettings.load().agency == new
    assert SiteSettings.load(on=D(2025, 6, 1)).agency == third


def test_a_site_whose_agency_goes_along_passes_to_its_heir():
    province = make_department(name="UBND tỉnh")
    agency = make_department(name="Sở", parent=province)
    make_site(agency=agency)
    act = plan("renamed", [province], "UBND mới")
    assert any("trang của “Sở”" in sentence for sentence in act.changes())
    [new] = act.carry_out()
    assert SiteSettings.load().agency == new.children.get()


def test_a_unit_merged_with_a_part_of_itself_stays_below_its_parent():
    top = make_department(name="Sở", order=5)
    unit = make_department(name="Phòng", parent=top, order=3)
    part = make_department(name="Tổ", parent=unit, order=1)
    [new] = plan("merged", [part, unit], "Phòng mới").carry_out()
    assert new.parent == top


WRONG = {
    "a merger of one": ("merged", 1, ["Mới"]),
    "a rename of two": ("renamed", 2, ["Mới"]),
    "a split into one": ("split", 1, ["Mới"]),
    "a rename into two": ("renamed", 1, ["Một", "Hai"]),
    "nothing new": ("renamed", 1, []),
    "nothing old": ("renamed", 0, ["Mới"]),
}


@pytest.mark.parametrize(("kind", "olds", "names"), WRONG.values(), ids=WRONG)
def test_numbers_that_do_not_fit_the_kind_are_refused(kind, olds, names):
    units = [make_department() for _ in range(olds)]
    with pytest.raises(ValidationError) as refusal:
        plan(kind, units, *names).check()
    assert len(refusal.value.messages) == 1


def test_what_is_closed_already_is_refused_and_nothing_changes(office):
    plan("renamed", [office], "Một").carry_out()
    before = Department.objects.count(), Succession.objects.count(), Appointment.objects.count()
    with pytest.raises(ValidationError):
        plan("renamed", [office], "Hai").carry_out()
    after = Department.objects.count(), Succession.objects.count(), Appointment.objects.count()
    assert before == after


def test_a_new_unit_does_not_belong_to_one_that_closes(office):
    act = Plan(
        kind=Succession.Kind.TRANSFERRED,
        old=[office],
        new=[NewUnit(name="Mới", parent=office.children.get())],
        on=DAY,
    )
    with pytest.raises(ValidationError):
        act.check()


def test_the_preview_names_every_change_and_changes_nothing(office):
    make_site(agency=office)
    act = plan("renamed", [office], "Phòng mới")
    sentences = act.changes()
    assert [sentence for sentence in sentences if "Tổ Thông tin" in sentence]
    for words in ("Lê An", "Vũ Đạt", "Trực Tổ Thông tin", "Phòng mới"):
        assert any(words in sentence for sentence in sentences)
    assert len(sentences) == 8
    assert Department.objects.count() == 2


# ── The replay of 2025-03-01 ────────────────────────────────────────────────────────────────────
@pytest.fixture
def province():
    """Two departments with ten people, three levels and twenty articles."""
    science = make_department(
        name="Sở Khoa học và Công nghệ", short_name="Sở KH&CN", kind="department"
    )
    media = make_department(
        name="Sở Thông tin và Truyền thông", short_name="Sở TT&TT", kind="department"
    )
    make_site(agency=science)
    make_contact(department=science, phone="(0205) 3.871.906", address="Số 438")
    make_contact(department=media, phone="(0205) 3.810.000")
    names = iter("An Bình Cường Dung Đức Giang Hạnh Khánh Lan Minh".split())
    for top in (science, media):
        office = make_department(name=f"Văn phòng {top.short_name}", parent=top)
        team = make_department(name=f"Tổ {top.short_name}", parent=office)
        for unit, title, leads in (
            (top, "Giám đốc", True),
            (top, "Phó Giám đốc", True),
            (office, "Chánh Văn phòng", False),
            (office, "Phó Văn phòng", False),
            (team, "Tổ trưởng", False),
        ):
            name = "Nguyễn Thị Hà" if (top, title) == (science, "Giám đốc") else f"Lê {next(names)}"
            position = Position.objects.create(
                department=unit,
                title=title,
                seats=1,
                rank=1 if title == "Giám đốc" else 2,
                is_leadership=leads,
            )
            make_appointment(person=Person.objects.create(full_name=name), position=position)
        for unit in (top, office):
            for number in range(5):
                make_article(title=f"Tin {number} của {unit}", department=unit)
    return science, media


def addresses():
    """Every page that answers for what is there now."""
    units = [unit.get_absolute_url() for unit in Department.objects.all()]
    people = [person.get_absolute_url() for person in Person.objects.all()]
    articles = [
        article.get_absolute_url()
        for unit in Department.objects.all()
        for article in unit.articles.published()
    ]
    lists = ["/", "/tin-tuc/", "/gioi-thieu/", "/co-cau-to-chuc/", "/lanh-dao/", "/lien-he/"]
    return [*units, *people, *articles, *lists]


def test_the_merger_of_2025_kills_no_address_and_keeps_the_past_true(client, province):
    science, media = province
    director = Appointment.objects.get(person__full_name="Nguyễn Thị Hà")
    report = make_article(title="Hội nghị tổng kết", kind="report", department=science)
    make_conference(article=report, held_on=D(2018, 1, 19), chair=director)

    with at_noon(D(2025, 2, 1)):
        before = addresses()
        assert {client.get(address).status_code for address in before} == {200}
        [new] = Plan(
            kind=Succession.Kind.MERGED,
            old=[science, media],
            new=[NewUnit(name="Sở Khoa học và Công nghệ tỉnh Lạng Sơn", short_name="Sở KH&CN")],
            on=DAY,
            legal_basis="Nghị quyết 47/NQ-HĐND",
        ).carry_out()
        leader = new.positions.get(title="Giám đốc")
        Appointment.objects.create(
            person=Person.objects.create(full_name="Trần Minh Mới"),
            position=leader,
            started_on=DAY,
        )
        Contact.objects.create(
            department=new, label="Văn phòng", phone="(0205) 3.999.999", valid_from=DAY
        )

    with at_noon(EVE):
        assert SiteSettings.load().agency == science
        leaders = client.get("/lanh-dao/").content.decode()
        assert "Nguyễn Thị Hà" in leaders
        assert "Trần Minh Mới" not in leaders
        assert "3.871.906" in client.get(science.get_absolute_url()).content.decode()
        assert "hợp nhất" not in client.get(science.get_absolute_url()).content.decode()

    with at_noon(DAY):
        assert SiteSettings.load().agency == new
        assert {client.get(address).status_code for address in before} == {200}
        main = client.get("/lanh-dao/").content.decode().split("Lãnh đạo qua các thời kỳ")
        assert "Trần Minh Mới" in main[0]
        assert "Nguyễn Thị Hà" not in main[0]
        assert "Nguyễn Thị Hà" in main[1]
        for old in (science, media):
            page = client.get(old.get_absolute_url()).content.decode()
            article = page[page.index("<main") : page.index("</main>")]
            assert new.get_absolute_url() in article
            assert "47/NQ-HĐND" in article
            assert "tel:" not in article
        shown = client.get(report.get_absolute_url()).content.decode()
        assert "Nguyễn Thị Hà – Giám đốc, Sở KH&amp;CN" in shown
        assert "3.999.999" in client.get("/").content.decode()
