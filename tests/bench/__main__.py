"""`make bench`: how fast the pages are, beside a bare Django view in the same run.

For each database and number of articles the real site runs under gunicorn with one worker, and a
bare Django project beside it. Each page type is asked for over one connection between two runs of
the bare view; the CPU time of both servers' processes is read from the kernel. There is no cache in
front: each page asks the database; what was drawn from the same rows is not drawn again
(portal/drawn.py), unless `--first` is given. Ends with 1 when a page answers what it should not,
else with 0: it informs.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench import report
from tests.bench.measure import Limits, Target, measure
from tests.bench.queries import QUERIES
from tests.bench.server import HOST, ROOT, database_server, serving

PAGES = (
    "article print home list list-500 category reports report-year unit person leaders structure "
    "about contact search feed sitemap sitemap-part 404"
).split()
DATABASES = ("sqlite", "postgresql")
SEARCH_SIZES = [20_000, 100_000]
DESK_SIZES = [1_000, 100_000]
SEARCH_LIMITS = Limits(requests=10, seconds=0.5, least=3)


@dataclass
class Bench:
    """One database server with the folder that holds everything of this run."""

    server: object
    folder: Path
    site: str  # the module of its WSGI application

    def environment(self, database: str) -> dict[str, str]:
        """The settings of the site on `database`, and of the bare project beside it."""
        return {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
        } | {
            "PYTHONPATH": str(ROOT),
            "ENV_FILE": os.devnull,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_URL": f"http://{HOST}",
            "MFA_REQUIRED_GROUPS": "",  # the editors of --desk sign in without a phone
            "DATABASE_URL": self.server.url(database),
            "BARE_DATABASE_URL": self.server.url("bare"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "STATIC_ROOT": str(self.folder / "static"),
        }

    def load(self, size: int) -> dict[str, str]:
        """The environment of a database with `size` articles, loaded unless it was kept."""
        self._once("bare", ["-m", "tests.bench.bare"])
        database = f"portal_{size}"
        load = ["-m", "tests.bench.inside", "load", str(size)]
        if not self._once(database, load):
            self.run(database, *load)  # migrations that came since
        self.run(database, "manage.py", "collectstatic", "--noinput", "--verbosity=0")
        return self.environment(database)

    def _once(self, database: str, command: list[str]) -> bool:
        """Make the database by the command; False when a run before has done so."""
        done = self.folder / f"{database}.{self.server.name}.loaded"
        if done.exists():
            return False
        self.server.create(database)
        self.run(database, *command)
        done.touch()
        return True

    def run(self, database: str, *command: str) -> str:
        """What the Python command prints; its log lines go to the folder's log."""
        with (self.folder / "log").open("a") as log:
            done = subprocess.run(
                [sys.executable, *command],
                cwd=ROOT,
                env=self.environment(database),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        if done.returncode:
            raise SystemExit(f"{command} failed:\n{(self.folder / 'log').read_text()[-3000:]}")
        return done.stdout

    def survey(self, size: int, names: list[str]) -> list[dict]:
        """What pages.survey finds on the site with `size` articles."""
        command = ["-m", "tests.bench.inside", "survey", *names]
        return json.loads(self.run(f"portal_{size}", *command))

    @contextmanager
    def sites(self, size: int):
        """A maker of targets on the loaded site, and the bare view as one."""
        environment = self.load(size)
        logs = self.folder / "site.log", self.folder / "bare.log"
        with (
            serving(self.site, environment, logs[0]) as site,
            serving("tests.bench.bare", environment, logs[1]) as bare,
        ):
            yield (
                lambda addresses, status=200: Target(site, self.server, addresses, status),
                Target(bare, self.server, ["/"]),
            )


def bench_pages(bench: Bench, size: int, names: list[str], limits: Limits) -> list[report.Row]:
    """Measure the page types of those names at that size and print their table."""
    with bench.sites(size) as (target, bare):
        found = bench.survey(size, names)
        pages = {
            facts["name"]: target(facts["addresses"], facts["status"])
            for facts in found
            if facts["addresses"] and not facts["problem"]
        }
        for page in pages.values():
            page.ask_each()
        measured = measure(bare, pages, limits)
    for facts in found:
        problems = pages[facts["name"]].problems if facts["name"] in pages else []
        facts["problem"] = facts["problem"] or next(iter(problems), "")
    rows = [report.Row(facts, measured.get(facts["name"])) for facts in found]
    say(report.pages_table(bench.server.name, size, rows))
    return rows


def bench_searches(bench: Bench, size: int) -> list[str]:
    """Measure each search alone, print the table; returns what went wrong."""
    with bench.sites(size) as (target, bare):
        (facts,) = bench.survey(size, ["search"])
        if facts["problem"] or not facts["addresses"]:
            return [f"search: {facts['problem'] or facts['note']}"]
        searches = zip(QUERIES, facts["addresses"], strict=True)
        pages = {query: target([address]) for query, address in searches}
        measured = measure(bare, pages, SEARCH_LIMITS)
    say(report.search_table(bench.server.name, size, measured))
    return [problem for page in pages.values() for problem in page.problems[:1]]


def bench_desk(bench: Bench, size: int) -> list[str]:
    """Measure what editors do, print the table; slowness is no error."""
    bench.load(size)
    rows = json.loads(bench.run(f"portal_{size}", "-m", "tests.bench.inside", "desk"))
    say(report.desk_table(bench.server.name, size, rows))
    return []


def bench_database(kind: str, folder: Path, options: argparse.Namespace) -> list[str]:
    """All sizes on one kind of database; returns what went wrong."""
    with database_server(kind, folder) as server:
        site = "tests.bench.undrawn" if options.first else "portal.wsgi"
        bench = Bench(server, folder, site)
        if options.desk:
            return [line for size in options.sizes for line in bench_desk(bench, size)]
        if options.search:
            return [line for size in options.sizes for line in bench_searches(bench, size)]
        limits = replace(Limits(), **{name: getattr(options, name) for name in LIMITS})
        by_size = {size: bench_pages(bench, size, options.pages, limits) for size in options.sizes}
        say(report.growth_table(server.name, by_size))
    return [
        row.facts["problem"] for rows in by_size.values() for row in rows if row.facts["problem"]
    ]


LIMITS = ("requests", "seconds", "rounds")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n" if text else "")
    sys.stdout.flush()


def _numbers(text: str) -> list[int]:
    return [int(part.replace("_", "")) for part in text.split(",")]


def _chosen(known):
    def parse(text: str) -> list[str]:
        names = text.split(",")
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)} not among {', '.join(known)}")
        return names

    return parse


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", type=_numbers, help="numbers of articles: 100,10000,100000")
    parser.add_argument(
        "--databases", type=_chosen(DATABASES), default=DATABASES, help=",".join(DATABASES)
    )
    parser.add_argument("--pages", type=_chosen(PAGES), default=PAGES, help=",".join(PAGES))
    parser.add_argument("--search", action="store_true", help="each of twenty searches alone")
    parser.add_argument("--desk", action="store_true", help="publishing and storing photos")
    parser.add_argument("--first", action="store_true", help="no page has been drawn before")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the databases for next time")
    parser.add_argument("--requests", type=int, default=300, help="of a run, at most")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a run, about")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    chosen = parser.parse_args()
    usual = DESK_SIZES if chosen.desk else SEARCH_SIZES if chosen.search else [100, 10_000, 100_000]
    chosen.sizes = chosen.sizes or usual
    return chosen


def main() -> int:
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stop the servers, too
    say(report.heading())
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as temporary:
        folder = chosen.keep.resolve() if chosen.keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        problems = [
            line for kind in chosen.databases for line in bench_database(kind, folder, chosen)
        ]
    for problem in problems:
        say(f"wrong: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
