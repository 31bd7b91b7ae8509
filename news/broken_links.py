"""The look at every link that readers are offered, and what is kept of it.

Pages of this site are looked up, nothing is requested; other sites are asked only when that is
wanted (`portal/outside.py`). Safe to repeat: a mended link is forgotten, a broken one keeps the
moment when it was first seen.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction
from django.utils import timezone

from news.links import dead_paths, local_path
from news.models import Article, BrokenLink
from news.models.links import LONGEST_ADDRESS, NOT_FOR_READERS
from portal import richtext
from portal.clients import Network
from portal.outside import Fault, ask

# Articles that are looked at together, and other sites that are asked at the same time.
BATCH, AT_ONCE = 200, 8

Links = dict[int, dict[str, str]]  # an article's id → the addresses in it, with their words


@dataclass
class Outside:
    """Asks other sites, each address once in a run."""

    inside: Sequence[Network] = ()
    answers: dict[str, Fault | None] = field(default_factory=dict)

    def faults(self, addresses: Iterable[str]) -> dict[str, Fault]:
        new = [one for one in dict.fromkeys(addresses) if one not in self.answers]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            faults = pool.map(partial(ask, inside=self.inside), new)
            self.answers.update(zip(new, faults, strict=True))
        return {one: fault for one in addresses if (fault := self.answers[one])}


def check(outside: Outside | None = None) -> tuple[int, int]:
    """Look at all that is readable; returns how many articles, and how many links are broken.

    Without `outside` what was found of other sites stands as long as the text holds the link.
    """
    articles = 0
    for batch in _batches():
        articles += len(batch)
        _store(batch, _faults(batch, outside), outside is not None)
    BrokenLink.objects.exclude(article__in=Article.objects.readable()).delete()
    return articles, BrokenLink.objects.count()


def still_in(html: str, found: Iterable[BrokenLink]) -> list[BrokenLink]:
    """Of what was found, the links that this text holds."""
    held = {address[:LONGEST_ADDRESS] for address in _links(html)}
    return [one for one in found if one.address in held]


# ── Looking ─────────────────────────────────────────────────────────────────────────────────────
def _batches() -> Iterator[Links]:
    last = 0
    while True:
        rows = Article.objects.readable().filter(pk__gt=last).order_by("pk")
        batch = {pk: _links(body) for pk, body in rows.values_list("pk", "body")[:BATCH]}
        if not batch:
            return
        yield batch
        last = max(batch)


def _links(html: str) -> dict[str, str]:
    """The addresses in a text with the words of the first link to each; no mail, no telephone."""
    found: dict[str, str] = {}
    for link in richtext.links(html):
        if local_path(link.address) or _is_outside(link.address):
            found.setdefault(link.address, link.words)
    return found


def _is_outside(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _faults(batch: Links, outside: Outside | None) -> dict[str, str]:
    """What is wrong with the addresses of a batch: address → why."""
    addresses = {address for links in batch.values() for address in links}
    paths = {address: path for address in addresses if (path := local_path(address))}
    dead = dead_paths(paths.values())
    faults = {address: NOT_FOR_READERS for address, path in paths.items() if path in dead}
    return faults | (outside.faults(addresses - paths.keys()) if outside else {})


# ── Keeping ─────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def _store(batch: Links, faults: dict[str, str], asked_outside: bool) -> None:
    now = timezone.now()
    found = {
        (pk, address[:LONGEST_ADDRESS]): (words, faults[address])
        for pk, links in batch.items()
        for address, words in links.items()
        if address in faults
    }
    again, mended = [], []
    for row in BrokenLink.objects.filter(article__in=batch):
        if said := found.pop((row.article_id, row.address), None):
            row.words, row.why = said
            row.last_seen = now
            again.append(row)
        elif asked_outside or row.why == NOT_FOR_READERS or not _holds(batch, row):
            mended.append(row.pk)
    BrokenLink.objects.filter(pk__in=mended).delete()
    BrokenLink.objects.bulk_update(again, ["words", "why", "last_seen"])
    BrokenLink.objects.bulk_create(_rows(found, now), ignore_conflicts=True)  # a second run


def _holds(batch: Links, row: BrokenLink) -> bool:
    return any(address[:LONGEST_ADDRESS] == row.address for address in batch[row.article_id])


def _rows(found: dict, now: datetime.datetime) -> Iterator[BrokenLink]:
    for (pk, address), (words, why) in found.items():
        yield BrokenLink(
            article_id=pk, address=address, words=words, why=why, first_seen=now, last_seen=now
        )
