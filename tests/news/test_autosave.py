"""What is typed is kept, for its owner alone, and can be had again."""

import datetime
import json

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from news import autosaves, copies
from news.models import Article, Autosave
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_department,
    make_photo,
    make_user,
)
from tests.news.test_admin import ADD, change, fields, messages_of

pytestmark = pytest.mark.django_db

KEEP = "/admin/news/article/autosave/"
TOKEN = "a-token-of-a-form-1"
OTHER = "a-token-of-a-form-2"
NOW = datetime.datetime(2018, 1, 23, 8, 42, tzinfo=datetime.UTC)  # 15:42 in Vietnam


@pytest.fixture
def writer(client):
    user = make_user(groups=["Phóng viên"], first_name="Lan")
    client.force_login(user)
    return user


@pytest.fixture
def draft(writer):
    return make_article(status="draft", created_by=writer, title="Bản nháp")


def send(client, user, article=None, *, token=TOKEN, typed=None, address=KEEP, **more):
    """A message of an open form; `typed`: one value a field."""
    message = {
        "token": token,
        "article": article and article.pk,
        "version": article.version if article else 0,
        "user": user.pk,
        "fields": typed and {name: [value] for name, value in typed.items()},
    }
    return client.post(address, {"message": json.dumps(message | more)})


def typed_titles(user):
    return [row.fields["title"] for row in autosaves.texts_of(user)]


def form_of(client, address):
    """The values of a form's main fields as it is shown."""
    return client.get(address).context["adminform"].form


# ── Keeping ─────────────────────────────────────────────────────────────────────────────────────
def test_what_is_typed_is_kept_and_the_answer_says_when(client, writer, draft):
    with time_machine.travel(NOW, tick=False):
        answer = send(client, writer, draft, typed={"title": "Đang gõ"}).json()
    assert answer == {
        "is_done": False,
        "is_new": True,
        "others": [],
        "moved": "",
        "saved": "Nội dung đang gõ đã được giữ lúc 15:42.",
    }
    assert typed_titles(writer) == [["Đang gõ"]]
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("Bản nháp", 1)


def test_a_later_message_of_the_form_replaces_the_text_and_an_older_one_does_not(
    client, writer, draft
):
    send(client, writer, draft, typed={"title": "Một"})
    send(client, writer, draft, typed={"title": "Hai"})
    send(client, writer, draft, typed={"title": "Cũ"}, age=600)
    assert typed_titles(writer) == [["Hai"]]


def test_buttons_tokens_and_passwords_are_not_kept(client, writer, draft):
    names = ["title", "_save", "csrfmiddlewaretoken", "version", "form_token", "password1"]
    send(client, writer, draft, typed=dict.fromkeys(names, "x"))
    assert Autosave.objects.get().fields == {"title": ["x"]}


@pytest.mark.parametrize("token", ["a\0b", "x" * 41, "?"])
def test_a_form_whose_token_is_none_is_saved_like_one_without(client, writer, token):
    tokens = {"form_token": token, "restored_token": token}
    assert client.post(ADD, fields(**tokens)).status_code == 302
    assert Article.objects.count() == 1
    assert not Autosave.objects.exists()


def test_what_no_database_keeps_is_taken_out(client, writer, draft):
    send(client, writer, draft, typed={"title": "a\x00b\ud800c", "body": "x\r\ny"})
    assert Autosave.objects.get().fields == {"title": ["ab?c"], "body": ["x\ny"]}


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("{", 400),
        ('{"token": "short"}', 400),
        ('{"token": 5}', 400),
        ('{"token": "a-token-of-a-form-1", "fields": []}', 400),
        ('{"token": "a-token-of-a-form-1", "fields": {"a": "b"}}', 400),
        ('{"token": "a-token-of-a-form-1", "fields": {"a": [1]}}', 400),
        ("[" * 100_000, 400),
        ("x" * 2_000_001, 413),
    ],
)
def test_a_message_of_another_shape_is_refused(client, writer, message, status):
    assert client.post(KEEP, {"message": message}).status_code == status
    assert not Autosave.objects.exists()


def test_only_post_with_a_csrf_token_is_taken(client, writer, draft):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(writer)
    assert send(strict, writer, draft, typed={"title": "x"}).status_code == 403
    assert client.get(KEEP).status_code == 405
    assert not Autosave.objects.exists()


def test_at_most_twenty_texts_are_kept_and_refused_ones_stay(client, writer, draft):
    refused = autosaves.refuse(
        user=writer,
        token=OTHER,
        fields={"title": ["x"]},
        article=draft,
        is_report=False,
        version=1,
    )
    for number in range(23):
        token = f"{number:020}"
        send(client, writer, draft, token=token, typed={"title": str(number)})
    kept = autosaves.texts_of(writer)
    assert kept.filter(is_refused=True).get() == refused
    tokens = set(kept.filter(is_refused=False).values_list("token", flat=True))
    assert tokens == {f"{number:020}" for number in range(3, 23)}


# ── Whose it is ─────────────────────────────────────────────────────────────────────────────────
def test_nobody_reads_or_overwrites_another_persons_text(client, writer, draft):
    owner = make_user(groups=["Duyệt đăng"])
    row = autosaves.refuse(
        user=owner,
        token=TOKEN,
        fields={"title": ["Bí mật"]},
        article=draft,
        is_report=False,
        version=1,
    )
    for address in (
        f"{KEEP}{TOKEN}/",
        f"{change(draft)}?autosave={TOKEN}",
        f"{ADD}?autosave={TOKEN}",
        change(draft),
    ):
        assert "Bí mật" not in client.get(address).content.decode(), address
    assert client.get(f"{KEEP}{TOKEN}/").status_code == 404
    assert client.post(f"{KEEP}{TOKEN}/").status_code == 404
    assert send(client, writer, draft, typed={"title": "Đè"}).status_code == 200
    send(client, writer, draft, leaving=True)
    row.refresh_from_db()
    assert (row.fields, row.is_refused) == ({"title": ["Bí mật"]}, True)
    assert typed_titles(writer) == [["Đè"]]


def test_a_form_is_not_pretended_for_an_article_that_is_not_ones_own(client, writer):
    foreign = make_article(status="draft", created_by=make_user(), title="Bí mật")
    public = make_article(title="Đã đăng")
    assert send(client, writer, foreign, typed={"title": "x"}).status_code == 404
    assert send(client, writer, public, typed={"title": "x"}).status_code == 403
    administrator = make_user(groups=["Quản trị"])  # of accounts: writes no news
    client.force_login(administrator)
    assert send(client, administrator, typed={"title": "x"}).status_code == 403
    assert not Autosave.objects.exists()


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_form_of_somebody_who_is_signed_out_is_told_so(client, writer, draft, signed_in):
    browser = Client()
    if signed_in:  # as somebody else: the text must not become hers
        browser.force_login(make_user(groups=["Duyệt đăng"]))
    response = send(browser, writer, draft, typed={"title": "x"})
    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/json")
    assert not Autosave.objects.exists()


def test_what_an_article_is_called_is_not_told_after_the_rights_are_gone(client, writer, draft):
    send(client, writer, draft, typed={"title": "Của tôi"})
    Article.objects.update(created_by=make_user(first_name="Minh"), title="Bí mật", version=5)
    answer = send(client, writer, draft, typed={"title": "Của tôi 2"})
    assert answer.json()["moved"] == ""
    page = client.get(f"{KEEP}{TOKEN}/").content.decode()
    assert "Của tôi 2" in page
    assert "Bí mật" not in page


# ── Had again ───────────────────────────────────────────────────────────────────────────────────
def test_a_text_is_offered_when_its_article_is_opened(client, writer, draft):
    with time_machine.travel(NOW, tick=False):
        send(client, writer, draft, typed={"title": "Đang gõ"})
        page = client.get(change(draft)).content.decode()
    assert "Có nội dung gõ lúc 15:42 chưa được lưu." in page
    assert f"?autosave={TOKEN}" in page
    assert "chưa được lưu." not in client.get(ADD).content.decode()


def test_a_text_of_a_new_article_is_offered_on_the_form_for_new_ones(client, writer, draft):
    send(client, writer, typed={"title": "Bài mới"})
    assert f"?autosave={TOKEN}" in client.get(ADD).content.decode()
    assert TOKEN not in client.get(change(draft)).content.decode()
    assert TOKEN not in client.get("/admin/news/report/add/").content.decode()
    assert form_of(client, f"{ADD}?autosave={TOKEN}")["title"].value() == "Bài mới"


def test_the_form_is_filled_with_the_text_and_saves_nothing_by_itself(client, writer, draft):
    category = make_category()
    typed = {
        "title": "Đang gõ",
        "body": "<p onclick='x()'>Mới<script>alert(1)</script></p>",
        "category": str(category.pk),
        "publish_at": "hôm qua",
        "is_featured": "on",
    }
    send(client, writer, draft, typed=typed)
    response = client.get(f"{change(draft)}?autosave={TOKEN}")
    form = response.context["adminform"].form
    assert {name: form[name].value() for name in typed} == {
        **typed,
        "is_featured": True,
    }
    page = response.content.decode()
    assert "alert(1)" not in page
    assert "onclick" not in page.split('name="body"')[1].split("</textarea>")[0]
    assert "errorlist" not in page
    draft.refresh_from_db()
    assert draft.title == "Bản nháp"


def test_rows_of_photos_come_back_the_new_ones_too(client, writer, draft):
    stored = make_article_photo(article=draft, ref=1, caption="Cũ", order=1)
    new = make_photo(color="red")
    typed = {
        "title": "Đang gõ",
        "photos-TOTAL_FORMS": "2",
        "photos-INITIAL_FORMS": "1",
        "photos-0-id": str(stored.pk),
        "photos-0-photo": str(stored.photo_id),
        "photos-0-caption": "Chú thích đang gõ",
        "photos-0-order": "1",
        "photos-1-photo": str(new.pk),
        "photos-1-caption": "Ảnh mới",
        "photos-1-order": "2",
    }
    send(client, writer, draft, typed=typed)
    response = client.get(f"{change(draft)}?autosave={TOKEN}")
    rows = response.context["inline_admin_formsets"][0].formset.forms
    assert [(row["caption"].value(), row.shown_photo) for row in rows] == [
        ("Chú thích đang gõ", stored.photo),
        ("Ảnh mới", new),
    ]
    assert new.image.renditions.preview in response.content.decode()


def saved_again(client, article, response):
    """Send the form as it is shown; its fields as a browser would send them."""
    data = {"version": article.version, "_save": "1"}
    context = response.context
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    rows = [row for formset in formsets for row in (formset.management_form, *formset.forms)]
    for form in [context["adminform"].form, *rows]:
        for bound in form:
            value = bound.value()
            if value not in (None, False):
                data[bound.html_name] = value
    state = context["autosave"]
    data |= {"form_token": state["token"], "restored_token": state["restored"]}
    return client.post(change(article), data)


def test_a_text_is_put_over_photos_that_others_added_and_removed(client, writer, draft):
    kept, gone = (
        make_article_photo(article=draft, photo=make_photo(color=color), ref=ref, caption=color)
        for ref, color in ((1, "red"), (2, "green"))
    )
    paper = make_attachment(article=draft, title="Công văn")
    appointment, unit = make_appointment(), make_department()
    typed = {
        "kind": "news",
        "title": "Đang gõ",
        "category": str(draft.category_id),
        "body": draft.body,
        "photos-TOTAL_FORMS": "2",
        "photos-INITIAL_FORMS": "2",
        "photos-0-id": str(gone.pk),
        "photos-0-photo": str(gone.photo_id),
        "photos-0-caption": "Ảnh bị gỡ",
        "photos-0-order": "1",
        "photos-1-id": str(kept.pk),
        "photos-1-photo": str(kept.photo_id),
        "photos-1-caption": "Ảnh còn lại",
        "photos-1-order": "2",
        "attachments-TOTAL_FORMS": "1",
        "attachments-INITIAL_FORMS": "1",
        "attachments-0-id": str(paper.pk),
        "attachments-0-title": "Công văn đã mất",
        "attachments-0-order": "0",
        "people-TOTAL_FORMS": "1",
        "people-INITIAL_FORMS": "0",
        "people-0-appointment": str(appointment.pk),
        "people-0-relation": "chaired",
        "concerned_departments-TOTAL_FORMS": "1",
        "concerned_departments-INITIAL_FORMS": "0",
        "concerned_departments-0-department": str(unit.pk),
        "concerned_departments-0-order": "0",
    }
    send(client, writer, draft, typed=typed)
    gone.delete()
    paper.delete()
    added = make_article_photo(
        article=draft, photo=make_photo(color="blue"), ref=3, caption="Của Lan"
    )
    response = client.get(f"{change(draft)}?autosave={TOKEN}")
    assert response.status_code == 200
    response = saved_again(client, draft, response)
    assert response.status_code == 302
    assert set(draft.photos.values_list("photo", "caption")) == {
        (kept.photo_id, "Ảnh còn lại"),
        (gone.photo_id, "Ảnh bị gỡ"),
        (added.photo_id, "Của Lan"),
    }
    assert not draft.attachments.exists()
    assert [person.appointment for person in draft.people.all()] == [appointment]
    assert [row.department for row in draft.concerned_departments.all()] == [unit]
    assert not autosaves.texts_of(writer).exists()


def test_the_conference_of_a_report_comes_back(client, writer):
    report = make_article(status="draft", created_by=writer, kind="report")
    conference = make_conference(article=report, venue="Hội trường cũ")
    typed = {
        "title": "Đang gõ",
        "conference-TOTAL_FORMS": "1",
        "conference-INITIAL_FORMS": "1",
        "conference-0-id": str(conference.pk),
        "conference-0-held_on": "20/01/2018",
        "conference-0-venue": "Hội trường mới",
    }
    address = "/admin/news/report/autosave/"
    assert send(client, writer, report, typed=typed, address=address).status_code == 200
    response = client.get(f"{change(report, 'report')}?autosave={TOKEN}")
    [row] = response.context["inline_admin_formsets"][0].formset.forms
    assert [row[name].value() for name in ("held_on", "venue")] == ["20/01/2018", "Hội trường mới"]
    told = client.get(f"{address}{TOKEN}/").context["differences"]
    assert "Hội nghị: Địa điểm" in [one.label for one in told]
    assert client.get(f"{KEEP}{TOKEN}/").status_code == 404  # the other screen's


def test_a_saved_form_and_the_text_it_was_filled_from_are_done(client, writer, draft):
    send(client, writer, draft, typed={"title": "Đang gõ"})
    send(client, writer, draft, token=OTHER, typed={"title": "Thẻ khác"})
    data = fields(category=draft.category, version=draft.version, form_token=TOKEN)
    client.post(change(draft), data)
    assert typed_titles(writer) == [["Thẻ khác"]]
    answer = send(client, writer, draft, typed={"title": "Đến muộn"}).json()
    assert answer["is_done"] is True
    assert typed_titles(writer) == [["Thẻ khác"]]
    client.post(ADD, fields(form_token="token-of-a-new-article", restored_token=OTHER))
    assert typed_titles(writer) == []


def test_a_form_with_mistakes_keeps_its_token_and_its_text(client, writer, draft):
    send(client, writer, draft, typed={"title": "Đang gõ"})
    data = fields(category=draft.category, title="", version=draft.version, form_token=TOKEN)
    page = client.post(change(draft), data).content.decode()
    assert f'name="form_token" value="{TOKEN}"' in page
    assert 'name="version" value="1"' in page
    assert typed_titles(writer) == [["Đang gõ"]]


def test_a_text_is_dropped_by_its_owner(client, writer, draft):
    send(client, writer, draft, typed={"title": "Đang gõ"})
    response = client.post(f"{KEEP}{TOKEN}/", follow=True)
    assert response.redirect_chain[0][0] == change(draft)
    assert messages_of(response) == ["Đã bỏ nội dung của bạn."]
    assert typed_titles(writer) == []
    response = client.get(f"{change(draft)}?autosave={TOKEN}")
    assert messages_of(response) == ["Nội dung này không còn nữa."]


def test_a_text_typed_before_publication_is_offered_on_the_page_and_in_the_working_copy(client):
    editor = make_user(groups=["Duyệt đăng"])
    client.force_login(editor)
    article = make_article(status="draft", created_by=editor)
    use = make_article_photo(article=article, ref=1, caption="Cũ")
    typed = {
        "title": "Đang gõ",
        "photos-TOTAL_FORMS": "1",
        "photos-INITIAL_FORMS": "1",
        "photos-0-id": str(use.pk),
        "photos-0-photo": str(use.photo_id),
        "photos-0-caption": "Chú thích đang gõ",
    }
    send(client, editor, article, typed=typed)
    article.publish(by=None)
    assert f"{KEEP}{TOKEN}/" in client.get(change(article)).content.decode()
    copy = copies.open_copy(article, by=editor)
    response = client.get(f"{change(copy)}?autosave={TOKEN}")
    assert response.context["adminform"].form["title"].value() == "Đang gõ"
    rows = response.context["inline_admin_formsets"][0].formset.forms
    assert [row["caption"].value() for row in rows] == ["Chú thích đang gõ"]


# ── Presence ────────────────────────────────────────────────────────────────────────────────────
def test_two_editors_of_one_article_see_each_other(client, writer, draft):
    editor = make_user(groups=["Duyệt đăng"], first_name="Minh")
    second = Client()
    second.force_login(editor)
    with time_machine.travel(NOW, tick=False) as clock:
        first_page = client.get(change(draft))
        assert "đang mở bài này" not in first_page.content.decode()
        clock.shift(60 * 5)
        send(client, writer, draft, token=first_page.context["autosave"]["token"])
        assert "Lan đang mở bài này từ 15:42." in second.get(change(draft)).content.decode()
        answer = send(client, writer, draft, token=first_page.context["autosave"]["token"])
        assert answer.json()["others"] == ["Minh đang mở bài này từ 15:47."]


def test_who_gives_no_sign_of_life_or_leaves_is_gone(client, writer, draft):
    editor = make_user(groups=["Duyệt đăng"])
    second = Client()
    second.force_login(editor)
    with time_machine.travel(NOW, tick=False) as clock:
        token = second.get(change(draft)).context["autosave"]["token"]
        clock.shift(59)
        assert f"{editor} đang mở" in client.get(change(draft)).content.decode()
        clock.shift(1)
        assert f"{editor} đang mở" not in client.get(change(draft)).content.decode()
        send(second, editor, draft, token=token)
        assert f"{editor} đang mở" in client.get(change(draft)).content.decode()
        send(second, editor, draft, token=token, leaving=True)
        assert f"{editor} đang mở" not in client.get(change(draft)).content.decode()
    assert not Autosave.objects.filter(user=editor).exists()


def test_leaving_keeps_what_was_typed(client, writer, draft):
    send(client, writer, draft, typed={"title": "Đang gõ"})
    send(client, writer, draft, leaving=True)
    assert typed_titles(writer) == [["Đang gõ"]]


def test_a_form_is_warned_when_the_article_moved_on(client, writer, draft):
    editor = make_user(groups=["Duyệt đăng"], first_name="Minh")
    second = Client()
    second.force_login(editor)
    send(client, writer, draft, typed={"title": "Đang gõ"})
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1), tick=False):
        second.post(change(draft), fields(category=draft.category, version=draft.version))
        answer = send(client, writer, draft, typed={"title": "Đang gõ tiếp"}).json()
        hour = autosaves.clock(timezone.now())
    assert answer["moved"] == (
        f"Minh đã thay đổi bài này lúc {hour}. Nội dung bạn gõ vẫn được giữ. Khi lưu, bạn sẽ thấy "
        "cả hai bản và chọn."
    )


def test_empty_rows_are_forgotten_after_a_day(client, writer, draft):
    with time_machine.travel(NOW, tick=False) as clock:
        client.get(change(draft))
        send(client, writer, draft, typed={"title": "Đang gõ"})
        clock.shift(datetime.timedelta(days=2))
        client.get(change(draft))
        assert Autosave.objects.count() == 2
