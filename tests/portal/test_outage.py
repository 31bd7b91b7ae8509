"""What is answered while the database is away: a sentence, and what was typed."""

import errno
import logging
import sqlite3
from contextlib import closing

import psycopg2.errors
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.test import Client

from portal import outage
from tests.factories import make_user

pytestmark = pytest.mark.django_db

AWAY = "Cơ sở dữ liệu tạm thời không trả lời, nên chưa lưu được gì."
FULL = "Đĩa của máy chủ đã đầy hoặc hỏng, nên chưa lưu được gì. Xin báo người quản trị hệ thống."


@pytest.fixture
def editor() -> Client:
    """Signed in, and answered as in service where a view raises."""
    client = Client(raise_request_exception=False)
    client.force_login(make_user(is_superuser=True))
    return client


@pytest.fixture
def away(monkeypatch):
    """A function that takes the database away from here on."""

    def refused(*args, **kwargs):
        raise OperationalError("connection refused: 10.0.0.3 user portal")

    def take_away(*, error=refused):
        monkeypatch.setattr(connection, "cursor", error)

    yield take_away
    monkeypatch.undo()


@pytest.mark.parametrize("address", ["/", "/tin-tuc/", "/tim-kiem/?q=a", "/rss/", "/lanh-dao/a/"])
def test_readers_are_asked_to_come_back(away, address):
    client = Client(raise_request_exception=False)
    away()
    response = client.get(address)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Trang tạm ngừng để bảo trì. Xin quay lại sau ít phút." in response.content.decode()
    assert "10.0.0.3" not in response.content.decode()
    head = client.head(address)
    assert (head.status_code, head.content) == (503, b"")


def test_it_comes_back_by_itself(away, monkeypatch):
    client = Client(raise_request_exception=False)
    away()
    assert client.get("/").status_code == 503
    monkeypatch.undo()
    assert client.get("/").status_code == 200


TYPED = {
    "title": "Hội nghị <b>tổng kết</b>",
    "body": "<p>Đoạn thứ nhất.\nDòng hai.</p>",
    "csrfmiddlewaretoken": "abc",
    "_save": "1",
    "note": "",
}


def test_who_saves_gets_back_what_was_typed_and_can_send_it_again(away, editor):
    away()
    response = editor.post(
        "/admin/news/article/add/?a=1&b=2", TYPED, headers={"accept": "text/html"}
    )
    html = response.content.decode()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert AWAY in html
    assert '<form method="post" action="/admin/news/article/add/?a=1&amp;b=2">' in html
    assert 'name="title" value="Hội nghị &lt;b&gt;tổng kết&lt;/b&gt;"' in html
    assert "&lt;p&gt;Đoạn thứ nhất.\nDòng hai.&lt;/p&gt;" in html
    for name in TYPED:
        assert html.count(f'<input type="hidden" name="{name}" value="') == 1
    assert "<b>" not in html
    assert "Tệp đã chọn không giữ lại được" not in html
    assert response.headers["Cache-Control"] == "private, no-store"


def test_passwords_and_codes_are_not_written_back(away, editor):
    away()
    typed = {"login": "an", "password": "bí mật", "new_password1": "bí mật", "code": "123456"}
    response = editor.post("/admin/password_change/", typed, headers={"accept": "text/html"})
    html = response.content.decode()
    assert response.status_code == 503
    assert 'name="login" value="an"' in html
    assert "bí mật" not in html
    assert "123456" not in html


def test_a_script_gets_the_sentence(away, editor):
    away()
    response = editor.post("/admin/news/article/autosave/", {"message": "{}"})
    assert (response.status_code, response.json()) == (503, {"error": AWAY})


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("server closed the connection unexpectedly"), AWAY),
        (InterfaceError("connection already closed"), AWAY),
        (OperationalError("database is locked"), AWAY),
        (OperationalError("database or disk is full"), FULL),
        (OperationalError("disk I/O error"), FULL),
        (caused(OperationalError("could not extend file"), psycopg2.errors.DiskFull()), AWAY),
        (OSError(errno.ENOSPC, "No space left on device"), FULL),
        (caused(RuntimeError(), OSError(errno.EDQUOT, "Disk quota exceeded")), FULL),
        (OSError(errno.ENOENT, "No such file"), None),
        (IntegrityError("duplicate key"), None),
        (ValueError(), None),
        (None, None),
    ],
)
def test_what_passes_by_itself_is_told_from_faults_of_the_program(error, sentence):
    said = outage._sentence(error)
    assert (said and str(said)) == sentence


def test_a_table_that_is_not_there_does_not_pass_by_itself():
    """SQLite calls it operational too; told as an outage nobody would hear of it."""
    with closing(sqlite3.connect(":memory:")) as database:
        with pytest.raises(sqlite3.OperationalError) as missing:
            database.execute("SELECT * FROM nothing")
        database.execute("CREATE TABLE one (number integer)")
        database.execute("PRAGMA query_only = on")
        with pytest.raises(sqlite3.OperationalError) as refused:
            database.execute("INSERT INTO one VALUES (1)")
    said = [
        outage._sentence(caused(OperationalError("…"), error.value)) for error in (missing, refused)
    ]
    assert said == [None, outage.DATABASE_AWAY]


def record(error: Exception) -> logging.LogRecord:
    about = (type(error), error, None)
    return logging.LogRecord("django.request", logging.ERROR, "", 1, "Failed: %s", ("/",), about)


def test_the_log_says_it_in_a_line_and_every_fault_of_the_program_in_full():
    """A minute without a database is a thousand requests: no thousand tracebacks."""
    few, away = outage.FewWords(), OperationalError("connection refused\n")
    first, fault = record(away), record(ValueError())
    assert [few.filter(one) for one in (first, record(away), fault, record(away))] == [
        *(True, False, True, False)
    ]
    assert first.getMessage() == "Failed: /: OperationalError: connection refused"
    assert first.exc_info is None
    assert fault.exc_info is not None
    few._said -= outage.RETRY_AFTER
    assert few.filter(record(away))
