"""`python -m tests.guide`: takes the pictures of docs/huong-dan-bien-tap.md anew.

A site of its own with the sample content, two accounts and one Word file; the steps of the guide
are done in a real Chromium, by the words on the buttons, so that a button which has changed its
words stops this script. Ends with the pictures' weight and the time from the Word file to a draft
that can be published.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from playwright.sync_api import sync_playwright

from tests.browser import chromium
from tests.guide.place import ADDRESS, PICTURES, PORT, ROOT


def prepare(folder: Path) -> None:
    """Let Django work on a site in this folder, with everything in it that the steps need."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="portal.settings",
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
        ENV_FILE=os.devnull,
        SECRET_KEY=secrets.token_urlsafe(50),
        SITE_URL=ADDRESS,
        MFA_REQUIRED_GROUPS="",  # the pictures show the work, not the sign-in
        DATABASE_URL=f"sqlite:///{folder}/site.sqlite3",
        MEDIA_ROOT=f"{folder}/media",
        STATIC_ROOT=f"{folder}/static",
        DEBUG="true",
    )
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_sample", verbosity=0)


@contextmanager
def served():
    """The site, answering at ADDRESS."""
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{PORT}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, **quiet)
    try:
        _wait_for_answer(process)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for_answer(process) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(ADDRESS, timeout=5).close()  # noqa: S310 - our own http address
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"The site does not answer at {ADDRESS}: is the port in use? Set PORT.")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        from tests.guide import steps  # it needs Django's models

        people = steps.make_people()
        with served(), sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium.path(), args=chromium.FLAGS
            )
            PICTURES.mkdir(exist_ok=True)
            seconds = steps.walk(browser, people)
            browser.close()
    weight = sum(picture.stat().st_size for picture in PICTURES.glob("*.webp"))
    sys.stdout.write(f"{weight / 1e6:.2f} MB; from the Word file to the draft {seconds:.1f} s\n")


if __name__ == "__main__":
    main()
