"""The site as citizens and staff meet it: over HTTPS, behind its nginx, in a real browser."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests import nginx
from tests.browser import chromium, clipboard
from tests.browser.test_policies import watch

SESSION = """
from django.test import Client
from portal.models import User
client = Client()
client.force_login(User.objects.get())
print(next(iter(client.cookies.values())).OutputString().split(";")[0])
"""


@pytest.fixture(scope="module")
def https_site(tmp_path_factory, started):
    with nginx.serving(tmp_path_factory.mktemp("https"), started=started) as site:
        yield site


@pytest.fixture
def page(browser, https_site):
    """A window of a browser that finds the site under its name; complaints fail the test."""
    here = f"--host-resolver-rules=MAP {https_site.name}:443 127.0.0.1:{https_site.https_port}"
    own = browser.browser_type.launch(executable_path=chromium.path(), args=[*chromium.FLAGS, here])
    context = own.new_context(
        base_url=f"https://{https_site.name}",
        ignore_https_errors=True,  # the certificate is signed by nobody
        locale="vi-VN",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    heard = watch(page)
    yield page
    own.close()
    assert heard == []


def session_of(site) -> dict[str, str]:
    """The cookie of the administrator's session, as the server calls it."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SESSION]
    done = subprocess.run(
        command,
        cwd=nginx.ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    name, _equals, value = done.stdout.strip().partition("=")
    return {"name": name, "value": value}


def test_a_reader_gets_the_script_the_styles_and_the_photos(page):
    page.goto("/")
    page.locator("main a[href^='/tin-tuc/']").first.click()
    expect(page.locator("article img").first).to_be_visible()
    assert page.locator("article img").first.evaluate("image => image.naturalWidth") > 0
    assert page.locator(".skip").evaluate("link => getComputedStyle(link).position") == "absolute"
    address = page.url
    page.locator("#nen").click()  # without the script it leads to another page
    expect(page.locator("html.toi")).to_be_visible()
    assert page.url == address
    assert {one["name"]: one["secure"] for one in page.context.cookies()} == {"nen": True}


def test_what_a_writer_types_and_pastes_reaches_the_server(page, https_site):
    session = session_of(https_site)
    assert session["name"] == "__Host-sessionid"
    here = {"url": f"https://{https_site.name}", "secure": True, "httpOnly": True}
    page.context.add_cookies([session | here])
    page.goto("/admin/news/article/add/")
    page.get_by_label("Tiêu đề").fill("Tin viết qua HTTPS")
    with page.expect_response("**/autosave/") as kept:
        page.locator(".cke_wysiwyg_div").click()
        page.keyboard.type("Một câu.")
    assert kept.value.status == 200
    with page.expect_response("**/photo/upload/") as stored:
        picture = clipboard.data_address(1)
        clipboard.paste(page, f'<p>Hội nghị <img src="{picture}"></p>')
    assert stored.value.status == 200
    expect(page.locator("[data-row]")).to_have_count(1)
    assert page.evaluate("document.cookie").startswith("__Host-csrftoken=")
