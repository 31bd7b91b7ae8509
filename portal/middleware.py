"""What is refused, or not believed, before any view sees it."""

from django.conf import settings
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpResponseBadRequest

from portal import audit
from portal.admin_access import is_below_admin
from portal.clients import is_believed


class NoNullBytes:
    """Answer 400 to an address with a NUL byte: PostgreSQL would fail on it with an error 500.

    A cookie may hold one too, as "\\000": the key of a session or of a preview is looked up.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        query, cookies = (request.META.get(name, "") for name in ("QUERY_STRING", "HTTP_COOKIE"))
        if "\x00" in request.path or "%00" in query or "\\000" in cookies:
            return HttpResponseBadRequest()
        return self.get_response(request)


class TrustedProxies:
    """Forget "this came over HTTPS" unless one of TRUSTED_PROXIES says it.

    Django believes the header whoever sends it: a client that reaches the server past the proxy
    would get round the redirect to HTTPS.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        claimed = "HTTP_X_FORWARDED_PROTO" in request.META
        if claimed and not is_believed(request.META.get("REMOTE_ADDR", "")):
            del request.META["HTTP_X_FORWARDED_PROTO"]
        return self.get_response(request)


class StaffMessages(MessageMiddleware):
    """Django's messages to the person at the keyboard, for those who can have any.

    A reader's page has none, and to look for some would take a fiftieth of its time.
    """

    def process_request(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES or is_below_admin(request.path_info):
            super().process_request(request)


class AuditedRequests:
    """Entries of the audit trail know the request they come from; refusals in the admin are kept.

    A refusal to somebody without an account is not: strangers could fill the trail.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with audit.serving(request):
            response = self.get_response(request)
            if response.status_code == 403 and request.path.startswith(_ADMIN):
                _keep_refusal(request)
        return response


_ADMIN = f"/{settings.ADMIN_PATH}"


def _keep_refusal(request) -> None:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        audit.refuse(target=request.path, method=request.method)
