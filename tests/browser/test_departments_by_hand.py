"""A newcomer builds the agency and reorganises it, from what the screens say."""

import pytest
from playwright.sync_api import expect

from departments.models import Appointment, Department, SiteSettings, today
from tests.browser.forms import choose, choose_several, save
from tests.factories import make_user


def enter_unit(page, name, *posts, parent="", kind="division"):
    page.goto("/admin/departments/department/")
    page.get_by_role("link", name="Thêm đơn vị").click()
    page.get_by_label("Tên:", exact=True).fill(name)
    page.get_by_label("Loại:").first.select_option(kind)
    if parent:
        choose(page, "id_parent", parent)
    for number, (title, leads) in enumerate(posts):
        page.get_by_role("button", name="Thêm chức vụ").click()
        page.locator(f"#id_positions-{number}-title").fill(title)
        page.locator(f"#id_positions-{number}-rank").fill(str(number + 1))
        page.locator(f"#id_positions-{number}-seats").fill("1")
        page.locator(f"#id_positions-{number}-is_leadership").set_checked(leads)
    save(page)


def enter_person(page, name, post):
    page.goto("/admin/departments/person/add/")
    page.get_by_label("Họ và tên:").fill(name)
    page.get_by_role("button", name="Thêm bổ nhiệm").click()
    choose(page, "id_appointments-0-position", post, option=post if "Giám" in post else "")
    page.locator("#id_appointments-0-started_on").fill("1/3/2020")
    save(page)


@pytest.mark.parametrize("width", [1280, 360])
def test_the_agency_its_units_and_people_are_entered_and_reorganised(
    open_page, sign_in_by_hand, width
):
    page = open_page(width=width)
    sign_in_by_hand(page, make_user(groups=["Quản trị"]))
    leads = (("Giám đốc", True), ("Phó Giám đốc", True))
    enter_unit(page, "Sở Khoa học và Công nghệ", *leads, kind="department")
    enter_unit(page, "Văn phòng Sở", ("Chánh Văn phòng", False), parent="Sở Khoa học")
    enter_unit(page, "Phòng Quản lý khoa học", ("Trưởng phòng", False), parent="Sở Khoa học")
    enter_unit(page, "Phòng Công nghệ", ("Trưởng phòng", False), parent="Sở Khoa học")
    page.goto("/admin/departments/sitesettings/")
    choose(page, "id_agency", "Sở Khoa học")
    save(page)
    for name, post in (
        ("Nguyễn Thị Hà", "Giám đốc"),
        ("Trần Văn Nam", "Phó Giám đốc"),
        ("Lê An", "Chánh Văn phòng"),
        ("Vũ Đạt", "Quản lý khoa học"),
        ("Phạm Dung", "Phòng Công nghệ"),
    ):
        enter_person(page, name, post)
    assert Appointment.objects.current().count() == 5

    reorganise(page)
    hand_over(page)
    read(open_page(width=width))


def reorganise(page):
    page.goto("/admin/departments/department/")
    page.get_by_role("link", name="Sắp xếp tổ chức").click()
    page.get_by_label("Hợp nhất").check()
    choose_several(page, "id_old", "Phòng Quản lý khoa học", "Phòng Công nghệ")
    page.get_by_label("Tên mới").fill("Phòng Khoa học và Công nghệ")
    page.get_by_label("Ngày có hiệu lực").fill(f"{today():%d/%m/%Y}")
    page.get_by_label("Căn cứ pháp lý").fill("Quyết định số 12/QĐ-UBND")
    page.get_by_role("button", name="Xem trước thay đổi").click()
    shown = page.get_by_role("status")
    for words in ("Vũ Đạt", "Phạm Dung", "Phòng Khoa học và Công nghệ"):
        expect(shown).to_contain_text(words)
    assert Department.objects.count() == 4
    page.get_by_role("button", name="Thực hiện tất cả").click()
    expect(page.get_by_text("Đã sắp xếp xong.")).to_be_visible()
    assert Department.objects.open().count() == 3


def hand_over(page):
    page.goto("/admin/departments/person/")
    page.get_by_role("link", name="Nguyễn Thị Hà").click()
    page.get_by_role("link", name="Kết thúc nhiệm kỳ, giao người khác").click()
    page.get_by_label("Ngày nhận chức của người mới").fill(f"{today():%d/%m/%Y}")
    page.get_by_label("Hoặc họ tên người chưa có").fill("Hoàng Minh Ân")
    page.get_by_role("button", name="Bàn giao").click()
    expect(page.get_by_text("Đã bàn giao chức vụ.")).to_be_visible()


def read(page):
    page.goto("/lanh-dao/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Hoàng Minh Ân")
    page.goto("/co-cau-to-chuc/")
    expect(page.locator(".tree")).to_contain_text("Phòng Khoa học và Công nghệ")
    expect(page.locator(".tree")).not_to_contain_text("Phòng Quản lý khoa học")
    page.goto(Department.objects.get(name="Phòng Công nghệ").get_absolute_url())
    expect(page.get_by_role("main").get_by_role("note")).to_contain_text("12/QĐ-UBND")
    assert SiteSettings.load().agency.name == "Sở Khoa học và Công nghệ"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
