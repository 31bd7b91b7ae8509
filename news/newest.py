"""Lists of articles, newest first, that cost the same however many articles there are.

Which ids stand on a page is read from an index alone (the `article_newest…` of the model); the rows
of these few are fetched then. A list of several categories is the newest of each, merged.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef
from django.db.models.expressions import RawSQL
from django.utils import timezone

from news.models import Article, ArticleDepartment
from portal.prepared import Prepared
from portal.unions import union

EARLIEST = datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)
LATEST = datetime.datetime(9999, 12, 30, tzinfo=datetime.UTC)

# How many ids a list asks for: a page of ten and one more, which tells that there is a next page.
ROWS = 11
# Beyond so many categories they are asked for at once: SQLite merges at most 500 queries.
MANY = 100


@dataclass(frozen=True)
class Choice:
    """Which articles a list shows: of any of the categories, of a unit, of a kind, of a time.

    Empty: all. `since` and `before` bound the moment of publication.
    """

    categories: tuple[int, ...] = ()
    unit: int = 0
    kind: str = ""
    since: datetime.datetime = EARLIEST
    before: datetime.datetime = LATEST

    def articles(self, *, start: int = 0) -> list[Article]:
        """ROWS articles from the `start`-th on, newest first, as `listed()` has them; one query."""
        return self._ask("", start=start, until=start + ROWS)

    def articles_after(self, place: Place) -> list[Article]:
        """The next ROWS articles older than the place, newest first; one query."""
        return self._ask("older", at=place.moment, article=place.pk)

    def articles_before(self, place: Place) -> list[Article]:
        """The ROWS articles just newer than the place, newest first; one query."""
        return self._ask("newer", at=place.moment, article=place.pk)

    def _ask(self, way: str, **where) -> list[Article]:
        values = {
            "now": timezone.now(),
            "since": self.since,
            "before": self.before,
            **where,
            **{f"category{number}": pk for number, pk in enumerate(self.categories)},
            **({"unit": self.unit} if self.unit else {}),
            **({"kind": self.kind} if self.kind else {}),
        }
        return _query(len(self.categories), bool(self.unit), bool(self.kind), way)(**values)


class Place(NamedTuple):
    """Where an article stands in every list: its moment of publication, then its id."""

    moment: datetime.datetime
    pk: int


@lru_cache(maxsize=256)
def _query(categories: int, of_unit: bool, of_kind: bool, way: str) -> Prepared:
    """The query of a choice with so many categories, with or without a unit and a kind.

    `way`: "older" or "newer" than a place, or "" for a number of rows from the newest.
    """

    def build(*, now, since, before, unit=0, kind="", **rest):
        place = Place(rest.pop("at"), rest.pop("article")) if way else None
        ends = {} if way else {"start": rest.pop("start"), "until": rest.pop("until")}
        categories = rest

        def bounded(rows):
            # The place comes first: SQLite begins at the first bound that it reads.
            rows = _beyond(rows, way, place) if place else rows
            moment, _pk = _order(rows)
            return rows.filter(**{f"{moment}__gte": since, f"{moment}__lt": before})

        chosen = bounded(Article.objects.all()).published(at=now)
        if kind:
            chosen = chosen.filter(kind=kind)
        parts = [chosen.filter(category=pk) for pk in categories.values()] or [chosen]
        if len(parts) > MANY:
            parts = [chosen.filter(category__in=list(categories.values()))]
        if unit:
            links = bounded(ArticleDepartment.objects.all())
            parts = [part for one in parts for part in of_unit_or_concerning(one, unit, links)]
        ids = newest_ids(parts, rows=ROWS, is_turned=way == "newer", **ends)
        return Article.objects.filter(pk__in=ids).listed().order_by("-publish_at", "-pk")

    return Prepared(build)


def _beyond(rows, way: str, place: Place):
    """Those after or before the place in a list."""
    moment, pk = _order(rows)
    end, rest = ("lte", "gte") if way == "older" else ("gte", "lte")
    level = rows.filter(**{f"{moment}__{end}": place.moment})
    return level.exclude(**{moment: place.moment, f"{pk}__{rest}": place.pk})


def _order(rows) -> tuple[str, str]:
    """The columns of an article's place in a list: of articles, or of what leads to them."""
    return ("publish_at", "pk") if rows.model is Article else ("public_from", "article_id")


def of_unit_or_concerning(articles, unit, links=None) -> list:
    """Two parts: articles that come from the unit, and what leads to those that concern it.

    `links`: which of the rows that name a unit may lead there (all).
    """
    links = ArticleDepartment.objects.all() if links is None else links
    return [articles.filter(department=unit), leading_to(articles, links.filter(department=unit))]


def leading_to(articles, links):
    """Those of the links (models.Listed) that lead to one of the articles."""
    among = Exists(articles.order_by().filter(pk=OuterRef("article")))
    return links.filter(among, public_from__isnull=False)


def newest_ids(
    parts: list, *, rows: int, start: int = 0, until: int = 0, is_turned: bool = False
) -> RawSQL:
    """The ids of the newest `rows` articles of any of the querysets, from the `start`-th on.

    `parts`: querysets of articles, or of what leads to them and names each once. `until`: where
    they end, `start` + `rows`. `is_turned`: the oldest of them instead.

    Each is cut by its own index before they are merged: neither ORM nor databases do that of
    themselves for `IN` or `OR`.
    """
    until, way = until or rows, "ASC" if is_turned else "DESC"
    merged, parameters = union(_keys(part, is_turned)[:until] for part in parts)
    sql = (
        f"SELECT parts.key FROM ({merged}) AS parts "  # noqa: S608 - no reader's words
        f"ORDER BY parts.moment {way}, parts.key {way} LIMIT {rows} OFFSET {start}"
    )
    return RawSQL(sql, parameters)  # noqa: S611


def _keys(part, is_turned: bool):
    moment, pk = _order(part)
    order = (moment, pk) if is_turned else (f"-{moment}", f"-{pk}")
    return part.order_by(*order).values(key=F(pk), moment=F(moment))
