"""The way into the admin: from which networks it exists, and that no answer of it is kept."""

from django.conf import settings

from portal.clients import client_address, in_networks


class AdminAccess:
    """Hide everything below ADMIN_PATH from outside ADMIN_NETWORKS; mark the answers of the rest.

    Outside, the addresses are those of a site without an admin (portal.public_urls): the answer is
    made where that to any other unknown address is made, with the same page, headers and time.
    Inside, no answer may stay in a cache or in a search engine, whatever the view says: errors,
    redirects, JSON and downloads too. It stands first among the middleware, so it sees them all.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_below_admin(request.path_info):
            return self.get_response(request)
        if not may_enter(request):
            request.urlconf = "portal.public_urls"
            return self.get_response(request)
        response = self.get_response(request)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response


def is_below_admin(path: str) -> bool:
    """Whether the path is the admin's; without its last slash too, for Django would add it."""
    return f"{path}/".startswith(f"/{settings.ADMIN_PATH}")


def may_enter(request) -> bool:
    """Whether the request comes from one of ADMIN_NETWORKS; without any everybody may.

    Whose address is unknown stays outside.
    """
    allowed = settings.ADMIN_NETWORKS
    return not allowed or in_networks(client_address(request), allowed)
