"""The photos' desk: file captions, several at once, duplicates, the library, crops, deletion."""

import datetime
import re
import time

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from reversion.models import Version

from news import copies
from news.models import Article, ArticlePhoto, Photo
from portal import images, pictures
from tests.factories import (
    image_upload,
    make_article,
    make_article_photo,
    make_photo,
    make_user,
    pdf_upload,
)
from tests.news.test_admin import change, errors_of, fields, messages_of, post, row_of
from tests.portal import photo_files
from tests.portal.photo_files import AGENCY, CAPTION, CHARSET, DAY, PERSON, UTF8

pytestmark = pytest.mark.django_db

ADD = "/admin/news/article/add/"
LIBRARY = "/admin/news/photo/"
UPLOAD = "/admin/news/photo/upload/"
FIND = "/admin/news/photo/find/"
NEW_PHOTOS = "/admin/news/photo/add/"
SENTENCE = "Toàn cảnh Hội nghị tổng kết"
PROPOSED = "Lấy từ tệp ảnh, xin xem lại"
NOT_STORED = "Máy chủ không lưu được tệp"


def from_agency(name="ttxvn.jpg", **kwargs):
    """A photo as an agency sends it, with its words in the file."""
    iptc = {
        CHARSET: UTF8,
        CAPTION: SENTENCE.encode(),
        PERSON: "Hưng Đức".encode(),
        AGENCY: b"TTXVN",
        DAY: b"20180119",
    }
    return photo_files.upload(iptc=iptc, name=name, **kwargs)


def library_page(photo):
    return reverse("admin:news_photo_change", args=[photo.pk])


def names_in(response):
    return re.findall(r'class="photo-name">(.*?)<', response.content.decode())


@pytest.fixture
def full_disk(settings, tmp_path):
    """A media folder that takes no file."""
    blocked = tmp_path / "no-folder"
    blocked.write_text("")
    settings.MEDIA_ROOT = blocked


# ── What the file says ──────────────────────────────────────────────────────────────────────────
def test_the_words_of_an_agency_are_kept_with_the_photo(client, writer):
    answer = client.post(UPLOAD, {"upload": from_agency()}).json()
    photo = Photo.objects.get()
    assert (photo.file_caption, photo.credit) == (SENTENCE, "Hưng Đức/TTXVN")
    assert photo.taken_on == datetime.date(2018, 1, 19)
    assert (answer["caption"], answer["credit"]) == (SENTENCE, "Hưng Đức/TTXVN")


def test_without_a_script_the_caption_of_the_file_is_proposed_and_marked(client, writer):
    client.post(ADD, fields(new_photos=[from_agency()]))
    use = ArticlePhoto.objects.get()
    assert use.caption == SENTENCE
    page = client.get(change(use.article)).content.decode()
    mark = re.search(r"<p class=\"proposed\" data-proposed( hidden)?>(.*?)</p>", page)
    assert mark.groups() == (None, PROPOSED)


def test_a_caption_that_staff_wrote_is_not_marked_and_never_overwritten(client, writer):
    client.post(ADD, fields(new_photos=[from_agency()]))
    use = ArticlePhoto.objects.get()
    row = row_of(use, caption="Toàn cảnh buổi sáng", credit="Hưng Đức")
    post(client, use.article, fields(category=use.article.category, photos=[row]))
    client.post(UPLOAD, {"upload": from_agency()})
    use.refresh_from_db()
    assert (use.caption, use.photo.credit) == ("Toàn cảnh buổi sáng", "Hưng Đức")
    page = client.get(change(use.article)).content.decode()
    assert "data-proposed hidden>" in page.split("data-pattern")[0]


def test_a_long_caption_is_proposed_as_far_as_a_caption_goes(client, writer):
    iptc = {CAPTION: ("Một câu dài. " * 60).encode()}
    client.post(ADD, fields(new_photos=[photo_files.upload(iptc=iptc)]))
    use = ArticlePhoto.objects.get()
    assert len(use.caption) <= 500
    assert len(use.photo.file_caption) > 700


# ── Several at once, without a script ───────────────────────────────────────────────────────────
def test_more_files_than_a_form_takes_are_refused_with_a_sentence(client, writer):
    files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(101)]
    response = client.post(ADD, fields(new_photos=files, title="Tin nóng"))
    assert errors_of(response)[0] == "Có 101 tệp; xin gửi mỗi lần nhiều nhất 100 tệp."
    assert "Tin nóng" in response.content.decode()
    assert not Article.objects.exists()


@pytest.mark.parametrize("field", ["new_photos", "new_attachments"])
def test_a_full_disk_is_told_in_the_form_and_what_was_typed_stays(client, writer, full_disk, field):
    file = image_upload(name="họp.jpg") if field == "new_photos" else pdf_upload(name="họp.pdf")
    response = client.post(ADD, fields(title="Tin nóng", **{field: [file]}))
    assert (
        errors_of(response)[0].partition("<")[0].startswith(f"họp.{file.name[-3:]}: {NOT_STORED}")
    )
    assert "Tin nóng" in response.content.decode()
    assert not Article.objects.exists()
    assert not Photo.objects.exists()


def test_photos_are_encoded_before_the_forms_transaction(client, writer, monkeypatch):
    depths = []
    encode = images._encode

    def noting(*args, **kwargs):
        depths.append(len(connection.savepoint_ids))
        return encode(*args, **kwargs)

    monkeypatch.setattr(images, "_encode", noting)
    client.post(ADD, fields(new_photos=[image_upload()]))
    # The test's own transaction is the only one around it.
    assert set(depths) == {0}
    assert ArticlePhoto.objects.count() == 1


def test_the_librarys_own_page_takes_several(client, writer):
    files = [image_upload(color=color, name=f"{color}.jpg") for color in ("red", "green")]
    response = client.post(NEW_PHOTOS, {"new_photos": [*files, image_upload(color="red")]})
    assert response.headers["Location"] == LIBRARY
    assert messages_of(client.get(LIBRARY)) == [
        "1 ảnh đã có trong kho ảnh, dùng ảnh đã có.",
        "Đã thêm 2 ảnh.",
    ]
    assert set(Photo.objects.values_list("name", "added_by")) == {
        ("red.jpg", writer.pk),
        ("green.jpg", writer.pk),
    }


def test_the_librarys_own_page_names_what_it_cannot_take(client, writer, full_disk):
    response = client.post(NEW_PHOTOS, {"new_photos": [image_upload(name="họp.jpg")]})
    assert f"họp.jpg: {NOT_STORED}" in response.content.decode()
    response = client.post(NEW_PHOTOS, {"new_photos": [SimpleUploadedFile("a.jpg", b"<html>")]})
    assert "Tệp “a.jpg”" in response.content.decode()
    assert errors_of(client.post(NEW_PHOTOS, {})) != []
    assert not Photo.objects.exists()


# ── The same bytes again ────────────────────────────────────────────────────────────────────────
def test_a_photo_that_the_library_has_answers_as_known(client, writer):
    first = client.post(UPLOAD, {"upload": image_upload(name="a.jpg")}).json()
    again = client.post(UPLOAD, {"upload": image_upload(name="b.jpg")}).json()
    assert (first["known"], again["known"]) == (False, True)
    assert (again["id"], again["name"]) == (first["id"], "a.jpg")


# ── The library ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def library():
    make_photo(color="red", name="hội-nghị.jpg", alt="Đại biểu trong hội trường")
    make_photo(color="green", name="dsc1.jpg", alt="", credit="Hưng Đức")
    make_photo(color="blue", name="dsc2.jpg", alt="Cây hồi", file_caption="Vườn hồi ở Văn Quan")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("hoi nghi", ["hội-nghị.jpg"]),
        ("HỘI NGHỊ", ["hội-nghị.jpg"]),
        ("dai bieu hoi truong", ["hội-nghị.jpg"]),
        ("hung duc", ["dsc1.jpg"]),
        ("van quan", ["dsc2.jpg"]),
        ("hoi", ["dsc2.jpg", "hội-nghị.jpg"]),
        ("hoi khong", []),
        ("%", []),
        ("", ["dsc2.jpg", "dsc1.jpg", "hội-nghị.jpg"]),
    ],
)
def test_the_search_asks_for_every_word_whatever_the_accents(client, writer, library, query, names):
    assert names_in(client.get(LIBRARY, {"q": query})) == names
    found = client.get(FIND, {"q": query}).json()
    assert ([photo["name"] for photo in found["photos"]], found["more"]) == (names, False)


def test_a_credit_given_in_an_article_is_found_in_the_library(client, writer):
    article = make_article(status="draft", created_by=writer)
    use = make_article_photo(article=article)
    row = row_of(use, credit="Lâm Như Quyên")
    post(client, article, fields(category=article.category, photos=[row]))
    assert len(client.get(FIND, {"q": "lam nhu quyen"}).json()["photos"]) == 1


@pytest.mark.parametrize(
    ("narrowed", "names"),
    [
        ({"described": "0"}, ["dsc1.jpg"]),
        ({"described": "1"}, ["dsc2.jpg", "hội-nghị.jpg"]),
        ({"credit": "Hưng Đức"}, ["dsc1.jpg"]),
        ({"credit": "-"}, ["dsc2.jpg", "hội-nghị.jpg"]),
        ({"used": "1"}, ["hội-nghị.jpg"]),
        ({"used": "0"}, ["dsc2.jpg", "dsc1.jpg"]),
        ({"added_at__year": "2001"}, []),
    ],
)
def test_the_library_is_narrowed_down(client, writer, library, narrowed, names):
    make_article_photo(article=make_article(), photo=Photo.objects.get(name="hội-nghị.jpg"))
    assert names_in(client.get(LIBRARY, narrowed)) == names


def test_a_use_in_a_foreign_draft_is_neither_counted_nor_told(client, writer, library):
    photo = Photo.objects.get(name="dsc1.jpg")
    draft = make_article(status="draft", title="Bí mật", created_by=make_user())
    make_article_photo(article=draft, photo=photo, caption="Bí mật")
    assert "dsc1.jpg" in names_in(client.get(LIBRARY, {"used": "0"}))
    assert "Bí mật" not in client.get(library_page(photo)).content.decode()


def test_five_thousand_photos_are_searched_in_a_moment(client, writer, django_assert_num_queries):
    photo = make_photo()
    rows = (
        Photo(
            image=photo.image.name,
            width=640,
            height=480,
            checksum=photo.checksum,
            name=f"DSC_{number}.jpg",
            alt="Hội nghị tổng kết" if number % 100 == 0 else "Quang cảnh",
        )
        for number in range(5000)
    )
    Photo.objects.bulk_create(rows)
    client.get(LIBRARY)
    for address, queries in ((LIBRARY, 10), (FIND, 6)):
        with django_assert_num_queries(queries):
            start = time.process_time()
            response = client.get(address, {"q": "hoi nghi"})
            used = time.process_time() - start  # the machine may be busy with other things
        assert used < 0.3
        assert response.status_code == 200
    found = response.json()
    assert (len(found["photos"]), found["more"]) == (24, True)


def test_the_library_is_the_newsrooms_alone(client):
    photo = make_photo()
    for address in (LIBRARY, FIND, NEW_PHOTOS, library_page(photo)):
        assert client.get(address).status_code == 302
    client.force_login(make_user(groups=["Quản trị"]))
    for address in (LIBRARY, FIND, NEW_PHOTOS, library_page(photo)):
        assert client.get(address).status_code == 403
    assert client.post(NEW_PHOTOS, {"new_photos": [image_upload()]}).status_code == 403
    assert Photo.objects.count() == 1


# ── What crops keep ─────────────────────────────────────────────────────────────────────────────
def test_the_point_is_chosen_in_the_library(client, writer):
    photo = make_photo()
    page = client.get(library_page(photo)).content.decode()
    assert page.count('name="focus"') == 9
    assert re.search(r'value="cc"[^>]* checked', page)
    for name in ("trên bên trái", "chính giữa", "dưới bên phải"):
        assert f'<span class="vh">{name}</span>' in page
    client.post(library_page(photo), {"alt": "Ảnh", "credit": "", "taken_on": "", "focus": "rt"})
    photo.refresh_from_db()
    assert (photo.focus_x, photo.focus_y) == (83, 17)


def test_the_point_is_chosen_in_the_articles_row(client, writer):
    article = make_article(status="draft", created_by=writer)
    use = make_article_photo(article=article)
    row = row_of(use, focus="lb")
    post(client, article, fields(category=article.category, photos=[row]))
    use.photo.refresh_from_db()
    assert (use.photo.focus_x, use.photo.focus_y) == (17, 83)
    assert re.search(r'value="lb"[^>]* checked', client.get(change(article)).content.decode())


def test_what_readers_see_of_a_photo_is_cropped_anew_in_the_library_alone(client, editor):
    article = make_article()
    use = make_article_photo(article=article, ref=1, caption="Chú thích")
    copy = copies.open_copy(article, by=editor)
    page = client.get(change(copy)).content.decode().split("<template")[0]
    assert "-focus" not in page
    rows = [row_of(copy.photos.get(), focus="lb")]
    post(client, copy, fields(category=article.category, photos=rows))
    use.photo.refresh_from_db()
    assert use.photo.focus_x == 50
    client.post(library_page(use.photo), {"alt": "Ảnh", "focus": "lb"})
    use.photo.refresh_from_db()
    assert use.photo.focus_x == 17


def test_a_writer_crops_no_photo_that_readers_see(client, writer):
    use = make_article_photo(article=make_article(), caption="Chú thích")
    assert 'name="focus"' not in client.get(library_page(use.photo)).content.decode()
    client.post(library_page(use.photo), {"focus": "lb", "taken_on": ""})
    use.photo.refresh_from_db()
    assert use.photo.focus_x == 50


@pytest.mark.parametrize("crop", ["16:9", "1:1", "4:3"])
def test_every_crop_carries_the_point(monkeypatch, crop):
    across, down = (int(part) for part in crop.split(":"))
    monkeypatch.setitem(pictures.CROPS, crop, (across * 40, down * 40))
    photo = make_photo(focus_x=83, focus_y=17)
    drawn = pictures.picture(
        photo.image, alt="", sizes="100vw", crop=crop, focus_x=photo.focus_x, focus_y=photo.focus_y
    )
    assert 'class="crop focus-rt"' in drawn


# ── What is deleted, and what stays ─────────────────────────────────────────────────────────────
def test_a_photo_of_a_draft_that_nobody_read_can_be_deleted(client, editor):
    article = make_article(status="draft", created_by=editor)
    use = make_article_photo(article=article)
    copies.record_version(article, by=editor)
    use.delete()
    client.post(reverse("admin:news_photo_delete", args=[use.photo_id]), {"post": "yes"})
    assert not Photo.objects.exists()


@pytest.mark.parametrize("status", ["published", "withdrawn"])
def test_a_photo_that_readers_saw_once_stays_with_its_version(client, editor, status):
    marks = {"takedown": "notice", "notice": "Sai.", "withdrawn_at": timezone.now()}
    article = make_article(status=status, **(marks if status == "withdrawn" else {}))
    use = make_article_photo(article=article)
    copies.record_version(article, by=editor)
    use.delete()
    address = reverse("admin:news_photo_delete", args=[use.photo_id])
    assert "Phiên bản cũ" in client.get(address).content.decode()
    client.post(address, {"post": "yes"})
    assert Photo.objects.exists()


def test_a_version_of_a_draft_whose_photo_is_gone_comes_back_without_it(editor):
    article = make_article(status="draft", created_by=editor)
    use = make_article_photo(article=article)
    copies.record_version(article, by=editor)
    use.delete()
    use.photo.delete()
    copy = copies.restore(Version.objects.get_for_object(article).get(), by=editor)
    assert copy.photos.count() == 0


def test_deleting_names_no_article_that_the_user_may_not_open(client):
    writer = make_user(groups=["Phóng viên"])
    writer.user_permissions.add(Permission.objects.get(codename="delete_photo"))
    client.force_login(writer)
    draft = make_article(status="draft", title="Bí mật", created_by=make_user())
    use = make_article_photo(article=draft)
    page = client.get(reverse("admin:news_photo_delete", args=[use.photo_id])).content.decode()
    assert "Bí mật" not in page
    assert "1 bài mà bạn không mở được" in page
