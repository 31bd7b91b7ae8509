"""From the draft to the reader: who does which step, what it asks for, whom it tells."""

import datetime
from smtplib import SMTPServerDisconnected

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from news import copies, notifications
from news.models import Article, Transition
from portal.publishing import Refused
from tests.factories import make_article, make_conference, make_user
from tests.news.test_admin import ADD, change, fields, messages_of, post, withdraw

pytestmark = pytest.mark.django_db

OWN_TEXTS = "/admin/news/article/own-texts/"
NOON = datetime.datetime(2026, 3, 2, 5, 0, tzinfo=datetime.UTC)


@pytest.fixture
def editor(client):
    user = make_user(groups=["Duyệt đăng"], last_name="Hoàng", first_name="Lan")
    client.force_login(user)
    return user


# ── Own texts ───────────────────────────────────────────────────────────────────────────────────
def test_nobody_approves_his_own_text_without_a_reason(client, editor):
    response = client.post(ADD, fields(_publish="1", own_reason="  "), follow=True)
    assert Article.objects.get().status == "draft"
    assert messages_of(response) == [
        "Đã lưu nháp.",
        "Đây là bài của chính bạn. Xin ghi lý do tự xuất bản; người duyệt khác sẽ xem lại sau.",
    ]


def test_the_reason_is_kept_and_the_text_waits_for_another_reviewer(client, editor):
    client.post(ADD, fields(_publish="1", own_reason="Tin bão, anh Sơn đi công tác"))
    step = Transition.objects.to_approve().get()
    assert (step.verb, step.by, step.reason) == ("publish", editor, "Tin bão, anh Sơn đi công tác")
    assert step.article.is_public
    page = client.get(OWN_TEXTS).content.decode()
    assert "Tin bão, anh Sơn đi công tác" in page
    assert "Đã xuất bản: Hoàng Lan, " in page
    assert "Bài của bạn: người khác duyệt lại." in page
    assert 'name="step"' not in page


def test_another_reviewer_approves_it_afterwards_once(client, editor):
    article = make_article(status="draft", title="Tin tự duyệt", created_by=editor)
    article.publish(by=editor, reason="Gấp")
    step = article.transitions.get()
    other = make_user(groups=["Duyệt đăng"])
    client.force_login(other)
    response = client.post(OWN_TEXTS, {"step": step.pk}, follow=True)
    assert messages_of(response) == ["Đã duyệt lại: Tin tự duyệt"]
    step.refresh_from_db()
    assert step.approved_by == other
    response = client.post(OWN_TEXTS, {"step": step.pk}, follow=True)
    assert messages_of(response) == ["Bài này đã được duyệt lại rồi."]


def test_the_author_cannot_approve_it_himself(client, editor):
    article = make_article(status="draft", created_by=editor)
    article.publish(by=editor, reason="Gấp")
    client.post(OWN_TEXTS, {"step": article.transitions.get().pk})
    assert article.transitions.get().approved_at is None


@pytest.mark.parametrize("step", ["", "x", "999999", "²"])
def test_a_forged_step_is_not_found(client, editor, step):
    assert client.post(OWN_TEXTS, {"step": step}).status_code == 404


def test_writers_do_not_see_the_list_of_own_texts(client):
    client.force_login(make_user(groups=["Phóng viên"]))
    assert client.get(OWN_TEXTS).status_code == 403
    assert client.post(OWN_TEXTS, {"step": "1"}).status_code == 403


def test_somebody_elses_text_needs_no_reason(editor):
    article = make_article(status="submitted", created_by=make_user())
    article.publish(by=editor)
    assert not Transition.objects.to_approve().exists()


def test_changes_to_a_public_article_are_read_by_two_people_too(editor):
    author = make_user(groups=["Phóng viên"])
    article = make_article(created_by=author)
    own = copies.open_copy(article, by=editor)
    with pytest.raises(Refused):
        own.publish(by=editor)
    own.publish(by=editor, reason="Sai ngày họp")
    step = Transition.objects.to_approve().get()
    assert (step.article, step.verb, step.reason) == (article, "update", "Sai ngày họp")
    article.refresh_from_db()
    copies.open_copy(article, by=author).publish(by=editor)
    assert Transition.objects.to_approve().count() == 1


# ── Minor and major changes ─────────────────────────────────────────────────────────────────────
def test_a_major_change_without_a_note_is_refused_and_kept(client, editor):
    article = make_article(title="Tin cũ")
    copy = copies.open_copy(article, by=editor)
    data = fields(
        category=article.category, title="Tin mới", slug=article.slug, is_major_change="on"
    )
    response = post(client, copy, data | {"_publish": "1"}, follow=True)
    assert messages_of(response)[-1] == (
        "Xin ghi cho bạn đọc biết nội dung nào đã thay đổi, hoặc bỏ chọn thay đổi lớn."
    )
    copy.refresh_from_db()
    article.refresh_from_db()
    assert (copy.title, article.title) == ("Tin mới", "Tin cũ")


def test_the_note_of_a_major_change_stands_under_the_article(client, editor):
    article = make_article()
    copy = copies.open_copy(article, by=editor)
    data = fields(
        category=article.category,
        slug=article.slug,
        is_major_change="on",
        change_note="Đã sửa ngày tổ chức hội nghị.",
    )
    post(client, copy, data | {"_publish": "1"})
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Đã sửa ngày tổ chức hội nghị." in page
    article.refresh_from_db()
    assert (article.is_major_change, article.change_note) == (False, "")


def test_a_minor_change_leaves_no_note(client, editor):
    article = make_article()
    copy = copies.open_copy(article, by=editor)
    data = fields(category=article.category, slug=article.slug, change_note="Không dùng")
    post(client, copy, data | {"_publish": "1"})
    assert not article.updates.exists()


def test_a_draft_is_not_asked_about_changes(client, editor):
    page = client.get(change(make_article(status="draft"))).content.decode()
    assert "change_note" not in page


# ── Withdrawing ─────────────────────────────────────────────────────────────────────────────────
def test_withdrawing_is_a_page_of_its_own_away_from_the_other_buttons(client, editor):
    article = make_article()
    page = client.get(change(article)).content.decode()
    assert withdraw(article) in page
    assert 'name="takedown"' not in page
    assert 'name="takedown"' in client.get(withdraw(article)).content.decode()


def test_a_withdrawal_without_a_reason_is_refused_and_keeps_what_was_typed(client, editor):
    article = make_article()
    data = {"takedown": "notice", "notice": "Số liệu sai.", "reason": " "}
    response = client.post(withdraw(article), data)
    page = response.content.decode()
    assert response.status_code == 400
    assert "Xin ghi cho các biên tập viên khác vì sao thu hồi bài." in page
    assert "Số liệu sai." in page
    assert article in Article.objects.published()


def test_what_somebody_else_changed_meanwhile_is_looked_at_before_it_is_withdrawn(client, editor):
    article = make_article(version=7)
    data = {"takedown": "removed", "reason": "Sai", "version": "6"}
    response = client.post(withdraw(article), data)
    assert response.status_code == 400
    assert "Người khác vừa thay đổi bài này." in response.content.decode()
    assert article in Article.objects.published()


def test_the_reason_of_a_withdrawal_is_kept_for_staff_alone(client, editor):
    article = make_article()
    data = {"takedown": "notice", "notice": "Đang kiểm tra.", "reason": "Nguồn tin rút lại"}
    client.post(withdraw(article), data | {"version": article.version})
    assert article.transitions.get(verb="withdraw").reason == "Nguồn tin rút lại"
    page = client.get(article.get_absolute_url()).content.decode()
    assert "Đang kiểm tra." in page
    assert "Nguồn tin rút lại" not in page


def test_writers_do_not_withdraw(client):
    author = make_user(groups=["Phóng viên"])
    client.force_login(author)
    article = make_article(created_by=author)
    assert client.get(withdraw(article)).status_code == 403
    answer = client.post(withdraw(article), {"takedown": "removed", "reason": "x"})
    assert answer.status_code == 403
    assert withdraw(article) not in client.get(change(article)).content.decode()
    assert article in Article.objects.published()


def test_what_is_withdrawn_already_leads_to_its_page(client, editor):
    article = make_article(status="withdrawn", takedown="removed")
    response = client.get(withdraw(article))
    assert response.headers["Location"] == change(article)


# ── Publication ─────────────────────────────────────────────────────────────────────────────────
def test_the_page_after_publishing_offers_the_link_to_view_and_to_copy(client, editor):
    response = client.post(ADD, fields(_publish="1"), follow=True)
    article = Article.objects.get()
    page = response.content.decode()
    assert f'data-copy="http://testserver{article.get_absolute_url()}"' in page
    assert "Xem bài" in page
    assert "Soạn bài mới" in page


def test_the_form_says_which_clock_the_publication_time_is_of(client, editor):
    assert "giờ Việt Nam (GMT+7)" in client.get(ADD).content.decode()


# ── Taking back what was submitted ──────────────────────────────────────────────────────────────
@pytest.fixture
def submitted(client):
    """A writer's article that waits for review; its writer is signed in."""
    author = make_user(groups=["Phóng viên"], last_name="Lê", first_name="Minh")
    article = make_article(status="draft", title="Tin gửi vội", created_by=author)
    article.submit(by=author)
    client.force_login(author)
    return article


def test_a_writer_takes_a_submitted_text_back_and_goes_on_writing(client, submitted):
    assert 'name="_take_back"' in client.get(change(submitted)).content.decode()
    response = post(client, submitted, {"_take_back": "1"}, follow=True)
    assert messages_of(response) == ["Đã lấy lại bài, mời bạn sửa. Sửa xong xin gửi duyệt lại."]
    assert 'name="_submit"' in response.content.decode()
    submitted.refresh_from_db()
    assert submitted.status == "draft"
    history = client.get(reverse("admin:news_article_history", args=[submitted.pk]))
    assert "<strong>Lấy lại để sửa</strong>" in history.content.decode()


def test_what_a_reviewer_has_decided_meanwhile_is_not_taken_back(client, submitted):
    version = submitted.version
    submitted.return_to_author("Thiếu ảnh", by=make_user(groups=["Duyệt đăng"]))
    response = client.post(change(submitted), {"_take_back": "1", "version": version}, follow=True)
    assert messages_of(response) == [
        "Trong lúc đó bài đã được thay đổi. Xin xem lại bài như hiện nay rồi bấm nút lần nữa."
    ]
    submitted.refresh_from_db()
    assert submitted.status == "returned"


def test_changes_to_a_public_article_are_taken_back_by_who_made_them(client, submitted):
    author = submitted.created_by
    copy = copies.open_copy(make_article(created_by=author), by=author)
    copy.submit(by=author)
    post(client, copy, {"_take_back": "1"})
    copy.refresh_from_db()
    assert copy.status == "draft"


@pytest.mark.parametrize("group", ["Phóng viên", "Duyệt đăng"])
def test_the_button_of_taking_back_sent_for_somebody_elses_text_does_nothing(client, group):
    article = make_article(status="submitted", created_by=make_user(groups=["Phóng viên"]))
    client.force_login(make_user(groups=[group]))
    post(client, article, {"_take_back": "1"})
    article.refresh_from_db()
    assert article.status == "submitted"


# ── After the reviewer's decision ───────────────────────────────────────────────────────────────
def test_after_a_return_the_reviewer_is_at_what_waits_for_him(client, editor):
    article = make_article(status="submitted", created_by=make_user())
    data = fields(category=article.category, slug=article.slug, return_reason="Thiếu ảnh")
    response = post(client, article, data | {"_return": "1"}, follow=True)
    assert response.redirect_chain == [("/admin/news/article/?state=submitted", 302)]
    assert messages_of(response) == ["Đã trả lại tác giả."]


def test_the_author_reads_who_returned_the_text_when_and_why(client, submitted):
    reviewer = make_user(groups=["Duyệt đăng"], last_name="Hoàng", first_name="Lan")
    with time_machine.travel(NOON, tick=False):
        submitted.return_to_author("Thiếu ảnh", by=reviewer)
    page = client.get(change(submitted)).content.decode()
    assert "Hoàng Lan trả lại lúc 12:00, 02/03/2026." in page
    assert "<p>Thiếu ảnh</p>" in page


# ── What the page is called ─────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("status", "heading"),
    [
        ("draft", "Sửa bản nháp: Hội nghị"),
        ("returned", "Sửa bài bị trả lại: Hội nghị"),
        ("submitted", "Duyệt bài: Hội nghị"),
    ],
)
@pytest.mark.parametrize("model", ["article", "report"])
def test_the_form_says_what_is_done_to_which_text(client, editor, status, heading, model):
    article = make_article(status=status, title="Hội nghị")
    if model == "report":
        Article.objects.filter(pk=article.pk).update(kind="report")
    page = client.get(change(article, model)).content.decode()
    assert f"<h1>{heading}</h1>" in page
    assert f"<title>{heading} | " in page


def test_a_new_text_and_the_changes_to_a_public_one_are_called_so(client, editor):
    assert "<h1>Soạn bài</h1>" in client.get(ADD).content.decode()
    page = client.get("/admin/news/report/add/").content.decode()
    assert "<h1>Soạn báo cáo hội nghị</h1>" in page
    copy = copies.open_copy(make_article(title="Hội nghị"), by=editor)
    assert "<h1>Sửa bài “Hội nghị”</h1>" in client.get(change(copy)).content.decode()


# ── Letters ─────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def callbacks(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def letters():
    return [(letter.to, letter.subject) for letter in mail.outbox]


def test_those_who_publish_are_told_of_a_submitted_text(callbacks):
    reviewer = make_user(groups=["Duyệt đăng"])
    make_user(groups=["Phóng viên"])
    make_user(groups=["Duyệt đăng"], is_active=False)
    make_user(groups=["Duyệt đăng"], email="")
    author = make_user(groups=["Phóng viên"], last_name="Lê", first_name="Minh")
    article = make_article(status="draft", title="Tin chờ duyệt", created_by=author)
    with callbacks():
        article.submit(by=author)
    assert letters() == [([reviewer.email], "Gửi duyệt: Tin chờ duyệt")]
    assert f"http://testserver{change(article)}" in mail.outbox[0].body
    assert "Minh" in mail.outbox[0].body


def test_of_a_text_taken_back_who_has_no_letter_yet_gets_none(callbacks):
    make_user(groups=["Duyệt đăng"])
    author = make_user(groups=["Phóng viên"])
    first, second = (make_article(status="draft", created_by=author) for _ in range(2))
    with callbacks():
        first.submit(by=author)
        second.submit(by=author)  # waits: a letter has just gone out
        second.take_back(by=author)
    with time_machine.travel(timezone.now() + 2 * notifications.PAUSE):
        call_command("send_notifications")
    assert [letter.subject for letter in mail.outbox] == [f"Gửi duyệt: {first.title}"]


def test_who_had_a_letter_of_a_text_is_told_that_it_was_taken_back(callbacks):
    reviewer = make_user(groups=["Duyệt đăng"])
    author = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", title="Tin gửi vội", created_by=author)
    with callbacks():
        article.submit(by=author)
    make_user(groups=["Duyệt đăng"])  # came later, knows of nothing
    with callbacks():
        article.take_back(by=author)
    with time_machine.travel(timezone.now() + 2 * notifications.PAUSE):
        call_command("send_notifications")
    assert letters() == [
        ([reviewer.email], "Gửi duyệt: Tin gửi vội"),
        ([reviewer.email], "Lấy lại để sửa: Tin gửi vội"),
    ]


def test_the_author_is_told_why_the_text_came_back(callbacks):
    author, editor = make_user(groups=["Phóng viên"]), make_user(groups=["Duyệt đăng"])
    article = make_article(status="submitted", title="Tin trả lại", created_by=author)
    with callbacks():
        article.return_to_author("Thiếu ảnh toàn cảnh", by=editor)
    assert letters() == [([author.email], "Trả lại tác giả: Tin trả lại")]
    assert "Thiếu ảnh toàn cảnh" in mail.outbox[0].body


def test_of_a_returned_working_copy_who_opened_it_is_told(callbacks):
    author, other = make_user(groups=["Phóng viên"]), make_user(groups=["Duyệt đăng"])
    copy = copies.open_copy(make_article(created_by=author), by=other)
    copy.submit(by=other)
    with callbacks():
        copy.return_to_author("Xem lại", by=make_user(groups=["Duyệt đăng"]))
    assert [other.email] in [letter.to for letter in mail.outbox]
    assert [author.email] not in [letter.to for letter in mail.outbox]


def test_twenty_steps_make_two_letters_not_twenty(callbacks):
    reviewer, author = make_user(groups=["Duyệt đăng"]), make_user(groups=["Phóng viên"])
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(20):
            article = make_article(status="draft", title=f"Tin {number}", created_by=author)
            with callbacks():
                article.submit(by=author)
        assert letters() == [([reviewer.email], "Gửi duyệt: Tin 0")]
        clock.shift(notifications.PAUSE + datetime.timedelta(seconds=1))
        call_command("send_notifications")
    assert letters()[1:] == [([reviewer.email], "19 việc mới trên bàn biên tập")]
    assert all(f": Tin {number}\n" in mail.outbox[1].body for number in range(1, 20))
    call_command("send_notifications")
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_down_stops_no_step_and_loses_no_letter(callbacks, monkeypatch):
    make_user(groups=["Duyệt đăng"]), make_user(groups=["Duyệt đăng"])
    author = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=author)

    def down(*args):
        raise SMTPServerDisconnected

    with monkeypatch.context() as server:
        server.setattr(EmailBackend, "send_messages", down)
        with callbacks():
            article.submit(by=author)
    assert Article.objects.get().status == "submitted"
    assert mail.outbox == []
    call_command("send_notifications")
    assert len(mail.outbox) == 2


def test_a_letter_does_not_tell_of_what_its_reader_may_no_longer_see(callbacks):
    reviewer, author = make_user(groups=["Duyệt đăng"]), make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=author)
    article.submit(by=author)
    reviewer.groups.clear()
    call_command("send_notifications")
    assert mail.outbox == []


def test_without_a_mail_server_nothing_waits(settings, callbacks):
    settings.EMAIL_IS_SENT = False
    make_user(groups=["Duyệt đăng"])
    author = make_user(groups=["Phóng viên"])
    with callbacks():
        make_article(status="draft", created_by=author).submit(by=author)
    assert not author.notifications.model.objects.exists()


def test_a_report_is_linked_on_its_own_screen(callbacks):
    make_user(groups=["Duyệt đăng"])
    author = make_user(groups=["Phóng viên"])
    report = make_conference(article=make_article(kind="report", status="draft", created_by=author))
    with callbacks():
        report.article.submit(by=author)
    address = reverse("admin:news_report_change", args=[report.article.pk])
    assert f"http://testserver{address}" in mail.outbox[0].body


def test_the_reason_stays_when_something_else_is_missing(client, editor):
    response = client.post(ADD, fields(body="", own_reason="Tin bão", _publish="1"), follow=True)
    assert ">Tin bão</textarea>" in response.content.decode()


def test_what_one_has_typed_into_a_discarded_copy_is_not_offered_again(client, editor):
    copy = copies.open_copy(make_article(), by=editor)
    own = editor.autosaves.create(article=copy, token="a" * 32, fields={"title": ["Gõ dở"]})
    other = make_user().autosaves.create(article=copy, token="b" * 32, fields={"title": ["Khác"]})
    live = copy.draft_of
    post(client, copy, {"_discard": "1"})
    assert list(live.autosaves.all()) == [other]
    assert not type(own).objects.filter(pk=own.pk).exists()


def test_a_scheduled_article_does_not_offer_a_working_copy(client, editor):
    later = make_article(publish_at=datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC))
    assert 'name="_edit"' not in client.get(change(later)).content.decode()


def test_who_submits_is_told_what_is_still_missing(client):
    client.force_login(make_user(groups=["Phóng viên"]))
    response = client.post(ADD, fields(body="", _submit="1"), follow=True)
    assert Article.objects.get().status == "submitted"
    (said,) = messages_of(response)
    assert said == (
        "Đã gửi duyệt. Trước khi xuất bản còn phải sửa: Bài chưa có nội dung. Xin viết hoặc dán "
        "vào mục 2 “Nội dung”."
    )


def test_nobody_gets_a_letter_about_a_step_of_his_own(callbacks):
    reviewer, other = make_user(groups=["Duyệt đăng"]), make_user(groups=["Duyệt đăng"])
    article = make_article(status="draft", created_by=reviewer)
    with callbacks():
        article.submit(by=reviewer)
        article.publish(by=reviewer, reason="Tin gấp")
    assert {letter.to[0] for letter in mail.outbox} == {other.email}
