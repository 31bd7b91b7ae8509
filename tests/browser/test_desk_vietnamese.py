"""No English on the desk as a browser has drawn it: what scripts add is read too."""

import pytest
from playwright.sync_api import expect

from news import copies
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_conference,
    make_user,
)
from tests.portal.test_admin_language import foreign, links_of

# What each role opens; pages that links on these lead to are read by the walk without a browser.
OF_WRITERS = ["", "news/article/", "news/article/add/", "news/report/add/", "news/photo/"]
OF_REVIEWERS = [*OF_WRITERS, "news/category/", "news/category/add/", "news/urgentnotice/add/"]
OF_ADMINISTRATORS = ["", "portal/user/", "portal/user/add/", "departments/", "news/category/"]
SCREENS = {
    "Phóng viên": OF_WRITERS,
    "Duyệt đăng": OF_REVIEWERS,
    "Quản trị": OF_ADMINISTRATORS,
}
# Lengths, in a sentence of the editor that is shown when one is wrong.
UNITS = frozenset("px cm mm em ex pt pc pixel".split())


@pytest.fixture
def desk(site, open_page, sign_in):
    def desk(group):
        user = make_user(groups=[group], last_name="Hoàng Thị", first_name="Lan")
        page = open_page()
        sign_in(page, user)
        return user, page

    return desk


def settle(page, address):
    page.goto(address)
    page.wait_for_load_state("networkidle")


def forms_of(user):
    """A draft, a submitted one, a published one, and its working copy."""
    draft = make_article(status="draft", created_by=user)
    make_article_photo(article=draft, caption="Các đại biểu")
    make_attachment(article=draft)
    live = make_article(created_by=user)
    copy = copies.open_copy(live, by=user)
    submitted = make_article(status="submitted", created_by=user)
    return [f"news/article/{article.pk}/change/" for article in (draft, live, copy, submitted)]


@pytest.mark.parametrize("group", SCREENS)
def test_no_english_word_on_a_screen_as_it_is_drawn(desk, group):
    user, page = desk(group)
    found = {}
    for screen in [*SCREENS[group], *(forms_of(user) if group != "Quản trị" else [])]:
        settle(page, f"/admin/{screen}")
        for word in foreign(page.content()):
            found.setdefault(word, screen)
    assert found == {}
    assert links_of(page.content())


def test_the_windows_of_the_editor_speak_vietnamese(desk):
    _user, page = desk("Phóng viên")
    settle(page, "/admin/news/article/add/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
    for command in ("link", "table"):
        page.evaluate("name => CKEDITOR.instances.id_body.execCommand(name)", command)
        window = page.locator(".cke_dialog").locator("visible=true")
        expect(window).to_be_visible()
        assert foreign(window.evaluate("box => box.outerHTML")) - UNITS == set(), command
        page.keyboard.press("Escape")
        expect(page.locator(".cke_dialog").locator("visible=true")).to_have_count(0)


def test_the_calendar_speaks_vietnamese(desk):
    make_conference(chair=make_appointment())
    _user, page = desk("Duyệt đăng")
    settle(page, "/admin/news/report/add/")
    page.locator(".datetimeshortcuts a").last.click()
    calendar = page.locator(".calendarbox").locator("visible=true")
    expect(calendar).to_be_visible()
    assert foreign(calendar.evaluate("box => box.outerHTML")) == set()
    assert calendar.locator("th").all_inner_texts() == ["2", "3", "4", "5", "6", "7", "CN"]
