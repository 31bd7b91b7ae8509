"""Servers that are started here and stopped here, and the CPU time they have taken."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60
_TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


# ── CPU time ────────────────────────────────────────────────────────────────────────────────────
def cpu_seconds(root: int) -> float:
    """What the processes below `root` have taken, those that have ended too.

    The scheduler counts in nanoseconds; what has ended is known in hundredths of a second.
    """
    return sum(map(_own_seconds, _below(root))) + _ended_seconds(root)


def _below(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            parents.setdefault(int(stat[1]), []).append(int(entry.name))
    found, ahead = [], list(parents.get(root, []))
    while ahead:
        pid = ahead.pop()
        found.append(pid)
        ahead += parents.get(pid, [])
    return found


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on; the name before may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has just ended
        return []


def _own_seconds(pid: int) -> float:
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[0])
        except OSError:  # it has just ended
            continue
    return total / 1e9


def _ended_seconds(pid: int) -> float:
    stat = _stat(pid)
    return (int(stat[13]) + int(stat[14])) / _TICKS if stat else 0


# ── Web servers ─────────────────────────────────────────────────────────────────────────────────
class Web:
    """One worker of gunicorn, set up as in service, behind a port of its own."""

    def __init__(self, application: str, environment: dict[str, str], log: Path):
        self.port = free_port()
        self.log = log
        command = ["-m", "gunicorn", application, "--config", "gunicorn.conf.py"]
        options = ["--workers", "1", "--bind", f"{HOST}:{self.port}", "--log-level", "warning"]
        self.process = subprocess.Popen(
            [sys.executable, *command, *options],
            cwd=ROOT,
            env=environment,
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
        )

    def wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                connection = HTTPConnection(HOST, self.port, timeout=5)
                connection.request("HEAD", "/")
                connection.getresponse()
                connection.close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"gunicorn did not start:\n{self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)


@contextmanager
def serving(application: str, environment: dict[str, str], log: Path):
    web = Web(application, environment, log)
    try:
        web.wait()
        yield web
    finally:
        web.stop()


# ── Databases ───────────────────────────────────────────────────────────────────────────────────
class SQLite:
    """A file for each database; its work is part of the web server's."""

    name = "SQLite"

    def __init__(self, folder: Path):
        self.folder = folder

    def url(self, database: str) -> str:
        return f"sqlite:///{self.folder / database}.sqlite3"

    def create(self, database: str) -> None:
        """An empty one; what lies there is the rest of a load that was cut short."""
        for file in self.folder.glob(f"{database}.sqlite3*"):
            file.unlink()

    def cpu_seconds(self) -> float:
        return 0


class PostgreSQL:
    """A cluster of its own on a loopback port. Nothing is written durably: it can be made anew."""

    name = "PostgreSQL"

    def __init__(self, folder: Path):
        self.folder = folder
        self.data = folder / "postgresql"
        self.port = free_port()
        programs = Path("/usr/lib/postgresql").glob("*/bin/initdb")
        newest = max(programs, key=lambda path: int(path.parts[-3]), default=None)
        if newest is None:
            raise SystemExit("PostgreSQL is missing; on Debian: apt-get install postgresql")
        self.programs = newest.parent

    def start(self) -> None:
        if not self.data.exists():
            self._make_folder()
            self._run("initdb", "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}
        settings |= {"synchronous_commit": "off", "max_wal_size": "4GB"}
        options = f"-h {HOST} -p {self.port} -k {self.data}"
        options += "".join(f" -c {name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "-w", "-l", str(self.data / "log"), "-o", options, "start")

    def _make_folder(self) -> None:
        self.data.mkdir(mode=0o700)
        if os.getuid() == 0:  # the server refuses to run as root; the package made a user for it
            self.folder.chmod(0o755)
            shutil.chown(self.data, "postgres", "postgres")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.data), *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", pwd.getpwnam("postgres").pw_name, "--", *command]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "fast", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://portal@{HOST}:{self.port}/{database}"

    def create(self, database: str) -> None:
        """An empty one; what lies there is the rest of a load that was cut short."""
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {database}")
            cursor.execute(f"CREATE DATABASE {database}")
        connection.close()

    def cpu_seconds(self) -> float:
        return cpu_seconds(int((self.data / "postmaster.pid").read_text().split()[0]))


@contextmanager
def database_server(kind: str, folder: Path):
    """The server of that kind (sqlite, postgresql), running."""
    if kind == "sqlite":
        yield SQLite(folder)
        return
    server = PostgreSQL(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
