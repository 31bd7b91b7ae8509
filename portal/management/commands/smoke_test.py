"""`manage.py smoke_test`: whether this release answers, before deploy/update lets anybody see it.

Asks for every kind of public page that links lead to from the home page and the site map, and for
the sign-in of the admin, in this process: no server, nobody signed in, nothing written.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext

from portal.admin_access import is_below_admin

# Where the walk begins: an empty site links to little, its map names the rest.
_BEGIN = ("home", "robots", "admin:login")
_NOWHERE = "/smoke-test/"  # the page that says so is one too
_NO_PAGES = {"media"}  # an upload that is not there is no fault of the program


class Command(BaseCommand):
    help = "Ask for a page of every kind and for the sign-in; fail on the first that is broken."

    def handle(self, **options):
        addresses = [*map(reverse, _BEGIN), _NOWHERE]
        known = {*_BEGIN, *_NO_PAGES}
        client = _client()
        with _silent():
            for address in addresses:  # grows on the way
                page = _ask(client, address)
                for link in _links(page):
                    view = _view_of(link)
                    if view and view not in known:
                        known.add(view)
                        addresses.append(link)
        self.stdout.write(gettext("The release answers: %s pages tried.") % len(addresses))


def _client() -> Client:
    """A reader with the site's own address; where the admin is for some networks, from one."""
    client = Client(headers={"host": urlsplit(settings.SITE_URL).netloc})
    if settings.ADMIN_NETWORKS:
        client.defaults["REMOTE_ADDR"] = str(settings.ADMIN_NETWORKS[0].network_address)
    return client


def _ask(client: Client, address: str) -> str:
    """The page at an address; CommandError where it fails."""
    try:
        response = client.get(address, secure=True)
        page = response.getvalue().decode(errors="replace")
    except Exception as error:
        problem = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise CommandError(_sentence(address, problem)) from error
    if response.status_code >= 500:
        raise CommandError(_sentence(address, str(response.status_code)))
    return page


def _sentence(address: str, problem: str) -> str:
    told = {"address": address, "problem": problem}
    return gettext("This release cannot show the page %(address)s (%(problem)s).") % told


def _links(page: str) -> Iterator[str]:
    """The paths of this site that a page, a site map or robots.txt names, without their query."""
    own = rf'(?:href="|<loc>|Sitemap: )(?:{re.escape(settings.SITE_URL)})?(/[^"<?#\s]*)'
    return (link[1] for link in re.finditer(own, page))


def _view_of(address: str) -> str:
    """The name of the public page at an address; "" where there is none."""
    path = unquote(address)
    if is_below_admin(path):
        return ""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


@contextmanager
def _silent():
    """Without the log's lines: what fails is said in a sentence (--traceback tells all)."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
