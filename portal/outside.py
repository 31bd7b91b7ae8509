"""Asks other sites whether a page of theirs answers, and is not led into our own network.

Whoever writes a link chooses whom this machine asks. So a name is looked up once, every address
that it has must be one of the open internet, and that very address is connected to: neither a name
that changes in between nor a redirect leads further in.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.clients import Network, in_networks

# Seconds: for each wait on the other side, and for one question from the first byte to the last.
PATIENCE, LONGEST = 5, 15
MOST_REDIRECTS = 5
# It answers, though not to programs, or not without a password.
_NOT_TO_US = {401, 403, 407, 429, 451, 999}
# Ways to write an address of the old internet in the new one, a closed one too.
_TRANSLATED = [
    ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96", "::ffff:0:0:0/96")
]
# Closed ones that Python takes for open: the former local networks, and those of providers.
_CLOSED = [ip_network(one) for one in ("fec0::/10", "192.0.0.0/24")]
_TLS = ssl.create_default_context()


class Fault(models.TextChoices):
    """Why readers get nothing at an address."""

    WRONG = "wrong", _("The address is not written correctly.")
    CLOSED = "closed", _("The address lies in a closed network.")
    NO_SITE = "no_site", _("There is no such site.")
    NO_ANSWER = "no_answer", _("The site does not answer.")
    NO_PAGE = "no_page", _("The site no longer has this page.")
    FAILS = "fails", _("The site answers with an error.")
    ENDLESS = "endless", _("The address leads from one to the next without end.")


class _Failed(Exception):  # noqa: N818 - an answer, carried up
    def __init__(self, fault: Fault):
        super().__init__(fault)
        self.fault = fault


def ask(address: str, *, inside: Sequence[Network] = ()) -> Fault | None:
    """What is wrong with an address that begins with http:// or https://; None: it answers.

    `inside`: networks of our own that may be asked too.
    """
    try:
        for _redirect in range(MOST_REDIRECTS + 1):
            status, leads_to = _answer(address, inside)
            if not leads_to:
                return _fault_of(status)
            address = urljoin(address, leads_to)
    except _Failed as failed:
        return failed.fault
    except ssl.SSLCertVerificationError:
        return None  # there; browsers mend what many sites forget to send with a certificate
    except ValueError:  # no address, no name, no port
        return Fault.WRONG
    except (OSError, http.client.HTTPException):
        return Fault.NO_ANSWER
    return Fault.ENDLESS


def _answer(address: str, inside: Sequence[Network]) -> tuple[int, str]:
    """The status, and where it leads. Some sites answer a HEAD with an error, so GET follows."""
    status, leads_to = _request("HEAD", address, inside)
    if status >= 400:
        status, leads_to = _request("GET", address, inside)
    return status, leads_to


def _request(method: str, address: str, inside: Sequence[Network]) -> tuple[int, str]:
    parts = urlsplit(address)
    if parts.scheme not in _CONNECTIONS or not parts.hostname:
        raise _Failed(Fault.WRONG)
    host = parts.hostname.encode("idna").decode()
    kind = _CONNECTIONS[parts.scheme]
    connection = kind(host, parts.port or kind.default_port, inside=inside)
    query = f"?{parts.query}" if parts.query else ""
    with contextlib.closing(connection):
        headers = {"User-Agent": f"Mozilla/5.0 (compatible; {settings.SITE_URL})", "Accept": "*/*"}
        connection.request(method, quote((parts.path or "/") + query, safe=_IN_PATH), None, headers)
        response = connection.getresponse()  # the body is not read
        if connection.was_cut:
            raise TimeoutError(address)
        is_redirect = 300 <= response.status < 400
        return response.status, response.headers.get("Location", "") if is_redirect else ""


_IN_PATH = "/?%:@!$&'()*+,;=~-._[]|"


def _fault_of(status: int) -> Fault | None:
    if status in {404, 410}:
        return Fault.NO_PAGE
    return Fault.FAILS if status >= 400 and status not in _NOT_TO_US else None


# ── Connections ─────────────────────────────────────────────────────────────────────────────────
class _Guarded:
    """A connection to an address that was looked at, which ends after LONGEST seconds."""

    def __init__(self, host: str, port: int, *, inside: Sequence[Network]):
        super().__init__(host, port, timeout=PATIENCE)
        self.inside, self.was_cut = inside, False
        self.end = threading.Timer(LONGEST, self._cut)
        self.end.daemon = True

    def connect(self) -> None:
        self.sock = _connected(_addresses(self.host, self.port, self.inside))
        self.end.start()

    def _cut(self) -> None:
        self.was_cut = True
        with contextlib.suppress(OSError, AttributeError):  # closed in this moment
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.end.cancel()
        super().close()


class _Plain(_Guarded, http.client.HTTPConnection):
    pass


class _Secure(_Guarded, http.client.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        self.sock = _TLS.wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        self.sock.do_handshake()  # by now the timer knows the socket


_CONNECTIONS = {"http": _Plain, "https": _Secure}


def _addresses(host: str, port: int, inside: Sequence[Network]) -> list[tuple]:
    """Where the name leads, if every address may be asked: one closed door closes all."""
    if _is_number(host) and not _may_be_asked(host, inside):
        raise _Failed(Fault.CLOSED)  # also where this machine has no such network
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        is_known = error.errno not in {socket.EAI_NONAME, socket.EAI_NODATA}
        raise _Failed(Fault.NO_ANSWER if is_known else Fault.NO_SITE) from error
    if not all(_may_be_asked(target[0], inside) for *_kind, target in found):
        raise _Failed(Fault.CLOSED)
    return found


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _may_be_asked(address: str, inside: Sequence[Network]) -> bool:
    if in_networks(address, inside):
        return True
    parsed = ip_address(address)
    is_open = parsed.is_global and not parsed.is_multicast
    return is_open and not in_networks(address, [*_TRANSLATED, *_CLOSED])


def _connected(found: list[tuple]) -> socket.socket:
    """A socket to the first of the addresses that takes the connection."""
    refused: OSError | None = None
    for family, kind, protocol, _name, target in found:
        connecting = socket.socket(family, kind, protocol)
        connecting.settimeout(PATIENCE)
        try:
            connecting.connect(target)
        except OSError as error:
            connecting.close()
            refused = error
        else:
            return connecting
    raise refused or _Failed(Fault.NO_SITE)
