"""States, verbs and rights; what is public, by the clock."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from news.models import Article
from portal.publishing import VERBS, Refused, is_local_path
from tests.factories import make_article, make_article_photo, make_category, make_photo, make_user

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)

# What each state is in: (published, readable, once public).
STATES = {
    "draft": ({"status": "draft"}, (False, False, False)),
    "submitted": ({"status": "submitted"}, (False, False, False)),
    "returned": ({"status": "returned"}, (False, False, False)),
    "published": ({}, (True, True, True)),
    "future": ({"publish_at": NOW + HOUR}, (False, False, False)),
    "expired": ({"expire_at": NOW - HOUR / 2}, (False, True, True)),
    "expires later": ({"expire_at": NOW + HOUR}, (True, True, True)),
    "under a notice": (
        {"status": "withdrawn", "takedown": "notice", "notice": "Sai số liệu."},
        (False, True, True),
    ),
    "moved": (
        {"status": "withdrawn", "takedown": "moved", "redirect_to": "/tin-tuc/"},
        (False, False, True),
    ),
    "removed": ({"status": "withdrawn", "takedown": "removed"}, (False, False, True)),
    "withdrawn before its time": (
        {
            "status": "withdrawn",
            "takedown": "notice",
            "publish_at": NOW - HOUR,
            "withdrawn_at": NOW - 2 * HOUR,
        },
        (False, False, False),
    ),
    "trashed": ({"deleted_at": NOW}, (False, False, True)),
    "trashed draft": ({"status": "draft", "deleted_at": NOW}, (False, False, False)),
}


@pytest.mark.parametrize(("fields", "expected"), STATES.values(), ids=STATES)
def test_the_doors_let_through_what_each_state_allows(fields, expected):
    article = make_article(**fields)
    doors = (Article.objects.published, Article.objects.readable, Article.objects.once_public)
    assert tuple(article in door() for door in doors) == expected
    assert article.is_public == expected[0]


def test_create_makes_a_draft_of_kind_news():
    article = Article.objects.create(title="Tin", category=make_category())
    assert (article.kind, article.status, article.slug) == ("news", "draft", "tin")


def test_published_without_a_time_is_published_now():
    with time_machine.travel(NOW, tick=False):
        article = Article.objects.create(title="Tin", category=make_category(), status="published")
    assert article.publish_at == NOW


def test_the_clock_alone_publishes_and_expires():
    article = make_article(publish_at=NOW + HOUR, expire_at=NOW + 2 * HOUR)
    seen = []
    for moment in (NOW + HOUR - HOUR / 3600, NOW + HOUR, NOW + 2 * HOUR):
        with time_machine.travel(moment, tick=False):
            seen.append(article in Article.objects.published())
    assert seen == [False, True, False]


def test_a_working_copy_is_in_no_public_door():
    live = make_article()
    copy = make_article(status="draft", draft_of=live)
    for door in (Article.objects.published, Article.objects.readable, Article.objects.once_public):
        assert copy not in door()


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "published", "publish_at": None},
        {"status": "withdrawn", "takedown": "", "withdrawn_at": NOW},
        {"status": "draft", "takedown": "notice"},
        {"expire_at": NOW - 2 * HOUR},
        {
            "status": "withdrawn",
            "takedown": "moved",
            "withdrawn_at": NOW,
            "redirect_to": "//evil.example",
        },
        {
            "status": "withdrawn",
            "takedown": "moved",
            "withdrawn_at": NOW,
            "redirect_to": "https://evil.example",
        },
    ],
)
def test_the_database_refuses_states_that_cannot_be(fields):
    article = make_article(publish_at=NOW - HOUR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=article.pk).update(**fields)


def do(article, verb, user):
    arguments = {"return_to_author": ["Thiếu nguồn"], "withdraw": ["removed"]}
    getattr(article, verb)(*arguments.get(verb, []), by=user)


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "published", "withdrawn"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_works_from_its_states_alone_and_leaves_a_step(verb, status):
    editor = make_user(groups=["Duyệt đăng"])
    article = make_article(
        status=status,
        takedown="removed" if status == "withdrawn" else "",
        created_by=editor if VERBS[verb].is_of_author else None,
    )
    allowed = status in VERBS[verb].sources
    assert article.can(verb, editor) == allowed

    if allowed:
        do(article, verb, editor)
        article.refresh_from_db()
        assert article.status == VERBS[verb].target
        assert [(s.verb, s.by) for s in article.transitions.all()] == [(verb, editor)]
    else:
        with pytest.raises(Refused):
            do(article, verb, editor)
        article.refresh_from_db()
        assert article.status == status
        assert article.transitions.count() == 0


@pytest.mark.parametrize(
    ("group", "allowed"),
    [
        ("Phóng viên", {"submit", "take_back"}),
        ("Duyệt đăng", {"submit", "take_back", "return_to_author", "publish", "withdraw"}),
        ("Quản trị", set()),
    ],
)
def test_each_group_may_do_its_verbs_and_no_other(group, allowed):
    user = make_user(groups=[group])
    for name, verb in VERBS.items():
        status = next(iter(sorted(verb.sources)))
        article = make_article(
            status=status,
            takedown="removed" if status == "withdrawn" else "",
            created_by=user if verb.is_of_author else None,
        )
        assert article.can(name, user) == (name in allowed)
        if name not in allowed:
            with pytest.raises(Refused):
                do(article, name, user)


@pytest.mark.parametrize("group", ["Phóng viên", "Duyệt đăng"])
@pytest.mark.parametrize("has_author", [True, False])
def test_nobody_takes_back_what_somebody_else_has_submitted(group, has_author):
    author = make_user(groups=["Phóng viên"]) if has_author else None
    article = make_article(status="submitted", created_by=author)
    user = make_user(groups=[group])
    assert not article.can("take_back", user)
    with pytest.raises(Refused, match="Chỉ người soạn bài làm được việc này"):
        article.take_back(by=user)
    article.refresh_from_db()
    assert article.status == "submitted"


def test_publishing_keeps_a_time_in_the_past_and_takes_now_when_none_was_given():
    editor = make_user(groups=["Duyệt đăng"])
    past = datetime.datetime(2018, 1, 22, 21, 11, tzinfo=datetime.UTC)
    dated = make_article(status="draft", publish_at=past)
    undated = make_article(status="draft")
    with time_machine.travel(NOW, tick=False):
        dated.publish(by=editor)
        undated.publish(by=editor)
    assert (dated.publish_at, undated.publish_at) == (past, NOW)


@pytest.mark.parametrize(
    ("use", "reasons"),
    [
        ({"caption": "Các đại biểu", "alt": "Hội trường"}, 0),
        ({"caption": "Các đại biểu", "alt": ""}, 1),
        ({"caption": "Các đại biểu", "alt": "IMG_1234.jpg"}, 1),
        ({"caption": "Các đại biểu", "alt": "các đại biểu"}, 1),
        ({"caption": "", "alt": "Hội trường"}, 1),
        ({"caption": "", "alt": ""}, 2),
        ({"caption": "", "alt": "Hội trường", "needs_no_caption": True}, 0),
        ({"caption": "", "alt": "", "is_decorative": True}, 0),
    ],
)
def test_publishing_needs_every_photo_captioned_and_described_or_waived(use, reasons):
    article = make_article(status="draft")
    make_article_photo(article=article, photo=make_photo(alt=""), **use)
    assert len(article.failure_reasons()) == reasons
    if reasons:
        with pytest.raises(Refused):
            article.publish(by=make_user(groups=["Duyệt đăng"]))
    else:
        article.publish(by=make_user(groups=["Duyệt đăng"]))
    assert Article.objects.published().exists() == (not reasons)


@pytest.mark.parametrize("body", ["", "<p> </p>", '<figure data-photo="1"></figure>'])
def test_publishing_needs_a_text(body):
    with pytest.raises(Refused) as refusal:
        make_article(status="draft", body=body).publish(by=make_user(groups=["Duyệt đăng"]))
    assert len(refusal.value.reasons) == 1


def test_of_two_people_at_once_the_second_is_refused():
    editor = make_user(groups=["Duyệt đăng"])
    article = make_article(status="submitted")
    same = Article.objects.get(pk=article.pk)
    article.return_to_author("Thiếu nguồn", by=editor)
    with pytest.raises(Refused):
        same.publish(by=editor)
    same.refresh_from_db()
    assert same.status == "returned"


def test_returning_needs_a_reason_and_withdrawing_its_notice_or_address():
    editor = make_user(groups=["Duyệt đăng"])
    with pytest.raises(Refused):
        make_article(status="submitted").return_to_author(" ", by=editor)
    with pytest.raises(Refused):
        make_article().withdraw("notice", by=editor)
    with pytest.raises(Refused):
        make_article().withdraw("moved", by=editor, redirect_to="//evil.example/")


def test_publishing_again_ends_the_withdrawal():
    editor = make_user(groups=["Duyệt đăng"])
    article = make_article()
    article.withdraw("notice", by=editor, notice="Đang kiểm tra.")
    article.publish(by=editor)
    article = Article.objects.published().get(pk=article.pk)
    assert (article.takedown, article.notice, article.withdrawn_at) == ("", "", None)


def test_staff_see_what_their_work_needs():
    writer, editor = make_user(groups=["Phóng viên"]), make_user(groups=["Duyệt đăng"])
    own = make_article(status="draft", created_by=writer)
    other = make_article(status="draft", created_by=editor)
    public = make_article()
    trashed = make_article(deleted_at=NOW)

    assert set(Article.objects.visible_to(writer)) == {own, public}
    assert set(Article.objects.visible_to(editor)) == {own, other, public}
    assert trashed not in Article.objects.visible_to(editor)
    writer.is_active = False
    assert not Article.objects.visible_to(writer).exists()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/tin-tuc/", True),
        ("/tin-tuc/?trang=2", True),
        ("", False),
        ("tin-tuc/", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("/tin tuc/", False),
        ("/a\n/b", False),
    ],
)
def test_only_plain_paths_are_addresses_of_this_site(address, expected):
    assert is_local_path(address) == expected
