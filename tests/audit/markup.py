"""The HTML and the stylesheet of every type of page, checked by the W3C's validator."""

import json
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

from tests.audit.report import Report
from tests.audit.site import ROOT, Page

VALIDATOR = ROOT / "tests/audit/node_modules/vnu-jar/build/dist/vnu.jar"
STYLESHEET = ROOT / "static/portal/site.css"
# It is not: Safari takes a list without bullets for no list unless the role says so.
WANTED = "The “list” role is unnecessary for element “ul”."


def check(pages: list[Page], folder: Path, report: Report) -> None:
    """No error in any page or in the stylesheet; warnings are printed."""
    report.section("HTML and CSS (vnu)")
    names = _save(pages, folder / "pages")
    messages = _messages(folder / "pages")
    for file, name in names.items():
        errors = [line for kind, line in messages[file] if kind == "error"]
        report.line(name, f"{len(errors)} errors", is_right=not errors, why=tuple(errors))
        for kind, line in messages[file]:
            if kind != "error":
                report.note(line)


def _save(pages: list[Page], folder: Path) -> dict[str, str]:
    """The names of the pages and of the stylesheet by the file that holds each."""
    folder.mkdir()
    names = {"site.css": "stylesheet"}
    shutil.copy(STYLESHEET, folder)
    for number, page in enumerate(pages):
        file = f"{number:02}.html"
        (folder / file).write_bytes(page.html)
        names[file] = page.name
    return names


def _messages(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Pairs of a kind ("error", "warning") and a sentence, by file; one Java for all of them."""
    command = ["java", "-Xss4m", "-jar", VALIDATOR, "--stdout", "--format", "json"]
    ran = subprocess.run(
        [*command, "--exit-zero-always", "--also-check-css", folder],
        check=True,
        capture_output=True,
    )
    found = defaultdict(list)
    messages = json.loads(ran.stdout)["messages"]
    for one in (one for one in messages if one["message"] != WANTED):
        kind = "error" if one["type"] in {"error", "non-document-error"} else "warning"
        place = " ".join(one.get("extract", "").split())
        line = f"line {one.get('lastLine', '?')}: {one['message']} {place}"
        found[Path(one.get("url", "")).name].append((kind, line))
    return found
