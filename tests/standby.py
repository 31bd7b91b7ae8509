"""A streaming replica of a PostgreSQL server, made and ended here, for tests and `make hosts`."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from tests.bench.server import free_port


def programs() -> Path:
    """Where the newest PostgreSQL on this machine has its programs."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max(found, key=lambda path: int(path.parts[-3])).parent


def as_server(program: str, *arguments: str, prefix: tuple[str, ...] = ()) -> None:
    """Run one of them; as root in the name of the user that the package made. `prefix`: a command
    that runs commands, elsewhere."""
    command = [str(programs() / program), *arguments]
    if os.getuid() == 0:
        command = ["runuser", "-u", pwd.getpwnam("postgres").pw_name, "--", *command]
    subprocess.run([*prefix, *command], cwd="/", check=True, stdout=subprocess.DEVNULL)


def ask(host: str, port: int, database: str, question: str):
    """The one value that a server answers."""
    address = {"host": host, "port": port, "user": "portal", "dbname": database}
    with contextlib.closing(psycopg2.connect(**address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]


class Standby:
    """A copy that follows the server at `host`:`port`, whose user `portal` needs no password."""

    def __init__(
        self,
        *,
        primary: tuple[str, int],
        host: str = "127.0.0.1",
        port: int = 0,
        prefix: tuple[str, ...] = (),
    ):
        self.primary = primary
        self.host, self.port = host, port or free_port()
        self.prefix = prefix
        self.folder = Path(tempfile.mkdtemp(prefix="portal-standby-"))
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data = self.folder / "data"

    def make(self) -> None:
        host, port = map(str, self.primary)
        where = ["-D", str(self.data), "-h", host, "-p", port, "-U", "portal"]
        as_server("pg_basebackup", *where, "-R", "-c", "fast", "--no-sync", prefix=self.prefix)
        self.start()

    def start(self) -> None:
        options = (
            f"-h {self.host} -p {self.port} -k {self.folder} -c fsync=off -c max_connections=1000"
        )
        self._control("-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._control("-m", "immediate", "stop")

    def remove(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder)

    def _control(self, *arguments: str) -> None:
        as_server("pg_ctl", "-D", str(self.data), *arguments, prefix=self.prefix)

    def ask(self, database: str, question: str):
        """The one value that the copy answers."""
        return ask(self.host, self.port, database, question)

    def wait_for(self, position: str, database: str, seconds: float = 20) -> None:
        """Until the copy has replayed the log up to `position`."""
        until = time.monotonic() + seconds
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        while not self.ask(database, reached):
            if time.monotonic() > until:
                raise TimeoutError("the replica does not follow")
            time.sleep(0.02)
