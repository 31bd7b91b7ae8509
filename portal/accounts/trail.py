"""What happens to accounts is written into the audit trail, and told to their owners."""

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import gettext

from portal import audit
from portal.accounts import letters, second_factor, sessions
from portal.models import User


@receiver(user_logged_in)
def _signed_in(sender, request, user, **kwargs):
    sessions.start(request.session)
    steps = [
        record.get("type", record["method"]) for record in get_authentication_records(request, user)
    ]
    audit.record("sign_in", request=request, actor=user, target=user, after={"by": steps})


@receiver(user_logged_out)
def _signed_out(sender, request, user, **kwargs):
    if user is not None:
        audit.record("sign_out", request=request, actor=user, target=user)


@receiver(signals.authenticator_added)
def _factor_added(sender, request, user, authenticator, **kwargs):
    """A session that was open before, perhaps somebody else's with the password alone, ends."""
    if authenticator.type not in second_factor.FACTORS:
        return
    audit.record(
        "second_factor_added", request=request, target=user, after={"type": authenticator.type}
    )
    _end_other_sessions(request, user)
    letters.write(
        user,
        gettext("A second factor was added to your account"),
        gettext("%(factor)s: if that was not you, tell an administrator at once.")
        % {"factor": _name(authenticator)},
    )


@receiver(signals.authenticator_removed)
def _factor_removed(sender, request, user, authenticator, **kwargs):
    if authenticator.type not in second_factor.FACTORS:
        return
    before = {"type": authenticator.type}
    audit.record("second_factor_removed", request=request, target=user, before=before)
    _end_other_sessions(request, user)
    letters.write(
        user,
        gettext("A second factor was removed from your account"),
        gettext("%(factor)s: if that was not you, tell an administrator at once.")
        % {"factor": _name(authenticator)},
    )


@receiver(signals.authenticator_reset)
def _codes_made(sender, request, user, **kwargs):
    audit.record("recovery_codes_made", request=request, target=user)


@receiver(signals.authenticator_used)
def _factor_used(sender, request, user, authenticator, **kwargs):
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    left = len(authenticator.wrap().get_unused_codes())
    audit.record("recovery_code_used", request=request, target=user, after={"left": left})
    letters.write(
        user,
        gettext("A recovery code of your account was used"),
        gettext("%(left)s are left. If that was not you, tell an administrator at once.")
        % {"left": left},
    )


@receiver(post_save, sender=User)
def _password_changed(sender, instance, created, raw, **kwargs):
    """By every door: one's own screen, an administrator's, the letter, a command.

    `_password` is what Django itself asks in `save` whether a new one was set; it does not count
    the new hash of an old password. What a command does is recorded by `audit.account_saved`.
    """
    if created or raw or instance._password is None:
        return
    if not audit.is_by_command():
        audit.record("password_changed", request=context.request, target=instance)
    letters.write(
        instance,
        gettext("The password of your account was changed"),
        gettext("If neither you nor an administrator did that, tell an administrator at once."),
    )


def _end_other_sessions(request, user) -> None:
    user.end_sessions()
    update_session_auth_hash(request, user)


def _name(authenticator) -> str:
    if authenticator.type == Authenticator.Type.TOTP:
        return gettext("App on the phone")
    return gettext("Passkey “%(name)s”") % {"name": authenticator.wrap().name}
