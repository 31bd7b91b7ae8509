"""The chain of the audit trail: what each entry's HMAC covers, and what checking it finds.

An entry's hash is an HMAC-SHA256 over all its fields and the hash of the entry before it. Who can
write to the database and does not know the key can neither change an entry nor write the chain
anew. The key comes from AUDIT_KEY, else from SECRET_KEY; entries say by `key_id` which it was, and
AUDIT_OLD_KEYS holds what was used before, so that old entries are still checked after a change.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

FIELDS = (
    *("sequence", "at", "actor_id", "actor_name", "roles", "address", "request_id", "action"),
    *("target_type", "target_id", "target_title", "words", "before", "after"),
    *("key_id", "previous"),
)
BATCH = 2000
# Made once: json.dumps makes one for every call that asks for other than its defaults.
_canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Row = tuple  # the values of FIELDS, then the hash


def key_of(secret: str) -> tuple[str, bytes]:
    """The key made from a secret, and the name under which entries mention it."""
    key = hmac.digest(secret.encode(), b"portal audit trail", "sha256")
    return hashlib.sha256(key).hexdigest()[:8], key


def current_key() -> tuple[str, bytes]:
    return key_of(settings.AUDIT_KEY or settings.SECRET_KEY)


def known_keys() -> dict[str, bytes]:
    """Every key that entries may have been written with, by its name."""
    return dict([current_key(), *map(key_of, (settings.SECRET_KEY, *settings.AUDIT_OLD_KEYS))])


def digest(values: tuple, key: bytes) -> str:
    """The hash of an entry; `values` are those of FIELDS in their order."""
    sequence, at, *rest = values
    moment = at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    canonical = _canonical([sequence, moment, *rest]).encode("utf-8", "surrogatepass")
    return hmac.digest(key, canonical, "sha256").hex()


# ── Checking ────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Check:
    """One walk along the chain. `anchors`: hashes by sequence number, kept elsewhere before."""

    anchors: dict[int, str] = field(default_factory=dict)
    sequence: int = 0
    hash: str = ""
    count: int = 0

    def __post_init__(self):
        self.keys = known_keys()

    def faults(self) -> Iterator[str]:
        """A sentence for each thing that is not as it was written, in the chain's order."""
        for row in self._rows():
            yield from self._faults_of(row)
        yield from self._faults_of_head()
        for sequence in sorted(self.anchors):
            yield _("Entry %s is missing; its anchor was kept elsewhere.") % sequence

    def _rows(self) -> Iterator[Row]:
        """All entries in batches, also those that are added meanwhile."""
        from portal.models import AuditEntry

        last = None
        while True:
            rows = AuditEntry.objects.order_by("sequence").values_list(*FIELDS, "hash")
            rows = list((rows if last is None else rows.filter(sequence__gt=last))[:BATCH])
            if not rows:
                return
            yield from rows
            last = rows[-1][0]

    def _faults_of(self, row: Row) -> Iterator[str]:
        *values, kept = row
        sequence, key_id, previous = values[0], values[-2], values[-1]
        follows = sequence == self.sequence + 1
        if not follows:
            yield from self._gap(sequence)
        key = self.keys.get(key_id)
        if key is None:
            yield _("Entry %(sequence)s was written with a key that is not known: %(key)s.") % {
                "sequence": sequence,
                "key": key_id,
            }
        elif not hmac.compare_digest(digest(tuple(values), key), kept):
            yield _("Entry %s is not as it was written.") % sequence
        if follows and previous != self.hash:
            yield _("Entry %(this)s does not follow entry %(last)s: one of them was exchanged.") % {
                "this": sequence,
                "last": self.sequence,
            }
        if self.anchors.pop(sequence, kept) != kept:
            yield _("Entry %s differs from its anchor, which was kept elsewhere.") % sequence
        self.sequence, self.hash, self.count = sequence, kept, self.count + 1

    def _gap(self, sequence: int) -> Iterator[str]:
        first, last = self.sequence + 1, sequence - 1
        if first == last:
            yield _("Entry %s is missing.") % first
        elif first < last:
            yield _("Entries %(first)s to %(last)s are missing.") % {"first": first, "last": last}
        else:
            yield _("Entry %s has a number that no entry can have.") % sequence

    def _faults_of_head(self) -> Iterator[str]:
        """Read after the walk; what was added in between is walked too."""
        from portal.models import AuditHead

        head = AuditHead.objects.first()
        if head is None:
            yield _("The record of where the chain ends is missing.")
            return
        yield from self._added_since()
        if head.sequence > self.sequence:
            yield from self._gap(head.sequence + 1)
        elif head.sequence == self.sequence and head.hash != self.hash:
            yield _("The chain's end is not the one that was recorded (entry %s).") % head.sequence
        elif AuditHead.objects.get().sequence < self.sequence:
            yield _("Entries stand after the recorded end, entry %s.") % head.sequence

    def _added_since(self) -> Iterator[str]:
        from portal.models import AuditEntry

        rows = AuditEntry.objects.filter(sequence__gt=self.sequence).order_by("sequence")
        for row in rows.values_list(*FIELDS, "hash").iterator(BATCH):
            yield from self._faults_of(row)
