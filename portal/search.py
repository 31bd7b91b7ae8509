"""The site's search: what it finds, in which order, and how the index is kept.

Apps say what they index (`register`); saving the thing or anything it shows writes its entry anew
in the same transaction. Whatever changes rows without a signal (`QuerySet.update`, bulk writes)
calls `changed`, or `manage.py rebuild_search` afterwards. `find` answers a query in two
statements, whatever the number of entries: the synonyms, then hits and counts together.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal import replica, search_sql, text
from portal.models import SearchEntry, Synonym
from portal.search_sql import All, Any, Condition
from portal.text import Phrase

# ── What is indexed ─────────────────────────────────────────────────────────────────────────────

# Of one thing; what lies beyond is not found. PostgreSQL takes at most a megabyte of tokens: each
# syllable alone and in two pairs, without accents and with them.
LONGEST_TEXT, MOST_BYTES = 200_000, 1_000_000 // 3
# A query is shorter than a longer "word", so cutting that changes no answer.
LONGEST_QUERY, MOST_WORDS = 200, 20
BATCH = 500


@dataclass
class Entry:
    """What search knows of one thing. `text` is plain; the times bound when it is public."""

    kind: str
    url: str
    title: str
    text: str = ""
    category: str = ""
    department: str = ""
    dated: datetime.datetime | None = None
    public_from: datetime.datetime | None = None
    public_until: datetime.datetime | None = None


@dataclass
class _Source:
    rows: Callable
    entry: Callable
    # For a model that the thing shows: the ids of the things that show a row of it.
    shown_in: dict[type, Callable] = field(default_factory=dict)


_sources: dict[type[models.Model], _Source] = {}


def register(model, *, rows, entry, shows: dict | None = None) -> None:
    """Index the rows of `model` from now on.

    `rows(queryset)` narrows a queryset to what may be public and fetches what `entry(row)` needs;
    that returns an Entry, or None for what is never public. `shows`: for each other model whose
    rows stand in an entry, a function from one of them to the ids of the things that show it.
    Called in an app's `ready()`.
    """
    _sources[model] = _Source(rows, entry, shows or {})
    _listen(model)
    for shown in shows or {}:
        _listen(shown)


def _listen(model) -> None:
    """To the model and its proxies, but to no other: a listener makes every delete slower."""
    for one in apps.get_models():
        if one._meta.concrete_model is model:
            uid = f"search-{one._meta.label}"
            post_save.connect(_saved, sender=one, dispatch_uid=uid)
            post_delete.connect(_deleted, sender=one, dispatch_uid=uid)


def _saved(sender, instance, raw=False, **kwargs) -> None:
    if not raw:  # a fixture's rows come in any order: rebuild_search follows it
        changed(instance)


def _deleted(sender, instance, **kwargs) -> None:
    model = sender._meta.concrete_model
    if model in _sources:
        _entries_of(model).filter(object_id=instance.pk).delete()
    _reindex_what_shows(instance)


def changed(instance) -> None:
    """Write the entry of `instance` anew, and of whatever shows it: for writes without signals."""
    model = instance._meta.concrete_model
    if model in _sources:
        reindex(model, [instance.pk])
    _reindex_what_shows(instance)


def _reindex_what_shows(instance) -> None:
    for model, source in _sources.items():
        if find_things := source.shown_in.get(instance._meta.concrete_model):
            reindex(model, find_things(instance))


def reindex(model, pks: Iterable) -> int:
    """Write the entries of these things anew and remove those that are not public any more.

    Returns how many entries there are of them. The things stay locked meanwhile: of two people
    who change one thing at once, the later one writes what both have done.
    """
    source, written = _sources[model], 0
    pks = iter(pks)
    while batch := list(itertools.islice(pks, BATCH)):
        with transaction.atomic():
            things = model._base_manager.filter(pk__in=batch).select_for_update(
                of=("self",), no_key=True
            )
            entries = list(_made(model, source.rows(things), source.entry))
            _write(entries)
            kept = [entry.object_id for entry in entries]
            _entries_of(model).filter(object_id__in=set(batch) - set(kept)).delete()
        written += len(entries)
    return written


def rebuild() -> int:
    """Write the whole index anew; returns how many entries it holds. Memory stays bounded."""
    types = [ContentType.objects.get_for_model(model) for model in _sources]
    SearchEntry.objects.exclude(content_type__in=types).delete()
    return sum(_rebuild(model) for model in _sources)


def fill_after_migration(using: str) -> None:
    """Fill an empty index once the tables of every app are up to date."""
    if using != DEFAULT_DB_ALIAS or SearchEntry.objects.exists():
        return
    executor = MigrationExecutor(connections[using])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        rebuild()


def _rebuild(model) -> int:
    written, last = 0, 0
    rows = model._base_manager.order_by("pk").values_list("pk", flat=True)
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        gone = _entries_of(model).filter(object_id__gt=last, object_id__lte=batch[-1])
        gone.exclude(object_id__in=batch).delete()
        written += reindex(model, batch)
        last = batch[-1]
    _entries_of(model).filter(object_id__gt=last).delete()
    return written


def _entries_of(model):
    return SearchEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))


def _made(model, rows, entry) -> Iterator[SearchEntry]:
    content_type = ContentType.objects.get_for_model(model)
    for row in rows:
        if made := entry(row):
            yield _as_row(made, content_type, row.pk)


def _as_row(entry: Entry, content_type, pk) -> SearchEntry:
    words = entry.text[:LONGEST_TEXT]
    folded_text, toned_text = _within_bounds(text.syllables(words), text.toned_syllables(words))
    return SearchEntry(
        content_type=content_type,
        object_id=pk,
        kind=entry.kind,
        url=entry.url,
        title=entry.title,
        text=words,
        folded_title=_tokens(text.syllables(entry.title)),
        folded_text=folded_text,
        toned_title=_tokens(text.toned_syllables(entry.title)),
        toned_text=toned_text,
        category=entry.category,
        department=entry.department,
        year=timezone.localtime(entry.dated).year if entry.dated else None,
        dated=entry.dated,
        public_from=entry.public_from,
        public_until=entry.public_until,
    )


def _tokens(syllables: Iterable[str]) -> str:
    return " ".join(syllable[: LONGEST_QUERY + 1] for syllable in syllables)


def _within_bounds(folded: list[str], toned: list[str]) -> tuple[str, str]:
    """The tokens of a text, both cut at the same syllable if they are too many."""
    texts = _tokens(folded), _tokens(toned)
    if len(texts[0]) + len(texts[1]) < MOST_BYTES // 4:  # four bytes a letter at most
        return texts
    size = itertools.accumulate(
        len(f"{one} {other} ".encode()) for one, other in zip(*map(str.split, texts), strict=True)
    )
    number = sum(1 for _size in itertools.takewhile(lambda total: total < MOST_BYTES, size))
    return _tokens(folded[:number]), _tokens(toned[:number])


_KEY = ("content_type", "object_id")
_REST = [
    one.name
    for one in SearchEntry._meta.concrete_fields
    if one.name not in _KEY and not one.primary_key
]


def _write(entries: list[SearchEntry]) -> None:
    SearchEntry.objects.bulk_create(
        entries, batch_size=BATCH, update_conflicts=True, unique_fields=_KEY, update_fields=_REST
    )


# ── Queries ─────────────────────────────────────────────────────────────────────────────────────

_QUOTED = re.compile('["“”„«]([^"“”„«»]*)["“”»]')
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(words: str) -> str:
    """A query as it is shown and looked up: one line of clean text, at most 200 characters."""
    words = _SURROGATES.sub("", words[: 5 * LONGEST_QUERY])
    return text.normalize_line(words)[:LONGEST_QUERY].rstrip()


class Query:
    """What is asked for: `units` by the rule of portal.text.matches, `phrases` to the letter."""

    def __init__(self, words: str, synonyms: text.Synonyms = ()):
        quoted = [match[1] for match in _QUOTED.finditer(words)]
        plain = _QUOTED.sub(" ", words)
        self.units = text.expand(plain, synonyms)[:MOST_WORDS]
        self.phrases = list(filter(None, (tuple(text.syllables(one)) for one in quoted)))
        self._typed = _as_typed(self.units, text.toned_syllables(plain))
        self._toned_phrases = list(
            filter(None, (tuple(text.toned_syllables(one)) for one in quoted))
        )
        neighbours = itertools.pairwise(range(len(self.units)))
        self._pairs = [
            (i, j)
            for i, j in neighbours
            if text.is_word(self.units[i]) and text.is_word(self.units[j])
        ]
        # Half of one pair is one: see portal.text.matches.
        self.needed = max(1, len(self._pairs) // 2) if self._pairs else 0

    def __bool__(self) -> bool:
        return bool(self.units or self.phrases)

    def words(self) -> All:
        """Every phrase and every word, wherever it stands."""
        every = [_any(unit) for unit in dict.fromkeys(self.units)]
        return All([*self.phrases, *every])

    def pairs(self) -> list[Condition]:
        """The neighbouring words side by side; a hit holds at least `needed` of them."""
        return [_any(a + b for a in self.units[i] for b in self.units[j]) for i, j in self._pairs]

    def exact_words(self) -> All:
        """The same as `words` with the accents as typed; a synonym is exact."""
        every = [self._exact(number) for number in range(len(self.units))]
        return All([*self._toned_phrases, *dict.fromkeys(every)])

    def exact_pairs(self) -> All:
        """Every pair side by side, with the accents as typed."""
        return All([self._exact_pair(i, j) for i, j in self._pairs])

    @property
    def has_accents(self) -> bool:
        """Whether anything is typed with accents, so that some hits are better than others."""
        toned = [typed for number, typed in enumerate(self._typed) if len(self.units[number]) == 1]
        syllables = itertools.chain.from_iterable([*toned, *self._toned_phrases])
        return any(toned != f"{text.fold(toned[:-2])}·0" for toned in syllables)

    def _exact(self, number: int) -> Condition:
        unit = self.units[number]
        return _any(unit) if len(unit) > 1 else self._typed[number]

    def _exact_pair(self, i: int, j: int) -> Condition:
        if len(self.units[i]) == len(self.units[j]) == 1:
            return self._typed[i] + self._typed[j]
        pair = _any(a + b for a in self.units[i] for b in self.units[j])
        return All([pair, self._exact(i), self._exact(j)])


def _as_typed(units: list, toned: list[str]) -> list[Phrase]:
    """For each unit the part of the query it stands for, with its accents."""
    folded = tuple(text.fold(one[:-2]) for one in toned)
    typed, start = [], 0
    for unit in units:
        length = max(len(one) for one in unit if folded[start : start + len(one)] == one)
        typed.append(tuple(toned[start : start + length]))
        start += length
    return typed


def _any(phrases: Iterable[Phrase]) -> Condition:
    several = tuple(dict.fromkeys(phrases))
    return Any(several) if len(several) > 1 else several[0]


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────

PAGE_SIZE, MOST_PAGES = 10, 50
FEW = 4
FILTERS = ("kind", "category", "department", "year")


@dataclass
class Hit:
    kind: str
    url: str
    title: str
    text: str
    dated: datetime.datetime | None
    marked_title: text.Segments = ()
    snippet: text.Segments = ()


@dataclass
class Results:
    """`total` counts the hits under all filters; `facets` for each filter its values, each with
    the hits under the other filters: {"kind": {"tin-tuc": 4}, …}, most hits first."""

    query: str
    page: int
    total: int = 0
    hits: list[Hit] = field(default_factory=list)
    facets: dict[str, dict] = field(default_factory=lambda: {name: {} for name in FILTERS})

    @property
    def pages(self) -> int:
        return min(MOST_PAGES, -(-self.total // PAGE_SIZE))

    @property
    def has_next(self) -> bool:
        return self.page < self.pages

    @property
    def without_kind(self) -> int:
        """The hits under all filters but the kind."""
        return sum(self.facets["kind"].values())


def find(
    query: str,
    *,
    kind: str = "",
    category: str | Iterable[str] = "",
    department: str = "",
    year: str = "",
    by_date: bool = False,
    page: int = 1,
) -> Results:
    """One page of the hits of `query`, with the counts of every filter: two statements.

    Filters are slugs, of categories one or several; a year is four digits. What cannot be a value
    is no filter. Whatever is typed, the answer is Results: what no page says finds nothing.
    """
    words = clean(query)
    results = Results(words, page=max(1, min(page, MOST_PAGES)))
    if not text.syllables(words):
        return results
    synonyms = _synonyms()
    asked = Query(words, synonyms)
    if asked:
        chosen = {"kind": kind, "category": category, "department": department, "year": year}
        _answer(results, asked, _filters(chosen), by_date=by_date)
        for hit in results.hits:
            hit.marked_title = text.mark(words, hit.title, synonyms)
            hit.snippet = text.snippet(words, hit.text[:LOOKED_THROUGH], 200, synonyms)
    return results


def newest(number: int = 5, *, kinds: Iterable[str] = ()) -> list[Hit]:
    """The latest public things of these kinds (of all that have a date): one statement."""
    now = timezone.now()
    entries = SearchEntry.objects.filter(
        Q(public_from=None) | Q(public_from__lte=now),
        Q(public_until=None) | Q(public_until__gt=now),
        dated__isnull=False,
    )
    if kinds:
        entries = entries.filter(kind__in=kinds)
    columns = entries.order_by("-dated", "-pk").values("kind", "url", "title", "dated")
    return [Hit(text="", **row) for row in columns[:number]]


def _synonyms() -> list[tuple[str, ...]]:
    """Read for every query: what staff change holds at once, in every process."""
    rows = Synonym.objects.values_list("terms", flat=True)
    return [tuple(filter(None, map(str.strip, terms.split("\n")))) for terms in rows]


# How far into a text a snippet is looked for: Python reads every word of it for each hit.
LOOKED_THROUGH = 20_000

_SLUG, _YEAR = re.compile(r"[-A-Za-z0-9_]{1,80}"), re.compile(r"[12][0-9]{3}")


def _filters(chosen: dict[str, str | Iterable[str]]) -> dict[str, list]:
    """The filters that can be meant, each with the values of which one is enough."""
    meant = {}
    for name, values in chosen.items():
        pattern = _YEAR if name == "year" else _SLUG
        several = [values] if isinstance(values, str) else list(values)
        if usable := [value for value in several if pattern.fullmatch(value or "")]:
            meant[name] = list(map(int, usable)) if name == "year" else usable
    return meant


def _answer(results: Results, asked: Query, filters: dict, *, by_date: bool) -> None:
    statement = _Statement(asked, filters)
    sql = statement.build(by_date=by_date, page=results.page)
    with connections[replica.alias()].cursor() as cursor:
        cursor.execute(sql, statement.parameters)
        rows = cursor.fetchall()
    for part, value, number, *_columns in rows:
        if part == "kind":
            results.total += number if value in filters.get("kind", [value]) else 0
        if part in FILTERS and value:
            results.facets[part][value] = number
    hits = sorted((row for row in rows if row[0] == "hit"), key=lambda row: row[2])
    results.hits = [_hit(*row) for row in hits]
    for name, counts in results.facets.items():
        results.facets[name] = dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _hit(_part, kind, _number, url, title, words, dated) -> Hit:
    if isinstance(dated, str):  # SQLite's, in UTC
        dated = parse_datetime(dated).replace(tzinfo=datetime.UTC)
    return Hit(kind, url, title, words, dated)


_COLUMNS = ("id", "kind", "category", "department", "year", "dated")


class _Statement:
    """The one SQL statement of a query: hits, counts for each filter, the total, one page.

    Names and operators come from the code alone, every value is a parameter; `_put` keeps them
    in the order of their places.
    """

    def __init__(self, asked: Query, filters: dict):
        self.asked = asked
        self.filters = filters
        self.database = search_sql.backend()
        self.parameters: list = []
        self.no_date = "NULL"
        if connection.vendor == "postgresql":
            self.no_date = "CAST(NULL AS timestamptz)"

    def build(self, *, by_date: bool, page: int) -> str:
        hits = self._hits()
        rows = self._page(by_date=by_date, page=page)
        parts = [self._count(name) for name in FILTERS]
        parts.append(
            "SELECT 'hit', entry.kind, page.position, entry.url, entry.title, entry.text,"
            " entry.dated FROM page JOIN portal_searchentry AS entry ON entry.id = page.id"
        )
        counts = " UNION ALL ".join(parts)
        return f"WITH hits AS MATERIALIZED ({hits}), page AS ({rows}) {counts}"

    def _put(self, sql: str, *parameters) -> str:
        self.parameters += parameters
        return sql

    def _take(self, found: tuple[str, list]) -> str:
        sql, parameters = found
        return self._put(sql, *parameters)

    def _hits(self) -> str:
        """Every public hit, with what it is counted and sorted by. No text is read, if possible."""
        asked, pairs = self.asked, self.asked.pairs()
        # Where one pair is enough the index says it all; of several it is their number.
        wanted = All([*asked.words().parts, *([Any(pairs)] if asked.needed == 1 else [])])
        # Each pair is looked up once: a condition "at least 9 of 19" explodes.
        count = self._count_pairs(pairs) if len(pairs) > 1 else "0"
        found = self._take(
            self.database.entries(wanted, [*_COLUMNS, "public_from", "public_until"])
        )
        hits = (
            f"SELECT {', '.join(_COLUMNS)}, {count} AS pairs"  # noqa: S608
            f" FROM ({found}) AS entry WHERE {self._public()}"
        )
        if asked.needed < 2:
            return hits
        return self._put(f"SELECT * FROM ({hits}) AS hit WHERE pairs >= %s", asked.needed)  # noqa: S608

    def _count_pairs(self, pairs: list[Condition]) -> str:
        # A few words narrow a pair down, many take longer than they save.
        words = self.asked.words().parts if len(pairs) < FEW else []
        # Where one pair makes a hit, the number of pairs only sorts the hits.
        is_rough = self.asked.needed == 1
        each = [
            self._take(self.database.ids(All([pair, *words]), is_rough=is_rough)) for pair in pairs
        ]
        return " + ".join(f"CASE WHEN id IN ({ids}) THEN 1 ELSE 0 END" for ids in each)

    def _public(self) -> str:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        return self._put(
            "(entry.public_from IS NULL OR entry.public_from <= %s)"
            " AND (entry.public_until IS NULL OR entry.public_until > %s)",
            *(now, now),
        )

    def _where(self, filters: dict) -> str:
        """Filters on `hits`; their names are those of FILTERS."""
        conditions = " AND ".join(
            f"{name} IN ({', '.join(['%s'] * len(values))})" for name, values in filters.items()
        )
        return (
            self._put(f" WHERE {conditions}", *itertools.chain.from_iterable(filters.values()))
            if filters
            else ""
        )

    def _count(self, name: str) -> str:
        others = {other: value for other, value in self.filters.items() if other != name}
        return (
            f"SELECT '{name}' AS part, CAST({name} AS text) AS value, COUNT(*) AS number,"  # noqa: S608
            f" NULL AS url, NULL AS title, NULL AS text, {self.no_date} AS dated"
            f" FROM hits{self._where(others)} GROUP BY {name}"
        )

    def _page(self, *, by_date: bool, page: int) -> str:
        """The ids of one page with their positions: best first, or newest first."""
        rank = "0" if by_date else self._rank()
        hits = f"SELECT id, dated, {rank} AS rank FROM hits{self._where(self.filters)}"  # noqa: S608
        order = "rank DESC, dated DESC NULLS LAST, id DESC"
        best = self._put(
            f"SELECT * FROM ({hits}) AS hit ORDER BY {order} LIMIT %s OFFSET %s",  # noqa: S608
            *(PAGE_SIZE, (page - 1) * PAGE_SIZE),
        )
        return f"SELECT id, ROW_NUMBER() OVER (ORDER BY {order}) AS position FROM ({best}) AS best"  # noqa: S608

    def _rank(self) -> str:
        """More pairs side by side, then accents as typed, then the title: as portal.text.score."""
        asked, lifts = self.asked, []
        if asked.has_accents:
            lifts += [(4, asked.exact_words(), False), (2, asked.exact_words(), True)]
            if asked.pairs():
                every = [*asked.exact_words().parts, *asked.exact_pairs().parts]
                lifts.append((4, All(every), False))
        lifts.append((1, All([*asked.words().parts, *asked.pairs()[:1]]), True))
        parts = [
            f"CASE WHEN id IN ({self._ids(*lift)}) THEN {lift[0]} ELSE 0 END" for lift in lifts
        ]
        return " + ".join(["16 * pairs", *parts])

    def _ids(self, _lift: int, condition: Condition, in_title: bool) -> str:
        return self._take(self.database.ids(condition, in_title=in_title, is_rough=True))
