"""Slow queries are told in the log, whoever asks them; what was asked for is not."""

import json

import pytest
from django.db import connection

from portal import queries
from tests.factories import make_article

pytestmark = pytest.mark.django_db
SLOW = {
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 400000)"
    " SELECT max(x) FROM c WHERE %s <> ''",
    "postgresql": "SELECT pg_sleep(0.03) WHERE %s <> ''",
}


def told(lines) -> list[str]:
    return [line for line in lines if " portal.queries " in line]


def ask_slowly() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SLOW[connection.vendor], ["bí mật"])
        cursor.fetchall()


def test_a_slow_query_is_told_without_its_values(log, settings):
    settings.SLOW_QUERY_MS = 20
    ask_slowly()
    (line,) = told(log())
    assert " WARNING portal.queries - Slow query: " in line
    assert line.endswith(f" ms at -: {SLOW[connection.vendor]}")
    assert "bí mật" not in line


@pytest.mark.parametrize("limit", [0, 60_000])
def test_what_is_fast_enough_is_not(log, settings, limit):
    settings.SLOW_QUERY_MS = limit
    ask_slowly()
    assert told(log()) == []


@pytest.mark.parametrize("shape", ["json"])
def test_prepared_queries_are_told_with_their_sql_and_the_page(client, log, settings):
    article = make_article(pk=8123457, status="published")
    settings.SLOW_QUERY_MS = 0.000001
    answer = client.get(article.get_absolute_url())
    lines = [json.loads(line) for line in log()]
    lines = [line for line in lines if line["logger"] == "portal.queries"]
    assert {line["path"] for line in lines} == {article.get_absolute_url()}
    assert {line["request_id"] for line in lines} == {answer["X-Request-ID"]}
    assert len(lines) == answer.wsgi_request.query_count
    assert all(line["sql"].startswith("SELECT ") for line in lines)
    assert any('FROM "news_article" WHERE' in line["sql"] for line in lines)
    assert str(article.pk) not in " ".join(line["sql"] for line in lines)


@pytest.mark.parametrize("shape", ["text", "json"])
def test_the_key_of_a_preview_is_told_by_its_beginning(client, log, settings):
    settings.SLOW_QUERY_MS = 0.000001
    client.get("/xem-truoc/K3yOfAPreview-0123456789/")
    lines = [line for line in log() if "portal.queries" in line]
    assert all("/xem-truoc/K3yO…/" in line for line in lines)
    assert "K3yOf" not in "".join(lines)
    assert lines


def test_of_a_long_query_its_start_and_its_end_are_told(log, settings):
    settings.SLOW_QUERY_MS = 0.000001
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 AS start, {'x' * 5_000!r} AS last")
    (line,) = told(log())
    _before, words = line.split(" ms at -: ")
    assert words.startswith("SELECT 1 AS start, 'x")
    assert words.endswith("x' AS last")
    assert len(words) == queries.SHOWN_START + queries.SHOWN_END + len(" … ")
