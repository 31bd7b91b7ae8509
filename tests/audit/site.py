"""The real site for the checks: database, files and server of its own, gone afterwards."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 30
ENDING_SECONDS = 10


@dataclass(frozen=True)
class Page:
    """A page of the running site; `html`: what was answered, or the file that nginx serves."""

    name: str
    url: str
    status: int
    html: bytes
    is_file: bool
    is_public: bool


def environment(folder: Path, port: int) -> dict[str, str]:
    """What the site reads, as in service, with everything it writes in `folder`."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "false",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "MFA_REQUIRED_GROUPS": "",  # no page of the audit is about the second factor
        "ADMIN_PATH": "admin/",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "CACHE_URL": "locmemcache://",
        "MEDIA_ROOT": str(folder / "media"),
        "MEDIA_ACCEL": "",
        "STATIC_ROOT": str(folder / "static"),
    }


@contextlib.contextmanager
def running(*command: str, **options) -> Iterator[subprocess.Popen]:
    """A process of a group of its own, ended with all that it started."""
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True, **options) as process:
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen) -> None:
    """Ask the process and what it started to stop, as Ctrl-C does; then force it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def real_site(folder: Path) -> Iterator[list[Page]]:
    """Set the site up with its content and serve it as in service; yields its pages."""
    port = free_port()
    env = environment(folder, port)
    python = (sys.executable, "-W", "ignore")
    for command in (("migrate",), ("collectstatic", "--no-input")):
        subprocess.run(
            [*python, "manage.py", *command, "--verbosity=0"], cwd=ROOT, env=env, check=True
        )
    made = subprocess.run(
        [*python, "-m", "tests.audit.content"], cwd=ROOT, env=env, check=True, capture_output=True
    )
    server = (*python, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}")
    with (
        (folder / "server.log").open("wb") as log,
        running(*server, env=env, stdout=log, stderr=log) as process,
    ):
        wait_for(process, port)
        yield [_page(entry, env["SITE_URL"]) for entry in json.loads(made.stdout)]


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(process: subprocess.Popen, port: int) -> None:
    """Return once the process answers at the port."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args[0]} did not start.")


def _page(entry: dict, site: str) -> Page:
    url = site + entry["address"]
    html = entry["html"].encode() or _fetch(url, entry)
    return Page(
        name=entry["name"],
        url=url,
        status=entry["status"],
        html=html,
        is_file=bool(entry["html"]),
        is_public=not entry["html"] and not entry["cookie"],
    )


def _fetch(url: str, entry: dict) -> bytes:
    cookie = entry["cookie"]
    headers = {"Cookie": f"{cookie['name']}={cookie['value']}"} if cookie else {}
    try:
        answer = urlopen(Request(url, headers=headers))  # noqa: S310 - our own http address
    except HTTPError as error:
        answer = error
    with answer:
        if answer.status != entry["status"]:
            raise RuntimeError(f"{entry['name']}: {url} answers {answer.status}")
        return answer.read()
