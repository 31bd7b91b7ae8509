"""What a person does in the admin's forms, for the tests that drive it."""

import re

from playwright.sync_api import expect


def choose(page, field, words, *, option=""):
    """Pick in a field that searches as one types; `option`: how the line begins, if it matters."""
    page.locator(f"#{field} + .select2 .select2-selection").click()
    page.locator(".select2-container--open .select2-search__field").fill(words)
    lines = page.locator(".select2-results__option[aria-selected]")
    lines.filter(has_text=re.compile(f"^{option}" if option else words)).first.click()


def choose_several(page, field, *words):
    """Pick several in a field that searches as one types."""
    for word in words:
        box = page.locator(f"#{field} + .select2 .select2-search__field")
        box.click()
        box.fill(word)
        page.locator(".select2-results__option--highlighted", has_text=word).click()


def save(page):
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
