"""The sample content: the report the portal was ordered with, to the letter, and its company."""

import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime
from html import unescape

import pytest
from reversion.models import Version

from departments.models import Appointment, Contact, Department, Position, SiteSettings
from news import front_page, sample
from news.models import Article, ArticlePhoto, Category, Photo
from portal import richtext, text
from portal.publishing import Status
from tests.conftest import finding

pytestmark = pytest.mark.django_db

TITLE = (
    "Hội nghị tổng kết hoạt động khoa học công nghệ năm 2017 và triển khai nhiệm vụ, "
    "kế hoạch công tác năm 2018"
)
CAPTIONS = [
    "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị",
    "Các đại biểu tham dự Hội nghị",
]
PARAGRAPHS = [
    (
        "Ngày 19/01/2018, Sở Khoa học và Công nghệ (KHCN) Lạng Sơn đã tổ chức Hội nghị tổng kết "
        "hoạt động KH&CN năm 2017 và triển khai nhiệm vụ kế hoạch công tác năm 2018. Tham dự Hội "
        "nghị có các đồng chí lãnh đạo Sở KHCN; đại diện lãnh đạo một số Sở, ban, ngành; đại diện "
        "lãnh đạo một số UBND huyện, phòng Kinh tế và Hạ tầng, phòng Nông nghiệp các huyện, cùng "
        "toàn thể cán bộ, công chức, viên chức Sở KHCN."
    ),
    (
        "Trong năm 2017, được sự quan tâm chỉ đạo của Tỉnh ủy,HĐND và UBND tỉnh, đặc biệt với sự "
        "nỗ lực vượt qua những khó khăn, thách thức của đội ngũ cán bộ, công chức, viên chức, "
        "người lao động trong toàn ngành, hoạt động KHCN của tỉnh trong năm qua đã đạt một số kết "
        "quả đáng kể. Cụ thể là : nhiều đề tài, dự án được Hội đồng KH&CN tỉnh nghiệm thu, đánh "
        "giá đạt kết quả tốt. Kết quả của các đề tài, dự án sau khi nghiệm thu đã được tổ chức "
        "tuyên truyền và phổ biến để áp dụng trong thực tế sản xuất và đời sống, phục vụ phát "
        "triển kinh tế xã hội của tỉnh. Kết quả của các đề tài này có thể cung cấp nhiều luận cứ, "
        "số liệu và giải pháp có giá trị khoa học và thực tiễn, làm cơ sở giúp cho các cấp lãnh "
        "đạo quản lý trong quá trình chỉ đạo, điều hành. Từ đó, góp phần vào sự nghiệp phát triển "
        "kinh tế - xã hội chung của tỉnh."
    ),
    (
        "Các hoạt động quản lý nhà nước về KHCN trên địa bàn tỉnh như: Quản lý công nghệ ; Sở hữu "
        "trí tuệ ; Tiêu chuẩn đo lường chất lượng,.. được triển khai đồng bộ và hiệu quả. Các hoạt "
        "động KHCN tập trung vào công tác tư vấn, hỗ trợ để các tổ chức và cá nhân thực hiện quyền "
        "bảo hộ sở hữu trí tuệ, sở hữu công nghiệp, xây dựng thương hiệu, áp dụng hệ thống quản lý "
        "chất lượng theo tiêu chuẩn ISO, xây dựng các mô hình chuyển giao ứng dụng các tiến bộ "
        "KHCN nhằm nâng cao năng suất, chất lượng sản phẩm, góp phần xây dựng nông thôn mới trên "
        "địa bàn tỉnh,…"
    ),
    (
        "Đặc biệt trong thời gian qua, Sở KHCN còn tổ chức và phối hợp với các cơ quan có liên "
        "quan trên địa bàn tỉnh triển khai thực hiện có hiệu quả các đợt thanh tra, kiểm tra về "
        "tiêu chuẩn đo lường chất lượng, ghi nhãn hàng hóa và Sở hữu trí tuệ đối với sản phẩm "
        "điện, điện tử, Taximet,... Qua đó, góp phần nâng cao ý thức, nhận thức của người sản "
        "xuất, kinh doanh và người tiêu dùng trên địa bàn tỉnh trong việc thực hiện các quy định "
        "của nhà nước, góp phần hạn chế buôn bán hàng giả, hàng kém chất lượng, hàng không đủ chất "
        "lượng và chống gian lận thương mại trên địa bàn tỉnh. Thông qua công tác thanh tra, kiểm "
        "tra đã tăng cường công tác tuyên truyền, phổ biến các quy định của pháp luật về khoa học "
        "và công nghệ trong kinh doanh. Công tác tham mưu được quan tâm nhằm tháo gỡ những khó "
        "khăn vướng mắc trong quá trình triển khai, tạo nguồn lực pháp lý phục vụ phát triển KHCN "
        "trong thời gian tới."
    ),
    (
        "Về phương hướng nhiệm vụ kế hoạch năm 2018, Sở KHCN Lạng Sơn sẽ tiếp tục tập trung vào "
        "một số nội dung chủ yếu như: ổn định tổ chức bộ máy hoạt động; Đẩy mạnh công tác nghiên "
        "cứu, ứng dụng các tiến bộ KHCN góp phần đẩy nhanh quá trình chuyển dịch cơ cấu nông "
        "nghiệp gắn với xây dựng nông thôn mới đáp ứng có hiệu quả nhiệm vụ phát triển kinh tế xã "
        "hội của địa phương; Ứng dụng ccs công cụ quản lý chất lượng tiến tiến; đẩy mạnh hoạt động "
        "đăng ký bảo hộ, quản lý và phát triển quyền sở hữu trí tuệ cho các sản phẩm đặc sản của "
        "địa phương; Làm tốt công tác cung cấp dịch vụ kiểm định, kiểm nghiệm phục vụ quản lý nhà "
        "nước và nhu cầu của người dân; kiện toàn, nâng cao hiệu quả hoạt động của các đơn vị sự "
        "nghiệp khoa học và công nghệ; Thường xuyên phối hợp với các ngành chức năng trong tỉnh, "
        "các cơ quan nghiên cứu ở trong nước và ngoài nước để tiếp cận, nắm bắt, chuyển giao, ứng "
        "dụng các thành tựu KH&CN mới, nhất là công nghệ sinh học, công nghệ vật liệu mới vào sản "
        "xuất và đời sống, phục vụ phát triển kinh tế xã hội ở địa phương..."
    ),
    (
        "Thảo luận tại hội nghị, Hội nghị đã được nghe nhiều ý kiến đóng góp, phát biểu đề xuất, "
        "kiến nghị từ các đại biểu tham dự. Kết luận tại hội nghị, đ/c Nguyễn Thị Hà, Giám đốc Sở "
        "KHCN, chủ trì Hội nghị đã có những kết luận về những vấn đề: kế hoạch đầu tư phát triển, "
        "một số lĩnh vực liên quan đến đề tài, dự án, xây dựng tiềm lực, tăng cường cơ chế quản "
        "lý, gắn kết KHCN với doanh nghiệp, thông tin phục vụ nghiên cứu và phát triển, tiêu chuẩn "
        "đo lường chất lượng. Đối với những đề tài, dự án đã được triển khai tại các huyện cần "
        "phải được nhân rộng. Công tác đào tạo đội ngũ cán bộ KHCN tại các huyện cũng cần được "
        "củng cố,...  Đồng thời, Hội nghị cũng đã tóm tắt những nội dung kiến nghị với Bộ KH&CN, "
        "với UBND tỉnh, nhằm đưa hoạt động KHCN của tỉnh phát triển nhanh và hiệu quả hơn trong "
        "thời gian tới."
    ),
]


@pytest.fixture(scope="module")
def loaded_once(rows_of_module, drawn):
    """The sample, loaded for all tests: each only reads it."""
    with rows_of_module() as folder, finding(drawn, folder):
        yield folder, sample.load()


@pytest.fixture
def loaded(loaded_once, private_root):
    folder, made = loaded_once
    shutil.copytree(folder, private_root, dirs_exist_ok=True)
    return made


@pytest.fixture
def report(loaded) -> Article:
    return Article.objects.get(title=TITLE)


def samples():
    return Article.objects.exclude(title=TITLE)


def page(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


# ── The report ──────────────────────────────────────────────────────────────────────────────────
def test_the_report_keeps_its_six_paragraphs_word_for_word(report):
    blocks = richtext.blocks(report.body)
    assert [block.text for block in blocks if block.photo is None] == PARAGRAPHS
    assert [block.tag for block in blocks] == ["p", "figure", "p", "p", "p", "figure", "p", "p"]


@pytest.mark.parametrize(
    "slip",
    [
        "Tỉnh ủy,HĐND",
        "ccs công cụ",
        "tiến tiến",
        "Cụ thể là : nhiều",
        "công nghệ ; Sở hữu",
        "củng cố,...  Đồng thời",
    ],
)
def test_the_authors_own_slips_and_spaces_stay(report, slip):
    assert slip in richtext.plain_text(report.body)


def test_the_report_holds_neither_no_break_spaces_nor_the_address_block(report):
    assert "\xa0" not in report.body
    assert "&nbsp;" not in report.body
    assert "Bà Triệu" not in report.body
    assert "Hưng Đức" not in report.body


def test_the_report_is_published_at_its_own_time_under_its_pen_name(report):
    assert report.kind == Article.Kind.REPORT
    assert report.publish_at == datetime(2018, 1, 22, 21, 11, tzinfo=UTC)
    assert (report.byline, report.summary, report.source) == ("Hưng Đức", "", "")
    assert (report.status, report.is_public) == (Status.PUBLISHED, True)
    assert (
        report.slug
        == "hoi-nghi-tong-ket-hoat-dong-khoa-hoc-cong-nghe-nam-2017-va-trien-khai-nhiem-vu"
    )


def test_the_report_went_through_the_verb(report):
    assert [(step.verb, step.by) for step in report.transitions.all()] == [("publish", None)]
    assert Version.objects.get_for_object(report).count() == 1


def test_the_captions_belong_to_photos_after_paragraphs_one_and_four(report):
    uses = list(report.photos.all())
    assert [use.caption for use in uses] == CAPTIONS
    assert [use.is_lead for use in uses] == [True, False]
    assert richtext.photo_places(report.body) == {uses[0].ref: 1, uses[1].ref: 4}


def test_the_conference_names_who_chaired_it_in_the_post_of_that_day(report):
    conference = report.conference
    assert conference.held_on == date(2018, 1, 19)
    assert (conference.review_year, conference.plan_year) == (2017, 2018)
    assert conference.venue == ""
    assert conference.participants.casefold() in PARAGRAPHS[0].casefold()
    assert str(conference.chair) == "Nguyễn Thị Hà – Giám đốc, Sở KH&CN"
    assert [(one.appointment, one.relation) for one in report.people.all()] == [
        (conference.chair, "chaired")
    ]


def test_the_director_holds_the_only_seat_since_nobody_knows_when(loaded):
    term = Appointment.objects.get()
    assert (term.started_on, term.ended_on) == (None, None)
    assert (term.position.seats, term.position.rank, term.position.is_leadership) == (1, 1, True)
    assert list(Appointment.objects.current(on=date(2018, 1, 19))) == [term]


def test_the_agency_has_the_contact_of_the_report(loaded):
    site = SiteSettings.load()
    contact = site.agency.contact()
    assert site.agency.name == "Sở Khoa học và Công nghệ tỉnh Lạng Sơn"
    assert site.agency.kind == Department.Kind.DEPARTMENT
    assert "Sở KHCN" in site.agency.aliases.split("\n")
    assert contact.address == (
        "Số 438 đường Bà Triệu, phường Đông Kinh, thành phố Lạng Sơn, tỉnh Lạng Sơn"
    )
    assert (contact.phone, contact.fax) == ("(0205) 3.871.906", "(0205) 3.872.075")
    assert contact.email == "skhcn@langson.gov.vn"
    assert (site.superior_body, site.responsible_person, site.slogan) == (
        "UBND tỉnh Lạng Sơn",
        "",
        "",
    )


# ── As a reader sees it ─────────────────────────────────────────────────────────────────────────
def test_the_page_of_the_report_shows_the_paragraphs_and_figures_in_their_order(client, report):
    html = page(client, report.get_absolute_url())
    assert "\xa0" not in html
    assert [plain(one) for one in re.findall(r"<h1\b[^>]*>(.*?)</h1>", html, re.DOTALL)] == [TITLE]
    body = re.search(r'<div class="body">(.*?)</div>', html, re.DOTALL)[1]
    blocks = re.findall(r"<(p|figcaption)\b[^>]*>(.*?)</\1>", body, re.DOTALL)
    kinds = [kind for kind, _content in blocks]
    assert kinds == ["p", "figcaption", "p", "p", "p", "figcaption", "p", "p"]
    assert [plain(content) for kind, content in blocks if kind == "p"] == PARAGRAPHS
    captions = [plain(content) for kind, content in blocks if kind == "figcaption"]
    assert captions == CAPTIONS
    assert body.count("<img ") == 2


def test_the_page_of_the_report_shows_byline_date_and_the_agencys_phone(client, report):
    html = page(client, report.get_absolute_url())
    assert '<p class="byline">Hưng Đức</p>' in html
    assert "Thứ Ba, 23/01/2018 - 04:11" in plain(html)
    footer = html[html.index("<footer") :]
    assert 'href="tel:+842053871906">(0205) 3.871.906</a>' in footer


def test_the_photos_of_the_report_are_served(client, report):
    html = page(client, report.get_absolute_url())
    for address in re.findall(r'<img src="([^"]+)"', html):
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (200, "image/jpeg")


def test_the_report_leads_the_home_page(client, report):
    assert report.is_featured
    assert front_page.stories().lead == report
    assert page(client, "/").count(report.get_absolute_url()) >= 2


def test_the_annual_reviews_are_listed_newest_year_first(loaded):
    years = [review.conference.review_year for review in front_page.newest_reviews()]
    assert years == [2017, 2016, 2015]


@pytest.mark.parametrize("address", ["/", "/tin-tuc/", "/bao-cao/"])
def test_every_list_answers_with_the_sample_content(client, loaded, address):
    assert "(bài mẫu)" in page(client, address)


# ── The samples ─────────────────────────────────────────────────────────────────────────────────
def test_fourteen_samples_stand_in_five_categories(loaded):
    assert samples().count() == 14
    assert Category.objects.count() == 5
    assert all(category.description for category in Category.objects.all())
    assert {article.category.name for article in samples()} == {
        "Hoạt động của Sở",
        "Quản lý khoa học",
        "Sở hữu trí tuệ",
        "Tiêu chuẩn – Đo lường – Chất lượng",
        "Quản lý công nghệ",
    }
    assert Counter(samples().values_list("kind", flat=True)) == {
        "news": 9,
        "notice": 3,
        "report": 2,
    }


def test_every_sample_says_so_in_title_and_byline(loaded):
    assert all(article.title.endswith(" (bài mẫu)") for article in samples())
    assert {article.byline for article in samples()} == {"Bài mẫu"}


def test_samples_say_nothing_but_what_the_report_says(loaded):
    words = "\n".join([TITLE.replace("2017", "2016"), TITLE.replace("2017", "2015"), *PARAGRAPHS])
    for article in samples():
        sentences = [block.text for block in richtext.blocks(article.body) if block.photo is None]
        for sentence in [article.title.removesuffix(" (bài mẫu)"), *sentences]:
            assert sentence.casefold().rstrip(".") in words.casefold()


def test_sample_reports_name_nobody_as_chair(loaded):
    reports = samples().filter(kind="report").order_by("conference__review_year")
    years = reports.values_list("conference__review_year", "conference__plan_year")
    assert list(years) == [(2015, 2016), (2016, 2017)]
    assert {report.conference.chair for report in reports} == {None}


def test_one_sample_report_has_a_pdf_labelled_as_a_sample(client, loaded):
    article = samples().get(attachments__isnull=False)
    attachment = article.attachments.get()
    assert (article.kind, attachment.title) == ("report", "Tài liệu mẫu")
    assert (attachment.type, attachment.pages) == ("pdf", 1)
    address = f"/media/{attachment.checksum}.pdf"
    assert address in page(client, article.get_absolute_url())
    assert client.get(address).status_code == 200


def test_photos_are_labelled_and_described_apart_from_their_captions(loaded):
    photos = Photo.objects.all()
    assert len(photos) == 5
    assert {(photo.width, photo.height, photo.credit) for photo in photos} == {(1280, 853, "")}
    for use in ArticlePhoto.objects.select_related("photo"):
        assert use.described.startswith("Hình vẽ ")
        assert text.fold(use.described) != text.fold(use.caption)


def test_everything_loaded_would_pass_the_admins_own_checks(loaded):
    for model in (Department, Contact, Position, Appointment, SiteSettings, Category, Article):
        for row in model.objects.all():
            row.full_clean()
    for article in Article.objects.all():
        assert article.failure_reasons() == []
