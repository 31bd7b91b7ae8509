"""What django-allauth asks the project: who may come in, by what, and what is said."""

from __future__ import annotations

import base64
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import limits, sessions
from portal.accounts.backend import find_account
from portal.clients import client_address
from portal.models import FailedTry

SAID = {
    "mfa/messages/totp_activated.txt": _("The app on your phone now gives your codes."),
    "mfa/messages/totp_deactivated.txt": _("The app on your phone no longer gives your codes."),
    "mfa/messages/webauthn_added.txt": _("The passkey was added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey was removed."),
}
# Words of allauth in our catalogue; what is not listed cannot come up here.
INCORRECT = {
    "incorrect_code": _("This is not right, or was used already. Try the next code."),
    "incorrect_password": _("The password is wrong."),
    "cannot_generate_recovery_codes": _("Add an app or a passkey first, then make codes."),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | INCORRECT

    def is_open_for_signup(self, request) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Where sign-in may lead: a path of this site."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_client_ip(self, request) -> str:
        return client_address(request)

    def authenticate(self, request, *, username: str, password: str, **credentials):
        """The account, or None; raises limits.Locked.

        allauth would tell a disabled account from a wrong password: here both are None.
        """
        account = find_account(username)
        row = limits.begin(request, FailedTry.PASSWORD, user=account, name=username)
        user = authenticate(request, username=username, password=password)
        if user is None:
            limits.failed(row, request, account)
        else:
            limits.passed(row)
        return user

    def pre_login(self, request, user, **kwargs):
        """A passkey does not make a disabled account, or one that is no staff's, come in."""
        if user.is_active and user.is_staff:
            return None
        clear_login(request)
        messages.error(request, gettext("You could not be signed in. Ask an administrator."))
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Who has just signed in need not type the password once more."""
        age = time.time() - sessions.signed_in_at(self.request.session)
        return not 0 <= age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def add_message(self, request, level, message_template=None, *args, message=None, **kwargs):
        """Our own sentences; what has none, such as "successfully signed in", is not said."""
        if message := message or SAID.get(message_template):
            messages.add_message(request, level, message)


class MFAAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | INCORRECT

    def encrypt(self, text: str) -> str:
        """Secrets of phones and recovery codes: a copy of the database alone gives no codes."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken when SECRET_KEY is no longer the one that it was written with."""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user) -> str:
        return user.username

    def generate_authenticator_name(self, user, type) -> str:  # noqa: A002 - allauth's word
        return gettext("Passkey")


def _cipher() -> MultiFernet:
    """From SECRET_KEY; its former ones in SECRET_KEY_FALLBACKS still read."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [
        salted_hmac("second factor", "", secret=key, algorithm="sha256").digest() for key in keys
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
