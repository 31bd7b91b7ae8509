"""The newest articles of a person and of a unit: exact whoever changes what, at the same cost."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import serializers
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations import Migration
from django.db.models import Q
from django.utils import timezone
from reversion.models import Version

from departments.models import Appointment
from news import copies, elsewhere, newest_sql, trash
from news.models import Article, ArticleDepartment, ArticlePerson, ArticlePhoto, Conference
from news.newest import _query
from portal.prepared import _adapted
from portal.publishing import APPROVED, Status
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_department,
    make_person,
    make_photo,
    make_user,
)
from tests.transactions import in_turn

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LINKS = (ArticleDepartment, ArticlePerson, Conference)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def editor():
    return make_user(is_superuser=True)


@pytest.fixture
def term():
    return make_appointment()


@pytest.fixture
def unit():
    return make_department()


@pytest.fixture
def article(term, unit):
    """Public, with somebody named in it, a unit concerned, and a conference."""
    return named(term, unit)


def named(term, unit, **kwargs):
    article = make_article(**({"kind": Article.Kind.REPORT} | kwargs))
    ArticlePerson.objects.create(article=article, appointment=term)
    ArticleDepartment.objects.create(article=article, department=unit)
    make_conference(article=article, chair=term)
    return article


def sql(words, *values):
    with connection.cursor() as cursor:
        cursor.execute(words, values)


def wrong() -> list:
    """The rows beside which something else stands than their article and appointment say."""
    approved = dict(Article.objects.filter(APPROVED).values_list("pk", "publish_at"))
    people = dict(Appointment.objects.values_list("pk", "person_id"))
    found = []
    for model in LINKS:
        for row in model.objects.all():
            if row.public_from != approved.get(row.article_id):
                found.append((model, row.pk, "public_from"))
            if model is ArticlePerson and row.of_person != people[row.appointment_id]:
                found.append((model, row.pk, "of_person"))
            if model is Conference and row.of_person != people.get(row.chair_id):
                found.append((model, row.pk, "of_person"))
    return found


def of_person(person) -> list[int]:
    """What the person's page must show, as `published()` and the links say it plainly."""
    named = Q(people__appointment__person=person) | Q(conference__chair__person=person)
    public = Article.objects.published().filter(named).distinct()
    return [one.pk for one in public.order_by("-publish_at", "-pk")][: elsewhere.OF_PERSON]


def of_unit(unit) -> list[int]:
    concerned = Q(department=unit) | Q(concerned_departments__department=unit)
    public = Article.objects.published().filter(concerned).distinct()
    return [one.pk for one in public.order_by("-publish_at", "-pk")][: elsewhere.OF_UNIT]


def shown(of) -> list[int]:
    if isinstance(of, Appointment):
        return [one.pk for one in elsewhere.news_of_person(of.person).articles]
    return [one.pk for one in elsewhere.news_of_unit(of)]


# ── Every way by which an article or what leads to it changes ───────────────────────────────────
def by_verb(article, term, editor):
    article.withdraw(by=editor, notice="Đã rút để sửa.")


def by_trash(article, term, editor):
    trash.trash(article, by=editor)


def by_trash_and_back(article, term, editor):
    trash.trash(article, by=editor)
    trash.restore(article, by=editor)


def by_update(article, term, editor):
    Article.objects.filter(pk=article.pk).update(publish_at=NOW - 9 * DAY)


def by_update_to_draft(article, term, editor):
    Article.objects.update(status=Status.DRAFT)


def by_save(article, term, editor):
    article.publish_at = NOW + DAY
    article.save()


def by_bulk_update(article, term, editor):
    article.publish_at = NOW - 3 * DAY
    Article.objects.bulk_update([article], ["publish_at"])


def by_sql(article, term, editor):
    sql("UPDATE news_article SET deleted_at = %s WHERE id = %s", NOW, article.pk)


def by_sql_on_a_link(article, term, editor):
    sql("UPDATE news_articleperson SET public_from = %s, of_person = 0", NOW + DAY)
    sql("UPDATE news_conference SET public_from = NULL, of_person = NULL")


def by_links_put_in_by_sql(article, term, editor):
    other = make_article(publish_at=NOW - DAY)
    sql(
        "INSERT INTO news_articleperson (article_id, appointment_id, relation)"
        " VALUES (%s, %s, 'spoke')",
        other.pk,
        term.pk,
    )


def by_a_link_saved_after_the_article_changed(article, term, editor):
    link = article.people.get()
    Article.objects.update(publish_at=NOW - 5 * DAY)
    link.relation = ArticlePerson.Relation.SPOKE
    link.save()


def by_links_in_bulk(article, term, editor):
    other = make_article(publish_at=NOW - DAY)
    ArticlePerson.objects.bulk_create([ArticlePerson(article=other, appointment=term)])
    ArticleDepartment.objects.filter(article=article).update(article=other)


def by_a_working_copy(article, term, editor):
    copy = copies.open_copy(article, by=editor)
    copy.people.all().delete()
    ArticlePerson.objects.create(article=copy, appointment=make_appointment(full_name="Lê Văn Tư"))
    assert wrong() == []
    copies.merge(copy, by=editor, reason="Đã đối chiếu")


def by_a_version_put_back(article, term, editor):
    copies.record_version(article, by=editor)
    version = Version.objects.get_for_object(article).first()
    article.people.all().delete()
    copy = copies.restore(version, by=editor)
    assert wrong() == []
    copies.merge(copy, by=editor, reason="Bản trước đúng hơn")


def by_another_person_in_the_post(article, term, editor):
    Appointment.objects.filter(pk=term.pk).update(person=make_person())


def by_another_post_named(article, term, editor):
    other = make_appointment(full_name="Lê Văn Năm")
    ArticlePerson.objects.update(appointment=other)
    Conference.objects.update(chair=other)


def by_nobody_in_the_chair(article, term, editor):
    Conference.objects.update(chair=None)


def by_import(article, term, editor):
    """`loaddata`, with what leads to an article before the article."""
    rows = [*ArticlePerson.objects.all(), *ArticleDepartment.objects.all(), article]
    written = serializers.serialize("json", rows)
    ArticlePerson.objects.all().delete()
    ArticleDepartment.objects.all().delete()
    Article.objects.update(publish_at=NOW - 7 * DAY)
    stale = json.loads(written)
    for row in stale:
        if "public_from" in row["fields"]:
            row["fields"]["public_from"] = "1999-01-01T00:00:00Z"
    for one in serializers.deserialize("json", json.dumps(stale)):
        one.save()


WAYS = [
    by_verb, by_trash, by_trash_and_back, by_update, by_update_to_draft, by_save, by_bulk_update,
    by_sql, by_sql_on_a_link, by_links_put_in_by_sql, by_a_link_saved_after_the_article_changed,
    by_links_in_bulk, by_a_working_copy, by_a_version_put_back, by_another_person_in_the_post,
    by_another_post_named, by_nobody_in_the_chair, by_import,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_lists_follow_every_change(way, article, term, unit, editor):
    named(term, unit, publish_at=NOW - 2 * DAY)
    assert wrong() == []
    way(Article.objects.get(pk=article.pk), term, editor)
    assert wrong() == []
    term.refresh_from_db()
    assert shown(term) == of_person(term.person)
    assert shown(unit) == of_unit(unit)


def test_after_many_changes_in_any_order_the_lists_are_those_of_the_plain_query(editor):
    dice = random.Random(7)  # noqa: S311
    category = make_category()
    terms = [make_appointment(full_name=f"Người {n}") for n in range(2)]
    terms.append(make_appointment(person=terms[0].person, title="Quyền Giám đốc"))
    units = [make_department() for _ in range(2)]
    moments = [NOW + n * DAY for n in (-9, -3, -3, -1, 0, 2)]
    acts = [
        lambda: make_article(
            category=category,
            publish_at=dice.choice(moments),
            status=dice.choice([Status.PUBLISHED, Status.DRAFT]),
            department=dice.choice([None, *units]),
        ),
        lambda: ArticlePerson.objects.get_or_create(
            article=any_article(),
            appointment=dice.choice(terms),
            relation=dice.choice(ArticlePerson.Relation.values),
        ),
        lambda: ArticleDepartment.objects.get_or_create(
            article=any_article(), department=dice.choice(units)
        ),
        lambda: Conference.objects.update_or_create(
            article=any_article(),
            defaults={"held_on": NOW, "review_year": 2025, "chair": dice.choice(terms)},
        ),
        lambda: changed(publish_at=dice.choice(moments)),
        lambda: changed(status=Status.PUBLISHED),
        lambda: changed(status=Status.DRAFT),
        lambda: changed(deleted_at=NOW),
        lambda: changed(deleted_at=None),
        lambda: changed(deleted_at=None, status=Status.PUBLISHED),
        lambda: changed(expire_at=dice.choice([None, NOW + 3 * DAY])),
        lambda: any_article().people.all().delete(),
    ]

    def any_article():
        return dice.choice(Article.objects.order_by("pk"))

    def changed(**values):
        Article.objects.filter(pk=any_article().pk).update(**values)

    for _ in range(5):
        acts[0]()
    longest = {terms[0]: 0, units[0]: 0}
    for _ in range(150):
        dice.choice(acts)()
        for of, plain in [(terms[0], of_person(terms[0].person)), (units[0], of_unit(units[0]))]:
            assert shown(of) == plain
            longest[of] = max(longest[of], len(plain))
    assert wrong() == []
    assert min(longest.values()) >= 3


def test_a_scheduled_article_comes_and_an_expiring_one_goes_by_the_clock(term, unit):
    named(term, unit, publish_at=NOW + DAY, expire_at=NOW + 3 * DAY)
    for days, number in [(0, 0), (1, 1), (2, 1), (3, 0)]:
        with time_machine.travel(NOW + days * DAY, tick=False):
            assert (len(shown(term)), len(shown(unit))) == (number, number)


def test_a_caption_beyond_the_hundred_newest_articles_is_not_looked_at(term, unit, monkeypatch):
    monkeypatch.setattr(elsewhere, "LOOKED_AT", 2)
    elsewhere._photos._plan = None
    for days in range(4):
        article = named(term, unit, publish_at=NOW - days * DAY)
        make_article_photo(article=article, caption=f"Nguyễn Thị Hà, ngày {days}")
    photos = elsewhere.news_of_person(term.person).photos
    elsewhere._photos._plan = None
    assert [use.caption for use in photos] == ["Nguyễn Thị Hà, ngày 0", "Nguyễn Thị Hà, ngày 1"]


# ── What was there before, and what SQLite does to a table ──────────────────────────────────────
def test_rows_from_before_the_triggers_are_righted(article, term, unit):
    newest_sql.drop("default")
    named(term, unit, publish_at=NOW - DAY)
    Article.objects.filter(pk=article.pk).update(status=Status.DRAFT)
    assert len(wrong()) == 3 + 5
    newest_sql.prepare("default")
    assert wrong() == []
    assert shown(term) == of_person(term.person)


@pytest.mark.django_db(transaction=True)
def test_a_table_that_a_migration_builds_anew_keeps_its_triggers(article):
    """As Django alters a table of SQLite, which drops it; what is saved meanwhile is righted."""
    plan = [(Migration("0099_of_this_test", "news"), False)]
    told = {"verbosity": 0, "interactive": False, "db": "default", "plan": plan}
    emit_pre_migrate_signal(**told)
    with connection.schema_editor() as editor:
        if connection.vendor == "sqlite":
            for model in (Article, ArticlePerson):
                editor._remake_table(model)
    Article.objects.update(publish_at=NOW - DAY)
    emit_post_migrate_signal(**told)
    assert wrong() == []
    Article.objects.update(publish_at=NOW - 2 * DAY)
    ArticlePerson.objects.update(public_from=None)
    assert wrong() == []


@pytest.mark.django_db(transaction=True)
def test_the_migration_fills_the_rows_that_are_there_and_goes_back(term, unit):
    article = named(term, unit)
    call_command("migrate", "news", "0013", verbosity=0)
    sql("UPDATE news_article SET publish_at = %s WHERE id = %s", NOW - DAY, article.pk)
    call_command("migrate", "news", verbosity=0)
    assert wrong() == []
    assert shown(term) == [article.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_published_first", [True, False])
def test_who_names_somebody_while_another_publishes_loses_nothing(term, is_published_first):
    """On PostgreSQL; SQLite has one writer."""
    if connection.vendor != "postgresql":
        return
    article = make_article(status=Status.DRAFT, publish_at=NOW - DAY)

    def publish():
        Article.objects.filter(pk=article.pk).update(status=Status.PUBLISHED)

    def name():
        ArticlePerson.objects.create(article=article, appointment=term)

    first, second = (publish, name) if is_published_first else (name, publish)

    in_turn(first, second)
    assert wrong() == []


# ── Cost ────────────────────────────────────────────────────────────────────────────────────────
def many(number: int, term, unit, photo) -> None:
    category = make_category()
    made = Article.objects.bulk_create(
        Article(title="Bài", slug="bai", category=category, status=Status.PUBLISHED, publish_at=at)
        for at in (NOW - n * timedelta(minutes=7) for n in range(number))
    )
    ArticlePerson.objects.bulk_create(
        ArticlePerson(article=one, appointment=term, relation=relation)
        for one in made
        for relation in ("spoke", "attended")
    )
    ArticleDepartment.objects.bulk_create(
        ArticleDepartment(article=one, department=unit) for one in made
    )
    Conference.objects.bulk_create(
        Conference(article=one, held_on=NOW, review_year=2025, chair=term) for one in made
    )
    ArticlePhoto.objects.bulk_create(
        ArticlePhoto(article=one, photo=photo, ref=1, caption=f"{term.person} phát biểu")
        for one in made
    )
    if connection.vendor == "postgresql":
        sql("ANALYZE")


def work(query, **values) -> int:
    """How many rows PostgreSQL reads for a prepared query, or steps SQLite takes."""
    query(**values)
    plan, adapted = query._plan, _adapted(connection, values)
    parameters = [adapted[name] for name in plan.names]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Of so few and short articles and photos it would rather read all.
            for way in ("seqscan", "hashjoin", "mergejoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {plan.sql}", parameters)
            return _rows_read(cursor.fetchone()[0][0]["Plan"])
        steps = []
        connection.connection.set_progress_handler(lambda: steps.append(1), 1)
        cursor.execute(plan.sql, parameters)
        cursor.fetchall()
        connection.connection.set_progress_handler(None, 1)
        return len(steps)


def _rows_read(node: dict) -> int:
    """Of the plan's scans; what a filter threw away counts too."""
    below = node.get("Plans", [])
    if below:
        return sum(map(_rows_read, below))
    rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
    return rows * node["Actual Loops"]


def test_finding_the_newest_costs_the_same_of_three_thousand_as_of_three_hundred(term, unit):
    now = timezone.now()
    photo = make_photo()
    lists = [_query(0, True, False, way) for way in ("older", "newer")]
    place = {"since": NOW - 999 * DAY, "before": NOW + DAY, "at": NOW - DAY, "article": 0}

    def costs():
        return [
            work(elsewhere._of_person, person=term.person_id, now=now),
            work(elsewhere._photos, person=term.person_id, now=now, name="Hà"),
            work(elsewhere._of_unit, unit=unit.pk, now=now),
            *(work(listed, unit=unit.pk, now=now, **place) for listed in lists),
        ]

    many(300, term, unit, photo)
    few = costs()
    many(2700, term, unit, photo)
    for one, more in zip(few, costs(), strict=True):
        assert more <= 1.3 * one
