"""The seed article on paper."""

import io

import pytest
from pypdf import PdfReader

from news.sample.articles import REPORT
from tests.browser.public_pages import BY_NAME, Reader

CAPTIONS = [caption for _picture, caption in REPORT.photos]
# Words of the screen alone: the skip link, the menu's button, its label and links, the way back.
SCREEN_WORDS = ["Bỏ qua đến nội dung chính", "Menu", "Giới thiệu", "Cơ cấu tổ chức", "Trang chủ"]


@pytest.fixture
def paper(browser, site):
    """The pages that a printer would get of the seed article: (their number, their text)."""
    with Reader(browser, site) as reader:
        page = reader.open(BY_NAME["article"])
        page.wait_for_load_state("networkidle")
        pdf = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True)))
        words = " ".join(sheet.extract_text() for sheet in pdf.pages).split()
        return len(pdf.pages), " ".join(words), page.url


def test_the_seed_article_takes_three_sheets(paper):
    sheets, _text, _address = paper
    assert sheets <= 3


def test_the_printed_article_says_what_it_is_and_where_it_comes_from(paper):
    _sheets, text, address = paper
    wanted = [REPORT.title, "Thứ Ba, 23/01/2018 - 04:11", *CAPTIONS, "Hưng Đức"]
    assert [words for words in wanted if words not in text] == []
    assert address in text.replace(" ", "")  # a long address may be broken anywhere


def test_the_printed_article_holds_nothing_of_the_menu(paper):
    _sheets, text, _address = paper
    assert [words for words in SCREEN_WORDS if words in text] == []
