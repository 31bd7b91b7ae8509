"""A site of a million articles: the newest are written (tests/bench/content.py), the rest copied.

To write and index a million takes hours, what the database copies by itself takes minutes. A copy
lies further back in time than its original: what the work of a list goes by comes again in the
same places (content.PERIOD), so that the lists are those of the other sizes, and no page shows an
article twice. Ids go by time without gaps, as on a site that has grown. Reports are not copied:
each year has two of them.

The search entries are copied too, and are what `rebuild_search` would write.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock
from importlib import import_module

from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, ExtractYear, Replace
from django.utils import timezone

from departments.models import Appointment
from news.models import (
    Article,
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    ArticleUpdate,
    Attachment,
)
from portal import search
from portal.models import SearchEntry
from tests.bench import content

# Up to so many are all written, each a text of its own; of more only the newest ORIGINALS.
WRITTEN = 100_000
ORIGINALS = 21 * content.PERIOD

# PostgreSQL sorts the tokens of all entries at once much faster than those of each into the rest;
# half of that time goes into making them, which is spared for what has the text of another.
_INDEX = "portal_searchentry_tokens"
_MAKE_INDEX = import_module("portal.migrations.0003_search_tokens").POSTGRES[-2:]
_MEMORY = "1GB"
_TEXTS = "folded_title, folded_text, toned_title, toned_text"
_KEY = f"CAST(md5({' || '.join(_TEXTS.split(', '))}) AS uuid)"
_REMEMBER = (
    "CREATE TABLE bench_tokens (key uuid PRIMARY KEY, tokens tsvector NOT NULL)",
    f"""
        INSERT INTO bench_tokens SELECT {_KEY}, portal_search_tokens({_TEXTS})
        FROM portal_searchentry ON CONFLICT DO NOTHING
    """,  # noqa: S608
)
_LOOK_UP = f"""
    CREATE OR REPLACE FUNCTION portal_search_tokens({_TEXTS.replace(",", " text,")} text)
    RETURNS tsvector LANGUAGE plpgsql IMMUTABLE COST 10000 AS $$
    BEGIN
        RETURN coalesce(
            (SELECT tokens FROM public.bench_tokens WHERE key = {_KEY}),
            public.bench_search_tokens({_TEXTS})
        );
    END $$
"""  # noqa: S608


def load(count: int, *, originals: int | None = None, **options) -> None:
    """Fill an empty site with `count` articles, search index included.

    `originals`: how many are written beside the reports, ORIGINALS or all unless a test says it;
    a multiple of content.PERIOD keeps the lists true. The options are those of content.load.
    """
    newest = originals or (ORIGINALS if count > WRITTEN else None)
    with _told("articles written"):
        content.load(count, newest=newest, **options)
    if newest is None:
        content.build_search()
        return
    _postgresql([f"DROP INDEX {_INDEX}"])
    with _told("their index"):
        content.build_search()
        _postgresql(_REMEMBER)
    _copy_all(newest)
    with _told("the index of tokens"):
        _make_index()


@contextmanager
def _told(what: str):
    """Say into the log of the run how long it took."""
    start = time.monotonic()
    yield
    sys.stderr.write(f"{timezone.localtime():%H:%M:%S} {what}: {time.monotonic() - start:.0f} s\n")
    sys.stderr.flush()


# ── PostgreSQL's index ──────────────────────────────────────────────────────────────────────────
def _postgresql(statements: Iterable[str]) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@transaction.atomic
def _make_index() -> None:
    """Make it as its migration does, with the same function but for that moment."""
    if connection.vendor != "postgresql":
        return
    connection.check_constraints()  # what is still to be checked in a test's transaction
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('portal_search_tokens'::regproc)")
        (function,) = cursor.fetchone()
    _postgresql(
        [
            function.replace("portal_search_tokens", "bench_search_tokens"),
            _LOOK_UP,
            f"SET LOCAL maintenance_work_mem = '{_MEMORY}'",
            *_MAKE_INDEX,
            function,
            "DROP FUNCTION bench_search_tokens",
            "DROP TABLE bench_tokens",
        ]
    )


# ── Copies ──────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Back:
    """How far copies lie behind their originals, in ids and in time."""

    ids: int
    time: timedelta

    def number(self, name: str) -> Expression:
        return ExpressionWrapper(F(name) - self.ids, output_field=BigIntegerField())

    def moment(self, name: str) -> Expression:
        return ExpressionWrapper(F(name) - Value(self.time), output_field=DateTimeField())


def _copy_all(originals: int) -> None:
    """Copy all originals again and again, at last only as many as are missing."""
    reports = Article.objects.filter(kind=Article.Kind.REPORT).count()
    last = Article.objects.order_by("pk").last().pk
    others = last - reports
    step = content.step(others)
    for turn, copied in enumerate(range(originals, others, originals), start=1):
        back = Back(copied, copied * step)
        first = max(last - originals, reports + copied) + 1
        with _told(f"copies, turn {turn}"), transaction.atomic():
            _copy(range(first, last + 1), back)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Article]):
            cursor.execute(statement)


def _copy(ids: range, back: Back) -> None:
    """Copy the articles of these ids with all that hangs on them; links lead to copies alone."""
    moments = ("publish_at", "featured_until", "created_at", "saved_at")
    originals = Article.objects.filter(**_within("pk", ids))
    _insert(originals, id=back.number("id"), **{name: back.moment(name) for name in moments})
    number, of_them = back.number("article_id"), _within("article", ids)
    for model in (ArticlePhoto, ArticleDepartment, Attachment):
        _insert(model.objects.filter(**of_them), article_id=number)
    _insert(ArticleUpdate.objects.filter(**of_them), article_id=number, at=back.moment("at"))
    named = ArticlePerson.objects.filter(**of_them)
    _insert(named, article_id=number, appointment_id=_holder(back))
    related = Article.related.through.objects
    _insert(
        related.filter(**_within("from_article", ids), **_within("to_article", ids)),
        from_article_id=back.number("from_article_id"),
        to_article_id=back.number("to_article_id"),
    )
    _copy_entries(ids, back)


def _within(name: str, ids: range) -> dict[str, int]:
    return {f"{name}__gte": ids.start, f"{name}__lt": ids.stop}


def _holder(back: Back) -> Case:
    """Who held the post on the day of the copy; the first of all times before anybody did."""
    posts = ArticlePerson.objects.values("appointment__position")
    first, *later = Appointment.objects.filter(position__in=posts).order_by("started_on")
    begins = [(term.pk, datetime.combine(term.started_on, clock.min)) for term in reversed(later)]
    return Case(
        *(
            When(article__publish_at__gte=timezone.make_aware(begin) + back.time, then=Value(pk))
            for pk, begin in begins
        ),
        default=Value(first.pk),
    )


def _copy_entries(ids: range, back: Back) -> None:
    """The entries of the copies. Those that name a person, and files, the site itself writes."""
    named = ArticlePerson.objects.filter(**_within("article", ids))
    entries = SearchEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Article), **_within("object_id", ids)
    ).exclude(object_id__in=named.values("article"))
    dated = back.moment("dated")
    _insert(
        entries,
        object_id=back.number("object_id"),
        url=Replace("url", _end_of_url(F("object_id")), _end_of_url(back.number("object_id"))),
        year=ExtractYear(dated),
        dated=dated,
        public_from=back.moment("public_from"),
    )
    copies = _within("article", range(ids.start - back.ids, ids.stop - back.ids))
    people = ArticlePerson.objects.filter(**copies).order_by("article").distinct()
    search.reindex(Article, list(people.values_list("article", flat=True)))
    files = Attachment.objects.filter(**copies).order_by("pk")
    search.reindex(Attachment, list(files.values_list("pk", flat=True)))


def _end_of_url(pk: Expression) -> Concat:
    return Concat(Value("-"), Cast(pk, CharField()), Value("/"))


def _insert(rows: QuerySet, **changed: Expression) -> None:
    """Insert the rows once more with these columns changed; an id that is not given is new."""
    meta = rows.model._meta
    fields = [one for one in meta.concrete_fields if one.attname in changed or not one.primary_key]
    values = [changed.get(one.attname, F(one.attname)) for one in fields]
    selected, parameters = rows.order_by("pk").values_list(*values).query.sql_with_params()
    quote = connection.ops.quote_name
    columns = ", ".join(quote(one.column) for one in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(meta.db_table)} ({columns}) {selected}", parameters)
