"""Text size, ground, print, save, share and the larger photo: with JavaScript and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.public_pages import BY_NAME, Reader

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 360, "height": 740}}


@pytest.fixture
def article(browser, site):
    """Opens the seed's article in a window with these options."""
    readers = []

    def open_one(**options):
        readers.append(Reader(browser, site, **(DESKTOP | options)))
        return readers[-1].open(BY_NAME["article"])

    yield open_one
    for reader in readers:
        reader.context.close()


def classes(page) -> str:
    return page.evaluate("document.documentElement.className")


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_text_size_and_ground_are_chosen_on_the_article_and_kept(article, scripts):
    page = article(java_script_enabled=scripts)
    address = page.url
    page.get_by_role("button", name="A, cỡ chữ rất lớn").click()
    page.get_by_role("link", name="Nền tối").click()
    assert page.url == address
    assert set(page.locator("html").get_attribute("class").split()) == {"co-rat-lon", "toi"}
    page.get_by_role("banner").get_by_role("link", name="Tin tức").click()
    assert set(page.locator("html").get_attribute("class").split()) == {"co-rat-lon", "toi"}
    page.goto(address)
    page.get_by_role("link", name="Nền sáng").click()
    page.get_by_role("button", name="A, cỡ chữ thường").click()
    page.goto(address)
    expect(page.locator("html")).to_have_class(re.compile("^(co-thuong )?sang$"))


def test_what_is_for_paper_alone_is_not_on_the_screen(article):
    page = article()
    expect(page.get_by_text("Địa chỉ bài viết:")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.get_by_text("Địa chỉ bài viết:")).to_be_visible()
    expect(page.get_by_role("search")).to_be_hidden()


def test_with_a_script_nothing_is_loaded_for_a_choice(article):
    page = article()
    asked = []
    page.on("request", lambda request: request.is_navigation_request() and asked.append(request))
    page.get_by_role("button", name="A, cỡ chữ lớn").click()
    page.get_by_role("link", name="Nền tối").click()
    expect(page.get_by_role("link", name="Nền sáng")).to_be_visible()
    assert asked == []


def test_a_device_on_a_dark_ground_is_offered_the_light_one(article):
    page = article(color_scheme="dark")
    page.get_by_role("link", name="Nền sáng").click()
    assert classes(page) == "sang"


def test_the_larger_photo_opens_and_closes_by_the_keyboard_and_says_its_caption(article):
    page = article()
    link = page.get_by_role("link", name=re.compile("^Xem ảnh lớn")).first
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_have_attribute("aria-label", re.compile("^Đ/c Nguyễn Thị Hà"))
    expect(dialog.locator("figcaption")).to_contain_text("phát biểu tại Hội nghị")
    assert dialog.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(link).to_be_focused()


@pytest.mark.parametrize("options", [{"java_script_enabled": False}, PHONE], ids=["plain", "phone"])
def test_without_a_script_or_on_a_phone_the_photo_is_a_link_to_its_file(article, options):
    page = article(**options)
    page.get_by_role("link", name=re.compile("^Xem ảnh lớn")).first.click()
    page.wait_for_url(re.compile(r"/media/[0-9a-f]{32}-1280\.jpg$"))


def test_the_link_is_copied_and_that_is_said(article, site):
    page = article(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Sao chép liên kết").click()
    expect(page.get_by_role("status")).to_have_text("Đã sao chép liên kết.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_without_a_script_what_needs_one_is_not_offered(article):
    page = article(java_script_enabled=False)
    for name in ("Sao chép liên kết", "Chia sẻ", "Nghe bài"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("link", name="In, lưu PDF").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hội nghị tổng kết")
    expect(page.get_by_role("banner")).to_contain_text("Khoa học")
    expect(page.get_by_role("navigation")).to_have_count(0)


def test_the_saved_article_is_one_file_that_holds_its_photos(article, browser, tmp_path):
    page = article()
    with page.expect_download() as download:
        page.get_by_role("link", name="Lưu bài").click()
    file = tmp_path / "bai.html"
    download.value.save_as(file)
    assert download.value.suggested_filename.endswith(".html")
    alone = browser.new_context(offline=True).new_page()
    alone.goto(file.as_uri())
    widths = alone.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert widths == [640, 640]
    expect(alone.locator("figcaption").first).to_contain_text("Nguyễn Thị Hà")
    alone.context.close()
