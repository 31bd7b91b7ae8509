"""A prepared query gives what its queryset gives, for every value, in every thread."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import DateTimeField, F, Value
from django.utils import timezone

from news.models import Article, Category
from news.newest import Choice
from portal.prepared import Prepared, again, listening
from portal.publishing import Status
from tests.factories import SEED_TIME, make_article, make_category, make_department, make_user

pytestmark = pytest.mark.django_db


def of_category(category, now):
    return Article.objects.published(at=now).filter(category=category).select_related("category")


def test_it_gives_the_rows_of_its_queryset_as_the_moment_and_the_values_change(
    django_assert_num_queries,
):
    one, two = make_category(), make_category()
    now = timezone.now()
    articles = [
        make_article(category=one),
        make_article(category=two),
        make_article(category=one, publish_at=now + timedelta(hours=1)),
        make_article(category=one, expire_at=now + timedelta(hours=1)),
        make_article(category=one, status=Status.DRAFT),
    ]
    query = Prepared(of_category)
    assert len(articles) == 5
    for category in (one.pk, two.pk, 0, one.pk):
        for moment in (now, now + timedelta(hours=2), SEED_TIME - timedelta(days=1)):
            with django_assert_num_queries(1):
                rows = query(category=category, now=moment)
            assert rows == list(of_category(category, moment))
            assert [row.category.name for row in rows] == [
                row.category.name for row in of_category(category, moment)
            ]


def test_rows_of_one_category_share_it_and_a_missing_unit_stays_missing():
    one, two, unit = make_category(), make_category(), make_department()
    for category, department in ((one, unit), (two, None), (one, None), (one, unit)):
        make_article(category=category, department=department)
    query = Prepared(
        lambda pk: (
            Article.objects.filter(pk__gt=pk)
            .select_related("category__parent", "department")
            .order_by("pk")
        )
    )
    rows = query(pk=0)
    assert [(row.category, row.department) for row in rows] == [
        (one, unit), (two, None), (one, None), (one, unit),
    ]  # fmt: skip
    assert rows[0].category is rows[2].category is rows[3].category
    assert rows[0].department is rows[3].department
    assert query(pk=0)[0].category is not rows[0].category


def test_words_that_look_like_sql_are_values(django_assert_num_queries):
    words = ["'; DROP TABLE news_article; --", "100%", "%s", "a\\'b", "“Hội nghị”", "$1", "x" * 200]
    for word in words:
        make_category(name=word[:100])
    query = Prepared(lambda name: Category.objects.filter(name=name))
    for word in words:
        assert [one.name for one in query(name=word[:100])] == [word[:100]]


def test_constants_of_the_query_keep_their_signs():
    make_article(title="100% 'đúng'")
    make_article(title="khác")
    query = Prepared(lambda pk: Article.objects.filter(title="100% 'đúng'", pk__gt=pk))
    assert [one.title for one in query(pk=0)] == ["100% 'đúng'"]


def test_the_ends_of_a_slice_are_values():
    articles = [make_article(publish_at=SEED_TIME + timedelta(days=day)) for day in range(5)]
    query = Prepared(lambda start, end: Article.objects.order_by("pk")[start:end])
    with pytest.raises(TypeError, match=r"must not depend|as it is"):
        query(start=0, end=2)  # its length is a constant of the SQL
    query = Prepared(lambda start: Article.objects.order_by("pk")[start : start + 2])
    assert [query(start=start) for start in (0, 3, 9)] == [articles[:2], articles[3:], []]


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_no_column_holds_finds_nothing(number):
    make_article()
    assert Prepared(lambda pk: Article.objects.filter(pk=pk))(pk=number) == []


def test_a_query_whose_sql_depends_on_its_values_is_refused():
    with pytest.raises(TypeError, match="must not depend"):
        Prepared(lambda word: Article.objects.filter(title__contains=word))(word="nghị")
    with pytest.raises(TypeError, match=r"must not depend|cannot stand"):
        Prepared(lambda pk: Article.objects.published().filter(pk=pk))(pk=1)  # now is no constant
    with pytest.raises(TypeError, match="as it is"):
        Prepared(lambda pk: Article.objects.all())(pk=1)


def test_it_survives_an_error_in_the_transaction_before():
    from django.db import DatabaseError, transaction

    make_article()
    query = Prepared(lambda pk: Article.objects.filter(pk__gte=pk))
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("SELECT * FROM nothing_of_that_name")
    assert len(query(pk=0)) == 1


@pytest.mark.django_db(transaction=True)
def test_threads_do_not_mix_their_values():
    categories = [make_category() for _number in range(4)]
    for category in categories:
        make_article(category=category)
    query, wrong = Prepared(of_category), []

    def read(category):
        for _round in range(50):
            rows = query(category=category.pk, now=timezone.now())
            wrong.extend(row for row in rows if row.category_id != category.pk)
            if len(rows) != 1:
                wrong.append(rows)
        connection.close()

    threads = [threading.Thread(target=read, args=[category]) for category in categories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "accident",
    [
        "DISCARD ALL",
        "ALTER TABLE news_category ALTER COLUMN description TYPE varchar(5000)",
    ],
)
def test_a_statement_that_the_database_no_longer_takes_is_made_anew(accident):
    if connection.vendor != "postgresql":
        return
    make_category(name="Khoa học")
    query = Prepared(lambda pk: Category.objects.filter(pk__gte=pk))
    for _round in range(7):
        assert [one.name for one in query(pk=0)] == ["Khoa học"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(accident)
        for _round in range(3):
            assert [one.name for one in query(pk=0)] == ["Khoa học"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE news_category ALTER COLUMN description TYPE text")
        connection.close()  # the tests that follow know nothing of the accident


# ── Lists made with it ──────────────────────────────────────────────────────────────────────────
def test_a_list_of_several_choices_is_what_one_plain_query_gives():
    one, two, three = make_category(), make_category(), make_category()
    unit = make_department()
    for day in range(40):
        make_article(
            category=[one, two, three][day % 3],
            department=unit if day % 2 else None,
            kind=["news", "notice"][day % 5 == 0],
            publish_at=SEED_TIME + timedelta(days=day // 2),  # pairs of the same moment
            created_by=None if day else make_user(),
        )
    since, before = SEED_TIME + timedelta(days=2), SEED_TIME + timedelta(days=15)
    choice = Choice(
        categories=(one.pk, two.pk), unit=unit.pk, kind="news", since=since, before=before
    )
    wanted = (
        Article.objects.published()
        .filter(category__in=[one, two], department=unit, kind="news")
        .filter(publish_at__gte=since, publish_at__lt=before)
    )
    assert choice.articles() == list(wanted[:11])
    assert choice.articles(start=3) == list(wanted[3:14])
    assert Choice().articles(start=10) == list(Article.objects.published()[10:21])


def test_a_year_begins_and_ends_at_midnight_in_vietnam(client):
    last = make_article(title="Cuối năm", publish_at=datetime(2017, 12, 31, 16, 59, 59, tzinfo=UTC))
    first = make_article(title="Đầu năm", publish_at=datetime(2017, 12, 31, 17, 0, tzinfo=UTC))
    of_2017 = client.get("/tin-tuc/?nam=2017").content.decode()
    of_2018 = client.get("/tin-tuc/?nam=2018&thang=1").content.decode()
    assert last.title in of_2017
    assert first.title not in of_2017.partition("<main")[2]
    assert first.title in of_2018
    assert last.title not in of_2018.partition("<main")[2]


def test_a_statement_is_planned_once_for_all_values():
    if connection.vendor != "postgresql":
        return
    query = Prepared(lambda pk: Article.objects.filter(pk=pk))
    for pk in range(7):
        query(pk=pk)
    plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE name = %s"
    with connection.cursor() as cursor:
        cursor.execute(plans, [query._plan.statement.name])
        assert cursor.fetchone() == (7, 0)


def test_while_somebody_listens_each_question_is_asked_once_and_the_clock_makes_none_anew(
    django_assert_num_queries,
):
    one, two = make_category(), make_category()
    make_article(category=one)
    query, now = Prepared(of_category), timezone.now()
    later = now + timedelta(seconds=1)
    answers: dict = {}
    with listening(answers), django_assert_num_queries(2):
        first = query(category=one.pk, now=now)
        assert query(category=one.pk, now=later) == first
        assert query(category=one.pk, now=later)[0] is not first[0]  # whoever changes it is alone
        assert query(category=two.pk, now=now) == []
        assert query(category=2**70, now=now) == []  # which no database is asked
    values = [values for _query, values in answers]
    assert values == [(("category", pk), ("now", None)) for pk in (one.pk, two.pk)]
    assert [len(rows) for rows in answers.values()] == [1, 0]
    with django_assert_num_queries(1):
        query(category=one.pk, now=now)


def test_what_was_answered_is_asked_again_in_one_question(django_assert_num_queries):
    """On PostgreSQL; SQLite is asked up to the first answer that is another."""
    one, two = make_category(name="Một"), make_category(name="Hai")
    make_article(category=one, title="Bài")
    of, named = Prepared(of_category), Prepared(lambda name: Category.objects.filter(name=name))
    now, is_one = timezone.now(), connection.vendor == "postgresql"
    known: dict = {}
    with listening(known):
        for category in (one.pk, two.pk):
            of(category=category, now=now)
        named(name="'; %s $1")
        named(name="Hai")

    def asked_again(count: int) -> tuple[bool, int]:
        answers: dict = {}
        with listening(answers), django_assert_num_queries(1 if is_one else count):
            same = again(list(known.items()), timezone.now(), answers)
        return same, sum(known[question] == rows for question, rows in answers.items())

    assert asked_again(4) == (True, 4)
    Category.objects.filter(pk=two.pk).update(description="Khác")
    assert asked_again(4) == (False, 3)
    make_article(category=two)
    assert asked_again(2) == (False, 1)
    Article.objects.filter(category=one).update(expire_at=timezone.now())
    assert asked_again(1) == (False, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"byline": ""}, {"byline": '""'}),
        ({"byline": "a,b"}, {"byline": '"a,b"'}),
        ({"expire_at": None}, {"expire_at": datetime(2100, 1, 1, tzinfo=UTC)}),
        (
            {"expire_at": datetime(2100, 1, 1, 0, 0, 0, 1, tzinfo=UTC)},
            {"expire_at": datetime(2100, 1, 1, 0, 0, 0, 2, tzinfo=UTC)},
        ),
        ({"title": "Bài", "summary": ""}, {"title": "Bà", "summary": "i"}),
    ],
)
def test_a_small_difference_is_another_answer(before, after):
    Article.objects.filter(pk=make_article().pk).update(**before)
    query, known = Prepared(lambda pk: Article.objects.filter(pk__gte=pk)), {}
    with listening(known):
        query(pk=0)
    assert again(list(known.items()), timezone.now(), {})
    Article.objects.update(**after)
    assert not again(list(known.items()), timezone.now(), {})


def test_another_order_is_another_answer():
    articles = [make_article(publish_at=SEED_TIME + timedelta(days=day)) for day in range(3)]
    query, known = Prepared(lambda pk: Article.objects.filter(pk__gte=pk).only("title")), {}
    with listening(known):
        assert [one.pk for one in query(pk=0)] == [one.pk for one in reversed(articles)]
    Article.objects.filter(pk=articles[0].pk).update(publish_at=SEED_TIME + timedelta(days=9))
    assert not again(list(known.items()), timezone.now(), {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "asked for the first time"])
def test_a_connection_that_was_ended_between_two_requests_is_opened_anew(monkeypatch, is_known):
    """Without asking before each request whether it was."""
    if connection.vendor != "postgresql":
        return
    tried, is_usable = [], connection.is_usable
    monkeypatch.setattr(connection, "is_usable", lambda: tried.append("tried") or is_usable())
    make_category(name="Khoa học")
    query = Prepared(lambda pk: Category.objects.filter(pk__gte=pk))
    for _request in range(2):
        connection.close_if_unusable_or_obsolete()
        assert [one.name for one in query(pk=0)] == ["Khoa học"]
    assert (tried, connection.health_check_enabled) == ([], True)
    connection.close_if_unusable_or_obsolete()
    other = connection.copy()
    with other.cursor() as cursor:
        backend = connection.connection.info.backend_pid
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    other.close()
    if not is_known:
        query = Prepared(lambda pk: Category.objects.filter(pk__gte=pk))
    assert [one.name for one in query(pk=0)] == ["Khoa học"]
    assert tried == ["tried"]


def test_rows_make_models_and_a_value_needs_none():
    article = make_article(title="Bài")
    query = Prepared(
        lambda pk: Article.objects.filter(pk=pk).annotate(
            since=Value(None, output_field=DateTimeField()), until=F("publish_at")
        )
    )
    rows = query.rows(pk=article.pk)
    assert (query.value(rows, "since"), query.value(rows, "until")) == (None, SEED_TIME)
    assert query.models(rows) == [article]
    assert query.models([]) == []
