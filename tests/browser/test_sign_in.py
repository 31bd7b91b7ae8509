"""The second factor as a person sees it: an app's codes, recovery codes, passkeys."""

import os
import time
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.factories import PASSWORD, make_user
from tests.portal.test_admin_language import foreign
from tests.portal.test_sign_in import letter_code, totp

# A folder for pictures of the pages, to look at them.
PICTURES = os.environ.get("PICTURES")
OVERVIEW = "/admin/second-factor/"


@pytest.fixture(autouse=True)
def in_service(settings):
    settings.MFA_REQUIRED_GROUPS = ["Duyệt đăng", "Quản trị"]


def fill_in(page, user):
    page.goto("/admin/")
    page.get_by_label("Tên đăng nhập hoặc thư điện tử").fill(user.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập", exact=True).click()


def sign_out(page):
    menu = page.get_by_role("button", name="Menu")
    if menu.is_visible():
        menu.click()
    page.get_by_role("button", name="Đăng xuất").click()


def on_the_desk(page):
    expect(page.get_by_role("heading", name="Bạn muốn làm gì?")).to_be_visible()


def wait_for_letter():
    """A letter leaves by the side of the answer."""
    for _tenth in range(150):
        if mail.outbox:
            return
        time.sleep(0.1)


def way_to(page, link: str):
    """Follow the link to a new factor, over the code that comes by letter."""
    page.get_by_role("link", name=link).click()
    page.get_by_role("button", name="Gửi mã", exact=True).click()
    code = page.get_by_label("Mã trong thư")
    expect(code).to_be_focused()
    wait_for_letter()
    code.fill(letter_code())
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("link", name=link).click()


def set_up_app(page) -> str:
    """By hand, as without a camera; returns the secret."""
    picture = page.get_by_role("img", name="Hình cho máy ảnh")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    page.get_by_text("Máy ảnh không đọc được").click()
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("Mã mà ứng dụng đang hiện").fill(totp(secret))
    page.get_by_role("button", name="Dùng ứng dụng này").click()
    return secret


def next_code(secret: str) -> str:
    """The code after the present one, which has been used: a phone may be half a minute fast."""
    return totp(secret, time.time() + 30)


def add_authenticator(page):
    """A passkey in the machine, with a finger that is always right."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    answer = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, answer["authenticatorId"]


def test_first_sign_in_leads_to_the_app_then_its_codes_and_each_recovery_code_opens_once(open_page):
    user = make_user(groups=["Duyệt đăng"])
    page = open_page()
    fill_in(page, user)
    expect(page.get_by_text("Còn một bước trước khi bắt đầu")).to_be_visible()
    page.goto("/admin/news/article/")
    assert page.url.endswith(OVERVIEW)
    way_to(page, "Cài đặt ứng dụng")
    secret = set_up_app(page)
    codes = page.locator("#codes").inner_text().split()
    assert len(codes) == 10
    with page.expect_download() as started:
        page.get_by_role("link", name="Tải về thành tệp").click()
    assert started.value.suggested_filename == "ma-du-phong.txt"
    kept = Path(started.value.path()).read_text()
    assert user.username in kept
    assert kept.split()[-10:] == codes
    page.get_by_role("link", name="Tôi đã cất, tiếp tục").click()
    on_the_desk(page)
    for code, opens in [(next_code(secret), True), (codes[0], True), (codes[0], False)]:
        sign_out(page)
        fill_in(page, user)
        page.get_by_label("Mã").fill(code)
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        if opens:
            on_the_desk(page)
    expect(page.get_by_text("Mã không đúng hoặc đã dùng rồi.")).to_be_visible()


def test_a_passkey_is_made_signs_in_alone_and_is_the_second_step(open_page):
    user = make_user(groups=["Duyệt đăng"])
    page = open_page()
    devtools, authenticator = add_authenticator(page)
    fill_in(page, user)
    way_to(page, "Thêm khoá truy cập")
    page.get_by_label("Tên của khoá truy cập").fill("Máy cơ quan")
    page.get_by_role("button", name="Thêm khoá truy cập").click()
    page.get_by_role("link", name="Tôi đã cất, tiếp tục").click()
    on_the_desk(page)
    assert Authenticator.objects.get(type="webauthn").data["name"] == "Máy cơ quan"
    sign_out(page)
    page.goto("/admin/login/?next=/admin/news/article/")
    page.get_by_role("button", name="Dùng khoá truy cập").click()
    expect(page.locator("#user-tools")).to_be_visible()
    assert page.url.endswith("/admin/news/article/")
    sign_out(page)
    fill_in(page, user)
    page.get_by_role("button", name="Dùng khoá truy cập").click()
    on_the_desk(page)
    sign_out(page)
    # A finger that is not the owner's opens nothing, and the page says what to do.
    devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False}
    )
    page.goto("/admin/login/")
    page.get_by_role("button", name="Dùng khoá truy cập").click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa dùng được khoá truy cập.")


def test_a_passkey_of_a_disabled_account_opens_nothing(open_page):
    user = make_user(groups=["Duyệt đăng"])
    page = open_page()
    add_authenticator(page)
    fill_in(page, user)
    way_to(page, "Thêm khoá truy cập")
    page.get_by_role("button", name="Thêm khoá truy cập").click()
    page.get_by_role("link", name="Tôi đã cất, tiếp tục").click()
    sign_out(page)
    user.is_active = False
    user.save()
    page.goto("/admin/login/")
    page.get_by_role("button", name="Dùng khoá truy cập").click()
    expect(page.get_by_text("Không đăng nhập được. Xin liên hệ quản trị.")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_label("Mật khẩu")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1280, "light")])
def test_axe_and_english_are_nowhere_on_the_pages_of_sign_in(open_page, width, scheme):
    user = make_user(groups=["Duyệt đăng"])
    page = open_page(width=width, color_scheme=scheme, bypass_csp=True)  # axe adds styles
    found = []

    def look(name):
        found.extend(f"{name}: {line}" for line in violations(page))
        found.extend(f"{name}: {word}" for word in foreign(page.content()))
        wide = page.evaluate("document.documentElement.scrollWidth")
        found.extend([f"{name}: scrolls to {wide} pixels"] if wide > width else [])
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{width}-{scheme}.png", full_page=True)

    page.goto("/admin/login/")
    look("sign-in")
    page.goto("/admin/password_reset/")
    look("forgotten")
    fill_in(page, user)
    look("way to a factor")
    page.goto(f"{OVERVIEW}mailbox/")
    look("mailbox")
    page.get_by_role("button", name="Gửi mã").click()
    look("mailbox, code sent")
    page.get_by_label("Mã trong thư").fill("1")
    page.get_by_role("button", name="Tiếp tục").click()
    look("mailbox, wrong code")
    wait_for_letter()
    page.get_by_label("Mã trong thư").fill(letter_code())
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("link", name="Thêm khoá truy cập").click()
    look("new passkey")
    page.goto(OVERVIEW)
    page.get_by_role("link", name="Cài đặt ứng dụng").click()
    look("new app")
    set_up_app(page)
    expect(page.locator("#codes")).to_be_visible()
    look("recovery codes")
    page.get_by_role("link", name="Tôi đã cất, tiếp tục").click()
    page.goto(OVERVIEW)
    look("overview")
    for address in ["app/remove/", "codes/new/"]:
        page.goto(OVERVIEW + address)
        look(address.strip("/").replace("/", " "))
    page.goto("/admin/confirm/")
    look("confirm")
    sign_out(page)
    fill_in(page, user)
    look("code")
    for _number in range(5):
        page.get_by_label("Mã").fill("1")
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_text("Đã thử sai quá nhiều lần.")).to_be_visible()
    look("refused")
    assert not found, "\n".join(found)


def test_the_app_is_set_up_without_a_mouse(open_page):
    user = make_user(groups=["Duyệt đăng"])
    page = open_page()
    page.goto("/admin/")
    page.keyboard.type(user.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Cài đặt ứng dụng").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Gửi mã").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mã trong thư")).to_be_focused()
    wait_for_letter()
    page.keyboard.type(letter_code())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Cài đặt ứng dụng").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Mã mà ứng dụng đang hiện")).to_be_focused()
    secret = page.locator("code").text_content().replace(" ", "")
    page.keyboard.type(totp(secret))
    page.keyboard.press("Enter")
    expect(page.locator("#codes")).to_be_visible()


def test_the_pages_of_sign_in_run_no_script_of_their_own(open_page):
    """What the policy of the desk allows: files of ours, pictures as data."""
    user = make_user(groups=["Duyệt đăng"])
    page = open_page()
    inline = "script:not([src]):not([type='application/json']), [onclick], [onsubmit], [style]"
    page.goto("/admin/login/")
    assert page.locator(inline).count() == 0
    fill_in(page, user)
    page.goto(f"{OVERVIEW}mailbox/")
    assert page.locator(inline).count() == 0
    page.get_by_role("button", name="Gửi mã").click()
    wait_for_letter()
    page.get_by_label("Mã trong thư").fill(letter_code())
    page.get_by_role("button", name="Tiếp tục").click()
    for address in ["", "app/", "passkey/"]:
        page.goto(OVERVIEW + address)
        assert page.locator(inline).count() == 0, address
