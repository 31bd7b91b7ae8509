"""sqlmap over every parameter that a stranger or an administrator can send.

Its ways in: a condition that changes the page (B), a message of the database (E), another query's
rows on the page (U). Not tried on SQLite are stacked queries, which Python's driver refuses, and
measuring time, which SQLite has no function for. What none of these can see, a value that is
written and not shown, shows in the server's log: the quotes that sqlmap sends with every parameter
would break its statement, and an error of the server is a finding here.
"""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.audit.report import Report
from tests.security.crawl import Ask, crawl
from tests.security.site import HOLES, SCANNERS, Site, serve, server_errors

_FOUND = re.compile(r"^Parameter: (.+) \((?:GET|POST|URI)\)$", re.MULTILINE)
_AT_ONCE = 2


def check(folder: Path, report: Report) -> None:
    with serve(folder / "planted", settings="tests.security.planted_settings") as site:
        ask = Ask("GET", f"{HOLES}find/", (("id", "1"),))
        found = _try(site, ask, folder / "planted", is_signed_in=False)
        report.line(
            "the planted hole",
            ", ".join(found),
            is_right=found == ["id"],
            why=("sqlmap is blind: it did not find it",),
        )
    known: set[tuple] = set()
    for who, is_signed_in in (("a stranger", False), ("signed in", True)):
        with serve(folder / who.replace(" ", "-")) as site:
            # Public pages answer staff as they answer strangers.
            found = crawl(site, is_signed_in=is_signed_in)
            asks = [ask for ask in found if (ask.place, ask.fresh) not in known]
            known |= {(ask.place, ask.fresh) for ask in asks}
            _check_as(who, site, asks, folder, report, is_signed_in=is_signed_in)


def _check_as(
    who: str, site: Site, asks: list[Ask], folder: Path, report: Report, *, is_signed_in: bool
) -> None:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(
            lambda numbered: _try(
                site, numbered[1], folder / f"{who}-{numbered[0]}", is_signed_in=is_signed_in
            ),
            enumerate(asks),
        )
        found = {ask: names for ask, names in zip(asks, answers, strict=True) if names}
    parameters = sum(max(1, len(ask.fresh)) for ask in asks)
    report.line(
        f"as {who}",
        f"{parameters} parameters of {len(asks)} addresses, {len(found)} findings",
        is_right=bool(asks) and not found,
        why=tuple(f"{ask.method} {ask.path} {names}" for ask, names in found.items()),
    )
    errors = server_errors(site.log)
    report.line(
        f"as {who}: errors of the server", str(len(errors)), is_right=not errors, why=tuple(errors)
    )


def _try(site: Site, ask: Ask, folder: Path, *, is_signed_in: bool) -> list[str]:
    """The parameters through which sqlmap got into the database."""
    folder.mkdir(exist_ok=True)
    command = [SCANNERS / "sqlmap", "--batch", "--url", site.url + ask.target]
    command += ["--output-dir", folder / "sqlmap", "--flush-session", "--disable-coloring"]
    command += ["--level=1", "--risk=1", "--technique=BEU", "--dbms=SQLite", "--threads=2"]
    command += ["--ignore-code=*", "--skip-waf", "--ignore-redirects"]
    if ask.fresh:
        command += ["-p", ",".join(ask.fresh)]
    if ask.method == "POST":
        command += ["--data", ask.body, "--method=POST", f"--header=X-CSRFToken: {site.token}"]
    if is_signed_in:
        command += ["--cookie", site.cookie, "--drop-set-cookie"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    (folder / "output").write_text(answer.stdout)
    if "testing connection" not in answer.stdout and "testing if" not in answer.stdout:
        raise RuntimeError(f"sqlmap did not start: {answer.stdout[-500:]}")
    return _FOUND.findall(answer.stdout)
