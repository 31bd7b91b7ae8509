"""Whose unpublished texts somebody sees and decides on: groups times membership."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from departments.memberships import units_of
from departments.models import Membership, Succession
from news import copies, trash
from news.models import Article, Transition
from portal.models import User
from portal.publishing import Refused
from tests.factories import make_article, make_department, make_user

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


def member(*units, group="Phóng viên", **kwargs):
    user = make_user(groups=[group], **kwargs)
    for unit in units:
        Membership.objects.create(user=user, department=unit)
    return user


def draft(*, by=None, **kwargs):
    return make_article(**({"status": "draft", "created_by": by} | kwargs))


def sees(user, article):
    """Asked of a fresh user: what a request knows of somebody is read once."""
    user = User.objects.get(pk=user.pk)
    return Article.objects.visible_to(user).filter(pk=article.pk).exists()


def decides(user, article):
    user, article = User.objects.get(pk=user.pk), Article.objects.get(pk=article.pk)
    one_by_one = article.is_reviewed_by(user)
    assert Article.objects.reviewed_by(user).filter(pk=article.pk).exists() is one_by_one
    return one_by_one


@pytest.fixture
def planning():
    return make_department(name="Phòng Kế hoạch")


@pytest.fixture
def technology():
    return make_department(name="Phòng Công nghệ")


# ── Writers ─────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
@pytest.mark.parametrize("is_named", [True, False])
def test_colleagues_of_one_unit_see_each_others_drafts_and_nobody_else(
    planning, technology, status, is_named
):
    author, mate = member(planning), member(planning)
    outsider, nobody = member(technology), member()
    unit = {"department": planning} if is_named else {}
    article = draft(by=author, status=status, **unit)
    seen = [sees(user, article) for user in (author, mate, outsider, nobody)]
    assert seen == [True, True, False, False]


def test_without_memberships_writers_see_their_own_drafts_alone():
    author, other = member(), member()
    article = draft(by=author)
    assert [sees(user, article) for user in (author, other)] == [True, False]


def test_the_unit_that_a_text_names_goes_before_that_of_its_author(planning, technology):
    article = draft(by=member(technology), department=planning)
    assert sees(member(planning), article)
    assert not sees(member(technology), article)


def test_a_writer_does_not_see_into_the_units_below_his(planning):
    below = make_department(parent=planning)
    assert not sees(member(planning), draft(by=member(below)))


def test_a_colleague_reads_a_draft_and_changes_nothing_of_it(client, planning):
    author, mate = member(planning), member(planning)
    article = draft(by=author, title="Bài của đồng nghiệp", summary="Tóm tắt của đồng nghiệp.")
    client.force_login(mate)
    change = reverse("admin:news_article_change", args=[article.pk])
    shown = client.get(change).content.decode()
    assert "Bài của đồng nghiệp" in shown
    assert 'name="title"' not in shown
    before = Article.objects.filter(pk=article.pk).values().get()
    everything = {"title": "Chữ khác", "version": article.version, "_save": "1", "_submit": "1"}
    everything |= {"_publish": "1", "_discard": "1", "_edit": "1", "own_reason": "x"}
    client.post(change, everything)
    listed = reverse("admin:news_article_changelist")
    for action in ("submit_chosen", "publish_chosen", "move_chosen", "trash_chosen"):
        chosen = {"action": action, "_selected_action": [article.pk], "confirmed": "1"}
        client.post(listed, chosen | {"category": article.category_id})
    client.post(reverse("admin:news_article_trash", args=[article.pk]), {"version": "1"})
    assert Article.objects.filter(pk=article.pk).values().get() == before
    assert not Transition.objects.exists()


def test_what_a_colleague_threw_away_is_not_in_ones_own_trash(planning):
    author, mate = member(planning), member(planning)
    article = draft(by=author, deleted_at=timezone.now())
    assert trash.in_trash(author).get() == article
    assert not trash.in_trash(mate).exists()


# ── Reviewers ───────────────────────────────────────────────────────────────────────────────────
def test_a_reviewer_without_a_unit_decides_on_everything(planning):
    chief = member(group="Duyệt đăng")
    for article in (draft(by=member(planning)), draft(), draft(department=planning)):
        assert sees(chief, article)
        assert decides(chief, article)


def test_a_reviewer_decides_on_the_texts_of_his_units_and_those_below(planning, technology):
    team = make_department(parent=make_department(parent=planning))
    boss = member(planning, group="Duyệt đăng")
    for article in (draft(by=member(planning)), draft(by=member(team)), draft(department=team)):
        assert sees(boss, article)
        assert decides(boss, article)
    for article in (draft(by=member(technology)), draft(by=boss, department=technology)):
        assert not decides(boss, article)
    assert not sees(boss, draft(by=member(technology)))


def test_a_text_that_belongs_to_no_unit_is_every_reviewers(planning):
    boss, writer = member(planning, group="Duyệt đăng"), member(planning)
    for article in (draft(by=member()), draft(by=None)):
        assert sees(boss, article)
        assert decides(boss, article)
        assert not sees(writer, article)


def test_a_superuser_decides_on_everything_whatever_his_unit(planning, technology):
    chief = member(planning, is_superuser=True)
    article = draft(by=member(technology))
    assert sees(chief, article)
    assert decides(chief, article)


def test_what_another_unit_published_is_read_and_not_touched(client, planning, technology):
    boss = member(planning, group="Duyệt đăng")
    article = make_article(created_by=member(technology))
    client.force_login(boss)
    before = Article.objects.filter(pk=article.pk).values().get()
    said = "Bài này của đơn vị khác: người duyệt của đơn vị ấy quyết định."
    with pytest.raises(Refused, match=said):
        article.withdraw(by=User.objects.get(pk=boss.pk), notice="Rút.")
    change = reverse("admin:news_article_change", args=[article.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"_edit": "1", "version": article.version}).status_code == 403
    withdrawal = {"version": "1", "takedown": "notice", "notice": "Rút.", "reason": "Sai."}
    client.post(reverse("admin:news_article_withdraw", args=[article.pk]), withdrawal)
    client.post(reverse("admin:news_article_trash", args=[article.pk]), {"version": "1"})
    listed = reverse("admin:news_article_changelist")
    for action in ("publish_chosen", "move_chosen", "trash_chosen"):
        chosen = {"action": action, "_selected_action": [article.pk], "confirmed": "1"}
        client.post(listed, chosen | {"category": article.category_id})
    assert Article.objects.values().get() == before  # and no working copy stands beside it


def test_a_working_copy_lies_with_the_unit_of_its_article(planning, technology):
    """Whoever moves the copy into another unit moves no public page there."""
    author = member(technology)
    article = make_article(created_by=author)
    copy = copies.open_copy(article, by=author)
    Article.objects.filter(pk=copy.pk).update(department=planning)
    boss, own = (member(unit, group="Duyệt đăng") for unit in (planning, technology))
    assert (sees(boss, copy), decides(boss, copy)) == (False, False)
    assert (sees(own, copy), decides(own, copy)) == (True, True)
    assert sees(member(technology), copy)


def test_own_texts_are_approved_within_the_unit(client, planning, technology):
    author = member(technology, group="Duyệt đăng")
    article = make_article(created_by=author, title="Bài tự duyệt của đơn vị khác")
    article.record_transition("publish", by=author, reason="Gấp.", is_own_text=True)
    step = article.transitions.get()
    boss, peer = (member(unit, group="Duyệt đăng") for unit in (planning, technology))
    address = reverse("admin:news_own_texts")
    client.force_login(boss)
    assert article.title not in client.get(address).content.decode()
    assert article.title not in client.get("/admin/").content.decode()
    assert client.post(address, {"step": step.pk}).status_code == 404
    with pytest.raises(Refused):
        step.approve(by=boss)
    client.force_login(peer)
    assert article.title in client.get(address).content.decode()
    client.post(address, {"step": step.pk})
    assert Transition.objects.get().approved_by == peer


def test_the_trash_of_a_reviewer_is_that_of_his_units(planning, technology):
    boss = member(planning, group="Duyệt đăng")
    own = draft(by=boss, department=technology, deleted_at=timezone.now())
    here = draft(by=member(planning), deleted_at=timezone.now())
    draft(by=member(technology), deleted_at=timezone.now())
    assert set(trash.in_trash(boss)) == {own, here}


def test_letters_about_a_text_go_to_those_who_decide_on_it(
    planning, technology, django_capture_on_commit_callbacks
):
    author = member(planning)
    boss, chief = member(planning, group="Duyệt đăng"), member(group="Duyệt đăng")
    member(technology, group="Duyệt đăng")
    with django_capture_on_commit_callbacks(execute=True):
        draft(by=author).submit(by=author)
    assert sorted(letter.to for letter in mail.outbox) == sorted([[boss.email], [chief.email]])


def test_letters_about_an_own_text_go_to_those_who_may_approve_it(
    planning, technology, django_capture_on_commit_callbacks
):
    """Everybody can read it then; the reviewers of another unit have nothing to do with it."""
    author = member(planning, group="Duyệt đăng")
    boss, chief = member(planning, group="Duyệt đăng"), member(group="Duyệt đăng")
    member(technology, group="Duyệt đăng")
    with django_capture_on_commit_callbacks(execute=True):
        draft(by=author).publish(by=author, reason="Tin gấp.")
    assert sorted(letter.to for letter in mail.outbox) == sorted([[boss.email], [chief.email]])


# ── Units that change ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", ["renamed", "merged", "transferred"])
def test_members_go_along_to_what_becomes_of_their_unit_by_the_clock(planning, kind):
    heir = make_department(name="Phòng mới")
    day = TODAY + datetime.timedelta(days=10)
    Succession.objects.create(predecessor=planning, successor=heir, effective_on=day, kind=kind)
    old, new = member(planning), member(heir)
    of_old, of_new = draft(department=planning), draft(department=heir)
    assert [sees(old, of_old), sees(old, of_new)] == [True, False]
    assert [sees(new, of_old), sees(new, of_new)] == [False, True]
    with time_machine.travel(day):
        for user in (old, new):
            assert [sees(user, of_old), sees(user, of_new)] == [True, True]


def test_after_a_split_somebody_says_who_went_where(planning):
    first, second = make_department(), make_department()
    for heir in (first, second):
        Succession.objects.create(
            predecessor=planning, successor=heir, effective_on=TODAY, kind="split"
        )
    old, new = member(planning), member(first)
    assert sees(old, draft(department=planning))
    assert not sees(old, draft(department=first))
    assert sees(new, draft(department=planning))
    assert not sees(new, draft(department=second))


def test_units_cost_one_query_without_memberships_and_three_with(
    planning, django_assert_num_queries
):
    nobody, somebody = member(), member(planning)
    with django_assert_num_queries(1):
        assert units_of(nobody).own == units_of(nobody).reach == frozenset()
    with django_assert_num_queries(3):
        assert units_of(somebody).own == frozenset([planning.pk])
        assert units_of(somebody).reach == frozenset([planning.pk])
