"""What is refused, or not believed, before any view sees it."""

from django.conf import settings
from django.http import HttpResponseBadRequest

from portal.clients import in_networks


class NoNullBytes:
    """Answer 400 to an address with a NUL byte: PostgreSQL would fail on it with an error 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest()
        return self.get_response(request)


class TrustedProxies:
    """Forget "this came over HTTPS" unless one of TRUSTED_PROXIES says it.

    Django believes the header whoever sends it: a client that reaches the server past the proxy
    would get round the redirect to HTTPS. Behind a Unix socket there is no address, and only our
    proxy.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        claimed = "HTTP_X_FORWARDED_PROTO" in request.META
        heard = request.META.get("REMOTE_ADDR", "")
        if claimed and heard and not in_networks(heard, settings.TRUSTED_PROXIES):
            del request.META["HTTP_X_FORWARDED_PROTO"]
        return self.get_response(request)
