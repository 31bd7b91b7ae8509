"""The panels beside an article in a real browser: links for a phone, remarks, no typing lost."""

import re

import pytest
from playwright.sync_api import expect

from news.models.desk import PreviewLink, Remark
from tests.factories import make_article, make_article_photo, make_user

BODY = '<p>Một.</p><figure data-photo="1"></figure><p>Hai.</p>'


@pytest.fixture
def draft():
    writer = make_user(groups=["Phóng viên"], last_name="Hoàng Thị", first_name="Lan")
    article = make_article(status="draft", body=BODY, created_by=writer, title="Bài chưa đăng")
    make_article_photo(article=article, ref=1, caption="Các đại biểu", order=1)
    return article


@pytest.fixture
def open_form(site, open_page, sign_in):
    def open_form(article, **options):
        page = open_page(**options)
        sign_in(page, article.created_by)
        page.goto(f"/admin/news/article/{article.pk}/change/")
        return page

    return open_form


def panel(page, name="previews"):
    return page.locator(f"#{name}")


def make_link(page):
    """Make a link on the form, copy it by its button, return what was copied."""
    panel(page).get_by_role("button", name="Tạo liên kết").click()
    expect(panel(page).get_by_role("status")).to_have_text(re.compile("^Đã tạo liên kết"))
    panel(page).get_by_role("button", name="Sao chép liên kết").first.click()
    expect(panel(page).get_by_role("status")).to_have_text("Đã sao chép.")
    return page.evaluate("navigator.clipboard.readText()")


def test_a_link_opens_the_draft_with_its_photo_on_a_phone_without_an_account(
    site, open_page, open_form, draft
):
    address = make_link(open_form(draft))
    phone = open_page(width=360, height=740, is_mobile=True, has_touch=True)
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Bài chưa đăng")
    expect(phone.get_by_text("Bản xem trước, chưa xuất bản")).to_be_visible()
    photo = phone.locator(".body img").first
    expect(photo).to_be_visible()
    assert photo.evaluate("photo => photo.decode().then(() => photo.naturalWidth)") > 0
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_what_is_typed_stays_when_a_link_is_made_and_revoked(site, open_form, draft):
    page = open_form(draft)
    title = page.get_by_label("Tiêu đề")
    title.fill("Tiêu đề gõ dở")
    make_link(page)
    panel(page).get_by_role("button", name="Thu hồi").click()
    expect(panel(page).get_by_role("status")).to_have_text(re.compile("^Đã thu hồi"))
    expect(panel(page)).to_be_focused()
    expect(title).to_have_value("Tiêu đề gõ dở")
    assert PreviewLink.objects.get().revoked_at is not None


def test_a_link_is_made_and_revoked_without_a_script(site, open_page, open_form, draft):
    page = open_form(draft, java_script_enabled=False)
    panel(page).get_by_label("Dùng được trong").select_option(label="7 ngày")
    panel(page).get_by_role("button", name="Tạo liên kết").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã tạo liên kết")
    link = PreviewLink.objects.get()
    expect(panel(page)).to_contain_text(f"/xem-truoc/{link.key}/")
    panel(page).get_by_role("button", name="Thu hồi").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã thu hồi")


def test_a_lost_session_is_said_and_loses_nothing(site, open_form, draft):
    page = open_form(draft)
    page.get_by_label("Tiêu đề").fill("Tiêu đề gõ dở")
    panel(page, "remarks").get_by_label("Ghi chú mới").fill("Xem lại đoạn hai.")
    page.context.clear_cookies(name="sessionid")
    panel(page, "remarks").get_by_role("button", name="Thêm ghi chú").click()
    expect(panel(page, "remarks").get_by_role("status")).to_contain_text("hết phiên đăng nhập")
    expect(panel(page, "remarks").get_by_label("Ghi chú mới")).to_have_value("Xem lại đoạn hai.")
    expect(page.get_by_label("Tiêu đề")).to_have_value("Tiêu đề gõ dở")


def test_remarks_are_added_and_deleted_beside_the_form(site, open_form, draft):
    page = open_form(draft)
    page.get_by_label("Tiêu đề").fill("Tiêu đề gõ dở")
    box = panel(page, "remarks").get_by_label("Ghi chú mới")
    box.fill("Xem lại đoạn hai.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel(page, "remarks").get_by_role("status")).to_have_text("Đã thêm ghi chú.")
    expect(panel(page, "remarks").get_by_role("listitem")).to_contain_text("Xem lại đoạn hai.")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    box.fill("Đang viết dở")
    panel(page, "remarks").get_by_role("button", name="Xoá ghi chú").click()
    expect(panel(page, "remarks").get_by_role("status")).to_have_text("Đã xoá ghi chú.")
    expect(box).to_have_value("Đang viết dở")
    expect(page.get_by_label("Tiêu đề")).to_have_value("Tiêu đề gõ dở")
    assert not Remark.objects.exists()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_panels_fit_the_screen(site, open_form, draft, width):
    page = open_form(draft, width=width)
    make_link(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for name in ("previews", "remarks"):
        inner = panel(page, name).evaluate("box => [box.scrollWidth, box.clientWidth]")
        assert inner[0] <= inner[1]


def test_a_preview_is_looked_at_as_on_a_phone_and_left_for_the_form(
    site, open_page, open_form, draft
):
    page = open_form(draft, java_script_enabled=False)
    page.goto(f"/admin/news/article/{draft.pk}/preview/")
    page.get_by_role("link", name="360 điểm ảnh").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text("Bài chưa đăng")
    assert page.locator("iframe").evaluate("frame => frame.clientWidth") == 360
    inside = page.frames[1]
    assert inside.evaluate("[innerWidth, document.documentElement.scrollWidth]") == [360, 360]
    expect(frame.locator(".main-nav")).to_be_hidden()
    frame.get_by_role("link", name="Bỏ qua đến nội dung chính").press("Enter")
    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_role("link", name="768 điểm ảnh").click()
    expect(page.locator("iframe")).to_be_visible()
    page.get_by_role("link", name="Về bài viết").click()
    expect(page).to_have_url(re.compile(f"/admin/news/article/{draft.pk}/change/"))
