"""The audit trail on a phone and by keyboard."""

from playwright.sync_api import expect

from portal import audit
from tests.factories import make_article, make_user


def test_an_entry_is_found_and_read_on_a_phone_without_a_mouse(open_page, sign_in_by_hand):
    user = make_user(is_superuser=True)
    article = make_article(title="Hội nghị tổng kết hoạt động khoa học công nghệ năm 2017 " * 3)
    changes = {"before": {"title": "Cũ", "body": "<p>Đoạn</p>" * 50}, "after": {"title": "M" * 180}}
    audit.record("change", actor=user, target=article, **changes)
    audit.record("delete", actor=user, target="Mục khác")
    page = open_page(width=360)
    sign_in_by_hand(page, user)
    page.get_by_role("link", name="Nhật ký").first.press("Enter")
    expect(page.locator(".trail > li")).to_have_count(3)  # the sign-in as well
    page.get_by_text("Tìm và lọc").press("Enter")
    page.get_by_label("Từ trong tên đối tượng").fill("hoi nghi tong ket")
    page.get_by_label("Từ trong tên đối tượng").press("Enter")
    expect(page.locator(".trail > li")).to_have_count(1)
    page.locator(".trail a").press("Enter")
    expect(page.get_by_role("heading", name="Tiêu đề")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
