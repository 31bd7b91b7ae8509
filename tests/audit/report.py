"""What the checks found, as lines of a table."""

import sys
from dataclasses import dataclass


@dataclass
class Report:
    """Prints each finding as it comes and counts them."""

    passed: int = 0
    failed: int = 0

    def section(self, title: str) -> None:
        self._print(f"\n== {title}")

    def line(self, subject: str, value: str, *, is_right: bool, why: tuple[str, ...] = ()) -> None:
        """One checked thing; `why` says more where it is wrong."""
        self.passed += is_right
        self.failed += not is_right
        self._print(f"{'  ok  ' if is_right else ' FAIL '} {subject:<38} {value}")
        for reason in () if is_right else why:
            self._print(f"         {reason}")

    def note(self, text: str) -> None:
        """Something to know that fails nothing."""
        self._print(f"  note {text}")

    def end(self) -> int:
        """Print the sums; returns the exit status."""
        self._print(f"\n{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0

    @staticmethod
    def _print(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
