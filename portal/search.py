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
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property

from portal import replica, search_sql, text
from portal.models import SearchEntry, Synonym
from portal.prepared import Prepared
from portal.search_sql import All, Any, Condition, InTitle
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
    keep_phrases()
    with search_sql.bulk_writing(DEFAULT_DB_ALIAS) as sort_in:
        return sum(_rebuild(model, sort_in) for model in _sources)


def fill_after_migration(using: str) -> None:
    """Fill an empty index once the tables of every app are up to date."""
    if using != DEFAULT_DB_ALIAS or SearchEntry.objects.exists():
        return
    executor = MigrationExecutor(connections[using])
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        rebuild()


def _rebuild(model, sort_in: Callable[[], None]) -> int:
    written, last = 0, 0
    rows = model._base_manager.order_by("pk").values_list("pk", flat=True)
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        gone = _entries_of(model).filter(object_id__gt=last, object_id__lte=batch[-1])
        gone.exclude(object_id__in=batch).delete()
        written += reindex(model, batch)
        sort_in()
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
FILTERS = search_sql.FILTERS


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
    synonyms, kept = _synonyms()
    asked = Query(words, synonyms)
    if asked:
        chosen = {"kind": kind, "category": category, "department": department, "year": year}
        statement = _Statement(asked, _filters(chosen), kept)
        _answer(results, statement, by_date=by_date)
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


@Prepared
def _synonym_rows():
    kept = RawSQL(search_sql.KEPT_PHRASES[connection.vendor], [])  # noqa: S611 - a constant
    return Synonym.objects.annotate(kept=kept).only("terms")


def _synonyms() -> tuple[list[tuple[str, ...]], set[str]]:
    """Read for every query: what staff change holds at once, in every process.

    The second: which of their phrases PostgreSQL has kept.
    """
    rows = _synonym_rows()
    groups = [tuple(filter(None, map(str.strip, row.terms.split("\n")))) for row in rows]
    return groups, {phrase for row in rows[:1] for phrase in row.kept or ()}


def keep_phrases(using: str = DEFAULT_DB_ALIAS) -> None:
    """Have the database keep which entries hold the phrases of the synonyms."""
    if not search_sql.keeps_phrases(using):
        return
    terms = Synonym.objects.using(using).values_list("terms", flat=True)
    phrases = [tuple(text.syllables(one)) for several in terms for one in several.split("\n")]
    search_sql.keep_phrases(using, filter(None, phrases))


def _synonym_changed(using, **kwargs) -> None:
    # Afterwards: whoever writes an entry waits for it. Until then texts are read.
    transaction.on_commit(partial(keep_phrases, using), using=using, robust=True)


# How far into a text a snippet is looked for: Python reads every word of it for each hit.
LOOKED_THROUGH = 20_000

for _signal in (post_save, post_delete):
    _signal.connect(_synonym_changed, sender=Synonym, dispatch_uid="search-synonyms")

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


def _answer(results: Results, statement: _Statement, *, by_date: bool) -> None:
    sql = statement.build(by_date=by_date, page=results.page)
    with connections[replica.alias()].cursor() as cursor:
        cursor.execute(sql, statement.parameters)
        rows = cursor.fetchall()
    counts = statement.counts(rows)
    kinds = statement.filters.get("kind", counts["kind"])
    results.total = sum(number for kind, number in counts["kind"].items() if kind in kinds)
    for name, numbers in counts.items():
        named = [pair for pair in numbers.items() if pair[0]]
        results.facets[name] = dict(sorted(named, key=lambda pair: (-pair[1], pair[0])))
    hits = sorted((row for row in rows if row[0] == "hit"), key=lambda row: row[2])
    results.hits = [_hit(*row) for row in hits]


def _hit(_part, kind, _number, url, title, words, dated) -> Hit:
    if isinstance(dated, str):  # SQLite's, in UTC
        dated = parse_datetime(dated).replace(tzinfo=datetime.UTC)
    return Hit(kind, url, title, words, dated)


_OF_A_HIT = "entry.kind, page.position, entry.url, entry.title, entry.text, entry.dated"
_TIMES = ("public_from", "public_until")
_ORDER = "rank DESC, dated DESC NULLS LAST, id DESC"
_FIRST = f"ORDER BY {_ORDER} LIMIT %s"


class _Lift(NamedTuple):
    """How many points a hit gains that meets the condition."""

    points: int
    condition: Condition


class _Statement:
    """The one SQL statement of a query: hits, counts for each filter, the total, one page.

    Names and operators come from the code alone, every value is a parameter; `_put` keeps them
    in the order of their places.
    """

    def __init__(self, asked: Query, filters: dict, kept: Collection[str]):
        self.asked = asked
        self.filters = filters
        self.database = search_sql.backend(kept=kept)
        self.now = connection.ops.adapt_datetimefield_value(timezone.now())
        self.parameters: list = []
        # Of each hit: what it is sorted, counted and narrowed down by.
        self.columns = list(dict.fromkeys(["id", "dated", *self.database.tallied, *filters]))

    def build(self, *, by_date: bool, page: int) -> str:
        steps = {"hits": self._hits()}
        if self.asked.needed > 1:  # apart, else both databases would count twice for each hit
            enough = self._put("SELECT * FROM counted WHERE pairs >= %s", self.asked.needed)
            steps = {"counted": steps["hits"], "hits": enough}
        if by_date:
            steps["ranked"] = f"SELECT id, dated, 0 AS rank FROM hits{self._where(self.filters)}"  # noqa: S608
        else:
            needed = page * PAGE_SIZE
            if self._top is not None:
                steps["top"] = self._first_of_top(needed)
            steps["best"] = self._best(needed)
            steps["ranked"] = self._ranked(needed)
        steps["page"] = self._page(page)
        aside = {"counted", "top", "best"} | ({"hits"} if by_date or not self._is_sure else set())
        with_ = ", ".join(
            f"{name} AS {'' if name in aside else 'NOT '}MATERIALIZED ({sql})"
            for name, sql in steps.items()
        )
        nothing = f"NULL, NULL, NULL, {self.database.no_date}"
        parts = [
            f"SELECT 'tally', {self.database.tally}, 0, {nothing} FROM hits",  # noqa: S608
            f"SELECT name, value, code, {nothing} FROM {search_sql.VALUES}",  # noqa: S608
            f"SELECT 'hit', {_OF_A_HIT} FROM page JOIN portal_searchentry AS entry USING (id)",  # noqa: S608
        ]
        return f"WITH {with_} {' UNION ALL '.join(parts)}"

    def counts(self, rows: list[tuple]) -> dict[str, dict[str, int]]:
        """For each filter its values with their hits under the other filters, from the answer."""
        letters = next(row[1] for row in rows if row[0] == "tally") or ""
        codes = [row[:3] for row in rows if row[0] in FILTERS]
        return search_sql.tally(letters, codes, self.filters)

    # ── Hits ────────────────────────────────────────────────────────────────────────────────────

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
        number = f", {self._count_pairs()} AS pairs" if asked.needed > 1 else ""
        found = self._take(self.database.entries(wanted, [*self.columns, *_TIMES]))
        return (
            f"SELECT {', '.join(self.columns)}{number}"  # noqa: S608
            f" FROM ({found}) AS entry WHERE {self._public()}"
        )

    def _count_pairs(self) -> str:
        """How many pairs stand side by side: a condition "at least 9 of 19" explodes."""
        pairs = self.asked.pairs()
        # A few words narrow a pair down, many take longer than they save.
        words = self.asked.words().parts if len(pairs) < FEW else []
        # Where one pair makes a hit, the number of pairs only sorts the hits.
        is_rough = self.asked.needed == 1
        each = [
            self._take(self.database.ids(All([pair, *words]), is_rough=is_rough)) for pair in pairs
        ]
        return " + ".join(f"CASE WHEN id IN ({ids}) THEN 1 ELSE 0 END" for ids in each)

    def _public(self) -> str:
        return self._put(
            "(entry.public_from IS NULL OR entry.public_from <= %s)"
            " AND (entry.public_until IS NULL OR entry.public_until > %s)",
            self.now,
            self.now,
        )

    def _where(self, filters: dict, *conditions: str) -> str:
        """The conditions and the filters on `hits`; their names are those of FILTERS."""
        several = [*conditions]
        for name, values in filters.items():
            several.append(self._put(self.database.is_one_of(name, len(values)), *values))
        return f" WHERE {' AND '.join(several)}" if several else ""

    def _page(self, page: int) -> str:
        """The ids of one page of `ranked` with their positions."""
        rows = self._put(
            f"SELECT * FROM ranked ORDER BY {_ORDER} LIMIT %s OFFSET %s",  # noqa: S608
            *(PAGE_SIZE, (page - 1) * PAGE_SIZE),
        )
        return f"SELECT id, ROW_NUMBER() OVER (ORDER BY {_ORDER}) AS position FROM ({rows}) AS row"  # noqa: S608

    # ── Order ───────────────────────────────────────────────────────────────────────────────────
    # More pairs side by side come first, then accents as typed, then the title: portal.text.score.
    # Most pages show hits that hold everything as it is typed, in the title too. No other hit can
    # stand before those ("top"), and next come those that hold everything anywhere ("best"). So
    # only where they are too few is every hit ranked, which costs as much as finding it.

    def _first_of_top(self, needed: int) -> str:
        rows = self._filtered(self._top)
        return self._put(f"SELECT id, dated, 0 AS rank FROM {rows} {_FIRST}", needed)  # noqa: S608

    def _filtered(self, condition: Condition) -> str:
        """The public entries under the filters that meet a condition which the index decides."""
        found = self._take(self.database.entries(condition, [*self.columns, *_TIMES]))
        return f"({found}) AS entry{self._where(self.filters, self._public())}"

    def _best(self, needed: int) -> str:
        """As many as needed of the hits that stand before all others, ranked by their titles."""
        if self._top is None:
            return self._best_anywhere(needed)
        enough = self._put(f"SELECT * FROM top WHERE {_number('top')} >= %s", needed)  # noqa: S608
        rest = self._best_anywhere(needed, unless_enough="top")
        return f"{enough} UNION ALL SELECT * FROM ({rest}) AS rest"  # noqa: S608

    def _best_anywhere(self, needed: int, unless_enough: str = "") -> str:
        """The same; none if the named step has as many."""
        lifts = [one for one in self._title_lifts() if one.condition != self._best_condition]
        rank = self._sum(lifts) or "0"
        few = f"{self._too_few(unless_enough, needed)} CROSS JOIN " if unless_enough else ""
        rows = few + self._hits_with_everything()
        return self._put(f"SELECT id, dated, {rank} AS rank FROM {rows} {_FIRST}", needed)  # noqa: S608

    @cached_property
    def _best_condition(self) -> Condition:
        """What such hits meet; whoever meets it is a hit."""
        if exact := self._exact_lifts():
            return exact[-1].condition
        if pairs := self.asked.pairs():
            return All([*self.asked.words().parts, *pairs])
        return self._title_lifts()[-1].condition

    @cached_property
    def _top(self) -> Condition | None:
        """What the first of them meet; None where that is no less work."""
        in_titles = [lift.condition for lift in self._title_lifts()]
        top = All([self._best_condition, *in_titles])
        is_more = self._best_condition not in in_titles
        return top if is_more and search_sql.is_looked_up(top) else None

    @property
    def _is_sure(self) -> bool:
        """Whether the index alone finds them. Else it finds too many, and `hits` has the others."""
        return self.database.decides(self._best_condition)

    def _hits_with_everything(self) -> str:
        """The hits under the filters that meet the best condition."""
        condition = self._best_condition
        if self._is_sure:
            return self._filtered(condition)
        number = len(self.asked.pairs())
        every_pair = [f"pairs = {number}"] if self.asked.needed > 1 else []
        # "IS TRUE" keeps PostgreSQL from a join that would make the tokens of every hit anew.
        return f"hits{self._where(self.filters, f'({self._in(condition)}) IS TRUE', *every_pair)}"

    def _ranked(self, needed: int) -> str:
        """The best hits if there are as many as needed, else every hit."""
        best = self._put(f"SELECT id, dated, rank FROM best WHERE {_number('best')} >= %s", needed)  # noqa: S608
        rank = self._rank()
        rows = f"{self._too_few('best', needed)} CROSS JOIN hits{self._where(self.filters)}"
        return f"{best} UNION ALL SELECT id, dated, {rank} FROM {rows}"  # noqa: S608

    def _too_few(self, step: str, needed: int) -> str:
        """A row or none, so that SQLite looks for more only where it is needed."""
        return self._put(f"(SELECT 1 AS yes WHERE {_number(step)} < %s) AS too_few", needed)

    def _rank(self) -> str:
        if self.asked.needed > 1:
            pairs = "pairs"
        else:  # one pair stands side by side in every hit
            pairs = self._count_pairs() if len(self.asked.pairs()) > 1 else "0"
        return f"16 * ({pairs}) + {self._sum([*self._exact_lifts(), *self._title_lifts()])}"

    def _exact_lifts(self) -> list[_Lift]:
        """Accents as typed: the words, then the pairs too. Empty where none are typed."""
        asked = self.asked
        if not asked.has_accents:
            return []
        words, pairs = asked.exact_words(), asked.exact_pairs()
        lifts = [_Lift(4, words)]
        return [*lifts, _Lift(4, All([*words.parts, *pairs.parts]))] if pairs.parts else lifts

    def _title_lifts(self) -> list[_Lift]:
        asked = self.asked
        lifts = [_Lift(2, InTitle(asked.exact_words()))] if asked.has_accents else []
        begun = All([*asked.words().parts, *asked.pairs()[:1]])
        return [*lifts, _Lift(1, InTitle(begun))]

    def _sum(self, lifts: list[_Lift]) -> str:
        return " + ".join(
            f"CASE WHEN {self._in(lift.condition)} THEN {lift.points} ELSE 0 END" for lift in lifts
        )

    def _in(self, condition: Condition) -> str:
        ids = self._take(self.database.ids(condition, is_rough=True))
        return f"id IN ({ids})"


def _number(step: str) -> str:
    return f"(SELECT COUNT(*) FROM {step})"  # noqa: S608 - a step of ours
