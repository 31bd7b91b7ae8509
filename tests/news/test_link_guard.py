"""Links to other sites: refused, asked for, allowed; through every door that publishes."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from departments.models import Contact, Department, Person
from news import checks, copies
from news.models import Article, Attachment, UrgentNotice
from portal import audit, spam
from portal.hosts import BlockedHost, TrustedHost
from portal.publishing import Refused
from tests.factories import make_article, make_category, make_department, make_user
from tests.news.test_admin import fields
from tests.portal import bad_files, odd_files

pytestmark = pytest.mark.django_db

FORBIDDEN = '<p>Mở đầu.</p><p>Xem <a href="https://kubet77.club/x">bảng giá</a>.</p>'
STRANGE = '<p>Xem <a href="https://trang-la.example/x">báo cáo</a>.</p>'
KNOWN = (
    '<p><a href="https://most.gov.vn/a">Bộ</a> <a href="/bao-cao/">báo cáo</a> '
    '<a href="mailto:a@langson.gov.vn">thư</a> <a href="http://testserver/tin-tuc/">tin</a></p>'
)
REFUSED = (
    "Xin bỏ liên kết “bảng giá” (đoạn 2): tên trang là của trang cờ bạc, khiêu dâm hoặc cho vay."
)
ASKED = [
    "Liên kết “báo cáo” (đoạn 1) dẫn tới trang-la.example, chưa có trong danh sách trang đã biết.",
    "Xin mở xem từng trang, đánh dấu cho phép ở phần “Xuất bản” rồi xuất bản lại.",
]


@pytest.fixture
def reviewer():
    return make_user(groups=["Duyệt đăng"])


@pytest.fixture
def desk(reviewer):
    client = Client()
    client.force_login(reviewer)
    return client


@pytest.fixture
def recorded(monkeypatch):
    """What the audit trail was told: (action, hosts)."""
    told = []

    def record(action, **kwargs):
        told.append((action, (kwargs.get("after") or {}).get("hosts")))

    monkeypatch.setattr(audit, "record", record)
    return told


def draft(body, **kwargs):
    return make_article(status="draft", body=body, **kwargs)


def refusal(act):
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reasons


# ── Publishing ──────────────────────────────────────────────────────────────────────────────────
def test_a_forbidden_link_is_refused_by_its_words_and_paragraph(reviewer):
    article = draft(FORBIDDEN)
    hosts = ["kubet77.club"]  # no tick allows what is forbidden
    assert refusal(lambda: article.publish(by=reviewer, allowed_hosts=hosts)) == [REFUSED]
    assert refusal(lambda: article.publish(by=None)) == [REFUSED]
    assert not Article.objects.published().exists()


@pytest.mark.parametrize("sign", ["sol", "quest", "num", "bsol", "sol;a.b&amp;sol"])
def test_entities_of_entities_lead_where_the_browser_goes(reviewer, sign):
    """The browser decodes once, and reads all before the @ as a name: it goes to kubet77.club."""
    article = draft(f'<p><a href="https://most.gov.vn&amp;{sign};@kubet77.club/">Bộ</a></p>')
    said = refusal(lambda: article.publish(by=reviewer, allowed_hosts=["kubet77.club"]))
    assert said[0].startswith("Xin bỏ liên kết “Bộ” (đoạn 1)")


def test_an_unknown_site_is_asked_for_and_published_once_it_is_ticked(reviewer, recorded):
    article = draft(STRANGE)
    assert refusal(lambda: article.publish(by=reviewer)) == ASKED
    other = ["an-other.example"]
    assert refusal(lambda: article.publish(by=reviewer, allowed_hosts=other)) == ASKED
    assert ("link_allowed", ["trang-la.example"]) not in recorded
    article.publish(by=reviewer, allowed_hosts=["trang-la.example"])
    assert Article.objects.published().get() == article
    assert ("link_allowed", ["trang-la.example"]) in recorded


def test_known_sites_ask_nothing(reviewer, recorded):
    TrustedHost.objects.create(host="trang-la.example", reason="Báo tỉnh bạn")
    for body in (KNOWN, STRANGE, STRANGE.replace("//trang", "//www.trang")):
        draft(body).publish(by=reviewer)
    assert Article.objects.published().count() == 3
    assert [action for action, _hosts in recorded if action == "link_allowed"] == []


def test_what_is_missing_is_said_beside_what_is_asked(reviewer):
    article = draft(STRANGE, title="Tin ở C:\\Users\\lan\\anh.jpg")
    reasons = refusal(lambda: article.publish(by=reviewer))
    assert reasons[-2:] == ASKED
    assert len(reasons) == 3


def test_a_scheduled_publication_is_asked_like_any_other(reviewer):
    article = draft(STRANGE)
    later = timezone.now() + timedelta(days=1)
    assert refusal(lambda: article.publish(by=reviewer, at=later)) == ASKED
    article.publish(by=reviewer, at=later, allowed_hosts=["trang-la.example"])
    assert article.is_scheduled


def test_a_working_copy_is_asked_for_new_sites_alone(reviewer, recorded):
    live = make_article(body=STRANGE)
    copy = copies.open_copy(live, by=make_user())
    copy.body = STRANGE + '<p><a href="https://moi.example">mới</a></p>'
    copy.save()
    assert refusal(lambda: copy.publish(by=reviewer))[0] == (
        "Liên kết “mới” (đoạn 2) dẫn tới moi.example, chưa có trong danh sách trang đã biết."
    )
    copy.publish(by=reviewer, allowed_hosts=["moi.example"])
    live.refresh_from_db()
    assert "moi.example" in live.body
    assert ("link_allowed", ["moi.example"]) in recorded
    copy = copies.open_copy(live, by=make_user())
    copy.body = FORBIDDEN
    copy.save()
    assert refusal(lambda: copy.publish(by=reviewer)) == [REFUSED]
    copy.body = live.body + "<p>Thêm.</p>"
    copy.save()
    copy.publish(by=reviewer)


def test_staff_forbid_a_site_and_its_subdomains(reviewer):
    BlockedHost.objects.create(host="trang-la.example", reason="Phát tán tin rác")
    assert refusal(lambda: draft(STRANGE).publish(by=reviewer)) == [
        "Xin bỏ liên kết “báo cáo” (đoạn 1): trang nằm trong danh sách bị cấm."
    ]


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("https://langson.gov.vn@la.example/", "địa chỉ dùng dấu @ để giả dạng trang khác"),
        ("https://langson.gov.vn.la.example/", "địa chỉ giả dạng trang khác"),
        ("https://langson-gov.vn.la.example/", "địa chỉ giả dạng trang khác"),
        ("https://аррӏе.com/", "địa chỉ giả dạng trang khác"),
        ("https://xn--80ak6aa92e.com/", "địa chỉ giả dạng trang khác"),
        ("https://g0v.vn/", "địa chỉ giả dạng trang khác"),
        ("http://2130706433/", "địa chỉ là dãy số thay cho tên miền, xin dùng địa chỉ đầy đủ"),
        ("http://[::1]/", "địa chỉ là dãy số thay cho tên miền, xin dùng địa chỉ đầy đủ"),
        ("https://bit.ly/x", "địa chỉ rút gọn che nơi dẫn tới, xin dùng địa chỉ đầy đủ"),
        ("https://phim.xxx/", "địa chỉ có đuôi dành cho trang cờ bạc hoặc khiêu dâm"),
        ("https://%6bubet.com/", "tên trang là của trang cờ bạc, khiêu dâm hoặc cho vay"),
        ("https://taixiu-online.com/", "tên trang là của trang cờ bạc, khiêu dâm hoặc cho vay"),
        ("https://xoilac.tv./", "trang nằm trong danh sách bị cấm"),
    ],
)
def test_tricks_with_addresses_are_refused(reviewer, address, reason):
    article = draft(f'<p><a href="{address}">xem</a></p>')
    assert refusal(lambda: article.publish(by=reviewer)) == [
        f"Xin bỏ liên kết “xem” (đoạn 1): {reason}."
    ]


@pytest.mark.parametrize(
    "host",
    "vnexpress.net baolangson.vn youtube.com facebook.com tibet.net alphabet.com darwin.edu "
    "localhost.example betterhealth.vn sciencedirect.com k8s.io essex.ac.uk sexagenarian.org "
    "nha-cai-tao.vn xn--bolngsn-9za.vn w3.org 24h.com.vn khcn.gov.la govn.example".split(),
)
def test_honest_sites_are_asked_for_not_refused(host):
    assert spam.Hosts().refuses(f"https://{host}/a?b=1#c") is None


def test_a_name_that_only_ends_like_a_known_one_imitates_nobody():
    lists = spam.Hosts(known=frozenset({"gov.vn", "a.vn"}))
    assert lists.refuses("https://mega-vn.com/") is None
    assert lists.refuses("https://mega.vn.com/") is None
    assert lists.refuses("https://www.a.vn.com/").code == "imitation"
    assert lists.refuses("https://x-a-vn.com/").code == "imitation"


@pytest.mark.parametrize("host", ["9" * 9000, "xn--" + "a" * 9000, "xn--99999999", "a" * 9000, ""])
def test_a_host_that_is_no_host_harms_nothing(host):
    assert spam.Hosts().refuses(f"https://{host}/") is None


# ── The screens ─────────────────────────────────────────────────────────────────────────────────
def change(article):
    return reverse("admin:news_article_change", args=[article.pk])


def typed(article, **values):
    return fields(
        article.category, title=article.title, body=article.body, version=article.version, **values
    )


def test_the_form_names_each_site_and_publishes_what_is_ticked(desk):
    article = draft(STRANGE)
    page = desk.get(change(article)).content.decode()
    assert '<input type="checkbox" name="allowed_host" value="trang-la.example"' in page
    answer = desk.post(change(article), typed(article, _publish="1"), follow=True)
    assert [str(one) for one in answer.context["messages"]][1:] == ASKED
    article.refresh_from_db()
    assert article.status == "draft"
    data = typed(article, _publish="1", allowed_host="trang-la.example")
    desk.post(change(article), data)
    assert Article.objects.published().get() == article


def test_a_known_site_shows_no_box(desk):
    assert "allowed_host" not in desk.get(change(draft(KNOWN))).content.decode()


def test_a_writer_is_told_and_asked_nothing():
    writer = make_user(groups=["Phóng viên"])
    client = Client()
    client.force_login(writer)
    article = draft(STRANGE, created_by=writer)
    page = client.get(change(article)).content.decode()
    assert "allowed_host" not in page
    assert ASKED[0] in page  # in the check list
    answer = client.post(change(article), typed(article, _submit="1"), follow=True)
    (said,) = answer.context["messages"]
    assert str(said) == (
        "Đã gửi duyệt. Bài có liên kết tới trang chưa biết, người duyệt sẽ quyết định: "
        "trang-la.example."
    )
    article.refresh_from_db()
    assert article.status == "submitted"


def test_in_a_list_the_item_is_refused_for_its_reason(desk):
    fine, strange, bad = draft(KNOWN), draft(STRANGE, title="Lạ"), draft(FORBIDDEN, title="Xấu")
    answer = desk.post(
        "/admin/news/article/",
        {
            "action": "publish_chosen",
            ACTION_CHECKBOX_NAME: [fine.pk, strange.pk, bad.pk],
        },
        follow=True,
    )
    said = [str(one) for one in answer.context["messages"]]
    assert set(said) == {
        "Đã xong 1 bài.",
        f"Chưa làm được với bài “Lạ”: {' '.join(ASKED)}",
        f"Chưa làm được với bài “Xấu”: {REFUSED}",
    }
    assert list(Article.objects.published()) == [fine]


def test_the_check_list_blocks_forbidden_links_and_asks_about_words():
    article = draft(FORBIDDEN + "<p>Trò nổ hũ gây hại.</p>", summary="Tóm tắt.")
    found = checks.check(checks.Draft.of(article))
    assert [(str(one.sentence), one.blocks, one.words) for one in found] == [
        (REFUSED, True, ""),
        (
            "“nổ hũ” là từ hay gặp trong tin rác. Chỉ nên giữ khi bài đưa tin hoặc cảnh báo.",
            False,
            "nổ hũ",
        ),
    ]


# ── Documents ───────────────────────────────────────────────────────────────────────────────────
def attach(article, *addresses, title="Quyết định"):
    upload = bad_files.upload(odd_files.pdf_linking_to(*addresses), "a.pdf")
    return Attachment.objects.create(article=article, file=upload, title=title)


STRANGE_IN_FILE = (
    "Liên kết trong tài liệu “Quyết định” dẫn tới trang-la.example, chưa có trong danh sách trang "
    "đã biết."
)
ASKED_OF_FILE = [STRANGE_IN_FILE, ASKED[1]]
REFUSED_IN_FILE = (
    "Xin bỏ liên kết “https://kubet77.club” (tài liệu “Quyết định”): tên trang là của trang cờ "
    "bạc, khiêu dâm hoặc cho vay."
)


def test_an_unknown_site_in_a_document_is_asked_for_and_published_once_it_is_ticked(
    reviewer, recorded, desk
):
    article = draft("<p>Toàn văn.</p>")
    attach(article, "https://trang-la.example/a", "https://most.gov.vn/")
    assert refusal(lambda: article.publish(by=reviewer)) == ASKED_OF_FILE
    page = desk.get(reverse("admin:news_article_change", args=[article.pk])).text
    assert 'name="allowed_host" value="trang-la.example"' in page
    assert "(trong tài liệu “Quyết định”)" in page
    article.publish(by=reviewer, allowed_hosts=["trang-la.example"])
    assert ("link_allowed", ["trang-la.example"]) in recorded
    copy = copies.open_copy(article, by=make_user())
    copy.publish(by=reviewer)  # what readers have already is not asked for again


def test_a_forbidden_link_in_a_document_is_refused_by_its_title(reviewer):
    article = draft("<p>Toàn văn.</p>")
    attach(article, "https://kubet77.club/a")
    hosts = ["kubet77.club"]
    assert refusal(lambda: article.publish(by=reviewer, allowed_hosts=hosts)) == [REFUSED_IN_FILE]
    found = checks.check(checks.Draft.of(article))
    assert [(str(one.sentence), one.blocks, one.anchor) for one in found if one.blocks] == [
        (REFUSED_IN_FILE, True, "id_attachments-0-title")
    ]


def test_a_document_exchanged_in_a_working_copy_is_asked_for(reviewer):
    copy = copies.open_copy(make_article(), by=make_user())
    attach(copy, "https://trang-la.example/a")
    assert refusal(lambda: copy.publish(by=reviewer)) == ASKED_OF_FILE
    found = checks.check(checks.Draft.of(copy))
    assert (ASKED_OF_FILE[0], "id_attachments-0-title") in [
        (str(one.sentence), one.anchor) for one in found
    ]


# ── What is public as soon as it is saved ───────────────────────────────────────────────────────
def notice(link, **values):
    return {
        "text": "Tin khẩn",
        "link": link,
        "starts_at": "01/01/2026 08:00",
        "ends_at": "02/01/2026 08:00",
    } | values


ADD_NOTICE = "/admin/news/urgentnotice/add/"


def test_an_urgent_notice_leads_to_known_sites_or_to_what_was_looked_at(desk, recorded):
    page = desk.get(ADD_NOTICE).content.decode()
    assert 'type="hidden" name="links_allowed"' in page
    answer = desk.post(ADD_NOTICE, notice("https://bong88.vip/"))
    assert answer.context["errors"] == [
        ["Xin bỏ liên kết này: tên trang là của trang cờ bạc, khiêu dâm hoặc cho vay."]
    ]
    answer = desk.post(ADD_NOTICE, notice("https://trang-la.example/", links_allowed=""))
    said = "Chưa có trong danh sách trang đã biết: trang-la.example. Xin mở xem trang rồi"
    assert answer.context["errors"] == [[f"{said} đánh dấu vào ô này."]]
    assert '<input type="checkbox" name="links_allowed" value="trang-la.example"' in answer.text
    assert not UrgentNotice.objects.exists()
    desk.post(ADD_NOTICE, notice("https://trang-la.example/", links_allowed="trang-la.example"))
    assert UrgentNotice.objects.get().link == "https://trang-la.example/"
    assert ("link_allowed", ["trang-la.example"]) in recorded
    desk.post(ADD_NOTICE, notice("https://dichvucong.gov.vn/", links_allowed=""))
    assert UrgentNotice.objects.count() == 2


def ticked(answer, name):
    """The values of the ticked boxes of that name."""
    boxes = re.findall(rf'<input type="checkbox" name="{name}" [^>]*>', answer.text)
    return [re.search('value="(.*?)"', box)[1] for box in boxes if "checked" in box]


def test_a_tick_stays_when_the_form_comes_back_for_another_reason(desk):
    data = notice("https://trang-la.example/", links_allowed="trang-la.example", text="")
    answer = desk.post(ADD_NOTICE, data)
    assert answer.context["errors"] == [["Trường này là bắt buộc."]]
    assert ticked(answer, "links_allowed") == ["trang-la.example"]


def test_a_tick_says_nothing_of_a_site_that_was_not_shown_with_it(desk):
    """Changed in the form that came back: the tick was for the other site."""
    data = notice("https://khac.example/", links_allowed="trang-la.example")
    answer = desk.post(ADD_NOTICE, data)
    assert "khac.example" in answer.context["errors"][0][0]
    assert ticked(answer, "links_allowed") == []
    assert not UrgentNotice.objects.exists()


def test_ticks_stay_when_a_publication_is_refused_for_another_reason(desk):
    body = STRANGE + '<p><a href="https://khac.example/">khác</a></p>'
    article = draft(body, title="Tin ở C:\\Users\\lan\\anh.jpg")
    address = reverse("admin:news_article_change", args=[article.pk])
    data = fields(title=article.title, body=body, category=article.category, _publish="1")
    data |= {"version": article.version, "allowed_host": ["trang-la.example"]}
    answer = desk.post(address, data, follow=True)
    assert ticked(answer, "allowed_host") == ["trang-la.example"]
    assert ticked(desk.get(address), "allowed_host") == []  # of that one publication
    version = Article.objects.get().version
    answer = desk.post(address, data | {"version": version, "title": ""})
    assert answer.status_code == 200
    assert ticked(answer, "allowed_host") == ["trang-la.example"]


def test_ticks_stay_on_the_page_of_a_withdrawn_article(desk, reviewer):
    body = STRANGE + '<p><a href="https://khac.example/">khác</a></p>'
    article = make_article(body=body)
    article.withdraw(by=reviewer, notice="Đã rút.")
    address = reverse("admin:news_article_change", args=[article.pk])
    data = {"_publish": "1", "version": article.version, "allowed_host": "khac.example"}
    answer = desk.post(address, data, follow=True)
    assert ticked(answer, "allowed_host") == ["khac.example"]


def test_a_unit_and_its_contacts_are_looked_at_as_well():
    client = Client()
    client.force_login(make_user(is_superuser=True))
    unit = make_department()
    address = reverse("admin:departments_department_change", args=[unit.pk])
    data = {
        "name": unit.name,
        "kind": unit.kind,
        "order": "0",
        "functions": FORBIDDEN,
        "contacts-TOTAL_FORMS": "1",
        "contacts-INITIAL_FORMS": "0",
        "contacts-0-label": "Văn phòng",
        "contacts-0-kind": "general",
        "contacts-0-order": "0",
        "contacts-0-website": "https://go88.vip/",
        "positions-TOTAL_FORMS": "0",
        "positions-INITIAL_FORMS": "0",
    }
    said = "Xin bỏ liên kết này: tên trang là của trang cờ bạc, khiêu dâm hoặc cho vay."
    answer = client.post(address, data)
    assert answer.content.decode().count(said) == 2
    strange = {"functions": STRANGE, "contacts-0-website": "https://la.example/"}
    answer = client.post(address, data | strange)
    assert answer.content.decode().count("Xin mở xem trang rồi đánh dấu") == 2
    ticked = strange | {
        "links_allowed": "trang-la.example",
        "contacts-0-links_allowed": "la.example",
    }
    assert client.post(address, data | ticked).status_code == 302
    assert Contact.objects.get().website == "https://la.example/"
    assert "trang-la.example" in Department.objects.get(pk=unit.pk).functions


def test_a_biography_is_looked_at_as_well():
    client = Client()
    client.force_login(make_user(is_superuser=True))
    data = {
        "full_name": "Nguyễn Thị Hà",
        "biography": FORBIDDEN,
        "appointments-TOTAL_FORMS": "0",
        "appointments-INITIAL_FORMS": "0",
    }
    answer = client.post("/admin/departments/person/add/", data)
    assert "Xin bỏ liên kết này" in answer.content.decode()
    assert not Person.objects.exists()
    client.post("/admin/departments/person/add/", data | {"biography": KNOWN})
    assert Person.objects.count() == 1


def test_an_article_without_links_to_other_sites_asks_the_database_nothing(
    reviewer, django_assert_num_queries
):
    article = draft("<p>Không có <a href='/tin-tuc/'>liên kết</a> ngoài.</p>")
    with django_assert_num_queries(0):
        assert article.own_failures() == []
    article = draft(STRANGE, category=make_category())
    with django_assert_num_queries(1):
        assert article.own_failures() == []
