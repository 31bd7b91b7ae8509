"""The trash: who throws away what, what readers find then, what comes back, what goes."""

import datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import ProtectedError
from django.utils import timezone
from reversion.models import Version

from news import copies, trash
from news.models import Article, Attachment, Category, Photo, Remark, Transition
from portal.publishing import Refused
from tests.factories import (
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_user,
)

pytestmark = pytest.mark.django_db

BIN = "/admin/news/article/trash/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def editor(client):
    user = make_user(groups=["Duyệt đăng"], last_name="Vi", first_name="Minh")
    client.force_login(user)
    return user


def throw(client, article, model="article", **data):
    address = f"/admin/news/{model}/{article.pk}/trash/"
    return client.post(address, {"version": article.version} | data, follow=True)


def gone(article):
    return Article.objects.get(pk=article.pk).deleted_at is not None


def shown(client):
    response = client.get(BIN)
    assert response.status_code == 200
    return [row.title for row in response.context["rows"]]


# ── Throwing away ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("status", "own", "allowed"),
    [
        ("draft", True, True),
        ("returned", True, True),
        ("submitted", True, False),
        ("published", True, False),
        ("published", False, False),
    ],
)
def test_an_author_throws_away_own_drafts_alone(client, writer, status, own, allowed):
    article = make_article(status=status, created_by=writer if own else make_user())
    response = throw(client, article)
    assert (response.status_code, gone(article)) == (200 if allowed else 403, allowed)
    offered = client.get(f"/admin/news/article/{article.pk}/change/").content.decode()
    if not allowed:
        assert f"/{article.pk}/trash/" not in offered


def test_a_writer_does_not_learn_that_others_have_a_draft(client, writer):
    article = make_article(status="draft", title="Bí mật", created_by=make_user())
    assert client.get(f"/admin/news/article/{article.pk}/trash/").status_code == 404
    assert throw(client, article).status_code == 404


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "published"])
def test_a_reviewer_throws_away_anything(client, editor, status):
    article = make_article(status=status, created_by=make_user())
    page = client.get(f"/admin/news/article/{article.pk}/change/").content.decode()
    assert f'href="/admin/news/article/{article.pk}/trash/"' in page
    response = throw(client, article)
    assert response.redirect_chain == [(BIN, 302)]
    assert gone(article)
    step = Transition.objects.get(article=article)
    assert (step.verb, step.by) == ("trash", editor)


def test_the_page_before_asks_and_changes_nothing(client, editor):
    article = make_article()
    copies.open_copy(article, by=editor)
    page = client.get(f"/admin/news/article/{article.pk}/trash/").content.decode()
    assert "Vi Minh đang chỉnh sửa bài này" in page
    assert "Bạn đọc đang xem bài này" in page
    assert not gone(article)


def test_what_changed_since_the_page_was_shown_is_not_thrown_away(client, editor):
    article = make_article(status="draft")
    article.submit(by=editor)
    article.version -= 1
    response = throw(client, article)
    assert not gone(article)
    (message,) = [str(one) for one in response.context["messages"]]
    assert message.startswith("Người khác vừa")
    assert throw(client, article, version="x").status_code == 200
    assert not gone(article)


def test_a_second_click_leads_to_the_trash(client, editor):
    article = make_article(status="draft")
    throw(client, article)
    assert throw(client, article).redirect_chain == [(BIN, 302)]
    assert Transition.objects.filter(verb="trash").count() == 1


def test_a_working_copy_is_discarded_not_thrown_away(client, editor):
    copy = copies.open_copy(make_article(), by=editor)
    assert throw(client, copy).status_code == 403
    with pytest.raises(Refused):
        trash.trash(copy, by=editor)
    assert "/trash/" not in client.get(f"/admin/news/article/{copy.pk}/change/").content.decode()


def test_a_working_copy_goes_along_and_comes_back(client, editor):
    live = make_article(title="Tin")
    copy = copies.open_copy(live, by=editor)
    throw(client, live)
    assert not Article.objects.visible_to(editor).exists()
    assert shown(client) == ["Tin"]
    client.post(BIN, {"one": live.pk})
    assert set(Article.objects.visible_to(editor)) == {live, copy}
    Article.objects.get(pk=copy.pk).publish(by=editor, reason="Tin gấp")


# ── What readers find ───────────────────────────────────────────────────────────────────────────
def test_thrown_away_answers_410_what_was_public_and_404_what_was_not(client, editor):
    public, draft = make_article(), make_article(status="draft")
    report = make_article(kind="report")
    make_conference(article=report)
    scheduled = make_article(publish_at=timezone.now() + DAY)
    for article in (public, draft, scheduled):
        throw(client, article)
    throw(client, report, "report")
    client.logout()
    found = [client.get(one.get_absolute_url()) for one in (public, report, draft, scheduled)]
    assert [response.status_code for response in found] == [410, 410, 404, 404]
    assert public.title not in found[0].content.decode()
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        assert client.get(scheduled.get_absolute_url()).status_code == 404


# ── Coming back ─────────────────────────────────────────────────────────────────────────────────
def test_restored_is_as_before_with_photos_captions_files_and_address(client, editor):
    article = make_article()
    use = make_article_photo(article=article, caption="Chú thích")
    file = make_attachment(article=article)
    before = client.get(article.get_absolute_url()).content
    throw(client, article)
    assert shown(client) == [article.title]
    response = client.post(BIN, {"one": article.pk}, follow=True)
    (message,) = [str(one) for one in response.context["messages"]]
    assert message == "Đã khôi phục 1 bài, đúng trạng thái trước khi xoá."
    assert shown(client) == []
    assert client.get(article.get_absolute_url()).content == before
    assert list(article.photos.all()) == [use]
    assert client.get(file.file.url).status_code == 200
    verbs = Transition.objects.filter(article=article).values_list("verb", flat=True)
    assert list(verbs) == ["untrash", "trash"]


def test_several_are_restored_at_once(client, editor):
    articles = [make_article(status="draft") for _number in range(3)]
    for article in articles:
        throw(client, article)
    client.post(BIN, {"chosen": [one.pk for one in articles[:2]] + ["x", "9" * 40]})
    assert [gone(one) for one in articles] == [False, False, True]


def test_a_writer_sees_and_restores_own_drafts_alone(client, writer):
    other = make_user(groups=["Duyệt đăng"])
    own = make_article(title="Của tôi", status="draft", created_by=writer)
    others = make_article(title="Bí mật", status="draft", created_by=other)
    public = make_article(title="Bài đã đăng", created_by=writer)
    for article in (own, others, public):
        trash.trash(article, by=other)
    assert shown(client) == ["Của tôi"]
    client.post(BIN, {"chosen": [own.pk, others.pk, public.pk]})
    assert [gone(one) for one in (own, others, public)] == [False, True, True]


def test_a_stranger_and_a_member_of_staff_without_rights_see_no_trash(client):
    assert client.get(BIN).status_code == 302
    client.force_login(make_user(groups=["Quản trị"]))
    assert client.get(BIN).status_code == 403


def test_the_list_says_who_when_and_how_long(client, editor):
    article = make_article(title="Tin", status="draft")
    with time_machine.travel(datetime.datetime(2026, 3, 1, 1, tzinfo=datetime.UTC), tick=False):
        trash.trash(article, by=editor)
    with time_machine.travel(datetime.datetime(2026, 3, 11, 1, tzinfo=datetime.UTC), tick=False):
        client.force_login(editor)
        page = client.get(BIN).content.decode()
    assert "Vi Minh xoá lúc 08:00, 01/03/2026" in page
    assert "còn 20 ngày" in page


@pytest.mark.parametrize(
    ("later", "left"),
    [
        ({}, 30),
        ({"seconds": 1}, 30),
        ({"days": 1}, 29),
        ({"days": 29, "hours": 23}, 1),
        ({"days": 30}, 0),
        ({"days": 40}, 0),
    ],
)
def test_the_days_left_begin_with_thirty_and_count_a_begun_day(later, left):
    thrown = datetime.datetime(2026, 3, 1, 1, tzinfo=datetime.UTC)
    with time_machine.travel(thrown + datetime.timedelta(**later), tick=False):
        assert trash.days_left(Article(deleted_at=thrown)) == left


def test_the_page_that_asks_the_message_and_the_list_say_the_same_number(client, editor):
    article = make_article(title="Tin", status="draft")
    asked = client.get(f"/admin/news/article/{article.pk}/trash/").content.decode()
    done = throw(client, article)
    (message,) = [str(one) for one in done.context["messages"]]
    assert "trong 30 ngày" in asked
    assert "trong 30 ngày" in message
    assert "còn 30 ngày" in done.content.decode()


@pytest.mark.parametrize("rows", [1, 55])
def test_the_list_costs_the_same_however_long(client, editor, rows, django_assert_num_queries):
    for _number in range(rows):
        trash.trash(make_article(status="draft"), by=editor)
    with django_assert_num_queries(7):
        page = client.get(BIN)
    assert len(page.context["rows"]) == min(rows, 50)
    assert bool(page.context["page_after"]) is (rows > 50)


# ── For good ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def empty(django_capture_on_commit_callbacks, capsys):
    def run(days=31):
        with (
            time_machine.travel(timezone.now() + days * DAY, tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            call_command("empty_trash")
        return capsys.readouterr().out.strip()

    return run


def files(root):
    return {path.name for path in Path(root).rglob("*") if path.is_file()}


def test_before_thirty_days_nothing_goes(editor, empty):
    trash.trash(make_article(status="draft"), by=editor)
    assert empty(days=29) == "Đã xoá hẳn khỏi thùng rác: 0 bài."
    assert Article.objects.count() == 1


def test_a_draft_goes_with_its_files_its_photos_stay(editor, empty, private_root):
    draft = make_article(status="draft")
    photo = make_article_photo(article=draft).photo
    kept = files(private_root)
    make_attachment(article=draft)
    trash.trash(draft, by=editor)
    assert empty() == "Đã xoá hẳn khỏi thùng rác: 1 bài."
    assert not Article.objects.exists()
    assert list(Photo.objects.all()) == [photo]
    assert files(private_root) == kept
    assert empty() == "Đã xoá hẳn khỏi thùng rác: 0 bài."


def test_a_file_that_another_article_has_stays(editor, empty):
    draft, other = make_article(status="draft"), make_article()
    make_attachment(article=draft)
    kept = make_attachment(article=other)
    trash.trash(draft, by=editor)
    empty()
    assert kept.file.storage.exists(kept.file.name)


def test_a_file_that_a_past_version_of_another_article_has_stays(editor, empty):
    draft, other = make_article(status="draft"), make_article()
    make_attachment(article=draft)
    kept = make_attachment(article=other)
    copies.record_version(other, by=editor)
    kept.delete()
    trash.trash(draft, by=editor)
    empty()
    assert kept.file.storage.exists(kept.file.name)


def test_what_was_public_keeps_an_empty_row_that_answers_410(client, editor, empty, private_root):
    article = make_article(title="Tin riêng tư", byline="Hưng Đức")
    make_article_photo(article=article, caption="Chú thích riêng tư")
    make_attachment(article=article)
    Remark.objects.create(article=article, by=editor, text="Ghi chú")
    copies.record_version(article, by=editor)
    copies.open_copy(article, by=editor)
    address = article.get_absolute_url()
    trash.trash(article, by=editor)
    documents = {Path(one.file.name).name for one in Attachment.objects.all()}
    assert empty() == "Đã xoá hẳn khỏi thùng rác: 1 bài."
    row = Article.objects.get()
    assert (row.title, row.title_key, row.body, row.byline, row.summary) == ("", "", "", "", "")
    assert not row.photos.exists()
    assert not Remark.objects.exists()
    assert not Version.objects.exists()
    assert documents
    assert not documents & files(private_root)
    assert shown(client) == []
    assert empty() == "Đã xoá hẳn khỏi thùng rác: 0 bài."
    client.logout()
    assert client.get(address).status_code == 410


def test_an_emptied_row_does_not_keep_its_category(client, empty):
    admin = make_user(groups=["Quản trị"])
    client.force_login(admin)
    category, other = make_category(), make_category()
    article = make_article(category=category)
    trash.trash(article, by=make_user(groups=["Duyệt đăng"]))
    address = f"/admin/news/category/{category.pk}/delete/"
    client.post(address, {"post": "yes"})
    assert Category.objects.filter(pk=category.pk).exists()  # it may still come back
    empty()
    assert client.post(address, {"post": "yes"}).status_code == 302
    assert list(Category.objects.all()) == [other]
    assert Article.objects.get().category == other
    client.logout()
    assert client.get(article.get_absolute_url()).status_code == 410


def test_an_article_keeps_its_category_beside_an_emptied_row(editor, empty):
    category, _other = make_category(), make_category()
    thrown, kept = make_article(category=category), make_article(category=category)
    trash.trash(thrown, by=editor)
    empty()
    with pytest.raises(ProtectedError) as refusal:
        category.delete()
    assert refusal.value.protected_objects == {kept}
    assert Article.objects.get(pk=thrown.pk).category == category


def test_an_emptied_row_keeps_the_last_category(editor, empty):
    article = make_article()
    trash.trash(article, by=editor)
    empty()
    with pytest.raises(ProtectedError):
        Category.objects.all().delete()


def test_categories_that_go_together_leave_the_emptied_row_to_one_that_stays(editor, empty):
    going = [make_category(), make_category()]
    staying = make_category()
    article = make_article(category=going[1])
    trash.trash(article, by=editor)
    empty()
    Category.objects.filter(pk__in=[one.pk for one in going]).delete()
    assert Article.objects.get().category == staying


def test_a_purged_article_cannot_be_restored(client, editor, empty):
    article = make_article(category=make_category())
    trash.trash(article, by=editor)
    empty()
    client.post(BIN, {"one": article.pk})
    assert gone(article)
