"""A site as its first start leaves it, for tests that begin there.

A first start costs ten seconds of processor time: tables, static files, the sample's photographs.
It is done once a run, for all workers; whoever needs a site copies it into a folder of his own.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 300


def variables(folder: Path) -> dict[str, str]:
    """What a site reads that keeps all it writes in `folder`; nothing of this process but PATH.

    The key is the same for each, because the audit trail of the site that is copied has its seal.
    """
    return {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "x" * 50,
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "STATIC_ROOT": f"{folder}/static",
        "DJANGO_SUPERUSER_USERNAME": "truong",
    }


@dataclass(frozen=True)
class Start:
    """How a start ended and what it said."""

    status: int
    output: str
    errors: str


class Started:
    """The site that two first starts at the same moment have made in `folder`."""

    def __init__(self, folder: Path):
        self.site = folder / "site"
        self._said = folder / "said.json"
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:  # another worker may be making it
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._said.exists():
                self._make()
        self.starts = [Start(*one) for one in json.loads(self._said.read_text(encoding="utf-8"))]

    def _make(self) -> None:
        self.site.mkdir(exist_ok=True)
        with ThreadPoolExecutor(2) as starts:
            ends = list(starts.map(_start, [self.site] * 2))
        said = [[one.returncode, one.stdout, one.stderr] for one in ends]
        self._said.write_text(json.dumps(said), encoding="utf-8")

    def copy_to(self, folder: Path) -> None:
        """Put the database, media/ and static/ into `folder`."""
        shutil.copytree(self.site, folder, dirs_exist_ok=True)


def _start(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", "start", "--prepare"],
        cwd=ROOT,
        env=variables(folder),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
