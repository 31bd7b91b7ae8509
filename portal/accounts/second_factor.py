"""Who owes a second factor, which code is right, and what helps when a phone is lost."""

from __future__ import annotations

import hmac
import logging

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from portal import audit
from portal.models import User

logger = logging.getLogger(__name__)

# What counts as one; recovery codes only stand in for it.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_owed(user: User) -> bool:
    """Whether the account must have one, and has none; one query, none where nobody must."""
    if not settings.MFA_REQUIRED_GROUPS or not user.is_authenticated:
        return False
    asked = Q(groups__name__in=settings.MFA_REQUIRED_GROUPS) | Q(is_superuser=True)
    without = User.objects.filter(asked, pk=user.pk).exclude(authenticator__type__in=FACTORS)
    return without.exists()


def has_one(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


@transaction.atomic
def take_code(user: User, code: str) -> Authenticator | None:
    """The authenticator of which this is a code, which from now on is used up; None if none is.

    The rows are locked: of two requests with one code, by two workers, one passes. allauth itself
    remembers used codes in the cache, which each worker may have of its own.
    """
    rows = Authenticator.objects.select_for_update().filter(user=user)
    takes = {Authenticator.Type.TOTP: _take_step, Authenticator.Type.RECOVERY_CODES: _take_recovery}
    for kind, take in takes.items():
        for row in rows.filter(type=kind):
            try:
                if take(row, code):
                    row.refresh_from_db()
                    return row
            except InvalidToken:
                logger.error("The secret of %s cannot be read: was SECRET_KEY changed?", user.pk)
    return None


def _take_recovery(row: Authenticator, code: str) -> bool:
    return row.wrap().validate_code("".join(code.split()))


def _take_step(row: Authenticator, code: str) -> bool:
    """Codes of a phone follow each other: neither the last one used nor an earlier one holds."""
    step = step_of(decrypt(row.data["secret"]), code)
    if step is None or step <= row.data.get("last_step", 0):
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return True


def step_of(secret: str, code: str) -> int | None:
    """The half minute, counted from 1970, whose code this is; None for one that is none now."""
    code = "".join(code.split())
    for step in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, step))
        if hmac.compare_digest(code.encode(), expected.encode()):
            return step
    return None


def use_up(user: User, step: int) -> None:
    """The code that proved a new phone is no code to sign in with."""
    for row in Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP):
        row.data["last_step"] = step
        row.save(update_fields=["data"])


@transaction.atomic
def reset_second_factor(user: User, *, request=None, actor=None) -> bool:
    """Take away all factors and recovery codes and end all sessions; False: there were none.

    For a lost phone: where a second factor is required, the next sign-in asks for a new one.
    """
    rows = Authenticator.objects.filter(user=user)
    before = {"factors": sorted(rows.values_list("type", flat=True))}
    count, _by_model = rows.delete()
    user.end_sessions()
    audit.record(
        "second_factor_reset", request=request, actor=actor, target=user, before=before, after={}
    )
    return bool(count)
