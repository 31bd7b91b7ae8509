"""The newsroom's screens, through the forms that staff fill in."""

import datetime
import re
import threading
import time
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from reversion.models import Version

from news import copies
from news.models import Article, ArticlePhoto, Photo
from portal.publishing import Refused
from portal.richtext import photo_places
from tests.factories import (
    image_upload,
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_person,
    make_photo,
    make_user,
    pdf_upload,
)

pytestmark = pytest.mark.django_db

BODY = "<p>Một.</p><p>Hai.</p><p>Ba.</p>"
ADD = "/admin/news/article/add/"


def change(article, model="article"):
    return reverse(f"admin:news_{model}_change", args=[article.pk])


def withdraw(article):
    return reverse("admin:news_article_withdraw", args=[article.pk])


def fields(category=None, photos=(), attachments=(), **values):
    """What the form sends: `photos` and `attachments` are dicts of their rows' fields."""
    data = {
        "kind": "news",
        "title": "Tin thử",
        "body": BODY,
        "category": (category or make_category()).pk,
        "own_reason": "Tin gấp.",  # asked for by the text's own author alone
        "_save": "1",
    }
    inlines = {"photos": photos, "attachments": attachments}
    for prefix, rows in (inlines | {"people": (), "concerned_departments": ()}).items():
        data[f"{prefix}-TOTAL_FORMS"] = len(rows)
        data[f"{prefix}-INITIAL_FORMS"] = sum("id" in row for row in rows)
        for number, row in enumerate(rows):
            data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
            data[f"initial-{prefix}-{number}-after"] = row.get("was after", "")
    return data | values


def post(client, article, data, model="article", **options):
    """Send a form or a button of the article, opened just before."""
    version = Article.objects.get(pk=article.pk).version
    return client.post(change(article, model), {"version": version} | data, **options)


def errors_of(response):
    """Every sentence in red of a form shown again."""
    assert response.status_code == 200
    text = response.content.decode()
    return re.findall(r'<ul class="errorlist[^"]*"[^>]*><li>(.*?)</li>', text)


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# ── Drafts ──────────────────────────────────────────────────────────────────────────────────────
def test_title_and_category_are_enough_for_a_draft(client, writer):
    response = client.post(ADD, fields(body=""))
    article = Article.objects.get()
    assert response.headers["Location"] == change(article)
    assert (article.status, article.created_by) == ("draft", writer)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("23/01/2018 04:11", datetime.datetime(2018, 1, 23, 4, 11)),
        ("23/1/2018 4:11", datetime.datetime(2018, 1, 23, 4, 11)),
        ("23-01-2018 04:11", datetime.datetime(2018, 1, 23, 4, 11)),
        ("01/02/2018 00:00", datetime.datetime(2018, 2, 1)),
    ],
)
def test_times_are_read_as_vietnamese_write_them(client, writer, typed, stored):
    client.post(ADD, fields(publish_at=typed))
    article = Article.objects.get()
    assert article.publish_at == stored.replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    shown = client.get(change(article)).content.decode()
    assert f'value="{stored:%d/%m/%Y %H:%M}"' in shown


def test_what_was_typed_stays_in_a_refused_form(client, writer):
    response = client.post(ADD, fields(category=None, publish_at="hôm qua", title="Tin nóng"))
    text = response.content.decode()
    assert errors_of(response)
    assert "Tin nóng" in text
    assert "hôm qua" in text
    assert "Một." in text
    assert not Article.objects.exists()


def test_text_in_a_legacy_encoding_is_named_as_such(client, writer):
    response = client.post(ADD, fields(title="Héi nghÞ tæng kÕt ho¹t ®éng khoa häc c«ng nghÖ"))
    assert "TCVN3" in errors_of(response)[0]
    response = client.post(
        ADD, fields(body="<p>Hoäi nghò toång keát hoaït ñoäng khoa hoïc vaø coâng ngheä</p>")
    )
    assert "VNI" in errors_of(response)[0]
    assert not Article.objects.exists()


def test_a_body_with_scripts_is_stored_clean_and_shown_clean(client, writer):
    client.post(ADD, fields(body='<p onclick="x()">Một<script>alert(1)</script></p>'))
    article = Article.objects.get()
    assert article.body == "<p>Một</p>"
    assert "alert(1)" not in client.get(change(article)).content.decode()


def test_every_save_is_a_version(client, writer):
    client.post(ADD, fields())
    article = Article.objects.get()
    post(client, article, fields(category=article.category, title="Tin khác"))
    titles = [version.field_dict["title"] for version in Version.objects.get_for_object(article)]
    assert titles == ["Tin khác", "Tin thử"]


# ── Photos ──────────────────────────────────────────────────────────────────────────────────────
def test_photos_are_placed_after_the_paragraphs_chosen(client, writer):
    rows = [
        {"photo": make_photo().pk, "caption": "Một", "alt": "Ảnh một", "order": 1, "after": 1},
        {"photo": make_photo(color="red").pk, "alt": "Hai", "order": 2, "after": 3},
        {"photo": make_photo(color="green").pk, "alt": "Ba", "order": 3, "after": ""},
    ]
    client.post(ADD, fields(photos=rows))
    article = Article.objects.get()
    assert article.body == (
        '<p>Một.</p><figure data-photo="1"></figure><p>Hai.</p><p>Ba.</p>'
        '<figure data-photo="2"></figure>'
    )
    assert list(article.photos.values_list("ref", "caption", "order")) == [
        (1, "Một", 1),
        (2, "", 2),
        (3, "", 3),
    ]


@pytest.fixture
def illustrated(writer):
    article = make_article(
        status="draft",
        created_by=writer,
        body='<p>Một.</p><figure data-photo="1"></figure><p>Hai.</p>',
    )
    return make_article_photo(article=article, ref=1, caption="Chú thích", order=1)


def row_of(use, **values):
    """What the row of a stored photo sends back; "was after" is the place that it was shown at."""
    shown = {"id": use.pk, "photo": use.photo_id, "caption": use.caption, "order": use.order}
    place = photo_places(use.article.body).get(use.ref, "")
    return shown | {"alt": use.photo.alt, "was after": place, "after": place} | values


def save(client, use, body=None, **values):
    article = use.article
    body = article.body if body is None else body
    rows = [row_of(use, **values)]
    post(client, article, fields(category=article.category, body=body, photos=rows))
    return Article.objects.get(pk=article.pk).body


def test_a_photo_moves_where_its_row_says(client, illustrated):
    assert save(client, illustrated, after=2) == (
        '<p>Một.</p><p>Hai.</p><figure data-photo="1"></figure>'
    )


def test_a_photo_moved_in_the_text_stays_there(client, illustrated):
    for body in (
        '<p>Một.</p><p>Hai.</p><figure data-photo="1"></figure>',
        '<p>Mới.</p><p>Một.</p><figure data-photo="1"></figure><p>Hai.</p>',
    ):
        assert save(client, illustrated, body=body) == body


def test_a_text_pasted_anew_keeps_the_photo_at_its_place(client, illustrated):
    assert save(client, illustrated, body="<p>Mới.</p><p>Khác.</p>", after=1) == (
        '<p>Mới.</p><figure data-photo="1"></figure><p>Khác.</p>'
    )


def test_a_photo_goes_to_the_gallery_when_no_paragraph_is_chosen(client, illustrated):
    assert save(client, illustrated, after="") == "<p>Một.</p><p>Hai.</p>"


def test_a_removed_photo_leaves_the_text_and_stays_in_the_library(client, illustrated):
    assert save(client, illustrated, after=1, DELETE="on") == "<p>Một.</p><p>Hai.</p>"
    assert not ArticlePhoto.objects.exists()
    assert Photo.objects.count() == 1


def test_the_credit_of_a_photo_that_readers_see_is_changed_in_the_library_alone(client, editor):
    article = make_article()
    make_article_photo(article=article, ref=1, caption="Chú thích")
    copy = copies.open_copy(article, by=editor)
    rows = [row_of(copy.photos.get(), credit="Sai tên")]
    response = post(client, copy, fields(category=article.category, photos=rows))
    assert "Kho ảnh" in errors_of(response)[0]
    assert Photo.objects.get().credit == ""


def test_the_credit_belongs_to_the_photo(client, illustrated):
    save(client, illustrated, after=1, credit="Lan Anh")
    assert Photo.objects.get().credit == "Lan Anh"


def test_the_main_photo_changes_hands(client, writer):
    article = make_article(status="draft", created_by=writer)
    uses = [
        make_article_photo(article=article, photo=make_photo(color=c), is_lead=c == "red", order=n)
        for n, c in enumerate(("red", "green"))
    ]
    rows = [row_of(uses[0]), row_of(uses[1], lead="on")]
    post(client, article, fields(category=article.category, photos=rows))
    assert list(article.photos.values_list("is_lead", flat=True)) == [False, True]

    rows = [row_of(uses[0], lead="on"), row_of(uses[1], lead="on")]
    response = post(client, article, fields(category=article.category, photos=rows))
    assert "Chỉ chọn được một ảnh đại diện." in errors_of(response)


@pytest.mark.parametrize(
    "values",
    [
        {"alt": "DSC_2059.JPG"},
        {"alt": "chú thích"},
        {"alt": "C:\\anh\\hop.jpg"},
    ],
)
def test_a_description_is_no_file_name_and_no_caption(client, illustrated, values):
    article = illustrated.article
    rows = [row_of(illustrated, after=1, **values)]
    response = post(client, article, fields(category=article.category, photos=rows))
    assert len(errors_of(response)) == 1
    assert values["alt"] in response.content.decode()


def test_several_photos_without_a_script_become_rows_in_file_name_order(client, writer):
    files = [
        image_upload(color="red", name="b.jpg"),
        image_upload(color="green", name="a.jpg"),
    ]
    client.post(ADD, fields(new_photos=files))
    assert list(ArticlePhoto.objects.values_list("photo__name", "order")) == [
        ("a.jpg", 0),
        ("b.jpg", 1),
    ]


def test_a_bad_photo_is_named_and_nothing_is_stored(client, writer, private_root):
    files = [image_upload(), SimpleUploadedFile("hỏng.jpg", b"<html>")]
    response = client.post(ADD, fields(new_photos=files, title="Tin nóng"))
    sentences = errors_of(response)
    assert any("hỏng.jpg" in sentence for sentence in sentences)
    assert "Tin nóng" in response.content.decode()
    assert not Article.objects.exists()
    assert not Photo.objects.exists()


# ── The upload address ──────────────────────────────────────────────────────────────────────────
UPLOAD = "/admin/news/photo/upload/"


def test_an_uploaded_photo_answers_with_what_its_row_shows(client, writer):
    response = client.post(UPLOAD, {"upload": image_upload(size=(1280, 853), name="họp.jpg")})
    photo = Photo.objects.get()
    assert response.json() == {
        "id": photo.pk,
        "thumbnail": photo.image.renditions.preview,
        "name": "họp.jpg",
        "dimensions": "1280×853",
        "alt": "",
        "credit": "",
        "caption": "",
        "focus": "cc",
        "small": False,
        "known": False,
        "public": False,
        "address": reverse("admin:news_photo_change", args=[photo.pk]),
    }
    assert (photo.added_by, client.get(response.json()["thumbnail"]).status_code) == (writer, 200)


def test_the_same_photo_twice_is_one_in_the_library(client, writer):
    ids = {client.post(UPLOAD, {"upload": image_upload()}).json()["id"] for _ in range(2)}
    assert len(ids) == Photo.objects.count() == 1


def test_what_is_no_photo_is_refused_with_a_sentence(client, writer):
    response = client.post(UPLOAD, {"upload": SimpleUploadedFile("a.jpg", b"<html>")})
    assert response.status_code == 400
    assert response.json()["error"].startswith("Tệp “a.jpg”")
    assert client.post(UPLOAD).status_code == 400
    assert not Photo.objects.exists()


def test_a_disk_that_takes_no_file_is_named_and_leaves_nothing(client, writer, settings, tmp_path):
    blocked = tmp_path / "no-folder"
    blocked.write_text("")
    settings.MEDIA_ROOT = blocked
    response = client.post(UPLOAD, {"upload": image_upload()})
    assert response.status_code == 507
    assert response.json()["error"].startswith("Máy chủ không lưu được tệp")
    assert not Photo.objects.exists()


def test_uploading_needs_the_right_a_token_and_post(client, writer):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(writer)
    assert strict.post(UPLOAD, {"upload": image_upload()}).status_code == 403
    assert client.get(UPLOAD).status_code == 405
    client.force_login(make_user(groups=["Quản trị"]))
    assert client.post(UPLOAD, {"upload": image_upload()}).status_code == 403
    client.logout()
    assert client.post(UPLOAD, {"upload": image_upload()}).status_code == 302
    assert not Photo.objects.exists()


def test_the_editor_brings_no_upload_address_of_its_own(client, editor):
    for address in ("/ckeditor/upload/", "/ckeditor/browse/"):
        assert client.post(address, {"upload": image_upload()}).status_code == 404


# ── Documents ───────────────────────────────────────────────────────────────────────────────────
def test_documents_are_attached_titled_and_removed(client, writer):
    client.post(ADD, fields(new_attachments=[pdf_upload(name="Báo_cáo.pdf"), pdf_upload(pages=2)]))
    article = Article.objects.get()
    first, second = article.attachments.all()
    assert (first.title, first.type, first.pages, second.pages) == ("Báo cáo", "pdf", 1, 2)

    rows = [
        {"id": first.pk, "title": "Tên mới", "order": 0},
        {"id": second.pk, "title": "", "order": 1, "DELETE": "on"},
    ]
    post(client, article, fields(category=article.category, attachments=rows))
    assert [row.title for row in article.attachments.all()] == ["Tên mới"]


def test_a_document_is_judged_by_its_content(client, writer):
    file = SimpleUploadedFile("bao-cao.pdf", b"MZ not a document")
    response = client.post(ADD, fields(new_attachments=[file]))
    assert any("bao-cao.pdf" in sentence for sentence in errors_of(response))
    assert not Article.objects.exists()


# ── Reports ─────────────────────────────────────────────────────────────────────────────────────
def conference(**values):
    data = {
        "conference-TOTAL_FORMS": 1,
        "conference-INITIAL_FORMS": 0,
        "conference-0-held_on": "19/01/2018",
        "conference-0-review_year": "2017",
        "conference-0-plan_year": "2018",
    }
    return data | {f"conference-0-{name}": value for name, value in values.items()}


def test_a_report_is_written_with_its_conference(client, writer):
    chair = make_appointment()
    client.post("/admin/news/report/add/", fields() | conference(chair=chair.pk))
    report = Article.objects.get()
    assert report.kind == "report"
    assert report.conference.held_on == datetime.date(2018, 1, 19)
    assert (report.conference.chair, report.conference.plan_year) == (chair, 2018)


@pytest.mark.parametrize(
    "values",
    [
        {"held_on": ""},
        {"held_on": "31/02/2018"},
        {"review_year": "17"},
        {"plan_year": "2016"},
    ],
)
def test_a_report_without_a_right_conference_is_refused(client, writer, values):
    response = client.post("/admin/news/report/add/", fields() | conference(**values))
    assert len(errors_of(response)) == 1
    assert not Article.objects.exists()


def test_the_chair_held_the_post_on_that_day(client, writer):
    later = make_appointment(started_on=datetime.date(2020, 1, 1))
    response = client.post("/admin/news/report/add/", fields() | conference(chair=later.pk))
    assert "không giữ chức vụ này" in errors_of(response)[0]


# ── Publishing ──────────────────────────────────────────────────────────────────────────────────
def test_an_editor_publishes_from_the_form(client, editor):
    client.post(ADD, fields(_publish="1"))
    article = Article.objects.published().get()
    assert client.get(article.get_absolute_url()).status_code == 200


def test_a_refused_publication_keeps_the_draft_and_says_why(client, editor):
    rows = [{"photo": make_photo(alt="").pk, "alt": "", "order": 1}]
    response = client.post(ADD, fields(body="", photos=rows, _publish="1"), follow=True)
    article = Article.objects.get()
    assert article.status == "draft"
    sentences = messages_of(response)
    assert [sentence.split(".")[0] for sentence in sentences] == [
        "Đã lưu nháp",
        "Bài chưa có nội dung",
        "Ảnh 1 chưa có chú thích",
        "Ảnh 1 chưa có mô tả cho người không nhìn thấy ảnh",
    ]


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ("", "Đã xuất bản."),
        ("23/01/2018 04:11", "Đã xuất bản."),
        ("23/01/2999 04:11", "Đã hẹn giờ xuất bản."),
    ],
)
def test_the_message_tells_publishing_from_scheduling(client, editor, when, message):
    response = client.post(ADD, fields(publish_at=when, _publish="1"), follow=True)
    assert messages_of(response) == [message]


def test_an_expiry_that_is_over_is_refused_with_a_sentence(client, editor):
    response = client.post(ADD, fields(expire_at="01/01/2020 08:00", _publish="1"), follow=True)
    assert "Ngày giờ hết hiệu lực trước ngày giờ đăng, xin xem lại." in messages_of(response)
    assert Article.objects.get().status == "draft"


def test_a_copy_does_not_expire_before_its_article_was_published(editor):
    article = make_article()
    copy = copies.open_copy(article, by=editor)
    copy.expire_at = article.publish_at
    copy.save()
    with pytest.raises(Refused):
        copy.publish(by=editor)


def test_a_writer_submits_and_cannot_publish_by_any_button(client, writer):
    client.post(ADD, fields(_publish="1"))
    article = Article.objects.get()
    assert article.status == "draft"
    post(client, article, fields(category=article.category, _submit="1"))
    article.refresh_from_db()
    assert article.status == "submitted"

    post(client, article, fields(category=article.category, title="Đổi sau khi gửi"))
    article.refresh_from_db()
    assert article.title == "Tin thử"


def test_a_returned_article_shows_its_author_the_reason(client, editor):
    author = make_user(groups=["Phóng viên"])
    article = make_article(status="submitted", created_by=author)
    data = fields(category=article.category, _return="1", return_reason="Thiếu nguồn số liệu.")
    post(client, article, data)
    client.force_login(author)
    assert "Thiếu nguồn số liệu." in client.get(change(article)).content.decode()


def test_what_is_public_is_changed_in_a_working_copy(client, editor):
    article = make_article(title="Bài gốc")
    post(client, article, fields(category=article.category, title="Sửa thẳng"))
    article.refresh_from_db()
    assert article.title == "Bài gốc"

    response = post(client, article, {"_edit": "1"})
    copy = article.working_copy
    assert response.headers["Location"] == change(copy)
    post(client, copy, fields(category=article.category, title="Bản sửa"))
    before = client.get(article.get_absolute_url()).content
    assert "Bản sửa".encode() not in before
    response = post(
        client,
        copy,
        fields(category=article.category, title="Bản sửa", slug=article.slug, _publish="1"),
        follow=True,
    )
    assert response.redirect_chain[0][0] == change(article)
    assert messages_of(response)[-1] == "Đã cập nhật bài đã đăng."
    assert "Bản sửa" in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize("button", ["_save", "_publish"])
def test_what_was_typed_while_the_article_changed_hands_is_shown(client, editor, button):
    article = make_article(status="draft")
    data = fields(category=article.category, title="Chữ vừa gõ", **{button: "1"})
    data["version"] = article.version
    article.publish(by=editor)
    article.withdraw("removed", by=editor)
    response = post(client, article, data)
    assert response.status_code == 409
    assert "Chữ vừa gõ" in response.content.decode()
    article.refresh_from_db()
    assert (article.status, article.title != "Chữ vừa gõ") == ("withdrawn", True)


@pytest.mark.django_db(transaction=True)
def test_a_save_at_the_moment_of_publication_does_not_undo_it():
    import_module("news.migrations.0002_groups").make_groups(apps, None)
    editor = make_user(groups=["Duyệt đăng"])
    article = make_article(status="draft", title="Đã duyệt")
    client = Client()
    client.force_login(editor)
    data = fields(category=article.category, title="Chữ vừa gõ", version=article.version)
    client.get(change(article))  # the first answer of a process is slow: the race would be over
    begun = threading.Event()

    def publish():
        with transaction.atomic():
            Article.objects.get(pk=article.pk).publish(by=editor)
            begun.set()
            time.sleep(1.5)
        connection.close()

    publisher = threading.Thread(target=publish)
    publisher.start()
    begun.wait()
    response = post(client, article, data)
    publisher.join()
    article.refresh_from_db()
    assert (article.status, article.title) == ("published", "Đã duyệt")
    assert response.status_code == 409
    assert "Chữ vừa gõ" in response.content.decode()


def test_changes_to_a_withdrawn_article_wait_for_its_publication(client, editor):
    article = make_article(status="withdrawn", takedown="removed")
    copy = copies.open_copy(article, by=editor)
    data = fields(category=article.category, title="Đã sửa", slug=article.slug, _publish="1")
    response = post(client, copy, data, follow=True)
    assert "Bài vẫn đang thu hồi" in messages_of(response)[-1]
    article.refresh_from_db()
    assert (article.status, article.title) == ("withdrawn", "Đã sửa")


def test_a_discarded_copy_leaves_the_article_alone(client, editor):
    article = make_article()
    copy = copies.open_copy(article, by=editor)
    response = post(client, copy, {"_discard": "1"})
    assert response.headers["Location"] == change(article)
    assert list(Article.objects.all()) == [article]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"takedown": "notice", "notice": "Sai số liệu."}, 200),
        ({"takedown": "moved", "redirect_to": "/tin-tuc/"}, 301),
        ({"takedown": "removed"}, 410),
    ],
)
def test_an_article_is_withdrawn_in_three_ways(client, editor, data, status):
    article = make_article()
    client.post(withdraw(article), data | {"reason": "Sai số liệu", "version": article.version})
    assert Client().get(article.get_absolute_url()).status_code == status


@pytest.mark.parametrize(
    "data",
    [
        {"takedown": "notice"},
        {"takedown": "lạ"},
        {"takedown": "moved", "redirect_to": "/" + "a" * 255},
        {"takedown": "moved", "redirect_to": "own"},
        {},
    ],
)
def test_an_incomplete_withdrawal_changes_nothing(client, editor, data):
    article = make_article()
    if data.get("redirect_to") == "own":
        data = data | {"redirect_to": article.get_absolute_url()}
    client.post(withdraw(article), data | {"reason": "Sai số liệu", "version": article.version})
    assert article in Article.objects.published()


# ── Who may open what ───────────────────────────────────────────────────────────────────────────
def test_nobody_opens_other_peoples_drafts_by_any_address(client, writer):
    draft = make_article(status="draft", title="Bí mật", created_by=make_user())
    make_conference(article=make_article(status="draft", kind="report", title="Bí mật"))
    report = Article.objects.get(kind="report")
    addresses = [
        change(draft),
        change(report, "report"),
        *(
            reverse(f"admin:news_{model}_{name}", args=[row.pk])
            for model, row in (("article", draft), ("report", report))
            for name in ("history", "delete", "preview")
        ),
        "/admin/news/article/",
        "/admin/news/report/",
        "/admin/autocomplete/?app_label=news&model_name=article&field_name=related&term=",
    ]
    for address in addresses:
        response = client.get(address, follow=True)
        assert "Bí mật" not in response.content.decode(), address


@pytest.mark.parametrize("address", [ADD, "/admin/news/photo/add/", "/admin/news/category/add/"])
def test_administrators_of_accounts_write_no_news(client, address):
    client.force_login(make_user(groups=["Quản trị"]))
    assert client.get(address).status_code == (200 if "category" in address else 403)


def test_strangers_are_asked_to_sign_in(client):
    article = make_article(status="draft")
    for address in (ADD, change(article), reverse("admin:news_article_preview", args=[article.pk])):
        assert client.get(address).status_code == 302


def test_the_preview_shows_the_page_with_its_photos_to_staff_alone(client, editor):
    article = make_article(status="draft", body='<p>Một.</p><figure data-photo="1"></figure>')
    use = make_article_photo(article=article, ref=1, caption="Chú thích")
    response = client.get(reverse("admin:news_article_preview", args=[article.pk]))
    text = response.content.decode()
    assert "Chú thích" in text
    assert use.photo.image.renditions.webp[0][1] in text
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get(article.get_absolute_url()).status_code == 404


# ── The library ─────────────────────────────────────────────────────────────────────────────────
def test_the_library_shows_where_a_photo_is_used_and_keeps_it_there(client, editor):
    use = make_article_photo(article=make_article(title="Bài dùng ảnh"))
    page = client.get(reverse("admin:news_photo_change", args=[use.photo_id])).content.decode()
    assert "Bài dùng ảnh" in page

    delete = reverse("admin:news_photo_delete", args=[use.photo_id])
    assert "Bài dùng ảnh" in client.get(delete).content.decode()
    client.post(delete, {"post": "yes"})
    assert Photo.objects.filter(pk=use.photo_id).exists()


def test_a_photo_of_an_earlier_version_is_kept(client, editor):
    use = make_article_photo(article=make_article(title="Bài cũ"))
    copies.record_version(use.article, by=editor)
    use.delete()
    client.post(reverse("admin:news_photo_delete", args=[use.photo_id]), {"post": "yes"})
    assert Photo.objects.filter(pk=use.photo_id).exists()


def test_deleting_a_photo_leaves_a_portrait_of_the_same_bytes(
    client, editor, django_capture_on_commit_callbacks
):
    person = make_person(portrait=image_upload())
    photo = make_photo(size=(640, 480))
    assert photo.checksum in person.portrait.name
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:news_photo_delete", args=[photo.pk]), {"post": "yes"})
    assert not Photo.objects.exists()
    assert Client().get(person.portrait.renditions.smallest).status_code == 200


def test_a_writer_changes_no_words_of_a_photo_that_readers_see(client, writer):
    use = make_article_photo(article=make_article(), caption="Chú thích")
    address = reverse("admin:news_photo_change", args=[use.photo_id])
    client.post(address, {"alt": "Đổi", "credit": "Đổi", "taken_on": ""})
    use.photo.refresh_from_db()
    assert "Đổi" not in (use.photo.alt, use.photo.credit)


def test_titles_of_foreign_drafts_are_in_no_choice_and_no_library(client, writer):
    draft = make_article(status="draft", title="Bí mật", created_by=make_user())
    use = make_article_photo(article=draft, caption="Bí mật")
    for address in (f"{ADD}?related={draft.pk}", f"/admin/news/photo/{use.photo_id}/change/"):
        assert "Bí mật" not in client.get(address).content.decode()
    client.post(ADD, fields(related=[draft.pk]))
    assert not Article.objects.filter(related=draft).exists()


def test_a_scheduled_article_becomes_a_draft_again(client, editor):
    client.post(ADD, fields(publish_at="23/01/2999 04:11", _publish="1"))
    article = Article.objects.get()
    post(client, article, {"_unschedule": "1"})
    article.refresh_from_db()
    assert (article.status, article.takedown) == ("draft", "")
    client.post(change(make_article()), {"_unschedule": "1"})
    assert Article.objects.published().count() == 1


def test_a_credit_that_is_too_long_is_refused_and_the_rest_stays(client, writer):
    rows = [{"photo": make_photo().pk, "alt": "Ảnh", "order": 1, "credit": "x" * 151}]
    response = client.post(ADD, fields(photos=rows, title="Tin nóng"))
    assert len(errors_of(response)) == 1
    assert "Tin nóng" in response.content.decode()


def test_an_unused_photo_goes_with_its_files(
    client, editor, private_root, django_capture_on_commit_callbacks
):
    photo = make_photo()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:news_photo_delete", args=[photo.pk]), {"post": "yes"})
    assert not Photo.objects.exists()
    assert [path for path in Path(private_root).rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("rows", [5, 50])
def test_lists_cost_the_same_however_long(client, editor, rows, django_assert_num_queries):
    category = make_category()
    for _number in range(rows):
        article = make_article(kind="report", category=category)
        make_conference(article=article)
    photo = make_photo()
    for article in Article.objects.all():
        ArticlePhoto.objects.create(article=article, photo=photo)
        Photo.objects.create(image=photo.image.name, width=640, height=480, checksum=photo.checksum)
    for model, count in (("article", 11), ("report", 11), ("photo", 10)):
        with django_assert_num_queries(count):
            client.get(f"/admin/news/{model}/")


@pytest.mark.parametrize("photos", [1, 12])
def test_the_form_costs_the_same_however_many_photos(
    client, editor, photos, django_assert_num_queries
):
    article = make_article(status="draft")
    for number in range(photos):
        make_article_photo(article=article, order=number)
    make_attachment(article=article)
    with django_assert_num_queries(30):
        client.get(change(article))
