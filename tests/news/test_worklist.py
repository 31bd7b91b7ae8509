"""“Việc của tôi”, the first page of the admin: what waits, and that its numbers are the lists'."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from news import copies, trash
from news.models import Transition
from news.worklist import Worklist
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 3, 10, 5, tzinfo=datetime.UTC)
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def fill(user, other):
    """Something of every kind, of the user and of somebody else."""
    now = timezone.now()
    for by in (user, other):
        for status in ("draft", "draft", "submitted", "returned"):
            make_article(status=status, created_by=by)
        make_article(publish_at=now + HOUR, created_by=by)
        make_article(publish_at=now + DAY, created_by=by)
        make_article(expire_at=now - DAY, created_by=by)
        make_article(expire_at=now - 10 * DAY, created_by=by)
    copies.open_copy(make_article(created_by=user), by=user)


def counts(user):
    return {block.name: block.count for block in Worklist(user).blocks()}


def test_a_writer_finds_own_work(writer):
    fill(writer, make_user(groups=["Phóng viên"]))
    expected = {"returned": "1", "draft": "3", "submitted": "1", "today": "1", "lately": "1"}
    assert counts(writer) == expected | {"soon_gone": "0"}


def test_a_reviewer_finds_what_waits_for_review_and_everybodys_schedule(editor):
    fill(editor, make_user(groups=["Phóng viên"]))
    expected = {"submitted": "2", "returned": "1", "draft": "3", "today": "2", "lately": "2"}
    assert counts(editor) == expected | {"own_texts": "0", "soon_gone": "0"}


@pytest.mark.parametrize("group", ["Phóng viên", "Duyệt đăng"])
def test_every_number_is_that_of_the_list_it_leads_to(client, group):
    user = make_user(groups=[group])
    client.force_login(user)
    fill(user, make_user(groups=["Phóng viên"]))
    old = make_article(status="draft", created_by=user)
    trash.trash(old, by=user)
    old.deleted_at -= 25 * DAY
    old.save()
    trash.trash(make_article(status="draft", created_by=user), by=user)
    for block in Worklist(user).blocks():
        if not block.address:
            continue
        context = client.get(block.address).context
        rows = context["cl"].result_list if "cl" in context else context["rows"]
        assert str(len(rows)) == block.count, block.name
        assert {row.pk for row in block.shown} <= {row.pk for row in rows}


def test_a_block_shows_five_and_counts_to_ninety_nine(client, writer):
    first = make_article(status="draft", created_by=writer, title="Bài cũ")
    for _number in range(98):
        make_article(status="draft", created_by=writer, category=first.category)
    block = next(block for block in Worklist(writer).blocks() if block.name == "draft")
    assert (len(block.shown), block.count) == (5, "99")
    make_article(status="draft", created_by=writer)
    block = next(block for block in Worklist(writer).blocks() if block.name == "draft")
    assert (len(block.shown), block.count) == (5, "99+")


def test_what_was_returned_says_why_also_of_a_working_copy(client, writer):
    reviewer = make_user(groups=["Duyệt đăng"])
    draft = make_article(status="submitted", created_by=writer)
    draft.return_to_author("Thêm ảnh.", by=reviewer)
    copy = copies.open_copy(make_article(created_by=writer), by=writer)
    copy.submit(by=writer)
    copy.return_to_author("Sửa số liệu.", by=reviewer)
    page = client.get("/admin/").content.decode()
    assert "Lý do: Thêm ảnh." in page
    assert "Lý do: Sửa số liệu." in page


def test_what_waits_for_review_says_who_sent_it_and_when_also_a_working_copy(client, editor):
    author = make_user(groups=["Phóng viên"], last_name="Lê", first_name="Minh")
    draft = make_article(status="draft", created_by=author)
    with time_machine.travel(NOON - 2 * DAY, tick=False):
        draft.submit(by=author)
        draft.return_to_author("Thêm ảnh.", by=editor)
    with time_machine.travel(NOON - DAY, tick=False):
        draft.submit(by=author)
    other = make_user(groups=["Phóng viên"], username="thulan")
    copy = copies.open_copy(make_article(created_by=other), by=other)
    copy.submit(by=other)
    page = client.get("/admin/").content.decode()
    assert "Lê Minh gửi lúc 12:00, 09/03/2026" in page
    assert "thulan gửi lúc 12:00, 10/03/2026" in page
    assert "08/03/2026" not in page


def test_own_texts_wait_for_another_reviewer(editor):
    other = make_user(groups=["Duyệt đăng"])
    articles = [make_article(title="Của tôi"), make_article(title="Của bạn"), make_article()]
    for article, by, approved in zip(
        articles, (editor, other, other), (None, None, timezone.now()), strict=True
    ):
        Transition.objects.create(
            article=article, verb="publish", by=by, is_own_text=True, approved_at=approved
        )
    block = next(block for block in Worklist(editor).blocks() if block.name == "own_texts")
    assert [row.title for row in block.shown] == ["Của bạn"]


def test_no_title_of_others_leaks_to_a_writer(client, writer):
    make_article(title="Bí mật", status="draft", created_by=make_user())
    make_article(title="Bí mật", status="submitted", created_by=make_user())
    trash.trash(make_article(title="Bí mật", status="draft"), by=make_user(groups=["Duyệt đăng"]))
    with time_machine.travel(NOON + 25 * DAY, tick=False):
        client.force_login(writer)
        assert "Bí mật" not in client.get("/admin/").content.decode()


def test_an_administrator_of_accounts_has_no_articles_to_work_on(client):
    user = make_user(groups=["Quản trị"])
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert "Việc của tôi" not in page
    assert 'href="/admin/news/article/counts/"' in page


def test_the_lists_of_one_app_stand_alone(client, editor):
    assert "Việc của tôi" in client.get("/admin/").content.decode()
    assert "Việc của tôi" not in client.get("/admin/news/").content.decode()


@pytest.mark.parametrize("rows", [1, 12])
def test_the_first_page_costs_the_same_however_much_waits(
    client, editor, rows, django_assert_num_queries
):
    for _number in range(rows):
        fill(editor, make_user(groups=["Phóng viên"]))
    with django_assert_num_queries(13):
        assert client.get("/admin/").status_code == 200
