"""Two editors in two browsers; a browser that is killed; a connection that is lost."""

import json
import random
import subprocess
import time
from contextlib import contextmanager

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from playwright.sync_api import expect

from news.models import Article, Autosave
from portal.accounts import sessions
from tests.browser import chromium
from tests.factories import image_upload, make_article, make_user

LONGEST_LOSS = 5  # seconds of typing


def form(article):
    return f"/admin/news/article/{article.pk}/change/"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()


def saved(page):
    expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()


def open_form(page, article):
    page.goto(form(article))
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()


def title(article):
    return Article.objects.get(pk=article.pk).title


def until(true, seconds=15):
    """Wait for something in the database."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


# ── Two browsers ────────────────────────────────────────────────────────────────────────────────
def collide(first, second, article, number):
    """Both open the article and type; the first saves, the second is refused and has it again."""
    for page in (first, second):
        open_form(page, article)
    expect(second.get_by_text("đang mở bài này từ")).to_be_visible()
    first.get_by_label("Tiêu đề").fill(f"Của người thứ nhất {number}")
    expect(first.get_by_text("đang mở bài này từ")).to_be_visible()
    second.get_by_label("Tiêu đề").fill(f"Của người thứ hai {number}")
    press(first, "Lưu nháp")
    saved(first)
    assert title(article) == f"Của người thứ nhất {number}"
    press(second, "Lưu nháp")
    expect(second.get_by_role("heading", name="Nội dung bạn vừa gõ chưa được lưu")).to_be_visible()
    expect(second.locator("del", has_text="nhất")).to_be_visible()
    expect(second.locator("ins", has_text="hai")).to_be_visible()
    assert title(article) == f"Của người thứ nhất {number}"
    second.get_by_role("link", name="Mở lại với nội dung của tôi").click()
    expect(second.get_by_label("Tiêu đề")).to_have_value(f"Của người thứ hai {number}")
    press(second, "Lưu nháp")
    saved(second)
    assert title(article) == f"Của người thứ hai {number}"


@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.stress)])
def test_two_editors_lose_no_text(open_page, sign_in_by_hand, rounds):
    article = make_article(status="draft")
    pages = []
    for name in ("Lan", "Minh"):
        page = open_page()
        sign_in_by_hand(page, make_user(groups=["Duyệt đăng"], first_name=name))
        pages.append(page)
    for number in range(rounds):
        collide(*pages, article, number)
        pages.reverse()
    assert not Autosave.objects.filter(typed_at__isnull=False).exists()


def test_a_dropped_text_does_not_come_back(open_page, sign_in_by_hand):
    article = make_article(status="draft")
    page = open_page(width=360)
    sign_in_by_hand(page, make_user(groups=["Duyệt đăng"]))
    open_form(page, article)
    page.get_by_label("Tiêu đề").fill("Bản này không cần nữa")
    Article.objects.update(version=9)
    press(page, "Lưu nháp")
    press(page, "Bỏ nội dung của tôi")
    expect(page.get_by_text("Đã bỏ nội dung của bạn.")).to_be_visible()
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-offer]")).to_have_count(0)
    assert not Autosave.objects.filter(typed_at__isnull=False).exists()


def test_a_form_is_warned_before_it_is_saved(open_page, sign_in_by_hand):
    article = make_article(status="draft")
    lan = make_user(groups=["Duyệt đăng"], first_name="Lan")
    page = open_page(width=360)
    sign_in_by_hand(page, lan)
    open_form(page, article)
    other = Client()
    other.force_login(make_user(groups=["Duyệt đăng"], first_name="Minh"))
    Article.objects.update(version=9)
    page.get_by_label("Tiêu đề").fill("Đang gõ")
    expect(page.get_by_role("alert").filter(has_text="bạn sẽ thấy cả hai bản")).to_be_visible()


# ── A browser that is killed ────────────────────────────────────────────────────────────────────
@contextmanager
def chromium_of_its_own(playwright_type, folder):
    """A Chromium process that can be killed as a failing computer would: (page, process)."""
    port = folder / "DevToolsActivePort"
    port.unlink(missing_ok=True)
    process = subprocess.Popen(
        [
            *(chromium.path(), *chromium.FLAGS, "--headless=new", "--remote-debugging-port=0"),
            *(f"--user-data-dir={folder}", "about:blank"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until(lambda: port.exists() and port.read_text().strip(), seconds=30)
        address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
        browser = playwright_type.connect_over_cdp(address)
        yield browser.contexts[0], process
    finally:
        process.kill()
        process.wait()


def signed_in(context, site, user):
    """The session as a cookie: the time is for typing."""
    client = Client()
    client.force_login(user)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}]
    )
    return context.pages[0]


def type_until_killed(page, process, seconds):
    """Type words into the editor; returns the pairs (moment, text so far), and when it ended."""
    page.locator(".cke_wysiwyg_div").click()
    written, text, start = [], "", time.monotonic()
    while time.monotonic() - start < seconds:
        word = f"chữ{len(written)} "
        page.keyboard.type(word)
        text += word
        written.append((time.monotonic(), text.strip()))
        time.sleep(0.05)
    process.kill()
    return written, time.monotonic()


@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=pytest.mark.stress)])
def test_a_killed_browser_loses_at_most_five_seconds_of_typing(browser, site, tmp_path, rounds):
    user = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=user, body="")
    chance = random.Random(rounds)  # noqa: S311 - where in the rhythm of sending the end falls
    for _number in range(rounds):
        Autosave.objects.all().delete()
        with chromium_of_its_own(browser.browser_type, tmp_path) as (context, process):
            page = signed_in(context, site, user)
            page.goto(f"{site}{form(article)}")
            expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
            written, end = type_until_killed(page, process, 5.5 + 4 * chance.random())
        due = [text for moment, text in written if moment <= end - LONGEST_LOSS][-1]
        kept = Autosave.objects.get(typed_at__isnull=False).fields["body"][0]
        assert due in kept
    with chromium_of_its_own(browser.browser_type, tmp_path) as (context, process):
        page = signed_in(context, site, user)
        page.goto(f"{site}{form(article)}")
        expect(page.get_by_text("Có nội dung gõ lúc")).to_be_visible()
        page.get_by_role("link", name="Lấy lại").click()
        expect(page.locator(".cke_wysiwyg_div")).to_contain_text(due)


def test_a_text_of_a_new_article_comes_back_with_its_new_photos(
    browser, site, open_page, sign_in_by_hand
):
    user = make_user(groups=["Phóng viên"])
    page = open_page()
    sign_in_by_hand(page, user)
    page.goto("/admin/news/article/add/")
    expect(page.locator(".cke_wysiwyg_div")).to_be_visible()
    page.get_by_label("Tiêu đề").fill("Bài mới")
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": image_upload().read()}
    page.get_by_label("Thêm ảnh", exact=True).set_input_files([photo])
    page.get_by_label("Chú thích ảnh").fill("Toàn cảnh")
    until(
        lambda: (
            "Toàn cảnh"
            in json.dumps(list(Autosave.objects.values()), default=str, ensure_ascii=False)
        )
    )
    state = page.context.storage_state()
    page.close(run_before_unload=False)

    again = open_page(storage_state=state)
    again.goto("/admin/news/article/add/")
    again.get_by_role("link", name="Lấy lại").click()
    expect(again.get_by_label("Tiêu đề")).to_have_value("Bài mới")
    expect(again.get_by_label("Chú thích ảnh")).to_have_value("Toàn cảnh")
    expect(again.get_by_role("status").filter(has_text="chưa được lưu")).to_be_visible()


def test_a_text_is_dropped_without_leaving_the_form(open_page, sign_in_by_hand):
    user = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=user)
    Autosave.objects.create(
        user=user,
        article=article,
        token="a-token-of-a-form-1",
        fields={"title": ["x"]},
        typed_at=article.saved_at,
    )
    page = open_page(width=360)
    sign_in_by_hand(page, user)
    open_form(page, article)
    page.get_by_label("Tiêu đề").fill("Đang gõ")
    page.get_by_role("button", name="Bỏ", exact=True).click()
    expect(page.locator("[data-offer]")).to_have_count(0)
    expect(page.get_by_label("Tiêu đề")).to_have_value("Đang gõ")
    until(lambda: not Autosave.objects.filter(token="a-token-of-a-form-1").exists())


# ── Signed out, and no connection ───────────────────────────────────────────────────────────────
@pytest.fixture
def writing(open_page, sign_in_by_hand):
    user = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=user)
    page = open_page()
    sign_in_by_hand(page, user)
    open_form(page, article)
    return page, user, article


def leave_for_an_hour(settings):
    """Nobody was at the keyboard: the session is there still, and no longer opens anything."""
    settings.SESSION_IDLE_MINUTES = 30
    row = Session.objects.get()
    session = SessionStore(row.session_key)
    session[sessions.SEEN] -= 3600
    session.save()


@pytest.mark.parametrize("ended", ["signed out", "nobody there"])
def test_who_was_signed_out_keeps_the_text_and_saves_it_after_signing_in(
    writing, sign_in_by_hand, settings, ended
):
    page, user, article = writing
    if ended == "signed out":
        Session.objects.all().delete()
    else:
        leave_for_an_hour(settings)
    page.get_by_label("Tiêu đề").fill("Gõ khi hết phiên")
    expect(page.get_by_role("alert").filter(has_text="Bạn đã bị đăng xuất")).to_be_visible()
    press(page, "Lưu nháp")
    expect(page.get_by_label("Tiêu đề")).to_have_value("Gõ khi hết phiên")
    second = page.context.new_page()
    sign_in_by_hand(second, user)
    second.close()
    press(page, "Lưu nháp")
    saved(page)
    assert title(article) == "Gõ khi hết phiên"
    expect(page.locator("[data-offer]")).to_have_count(0)


def test_a_save_that_ended_at_the_sign_in_page_is_offered_after_it(writing, site):
    page, user, article = writing
    page.get_by_label("Tiêu đề").fill("Gõ ngay trước khi hết phiên")
    # The session ends between the question whether the server is there and the save itself.
    page.route(
        "**/autosave/",
        lambda route: route.fulfill(
            json={"others": [], "moved": "", "is_done": False, "is_new": False}
        ),
    )
    Session.objects.all().delete()
    press(page, "Lưu nháp")
    expect(page.locator("#id_password")).to_be_visible()
    page.unroute("**/autosave/")
    page.locator("#id_username").fill(user.username)
    page.locator("#id_password").fill("a long password for tests")
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("link", name="Lấy lại").click()
    expect(page.get_by_label("Tiêu đề")).to_have_value("Gõ ngay trước khi hết phiên")
    press(page, "Lưu nháp")
    saved(page)
    assert title(article) == "Gõ ngay trước khi hết phiên"
    page.wait_for_load_state("networkidle")  # the copy goes when the server has taken it
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('news-'))") == []


def test_without_a_connection_the_text_stays_and_goes_when_it_is_back(writing):
    page, _user, article = writing
    page.context.set_offline(True)
    page.get_by_label("Tiêu đề").fill("Gõ khi mất mạng")
    expect(page.get_by_role("alert").filter(has_text="Mất kết nối.")).to_be_visible()
    press(page, "Lưu nháp")
    expect(page.get_by_label("Tiêu đề")).to_have_value("Gõ khi mất mạng")
    page.context.set_offline(False)
    expect(page.get_by_role("alert").filter(has_text="Mất kết nối.")).to_be_hidden()
    until(lambda: Autosave.objects.filter(fields__title__0="Gõ khi mất mạng").exists())
    press(page, "Lưu nháp")
    saved(page)
    assert title(article) == "Gõ khi mất mạng"


def test_the_form_saves_without_javascript(open_page, sign_in_by_hand):
    user = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=user)
    page = open_page(java_script_enabled=False)
    sign_in_by_hand(page, user)
    page.goto(form(article))
    page.get_by_label("Tiêu đề").fill("Không có mã")
    press(page, "Lưu nháp")
    saved(page)
    assert title(article) == "Không có mã"
