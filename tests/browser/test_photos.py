"""Photos in a real browser: many at once, dropped, refused, chosen from the library, ordered."""

import io
from base64 import b64encode

import pytest
from PIL import Image
from playwright.sync_api import expect

from news.models import ArticlePhoto, Photo
from portal import stylesheet
from tests.factories import image_upload, make_article, make_article_photo, make_photo, make_user
from tests.portal.photo_files import CAPTION, CHARSET, UTF8, jpeg

COLORS = ["red", "green", "blue", "yellow"]


@pytest.fixture
def writer(site):
    return make_user(groups=["Phóng viên"])


@pytest.fixture
def desk(open_page, sign_in, writer):
    """The form of a draft with one photo."""
    article = make_article(status="draft", created_by=writer)
    make_article_photo(article=article, ref=1, caption="Các đại biểu", order=1)
    page = open_page()
    sign_in(page, writer)
    page.goto(f"/admin/news/article/{article.pk}/change/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
    return page


def photo_file(name, content=None, **kwargs):
    content = content or image_upload(**kwargs).read()
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def choose(page, files):
    page.locator("[name=new_photos]").set_input_files(files)


def rows(page):
    return page.locator("[data-rows] > [data-row]")


def captions(page):
    return rows(page).locator("[name$=-caption]")


def save(page):
    page.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()


def drop(page, target, files):
    """Let go of files over an element, as from a folder's window."""
    data = page.evaluate_handle(
        """files => {
            const data = new DataTransfer();
            for (const [name, content] of files) {
                const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
                data.items.add(new File([bytes], name, {type: "image/jpeg"}));
            }
            return data;
        }""",
        files,
    )
    for kind in ("dragover", "drop"):
        page.dispatch_event(target, kind, {"dataTransfer": data})


def test_twenty_photos_become_twenty_rows_in_file_name_order(desk):
    said = {CHARSET: UTF8, CAPTION: "Toàn cảnh Hội nghị".encode()}
    files = [
        photo_file(
            f"họp {number}.jpg",
            jpeg(size=(600 + number, 400), iptc=said if number == 1 else None),
        )
        for number in range(20, 0, -1)
    ]
    choose(desk, files)
    expect(desk.get_by_text("Số ảnh đã tải lên: 20.")).to_be_visible()
    expect(rows(desk)).to_have_count(21)
    expect(desk.locator("[data-uploads] li")).to_have_count(0)
    # The first new one has its file's caption, so that the next one is to be written.
    expect(captions(desk).nth(1)).to_have_value("Toàn cảnh Hội nghị")
    expect(rows(desk).nth(1).get_by_text("Lấy từ tệp ảnh, xin xem lại")).to_be_visible()
    expect(captions(desk).nth(2)).to_be_focused()
    save(desk)
    names = ArticlePhoto.objects.exclude(ref=1).values_list("photo__name", flat=True)
    assert list(names) == [f"họp {number}.jpg" for number in range(1, 21)]


def test_the_mark_of_a_proposed_caption_goes_when_somebody_writes(desk):
    choose(desk, [photo_file("a.jpg", jpeg(color="red", iptc={CAPTION: b"Toan canh"}))])
    mark = desk.get_by_text("Lấy từ tệp ảnh, xin xem lại").locator("visible=true")
    expect(mark).to_have_count(1)
    captions(desk).nth(1).press_sequentially("!")
    expect(mark).to_have_count(0)


def test_at_most_two_photos_are_under_way_each_with_its_progress(desk):
    held, is_open = [], False
    desk.route(
        "**/photo/upload/", lambda route: route.continue_() if is_open else held.append(route)
    )
    choose(desk, [photo_file(f"{color}.jpg", color=color) for color in COLORS])
    expect(desk.locator("[data-uploads] progress")).to_have_count(4)
    expect(desk.get_by_role("progressbar", name="blue.jpg")).to_be_visible()
    desk.wait_for_timeout(300)
    assert len(held) == 2
    # Saving now would lose what is on its way.
    desk.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(desk.get_by_text("Ảnh còn đang tải lên.")).to_be_visible()
    is_open = True
    for route in held:
        route.continue_()
    expect(rows(desk)).to_have_count(5)
    save(desk)


def test_a_failed_photo_stays_in_the_list_and_lands_in_its_place_when_tried_again(desk):
    failing = True

    def answer(route):
        is_second = b'filename="b.jpg"' in (route.request.post_data_buffer or b"")
        route.fulfill(status=400) if failing and is_second else route.continue_()

    desk.route("**/photo/upload/", answer)
    choose(desk, [photo_file(f"{n}.jpg", color=c) for n, c in zip("abc", COLORS, strict=False)])
    expect(desk.get_by_text("Số ảnh đã tải lên: 2. Chưa tải lên được: 1.")).to_be_visible()
    line = desk.locator("[data-uploads] li")
    expect(line).to_contain_text("b.jpg chưa tải lên được vì mất kết nối")
    failing = False
    line.get_by_role("button", name="Thử lại b.jpg").click()
    expect(rows(desk)).to_have_count(4)
    expect(line).to_have_count(0)
    save(desk)
    names = ArticlePhoto.objects.exclude(ref=1).values_list("photo__name", flat=True)
    assert list(names) == ["a.jpg", "b.jpg", "c.jpg"]


def test_whoever_is_no_longer_signed_in_is_told_so_and_can_try_again(desk, writer):
    cookies = desk.context.cookies()
    desk.context.clear_cookies(name="sessionid")
    choose(desk, [photo_file("a.jpg", color="red")])
    expect(desk.locator("[data-uploads] li")).to_contain_text("phiên đăng nhập đã hết")
    desk.context.add_cookies(cookies)
    desk.get_by_role("button", name="Thử lại a.jpg").click()
    expect(rows(desk)).to_have_count(2)


def test_a_photo_that_is_known_is_said_to_be_and_used(desk):
    make_photo(color="red")
    choose(desk, [photo_file("khác.jpg", color="red")])
    line = desk.locator("[data-uploads] li")
    expect(line).to_contain_text("khác.jpg Ảnh này đã có trong kho ảnh, dùng ảnh đã có.")
    expect(rows(desk)).to_have_count(2)
    choose(desk, [photo_file("lần nữa.jpg", color="red")])
    expect(line.nth(1)).to_contain_text("Ảnh này đã có trong bài: ảnh 2.")
    expect(rows(desk)).to_have_count(2)
    assert Photo.objects.count() == 2
    line.first.get_by_role("button", name="Bỏ khỏi danh sách khác.jpg").click()
    expect(line).to_have_count(1)


def test_photos_can_be_dropped_and_beside_their_place_they_do_no_harm(desk):
    files = [
        [f"{color}.jpg", b64encode(image_upload(color=color).read()).decode()]
        for color in ("red", "green")
    ]
    drop(desk, "[data-upload-zone]", files)
    expect(rows(desk)).to_have_count(3)
    address = desk.url
    drop(desk, "#id_title", files)
    assert desk.url == address


def test_the_library_is_searched_and_a_photo_taken(desk):
    make_photo(color="red", alt="Đại biểu dự Hội nghị", credit="Hưng Đức", focus_x=83, focus_y=17)
    make_photo(color="green", alt="Cây hồi")
    desk.get_by_text("Lấy ảnh có sẵn trong kho").click()
    found = desk.locator("[data-found] button")
    expect(found).to_have_count(3)
    desk.get_by_label("Tìm ảnh").fill("hoi nghi")
    expect(found).to_have_count(1)
    expect(desk.get_by_text("Số ảnh tìm thấy: 1.")).to_be_visible()
    found.press("Enter")
    expect(desk.get_by_text("Đã thêm vào cuối danh sách ảnh: Đại biểu dự Hội nghị")).to_be_visible()
    found.press("Enter")
    expect(desk.get_by_text("Ảnh này đã có trong bài: ảnh 2.")).to_be_visible()
    new = rows(desk).nth(1)
    expect(new.get_by_label("Tác giả ảnh")).to_have_value("Hưng Đức")
    expect(new.get_by_role("radio", name="trên bên phải")).to_be_checked()
    save(desk)
    assert ArticlePhoto.objects.get(order=2).photo.credit == "Hưng Đức"


def test_photos_change_order_by_dragging_and_by_the_keyboard(desk):
    article = ArticlePhoto.objects.get().article
    for order, color in ((2, "red"), (3, "green")):
        make_article_photo(
            article=article, ref=order, photo=make_photo(color=color), caption=color, order=order
        )
    desk.reload()
    expect(rows(desk)).to_have_count(3)
    handle = rows(desk).nth(2).locator("[data-handle]")
    handle.scroll_into_view_if_needed()
    handle.hover()
    desk.mouse.down()
    for _step in range(40):
        box = rows(desk).first.bounding_box()
        desk.mouse.move(box["x"] + 40, max(box["y"] + 5, 5), steps=2)
        if captions(desk).first.input_value() == "green":
            break
    desk.mouse.up()
    assert [box.input_value() for box in captions(desk).all()] == ["green", "Các đại biểu", "red"]
    desk.get_by_role("button", name="Lên 3").press("Enter")
    expect(desk.get_by_text("Ảnh nay đứng thứ 2.")).to_be_attached()
    save(desk)
    order = list(article.photos.values_list("caption", flat=True))
    assert order == ["green", "red", "Các đại biểu"]


def test_every_repeated_control_names_its_photo(desk):
    choose(desk, [photo_file("a.jpg", color="red")])
    expect(rows(desk)).to_have_count(2)
    expect(desk.get_by_label("Gỡ ảnh 2")).to_be_visible()
    expect(desk.get_by_role("button", name="Lên 2")).to_be_visible()
    expect(desk.get_by_role("group", name="Ảnh 2", exact=True)).to_be_visible()
    points = desk.get_by_role("group", name="Phần luôn phải thấy khi ảnh bị cắt, ảnh 2")
    expect(points.get_by_role("radio")).to_have_count(9)
    points.get_by_role("radio", name="chính giữa").press("ArrowRight")
    expect(points.get_by_role("radio", name="bên phải", exact=True)).to_be_checked()


def test_several_photos_are_uploaded_in_the_library_on_a_telephone(open_page, sign_in, writer):
    page = open_page(width=360)
    sign_in(page, writer)
    page.goto("/admin/news/photo/add/")
    choose(page, [photo_file(f"{color}.jpg", color=color) for color in COLORS])
    names = page.locator("[data-found] .photo-name")
    expect(names).to_have_text(["blue.jpg", "green.jpg", "red.jpg", "yellow.jpg"])
    page.goto("/admin/news/photo/")
    expect(page.locator(".photo-grid img")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="green.jpg").click()
    page.get_by_role("radio", name="trên bên trái").check()
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Photo.objects.get(name="green.jpg").focus_x == 17


@pytest.mark.parametrize("shape", [(320, 180), (240, 240), (320, 240)])
@pytest.mark.parametrize("third", ["lt", "cc", "rb", "rt"])
def test_what_must_stay_in_sight_stays_in_every_crop(open_page, shape, third):
    """A red mark in the chosen third of a wide photo is seen whole."""
    width, height = 900, 450
    at_x = {"l": 1, "c": 3, "r": 5}[third[0]] * width // 6
    at_y = {"t": 1, "c": 3, "b": 5}[third[1]] * height // 6
    photo = Image.new("RGB", (width, height), "navy")
    photo.paste("red", (at_x - 20, at_y - 20, at_x + 20, at_y + 20))
    buffer = io.BytesIO()
    photo.save(buffer, "PNG")
    address = "data:image/png;base64," + b64encode(buffer.getvalue()).decode()
    page = open_page()
    page.set_content(
        f"<style>{stylesheet.text()}"
        f".thumb{{width:{shape[0]}px!important;height:{shape[1]}px;padding:0!important}}</style>"
        f"<span class='thumb'><img class='crop focus-{third}' src='{address}'></span>"
    )
    seen = Image.open(io.BytesIO(page.locator("img").screenshot())).convert("RGB")
    scale = max(shape[0] / width, shape[1] / height)
    colors = seen.getcolors(maxcolors=seen.width * seen.height)
    red = sum(count for count, color in colors if color[0] > 200 and color[2] < 60)
    assert red >= 0.85 * (40 * scale) ** 2
