"""What gunicorn and its workers write, and count together: a server as in service, asked by hand.

Its database is empty, so that every page of content fails.
"""

import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from tests.audit.site import ROOT, free_port, running, wait_for

TOKEN = "a-token-for-tests-long-enough-01234567"
KEY = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1aBc4eFg7iJk0m-_o"


class Server:
    def __init__(self, folder, port):
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"

    def ask(self, address, **headers):
        """Status, headers, words."""
        request = urllib.request.Request(self.url + address, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def lines(self, logger, **wanted) -> list[dict]:
        """Those of this logger; a line is written after its answer, so they are waited for."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            written = (self.folder / "log").read_text(encoding="utf-8").splitlines()
            found = [line for line in map(json.loads, written) if line["logger"] == logger]
            found = [line for line in found if wanted.items() <= line.items()]
            if found:
                return found
            time.sleep(0.1)
        return []


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    environment = {
        "PATH": "/usr/bin:/bin",
        "TMPDIR": str(folder),
        "ENV_FILE": "/dev/null",
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "SITE_URL": "http://127.0.0.1",
        "LOG_FORMAT": "json",
        "ACCESS_LOG": "true",
        "METRICS_TOKEN": TOKEN,
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "portal.wsgi"]
    command += ["--bind", f"127.0.0.1:{port}"]
    with (
        (folder / "log").open("wb") as log,
        running(*command, env=environment, stdout=log, stderr=log) as process,
    ):
        wait_for(process, port)
        yield Server(folder, port)
        process.terminate()  # as systemd does
        process.wait(60)
    assert list(folder.glob("portal-metrics-*")) == []  # nothing stays behind


def test_the_id_on_the_page_of_an_error_is_that_of_its_lines(server):
    status, headers, page = server.ask("/?q=bi-mat")
    assert status == 500
    shown = re.search("<p>Mã yêu cầu: ([0-9a-f]{32})</p>", page)[1]
    assert shown == headers["X-Request-ID"]
    (error,) = server.lines("django.request", request_id=shown)
    assert error["level"] == "ERROR"
    assert "OperationalError: no such table" in error["exception"]
    (access,) = server.lines("gunicorn.access", request_id=shown)
    taken = access.pop("ms")
    assert datetime.fromisoformat(access.pop("time")).utcoffset() == timedelta(hours=7)
    size = len(page.encode())
    assert access == {
        "level": "INFO",
        "logger": "gunicorn.access",
        "message": f"GET / 500 {size} B {taken} ms 127.0.0.1",
        "request_id": shown,
        "method": "GET",
        "path": "/",
        "status": 500,
        "bytes": size,
        "client": "127.0.0.1",
    }
    assert "bi-mat" not in (server.folder / "log").read_text(encoding="utf-8")


def test_no_line_of_the_server_tells_a_key(server):
    for path in ("xem-truoc", "xem%2Dtruoc", "admin/password_reset/Mg"):
        _status, headers, _page = server.ask(f"/{path}/{KEY}/")
        (access,) = server.lines("gunicorn.access", request_id=headers["X-Request-ID"])
        assert access["path"].endswith("/Ab3d…/")
    assert KEY[5:] not in (server.folder / "log").read_text(encoding="utf-8")


def test_every_line_is_an_object_those_of_the_servers_start_too(server):
    (start,) = server.lines("gunicorn.error", message="Using worker: gthread")
    assert start["request_id"] == "-"


def test_workers_count_together_and_what_fails_hides_no_other_figure(server):
    before = counted(server)
    for _request in range(8):
        server.ask("/")
    asked = 'portal_requests_total{method="GET",page="home",status="500"}'
    after = counted(server)
    assert after[asked] - before.get(asked, 0) == 8
    seconds = 'portal_request_seconds_count{page="home"}'
    assert after[seconds] - before.get(seconds, 0) == 8
    assert after["portal_errors_total"] >= before["portal_errors_total"] + 8
    assert after['portal_part_ok{part="migrations"}'] == 0
    assert after['portal_part_ok{part="media"}'] == 1
    assert after['portal_disk_free_bytes{folder="media"}'] > 0
    assert "portal_articles_published" not in after  # its table is not there
    assert server.lines("portal.metrics", level="WARNING")


def counted(server) -> dict[str, float]:
    token = TOKEN
    status, headers, text = server.ask("/metrics", Authorization=f"Bearer {token}")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    figures = {}
    for line in text.splitlines():
        with suppress(ValueError):
            name, value = line.rsplit(" ", 1)
            figures[name] = float(value)
    return figures
