"""portal.files: the private root, documents judged by content, and who may have a file."""

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.test.utils import isolate_apps

from news.models import Article, Attachment, Category
from portal import files, images
from portal.clients import networks
from tests.factories import make_user
from tests.portal import bad_files
from tests.portal.bad_files import upload
from tests.portal.test_images import run_child, stored_names


@pytest.fixture
def root(private_root) -> Path:
    return Path(private_root)


# ── The private root ────────────────────────────────────────────────────────────────────────────


def test_saved_file_is_whole_private_and_without_leftovers(root):
    assert default_storage.save("tep/a.pdf", ContentFile(b"content")) == "tep/a.pdf"
    assert (root / "tep/a.pdf").read_bytes() == b"content"
    assert (root / "tep/a.pdf").stat().st_mode & 0o777 == 0o640
    assert stored_names(root) == ["tep/a.pdf"]


def test_file_that_is_there_is_not_written_again(root):
    default_storage.save("tep/a.pdf", ContentFile(b"first"))
    assert default_storage.save("tep/a.pdf", ContentFile(b"second")) == "tep/a.pdf"
    assert (root / "tep/a.pdf").read_bytes() == b"first"


def test_address_of_a_file_is_below_media():
    assert default_storage.url("tep/abc.pdf") == "/media/abc.pdf"


def test_error_while_writing_leaves_no_part_of_a_file(root):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError(errno.EIO, "the disk is broken")

    with pytest.raises(OSError, match="the disk is broken"):
        default_storage.save("tep/a.pdf", Broken(b"whole"))
    assert stored_names(root) == []


def test_full_disk_leaves_no_part_of_a_file(root):
    child = """
        import resource, signal, sys
        import django; django.setup()
        from django.core.files.base import ContentFile
        from django.core.files.storage import default_storage
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # write() answers with an error instead
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        default_storage.save("tep/small.pdf", ContentFile(bytes(90_000)))
        try:
            default_storage.save("tep/big.pdf", ContentFile(bytes(300_000)))
        except OSError as error:
            sys.exit(error.errno)
        """
    done = run_child(child, root)
    assert done.returncode == errno.EFBIG, done.stderr
    assert stored_names(root) == ["tep/small.pdf"]


def test_process_killed_while_writing_leaves_no_file_under_the_name(root):
    child = """
        import os, signal
        import django; django.setup()
        from django.core.files.base import ContentFile
        from django.core.files.storage import default_storage
        class Endless(ContentFile):
            def chunks(self, chunk_size=None):
                yield b"half"
                os.kill(os.getpid(), signal.SIGKILL)
        default_storage.save("tep/a.pdf", Endless(b"whole"))
        """
    run_child(child, root)
    assert not (root / "tep/a.pdf").exists()


def test_checksum_is_half_a_sha256_and_leaves_the_file_at_its_start():
    file = ContentFile(b"abc")
    file.seek(2)
    assert files.checksum(file) == "ba7816bf8f01cfea414140de5dae2223"
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Bi\u0301 thu\u031b.pdf", "Bí thư.pdf"),
        ("C:\\fakepath\\báo cáo.pdf", "báo cáo.pdf"),
        ("a\u200b\n b.pdf", "a b.pdf"),
        (None, ""),
        ("x" * 100 + ".pdf", "x" * 40 + "…" + "x" * 35 + ".pdf"),
    ],
)
def test_given_name_is_shown_as_one_short_line(given, shown):
    assert files.shown_name(ContentFile(b"", name=given)) == shown


# ── Documents, judged by what they hold ─────────────────────────────────────────────────────────


def case(name: str, *values):
    return pytest.param(*values, id=name)


HYPERLINK = bad_files.relations("hyperlink", "https://langson.gov.vn/")
INNER_TEMPLATE = bad_files.relations("attachedTemplate", "mau.dotx", mode="Internal")


@pytest.mark.parametrize(
    ("content", "extension", "pages"),
    [
        case("pdf", bad_files.pdf(3), "pdf", 3),
        case(
            "pdf without a password to open",
            bad_files.pdf(2, user_password="", owner_password="x"),
            "pdf",
            2,
        ),
        case("docx", bad_files.docx(), "docx", 12),
        case(
            "docx without properties",
            bad_files.docx({"docProps/app.xml": "<Properties/>"}),
            "docx",
            None,
        ),
        case(
            "docx with a link",
            bad_files.docx({"word/_rels/document.xml.rels": HYPERLINK}),
            "docx",
            12,
        ),
        case(
            "docx with its own template",
            bad_files.docx({"word/_rels/settings.xml.rels": INNER_TEMPLATE}),
            "docx",
            12,
        ),
        case("xlsx", bad_files.xlsx(), "xlsx", None),
        case("odt", bad_files.odf("text"), "odt", None),
        case("ods", bad_files.odf("spreadsheet"), "ods", None),
        case(
            "zip",
            bad_files.archive(
                {"thư mục/a.TXT": "a", "b.pdf": bad_files.pdf(), "c.docx": bad_files.docx()}
            ),
            "zip",
            None,
        ),
    ],
)
def test_document_is_recognised_by_its_content(content, extension, pages):
    file = upload(content, "evil.html")
    info = files.inspect_attachment(file)
    assert info == files.AttachmentInfo(
        extension=extension,
        content_type=files.DOCUMENT_TYPES[extension],
        size=len(content),
        pages=pages,
        checksum=files.checksum(ContentFile(content)),
        links=info.links,  # tests/portal/test_odd_files.py has those
    )
    assert file.tell() == 0


EMPTY = "Tệp “x.pdf” rỗng, xin chọn tệp khác."
UNKNOWN = "Tệp “x.pdf” không thuộc loại được phép, xin chọn tệp PDF, DOCX, XLSX, ODT, ODS hoặc ZIP."
OLD = (
    "Tệp “x.pdf” có định dạng Office cũ hoặc có mật khẩu, xin lưu lại thành DOCX hoặc XLSX "
    "không có mật khẩu rồi chọn tệp mới."
)
DAMAGED = (
    "Tệp “x.pdf” bị hỏng hoặc thiếu một phần, xin mở tệp trên máy tính, lưu lại rồi chọn tệp mới."
)
LOCKED = "Tệp “x.pdf” có mật khẩu, xin lưu lại không có mật khẩu rồi chọn tệp mới."
ACTIVE = "Tệp “x.pdf” có mã lệnh tự chạy khi mở, xin in ra tệp PDF mới rồi chọn tệp đó."
CARRIER = "Tệp “x.pdf” có tệp khác nằm bên trong, xin đính kèm riêng từng tệp."
MACROS = "Tệp “x.pdf” có macro, xin lưu lại không có macro rồi chọn tệp mới."
EXTERNAL = "Tệp “x.pdf” lấy mẫu, ảnh hoặc số liệu từ nơi khác, xin lưu thành PDF rồi chọn tệp đó."
TOO_MUCH = "Tệp “x.pdf” quá lớn khi giải nén, xin chia nhỏ hoặc lưu thành PDF."


def entry(name: str) -> str:
    return f"Tệp “x.pdf” chứa “{name}” không được phép, xin bỏ ra rồi chọn tệp mới."


def external(kind: str) -> str:
    return bad_files.relations(kind, "https://evil.example/x.dotm")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        case("empty", b"", EMPTY),
        case("too large", bytes(25 * 1024 * 1024), "Tệp 25 MB, tối đa 20 MB."),
        case("html", bad_files.HTML, UNKNOWN),
        case("svg", bad_files.SVG, UNKNOWN),
        case("program", b"MZ" + bytes(200), UNKNOWN),
        case("jpeg with a pdf behind", bad_files.jpeg() + bad_files.pdf(), UNKNOWN),
        case("html with a pdf behind", bad_files.HTML + bad_files.pdf(), UNKNOWN),
        case("html with a zip behind", bad_files.HTML + bad_files.archive({"a.txt": "a"}), UNKNOWN),
        case("zip that begins with html", bad_files.zip_behind_html(), DAMAGED),
        case("pdf with a zip behind", bad_files.pdf() + bad_files.archive({"a.txt": "a"}), DAMAGED),
        case("old word", bad_files.OLD_WORD, OLD),
        case("half a pdf", bad_files.pdf(20)[:700], DAMAGED),
        case("pdf of nothing", b"%PDF-1.7\n%%EOF", DAMAGED),
        case("pdf without pages", bad_files.pdf(0), DAMAGED),
        case("pdf with a password", bad_files.pdf(user_password="x"), LOCKED),
        case("pdf with a script", bad_files.pdf_with_script(), ACTIVE),
        case("pdf with a script on a page", bad_files.pdf_with_script_on_a_page(), ACTIVE),
        case("pdf that starts a program", bad_files.pdf_with_launch_on_opening(), ACTIVE),
        case("the same named elsewhere", bad_files.pdf_with_launch_named_elsewhere(), ACTIVE),
        case(
            "the same in an encrypted pdf",
            bad_files.pdf(change=bad_files.add_script, user_password="", owner_password="x"),
            ACTIVE,
        ),
        case("pdf with a scripted form", bad_files.pdf_with_scripted_form(), ACTIVE),
        case("pdf with a file", bad_files.pdf_with_file(), CARRIER),
        case(
            "docm", bad_files.docx({"word/vbaProject.bin": "x"}, main=bad_files.DOCM_MAIN), MACROS
        ),
        case("docm that calls itself docx", bad_files.docx({"word/vbaProject.bin": "x"}), MACROS),
        case(
            "template from outside",
            bad_files.docx({"word/_rels/settings.xml.rels": external("attachedTemplate")}),
            EXTERNAL,
        ),
        case(
            "picture from outside",
            bad_files.docx({"word/_rels/document.xml.rels": external("image")}),
            EXTERNAL,
        ),
        case(
            "data from outside",
            bad_files.xlsx({"xl/_rels/x.rels": external("externalLinkPath")}),
            EXTERNAL,
        ),
        case("entity", bad_files.docx_with_an_entity(), DAMAGED),
        case("entities", bad_files.docx_with_entities(), DAMAGED),
        case("half a docx", bad_files.docx()[:-30], DAMAGED),
        case(
            "docx with a wrong checksum",
            bad_files.docx(compression=0).replace("Kế".encode(), b"Keee"),
            DAMAGED,
        ),
        case("presentation", bad_files.docx(main="application/vnd.ms-powerpoint"), UNKNOWN),
        case("drawing", bad_files.odf("graphics"), UNKNOWN),
        case("odt with basic", bad_files.odf(more={"Basic/Standard/Module1.xml": "<x/>"}), MACROS),
        case("odt with scripts", bad_files.odf(more={"Scripts/python/a.py": "x"}), MACROS),
        case("odt with a password", bad_files.encrypted_odf(), LOCKED),
        case("zip with a password", bad_files.encrypted_zip(), LOCKED),
        case("zip bomb", bad_files.zip_bomb(), TOO_MUCH),
        case(
            "too many entries", bad_files.archive({f"{n}.txt": "a" for n in range(2001)}), TOO_MUCH
        ),
        case("empty zip", bad_files.archive({}), UNKNOWN),
        case("path that climbs", bad_files.archive({"../a.txt": "a"}), entry("../a.txt")),
        case(
            "path that climbs on Windows",
            bad_files.archive({"a\\..\\..\\a.txt": "a"}),
            entry("a\\..\\..\\a.txt"),
        ),
        case("absolute path", bad_files.archive({"/etc/a.txt": "a"}), entry("/etc/a.txt")),
        case("path with a drive", bad_files.archive({"C:/a.txt": "a"}), entry("C:/a.txt")),
        case("program in a zip", bad_files.archive({"a.exe": "MZ"}), entry("a.exe")),
        case("html in a zip", bad_files.archive({"a.html": bad_files.HTML}), entry("a.html")),
        case("svg in a zip", bad_files.archive({"a.svg": bad_files.SVG}), entry("a.svg")),
        case(
            "zip in a zip",
            bad_files.archive({"a.zip": bad_files.archive({"a.txt": "a"})}),
            entry("a.zip"),
        ),
        case(
            "scripted pdf in a zip",
            bad_files.archive({"a.pdf": bad_files.pdf_with_script()}),
            entry("a.pdf"),
        ),
        case(
            "docx that is a zip in a zip",
            bad_files.archive({"a.docx": bad_files.archive({"a.txt": "a"})}),
            entry("a.docx"),
        ),
    ],
)
def test_document_that_could_do_harm_is_refused_with_a_sentence(content, sentence):
    with pytest.raises(ValidationError) as caught:
        files.inspect_attachment(upload(content, "x.pdf"))
    assert caught.value.messages == [sentence]


# ── The field ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def article(db) -> Article:
    return Article.objects.create(
        title="Kế hoạch năm 2018", category=Category.objects.create(name="Thông báo")
    )


def make_by_create(article):
    return article.attachments.create(file=upload(bad_files.pdf(), "Kế hoạch.pdf"))


def make_by_save(article):
    attachment = Attachment(article=article)
    attachment.file.save("Kế hoạch.pdf", ContentFile(bad_files.pdf()))
    return attachment


def make_by_bulk_create(article):
    attachment = Attachment(article=article, file=upload(bad_files.pdf(), "Kế hoạch.pdf"))
    return Attachment.objects.bulk_create([attachment])[0]


class AttachmentForm(forms.ModelForm):
    class Meta:
        model = Attachment
        fields = ["file"]


def make_by_form(article):
    data = {"file": upload(bad_files.pdf(), "a" * 240 + ".pdf")}
    form = AttachmentForm({}, data, instance=Attachment(article=article))
    assert form.errors == {}
    return form.save()


@pytest.mark.parametrize("make", [make_by_create, make_by_save, make_by_bulk_create, make_by_form])
def test_document_is_judged_and_described_by_every_path(make, article, root):
    attachment = Attachment.objects.get(pk=make(article).pk)
    content = bad_files.pdf()
    checksum = files.checksum(ContentFile(content))
    assert attachment.file.name == f"tep/{checksum}.pdf"
    assert (attachment.size, attachment.type, attachment.pages, attachment.checksum) == (
        len(content),
        "pdf",
        2,
        checksum,
    )
    assert attachment.file.url == f"/media/{checksum}.pdf"
    assert stored_names(root) == [attachment.file.name]


@pytest.mark.parametrize("make", [make_by_create, make_by_save, make_by_bulk_create])
def test_bad_document_is_refused_by_every_path_and_leaves_no_file(make, article, root, monkeypatch):
    bad = bad_files.pdf_with_script()
    monkeypatch.setattr(bad_files, "pdf", lambda: bad)
    with (
        pytest.raises(ValidationError, match="có mã lệnh tự chạy khi mở"),
        transaction.atomic(),
    ):
        make(article)
    assert stored_names(root) == []
    assert not Attachment.objects.exists()


def test_form_tells_the_sentence_at_the_field():
    form = AttachmentForm({}, {"file": upload(bad_files.HTML, "x.pdf")})
    assert form.errors == {"file": [UNKNOWN]}


def test_full_clean_tells_the_sentence_at_the_field(article):
    attachment = Attachment(article=article, file=upload(bad_files.HTML, "x.pdf"))
    with pytest.raises(ValidationError) as caught:
        attachment.full_clean()
    assert caught.value.message_dict["file"] == [UNKNOWN]


def test_form_offers_the_allowed_kinds_only():
    html = str(AttachmentForm()["file"])
    assert 'accept=".pdf,.docx,.xlsx,.odt,.ods,.zip"' in html
    assert "maxlength" not in html


def test_same_file_at_two_articles_lies_on_the_disk_once(article, root):
    names = {make_by_create(article).file.name, make_by_create(article).file.name}
    assert stored_names(root) == list(names)


@isolate_apps("portal")
def test_column_that_would_be_written_too_early_is_reported():
    class Early(models.Model):  # noqa: DJ008
        size = models.PositiveIntegerField(default=0)
        file = files.AttachmentField(size_field="size", type_field="missing")

        class Meta:
            app_label = "portal"

    assert [error.id for error in Early.check()] == ["portal.E001", "portal.E001"]


@isolate_apps("portal")
def test_columns_are_emptied_with_the_file():
    class Unit(models.Model):  # noqa: DJ008
        picture = images.ImageField(blank=True, width_field="width", height_field="height")
        width = models.PositiveIntegerField(null=True)
        height = models.PositiveIntegerField(null=True)

        class Meta:
            app_label = "portal"

    unit = Unit(picture="", width=600, height=800)
    Unit._meta.get_field("picture").pre_save(unit, add=False)
    assert (unit.width, unit.height) == (None, None)


# ── Who may have a file ─────────────────────────────────────────────────────────────────────────

NOW = datetime(2018, 1, 23, 4, 11, tzinfo=UTC)
# As every page of a portal without settings says it.
NOT_KEPT = "public, max-age=0, must-revalidate"


@pytest.fixture
def doors(monkeypatch):
    """No app's door but those the test opens: what they answer is the test's."""
    monkeypatch.setattr(files, "_doors", [])

    def open_door(*ends, to=(), title=""):
        door = files.Door(
            public_until=lambda checksum: ends,
            public_among=lambda checksums: set(checksums) if ends else set(),
            open_to=lambda checksum, user: user.username in to,
            file_name=lambda checksum: title,
        )
        files.register_door(door)
        return door

    return open_door


@pytest.fixture
def document(root) -> str:
    """The address of a stored PDF."""
    stored = files.AttachmentField.admit(upload(bad_files.pdf(), "a.pdf"))
    return default_storage.url(stored.name)


@pytest.fixture
def photo(root) -> str:
    """The address of a stored photo's rendition."""
    stored = images.store(upload(bad_files.jpeg(), "a.jpg"))
    return f"/media/{stored.checksum}-320.jpg"


def test_public_document_is_handed_over_to_be_saved(client, doors, document):
    doors(None, title="Kế hoạch năm 2018: đợt 1")
    response = client.get(document)
    assert response.content == bad_files.pdf()
    expected = {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(bad_files.pdf())),
        "Content-Disposition": 'attachment; filename="ke-hoach-nam-2018-dot-1.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, max-age=3600",
        "ETag": f'"{document.rsplit("/", 1)[1]}"',
    }
    assert {name: response.headers.get(name) for name in expected} == expected
    assert "Vary" not in response.headers or "Cookie" not in response.headers["Vary"]


def test_public_photo_is_shown_in_the_page(client, doors, photo):
    doors(None)
    response = client.get(photo)
    assert response.content[:3] == b"\xff\xd8\xff"
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Disposition"] == "inline"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_document_without_a_title_is_saved_under_its_checksum(client, doors, document):
    doors(None)
    name = document.rsplit("/", 1)[1]
    assert client.get(document).headers["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("ends", "cache_control"),
    [
        ([None], "public, max-age=3600"),
        ([timedelta(minutes=10)], "public, max-age=600"),
        ([timedelta(minutes=10), timedelta(minutes=20)], "public, max-age=1200"),
        ([timedelta(minutes=10), None], "public, max-age=3600"),
        ([timedelta(days=3)], "public, max-age=3600"),
        ([timedelta(minutes=-1), timedelta(minutes=1)], "public, max-age=60"),
    ],
)
def test_file_is_cached_no_longer_than_it_is_public(
    client, doors, document, time_machine, ends, cache_control
):
    time_machine.move_to(NOW, tick=False)
    doors(*(end and NOW + end for end in ends))
    assert client.get(document).headers["Cache-Control"] == cache_control


def test_last_use_counts_whichever_app_it_is_in(client, doors, document, time_machine):
    time_machine.move_to(NOW, tick=False)
    doors(NOW + timedelta(minutes=1))
    doors(NOW + timedelta(minutes=5))
    assert client.get(document).headers["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize("ends", [[], [NOW - timedelta(seconds=1)], [NOW]])
@pytest.mark.django_db
def test_file_of_nothing_public_is_404_and_not_kept(
    client, doors, document, photo, time_machine, ends
):
    time_machine.move_to(NOW, tick=False)
    doors(*ends)
    for address in (document, photo):
        response = client.get(address)
        assert (response.status_code, response.headers["Cache-Control"]) == (404, NOT_KEPT)


@pytest.mark.django_db
def test_staff_see_what_is_not_public_and_nobody_keeps_it(client, doors, document):
    lan = make_user(username="lan")
    doors(to=["lan"])
    client.force_login(lan)
    response = client.get(document)
    assert response.content == bad_files.pdf()
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


@pytest.mark.django_db
def test_staff_see_it_from_where_the_admin_is_alone(client, doors, document, photo, settings):
    settings.ADMIN_NETWORKS = networks(["10.20.0.0/16"])
    door = doors(to=["lan"])
    client.force_login(make_user(username="lan"))
    inside, outside = {"REMOTE_ADDR": "10.20.0.7"}, {"REMOTE_ADDR": "203.0.113.9"}
    for address in (document, photo):
        assert client.get(address, **inside).status_code == 200
        response = client.get(address, **outside)
        assert (response.status_code, response.headers["Cache-Control"]) == (
            404,
            "private, no-store",
        )
    files.unregister_door(door)
    doors(None)
    for address in (document, photo):
        assert client.get(address, **inside).status_code == 200
        assert client.get(address, **outside).status_code == 200


@pytest.mark.django_db
def test_other_staff_get_404(client, doors, document):
    client.force_login(make_user(username="tam"))
    doors(to=["lan"])
    response = client.get(document)
    assert (response.status_code, response.headers["Cache-Control"]) == (404, "private, no-store")


def test_public_answer_looks_at_no_session(client, doors, photo, settings):
    """Without a database mark: reading the session the cookie names would fail the test."""
    doors(None)
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    response = client.get(photo)
    assert (response.status_code, response.headers.get("Vary", "")) == (200, "")


@pytest.mark.django_db
def test_known_file_is_answered_304_while_it_is_public(client, doors, photo):
    door = doors(None)
    tag = client.get(photo).headers["ETag"]
    response = client.get(photo, headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    files.unregister_door(door)
    assert client.get(photo, headers={"If-None-Match": tag}).status_code == 404


def test_head_tells_what_get_would(client, doors, photo):
    doors(None)
    head, got = client.head(photo), client.get(photo)
    assert head.content == b""
    del head.headers["X-Request-ID"], got.headers["X-Request-ID"]
    assert dict(head.headers) == dict(got.headers)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_file_answers_get_and_head_only(client, doors, photo, method):
    doors(None)
    assert getattr(client, method)(photo).status_code == 405


def test_nginx_is_told_where_a_document_lies(client, doors, document, settings):
    settings.MEDIA_ACCEL = "/_tep/"
    doors(None)
    response = client.get(document)
    assert response.headers["X-Accel-Redirect"] == document.replace("/media/", "/_tep/tep/")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.content == b""


@pytest.mark.parametrize(("end", "kept"), [(None, 8), (NOW + timedelta(seconds=5), 4)])
def test_nginx_gets_the_bytes_of_a_public_image_and_keeps_them_for_a_while(
    client, doors, photo, settings, time_machine, end, kept
):
    time_machine.move_to(NOW, tick=False)
    settings.MEDIA_ACCEL = "/_tep/"
    doors(end)
    response = client.get(photo)
    assert response.content.startswith(b"\xff\xd8")
    assert response.headers["X-Accel-Expires"] == f"@{int(NOW.timestamp()) + kept}"
    assert "X-Accel-Redirect" not in response.headers


@pytest.mark.django_db
def test_original_has_no_address(client, doors, root):
    doors(None)
    stored = images.store(upload(bad_files.phone_jpeg(), "a.jpg"))
    for name in (
        stored.name,
        f"{stored.checksum}.jpg",
        f"../{stored.name}",
        f"%2e%2e/{stored.name}",
    ):
        assert client.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "x.html",
        "x.svg",
        "{0}.html",
        "{0}.svg",
        "{0}.jpg",
        "{0}-320.png",
        "{0}-0320.jpg",
        "{0}-320.jpg/",
        "{0}-٣٢٠.jpg",
        "../anh/{0}-320.jpg",
        "..%2Fanh%2F{0}-320.jpg",
        "{0}-321.jpg",
    ],
)
@pytest.mark.django_db
def test_no_other_name_names_a_file(client, doors, photo, name):
    doors(None)
    checksum = photo.split("/")[2][:32]
    for ending in ("html", "svg", "png"):
        default_storage.save(f"anh/{checksum}-320.{ending}", ContentFile(bad_files.HTML))
        default_storage.save(f"tep/{checksum}.{ending}", ContentFile(bad_files.HTML))
    response = client.get("/media/" + name.format(checksum))
    assert (response.status_code, response.headers["Cache-Control"]) == (404, NOT_KEPT)


def test_closed_type_map_holds_nothing_a_browser_would_run():
    assert {*files.IMAGE_TYPES, *files.DOCUMENT_TYPES} == {
        *("webp", "jpg", "pdf", "docx", "xlsx", "odt", "ods", "zip")
    }
