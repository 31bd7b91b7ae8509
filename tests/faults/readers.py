"""What readers see while something that the site needs is gone."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import threading
import time

import psycopg2

from tests.faults import place
from tests.faults.editor import Editor
from tests.nginx import free_port


def postgresql():
    """Stopped for half a minute, killed, restarted again and again: no reader fails."""
    with place.site_on_postgresql() as (site, cluster):
        pages = place.PAGES + place.articles(site)
        place.warm(site, pages)

        def stopped():
            time.sleep(2)
            cluster.stop()
            time.sleep(30)
            cluster.start()
            time.sleep(3)

        seen = place.load(place.url(site), pages, seconds=45, during=stopped)
        enough = seen.requests >= 50_000
        yield enough and not seen.failures, f"stopped for 30 s: {told(seen)}"
        yield fresh(site), "fresh pages by itself afterwards"

        def killed():
            for _time in range(3):
                time.sleep(3)
                cluster.kill()
                time.sleep(2)
                (cluster.data / "postmaster.pid").unlink(missing_ok=True)
                start_again(cluster)

        seen = place.load(place.url(site), pages, seconds=30, during=killed)
        yield not seen.failures, f"killed three times: {told(seen)}"

        def restarted():
            for _time in range(5):
                time.sleep(2)
                cluster.stop()
                cluster.start()

        seen = place.load(place.url(site), pages, seconds=25, during=restarted)
        yield not seen.failures, f"restarted five times: {told(seen)}"
        yield fresh(site), "fresh pages by itself afterwards"


def start_again(cluster) -> None:
    """What was killed leaves children for a moment, which hold the memory of the old one."""
    for _try in range(50):
        try:
            return cluster.start()
        except subprocess.CalledProcessError:
            time.sleep(0.3)
    return cluster.start()


def told(seen: place.Load) -> str:
    return f"{seen.requests:,} requests, {seen.failures} failures ({seen.rate:,.0f} a second)"


def fresh(site) -> bool:
    """Whether pages come from Django again, within the ten seconds that they are kept."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if site.ask(f"/lien-he/?{secrets.token_hex(4)}").status == 200:
            return True
        time.sleep(0.2)
    return False


def redis():
    """Stopped and killed: neither readers nor the sign-in notice."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]

    def start():
        return subprocess.Popen([*command, "--dir", "/tmp"], stdout=subprocess.DEVNULL)  # noqa: S108

    server = start()
    try:
        with (
            place.folder() as where,
            place.site_on(where, CACHE_URL=f"redis://127.0.0.1:{port}/0") as site,
        ):
            pages = [
                f"{page}{'&' if '?' in page else '?'}x={n}"
                for page in place.PAGES
                for n in range(40)
            ]

            def gone():
                time.sleep(3)
                server.kill()
                server.wait()
                Editor(site).sign_in()

            seen = place.load(place.url(site), pages, seconds=10, during=gone)
            yield (
                not seen.failures,
                f"killed, pages partly from Django: {told(seen)}; sign-in works",
            )
    finally:
        server.kill()
        server.wait()


def workers_killed():
    """All workers killed five times: kept pages go on, of the others a few are lost."""
    with place.site_on_postgresql() as (site, _cluster):
        pages = place.PAGES + place.articles(site)
        place.warm(site, pages)

        def kill():
            for _time in range(5):
                time.sleep(3)
                for pid in place.workers(site):
                    os.kill(pid, signal.SIGKILL)

        seen = place.load(place.url(site), pages, seconds=20, during=kill)
        yield seen.failures < 10, f"killed five times, readers: {told(seen)}"
        past = {"Cookie": "__Host-sessionid=none"}
        seen = place.load(
            place.url(site), pages, seconds=20, during=kill, connections=4, headers=past
        )
        yield seen.failures < 10, f"the same, past the kept pages: {told(seen)}"


def correction():
    """A thousand readers and an editor who corrects an article five times."""
    with place.site_on_postgresql() as (site, cluster):
        # A thousand readers have a thousand addresses; these have one.
        limit = "limit_conn portal_connections 200;"
        place.reconfigure(site, lambda text: text.replace(limit, limit.replace("200", "5000")))
        article = place.articles(site)[0]
        editor = Editor(site)
        editor.sign_in()
        number = re.search(r"-(\d+)/", article)[1]
        delays = []
        stop = threading.Event()

        def read_as_editor():
            while not stop.is_set():
                editor.ask("GET", article)
                editor.ask("GET", f"/admin/news/article/{number}/change/")
                time.sleep(0.2)

        def correct():
            reader = threading.Thread(target=read_as_editor)
            reader.start()
            try:
                for _time in range(3):
                    mark = f"Sửa {secrets.token_hex(4)}"
                    correct_byline(cluster, int(number), mark)
                    delays.append(until_seen(site, article, mark))
            finally:
                stop.set()
                reader.join()

        seen = place.load(place.url(site), [article], seconds=45, during=correct, connections=1000)
        yield not seen.failures, f"a thousand readers of one article: {told(seen)}"
        worst = max(delays)
        yield worst < 10, f"corrections seen after {', '.join(f'{one:.1f}' for one in delays)} s"
        strangers = [site.ask(article).body.decode() for _reader in range(50)]
        own = [page for page in strangers if "/admin/" in page or "private" in page]
        yield not own, f"pages of the editor among {len(strangers)} of strangers: {len(own)}"


def correct_byline(cluster, number: int, words: str) -> None:
    with psycopg2.connect(cluster.url("portal")) as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE news_article SET byline = %s WHERE id = %s", [words, number])
    connection.close()


def until_seen(site, address: str, words: str) -> float:
    """Seconds until every one of ten answers in a row has the words."""
    begun = last_old = time.monotonic()
    in_a_row = 0
    while in_a_row < 10 and time.monotonic() - begun < 30:
        asked = time.monotonic()
        if words in site.ask(address).body.decode():
            in_a_row += 1
        else:
            in_a_row, last_old = 0, asked
        time.sleep(0.02)
    return last_old - begun
