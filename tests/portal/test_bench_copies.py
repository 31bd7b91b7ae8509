"""A million articles for the benchmark: copies must be what the site itself would have made."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection

from news.models import (
    Article,
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    ArticleUpdate,
    Attachment,
    Conference,
)
from portal.models import SearchEntry
from tests.bench import copies

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
COUNT, REPORTS, ORIGINALS = 260, 60, 60  # the last of three turns copies twenty


@pytest.fixture
def site(db):
    copies.load(COUNT, originals=ORIGINALS, photos=3, now=NOW)


INDEXES = {
    "sqlite": [
        "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2",
    ],
    "postgresql": [
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        "SELECT proname, pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE '%%search%%'"
        " AND pronamespace = 'public'::regnamespace",
        "SELECT tablename, 0 FROM pg_tables",
        "SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger ORDER BY 1, 2",
        "SELECT relname, attnum, attname, attstattarget FROM pg_attribute"
        " JOIN pg_class ON pg_class.oid = attrelid WHERE relname LIKE 'portal_search%%'"
        " ORDER BY 1, 2",
    ],
}
# What search reads beside its entries, under what an entry is of: ids of entries are not told.
BESIDE = {
    "sqlite": [
        "SELECT {of}, beside.kind, beside.category, beside.department, beside.year, beside.dated,"
        " beside.public_from, beside.public_until"
        " FROM portal_searchentry AS entry JOIN portal_searchfacts AS beside USING (id)",
        "SELECT name, code, value FROM portal_searchvalue",
        "SELECT {of}, 0 FROM portal_searchentry AS entry JOIN portal_searchindex AS beside"
        " ON beside.rowid = entry.id WHERE portal_searchindex MATCH 'khoa'",
    ],
    "postgresql": [
        "SELECT {of}, entry.facts FROM portal_searchentry AS entry",
        "SELECT {of}, beside.folded_title, beside.folded_text"
        " FROM portal_searchentry AS entry JOIN portal_searchtext AS beside USING (id)",
        "SELECT {of}, beside.phrase"
        " FROM portal_searchentry AS entry JOIN portal_searchphrase AS beside USING (id)",
        "SELECT phrase, 0 FROM portal_searchphrase WHERE id = 0",
        "SELECT name, code, value FROM portal_searchvalue",
        "SELECT count(*), 0 FROM portal_searchtext",
    ],
}


def asked(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(of="entry.content_type_id, entry.object_id"))
        return sorted(cursor.fetchall(), key=repr)


def index() -> list:
    """All that search knows."""
    names = [one.name for one in SearchEntry._meta.concrete_fields if not one.primary_key]
    entries = SearchEntry.objects.order_by("content_type", "object_id").values(*names)
    return [list(entries), *map(asked, BESIDE[connection.vendor])]


def test_the_copied_index_is_what_a_rebuild_writes(site):
    copied = index()
    assert len(copied[0]) > COUNT
    assert all(copied)
    SearchEntry.objects.all().delete()
    call_command("rebuild_search", verbosity=0)
    for found, right in zip(copied, index(), strict=True):
        assert found == right


def test_the_schema_is_that_of_the_migrations_again(db):
    before = [asked(one) for one in INDEXES[connection.vendor]]
    copies.load(COUNT, originals=ORIGINALS, photos=3, now=NOW)
    assert [asked(one) for one in INDEXES[connection.vendor]] == before


def test_ids_and_times_go_together_without_gaps(site):
    assert list(Article.objects.order_by("pk").values_list("pk", flat=True)) == [*range(1, 261)]
    others = Article.objects.exclude(kind="report").order_by("pk")
    moments = list(others.values_list("publish_at", flat=True))
    assert moments == sorted(set(moments))
    assert len(moments) == COUNT - REPORTS
    assert moments[-1] < NOW
    assert NOW.year - moments[0].year == 15
    assert Article.objects.published(at=NOW).count() == COUNT


def test_the_next_article_gets_the_next_id(site):
    article = Article.objects.last()
    article.pk = None
    article.save()
    assert article.pk == COUNT + 1
