"""The writer's form in a real browser: the editor, the photos' places, bad files."""

import pytest
from playwright.sync_api import expect

from news.models import Article, Photo
from tests.factories import (
    image_upload,
    make_article,
    make_article_photo,
    make_category,
    make_photo,
    make_user,
)

BODY = '<p>Một.</p><figure data-photo="1"></figure><p>Hai.</p>'


@pytest.fixture
def desk(open_page, sign_in):
    """The form of a draft with one photo in its text, opened by an editor."""
    user = make_user(groups=["Duyệt đăng"])
    article = make_article(status="draft", body=BODY, created_by=user)
    make_article_photo(article=article, ref=1, caption="Các đại biểu", order=1)
    page = open_page()
    sign_in(page, user)
    page.goto(f"/admin/news/article/{article.pk}/change/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
    return page


def save(page):
    page.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()


def body():
    return Article.objects.get().body


def test_the_photo_keeps_its_place_through_the_editor(desk):
    box = desk.locator(".cke_wysiwyg_div")
    expect(box.get_by_text("Các đại biểu")).to_be_visible()
    box.get_by_text("Hai.").click()
    desk.keyboard.press("End")
    desk.keyboard.type(" Thêm một câu có dấu: điều kiện.")
    save(desk)
    assert body() == BODY.replace("Hai.", "Hai. Thêm một câu có dấu: điều kiện.")


def test_the_photo_moves_by_its_row_alone(desk):
    place = desk.get_by_label("Đặt sau đoạn")
    place.focus()
    expect(place).to_have_value("1")
    place.select_option("2")
    save(desk)
    assert body() == '<p>Một.</p><p>Hai.</p><figure data-photo="1"></figure>'


def test_a_paragraph_typed_above_a_photo_leaves_it_where_it_stands(desk):
    desk.locator(".cke_wysiwyg_div").get_by_text("Một.").click()
    desk.keyboard.press("Home")
    desk.keyboard.type("Mới.")
    desk.keyboard.press("Enter")
    save(desk)
    assert body() == "<p>Mới.</p>" + BODY


def test_the_toolbar_speaks_vietnamese_and_offers_no_picture(desk):
    names = desk.locator(".cke_toolbar .cke_button").evaluate_all(
        "buttons => buttons.map(button => button.title.split(' (')[0])"
    )
    assert {"Đậm", "Nghiêng", "Bảng"} <= set(names)
    assert not {"Hình ảnh", "Image", "Mã HTML", "Source"} & set(names)


def test_what_word_brings_is_pasted_clean(desk):
    html = (
        '<p class="MsoNormal" style="text-align:center;color:red"><span style="font-family:Times">'
        "&nbsp;&nbsp; Đoạn từ <b>Word</b></span><o:p></o:p></p><p>&nbsp;</p>"
        '<p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></p>'
        "<table><tr><td>Năm</td><td>Số đề tài</td></tr><tr><td>2017</td><td>12</td></tr></table>"
    )
    desk.locator(".cke_wysiwyg_div").get_by_text("Hai.").click()
    desk.keyboard.press("End")
    desk.evaluate(
        """html => navigator.clipboard.write([new ClipboardItem({
            "text/html": new Blob([html], {type: "text/html"}),
            "text/plain": new Blob(["x"], {type: "text/plain"})})])""",
        html,
    )
    desk.keyboard.press("Enter")
    desk.keyboard.press("ControlOrMeta+v")
    expect(desk.locator(".cke_wysiwyg_div table")).to_be_visible()
    save(desk)
    stored = body()
    assert "<strong>Word</strong>" in stored
    assert '<th scope="col">Số đề tài</th>' in stored
    for trace in ("style=", "Mso", "o:p", "img", "data:", "\xa0", "<p></p>", "color"):
        assert trace not in stored


def test_bad_files_are_named_and_what_was_typed_stays(open_page, sign_in):
    make_category(name="Hoạt động của Sở")
    page = open_page(width=360)
    sign_in(page, make_user(groups=["Phóng viên"]))
    page.goto("/admin/news/article/add/")
    page.get_by_label("Tiêu đề").fill("Tin đang viết")
    problems = []
    page.on("response", lambda response: problems.append(response.status))
    page.get_by_label("Thêm ảnh", exact=True).set_input_files(
        [
            {"name": "hỏng.jpg", "mimeType": "image/jpeg", "buffer": b"<html></html>"},
            {"name": "tốt.jpg", "mimeType": "image/jpeg", "buffer": image_upload().read()},
        ]
    )
    expect(page.get_by_text("Tệp “hỏng.jpg”")).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_label("Tiêu đề")).to_have_value("Tin đang viết")
    assert 400 in problems
    assert Photo.objects.count() == 1


def test_photos_change_order_and_main_photo_by_the_keyboard(desk):
    article = Article.objects.get()
    make_article_photo(
        article=article, ref=2, photo=make_photo(color="red"), caption="Toàn cảnh", order=2
    )
    desk.reload()
    expect(desk.locator("[data-row]")).to_have_count(2)
    desk.get_by_role("button", name="Lên 2").press("Enter")
    desk.locator("[data-row]").first.get_by_label("Ảnh đại diện").press("Space")
    save(desk)
    assert list(article.photos.values_list("caption", "is_lead")) == [
        ("Toàn cảnh", True),
        ("Các đại biểu", False),
    ]
