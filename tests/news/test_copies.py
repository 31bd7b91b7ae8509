"""Working copies and versions: edited beside, merged back, restored, never where readers look."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from reversion.models import Version

from news import copies
from news.models import Article, ArticlePhoto, Conference
from portal.publishing import Refused
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_department,
    make_photo,
    make_user,
)

pytestmark = pytest.mark.django_db

REASON = "Sửa lỗi gấp"  # who opens a copy and publishes it has nobody else read it


@pytest.fixture
def editor():
    return make_user(groups=["Duyệt đăng"])


@pytest.fixture
def live():
    """A published report with everything an article can have."""
    article = make_article(
        kind="report",
        title="Hội nghị tổng kết",
        body='<p>Một.</p><figure data-photo="1"></figure><p>Hai.</p>',
        byline="Hưng Đức",
        department=make_department(),
    )
    make_article_photo(article=article, ref=1, caption="Các đại biểu", is_lead=True, order=1)
    make_article_photo(article=article, photo=make_photo(color="red"), caption="Toàn cảnh", order=2)
    make_attachment(article=article)
    article.people.create(appointment=make_appointment(), relation="chaired")
    article.concerned_departments.create(department=make_department())
    article.related.add(make_article())
    Conference.objects.create(
        article=article,
        held_on=datetime.date(2018, 1, 19),
        review_year=2017,
        plan_year=2018,
        chair=article.people.get().appointment,
    )
    return article


def told(article):
    """Everything of an article but its identity and state, to compare two with."""
    article = Article.objects.get(pk=article.pk)
    return {
        "content": [getattr(article, name) for name in copies.CONTENT],
        "photos": list(
            article.photos.values_list(
                "ref", "photo", "caption", "alt", "is_decorative", "order", "is_lead"
            )
        ),
        "attachments": list(article.attachments.values_list("file", "title", "order", "size")),
        "people": list(article.people.values_list("appointment", "relation")),
        "departments": list(article.concerned_departments.values_list("department", "order")),
        "related": set(article.related.values_list("pk", flat=True)),
        "conference": list(
            Conference.objects.filter(article=article).values_list(
                "held_on", "venue", "review_year", "plan_year", "chair", "participants"
            )
        ),
    }


def test_a_working_copy_starts_with_everything_of_the_live_article(live, editor):
    copy = copies.open_copy(live, by=editor)

    assert told(copy) == told(live)
    assert (copy.draft_of, copy.status, copy.created_by) == (live, "draft", editor)
    assert copy.publish_at is None


def test_opening_a_copy_twice_gives_the_same_one(live, editor):
    assert copies.open_copy(live, by=editor) == copies.open_copy(live, by=make_user())


def test_editing_the_copy_leaves_the_live_article_as_it_was(live, editor):
    before = told(live)
    copy = copies.open_copy(live, by=editor)
    copy.title = "Tên khác"
    copy.save()
    copy.photos.filter(ref=1).update(caption="Chú thích khác")
    copy.photos.get(ref=2).delete()
    copy.attachments.all().delete()

    assert told(live) == before


def test_publishing_the_copy_puts_all_of_it_on_the_live_row(live, editor):
    copy = copies.open_copy(live, by=editor)
    copy.title = "Tên khác"
    copy.category = make_category()
    copy.save()
    copy.photos.filter(ref=1).update(caption="Chú thích khác")
    copy.photos.get(ref=2).delete()
    copy.conference.venue = "Hội trường tầng 3"
    copy.conference.save()
    expected = told(copy)

    copy.publish(by=editor, reason=REASON)

    assert told(live) == expected
    assert not Article.objects.filter(pk=copy.pk).exists()
    assert Article.objects.filter(draft_of=live).count() == 0


def test_merging_keeps_id_address_and_first_publication(live, editor):
    address, first = live.get_absolute_url(), live.publish_at
    copy = copies.open_copy(live, by=editor)
    copy.title = "Tên khác hẳn"
    copy.save()
    copy.publish(by=editor, reason=REASON)

    merged = Article.objects.published().get(pk=live.pk)
    assert (merged.get_absolute_url(), merged.publish_at) == (address, first)
    assert merged.title == "Tên khác hẳn"


@pytest.mark.parametrize(
    ("change", "moved"),
    [
        ({"title": "Tên khác"}, True),
        ({"body": "<p>Ba.</p>"}, True),
        ({"summary": "Tóm tắt."}, True),
        ({"is_featured": True}, False),
        ({}, False),
    ],
)
def test_the_update_time_moves_only_when_readers_read_something_else(live, editor, change, moved):
    copy = copies.open_copy(live, by=editor)
    Article.objects.filter(pk=copy.pk).update(**change)
    copy.refresh_from_db()
    copy.publish(by=editor, reason=REASON)

    live.refresh_from_db()
    assert (live.content_changed_at is not None) == moved


def test_a_changed_caption_counts_as_changed_text(live, editor):
    copy = copies.open_copy(live, by=editor)
    copy.photos.filter(ref=1).update(caption="Khác")
    copy.publish(by=editor, reason=REASON)

    live.refresh_from_db()
    assert live.content_changed_at is not None


@pytest.mark.parametrize("fields", [{"status": "published"}, {"publish_at": timezone.now()}])
def test_the_database_refuses_a_copy_that_is_public_or_scheduled(live, editor, fields):
    copy = copies.open_copy(live, by=editor)
    fields.setdefault("publish_at", None)

    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=copy.pk).update(**fields)


def test_a_copy_is_never_scheduled(live, editor):
    copy = copies.open_copy(live, by=editor)
    with pytest.raises(Refused):
        copy.publish(by=editor, reason=REASON, at=timezone.now() + datetime.timedelta(days=1))


def test_a_second_copy_of_one_article_is_refused_by_the_database(live, editor):
    copies.open_copy(live, by=editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_article(status="draft", draft_of=live)


def test_a_copy_that_somebody_else_saved_meanwhile_is_not_merged(live, editor):
    copy = copies.open_copy(live, by=editor)
    Article.objects.get(pk=copy.pk).advance(title="Người khác sửa")
    before = told(live)

    with pytest.raises(Refused):
        copy.publish(by=editor, reason=REASON)

    assert told(live) == before
    assert Article.objects.get(pk=copy.pk).title == "Người khác sửa"


def test_a_copy_unfit_to_be_published_changes_nothing(live, editor):
    copy = copies.open_copy(live, by=editor)
    copy.body = ""
    copy.save()
    before = told(live)

    with pytest.raises(Refused):
        copy.publish(by=editor, reason=REASON)

    assert told(live) == before


def test_a_writer_may_not_merge(live):
    writer = make_user(groups=["Phóng viên"])
    copy = copies.open_copy(live, by=writer)
    with pytest.raises(Refused):
        copy.publish(by=writer)
    assert Article.objects.filter(pk=copy.pk).exists()


def test_steps_of_the_copy_stay_with_the_live_article(live, editor):
    copy = copies.open_copy(live, by=editor)
    copy.submit(by=editor)
    copy.publish(by=editor, reason=REASON)
    assert [step.verb for step in live.transitions.all()] == ["update", "submit"]


def test_a_version_is_kept_at_every_publication_on_the_live_id(live, editor):
    draft = make_article(status="draft")
    draft.publish(by=editor)
    copy = copies.open_copy(draft, by=editor)
    copy.title = "Lần hai"
    copy.save()
    copy.publish(by=editor, reason=REASON)

    titles = [version.field_dict["title"] for version in Version.objects.get_for_object(draft)]
    assert titles == ["Lần hai", draft.title]


def test_restoring_fills_a_working_copy_with_all_of_the_old_version(live, editor):
    copies.record_version(live, by=editor)
    old = told(live)
    copy = copies.open_copy(live, by=editor)
    copy.title = "Bản mới"
    copy.body = "<p>Khác.</p>"
    copy.save()
    copy.photos.filter(ref=1).update(caption="Khác", is_lead=False)
    copy.photos.get(ref=2).delete()
    copy.attachments.all().delete()
    copy.people.all().delete()
    copy.concerned_departments.all().delete()
    copy.related.clear()
    copy.conference.delete()
    copy = Article.objects.get(pk=copy.pk)
    copy.publish(by=editor, reason=REASON)
    now = told(live)

    version = Version.objects.get_for_object(live).last()
    restored = copies.restore(version, by=editor)

    assert told(restored) == old
    assert restored.draft_of == live
    assert told(live) == now


def test_publishing_a_restored_version_brings_it_back_and_is_a_version_itself(live, editor):
    copies.record_version(live, by=editor)
    old = told(live)
    copy = copies.open_copy(live, by=editor)
    copy.photos.all().delete()
    copy.body = "<p>Khác.</p>"
    copy.save()
    copy.publish(by=editor, reason=REASON)

    copies.restore(Version.objects.get_for_object(live).last(), by=editor).publish(
        by=editor, reason=REASON
    )

    assert told(live) == old
    assert Version.objects.get_for_object(live).count() == 3


def test_restoring_while_somebody_edits_is_refused(live, editor):
    copies.record_version(live, by=editor)
    copies.open_copy(live, by=editor)
    with pytest.raises(Refused):
        copies.restore(Version.objects.get_for_object(live).first(), by=editor)


def test_restoring_does_without_what_is_gone(live, editor):
    copies.record_version(live, by=editor)
    old_category = live.category
    copy = copies.open_copy(live, by=editor)
    copy.category = make_category()
    copy.department = None
    copy.save()
    copy.people.all().delete()
    copy.publish(by=editor, reason=REASON)
    Article.objects.filter(category=old_category).exclude(pk=live.pk).update(category=copy.category)
    old_category.delete()

    restored = copies.restore(Version.objects.get_for_object(live).last(), by=editor)

    assert restored.category == copy.category
    assert restored.people.count() == 1


def test_a_photo_that_an_earlier_version_shows_is_known(live, editor):
    use = live.photos.get(ref=2)
    copies.record_version(live, by=editor)
    use.delete()
    assert len(use.photo.versions()) == 1
    assert make_photo(color="green").versions() == []


def test_numbers_of_removed_photos_are_not_used_again_while_the_text_names_them(live):
    ArticlePhoto.objects.filter(article=live).delete()
    assert make_article_photo(article=live).ref == 2
    assert make_article_photo(article=live).ref == 3
