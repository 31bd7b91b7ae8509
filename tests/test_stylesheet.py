"""The public stylesheet reaches old phones, and what every page loads stays small.

With `@layer` a page is unstyled in Chromium 92; with flex `gap` items touch below 84. The floor is
Chrome 66: what the newer ones alone understand is refused here.
"""

import gzip
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parent.parent / "static" / "portal"
STYLESHEET = STATIC / "site.css"
NOISE = re.compile(r"/\*.*?\*/|\"[^\"]*\"|'[^']*'|url\([^)]*\)", re.DOTALL)
TOO_NEW = {
    "@layer": r"@layer\b",
    ":has()": r":has\(",
    ":is()": r":is\(",
    ":where()": r":where\(",
    "clamp()": r"\bclamp\(",
    "aspect-ratio": r"\baspect-ratio\s*:",
    "inset": r"[{;\s]inset(-\w+)*\s*:",
    "nesting": r"&",
    "media range": r"@media[^{]*(\(\s*(width|height)\b|[<>])",
    # `grid-gap` in a grid is old enough.
    "flex gap": r"\{(?=[^{}]*display\s*:\s*(inline-)?flex)[^{}]*(?<![-\w])((row|column)-)?gap\s*:",
}
KB = 1000


def too_new(css: str) -> set[str]:
    """The names of what Chrome 66 does not understand in a stylesheet."""
    plain = NOISE.sub(" ", css)
    return {name for name, pattern in TOO_NEW.items() if re.search(pattern, plain)}


def zipped(*paths: Path) -> int:
    return sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in paths)


def test_the_public_stylesheet_is_understood_by_old_browsers():
    assert too_new(STYLESHEET.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("@layer base{a{color:red}}", "@layer"),
        ("p:has(a){color:red}", ":has()"),
        (":is(h1,h2){margin:0}", ":is()"),
        ("a:where(.x){margin:0}", ":where()"),
        ("p{width:clamp(1rem,2vw,3rem)}", "clamp()"),
        ("img{aspect-ratio:3/2}", "aspect-ratio"),
        ("a{inset:0}", "inset"),
        ("a{position:absolute;inset-inline-start:0}", "inset"),
        (".a{color:red;& .b{color:blue}}", "nesting"),
        ("@media (width >= 40em){a{margin:0}}", "media range"),
        ("@media (40em <= width){a{margin:0}}", "media range"),
        ("a{display:flex;flex-wrap:wrap;gap:1rem}", "flex gap"),
        ("@media print{a{column-gap:1rem;display:inline-flex}}", "flex gap"),
    ],
)
def test_what_is_too_new_is_noticed(css, found):
    assert too_new(css) == {found}


def test_what_is_old_enough_passes():
    css = """
    /* no @layer & no :has() here */
    .a{display:grid;grid-gap:1rem;box-shadow:inset 0 0 1px}
    .b{display:flex;margin:0}.c::after{content:"& clamp("}
    @media (min-width:40em) and (max-width:64em){.a>.b{margin:0}}
    """
    assert too_new(css) == set()


def test_what_every_page_loads_is_small():
    assert zipped(STYLESHEET) <= 7.5 * KB
    assert zipped(*STATIC.glob("*.js")) <= 1.5 * KB
    assert sum(font.stat().st_size for font in STATIC.rglob("*.woff2")) <= 11 * KB


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.parent.glob("static/**/*.css")), ids=lambda path: path.name
)
def test_every_block_of_a_stylesheet_is_closed(path):
    """A lost brace makes a rule of narrow screens of all that follows."""
    depth = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith(("@media", "/*", ".", "#")):
            assert depth == 0, f"line {number}: the block before it is still open"
        depth += line.count("{") - line.count("}")
    assert depth == 0
