"""From a Word file to the published article, the way a writer and a reviewer go."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from news.models import Article, Photo
from tests.factories import make_category, make_site, make_user
from tests.news import word_files

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ALTS = ["Người phụ nữ đứng nói trên bục", "Hội trường nhìn từ hàng ghế cuối"]


def hand_in(page, content, *, name="bao-cao.docx"):
    page.goto("/admin/news/report/")
    page.get_by_role("link", name="Nhập từ Word").click()
    file = {"name": name, "mimeType": DOCX, "buffer": content}
    page.get_by_label("Tệp Word").set_input_files(file)
    page.get_by_role("button", name="Đọc tệp").click()


@pytest.mark.parametrize("width", [1280, 360])
def test_a_word_file_becomes_a_published_article(open_page, sign_in, width):
    make_site(contact={"phone": "(0205) 3.871.906", "email": "skhcn@langson.gov.vn"})
    make_category(name="Hoạt động của Sở")
    page = open_page(width=width)
    sign_in(page, make_user(groups=["Duyệt đăng"]))
    hand_in(page, word_files.seed_by_hand())

    source = page.get_by_role("region", name="Tệp Word như đọc được")
    expect(source).to_contain_text(word_files.PARAGRAPHS[5][:80])
    expect(page.get_by_label("Tiêu đề")).to_have_value(word_files.TITLE)
    expect(page.get_by_label("Tác giả bài")).to_have_value("Hưng Đức")
    expect(page.get_by_label("Ngày tổ chức")).to_have_value("19/01/2018")
    expect(page.locator("del")).to_contain_text(word_files.ADDRESS[1])
    expect(page.locator("figcaption").first).to_contain_text(word_files.CAPTIONS[0])
    assert page.locator("figure img").first.evaluate("image => image.naturalWidth") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (Article.objects.count(), Photo.objects.count()) == (0, 0)

    page.get_by_label("Chuyên mục").select_option(label="Hoạt động của Sở")
    page.get_by_role("button", name="Tạo bản nháp").click()
    expect(page.get_by_text("Đã tạo bản nháp từ tệp Word: 6 đoạn, 2 ảnh")).to_be_visible()

    rows = page.locator("[data-row]")
    for row, caption, alt in zip(rows.all(), word_files.CAPTIONS, ALTS, strict=True):
        expect(row.get_by_label("Chú thích ảnh")).to_have_value(caption)
        row.get_by_label(re.compile("^Mô tả cho người")).fill(alt)
    page.get_by_label("Vì sao bạn tự xuất bản").fill("Tin gấp, anh Sơn đi công tác")
    page.get_by_role("button", name="Xuất bản").locator("visible=true").first.click()
    expect(page.get_by_text("Đã xuất bản.")).to_be_visible()
    check_published(open_page(width=width))


def check_published(reader):
    article = Article.objects.published().get()
    assert (article.kind, article.title) == ("report", word_files.TITLE)
    assert article.conference.held_on == date(2018, 1, 19)
    reader.goto(article.get_absolute_url())
    story = reader.locator(".body")
    assert [" ".join(words.split()) for words in story.locator("> p").all_inner_texts()] == [
        " ".join(words.split()) for words in word_files.PARAGRAPHS
    ]
    order = story.evaluate("box => [...box.children].map(child => child.tagName).join(' ')")
    assert order == "P FIGURE P P P FIGURE P P"
    assert reader.locator("figcaption").all_inner_texts() == word_files.CAPTIONS
    expect(reader.locator(".byline")).to_have_text("Hưng Đức")
    expect(reader.locator("main time").first).to_have_text("Thứ Ba, 23/01/2018 - 04:11")
    assert word_files.ADDRESS[1] not in reader.get_by_role("main").inner_text()


def test_the_conference_is_asked_for_where_a_report_is_made(open_page, sign_in):
    page = open_page()
    sign_in(page, make_user(groups=["Phóng viên"]))
    hand_in(page, word_files.seed_by_styles())
    expect(page.get_by_label("Ngày tổ chức")).to_be_visible()
    page.get_by_label("Tin bài").check()
    expect(page.get_by_label("Ngày tổ chức")).to_be_hidden()


def test_an_old_word_file_is_told_what_to_do(open_page, sign_in):
    page = open_page(width=360)
    sign_in(page, make_user(groups=["Phóng viên"]))
    hand_in(page, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), name="bao-cao.doc")
    expect(page.get_by_role("alert")).to_contain_text("kiểu cũ (.doc)")
    expect(page.get_by_label("Tệp Word")).to_be_visible()
