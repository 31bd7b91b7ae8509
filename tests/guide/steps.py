"""The steps of the guide for editors, in its order; each takes its pictures."""

import io
import re
import time
from datetime import timedelta

from django.utils import timezone
from docx.shared import Cm
from PIL import Image

from news.models import Article
from news.sample import drawings
from tests.browser import clipboard
from tests.factories import PASSWORD, make_user
from tests.guide.camera import take
from tests.guide.place import ADDRESS
from tests.news import word_files

ALTS = [
    "Người phụ nữ mặc vest đứng nói trên bục có hoa, phía sau là phông đỏ và ngôi sao vàng",
    "Nhiều người ngồi quay lưng trong hội trường, trên sân khấu có bốn người ngồi sau bàn",
]
SUMMARY = (
    "Ngày 19/01/2018, Sở Khoa học và Công nghệ Lạng Sơn tổng kết hoạt động năm 2017 và bàn "
    "nhiệm vụ năm 2018."
)
OWN_REASON = "Vì sao bạn tự xuất bản bài của mình?"
OWN_CHANGES = "Vì sao bạn tự đưa bản sửa này lên?"


def make_people() -> dict:
    """A writer and two reviewers."""
    return {
        "lan": _person("lan", "Hoàng Thị", "Lan", "Phóng viên"),
        "minh": _person("minh", "Nông Văn", "Minh", "Duyệt đăng"),
        "hoa": _person("hoa", "Lý Thị", "Hoa", "Duyệt đăng"),
    }


def _person(username, last_name, first_name, group):
    names = {"username": username, "last_name": last_name, "first_name": first_name}
    return make_user(groups=[group], **names)


# ── What every step does ────────────────────────────────────────────────────────────────────────
def window(browser, *, width=1280, height=900):
    context = browser.new_context(
        viewport={"width": width, "height": height},
        base_url=ADDRESS,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(20_000)
    return context.new_page()


def sign_in(page, user) -> None:
    page.goto("/admin/")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    follow(page, "Đăng nhập")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True).locator("visible=true").last


def follow(page, name) -> None:
    """Press a button that leads to another page."""
    with page.expect_navigation():
        button(page, name).click()
    settle(page)


def settle(page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def part(page, heading):
    """The white card with this heading."""
    return page.locator(".part", has=page.get_by_role("heading", name=heading, exact=True)).last


def screen(page):
    """Heading and content, without the bars above."""
    return page.locator("#content")


def rows(page):
    return page.locator("[data-row]").locator("visible=true")


def word_file() -> bytes:
    """The seed as its author typed it, with two photos that the library does not have."""
    word_files.add_photo = _add_photo
    return word_files.seed_by_hand()


def _add_photo(paragraph, number: int) -> None:
    picture = Image.open(io.BytesIO(drawings.picture(["speaker", "delegates"][number])))
    buffer = io.BytesIO()
    picture.convert("RGB").crop((0, 40, 1280, 840)).save(buffer, "JPEG", quality=88)
    buffer.seek(0)
    paragraph.add_run().add_picture(buffer, width=Cm(10))


# ── The steps ───────────────────────────────────────────────────────────────────────────────────
def walk(browser, people) -> float:
    """All steps; returns the seconds from the Word file to a draft that can be published."""
    lan = window(browser)
    phone = window(browser, width=360, height=740)
    first_page(phone, people)
    sign_in(lan, people["lan"])
    seconds = from_word(lan, phone)
    sign_in(phone, people["lan"])
    report = Article.objects.latest("pk")
    preview(lan, phone)
    minh = window(browser)
    sign_in(minh, people["minh"])
    review(lan, minh, phone, report)
    change(minh, report)
    withdraw_page(minh, report)
    own_text(browser, minh, people)
    schedule(minh)
    together(lan, minh)
    lists(minh, phone)
    paste(minh)
    return seconds


def first_page(phone, people) -> None:
    phone.goto("/admin/")
    phone.get_by_label("Tên đăng nhập").fill("lan")
    take("dang-nhap", phone, phone.locator("#container"), press=button(phone, "Đăng nhập"))


def from_word(lan, phone) -> float:
    content = word_file()
    started = time.monotonic()
    link = lan.get_by_role("link", name="Nhập từ Word")
    link.click()
    lan.get_by_label("Tệp Word").set_input_files(
        {"name": "bao-cao-hoi-nghi.docx", "mimeType": "application/zip", "buffer": content}
    )
    before = time.monotonic()
    take("nhap-tu-word", lan, screen(lan), press=button(lan, "Đọc tệp"), height=420)
    pictures = time.monotonic() - before
    follow(lan, "Đọc tệp")
    before = time.monotonic()
    take("word-tim-thay", lan, screen(lan), height=820)
    pictures += time.monotonic() - before
    lan.get_by_label("Chuyên mục").select_option(label="Hoạt động của Sở")
    follow(lan, "Tạo bản nháp")
    before = time.monotonic()
    take("can-sua", lan, part(lan, "Kiểm tra trước khi xuất bản"), height=900)
    pictures += time.monotonic() - before
    lan.get_by_label("Sapo").fill(SUMMARY)
    for row, alt in zip(rows(lan).all(), ALTS, strict=True):
        row.get_by_label(re.compile("^Mô tả cho người")).fill(alt)
    follow(lan, "Lưu nháp")
    seconds = time.monotonic() - started - pictures
    take("anh-va-chu-thich", lan, rows(lan).first)
    return seconds


def paste(page) -> None:
    """What Word has on the clipboard, without the photos."""
    page.goto("/admin/news/article/add/")
    settle(page)
    page.locator(".cke_wysiwyg_div").click()
    lines = [line for line in clipboard.seed_lines(lambda number: "") if line]
    clipboard.paste(page, clipboard.word(lines))
    settle(page)
    take("viet-va-dan", page, page.locator("#paste"))


def preview(lan, phone) -> None:
    button(lan, "Tạo liên kết").click()
    settle(lan)
    take("lien-ket-xem-truoc", lan, part(lan, "Liên kết xem trước"))
    phone.goto(lan.locator(".panel-address").inner_text())
    settle(phone)
    take("xem-truoc-dien-thoai", phone)


def review(lan, minh, phone, report) -> None:
    lan.get_by_label("Ghi chú mới").fill("Ảnh 2 do anh Tuấn chụp, em đã hỏi và được đồng ý.")
    button(lan, "Thêm ghi chú").click()
    settle(lan)
    take("ghi-chu", lan, part(lan, "Ghi chú nội bộ"))
    follow(lan, "Gửi duyệt")
    minh.goto("/admin/")
    take("viec-cua-toi", minh, minh.locator(".worklist"))
    minh.get_by_role("link", name=re.compile("^Hội nghị tổng kết")).first.click()
    settle(minh)
    minh.get_by_text("Trả lại tác giả", exact=True).click()
    minh.get_by_label("Tác giả cần sửa gì?").fill("Đoạn 5: sửa “ccs công cụ” và “tiến tiến”.")
    take("tra-lai", minh, part(minh, "Xuất bản"), press=button(minh, "Trả lại"))
    follow(minh, "Trả lại")
    minh.goto("/admin/")
    phone.goto("/admin/")
    take("bi-tra-lai", phone, phone.locator("#work-returned"))
    phone.locator("#work-returned").get_by_role("link").first.click()
    settle(phone)
    take("soan-bai-dien-thoai", phone, screen(phone), height=740)
    follow(phone, "Gửi duyệt")
    minh.goto(report.get_desk_url())
    settle(minh)
    follow(minh, "Xuất bản")
    take("da-xuat-ban", minh, minh.locator(".messagelist"), screen(minh), height=470)


def change(minh, report) -> None:
    follow(minh, "Sửa bài")
    minh.get_by_label("Sapo").fill(SUMMARY.replace("bàn nhiệm vụ", "triển khai nhiệm vụ"))
    follow(minh, "Lưu nháp")
    minh.get_by_label("Thay đổi lớn").check()
    minh.get_by_label("Nội dung thay đổi").fill("Sửa câu tóm tắt cho đúng.")
    minh.get_by_label(OWN_CHANGES).fill("Sửa một câu, tác giả đã đồng ý.")
    take("ban-sua", minh, part(minh, "Xuất bản"))
    follow(minh, "Cập nhật bài đã đăng")
    minh.get_by_role("link", name="Lịch sử bài").click()
    settle(minh)
    take("lich-su-bai", minh, screen(minh), height=640)
    follow(minh, "So sánh")
    take("so-sanh", minh, screen(minh), height=560)


def withdraw_page(minh, report) -> None:
    minh.goto(report.get_desk_url())
    minh.get_by_role("link", name="Thu hồi…").click()
    settle(minh)
    take("thu-hoi", minh, screen(minh))


def own_text(browser, minh, people) -> None:
    _write(minh, "Tập huấn chuyển đổi số cho cán bộ xã")
    take("tu-duyet", minh, part(minh, "Xuất bản"))
    minh.get_by_label(OWN_REASON).fill("Tin gấp, người duyệt khác đang đi công tác.")
    follow(minh, "Xuất bản")
    hoa = window(browser)
    sign_in(hoa, people["hoa"])
    hoa.locator("#work-own_texts").get_by_role("link", name="Xem tất cả").click()
    settle(hoa)
    take("bai-tu-duyet", hoa, screen(hoa))
    hoa.context.close()


def _write(page, title: str) -> None:
    page.goto("/admin/news/article/add/")
    settle(page)
    page.get_by_label("Tiêu đề").fill(title)
    page.get_by_label("Chuyên mục").select_option(label="Hoạt động của Sở")
    page.locator(".cke_wysiwyg_div").click()
    page.keyboard.type("Sáng nay, Sở Khoa học và Công nghệ tập huấn cho cán bộ các xã.")
    follow(page, "Lưu nháp")


def schedule(minh) -> None:
    _write(minh, "Mời dự hội thảo về hồi Lạng Sơn")
    ahead = timezone.localtime() + timedelta(days=1)
    minh.get_by_label("Ngày giờ đăng").fill(ahead.strftime("%d/%m/%Y 08:00"))
    minh.keyboard.press("Tab")
    settle(minh)
    take("hen-gio", minh, minh.locator("[data-schedule]"))
    minh.get_by_label(OWN_REASON).fill("Giấy mời đã được ký.")
    follow(minh, "Xuất bản")
    take("da-hen-gio", minh, minh.locator(".messagelist"), screen(minh), height=470)


def together(lan, minh) -> None:
    _write(lan, "Kiểm tra cân ở chợ Đông Kinh")
    address = lan.url
    minh.goto(address)
    settle(minh)
    take("dang-mo-bai", minh, screen(minh), height=330)
    lan.get_by_label("Tiêu đề").fill("Kiểm tra cân ở chợ Đông Kinh trước Tết")
    minh.get_by_label("Tiêu đề").fill("Kiểm tra cân đồng hồ ở chợ Đông Kinh")
    follow(lan, "Lưu nháp")
    follow(minh, "Lưu nháp")
    take("hai-ban", minh, screen(minh), height=640)
    lan.get_by_label("Tiêu đề").fill("Kiểm tra cân ở chợ Đông Kinh trước Tết Nguyên đán")
    lan.context.set_offline(True)
    button(lan, "Lưu nháp").click()
    lan.wait_for_timeout(3000)
    take("mat-ket-noi", lan)
    lan.context.set_offline(False)


def lists(minh, phone) -> None:
    minh.goto("/admin/news/article/?q=hoi+nghi")
    settle(minh)
    take("danh-sach", minh, screen(minh), height=700)
    for box in minh.locator(".action-select").all()[:2]:
        box.check()
    minh.locator("select[name=action]").select_option(label="Chuyển chuyên mục…")
    take("nhieu-bai", minh, minh.locator("#changelist-form"), height=330)
    phone.goto("/admin/news/article/")
    settle(phone)
    take("danh-sach-dien-thoai", phone)
    draft = Article.objects.filter(status="draft").latest("pk")
    minh.goto(draft.get_desk_url())
    settle(minh)
    minh.get_by_role("link", name="Chuyển vào thùng rác").click()
    settle(minh)
    follow(minh, "Chuyển vào thùng rác")
    minh.goto("/admin/news/article/trash/")
    settle(minh)
    take("thung-rac", minh, screen(minh))
    minh.goto("/admin/news/article/counts/")
    settle(minh)
    take("thong-ke", minh, screen(minh), height=700)
