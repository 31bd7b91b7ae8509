"""What a phone has to fetch for the first view of a page, in a real Chromium."""

import gzip
from dataclasses import dataclass

from playwright.sync_api import sync_playwright

from tests.audit.report import Report
from tests.audit.site import Page
from tests.browser import chromium

KB = 1000
REQUESTS = 14
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """In KB on the wire. `images` apart, `text` (HTML and styles) and `rest` (all but images)."""

    total: float | None = None
    images: float | None = None
    text: float | None = None
    rest: float | None = 26


TEXT_PAGE = Limits(text=14)
LIMITS = {
    "home": Limits(total=130, images=105, text=14),
    # The table of budgets bounds what a text page takes besides; an article by its total.
    "article": Limits(total=120, images=95, text=14, rest=None),
    "article with everything": Limits(total=120, images=95, text=14, rest=None),
    "article with photographs": Limits(total=120, images=95, text=14, rest=None),
    "news list": Limits(total=110, images=85, text=14),
}


@dataclass
class File:
    """Something that the page asked for."""

    url: str
    kind: str = ""
    size: float = 0


def check(pages: list[Page], report: Report) -> None:
    """Every page within its limits, few requests, none to another host."""
    report.section("Bytes of the first view, 360 px wide at 2x, compressed (KB)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
        for page in pages:
            if page.is_public:
                _judge(page, fetched(browser, page), report)
        browser.close()


def _judge(page: Page, files: list[File], report: Report) -> None:
    limits = LIMITS.get(page.name, TEXT_PAGE)
    sizes = _sizes(files)
    over = [
        f"{name}: {sizes[name]:.1f} KB, at most {most}"
        for name, most in vars(limits).items()
        if most and sizes[name] > most
    ]
    host = "/".join(page.url.split("/")[:3]) + "/"
    over += [f"another host: {file.url}" for file in files if not file.url.startswith(host)]
    if len(files) > REQUESTS:
        over.append(f"{len(files)} requests, at most {REQUESTS}")
    value = "  ".join(f"{name} {size:5.1f}" for name, size in sizes.items())
    report.line(page.name, f"{value}  requests {len(files)}", is_right=not over, why=tuple(over))


def _sizes(files: list[File]) -> dict[str, float]:
    """KB in all, of the images, of HTML and styles, of all but the images."""

    def weigh(*kinds: str) -> float:
        return sum(file.size for file in files if file.kind in kinds) / KB

    total = sum(file.size for file in files) / KB
    images = weigh("Image")
    text = weigh("Document", "Stylesheet")
    return {"total": total, "images": images, "text": text, "rest": total - images}


def fetched(browser, page: Page) -> list[File]:
    """The files that a fresh phone fetches for a page, with their sizes on the wire."""
    with browser.new_context(**PHONE) as context:
        window = context.new_page()
        network = context.new_cdp_session(window)
        files: dict[str, File] = {}

        def asked(event):
            files[event["requestId"]] = File(event["request"]["url"])

        def answered(event):
            files[event["requestId"]].kind = event["type"]

        def ended(event):
            files[event["requestId"]].size += event["encodedDataLength"]

        network.on("Network.requestWillBeSent", asked)
        network.on("Network.responseReceived", answered)
        network.on("Network.loadingFinished", ended)
        network.send("Network.enable")
        answer = window.goto(page.url, wait_until="networkidle")
        if answer.status != page.status:
            raise RuntimeError(f"{page.name}: {page.url} answers {answer.status}")
        document = next(file for file in files.values() if file.kind == "Document")
        document.size -= _saved_by_nginx(answer)
        return [file for file in files.values() if not file.url.startswith("data:")]


def _saved_by_nginx(answer) -> int:
    """In service nginx compresses the HTML; here gunicorn answers itself, uncompressed."""
    if "content-encoding" in answer.headers:
        return 0
    body = answer.body()
    return len(body) - len(gzip.compress(body))
