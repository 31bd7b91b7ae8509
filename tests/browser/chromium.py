"""The system's Chromium: where it is, and how it starts without asking anything of the network."""

import shutil

NAMES = ["chromium", "chromium-browser", "google-chrome"]
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
