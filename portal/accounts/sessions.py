"""How long a session lasts, and what it may do before there is a second factor.

The public pages touch no session: who asks is found out only when somebody wants to know.
"""

from __future__ import annotations

import time
from functools import partial

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from portal.accounts import enrolment, second_factor

SIGNED_IN, SEEN = "signed_in_at", "seen_at"
# Bytes of a request to the desk; forms for strangers are short, and files may have 210 MB.
MOST_OF_A_STRANGER = 64 * 1024
# The session is not written with every request for the sake of a clock.
STEP = 60
# What is open before there is a second factor: the way to one, and out.
WAY_TO_A_FACTOR = {
    *("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"),
    *("confirm_mailbox", "account_login", "admin:logout"),
}
MAKES_A_FACTOR = {"mfa_activate_totp", "mfa_add_webauthn"}


def start(session) -> None:
    """Both clocks begin with the sign-in."""
    session[SIGNED_IN] = session[SEEN] = int(time.time())


def signed_in_at(session) -> int:
    return session.get(SIGNED_IN, 0)


def unattended(request) -> None:
    """Say that this request came from a script, with nobody at the keyboard."""
    request.is_unattended = True


class StaffSessions(AuthenticationMiddleware):
    """Django's own, for sessions that end: after SESSION_HOURS in all, or SESSION_IDLE_MINUTES
    without a person; and below ADMIN_PATH, who owes a second factor sees to that first."""

    def process_request(self, request):
        request.user = SimpleLazyObject(partial(_user, request))

    def process_view(self, request, view, args, kwargs):
        if not _is_of_the_desk(request):
            return None
        if _is_too_long(request) and not request.user.is_authenticated:
            return _signed_out(request)
        name = request.resolver_match.view_name
        if name in MAKES_A_FACTOR and request.user.is_authenticated:
            return None if enrolment.is_open(request) else redirect("confirm_mailbox")
        if name in WAY_TO_A_FACTOR or not second_factor.is_owed(request.user):
            return None
        if "text/html" in request.headers.get("Accept", ""):
            return redirect("mfa_index")
        return JsonResponse({"error": "second factor missing"}, status=403)

    def process_response(self, request, response):
        if hasattr(request, "_cached_user") and not getattr(request, "is_unattended", False):
            _seen(request)
        return response


def _is_too_long(request) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdigit() or int(length) > MOST_OF_A_STRANGER


def _signed_out(request):
    """What the desk says to whoever is signed out, without reading what he sent."""
    if "text/html" in request.headers.get("Accept", ""):
        return redirect_to_login(request.get_full_path())
    return JsonResponse({"error": "signed out"}, status=401)


def _user(request):
    """Whose session it is. Outside the desk, who owes a second factor is a stranger."""
    user = auth.get_user(request)
    if user.is_authenticated and _has_ended(request.session):
        request.session.flush()
        user = AnonymousUser()
    elif not _is_of_the_desk(request) and second_factor.is_owed(user):
        user = AnonymousUser()
    request._cached_user = user  # where Django keeps it too
    return user


def _has_ended(session) -> bool:
    now = time.time()
    in_all = now - session.get(SIGNED_IN, 0) > settings.SESSION_HOURS * 3600
    return in_all or now - session.get(SEEN, 0) > settings.SESSION_IDLE_MINUTES * 60


def _seen(request) -> None:
    now = int(time.time())
    if request.user.is_authenticated and now - request.session.get(SEEN, 0) >= STEP:
        request.session[SEEN] = now


def _is_of_the_desk(request) -> bool:
    return request.path_info.startswith(f"/{settings.ADMIN_PATH}")
