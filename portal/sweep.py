"""The sweep of the database: every text of every table as it lies there, whoever wrote it.

Rows are read by SQL, not through the models' fields, so that a row written around the forms is
seen as it is, and columns that no model knows are read too. In batches by primary key: memory
does not grow with the site. `portal.sweep_files` does the same for files and code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models

from portal import foreign_html, richtext, spam
from portal.fields import FoldedField
from portal.hosts import BlockedHost
from portal.models import SearchEntry
from portal.publishing import Publishable, Status
from portal.sweep_records import Area, Found, Kind, SweepFinding, SweepRun

BATCH = 500
# Their rows speak of spam, are no text, or are secrets.
_LEFT_OUT = (Session, SweepFinding, SweepRun, BlockedHost)
# Tables of what strangers typed at the door: with them anybody could raise an alarm every night.
_OF_STRANGERS = ("axes_", "portal_audit")
_SECRET = {"password", "session_data", "key"}
# Text made from other text for a machine, without accents: a word there proves nothing.
_FOR_MACHINES = {
    (SearchEntry._meta.db_table, name)
    for name in ("folded_title", "folded_text", "toned_title", "toned_text")
}
_CHECKSUM = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_MARKS = re.compile(r"[<\[&@/\\]|javascript|\beval|String\.from|\$_|base64|shell_exec|passthru")


@dataclass
class Table:
    """A table of the database with what the models say of its columns."""

    name: str
    key: str
    rich: frozenset[str] = frozenset()
    machine: frozenset[str] = frozenset()
    is_publishable: bool = False

    @classmethod
    def of(cls, model) -> Table:
        meta = model._meta
        fields = meta.concrete_fields
        machine = {
            one.column
            for one in fields
            if isinstance(one, FoldedField | models.SlugField | models.UUIDField)
            or (meta.db_table, one.column) in _FOR_MACHINES
            or one.column == "sort_key"
        }
        return cls(
            name=meta.db_table,
            key=meta.pk.column,
            rich=frozenset(one.column for one in fields if isinstance(one, richtext.RichTextField)),
            machine=frozenset(machine),
            is_publishable=issubclass(model, Publishable),
        )


def tables() -> list[Table]:
    """Every table a model has, but for those that are left out."""
    found = {
        model._meta.db_table: Table.of(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model not in _LEFT_OUT
    }
    return [found[name] for name in sorted(found) if not name.startswith(_OF_STRANGERS)]


def rows(table: Table) -> Iterator[dict]:
    """The rows of a table as the database gives them, BATCH at a time."""
    quote = connection.ops.quote_name
    select = f"SELECT * FROM {quote(table.name)}"  # noqa: S608 - names of our own models
    order = f" ORDER BY {quote(table.key)} LIMIT {BATCH}"
    last = None
    with connection.cursor() as cursor:
        while True:
            if last is None:
                cursor.execute(select + order)
            else:
                cursor.execute(f"{select} WHERE {quote(table.key)} > %s{order}", [last])
            names = [column[0] for column in cursor.description]
            batch = cursor.fetchall()
            for row in batch:
                yield dict(zip(names, row, strict=True))
            if len(batch) < BATCH:
                return
            last = batch[-1][names.index(table.key)]


@dataclass
class DatabaseSweep:
    """One pass over all tables.

    `unnamed`: checksums of files; those that a row names are taken out on the way.
    """

    hosts: spam.Hosts
    unnamed: set[str] = field(default_factory=set)
    rows: int = 0

    def __post_init__(self):
        self.judge = foreign_html.judge_with(self.hosts)

    def run(self) -> Iterator[Found]:
        for table in tables():
            for row in rows(table):
                self.rows += 1
                yield from self._row(table, row)

    def _row(self, table: Table, row: dict) -> Iterator[Found]:
        for column, value in row.items():
            if not isinstance(value, str) or not value:
                continue
            if self.unnamed:
                self.unnamed.difference_update(_CHECKSUM.findall(value))
            if column in _SECRET or len(value) < 4:
                continue
            for kind, words in dict(self._value(table, column, row, value)).items():
                yield Found(
                    Area.DATABASE,
                    kind,
                    table=table.name,
                    row=str(row[table.key]),
                    column=column,
                    words=words,
                )

    def _value(self, table: Table, column: str, row: dict, value: str) -> Iterable[tuple]:
        if column in table.rich:
            is_draft = table.is_publishable and row.get("status") in _NOT_PUBLIC
            return self.rich_text(value, is_draft=is_draft)
        if value[0] in "[{" and (texts := _texts_of_json(value)) is not None:
            return [one for text in texts for one in self._within_json(text)]
        return self.plain(value, is_for_machines=column in table.machine)

    # ── Rich text ───────────────────────────────────────────────────────────────────────────────
    def rich_text(self, html: str, *, is_draft: bool = False) -> Iterator[tuple[Kind, str]]:
        """What is wrong with a stored rich text: (kind, words)."""
        own = foreign_html.without_marks(html)
        clean = richtext.clean(own)
        if clean != own:
            traces = foreign_html.read(html, self.judge).traces
            yield from _of_traces(traces)
            if program := foreign_html.program(html):
                yield Kind.PROGRAM, program
            if not traces:
                yield Kind.DIFFERS, _first_difference(own, clean)
        yield from self._links(clean, is_draft=is_draft)
        yield from self._advertisement(clean)

    def _links(self, clean: str, *, is_draft: bool) -> Iterator[tuple[Kind, str]]:
        if "<a " not in clean:
            return
        links = foreign_html.links(clean)
        for link in links:
            verdict = self.judge(link.address, link.words)
            if verdict == "link" or (verdict == "masked" and not is_draft):
                yield _KINDS[verdict], f"{link.words} → {link.address}"
        if len(links) >= _BLOCK_LINKS:
            yield from self._blocks(clean)

    def _blocks(self, clean: str) -> Iterator[tuple[Kind, str]]:
        """A paragraph that is nothing but links to many sites that nobody knows."""
        for block in richtext.blocks(clean):
            links = foreign_html.links(block.html) if block.tag == "p" else []
            strange = {host for link in links if (host := self.hosts.strange(link.address))}
            linked = sum(len(link.words) for link in links)
            many = len(links) >= _BLOCK_LINKS and len(strange) >= _BLOCK_HOSTS
            if many and linked > 0.7 * len(block.text):
                yield Kind.BLOCK, ", ".join(sorted(strange))

    def _advertisement(self, clean: str) -> Iterator[tuple[Kind, str]]:
        plain = richtext.plain_text(clean)
        yield from self._written_out(plain)
        if spam.words(plain) and not spam.warns(plain):
            for line in plain.split("\n"):
                if spam.advertises(line):
                    yield Kind.WORDS, line
                    return

    # ── Other text ──────────────────────────────────────────────────────────────────────────────
    def plain(self, text: str, *, is_for_machines: bool = False) -> Iterator[tuple[Kind, str]]:
        """What is wrong with a stored plain text."""
        if _MARKS.search(text):
            if found := foreign_html.program(text):
                yield Kind.PROGRAM, found
            elif found := foreign_html.markup(text):
                yield Kind.MARKUP, found
            yield from self._written_out(text)
        if not is_for_machines and spam.advertises(text):
            yield Kind.WORDS, text

    def _written_out(self, text: str) -> Iterator[tuple[Kind, str]]:
        """Addresses that are no links; a warning may name a forbidden site in full."""
        for address in foreign_html.addresses(text):
            if self.judge(address, "") == "link" and not spam.warns(text):
                yield Kind.LINK, address

    def _within_json(self, text: str) -> Iterator[tuple[Kind, str]]:
        """A text of a version or of a form not saved yet: HTML or plain, raw or cleaned."""
        if not _MARKS.search(text):
            return
        if found := foreign_html.program(text):
            yield Kind.PROGRAM, found
        if "<" in text and foreign_html.SUSPECT.search(text):
            traces = foreign_html.read(text, self.judge).traces
            yield from _of_traces(trace for trace in traces if trace.kind != "masked")
        for link in foreign_html.links(text):
            if self.judge(link.address, link.words) == "link":
                yield Kind.LINK, f"{link.words} → {link.address}"
        yield from self._written_out(text)


_NOT_PUBLIC = {Status.DRAFT, Status.SUBMITTED, Status.RETURNED}
_KINDS = {
    "hidden": Kind.HIDDEN,
    "active": Kind.ACTIVE,
    "link": Kind.LINK,
    "masked": Kind.MASKED,
    "remark": Kind.REMARK,
}
_BLOCK_LINKS, _BLOCK_HOSTS = 8, 5


def _of_traces(traces) -> Iterator[tuple[Kind, str]]:
    for trace in traces:
        yield _KINDS[trace.kind], trace.words


def _first_difference(stored: str, clean: str) -> str:
    """The stored text from a little before the first character the cleaner would change."""
    pairs = zip(stored, clean, strict=False)
    at = next((at for at, (one, other) in enumerate(pairs) if one != other), len(clean))
    return stored[max(0, at - 20) : at + 140]


def _texts_of_json(value: str) -> list[str] | None:
    """Every text in a JSON value, JSON in JSON included; None where it is no JSON."""
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return None
    found: list[str] = []
    ahead = [data]
    while ahead:
        one = ahead.pop()
        if isinstance(one, dict):
            ahead += [*one.values(), *one.keys()]
        elif isinstance(one, list):
            ahead += one
        elif isinstance(one, str):
            found.append(one)
    return found
