"""Letters to the owner of an account about what happened to it, and to the administrators."""

import logging
import threading
from contextvars import copy_context
from functools import partial
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.transaction import on_commit
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from portal.models import User

logger = logging.getLogger(__name__)


def warn_of_tries(user: User, *, knows_password: bool) -> None:
    if knows_password:
        what = gettext(
            "Somebody entered the right password of your account, then wrong codes several times."
            " If that was not you, change your password now and tell an administrator."
        )
    else:
        what = gettext(
            "Somebody entered wrong passwords for your account several times. If that was not you,"
            " you need not do anything: your password still holds. Tell an administrator if it"
            " happens again."
        )
    write(user, gettext("Somebody tries to sign in to your account"), what)


def write(user: User, subject: str, what: str) -> None:
    """Send a letter when what it tells is committed, if letters are sent and the account has an
    address; nobody waits for it."""
    if not settings.EMAIL_IS_SENT or not user.email:
        return
    address = settings.SITE_URL + reverse("admin:index")
    context = {"user": user, "what": what, "desk": address}
    body = render_to_string("admin/account/letter.txt", context, using="django")
    on_commit(partial(post, EmailMessage(subject, body, to=[user.email])), robust=True)


def post(message: EmailMessage) -> None:
    """Hand the letter to the mail server in a thread of its own.

    How long an answer takes then says nothing about whether there is such an account. A command
    that ends, or a worker, waits for its letters: EMAIL_TIMEOUT at most.
    """
    run = copy_context().run  # its log lines are of the request
    threading.Thread(target=run, args=[_send, message], name="letter").start()


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except (OSError, SMTPException):
        logger.exception("A letter about an account was not sent")


# ── To the administrators ───────────────────────────────────────────────────────────────────────
def can_reach_administrators() -> bool:
    return settings.EMAIL_IS_SENT and bool(_administrators())


def write_to_administrators(subject: str, body: str) -> None:
    """Send SWEEP_MAIL, else the active superusers, a letter now; raises what the server raises."""
    EmailMessage(subject[:200], body, to=_administrators()).send()


def _administrators() -> list[str]:
    if settings.SWEEP_MAIL:
        return settings.SWEEP_MAIL
    active = User.objects.filter(is_superuser=True, is_active=True).exclude(email="")
    return list(active.order_by("pk").values_list("email", flat=True))
