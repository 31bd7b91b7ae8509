"""`make security`: bandit, wapiti and sqlmap against the site, and against planted holes.

make security                        everything; about forty minutes
make security ARGS=bandit            some of: bandit, wapiti, sqlmap
make security ARGS="wapiti sqlmap"

The site runs as in service, on a database, files and a port of its own; nothing else is asked.
wapiti goes through it twice, as a stranger and signed in as an administrator; sqlmap tries every
parameter of every link and form that either of them sees, and the parts of the addresses. Each
scanner also goes over holes planted for it (tests/security/planted.py): one that finds none of
them is blind, and that fails as well. Ends with 0 when the site has no finding and every planted
hole is found.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.audit.report import Report
from tests.security import bandit, sqlmap, wapiti

CHECKS = {"bandit": bandit.check, "wapiti": wapiti.check, "sqlmap": sqlmap.check}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/security/run")
    parser.add_argument("checks", nargs="*", metavar="check", help=", ".join(CHECKS))
    options = parser.parse_args()
    if unknown := set(options.checks) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    options.checks = options.checks or list(CHECKS)
    return options


def main(options: argparse.Namespace) -> int:
    report = Report()
    for name in options.checks:
        with tempfile.TemporaryDirectory(prefix="portal-security-") as folder:
            report.section(name)
            CHECKS[name](Path(folder), report)
    return report.end()


def _end(_number, _frame):
    """A termination ends the servers and removes the files as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    try:
        status = main(_options())
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)
