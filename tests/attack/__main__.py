"""`make attack FILE=strings.txt`: does any stored HTML run JavaScript in a real Chromium?

The file holds one attack string a line; in a line ␊ is LF, ␍␊ is CRLF and ␛uXXXX another control.
Each string is stored through every door (the writer's form, the ORM, SQL behind the field, a Word
file, a restored version) and opened in every view: the public page, the preview, the editor (a text
put into the page as CKEditor's divarea puts it), the feed as readers show it. The policies that
browsers get with our pages are left out: what is stored must do no harm without them.

Prints a table: door × view, how many ran, how many left a dangerous structure. Ends with 0 when
neither happened, 1 when one did, 2 when the harness is blind: too few of the raw strings ran.
`doors.py` is the server's half, `judge.py` the browser's.
"""

import asyncio
import os
import re
import sys
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django
from playwright.async_api import Browser, async_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()

from django.test.runner import DiscoverRunner  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402

from news.models import Article  # noqa: E402
from tests.attack import doors  # noqa: E402
from tests.attack.judge import Sheet, Verdict, Window  # noqa: E402
from tests.browser import chromium  # noqa: E402

# Of the 1,811 strings this was made with, 330 ran in Chromium 156.
SEEING = 300 / 1811
PAGES = 3

VIEWS = ("page", "preview", "editor", "feed")


def decode(line: str) -> str:
    """The attack string that one line of the file stands for."""
    text = line.replace("␍␊", "\r\n").replace("␊", "\n")
    return re.sub(r"␛u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), text)


# ── What the browser is given ───────────────────────────────────────────────────────────────────


def stored(attacks: list[str]) -> dict[str, list[Article]]:
    """The articles that each door made."""
    desk = doors.Desk()
    singly = {
        "form": desk.by_form,
        "ORM": desk.by_orm,
        "SQL": desk.by_sql,
        "version": desk.by_version,
    }
    made = {}
    for door, store in singly.items():
        say(f"storing through {door}")
        made[door] = [article for attack in attacks if (article := store(attack))]
    say("storing through Word")
    return made | {"Word": desk.by_word(attacks)}


class Asked:
    """The documents that the views make of articles; of two with the same text only once."""

    def __init__(self, views: doors.Views):
        self.views = views
        self.known: dict[str, dict[str, str]] = {}

    def of(self, article: Article) -> dict[str, str]:
        stored = Article.objects.values_list("body", flat=True).get(pk=article.pk)
        if stored not in self.known:
            with doors.alone_in_public(article) as public:
                self.known[stored] = {
                    "page": without_constants(self.views.page(public), public),
                    "preview": without_constants(self.views.preview(public), public),
                    "editor": as_editor(self.views.editor(public)),
                    "feed": as_reader(self.views.feed(public)),
                }
        return self.known[stored]


# The site's own parts, which hold nothing of an article: its stylesheet, its head and its foot.
_CONSTANT = re.compile(
    r"(?<=<style>).*?(?=</style>)|<header class=.*?</header>|<footer.*</footer>", re.DOTALL
)


def without_constants(html: str, article: Article) -> str:
    """Without what is the same on all pages, so that equal ones are opened once, and soon."""
    html = re.sub(r'name="csrfmiddlewaretoken"[^>]*', "", _CONSTANT.sub("", html))
    return re.sub(rf"\b{article.pk}\b", "0", html)


def as_editor(html: str) -> str:
    return f'<!doctype html><body><div class="cke_wysiwyg_div body">{html}</div></body>'


def as_reader(feed: str) -> str:
    """Titles and summaries put into a page as HTML, as readers do."""
    parts = [
        element.text or ""
        for item in ET.fromstring(feed).iter("item")  # noqa: S314 - our own feed
        for name in ("title", "description", "category")
        for element in item.iter(name)
    ]
    return f"<!doctype html><body>{''.join(f'<div>{part}</div>' for part in parts)}</body>"


# ── Opening it ──────────────────────────────────────────────────────────────────────────────────


async def judged(documents: dict, browser: Browser, known: dict) -> dict:
    """The verdicts of all doors and views: {(door, view): [Verdict, …]}."""
    opened: dict[str, dict[str, Verdict]] = {}
    for view in VIEWS:
        distinct = sorted(
            {one for (_door, of), made in documents.items() if of == view for one in made}
        )
        say(f"opening {len(distinct)} distinct documents of the view “{view}”")
        shares = [distinct[start::PAGES] for start in range(PAGES)]
        sheets = [await Sheet.open(browser) for _share in shares]
        verdicts = await asyncio.gather(
            *(
                sheet.judge(share, known=known.get(view))
                for sheet, share in zip(sheets, shares, strict=True)
            )
        )
        opened[view] = {
            document: verdict
            for share, told in zip(shares, verdicts, strict=True)
            for document, verdict in zip(share, told, strict=True)
        }
        for sheet in sheets:
            await sheet.page.context.close()
    return {
        (door, view): [opened[view][document] for document in made]
        for (door, view), made in documents.items()
    }


async def raw_that_run(attacks: list[str], browser: Browser) -> int:
    """The control: how many of the strings run when nothing cleans them."""
    waiting, ran = list(attacks), []

    async def work() -> None:
        window = await Window.open(browser)
        while waiting:
            attack = waiting.pop()
            if await window.runs(attack):
                ran.append(attack)
            if window.stuck:
                await window.page.context.close()
                window = await Window.open(browser)

    await asyncio.gather(*(work() for _number in range(PAGES)))
    return len(ran)


async def opened(documents: dict, harmless: dict) -> dict:
    """The verdicts. `harmless`: each view of an article without an attack."""
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        sheet = await Sheet.open(browser)
        known = {view: (await sheet.judge([one]))[0].counts for view, one in harmless.items()}
        verdicts = await judged(documents, browser, known)
        await browser.close()
    return verdicts


async def control(attacks: list[str]) -> int:
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        raw = await raw_that_run(attacks, browser)
        await browser.close()
    say("the raw strings are opened")
    return raw


def launched(playwright):
    return playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)


# ── The table ───────────────────────────────────────────────────────────────────────────────────


def say(words: str) -> None:
    sys.stderr.write(f"[{time.strftime('%H:%M:%S')}] {words}\n")


def report(verdicts: dict, raw: int, attacks: int) -> bool:
    """Print the table and what was found; whether nothing was."""
    lines = [f"{'door × view':18}{'strings':>8}{'opened':>8}{'ran':>6}{'dangerous':>11}"]
    found = []
    for (door, view), told in verdicts.items():
        ran = [n for n, verdict in enumerate(told) if verdict.ran]
        bad = [n for n, verdict in enumerate(told) if verdict.bad]
        lines.append(f"{door + ' × ' + view:18}{attacks:8}{len(told):8}{len(ran):6}{len(bad):11}")
        found += [(door, view, n, told[n].bad) for n in sorted({*ran, *bad})]
    lines.append(f"{'raw (control)':18}{attacks:8}{attacks:8}{raw:6}{'–':>11}")
    sys.stdout.write("\n".join(lines) + "\n")
    for door, view, number, bad in found[:50]:
        sys.stdout.write(f"{door} × {view}, document {number}: {bad}\n")
    return not found


def main(path: Path) -> int:
    attacks = [decode(line) for line in path.read_text("utf-8").split("\n") if line]
    setup_test_environment()
    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    with ThreadPoolExecutor(1) as beside:
        raw = beside.submit(asyncio.run, control(attacks))
        try:
            documents, harmless = asked(attacks)
        finally:
            runner.teardown_databases(databases)
        verdicts = asyncio.run(opened(documents, harmless))
    is_clean = report(verdicts, raw.result(), len(attacks))
    if raw.result() < SEEING * len(attacks):
        sys.stdout.write("Too few ran raw: the harness is blind, the result says nothing.\n")
        return 2
    return 0 if is_clean else 1


def asked(attacks: list[str]) -> tuple[dict, dict]:
    """All documents by door and view, and those of an article without an attack by view."""
    made = stored(attacks)
    views = Asked(doors.Views(doors.Desk()))
    documents: dict[tuple[str, str], list[str]] = {}
    for door, articles in made.items():
        say(f"asking for what came through {door}")
        for article in articles:
            for view, document in views.of(article).items():
                documents.setdefault((door, view), []).append(document)
    return documents, views.of(doors.Desk().by_orm("<p>Một đoạn.</p>"))


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("Usage: python -m tests.attack FILE")
    sys.exit(main(Path(sys.argv[1])))
