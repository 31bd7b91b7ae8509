"""Where the pictures go, and where the site answers while they are taken."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "huong-dan-bien-tap"
PORT = int(os.environ.get("PORT", "8123"))
ADDRESS = f"http://127.0.0.1:{PORT}"
