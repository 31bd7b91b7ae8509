"""From an empty portal to the published seed article, the way a communications officer goes."""

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from departments.models import SiteSettings
from news.models import Article
from tests.browser.forms import choose, save
from tests.factories import image_upload, make_user

SEED = Path(__file__).with_name("seed.txt").read_text(encoding="utf-8")
LINES = [line for line in SEED.split("\n") if line.replace("\xa0", " ").strip()]
TITLE = LINES[0]
PARAGRAPHS = [line.replace("\xa0", " ").strip() for line in LINES if len(line) > 350]
CAPTIONS = [
    "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị",
    "Các đại biểu tham dự Hội nghị",
]
ALTS = ["Người phụ nữ đứng nói trên bục", "Hội trường nhìn từ hàng ghế cuối"]
ADDRESS = "Số 438 đường Bà Triệu, phường Đông Kinh, thành phố Lạng Sơn, tỉnh Lạng Sơn"


def enter_agency(page):
    page.goto("/admin/departments/department/add/")
    page.get_by_label("Tên:", exact=True).fill("Sở Khoa học và Công nghệ tỉnh Lạng Sơn")
    page.get_by_label("Tên viết tắt").fill("Sở KH&CN")
    page.get_by_label("Loại:").first.select_option("department")
    page.get_by_role("button", name="Thêm đầu mối liên hệ").click()
    page.locator("#id_contacts-0-label").fill("Văn phòng Sở")
    page.locator("#id_contacts-0-address").fill(ADDRESS)
    page.locator("#id_contacts-0-phone").fill("(0205) 3.871.906")
    page.locator("#id_contacts-0-fax").fill("(0205) 3.872.075")
    page.locator("#id_contacts-0-email").fill("skhcn@langson.gov.vn")
    page.get_by_role("button", name="Thêm chức vụ").click()
    page.locator("#id_positions-0-title").fill("Giám đốc")
    page.locator("#id_positions-0-rank").fill("1")
    page.locator("#id_positions-0-seats").fill("1")
    page.locator("#id_positions-0-is_leadership").check()
    save(page)

    page.goto("/admin/departments/sitesettings/")
    choose(page, "id_agency", "Sở Khoa học")
    page.get_by_label("Cơ quan chủ quản").fill("UBND tỉnh Lạng Sơn")
    save(page)


def enter_director(page):
    page.goto("/admin/departments/person/add/")
    page.get_by_label("Họ và tên:").fill("Nguyễn Thị Hà")
    page.get_by_role("button", name="Thêm bổ nhiệm").click()
    choose(page, "id_appointments-0-position", "Giám đốc")
    save(page)


def enter_category(page):
    page.goto("/admin/news/category/add/")
    page.get_by_label("Tên:", exact=True).fill("Hoạt động của Sở")
    save(page)


def paste(page, text):
    """Put text on the clipboard and paste it into the editor with the keyboard."""
    editor = page.get_by_role("textbox", name="Nội dung bài")
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    editor.click()
    page.keyboard.press("ControlOrMeta+v")
    return editor


def strike(page, editor, words):
    """Take a paragraph out of the pasted text, as one does with caption lines."""
    editor.locator("p", has_text=words).last.click(click_count=3)
    page.keyboard.press("Delete")


def write_article(page):
    page.goto("/admin/news/report/add/")
    page.get_by_label(re.compile("^Tiêu đề")).fill(TITLE)
    page.locator("#id_category").select_option(label="Hoạt động của Sở")
    page.get_by_label("Ngày giờ đăng").fill("23/01/2018 04:11")
    page.get_by_label("Ngày tổ chức").fill("19/01/2018")
    page.get_by_label("Năm tổng kết").fill("2017")
    page.get_by_label("Năm kế hoạch").fill("2018")
    choose(page, "id_conference-0-chair", "Nguyễn Thị Hà")

    body = SEED[SEED.index(LINES[2]) : SEED.index("SỞ KHOA HỌC VÀ")]
    editor = paste(page, body)
    for words in (*CAPTIONS, "Hưng Đức"):
        strike(page, editor, words)
    page.get_by_label("Tác giả bài").fill("Hưng Đức")


def add_photos(page):
    files = [
        {
            "name": name,
            "mimeType": "image/jpeg",
            "buffer": image_upload(color=color, size=size).read(),
        }
        for name, color, size in (
            ("DSC_2059.JPG", "darkred", (1600, 1067)),
            ("DSC_2060.JPG", "saddlebrown", (1400, 933)),
        )
    ]
    page.get_by_label("Thêm ảnh", exact=True).focus()
    page.get_by_label("Thêm ảnh", exact=True).set_input_files(files)
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(2)
    expect(rows.nth(0).get_by_label("Chú thích ảnh")).to_be_focused()
    for row, caption, alt, place in zip(
        (rows.nth(0), rows.nth(1)), CAPTIONS, ALTS, ("1. Ngày 19", "4. Đặc biệt"), strict=True
    ):
        row.get_by_label("Chú thích ảnh").fill(caption)
        row.get_by_label(re.compile("^Mô tả cho người")).fill(alt)
        choices = row.get_by_label("Đặt sau đoạn")
        choices.focus()
        label = choices.locator("option", has_text=place).text_content()
        choices.select_option(label=label)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_seed_article_is_entered_by_hand_and_published(open_page, sign_in_by_hand, width):
    page = open_page(width=width)
    sign_in_by_hand(page, make_user(username="bientap", is_superuser=True))
    enter_agency(page)
    enter_director(page)
    enter_category(page)
    write_article(page)
    add_photos(page)
    page.get_by_label("Vì sao bạn tự xuất bản").fill("Cổng mới mở, chưa có người duyệt khác")
    page.get_by_role("button", name="Xuất bản").locator("visible=true").first.click()
    expect(page.get_by_text("Đã xuất bản.")).to_be_visible()

    check_rows()
    reader = open_page(width=width)
    address = Article.objects.published().get().get_absolute_url()
    for lists in ("/", "/tin-tuc/", "/bao-cao/2017/", "/chuyen-muc/hoat-dong-cua-so/"):
        reader.goto(lists)
        expect(reader.get_by_role("main").get_by_role("link", name=TITLE).first).to_be_visible()
    reader.goto(address)
    check_page(reader)


def check_rows():
    article = Article.objects.get()
    assert (article.kind, article.status, article.summary) == ("report", "published", "")
    assert article.publish_at == datetime(2018, 1, 23, 4, 11, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    conference = article.conference
    assert (conference.held_on, conference.review_year) == (date(2018, 1, 19), 2017)
    assert conference.chair.person.full_name == "Nguyễn Thị Hà"
    assert SiteSettings.load().agency.contact().phone == "(0205) 3.871.906"


def check_page(page):
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator("article time, main time").first).to_have_text("Thứ Ba, 23/01/2018 - 04:11")
    story = page.locator(".body")
    assert [" ".join(words.split()) for words in story.locator("> p").all_inner_texts()] == [
        " ".join(words.split()) for words in PARAGRAPHS
    ]
    order = story.evaluate("box => [...box.children].map(child => child.tagName).join(' ')")
    assert order == "P FIGURE P P P FIGURE P P"
    assert page.locator("figcaption").all_inner_texts() == CAPTIONS
    assert [image.get_attribute("alt") for image in page.locator("figure img").all()] == ALTS
    assert page.locator("figure img").first.evaluate("image => image.naturalWidth") > 0
    expect(page.locator(".byline")).to_have_text("Hưng Đức")
    text = page.locator("body").inner_text()
    assert "\xa0" not in text
    assert ADDRESS not in page.get_by_role("main").inner_text()
    footer = page.get_by_role("contentinfo")
    expect(footer).to_contain_text(ADDRESS)
    expect(footer).to_contain_text("(0205) 3.872.075")
    expect(footer.locator('a[href="tel:+842053871906"]')).to_have_text("(0205) 3.871.906")
    expect(footer.locator('a[href="mailto:skhcn@langson.gov.vn"]')).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
