"""The request that is being served: its id, by which a page, a log line and the audit trail find
each other, and what its queries took.
"""

import re
import secrets
from contextvars import ContextVar

from portal.clients import is_believed

HEADER = "X-Request-ID"
# As nginx makes them; whatever else a header says is no id.
_ID = re.compile("[0-9a-f]{32}")
# The answers whose page tells the id: no cache may show it to somebody else.
_TELL_IT = {400, 403, 500}

_request: ContextVar = ContextVar("served request", default=None)


def current():
    """The request that is being served here, None in a command."""
    return _request.get()


class RequestID:
    """The first middleware: every request has an id, told in a header of its answer.

    `request.request_id` is nginx's where one of TRUSTED_PROXIES brings it, else made here.
    `request.query_count` and `request.query_seconds` are counted by portal.queries.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.request_id = _brought(request.META) or secrets.token_hex(16)
        request.query_count, request.query_seconds = 0, 0.0
        mark = _request.set(request)
        try:
            response = self.get_response(request)
        finally:
            _request.reset(mark)
        response.headers[HEADER] = request.request_id
        if response.status_code in _TELL_IT:
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def _brought(meta) -> str:
    claimed = meta.get("HTTP_X_REQUEST_ID", "")
    return claimed if _ID.fullmatch(claimed) and is_believed(meta.get("REMOTE_ADDR", "")) else ""
