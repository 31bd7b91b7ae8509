"""What Word and LibreOffice put on the clipboard, pasted into the text with a real browser."""

import pytest
from playwright.sync_api import expect

from news.models import Article, Photo
from portal import richtext
from tests.browser import clipboard
from tests.factories import make_category, make_site, make_user
from tests.news import word_files

CONTACT = {
    "address": word_files.ADDRESS[1].removeprefix("Địa chỉ: "),
    "phone": "(0205) 3.871.906",
    "email": "skhcn@langson.gov.vn",
}


# In HTML two plain spaces are one.
PARAGRAPHS = [" ".join(words.split()) for words in word_files.PARAGRAPHS]


@pytest.fixture
def form(open_page, sign_in):
    """An empty form for an article, the caret in its text."""
    make_site(contact=CONTACT)
    make_category(name="Hoạt động của Sở")
    page = open_page()
    sign_in(page, make_user(groups=["Phóng viên"]))
    page.goto("/admin/news/article/add/")
    page.get_by_label("Tiêu đề").fill("Tin dán từ Word")
    page.get_by_label("Chuyên mục").select_option(label="Hoạt động của Sở")
    page.locator(".cke_wysiwyg_div").click()
    return page


def photo_line(number: int) -> str:
    address = clipboard.data_address(number)
    return f'<p class=MsoNormal align=center style="text-align:center"><img src="{address}"></p>'


def save(page) -> Article:
    page.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()
    return Article.objects.get()


def proposals(page):
    return page.get_by_role("group", name="Nội dung vừa dán").locator("[data-proposals] > li")


def say(page, question: str, answer: str) -> None:
    proposals(page).filter(has_text=question).get_by_role("button", name=answer).click()


@pytest.mark.parametrize("program", [clipboard.word, clipboard.libreoffice])
def test_the_seed_is_pasted_and_what_belongs_elsewhere_goes_there_on_a_click(form, program):
    clipboard.paste(form, program(clipboard.seed_lines(photo_line)))
    expect(form.get_by_text("Đã bỏ 205 dấu cách thừa khi dán từ Word")).to_be_visible()
    expect(form.locator("[data-row]")).to_have_count(2)
    expect(proposals(form)).to_have_count(4)
    say(form, "Dòng này giống chú thích ảnh 1. Chuyển xuống chú thích?", "Có")
    say(form, "Dòng này giống chú thích ảnh 2. Chuyển xuống chú thích?", "Có")
    say(form, "Hưng Đức: chuyển thành tác giả bài?", "Có")
    say(form, "Bỏ khối địa chỉ cuối bài? Chân trang đã có.", "Có")
    expect(proposals(form)).to_have_count(0)

    article = save(form)
    blocks = richtext.blocks(article.body)
    assert [block.text for block in blocks if block.photo is None] == PARAGRAPHS
    order = [block.photo or block.tag for block in blocks]
    assert order == ["p", 1, "p", "p", "p", 2, "p", "p"]
    assert list(article.photos.values_list("caption", flat=True)) == word_files.CAPTIONS
    assert article.byline == "Hưng Đức"
    assert Photo.objects.count() == 2
    for trace in ("mso", "Mso", "style=", "data:", "\xa0", "<p></p>", "tidypaste"):
        assert trace not in article.body


def test_nothing_moves_without_a_click(form):
    clipboard.paste(form, clipboard.word(clipboard.seed_lines(photo_line)))
    expect(proposals(form)).to_have_count(4)
    say(form, "chú thích ảnh 1", "Không")
    expect(proposals(form)).to_have_count(3)
    article = save(form)
    texts = [block.text for block in richtext.blocks(article.body) if block.photo is None]
    assert texts == [
        PARAGRAPHS[0],
        word_files.CAPTIONS[0],
        *PARAGRAPHS[1:4],
        word_files.CAPTIONS[1],
        *PARAGRAPHS[4:],
        "Hưng Đức",
        *word_files.ADDRESS,
    ]
    assert article.byline == ""
    assert set(article.photos.values_list("caption", flat=True)) == {""}


def test_the_paste_is_taken_back(form):
    clipboard.paste(form, clipboard.word(clipboard.seed_lines(photo_line)))
    expect(form.locator("[data-row]")).to_have_count(2)
    form.get_by_role("button", name="Hoàn tác").click()
    expect(form.locator(".cke_wysiwyg_div")).to_have_text("")
    expect(proposals(form)).to_have_count(0)
    article = save(form)
    assert (article.body, article.photos.count()) == ("", 0)


WITH_LINK = (
    "<p class=MsoNormal><b>Đậm</b> và <i>nghiêng</i>\xa0tại "
    "<a href='https://langson.gov.vn/'>cổng tỉnh</a><o:p></o:p></p>"
)
LIST = (
    "<ul style='margin-top:0cm' type=disc><li class=MsoNormal>Việc một</li>"
    "<li class=MsoNormal>Việc hai<o:p></o:p></li></ul>"
)
TABLE = (
    "<table class=MsoTableGrid border=1 style='border-collapse:collapse;border:none'><tr>"
    "<td width=100 style='width:75pt'><p class=MsoNormal>Năm<o:p></o:p></p></td>"
    "<td><p class=MsoNormal>Số đề tài</p></td></tr><tr><td><p class=MsoNormal>2017</p></td>"
    "<td><p class=MsoNormal>12</p></td></tr></table>"
)


def test_links_lists_tables_and_bold_stay_and_words_are_not_changed(form):
    html = clipboard.word(
        [
            "Cụ thể là : ccs công cụ tiến tiến, ủy,HĐND",
            "\xa0",
            WITH_LINK,
            LIST,
            TABLE,
        ]
    )
    clipboard.paste(form, html)
    expect(form.locator(".cke_wysiwyg_div td").first).to_be_visible()
    assert save(form).body == (
        "<p>Cụ thể là : ccs công cụ tiến tiến, ủy,HĐND</p>"
        "<p><strong>Đậm</strong> và <em>nghiêng</em> tại "
        '<a href="https://langson.gov.vn/">cổng tỉnh</a></p>'
        "<ul><li>Việc một</li><li>Việc hai</li></ul>"
        '<table><tbody><tr><th scope="col">Năm</th><th scope="col">Số đề tài</th></tr>'
        "<tr><td>2017</td><td>12</td></tr></tbody></table>"
    )


def test_a_picture_the_browser_cannot_read_gets_a_sentence(form):
    line = '<p class=MsoNormal><img src="file:///C:/Users/lan/clip_image001.png"></p>'
    clipboard.paste(form, clipboard.word(["Đoạn một.", line, "Đoạn hai."]))
    expect(form.get_by_text("Có 1 ảnh trình duyệt không đọc được khi dán.")).to_be_visible()
    assert save(form).body == "<p>Đoạn một.</p><p>Đoạn hai.</p>"


def test_what_is_no_photo_is_named_and_the_text_stays(form):
    line = '<p class=MsoNormal><img src="data:image/png;base64,iVBORw0KGgo="></p>'
    clipboard.paste(form, clipboard.word(["Đoạn một.", line]))
    expect(form.get_by_text("Tệp “anh-dan-1.png”")).to_be_visible()
    assert save(form).body == "<p>Đoạn một.</p>"
    assert Photo.objects.count() == 0


def test_a_picture_alone_on_the_clipboard_becomes_a_photo_after_its_paragraph(form):
    clipboard.paste(form, clipboard.word(["Đoạn một.", "Đoạn hai."]))
    form.locator(".cke_wysiwyg_div").get_by_text("Đoạn một.").click()
    clipboard.paste_file(form, word_files.picture("navy").read())
    expect(form.locator("[data-row]")).to_have_count(1)
    expect(form.get_by_label("Đặt sau đoạn")).to_have_value("1")
    assert save(form).body == '<p>Đoạn một.</p><figure data-photo="1"></figure><p>Đoạn hai.</p>'


def test_a_pasted_photo_follows_its_paragraph_when_text_is_typed_above(form):
    first = "Đoạn một của bài, dài hơn một chút."
    clipboard.paste(form, clipboard.word([first, photo_line(0), "Đoạn hai."]))
    expect(form.locator("[data-row]")).to_have_count(1)
    form.locator(".cke_wysiwyg_div").get_by_text(first).click()
    form.keyboard.press("Home")
    form.keyboard.type("Mới.")
    form.keyboard.press("Enter")
    assert save(form).body == (
        f'<p>Mới.</p><p>{first}</p><figure data-photo="1"></figure><p>Đoạn hai.</p>'
    )
