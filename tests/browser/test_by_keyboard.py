"""An article with two photos is written and published without a mouse."""

from playwright.sync_api import expect

from news.models import Article
from tests.factories import image_upload, make_category, make_site, make_user

NAME_OF_FOCUS = """() => {
  const at = document.activeElement;
  const label = at.labels && at.labels[0] ? at.labels[0].textContent : "";
  const name = at.getAttribute("aria-label") || label || at.textContent || "";
  return name.replace(/\\s+/g, " ").trim();
}"""


def tab_to(page, name: str) -> None:
    """Press Tab until what is called `name` has the focus, as somebody without a mouse does."""
    passed = []
    for _ in range(120):
        page.keyboard.press("Tab")
        passed.append(page.evaluate(NAME_OF_FOCUS))
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"“{name}” is not reached. Passed: {passed}")


def photos():
    for name, color in (("dsc_1.jpg", "darkred"), ("dsc_2.jpg", "navy")):
        buffer = image_upload(color=color, size=(1300, 800)).read()
        yield {"name": name, "mimeType": "image/jpeg", "buffer": buffer}


def test_an_article_with_two_photos_is_published_without_a_mouse(open_page, sign_in_by_hand):
    make_site()
    make_category(name="Hoạt động của Sở")
    page = open_page()
    sign_in_by_hand(page, make_user(groups=["Duyệt đăng"]))
    page.goto("/admin/news/article/add/")
    page.wait_for_load_state("networkidle")
    page.locator("body").press("Home")

    tab_to(page, "Tiêu đề")
    page.keyboard.type("Khai mạc ngày hội sáng tạo trẻ")
    tab_to(page, "Chuyên mục")
    page.keyboard.type("Hoạt")
    tab_to(page, "Nội dung bài")
    page.keyboard.type("Sáng 5/3, ngày hội sáng tạo trẻ khai mạc tại thành phố Lạng Sơn.")
    tab_to(page, "Thêm ảnh")
    expect(page.get_by_label("Thêm ảnh", exact=True)).to_be_focused()
    page.wait_for_timeout(500)  # nobody presses Enter within a frame of Tab
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(list(photos()))
    first, second = page.locator("[data-row]").nth(0), page.locator("[data-row]").nth(1)
    expect(first.get_by_label("Chú thích ảnh")).to_be_focused()
    page.keyboard.type("Toàn cảnh lễ khai mạc")
    tab_to(page, "Mô tả cho người")
    page.keyboard.type("Sân khấu ngoài trời đông người xem")
    tab_to(page, "Chú thích ảnh")
    expect(second.get_by_label("Chú thích ảnh")).to_be_focused()
    page.keyboard.type("Học sinh giới thiệu mô hình")
    tab_to(page, "Mô tả cho người")
    page.keyboard.type("Hai học sinh đứng cạnh một cánh tay máy")
    tab_to(page, "Vì sao bạn tự xuất bản")
    page.keyboard.type("Ngày nghỉ, không có người duyệt khác")
    tab_to(page, "Xuất bản")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Đã xuất bản.")).to_be_visible()
    article = Article.objects.published().get()
    assert [use.caption for use in article.photos.all()] == [
        "Toàn cảnh lễ khai mạc",
        "Học sinh giới thiệu mô hình",
    ]
