"""`make release-dump`: keep a small database of this release, for tests of later ones.

Writes tests/releases/<version>/ with the same rows as text of SQLite and of PostgreSQL. Done once,
with the commit of the release; a dump is never made anew afterwards.
"""

import json
import os
import re
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.bench.server import ROOT, database_server
from tests.standby import programs

FOLDER = Path(__file__).resolve().parent
# What search keeps for itself beside its table; `migrate` makes it anew (portal/search_sql.py).
_MADE_ANEW = re.compile(
    r'"?portal_search(index|titles|tokens)|portal_searchentry_(added|deleted|changed|moved)'
)


def main() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    target = FOLDER / version
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="portal-release-") as name:
        for kind, dump in (("sqlite", _of_sqlite), ("postgresql", _of_postgresql)):
            with database_server(kind, Path(name)) as server:
                server.create("release")
                rows = _fill(server.url("release"), name)
                (target / f"{kind}.sql").write_text(dump(server), encoding="utf-8")
    (target / "rows.json").write_text(json.dumps(rows, indent=1) + "\n")
    sys.stdout.write(f"{target.relative_to(ROOT)}: {sum(rows.values())} rows\n")


def _fill(url: str, folder: str) -> dict[str, int]:
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": url,
        "MEDIA_ROOT": f"{folder}/media",
    }
    options = {"cwd": ROOT, "env": environment, "check": True}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], **options)
    fill = [sys.executable, "-m", "tests.releases.content", "fill"]
    printed = subprocess.run(fill, stdout=subprocess.PIPE, text=True, **options).stdout
    rows = json.loads(printed)
    if empty := sorted(model for model, number in rows.items() if not number):
        raise SystemExit(f"No rows of: {', '.join(empty)}")
    return rows


def _of_sqlite(server) -> str:
    database = sqlite3.connect(server.url("release").removeprefix("sqlite:///"))
    lines = [line for line in database.iterdump() if not _is_made_anew(line)]
    database.close()
    return "\n".join(lines) + "\n"


def _is_made_anew(statement: str) -> bool:
    writes_tables = statement.startswith(("INSERT INTO sqlite_master", "PRAGMA writable_schema"))
    return writes_tables or _MADE_ANEW.search(statement.split("(")[0]) is not None


def _of_postgresql(server) -> str:
    command = [str(programs() / "pg_dump"), "--no-owner", "--no-privileges", "--inserts"]
    done = subprocess.run(
        [*command, server.url("release")], check=True, stdout=subprocess.PIPE, text=True
    )
    # Without what only psql understands, so that any driver can read it.
    return "".join(line for line in done.stdout.splitlines(True) if not line.startswith("\\"))


if __name__ == "__main__":
    main()
