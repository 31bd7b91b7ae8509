"""What every public page keeps for every reader: without JavaScript, magnified, by the keyboard."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.public_pages import BY_NAME, Reader

PHONE = {"viewport": {"width": 360, "height": 740}}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
# The narrowest window of WCAG 1.4.10; our own policy would refuse the styles that a reader sets.
NARROWEST = {"viewport": {"width": 320, "height": 640}, "bypass_csp": True}
LARGEST_TEXT = "html{font-size:137.5%!important}"
# WCAG 1.4.12
SPACED_TEXT = """
*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}
p{margin-bottom:2em!important}
"""
HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(one => +one.tagName[1])"
# What sticks out to the right of the window, the innermost first.
STICKING_OUT = """
() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].reverse()
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map(one => one.outerHTML.slice(0, 120))
    .concat(`scrollWidth ${document.documentElement.scrollWidth}`)
"""
HEAVY_PAGES = ["home", "news list", "article", "article with everything"]
NOTHING_TO_SKIP = ("500", "503", "print view", "print view of everything")
ELEMENTS = 600
REQUESTS = 14


def test_the_menu_opens_and_lists_turn_pages_without_javascript(browser, site):
    with Reader(browser, site, **PHONE, java_script_enabled=False) as reader:
        page = reader.open(BY_NAME["home"])
        menu = page.get_by_role("banner").locator("details", has_text="Menu")
        link = page.get_by_role("banner").get_by_role("link", name="Tin tức")
        expect(link).to_be_hidden()
        menu.locator("summary").click()
        link.click()
        page.get_by_role("link", name="Trang sau").click()
        expect(page.get_by_role("link", name="Trang 2")).to_have_attribute("aria-current", "page")
        page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
        expect(page.get_by_role("article")).to_be_visible()


@pytest.mark.parametrize("style", [LARGEST_TEXT, SPACED_TEXT], ids=["largest", "spaced"])
def test_nothing_scrolls_sideways_in_the_narrowest_window(browser, site, style):
    found = []
    with Reader(browser, site, **NARROWEST) as reader:
        for name, page in reader.every_page():
            page.add_style_tag(content=style)
            found += [f"{name}: {part}" for part in page.evaluate(STICKING_OUT)]
    assert not found, "\n".join(found)


def test_headings_begin_with_the_only_h1_and_skip_no_level(browser, site):
    with Reader(browser, site, **DESKTOP) as reader:
        levels = {name: page.evaluate(HEADINGS) for name, page in reader.every_page()}
    found = [f"{name}: {levels}" for name, levels in levels.items() if not _in_order(levels)]
    assert not found, "\n".join(found)


def _in_order(levels: list[int]) -> bool:
    steps = pairwise(levels)
    return levels[:1] == [1] and levels.count(1) == 1 and all(b <= a + 1 for a, b in steps)


def test_no_page_asks_another_host_for_anything(browser, site):
    asked = []
    with Reader(browser, site, **DESKTOP) as reader:
        reader.page.on("request", lambda request: asked.append(request.url))
        for _every in reader.every_page():
            pass
    assert [url for url in asked if not url.startswith(f"{site}/")] == []


@pytest.mark.parametrize("name", HEAVY_PAGES)
def test_a_heavy_page_has_few_elements_and_asks_for_few_files(browser, site, name):
    asked = []
    with Reader(browser, site, **PHONE) as reader:
        reader.page.on("request", lambda request: asked.append(request.url))
        page = reader.open(BY_NAME[name])
        page.wait_for_load_state("networkidle")
        assert page.locator("*").count() <= ELEMENTS
    assert len(asked) <= REQUESTS, "\n".join(asked)


def test_the_tab_key_first_offers_to_skip_to_the_content(browser, site):
    with Reader(browser, site, **DESKTOP) as reader:
        pages = reader.every_page(but=NOTHING_TO_SKIP)
        astray = [name for name, page in pages if not _skips_to_content(page)]
    assert astray == []


def _skips_to_content(page) -> bool:
    """Whether Tab, then Enter, lead a reader who sees the link to the content."""
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    offers = link.text_content() == "Bỏ qua đến nội dung chính" and link.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    return offers and page.evaluate("document.activeElement.localName") == "main"
