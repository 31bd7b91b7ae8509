"""How fast kept pages are, and what the site takes of the machine beside a bare Django project."""

from __future__ import annotations

import contextlib
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.server import HOST, START_SECONDS, free_port
from tests.faults import place
from tests.nginx import ROOT

ROUNDS = 5


# ── Kept pages beside a plain file ──────────────────────────────────────────────────────────────
def ratio():
    """The article page beside the same bytes as a plain file, in turn, over TLS and over http."""
    with place.folder() as where, place.site_on(where) as site:
        article = place.articles(site)[0]
        (where / "static" / "trang.html").write_bytes(site.ask(article).body)
        port = free_port()
        serve_plainly(site, port)
        # Over http Django would lead to https: what is asked for there is what TLS has kept.
        for name, url in (("TLS", place.url(site)), ("http", f"http://{place.NAME}:{port}")):
            rates = {"page": [], "file": []}
            for _round in range(ROUNDS):
                for kind, address in (("page", article), ("file", "/static/trang.html")):
                    seen = place.load(url, [address], seconds=4)
                    if seen.failures:
                        yield False, f"{name}: {seen.words}"
                    rates[kind].append(seen.rate)
            page, file = statistics.median(rates["page"]), statistics.median(rates["file"])
            words = f"{name}: page {page:,.0f} a second, file {file:,.0f}: {page / file:.2f}"
            yield page / file >= 0.8, words


def serve_plainly(site, port: int) -> None:
    """Give nginx a second server, the first one without TLS, which Django takes for the first."""
    proxy = (site.folder / "proxy.conf").read_text(encoding="utf-8").replace("$scheme", "https")
    (site.folder / "proxy_plainly.conf").write_text(proxy, encoding="utf-8")

    def with_another(text: str) -> str:
        server = text[text.rindex("\nserver {") :].replace("/proxy.conf", "/proxy_plainly.conf")
        listen = rf"listen ([^;]*){site.https_port} ssl http2;"
        server = re.sub(listen, rf"listen \g<1>{port};", server)
        return text + re.sub(r"\n\s+ssl_[^\n]*", "", server)

    place.reconfigure(site, with_another)


# ── Memory and the first page ───────────────────────────────────────────────────────────────────
def memory():
    """PSS and the time to the first page with two workers, beside tests/bench/bare.py."""
    with place.folder() as where:
        with place.site_on(where) as site:
            ours = site.environment | {"SITE_URL": f"http://{HOST}"}
        bare = ours | {"BARE_DATABASE_URL": f"sqlite:///{where}/bare.sqlite3"}
        subprocess.run([sys.executable, "-m", "tests.bench.bare"], cwd=ROOT, env=bare, check=True)
        results = {
            "site": [measure("portal.wsgi", ours, where) for _round in range(3)],
            "bare": [measure("tests.bench.bare:application", bare, where) for _round in range(3)],
        }
        for number, (name, unit, aim) in enumerate((("memory", "MB", 1.3), ("start", "s", 2.0))):
            mine, other = (
                statistics.median(one[number] for one in results[kind]) for kind in results
            )
            words = f"{name}: {mine:.1f} {unit}, bare {other:.1f} {unit}: {mine / other:.2f}"
            yield True, f"{words} (aim {aim})"


def measure(application: str, environment: dict[str, str], where: Path) -> tuple[float, float]:
    """Megabytes after fifty pages, seconds to the first page."""
    port = free_port()
    options = ["--config", "gunicorn.conf.py", "--bind", f"{HOST}:{port}", "--workers", "2"]
    command = [sys.executable, "-m", "gunicorn", application, *options, "--log-level", "error"]
    begun = time.monotonic()
    with (where / "measured").open("ab") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        until_it_answers(port)
        first = time.monotonic() - begun
        place.load(f"http://{HOST}:{port}", ["/"], seconds=3, connections=4)
        pids = [server.pid, *_below(server.pid)]
        return sum(map(pss, pids)) / 1024, first
    finally:
        server.terminate()
        server.wait()


def until_it_answers(port: int) -> None:
    from http.client import HTTPConnection

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with (
            contextlib.suppress(OSError),
            contextlib.closing(HTTPConnection(HOST, port, timeout=5)) as connection,
        ):
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.02)
    raise RuntimeError("The server does not answer.")


def _below(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def pss(pid: int) -> int:
    """Kilobytes of a process, what it shares counted in parts."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])
