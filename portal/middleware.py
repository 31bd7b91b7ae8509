"""What is refused before any view sees it."""

from django.http import HttpResponseBadRequest


class NoNullBytes:
    """Answer 400 to an address with a NUL byte: PostgreSQL would fail on it with an error 500."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest()
        return self.get_response(request)
