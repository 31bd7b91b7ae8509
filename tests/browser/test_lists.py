"""Lists, several at once, the trash and copies, as a person uses them on a phone and at a desk."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from news.models import Article
from tests.browser.test_accessibility import violations
from tests.factories import make_article, make_category, make_user


def tick(page, *titles):
    for title in titles:
        page.locator("#result_list tr", has_text=title).locator(".action-select").check()


def choose_action(page, label):
    page.locator("select[name=action]").select_option(label=label)
    page.get_by_role("button", name="Thực hiện").click()


def no_sideways_scroll(page, width):
    page.wait_for_load_state()  # a click has led here: the page may have begun to come
    return page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def editor(site):
    return make_user(groups=["Duyệt đăng"])


@pytest.mark.parametrize("width", [1280, 360])
def test_an_article_is_found_without_accents_and_thrown_away_and_restored(
    open_page, sign_in, editor, width
):
    make_article(title="Hội nghị tổng kết", created_by=editor)
    make_article(title="Hội thảo khoa học", created_by=editor)
    page = open_page(width=width)
    sign_in(page, editor)
    page.goto("/admin/news/article/")
    page.get_by_role("textbox", name="Tìm").fill("hoi nghi")
    page.keyboard.press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    assert no_sideways_scroll(page, width)
    page.get_by_role("link", name="Hội nghị tổng kết").click()
    page.get_by_role("link", name="Chuyển vào thùng rác").click()
    expect(page.get_by_text("Bạn đọc đang xem bài này")).to_be_visible()
    page.get_by_role("button", name="Chuyển vào thùng rác").click()
    expect(page.get_by_text("còn 30 ngày")).to_be_visible()
    assert no_sideways_scroll(page, width)
    page.get_by_role("button", name="Khôi phục “Hội nghị tổng kết”").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã khôi phục 1 bài")
    assert Article.objects.published().count() == 2


@pytest.mark.parametrize("width", [1280, 360])
def test_several_are_moved_and_what_cannot_be_is_told(open_page, sign_in, editor, width):
    make_category(name="Chuyển đổi số")
    for title in ("Tin thứ nhất", "Tin thứ hai"):
        make_article(title=title, status="draft")
    make_article(title="Tin trống", status="draft", body="")
    page = open_page(width=width)
    sign_in(page, editor)
    page.goto("/admin/news/article/?state=draft")
    tick(page, "Tin thứ nhất", "Tin thứ hai")
    choose_action(page, "Chuyển chuyên mục…")
    assert no_sideways_scroll(page, width)
    page.get_by_label("Chuyên mục").select_option(label="Chuyển đổi số")
    page.get_by_role("button", name="Chuyển", exact=True).click()
    expect(page.locator(".messagelist .success")).to_have_text("Đã xong 2 bài.")
    tick(page, "Tin thứ nhất", "Tin trống")
    choose_action(page, "Xuất bản")
    expect(page.locator(".messagelist .success")).to_have_text("Đã xong 1 bài.")
    expect(page.locator(".messagelist .error")).to_contain_text("“Tin trống”")
    moved = Article.objects.filter(category__name="Chuyển đổi số")
    assert sorted(moved.values_list("title", "status")) == [
        ("Tin thứ hai", "draft"),
        ("Tin thứ nhất", "published"),
    ]


def test_a_copy_is_made_from_the_form_and_opens_in_it(open_page, sign_in, site):
    writer = make_user(groups=["Phóng viên"])
    make_article(title="Tập huấn", status="draft", created_by=writer)
    page = open_page()
    sign_in(page, writer)
    page.locator("#work-draft").get_by_role("link", name="Tập huấn").click()
    page.get_by_role("button", name="Nhân bản").click()
    expect(page.locator("#id_title")).to_have_value("Tập huấn (bản sao)")


def test_the_screens_work_without_scripts(browser, site, sign_in, editor):
    make_article(title="Tin nháp", status="draft")
    context = browser.new_context(java_script_enabled=False, base_url=site, locale="vi-VN")
    page = context.new_page()
    sign_in(page, editor)
    page.goto("/admin/news/article/?state=draft")
    tick(page, "Tin nháp")
    choose_action(page, "Chuyển vào thùng rác…")
    page.get_by_role("button", name="Chuyển vào thùng rác").click()
    expect(page.locator(".messagelist")).to_contain_text("Đã xong 1 bài.")
    context.close()


def test_on_a_phone_the_filters_wait_behind_one_button(open_page, sign_in, editor):
    make_article(title="Tin nháp", status="draft")
    make_article(title="Tin đã đăng")
    page = open_page(width=360)
    sign_in(page, editor)
    page.goto("/admin/news/article/")
    choice = page.get_by_role("link", name="Chưa gửi", exact=True)
    expect(choice).to_be_hidden()
    assert page.locator("#changelist-filter").bounding_box()["height"] < 60
    page.locator(".filters > summary").press("Enter")
    expect(choice).to_be_visible()
    choice.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(choice).to_be_hidden()
    chip = page.get_by_role("list", name="Đang lọc theo").get_by_role("listitem")
    expect(chip).to_contain_text("Trạng thái: Chưa gửi")
    for button in (page.get_by_role("button", name="Tìm"), page.get_by_text("Thực hiện")):
        assert button.bounding_box()["height"] >= 44
    page.get_by_role("link", name="Bỏ lọc").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)


def test_on_a_wide_screen_the_filters_stand_open_without_scripts(browser, site, sign_in, editor):
    make_article(title="Tin")
    context = browser.new_context(java_script_enabled=False, base_url=site, locale="vi-VN")
    page = context.new_page()
    sign_in(page, editor)
    page.goto("/admin/news/article/")
    expect(page.get_by_role("link", name="Chưa gửi", exact=True)).to_be_visible()
    expect(page.locator(".filters > summary")).to_be_hidden()
    context.close()


def test_the_list_is_saved_as_it_is_filtered(open_page, sign_in, editor):
    make_article(title="Hội nghị tổng kết")
    make_article(title="Hội thảo")
    page = open_page()
    sign_in(page, editor)
    page.goto("/admin/news/article/?q=hoi+nghi")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Tải danh sách (CSV)").click()
    assert saving.value.suggested_filename.startswith("danh-sach-")
    lines = Path(saving.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Hội nghị tổng kết" in lines[1]


SCREENS = (
    "/admin/",
    "/admin/news/article/",
    "/admin/news/article/?state=withdrawn",
    "/admin/news/article/?state=live&kind=news",
    "/admin/news/article/trash/",
    "/admin/news/article/counts/?year=2018&month=1",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_in_what_is_ours(open_page, sign_in, editor, width, scheme):
    make_article(title="Chờ duyệt", status="submitted")
    make_article(byline="Hưng Đức")
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, editor)
    found = []
    for address in SCREENS:
        page.goto(address)
        assert no_sideways_scroll(page, width), address
        found += [f"{address}: {line}" for line in violations(page)]
    assert not found, "\n".join(found)
