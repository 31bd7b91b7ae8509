"""Accounts: nobody raises himself, nobody touches a superior, somebody who keeps them stays."""

import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from departments.models import Membership
from portal import account_rights, audit
from portal.models import ADMINISTRATORS, User
from tests.factories import PASSWORD, make_article, make_department, make_user

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "một mật khẩu dài và mới 7341"
PASSWORDS = {
    "password1": NEW_PASSWORD,
    "password2": NEW_PASSWORD,
    "usable_password": "true",
}
NO_UNITS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
NO_SUCH_LETTERS = "Xin chỉ dùng chữ không dấu, chữ số và các dấu @ . + - _"
NAME_TAKEN = "Đã có tài khoản khác dùng tên này, xin nhập tên khác."
ADDRESS_TAKEN = "Đã có tài khoản khác dùng địa chỉ này, xin nhập địa chỉ khác."
LAST = (
    "Đây là tài khoản cuối cùng quản lý các tài khoản. Xin cho một tài khoản khác quyền quản trị "
    "trước."
)


@pytest.fixture
def keeper():
    return make_user(groups=[ADMINISTRATORS])


@pytest.fixture
def superuser():
    return make_user(is_superuser=True)


@pytest.fixture
def kept(monkeypatch):
    """What the audit trail is given, beside who signed in."""
    entries = []

    def record(action, *, target=None, before=None, after=None, **_rest):
        if action != "sign_in":
            entries.append((action, audit.target_of(target).title, before, after))

    monkeypatch.setattr(audit, "record", record)
    return entries


def url(name, user=None):
    names = {"password": "auth_user_password_change"}
    arguments = [user.pk] if user else []
    return reverse(f"admin:{names.get(name, f'portal_user_{name}')}", args=arguments)


def form_of(user, **changes):
    """What the screen of an account sends: all its fields, with no membership."""
    fields = {
        name: getattr(user, name) for name in ("username", "email", "last_name", "first_name")
    }
    ticks = {
        name: "on" for name in ("is_active", "is_staff", "is_superuser") if getattr(user, name)
    }
    groups = {"groups": list(user.groups.values_list("pk", flat=True))}
    sent = fields | ticks | NO_UNITS | groups | changes
    return {name: value for name, value in sent.items() if value is not None}


def rights_of(user):
    fresh = User.objects.get(pk=user.pk)
    groups = sorted(fresh.groups.values_list("name", flat=True))
    flags = (fresh.is_active, fresh.is_staff, fresh.is_superuser)
    return flags, groups, fresh.user_permissions.count(), fresh.password, fresh.email


def raised():
    """Every field by which somebody could try to raise an account."""
    groups = list(Group.objects.values_list("pk", flat=True))
    return {
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
        "groups": groups,
        "user_permissions": list(Permission.objects.values_list("pk", flat=True)[:3]),
        "password": "pbkdf2_sha256$1$a$b",
    }


# ── Only those who keep accounts ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("group", [None, "Phóng viên", "Duyệt đăng"])
def test_a_single_right_of_django_opens_no_account(client, group):
    user = make_user(groups=[group] if group else [])
    rights = Permission.objects.filter(content_type__app_label="portal", codename__endswith="_user")
    user.user_permissions.set(rights)
    other = make_user()
    client.force_login(user)
    before = rights_of(user), rights_of(other)
    for account in (user, other):
        for name in ("change", "delete", "history", "password"):
            assert client.get(url(name, account)).status_code == 403
            assert client.post(url(name, account), raised() | {"post": "yes"}).status_code == 403
    for name in ("changelist", "add"):
        assert client.get(url(name)).status_code == 403
        assert client.post(url(name), form_of(other, username="moi")).status_code == 403
    assert (rights_of(user), rights_of(other)) == before
    assert other.email not in client.get("/admin/").content.decode()


def test_the_group_that_keeps_accounts_is_the_one_that_the_newsroom_makes():
    group = Group.objects.get(name=ADMINISTRATORS)
    assert group.permissions.filter(codename="change_user").exists()


# ── Nobody raises himself ───────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("who", ["keeper", "superuser"])
def test_nobody_changes_the_rights_of_his_own_account(client, request, who):
    user = request.getfixturevalue(who)
    client.force_login(user)
    before = rights_of(user)
    form = form_of(user, **raised())
    assert client.post(url("change", user), form).status_code == 302
    assert rights_of(user) == before
    less = form_of(user, is_active=None, is_staff=None, is_superuser=None, groups=[])
    assert client.post(url("change", user), less).status_code == 302
    assert rights_of(user) == before


def test_nobody_names_himself_the_member_of_a_unit(client, keeper):
    unit = make_department()
    client.force_login(keeper)
    sent = form_of(keeper) | {"memberships-TOTAL_FORMS": "1", "memberships-0-department": unit.pk}
    client.post(url("change", keeper), sent)
    assert not Membership.objects.exists()
    heading = "Đơn vị làm việc"
    assert heading not in client.get(url("change", keeper)).content.decode()
    Membership.objects.create(user=keeper, department=unit)
    assert unit.name in client.get(url("change", keeper)).content.decode()
    removed = sent | {"memberships-INITIAL_FORMS": "1", "memberships-0-DELETE": "on"}
    client.post(url("change", keeper), removed | {"memberships-0-id": keeper.memberships.get().pk})
    assert Membership.objects.count() == 1


def test_an_administrator_makes_no_superuser(client, keeper):
    other = make_user()
    client.force_login(keeper)
    assert client.post(url("change", other), form_of(other, **raised())).status_code == 302
    flags, groups, permissions, *_ = rights_of(other)
    assert flags == (True, True, False)
    assert groups == sorted(Group.objects.values_list("name", flat=True))
    assert permissions == 0
    added = form_of(other, username="moi", email="moi@example.org") | raised() | PASSWORDS
    assert client.post(url("add"), added).status_code == 302
    assert not User.objects.get(username="moi").is_superuser
    assert User.objects.get(username="moi").user_permissions.count() == 0


def test_a_superuser_makes_another_one(client, superuser):
    other = make_user()
    client.force_login(superuser)
    client.post(url("change", other), form_of(other, is_superuser="on"))
    assert User.objects.get(pk=other.pk).is_superuser


def test_ones_own_password_is_changed_where_the_old_one_is_asked_for(client, keeper):
    client.force_login(keeper)
    for answer in (
        client.get(url("password", keeper)),
        client.post(url("password", keeper), PASSWORDS),
    ):
        assert answer["Location"] == reverse("admin:password_change")
    assert User.objects.get(pk=keeper.pk).check_password(PASSWORD)


# ── Nobody touches a superior ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("is_active", [True, False])
def test_an_administrator_cannot_touch_a_superuser(client, keeper, is_active):
    chief = make_user(is_superuser=True, is_active=is_active)
    keeper.user_permissions.add(Permission.objects.get(codename="delete_user"))
    client.force_login(keeper)
    before = rights_of(chief)
    sent = form_of(chief, email="cua-toi@example.org", is_active="on") | raised()
    assert client.post(url("change", chief), sent).status_code == 403
    assert client.post(f"{url('change', chief)}?_popup=1", sent | {"_popup": 1}).status_code == 403
    for sent in (PASSWORDS, {"usable_password": "false", "unset-password": "1"}):
        assert client.post(url("password", chief), sent).status_code == 403
    assert client.get(url("password", chief)).status_code == 403
    assert client.post(url("delete", chief), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [chief.pk], "post": "yes"}
    assert client.post(url("changelist"), chosen).status_code == 403
    assert rights_of(chief) == before
    shown = client.get(url("change", chief)).content.decode()
    assert chief.password[-8:] not in shown
    assert chief.password.split("$")[1][:6] not in shown


def test_an_administrator_looks_after_the_rest_and_his_peers(client, keeper):
    client.force_login(keeper)
    for other in (make_user(groups=["Phóng viên"]), make_user(groups=[ADMINISTRATORS])):
        assert client.post(url("change", other), form_of(other, is_active=None)).status_code == 302
        assert not User.objects.get(pk=other.pk).is_active


# ── Somebody stays ──────────────────────────────────────────────────────────────────────────────
def changed(actor, target, **changes):
    """The errors of the form, as the screen judges it for `actor`, whoever he was when he came."""
    request = RequestFactory().get("/")
    request.user = actor
    target = User.objects.get(pk=target.pk)
    form = admin.site.get_model_admin(User).get_form(request, target, change=True)
    with transaction.atomic():
        return form(form_of(target, **changes), instance=target).errors


@pytest.mark.parametrize("change", [{"is_active": None}, {"is_staff": None}, {"groups": []}])
def test_the_last_administrator_stays_when_two_disable_each_other_at_once(keeper, change):
    other = make_user(groups=[ADMINISTRATORS])
    assert changed(keeper, other, **change) == {}
    User.objects.filter(pk=keeper.pk).update(is_active=False)  # the other was faster
    assert changed(keeper, other, **change) == {"__all__": [LAST]}
    assert changed(keeper, other, last_name="Hoàng") == {}


@pytest.mark.parametrize("flag", account_rights.FLAGS)
def test_the_last_superuser_stays_too(keeper, superuser, flag):
    change = {flag: None}
    other = make_user(is_superuser=True)
    assert changed(superuser, other, **change) == {}
    User.objects.filter(pk=superuser.pk).update(is_superuser=False)
    superuser.is_superuser = True  # as his request still has it
    assert changed(superuser, other, **change) == {
        "__all__": [
            "Đây là tài khoản toàn quyền cuối cùng. Xin cho một tài khoản khác toàn quyền trước."
        ]
    }


def test_nobody_deletes_himself(client, superuser, kept):
    """Though no entry of the trail names him here, which would keep him as well."""
    client.force_login(superuser)
    assert client.post(url("delete", superuser), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [superuser.pk], "post": "yes"}
    client.post(url("changelist"), chosen)
    assert User.objects.filter(pk=superuser.pk).exists()


# ── What names an account keeps it ──────────────────────────────────────────────────────────────
def test_an_account_that_texts_name_is_disabled_not_deleted(client, superuser):
    author = make_user(groups=["Phóng viên"])
    make_article(created_by=author)
    client.force_login(superuser)
    shown = client.get(url("delete", author)).content.decode()
    assert f"{author} – tin, thông báo: 1" in shown
    assert "Xin bỏ dấu chọn “Kích hoạt”" in shown
    client.post(url("delete", author), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [author.pk], "post": "yes"}
    client.post(url("changelist"), chosen)
    assert User.objects.filter(pk=author.pk).exists()


def test_an_account_that_has_signed_in_is_disabled_not_deleted(client, superuser):
    """The trail names it; its many entries are counted, not listed."""
    visitor = make_user(username="khach")
    Client().force_login(visitor)
    Client().force_login(visitor)
    client.force_login(superuser)
    chosen = {"action": "delete_selected", "_selected_action": [visitor.pk], "post": "yes"}
    for shown in (
        client.get(url("delete", visitor)),
        client.post(url("delete", visitor), {"post": "yes"}),
        client.post(url("changelist"), chosen),
    ):
        page = shown.content.decode()
        assert "khach – nhật ký: 2" in page
        assert "Tài khoản đã đăng nhập hoặc đã làm việc trên trang được giữ lại" in page
    assert User.objects.filter(pk=visitor.pk).exists()


def test_with_one_that_is_kept_none_of_those_chosen_is_deleted(client, superuser):
    worker, mistake = make_user(), make_user()
    Client().force_login(worker)
    client.force_login(superuser)
    chosen = {"action": "delete_selected", "_selected_action": [worker.pk, mistake.pk]}
    assert client.post(url("changelist"), chosen | {"post": "yes"}).status_code == 200
    assert User.objects.filter(pk__in=[worker.pk, mistake.pk]).count() == 2


def test_an_account_that_did_something_in_the_admin_keeps_its_history(client, superuser):
    worker = make_user()
    LogEntry.objects.create(user=worker, action_flag=1, object_repr="x")
    client.force_login(superuser)
    client.post(url("delete", worker), {"post": "yes"})
    assert User.objects.filter(pk=worker.pk).exists()


@pytest.mark.parametrize("way", ["page", "list"])
def test_an_account_that_did_nothing_is_deleted_and_the_trail_keeps_its_name(
    client, superuser, kept, way
):
    mistake = make_user(username="nham", groups=["Phóng viên"])
    client.force_login(superuser)
    if way == "page":
        answer = client.post(url("delete", mistake), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [mistake.pk], "post": "yes"}
        answer = client.post(url("changelist"), chosen)
    assert answer.status_code == 302
    assert not User.objects.filter(pk=mistake.pk).exists()
    ((action, target, before, after),) = kept
    assert (action, target, after) == ("account_deleted", "nham", None)
    assert (before["username"], before["groups"]) == ("nham", ["Phóng viên"])


# ── The audit trail, and sessions ───────────────────────────────────────────────────────────────
def test_the_trail_keeps_what_changed_of_an_account_and_no_password(client, keeper, kept):
    other = make_user(username="lan", groups=["Phóng viên"])
    unit = make_department(name="Phòng Kế hoạch")
    client.force_login(keeper)
    editors = Group.objects.get(name="Duyệt đăng")
    sent = form_of(other, email="Moi@Example.org", is_active=None, groups=[editors.pk])
    sent |= {"memberships-TOTAL_FORMS": "1", "memberships-0-department": unit.pk}
    assert client.post(url("change", other), sent).status_code == 302
    assert kept == [
        (
            "account_changed",
            "lan",
            {"email": other.email, "is_active": True, "groups": ["Phóng viên"], "units": []},
            {
                "email": "moi@example.org",
                "is_active": False,
                "groups": ["Duyệt đăng"],
                "units": ["Phòng Kế hoạch"],
            },
        )
    ]
    kept.clear()
    client.post(url("change", other), sent | {"memberships-TOTAL_FORMS": "0"})
    assert kept == []  # nothing differs


def test_a_new_account_stands_in_the_trail(client, keeper, kept):
    client.force_login(keeper)
    added = {"username": "moi", "email": "moi@example.org", "is_staff": "on"} | NO_UNITS | PASSWORDS
    client.post(url("add"), added)
    ((action, target, before, after),) = kept
    assert (action, target, before) == ("account_added", "moi", {})
    assert (after["email"], after["is_superuser"]) == ("moi@example.org", False)
    assert NEW_PASSWORD not in str(after)
    assert "password" not in after


def test_a_password_that_is_taken_away_stands_in_the_trail(client, keeper, kept):
    other = make_user(username="lan")
    client.force_login(keeper)
    sent = {"usable_password": "false", "unset-password": "1"}
    assert client.post(url("password", other), sent).status_code == 302
    assert not User.objects.get(pk=other.pk).has_usable_password()
    assert kept == [("password_changed", "lan", None, {"signs_in": False})]


@pytest.mark.parametrize(
    ("password", "sentence", "button"),
    [
        ("md5$sáu$0123456789", "Đã đặt mật khẩu.", "Đặt lại mật khẩu"),
        ("!xyz", "Chưa đặt mật khẩu.", "Đặt mật khẩu"),
        ("", "Chưa đặt mật khẩu.", "Đặt mật khẩu"),
    ],
)
def test_the_screen_says_whether_there_is_a_password_and_nothing_of_it(
    client, keeper, password, sentence, button
):
    other = make_user()
    User.objects.filter(pk=other.pk).update(password=password)
    client.force_login(keeper)
    shown = client.get(url("change", other)).content.decode()
    line = re.search(r'<div[^>]*id="id_password">(.*?)</div>', shown, re.DOTALL)[1]
    assert re.sub(r"<[^>]*>|\s+", " ", line).split() == f"{sentence} {button}".split()
    assert 'href="../password/"' in line
    assert "md5" not in shown


def test_the_screens_of_an_account_lead_to_its_history(client, keeper):
    client.force_login(keeper)
    shown = client.get(url("change", keeper)).content.decode()
    assert re.search(r'class="historylink">(.*?)</a>', shown)[1] == "Lịch sử"


def test_a_new_password_ends_the_sessions_of_that_account_alone(client, keeper, kept):
    other = make_user(username="lan")
    theirs, own = Client(), client
    theirs.force_login(other)
    own.force_login(keeper)
    assert own.post(url("password", other), PASSWORDS).status_code == 302
    assert kept == [("password_changed", "lan", None, None)]
    assert theirs.get("/admin/").status_code == 302
    assert own.get("/admin/").status_code == 200
    assert User.objects.get(pk=other.pk).check_password(NEW_PASSWORD)
    kept.clear()
    own.post(url("password", other), PASSWORDS | {"password2": "khác"})
    assert kept == []
    own.post(url("password", other), {"usable_password": "false", "unset-password": "1"})
    assert kept == [("password_changed", "lan", None, {"signs_in": False})]
    assert not User.objects.get(pk=other.pk).has_usable_password()


def test_a_disabled_account_is_signed_out(client, keeper):
    other = make_user()
    theirs = Client()
    theirs.force_login(other)
    client.force_login(keeper)
    client.post(url("change", other), form_of(other, is_active=None))
    assert theirs.get("/admin/").status_code == 302


# ── Names and addresses ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("username", "email", "field", "said"),
    [
        ("lan", "moi@example.org", "username", NAME_TAKEN),
        ("LAN", "moi@example.org", "username", NAME_TAKEN),
        ("ｌａｎ", "moi@example.org", "username", NAME_TAKEN),
        ("l\u0430n", "moi@example.org", "username", NO_SUCH_LETTERS),  # a Cyrillic letter
        ("moi", "lan@example.org", "email", ADDRESS_TAKEN),
        ("moi", "LAN@Example.ORG", "email", ADDRESS_TAKEN),
    ],
)
@pytest.mark.parametrize("screen", ["add", "change"])
def test_two_spellings_make_one_account(client, keeper, screen, username, email, field, said):
    make_user(username="lan", email="lan@example.org")
    other = make_user(username="hoa")
    client.force_login(keeper)
    sent = form_of(other, username=username, email=email) | PASSWORDS
    answer = client.post(url(screen, other if screen == "change" else None), sent)
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert {name: list(words) for name, words in errors.items()} == {field: [said]}
    assert User.objects.count() == 3


def test_an_address_is_kept_in_small_letters_by_every_way():
    made = make_user(email="Lan.Hoang@Example.org")
    assert User.objects.get(email="LAN.HOANG@example.ORG") == made
    User.objects.filter(pk=made.pk).update(email="Lan@EXAMPLE.org")
    made.refresh_from_db()
    assert made.email == "lan@example.org"
    made.email = "HOA@example.org"
    made.save()
    assert made.email == "hoa@example.org"


@pytest.mark.parametrize(("column", "value"), [("username", "LAN"), ("email", "LAN@EXAMPLE.ORG")])
def test_the_database_knows_both_spellings_for_one(column, value):
    make_user(username="lan", email="lan@example.org")
    other = make_user()
    update = f"UPDATE portal_user SET {column} = %s WHERE id = %s"  # noqa: S608
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(update, [value, other.pk])
