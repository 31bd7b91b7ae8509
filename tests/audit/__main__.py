"""`make audit`: independent checks of the public site, on the real site with real photographs.

make audit                          everything
make audit ARGS="markup weight"     some of: markup, weight, lighthouse
make audit ARGS=--strict            a Lighthouse performance under 98 fails too
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.audit import lighthouse, markup, weight
from tests.audit.report import Report
from tests.audit.site import real_site

CHECKS = ["markup", "weight", "lighthouse"]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/audit/run")
    parser.add_argument("checks", nargs="*", metavar="check", help=", ".join(CHECKS))
    parser.add_argument("--strict", action="store_true", help="performance counts as well")
    options = parser.parse_args()
    if unknown := set(options.checks) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    options.checks = options.checks or CHECKS
    return options


def main(options: argparse.Namespace) -> int:
    report = Report()
    # A browser may still be writing when it is ended.
    with tempfile.TemporaryDirectory(prefix="portal-audit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        os.environ["TMPDIR"] = name  # what browsers and Java leave goes as well
        with real_site(folder) as pages:
            if "markup" in options.checks:
                markup.check(pages, folder, report)
            if "weight" in options.checks:
                weight.check(pages, report)
            if "lighthouse" in options.checks:
                lighthouse.check(pages, report, is_strict=options.strict)
    return report.end()


def _end(_number, _frame):
    """A termination ends the server and removes the files as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    try:
        status = main(_options())
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)
