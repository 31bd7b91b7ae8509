"""The publication time says how long until then, by Vietnam's clock."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_user

NOW = "2026-03-02T02:00:00Z"  # nine o'clock in Vietnam


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("02/03/2026 12:00", "còn 3 giờ nữa (giờ Việt Nam, GMT+7)"),
        ("02/03/2026 09:20", "còn 20 phút nữa (giờ Việt Nam, GMT+7)"),
        ("02/03/2026 11:15", "còn 2 giờ 15 phút nữa (giờ Việt Nam, GMT+7)"),
        ("12/03/2026 09:00", "còn 10 ngày nữa (giờ Việt Nam, GMT+7)"),
        ("02/03/2026 08:00", "đã qua 1 giờ (giờ Việt Nam, GMT+7)"),
    ],
)
def test_the_time_field_says_how_long_until_then(open_page, sign_in, typed, said):
    page = open_page()
    sign_in(page, make_user(groups=["Duyệt đăng"]))
    page.clock.set_fixed_time(NOW)
    page.goto("/admin/news/article/add/")
    page.get_by_label("Ngày giờ đăng").fill(typed)
    expect(page.locator("[data-countdown]")).to_have_text(said)


def test_half_a_date_says_nothing(open_page, sign_in):
    page = open_page()
    sign_in(page, make_user(groups=["Duyệt đăng"]))
    page.goto("/admin/news/article/add/")
    page.get_by_label("Ngày giờ đăng").fill("02/03")
    expect(page.locator("[data-countdown]")).to_be_hidden()
