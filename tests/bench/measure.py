"""How long a page keeps the servers busy, beside the bare view in the same minute."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import cycle, islice
from statistics import mean, median

from tests.bench.server import HOST, Web

WARM_UP = 20


@dataclass
class Sample:
    """One run of requests for one page type; times are seconds a request."""

    cpu: float
    elapsed: float


@dataclass
class Limits:
    """Of one run: as many requests as fit into the seconds, at least `least`."""

    requests: int = 300
    seconds: float = 1.0
    rounds: int = 3
    least: int = 20


@dataclass
class Measured:
    """The medians of all rounds."""

    cpu: float
    per_second: float
    ratio: float
    bare: float
    bare_per_second: float


@dataclass
class Target:
    """A server with the pages that are asked of it; `database` has cpu_seconds()."""

    web: Web
    database: object
    addresses: list[str]
    status: int = 200
    problems: list[str] = field(default_factory=list)

    def sample(self, limits: Limits) -> Sample:
        """Ask one page after the other over one connection that stays open."""
        connection = HTTPConnection(HOST, self.web.port, timeout=60)
        try:
            addresses = cycle(self.addresses)
            self._ask(connection, addresses, Limits(WARM_UP, limits.seconds / 4, least=5))
            before, start = self._cpu(), time.perf_counter()
            count = self._ask(connection, addresses, limits)
            elapsed, used = time.perf_counter() - start, self._cpu() - before
        finally:
            connection.close()
        return Sample(used / count, elapsed / count)

    def ask_each(self) -> None:
        """So that each of its pages has been drawn before."""
        connection = HTTPConnection(HOST, self.web.port, timeout=60)
        self._ask(connection, self.addresses, Limits(len(self.addresses), seconds=math.inf))
        connection.close()

    def _cpu(self) -> float:
        return self.web.cpu_seconds() + self.database.cpu_seconds()

    def _ask(self, connection: HTTPConnection, addresses, limits: Limits) -> int:
        """Ask for as many pages as the limits allow; returns how many."""
        deadline, count = time.perf_counter() + limits.seconds, 0
        for address in islice(addresses, limits.requests):
            connection.request("GET", address)
            response = connection.getresponse()
            response.read()
            count += 1
            if response.status != self.status:
                self.problems.append(f"{address} answers {response.status}, not {self.status}")
            if count >= limits.least and time.perf_counter() > deadline:
                break
        return count


def measure(bare: Target, pages: dict[str, Target], limits: Limits) -> dict[str, Measured]:
    """Every page type between two runs of the bare view, in rounds; names to medians."""
    runs: dict[str, list[tuple[Sample, Sample, Sample]]] = {name: [] for name in pages}
    for _round in range(limits.rounds):
        before = bare.sample(limits)
        for name, page in pages.items():
            sample, after = page.sample(limits), bare.sample(limits)
            runs[name].append((before, sample, after))
            before = after
    return {name: _medians(samples) for name, samples in runs.items()}


def _medians(runs: list[tuple[Sample, Sample, Sample]]) -> Measured:
    bare = [mean((before.cpu, after.cpu)) for before, _sample, after in runs]
    bare_elapsed = [mean((before.elapsed, after.elapsed)) for before, _sample, after in runs]
    samples = [sample for _before, sample, _after in runs]
    return Measured(
        cpu=median(sample.cpu for sample in samples),
        per_second=1 / median(sample.elapsed for sample in samples),
        ratio=median(sample.cpu / one for sample, one in zip(samples, bare, strict=True)),
        bare=median(bare),
        bare_per_second=1 / median(bare_elapsed),
    )
