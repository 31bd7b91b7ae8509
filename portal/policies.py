"""The headers that say what a browser may do with an answer, set here for all that Django answers.

What nginx answers itself has the same ones from deploy/nginx/headers.conf. A policy is a dict as
django-csp has it; its text is written once a process and is the same on every page of its kind.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from csp.constants import HEADER, NONE, SELF, UNSAFE_INLINE
from csp.utils import build_policy
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

from portal import richtext, stylesheet
from portal.admin_access import is_below_admin

# What the reader's pages load: all of it our own, nothing that stands in the page itself but the
# stylesheets, which `_text` adds by their hashes. No nonces: a cached page would repeat them.
PUBLIC = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "upgrade-insecure-requests": settings.HTTPS,
}
# Pictures of a Word file are shown before they are files; so is the code that a phone scans.
ADMIN = PUBLIC | {"img-src": [SELF, "data:"]}
# CKEditor positions its menus by style attributes and draws them in frames that it writes itself.
# Its inline handlers are no exception here: static/portal/editor/setup.js makes listeners of them.
EDITOR = ADMIN | {
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
}
# A preview on a narrow screen: a page with a frame, and what stands in it. Its links lead the whole
# window on, by a <base> element.
FRAMING = PUBLIC | {"frame-src": [SELF]}
FRAMED = PUBLIC | {"frame-ancestors": [SELF], "base-uri": [SELF]}
# A file opened by itself does nothing, whatever somebody got into it.
FILE = {"default-src": [NONE], "sandbox": True}

_POLICIES = {
    "public": PUBLIC,
    "admin": ADMIN,
    "editor": EDITOR,
    "framing": FRAMING,
    "framed": FRAMED,
    "file": FILE,
}

# On every answer that does not say otherwise. Strict-Transport-Security is SecurityMiddleware's,
# which also writes some of these; what stops before it (a foreign Host) has them from here.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Headers:
    """Around all but the request's id: whatever answers, each header is there exactly once, and
    an answer to HEAD is headers alone."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method == "HEAD":
            _drop_content(response)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # Django's own pages for the developer bring their styles and scripts along.
        if not (settings.DEBUG and response.status_code in {404, 500}):
            response.headers.setdefault(HEADER, policy(_kind(request, response)))
        return response

    def process_template_response(self, request, response):
        """The pages of the editor are those whose `media` loads it."""
        media = (response.context_data or {}).get("media")
        response.has_editor = media is not None and richtext.loads_editor(media)
        return response


def _drop_content(response) -> None:
    """Of an answer to HEAD; gunicorn would do it and write a line into the log each time."""
    if response.streaming:
        response.streaming_content = ()
        return
    length = response.headers.get("Content-Length", str(len(response.content)))
    response.content = b""
    response.headers["Content-Length"] = length


def _kind(request, response) -> str:
    if kind := getattr(response, "policy_kind", ""):  # the view knows
        return kind
    path = request.path_info
    if path.startswith(settings.STATIC_URL):
        return "file"
    # To whom there is no admin, its addresses are like any other unknown one.
    if not is_below_admin(path) or getattr(request, "urlconf", None):
        return "public"
    return "editor" if getattr(response, "has_editor", False) else "admin"


def policy(kind: str) -> str:
    """The policy of one of the kinds of `_POLICIES`, as the header has it."""
    if settings.DEBUG:  # a stylesheet may have changed
        _text.cache_clear()
    return _text(kind)


@cache
def _text(kind: str) -> str:
    """Kept: django-csp's middleware would take 30 µs to write it on each answer.

    Sorted, because django-csp's order is another one after each start.
    """
    directives = dict(_POLICIES[kind])
    if directives.get("style-src") == [SELF]:  # a hash would switch 'unsafe-inline' off
        hashes = [f"'{checksum(css)}'" for css in stylesheet.inlined()]
        directives["style-src"] = [SELF, *hashes]
    return "; ".join(sorted(build_policy(directives).split("; ")))


def checksum(content: str | bytes) -> str:
    """ "sha256-…", as a policy names a style and a page the script that it expects."""
    data = content.encode() if isinstance(content, str) else content
    return f"sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode()}"


def integrity(name: str) -> str:
    """For a script element: what the static file `name` holds as it is served."""
    return checksum(_served(name))


def _served(name: str) -> bytes:
    if hasattr(staticfiles_storage, "stored_name"):  # its name and content are collectstatic's
        with staticfiles_storage.open(staticfiles_storage.stored_name(name)) as file:
            return file.read()
    return Path(finders.find(name)).read_bytes()  # in development and tests
