"""The browser's half of `make attack`: does some HTML run, and what of it is dangerous?

The browser's own DOM is the judge. Many documents are opened side by side, each in a frame of its
own; each says of itself what it saw, so that one that breaks is known by its number.
"""

import asyncio
import json
import re
from dataclasses import dataclass, field

from playwright.async_api import Browser, Error, Page, Route

SITE = "http://site.test/"
AT_ONCE = 20  # documents side by side
PATIENCE = 90
ALARM = "JavaScript ran"
# In every frame, before anything else: whatever an attack calls says so.
HOOKS = f"""
window.alarms = [];
const alarm = (name) => {{ window.alarms.push(name); console.log("{ALARM}: " + name); }};
for (const name of ["alert", "confirm", "prompt", "print", "open"]) {{
  window[name] = () => alarm(name);
}}
for (const name of ["write", "writeln"]) {{
  Document.prototype[name] = () => alarm("document." + name);
}}
"""
PROVOKE = """
for (const element of (document.querySelector("main") || document.body).querySelectorAll("*")) {
  for (const type of ["mouseover", "mouseenter", "mousemove", "pointerover", "keydown", "toggle",
                      "dragstart", "copy", "paste", "wheel", "contextmenu", "scroll"]) {
    element.dispatchEvent(new Event(type, {bubbles: true}));
  }
  if (element.focus) { element.focus(); element.blur(); }
  element.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
}
for (const form of document.forms) { form.requestSubmit ? form.requestSubmit() : form.submit(); }
"""
# What no text may hold, by the DOM. `known`: how often a page without an attack has an element.
JUDGE = """
const ACTIVE = new Set(("script iframe frame frameset object embed applet style link base meta "
  + "form input button textarea select svg math template video audio source img picture dialog "
  + "portal fencedframe marquee keygen isindex noscript xmp plaintext title").split(" "));
const RISKY = new Set("style srcdoc formaction background ping is slot nonce".split(" "));
const WORDS = new Set("content alt title value aria-label".split(" "));
const SCRIPTED = /^(?:javascript|vbscript|data|blob|filesystem)/i;

window.judge = (known) => {
  const bad = [], counts = {};
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    if (ACTIVE.has(name) || /[:-]/.test(name)) counts[name] = (counts[name] || 0) + 1;
    for (const {name: attribute, value} of element.attributes) {
      const isScript = SCRIPTED.test(value.replace(/[\\u0000-\\u0020]/g, ""));
      if (/^on/i.test(attribute) || RISKY.has(attribute) || (isScript && !WORDS.has(attribute))) {
        bad.push(`${name} ${attribute}=${value.slice(0, 40)}`);
      }
    }
    if (element.closest(".body") && (element.id || element.getAttribute("name"))) {
      bad.push(`${name} has an id or a name`);
    }
  }
  for (const name of Object.keys(counts)) {
    if (counts[name] > (known[name] || 0)) bad.push(`${name} × ${counts[name]}`);
  }
  return {bad, counts};
};
"""
# A link that leads on would take the document away before it has said what it saw.
STAY = """
addEventListener("click", (event) => {
  const link = event.composedPath().find((one) => one.localName === "a");
  if (link && !/^\\s*(javascript|data|vbscript)/i.test(link.href)) event.preventDefault();
}, true);
addEventListener("submit", (event) => event.preventDefault(), true);
"""
REPORT = f"""
if (location.href.startsWith("{SITE}frame/")) {{
  {STAY}
  addEventListener("load", () => setTimeout(() => {{
    const found = window.judge(JSON.parse(new URLSearchParams(location.search).get("known")));
    try {{ {PROVOKE} }} catch (error) {{ found.bad.push("it broke: " + error.message); }}
    const number = Number(location.pathname.split("/").pop());
    setTimeout(() => console.log("REPORT " + JSON.stringify(
      {{number, alarms: window.alarms, ...found}})), 60);
  }}, 0));
}}
"""


_FRAME = re.compile(rf"{SITE}frame/(\d+)\?.*")


@dataclass
class Verdict:
    ran: bool = False
    bad: list[str] = field(default_factory=list)
    counts: dict = field(default_factory=dict)


class Sheet:
    """A page of the browser that opens many documents in frames, scripts of the site left out."""

    def __init__(self, page: Page):
        self.page = page
        self.documents: list[str] = []
        self.known: dict = {}
        self.said: dict[int, Verdict] = {}

    @classmethod
    async def open(cls, browser: Browser) -> "Sheet":
        sheet = cls(await (await browser.new_context()).new_page())
        await sheet.page.add_init_script(HOOKS + JUDGE + REPORT)
        await sheet.page.route("**/*", sheet._answer)
        sheet.page.on("console", sheet._hear)
        return sheet

    async def judge(self, documents: list[str], *, known: dict | None = None) -> list[Verdict]:
        """A verdict on each. `known`: how often a page without an attack has which element."""
        self.known = known or {}
        found: list[Verdict] = []
        for start in range(0, len(documents), AT_ONCE):
            self.documents, self.said = documents[start : start + AT_ONCE], {}
            await self.page.goto(f"{SITE}sheet", wait_until="domcontentloaded")
            await self._wait()
            # A document that says nothing was taken over by what stands in it.
            silent = Verdict(ran=True, bad=["it never answered"])
            found += [self.said.get(n, silent) for n in range(len(self.documents))]
        return found

    async def _wait(self) -> None:
        for _tenth in range(PATIENCE * 10):
            if len(self.said) == len(self.documents):
                return
            await asyncio.sleep(0.1)

    async def _answer(self, route: Route) -> None:
        address = route.request.url
        if address == f"{SITE}sheet":
            known = json.dumps(self.known).replace("&", "").replace('"', "%22")
            frames = "".join(
                f'<iframe src="/frame/{number}?known={known}" width="600" height="300"></iframe>'
                for number in range(len(self.documents))
            )
            await route.fulfill(body=f"<!doctype html>{frames}", content_type="text/html")
        elif frame := _FRAME.fullmatch(address):
            body = self.documents[int(frame[1])].encode("utf-8", "replace")
            await route.fulfill(body=body, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script" and not address.startswith(f"{SITE}static/"):
            await route.fulfill(body="alarm('a script')", content_type="text/javascript")
        else:  # also the site's own scripts
            await route.abort()

    def _hear(self, message) -> None:
        if message.text.startswith("REPORT "):
            told = json.loads(message.text.removeprefix("REPORT "))
            self.said[told["number"]] = Verdict(bool(told["alarms"]), told["bad"], told["counts"])


class Window:
    """A page of the browser that tells whether opening some raw HTML ran JavaScript."""

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
