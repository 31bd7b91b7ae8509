"""HTML that no editor of the portal writes: hidden, active, or leading to places of spam.

For text as it lies in the database, whoever put it there. What the cleaner has written needs only
its links looked at (`links`); anything else is read element by element (`read`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape, unescape
from html.parser import HTMLParser
from typing import NamedTuple

from portal import spam

# ── What hides ──────────────────────────────────────────────────────────────────────────────────
_CSS_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?|\\(.)", re.IGNORECASE | re.DOTALL)
_CSS_REMARK = re.compile(r"/\*.*?\*/", re.DOTALL)
_WHITE = (
    r"(?:#f{3,4}\b|#f{6}(?:ff)?\b|white\b|transparent\b|rgba?\(255,255,255|rgba?\([^)]*,0?\.?0\))"
)
_TINY = (
    r"(?:0*\.\d+|[0-3](?:\.\d+)?)(?:px|pt)?(?![\d.%a-z])|0(?:em|rem|%|ex|ch|vw)|0?\.[0-2]\d*r?em"
)
_FAR = r"-(?:\d{3,}(?:\.\d+)?(?:px|pt)?|\d{2,}r?em|\d{3,}(?:%|vw|vh))"
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|"
    rf"font-size:(?:{_TINY})|font:[^;]*\b0(?:px|pt|em)?[/ ]|"
    r"opacity:(?:0?\.0\d*|0)(?![\d.])|filter:[^;]*opacity\((?:0|0?\.0\d*)%?\)|"
    r"(?:left|right|top|bottom|text-indent|margin(?:-\w+)?|inset|letter-spacing):"
    rf"(?:[^;]*[ ])?{_FAR}|"
    r"clip:rect\(|clip-path:|transform:[^;]*(?:scale[xy]?\(0|translate[xy3d]*\(-\d{3,})|"
    r"(?:^|;)(?:max-)?(?:width|height):(?:0|1px)(?![\d.])|z-index:-\d|"
    rf"(?:^|;)color:{_WHITE}|line-height:0(?![\d.])|text-overflow:clip"
)
# Classes with which the portal and common frameworks take something off the screen.
_HIDING_CLASSES = {"vh", "hidden", "d-none", "sr-only", "visually-hidden", "invisible", "hide"}
_VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr", "bgsound", "frame", "keygen"),
}
# What a browser runs, loads or sends, and what it shows only without scripts.
_ACTIVE = {
    *("script", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "form", "meta"),
    *("link", "style", "svg", "math", "template", "noscript", "noframes", "noembed", "portal"),
    *("input", "button", "textarea", "select", "marquee", "audio", "video", "layer", "bgsound"),
    *("xml", "isindex", "keygen", "plaintext", "xmp"),
}
_ADDRESSES = {
    *("href", "src", "action", "formaction", "data", "poster", "background", "cite", "longdesc"),
    *("xlink:href", "srcset", "ping", "lowsrc", "dynsrc", "codebase", "manifest", "content"),
}


# Whoever may write may write strange things: what reading costs must not grow with the square.
_LONGEST_STYLE = 2000  # characters; the editor writes none at all
_DEEPEST = 500  # elements in each other; browsers end near there too
_MOST_BROKEN = 20  # tags and remarks that never end; each is looked for up to the end of the text


def _style(value: str) -> str:
    """A style as the browser understands it: remarks, escapes and spaces gone, in lower case."""

    def letter(match: re.Match) -> str:
        code = int(match[1], 16) if match[1] else 0
        return match[2] or (chr(code) if 0 < code < 0x110000 else "")

    plain = _CSS_ESCAPE.sub(letter, _CSS_REMARK.sub("", value)).lower().replace("!important", "")
    return re.sub(r"\s*([:;,()])\s*", r"\1", " ".join(plain.split())).strip()


def hides(attributes: dict[str, str]) -> str:
    """What in an element's attributes takes it off the screen, "" when nothing does."""
    style = attributes.get("style", "")
    if len(style) > _LONGEST_STYLE:
        return "style…"
    if found := _HIDING.search(_style(style)):
        return found[0]
    if "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true":
        return "hidden"
    if named := _HIDING_CLASSES & set(attributes.get("class", "").lower().split()):
        return f"class={min(named)}"
    sizes = [attributes[name].strip() for name in ("width", "height") if name in attributes]
    if sizes and all(re.fullmatch(r"[01](?:px)?|0+%", size) for size in sizes):
        return "width/height 0"
    white = re.fullmatch(_WHITE, attributes.get("color", "").strip().lower())
    return "color=white" if white else ""


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────
class Trace(NamedTuple):
    """One thing that does not belong: its kind ("hidden", "active", "link", "masked", "remark"),
    and the words that show it."""

    kind: str
    words: str


class Link(NamedTuple):
    """A link of cleaned text: its address (decoded), its words, and its place."""

    address: str
    words: str
    start: int


# Not `.*?`: in a text that was not cleaned every link without an end would be read up to the end.
_CLEAN_LINK = re.compile(r'<a href="([^"]*)">((?:(?!<a |</a>).)*)(?:</a>)?', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def links(html: str) -> list[Link]:
    """The links of cleaned text."""
    return [
        Link(unescape(found[1]), " ".join(unescape(_TAG.sub("", found[2])).split()), found.start())
        for found in _CLEAN_LINK.finditer(html)
    ]


@dataclass
class _Element:
    """An open element of the source, with where its own start tag lies in `pieces`."""

    tag: str
    at: int
    why: str = ""  # what hides it, or that it is active
    kind: str = ""
    words: list[str] = field(default_factory=list)


class _Broken(Exception):  # noqa: N818 - the end of reading, not an error
    """Too much in the text begins and never ends: what follows is left out."""


class _Reader(HTMLParser):
    """Reads any HTML, keeps what stands in nothing foreign, notes the rest as traces."""

    def __init__(self, judge: Callable[[str, str], str]):
        super().__init__(convert_charrefs=True)
        self.judge = judge
        self.traces: list[Trace] = []
        self.pieces: list[str] = []
        self.open: list[_Element] = []
        self.broken = 0

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        element = _Element(tag, len(self.pieces))
        if tag in _ACTIVE:
            element.kind, element.why = "active", f"<{tag}>"
        elif why := hides(attributes):
            element.kind, element.why = "hidden", why
        self._note_attributes(tag, attributes)
        self.pieces.append(self._opening(tag, attributes))
        if tag not in _VOID and len(self.open) < _DEEPEST:
            self.open.append(element)
        elif element.kind:
            self._note(element)
            self.pieces.pop()

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)  # "<div/>" opens a div

    def _note_attributes(self, tag, attributes) -> None:
        for name, value in attributes.items():
            if name.startswith("on") or name in {"srcdoc", "ping"}:
                self.traces.append(Trace("active", f"<{tag} {name}={value}"))
            elif name in _ADDRESSES and (kind := self.judge(value, "")):
                self.traces.append(Trace(kind, f"<{tag} {name}={value}"))

    def _opening(self, tag, attributes) -> str:
        """The start tag with what the cleaner may keep of it; a bad link's address is removed."""
        kept = {
            name: value
            for name, value in attributes.items()
            if name not in {"style", "hidden"} and not name.startswith("on")
        }
        if "href" in kept and self.judge(kept["href"], ""):
            kept["href"] = REMOVED_PATH
        written = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        return f"<{tag}{written}>"

    def handle_endtag(self, tag):
        if not any(element.tag == tag for element in self.open):
            return
        while self.open:
            element = self.open.pop()
            closed = element.tag == tag
            # An element never closed hides, for all we know, the rest of an honest article.
            if element.kind and (closed or element.kind == "active"):
                self._note(element)
                del self.pieces[element.at :]
            elif element.kind:
                self._note(element)
            if closed:
                self.pieces.append(f"</{tag}>" if not element.kind else " ")
                return

    def handle_data(self, data):
        if data.startswith("<") and len(data) > 1:  # the parser's word for what has no end
            self._count_broken()
        for element in self.open:
            element.words.append(data)
        self.pieces.append(escape(data, quote=False))

    def _count_broken(self) -> None:
        self.broken += 1
        if self.broken > _MOST_BROKEN:
            raise _Broken

    def handle_comment(self, data):
        if re.search(r"<a\b|href|https?:|//|<\?|\[if", data, re.IGNORECASE):
            self.traces.append(Trace("remark", f"<!--{data}"))

    def handle_pi(self, data):
        self.traces.append(Trace("active", f"<?{data}"))

    def unknown_decl(self, data):
        self.traces.append(Trace("active", f"<![{data}"))

    def _note(self, element: _Element) -> None:
        words = " ".join("".join(element.words).split())
        self.traces.append(Trace(element.kind, f"{element.why}: {words}" if words else element.why))

    def finish(self) -> None:
        for element in self.open:
            if element.kind:
                self._note(element)
        self.open = []


# Where a removed link leads until the text is stored; the cleaner keeps it, unlike "#…".
REMOVED_PATH = "/link-removed"
REMOVED = "#link-removed"


class Reading(NamedTuple):
    """What was found in a text, and the text without it: links lead to REMOVED_PATH."""

    traces: list[Trace]
    rest: str


def read(html: str, judge: Callable[[str, str], str]) -> Reading:
    """Read HTML from anywhere; `judge(address, words)` says "link", "masked" or ""."""
    reader = _Reader(judge)
    try:
        reader.feed(html)
        reader.close()
    except (_Broken, AssertionError):  # Python's parser asserts that "<![" is followed by a name
        reader.traces.append(Trace("active", "<…"))
    reader.finish()
    return Reading(list(dict.fromkeys(reader.traces)), "".join(reader.pieces))


def unlink(html: str, judge: Callable[[str, str], str]) -> str:
    """Cleaned text with the addresses that `judge` names removed; nothing else is touched."""

    def without(found: re.Match) -> str:
        words = " ".join(unescape(_TAG.sub("", found[2])).split())
        if judge(unescape(found[1]), words):
            return f'<a href="{REMOVED}">{found[2]}</a>'
        return found[0]

    return _CLEAN_LINK.sub(without, html)


def without_marks(html: str) -> str:
    """Cleaned text without the links that were removed: their words stay."""
    if REMOVED not in html:
        return html
    return re.sub(rf'<a href="{REMOVED}">(.*?)</a>', r"\1", html, flags=re.DOTALL)


# ── Markup where plain text belongs, and programs ───────────────────────────────────────────────
_MARKUP = re.compile(
    r"<\s*(?:a\s(?:[^<>]*|[^>]{0,500})href|a/href|script|iframe|frame|object|embed|svg|style|base|form|meta|link\s|"
    r"div|span|p[\s>]|img|font|marquee|body|html|input|button|h[1-6][\s>]|noscript|noframes|"
    r"textarea|table|!--)|\[url=|\bon(?:error|load|click|mouseover|focus)\s*=\s*[\"'\w]|"
    r"javascript\s*:[\w\s(]+|data\s*:\s*text/html",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"<\?(?:php|=)|<%[=@]|\beval\s*\(\s*(?:atob|base64_decode|gzinflate|str_rot13|String|unescape|"
    r"function\(p,a,c,k|\$_)|String\.fromCharCode\s*\(\s*\d+\s*,|document\.write\s*\(\s*unescape|"
    r"\$_(?:GET|POST|REQUEST|COOKIE)\s*\[|(?:passthru|shell_exec|proc_open)\s*\(|base64_decode\s*\(",
    re.IGNORECASE,
)
_URL = re.compile(r"(?:https?:)?[\\/]{2}[^\s<>\"'()]+", re.IGNORECASE)


def markup(text: str) -> str:
    """Markup in what should be plain text, "" when there is none; entities count as well."""
    for one in (text, unescape(text)) if "&" in text else (text,):
        if found := _MARKUP.search(one):
            return one[found.start() : found.start() + 160]
    return ""


def program(text: str) -> str:
    """The start of a PHP page, a web shell or an unpacking script, "" when there is none."""
    found = _PROGRAM.search(text)
    return text[max(0, found.start() - 20) : found.start() + 140] if found else ""


def addresses(text: str) -> list[str]:
    """The addresses written out in a text, their entities decoded."""
    return [unescape(one) for one in _URL.findall(text)] if "/" in text or "\\" in text else []


# What HTML in JSON (versions, texts not saved yet) must hold before it is read element by element.
SUSPECT = re.compile(
    r"style\s*=|\bhidden\b|aria-hidden|<\s*(?:script|iframe|frame|object|embed|applet|base|form|meta|"
    r"link|svg|math|noscript|noframes|marquee|font|template)\b|\bon\w+\s*=|<!--|<\?|srcdoc|"
    r"&#|javascript|vbscript|data:|class\s*=\s*[\"']?(?:vh|sr-only|d-none|hid)",
    re.IGNORECASE,
)


def judge_with(hosts: spam.Hosts) -> Callable[[str, str], str]:
    """What `read` and `unlink` ask of an address: "link" for spam, "masked", or ""."""

    def judge(address: str, words: str) -> str:
        if reason := hosts.refuses(address):
            return "masked" if reason.is_masked else "link"
        if hosts.strange(address) and (
            spam.path_advertises(address) or (words and spam.words(words) and not spam.warns(words))
        ):
            return "link"
        return ""

    return judge
