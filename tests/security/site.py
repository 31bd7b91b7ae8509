"""The site that the scanners go over, with or without holes planted in it."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.audit.site import ROOT, environment, free_port, running, wait_for

HOLES = "/lo-hong/"  # where tests/security/planted.py has them
SCANNERS = ROOT / ".venv" / "scanners" / "bin"
_PYTHON = (sys.executable, "-W", "ignore")


@dataclass(frozen=True)
class Site:
    """Where the running site is, and an administrator who is signed in there: the cookies that
    his browser would send, and the token that his forms would hold."""

    url: str
    cookie: str
    token: str
    log: Path


@contextlib.contextmanager
def serve(folder: Path, *, settings: str = "portal.settings") -> Iterator[Site]:
    """Set the site up with sample content and serve it as in service."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    env = environment(folder, port) | {
        "DJANGO_SETTINGS_MODULE": settings,
        # Scanners have no telephone, and work longer than a session of staff lasts.
        "MFA_REQUIRED_GROUPS": "",
        "SESSION_IDLE_MINUTES": "1440",
        "SESSION_HOURS": "24",
    }
    for command in (("migrate",), ("collectstatic", "--no-input"), ("load_sample",)):
        subprocess.run(
            [*_PYTHON, "manage.py", *command, "--verbosity=0"],
            cwd=ROOT,
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    account = subprocess.run(
        [*_PYTHON, "-m", "tests.security.account"],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
    )
    server = (*_PYTHON, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}")
    log = folder / "server.log"
    with (
        log.open("wb") as output,
        running(*server, env=env, stdout=output, stderr=output) as process,
    ):
        wait_for(process, port)
        yield Site(env["SITE_URL"], **json.loads(account.stdout), log=log)


def server_errors(log: Path) -> list[str]:
    """The addresses that answered with an error of the server, by what the server wrote down."""
    lines = log.read_text(errors="replace").splitlines()
    return sorted({line for line in lines if "ERROR django.request" in line})
