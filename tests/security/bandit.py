"""bandit over the code that runs; what was looked at and found right stands in reviewed.json."""

import json
import subprocess
from pathlib import Path

from tests.audit.report import Report
from tests.audit.site import ROOT
from tests.security.site import SCANNERS

CODE_THAT_RUNS = ("portal", "departments", "news", "manage.py", "gunicorn.conf.py")
# Three holes that it must name.
PLANTED = """import pickle, subprocess
def run(text):
    subprocess.run(text, shell=True)
    return pickle.loads(text), eval(text)
"""
REVIEWED = Path(__file__).with_name("reviewed.json")


def check(folder: Path, report: Report) -> None:
    planted = folder / "planted.py"
    planted.write_text(PLANTED)
    seen = {name for name, *_ in _findings(planted)}
    report.line(
        "planted holes",
        ", ".join(sorted(seen)),
        is_right={"B301", "B307", "B602"} <= seen,
        why=("bandit is blind: it did not name pickle, eval and shell=True",),
    )
    reviewed = {(one["test"], one["file"], one["line"]) for one in json.loads(REVIEWED.read_text())}
    found = set(_findings(*CODE_THAT_RUNS))
    report.line(
        "the code",
        f"{len(found)} places, {len(found - reviewed)} of them not reviewed",
        is_right=found <= reviewed,
        why=tuple(f"{test} {file}: {line}" for test, file, line in sorted(found - reviewed)),
    )
    gone = reviewed - found
    report.line(
        "the list of reviewed places",
        f"{len(gone)} of them gone",
        is_right=not gone,
        why=tuple(f"{test} {file}: {line}" for test, file, line in sorted(gone)),
    )


def _findings(*targets: str | Path) -> list[tuple[str, str, str]]:
    """Of each finding: the test's number, the file, the line of code."""
    answer = subprocess.run(
        [SCANNERS / "bandit", "--quiet", "--recursive", "--format=json", *targets],
        cwd=ROOT,
        capture_output=True,
        check=False,  # 1 means that there are findings
    )
    return [
        (one["test_id"], one["filename"].removeprefix("./"), _line(one))
        for one in json.loads(answer.stdout)["results"]
    ]


def _line(finding: dict) -> str:
    number = finding["line_number"]
    return Path(ROOT, finding["filename"]).read_text().splitlines()[number - 1].strip()
