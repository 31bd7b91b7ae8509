"""wapiti through the site, as a stranger and signed in."""

import json
import subprocess
from pathlib import Path

from tests.audit.report import Report
from tests.security.site import HOLES, SCANNERS, Site, serve, server_errors

# What can be tried without a second host on the internet. The headers have tests of their own
# (tests/portal/test_headers.py), behind TLS, where they are whole. Without `ldap`: the site asks no
# directory, and that attack tells by pages that differ; it takes the refusal of every address with
# a zero character (400) for an answer that gives all entries.
ATTACKS = "sql,timesql,xss,permanentxss,file,exec,crlf,redirect,xxe"
CRAWL_SECONDS = 360
ATTACK_SECONDS = 180  # each kind of attack
# What would end the scanner's own session; and lists by two filters at once, of which there are
# thousands: each filter alone is attacked, by the same view.
EXCLUDED = ("logout", "/password", "/?*=*&*=")
# Compared with the cookie before a view sees anything.
SKIPPED = ("csrfmiddlewaretoken",)


def check(folder: Path, report: Report) -> None:
    with serve(folder / "planted", settings="tests.security.planted_settings") as site:
        found = _scan(site, folder / "planted", start=HOLES, attacks="sql,xss,file,redirect")
        kinds = sorted(kind for kind, *_ in found)
        report.line(
            "planted holes",
            ", ".join(sorted(set(kinds))),
            is_right={"SQL Injection", "Reflected Cross Site Scripting", "Open Redirect"}
            <= set(kinds)
            and any("Path Traversal" in kind for kind in kinds),
            why=("wapiti is blind: it did not find all four",),
        )
    for who, is_signed_in in (("a stranger", False), ("signed in", True)):
        with serve(folder / who.replace(" ", "-")) as site:
            found = _scan(site, folder / who.replace(" ", "-"), is_signed_in=is_signed_in)
            report.line(
                f"as {who}",
                f"{len(found)} findings",
                is_right=not found,
                why=tuple(" ".join(map(str, finding)) for finding in found),
            )
            errors = server_errors(site.log)
            report.line(
                f"as {who}: errors of the server",
                str(len(errors)),
                is_right=not errors,
                why=tuple(errors),
            )


def _scan(
    site: Site,
    folder: Path,
    *,
    start: str = "/",
    is_signed_in: bool = False,
    attacks: str = ATTACKS,
) -> list[tuple[str, str, str, str]]:
    """Of each finding: its kind, the method, the address with its parameter, what was seen."""
    output = folder / "wapiti.json"
    command = [SCANNERS / "wapiti", "--url", site.url + start, "--module", attacks]
    command += ["--scope", "domain" if start == "/" else "folder", "--depth", "6"]
    command += ["--max-files-per-dir", "12", "--max-links-per-page", "80"]
    command += ["--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(ATTACK_SECONDS)]
    command += ["--store-session", folder / "session", "--flush-session", "--no-bugreport"]
    command += ["--store-config", folder / "config", "--format", "json", "--output", output]
    if is_signed_in:
        command += ["--header", f"Cookie: {site.cookie}", "--start", f"{site.url}/admin/"]
        command += ["--drop-set-cookie"]
    for part in EXCLUDED:
        command += ["--exclude", f"{site.url}/admin*{part}*"]
    for name in SKIPPED:
        command += ["--skip", name]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    result = json.loads(output.read_text())
    pages = result["infos"]["crawled_pages_nbr"]
    if pages < (2 if start != "/" else 50):
        raise RuntimeError(f"wapiti saw only {pages} pages")
    return [
        (kind, one["method"], one["path"], one["info"])
        for part in ("vulnerabilities", "anomalies")
        for kind, many in result[part].items()
        for one in many
    ]
