"""What those who write see, and what is left of their work."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from tests.faults import place
from tests.faults.editor import Editor
from tests.nginx import ROOT

SECONDS = 30
FULL = "Đĩa của máy chủ đã đầy"
CATEGORY = "/admin/news/category/add/"


def picture(number: int) -> bytes:
    """A JPEG that is no other's."""
    image = Image.effect_noise((640, 480), 40 + number % 50).convert("RGB")
    image.putpixel((0, 0), (number % 256, number // 256, 7))
    content = io.BytesIO()
    image.save(content, "JPEG", quality=85)
    return content.getvalue()


# ── A full disk ─────────────────────────────────────────────────────────────────────────────────
@contextlib.contextmanager
def small_disk(megabytes: int):
    """A folder on a disk of its own; for root alone."""
    with place.folder() as where:
        size = f"size={megabytes}m,mode=755"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", where], check=True)
        try:
            yield where
        finally:
            subprocess.run(["umount", "-l", where], check=True)


def full_disk():
    """Database, uploads, temporary files, logs on one disk, and no byte left on it; kept pages in
    memory, as in service."""
    with place.folder() as memory, small_disk(90) as where:
        (where / "tmp").mkdir()
        with place.site_on(where, cache=memory / "pages", TMPDIR=str(where / "tmp")) as site:
            yield from _on_full_disk(site, where)


def _on_full_disk(site, where: Path):
    editor = Editor(site)
    editor.sign_in()
    pages = place.PAGES + place.articles(site)
    place.warm(site, pages)
    uploads = files_below(where / "media")
    fill(where)
    never_asked = [f"{page}{'&' if '?' in page else '?'}day" for page in pages]
    bad = [page for page in pages + never_asked if not whole(site, page)]
    yield not bad, f"pages that do not come, of {len(pages + never_asked)}: {len(bad)} {bad[:3]}"
    name = f"Chuyên mục {secrets.token_hex(4)}"
    answer = editor.submit(CATEGORY, {"name": name}, files={})
    words = answer.body.decode()
    refused = answer.status == 503 and FULL in words and f'value="{name}"' in words
    yield refused, f"a save: {answer.status}, with the sentence and the text: {refused}"
    taken = [editor.upload(f"anh-{number}.jpg", picture(number)) for number in range(5)]
    yield not any(taken), f"photos taken of five: {sum(map(bool, taken))}"
    left = files_below(where / "media") - uploads
    yield not left, f"partial files: {len(left)}"
    (where / "fill").unlink()
    saved = editor.submit(CATEGORY, {"name": name}, files={}).status
    taken = editor.upload("anh.jpg", picture(9))
    yield saved == 302 and bool(taken), f"with room again: save {saved}, photo {taken}"


def whole(site, page: str) -> bool:
    """Whether the page comes, to its end."""
    try:
        answer = site.ask(page)
    except Exception:  # noqa: BLE001 - whatever breaks off, the page has not come
        return False
    ends = (b"</html>", b"</rss>", b"</sitemapindex>", b"]")
    return answer.status == 200 and answer.body.rstrip().endswith(ends)


def fill(where: Path) -> None:
    with contextlib.suppress(OSError), (where / "fill").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 65536)
    with contextlib.suppress(OSError), (where / "fill").open("ab", buffering=0) as file:
        while True:
            file.write(b"x")


def files_below(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*") if path.is_file()}


# ── kill -9 ─────────────────────────────────────────────────────────────────────────────────────
def killed_while_saving():
    """The server is killed again and again while a hundred photos are saved."""
    with place.site_on_postgresql() as (site, _cluster):
        editor = Editor(site)
        editor.sign_in()
        acknowledged, lost = [], 0
        stop = threading.Event()
        killer = threading.Thread(target=_kill_again_and_again, args=(site, stop))
        killer.start()
        try:
            for number in range(100):
                try:
                    pk = editor.upload(f"anh-{number}.jpg", picture(number))
                except (OSError, ValueError):
                    pk = None
                acknowledged += [pk] if pk else []
                if not pk:
                    lost += 1
                    time.sleep(0.5)
        finally:
            stop.set()
            killer.join()
        found = json.loads(_python(site, _STATE % {"ids": acknowledged}))
        words = f"100 saves, {len(acknowledged)} acknowledged, {lost} refused or broken off"
        yield not found["missing"] and len(acknowledged) > 20, f"{words}, lost: {found['missing']}"
        old = time.time() - 2 * 24 * 3600
        for path in files_below(site.folder / "media"):
            os.utime(path, (old, old))
        removed = int(_python(site, "from portal import orphans; print(orphans.remove())"))
        again = int(_python(site, "from portal import orphans; print(orphans.remove())"))
        found = json.loads(_python(site, _STATE % {"ids": acknowledged}))
        kept = not again and not found["missing"] and not found["orphans"]
        yield kept, f"orphans: {removed} swept, {len(found['orphans'])} left"


_STATE = """
import json
from pathlib import Path
from django.conf import settings
from news.models import Photo
from portal import orphans
known = {photo.pk: photo for photo in Photo.objects.all()}
whole = {pk for pk, photo in known.items() if photo.image.storage.exists(photo.image.name)}
named = orphans._named()
files = [path.name for path in Path(settings.MEDIA_ROOT).glob("*/*")]
print(json.dumps({
    "missing": [pk for pk in %(ids)s if pk not in whole],
    "orphans": [name for name in files if orphans._checksum(name) not in named],
}))
"""


def _python(site, code: str) -> str:
    """What the code prints, run in the site's own environment."""
    command = [sys.executable, "manage.py", "shell", "--verbosity=0", "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=site.environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip().splitlines()[-1]


def _kill_again_and_again(site, stop: threading.Event) -> None:
    while not stop.wait(random.uniform(2, 8)):  # noqa: S311 - any moment will do
        master = site.gunicorn
        for pid in [master.pid, *place.workers(site)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        master.wait()
        site.serve()


# ── SQLite ──────────────────────────────────────────────────────────────────────────────────────
def eight_writers_on_sqlite():
    """Eight people save all the time: everybody waits for his turn, nobody is refused.

    Each at an address of his own, from which nginx takes so many attempts to sign in.
    """
    with place.folder() as where, place.site_on(where) as site:
        saved: list[int] = []
        editors = [Editor(site, f"127.0.0.{number}") for number in range(2, 10)]
        for editor in editors:
            editor.sign_in()
        until = time.monotonic() + SECONDS

        def write(editor: Editor) -> None:
            while time.monotonic() < until:
                name = f"Chuyên mục {secrets.token_hex(6)}"
                saved.append(editor.submit(CATEGORY, {"name": name}, files={}).status)

        with ThreadPoolExecutor(len(editors)) as writers:
            list(writers.map(write, editors))  # raises what one of them raised
        locked = (where / "log").read_text(encoding="utf-8").count("database is locked")
        refused = sum(status != 302 for status in saved)
        words = (
            f"{len(saved)} saves in {SECONDS} s, {refused} refused, “database is locked”: {locked}"
        )
        yield not locked and not refused and len(saved) > 50, words
