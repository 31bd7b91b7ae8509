"""A million articles for the benchmark: copies must be what the site itself would have made."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from news.models import (
    Article,
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    ArticleUpdate,
    Attachment,
    Conference,
)
from portal import search
from portal.models import SearchEntry
from tests.bench import content, copies

NOW = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
COUNT, REPORTS, ORIGINALS = 300, 60, 100  # the second and last turn copies forty
FIRST, LAST = 201, 300  # of the originals; their copies are 101 to 200 and 61 to 100


@pytest.fixture(scope="module")
def schema_before(rows_of_module):
    """The schema before the load, which all tests share."""
    with rows_of_module():
        before = asked(SCHEMA)
        copies.load(COUNT, originals=ORIGINALS, photos=2, now=NOW, seed=1)
        yield before


@pytest.fixture
def site(db, schema_before):
    return schema_before


# ── The index ───────────────────────────────────────────────────────────────────────────────────
# What search reads beside its entries, under what an entry is of: ids of entries are not told.
BESIDE = {
    "sqlite": """
        SELECT {of}, kind, category, department, year, dated, public_from, public_until FROM {facts}
        SELECT name, code, value FROM portal_searchvalue
        SELECT {of}, 'khoa' FROM {index} WHERE portal_searchindex MATCH 'khoa'
    """,
    "postgresql": """
        SELECT {of}, facts FROM portal_searchentry AS entry
        SELECT {of}, beside.folded_title, beside.folded_text FROM {texts}
        SELECT {of}, beside.phrase FROM {phrases}
        SELECT phrase, 'kept' FROM portal_searchphrase WHERE id = 0
        SELECT name, code, value FROM portal_searchvalue
        SELECT 'texts', count(*) FROM portal_searchtext
    """,
}
_BESIDE = "portal_searchentry AS entry JOIN portal_search{} AS beside ON beside.{} = entry.id"
NAMES = {
    "of": "entry.content_type_id, entry.object_id",
    "facts": "(SELECT id, content_type_id, object_id FROM portal_searchentry) AS entry"
    " JOIN portal_searchfacts USING (id)",
    "index": _BESIDE.format("index", "rowid"),
    "texts": _BESIDE.format("text", "id"),
    "phrases": _BESIDE.format("phrase", "id"),
    "of_table": "pg_class.oid = attrelid AND relnamespace = 'public'::regnamespace",
}
SCHEMA = {
    "sqlite": """
        SELECT type, name, sql FROM sqlite_master
    """,
    "postgresql": """
        SELECT tablename, '' FROM pg_tables WHERE schemaname = 'public'
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        SELECT tgname, pg_get_triggerdef(oid), tgenabled FROM pg_trigger
        SELECT oid, pg_get_functiondef(oid) FROM pg_proc WHERE proname LIKE '%search%'
        SELECT relname, attname, attstattarget FROM pg_attribute JOIN pg_class ON {of_table}
    """,
}


def asked(statements: dict[str, str]) -> list[list[tuple]]:
    answers = []
    with connection.cursor() as cursor:
        for line in statements[connection.vendor].strip().splitlines():
            cursor.execute(line.format(**NAMES))
            answers.append(sorted(cursor.fetchall(), key=repr))
    return answers


def index() -> list[list]:
    """All that search knows."""
    names = [one.name for one in SearchEntry._meta.concrete_fields if not one.primary_key]
    entries = SearchEntry.objects.order_by("content_type", "object_id").values_list(*names)
    return [list(entries), *asked(BESIDE)]


def test_the_copied_index_is_what_a_rebuild_writes(site):
    copied = index()
    assert len(copied[0]) > COUNT
    assert all(copied)
    SearchEntry.objects.all().delete()
    call_command("rebuild_search", verbosity=0)
    for found, right in zip(copied, index(), strict=True):
        assert found == right


def test_search_finds_the_copies(site):
    title = Article.objects.get(pk=COUNT).title
    same = [LAST, LAST - ORIGINALS, LAST - 2 * ORIGINALS]
    found = search.find(f'"{title}"', by_date=True).hits
    assert [hit.url for hit in found] == [
        article.get_absolute_url() for article in Article.objects.filter(pk__in=same)
    ]


def test_the_schema_is_that_of_the_migrations_again(site):
    assert all(site)
    assert asked(SCHEMA) == site


# ── The articles ────────────────────────────────────────────────────────────────────────────────
def test_ids_and_times_go_together_without_gaps(site):
    assert list(Article.objects.order_by("pk").values_list("pk", flat=True)) == [
        *range(1, COUNT + 1)
    ]
    others = Article.objects.exclude(kind="report").order_by("pk")
    moments = list(others.values_list("publish_at", flat=True))
    assert moments == sorted(set(moments))
    assert len(moments) == COUNT - REPORTS
    assert moments[-1] < NOW
    assert NOW.year - moments[0].year == 15
    assert Article.objects.published(at=NOW).count() == COUNT


def test_only_news_and_notices_are_copied(site):
    assert set(Article.objects.filter(pk__lte=REPORTS).values_list("kind", flat=True)) == {"report"}
    assert Article.objects.filter(kind="report").count() == Conference.objects.count() == REPORTS


HANGING = {
    ArticlePhoto: ("photo", "ref", "caption", "order", "is_lead"),
    ArticleDepartment: ("department", "order"),
    ArticleUpdate: ("note",),
    ArticlePerson: ("relation",),
    Attachment: ("file", "title", "type", "size", "checksum"),
}


def hanging(model, names: tuple[str, ...], first: int, last: int) -> list[tuple]:
    rows = model.objects.filter(article__gte=first, article__lte=last).order_by("article", "pk")
    return [(pk - first, *rest) for pk, *rest in rows.values_list("article", *names)]


@pytest.mark.parametrize("model", HANGING)
def test_a_copy_has_all_that_hangs_on_its_original(site, model):
    of_originals = hanging(model, HANGING[model], FIRST, LAST)
    assert of_originals
    assert hanging(model, HANGING[model], 101, 200) == of_originals
    of_the_newest = hanging(model, HANGING[model], LAST - 39, LAST)
    assert hanging(model, HANGING[model], REPORTS + 1, 100) == of_the_newest


def test_copies_are_related_to_copies(site):
    links = set(Article.related.through.objects.values_list("from_article", "to_article"))
    of_originals = {link for link in links if min(link) >= FIRST}
    of_copies = {(a, b) for a, b in links if min(a, b) > 100 and max(a, b) < FIRST}
    assert of_originals
    assert {(a + ORIGINALS, b + ORIGINALS) for a, b in of_copies} == of_originals


def test_who_chairs_held_the_post_on_that_day(site):
    named = ArticlePerson.objects.exclude(article__kind="report").select_related("article")
    assert len({one.appointment for one in named}) > 1
    for one in named:
        assert one.appointment.holds(timezone.localdate(one.article.publish_at))
        assert one.public_from == one.article.publish_at
        assert one.of_person == one.appointment.person_id


def test_notes_and_what_was_featured_move_with_the_article(site):
    notes = ArticleUpdate.objects.select_related("article")
    assert {note.at - note.article.publish_at for note in notes} == {timedelta(minutes=3)}
    featured = Article.objects.filter(is_featured=True, pk__range=(REPORTS + 1, FIRST - 1))
    after = {one.featured_until - one.publish_at for one in featured}
    assert after == {timedelta(minutes=5)}


def test_the_next_article_gets_the_next_id(site):
    article = Article.objects.first()
    article.pk = None
    article.save()
    assert article.pk == COUNT + 1


def test_what_makes_a_list_heavy_comes_again_after_a_period():
    def facts(place):
        photos = content.Plan(place, "news", "", NOW).photos
        return photos, place % 13, place % 10 < 7, place % 12

    period = content.PERIOD
    assert [*map(facts, range(period))] == [*map(facts, range(period, 2 * period))]
    assert copies.ORIGINALS % period == 0
