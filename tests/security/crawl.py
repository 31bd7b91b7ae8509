"""Which addresses with which parameters the site itself names, in its links and forms."""

import contextlib
from collections import deque
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from http.client import HTTPResponse
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import Request, urlopen

from tests.security.site import Site

MOST_PAGES = 600
NOT_READ = ("logout", "/static/")
# Sent with other values these would end the session, or take away what the next page is about.
NOT_SENT = ("password", "/portal/user/", "delete", "takedown")


@dataclass(frozen=True)
class Ask:
    """A request that the site invites to."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    fresh: tuple[str, ...] = ()  # the parameters that no request before it had there

    @property
    def body(self) -> str:
        return urlencode(self.parameters)

    @property
    def target(self) -> str:
        """What follows the site's name. Without parameters the path's last part is tried."""
        if self.method == "POST":
            return self.path
        if self.parameters:
            return f"{self.path}?{self.body}"
        return f"{self.path.rstrip('/')}*/" if self.path != "/" else "/?a=1"

    @property
    def place(self) -> tuple[str, str]:
        """Where it is answered, rows and slugs being one."""
        parts = self.path.strip("/").split("/")
        return self.method, "/".join("N" if any(map(str.isdigit, part)) else part for part in parts)


class _Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url
        self.links: list[str] = []
        self.forms: list[tuple[str, str, list[tuple[str, str]]]] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(urljoin(self.url, values["href"]))
        elif tag == "form":
            action = urljoin(self.url, values.get("action") or self.url)
            self.forms.append(((values.get("method") or "get").upper(), action, []))
        elif tag in {"input", "select", "textarea", "button"} and values.get("name") and self.forms:
            self.forms[-1][2].append((values["name"], values.get("value") or "1"))


def crawl(site: Site, *, is_signed_in: bool) -> list[Ask]:
    """The requests that the pages lead to, until no new one has a parameter not seen there."""
    waiting = deque([f"{site.url}/", *([f"{site.url}/admin/"] if is_signed_in else [])])
    read: set[str] = set()
    tried: dict[tuple[str, str], set[str]] = {}
    asks = []
    while waiting and len(read) < MOST_PAGES:
        url = waiting.popleft()
        if url in read:
            continue
        read.add(url)
        for ask, link in _invitations(url, _text(url, site.cookie if is_signed_in else "")):
            if not _is_sent(ask) or not link.startswith(f"{site.url}/"):
                continue
            names = {name for name, _ in ask.parameters} or {""}
            before = tried.setdefault(ask.place, set())
            if names <= before:
                continue
            asks.append(replace(ask, fresh=tuple(sorted(names - before - {""}))))
            before |= names
            if ask.method == "GET":
                waiting.append(link.split("#")[0])
    return asks


def _invitations(url: str, html: str) -> list[tuple[Ask, str]]:
    """The requests that a page's links and forms would send, and where to."""
    page = _Page(url)
    page.feed(html)
    links = [(_ask("GET", link, []), link) for link in page.links]
    forms = [(_ask(*form), form[1]) for form in page.forms]
    return links + forms


def _ask(method: str, url: str, fields: list[tuple[str, str]]) -> Ask:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = dict([*query, *fields])  # of radio buttons one
    named.pop("csrfmiddlewaretoken", None)  # sqlmap sends it as a header
    return Ask(method, parts.path, tuple(named.items()))


def _is_sent(ask: Ask) -> bool:
    if any(part in ask.path for part in NOT_READ):
        return False
    return ask.method == "GET" or not any(part in ask.path for part in NOT_SENT)


def _text(url: str, cookie: str) -> str:
    request = Request(url, headers={"Cookie": cookie} if cookie else {})  # noqa: S310 - our own
    answer: HTTPResponse | HTTPError
    try:
        answer = urlopen(request)  # noqa: S310
    except HTTPError as error:
        answer = error
    with contextlib.closing(answer):
        kind = answer.headers.get_content_type()
        return answer.read().decode(errors="replace") if kind == "text/html" else ""
