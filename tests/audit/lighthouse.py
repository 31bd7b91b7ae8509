"""Lighthouse's opinion of the main pages on a phone."""

import json
import os
import statistics
import subprocess
from pathlib import Path

from tests.audit.report import Report
from tests.audit.site import ROOT, Page, running
from tests.browser import chromium

LIGHTHOUSE = ROOT / "tests/audit/node_modules/lighthouse/cli/index.js"
# Their speed is measured five times, that of the others once.
TIMED = ["home", "article with photographs", "news list"]
OTHERS = ["category", "reports", "structure", "contact", "about"]
RUNS = 5
PERFECT = ("accessibility", "best-practices", "seo")
LAYOUT_SHIFT = 0.01
SPEED = 98
# What a page may score on a machine that does other work meanwhile.
NOISY_SPEED = 90
RUN_SECONDS = 120


def check(pages: list[Page], folder: Path, report: Report, *, is_strict: bool) -> None:
    """Everything but the speed is perfect; the speed's median is printed and has a floor."""
    report.section("Lighthouse, mobile")
    by_name = {page.name: page for page in pages}
    for name in (*TIMED, *OTHERS):
        result = run(by_name[name].url, folder)
        shift = result["audits"]["cumulative-layout-shift"]["numericValue"]
        scores = {key: _score(result, key) for key in PERFECT}
        value = "  ".join(f"{key} {score}" for key, score in scores.items())
        is_right = set(scores.values()) == {100} and shift <= LAYOUT_SHIFT
        why = tuple(reason for key in PERFECT for reason in _faults(result, key))
        report.line(name, f"{value}  CLS {shift:.3f}", is_right=is_right, why=why)
        speeds = [_score(result, "performance")]
        if name in TIMED:
            more = (run(by_name[name].url, folder, "performance") for _run in range(RUNS - 1))
            speeds += [_score(result, "performance") for result in more]
        _judge_speed(name, speeds, report, floor=SPEED if is_strict else NOISY_SPEED)


def _judge_speed(name: str, speeds: list[int], report: Report, *, floor: int) -> None:
    median = round(statistics.median(speeds))
    runs = f" ({' '.join(map(str, speeds))})" if len(speeds) > 1 else ""
    short = f", {SPEED - median} short of {SPEED}" if median < SPEED else ""
    value = f"performance {median}{runs}{short}"
    report.line(name, value, is_right=median >= floor, why=(f"at least {floor}",))


def run(url: str, folder: Path, *categories: str) -> dict:
    """One run of Lighthouse with a browser of its own, in its `categories` (all)."""
    file = folder / "lighthouse.json"
    file.unlink(missing_ok=True)
    command = ["node", str(LIGHTHOUSE), url, "--output=json", f"--output-path={file}", "--quiet"]
    command += [
        "--no-enable-error-reporting",
        "--form-factor=mobile",
        "--disable-full-page-screenshot",
    ]
    command.append(f"--only-categories={','.join(categories or ('performance', *PERFECT))}")
    command.append(f"--chrome-flags=--headless=new {' '.join(chromium.FLAGS)}")
    env = {**os.environ, "CHROME_PATH": chromium.path(), "TMPDIR": str(folder)}
    with running(*command, env=env, stderr=subprocess.PIPE) as process:
        _out, errors = process.communicate(timeout=RUN_SECONDS)
    if process.returncode:
        raise RuntimeError(f"Lighthouse on {url}: {errors.decode()}")
    return json.loads(file.read_text(encoding="utf-8"))


def _score(result: dict, category: str) -> int:
    return round((result["categories"][category]["score"] or 0) * 100)


def _faults(result: dict, category: str) -> list[str]:
    """What keeps a category from 100, with the elements that Lighthouse names."""
    audits = [result["audits"][ref["id"]] for ref in result["categories"][category]["auditRefs"]]
    failed = [one for one in audits if one["score"] is not None and one["score"] < 1]
    return [f"{category}: {one['id']}: {one['title']} {_elements(one)}".rstrip() for one in failed]


def _elements(audit: dict) -> str:
    items = audit.get("details", {}).get("items", [])[:5]
    return " ".join(item["node"]["snippet"] for item in items if "node" in item)
