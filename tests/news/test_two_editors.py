"""Two editors of one article: the second save is refused, and no text is lost."""

import re
import threading
import time
from importlib import import_module

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from news import autosaves, copies
from news.models import Article, Autosave
from tests.factories import make_article, make_article_photo, make_photo, make_user
from tests.news.test_admin import change, fields, messages_of, post, row_of

pytestmark = pytest.mark.django_db

KEPT = "/admin/news/article/autosave/"
TOKEN = "a-token-of-a-form-1"
CHANGED = "Trong lúc đó bài đã được thay đổi. Xin xem lại bài như hiện nay rồi bấm nút lần nữa."


@pytest.fixture
def editor(client):
    user = make_user(groups=["Duyệt đăng"], first_name="Lan")
    client.force_login(user)
    return user


@pytest.fixture
def minh():
    """Another editor, in another browser."""
    browser = Client()
    browser.force_login(make_user(groups=["Duyệt đăng"], first_name="Minh"))
    return browser


@pytest.fixture
def draft():
    return make_article(status="draft", title="Bản đầu", body="<p>Một. Hai. Ba.</p>")


def typed(article, **values):
    """A whole form, opened while the article was as it is at hand."""
    known = {"category": article.category, "version": article.version, "form_token": TOKEN}
    return fields(**(known | values))


def state(article):
    return Article.objects.filter(pk=article.pk).values().get()


# ── The save ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("button", ["_save", "_publish", "_submit", "_preview"])
def test_the_second_save_is_refused_whatever_button(client, editor, minh, draft, button):
    minh.post(change(draft), typed(draft, title="Của Minh"))
    before = state(draft)
    response = client.post(change(draft), typed(draft, title="Của Lan", **{button: "1"}))
    assert response.status_code == 409
    assert state(draft) == before
    assert before["title"] == "Của Minh"


@pytest.mark.parametrize("version", ["", "0", "-1", "2", "abc", "9" * 40, None])
def test_a_save_without_the_right_version_is_refused(client, editor, draft, version):
    data = typed(draft, title="Của Lan", version=version or "")
    if version is None:
        del data["version"]
    assert client.post(change(draft), data).status_code == 409
    draft.refresh_from_db()
    assert draft.title == "Bản đầu"


def test_a_save_of_what_is_as_it_was_opened_passes_and_counts(client, editor, draft):
    assert client.post(change(draft), typed(draft, title="Của Lan")).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Của Lan"
    assert draft.version > 1


def test_a_save_is_compared_in_the_write_itself(client, editor, draft, monkeypatch):
    """Also where the look before the write saw nothing."""
    monkeypatch.setattr("news.admin.newsroom.NewsroomAdmin._compare", lambda *_arguments: None)
    opened = typed(draft, title="Của Lan")
    Article.objects.update(version=7, title="Của Minh")
    assert client.post(change(draft), opened).status_code == 409
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("Của Minh", 7)


# ── Both texts ──────────────────────────────────────────────────────────────────────────────────
def test_the_loser_sees_both_texts_and_who_saved(client, editor, minh, draft):
    minh.post(change(draft), typed(draft, title="Bản của Minh", body="<p>Một. Hai. Bốn.</p>"))
    data = typed(draft, title="Bản của Lan", body="<p>Một. Hai. <b>Năm</b>.</p>")
    response = client.post(change(draft), data)
    page = response.content.decode()
    assert "Bản của <del>Minh</del>" in page
    assert "Bản của <ins>Lan</ins>" in page
    assert "Một. Hai. <del>Bốn</del>." in page
    assert "Một. Hai. <ins>Năm</ins>." in page
    assert re.search(r"Minh đã thay đổi bài này lúc \d\d:\d\d\.", page)
    assert [one.label for one in response.context["differences"]] == ["Tiêu đề", "Nội dung bài"]
    assert 'role="alert"' in page


def test_captions_are_compared_row_by_row(client, editor, minh, draft):
    use = make_article_photo(article=draft, ref=1, caption="Cũ", order=1)
    new = make_photo(color="red", name="hop.jpg")
    minh.post(change(draft), typed(draft, photos=[row_of(use, caption="Của Minh")]))
    rows = [row_of(use, caption="Của Lan"), {"photo": new.pk, "caption": "Ảnh mới", "order": 2}]
    response = client.post(change(draft), typed(draft, title="Tin thử", photos=rows))
    told = {
        one.label: tuple("".join(words for words, _new in side) for side in one[1:])
        for one in response.context["differences"]
    }
    assert told["Ảnh trong bài 1: Chú thích ảnh"] == ("Của Minh", "Của Lan")
    assert told["Ảnh trong bài 2: Chú thích ảnh"] == ("", "Ảnh mới")


def test_html_that_was_typed_is_shown_as_text(client, editor, minh, draft):
    minh.post(change(draft), typed(draft))
    data = typed(draft, title="<script>alert(1)</script>", body="<p>x<script>alert(2)</script></p>")
    page = client.post(change(draft), data).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_refused_text_is_had_again_and_saved(client, editor, minh, draft):
    minh.post(change(draft), typed(draft, title="Của Minh"))
    response = client.post(change(draft), typed(draft, title="Của Lan", summary="Sapo của Lan"))
    address = f"{change(draft)}?autosave={TOKEN}"
    assert response.context["reopen_url"] == address
    assert "Nội dung của bạn lúc" in client.get(change(draft)).content.decode()
    again = client.get(address)
    form, opened = again.context["adminform"].form, again.context["autosave"]
    assert (form["title"].value(), form["summary"].value()) == ("Của Lan", "Sapo của Lan")
    assert state(draft)["title"] == "Của Minh"
    draft.refresh_from_db()
    data = typed(draft, title="Của cả hai", version=opened["version"])
    data |= {"form_token": opened["token"], "restored_token": opened["restored"]}
    assert client.post(change(draft), data).status_code == 302
    assert state(draft)["title"] == "Của cả hai"
    assert not autosaves.texts_of(editor).exists()


def test_the_reason_for_a_return_is_not_lost_either(client, editor, minh):
    article = make_article(status="submitted")
    minh.post(change(article), typed(article))
    data = typed(article, _return="1", return_reason="Thiếu nguồn số liệu.")
    assert "Thiếu nguồn số liệu." in client.post(change(article), data).content.decode()
    page = client.get(f"{change(article)}?autosave={TOKEN}").content.decode()
    assert "Thiếu nguồn số liệu.</textarea>" in page
    assert state(article)["status"] == "submitted"


def test_a_refused_text_is_kept_however_long(client, editor, minh, draft, monkeypatch):
    minh.post(change(draft), typed(draft))
    monkeypatch.setattr(autosaves, "MOST_CHARACTERS", 100)
    assert client.post(change(draft), typed(draft, title="Của Lan")).status_code == 409
    assert autosaves.texts_of(editor).get().fields["title"] == ["Của Lan"]


# ── Whatever happened to the article meanwhile ──────────────────────────────────────────────────
def test_a_text_typed_into_a_copy_that_was_published_goes_to_the_article(client, editor, minh):
    article = make_article(title="Bài gốc")
    copy = copies.open_copy(article, by=editor)
    client.get(change(copy))
    opened = typed(copy, title="Của Lan")
    opened["form_token"] = Autosave.objects.get().token
    post(minh, copy, fields(category=copy.category, title="Của Minh", _publish="1"))
    response = client.post(change(copy), opened)
    assert response.status_code == 409
    assert "Của <ins>Lan</ins>" in response.content.decode()
    row = autosaves.texts_of(editor).get()
    assert row.article == article
    assert f"{KEPT}{row.token}/" in client.get(change(article)).content.decode()
    second = copies.open_copy(article, by=editor)
    page = client.get(f"{KEPT}{row.token}/")
    assert page.context["reopen_url"] == f"{change(second)}?autosave={row.token}"
    form = client.get(page.context["reopen_url"]).context["adminform"].form
    assert form["title"].value() == "Của Lan"


def test_a_text_typed_into_a_copy_that_was_discarded_stays(client, editor, minh):
    article = make_article(title="Bài gốc")
    copy = copies.open_copy(article, by=editor)
    client.get(change(copy))
    token = Autosave.objects.get().token
    post(minh, copy, {"_discard": "1"})
    response = client.post(change(copy), typed(copy, title="Của Lan", form_token=token))
    assert response.status_code == 409
    assert autosaves.texts_of(editor).get().article == article


def test_a_text_for_an_article_that_is_gone_becomes_the_start_of_a_new_one(client, editor):
    article = make_article(status="draft")
    data = typed(article, title="Của Lan")
    article.delete()
    response = client.post(change(article.__class__(pk=99_999)), data)
    assert response.status_code == 409
    assert "Bài bạn đang mở không còn ở đó nữa." in response.content.decode()
    form = client.get(response.context["reopen_url"]).context["adminform"].form
    assert form["title"].value() == "Của Lan"


def test_a_writer_whose_draft_was_published_keeps_the_text(client, minh):
    author = make_user(groups=["Phóng viên"])
    client.force_login(author)
    article = make_article(status="draft", created_by=author)
    opened = typed(article, title="Chữ vừa gõ")
    post(minh, article, fields(category=article.category, _publish="1"))
    response = client.post(change(article), opened)
    assert response.status_code == 409
    assert "Chữ vừa gõ" in response.content.decode()
    assert "bấm “Sửa bài”" in response.content.decode()
    copy = copies.open_copy(article, by=author)
    assert f"?autosave={TOKEN}" in client.get(change(copy)).content.decode()


def test_a_form_for_somebody_elses_draft_tells_nothing_of_it(client):
    client.force_login(make_user(groups=["Phóng viên"]))
    foreign = make_article(status="draft", title="Bí mật", created_by=make_user())
    response = client.post(change(foreign), typed(foreign, title="Thử"))
    assert "Bí mật" not in response.content.decode()
    assert state(foreign)["title"] == "Bí mật"
    assert Autosave.objects.get().article is None


# ── Buttons ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("version", ["1", None])
@pytest.mark.parametrize(
    ("values", "button"),
    [
        ({}, {"_withdraw": "1", "takedown": "removed"}),
        ({}, {"_edit": "1"}),
        ({"status": "withdrawn", "takedown": "removed"}, {"_publish": "1"}),
        ({"publish_at": "2999-01-01T00:00Z"}, {"_unschedule": "1"}),
    ],
)
def test_a_button_pressed_on_an_old_page_is_refused(client, editor, values, button, version):
    article = make_article(version=2, **values)
    before = state(article)
    data = button | ({"version": version} if version else {})
    response = client.post(change(article), data, follow=True)
    assert messages_of(response) == [CHANGED]
    assert state(article) == before
    assert not hasattr(Article.objects.get(pk=article.pk), "working_copy")


def test_the_pages_buttons_carry_the_version(client, editor):
    article = make_article(version=41)
    own = 'name="version" value="41"'
    page = client.get(change(article)).content.decode()
    assert own in page.split('name="_edit"')[0]
    assert (
        own
        in client.get(reverse("admin:news_article_withdraw", args=[article.pk])).content.decode()
    )


def test_a_copy_that_somebody_saved_meanwhile_is_not_discarded(client, editor, minh):
    copy = copies.open_copy(make_article(), by=editor)
    opened = typed(copy, _discard="1")
    post(minh, copy, fields(category=copy.category, title="Của Minh"))
    response = client.post(change(copy), opened, follow=True)
    assert messages_of(response) == [CHANGED]
    assert state(copy)["title"] == "Của Minh"


# ── Many at once ────────────────────────────────────────────────────────────────────────────────
def press_until_answered(browser, article, data):
    """Eight people without a pause are more than SQLite's queue is fair to: who waited twenty
    seconds for nothing presses again."""
    while True:
        try:
            return browser.post(change(article), data).status_code
        except OperationalError:
            time.sleep(0.5)


def write_at_once(article, users, *, rounds):
    """Every user saves `rounds` times, at the same time; returns the titles that were (saved,
    refused) by the answers."""
    saved, refused, start = [], [], threading.Barrier(len(users))

    def work(number, user):
        browser = Client()
        browser.force_login(user)
        browser.get(change(article))
        start.wait()
        for turn in range(rounds):
            title = f"Bản {number}-{turn}"
            time.sleep(0.1)  # nobody types faster
            opened = Article.objects.get(pk=article.pk)
            data = typed(opened, title=title, form_token=f"a-token-{number:04}-{turn:06}")
            status = press_until_answered(browser, article, data)
            {302: saved, 409: refused}[status].append((user, title))
        connection.close()

    workers = [
        threading.Thread(target=work, args=(number, user)) for number, user in enumerate(users)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return saved, refused


@pytest.mark.parametrize("rounds", [4, pytest.param(40, marks=pytest.mark.stress)])
@pytest.mark.django_db(transaction=True)
def test_eight_editors_at_once_lose_nothing(rounds, monkeypatch):
    monkeypatch.setattr(autosaves, "MOST_REFUSED", rounds)
    import_module("news.migrations.0002_groups").make_groups(apps, None)
    users = [make_user(groups=["Duyệt đăng"]) for _number in range(8)]
    article = make_article(status="draft")
    saved, refused = write_at_once(article, users, rounds=rounds)
    assert len(saved) + len(refused) == 8 * rounds
    assert state(article)["title"] in {title for _user, title in saved}
    # Two writes a save, each counted: a save that another one overwrote would be missing here.
    assert state(article)["version"] == 1 + 2 * len(saved)
    rows = Autosave.objects.filter(is_refused=True)
    assert sorted((row.user.pk, row.fields["title"][0]) for row in rows) == sorted(
        (user.pk, title) for user, title in refused
    )
    for row in rows[:5]:
        browser = Client()
        browser.force_login(row.user)
        page = browser.get(f"{change(article)}?autosave={row.token}")
        assert page.context["adminform"].form["title"].value() == row.fields["title"][0]
