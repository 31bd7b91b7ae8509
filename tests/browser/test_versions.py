"""Past versions in a real browser: chosen by keyboard, compared, restored, on a phone too."""

import pytest
from playwright.sync_api import expect
from reversion.models import Version

from news import copies
from news.models import Article
from tests.browser.test_accessibility import violations
from tests.factories import make_article, make_article_photo, make_user


@pytest.fixture
def editor(site):
    return make_user(groups=["Duyệt đăng"])


@pytest.fixture
def live(editor):
    """A published article with two versions and a working copy that changes the caption."""
    body = "<p>Một.</p>" + "<p>Đoạn giữ nguyên.</p>" * 6 + '<figure data-photo="1"></figure>'
    article = make_article(title="Tên thứ nhất", body=body, created_by=editor)
    make_article_photo(article=article, ref=1, caption="Các đại biểu dự họp")
    copies.record_version(article, by=editor)
    copy = copies.open_copy(article, by=editor)
    copy.title = "Tên thứ hai"
    copy.body = body.replace("Một.", "Một câu.")
    copy.save()
    copy.submit(by=editor)
    copy.return_to_author("Xin xem lại tên bài.", by=editor)
    copy.publish(by=editor, reason="Tin gấp")
    copies.open_copy(article, by=editor).photos.update(caption="Các đại biểu tham dự họp")
    return article


def test_a_writer_compares_and_restores_by_keyboard_alone(open_page, sign_in, live, editor):
    copy = live.working_copy
    page = open_page()
    sign_in(page, editor)
    page.goto(f"/admin/news/article/{copy.pk}/change/")
    page.get_by_role("link", name="So với bài bạn đọc đang thấy").click()
    expect(page.locator(".compared ins")).to_have_text("[thêm: tham]")
    expect(page.locator(".compared del")).to_have_count(0)
    copy.delete()

    page.goto(f"/admin/news/article/{live.pk}/change/")
    page.get_by_role("link", name="Lịch sử bài").click()
    expect(page.get_by_text("Xin xem lại tên bài.")).to_be_visible()
    newer = page.get_by_role("radio", name="Mới (phiên bản 2)")
    expect(newer).to_be_checked()
    newer.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="So sánh: Tên thứ hai")).to_be_visible()
    expect(page.locator(".compared ins")).to_have_text(["[thêm: hai]", "[thêm: câu]"])
    unchanged = page.get_by_text("5 dòng không đổi")
    unchanged.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đoạn giữ nguyên.").nth(3)).to_be_visible()

    page.get_by_role("link", name="Lịch sử bài").last.click()
    page.get_by_role("link", name="Khôi phục phiên bản 1").click()
    page.get_by_role("button", name="Khôi phục vào một bản sửa").click()
    expect(page.locator("#id_title")).to_have_value("Tên thứ nhất")
    assert Article.objects.get(draft_of=live).body == live.body.replace("Một câu.", "Một.")
    assert Article.objects.get(pk=live.pk).title == "Tên thứ hai"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_and_nothing_leaves_the_screen(
    open_page, sign_in, live, editor, width, scheme
):
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, editor)
    copy = live.working_copy
    version = Version.objects.get_for_object(live).last()
    addresses = [
        f"{live.pk}/history/",
        f"{copy.pk}/history/",
        f"{copy.pk}/compare/?a=live&b=now",
        f"{live.pk}/restore/{version.pk}/",
    ]
    for address in addresses:
        page.goto(f"/admin/news/article/{address}")
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
