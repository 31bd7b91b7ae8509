"""From a Word file to a draft, through the screen that staff use."""

import datetime
import io
import random
import re
import zipfile
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt

from news import word
from news.models import Article, Photo, WordFile
from portal import richtext
from tests.factories import make_category, make_site, make_user
from tests.news import word_files
from tests.portal import bad_files

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/news/article/word/"
PARAGRAPHS = word_files.PARAGRAPHS


def upload(client, content, *, name="bai.docx", address=UPLOAD):
    return client.post(address, {"file": SimpleUploadedFile(name, content)})


def draft_of(content, **options) -> word.Draft:
    return word.read(SimpleUploadedFile("bai.docx", content), **options)


def proposed(response) -> dict:
    """What the page of the draft would send if its button were pressed at once."""
    sent = {}
    for form in (response.context["form"], response.context["conference"]):
        for field in form:
            value = field.value()
            if value not in (None, False):
                sent[field.name] = field.field.widget.format_value(value) or value
    return {name: value[0] if isinstance(value, list) else value for name, value in sent.items()}


def take_over(client, content, **changed):
    """Hand in a file, look, confirm; gives the response of the confirmation."""
    address = upload(client, content).url
    values = proposed(client.get(address)) | {"category": make_category().pk} | changed
    values = {name: value for name, value in values.items() if value is not None}
    return client.post(address, values)


def media(settings) -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def words_of(html: str) -> list[str]:
    return [block.text for block in richtext.blocks(html) if block.photo is None]


def document(*paragraphs) -> bytes:
    """Paragraphs: words, or words and a function that is given the paragraph."""
    made = word_files.blank()
    for paragraph in paragraphs:
        words, change = paragraph if isinstance(paragraph, tuple) else (paragraph, None)
        added = made.add_paragraph(words)
        if change:
            change(added)
    return word_files.saved(made)


def centred(paragraph):
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def to_the_right(paragraph):
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def bold(paragraph):
    for run in paragraph.runs:
        run.bold = True


# ── The seed ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", [*word_files.WAYS, "by hand"])
@pytest.mark.parametrize("by", ["word", "libreoffice"])
def test_the_seed_becomes_a_draft_whoever_made_the_file(client, writer, way, by):
    made = word_files.seeds() if by == "word" else word_files.seeds_through_libreoffice()
    response = take_over(client, made[way])
    article = Article.objects.get()
    assert response.url == f"/admin/news/report/{article.pk}/change/"
    assert (article.kind, article.status, article.created_by) == ("report", "draft", writer)
    assert (article.title, article.summary) == (word_files.TITLE, "")
    assert words_of(article.body) == PARAGRAPHS
    assert article.byline == "Hưng Đức"
    order = [block.photo or block.tag for block in richtext.blocks(article.body)]
    assert order == ["p", 1, "p", "p", "p", 2, "p", "p"]
    photos = list(article.photos.values_list("ref", "caption", "order"))
    assert photos == [(1, word_files.CAPTIONS[0], 1), (2, word_files.CAPTIONS[1], 2)]
    conference = article.conference
    assert (conference.held_on, conference.review_year) == (date(2018, 1, 19), 2017)
    assert conference.plan_year == 2018
    assert "\xa0" not in article.body


def test_the_address_block_is_proposed_for_removal_and_may_stay(client, writer):
    address = upload(client, word_files.seed_by_styles()).url
    page = client.get(address)
    assert page.context["form"]["drop_address"].value() is True
    assert words_of(page.context["draft"].address) == word_files.ADDRESS
    values = proposed(page) | {"category": make_category().pk}
    del values["drop_address"]
    client.post(address, values)
    assert words_of(Article.objects.get().body) == [*PARAGRAPHS, *word_files.ADDRESS]


def test_the_date_line_under_the_title_is_the_time_of_publication(client, writer):
    take_over(client, word_files.seed_by_hand())
    moment = datetime.datetime(2018, 1, 23, 4, 11, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert Article.objects.get().publish_at == moment


def test_the_writer_may_change_what_was_found(client, writer):
    content = word_files.seed_by_styles()
    take_over(client, content, title="Tiêu đề khác", byline="", kind="news")
    article = Article.objects.get()
    assert (article.title, article.byline, article.kind) == ("Tiêu đề khác", "", "news")
    assert not hasattr(article, "conference")


def test_a_message_says_what_was_found(client, writer):
    response = take_over(client, word_files.seed_by_styles())
    page = client.get(response.url).content.decode()
    said = "Đã tạo bản nháp từ tệp Word: 6 đoạn, 2 ảnh, 2 chú thích, tác giả Hưng Đức."
    assert said in page


# ── Nothing before it is confirmed ──────────────────────────────────────────────────────────────
def test_nothing_is_in_articles_or_photos_before_it_is_confirmed(client, writer, settings):
    page = client.get(upload(client, word_files.seed_by_styles()).url)
    assert page.status_code == 200
    kept = WordFile.objects.get()
    assert (kept.article, kept.by, kept.name) == (None, writer, "bai.docx")
    assert (Article.objects.count(), Photo.objects.count()) == (0, 0)
    assert media(settings) == [kept.file]


def test_the_file_is_kept_with_the_article_and_served_to_nobody(client, writer, settings):
    take_over(client, word_files.seed_by_styles())
    kept = WordFile.objects.get()
    assert kept.article == Article.objects.get()
    content = (Path(settings.MEDIA_ROOT) / kept.file).read_bytes()
    assert content == word_files.seed_by_styles() or zipfile.is_zipfile(io.BytesIO(content))
    for name in (Path(kept.file).name, f"{kept.checksum}.docx", kept.file):
        assert client.get(f"/media/{name}").status_code == 404


def test_a_dropped_file_leaves_nothing(
    client, writer, settings, django_capture_on_commit_callbacks
):
    address = upload(client, word_files.seed_by_styles()).url
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address, {"_drop": "1"})
    assert response.url == "/admin/news/article/"
    assert (WordFile.objects.count(), media(settings)) == (0, [])
    assert client.get(address).status_code == 404


def test_files_nobody_came_back_for_go_after_a_day(
    client, writer, settings, django_capture_on_commit_callbacks
):
    with time_machine.travel("2018-01-20 10:00Z", tick=False):
        client.force_login(writer)
        upload(client, word_files.seed_by_styles())
    with time_machine.travel("2018-01-21 09:59Z", tick=False):
        client.force_login(writer)
        upload(client, document("Một"))
        assert WordFile.objects.count() == 2
    with time_machine.travel("2018-01-21 10:01Z", tick=False):
        client.force_login(writer)
        with django_capture_on_commit_callbacks(execute=True):
            upload(client, document("Hai"))
        assert WordFile.objects.count() == 2
    assert media(settings) == sorted(WordFile.objects.values_list("file", flat=True))


def test_a_second_click_makes_no_second_draft(client, writer):
    address = upload(client, word_files.seed_by_styles()).url
    values = proposed(client.get(address)) | {"category": make_category().pk}
    first, second = client.post(address, values), client.post(address, values)
    assert Article.objects.count() == 1
    assert second.url == first.url


def test_a_draft_without_a_category_is_not_made(client, writer):
    address = upload(client, word_files.seed_by_styles()).url
    response = client.post(address, proposed(client.get(address)) | {"title": "Đã sửa"})
    assert response.status_code == 400
    assert "category" in response.context["form"].errors
    assert "Đã sửa" in response.content.decode()
    assert (Article.objects.count(), Photo.objects.count()) == (0, 0)


def test_a_report_asks_for_the_day_of_its_conference(client, writer):
    response = take_over(client, word_files.seed_by_styles(), held_on="")
    assert response.status_code == 400
    assert "held_on" in response.context["conference"].errors
    assert Article.objects.count() == 0


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────
def test_a_waiting_file_is_seen_by_the_one_who_handed_it_in(client, writer):
    address = upload(client, word_files.seed_by_styles()).url
    client.force_login(make_user(groups=["Duyệt đăng"]))
    assert client.get(address).status_code == 404
    assert client.post(address, {"_drop": "1"}).status_code == 404
    assert WordFile.objects.count() == 1


@pytest.mark.parametrize("groups", [[], ["Quản trị"]])
def test_who_may_not_write_may_not_hand_in(client, groups):
    client.force_login(make_user(groups=groups))
    assert client.get(UPLOAD).status_code == 403
    assert upload(client, word_files.seed_by_styles()).status_code == 403
    assert client.get(f"{UPLOAD}1/").status_code == 403


def test_a_stranger_is_asked_to_sign_in(client):
    assert client.get(UPLOAD).url.startswith("/admin/login/")
    assert upload(client, b"PK").url.startswith("/admin/login/")


@pytest.mark.parametrize("model", ["article", "report"])
def test_the_lists_and_the_empty_form_lead_to_it(client, writer, model):
    address = f'href="/admin/news/{model}/word/"'
    for page in ("changelist", "add"):
        shown = client.get(reverse(f"admin:news_{model}_{page}")).content.decode()
        assert address in shown


# ── Bad files ───────────────────────────────────────────────────────────────────────────────────
def with_part(name: str, content: bytes) -> bytes:
    """The seed with one part replaced or added."""
    made = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(word_files.seed_by_styles()))
    with source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            if entry != name:
                target.writestr(entry, source.read(entry))
        target.writestr(name, content)
    return made.getvalue()


def _rare_text(length: int) -> bytes:
    """Text that hardly shrinks in an archive."""
    return random.Random(1).randbytes(length // 2).hex().encode()  # noqa: S311 - always the same


LAUGHS = b"<!DOCTYPE x [<!ENTITY a 'ha'>]>"
BAD = {
    "old Word": (bad_files.OLD_WORD, "bai.doc", "Word kiểu cũ (.doc)"),
    "PDF": (bad_files.pdf(), "bai.docx", "không phải tệp Word (.docx)"),
    "text": (b"Hello", "bai.docx", "không phải tệp Word (.docx)"),
    "spreadsheet": (bad_files.xlsx(), "bai.docx", "không phải tệp Word (.docx)"),
    "OpenDocument": (bad_files.odf(), "bai.docx", "không phải tệp Word (.docx)"),
    "empty": (b"", "bai.docx", "rỗng, xin chọn tệp khác"),
    "half": (word_files.seed_by_styles()[:9000], "bai.docx", "bị hỏng hoặc thiếu một phần"),
    "not XML": (with_part("word/document.xml", b"<w"), "bai.docx", "bị hỏng hoặc thiếu"),
    "entities": (with_part("word/styles.xml", LAUGHS + b"<x/>"), "bai.docx", "bị hỏng hoặc thiếu"),
    "deep": (
        with_part("word/document.xml", b"<a>" * 30_000 + b"</a>" * 30_000),
        "bai.docx",
        "Không đọc được tệp Word",
    ),
    "long": (
        with_part(
            "word/document.xml",
            b"<a>" + _rare_text(5_300_000) + b"</a>",
        ),
        "bai.docx",
        "dài quá mức",
    ),
    "many elements": (
        with_part("word/document.xml", b"<a>" + b"<b/>" * 100_000 + b"</a>"),
        "bai.docx",
        "dài quá mức",
    ),
    "2,001 entries": (
        bad_files.docx({f"word/{number}.bin": b"x" for number in range(2001)}),
        "bai.docx",
        "giải nén",
    ),
    "macros": (bad_files.docx(main=bad_files.DOCM_MAIN), "bai.docx", "macro"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_gets_a_sentence_and_leaves_nothing(client, writer, settings, kind):
    content, name, said = BAD[kind]
    response = upload(client, content, name=name)
    assert response.status_code == 400
    (error,) = re.findall(r'id="id_file_error"><li>(.*?)</li>', response.content.decode())
    assert said in error
    assert (WordFile.objects.count(), Article.objects.count(), media(settings)) == (0, 0, [])


def test_text_in_an_old_encoding_is_refused(client, writer):
    content = document("TiÕng ViÖt", "Héi nghÞ tæng kÕt ho¹t ®éng khoa häc c«ng nghÖ n¨m 2017")
    response = upload(client, content)
    assert response.status_code == 400
    assert "TCVN3" in response.content.decode()


def test_a_full_disk_is_told_and_leaves_nothing(client, writer, settings, monkeypatch):
    def fails(*args, **kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr("portal.files._write", fails)
    response = upload(client, word_files.seed_by_styles())
    assert response.status_code == 507
    assert (WordFile.objects.count(), media(settings)) == (0, [])


# ── Photos ──────────────────────────────────────────────────────────────────────────────────────
def document_with(*pictures) -> bytes:
    """A document with pictures, each with its caption under it."""
    made = word_files.blank()
    made.add_paragraph("Tin có ảnh", style="Title")
    made.add_paragraph("Đoạn một của bài.")
    for number, picture in enumerate(pictures, start=1):
        paragraph = made.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run().add_picture(picture, width=Pt(200))
        made.add_paragraph(f"Chú thích số {number}", style="Caption")
    made.add_paragraph("Đoạn hai của bài.")
    return word_files.saved(made)


def test_a_picture_that_is_no_photo_is_named_and_the_rest_goes_on(client, writer):
    tiny = word_files.picture("red", size=(8, 8))
    content = document_with(tiny, word_files.picture("navy"))
    response = take_over(client, content)
    article = Article.objects.get()
    assert list(article.photos.values_list("ref", "caption")) == [(2, "Chú thích số 2")]
    assert Photo.objects.count() == 1
    # No word is lost with it.
    assert words_of(article.body) == ["Đoạn một của bài.", "Chú thích số 1", "Đoạn hai của bài."]
    said = client.get(response.url).content.decode()
    assert "8 × 8" in said


def test_the_same_picture_twice_is_one_photo_with_two_captions(client, writer):
    take_over(client, document_with(word_files.picture("navy"), word_files.picture("navy")))
    article = Article.objects.get()
    assert Photo.objects.count() == 1
    assert list(article.photos.values_list("caption", flat=True)) == [
        "Chú thích số 1",
        "Chú thích số 2",
    ]


def test_two_photos_side_by_side_in_a_table_keep_their_captions():
    made = word_files.blank()
    made.add_paragraph("Tin có bảng ảnh", style="Title")
    table = made.add_table(rows=2, cols=2)
    for column, color in enumerate(("navy", "teal")):
        cell = table.cell(0, column).paragraphs[0]
        cell.add_run().add_picture(word_files.picture(color), width=Pt(100))
        table.cell(1, column).text = f"Ảnh cột {column + 1}"
    draft = draft_of(word_files.saved(made))
    assert [photo.caption for photo in draft.photos] == ["Ảnh cột 1", "Ảnh cột 2"]
    assert words_of(draft.body) == []


def test_a_table_with_figures_in_it_stays_a_table():
    made = word_files.blank()
    made.add_paragraph("Tin có bảng", style="Title")
    table = made.add_table(rows=3, cols=2)
    for row, texts in enumerate([("Năm", "Số đề tài"), ("2016", "10"), ("2017", "12")]):
        for column, words in enumerate(texts):
            table.cell(row, column).text = words
    table.cell(2, 1).paragraphs[0].add_run().add_picture(word_files.picture("navy"), width=Pt(50))
    draft = draft_of(word_files.saved(made))
    assert '<th scope="col">Số đề tài</th>' in draft.body
    assert [block.tag for block in richtext.blocks(draft.body)] == ["table", "figure"]


# ── Structure ───────────────────────────────────────────────────────────────────────────────────
def test_headings_lists_tables_and_links_stay():
    made = word_files.blank()
    made.add_paragraph("Tiêu đề", style="Title")
    made.add_paragraph("I. Kết quả", style="Heading 1")
    paragraph = made.add_paragraph("Có ")
    paragraph.add_run("chữ đậm").bold = True
    paragraph.add_run(" và ")
    paragraph.add_run("chữ nghiêng").italic = True
    link = made.part.relate_to(
        "https://langson.gov.vn/",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
        is_external=True,
    )
    paragraph._p.append(
        parse_xml(
            f'<w:hyperlink {nsdecls("w", "r")} r:id="{link}"><w:r><w:t>tỉnh</w:t></w:r>'
            "</w:hyperlink>"
        )
    )
    made.add_paragraph("Việc một", style="List Bullet")
    made.add_paragraph("Việc hai", style="List Bullet")
    made.add_paragraph("Chi tiết", style="Heading 3")
    draft = draft_of(word_files.saved(made))
    assert draft.body == (
        "<h2>I. Kết quả</h2>"
        "<p>Có <strong>chữ đậm</strong> và <em>chữ nghiêng</em>"
        '<a href="https://langson.gov.vn/">tỉnh</a></p>'
        "<ul><li>Việc một</li><li>Việc hai</li></ul>"
        "<h3>Chi tiết</h3>"
    )


def test_a_title_over_two_centred_lines_is_one_and_keeps_its_capitals():
    def both(paragraph):
        centred(paragraph)
        bold(paragraph)

    draft = draft_of(
        document(("HỘI NGHỊ TỔNG KẾT", both), ("NĂM 2017", both), "Đoạn một.", "Đoạn hai.")
    )
    assert draft.title == "HỘI NGHỊ TỔNG KẾT NĂM 2017"
    assert words_of(draft.body) == ["Đoạn một.", "Đoạn hai."]


def test_a_letterhead_stays_above_and_the_title_is_found_under_it():
    made = word_files.blank()
    table = made.add_table(rows=2, cols=2)
    for number, words in enumerate(("SỞ KH&CN", "CỘNG HÒA", "Số: 12", "Độc lập")):
        table.cell(number // 2, number % 2).text = words
    centred(made.add_paragraph("Thông báo mời họp"))
    made.add_paragraph("Đoạn một.")
    draft = draft_of(word_files.saved(made))
    assert draft.title == "Thông báo mời họp"
    assert [block.tag for block in richtext.blocks(draft.body)] == ["table", "p"]


def test_a_bold_lead_is_the_summary():
    lead = "Sáng 19/01/2018, Sở KH&CN Lạng Sơn tổ chức hội nghị tổng kết năm 2017."
    draft = draft_of(document(("Tiêu đề", bold), (lead, bold), "Đoạn một.", "Đoạn hai."))
    assert (draft.title, draft.summary) == ("Tiêu đề", lead)
    assert words_of(draft.body) == ["Đoạn một.", "Đoạn hai."]


def test_what_only_looks_like_structure_stays_in_the_text():
    draft = draft_of(
        document(
            ("Thông báo tuyển dụng", centred),
            "Đoạn một.",
            ("II. KẾT QUẢ", lambda paragraph: (centred(paragraph), bold(paragraph))),
            "Đoạn hai.",
            "Mọi chi tiết xin liên hệ: Văn phòng Sở, điện thoại (0205) 3.871.906.",
        )
    )
    assert draft.title == "Thông báo tuyển dụng"
    assert (draft.address, draft.byline, draft.summary) == ("", "", "")
    assert words_of(draft.body) == [
        "Đoạn một.",
        "II. KẾT QUẢ",
        "Đoạn hai.",
        "Mọi chi tiết xin liên hệ: Văn phòng Sở, điện thoại (0205) 3.871.906.",
    ]


def test_a_line_equal_to_the_contact_record_is_an_address_block():
    last = "Trụ sở: Số 438 đường Bà Triệu. Điện thoại: (0205) 3.871.906"
    content = document("Tiêu đề", "Đoạn một.", last)
    assert draft_of(content).address == ""
    known = draft_of(content, known=["Số 438 đường Bà Triệu"])
    assert words_of(known.address) == [last]


def test_the_sites_contact_record_is_known(client, writer):
    make_site(contact={"address": "Số 438 đường Bà Triệu", "phone": "(0205) 3.871.906"})
    last = "Trụ sở: Số 438 đường Bà Triệu. Điện thoại: (0205) 3.871.906"
    take_over(client, document("Tiêu đề", "Đoạn một.", last), kind="news")
    assert words_of(Article.objects.get().body) == ["Đoạn một."]


def test_no_word_of_the_document_is_lost():
    lines = [
        "Cụ thể là : ccs công cụ quản lý chất lượng tiến tiến; ủy,HĐND",
        "<script>alert(1)</script> & “ngoặc”",
        "Hai  dấu cách vẫn còn",
    ]
    draft = draft_of(document("Tiêu đề", *lines, ("Hưng Đức", to_the_right)))
    assert words_of(draft.body) == lines
    assert draft.byline == "Hưng Đức"


def test_two_equal_lines_are_two_lines():
    draft = draft_of(
        document("Tiêu đề", ("Hưng Đức", to_the_right), "Đoạn một.", ("Hưng Đức", to_the_right))
    )
    assert words_of(draft.body) == ["Hưng Đức", "Đoạn một."]


def test_a_formula_is_named_as_lost():
    def add_formula(paragraph):
        names = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
        formula = f"<m:oMath {names}><m:r><m:t>x</m:t></m:r></m:oMath>"
        paragraph._p.append(parse_xml(formula))

    draft = draft_of(document("Tiêu đề", ("Công thức: ", add_formula)))
    assert draft.warnings == [
        "Tệp Word có công thức, trang không lấy được. Xin gõ lại, hoặc thêm dưới dạng ảnh."
    ]
