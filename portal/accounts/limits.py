"""How often a secret may be guessed.

Tries are counted in the database, so that all workers count together, and before they are judged,
so that a hundred at one moment are a hundred. What was typed as a name is never stored: people
type their password there.
"""

from __future__ import annotations

import datetime
import ipaddress
import math

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from portal import audit, figures
from portal.accounts import letters
from portal.clients import client_address
from portal.models import AuditEntry, FailedTry, User

WINDOW = LOCK = datetime.timedelta(minutes=15)
# Of one account from one address; of one account's codes; of one address over all accounts.
MOST, MOST_OF_AN_ADDRESS = 5, 30
# Of one account over all addresses: a letter, no lock, which a stranger could bring about.
MANY_OF_AN_ACCOUNT = 20
AT_HOME = datetime.timedelta(days=30)
KEPT = datetime.timedelta(hours=2)
BETWEEN_LETTERS = datetime.timedelta(hours=1)


class Locked(Exception):  # noqa: N818 - a state, said in the words of the desk
    """No more tries until then."""

    def __init__(self, until: datetime.datetime):
        super().__init__(until)
        self.until = until

    @property
    def seconds(self) -> int:
        return max(1, math.ceil((self.until - timezone.now()).total_seconds()))

    @property
    def minutes(self) -> int:
        return math.ceil(self.seconds / 60)


def begin(request, kind: str, *, user: User | None = None, name: str = "") -> FailedTry:
    """Count a try; it is a failed one until `passed` takes it back. Raises Locked.

    `user` is whom the try is about, else `name` what was typed; with neither the address alone
    counts. A try that is refused is not counted: trying on does not prolong the lock.
    """
    row = FailedTry.objects.create(
        kind=kind,
        who=_who(user, name),
        address=_network(client_address(request)),
        at=timezone.now(),
    )
    before = FailedTry.objects.filter(pk__lt=row.pk)
    if until := _locked_until(row, before, request, user):
        row.delete()
        raise Locked(until)
    return row


def passed(row: FailedTry) -> None:
    """The secret was right: what was tried before in its place no longer counts."""
    _same_secret(FailedTry.objects.filter(pk__lte=row.pk), row).delete()


def failed(row: FailedTry, request, user: User | None) -> None:
    """The secret was wrong: note it; raises Locked if this was the last try."""
    until = _locked_until(row, FailedTry.objects.filter(pk__lte=row.pk), request, user)
    target = user or "unknown name"
    with transaction.atomic():
        FailedTry.objects.filter(at__lt=timezone.now() - KEPT).delete()
        audit.record("sign_in_refused", request=request, target=target, after={"of": row.kind})
        if until:
            after = {"of": row.kind, "until": until.isoformat(timespec="seconds")}
            audit.record("sign_in_locked", request=request, target=target, after=after)
    if user and (until or _is_tried_from_everywhere(row)):
        _warn(row, user)
    if until:
        raise Locked(until)


def recent(row: FailedTry) -> int:
    """The tries of the same kind about the same account within WINDOW, this one included."""
    same = FailedTry.objects.filter(kind=row.kind, who=row.who)
    return same.filter(at__gt=timezone.now() - WINDOW).count()


def _who(user: User | None, name: str) -> str:
    if user is not None:
        return str(user.pk)
    return salted_hmac("sign-in", name.casefold()).hexdigest() if name else ""


def _network(address: str) -> str:
    """One home or office: an IPv6 address stands for its network, whose addresses are free."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))


def _same_secret(rows, row: FailedTry):
    """Password: of this account from this address. Code: of this account, wherever from.

    Only who has the password comes to the code: a lock over all addresses is no stranger's.
    """
    rows = rows.filter(kind=row.kind, who=row.who)
    return rows if row.kind == FailedTry.CODE else rows.filter(address=row.address)


def _locked_until(row: FailedTry, counted, request, user) -> datetime.datetime | None:
    now = timezone.now()
    end = _end_of_lock(counted.filter(address=row.address), MOST_OF_AN_ADDRESS)
    ends = [end] if end and end > now and not _signs_in_here(user, request) else []
    if row.who:
        ends.append(_end_of_lock(_same_secret(counted, row), MOST))
    return max((end for end in ends if end and end > now), default=None)


def _signs_in_here(user: User | None, request) -> bool:
    """Whether the account has come in from this very address lately.

    An office has one address: who tries names there must not lock out all who work there. Of such
    an account its own limit holds alone.
    """
    address = client_address(request)
    if user is None or not address:
        return False
    entries = AuditEntry.objects.filter(actor=user, action="sign_in", address=address)
    return entries.filter(at__gt=timezone.now() - AT_HOME).exists()


def _end_of_lock(rows, most: int) -> datetime.datetime | None:
    """LOCK after the last of `most` failures, if these lie within WINDOW."""
    rows = rows.filter(at__gt=timezone.now() - WINDOW - LOCK).order_by("-pk")
    times = list(rows.values_list("at", flat=True)[:most])
    if len(times) < most or times[0] - times[-1] > WINDOW:
        return None
    return times[0] + LOCK


def _is_tried_from_everywhere(row: FailedTry) -> bool:
    return recent(row) >= MANY_OF_AN_ACCOUNT


def _warn(row: FailedTry, user: User) -> None:
    """A letter to the account's owner, at most one in BETWEEN_LETTERS."""
    told = FailedTry.objects.filter(who=row.who, told=True)
    if told.filter(at__gt=timezone.now() - BETWEEN_LETTERS).exists():
        return
    FailedTry.objects.filter(pk=row.pk).update(told=True)
    letters.warn_of_tries(user, knows_password=row.kind == FailedTry.CODE)


# ── For those who watch ─────────────────────────────────────────────────────────────────────────
def register() -> None:
    figures.register(
        figures.Figure(
            "failed_sign_ins",
            "Wrong passwords and codes of the last 15 minutes.",
            _("Failed sign-ins in the last 15 minutes"),
            _failures,
        )
    )


def _failures() -> int:
    return FailedTry.objects.filter(at__gt=timezone.now() - WINDOW).count()
