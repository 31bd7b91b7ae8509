"""The system's Chromium: where it is, and how it starts without asking anything of the network.

The first is Chromium without the parts that draw its own window: the same engine for half of the
processor time. It is named by the program itself: killing Debian's script that calls it leaves it
running. Without it any of the others serves.
"""

import shutil

NAMES = [
    "/usr/lib/chromium/chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def path() -> str:
    """The program that `tests/run` and `tests/audit/run` have installed."""
    return next(filter(None, map(shutil.which, NAMES)))
