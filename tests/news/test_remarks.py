"""Internal remarks: staff who may see the article write them; readers and versions have none."""

import pytest
from django.urls import reverse
from reversion.models import Version

from news import copies
from news.models import Article
from news.models.desk import Remark
from tests.factories import make_article, make_conference, make_user

pytestmark = pytest.mark.django_db

WORDS = "Nhờ anh xem lại số liệu ở đoạn hai."
PANEL = {"x-panel": "1"}


@pytest.fixture
def writer():
    return make_user(groups=["Phóng viên"], last_name="Hoàng Thị", first_name="Lan")


@pytest.fixture
def reviewer():
    return make_user(groups=["Duyệt đăng"])


@pytest.fixture
def draft(writer):
    return make_article(status="draft", created_by=writer)


def add_url(article, model="article"):
    return reverse(f"admin:news_{model}_remark", args=[article.pk])


def delete_url(article, remark):
    return reverse("admin:news_article_remark_delete", args=[article.pk, remark.pk])


def change(article, model="article"):
    return reverse(f"admin:news_{model}_change", args=[article.pk])


def text_of(client, address):
    return client.get(address).content.decode()


def remark_on(article, *, by, text=WORDS):
    return Remark.objects.create(article=article, by=by, text=text)


def test_a_remark_stands_on_the_form_with_who_and_when(client, draft, writer, reviewer):
    client.force_login(writer)
    response = client.post(add_url(draft), {"text": WORDS}, follow=True)
    assert response.redirect_chain == [(f"{change(draft)}#remarks", 302)]
    remark = Remark.objects.get()
    assert (remark.article, remark.by, remark.text) == (draft, writer, WORDS)
    client.force_login(reviewer)
    text = text_of(client, change(draft))
    assert WORDS in text
    assert "<strong>Hoàng Thị Lan</strong>" in text


def test_a_remark_does_not_touch_the_article(client, draft, writer):
    client.force_login(writer)
    before = Article.objects.filter(pk=draft.pk).values().get()
    client.post(add_url(draft), {"text": WORDS})
    assert Article.objects.filter(pk=draft.pk).values().get() == before


def test_a_remark_on_a_report_leads_back_to_the_report(client, reviewer):
    report = make_conference().article
    client.force_login(reviewer)
    response = client.post(add_url(report, "report"), {"text": WORDS})
    assert response["Location"] == f"{change(report, 'report')}#remarks"
    assert WORDS in text_of(client, change(report, "report"))


def test_remarks_on_a_working_copy_survive_its_publication(client, reviewer):
    live = make_article()
    copy = copies.open_copy(live, by=reviewer)
    client.force_login(reviewer)
    client.post(add_url(copy), {"text": WORDS})
    assert WORDS in text_of(client, change(copy))
    copy.publish(by=reviewer, reason="Tin gấp")
    assert Remark.objects.get().article == live
    assert WORDS in text_of(client, change(live))


def test_remarks_survive_a_copy_that_is_discarded(client, reviewer):
    live = make_article()
    copy = copies.open_copy(live, by=reviewer)
    client.force_login(reviewer)
    client.post(add_url(copy), {"text": WORDS})
    client.post(change(copy), {"_discard": "1"})
    assert Remark.objects.get().article == live


def test_readers_see_no_remark(client, reviewer):
    article = make_article()
    remark_on(article, by=reviewer)
    for address in (article.get_absolute_url(), article.get_print_url(), "/rss/", "/tin-tuc/"):
        assert WORDS not in text_of(client, address), address
    client.force_login(reviewer)
    assert WORDS not in text_of(client, reverse("admin:news_article_preview", args=[article.pk]))


def test_versions_hold_no_remark(draft, writer):
    remark_on(draft, by=writer)
    copies.record_version(draft, by=writer)
    assert Version.objects.exists()
    assert not Version.objects.filter(serialized_data__contains="số liệu").exists()
    assert not Version.objects.get_for_model(Article).filter(serialized_data__contains="remark")


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 2001])
def test_a_remark_that_cannot_be_kept_is_refused_with_a_sentence(client, draft, writer, text):
    client.force_login(writer)
    response = client.post(add_url(draft), {"text": text})
    assert response.status_code == 422
    assert 'role="status" data-said>' in response.content.decode()
    assert 'class="warning"' in response.content.decode()
    assert not Remark.objects.exists()


def test_a_refused_remark_stays_in_its_box(client, draft, writer):
    client.force_login(writer)
    for headers in ({}, PANEL):
        response = client.post(add_url(draft), {"text": "Dài " * 600}, headers=headers)
        assert "Dài Dài Dài" in response.content.decode()


def test_the_script_gets_the_panel_alone(client, draft, writer):
    client.force_login(writer)
    response = client.post(add_url(draft), {"text": WORDS}, headers=PANEL)
    text = response.content.decode().strip()
    assert text.startswith('<section class="part panel" id="remarks"')
    assert text.count(WORDS) == 1


def test_deleting_a_remark_keeps_one_that_is_begun(client, draft, writer):
    remark = remark_on(draft, by=writer)
    client.force_login(writer)
    response = client.post(delete_url(draft, remark), {"text": "Đang viết dở"}, headers=PANEL)
    assert "Đang viết dở</textarea>" in response.content.decode()
    assert not Remark.objects.exists()


def test_markup_in_a_remark_is_text(client, draft, writer):
    remark_on(draft, by=writer, text="<script>alert(1)</script>")
    client.force_login(writer)
    text = text_of(client, change(draft))
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_nobody_deletes_what_others_remarked(client, draft, writer, reviewer):
    remark = remark_on(draft, by=writer)
    client.force_login(reviewer)
    assert delete_url(draft, remark) not in text_of(client, change(draft))
    assert client.post(delete_url(draft, remark)).status_code == 404
    assert Remark.objects.exists()


def test_a_remark_is_deleted_through_its_own_article_alone(client, draft, writer):
    remark = remark_on(draft, by=writer)
    other = make_article(status="draft", created_by=writer)
    client.force_login(writer)
    assert client.post(delete_url(other, remark)).status_code == 404
    client.post(delete_url(draft, remark))
    assert not Remark.objects.exists()


def test_nobody_remarks_on_what_he_may_not_see(client, draft):
    client.force_login(make_user(groups=["Phóng viên"]))
    response = client.post(add_url(draft), {"text": WORDS})
    assert response.status_code == 404
    assert draft.title not in response.content.decode()
    assert not Remark.objects.exists()
