"""“Tình trạng hệ thống”: each part in words, and what to do where something is wrong."""

import datetime
import logging
import re
import shutil
import socket
import ssl
import threading
from html.parser import HTMLParser

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils import timezone

from portal import health, maintenance, running, state
from portal.models import MaintenanceJob
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 28, 19, 2, tzinfo=datetime.UTC)  # 2:02 in Vietnam
WELL, WATCH, BAD, OFF = "Bình thường", "Cần xem", "Có lỗi", "Chưa đặt"


@pytest.fixture(autouse=True)
def migrations_read_anew():
    health._pending.cache_clear()
    yield
    health._pending.cache_clear()


@pytest.fixture
def administrator(client):
    client.force_login(make_user(groups=["Quản trị"]))


class Cards(HTMLParser):
    """The cards of the page: {heading: lines}."""

    def __init__(self, html):
        super().__init__()
        self.cards, self.heading, self.tag, self.is_sentence = {}, "", "", False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        if tag == "p" and self.heading and ("class", "state-advice") in attrs:
            self.is_sentence = True
            self.cards[self.heading].append("")

    def handle_endtag(self, tag):
        self.tag = ""
        self.is_sentence = self.is_sentence and tag != "p"
        if tag == "ul":
            self.heading = ""

    def handle_data(self, data):
        if self.is_sentence:  # words and commands in turn
            self.cards[self.heading][-1] += data
            return
        data = data.strip()
        if self.tag == "h2":
            self.heading = data
            self.cards.setdefault(data, [])
        elif data and self.heading:
            self.cards[self.heading].append(data)


def cards(client) -> dict[str, list[str]]:
    answer = client.get(reverse("system_state"))
    assert answer.status_code == 200
    return Cards(answer.text).cards


def card(client, title) -> tuple[str, str]:
    """The state of a part, and its sentences."""
    _sign, word, *said = cards(client)[title]
    return word, " ".join(said)


def test_it_is_for_administrators_and_on_their_first_page(client):
    address = reverse("system_state")
    for group, status in (("Phóng viên", 403), ("Duyệt đăng", 403), ("Quản trị", 200)):
        client.force_login(make_user(groups=[group]))
        assert client.get(address).status_code == status
        assert (f'href="{address}"' in client.get("/admin/").text) == (status == 200)


def test_a_site_just_set_up_says_what_is_missing(client, administrator):
    found = cards(client)
    states = {title: lines[1] for title, lines in found.items() if len(lines) > 1}
    assert {title for title in states if states[title] == BAD} == {
        *("Sao lưu", "Diễn tập khôi phục", "Việc chạy theo lịch")
    }
    assert {title for title in states if states[title] == OFF} == {"Máy quét vi-rút", "Chứng thư"}
    assert "Xin đặt biến BACKUP_DIR" in " ".join(found["Sao lưu"])
    assert next(iter(found)) in {"Sao lưu", "Diễn tập khôi phục"}  # the worst first
    database = " ".join(found["Cơ sở dữ liệu"])
    assert {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL "}[connection.vendor] in database


@pytest.mark.django_db(transaction=True)
def test_what_is_well_is_said_with_its_figures(client, settings, tmp_path):
    client.force_login(make_user(is_superuser=True))
    settings.BACKUP_DIR = str(tmp_path / "backups")
    call_command("backup")
    call_command("restore_drill")
    word, said = card(client, "Sao lưu")
    assert word == WELL
    assert f"{timezone.localdate():%d/%m/%Y}" in said
    assert "Đang giữ 1 bản." in said
    assert card(client, "Diễn tập khôi phục")[0] == WELL
    assert "Bản sao lưu: còn trống" in card(client, "Chỗ trống trên ổ đĩa")[1]


def test_pending_migrations_a_full_disk_and_closed_uploads_say_what_to_do(
    client, administrator, settings, tmp_path, monkeypatch
):
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("portal")[0]
    MigrationRecorder(connection).record_unapplied(*newest)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(total=1000, free=49))
    assert card(client, "Cấu trúc cơ sở dữ liệu") == (
        BAD,
        "Chương trình mới hơn cơ sở dữ liệu: xin chạy portal-manage migrate.",
    )
    word, said = card(client, "Chỗ trống trên ổ đĩa")
    assert word == BAD
    assert "Tệp tải lên: còn trống 49\xa0byte trên 1000\xa0byte. Xin dọn bớt" in said
    (tmp_path / "file").write_text("a file where the folder should be")
    settings.MEDIA_ROOT = str(tmp_path / "file")
    assert card(client, "Thư mục tệp tải lên") == (
        BAD,
        "Lỗi: FileExistsError. Thư mục phải thuộc người dùng portal, và ổ đĩa phải còn chỗ.",
    )


def test_a_copy_of_the_database_that_is_down_has_its_card(
    client, administrator, settings, monkeypatch
):
    monkeypatch.setitem(settings.DATABASES, "replica", {"ATOMIC_REQUESTS": False})
    assert set(health._probes()) <= set(state._JUDGED)
    for is_well, word in ((False, BAD), (True, WELL)):
        monkeypatch.setattr(health.replica.watch, "is_well", lambda answer=is_well: answer)
        assert card(client, "Bản sao cơ sở dữ liệu cho người đọc")[0] == word


def test_without_its_cache_the_page_comes_and_says_so(client, administrator, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.cache.Redis",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    word, said = card(client, "Bộ nhớ đệm")
    assert word == BAD
    assert "Redis." in said
    assert "Trang vẫn chạy nhưng chậm hơn." in said


# ── Work by the clock ───────────────────────────────────────────────────────────────────────────
@pytest.fixture
def done():
    """Every job has been done a minute ago."""
    with time_machine.travel(NOW, tick=False):
        minute = NOW - datetime.timedelta(minutes=1)
        for job in maintenance.jobs():
            MaintenanceJob.objects.create(
                name=job.name, begun_at=minute, ended_at=minute, said="Xong."
            )
        yield lambda name: MaintenanceJob.objects.filter(name=name)


def jobs() -> dict[str, tuple]:
    return {job.title: (job.state.label, job.said) for job in state.jobs()}


def test_jobs_that_are_done_are_in_order(client, administrator, done):
    assert card(client, "Việc chạy theo lịch")[0] == WELL
    assert set(jobs().values()) == {(WELL, "Xong.")}
    yesterday = NOW - datetime.timedelta(days=1)
    done("backup").update(begun_at=yesterday, ended_at=yesterday)  # its hour was one o'clock
    assert jobs()["Sao lưu"] == (WELL, "Xong.")


def test_each_way_in_which_a_job_can_go_wrong_has_its_words(client, administrator, done):
    hours = datetime.timedelta(hours=1)
    done("backup").update(problem="ổ đĩa đầy")
    done("trash").update(begun_at=NOW - 2 * hours, ended_at=NOW - 3 * hours)
    done("letters").update(begun_at=NOW - 3 * hours, ended_at=NOW - 3 * hours)
    done("links").update(begun_at=NOW - 5 * hours, ended_at=None)
    done("sweep").delete()
    found = jobs()
    assert found["Sao lưu"] == (BAD, "ổ đĩa đầy")
    assert found["Thùng rác"] == (BAD, "Đã bắt đầu mà không kết thúc.")
    assert found["Thư báo việc"] == (WATCH, "Trễ hạn. Xong.")
    assert found["Liên kết hỏng"] == (WELL, "Đang chạy.")
    assert found["Quét nội dung lạ"] == (WATCH, "Chưa làm lần nào.")
    word, said = card(client, "Việc chạy theo lịch")
    assert word == BAD
    assert "Cần xem: Sao lưu, " in said
    done("backup").update(problem="")
    done("trash").update(ended_at=NOW)
    assert card(client, "Việc chạy theo lịch")[0] == WATCH


def test_a_timer_that_is_silent_is_named(client, administrator, done):
    for minutes, expected in ((19, WELL), (21, BAD)):
        long_ago = NOW - datetime.timedelta(minutes=minutes)
        MaintenanceJob.objects.update(begun_at=long_ago, ended_at=long_ago)
        word, said = card(client, "Việc chạy theo lịch")
        assert word == expected
        assert ("systemctl status portal-maintain.timer" in said) == (expected == BAD)


def test_the_page_counts_what_needs_a_look_and_shows_each_job(client, administrator, done):
    done("sweep").delete()
    done("backup").update(problem="<b>ổ đĩa đầy</b>")
    page = client.get(reverse("system_state")).text
    words = [lines[1] for lines in Cards(page).cards.values() if len(lines) > 1]
    wrong = words.count(BAD) + words.count(WATCH)
    assert re.search('class="state-summary">([0-9]+) ', page)[1] == str(wrong)
    rows = re.search('<ul class="panel-rows state-jobs">(.*?)</ul>', page, re.DOTALL)[1]
    rows = [" ".join(re.sub("<.*?>", "", row).split()) for row in rows.split("<li>")[1:]]
    assert len(rows) == len(maintenance.jobs())
    assert "Sao lưu ✕ Có lỗi 02:01, 29/11/2026: &lt;b&gt;ổ đĩa đầy&lt;/b&gt;" in rows
    assert "Quét nội dung lạ ! Cần xem Chưa làm lần nào." in rows
    assert "Thùng rác ✓ Bình thường 02:01, 29/11/2026: Xong." in rows


def test_the_page_shows_the_figures(client, administrator):
    make_article(status="published")
    make_article(status="draft")
    assert "<dt>Bài đang công khai</dt><dd>1</dd>" in client.get(reverse("system_state")).text


@pytest.mark.parametrize(
    ("folder", "said"), [("releases/3021e24b64da", "0.1.0 (3021e24b64da)"), ("portal", "0.1.0")]
)
def test_the_release_is_the_version_and_the_folder_that_an_update_made(
    settings, tmp_path, folder, said
):
    place = tmp_path / folder
    place.mkdir(parents=True)
    shutil.copy(settings.BASE_DIR / "pyproject.toml", place)
    (tmp_path / "current").symlink_to(place)
    settings.BASE_DIR = tmp_path / "current"
    assert running.release.__wrapped__() == said


def test_a_part_that_cannot_be_told_is_named_and_the_page_comes(client, administrator, monkeypatch):
    def broken():
        raise ValueError("bí mật")

    monkeypatch.setattr(running, "errors", broken)
    assert card(client, "Lỗi trong nhật ký chạy") == (BAD, "Lỗi: ValueError.")


def test_what_is_to_be_typed_stands_as_code(client, administrator):
    page = client.get(reverse("system_state")).text
    advice = re.findall('<p class="state-advice">(.*?)</p>', page)
    assert "Xin đặt biến <code>BACKUP_DIR</code>" in advice[0]
    assert "`" not in page


# ── Errors, mail, certificate ───────────────────────────────────────────────────────────────────
def test_errors_are_counted_and_the_last_one_is_named(client, administrator):
    before = running.errors().count
    record = {"request_id": "0123456789abcdef0123456789abcdef"}
    logging.getLogger("portal").error("Hỏng", extra=record)
    logging.getLogger("portal").warning("Chỉ là cảnh báo")
    assert running.errors().count == before + 1
    word, said = card(client, "Lỗi trong nhật ký chạy")
    assert word == WATCH
    assert f"{before + 1} lỗi từ khi khởi động." in said
    assert "Mã yêu cầu: 0123456789abcdef0123456789abcdef." in said
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1, hours=1)):
        client.force_login(make_user(is_superuser=True))
        assert card(client, "Lỗi trong nhật ký chạy")[0] == WELL


def test_a_mail_server_that_takes_nothing_is_named_without_its_secrets(
    client, administrator, settings
):
    assert card(client, "Thư điện tử") == (WELL, "Máy chủ thư trả lời.")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    settings.EMAIL_HOST_PASSWORD = "bi-mat-cua-thu"
    word, said = card(client, "Thư điện tử")
    assert word == BAD
    assert said.startswith("Không vào được máy chủ thư: ConnectionRefusedError.")
    settings.EMAIL_IS_SENT = False
    assert card(client, "Thư điện tử")[0] == OFF


def test_no_setting_that_is_a_secret_is_on_the_page(client, administrator, settings):
    settings.EMAIL_HOST_PASSWORD = "bi-mat-cua-thu"
    settings.METRICS_TOKEN = "bi-mat-cua-so-lieu"
    page = client.get(reverse("system_state")).text
    secrets = ["bi-mat", settings.SECRET_KEY, settings.MEDIA_ROOT]
    secrets.append(settings.DATABASES["default"]["NAME"])
    assert [one for one in secrets if str(one) in page] == []


@pytest.fixture
def shown(tmp_path, settings):
    """A function that serves a certificate which holds so many days more, under SITE_URL."""
    servers = []

    def serve(days: float) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.UTC)
        made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - datetime.timedelta(days=90))
        made = made.not_valid_after(now + datetime.timedelta(days=days, minutes=5))
        made = made.sign(key, hashes.SHA256())
        form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (tmp_path / "both.pem").write_bytes(
            key.private_bytes(serialization.Encoding.PEM, *form)
            + made.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "both.pem")
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=_shake_hands, args=(server, context), daemon=True).start()
        settings.SITE_URL = f"https://localhost:{server.getsockname()[1]}"

    yield serve
    for server in servers:
        server.close()


def _shake_hands(server, context) -> None:
    try:
        plain, _address = server.accept()
        with plain, context.wrap_socket(plain, server_side=True) as connection:
            connection.recv(1)
    except OSError:
        pass


@pytest.mark.parametrize(
    ("days", "word"), [(22, WELL), (20, WATCH), (8, WATCH), (6, BAD), (-3, BAD)]
)
def test_a_certificate_that_ends_soon_is_told_in_time(client, administrator, shown, days, word):
    shown(days)
    found, said = card(client, "Chứng thư")
    assert (found, f"Còn {max(days, 0)} ngày." in said) == (word, True)
    assert ("Xin thay chứng thư trước hạn" in said) == (word != WELL)


def test_a_certificate_that_cannot_be_read_is_no_alarm(client, administrator, settings):
    settings.SITE_URL = "https://localhost:1"
    assert card(client, "Chứng thư") == (
        WATCH,
        "Không đọc được từ máy này. Xin xem chứng thư bằng trình duyệt.",
    )
