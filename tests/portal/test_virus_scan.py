"""Uploads before a real clamd with our own signatures: nothing comes in that it did not clear."""

import contextlib
import datetime
import hashlib
import html
import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from departments.models import Person
from news.models import Article, Attachment, Photo, WordFile
from portal import files, images, virus_scan
from portal import settings as portal_settings
from portal.models import AuditEntry
from tests.factories import make_user
from tests.portal import bad_files
from tests.portal.bad_files import upload
from tests.portal.test_images import stored_names

MARK = b"a virus of the tests"
CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"
FOUND = (
    "Máy quét thấy vi-rút “{virus}” trong tệp “{name}”. Tệp không được lưu; xin báo quản trị và "
    "kiểm tra máy tính đã gửi tệp."
)
BUSY = "Máy quét vi-rút đang bận nên tệp “{name}” chưa được lưu, xin thử lại."
MARKED = "Portal.Test.UNOFFICIAL"


class Scanner(NamedTuple):
    unix: str
    tcp: str


@pytest.fixture(scope="module")
def scanner():
    """A clamd that knows two viruses, at a socket (whose path may not be long) and at a port."""
    folder = Path(tempfile.mkdtemp(prefix="clamd-"))
    (folder / "signatures").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    eicar = bad_files.eicar()
    digest = hashlib.md5(eicar).hexdigest()  # noqa: S324 - what the format of signatures takes
    (folder / "signatures/test.hdb").write_text(f"{digest}:{len(eicar)}:Eicar\n")
    (folder / "signatures/test.ndb").write_text(f"Portal.Test:0:*:{MARK.hex()}\n")
    (folder / "clamd.conf").write_text(
        f"LocalSocket {folder}/socket\nTCPSocket {port}\nTCPAddr 127.0.0.1\n"
        f"DatabaseDirectory {folder}/signatures\nForeground yes\n"
    )
    command = [CLAMD, "-c", str(folder / "clamd.conf")]
    daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_for(folder / "socket", daemon)
        yield Scanner(f"unix://{folder}/socket", f"tcp://127.0.0.1:{port}")
    finally:
        daemon.kill()
        daemon.wait()
        shutil.rmtree(folder)


def _wait_for(path: Path, daemon) -> None:
    until = time.monotonic() + 30
    while not path.exists():
        assert daemon.poll() is None, "clamd ended"
        assert time.monotonic() < until, "clamd does not start"
        time.sleep(0.05)


@pytest.fixture
def told(db):
    """What the audit trail was told."""
    return lambda: list(AuditEntry.objects.filter(action="upload_refused"))


@pytest.fixture
def root(private_root) -> Path:
    return Path(private_root)


def infected(content: bytes) -> bytes:
    return content + MARK


def refusal(check, content: bytes, name: str) -> str:
    with pytest.raises(ValidationError) as caught:
        check(upload(content, name))
    return caught.value.messages[0]


# ── What it says ────────────────────────────────────────────────────────────────────────────────


def test_clean_files_come_in(settings, scanner, root):
    settings.CLAMD = scanner.unix
    assert images.store(upload(bad_files.jpeg(), "a.jpg")).width == 800
    assert files.AttachmentField.admit(upload(bad_files.pdf(), "a.pdf")).pages == 2


@pytest.mark.parametrize(
    ("check", "content", "name", "virus"),
    [
        (images.inspect, infected(bad_files.jpeg()), "a.jpg", MARKED),
        (images.store, infected(bad_files.jpeg()), "a.jpg", MARKED),
        (images.thumbnail, infected(bad_files.jpeg()), "a.jpg", MARKED),
        (files.inspect_attachment, infected(bad_files.pdf()), "a.pdf", MARKED),
        (files.inspect_attachment, bad_files.eicar(), "e.com", "Eicar.UNOFFICIAL"),
        (
            files.inspect_attachment,
            bad_files.archive({"a.txt": MARK}),
            "trong nén.zip",
            MARKED,
        ),
    ],
)
def test_what_it_finds_is_refused_told_and_not_kept(
    settings, scanner, told, root, check, content, name, virus
):
    settings.CLAMD = scanner.unix
    assert refusal(check, content, name) == FOUND.format(virus=virus, name=name)
    found = [(entry.target_title, json.loads(entry.after)) for entry in told()]
    assert found == [(name, {"virus": virus})]
    assert stored_names(root) == []


def test_a_file_is_scanned_and_told_once(settings, scanner, told):
    settings.CLAMD = scanner.unix
    file = upload(infected(bad_files.pdf()), "a.pdf")
    for _time in range(2):
        with pytest.raises(ValidationError, match=r"Portal\.Test"):
            files.inspect_attachment(file)
    assert len(told()) == 1


def test_a_large_file_is_sent_in_pieces_to_its_end(settings, scanner, told):
    settings.CLAMD = scanner.unix
    content = bad_files.jpeg() + bytes(3 * virus_scan.CHUNK)
    images.inspect(upload(content, "a.jpg"))
    assert "Portal.Test" in refusal(images.inspect, content + MARK, "a.jpg")


def test_it_is_asked_over_the_network_too(settings, scanner, told):
    settings.CLAMD = scanner.tcp
    images.inspect(upload(bad_files.jpeg(), "a.jpg"))
    assert "Portal.Test" in refusal(images.inspect, infected(bad_files.jpeg()), "a.jpg")


# ── When it does not answer ─────────────────────────────────────────────────────────────────────


def test_nothing_comes_in_while_it_is_down(settings, root, tmp_path):
    settings.CLAMD = f"unix://{tmp_path}/nobody"
    assert refusal(images.store, bad_files.jpeg(), "a.jpg") == BUSY.format(name="a.jpg")
    admit = files.AttachmentField.admit
    assert refusal(admit, bad_files.pdf(), "a.pdf") == BUSY.format(name="a.pdf")
    assert stored_names(root) == []


@pytest.fixture
def impostor():
    """A function that starts a scanner which gives the answer it is told, or none at all."""
    servers = []

    def start(answer: bytes | None) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        threading.Thread(target=_answer_once, args=(server, answer), daemon=True).start()
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"

    yield start
    for server in servers:
        server.close()


def _answer_once(server: socket.socket, answer: bytes | None) -> None:
    with contextlib.suppress(OSError):
        connection, _address = server.accept()
        with connection:
            if answer is None:
                while connection.recv(64 * 1024):  # it listens, and says nothing
                    pass
            connection.sendall(answer or b"")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: Can't allocate memory ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"stream: O" + bytes([75]) * 9000,
        None,
    ],
    ids=["nothing", "half", "too large", "no memory", "unknown", "endless", "silence"],
)
def test_any_other_answer_than_clean_keeps_the_file_out(
    settings, root, impostor, monkeypatch, answer
):
    monkeypatch.setattr(virus_scan, "TIMEOUT", 0.5)
    settings.CLAMD = impostor(answer)
    assert refusal(images.store, bad_files.jpeg(), "a.jpg") == BUSY.format(name="a.jpg")
    assert stored_names(root) == []


# ── Every door ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def editor(client, settings, scanner):
    settings.CLAMD = scanner.unix
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


SENTENCE = FOUND.format(virus=MARKED, name="a.bin")
ARTICLE = {
    "kind": "news",
    "title": "Bài",
    **{
        f"{part}-{count}_FORMS": "0"
        for part in ("photos", "attachments", "people", "department_links")
        for count in ("TOTAL", "INITIAL")
    },
}


def a_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.bin", infected(content))


DOORS = {
    "library, one": ("/admin/news/photo/upload/", "upload", bad_files.jpeg),
    "library, several": ("/admin/news/photo/add/", "new_photos", bad_files.jpeg),
    "photos of an article": ("/admin/news/article/add/", "new_photos", bad_files.jpeg),
    "documents of an article": ("/admin/news/article/add/", "new_attachments", bad_files.pdf),
    "Word": ("/admin/news/article/word/", "file", bad_files.docx),
    "portrait": ("/admin/departments/person/add/", "portrait", bad_files.jpeg),
    "picture of a unit": ("/admin/departments/department/add/", "picture", bad_files.jpeg),
}


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_a_virus_is_refused_at_every_door(client, editor, root, told, door):
    address, field, made = DOORS[door]
    response = client.post(address, ARTICLE | {field: a_file(made())})
    assert response.status_code in {200, 400}
    said = response.json()["error"] if "json" in response["Content-Type"] else response.text
    assert SENTENCE in html.unescape(said)
    assert stored_names(root) == []
    rows = (Photo, Attachment, WordFile, Article, Person)
    assert [model.objects.count() for model in rows] == [0] * len(rows)
    (entry,) = told()
    assert entry.actor == editor


# ── The setting ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address", ["", "unix:///run/clamav/clamd.ctl", "tcp://127.0.0.1:3310", "tcp://[::1]:3310"]
)
def test_an_address_of_a_scanner_is_taken(monkeypatch, address):
    monkeypatch.setenv("CLAMD", address)
    assert portal_settings._virus_scanner() == address


@pytest.mark.parametrize(
    "address",
    [
        *("unix:", "unix:///", "unix://run/x", "/run/x", "tcp://127.0.0.1", "tcp://:3310"),
        *("tcp://a:b", "tcp://a:0", "http://a:1", "true", "tcp://[::1"),
    ],
)
def test_a_wrong_address_stops_the_start(monkeypatch, address):
    monkeypatch.setenv("CLAMD", address)
    with pytest.raises(ImproperlyConfigured, match="Biến CLAMD không đúng"):
        portal_settings._virus_scanner()


# ── What administrators are told of it ──────────────────────────────────────────────────────────


def state_of_the_scanner(client) -> str:
    client.force_login(make_user(is_superuser=True))
    page = client.get(reverse("system_state")).text
    return re.search(r"<h2>Máy quét vi-rút</h2>(.*?)</li>", page, re.DOTALL)[1]


@pytest.mark.django_db
def test_a_scanner_that_answers_is_named_with_its_version(client, settings, scanner):
    settings.CLAMD = scanner.unix
    assert "ClamAV " in state_of_the_scanner(client)


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "word"), [(6, "Bình thường"), (8, "Cần xem")])
def test_old_signatures_are_told(client, settings, impostor, age, word):
    day = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=age)
    settings.CLAMD = impostor(f"ClamAV 1.0.7/27455/{day:%a %b %d %H:%M:%S %Y}\0".encode())
    assert word in state_of_the_scanner(client)


@pytest.mark.django_db
def test_a_scanner_that_is_down_is_told(client, settings):
    settings.CLAMD = "tcp://127.0.0.1:1"
    said = state_of_the_scanner(client)
    assert "Có lỗi" in said
    assert "Trong lúc này trang không nhận tệp" in said
