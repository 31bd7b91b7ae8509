"""Every request has an id: in the answer, the log lines, the trail, on the page of an error."""

import json
import logging
import re
import threading
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from news import front_page
from portal import logs
from portal.accounts import letters
from portal.clients import networks
from portal.models import AuditEntry
from tests.factories import make_user

pytestmark = pytest.mark.django_db
GIVEN = "0123456789abcdef0123456789abcdef"
ID = re.compile("[0-9a-f]{32}")


@pytest.fixture
def broken(monkeypatch):
    """A home page that fails, and who asks for it as a browser does."""

    def fail():
        raise RuntimeError("hỏng\nINFO giả")

    monkeypatch.setattr(front_page, "stories", fail)
    return Client(raise_request_exception=False)


def test_every_answer_has_an_id_of_its_own(client):
    ids = [client.get(address)["X-Request-ID"] for address in ("/", "/", "/khong-co/", "/healthz")]
    assert all(ID.fullmatch(one) for one in ids)
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("connection", "claimed", "is_taken"),
    [
        ("127.0.0.1", GIVEN, True),
        ("", GIVEN, True),  # a Unix socket
        ("203.0.113.7", GIVEN, False),  # no proxy of ours: a claim
        ("127.0.0.1", GIVEN[:31], False),
        ("127.0.0.1", GIVEN.upper(), False),
        ("127.0.0.1", "<b>" + GIVEN[3:], False),
        ("127.0.0.1", GIVEN + "\n", False),
    ],
)
def test_the_id_of_a_trusted_proxy_is_taken_and_no_other(
    client, settings, connection, claimed, is_taken
):
    settings.TRUSTED_PROXIES = networks(["127.0.0.0/8"])
    answer = client.get("/healthz", REMOTE_ADDR=connection, headers={"x-request-id": claimed})
    assert (answer["X-Request-ID"] == claimed) == is_taken
    assert ID.fullmatch(answer["X-Request-ID"])


@pytest.mark.parametrize("networks_of_the_admin", [[], networks(["192.0.2.1"])])
def test_the_page_of_an_error_tells_the_id_that_the_log_has(
    broken, log, settings, networks_of_the_admin
):
    settings.ADMIN_NETWORKS = networks_of_the_admin
    answer = broken.get("/")
    request_id = answer["X-Request-ID"]
    assert answer.status_code == 500
    assert answer["Cache-Control"] == "no-store"
    assert f"<p>Mã yêu cầu: {request_id}</p>" in answer.content.decode()
    assert "<!--" not in answer.content.decode()
    line = next(line for line in log() if "Internal Server Error: /" in line)
    assert f" ERROR django.request {request_id} Internal Server Error: /" in line


def test_the_page_of_an_error_asks_neither_database_nor_template(
    broken, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("django.template.loader.get_template", None)
    with django_assert_num_queries(0):
        assert broken.get("/").status_code == 500


def test_refusals_tell_the_id_and_are_kept_by_no_cache(client):
    client.force_login(make_user(groups=["Phóng viên"]))
    strict = Client(enforce_csrf_checks=True)
    answers = [
        client.get(reverse("admin:portal_auditentry_changelist")),
        strict.post(reverse("account_login"), {}),
        client.get("/", headers={"host": "la.example"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 400]
    for answer in answers:
        assert f": {answer['X-Request-ID']}</p>" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]


def test_pages_that_a_cache_may_keep_hold_no_id(client):
    for address in ("/", "/tin-tuc/", "/khong-co/", "/tim-kiem/?q=khcn"):
        answer = client.get(address)
        assert answer["X-Request-ID"] not in answer.content.decode()


def test_lines_written_while_and_after_serving_have_the_id(client, log):
    answer = client.get("/khong-co/")
    assert [f" {answer['X-Request-ID']} Not Found: /khong-co/" in line for line in log()] == [True]
    logging.getLogger("portal").warning("Ngoài yêu cầu")
    assert log()[-1].endswith(" WARNING portal - Ngoài yêu cầu")


@pytest.mark.django_db(transaction=True)
def test_a_letter_that_fails_in_its_thread_is_told_under_the_id_of_its_request(
    broken, log, settings, monkeypatch
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1  # nobody listens
    user = make_user(email="a@example.org")
    monkeypatch.setattr(front_page, "stories", lambda: letters.write(user, "Thử", "Thử"))
    answer = broken.get("/")
    for thread in threading.enumerate():
        if thread.name == "letter":
            thread.join()
    line = next(line for line in log() if "A letter about an account was not sent" in line)
    assert f" ERROR portal.accounts.letters {answer['X-Request-ID']} " in line


def test_the_audit_trail_has_the_id(client):
    client.force_login(make_user(is_superuser=True))
    answer = client.get(reverse("admin:portal_auditentry_export"))
    list(answer.streaming_content)
    entry = AuditEntry.objects.filter(action="export").get()
    assert entry.request_id == answer["X-Request-ID"]


# ── Lines for a machine ─────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("shape", ["json"])
def test_a_line_for_a_machine_is_one_object(broken, log):
    answer = broken.get("/")
    told = next(line for line in map(json.loads, log()) if line["logger"] == "django.request")
    moment = datetime.fromisoformat(told.pop("time"))
    assert moment.utcoffset() == timedelta(hours=7)
    exception = told.pop("exception")
    assert told == {
        "level": "ERROR",
        "logger": "django.request",
        "message": "Internal Server Error: /",
        "request_id": answer["X-Request-ID"],
    }
    assert exception.startswith("Traceback (most recent call last):\n")
    assert exception.endswith("RuntimeError: hỏng\nINFO giả")


@pytest.mark.parametrize("shape", ["json"])
@pytest.mark.parametrize("sent", ["a\r\nb", "a\x1b[2J", "a\u2028b\u202e", 'a"}{"b', "a\x85b"])
def test_a_line_for_a_machine_cannot_be_forged(log, sent):
    logging.getLogger("portal").warning("%s", sent)
    (line,) = log()
    assert line.isprintable()
    assert json.loads(line)["message"] == sent


def test_half_a_character_is_written_out_in_a_line_for_a_machine():
    # Not logged: what pytest keeps of the log has to travel between its processes.
    line = logs.formatter("", shape="json").format(logging.makeLogRecord({"msg": "a\ud800b"}))
    assert line.isprintable()
    assert json.loads(line)["message"] == "a\ud800b"


# ── What is a key is written by no line ─────────────────────────────────────────────────────────
@pytest.mark.parametrize("shape", ["text", "json"])
def test_keys_of_previews_and_passwords_are_never_written_whole(client, log):
    key = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1aBc4eFg7iJk0m-_o"
    client.get(f"/xem-truoc/{key}/")
    client.get(f"/xem%2Dtruoc/{key}/")
    client.get(f"/admin/password_reset/MTI/{key}/x/")
    logging.getLogger("portal").error("Hỏng ở /xem-truoc/%s/?khung", key)
    try:
        raise ValueError(f"/xem-truoc/{key}/")
    except ValueError:
        logging.getLogger("portal").exception("Hỏng")
    written = "\n".join(log())
    assert written.count("xem-truoc/Ab3d…") == 4
    assert key[4:] not in written
