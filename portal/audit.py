"""The audit trail: who did what to what, when, from where.

Entries are appended and never changed; each carries an HMAC over itself and the entry before it
(portal.audit_chain), the database refuses changes (portal.audit_sql), `manage.py verify_audit`
tells what was changed all the same. What it can and cannot show: docs/nhat-ky.md.

An entry belongs to the transaction of its act: both are kept or neither. A refusal is kept by
`refuse`, which writes when the request is over, whatever became of its transaction.

Record last: an entry holds the chain until its transaction commits, so take the row locks of the
act before. Two acts that wait for each other's row and for the chain would be a deadlock.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from django.contrib.auth.models import AbstractBaseUser, Group
from django.core.files import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import text
from portal.clients import client_address
from portal.rows import RowsAsJSON

logger = logging.getLogger(__name__)

# What is recorded, and what screens call it. A test finds a word that is recorded and not here.
ACTIONS = {
    # ── Articles ──
    "submit": _("Sent for review"),
    "take_back": _("Taken back by its author"),
    "return_to_author": _("Returned to the author"),
    "publish": _("Published"),
    "update": _("Published article updated"),
    "withdraw": _("Withdrawn"),
    "unschedule": _("Made a draft again"),
    "trash": _("Moved to the trash"),
    "untrash": _("Taken out of the trash"),
    "purge": _("Deleted from the trash for good"),
    "move": _("Moved to another category"),
    "approve": _("Own text approved afterwards"),
    "open_copy": _("Working copy opened"),
    "discard_copy": _("Working copy discarded"),
    "restore_version": _("Older version restored"),
    "duplicate": _("Duplicated"),
    "preview_link": _("Preview link made"),
    "preview_link_revoked": _("Preview link revoked"),
    # ── Anything that has a form ──
    "add": _("Added"),
    "change": _("Changed"),
    "delete": _("Deleted"),
    "reorder": _("Order changed"),
    "reorganise": _("Units reorganised"),
    "hand_over": _("Post handed over"),
    # ── Accounts ──
    "account_changed": _("Account or rights changed"),
    "password_changed": _("Password changed"),
    "sign_in": _("Signed in"),
    "sign_in_refused": _("Sign-in refused"),
    "sign_in_locked": _("Sign-in locked"),
    "sign_out": _("Signed out"),
    "second_factor_added": _("Second factor added"),
    "second_factor_removed": _("Second factor removed"),
    "second_factor_reset": _("Second factor reset by an administrator"),
    "recovery_codes_made": _("Recovery codes made"),
    "recovery_code_used": _("Recovery code used"),
    "account_added": _("Account added"),
    "account_deleted": _("Account deleted"),
    # ── Refusals, and what left the house ──
    "refused": _("Refused: no right to do this"),
    "link_allowed": _("Links to unknown sites allowed"),
    "upload_refused": _("Upload refused"),
    "sweep_found": _("Sweep: something foreign found"),
    "sweep_learned": _("Sweep: the program recorded as it is"),
    "neutralised": _("Sweep: made harmless"),
    "restored": _("Sweep: put back"),
    "finding_accepted": _("Sweep: looked at and accepted"),
    "download": _("Downloaded"),
    "export": _("Exported"),
}

HIDDEN = "•••"
_SECRET = re.compile(r"password|secret|token|recovery|otp", re.IGNORECASE)
# Longer texts are told by their start, length and checksum: versions keep the whole.
LONGEST_VALUE = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_current_request: ContextVar = ContextVar("request", default=None)


@contextmanager
def serving(request):
    """The request that entries made meanwhile come from; refusals are written at its end."""
    request.audit_refusals = []
    mark = _current_request.set(request)
    try:
        yield
        for refusal in request.audit_refusals:
            record(**refusal)
    finally:
        _current_request.reset(mark)


@dataclass(frozen=True)
class Target:
    """What an act was done to, in words that outlive it."""

    type: str = ""
    id: str = ""
    title: str = ""


def target_of(thing) -> Target:
    """`thing`: a model instance, a text, or None. Take it before the instance is deleted."""
    if thing is None or isinstance(thing, Target):
        return thing or Target()
    if isinstance(thing, models.Model):
        meta = thing._meta.concrete_model._meta
        pk = getattr(thing, "draft_of_id", None) or thing.pk  # a working copy is of the live row
        return Target(meta.label_lower, str(pk or ""), _line(str(thing), 255))
    return Target(title=_line(str(thing), 255))


def record(action, *, request=None, actor=None, target=None, before=None, after=None) -> None:
    """Append one entry, in the transaction of the act.

    `action` is one of ACTIONS. `request` gives the actor, the address and the request's id; left
    out, the request being served does. `actor`: a User, or a text where there is none; in a
    command its name is the default. `target` is a model instance or a text. `before` and `after`
    are plain dicts of what changed; what is named like a secret is not kept.
    """
    request = request or _current_request.get()
    user, name = _who(actor, request)
    with transaction.atomic(savepoint=False):
        head = _locked_head(user)
        entry = _entry(head, action, user, name, target_of(target), request)
        entry.before, entry.after = as_text(before), as_text(after)
        entry.seal()
        entry.save(force_insert=True)  # a trigger lets the head follow
    # The journal is outside the database: where it ends, the chain must not end earlier.
    transaction.on_commit(partial(logger.info, "%s:%s %s", entry.sequence, entry.hash, action))


def refuse(*, action="refused", actor=None, target=None, **what) -> None:
    """Keep that somebody tried what he may not: at the request's end, else now.

    `what` says what was tried, as plain values.
    """
    refusal = {"action": action, "actor": actor, "target": target_of(target), "after": what}
    request = _current_request.get()
    if request is None:
        record(**refusal)
    else:
        request.audit_refusals.append(refusal)


def is_by_command() -> bool:
    """Whether a command of `manage.py` is at work, and no request."""
    return bool(_command()) and _current_request.get() is None


def account_saved(sender, instance, created, raw, **kwargs) -> None:
    """Accounts that a command makes or changes; those of the screens are recorded there."""
    if raw or not is_by_command():
        return
    action = "account_added" if created else "account_changed"
    if not created and instance._password is not None:  # as Django asks in `save`
        action = "password_changed"
    flags = ("username", "email", "is_active", "is_staff", "is_superuser")
    record(action, target=instance, after={name: getattr(instance, name) for name in flags})


def _who(actor, request) -> tuple[AbstractBaseUser | None, str]:
    if actor is None:
        actor = getattr(request, "user", None)
    if not getattr(actor, "is_authenticated", True):  # nobody yet: a stranger at the sign-in
        actor = None
    if isinstance(actor, models.Model):
        name, account = str(actor), actor.get_username()
        return actor, name if name == account else f"{name} ({account})"
    return None, str(actor or _command())


def _command() -> str:
    """The command that `manage.py` runs, "" in a server."""
    program, *arguments = sys.argv
    is_command = Path(program).name in {"manage.py", "django-admin"} and arguments
    return f"manage.py {arguments[0]}" if is_command else ""


def _locked_head(user):
    """The end of the chain, locked until the transaction ends, with the user's groups as `roles`.

    On SQLite the transaction itself is the lock.
    """
    from portal.models import AuditHead  # the models may record too

    groups = Group.objects.filter(user=user.pk if user else None).order_by("name")
    heads = AuditHead.objects.select_for_update().annotate(roles=RowsAsJSON(groups, name="name"))
    return heads.get()


def _entry(head, action, user, name, target, request):
    from portal.models import AuditEntry

    roles = [row["name"] for row in head.roles]
    if user is not None and user.is_superuser:
        roles.insert(0, gettext("Superuser"))
    address = client_address(request) if request else ""
    name = _line(name, 300)
    return AuditEntry(
        sequence=head.sequence + 1,
        at=timezone.now(),
        actor_id=user.pk if user else None,
        actor_name=name,
        roles=_line(", ".join(roles), 255),
        address=address,
        request_id=_line(str(getattr(request, "request_id", "")), 64),
        action=action,
        target_type=target.type,
        target_id=target.id,
        target_title=target.title,
        words=text.fold(f"{target.title} {name}"),
        previous=head.hash,
    )


def _line(words: str, length: int) -> str:
    """One line that both databases can keep: no control characters, no half characters."""
    plain = words.encode("utf-8", "replace").decode()
    return _CONTROLS.sub(" ", plain).strip()[:length]


# ── What changed ────────────────────────────────────────────────────────────────────────────────
def differences(old: Mapping, new) -> tuple[dict, dict]:
    """Of the columns in `old` those that differ on the instance `new`: before and after."""
    names = [name for name, value in old.items() if getattr(new, name) != value]
    return {name: old[name] for name in names}, {name: getattr(new, name) for name in names}


def columns_of(row) -> dict:
    """What a row holds, for the entry about its deletion."""
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}


def as_text(values: Mapping | None) -> str:
    """Canonical JSON of what changed; "" where nothing is said."""
    if not values:
        return ""
    return json.dumps(_plain(values), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value, name: str = ""):
    if _SECRET.search(name):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple | set | models.QuerySet):
        return [_plain(one, name) for one in value]
    return _short(_words(value))


def _words(value) -> str:
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        value = value.astimezone(datetime.UTC)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, models.Model):
        return f"{value} [{value.pk}]"
    if isinstance(value, File):
        return value.name or ""
    return str(value)


def _short(words: str) -> str:
    words = words.encode("utf-8", "replace").decode().replace("\x00", "")
    if len(words) <= LONGEST_VALUE:
        return words
    checksum = sha256(words.encode()).hexdigest()[:12]
    return f"{words[:LONGEST_VALUE]}… [{len(words)}, {checksum}]"
