"""Nothing that our pages do is refused by their own policies, and what is no part of them is."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from departments.models import SiteSettings
from news import copies, previews, trash
from news.models import Article, Photo
from tests.browser import clipboard
from tests.browser.public_pages import PAGES, Reader
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_conference,
    make_department,
    make_photo,
    make_site,
    make_user,
)
from tests.news import word_files

# Chromium names an answer that is no page an error of the page.
STATUS = "Failed to load resource: the server responded with a status of"
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
  `${event.effectiveDirective} stopped ${event.blockedURI} ${event.sample}`.trim()));
"""


def watch(page) -> list[str]:
    """What the browser complains of from now on: refusals, errors of scripts and of the console."""
    heard: list[str] = []
    page.add_init_script(WATCH)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: line.type == "error" and heard.append(line.text))
    return heard


def test_no_public_page_breaks_its_policy(browser, site):
    with Reader(browser, site) as reader:
        heard = watch(reader.page)
        found = {}
        for name, page in reader.every_page():
            page.wait_for_load_state("load")
            found[name] = [line for line in heard if not line.startswith(STATUS)]
            heard.clear()
        assert {name: lines for name, lines in found.items() if lines} == {}
        assert len(found) == len(PAGES)


def screens(editor) -> dict[str, str]:
    """The address of each kind of screen of the desk."""
    agency = SiteSettings.load().agency
    division = make_department(name="Phòng Kế hoạch", parent=agency)
    holder = make_appointment(department=division, title="Trưởng phòng")
    draft = make_article(status="draft", created_by=editor)
    make_article_photo(article=draft, caption="Toàn cảnh", alt="Hội trường")
    make_attachment(article=draft)
    public = make_article(title="Bài đã đăng")
    make_article_photo(article=public, caption="Các đại biểu", alt="Hội trường")
    copy = copies.open_copy(public, by=editor)
    copy.publish(by=editor, reason="Bổ sung")
    report = make_conference().article
    trash.trash(make_article(status="draft", created_by=editor), by=editor)

    def of(name, *args):
        return reverse(f"admin:{name}", args=args)

    return {
        "first page": "/admin/",
        "articles": of("news_article_changelist"),
        "articles, filtered": of("news_article_changelist") + "?q=hoi+nghi",
        "reports": of("news_report_changelist"),
        "new article": of("news_article_add"),
        "new report": of("news_report_add"),
        "draft": of("news_article_change", draft.pk),
        "public article": of("news_article_change", public.pk),
        "public report": of("news_report_change", report.pk),
        "preview": of("news_article_preview", draft.pk),
        "link to a preview": f"/xem-truoc/{previews.make(draft, by=editor, days=1).key}/",
        "history": of("news_article_history", public.pk),
        "comparison": of("news_article_compare", public.pk),
        "withdraw": of("news_article_withdraw", public.pk),
        "to the trash": of("news_article_trash", draft.pk),
        "trash": of("news_trash"),
        "own texts": of("news_own_texts"),
        "counts": of("news_counts"),
        "word file": of("news_article_word"),
        "photos": of("news_photo_changelist"),
        "new photos": of("news_photo_add"),
        "photo": of("news_photo_change", Photo.objects.first().pk),
        "delete a photo": of("news_photo_delete", make_photo(color="olive").pk),
        "categories": of("news_category_changelist"),
        "urgent notice": of("news_urgentnotice_add"),
        "agency": of("departments_sitesettings_change", 1),
        "units": of("departments_department_changelist"),
        "unit": of("departments_department_change", division.pk),
        "reorganisation": of("departments_reorganise"),
        "post": of("departments_position_change", holder.position.pk),
        "hand over": of("departments_appointment_hand_over", holder.pk),
        "person": of("departments_person_change", holder.person.pk),
        "accounts": of("portal_user_changelist"),
        "account": of("portal_user_change", editor.pk),
        "new account": of("portal_user_add"),
        "password": of("password_change"),
        "synonyms": of("portal_synonym_add"),
    }


def test_no_screen_of_the_desk_breaks_its_policy(open_page, sign_in_by_hand):
    make_site()
    editor = make_user(username="bientap", is_superuser=True)
    page = open_page()
    heard = watch(page)
    sign_in_by_hand(page, editor)
    found = {"sign-in": heard.copy()}
    addresses = screens(editor)
    for name, address in addresses.items():
        heard.clear()
        assert page.goto(address).status == 200, name
        page.wait_for_load_state("networkidle")  # the editor stands
        found[name] = heard.copy()
    heard.clear()
    page.goto(addresses["word file"])
    file = {"name": "a.docx", "mimeType": "application/msword", "buffer": word_files.seed_by_hand()}
    page.get_by_label("Tệp Word").set_input_files(file)
    page.get_by_role("button", name="Đọc tệp").click()
    expect(page.locator("figure img").first).to_be_visible()
    found["word text"] = heard.copy()
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.fixture
def draft(open_page, sign_in):
    """A draft with an empty text, open in the editor."""
    user = make_user(groups=["Duyệt đăng"])
    article = make_article(status="draft", body="<p>Một hai ba.</p>", created_by=user)
    page = open_page()
    watch(page)
    sign_in(page, user)
    page.goto(f"/admin/news/article/{article.pk}/change/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
    return page


def press(page, name: str) -> None:
    page.locator(f'.cke_button[title^="{name}"]').click()


def save(page) -> str:
    page.get_by_role("button", name="Lưu nháp").locator("visible=true").first.click()
    expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()
    return Article.objects.get().body


def test_the_editor_does_all_that_a_writer_asks_of_it(draft):
    box = draft.locator(".cke_wysiwyg_div")
    box.click(click_count=3)
    press(draft, "Đậm")
    press(draft, "Chèn/Sửa liên kết")
    dialog = draft.locator(".cke_dialog:visible")
    dialog.get_by_label("Địa chỉ trang").fill("example.org/van-ban")
    dialog.get_by_role("button", name="Đồng ý").click()
    draft.keyboard.press("ControlOrMeta+End")
    draft.keyboard.press("Enter")
    draft.locator(".cke_combo_button").click()
    menu = draft.frame_locator(".cke_combopanel iframe")
    menu.get_by_text("Đề mục lớn", exact=False).first.click()
    draft.keyboard.type("Kết quả")
    draft.keyboard.press("Enter")
    press(draft, "Bảng")
    dialog = draft.locator(".cke_dialog:visible")
    dialog.get_by_label("Số hàng").fill("2")
    dialog.get_by_role("button", name="Đồng ý").click()
    expect(box.locator("table")).to_be_visible()
    stored = save(draft)
    assert stored.startswith('<p><a href="https://example.org/van-ban"><strong>Một hai ba.')
    assert "<h2><strong>Kết quả</strong></h2>" in stored
    assert stored.count("<tr>") == 2


def test_a_picture_pasted_into_the_text_becomes_a_photo(draft):
    draft.locator(".cke_wysiwyg_div").click()
    draft.keyboard.press("ControlOrMeta+End")
    clipboard.paste(draft, f'<p>Hội nghị <img src="{clipboard.data_address(1)}"></p>')
    expect(draft.locator("[data-row]")).to_have_count(1)
    assert "data:" not in save(draft)
    assert Photo.objects.count() == 1
