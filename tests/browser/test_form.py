"""The writer's form as a person meets it: its rows, its files, its column, its header."""

import pytest
from playwright.sync_api import expect

from news.models import Article, ArticlePerson
from tests.browser.forms import choose
from tests.factories import (
    make_appointment,
    make_article,
    make_user,
    pdf_upload,
)


@pytest.fixture
def draft():
    writer = make_user(groups=["Phóng viên"], last_name="Hoàng Thị", first_name="Lan")
    return make_article(status="draft", created_by=writer, title="Bài đang viết")


@pytest.fixture
def open_form(site, open_page, sign_in):
    def open_form(article, **options):
        page = open_page(**options)
        sign_in(page, article.created_by)
        page.goto(f"/admin/news/article/{article.pk}/change/")
        return page

    return open_form


def save(page):
    page.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()


# ── People and units ────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("width", [360, 1280])
def test_a_person_is_added_and_taken_off_on_a_card(open_form, draft, width):
    first, second = (make_appointment(full_name=name) for name in ("Nguyễn Thị Hà", "Trần Văn An"))
    ArticlePerson.objects.create(article=draft, appointment=first)
    page = open_form(draft, width=width)
    cards = page.locator("#people-group .row-card:not(.empty-form)")
    page.get_by_label("Gỡ “Nguyễn Thị Hà").check()
    add = page.locator("#people-group").get_by_role("button", name="Thêm Người trong bài")
    add.press("Enter")
    add.press("Enter")
    expect(cards).to_have_count(3)
    cards.last.get_by_role("button", name="Gỡ bỏ").click()
    expect(cards).to_have_count(2)
    choose(page, "id_people-1-appointment", "Trần Văn An")
    cards.last.get_by_label("Vai trò").select_option("spoke")
    inner = page.locator("#people-group").evaluate("box => [box.scrollWidth, box.clientWidth]")
    assert inner[0] <= inner[1]
    save(page)
    assert [(one.appointment, one.relation) for one in draft.people.all()] == [(second, "spoke")]


# ── Files ───────────────────────────────────────────────────────────────────────────────────────
def file_of(name):
    return {"name": name, "mimeType": "application/pdf", "buffer": pdf_upload().read()}


def test_files_are_chosen_in_vietnamese_by_keyboard_and_their_names_are_shown(open_form, draft):
    page = open_form(draft)
    field = page.get_by_label("Thêm tài liệu")
    zone = page.locator(".field-new_attachments")
    expect(zone.get_by_text("Chọn các tệp…")).to_be_visible()
    expect(zone.get_by_role("status")).to_have_text("Chưa chọn tệp nào")
    field.focus()
    expect(field).to_be_focused()
    shadow = zone.locator(".file-button").evaluate("one => getComputedStyle(one).outlineStyle")
    assert shadow == "solid"
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(file_of("bao-cao.pdf"))
    expect(zone.get_by_role("status")).to_have_text("bao-cao.pdf")
    with page.expect_file_chooser() as chooser:
        zone.get_by_text("Chọn các tệp…").click()
    chooser.value.set_files([file_of("bao-cao.pdf"), file_of("phu-luc.pdf")])
    expect(zone.get_by_role("status")).to_have_text("Đã chọn 2 tệp")
    save(page)
    assert draft.attachments.count() == 2


def test_without_a_script_the_browsers_own_button_stands_there(open_form, draft):
    page = open_form(draft, java_script_enabled=False)
    field = page.get_by_label("Thêm tài liệu")
    assert field.bounding_box()["height"] >= 40
    expect(page.get_by_text("Chọn các tệp…")).to_have_count(0)


# ── The window for a link ───────────────────────────────────────────────────────────────────────
def test_the_window_for_a_link_asks_in_plain_words_for_what_a_writer_needs(open_form, draft):
    page = open_form(draft)
    text = page.locator(".cke_wysiwyg_div")
    text.press("ControlOrMeta+a")
    page.evaluate("CKEDITOR.instances.id_body.execCommand('link')")
    window = page.locator(".cke_dialog").locator("visible=true")
    kinds = window.get_by_label("Liên kết tới đâu?").locator("option")
    expect(kinds).to_have_text(["Một trang", "Một địa chỉ thư điện tử", "Điện thoại"])
    begins = window.get_by_label("Bắt đầu bằng").locator("option").all_inner_texts()
    assert [words.strip("\u200e ") for words in begins] == [
        "http://",
        "https://",
        "/ (trang của cổng này)",
    ]
    window.get_by_label("Liên kết tới đâu?").select_option(label="Một địa chỉ thư điện tử")
    assert window.locator("label").locator("visible=true").all_inner_texts() == [
        "Chữ hiện ra",
        "Liên kết tới đâu?",
        "Địa chỉ thư điện tử*",
    ]
    window.get_by_label("Địa chỉ thư điện tử").fill("vanphong@example.org")
    window.get_by_role("button", name="Đồng ý").click()
    expect(window).to_have_count(0)
    save(page)
    assert 'href="mailto:vanphong@example.org"' in Article.objects.get().body


def test_an_address_of_this_site_needs_no_choice_of_its_beginning(open_form, draft):
    page = open_form(draft)
    page.locator(".cke_wysiwyg_div").press("ControlOrMeta+a")
    page.evaluate("CKEDITOR.instances.id_body.execCommand('link')")
    window = page.locator(".cke_dialog").locator("visible=true")
    window.get_by_label("Địa chỉ trang").press_sequentially("/tin-tuc/")
    window.get_by_role("button", name="Đồng ý").click()
    save(page)
    assert 'href="/tin-tuc/"' in Article.objects.get().body


# ── The column beside the form, the header ──────────────────────────────────────────────────────
def test_the_column_beside_the_form_ends_with_the_page_and_hides_nothing(open_form, draft):
    page = open_form(draft)
    column = page.locator(".desk-side")
    assert column.evaluate("one => getComputedStyle(one).overflowY") == "visible"
    last = column.locator(".part").last
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(last).to_be_in_viewport(ratio=1)
    # Beside a long form it stands still, its buttons in sight.
    page.evaluate("document.querySelector('.desk-form').style.minHeight = '6000px'")
    page.evaluate("scrollTo(0, 2000)")
    expect(column.get_by_role("button", name="Lưu nháp")).to_be_in_viewport()


def test_the_header_is_one_line_on_a_phone_with_the_rest_behind_a_button(open_form, draft):
    page = open_form(draft, width=360, height=740)
    assert page.locator("#header").bounding_box()["height"] <= 64
    expect(page.locator("#user-tools")).to_be_hidden()
    button = page.get_by_role("button", name="Menu")
    button.press("Enter")
    for name in ("Tin, thông báo", "Báo cáo hội nghị", "Kho ảnh", "Xem trang", "Đổi mật khẩu"):
        expect(page.locator("#desk-menu").get_by_role("link", name=name)).to_be_visible()
    expect(page.locator("#desk-menu").get_by_role("button", name="Đăng xuất")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#user-tools")).to_be_hidden()
    expect(button).to_be_focused()


def test_the_menu_opens_without_a_script(open_form, draft):
    page = open_form(draft, width=360, java_script_enabled=False)
    page.get_by_role("button", name="Menu").click()
    page.locator("#desk-menu").get_by_role("link", name="Kho ảnh").click()
    expect(page).to_have_url(f"{page.url.split('/admin')[0]}/admin/news/photo/")


def test_on_a_wide_screen_the_menu_stands_open(open_form, draft):
    page = open_form(draft)
    expect(page.get_by_role("button", name="Menu")).to_be_hidden()
    expect(page.get_by_role("link", name="Kho ảnh")).to_be_visible()
    expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()


# ── Withdrawing ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("has_script", [True, False])
def test_withdrawing_asks_only_for_what_the_chosen_way_needs(site, open_page, sign_in, has_script):
    article = make_article()
    page = open_page(width=360, java_script_enabled=has_script)
    sign_in(page, make_user(groups=["Duyệt đăng"]))
    page.goto(f"/admin/news/article/{article.pk}/withdraw/")
    notice, address = page.get_by_label("Thông báo cho bạn đọc ("), page.get_by_label("Địa chỉ mới")
    expect(notice).to_be_visible()
    expect(address).to_be_hidden()
    page.get_by_label("Chuyển bạn đọc sang trang khác").check()
    expect(notice).to_be_hidden()
    address.fill("/tin-tuc/")
    page.get_by_label("Gỡ hẳn trang").check()
    expect(address).to_be_hidden()
    page.get_by_label("Chuyển bạn đọc sang trang khác").check()
    page.get_by_label("Lý do").fill("Đã có bài mới")
    page.get_by_role("button", name="Thu hồi", exact=True).click()
    expect(page.get_by_text("Đã thu hồi bài.")).to_be_visible()
    article.refresh_from_db()
    assert (article.takedown, article.redirect_to) == ("moved", "/tin-tuc/")
