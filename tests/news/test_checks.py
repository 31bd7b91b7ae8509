"""The check before publishing: what it finds, what blocks, who may ask, who is proposed."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from news import checks, people_named, sample
from news.checks import Draft, check
from news.models import Article, ArticlePerson, ArticlePhoto, Attachment, Conference
from news.people_named import Passage
from portal import richtext
from portal.publishing import Refused, Status
from tests.factories import (
    SEED_TIME,
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_department,
    make_person,
    make_photo,
    make_position,
    make_user,
)
from tests.news.clean_articles import ARTICLES
from tests.news.test_admin import post

pytestmark = pytest.mark.django_db

DAY = date(2018, 1, 19)


def draft(**kwargs):
    return make_article(**({"status": "draft", "summary": "Một câu tóm tắt."} | kwargs))


def found(article):
    return check(Draft.of(article))


def sentences(article):
    return [str(one.sentence) for one in found(article)]


@pytest.fixture
def seed():
    sample.load()
    return Article.objects.get(byline="Hưng Đức")


# ── The report the portal was ordered with ──────────────────────────────────────────────────────
def test_the_seed_raises_its_eight_slips_and_the_missing_summary(seed):
    assert [(str(one.where), one.words) for one in found(seed)] == [
        ("Sapo", ""),
        ("Đoạn 2", "ủy,HĐND"),
        ("Đoạn 2", "là :"),
        ("Đoạn 3", "nghệ ;"),
        ("Đoạn 3", "tuệ ;"),
        ("Đoạn 5", "ccs"),
        ("Đoạn 5", "tiến tiến"),
        ("Đoạn 6", "cố,...  Đồng thời"),
        ("Đoạn 1", "KH&CN"),
    ]
    assert not any(one.blocks for one in found(seed))


def test_clean_articles_raise_nothing_as_stored_articles():
    category = make_category()
    for title, *paragraphs in ARTICLES:
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        article = Article(title=title, summary="Tóm tắt.", body=richtext.clean(body))
        article.category = category
        article.publish_at = datetime(2026, 1, 1, tzinfo=UTC)
        assert [str(one.sentence) for one in check(Draft(article=article))] == []


def test_a_slip_leads_to_its_field_and_shows_the_words_around_it():
    article = draft(title="Họp Tỉnh ủy,HĐND tỉnh")
    slip = next(one for one in found(article) if one.words)
    assert (slip.anchor, slip.part, slip.before, slip.words, slip.after) == (
        "id_title",
        "title",
        "Họp Tỉnh ",
        "ủy,HĐND",
        " tỉnh",
    )


def test_captions_and_descriptions_are_proofread_too():
    article = draft()
    make_article_photo(article=article, caption="Các  đại biểu", alt="Hội trường : đông")
    assert [one.anchor for one in found(article)] == ["id_photos-0-caption", "id_photos-0-alt"]


def test_empty_cells_of_a_table_are_no_doubled_spaces():
    table = "<table><tr><td>một</td><td></td><td>hai</td></tr></table>"
    assert found(draft(body=f"<p>Bảng sau.</p>{table}")) == []


# ── What blocks ─────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "fields",
    [
        {"body": r"<p>Ảnh ở C:\Users\Lan\anh.jpg</p>"},
        {"body": "<p>data:image/png;base64,iVBORw0KGgo</p>"},
        {"summary": "Xem file:///D:/bao-cao.doc"},
        {"title": r"Báo cáo D:\tin\bai.doc"},
    ],
)
def test_a_path_of_a_computer_or_a_picture_as_text_blocks_publication(fields):
    article = draft(**fields)
    blocking = [str(one.sentence) for one in found(article) if one.blocks]
    assert len(blocking) == 1
    with pytest.raises(Refused) as refused:
        article.publish(by=make_user(groups=["Duyệt đăng"]))
    assert refused.value.reasons == blocking
    article.refresh_from_db()
    assert article.status == Status.DRAFT


def test_a_path_of_a_computer_is_shown_where_it_stands():
    article = draft(body=r"<p>Một.</p><p>Ảnh ở C:\Users\Lan\anh.jpg, xin xem.</p>")
    (path,) = found(article)
    assert (str(path.where), path.words) == ("Đoạn 2", r"C:\Users\Lan\anh.jpg")


def test_a_path_in_a_caption_or_in_a_documents_title_blocks_too():
    article = draft()
    make_article_photo(article=article, caption=r"C:\anh\1.jpg")
    make_attachment(article=article, title=r"C:\bao cao.pdf")
    blocking = [one for one in found(article) if one.blocks]
    assert [one.anchor for one in blocking] == ["id_photos-0-caption", "id_attachments-0-title"]
    assert article.failure_reasons() == [str(one.sentence) for one in blocking]


def test_what_blocks_a_photo_leads_to_its_field():
    article = draft()
    make_article_photo(article=article, photo=make_photo(alt="IMG_1234.jpg"), order=1)
    make_article_photo(article=article, photo=make_photo(color="red", alt=""), order=2)
    make_article_photo(article=article, caption="Một Tấm ảnh một màu", alt="Hội trường", order=3)
    assert [(one.anchor, one.blocks) for one in found(article)] == [
        ("id_photos-0-caption", True),
        ("id_photos-0-alt", True),
        ("id_photos-1-caption", True),
        ("id_photos-1-alt", True),
    ]
    assert article.failure_reasons() == sentences(article)


def test_warnings_never_block():
    article = draft(title="Họp  Tỉnh ủy,HĐND", summary="", body="<p>Ứng dụng ccs công cụ.</p>")
    assert found(article)
    article.publish(by=make_user(groups=["Duyệt đăng"]))
    assert article.status == Status.PUBLISHED


# ── What warns ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("fields", "anchor"),
    [
        ({"summary": ""}, "id_summary"),
        ({"title": "Hội nghị " + "rất dài " * 18}, "id_title"),
        ({"title": "HỘI NGHỊ TỔNG KẾT NĂM 2017"}, "id_title"),
        ({"body": '<p>Xem <a href="https://a.gov.vn/">tại đây</a>.</p>'}, "id_body"),
        ({"body": "<p>Trang www.langson.gov.vn có thêm.</p>"}, "id_body"),
        ({"body": '<p>Xem <a href="/tin-tuc/khong-co-999/">bài trước</a>.</p>'}, "id_body"),
        ({"body": '<p>Xem <a href="/khong-co/">trang cũ</a>.</p>'}, "id_body"),
        ({"body": '<p>Xem <a href="/admin/">trang quản trị</a>.</p>'}, "id_body"),
        ({"body": '<p>Xem <a href="/media/khong-co.pdf">tệp cũ</a>.</p>'}, "id_body"),
        ({"body": "<p>Căn cước số 020190001234.</p>"}, "id_body"),
        ({"body": "<p>Ủng hộ qua STK 0201 0001 2345.</p>"}, "id_body"),
        ({"body": "<p>Bộ KH&amp;CN và Sở KHCN.</p>"}, "id_body"),
    ],
)
def test_each_of_these_is_one_warning(fields, anchor):
    article = draft(**fields)
    assert [(one.anchor, one.blocks) for one in found(article)] == [(anchor, False)]


def test_links_to_what_readers_can_open_raise_nothing(settings):
    live = make_article(title="Bài đã đăng")
    unit = make_department()
    body = "".join(
        f'<p>Xem <a href="{address}">trang của Sở</a>.</p>'
        for address in (
            live.get_absolute_url(),
            f"{settings.SITE_URL}{live.get_absolute_url()}",
            live.category.get_absolute_url(),
            unit.get_absolute_url(),
            "/lien-he/",
            "/tim-kiem/?q=khcn",
            "https://most.gov.vn/",
            "mailto:skhcn@langson.gov.vn",
        )
    )
    assert found(draft(body=body)) == []


def test_a_link_to_a_draft_is_dead_for_readers():
    hidden = draft(title="Bài chưa đăng")
    article = draft(body=f'<p>Xem <a href="{hidden.get_absolute_url()}">bài ấy</a>.</p>')
    assert [one.words for one in found(article)] == ["bài ấy"]
    assert hidden.title not in "".join(sentences(article))


def test_a_large_pdf_is_slow_on_a_phone():
    article = draft()
    make_attachment(article=article, title="Báo cáo")
    assert found(article) == []
    Attachment.objects.update(size=6 * 2**20)
    assert sentences(article) == [
        "“Báo cáo” nặng 6 MB, mở trên điện thoại sẽ chậm. Nên giảm dung lượng tệp PDF."
    ]


def test_the_same_title_or_text_is_told_only_of_published_articles():
    words = "<p>" + "Sở Khoa học và Công nghệ tổ chức hội nghị tổng kết công tác năm. " * 5 + "</p>"
    article = draft(title="Hội nghị tổng kết", body=words)
    draft(title="Hội nghị tổng kết", body=words)
    assert found(article) == []
    make_article(title="HỘI NGHỊ tổng kết", body="<p>Bài khác.</p>")
    assert sentences(article) == ["Đã có bài cùng tiêu đề, đăng ngày 23/01/2018."]
    make_article(title="Tiêu đề khác", body=words)
    assert sentences(article)[1] == "Nội dung này đã đăng ngày 23/01/2018: “Tiêu đề khác”."


def test_a_working_copy_is_no_double_of_its_own_article(seed):
    words = "<p>" + "Sở Khoa học và Công nghệ tổ chức hội nghị tổng kết công tác năm. " * 5 + "</p>"
    live = make_article(body=words, summary="Tóm tắt.")
    copy = draft(title=live.title, body=words, draft_of=live)
    assert found(copy) == []


# ── Years and days ──────────────────────────────────────────────────────────────────────────────
def report(**conference):
    article = draft(
        kind="report",
        title="Hội nghị tổng kết năm 2017 và nhiệm vụ năm 2018",
        body="<p>Ngày 19/01/2018, Sở đã tổ chức hội nghị.</p>",
        publish_at=SEED_TIME,
    )
    fields = {"held_on": DAY, "review_year": 2017, "plan_year": 2018} | conference
    make_conference(article=article, **fields)
    return article


def test_years_that_agree_raise_nothing():
    assert found(report()) == []


@pytest.mark.parametrize(
    ("conference", "anchors"),
    [
        ({"review_year": 2016}, ["id_title"]),
        ({"review_year": 2015, "plan_year": 2016}, ["id_title"]),
        ({"held_on": date(2017, 1, 19)}, ["id_body"]),
        ({"held_on": date(2018, 1, 24)}, ["id_conference-0-held_on"]),
    ],
)
def test_a_year_or_day_that_does_not_match_is_found(conference, anchors):
    assert [one.anchor for one in found(report(**conference))] == anchors


def test_a_publication_before_the_event_of_the_first_sentence_is_found():
    body = "<p>Ngày 25/01/2018, Sở đã tổ chức hội nghị.</p>"
    article = draft(body=body, publish_at=SEED_TIME)
    assert sentences(article) == [
        "Câu đầu nói về ngày 25/01/2018, nhưng bài đăng từ ngày 23/01/2018."
    ]
    article.kind = "notice"
    assert found(article) == []


# ── The panel and its address ───────────────────────────────────────────────────────────────────
def form(article, name="change"):
    return reverse(f"admin:news_{article._meta.model_name}_{name}", args=[article.pk])


def fields(**values):
    data = {
        "kind": "news",
        "title": "Tin thử",
        "summary": "Một câu.",
        "body": "<p>Một đoạn.</p>",
        "category": make_category().pk,
    }
    for prefix in ("photos", "attachments", "people", "concerned_departments"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | values


def test_the_form_shows_the_list_of_the_stored_draft(client, writer):
    article = draft(created_by=writer, body="<p>Tỉnh ủy,HĐND và UBND.</p>")
    page = client.get(form(article)).content.decode()
    assert "Kiểm tra trước khi xuất bản" in page
    assert "Thiếu dấu cách sau dấu câu. Viết “ủy, HĐND”." in page
    assert 'href="#id_body" data-jump' in page
    assert form(article, "check") in page


def test_marks_are_signs_with_words(client, writer):
    article = draft(created_by=writer, summary="", body="")
    page = client.post(form(article, "check"), fields(summary="", body="")).content.decode()
    assert page.count("✕") == 3  # the sum, the part, the finding
    assert "Phải sửa:" in page
    assert "Nên xem lại:" in page
    assert "✓" in page


def test_what_is_typed_is_checked_and_nothing_is_stored(client, writer):
    article = draft(created_by=writer, title="Bài cũ")
    before = Article.objects.values().get()
    typed = fields(title="Bài  mới", body="<p>Ứng dụng ccs công cụ.</p>")
    page = client.post(form(article, "check"), typed).content.decode()
    assert "Có hai dấu cách trước “mới”" in page
    assert "“ccs” không phải tiếng Việt" in page
    assert Article.objects.values().get() == before


def test_a_new_article_is_checked_before_it_is_first_saved(client, writer):
    typed = fields(title="", category="")
    page = client.post("/admin/news/article/check/", typed).content.decode()
    assert "Bài chưa có tiêu đề." in page
    assert "Bài chưa có chuyên mục." in page
    assert Article.objects.count() == 0


def test_photos_are_counted_as_they_stand_and_without_the_removed_ones(client, writer):
    article = draft(created_by=writer)
    photos = [make_photo(color=color, alt="") for color in ("red", "blue", "lime")]
    typed = fields(**{"photos-TOTAL_FORMS": 3})
    for row, photo in enumerate(photos):
        typed |= {f"photos-{row}-photo": photo.pk, f"photos-{row}-caption": f"Đại biểu {row}"}
        typed |= {f"photos-{row}-alt": "Hội trường", f"photos-{row}-order": 3 - row}
    typed |= {"photos-0-alt": "", "photos-1-DELETE": "on"}
    page = client.post(form(article, "check"), typed).content.decode()
    assert "Ảnh 2 chưa có mô tả" in page
    assert 'href="#id_photos-0-alt"' in page
    assert ArticlePhoto.objects.count() == 0


def test_a_link_without_https_is_told_before_it_is_lost(client, writer):
    typed = fields(body='<p>Xem <a href="langson.gov.vn">trang tỉnh</a>.</p>')
    page = client.post("/admin/news/article/check/", typed).content.decode()
    assert "Liên kết “trang tỉnh” phải bắt đầu bằng https://" in page


@pytest.mark.parametrize("value", ["", "abc", "-1", "9" * 30, "²", "1 OR 1=1"])
def test_what_cannot_be_read_counts_as_empty(client, writer, value):
    typed = fields(
        publish_at=value,
        category=value,
        **{f"{part}-TOTAL_FORMS": value for part in ("photos", "people", "conference")},
    )
    assert client.post("/admin/news/article/check/", typed).status_code == 200
    typed |= {"conference-TOTAL_FORMS": "1", "conference-0-held_on": value}
    typed |= {"conference-0-review_year": value, "conference-0-chair": value}
    typed |= {"photos-TOTAL_FORMS": "1", "photos-0-photo": value}
    assert client.post("/admin/news/report/check/", typed).status_code == 200


def test_what_was_typed_is_shown_as_text(client, writer):
    typed = fields(title="Tin <script>alert(1)</script>  hai")
    page = client.post("/admin/news/article/check/", typed).content.decode()
    assert "<script>" not in page


def test_the_check_is_asked_by_post_alone(client, writer):
    assert client.get("/admin/news/article/check/").status_code == 405
    assert client.get(form(draft(created_by=writer), "check")).status_code == 405


def test_nobody_checks_what_he_may_not_open(client, writer):
    hidden = draft(title="Việc chưa công bố", created_by=make_user(groups=["Phóng viên"]))
    answer = client.post(form(hidden, "check"), fields())
    assert answer.status_code == 404
    assert hidden.title not in answer.content.decode()


def test_what_is_public_is_not_checked_where_it_stands(client, writer):
    live = make_article(created_by=writer)
    assert client.post(form(live, "check"), fields()).status_code == 403


@pytest.mark.parametrize("staff", [True, False])
def test_accounts_without_the_right_check_nothing(client, staff):
    client.force_login(make_user(is_staff=staff))
    article = draft()
    expected = {403, 404} if staff else {302}
    assert client.post(form(article, "check"), fields()).status_code in expected
    assert client.post("/admin/news/article/check/", fields()).status_code in expected


def test_a_check_needs_the_forms_token(writer):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(writer)
    assert strict.post("/admin/news/article/check/", fields()).status_code == 403


def test_a_part_shows_twenty_findings_and_says_how_many_more(client, writer):
    typed = fields(body="".join(f"<p>Đoạn {number} :</p>" for number in range(30)))
    page = client.post("/admin/news/article/check/", typed).content.decode()
    assert page.count('class="finding"') == 20
    assert "Và 10 chỗ nữa." in page


def test_the_form_for_a_new_item_says_when_to_use_which_kind(client, writer):
    for model in ("article", "report"):
        page = client.get(f"/admin/news/{model}/add/").content.decode()
        assert page.count("Khi nào dùng:") == 3
        assert page.count("Ví dụ: ") >= 3
    assert "Khi nào dùng:" not in client.get(form(draft(created_by=writer))).content.decode()


# ── People named ────────────────────────────────────────────────────────────────────────────────
def proposed(*texts, on=DAY, linked=()):
    passages = [Passage(text, "Chú thích ảnh 1", "id_photos-0-caption") for text in texts]
    return people_named.propose(passages, on=on, linked=linked)


CAPTION = "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị"


def test_the_seeds_first_caption_proposes_its_director(seed):
    ArticlePerson.objects.all().delete()
    Conference.objects.update(chair=None)
    proposals = checks.people(Draft.of(seed))
    assert [proposal.name for proposal in proposals] == ["Nguyễn Thị Hà"]
    (term,) = proposals[0].appointments
    assert str(term) == "Nguyễn Thị Hà – Giám đốc, Sở KH&CN"
    assert proposals[0].relation == "spoke"
    assert proposals[0].passage.anchor == "id_photos-0-caption"


def test_who_is_linked_already_is_not_proposed(seed):
    assert checks.people(Draft.of(seed)) == []


def test_the_post_is_the_one_held_on_the_day_of_the_event():
    person = make_person(full_name="Nguyễn Thị Hà")
    deputy = make_appointment(person=person, title="Phó Giám đốc", ended_on=date(2016, 12, 31))
    director = make_appointment(person=person, title="Giám đốc", started_on=date(2017, 1, 1))
    assert [one.appointments for one in proposed(CAPTION)] == [(director,)]
    assert [one.appointments for one in proposed(CAPTION, on=date(2016, 5, 1))] == [(deputy,)]


def test_the_day_is_the_conferences_then_the_publications():
    article = draft(publish_at=SEED_TIME)
    assert Draft.of(article).day == date(2018, 1, 23)
    make_conference(article=article, held_on=DAY)
    assert Draft.of(article).day == DAY


def test_two_people_of_one_name_are_both_offered_and_neither_is_linked(client, writer):
    terms = [make_appointment(title=title) for title in ("Giám đốc", "Chánh Văn phòng")]
    (proposal,) = proposed(CAPTION)
    assert proposal.is_ambiguous
    assert set(proposal.appointments) == set(terms)
    article = draft(created_by=writer, body=f"<p>{CAPTION.replace('&', '&amp;')}</p>")
    page = client.get(form(article)).content.decode()
    assert "Có nhiều người tên Nguyễn Thị Hà. Bài nói về ai?" in page
    assert page.count("data-add-person") == 2
    assert ArticlePerson.objects.count() == 0
    assert proposed(CAPTION, linked=[terms[0].pk]) == []


@pytest.mark.parametrize(
    ("caption", "count"),
    [
        ("đồng chí NGUYỄN THỊ HÀ phát biểu", 1),
        ("Nguyễn Thị Hà Giám đốc Sở", 1),
        ("Nguyễn Thị Hạ phát biểu", 0),
        ("Nguyễn Thi Ha phát biểu", 0),
        ("Nguyễn Thị Hà Giang phát biểu", 0),
        ("nguyễn thị hà phát biểu", 0),
        ("Nguyễn, Thị Hà", 0),
    ],
)
def test_a_name_is_whole_words_with_exact_accents(caption, count):
    make_appointment()
    assert len(proposed(caption)) == count


def test_a_short_name_inside_a_longer_one_is_somebody_else():
    make_appointment(full_name="Văn An")
    assert proposed("Ông Nguyễn Văn An phát biểu") == []
    assert len(proposed("Ông Văn An phát biểu")) == 1


def test_names_cost_two_queries_however_many(django_assert_num_queries):
    unit = make_department()
    for number in range(30):
        make_appointment(
            full_name=f"Trần Văn {'ABCDEGHIKL'[number % 10]}{'an em in'.split()[number // 10]}",
            position=make_position(department=unit, title=f"Chuyên viên {number}"),
        )
    text = "Ông Trần Văn Aan, ông Trần Văn Bem và ông Trần Văn Cin chủ trì."
    with django_assert_num_queries(2):
        assert len(proposed(text, text)) == 3
    with django_assert_num_queries(1):
        assert proposed("Không nêu tên ai") == []


def test_the_button_saves_the_draft_and_names_the_person(client, writer):
    term = make_appointment()
    article = draft(created_by=writer)
    typed = fields(title="Bài có người", _add_person=f"{term.pk}:spoke")
    page = post(client, article, typed, follow=True).content.decode()
    assert "Đã thêm Nguyễn Thị Hà vào bài." in page
    person = ArticlePerson.objects.get()
    assert (person.article_id, person.appointment, person.relation) == (article.pk, term, "spoke")
    assert Article.objects.get().title == "Bài có người"
    post(client, article, typed)
    assert ArticlePerson.objects.count() == 1


@pytest.mark.parametrize("value", ["x", "999:spoke", "1:boss", "²:spoke", ":", "9999999999:spoke"])
def test_a_proposal_that_is_none_changes_nothing(client, writer, value):
    article = draft(created_by=writer)
    page = post(client, article, fields(_add_person=value), follow=True)
    assert "Người này không còn được đề xuất" in page.content.decode()
    assert ArticlePerson.objects.count() == 0
