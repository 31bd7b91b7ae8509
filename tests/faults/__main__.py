"""`make faults`: take away what the site needs, under load, and count who noticed.

`make faults ARGS="postgresql disk"` runs some. Each says what it did and saw in a line; the last
line and the exit status say whether all kept their word.
"""

import argparse
import signal
import sys
import time

from tests.faults import readers, speed, writers

SCENARIOS = {
    "postgresql": readers.postgresql,
    "redis": readers.redis,
    "workers": readers.workers_killed,
    "correction": readers.correction,
    "disk": writers.full_disk,
    "killed": writers.killed_while_saving,
    "sqlite": writers.eight_writers_on_sqlite,
    "speed": speed.ratio,
    "memory": speed.memory,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *SCENARIOS], default=[])
    # Servers are stopped and disks taken off also when this is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = parser.parse_args().names or list(SCENARIOS)
    kept = True
    for name in names:
        begun = time.monotonic()
        for is_kept, words in SCENARIOS[name]():
            kept = kept and is_kept
            passed = time.monotonic() - begun
            say(f"{'ok ' if is_kept else 'NO '} {name:<10} {passed:4.0f} s  {words}")
    say("All kept their word." if kept else "Not all kept their word.")
    return 0 if kept else 1


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
