"""The site behind its nginx on a database that can be taken away, and load on it."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests import nginx
from tests.bench.server import HOST, PostgreSQL

NAME = "localhost"  # wrk asks for the certificate of the name in the address
# What readers ask for while something is broken: every kind of page but the search, which nginx
# gives an address, and all of these come from one, twice a second.
PAGES = [
    *("/", "/tin-tuc/", "/bao-cao/", "/gioi-thieu/", "/co-cau-to-chuc/", "/lanh-dao/", "/lien-he/"),
    *("/rss/", "/sitemap.xml", "/so-do-trang/", "/du-lieu/don-vi.json"),
]


class Cluster(PostgreSQL):
    """PostgreSQL as in service, with nothing switched off, that can be killed."""

    def start(self) -> None:
        if not self.data.exists():
            self._make_folder()
            self._run("initdb", "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-h {HOST} -p {self.port} -k {self.data}"
        self._run("pg_ctl", "-w", "-l", str(self.data / "log"), "-o", options, "start")

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


@contextlib.contextmanager
def folder():
    """An empty folder that every user may enter, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="portal-faults-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def site_on(where: Path, *, cache: Path | None = None, **environment: str):
    """The site with its sample, running; `environment` over what tests/nginx.py sets."""
    site = nginx.Site(where, name=NAME, cache=cache)
    password = {"DJANGO_SUPERUSER_PASSWORD": secrets.token_urlsafe(16)}  # tests/faults/editor.py
    site.environment |= password | environment
    try:
        site.start()
        yield site
    finally:
        site.stop()


@contextlib.contextmanager
def site_on_postgresql(**environment: str):
    """The site and its cluster."""
    with folder() as where:
        cluster = Cluster(where)
        cluster.start()
        try:
            cluster.create("portal")
            (where / "site").mkdir()
            with site_on(where / "site", DATABASE_URL=cluster.url("portal"), **environment) as site:
                yield site, cluster
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):
                cluster.stop()


def reconfigure(site, change: Callable[[str], str]) -> None:
    """Give nginx another portal.conf, as `change` makes it from the one that it has."""
    path = site.folder / "portal.conf"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    command = [nginx.PROGRAM, "-c", str(site.folder / "nginx.conf"), "-e", "stderr", "-s", "reload"]
    subprocess.run(command, check=True, capture_output=True)
    time.sleep(1)


def articles(site) -> list[str]:
    """The addresses of the articles on the first page of the list."""
    html = site.ask("/tin-tuc/").body.decode()
    return list(dict.fromkeys(re.findall(r'href="(/tin-tuc/[^"/]+-\d+/)"', html)))


@dataclass
class Load:
    requests: int
    failures: int
    rate: float
    words: str


_SCRIPT = """
local pages = {%s}
local number = 0
request = function()
  number = number + 1
  return wrk.format("GET", pages[number %% #pages + 1])
end
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %%d %%d %%d\\n", summary.requests,
    e.connect + e.read + e.write + e.timeout, e.status))
end
"""


def load(
    url: str,
    pages: list[str],
    *,
    seconds: int,
    during: Callable[[], None] = lambda: None,
    connections: int = 16,
    headers: dict[str, str] | None = None,
) -> Load:
    """Ask for the pages in turn with wrk for so long, while `during` breaks something.

    A failure is whatever is no answer below 400, and an answer after more than ten seconds.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % ", ".join(f'"{page}"' for page in pages))
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
        for name, value in (headers or {}).items():
            command += ["-H", f"{name}: {value}"]
        wrk = subprocess.Popen(
            [*command, "-s", script.name, url], stdout=subprocess.PIPE, text=True
        )
        try:
            during()
        finally:
            words = wrk.communicate()[0]
    requests, broken, refused = map(int, re.search(r"RESULT (\d+) (\d+) (\d+)", words).groups())
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", words)[1])
    return Load(requests, broken + refused, rate, words)


def url(site) -> str:
    return f"https://{NAME}:{site.https_port}"


def warm(site, pages: list[str]) -> None:
    """Have each page kept, as it is on a site that people read."""
    for page in pages:
        answer = site.ask(page)
        if answer.status != 200:
            raise RuntimeError(f"{page}: {answer.status}")


def workers(site) -> list[int]:
    """The processes of gunicorn that answer."""
    master = site.gunicorn.pid
    below = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(pid) for pid in below]
