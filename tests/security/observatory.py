"""`make observatory`: the score that MDN's HTTP Observatory gives the site, and what it is made of.

Started by tests/security/observatory, in network and mount namespaces of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import nginx

PACKAGE = Path(__file__).parent / "node_modules" / "@mdn" / "mdn-http-observatory"
# Ten points less than the most: HSTS preload is the operator's decision (5), and a page without a
# cookie gets none of the five for a well kept one.
SCORE = 135


def main() -> int:
    """Print the score and each test; 1 when the score is lower than it should be."""
    with tempfile.TemporaryDirectory(prefix="portal-observatory-") as name:
        folder = Path(name)
        _be_the_only_one_on_the_network(folder)
        with nginx.serving(folder, http_port=80, https_port=443) as site:
            result = _scan(site)
    lines = [f"{result['scan']['grade']}  {result['scan']['score']} điểm (cần {SCORE})"]
    for test, verdict in result["tests"].items():
        lines.append(f"{verdict['scoreModifier']:+4d}  {test}: {verdict['result']}")
    sys.stdout.write("\n".join([*lines, ""]))
    return int(result["scan"]["score"] < SCORE)


def _be_the_only_one_on_the_network(folder: Path) -> None:
    subprocess.run(["/sbin/ip", "link", "set", "lo", "up"], check=True)
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {nginx.NAME}\n", encoding="utf-8")
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)


def _scan(site: nginx.Site) -> dict:
    # The package would fetch the browsers' list of preloaded hosts; ours is in none.
    (PACKAGE / "conf" / "hsts-preload.json").write_text("{}", encoding="utf-8")
    command = ["node", str(PACKAGE / "src" / "scan.js"), site.name]
    environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(site.certificate)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main())
