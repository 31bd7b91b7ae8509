"""`make attack FILE=strings.txt`: does any stored HTML run JavaScript in a real Chromium?

The file holds one attack string a line; in a line ␊ is LF, ␍␊ is CRLF and ␛uXXXX another control.
Each string is opened twice: raw, to show that the harness sees what runs, and as the site shows
it, cleaned on save, before the editor and at render. Every element is focused, hovered, clicked
and submitted. Ends with 0 when nothing cleaned runs, 1 when something does, 2 when the harness
is blind: too few of the raw strings ran.
"""

import asyncio
import os
import re
import sys
from pathlib import Path

import django
from playwright.async_api import Browser, Error, Page, Route, async_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from portal.richtext import EditorWidget, clean, render  # noqa: E402
from tests.browser import chromium  # noqa: E402

# Of the 1,811 strings this was made with, 330 ran in Chromium 156.
SEEING = 300 / 1811
PAGES = 4
SITE = "http://site.test/"
ALARM = "JavaScript ran"
# In every frame, before anything else: whatever an attack calls says so.
HOOKS = f"""
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {{
  window[name] = () => console.log("{ALARM}: " + name);
}}
for (const name of ["write", "writeln"]) {{
  Document.prototype[name] = () => console.log("{ALARM}: document." + name);
}}
"""
PROVOKE = """
for (const element of document.body.querySelectorAll("*")) {
  for (const type of ["mouseover", "mouseenter", "mousemove", "pointerover", "keydown", "toggle",
                      "dragstart", "copy", "paste", "wheel", "contextmenu", "scroll"]) {
    element.dispatchEvent(new Event(type, {bubbles: true}));
  }
  if (element.focus) { element.focus(); element.blur(); }
  element.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
}
for (const form of document.forms) { form.requestSubmit ? form.requestSubmit() : form.submit(); }
"""


def decode(line: str) -> str:
    """The attack string that one line of the file stands for."""
    text = line.replace("␍␊", "\r\n").replace("␊", "\n")
    return re.sub(r"␛u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), text)


def shown(attack: str) -> str:
    """What reaches a page of ours: stored and rendered, rendered unstored, and in the editor."""
    return f"{render(clean(attack))}{render(attack)}{EditorWidget().format_value(attack) or ''}"


class Window:
    """A page of the browser that tells whether opening some HTML ran JavaScript."""

    def __init__(self, page: Page):
        self.page = page
        self.html = ""
        self.ran = self.stuck = False

    @classmethod
    async def open(cls, browser: Browser) -> "Window":
        window = cls(await (await browser.new_context()).new_page())
        await window.page.add_init_script(HOOKS)
        await window.page.route("**/*", window.answer)
        window.page.on("console", window.hear)
        window.page.on("pageerror", window.fail)
        return window

    async def answer(self, route: Route) -> None:
        """Serve the HTML; a script from outside gives the alarm, anything else is missing."""
        if route.request.url == SITE:
            body = f"<!doctype html><meta charset=utf-8><body>{self.html}</body>"
            await route.fulfill(body=body.encode("utf-8", "replace"), content_type="text/html")
        elif route.request.resource_type == "script":
            await route.fulfill(body=f"console.log('{ALARM}')", content_type="text/javascript")
        else:
            await route.abort()

    def hear(self, message) -> None:
        self.ran = self.ran or ALARM in message.text

    def fail(self, error) -> None:
        """A script that stops half-way has run; one that cannot be parsed has not."""
        self.ran = self.ran or error.name != "SyntaxError"

    async def runs(self, html: str) -> bool:
        self.html, self.ran, self.stuck = html, False, False
        for act in (self._load, self._provoke):
            try:
                await act()
            except (Error, TimeoutError):  # it led the page elsewhere, or never let it finish
                self.stuck = True
        return self.ran

    async def _load(self) -> None:
        await self.page.goto(SITE, wait_until="load", timeout=3000)

    async def _provoke(self) -> None:
        await asyncio.wait_for(self.page.evaluate(PROVOKE), timeout=3)
        await self.page.wait_for_timeout(60)


async def try_all(attacks: list[str], browser: Browser) -> tuple[list[str], list[str]]:
    """The strings that ran raw, and those that ran cleaned."""
    waiting = list(enumerate(attacks, start=1))
    raw: list[str] = []
    cleaned: list[str] = []

    async def work() -> None:
        # A window each: what a raw string leaves behind cannot be blamed on a cleaned one.
        ours, theirs = await Window.open(browser), await Window.open(browser)
        while waiting:
            number, attack = waiting.pop()
            if await ours.runs(shown(attack)):
                cleaned.append(f"{number}: {attack}")
            if await theirs.runs(attack):
                raw.append(f"{number}: {attack}")
            if theirs.stuck:
                await theirs.page.context.close()
                theirs = await Window.open(browser)

    await asyncio.gather(*(work() for _number in range(PAGES)))
    return raw, cleaned


async def main(path: Path) -> int:
    attacks = [decode(line) for line in path.read_text("utf-8").split("\n") if line]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.path(), args=chromium.FLAGS
        )
        raw, cleaned = await try_all(attacks, browser)
        await browser.close()
    sys.stdout.write(f"{len(attacks)} strings: {len(raw)} ran raw, {len(cleaned)} ran cleaned.\n")
    for attack in sorted(cleaned):
        sys.stdout.write(f"  {attack!r}\n")
    if len(raw) < SEEING * len(attacks):
        sys.stdout.write("Too few ran raw: the harness is blind, the result says nothing.\n")
        return 2
    return 1 if cleaned else 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("Usage: python -m tests.attack FILE")
    sys.exit(asyncio.run(main(Path(sys.argv[1]))))
