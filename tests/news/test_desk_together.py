"""Where the parts of the desk meet: the trash and the clock, versions and expiry, two clicks."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from reversion.models import Version

from news import copies, trash
from news.models import Article, Remark
from tests.factories import make_article, make_user
from tests.news.test_admin import ADD, change, fields, post

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)
LONG = "9" * 5000


def test_a_writer_does_not_see_what_others_have_scheduled(client, writer):
    later = make_article(title="Bài hẹn giờ của người khác", publish_at=timezone.now() + HOUR)
    for address in (
        change(later),
        reverse("admin:news_article_preview", args=[later.pk]),
        reverse("admin:news_article_history", args=[later.pk]),
        "/admin/news/article/",
        "/admin/autocomplete/?app_label=news&model_name=article&field_name=related&term=b",
    ):
        assert later.title not in client.get(address, follow=True).content.decode(), address


def test_a_time_that_went_by_in_the_trash_publishes_nothing(editor):
    article = make_article(publish_at=timezone.now() + HOUR)
    trash.trash(article, by=editor)
    with time_machine.travel(timezone.now() + 2 * HOUR):
        trash.restore(article, by=editor)
        assert not Article.objects.published().exists()
    article.refresh_from_db()
    assert article.status == "draft"


def test_what_was_public_before_the_trash_is_public_after_it(editor):
    article = make_article()
    trash.trash(article, by=editor)
    trash.restore(article, by=editor)
    assert Article.objects.published().get() == article


def test_an_expiry_that_is_over_does_not_come_back_with_an_old_version(editor):
    article = make_article(expire_at=timezone.now() + HOUR)
    copies.record_version(article, by=editor)
    Article.objects.filter(pk=article.pk).update(expire_at=None)
    with time_machine.travel(timezone.now() + 2 * HOUR):
        version = Version.objects.get_for_object(article).first()
        copies.restore(version, by=editor).publish(by=editor, reason="Bản trước đúng hơn")
        assert Article.objects.published().get() == article


def test_remarks_on_a_draft_are_not_for_every_writer_once_it_is_public(client, writer):
    article = make_article()
    Remark.objects.create(article=article, by=make_user(), text="Câu này viết ẩu quá")
    assert "viết ẩu" not in client.get(change(article)).content.decode()
    address = reverse("admin:news_article_remark", args=[article.pk])
    assert client.post(address, {"text": "Chen vào"}).status_code == 404
    Article.objects.filter(pk=article.pk).update(created_by=writer)
    assert "viết ẩu" in client.get(change(article)).content.decode()


def test_the_same_new_form_sent_twice_makes_one_article(client, writer):
    data = fields(form_token="a" * 32)
    first = client.post(ADD, data)
    second = client.post(ADD, data)
    assert Article.objects.count() == 1
    assert first.headers["Location"] == second.headers["Location"]


def test_another_text_in_a_form_that_was_saved_is_kept_and_shown(client, writer):
    data = fields(form_token="a" * 32)
    client.post(ADD, data)
    answer = client.post(ADD, data | {"title": "Gõ thêm sau khi lưu"})
    assert (answer.status_code, Article.objects.count()) == (409, 1)
    assert "Gõ thêm sau khi lưu" in answer.content.decode()
    assert writer.autosaves.get(is_refused=True).fields["title"] == ["Gõ thêm sau khi lưu"]


@pytest.mark.parametrize("number", ["²", LONG, "-1", "\x00", "x"])
def test_a_number_that_is_none_breaks_no_form_of_the_desk(client, editor, number):
    article = make_article(status="draft")
    row = {"photo": number, "caption": "Chú thích", "order": 1}
    for data in (
        fields(title="", category=article.category, photos=[row]),
        fields(title="", category=article.category, related=number),
        fields(title="", category=article.category, department=number),
    ):
        assert post(client, article, data).status_code in {200, 400}
    chosen = {"action": "move_chosen", "_selected_action": article.pk, "category": number}
    assert client.post("/admin/news/article/", chosen).status_code in {200, 302, 400}
    assert client.post("/admin/news/article/own-texts/", {"step": number}).status_code in {400, 404}


@pytest.mark.parametrize("query", ["publish_at__year=0", "body__regex=(", "title__contains=a"])
def test_no_column_is_asked_through_the_address_of_a_list(client, editor, query):
    make_article()
    answer = client.get(f"/admin/news/article/?{query}")
    assert answer.status_code in {302, 400}
