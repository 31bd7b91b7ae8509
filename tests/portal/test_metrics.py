"""Figures for Prometheus: for whoever brings the token, and an unknown page for anybody else."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from news.models.desk import Notification
from portal import backup
from portal.models import FailedTry, MaintenanceJob
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db
TOKEN = "a-token-for-tests-long-enough-01234567"
NOW = datetime.datetime(2026, 11, 20, 19, 0, tzinfo=datetime.UTC)


@pytest.fixture
def reader(settings):
    """A reader of the site while it is measured."""
    settings.METRICS_TOKEN = TOKEN
    return Client()


def figures(client) -> dict[str, float]:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.parametrize(
    ("kept", "given"),
    [
        ("", ""),
        ("", "Bearer "),
        (TOKEN, ""),
        (TOKEN, TOKEN),
        (TOKEN, "Bearer "),
        (TOKEN, f"Bearer {TOKEN[:-1]}"),
        (TOKEN, f"Bearer {TOKEN}x"),
        (TOKEN, f"Basic {TOKEN}"),
        (TOKEN, "Bearer ă"),
    ],
)
def test_without_the_token_there_is_no_such_page(settings, kept, given):
    settings.METRICS_TOKEN = kept
    client = Client()
    answer = client.get("/metrics", headers={"authorization": given} if given else {})
    unknown = client.get("/metric")
    assert answer.status_code == unknown.status_code == 404
    assert answer.content == unknown.content.replace(b"/metric?", b"/metrics?")
    assert "no-store" in answer["Cache-Control"]  # a cache would show it to who has the token


def test_signing_in_opens_nothing(reader):
    reader.force_login(make_user(is_superuser=True))
    assert reader.get("/metrics").status_code == 404


def test_answers_are_counted_by_kind_of_page(reader):
    article = make_article(status="published")
    before = figures(reader)
    reader.get(article.get_absolute_url())
    reader.get("/tin-tuc/mot-ten-khac-999/")
    reader.get("/khong-co-trang-nay/")
    reader.head("/")
    reader.get("/static/portal/site.js").close()
    reader.generic("BREW", "/")
    after = figures(reader)
    labels = [
        'method="GET",page="news:article_detail",status="200"',
        'method="GET",page="news:article_detail",status="404"',
        'method="GET",page="none",status="404"',
        'method="HEAD",page="home",status="200"',
        'method="GET",page="static",status="200"',
        'method="other",page="home",status="405"',
    ]
    for label in labels:
        name = f"portal_requests_total{{{label}}}"
        assert after[name] - before.get(name, 0) == 1, label
    page = '{page="news:article_detail"}'
    assert after[f"portal_request_seconds_count{page}"] >= 2
    assert after[f"portal_request_seconds_sum{page}"] > 0
    assert after[f"portal_query_seconds_total{page}"] > 0


def test_queries_are_counted_those_past_the_orm_too(reader, django_assert_num_queries):
    article = make_article(status="published")
    name = 'portal_queries_total{page="news:article_detail"}'
    before = figures(reader).get(name, 0)
    reader.get(article.get_absolute_url())
    unwatched = figures(reader)[name] - before
    with django_assert_num_queries(int(unwatched)):
        reader.get(article.get_absolute_url())


def test_addresses_of_the_admin_are_one_kind_of_page(reader):
    reader.force_login(make_user(is_superuser=True))
    name = 'portal_requests_total{method="GET",page="admin",status="200"}'
    before = figures(reader).get(name, 0)
    reader.get("/admin/")
    reader.get("/admin/portal/user/")
    after = figures(reader)
    assert after[name] - before == 2
    assert not any('page="admin:' in one for one in after)


def test_what_the_site_has_and_how_it_is(reader, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    folder = tmp_path / f"{NOW:%Y%m%dT%H%M%SZ}"
    folder.mkdir()
    (folder / backup.SUMS).write_text("")
    (tmp_path / backup.DRILL).write_text(f'{{"at": "{NOW.isoformat()}", "problem": ""}}')
    make_article(status="published")
    make_article(status="published", publish_at=timezone.now() + datetime.timedelta(hours=1))
    draft = make_article(status="draft")
    for mailed_at in (NOW, None):
        step = draft.transitions.create(verb="submit")
        Notification.objects.create(user=make_user(), step=step, mailed_at=mailed_at)
    for minutes in (1, 14, 16):
        at = timezone.now() - datetime.timedelta(minutes=minutes)
        FailedTry.objects.create(kind=FailedTry.PASSWORD, at=at)
    MaintenanceJob.objects.create(name="backup", begun_at=NOW, ended_at=NOW)
    MaintenanceJob.objects.create(name="trash", begun_at=NOW, problem="hỏng")
    found = figures(reader)
    assert found["portal_articles_published"] == 1
    assert found["portal_letters_waiting"] == 1
    assert found["portal_failed_sign_ins"] == 2
    assert found["portal_backup_time_seconds"] == NOW.timestamp()
    assert found["portal_drill_time_seconds"] == NOW.timestamp()
    assert found['portal_job_ended_time_seconds{job="backup"}'] == NOW.timestamp()
    assert found['portal_job_failed{job="backup"}'] == 0
    assert found['portal_job_failed{job="trash"}'] == 1
    assert 'portal_job_ended_time_seconds{job="trash"}' not in found
    assert found['portal_part_ok{part="database"}'] == 1
    assert found['portal_part_ok{part="backup"}'] == 0  # older than its hours
    assert found['portal_disk_free_bytes{folder="backup"}'] > 0
    (info,) = [name for name in found if name.startswith("portal_info{")]
    assert re.search('django="5\\.2\\.[0-9]+".*version="0\\.1\\.0"', info)
    assert found["portal_start_time_seconds"] <= timezone.now().timestamp()


def test_a_drill_that_failed_proves_nothing(reader, settings, tmp_path):
    settings.BACKUP_DIR = str(tmp_path)
    (tmp_path / backup.DRILL).write_text(f'{{"at": "{NOW.isoformat()}", "problem": "hỏng"}}')
    assert "portal_drill_time_seconds" not in figures(reader)


def test_a_database_that_does_not_answer_hides_no_other_figure(reader, monkeypatch, log):
    from django.db import OperationalError, connection

    reader.get("/healthz")

    def refused(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refused)
    found = figures(reader)
    assert found['portal_part_ok{part="database"}'] == 0
    assert found['portal_part_ok{part="media"}'] == 1
    assert "portal_articles_published" not in found
    assert found['portal_disk_free_bytes{folder="media"}'] > 0
    # Each further question would wait for it anew.
    assert [line for line in log() if "cannot be read" in line] == []
