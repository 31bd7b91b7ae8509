"""Who gets what under every address of the screens for units, people and posts.

An address that TABLE lacks fails the first test, which says what to add.
"""

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from departments.models import Appointment, Contact, Department, Membership, Person, Position
from tests.admin_roles import (
    FORGED_QUERIES,
    ROLES,
    addresses,
    ask,
    client_of,
    forged,
    make_roles,
    standing,
    table,
)
from tests.factories import make_appointment, make_article, make_department, make_site, make_user

pytestmark = pytest.mark.django_db

# The answers to GET/POST. "row" has nothing that keeps it from being deleted.
TABLE = table("""
    address                   subject stranger staff   writer  reviewer admin   superuser
    department_changelist     -       302/302  403/403 200/200 200/200  200/200 200/200
    department_add            -       302/302  403/403 403/403 403/403  200/302 200/302
    department_change         row     302/302  403/403 200/403 200/403  200/302 200/302
    department_history        row     302/302  403/403 200/200 200/200  200/200 200/200
    department_delete         row     302/302  403/403 403/403 403/403  200/302 200/302
    department_move           -       302/302  405/403 405/403 405/403  405/302 405/302
    reorganise                -       302/302  403/403 403/403 403/403  200/200 200/200
    person_changelist         -       302/302  403/403 200/200 200/200  200/200 200/200
    person_add                -       302/302  403/403 403/403 403/403  200/302 200/302
    person_change             row     302/302  403/403 200/403 200/403  200/302 200/302
    person_history            row     302/302  403/403 200/200 200/200  200/200 200/200
    person_delete             row     302/302  403/403 403/403 403/403  200/302 200/302
    position_changelist       -       302/302  403/403 200/200 200/200  200/200 200/200
    position_add              -       302/302  403/403 403/403 403/403  200/302 200/302
    position_change           row     302/302  403/403 200/403 200/403  200/302 200/302
    position_history          row     302/302  403/403 200/200 200/200  200/200 200/200
    position_delete           row     302/302  403/403 403/403 403/403  200/302 200/302
    appointment_changelist    -       302/302  403/403 200/200 200/200  200/200 200/200
    appointment_add           -       302/302  403/403 403/403 403/403  200/302 200/302
    appointment_change        row     302/302  403/403 200/403 200/403  200/302 200/302
    appointment_history       row     302/302  403/403 200/200 200/200  200/200 200/200
    appointment_delete        row     302/302  403/403 403/403 403/403  200/302 200/302
    appointment_hand_over     row     302/302  403/403 403/403 403/403  200/302 200/302
    sitesettings_changelist   -       302/302  403/403 403/403 403/403  302/302 302/302
    sitesettings_add          -       302/302  403/403 403/403 403/403  403/403 403/403
    sitesettings_change       row     302/302  403/403 403/403 403/403  200/302 200/302
    sitesettings_history      row     302/302  403/403 403/403 403/403  200/200 200/200
    sitesettings_delete       row     302/302  403/403 403/403 403/403  403/403 403/403
""")
MAY_CHANGE = {"admin", "superuser"}
SECRET = "Tuyet mat cua don vi khac"


def test_every_address_of_units_and_people_is_in_the_table():
    found = {one.name for one in addresses() if one.name.startswith("departments_")}
    known = {f"departments_{name}" for name, _subject in TABLE}
    assert sorted(found - known) == [], (
        "New addresses: write into TABLE of tests/departments/test_admin_rights.py what GET/POST "
        "answer to each role, and what their POST needs into FIELDS."
    )
    assert sorted(known - found) == []


@pytest.fixture
def users():
    return make_roles()


@pytest.fixture
def rows():
    """One of each, free to be deleted; a member's account and a draft for addresses to tell of."""
    colleague = make_user(username="dong-nghiep", email="bi-mat@example.org")
    unit = make_department(name="Phòng Một")
    Membership.objects.create(user=colleague, department=make_department(name="Phòng Hai"))
    make_article(title=SECRET, status="draft", created_by=colleague)
    term = make_appointment(title="Trưởng phòng")
    return {
        "department": unit,
        "person": Person.objects.create(full_name="Lê An"),
        "position": Position.objects.create(department=term.position.department, title="Phó"),
        "appointment": term,
        "sitesettings": make_site(),
    }


def empty_inlines(*prefixes):
    counts = ("TOTAL_FORMS", "INITIAL_FORMS")
    return {f"{prefix}-{count}": "0" for prefix in prefixes for count in counts}


def fields_of(name, rows):
    """What a POST sends, so that whoever may is not stopped by an empty form, and the forged."""
    model, _, screen = name.partition("_")
    unit, term = rows["department"], rows["appointment"]
    forms = {
        "department": {"name": "Tên khác", "kind": "division", "order": "1"},
        "person": {"full_name": "Tên khác"},
        "position": {"department": unit.pk, "title": "Tên khác", "rank": "1"},
        "appointment": {
            "person": rows["person"].pk,
            "position": term.position_id if screen == "change" else rows["position"].pk,
            "start_precision": "day",
        },
        "sitesettings": {"agency": unit.pk, "superior_body": "Tên khác"},
    }
    fields = forged() | empty_inlines("contacts", "positions", "appointments")
    fields |= forms.get(model, {}) if screen in {"add", "change"} else {}
    return fields | {"post": "yes", "up": unit.pk, "on": "01/01/2030", "name": "Tên khác"}


def address_of(name, rows, subject):
    row = rows[name.partition("_")[0]] if subject == "row" else None
    return reverse(f"admin:departments_{name}", args=[row.pk] if row else [])


def content():
    """Every row of the app, to see that nothing changed."""
    models = apps.get_app_config("departments").get_models()
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_as_the_table_says_and_changes_nothing_else(users, rows, role):
    client = client_of(users[role])
    before, accounts = content(), standing()
    secrets = [SECRET, "dong-nghiep", "bi-mat@example.org", *_hashes(accounts)]
    wrong, leaking, changed, done = {}, {}, [], 0

    def seen():
        return content(), standing()

    for (name, subject), expected in TABLE.items():
        address = address_of(name, rows, subject)
        answered, shown, (after, accounts_after) = ask(
            client, address, fields_of(name, rows), seen=seen
        )
        if answered != expected[role]:
            wrong[name] = f"{answered}, not {expected[role]}"
        if told := [secret for secret in secrets if secret in shown]:
            leaking[name] = told
        done += after != before
        if accounts_after != accounts or (after != before and role not in MAY_CHANGE):
            changed.append(name)
    assert wrong == {}
    assert leaking == {}
    assert changed == []
    assert (done > 12) is (role in MAY_CHANGE)  # the forms are real: whoever may changes something


def _hashes(accounts):
    return [part for one in accounts.values() for part in one["password"].split("$")[1:]]


@pytest.mark.parametrize("role", ROLES)
def test_no_query_of_an_address_tells_of_accounts_or_drafts(users, rows, role):
    client = client_of(users[role])
    secrets = [SECRET, "bi-mat@example.org", *_hashes(standing())]
    lists = ("department", "person", "position", "appointment")
    queries = (*FORGED_QUERIES, "?memberships__user__email__contains=bi-mat", "?articles__title=a")
    for name in lists:
        for query in queries:
            address = reverse(f"admin:departments_{name}_changelist") + query
            response = client.get(address, follow=True)
            assert response.status_code in {200, 400, 403}
            shown = response.content.decode()
            assert not [secret for secret in secrets if secret in shown], (name, query)


@pytest.mark.parametrize(
    "query", ["memberships__user__password__startswith=a", "articles__title__startswith=T"]
)
def test_no_column_of_what_hangs_on_a_unit_is_asked_through_an_address(users, rows, query):
    for role in ("writer", "admin", "superuser"):
        client = client_of(users[role])
        assert client.get(f"/admin/departments/department/?{query}").status_code == 400


LOOK_UPS = [
    ("departments", "department", "parent"),
    ("departments", "appointment", "person"),
    ("departments", "appointment", "position"),
    ("departments", "sitesettings", "agency"),
    ("departments", "membership", "department"),
]


@pytest.mark.parametrize("role", ROLES)
def test_choices_are_for_those_who_may_see_what_they_offer(users, rows, role):
    client = client_of(users[role])
    expected = {"stranger": 302, "staff": 403}.get(role, 200)
    for app_label, model_name, field_name in LOOK_UPS:
        query = {"app_label": app_label, "model_name": model_name, "field_name": field_name}
        assert client.get("/admin/autocomplete/", query).status_code == expected


@pytest.mark.parametrize("role", ["writer", "reviewer"])
def test_who_only_looks_at_a_unit_sees_no_form_and_no_button(users, rows, role):
    client = client_of(users[role])
    for name in ("department", "person", "position", "appointment"):
        shown = client.get(address_of(f"{name}_change", rows, "row")).content.decode()
        assert 'name="_save"' not in shown
        assert "/delete/" not in shown


def test_the_way_to_the_public_page_of_a_person_is_no_secret(users, rows):
    kind = ContentType.objects.get_for_model(Person)
    address = f"/admin/r/{kind.pk}/{rows['person'].pk}/"
    for role, user in users.items():
        response = client_of(user).get(address)
        assert response.status_code == 302
        leads = "/admin/login/" if role == "stranger" else rows["person"].get_absolute_url()
        assert leads in response["Location"]
    for model in (Contact, Appointment, Membership, Department):
        kind = ContentType.objects.get_for_model(model)
        response = client_of(users["staff"]).get(f"/admin/r/{kind.pk}/1/")
        assert response.status_code in {302, 404}
