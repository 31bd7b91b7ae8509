"""The audit trail: what is recorded, that it cannot be changed unseen, who reads it."""

import csv
import datetime
import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.module_loading import import_string

from departments.models import Succession
from departments.reorganisation import NewUnit, Plan
from news import copies, duplicate, previews, trash
from news.models import Article, Category, Photo, Transition
from portal import audit, audit_chain, audit_sql
from portal.audit_forms import Audited
from portal.audit_screen import AuditEntryAdmin
from portal.logs import OneLineFormatter
from portal.middleware import AuditedRequests
from portal.models import AuditEntry, AuditHead, User
from portal.publishing import Refused
from portal.sweep_records import SweepFinding
from tests.factories import (
    PASSWORD,
    image_upload,
    make_appointment,
    make_article,
    make_attachment,
    make_category,
    make_conference,
    make_department,
    make_photo,
    make_user,
)

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def administrator(client):
    user = make_user(groups=["Quản trị"], username="quantri", last_name="Lê", first_name="An")
    client.force_login(user)
    return user


@pytest.fixture
def editor():
    return make_user(groups=["Duyệt đăng"])


def last(action=None) -> AuditEntry:
    entries = AuditEntry.objects.filter(action=action) if action else AuditEntry.objects.all()
    return entries.first()


def steps() -> list[str]:
    """What was done, beside the sign-in that nearly every test begins with."""
    entries = AuditEntry.objects.exclude(action="sign_in").order_by("sequence")
    return list(entries.values_list("action", flat=True))


def said(entry) -> tuple[dict, dict]:
    return json.loads(entry.before or "{}"), json.loads(entry.after or "{}")


def verified(**options) -> list[str]:
    """What `verify_audit` finds, a sentence each; [] when all matches."""
    errors = io.StringIO()
    try:
        call_command("verify_audit", stdout=io.StringIO(), stderr=errors, **options)
    except CommandError:
        return errors.getvalue().splitlines()
    return []


def record_some(count=5):
    for number in range(1, count + 1):
        audit.record("change", actor="test", target=f"Dòng {number}", after={"n": number})


def drop_triggers():
    """As somebody does who may do anything to the database."""
    audit_sql.unprotect("default")


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# ── An entry ────────────────────────────────────────────────────────────────────────────────────
def test_an_entry_says_who_when_from_where_with_which_rights_and_what_changed(administrator):
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    request.user, request.request_id = administrator, "abc-1"
    unit = make_department(name="Phòng Kế hoạch")
    start = datetime.datetime.now(datetime.UTC)
    audit.record("change", request=request, target=unit, before={"order": 1}, after={"order": 2})
    entry = last()
    assert start <= entry.at <= datetime.datetime.now(datetime.UTC)
    assert (entry.actor, entry.actor_name) == (administrator, "Lê An (quantri)")
    assert (entry.roles, entry.address, entry.request_id) == ("Quản trị", "10.1.2.3", "abc-1")
    assert (entry.target_type, entry.target_id) == ("departments.department", str(unit.pk))
    assert entry.target_title == "Phòng Kế hoạch"
    assert (entry.before, entry.after) == ('{"order":1}', '{"order":2}')


def test_an_entry_costs_two_queries(administrator, django_assert_num_queries):
    with django_assert_num_queries(2):
        audit.record("change", actor=administrator, target=administrator, after={"x": 1})


def test_secrets_are_not_kept_and_long_texts_are_told_by_their_start_and_checksum():
    words = "Lời " * 100
    audit.record("change", after={"password1": "hunter2", "api_token": "t", "body": words})
    _before, after = said(last())
    assert (after["password1"], after["api_token"]) == (audit.HIDDEN, audit.HIDDEN)
    assert after["body"] == f"{words[:200]}… [400, 4c6a57fe9bda]"


def test_an_entry_keeps_what_no_database_takes_and_still_matches():
    audit.record(
        "change", actor="a\x00b\nc\ud800", target="x" * 999, after={"t": "\x00\ud800\u2028"}
    )
    assert (last().actor_name, len(last().target_title)) == ("a b c?", 255)
    assert verified() == []


def test_an_account_with_entries_is_switched_off_not_deleted(administrator):
    audit.record("sign_in", actor=administrator)
    with pytest.raises(ProtectedError):
        administrator.delete()


def test_an_act_that_is_rolled_back_leaves_no_entry_and_no_gap():
    record_some(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record("change")
        raise ZeroDivisionError
    audit.record("delete")
    assert list(AuditEntry.objects.values_list("sequence", "action")) == [
        (2, "delete"),
        (1, "change"),
    ]
    assert verified() == []


def test_a_refusal_is_kept_though_its_transaction_is_rolled_back(editor):
    def view(request):
        request.user = editor
        with transaction.atomic():
            audit.refuse(target="bài viết", verb="publish")
            transaction.set_rollback(True)
        return HttpResponse()

    AuditedRequests(view)(RequestFactory().get("/"))
    entry = last()
    assert (entry.action, entry.actor, entry.target_title) == ("refused", editor, "bài viết")


def test_every_word_that_is_recorded_has_a_label():
    recorded = set()
    for folder in ("portal", "departments", "news"):
        for file in (ROOT / folder).rglob("*.py"):
            words = file.read_text(encoding="utf-8")
            recorded |= set(re.findall(r'audit\.record\(\s*"(\w+)"', words))
    recorded |= set(Transition.objects.values_list("verb", flat=True))
    recorded |= set(import_module("news.models.articles").STEPS)
    assert {"preview_link", "reorganise"} <= recorded
    assert recorded - audit.ACTIONS.keys() == set()


# ── Nothing is changed unseen ───────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "act",
    [
        lambda: AuditEntry.objects.filter(sequence=2).update(actor_name="ai khác"),
        lambda: AuditEntry.objects.filter(sequence=5).delete(),
        lambda: AuditEntry.objects.get(sequence=2).save(),
        lambda: sql("UPDATE portal_auditentry SET action = 'x' WHERE sequence = 1"),
        lambda: sql("DELETE FROM portal_auditentry"),
        lambda: sql("DELETE FROM portal_audithead"),
        lambda: sql("UPDATE portal_audithead SET sequence = 3"),
        lambda: sql("UPDATE portal_audithead SET hash = 'x', sequence = sequence + 1"),
        lambda: AuditEntry(sequence=9, at=datetime.datetime.now(datetime.UTC)).save(),
    ],
)
def test_the_database_refuses_to_change_delete_or_slip_in_an_entry(act):
    record_some()
    with pytest.raises(IntegrityError), transaction.atomic():
        act()
    assert verified() == []


def test_the_database_refuses_to_write_over_an_entry():
    record_some()
    copied = "INTO portal_auditentry SELECT * FROM portal_auditentry WHERE sequence = 2"
    over = {  # with SQLite's REPLACE no trigger hears of the deletion
        "sqlite": f"REPLACE {copied}",
        "postgresql": f"INSERT {copied} ON CONFLICT (sequence) DO UPDATE SET action = 'x'",
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(over[connection.vendor])
    assert verified() == []


def test_one_changed_row_is_named():
    record_some()
    drop_triggers()
    for column, value in {
        "actor_name": "ai khác",
        "before": "{}",
        "words": "",
        "address": "::1",
    }.items():
        with transaction.atomic():
            sql(f"UPDATE portal_auditentry SET {column} = %s WHERE sequence = 3", value)  # noqa: S608
            assert verified() == ["Dòng 3 đã bị sửa hoặc là dòng giả."]
            transaction.set_rollback(True)
    sql("UPDATE portal_auditentry SET at = '2020-01-01 00:00:00+00:00' WHERE sequence = 4")
    assert verified() == ["Dòng 4 đã bị sửa hoặc là dòng giả."]


def test_missing_rows_are_named():
    record_some(9)
    drop_triggers()
    sql("DELETE FROM portal_auditentry WHERE sequence IN (1, 4, 6, 7)")
    assert verified() == ["Thiếu dòng 1.", "Thiếu dòng 4.", "Thiếu các dòng từ 6 đến 7."]


def test_a_cut_end_is_named():
    record_some()
    drop_triggers()
    sql("DELETE FROM portal_auditentry WHERE sequence > 3")
    assert verified() == ["Thiếu các dòng từ 4 đến 5."]


def test_a_cut_end_with_its_record_is_named_by_an_anchor_kept_elsewhere():
    record_some()
    drop_triggers()
    anchor = f"5:{last().hash}"
    sql("DELETE FROM portal_auditentry WHERE sequence > 3")
    sql("UPDATE portal_audithead SET sequence = 3, hash = %s", last().hash)
    assert verified() == []  # the database alone cannot know
    assert verified(anchor=[anchor]) == ["Thiếu dòng 5, là dòng có mốc lưu ở nơi khác."]


def test_the_end_is_kept_beside_the_backups_and_compared_the_next_time(settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    record_some()
    drop_triggers()
    assert verified() == []
    assert (tmp_path / "audit-anchor").read_text() == f"5:{last().hash}"
    sql("DELETE FROM portal_auditentry WHERE sequence > 3")
    sql("UPDATE portal_audithead SET sequence = 3, hash = %s", last().hash)
    assert verified() == ["Thiếu dòng 5, là dòng có mốc lưu ở nơi khác."]
    assert (tmp_path / "audit-anchor").read_text().startswith("5:")


def test_exchanged_rows_are_named():
    record_some()
    drop_triggers()
    for old, new in ((2, 99), (3, 2), (99, 3)):
        sql("UPDATE portal_auditentry SET sequence = %s WHERE sequence = %s", new, old)
    assert verified()[:2] == [
        "Dòng 2 đã bị sửa hoặc là dòng giả.",
        "Dòng 2 không nối tiếp dòng 1: có dòng đã bị thay.",
    ]


def test_a_forged_row_is_named_also_with_hashes_that_fit_one_another(settings):
    """Somebody who writes the whole chain anew without the key, from the changed row on."""
    record_some()
    drop_triggers()
    settings.AUDIT_KEY = "a key that the site does not have, 0123456789"
    previous = AuditEntry.objects.get(sequence=2).hash
    for entry in AuditEntry.objects.filter(sequence__gt=2).order_by("sequence"):
        entry.actor_name, entry.previous = "ai khác", previous
        entry.seal()
        entry.save()
        previous = entry.hash
    key = entry.key_id
    sql("UPDATE portal_audithead SET hash = %s", previous)
    settings.AUDIT_KEY = ""
    assert verified() == [f"Dòng {n} được niêm phong bằng khoá lạ: {key}." for n in (3, 4, 5)]
    sql("UPDATE portal_auditentry SET key_id = %s", audit_chain.current_key()[0])
    assert verified() == [f"Dòng {n} đã bị sửa hoặc là dòng giả." for n in (3, 4, 5)]


def test_a_row_behind_the_end_and_a_missing_end_are_named():
    record_some()
    drop_triggers()
    entry = last()
    entry.sequence, entry.previous = 6, entry.hash
    entry.seal()  # even with the key
    entry.save(force_insert=True)
    assert verified() == ["Có dòng nằm sau dòng cuối đã ghi, dòng 5."]
    sql("DELETE FROM portal_audithead")
    assert verified() == ["Thiếu dòng ghi nơi kết thúc của nhật ký."]


def test_a_row_slipped_in_behind_the_last_one_is_named():
    """What the triggers take from anybody who may insert: the right number, the right link."""
    record_some()
    columns = ", ".join(audit_chain.FIELDS)
    end = AuditHead.objects.get()
    sql(
        f"INSERT INTO portal_auditentry ({columns}, hash) SELECT 6, at, actor_id, 'ai khác',"  # noqa: S608
        " roles, address, request_id, action, target_type, target_id, target_title, words,"
        " before, after, key_id, %s, hash FROM portal_auditentry WHERE sequence = 5",
        end.hash,
    )
    assert verified() == ["Dòng 6 đã bị sửa hoặc là dòng giả."]


def test_old_entries_match_after_the_key_was_changed(settings):
    record_some(2)
    settings.AUDIT_OLD_KEYS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of the site, long enough: 0123456789012345"
    record_some(2)
    settings.AUDIT_KEY = "a key of the trail's own, long enough: 0123456789"
    record_some(2)
    assert verified() == []
    settings.AUDIT_OLD_KEYS = []
    assert len(verified()) == 2


def test_what_verify_audit_says_when_all_matches(capsys):
    record_some(3)
    call_command("verify_audit")
    assert capsys.readouterr().out == f"3 dòng, khớp. Mốc cuối: 3:{last().hash}\n"


def test_an_anchor_that_is_none_is_refused():
    with pytest.raises(CommandError, match="không phải là mốc"):
        call_command("verify_audit", anchor=["12"])


def test_the_journal_tells_each_entry_with_its_hash(caplog, django_capture_on_commit_callbacks):
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        audit.record("change")
    assert caplog.messages == [f"1:{last().hash} change"]


def test_a_key_too_short_stops_the_start():
    environment = os.environ | {"AUDIT_KEY": "ngắn", "SECRET_KEY": "x" * 50, "ENV_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1].endswith(
        "Biến AUDIT_KEY quá ngắn: cần chuỗi ngẫu nhiên ít nhất 32 ký tự."
    )
    assert ImproperlyConfigured.__name__ in done.stderr


# ── Many at once, killed processes ──────────────────────────────────────────────────────────────
def in_threads(work, count):
    failures = []

    def run(number):
        try:
            work(number)
        except Exception as fault:  # noqa: BLE001 - told by the test
            failures.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_make_one_chain_without_gaps():
    def work(number):
        for turn in range(25):
            audit.record("change", actor=f"người {number}", after={"turn": turn})

    in_threads(work, 8)
    assert sorted(AuditEntry.objects.values_list("pk", flat=True)) == list(range(1, 201))
    assert verified() == []


@pytest.mark.django_db(transaction=True)
def test_eight_editors_publish_different_articles_at_once_without_a_deadlock():
    import_module("news.migrations.0002_groups").make_groups(apps, None)
    editor, category = make_user(groups=["Duyệt đăng"]), make_category()
    articles = [make_article(status="draft", category=category) for _number in range(16)]

    def work(number):
        for article in articles[number::8]:
            article.publish(by=editor)
            Photo.objects.from_upload(image_upload(color=(number, article.pk % 256, 9)), by=editor)

    in_threads(work, 8)
    assert AuditEntry.objects.filter(action="publish").count() == 16
    assert verified() == []


_WRITER = """
import django, sys
django.setup()
from django.db import transaction
from portal import audit
print("ready", flush=True)
while True:
    with transaction.atomic():
        audit.record("change", actor="sẽ bị dừng")
        audit.record("change", actor="sẽ bị dừng")
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_the_chain_whole():
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        port = database["PORT"] or 5432
        account = ":".join(filter(None, (database["USER"], database["PASSWORD"])))
        url = f"postgresql://{account}@{database['HOST']}:{port}/{database['NAME']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    )
    assert writer.stdout.readline() == b"ready\n"
    deadline = time.monotonic() + 20
    while AuditEntry.objects.count() < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    connection.close()
    count = AuditEntry.objects.count()
    assert count >= 20
    assert count % 2 == 0  # both entries of a transaction, or neither
    audit.record("change")
    assert verified() == []


# ── Articles ────────────────────────────────────────────────────────────────────────────────────
def test_every_step_of_an_article_is_recorded(editor):
    article = make_article(status="draft", created_by=editor, title="Bài một")
    article.submit(by=editor)
    article.return_to_author("Thiếu ảnh", by=editor)
    article.publish(by=editor, reason="Tin gấp")
    before, after = said(last("publish"))
    assert (before["status"], after["status"]) == ("returned", "published")
    assert (after["reason"], after["own_text"]) == ("Tin gấp", True)
    assert before["publish_at"] is None
    article.withdraw("removed", by=editor, reason="Sai số liệu")
    before, after = said(last("withdraw"))
    assert (before["takedown"], after["takedown"]) == ("", "removed")
    assert (before["status"], after["status"], after["reason"]) == (
        "published",
        "withdrawn",
        "Sai số liệu",
    )
    trash.trash(article, by=editor)
    trash.restore(Article.objects.get(pk=article.pk), by=editor)
    assert steps() == ["submit", "return_to_author", "publish", "withdraw", "trash", "untrash"]
    entries = AuditEntry.objects.all()
    assert {entry.target_id for entry in entries} == {str(article.pk)}
    assert {(entry.actor, entry.target_title) for entry in entries} == {(editor, "Bài một")}


def test_a_working_copys_steps_are_recorded_with_the_live_row(editor):
    live = make_article(title="Cũ", created_by=make_user())
    copy = copies.open_copy(live, by=editor)
    copies.open_copy(live, by=editor)  # the same copy again is no step
    Article.objects.filter(pk=copy.pk).update(title="Mới", created_by=make_user())
    Article.objects.get(pk=copy.pk).publish(by=editor)
    assert steps() == ["open_copy", "update"]
    before, after = said(last("update"))
    assert (before["title"], after["title"]) == ("Cũ", "Mới")
    assert {entry.target_id for entry in AuditEntry.objects.all()} == {str(live.pk)}


def test_a_right_that_is_missing_is_recorded_and_nothing_else(editor):
    writer = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=writer)
    with pytest.raises(Refused):
        article.publish(by=writer)
    assert (last().action, last().actor, said(last())[1]) == (
        "refused",
        writer,
        {"verb": "publish"},
    )


def test_what_is_done_beside_the_verbs_is_recorded_too(editor):
    article = make_article(status="draft", created_by=editor)
    copies.record_version(article, by=editor)
    version = import_module("news.versions").versions_of(article, user=editor).first()
    copies.restore(version, by=editor)
    duplicate.duplicate(article, by=editor)
    link = previews.make(article, by=editor, days=3)
    previews.revoke(link)
    previews.revoke(link)  # a second click changes nothing
    photo = Photo.objects.from_upload(image_upload(), by=editor)
    Photo.objects.from_upload(image_upload(), by=editor)  # known already
    assert steps() == [
        "restore_version",
        "duplicate",
        "preview_link",
        "preview_link_revoked",
        "add",
    ]
    assert link.key not in "".join(AuditEntry.objects.values_list("after", flat=True))
    assert last().target_id == str(photo.pk)


def test_approving_an_own_text_afterwards_is_recorded(editor):
    article = make_article(status="draft", created_by=editor)
    article.publish(by=editor, reason="Tin gấp")
    other = make_user(groups=["Duyệt đăng"])
    Transition.objects.get().approve(by=other)
    assert (last().action, last().actor, last().target_id) == ("approve", other, str(article.pk))


def test_a_command_is_named_as_the_one_who_did_it(editor, monkeypatch):
    article = make_article(status="draft", created_by=editor, title="Bỏ hẳn")
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    Article.objects.filter(pk=article.pk).update(deleted_at=long_ago)
    monkeypatch.setattr(sys, "argv", ["manage.py", "empty_trash"])
    call_command("empty_trash", stdout=io.StringIO())
    entry = last()
    assert (entry.action, entry.actor, entry.actor_name) == ("purge", None, "manage.py empty_trash")
    assert (entry.target_id, entry.target_title) == (str(article.pk), "Bỏ hẳn")


def test_an_account_that_a_command_makes_is_recorded(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["manage.py", "createsuperuser"])
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command(
        "createsuperuser", username="goc", email="goc@example.org", interactive=False, verbosity=0
    )
    entry = last()
    assert steps() == ["account_added"]
    assert entry.actor_name == "manage.py createsuperuser"
    assert said(entry)[1]["is_superuser"] is True
    assert PASSWORD not in entry.after


def test_a_password_and_rights_that_a_command_sets_are_an_entry_each(monkeypatch):
    user = make_user()
    monkeypatch.setattr(sys, "argv", ["manage.py", "shell"])
    user.set_password("một mật khẩu khác 7341")
    user.save()
    user.is_superuser = True
    user.save()
    assert steps() == ["password_changed", "account_changed"]
    assert said(last())[1]["is_superuser"] is True


def test_reorganising_units_is_one_entry():
    old = make_department(name="Phòng cũ")
    plan = Plan(Succession.Kind.RENAMED, [old], [NewUnit("Phòng mới")], datetime.date(2030, 1, 1))
    made = plan.carry_out()
    entry = last()
    assert (entry.action, entry.target_title) == ("reorganise", "Phòng mới")
    assert said(entry)[1] == {
        "kind": "renamed",
        "legal_basis": "",
        "new": [f"Phòng mới [{made[0].pk}]"],
        "old": [f"Phòng cũ [{old.pk}]"],
        "on": "2030-01-01",
    }


# ── Every form of the admin ─────────────────────────────────────────────────────────────────────
# Entries and findings nobody adds or deletes; what is done to a finding: test_sweep.py.
SCREENS = [model for model in admin.site._registry if model not in (AuditEntry, SweepFinding)]
# Accounts are recorded with their rights, under words of their own.
ACTIONS_OF = {"portal.user": ("account_added", "account_changed", "account_deleted")}
# Made by their own doors, tested above and below.
NOT_DELETED_BY_FORM = {"news.article", "news.report", "departments.sitesettings"}
SPECIAL = {
    "portal.user": {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"},
    "portal.synonym": {"terms": "TĐC\ntiêu chuẩn đo lường"},
    "portal.trustedhost": {"host": "moi.example.org"},
    "portal.blockedhost": {"host": "moi.example.org"},
    "departments.sitesettings": {"responsible_person": "Lê An"},
    "departments.appointment": {"start_precision": "day"},
    "news.urgentnotice": {"ends_at": "03/02/2030 08:00"},
}


@pytest.fixture
def superuser(client):
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def made_up(field) -> str:
    """What somebody would type into a required field."""
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.first().pk)
    if isinstance(field, forms.ChoiceField):
        return next(str(value) for value, _label in field.choices if value)
    for kind, typed in (
        (forms.EmailField, "moi@example.org"),
        (forms.DateTimeField, "01/02/2030 08:00"),
        (forms.DateField, "01/02/2020"),
        (forms.IntegerField, "1"),
        (forms.URLField, "https://example.org/"),
    ):
        if isinstance(field, kind):
            return typed
    return "chu-moi"


def filled(response, **typed) -> dict:
    """What the browser would send of the form on this page."""
    shown = [response.context["adminform"].form]
    formsets = [one.formset for one in response.context["inline_admin_formsets"]]
    shown += [one.management_form for one in formsets]
    shown += [form for one in formsets for form in one.initial_forms]
    data = {"_save": "1"}
    for form in shown:
        for bound in form:
            value = bound.value()
            if isinstance(bound.field, forms.FileField) or value is False:
                continue
            if value in (None, "", []) and bound.field.required:
                value = made_up(bound.field)
            if value not in (None, "", []):
                if isinstance(value, list):
                    value = [str(getattr(one, "pk", one)) for one in value]
                elif isinstance(value, datetime.date):
                    value = bound.field.widget.format_value(value)
                data[bound.html_name] = value
    return data | typed


@pytest.mark.parametrize("model", SCREENS, ids=lambda model: model._meta.label_lower)
def test_adding_changing_and_deleting_by_a_form_are_one_entry_each(model, client, superuser):
    label = model._meta.label_lower
    assert isinstance(admin.site._registry[model], Audited)
    added, changed, deleted = ACTIONS_OF.get(label, ("add", "change", "delete"))
    row = add_one(client, model, label, added)
    done = steps()
    change_one(client, row, label, changed)
    assert steps() == [*done, changed]
    if label not in NOT_DELETED_BY_FORM:
        delete_one(client, row, label, deleted)
        assert steps() == [*done, changed, deleted]


def add_one(client, model, label, action):
    make_category()
    make_appointment()
    name = f"admin:{label.replace('.', '_')}"
    if label == "news.photo":
        return make_photo()
    if label == "news.report":
        return make_conference(article=make_article(status="draft", kind="report")).article
    response = client.get(reverse(f"{name}_add"))
    response = client.post(reverse(f"{name}_add"), filled(response, **SPECIAL.get(label, {})))
    assert response.status_code == 302, response.context["errors"]
    row = model._base_manager.latest("pk")
    assert steps() == [action]
    entry = last(action)
    assert (entry.target_type, entry.target_id, entry.before) == (label, str(row.pk), "")
    assert said(entry)[1] != {}
    assert PASSWORD not in entry.after
    return row


def change_one(client, row, label, action):
    address = reverse(f"admin:{label.replace('.', '_')}_change", args=[row.pk])
    response = client.get(address)
    form = response.context["adminform"].form
    texts = (
        name
        for name, field in form.fields.items()
        if type(field) is forms.CharField and name in {one.name for one in row._meta.fields}
    )
    name = next(texts)
    own = {"terms": "TC\ntiêu chuẩn", "host": "khac.example.org"}
    typed = own.get(name, "Chữ mới")
    old, version = getattr(row, name), getattr(row, "version", 0)
    data = filled(response, **{name: typed, "version": version})
    response = client.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    before, after = said(last(action))
    assert last(action).target_id == str(row.pk)
    assert (before[name] or "", after[name]) == (old or "", typed)


def delete_one(client, row, label, action):
    address = reverse(f"admin:{label.replace('.', '_')}_delete", args=[row.pk])
    assert client.post(address, {"post": "yes"}).status_code == 302
    entry = last(action)
    assert (entry.target_type, entry.target_id) == (row._meta.label_lower, str(row.pk))
    name = "username" if label == "portal.user" else "id"
    assert said(entry)[0][name] == getattr(row, name)
    assert not type(row)._base_manager.filter(pk=row.pk).exists()


def test_inline_rows_are_recorded_with_their_relation(client, administrator):
    unit = make_department(name="Văn phòng")
    old = unit.contacts.create(label="Cũ", phone="(0205) 3.871.906")
    gone = unit.contacts.create(label="Bỏ")
    address = reverse("admin:departments_department_change", args=[unit.pk])
    data = filled(client.get(address))
    data |= {
        "contacts-TOTAL_FORMS": 3,
        "contacts-0-phone": "(0205) 3.872.075",
        "contacts-1-DELETE": "on",
        "contacts-2-label": "Mới",
        "contacts-2-kind": "general",
        "contacts-2-order": 3,
    }
    response = client.post(address, data)
    assert response.status_code == 302, response.context["errors"]
    before, after = said(last("change"))
    new = unit.contacts.get(label="Mới")
    assert before["contacts"][str(old.pk)] == {"phone": "(0205) 3.871.906"}
    assert after["contacts"][str(old.pk)] == {"phone": "(0205) 3.872.075"}
    assert before["contacts"][str(gone.pk)]["label"] == "Bỏ"
    assert str(gone.pk) not in after["contacts"]
    assert after["contacts"][str(new.pk)]["label"] == "Mới"


def test_saving_and_publishing_an_article_by_its_form_makes_both_entries(client, editor):
    client.force_login(editor)
    article = make_article(status="draft", title="Cũ")
    make_attachment(article=article)
    address = reverse("admin:news_article_change", args=[article.pk])
    data = filled(client.get(address), title="Mới", version=article.version, _publish="1")
    data["attachments-0-DELETE"] = "on"
    assert client.post(address, data).status_code == 302
    assert sorted(steps()) == ["change", "publish"]
    before, after = said(last("change"))
    assert (before["title"], after["title"]) == ("Cũ", "Mới")
    assert before["attachments"]
    article.refresh_from_db()
    assert after["version"] <= article.version


def test_a_form_saved_without_a_change_makes_no_entry(client, superuser):
    category = make_category()
    address = reverse("admin:news_category_change", args=[category.pk])
    assert client.post(address, filled(client.get(address))).status_code == 302
    assert steps() == []


def test_deleting_several_at_once_records_each(client, superuser):
    gone = [make_category(name=name) for name in ("Một", "Hai")]
    data = {
        "action": "delete_selected",
        "_selected_action": [row.pk for row in gone],
        "post": "yes",
    }
    client.post(reverse("admin:news_category_changelist"), data)
    assert not Category.objects.exists()
    entries = AuditEntry.objects.filter(action="delete")
    assert sorted(entry.target_title for entry in entries) == ["Hai", "Một"]


def test_what_the_admin_forbids_is_recorded_with_who_tried(client):
    writer = make_user(groups=["Phóng viên"])
    client.force_login(writer)
    address = reverse("admin:portal_user_changelist")
    assert client.get(address, headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403
    entry = last()
    assert (entry.action, entry.actor, entry.target_title) == ("refused", writer, address)
    assert (entry.address, said(entry)[1]) == ("203.0.113.9", {"method": "GET"})
    assert steps() == ["refused"]


@pytest.mark.parametrize("verb", ["trash", "move"])
def test_what_a_list_refuses_for_want_of_a_right_is_one_entry(client, verb):
    writer = make_user(groups=["Phóng viên"])
    client.force_login(writer)
    article = make_article(created_by=make_user())
    chosen = {"action": f"{verb}_chosen", "_selected_action": [article.pk]}
    answers = {"confirmed": "1", "category": make_category().pk}
    client.post(reverse("admin:news_article_changelist"), chosen | answers)
    assert steps() == ["refused"]
    entry = last()
    assert (entry.actor, entry.target_id) == (writer, str(article.pk))
    assert said(entry)[1] == {"verb": verb}


def test_strangers_cannot_fill_the_trail():
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(reverse("admin:login"), {"username": "a"}).status_code == 403
    assert not AuditEntry.objects.exists()


def test_moving_a_unit_and_the_monthly_sheet_are_recorded(client, superuser):
    first, second = (make_department(name=name, order=n) for n, name in enumerate(("A", "B")))
    client.post(reverse("admin:departments_department_move"), {"down": first.pk})
    assert (last().action, last().target_id) == ("reorder", str(first.pk))
    assert client.get(reverse("admin:news_counts_sheet")).status_code == 200
    assert last().action == "export"
    assert last().target_title.startswith("nhuan-but-")
    assert second.pk


# ── The screen ──────────────────────────────────────────────────────────────────────────────────
LIST = "admin:portal_auditentry_changelist"


def shown(response) -> list[int]:
    return [entry.pk for entry, _label in response.context["rows"]]


@pytest.mark.parametrize("group", ["Phóng viên", "Duyệt đăng"])
def test_only_administrators_read_the_trail(client, group):
    audit.record("change")
    client.force_login(make_user(groups=[group]))
    for address in (
        reverse(LIST),
        reverse("admin:portal_auditentry_change", args=[1]),
        reverse("admin:portal_auditentry_export"),
    ):
        assert client.get(address).status_code == 403
    assert AuditEntry.objects.filter(action="export").count() == 0


def test_nobody_changes_the_trail_by_the_admin(client, superuser):
    audit.record("change")
    for name, args in (("add", []), ("delete", [1])):
        assert client.post(reverse(f"admin:portal_auditentry_{name}", args=args)).status_code == 403
    assert client.post(reverse("admin:portal_auditentry_change", args=[1])).status_code == 405
    assert client.post(reverse(LIST), {"action": "delete_selected"}).status_code == 405


def test_the_list_is_filtered_by_person_action_day_object_and_address(client, administrator):
    unit = make_department(name="Phòng Kế hoạch")
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.2.3")
    request.user = make_user()
    audit.record("change", request=request, target=unit)
    audit.record("publish", actor=administrator, target="Hội nghị tổng kết")
    today = f"{datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))):%d/%m/%Y}"
    for query, found in (  # entry 1: the administrator signed in
        ({}, [3, 2, 1]),
        ({"q": "hoi nghi"}, [3]),
        ({"q": "KẾ hoạch"}, [2]),
        ({"q": "quantri"}, [3, 1]),
        ({"who": administrator.pk}, [3, 1]),
        ({"action": "change"}, [2]),
        ({"address": "10.1."}, [2]),
        ({"kind": "departments.department", "number": unit.pk}, [2]),
        ({"since": today, "until": today}, [3, 2, 1]),
        ({"since": "01/01/2099"}, []),
        ({"until": "01/01/2018"}, []),
        ({"since": "31/02/2018"}, []),
        ({"who": "x"}, []),
        ({"until": "31/12/9999"}, [3, 2, 1]),
    ):
        assert shown(client.get(reverse(LIST), query)) == found, query


def test_pages_go_on_from_the_last_entry_shown(client, administrator, monkeypatch):
    monkeypatch.setattr(AuditEntryAdmin, "list_per_page", 2)
    record_some(5)
    response = client.get(reverse(LIST), {"action": "change"})
    assert shown(response) == [6, 5]
    response = client.get(reverse(LIST) + response.context["older_url"])
    assert shown(response) == [4, 3]
    response = client.get(reverse(LIST) + response.context["older_url"])
    assert (shown(response), response.context["older_url"]) == ([2], "")


def test_the_screens_cost_a_fixed_number_of_queries(
    client, administrator, django_assert_max_num_queries
):
    record_some(120)
    with django_assert_max_num_queries(12):
        client.get(reverse(LIST), {"q": "dong"})
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:portal_auditentry_change", args=[7]))
    with django_assert_max_num_queries(12):
        b"".join(client.get(reverse("admin:portal_auditentry_export")).streaming_content)


def test_an_entry_shows_before_and_after_as_text(client, administrator):
    article = make_article(title="<script>alert(1)</script>")
    audit.record(
        "change",
        actor=administrator,
        target=article,
        before={"title": "<b>Cũ</b>", "status": "draft"},
        after={"title": "<i>Mới</i>", "status": "published", "photos": {"7": {"caption": "Ảnh"}}},
    )
    address = reverse("admin:portal_auditentry_change", args=[last().pk])
    page = client.get(address).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;b&gt;Cũ&lt;/b&gt;" in page
    rows = re.findall(r"<h3>(.*?)</h3>.*?<dd>(.*?)</dd>.*?<dd>(.*?)</dd>", page, re.DOTALL)
    assert ("Trạng thái", "Chưa gửi", "Đã xuất bản") in rows
    assert ("Ảnh trong bài › 7 › chú thích ảnh", "–", "Ảnh") in rows
    assert reverse("admin:news_article_change", args=[article.pk]) in page


def test_the_export_keeps_the_filters_is_recorded_and_holds_no_formula(client, administrator):
    audit.record("change", actor="=cmd|' /C calc'!A0", target="@SUM(1)", after={"x": 1})
    audit.record("delete", actor="-1", target="Khác")
    response = client.get(reverse("admin:portal_auditentry_export"), {"action": "change"})
    assert response["Content-Disposition"].startswith('attachment; filename="nhat-ky-')
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    heading, row = csv.reader(io.StringIO(text))
    assert (heading[0], row[0]) == ("Số", "2")
    assert (row[2], row[9]) == ("'=cmd|' /C calc'!A0", "'@SUM(1)")
    entry = last()
    assert (entry.action, entry.actor, said(entry)[1]) == (
        "export",
        administrator,
        {"action": "change"},
    )


# ── Log lines ───────────────────────────────────────────────────────────────────────────────────
def record_of(message, *args, **kwargs) -> logging.LogRecord:
    record = logging.LogRecord("portal", logging.INFO, "", 1, message, args, None)
    vars(record).update(kwargs)
    return record


def formatted(message, *args, **kwargs) -> str:
    form = "%(levelname)s %(name)s %(message)s"
    return OneLineFormatter(form).format(record_of(message, *args, **kwargs))


def test_a_line_of_the_log_cannot_be_forged(client, settings):
    made = settings.LOGGING["formatters"]["line"]
    assert import_string(made["()"])(made["form"]).format(record_of("a\nb")).endswith(r" - a\nb")
    assert formatted("%s", "a\r\nINFO giả\x1b[2J\u2028\u202e") == (
        r"INFO portal a\r\nINFO giả\x1b[2J\u2028\u202e"
    )


def test_every_handler_writes_such_lines():
    names = ("", "django", "django.request", "django.server", "django.security", "portal")
    handlers = [one for name in names for one in logging.getLogger(name).handlers]
    handlers = [one for one in handlers if isinstance(one, logging.StreamHandler)]
    ours = [one for one in handlers if not type(one).__module__.startswith("_pytest")]
    assert [type(one.formatter) for one in ours] == [OneLineFormatter]


@pytest.mark.parametrize("place", ["address", "agent", "name"])
def test_what_a_visitor_sends_stays_in_its_line(place, client, caplog):
    forged = "x\r\n2026-11-28 INFO django đăng nhập quantri"
    if place == "address":
        client.get("/khong-co/x%0d%0a2026-11-28 INFO django đăng nhập quantri/")
    elif place == "agent":
        logging.getLogger("portal").warning(
            "Lạ: %s",
            RequestFactory().get("/", headers={"user-agent": forged}).headers["user-agent"],
        )
    else:
        logging.getLogger("portal").warning("Tên: %s", User(username=forged).username)
    lines = [OneLineFormatter("%(message)s").format(record) for record in caplog.records]
    assert lines
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert any(r"\r\n2026-11-28" in line for line in lines)


def answered_by_gunicorn(program, folder, name) -> tuple[list[str], list[str]]:
    """The lines of access and of errors that gunicorn writes about one request."""
    logs = {"--access-logfile": folder / "access", "--error-logfile": folder / "errors"}
    options = ["--bind", f"unix:{folder}/socket", "--workers", "1"]
    options += [str(part) for option in logs.items() for part in option]
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", program, *options], cwd=ROOT)
    try:
        deadline = time.monotonic() + 30
        while not (folder / "socket").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(f"{folder}/socket")
            asking.sendall(f"GET /{name} HTTP/1.0\r\nUser-Agent: x{name}\r\n\r\n".encode())
            while asking.recv(4096):
                pass
    finally:
        server.terminate()
        server.wait(30)
    return tuple(file.read_bytes().decode().split("\n")[:-1] for file in logs.values())


def test_the_servers_own_lines_cannot_be_forged_either(tmp_path):
    ((line,), _errors) = answered_by_gunicorn(
        "wsgiref.simple_server:demo_app", tmp_path, "%C2%9B2J%C2%85INFO?q=%C2%9B"
    )
    assert r" INFO gunicorn.access - GET /\x9b2J\x85INFO 200 " in line
    assert line.count("INFO") == 2  # nothing of the query or the browser


def test_a_traceback_of_the_servers_stands_marked_too(tmp_path):
    _access, lines = answered_by_gunicorn("math:sqrt", tmp_path, "x")
    start = next(number for number, line in enumerate(lines) if "Error handling request" in line)
    assert lines[start + 1] == "    | Traceback (most recent call last):"
    assert any(line.startswith("    | TypeError: ") for line in lines[start:])


def test_a_traceback_stands_marked_below_its_line():
    try:
        raise ValueError("a\nINFO portal giả")
    except ValueError:
        lines = formatted("Hỏng", exc_info=sys.exc_info()).split("\n")
    assert lines[0] == "INFO portal Hỏng"
    assert len(lines) > 3
    assert all(line.startswith("    | ") for line in lines[1:])
    assert lines[-1] == "    | INFO portal giả"
