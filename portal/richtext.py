"""Rich text: the field, the cleaner, the places of photos, the template filter, the editor.

Nothing else in the project knows that CKEditor or nh3 exist: another editor means changing this
module and `static/portal/editor/`.

Cleaned HTML has one shape. At the top level stand p, h2, h3, h4, ul, ol, blockquote, table and
empty `<figure data-photo="REF">`; lists nest in items and cells, tables do not nest; inline
elements never cross a paragraph and never nest in themselves. So cleaning what is clean changes
nothing, and what stands here can be cut at its top-level elements by a regular expression.
"""

import html as html_entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple
from unicodedata import is_normalized

import nh3
from ckeditor.widgets import CKEditorWidget, Script
from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import text as vietnamese

# ── What is allowed ─────────────────────────────────────────────────────────────────────────────
# Source element: what it becomes. What is named nowhere here is unwrapped: its text stays.
_INLINE = {
    **{name: name for name in ("a", "s", "del", "ins", "sub", "sup", "small", "mark", "code")},
    **{name: name for name in ("q", "cite")},
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("em", "i"), "em"),
    "strike": "s",
}
# Blocks of other pages: were they unwrapped, "one<div>two</div>" would become one word.
_OTHER_BLOCKS = {
    *("div", "section", "article", "aside", "header", "footer", "main", "nav", "hgroup"),
    *("address", "center", "pre", "figcaption", "dl", "dt", "dd", "menu"),
    *("fieldset", "legend", "details", "summary", "form"),
}
_PARAGRAPHS = {
    **dict.fromkeys(("p", "h1"), "p"),  # the title of the page is its only h1
    **dict.fromkeys(("h4", "h5", "h6"), "h4"),
    "h2": "h2",
    "h3": "h3",
    **dict.fromkeys(_OTHER_BLOCKS, "p"),
}
_SECTIONS = {"thead", "tbody", "tfoot"}
_CONTAINERS = {"blockquote", "ul", "ol", "li", "table", "caption", "tr", "th", "td"} | _SECTIONS
_VOID = {"br", "hr"}
# Their text is never something a reader should see.
_DROPPED_WITH_CONTENT = {
    *("script", "style", "template", "title", "xml", "svg", "math", "xmp", "iframe"),
    *("noscript", "noembed", "noframes", "object", "applet"),
    *("audio", "video", "canvas", "select", "textarea"),
}

ALIGNMENT_CLASSES = ["can-trai", "can-giua", "can-phai", "can-deu"]
INDENT_CLASSES = ["thut-1", "thut-2", "thut-3"]
_WITH_CLASS = ("p", "h2", "h3", "h4", "ul", "ol", "li", "th", "td")
_CLASSES = {*ALIGNMENT_CLASSES, *INDENT_CLASSES}

# No space, control, format or bidirectional character, backslash, quote or angle bracket may
# stand in an address; a local path starts with one slash, not two.
_ADDRESS_CHARACTER = (
    r"[^\s\x00-\x20\x7f-\xa0\\<>\"`\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    r"\U000e0000-\U000e0fff]"
)
_ATTRIBUTE_VALUES = {
    "href": re.compile(
        rf"(?:https?://(?![/?#]){_ADDRESS_CHARACTER}+|mailto:{_ADDRESS_CHARACTER}+"
        rf"|tel:\+?[0-9().;=ext*#-]+|/(?!/){_ADDRESS_CHARACTER}*)",
        re.IGNORECASE,
    ),
    "data-photo": re.compile(r"[1-9][0-9]{0,4}"),
    "colspan": re.compile(r"[2-9]|[1-9][0-9]"),
    "rowspan": re.compile(r"[2-9]|[1-9][0-9]"),
    "scope": re.compile(r"col|row"),
    "start": re.compile(r"[0-9]{1,4}"),
}


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value unchanged, or None: anything "repaired" here escapes the checks before it."""
    if name == "class":  # allowed_classes picks from it
        return value
    pattern = _ATTRIBUTE_VALUES.get(name)
    return value if pattern and pattern.fullmatch(value) else None


_SANITISER = nh3.Cleaner(
    tags={*_INLINE, *_PARAGRAPHS, *_CONTAINERS, *_VOID, "figure"},
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes={
        "*": set(),  # or title and lang survive everywhere
        "a": {"href"},
        "figure": {"data-photo"},
        "ol": {"start"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
    },
    attribute_filter=_attribute,
    allowed_classes=dict.fromkeys(_WITH_CLASS, _CLASSES),
    url_schemes={"http", "https", "mailto", "tel"},
    url_relative="pass_through",
    link_rel=None,
)

_TOKEN = re.compile(r"<(/?)([a-z0-9]+)([^>]*)>|([^<]+)")
_TAG_START = re.compile(r"<[a-zA-Z/!?]")
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v\xa0]*\n\s*")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Every kind of white space, no-break spaces included, is one plain space. What nobody sees is
# dropped: controls, zero-width and soft hyphens, marks that turn the direction of the text.
# The look-behind keeps a long run of spaces from being tried anew at each of them.
_WHITE_SPACE = re.compile(
    "(?<![ \t])[ \t]*[\r\n\f][ \t\r\n\f]*|[\t\v\x85\xa0\u2007\u2028\u2029\u202f]"
)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)


# ── Structure ───────────────────────────────────────────────────────────────────────────────────
_BREAK = object()
_FLOW = {"body", "blockquote"}  # hold paragraphs
_CELLS = {"li", "th", "td", "caption"}  # hold lines of text
_MAY_STAND_IN = {
    "blockquote": {"body"},
    "table": {"body", "blockquote"},
    "ul": {"body", "blockquote", "li", "th", "td", "ul", "ol"},
    "ol": {"body", "blockquote", "li", "th", "td", "ul", "ol"},
    "li": {"ul", "ol"},
    **{name: {"table"} for name in ("caption", *_SECTIONS)},
    "tr": {*_SECTIONS, "table"},
    "th": {"tr"},
    "td": {"tr"},
}
_DEEPEST = 12  # elements in one another; deeper ones become lines, and recursion stays shallow


@dataclass(slots=True, eq=False)
class _Node:
    """An element: its children are elements, finished HTML, or the segments of a cell's text."""

    tag: str
    attributes: str = ""
    children: list = field(default_factory=list)

    def __str__(self) -> str:
        inner = (
            "".join(_lines(child)) if isinstance(child, list) else str(child)
            for child in self.children
        )
        return f"<{self.tag}{self.attributes}>{''.join(inner)}</{self.tag}>"


class _Line:
    """One paragraph being written: spaces and breaks wait until a word follows them.

    So a paragraph has none at its ends, they stand outside `<strong>` and the like wherever
    they can, and an element without a word is never opened.
    """

    def __init__(self, *, splits: bool):
        self.splits = splits  # two breaks in a row start a new paragraph
        self.finished: list[str] = []
        self.pieces: list[str] = []
        self.open: tuple[str, ...] = ()
        self.spaces = self.breaks = 0

    def add(self, elements: tuple[str, ...], words: str) -> None:
        core = words.strip(" ")
        leading = len(words) - len(words.lstrip(" "))
        self.spaces += leading
        if not core:
            return
        if "   " in core or not is_normalized("NFC", core):
            core = vietnamese.normalize(core)
        self._move_to(elements)
        self.pieces.append(html_entities.escape(core, quote=False))
        self.spaces = len(words) - leading - len(words.strip(" "))

    def _move_to(self, elements: tuple[str, ...]) -> None:
        common = sum(
            1
            for _same in takewhile(
                lambda two: two[0] == two[1], zip(self.open, elements, strict=False)
            )
        )
        if self.breaks > 1 and self.splits and self.pieces:
            self.finish()
            common = 0
        self._close(common)
        if self.pieces:
            spaces = 1 if self.spaces > 2 else self.spaces  # more than two are layout
            self.pieces.append("<br>" if self.breaks else " " * spaces)
        self.spaces = self.breaks = 0
        self.pieces += elements[common:]
        self.open = elements

    def _close(self, keep: int) -> None:
        for opening in reversed(self.open[keep:]):
            self.pieces.append(f"</{_name(opening)}>")
        self.open = self.open[:keep]

    def finish(self) -> list[str]:
        self._close(0)
        if self.pieces:
            self.finished.append("".join(self.pieces))
        self.pieces = []
        return self.finished


def _lines(segments: list, *, splits: bool = False) -> list[str]:
    """The HTML of what stands in one block: one line, or more when it splits at blank lines."""
    line = _Line(splits=splits)
    for segment in segments:
        if segment is _BREAK:
            line.breaks += 1
            line.spaces = 0
        else:
            line.add(*segment)
    return line.finish()


def _has_words(segments: list) -> bool:
    return any(segment is not _BREAK and segment[1].strip() for segment in segments)


def _name(opening: str) -> str:
    return opening[1:-1].partition(" ")[0]


class _Builder:
    """Reads the sanitiser's tokens, which are well nested, and builds the one shape."""

    def __init__(self) -> None:
        self.body = _Node("body")
        self.open = [self.body]
        self.ends: list = []  # what the end tag of each open source element does
        self.inline: list[str] = []
        self.blocks = [("p", "")]
        self.segments: list = []
        self.photos: list[_Node] = []
        self.seen: set[str] = set()

    def feed(self, source: str) -> "_Builder":
        for slash, name, attributes, words in _TOKEN.findall(source):
            if words:
                self._text(words)
            elif slash:
                self.ends.pop()()
            else:
                self._start(name, attributes.replace(' class=""', ""))
        self._end_line()
        return self

    def _start(self, name: str, attributes: str) -> None:
        if name == "br":
            self.segments.append(_BREAK)
        elif name in _INLINE:
            self._start_inline(name, attributes)
        elif name == "hr":
            self._end_line()
        elif name in _CONTAINERS and self._may_open(name):
            self._start_container(name, attributes)
        else:
            self._start_block(name, attributes)

    def _may_open(self, name: str) -> bool:
        return self.open[-1].tag in _MAY_STAND_IN[name] and len(self.open) < _DEEPEST

    def _start_inline(self, name: str, attributes: str) -> None:
        if (name == "a" and not attributes) or len(self.inline) >= _DEEPEST:
            self.ends.append(lambda: None)
            return
        self.inline.append(f"<{_INLINE[name]}{attributes}>")
        self.ends.append(self.inline.pop)

    def _start_block(self, name: str, attributes: str) -> None:
        self._end_line()
        if name == "figure" and attributes:
            self._photo(attributes)
        tag = _PARAGRAPHS.get(name, "p")
        self.blocks.append((tag, attributes if tag == name else ""))
        self.ends.append(self._end_block)

    def _end_block(self) -> None:
        self._end_line()
        self.blocks.pop()

    def _start_container(self, name: str, attributes: str) -> None:
        self._flush()
        depth = len(self.open)
        parent = self.open[-1]
        if name in {"ul", "ol"} and parent.tag in {"ul", "ol"}:
            # Word and old editors put a list right into a list: it belongs to the item before.
            self._push(parent.children[-1] if parent.children else _Node("li"))
        if name == "tr" and parent.tag == "table":
            self._push(_Node("tbody"))
        self._push(_Node(name, attributes))
        self.blocks.append(("p", ""))

        def end() -> None:
            self._flush()
            self.blocks.pop()
            self._close(depth)

        self.ends.append(end)

    def _push(self, node: _Node) -> None:
        siblings = self.open[-1].children
        if not siblings or siblings[-1] is not node:
            siblings.append(node)
        self.open.append(node)

    def _close(self, depth: int) -> None:
        while len(self.open) > depth:
            node = self.open.pop()
            if node.tag == "table":
                _complete_table(node)
            if not node.children and node.tag not in {"td", "th"}:
                self.open[-1].children.remove(node)
        if len(self.open) == 1:
            self.body.children += self.photos
            self.photos = []

    def _photo(self, attributes: str) -> None:
        """Photos stand at the top level, after the block that held them, and only once."""
        if attributes in self.seen:
            return
        self.seen.add(attributes)
        siblings = self.body.children if len(self.open) == 1 else self.photos
        siblings.append(_Node("figure", attributes))

    def _text(self, words: str) -> None:
        if "&" in words:
            words = html_entities.unescape(words)
        words = _INVISIBLE.sub("", _WHITE_SPACE.sub(" ", words))
        if not words:
            return
        elements = self._elements()
        if self.segments and self.segments[-1] is not _BREAK and self.segments[-1][0] == elements:
            words = self.segments.pop()[1] + words
        self.segments.append((elements, words))

    def _elements(self) -> tuple[str, ...]:
        """The inline elements a word stands in; of two of one kind the outer one counts."""
        by_name: dict[str, str] = {}
        for opening in self.inline:
            by_name.setdefault(_name(opening), opening)
        return tuple(by_name.values())

    def _end_line(self) -> None:
        """A paragraph ends; in an item or a cell it is a line, and the cell takes its class."""
        target = self.open[-1]
        if target.tag not in _CELLS:
            self._flush()
        elif _has_words(self.segments):
            first = not target.children and _BREAK not in self.segments
            if first and target.tag in _WITH_CLASS and "class=" not in target.attributes:
                target.attributes += self.blocks[-1][1]
            self.segments.append(_BREAK)

    def _flush(self) -> None:
        segments, self.segments = self.segments, []
        if not _has_words(segments):
            return
        target = self.open[-1]
        tag, attributes = self.blocks[-1]
        if target.tag in _CELLS:
            if target.children and isinstance(target.children[-1], list):
                target.children[-1] += [_BREAK, *segments]
            else:
                target.children.append(segments)
        elif target.tag in {"ul", "ol"}:
            target.children.append(_Node("li", attributes, [segments]))
        else:  # text between the cells of a table goes after the table, as in a browser before it
            flow = next(node for node in reversed(self.open) if node.tag in _FLOW)
            lines = _lines(segments, splits=tag == "p")
            flow.children += [_Node(tag, attributes, [line]) for line in lines]


def _complete_table(table: _Node) -> None:
    """A table without header cells gets its first row as one, when another row follows."""
    rows = [
        row for section in table.children if section.tag in _SECTIONS for row in section.children
    ]
    if not rows:
        table.children = []
    if len(rows) < 2 or any(cell.tag == "th" for row in rows for cell in row.children):
        return
    for cell in rows[0].children:
        if cell.children:  # an empty header names nothing
            cell.tag = "th"
            cell.attributes = f' scope="col"{cell.attributes}'


def _paragraphs_of(plain: str) -> str:
    """Text without any tag: blank lines part paragraphs, single line ends part lines."""
    unified = plain.replace("\r\n", "\n").replace("\r", "\n").strip()
    paragraphs = _BLANK_LINE.split(unified)
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in paragraphs)


def clean(html: str) -> str:
    """Make HTML from anywhere safe and bring it into the one shape described above.

    Takes HTML or plain text; gives HTML, "" when no text and no photo is left. Words are never
    changed beyond NFC, invisible characters and white space. clean(clean(x)) == clean(x).
    """
    if not html:
        return ""
    html = _SURROGATES.sub("", html)
    if not _TAG_START.search(html):
        html = _paragraphs_of(html)
    body = _Builder().feed(_SANITISER.clean(html)).body
    return "".join(map(str, body.children))


# ── Blocks and the places of photos ─────────────────────────────────────────────────────────────
class Block(NamedTuple):
    """A top-level element: its name, its whole HTML, its text, and REF if it is a photo."""

    tag: str
    html: str
    text: str
    photo: int | None


class Part(NamedTuple):
    """A stretch of the body between photos (photo is None), or the REF of one (html is "")."""

    html: SafeString | str
    photo: int | None


_ELEMENT = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
_FIGURE = re.compile(r'<figure data-photo="([0-9]{1,5})"></figure>')
_LINE_END = re.compile(r"<br>|</(?:p|h[2-4]|li|tr|caption|blockquote)>|<(?:ul|ol)\b[^>]*>")
_TAG = re.compile(r"<[^>]*(?:>|\Z)")  # also the tag in which a text was cut
_CELL_END = re.compile(r"</t[hd]>")
_SPACES_AT_LINE_END = re.compile(r"(?<! ) *\n\s*")


def plain_text(html: str) -> str:
    """The text alone: a line for every paragraph, item and table row, nothing for photos."""
    text = _LINE_END.sub("\n", _CELL_END.sub(" ", html))
    text = html_entities.unescape(_TAG.sub("", text))
    return _SPACES_AT_LINE_END.sub("\n", text).strip()


class Link(NamedTuple):
    """Where a link leads, "" for nowhere, and the words that are linked."""

    address: str
    words: str


_LINK = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']([^"']*)["']""", re.IGNORECASE)


def links(html: str) -> Iterator[Link]:
    """The links of a text in order; it may be as the editor sent it, not cleaned yet."""
    for attributes, inside in _LINK.findall(html):
        found = _HREF.search(attributes)
        address = html_entities.unescape(found[1]) if found else ""
        yield Link(address.strip(), " ".join(plain_text(inside).split()))


def without_links(html: str) -> str:
    """The text without its links and their words."""
    return _LINK.sub("", html)


def blocks(html: str) -> list[Block]:
    """The top-level elements of cleaned HTML, in order."""
    found = []
    depth = start = 0
    for match in _ELEMENT.finditer(html):
        if match[2] in _VOID:
            continue
        if not match[1]:
            start = match.start() if depth == 0 else start
            depth += 1
            continue
        depth -= 1
        if depth == 0:
            found.append(_block(match[2], html[start : match.end()]))
    return found


def _block(tag: str, html: str) -> Block:
    figure = _FIGURE.fullmatch(html)
    return Block(tag, html, plain_text(html), int(figure[1]) if figure else None)


def photo_places(html: str) -> dict[int, int]:
    """REF of every photo in the body: the number of the block it stands after (0: before all)."""
    places = {}
    number = 0
    for block in blocks(html):
        if block.photo is None:
            number += 1
        else:
            places[block.photo] = number
    return places


def place_photo(html: str, ref: int, after: int | None) -> str:
    """Give the body with photo `ref` right after its `after`-th block; None takes it out.

    Blocks are counted without photos, 0 is before the first, a number too high means the last.
    A photo joins the others already standing there as the last; one that is there stays as it is.
    """
    places = photo_places(html)
    if ref in places and places[ref] == after:
        return html
    rest = [block for block in blocks(html) if block.photo != ref]
    if after is not None:
        figure = _block("figure", f'<figure data-photo="{ref}"></figure>')
        rest.insert(_position(rest, after), figure)
    return "".join(block.html for block in rest)


def _position(rest: list[Block], after: int) -> int:
    """Where in the list the photos that follow the `after`-th block end."""
    number = 0
    for position, block in enumerate(rest):
        number += block.photo is None
        if number > after:
            return position
    return len(rest)


def paragraph_choices(html: str) -> list[tuple[int, str]]:
    """Number and first words of every block a photo can stand after: "1. Ngày 19/01/2018, Sở…"."""
    texts = [block.text for block in blocks(html) if block.photo is None]
    return [
        (number, f"{number}. {Truncator(' '.join(text.split())).words(8, truncate='…')}")
        for number, text in enumerate(texts, start=1)
    ]


# ── On the page ─────────────────────────────────────────────────────────────────────────────────
_TABLE = re.compile(r"<table>.*?</table>")
_TABLE_NAME = re.compile(r"<caption>(.*?)</caption>|<tr>(.*?)</tr>")


def render(html: str) -> SafeString:
    """Clean once more and make it ready for a page: the one door from stored HTML to a template.

    A table gets a frame that scrolls on a narrow screen and is reached by the keyboard.
    """
    # What the sanitiser gives back unchanged is clean: a tenth of the time of building it anew.
    if _SANITISER.clean(html) != html:
        html = clean(html)
    return mark_safe(_TABLE.sub(_scrolling, html))


def parts(html: str) -> tuple[Part, ...]:
    """A body cut at its photos, which the page shows with their captions; each stretch of text as
    `render` gives it."""
    pieces = enumerate(_FIGURE.split(html))
    return tuple(
        Part("", int(piece)) if number % 2 else Part(render(piece), None)
        for number, piece in pieces
        if piece
    )


def _scrolling(table: re.Match) -> str:
    name = _TABLE_NAME.search(table[0])
    words = Truncator(" ".join(plain_text(name[0]).split())).words(8, truncate="…")
    label = gettext("Table: %(words)s") % {"words": words} if words else gettext("Table")
    return (
        '<div class="table-wrap" role="region" tabindex="0" '
        f'aria-label="{html_entities.escape(label)}">{table[0]}</div>'
    )


# ── The editor ──────────────────────────────────────────────────────────────────────────────────
_EDITOR_PLUGINS = (
    "a11yhelp,basicstyles,blockquote,clipboard,contextmenu,dialog,enterkey,entities,"
    "floatingspace,format,htmlwriter,indentlist,justify,link,list,notification,"
    "pastefromgdocs,pastefromlibreoffice,pastefromword,pastetext,pastetools,removeformat,"
    "selectall,showborders,tab,table,tableselection,tabletools,toolbar,undo,widget,widgetselection"
)
_EDITOR = {
    # A closed list, not the bundle's hundred: what is not named does not start.
    "plugins": _EDITOR_PLUGINS,
    # divarea: the framed editor is dead under a script policy without 'unsafe-inline'.
    "extraPlugins": "divarea,autogrow,articlephoto,tidypaste",
    "removePlugins": "wysiwygarea,uploadimage,image,image2,exportpdf",
    "toolbar": [
        {"name": "history", "items": ["Undo", "Redo"]},
        {"name": "format", "items": ["Format"]},
        {"name": "letters", "items": ["Bold", "Italic", "RemoveFormat"]},
        {"name": "lists", "items": ["BulletedList", "NumberedList", "Outdent", "Indent"]},
        {"name": "parts", "items": ["Link", "Unlink", "Table", "Blockquote"]},
        {"name": "alignment", "items": ["JustifyLeft", "JustifyCenter", "JustifyRight"]},
        {"name": "paste", "items": ["PasteText", "PasteFromWord"]},
    ],
    "format_tags": "p;h2;h3;h4",
    # Classes, never styles: the public pages forbid inline styles. One malformed rule in a string
    # of rules stops CKEditor's parser silently, so the rules are an object.
    "allowedContent": {
        "strong em s sub sup mark q cite code br caption thead tbody tfoot tr blockquote": True,
        "p h2 h3 h4 li": {"classes": ",".join(_CLASSES)},
        "ul": {"classes": ",".join(INDENT_CLASSES)},
        "ol": {"attributes": "start", "classes": ",".join(INDENT_CLASSES)},
        "a": {"attributes": "!href"},
        "table": True,
        "th td": {"attributes": "colspan,rowspan,scope", "classes": ",".join(ALIGNMENT_CLASSES)},
        "figure": {"attributes": "!data-photo"},
    },
    "justifyClasses": ALIGNMENT_CLASSES,
    "indentClasses": INDENT_CLASSES,
    "entities": False,  # the default stores á as &aacute; and leaves đ: no search, no diff
    "basicEntities": True,
    "forcePasteAsPlainText": False,
    "pasteFromWordRemoveFontStyles": True,
    "pasteFromWordPromptCleanup": False,
    "clipboard_handleImages": False,  # a photo is a record with a caption, never part of the text
    "disableNativeSpellChecker": False,
    "versionCheck": False,
    "customConfig": "",
    "stylesSet": False,
    "contentsCss": [],
    "language": "vi",
    "defaultLanguage": "vi",
    "linkDefaultProtocol": "https://",
    "linkShowTargetTab": False,
    "linkShowAdvancedTab": False,
    "removeDialogTabs": "link:upload;link:advanced;link:target;table:advanced",
    "resize_enabled": False,
    "autoGrow_minHeight": 416,  # 26rem
    "autoGrow_maxHeight": 1200,
    "autoGrow_onStartup": True,
    "height": 416,
    "width": "auto",
    "toolbarCanCollapse": False,
    "title": False,
}


# What the bundle's Vietnamese leaves in English; the names of our toolbar's groups are read aloud.
_UNTRANSLATED = {
    "link.displayText": _("Words of the link"),
    "link.info": _("Link"),
    "link.type": _("Where does it lead?"),
    "link.toUrl": _("To a page"),
    "link.toEmail": _("To an e-mail address"),
    "link.emailAddress": _("E-mail address"),
    "link.noUrl": _("Write the address."),
    "link.noEmail": _("Write the e-mail address."),
    "common.url": _("Address of the page"),
    "common.protocol": _("Begins with"),
    "link.other": _("/ (a page of this site)"),
    "link.toPhone": _("Phone"),
    "link.phoneNumber": _("Phone number"),
    "link.noTel": _("Write the phone number."),
    "toolbar.toolbarGroups.history": _("Undo and redo"),
    "toolbar.toolbarGroups.format": _("Kind of paragraph"),
    "toolbar.toolbarGroups.letters": _("Letters"),
    "toolbar.toolbarGroups.lists": _("Lists and indents"),
    "toolbar.toolbarGroups.parts": _("Links, tables, quotations"),
    "toolbar.toolbarGroups.alignment": _("Alignment"),
    "toolbar.toolbarGroups.paste": _("Paste"),
}


_BUNDLE = "ckeditor/ckeditor/ckeditor.js"


def loads_editor(media: forms.Media) -> bool:
    """Whether a page with these scripts has the editor, and so needs its policy."""
    return _BUNDLE in media._js


class EditorWidget(CKEditorWidget):
    """CKEditor in place of the text box, under `script-src 'self'` without inline handlers.

    Its pages have a policy of their own (portal/policies.py), found by `loads_editor`.
    """

    def __init__(self, attrs: dict | None = None):
        super().__init__(attrs=attrs)
        self.config = {
            **_EDITOR,
            "editorLabels": {
                "format.tag_p": _("Plain paragraph"),
                "format.tag_h2": _("Section heading"),
                "format.tag_h3": _("Sub-heading"),
                "format.tag_h4": _("Smallest heading"),
                "clipboard.fileFormatNotSupportedNotification": _(
                    "A picture cannot stand in the text. Add it as a photo, with a caption."
                ),
                "clipboard.fileWithoutFormatNotSupportedNotification": _(
                    "A file cannot stand in the text. Add it as a photo or an attachment."
                ),
                **_UNTRANSLATED,
            },
            "applicationTitle": _("Text editor"),
            "articlePhotoLabel": _("Photo"),
            "articlePhotoHint": _("Photo placed in the text. Its caption is edited below."),
            "tidyPasteMessage": _("Superfluous spaces removed when pasting from Word: %s"),
            "tidyPasteUndo": _("Take the paste back"),
        }

    @property
    def external_plugin_resources(self) -> list[list[str]]:
        files = {
            "articlephoto": static("portal/editor/articlephoto/plugin.js"),
            "tidypaste": static("portal/editor/tidypaste/plugin.js"),
        }
        # Folder and file apart, because the file's name may hold its checksum.
        return [
            [name, url[: url.rindex("/") + 1], url[url.rindex("/") + 1 :]]
            for name, url in files.items()
        ]

    @external_plugin_resources.setter
    def external_plugin_resources(self, value: list) -> None:
        """CKEditorWidget sets it from the project's settings, which this module does not read."""

    @property
    def media(self) -> forms.Media:
        base = {
            "id": "ckeditor-init-script",
            "data-ckeditor-basepath": static("ckeditor/ckeditor/"),
        }
        return forms.Media(
            css={"all": ["ckeditor/ckeditor.css", "portal/editor/editor.css"]},
            js=[
                Script("ckeditor/ckeditor-init.js", **base),
                _BUNDLE,
                "portal/editor/setup.js",
                "ckeditor/fixups.js",
            ],
        )

    def format_value(self, value: str | None) -> str | None:
        """Clean before it fills the text box: divarea puts it into the admin's own page."""
        return clean(value) if value else value

    def _set_config(self) -> None:
        """Keep the configuration as it is; the parent would set the language of the request."""


# ── The field ───────────────────────────────────────────────────────────────────────────────────
def validate_encoding(html: str) -> None:
    """Refuse text in TCVN3 or VNI with a sentence that says what it is (ValidationError)."""
    vietnamese.validate_not_legacy(plain_text(html))


class RichTextFormField(forms.CharField):
    """Cleans before it compares and validates: an empty paragraph is no text, and no change."""

    widget = EditorWidget

    def to_python(self, value: str | None) -> str:
        return clean(super().to_python(value))


class RichTextField(models.TextField):
    """A TextField that never stores anything but clean HTML.

    `get_prep_value` and `pre_save` cover create, save, update and both bulk writes; `clean()`
    alone would let all five store it raw.
    """

    description = _("Rich text")
    default_validators = [validate_encoding]

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return clean(value) if isinstance(value, str) else value

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = clean(value)
            setattr(model_instance, self.attname, value)
        return value

    def clean(self, value, model_instance):
        return super().clean(clean(value) if isinstance(value, str) else value, model_instance)

    def formfield(self, **kwargs):
        # The admin hands every TextField its own text box.
        if kwargs.get("widget") in {None, AdminTextareaWidget}:
            kwargs["widget"] = EditorWidget
        return super().formfield(**{"form_class": RichTextFormField, **kwargs})
