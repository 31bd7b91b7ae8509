"""The check list in a real browser: it follows the typing and leads to the words."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from news.models import Article, ArticlePerson
from tests.factories import make_appointment, make_article, make_article_photo, make_user

BODY = "<p>Được sự quan tâm của Tỉnh ủy,HĐND tỉnh.</p><p>Ứng dụng <b>ccs</b> công cụ.</p>"


@pytest.fixture
def user(site):
    return make_user(groups=["Duyệt đăng"])


@pytest.fixture
def article(user):
    article = make_article(status="draft", body=BODY, summary="Một câu.", created_by=user)
    make_article_photo(article=article, caption="Bà Nguyễn Thị Hà phát biểu", alt="Bục gỗ")
    return article


def open_form(open_page, sign_in, user, article, **options):
    page = open_page(**options)
    sign_in(page, user)
    page.goto(f"/admin/news/article/{article.pk}/change/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
    return page


@pytest.fixture
def desk(open_page, sign_in, user, article):
    return open_form(open_page, sign_in, user, article)


def selected(page):
    return page.evaluate("window.getSelection().toString()")


def findings(page):
    return page.locator("#checks .finding")


def test_a_link_selects_the_words_in_the_editor(desk):
    expect(findings(desk)).to_have_count(2)
    findings(desk).first.get_by_role("link").click()
    assert selected(desk) == "ủy,HĐND"
    findings(desk).last.get_by_role("link").click()
    assert selected(desk) == "ccs"


def test_what_is_mended_leaves_the_list_after_a_pause(desk):
    findings(desk).first.get_by_role("link").click()
    desk.keyboard.type("ủy, HĐND")
    expect(findings(desk)).to_have_count(1)
    assert "ủy,HĐND" in Article.objects.get().body  # looked at, not stored


def test_a_slip_typed_into_the_title_is_found_and_led_to(desk):
    desk.locator("#id_title").fill("Tin về  hội nghị")
    link = findings(desk).filter(has_text="Có hai dấu cách").get_by_role("link")
    link.click()
    expect(desk.locator("#id_title")).to_be_focused()
    box = "document.activeElement"
    assert desk.evaluate(f"{box}.value.slice({box}.selectionStart, {box}.selectionEnd)") == (
        "về  hội nghị"
    )


def test_the_button_checks_at_once_and_says_so(desk):
    desk.get_by_role("button", name="Kiểm tra lại").click()
    expect(desk.locator("[data-checks-status]")).to_have_text("Vừa kiểm tra xong.")


def test_a_lost_connection_is_said_and_the_list_stays(desk):
    desk.route("**/check/", lambda route: route.fulfill(status=400))
    desk.get_by_role("button", name="Kiểm tra lại").click()
    expect(desk.locator("[data-checks-status]")).to_contain_text("mất kết nối")
    expect(findings(desk)).to_have_count(2)


def test_a_person_who_is_named_becomes_a_row_of_the_form(open_page, sign_in, user, article):
    term = make_appointment()
    desk = open_form(open_page, sign_in, user, article)
    desk.get_by_role("button", name="Thêm vào bài").click()
    expect(desk.locator("#id_people-0-appointment")).to_have_value(str(term.pk))
    expect(desk.locator("#id_people-0-relation")).to_have_value("spoke")
    expect(desk.get_by_role("button", name="Thêm vào bài")).to_have_count(0)
    assert ArticlePerson.objects.count() == 0
    desk.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(desk.get_by_text("Đã lưu nháp.")).to_be_visible()
    assert ArticlePerson.objects.get().appointment == term


@pytest.mark.parametrize("width", [360, 1280])
def test_the_list_fits_and_is_accessible(open_page, sign_in, user, article, width):
    desk = open_form(open_page, sign_in, user, article, width=width)
    box = desk.locator("#checks").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    found = Axe().run(desk, context="#checks")
    assert [one["id"] for one in found.response["violations"]] == []


def test_without_javascript_the_list_is_that_of_the_stored_draft(open_page, sign_in, user, article):
    make_appointment()
    page = open_page(java_script_enabled=False)
    sign_in(page, user)
    page.goto(f"/admin/news/article/{article.pk}/change/")
    expect(findings(page)).to_have_count(3)
    expect(page.get_by_role("button", name="Kiểm tra lại")).to_be_hidden()
    page.get_by_role("button", name="Thêm vào bài").click()
    expect(page.get_by_text("Đã thêm Nguyễn Thị Hà vào bài.")).to_be_visible()
    assert ArticlePerson.objects.get().relation == "spoke"
