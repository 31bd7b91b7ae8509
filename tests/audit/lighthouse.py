"""Lighthouse's opinion of the main pages on a phone."""

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from tests.audit.report import Report
from tests.audit.site import Page, running
from tests.browser import chromium

SCRIPT = Path(__file__).with_suffix(".mjs")
# Their speed is measured five times, that of the others once.
TIMED = ["home", "article with photographs", "news list"]
OTHERS = ["category", "reports", "structure", "contact", "about"]
RUNS = 5
PERFECT = ("accessibility", "best-practices", "seo")
LAYOUT_SHIFT = 0.01
SPEED = 98
# What a page may score on a machine that does other work meanwhile.
NOISY_SPEED = 90


def check(pages: list[Page], report: Report, *, is_strict: bool) -> None:
    """Everything but the speed is perfect; the speed's median is printed and has a floor."""
    report.section("Lighthouse, mobile")
    floor = SPEED if is_strict else NOISY_SPEED
    urls = {page.name: page.url for page in pages}
    names = {urls[name]: name for name in (*TIMED, *OTHERS)}
    results = run([job for url, name in names.items() for job in _jobs(url, name)])
    for url, of_page in groupby(results, key=lambda result: result["requestedUrl"]):
        first, *more = of_page
        _judge_quality(names[url], first, report)
        speeds = [_score(result, "performance") for result in (first, *more)]
        _judge_speed(names[url], speeds, report, floor=floor)


def _jobs(url: str, name: str) -> list[tuple]:
    """The runs of a page: a whole one, then those that measure its speed again."""
    again = RUNS - 1 if name in TIMED else 0
    return [(url, ["performance", *PERFECT]), *[(url, ["performance"])] * again]


def run(jobs: list[tuple]) -> Iterator[dict]:
    """Lighthouse's result of each job (an address and the categories), as it comes."""
    env = {**os.environ, "CHROME_PATH": chromium.path()}
    command = ["node", str(SCRIPT), "--headless=new", *chromium.FLAGS]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with running(*command, env=env, **pipes) as process:
        process.stdin.write(json.dumps(jobs).encode())
        process.stdin.close()
        for _job in jobs:
            result = json.loads(process.stdout.readline() or "{}")
            if not result or "runtimeError" in result:
                raise RuntimeError(f"Lighthouse failed: {result.get('runtimeError')}")
            yield result


def _judge_quality(name: str, result: dict, report: Report) -> None:
    shift = result["audits"]["cumulative-layout-shift"]["numericValue"]
    scores = {key: _score(result, key) for key in PERFECT}
    value = "  ".join(f"{key} {score}" for key, score in scores.items())
    is_right = set(scores.values()) == {100} and shift <= LAYOUT_SHIFT
    why = tuple(reason for key in PERFECT for reason in _faults(result, key))
    report.line(name, f"{value}  CLS {shift:.3f}", is_right=is_right, why=why)


def _judge_speed(name: str, speeds: list[int], report: Report, *, floor: int) -> None:
    median = round(statistics.median(speeds))
    runs = f" ({' '.join(map(str, speeds))})" if len(speeds) > 1 else ""
    short = f", {SPEED - median} short of {SPEED}" if median < SPEED else ""
    value = f"performance {median}{runs}{short}"
    report.line(name, value, is_right=median >= floor, why=(f"at least {floor}",))


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
