"""What the sweep found and when: its runs, its findings, and what became of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.fields import CharField


class Area(models.TextChoices):
    DATABASE = "database", _("Database")
    MEDIA = "media", _("Uploaded files")
    CODE = "code", _("Program, templates, static files")


class Kind(models.TextChoices):
    """What a finding is; the sweep's modules say when each is raised."""

    HIDDEN = "hidden", _("hidden text")
    ACTIVE = "active", _("element that runs or loads something")
    LINK = "link", _("link to a forbidden site")
    MASKED = "masked", _("link that hides where it leads")
    BLOCK = "block", _("many links to unknown sites in one paragraph")
    REMARK = "remark", _("link in an HTML comment")
    MARKUP = "markup", _("HTML where only plain text belongs")
    WORDS = "words", _("advertisement with spam words")
    DIFFERS = "differs", _("text that did not pass the cleaner")
    PROGRAM = "program", _("program code")
    FOREIGN = "foreign", _("foreign file")
    TYPE = "type", _("content is not what the name says")
    CHECKSUM = "checksum", _("content does not match the name's checksum")
    TAIL = "tail", _("foreign bytes after the end of the file")
    SYMLINK = "symlink", _("symbolic link")
    FOLDER = "folder", _("foreign folder")
    MODE = "mode", _("too many may read or write it")
    ORPHAN = "orphan", _("file that no row names")
    CHANGED = "changed", _("changed since it was learned")
    ADDED = "added", _("added since it was learned")
    MISSING = "missing", _("missing since it was learned")
    FORGED = "forged", _("the record to compare with is not genuine")
    NO_RECORD = "no_record", _("there is no record to compare with yet")


# Listed for the administrators to know, but no alarm.
LOOKS = frozenset({Kind.ORPHAN, Kind.NO_RECORD})


class Found(NamedTuple):
    """One thing found: where (a table's row and column, or a file), what, and the words of it."""

    area: Area
    kind: Kind
    table: str = ""
    row: str = ""
    column: str = ""
    path: str = ""
    words: str = ""

    @property
    def is_alarm(self) -> bool:
        return self.kind not in LOOKS

    @property
    def place(self) -> str:
        return self.path or f"{self.table} #{self.row} {self.column}"

    @property
    def excerpt(self) -> str:
        return shown(self.words)

    @property
    def key(self) -> str:
        """The same thing at the same place has the same key in every run."""
        parts = (self.area, self.kind, self.table, self.row, self.column, self.path, self.words)
        return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()

    @property
    def line(self) -> str:
        """For a terminal and a letter: one line, no control character."""
        words = f" “{self.excerpt}”" if self.words else ""
        return f"{shown(self.place, 300)}: {self.kind.label}{words}"


def shown(text: str, length: int = 160) -> str:
    """The start of a text on one line; what is no visible character is written as its code."""
    cut = text if len(text) <= length else text[:length] + "…"
    return "".join(
        sign if sign.isprintable() else f"\\u{ord(sign):04x}" if ord(sign) < 65536 else "\\U…"
        for sign in cut
    )


class SweepRun(models.Model):
    """One run of the sweep."""

    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    rows = models.PositiveBigIntegerField(_("rows read"), default=0)
    files = models.PositiveBigIntegerField(_("files read"), default=0)
    alarms = models.PositiveIntegerField(_("findings"), default=0)
    new_alarms = models.PositiveIntegerField(_("new findings"), default=0)

    class Meta:
        verbose_name = _("sweep")
        verbose_name_plural = _("sweeps")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.started_at):%d/%m/%Y %H:%M}"


class State(models.TextChoices):
    OPEN = "open", _("Not settled yet")
    NEUTRALISED = "neutralised", _("Neutralised")
    ACCEPTED = "accepted", _("Looked at, belongs there")
    GONE = "gone", _("No longer there")


class SweepFinding(models.Model):
    """A finding, from the first run that saw it on."""

    key = models.CharField(max_length=64, unique=True)
    area = models.CharField(_("where"), max_length=10, choices=Area)
    kind = models.CharField(_("kind of finding"), max_length=10, choices=Kind)
    table = models.CharField(_("table"), max_length=100, blank=True)
    row = models.CharField(_("row"), max_length=64, blank=True)
    column = models.CharField(_("column"), max_length=100, blank=True)
    path = models.TextField(_("file"), blank=True)
    excerpt = models.CharField(_("excerpt"), max_length=1000, blank=True)
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    # What stood there and what was put in its place, byte for byte, for the way back.
    original = models.TextField(blank=True)
    replaced = models.TextField(blank=True)
    reason = CharField(_("reason"), max_length=255, blank=True)
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    acted_at = models.DateTimeField(_("when"), null=True)

    class Meta:
        verbose_name = _("finding of the sweep")
        verbose_name_plural = _("findings of the sweep")
        ordering = ["-state", "-first_seen", "-pk"]  # open ones first
        default_permissions = ("view", "change")
        indexes = [
            models.Index(fields=["-state", "-first_seen", "-id"], name="sweepfinding_by_state")
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.get_kind_display()}"

    @property
    def place(self) -> str:
        return shown(self.path, 300) or f"{self.table} #{self.row} {self.column}"

    @property
    def is_alarm(self) -> bool:
        return self.kind not in LOOKS


_MARKED = 500  # findings written in one statement


def keep(found: Iterable[Found]) -> list[Found]:
    """Write down what a run found; returns the alarms nobody was told of before.

    What was open and is no longer there is marked as gone; what has come back is open again.
    """
    by_key = {one.key: one for one in found}
    now = timezone.now()
    known = {
        finding.key: finding for finding in SweepFinding.objects.only("key", "state").iterator()
    }
    new = [one for key, one in by_key.items() if _is_news(known.get(key))]
    with transaction.atomic():
        SweepFinding.objects.bulk_create(
            (_row(key, one, now) for key, one in by_key.items() if key not in known),
            batch_size=_MARKED,
        )
        _mark(by_key.keys() & known.keys(), last_seen=now)
        back = {key for key in by_key if key in known and known[key].state in _SETTLED}
        _mark(back, state=State.OPEN, first_seen=now)
        open_ones = {key for key, finding in known.items() if finding.state == State.OPEN}
        _mark(open_ones - by_key.keys(), state=State.GONE)
    return [one for one in new if one.is_alarm]


# Ended, so that seeing it once more is news.
_SETTLED = (State.GONE, State.NEUTRALISED)


def _is_news(known: SweepFinding | None) -> bool:
    return known is None or known.state in _SETTLED


def _row(key: str, found: Found, now) -> SweepFinding:
    return SweepFinding(
        key=key,
        area=found.area,
        kind=found.kind,
        table=found.table,
        row=found.row,
        column=found.column,
        path=found.path.replace("\0", ""),
        excerpt=found.excerpt,
        first_seen=now,
        last_seen=now,
    )


def _mark(keys: Iterable[str], **changes) -> None:
    keys = sorted(keys)
    for start in range(0, len(keys), _MARKED):
        SweepFinding.objects.filter(key__in=keys[start : start + _MARKED]).update(**changes)


def accepted_keys() -> set[str]:
    """The keys of what an administrator has looked at and left."""
    accepted = SweepFinding.objects.filter(state=State.ACCEPTED)
    return set(accepted.values_list("key", flat=True))
