"""Making what the sweep found harmless, and taking that back.

A rich text loses what is hidden or runs, and the addresses of its bad links: they lead to
"#link-removed", which the page does not show as a link. A file moves out of the uploads into the
folder of what was set aside. What stood there is kept with the finding, byte for byte. Versions,
the audit trail and the program are never touched.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import audit, foreign_html, hosts, richtext, search, sweep_files
from portal.publishing import Publishable, Refused
from portal.sweep import Table
from portal.sweep_records import Area, Kind, State, SweepFinding

_IN_TEXT = frozenset(
    {Kind.HIDDEN, Kind.ACTIVE, Kind.LINK, Kind.MASKED, Kind.BLOCK, Kind.REMARK, Kind.DIFFERS}
)
_FILES = frozenset({Kind.FOREIGN, Kind.TYPE, Kind.CHECKSUM, Kind.TAIL, Kind.SYMLINK, Kind.ORPHAN})
_CHANGED = _("It has changed since. Run the sweep again and look at what it says then.")


def can(finding: SweepFinding) -> bool:
    """Whether the finding is of a kind that can be made harmless here."""
    if finding.state not in {State.OPEN, State.ACCEPTED}:
        return False
    if finding.area == Area.DATABASE:
        return finding.kind in _IN_TEXT and _rich_model(finding) is not None
    # An object of a bucket is removed with the bucket's own tools, which keep its versions.
    return finding.area == Area.MEDIA and finding.kind in _FILES and default_storage.is_local


def can_undo(finding: SweepFinding) -> bool:
    return finding.state == State.NEUTRALISED


@transaction.atomic
def neutralise(finding: SweepFinding, *, by, actor=None) -> None:
    """Make it harmless; `by` a User, or None with `actor`, the name of a command.

    Raises Refused where that cannot be done, and changes nothing then.
    """
    finding = _locked(finding)
    if not can(finding):
        raise Refused(_("This kind of finding is mended by hand."))
    if finding.area == Area.DATABASE:
        _neutralise_text(finding)
    else:
        _move(_media(finding), _set_aside(finding))
    _settle(finding, State.NEUTRALISED, by=by)
    audit.record("neutralised", actor=by or actor, target=finding, after={"place": finding.place})


@transaction.atomic
def undo(finding: SweepFinding, *, by, actor=None) -> None:
    """Put back exactly what stood there, if nothing has changed since. Raises Refused."""
    finding = _locked(finding)
    if not can_undo(finding):
        raise Refused(_("There is nothing to take back."))
    if finding.area == Area.DATABASE:
        _write(finding, finding.replaced, finding.original)
    else:
        _move(_set_aside(finding), _media(finding))
    _settle(finding, State.OPEN, by=by)
    audit.record("restored", actor=by or actor, target=finding, after={"place": finding.place})


@transaction.atomic
def accept(finding: SweepFinding, reason: str, *, by) -> None:
    """Say that it belongs there: no alarm any more while it stays the same. Raises Refused."""
    finding = _locked(finding)
    if not reason.strip():
        raise Refused(_("Write why this belongs there."))
    if finding.state != State.OPEN:
        raise Refused(_("This finding is settled already."))
    finding.reason = reason.strip()[:255]
    _settle(finding, State.ACCEPTED, by=by)
    audit.record("finding_accepted", actor=by, target=finding, after={"reason": finding.reason})


def _locked(finding: SweepFinding) -> SweepFinding:
    return SweepFinding.objects.select_for_update(of=("self",)).get(pk=finding.pk)


def _settle(finding: SweepFinding, state: State, *, by) -> None:
    finding.state, finding.acted_by, finding.acted_at = state, by, timezone.now()
    finding.save()


# ── Rich text ───────────────────────────────────────────────────────────────────────────────────
def _rich_model(finding: SweepFinding):
    """The model whose rich text it is, None for any other column."""
    for model in apps.get_models():
        meta = model._meta
        if meta.db_table == finding.table and not meta.proxy:
            return model if finding.column in Table.of(model).rich else None
    return None


def _neutralise_text(finding: SweepFinding) -> None:
    """Every bad link of the text at once: half a cure would leave the next finding behind."""
    stored = _stored(finding)
    judge = foreign_html.judge_with(hosts.lists())
    html = stored
    if richtext.clean(html) != html:
        html = richtext.clean(foreign_html.read(html, judge).rest)
        html = html.replace(f'"{foreign_html.REMOVED_PATH}"', f'"{foreign_html.REMOVED}"')
    if finding.kind == Kind.BLOCK:
        known = hosts.lists()
        html = foreign_html.unlink(html, lambda address, _words: known.strange(address))
    html = foreign_html.unlink(html, judge)
    if html == stored:
        raise Refused(_CHANGED)
    finding.original, finding.replaced = stored, html
    _write(finding, stored, html)
    same = SweepFinding.objects.filter(
        table=finding.table, row=finding.row, column=finding.column, state=State.OPEN
    )
    same.exclude(pk=finding.pk).filter(kind__in=_IN_TEXT).update(state=State.GONE)


def _stored(finding: SweepFinding) -> str:
    """The text as it lies in the database now, not as the field would give it."""
    model = _rich_model(finding)
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {quote(finding.column)} FROM {quote(finding.table)} "  # noqa: S608 - ours
            f"WHERE {quote(model._meta.pk.column)} = %s",
            [int(finding.row)],
        )
        found = cursor.fetchone()
    if found is None or not isinstance(found[0], str):
        raise Refused(_CHANGED)
    return found[0]


def _write(finding: SweepFinding, before: str, after: str) -> None:
    """Write by SQL, because the field would clean the mark away; only over `before`."""
    model = _rich_model(finding)
    if model is None:
        raise Refused(_CHANGED)
    quote = connection.ops.quote_name
    column, key = quote(finding.column), quote(model._meta.pk.column)
    # An open form of the row must not write the old text back.
    counted = f", {quote('version')} = version + 1" if issubclass(model, Publishable) else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(finding.table)} SET {column} = %s{counted} "  # noqa: S608 - ours
            f"WHERE {key} = %s AND {column} = %s",
            [after, int(finding.row), before],
        )
        if cursor.rowcount != 1:
            raise Refused(_CHANGED)
    try:
        search.changed(model._base_manager.get(pk=finding.row))
    except ObjectDoesNotExist:
        raise Refused(_CHANGED) from None


# ── Files ───────────────────────────────────────────────────────────────────────────────────────
def _media(finding: SweepFinding) -> Path:
    """Where the file lies among the uploads; no part of the way there may be a symbolic link."""
    root = Path(settings.MEDIA_ROOT)
    path = root / os.fsdecode(_bytes(finding.path))
    if ".." in path.parts or any(one.is_symlink() for one in path.parents if one != root):
        raise Refused(_CHANGED)
    return path


def _bytes(place: str) -> bytes:
    """The name as the file system has it: the finding writes what is no UTF-8 as its codes.

    A name may hold such signs itself: "\\x2fetc" is no "/etc". So only what the finding would write
    in this very way is read as codes.
    """
    written = place.encode("utf-8")
    decoded = re.sub(rb"\\x([0-9a-f]{2})", lambda code: bytes([int(code[1], 16)]), written)
    return decoded if decoded.decode("utf-8", "backslashreplace") == place else written


def _set_aside(finding: SweepFinding) -> Path:
    return sweep_files.quarantine() / str(finding.pk)


def _move(source: Path, target: Path) -> None:
    """Move a file, or a link itself; what lies at the target is never written over."""
    if not source.is_symlink() and not source.is_file():
        raise Refused(_CHANGED)
    if target.exists() or target.is_symlink():
        raise Refused(_CHANGED)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # No plain rename: the two folders may lie on two disks, and systemd mounts each by itself.
        shutil.move(source, target)
    except OSError as error:
        if os.path.lexists(source):  # half a copy is none
            target.unlink(missing_ok=True)
        raise Refused(_("The file could not be moved: %s") % error.strerror) from error
