"""Which addresses with which parameters the site itself names, in its links and forms."""

import contextlib
import re
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
# One form class serves "add" and "change", articles and conference reports: its fields are tried
# at the first of these addresses that is met, with one row of each kind of inline rows.
_SAME_FORM = re.compile(r"(?:add|N/change)$")
_SAME_MODEL = {"report": "article"}
_ROW = re.compile(r"-(?:\d+|__prefix__)-")
# Read as whole numbers by Django, and no field of ours.
_OF_DJANGO = re.compile(r"-(?:TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|^csrfmiddlewaretoken$")


@dataclass(frozen=True)
class Ask:
    """A request that the site invites to."""

    method: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    buttons: frozenset[str] = frozenset()  # of the parameters: looked for, never read
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
        """Where it is answered, rows and slugs being one, and all addresses of one form."""
        parts = [
            "N" if any(map(str.isdigit, part)) else part for part in self.path.strip("/").split("/")
        ]
        if self.method == "GET":
            return "GET", "/".join(parts)
        named = "/".join(_SAME_MODEL.get(part, part) for part in parts)
        return "POST", _SAME_FORM.sub("form", named)

    @property
    def names(self) -> dict[str, str]:
        """The parameters to try: what each is called in whichever row, and its name in this one.

        "" stands for the address itself.
        """
        tried = {
            _ROW.sub("-N-", name): name
            for name, _value in self.parameters
            if not _OF_DJANGO.search(name) and name not in self.buttons
        }
        return tried or {"": ""}


class _Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url
        self.links: list[str] = []
        self.forms: list[tuple[str, str, list[tuple[str, str]], set[str]]] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(urljoin(self.url, values["href"]))
        elif tag == "form":
            action = urljoin(self.url, values.get("action") or self.url)
            self.forms.append(((values.get("method") or "get").upper(), action, [], set()))
        elif tag in {"input", "select", "textarea", "button"} and values.get("name") and self.forms:
            self.forms[-1][2].append((values["name"], values.get("value") or "1"))
            if tag == "button" or values.get("type") == "submit":
                self.forms[-1][3].add(values["name"])


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
            names = ask.names
            before = tried.setdefault(ask.place, set())
            if names.keys() <= before:
                continue
            fresh = {name for kind, name in names.items() if kind not in before}
            asks.append(replace(ask, fresh=tuple(sorted(fresh - {""}))))
            before.update(names)
            if ask.method == "GET":
                waiting.append(link.split("#")[0])
    return asks


def _invitations(url: str, html: str) -> list[tuple[Ask, str]]:
    """The requests that a page's links and forms would send, and where to."""
    page = _Page(url)
    page.feed(html)
    links = [(_ask("GET", link, [], set()), link) for link in page.links]
    forms = [(_ask(*form), form[1]) for form in page.forms]
    return links + forms


def _ask(method: str, url: str, fields: list[tuple[str, str]], buttons: set[str]) -> Ask:
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    named = dict([*query, *fields])  # of radio buttons one
    named.pop("csrfmiddlewaretoken", None)  # sqlmap sends it as a header
    return Ask(method, parts.path, tuple(named.items()), frozenset(buttons))


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
