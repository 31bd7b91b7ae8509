"""Two hundred odd and hostile files through the doors that staff use (tests/portal/odd_files.py).

None answers with an error 500; what is refused is refused with a sentence and leaves neither file
nor row; what is published holds pixels and not a byte else.
"""

import html
import io
import re
import struct
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from departments.models import Department, Person
from news.models import Article, Attachment, Photo, WordFile
from portal import documents, files
from tests.factories import make_article, make_attachment, make_category, make_user
from tests.news import word_files
from tests.portal import bad_files, odd_files
from tests.portal.test_images import stored_names

pytestmark = pytest.mark.django_db

ONE_PHOTO = "/admin/news/photo/upload/"
SEVERAL_PHOTOS = "/admin/news/photo/add/"
NEW_ARTICLE = "/admin/news/article/add/"
WORD = "/admin/news/article/word/"
INLINES = {
    f"{part}-{count}_FORMS": "0"
    for part in ("photos", "attachments", "people", "concerned_departments")
    for count in ("TOTAL", "INITIAL")
}
ROWS = (Article, Attachment, Photo, WordFile, Person, Department)


@pytest.fixture(autouse=True)
def editor(client):
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


@pytest.fixture
def root(private_root) -> Path:
    return Path(private_root)


def file(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def article(**values) -> dict:
    return INLINES | {"kind": "news", "title": "Bài", "category": make_category().pk} | values


def assert_nothing_stored(root: Path) -> None:
    assert stored_names(root) == []
    assert [model.objects.count() for model in ROWS] == [0] * len(ROWS)


def sentences(response) -> list[str]:
    """What the form's page says of its files, without Django's marks."""
    found = re.findall(r'<ul class="errorlist"[^>]*>(.*?)</ul>', response.text, re.DOTALL)
    return [html.unescape(line) for line in re.findall(r"<li>(.*?)</li>", "".join(found))]


def of_kind(table: dict, *, refused: bool) -> list:
    chosen = [(name, *row) for name, row in table.items() if (row[1] is not None) == refused]
    return [pytest.param(*row[1:], id=row[0]) for row in chosen]


# ── Photos ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("content", "says"), of_kind(odd_files.PHOTOS, refused=True))
def test_photo_is_refused_with_a_sentence_and_leaves_nothing(client, root, content, says):
    response = client.post(ONE_PHOTO, {"upload": file(content, "ảnh.jpg")})
    assert response.status_code == 400
    sentence = response.json()["error"]
    assert says in sentence
    assert sentence.endswith((".", "MB."))
    assert_nothing_stored(root)


@pytest.mark.parametrize(("content", "_says"), of_kind(odd_files.PHOTOS, refused=False))
def test_what_is_published_of_a_photo_is_pixels_to_the_last_byte(client, root, content, _says):
    response = client.post(ONE_PHOTO, {"upload": file(content, "ảnh.jpg")})
    assert response.status_code == 200, response.json()
    photo = Photo.objects.get(pk=response.json()["id"])
    published = sorted((root / "anh").iterdir())
    assert len(published) == len(photo.image.renditions.webp) + len(photo.image.renditions.jpeg)
    for path in published:
        assert foreign_parts(path.read_bytes()) == [], path.name


# Pillow's own head (JFIF), tables, frame and scan; nothing else makes a picture.
JPEG_PARTS = {0xC0, 0xC2, 0xC4, 0xDB, 0xDD, 0xDA, 0xE0}


def foreign_parts(content: bytes) -> list[str]:
    """What a published file holds beside its picture: notes, profiles, anything behind its end."""
    parts = webp_parts(content) if content.startswith(b"RIFF") else jpeg_parts(content)
    return [part for part in parts if part != "picture"]


def webp_parts(content: bytes) -> list[str]:
    kind, size = content[8:12], struct.unpack("<I", content[4:8])[0]
    if kind != b"WEBP" or size + 8 != len(content):
        return ["bytes behind the end"]
    parts, at = [], 12
    while at < len(content):
        name, length = content[at : at + 4], struct.unpack("<I", content[at + 4 : at + 8])[0]
        parts.append("picture" if name == b"VP8 " else repr(name))
        at += 8 + length + length % 2
    return [*parts, *(["a broken end"] if at != len(content) else [])]


def jpeg_parts(content: bytes) -> list[str]:
    if not content.startswith(b"\xff\xd8"):
        return ["no JPEG"]
    parts, at = [], 2
    while content[at : at + 2] != b"\xff\xd9":
        if content[at] != 0xFF:
            return [*parts, "bytes between the parts"]
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        is_head = marker != 0xE0 or (content[at + 4 : at + 9] == b"JFIF\0" and length == 16)
        parts.append("picture" if marker in JPEG_PARTS and is_head else hex(marker))
        at += 2 + length
        if marker == 0xDA:  # what is coded follows; in it FF stands before 00 alone
            at = re.compile(rb"\xff(?![\x00\xd0-\xd7])").search(content, at).start()
    return [*parts, *(["bytes behind the end"] if at + 2 != len(content) else [])]


@pytest.mark.parametrize("kind", ["exif", "xmp", "icc_profile", "comment"])
def test_the_judge_of_published_files_sees_what_a_jpeg_tells(kind):
    value = b"Exif\0\0II*\0\x08\0\0\0\0\0" if kind == "exif" else b"x" * 40
    assert foreign_parts(bad_files.jpeg(64, 48)) == []
    assert len(foreign_parts(bad_files.jpeg(64, 48, **{kind: value}))) == 1
    assert foreign_parts(bad_files.jpeg(64, 48) + b"x") == ["bytes behind the end"]


@pytest.mark.parametrize("kind", ["exif", "xmp", "icc_profile"])
def test_the_judge_of_published_files_sees_what_a_webp_tells(kind):
    picture = Image.new("RGB", (64, 48))
    assert foreign_parts(bad_files.encoded(picture, "WEBP")) == []
    assert len(foreign_parts(bad_files.encoded(picture, "WEBP", **{kind: b"x" * 40}))) == 2
    assert foreign_parts(bad_files.encoded(picture, "WEBP") + b"x") == ["bytes behind the end"]


# ── Documents ───────────────────────────────────────────────────────────────────────────────────


def test_documents_are_refused_each_with_its_sentence_and_leave_nothing(client, root):
    refused = {name: row for name, row in odd_files.DOCUMENTS.items() if row[1] is not None}
    said = {}
    for start in range(0, len(refused), 60):  # a form takes a hundred files
        names = list(refused)[start : start + 60]
        sent = [file(refused[name][0], f"{name}.pdf".replace("/", "")) for name in names]
        response = client.post(NEW_ARTICLE, article(new_attachments=sent))
        assert response.status_code == 200
        said |= {re.search("“(.*?)”", line)[1]: line for line in sentences(response) if "“" in line}
    expected = {f"{name}.pdf": row[1] for name, row in refused.items()}
    heard = {
        name: expected[name] if expected[name] in line else line for name, line in said.items()
    }
    assert heard == expected
    assert stored_names(root) == []
    assert [model.objects.count() for model in ROWS] == [0] * len(ROWS)


def test_documents_that_do_no_harm_come_in_as_they_are(client, root):
    taken = {name: row[0] for name, row in odd_files.DOCUMENTS.items() if row[1] is None}
    sent = [file(content, f"{name}.bin") for name, content in taken.items()]
    response = client.post(NEW_ARTICLE, article(new_attachments=sent))
    assert response.status_code == 302, sentences(response)
    stored = {row.title: (root / row.file.name).read_bytes() for row in Attachment.objects.all()}
    assert stored == taken


def test_a_document_of_many_objects_may_take_so_much_time_and_no_more(monkeypatch):
    content = odd_files.pdf_of_objects(60_000)
    assert documents.judge_apart(content) == ("pdf", 1, ())
    monkeypatch.setattr(documents, "SECONDS", 1)
    with pytest.raises(documents.Refusal, match="too_complex"):
        documents.judge_apart(content)


def test_the_documents_of_one_request_may_take_so_much_time_together(client, root, monkeypatch):
    monkeypatch.setattr(files, "REQUEST_SECONDS", 0.01)
    sent = [file(bad_files.pdf(pages), f"{pages}.pdf") for pages in (1, 2, 3)]
    response = client.post(NEW_ARTICLE, article(new_attachments=sent))
    said = "Các tài liệu gửi cùng lúc cần quá nhiều thời gian để kiểm tra. Xin lưu bài, rồi thêm "
    assert [line for line in sentences(response) if "“" in line] == [
        f"{said}“{name}” và các tệp sau nó ở lần lưu khác." for name in ("2.pdf", "3.pdf")
    ]
    assert len(stored_names(root)) == 1  # the first was judged; without a row it is swept up
    again = file(bad_files.pdf(2), "2.pdf")
    assert client.post(NEW_ARTICLE, article(new_attachments=again)).status_code == 302


@pytest.mark.parametrize("name", odd_files.LINKED)
def test_the_sites_that_a_document_leads_to_are_told(name):
    content, sites = odd_files.LINKED[name]
    assert documents.judge_apart(content).links == sites


def test_more_sites_than_anybody_looks_at_are_refused(monkeypatch):
    addresses = [f"https://host{number}.example/" for number in range(2_500)]
    with pytest.raises(documents.Refusal, match="too_complex"):
        documents.judge_apart(odd_files.pdf_linking_to(*addresses))
    assert len(documents.judge_apart(odd_files.pdf_linking_to(*addresses[:1_000])).links) == 1_000


def test_a_document_may_take_so_much_memory_and_no_more(monkeypatch):
    content = odd_files.pdf_of_objects(60_000)
    monkeypatch.setattr(documents, "MEMORY", 100 * documents.MEGABYTE)
    # Where the memory ends is chance: pypdf may call what it could not read damaged.
    with pytest.raises(documents.Refusal, match=r"too_complex|damaged"):
        documents.judge_apart(content)


def test_a_tree_of_pages_that_names_itself_over_and_over_is_given_up():
    """Sixty-seven million pages out of thirty objects."""
    with pytest.raises(documents.Refusal, match="too_complex"):
        documents.judge_apart(odd_files.pdf_of_shared_pages())


# ── Every door ──────────────────────────────────────────────────────────────────────────────────
SAMPLE = ("empty", "HTML", "SVG", "png bomb", "half a jpeg", "many scans", "webp of 40 megapixels")
PERSON = INLINES | {"full_name": "Nguyễn Thị Hà"}
UNIT = INLINES | {"name": "Văn phòng", "kind": "division", "order": "1"}
FORMSETS = {
    f"{prefix}-{count}_FORMS": "0"
    for prefix in ("appointments", "contacts", "positions")
    for count in ("TOTAL", "INITIAL")
}
PHOTO_DOORS = {
    "library": (SEVERAL_PHOTOS, "new_photos", {}),
    "article": (NEW_ARTICLE, "new_photos", INLINES | {"kind": "news", "title": "Bài"}),
    "portrait": ("/admin/departments/person/add/", "portrait", PERSON | FORMSETS),
    "picture of a unit": ("/admin/departments/department/add/", "picture", UNIT | FORMSETS),
}


@pytest.mark.parametrize("door", PHOTO_DOORS)
@pytest.mark.parametrize("name", SAMPLE)
def test_photo_is_refused_at_every_door(client, root, door, name):
    address, field, values = PHOTO_DOORS[door]
    content, says = odd_files.PHOTOS[name]
    response = client.post(address, values | {field: file(content, "ảnh.jpg")})
    assert response.status_code == 200
    # Django's own field has its own sentence for an empty file.
    said = "\n".join(sentences(response))
    assert says in said or (name == "empty" and "rỗng" in said)
    assert_nothing_stored(root)


@pytest.mark.parametrize("door", ["portrait", "picture of a unit"])
@pytest.mark.parametrize("name", ["phone, orientation 6", "cmyk", "thumbnail, XMP and PHP"])
def test_portraits_and_pictures_of_units_are_published_as_pixels_alone(client, root, door, name):
    address, field, values = PHOTO_DOORS[door]
    response = client.post(address, values | {field: file(odd_files.PHOTOS[name][0], "ảnh.jpg")})
    assert response.status_code == 302, sentences(response)
    published = list((root / "anh").iterdir())
    assert published
    assert [foreign_parts(path.read_bytes()) for path in published] == [[]] * len(published)


WORD_SAMPLE = (
    *("empty", "html", "old office", "pdf", "odt", "xlsx", "docm", "docx bomb", "DDE in pieces"),
    *("template from outside", "entities in a text", "file in a wrapper", "60 bytes of a zip"),
)


@pytest.mark.parametrize("name", WORD_SAMPLE)
def test_word_file_is_refused_with_a_sentence_and_leaves_nothing(client, root, name):
    response = client.post(WORD, {"file": file(odd_files.DOCUMENTS[name][0], "bài.docx")})
    assert response.status_code == 400
    assert "“bài.docx”" in html.unescape(response.text)
    assert_nothing_stored(root)


def test_pictures_of_a_word_file_are_judged_like_any_other(client, root):
    """They are shown with what is wrong with them, and none of them comes into the library."""
    content = word_files.seed_by_styles()
    for name in ("HTML", "png bomb", "many scans"):
        bad = odd_files.PHOTOS[name][0]
        changed = _with_pictures(content, bad)
        address = client.post(WORD, {"file": file(changed, "bài.docx")}).url
        page = html.unescape(client.get(address).text)
        assert odd_files.PHOTOS[name][1] in page, name
    assert not Photo.objects.exists()
    assert not (root / "anh").exists()


def _with_pictures(content: bytes, picture: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        entries = {
            name: picture if name.startswith("word/media/") else old.read(name)
            for name in old.namelist()
        }
    return bad_files.archive(entries)


# ── Names ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", odd_files.NAMES.values(), ids=odd_files.NAMES)
def test_a_name_decides_nothing(client, root, name):
    """Neither where a file lies nor what it is; it is shown as text, without what nobody sees."""
    answer = client.post(ONE_PHOTO, {"upload": file(bad_files.jpeg(64, 48), name)})
    sent = [file(bad_files.pdf(), name)]
    page = client.post(NEW_ARTICLE, article(new_attachments=sent))
    assert (answer.status_code, page.status_code) == (200, 302)
    photo, document = Photo.objects.get(), Attachment.objects.get()
    for shown in (photo.name, document.title):
        assert shown.isprintable()
        assert not set(shown) & {"/", "\\", "\u202e", "\u200b", "\ufeff"}
    assert document.file.name == f"tep/{document.checksum}.pdf"
    checksums = {photo.checksum, document.checksum}
    found = stored_names(root)
    assert {re.split("[-.]", Path(one).name)[0] for one in found} == checksums
    assert {one.split("/")[0] for one in found} <= {"anh", "goc", "tep"}
    assert [path for path in root.parent.glob("*") if path.name in {"etc", "boot.jpg"}] == []


# ── A full disk, too many, a title taken away ───────────────────────────────────────────────────


@pytest.fixture
def no_room(root):
    """Nothing can be written where originals, renditions and documents lie."""
    for folder in ("goc", "anh", "tep"):
        (root / folder).write_bytes(b"")


@pytest.mark.parametrize("door", PHOTO_DOORS)
def test_a_full_disk_is_said_at_every_door(client, root, no_room, door):
    address, field, values = PHOTO_DOORS[door]
    response = client.post(address, values | {field: file(bad_files.jpeg(64, 48), "ảnh.jpg")})
    assert response.status_code == 200
    assert "Máy chủ không lưu được tệp" in "\n".join(sentences(response))
    assert stored_names(root) == ["anh", "goc", "tep"]
    assert [model.objects.count() for model in ROWS] == [0] * len(ROWS)


def test_more_than_five_hundred_files_are_answered_with_a_sentence(client, root):
    response = client.post(
        SEVERAL_PHOTOS, {"new_photos": [file(b"x", f"{number}.jpg") for number in range(501)]}
    )
    assert response.status_code == 400
    assert (
        "Có hơn 500 tệp gửi một lúc nên không tệp nào được lưu. Xin quay lại và gửi ít hơn."
        in response.text
    )
    assert_nothing_stored(root)


def test_whatever_else_is_a_bad_request_gets_no_page_of_ours(client):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "Gửi quá nhiều" not in response.text


def test_a_document_whose_title_is_taken_away_has_its_own_name(client):
    page = client.post(
        NEW_ARTICLE, article(new_attachments=[file(bad_files.pdf(), "Kế_hoạch số 5.pdf")])
    )
    assert page.status_code == 302
    document = Attachment.objects.get()
    document.title = "Tên khác"
    document.save()
    document.title = ""
    document.save()
    assert Attachment.objects.get().title == "Kế hoạch số 5"


def test_a_document_from_before_names_were_kept_keeps_its_title():
    document = make_attachment(article=make_article(), title="Báo cáo")
    Attachment.objects.filter(pk=document.pk).update(name="")
    document = Attachment.objects.get()
    document.title = ""
    document.save()
    assert Attachment.objects.get().title == "Báo cáo"
