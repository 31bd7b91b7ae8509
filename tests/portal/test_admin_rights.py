"""Who gets what under every address of the admin that belongs to no app above, accounts first.

An address that TABLE lacks fails the first test, which says what to add.
"""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils.http import urlsafe_base64_encode

from departments.models import Membership
from portal import audit
from portal.accounts import urls as sign_in
from portal.hosts import BlockedHost, TrustedHost
from portal.models import AuditEntry, Synonym, User
from portal.sweep_records import SweepFinding
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
from tests.factories import make_department, make_user

pytestmark = pytest.mark.django_db

# The answers to GET/POST. Of accounts: "self" is that of who asks (a stranger: the writer's), "lan"
# a writer's, "peer" one of those who keep accounts, "chief" a superuser's, "off" a disabled one's;
# "passkey" is chief's. Who has no second factor has no codes to see and none to remove.
TABLE = table("""
    address                        subject stranger staff    writer   reviewer admin    superuser
    index                          -       302/302  200/200  200/200  200/200  200/200  200/200
    account_login                  -       200/200  302/302  302/302  302/302  302/302  302/302
    login                          -       200/200  302/302  302/302  302/302  302/302  302/302
    mfa_login_webauthn             -       302/302  302/302  302/302  302/302  302/302  302/302
    mfa_authenticate               -       302/302  302/302  302/302  302/302  302/302  302/302
    start_again                    -       405/302  405/302  405/302  405/302  405/302  405/302
    system_state                   -       302/302  403/405  403/405  403/405  200/405  200/405
    confirm_mailbox                -       302/302  200/200  200/200  200/200  200/200  200/200
    mfa_index                      -       302/302  200/405  200/405  200/405  200/405  200/405
    mfa_activate_totp              -       302/302  302/302  302/302  302/302  302/302  302/302
    mfa_deactivate_totp            -       302/302  404/404  404/404  404/404  404/404  404/404
    mfa_add_webauthn               -       302/302  302/302  302/302  302/302  302/302  302/302
    mfa_remove_webauthn            passkey 302/302  404/404  404/404  404/404  404/404  404/404
    mfa_view_recovery_codes        -       302/302  404/405  404/405  404/405  404/405  404/405
    mfa_generate_recovery_codes    -       302/302  200/200  200/200  200/200  200/200  200/200
    account_reauthenticate         -       302/302  200/200  200/200  200/200  200/200  200/200
    admin_password_reset           -       200/200  200/200  200/200  200/200  200/200  200/200
    password_reset_done            -       200/405  200/405  200/405  200/405  200/405  200/405
    password_reset_confirm         lan     200/200  200/200  200/200  200/200  200/200  200/200
    password_reset_complete        -       200/405  200/405  200/405  200/405  200/405  200/405
    logout                         -       302/302  405/200  405/200  405/200  405/200  405/200
    password_change                -       302/302  200/200  200/200  200/200  200/200  200/200
    password_change_done           -       302/302  200/405  200/405  200/405  200/405  200/405
    autocomplete                   -       302/302  403/405  403/405  403/405  403/405  403/405
    jsi18n                         -       302/302  200/405  200/405  200/405  200/405  200/405
    view_on_site                   lan     302/302  404/404  404/404  404/404  404/404  404/404
    app_list                       portal  302/302  404/404  404/404  200/200  200/200  200/200
    app_list                       news    302/302  404/404  200/200  200/200  200/200  200/200
    -                              nowhere 302/302  404/404  404/404  404/404  404/404  404/404
    portal_user_changelist         -       302/302  403/403  403/403  403/403  200/200  200/200
    portal_user_add                -       302/302  403/403  403/403  403/403  200/302  200/302
    portal_user_change             self    302/302  403/403  403/403  403/403  200/302  200/302
    portal_user_change             lan     302/302  403/403  403/403  403/403  200/302  200/302
    portal_user_change             peer    302/302  403/403  403/403  403/403  200/302  200/302
    portal_user_change             chief   302/302  403/403  403/403  403/403  200/403  200/302
    portal_user_change             off     302/302  403/403  403/403  403/403  200/302  200/302
    portal_user_history            self    302/302  403/403  403/403  403/403  200/200  200/200
    portal_user_history            lan     302/302  403/403  403/403  403/403  200/200  200/200
    portal_user_history            peer    302/302  403/403  403/403  403/403  200/200  200/200
    portal_user_history            chief   302/302  403/403  403/403  403/403  200/200  200/200
    portal_user_history            off     302/302  403/403  403/403  403/403  200/200  200/200
    portal_user_delete             self    302/302  403/403  403/403  403/403  403/403  403/403
    portal_user_delete             lan     302/302  403/403  403/403  403/403  403/403  200/302
    portal_user_delete             peer    302/302  403/403  403/403  403/403  403/403  200/302
    portal_user_delete             chief   302/302  403/403  403/403  403/403  403/403  200/302
    portal_user_delete             off     302/302  403/403  403/403  403/403  403/403  200/302
    auth_user_password_change      self    302/302  403/403  403/403  403/403  302/302  302/302
    auth_user_password_change      lan     302/302  403/403  403/403  403/403  200/302  200/302
    auth_user_password_change      peer    302/302  403/403  403/403  403/403  200/302  200/302
    auth_user_password_change      chief   302/302  403/403  403/403  403/403  403/403  200/302
    auth_user_password_change      off     302/302  403/403  403/403  403/403  200/302  200/302
    portal_synonym_changelist      -       302/302  403/403  403/403  200/200  200/200  200/200
    portal_synonym_add             -       302/302  403/403  403/403  200/302  200/302  200/302
    portal_synonym_change          synonym 302/302  403/403  403/403  200/302  200/302  200/302
    portal_synonym_history         synonym 302/302  403/403  403/403  200/200  200/200  200/200
    portal_synonym_delete          synonym 302/302  403/403  403/403  200/302  200/302  200/302
    reset_second_factor            self    302/302  403/403  403/403  403/403  403/403  403/403
    reset_second_factor            lan     302/302  403/403  403/403  403/403  200/302  200/302
    reset_second_factor            peer    302/302  403/403  403/403  403/403  200/302  200/302
    reset_second_factor            chief   302/302  403/403  403/403  403/403  403/403  200/302
    reset_second_factor            off     302/302  403/403  403/403  403/403  200/302  200/302
    portal_auditentry_changelist   -       302/302  403/405  403/405  403/405  200/405  200/405
    portal_auditentry_change       entry   302/302  403/405  403/405  403/405  200/405  200/405
    portal_auditentry_export       -       302/302  403/405  403/405  403/405  200/405  200/405
    portal_auditentry_history      entry   302/302  403/403  403/403  403/403  200/200  200/200
    portal_auditentry_add          -       302/302  403/403  403/403  403/403  403/403  403/403
    portal_auditentry_delete       entry   302/302  403/403  403/403  403/403  403/403  403/403
    portal_trustedhost_changelist  -       302/302  403/403  403/403  403/403  200/200  200/200
    portal_trustedhost_add         -       302/302  403/403  403/403  403/403  200/302  200/302
    portal_trustedhost_change      known   302/302  403/403  403/403  403/403  200/302  200/302
    portal_trustedhost_history     known   302/302  403/403  403/403  403/403  200/200  200/200
    portal_trustedhost_delete      known   302/302  403/403  403/403  403/403  200/302  200/302
    portal_blockedhost_changelist  -       302/302  403/403  403/403  403/403  200/200  200/200
    portal_blockedhost_add         -       302/302  403/403  403/403  403/403  200/302  200/302
    portal_blockedhost_change      bad     302/302  403/403  403/403  403/403  200/302  200/302
    portal_blockedhost_history     bad     302/302  403/403  403/403  403/403  200/200  200/200
    portal_blockedhost_delete      bad     302/302  403/403  403/403  403/403  200/302  200/302
    portal_sweepfinding_changelist -       302/302  403/403  403/403  403/403  200/200  200/200
    portal_sweepfinding_change     finding 302/302  403/403  403/403  403/403  200/302  200/302
    portal_sweepfinding_history    finding 302/302  403/403  403/403  403/403  200/200  200/200
    portal_sweepfinding_add        -       302/302  403/403  403/403  403/403  403/403  403/403
    portal_sweepfinding_delete     finding 302/302  403/403  403/403  403/403  403/403  403/403
""")
BESIDE_THE_ADMIN = {pattern.name for pattern in sign_in.urlpatterns} | {"system_state"}
KEEP_ACCOUNTS = {"admin", "superuser"}
NEW_PASSWORD = "một mật khẩu dài và mới 7341"
FIELDS = {
    "portal_synonym_add": {"terms": "tk ba\ntk bốn"},
    "portal_synonym_change": {"terms": "tk năm\ntk sáu"},
    "portal_synonym_delete": {"post": "yes"},
    "portal_trustedhost_add": {"host": "tuoitre.vn", "reason": "Báo"},
    "portal_trustedhost_change": {"host": "tuoitre.vn", "reason": "Báo"},
    "portal_trustedhost_delete": {"post": "yes"},
    "portal_blockedhost_add": {"host": "w88.club", "reason": "Cờ bạc"},
    "portal_blockedhost_change": {"host": "w88.club", "reason": "Cờ bạc"},
    "portal_blockedhost_delete": {"post": "yes"},
    "portal_sweepfinding_change": {"_accept": "1", "reason": "Đã xem"},
    "portal_user_delete": {"post": "yes"},
    "auth_user_password_change": {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
}


def test_every_address_of_the_admin_is_in_a_table():
    ours = [one for one in addresses() if not one.name.startswith(("news_", "departments_"))]
    unnamed = {one.route for one in ours if not one.name}
    # The old address of each row, which leads to its form, and what nothing answers to.
    assert {route for route in unnamed if not route.endswith("/<path:object_id>/")} == {
        "admin/(?P<url>.*)$"
    }
    known = {name for name, _subject in TABLE} - {"-"}
    missing = sorted({one.name for one in ours if one.name} - known)
    assert missing == [], (
        f"{missing} are new: write into TABLE of tests/portal/test_admin_rights.py what GET/POST "
        "answer to each role; addresses of an app above begin with its name and stand in its table."
    )
    assert sorted(known - {one.name for one in ours}) == []


@pytest.fixture
def users():
    return make_roles()


@pytest.fixture
def subjects(users):
    found = {
        "lan": make_user(username="hoang-lan", email="lan@example.org", groups=["Phóng viên"]),
        "peer": make_user(username="dong-cap", email="peer@example.org", groups=["Quản trị"]),
        "chief": make_user(username="cap-tren", email="chief@example.org", is_superuser=True),
        "off": make_user(username="nghi", email="off@example.org", is_active=False),
        "synonym": Synonym.objects.create(terms="một\nhai"),
        "known": TrustedHost.objects.create(host="vnexpress.net", reason="Báo"),
        "bad": BlockedHost.objects.create(host="kubet77.club", reason="Cờ bạc"),
        "finding": SweepFinding.objects.create(
            key="a" * 64, area="file", kind="program", path="anh/la.php"
        ),
    }
    Membership.objects.create(user=found["lan"], department=make_department())
    found["passkey"] = Authenticator.objects.create(
        user=found["chief"], type=Authenticator.Type.WEBAUTHN, data={"name": "Khoá"}
    )
    audit.record("account_changed", target=found["chief"], after={"email": found["chief"].email})
    found["entry"] = AuditEntry.objects.first()
    return found


def address_of(name, subject, row):
    if subject == "nowhere":
        return "/admin/khong-co/"
    if name == "app_list":
        return reverse("admin:app_list", args=[subject])
    if name == "view_on_site":
        return f"/admin/r/{ContentType.objects.get_for_model(User).pk}/{row.pk}/"
    if name == "password_reset_confirm":
        return reverse(name, args=[urlsafe_base64_encode(str(row.pk).encode()), "abc-123"])
    name = name if name in BESIDE_THE_ADMIN else f"admin:{name}"
    return reverse(name, args=[row.pk] if row else [])


def fields_of(name, row):
    """The whole form of an account with all that could be forged, or what else the screen takes."""
    fields = forged() | FIELDS.get(name, {})
    if name == "portal_user_add":
        fields |= {"username": "moi", "email": "moi@example.org"} | FIELDS[PASSWORD_SCREEN]
    elif isinstance(row, User) and name == "portal_user_change":
        fields |= {"username": row.username, "email": row.email}
    inline = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    return fields | inline | {"usable_password": "true"}


PASSWORD_SCREEN = "auth_user_password_change"


def hashes():
    """What a page must not hold of any account: the salt and the hash of its password."""
    return [part for user in User.objects.all() for part in user.password.split("$")[1:]]


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_as_the_table_says_and_raises_nobody(users, subjects, role):
    user, client = users[role], client_of(users[role])
    own = user or users["writer"]
    before, secrets = standing(), hashes()
    if role not in KEEP_ACCOUNTS:
        secrets += [one.email for one in subjects.values() if isinstance(one, User)]
    superusers = {pk for pk, one in before.items() if one["is_superuser"]}
    wrong, raised, leaking = {}, {}, {}
    for (name, subject), expected in TABLE.items():
        row = own if subject == "self" else subjects.get(subject)
        address = address_of(name, subject, row)
        answered, shown, after = ask(client, address, fields_of(name, row), seen=standing)
        if answered != expected[role]:
            wrong[name, subject] = f"{answered}, not {expected[role]}"
        if told := [secret for secret in secrets if secret in shown]:
            leaking[name, subject] = told
        raised[name, subject] = _raised(role, own, before, after, superusers)
    assert wrong == {}
    assert leaking == {}
    assert {where: what for where, what in raised.items() if what} == {}


def _raised(role, own, before, after, superusers) -> list[str]:
    """What a POST has changed that this role may not change."""
    faults = []
    if after.get(own.pk) != before[own.pk]:
        faults.append("his own account")
    if (
        role != "superuser"
        and {pk for pk, one in after.items() if one["is_superuser"]} != superusers
    ):
        faults.append("who is a superuser")
    if role != "superuser" and any(after.get(pk) != before[pk] for pk in superusers):
        faults.append("a superuser's account")
    if role not in KEEP_ACCOUNTS and after != before:
        faults.append("accounts")
    if any(one["user_permissions"] for one in after.values()):
        faults.append("a single right")
    return faults


@pytest.mark.parametrize("role", ROLES)
def test_no_query_of_an_address_tells_of_accounts(users, subjects, role):
    client = client_of(users[role])
    secrets = hashes()
    if role not in KEEP_ACCOUNTS:
        secrets += [one.email for one in subjects.values() if isinstance(one, User)]
    lists = ("portal_user_changelist", "portal_synonym_changelist", "index")
    leaking, statuses = {}, set()
    for name in lists:
        for query in FORGED_QUERIES:
            response = client.get(reverse(f"admin:{name}") + query, follow=True)
            statuses.add(response.status_code)
            shown = response.content.decode()
            if told := [secret for secret in secrets if secret in shown]:
                leaking[name, query] = told
    assert leaking == {}
    assert statuses <= {200, 400, 403}


@pytest.mark.parametrize("role", ["writer", "admin"])
def test_a_form_in_a_window_of_its_own_gives_back_no_column(users, subjects, role):
    """`_to_field` names the column that Django's pop-up hands to the form behind it."""
    client = client_of(users[role])
    lan, before = subjects["lan"], standing()
    form = {"username": lan.username, "email": lan.email, "_popup": "1", "_to_field": "password"}
    for name, row in (("change", [lan.pk]), ("add", [])):
        address = reverse(f"admin:portal_user_{name}", args=row)
        for query in ("", "?_popup=1&_to_field=password"):
            response = client.post(address + query, forged() | form)
            assert response.status_code in {400, 403}
            assert not [part for part in hashes() if part in response.content.decode()]
    assert standing() == before


@pytest.mark.parametrize("query", ["password__startswith=md5", "groups__permissions__codename=x"])
def test_no_column_of_accounts_is_asked_through_an_address(users, query):
    client = client_of(users["superuser"])
    assert client.get(f"/admin/portal/user/?{query}").status_code == 400
    assert client.get("/admin/portal/user/?is_active__exact=1").status_code == 200


LOOK_UPS = [
    ("portal", "user", "password"),
    ("portal", "user", "groups"),
    ("admin", "logentry", "user"),
    ("news", "article", "created_by"),
    ("news", "transition", "by"),
    ("news", "autosave", "user"),
    ("departments", "membership", "user"),
    ("departments", "membership", "department"),
    ("reversion", "revision", "user"),
]


@pytest.mark.parametrize("role", ROLES)
def test_no_choice_tells_of_accounts_to_those_who_do_not_keep_them(users, subjects, role):
    client = client_of(users[role])
    for app_label, model_name, field_name in LOOK_UPS:
        query = {"app_label": app_label, "model_name": model_name, "field_name": field_name}
        response = client.get("/admin/autocomplete/", query | {"term": ""})
        shown = response.content.decode()
        if field_name == "department" and role not in {"stranger", "staff"}:
            assert response.status_code == 200
            continue
        assert not [secret for secret in hashes() if secret in shown]
        if role not in KEEP_ACCOUNTS:
            assert response.status_code in {302, 403}, field_name
            assert "hoang-lan" not in shown


@pytest.mark.parametrize("role", [role for role in ROLES if role != "stranger"])
def test_the_old_address_of_a_row_leads_to_its_form_alone(users, subjects, role):
    response = client_of(users[role]).get(f"/admin/portal/user/{subjects['chief'].pk}/")
    assert response.status_code == 302
    assert response["Location"] == reverse("admin:portal_user_change", args=[subjects["chief"].pk])
