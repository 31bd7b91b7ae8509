"""A real Chromium before the real site: what these tests do, a person could do."""

import os
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from tests.browser import chromium
from tests.factories import PASSWORD

# Playwright runs an event loop of its own; the ORM is used between its calls, not inside.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(live_server, settings):
    """The address of the running site, reached as its own host.

    Tests before have emptied the database, and with it the groups that a migration made.
    """
    import_module("news.migrations.0002_groups").make_groups(apps, None)
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return live_server.url


def is_problem(line) -> bool:
    """What is refused on purpose (an upload, a message of somebody signed out, a second save, one
    try too many), or has no connection to go by, the browser notes as an error."""
    refusals = tuple(f"status of {number}" for number in (400, 401, 409, 429))
    on_purpose = (*refusals, "ERR_INTERNET_DISCONNECTED")
    return line.type == "error" and not any(words in line.text for words in on_purpose)


@pytest.fixture
def open_page(browser, site):
    """Opens pages of a given width; console errors and failed requests fail the test."""
    contexts, problems = [], []

    def open_one(width=1280, height=900, **options):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            base_url=site,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: is_problem(line) and problems.append(line.text))
        # Choosers of files are told from the start: told to begin with a key, Chromium may be late.
        page.on("filechooser", lambda _chooser: None)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def sign_in(site):
    """Opens the desk for a member of staff, with a session that the server has made.

    The page of the sign-in costs Chromium a second of processor time: `sign_in_by_hand` is for
    tests in which it has a part.
    """

    def sign_in(page, user):
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
        page.goto("/admin/")
        expect(page.locator("#user-tools")).to_be_attached()  # behind the menu on a phone

    return sign_in


@pytest.fixture
def sign_in_by_hand(site):
    """Signs a member of staff in through the admin's own page."""

    def sign_in_by_hand(page, user, password=PASSWORD):
        page.goto("/admin/")
        page.locator("#id_username").fill(user.username)
        page.locator("#id_password").fill(password)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page.locator("#user-tools")).to_be_attached()  # behind the menu on a phone

    return sign_in_by_hand
