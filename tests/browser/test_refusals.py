"""A form that was refused leads to what is to be mended, by keyboard and without a script."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import make_article, make_article_photo, make_user


@pytest.fixture
def open_form(site, open_page, sign_in):
    """The form of an article of a reviewer's own, with a photo that lacks its words."""

    def open_form(body="<p>Một.</p>", **options):
        editor = make_user(groups=["Duyệt đăng"])
        article = make_article(status="draft", body=body, created_by=editor)
        use = make_article_photo(article=article, ref=1, caption="Các đại biểu")
        use.photo.alt = ""
        use.photo.save()
        page = open_page(**options)
        sign_in(page, editor)
        page.goto(f"/admin/news/article/{article.pk}/change/")
        return page

    return open_form


def publish(page):
    page.get_by_role("button", name="Xuất bản", exact=True).locator("visible=true").first.click()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_first_field_to_be_mended_has_the_focus_and_says_why(open_form, width):
    page = open_form(width=width)
    publish(page)
    alert = page.locator("[data-refusals]")
    expect(alert.get_by_role("link")).to_have_count(2)
    description = page.locator("#id_photos-0-alt")
    expect(description).to_be_focused()
    said = alert.get_by_role("link").first.inner_text()
    expect(description).to_have_accessible_description(re.compile(re.escape(said)))
    alert.get_by_role("link").last.press("Enter")
    expect(page.locator("#id_own_reason")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_an_empty_text_has_the_focus_in_its_editor(open_form):
    page = open_form(body="")
    publish(page)
    expect(page.locator(".cke_wysiwyg_div")).to_be_focused()


def test_a_new_form_that_was_not_saved_leads_to_its_title(site, open_page, sign_in):
    page = open_page()
    sign_in(page, make_user(groups=["Phóng viên"]))
    page.goto("/admin/news/article/add/")
    page.get_by_label("Tác giả bài").fill("Hưng Đức")
    page.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(page.locator("[data-refusals]").get_by_role("link")).to_have_count(2)
    expect(page.locator("#id_title")).to_be_focused()
    expect(page.get_by_label("Tác giả bài")).to_have_value("Hưng Đức")


def test_without_a_script_the_links_lead_to_the_fields(open_form):
    page = open_form(java_script_enabled=False)
    publish(page)
    page.wait_for_load_state("load")  # what arrives later moves the page under the reader
    page.locator("[data-refusals]").get_by_role("link").first.click()
    assert page.url.endswith("#id_photos-0-alt")
    expect(page.locator("#id_photos-0-alt")).to_be_in_viewport()
