"""Who may set up the first second factor of an account: who reads its mailbox, not whoever has the
password.

Without this the first one to sign in with a stolen or guessed first password would choose the
factor, and keep the owner out. Where letters are sent, a code goes to the account's address and is
asked for before a factor can be made; it belongs to the session that asked for it. Where none are
sent, the letters that follow a sign-in are missing too: CONTRIBUTING.md, Decisions.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext

from portal.accounts import letters, second_factor
from portal.models import User

MINUTES = 30
_SENT, _CONFIRMED = "mailbox_code", "mailbox_confirmed"


def is_open(request) -> bool:
    """Whether this session may make a factor: there is one already, or the mailbox was shown."""
    if request.session.get(_CONFIRMED) or not asks(request.user):
        return True
    return second_factor.has_one(request.user)


def asks(user: User) -> bool:
    """Whether a letter can be asked about."""
    return settings.EMAIL_IS_SENT and bool(user.email)


def is_sent(request) -> bool:
    """Whether a code is on its way to this session's mailbox that still holds."""
    sent = request.session.get(_SENT)
    return bool(sent) and time.time() < sent["until"]


def send(request) -> None:
    code = get_random_string(8, "0123456789")
    seal = _seal(request.user, code)
    request.session[_SENT] = {"seal": seal, "until": int(time.time()) + MINUTES * 60}
    said = gettext(
        "To set up your second factor, enter this code on the page you came from: %(code)s\n\nIt "
        "holds for %(minutes)s minutes. If you are not signing in just now, somebody knows your "
        "password: change it at once and tell an administrator. Do not give the code to anybody."
    )
    what = said % {"code": f"{code[:4]} {code[4:]}", "minutes": MINUTES}
    letters.write(request.user, gettext("The code for setting up your second factor"), what)


def confirm(request, code: str) -> bool:
    """Whether this is the code that was sent; from then on the session may make a factor."""
    seal = _seal(request.user, "".join(code.split()))
    if not is_sent(request) or not constant_time_compare(request.session[_SENT]["seal"], seal):
        return False
    del request.session[_SENT]
    request.session[_CONFIRMED] = True
    return True


def _seal(user: User, code: str) -> str:
    """What the session keeps: a copy of the database gives no code."""
    return salted_hmac(
        "mailbox code", f"{user.pk}:{user.email}:{code}", algorithm="sha256"
    ).hexdigest()
