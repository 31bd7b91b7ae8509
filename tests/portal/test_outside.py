"""Asking other sites: a real server answers, no name or redirect leads into a closed network."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from portal import outside
from portal.outside import Fault, ask

HERE = [ip_network("127.0.0.1/32")]


class Site(BaseHTTPRequestHandler):
    """/200 answers 200, /head405 refuses HEAD alone, /to/… redirects, /loop has no end."""

    asked: list = []

    def do_GET(self):
        self.asked.append((self.command, self.path, self.headers["Host"]))
        if self.path.startswith("/to/"):
            return self._redirect(self.path.removeprefix("/to/"))
        if self.path == "/loop":
            return self._redirect("/loop")
        if self.path == "/head405":
            return self._say(405 if self.command == "HEAD" else 200)
        return self._say(int(self.path[1:4]) if self.path[1:4].isdigit() else 200)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def _redirect(self, address):
        self._say(302, Location=address)

    def _say(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    """The address of a site on this machine; what it was asked is in `Site.asked`."""
    Site.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def listening(talk):
    """A server that does with its first connection what `talk` says; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _address = server.accept()
            with connection:
                talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/200", None),
        ("", None),
        ("/head405", None),
        ("/to//200", None),
        ("/to//200?q=hội nghị#đầu", None),
        ("/tin tức", None),
        ("/401", None),
        ("/403", None),
        ("/429", None),
        ("/404", Fault.NO_PAGE),
        ("/410", Fault.NO_PAGE),
        ("/to//404", Fault.NO_PAGE),
        ("/500", Fault.FAILS),
        ("/400", Fault.FAILS),
        ("/loop", Fault.ENDLESS),
        ("/to/ftp://example.org/", Fault.WRONG),
        ("/to/javascript:alert(1)", Fault.WRONG),
    ],
)
def test_what_a_page_answers(site, path, fault):
    assert ask(site + path, inside=HERE) == fault


def test_the_body_is_asked_for_only_where_the_head_is_refused(site):
    ask(f"{site}/200", inside=HERE)
    ask(f"{site}/head405", inside=HERE)
    assert [(method, path) for method, path, _host in Site.asked] == [
        ("HEAD", "/200"),
        ("HEAD", "/head405"),
        ("GET", "/head405"),
    ]


# ── Into no closed network ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "[::1]"),
        *("0.0.0.0", "0"),  # noqa: S104 - asked, not listened on
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "[fe80::1]"),
        *("224.0.0.1", "255.255.255.255", "[ff02::1]", "[fc00::1]", "[::]"),
        *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]"),
        *("[::7f00:1]", "[::ffff:0:7f00:1]", "[fec0::1]", "192.0.0.8"),
    ],
)
def test_a_closed_network_is_never_asked(host, monkeypatch):
    def connect(*args):
        raise AssertionError(f"{host} was connected to")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert ask(f"http://{host}/") == Fault.CLOSED


def test_nothing_reaches_a_site_in_a_closed_network(site):
    assert ask(f"{site}/200") == Fault.CLOSED
    assert Site.asked == []


def test_a_redirect_into_a_closed_network_is_not_followed(site):
    """The site itself may be asked here; where it leads may not."""
    port = site.rpartition(":")[2]
    for secret in (f"http://127.0.0.2:{port}/200", "http://[::1]/", "http://10.0.0.1/"):
        assert ask(f"{site}/to/{secret}", inside=HERE) == Fault.CLOSED
    assert {path[:4] for _method, path, _host in Site.asked} == {"/to/"}


def test_a_name_with_one_closed_address_among_open_ones_is_not_asked(monkeypatch):
    def addresses(host, port, **kwargs):
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, ("8.8.8.8", port)), (*stream, ("10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    assert ask("http://hai-mat.example/") == Fault.CLOSED


def test_the_address_that_was_looked_at_is_the_one_connected_to(site, monkeypatch):
    """A name that leads elsewhere when it is asked again is not asked again."""
    port = int(site.rpartition(":")[2])
    looked_up = []

    def addresses(host, asked_port, **kwargs):
        looked_up.append(host)
        where = "127.0.0.1" if len(looked_up) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (where, asked_port))]

    monkeypatch.setattr(socket, "getaddrinfo", addresses)
    assert ask(f"http://doi-ten.example:{port}/200", inside=HERE) is None
    assert looked_up == ["doi-ten.example"]
    assert Site.asked == [("HEAD", "/200", f"doi-ten.example:{port}")]


# ── What goes wrong ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "address",
    ["http://", "http:///x", "http://[::1/", "http://a:99999/", "http://a:x/", "http://a..b/"],
)
def test_what_is_no_address_is_called_so(address):
    assert ask(address) == Fault.WRONG


def test_a_name_that_nobody_knows_is_no_site():
    assert ask("http://khong-co.invalid/") == Fault.NO_SITE


def test_a_closed_port_does_not_answer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}/", inside=HERE) == Fault.NO_ANSWER


def test_a_silent_site_is_given_up(monkeypatch):
    monkeypatch.setattr(outside, "PATIENCE", 0.2)
    with listening(lambda connection: time.sleep(0.5)) as port:
        assert ask(f"http://127.0.0.1:{port}/", inside=HERE) == Fault.NO_ANSWER


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_site_that_drips_is_given_up(monkeypatch, scheme):
    """Each byte comes in time, the answer never."""
    monkeypatch.setattr(outside, "LONGEST", 0.3)

    def drip(connection):
        begin = b"HTTP/1.1 200 OK\r\nX: " if scheme == "http" else b"\x16\x03\x03\x40\x00"
        try:
            connection.sendall(begin)
            for _byte in range(60):
                time.sleep(0.05)
                connection.sendall(b"x")
        except OSError:
            pass

    began = time.monotonic()
    with listening(drip) as port:
        assert ask(f"{scheme}://127.0.0.1:{port}/", inside=HERE) == Fault.NO_ANSWER
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "said", [b"", b"not http\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 999]
)
def test_what_is_no_answer_is_none(said):
    with listening(lambda connection: connection.sendall(said)) as port:
        assert ask(f"http://127.0.0.1:{port}/", inside=HERE) == Fault.NO_ANSWER


def test_a_certificate_that_programs_refuse_is_an_answer(monkeypatch):
    """Many sites leave out what completes their certificate; browsers fetch it."""

    class Refusing:
        @staticmethod
        def wrap_socket(sock, **kwargs):
            raise ssl.SSLCertVerificationError("unable to get local issuer certificate")

    monkeypatch.setattr(outside, "_TLS", Refusing)
    with listening(lambda connection: None) as port:
        assert ask(f"https://127.0.0.1:{port}/", inside=HERE) is None
