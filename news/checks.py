"""What is looked at before an article is published.

`check` takes what an article says, stored or just typed, and returns findings: some keep it from
being published (the models refuse too), the others are for the writer to judge. Nothing is stored
and nothing is asked of other sites.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from urllib.parse import urlsplit

from django.db import models
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news import link_approval, people_named
from news.links import dead_paths, local_path
from news.models import Article, ArticlePhoto, Attachment, Conference
from news.people_named import Passage
from portal import proofreading, richtext, search, spam, text

LONGEST_TITLE = 150
LARGE_PDF = 5 * 2**20
# A text beyond this is not proofread to its end, nor links beyond these followed.
MOST_CHARACTERS, MOST_LINKS = 200_000, 30
# A shorter text may well stand in two articles.
SHORTEST_DOUBLE = 200


class Level(models.TextChoices):
    BLOCKS = "blocks", _("Must be mended")
    WARNS = "warns", _("Please look")


class Part(models.TextChoices):
    """The parts of the form, in its order."""

    TITLE = "title", _("Title and summary")
    TEXT = "text", _("Content")
    PHOTOS = "photos", _("Photos and captions")
    FILES = "files", _("Documents and dates")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to look at: where it is (in words, as the field's id, as words of the field)."""

    level: Level = Level.WARNS
    part: Part
    sentence: str | Promise
    where: str | Promise
    anchor: str
    words: str = ""
    before: str = ""
    after: str = ""

    @property
    def blocks(self) -> bool:
        return self.level == Level.BLOCKS


@dataclass(kw_only=True)
class Draft:
    """What an article says, stored or typed: the rows need not be saved.

    Photos and documents come with the number of their row in the form.
    """

    article: Article
    photos: list[tuple[int, ArticlePhoto]] = field(default_factory=list)
    files: list[tuple[int, Attachment]] = field(default_factory=list)
    conference: Conference | None = None
    linked: set[int] = field(default_factory=set)  # appointments named already
    typed_body: str = ""  # as the editor sent it, before cleaning

    @classmethod
    def of(cls, article: Article) -> Draft:
        """The stored article with its parts."""
        conference = Conference.objects.filter(article=article.pk).first()
        linked = set(article.people.values_list("appointment", flat=True))
        if conference and conference.chair_id:
            linked.add(conference.chair_id)
        return cls(
            article=article,
            photos=list(enumerate(article.photos.select_related("photo"))),
            files=list(enumerate(article.attachments.all())),
            conference=conference,
            linked=linked,
        )

    @cached_property
    def passages(self) -> list[tuple[Part, Passage]]:
        """Every stretch of text, with the part of the form it belongs to."""
        return [
            (Part.TITLE, Passage(self.article.title, _("Title"), "id_title")),
            (Part.TITLE, Passage(self.article.summary, _("Summary"), "id_summary")),
            *((Part.TEXT, passage) for passage in self.paragraphs),
            *((Part.PHOTOS, passage) for passage in [*self.captions, *self.descriptions]),
        ]

    @cached_property
    def paragraphs(self) -> list[Passage]:
        left = MOST_CHARACTERS
        found = []
        blocks = [block for block in richtext.blocks(self.article.body) if block.photo is None]
        for number, block in enumerate(blocks, start=1):
            plain = richtext.plain_text(_CELL_END.sub(r"\1<br>", block.html))[:left]
            left -= len(plain)
            found.append(Passage(plain, gettext("Paragraph %s") % number, "id_body"))
        return found

    @cached_property
    def captions(self) -> list[Passage]:
        return [
            Passage(use.caption, gettext("Caption of photo %s") % number, _caption_id(row))
            for number, (row, use) in enumerate(self.photos, start=1)
        ]

    @cached_property
    def descriptions(self) -> list[Passage]:
        return [
            Passage(use.alt, gettext("Description of photo %s") % number, f"id_photos-{row}-alt")
            for number, (row, use) in enumerate(self.photos, start=1)
            if not text.is_file_name(use.alt)
        ]

    @property
    def day(self) -> datetime.date:
        """The day the article tells of, for the posts people held then."""
        if self.conference and self.conference.held_on:
            return self.conference.held_on
        return timezone.localdate(self.article.publish_at or timezone.now())


# Cells would stand in one line, and an empty one would look like a doubled space.
_CELL_END = re.compile(r"(</t[hd]>)")


def _caption_id(row: int) -> str:
    return f"id_photos-{row}-caption"


def check(draft: Draft) -> list[Finding]:
    """Everything worth a look, in the order of the form; what blocks comes first in each part."""
    found = [*failures(draft), *_proofread(draft), *_title(draft), *_summary(draft)]
    found += [
        *_links(draft),
        *_strange_links(draft),
        *_spam_words(draft),
        *_doubles(draft),
        *_files(draft),
        *_dates(draft),
    ]
    parts = list(Part)
    return sorted(found, key=lambda one: (parts.index(one.part), not one.blocks))


def people(draft: Draft) -> list[people_named.Proposal]:
    """The people that captions and the first paragraphs name, in the posts of that day."""
    passages = [*draft.captions, *draft.paragraphs[:2]]
    return people_named.propose(passages, on=draft.day, linked=draft.linked)


# ── What blocks: the sentences are the models' ──────────────────────────────────────────────────
def failures(draft: Draft) -> Iterator[Finding]:
    """What keeps the text from being published, with the field of each."""
    places = _places_of_the_forbidden(draft)
    for name, sentence in _own_failures(draft.article):
        part = Part.TEXT if name == "body" else Part.TITLE
        place = {"where": _FIELDS[name], "anchor": f"id_{name}"} | places.get((part, sentence), {})
        yield _blocking(part, sentence, **place)
    for number, (row, use) in enumerate(draft.photos, start=1):
        for name, sentence in use.failures(number):
            where = gettext("Photo %s") % number
            yield _blocking(Part.PHOTOS, sentence, where=where, anchor=f"id_photos-{row}-{name}")
    for row, file in draft.files:
        for name, sentence in file.failures():
            anchor = f"id_attachments-{row}-{name}"
            yield _blocking(Part.FILES, sentence, where=file.title, anchor=anchor)


def _places_of_the_forbidden(draft: Draft) -> dict:
    """Where what no page may hold stands: (part, sentence) to what a Finding says of a place."""
    return {
        (part, sentence): _place(passage, start, end)
        for part, passage in draft.passages
        for sentence, start, end in proofreading.forbidden(passage.text)
    }


_FIELDS = {
    "title": _("Title"),
    "category": _("Category"),
    "summary": _("Summary"),
    "body": _("Content"),
}


def _own_failures(article: Article) -> Iterator[tuple[str, str]]:
    if not article.title.strip():
        yield "title", gettext("The article has no title.")
    if not article.category_id:
        yield "category", gettext("The article has no category.")
    yield from article.own_failures()


def _blocking(part: Part, sentence: str, **place) -> Finding:
    return Finding(level=Level.BLOCKS, part=part, sentence=sentence, **place)


# ── The words ───────────────────────────────────────────────────────────────────────────────────
def _proofread(draft: Draft) -> Iterator[Finding]:
    vocabulary = proofreading.words_of(passage.text for _part, passage in draft.passages)
    for part, passage in draft.passages:
        yield from _slips(part, passage, vocabulary)
    yield from _abbreviations(draft)


def _slips(part: Part, passage: Passage, vocabulary: Counter) -> Iterator[Finding]:
    for slip in proofreading.slips(passage.text, vocabulary):
        yield _at(part, passage, slip.sentence, slip.start, slip.end)
    for sentence, start, end in proofreading.personal_data(passage.text):
        yield _at(part, passage, sentence, start, end)


def _at(part: Part, passage: Passage, sentence: str, start: int, end: int) -> Finding:
    return Finding(part=part, sentence=sentence, **_place(passage, start, end))


def _place(passage: Passage, start: int, end: int) -> dict:
    before, words, after = proofreading.around(passage.text, start, end)
    return {
        "where": passage.where,
        "anchor": passage.anchor,
        "before": before,
        "words": words,
        "after": after,
    }


def _abbreviations(draft: Draft) -> Iterator[Finding]:
    texts = [passage.text for _part, passage in draft.passages]
    for mixed in proofreading.mixed_forms(texts):
        part, passage = draft.passages[mixed.text]
        forms = ", ".join(f"“{form}”" for form in mixed.forms)
        said = gettext("One abbreviation is written in several ways: %s. Choose one.") % forms
        yield _at(part, passage, said, mixed.start, mixed.end)
    for short in proofreading.unexplained(texts):
        part, passage = draft.passages[short.text]
        said = gettext("Few readers know “%s”. Write it out once, with the short form in brackets.")
        yield _at(part, passage, said % short.forms[0], short.start, short.end)


def _title(draft: Draft) -> Iterator[Finding]:
    title = draft.article.title
    if len(title) > LONGEST_TITLE:
        said = gettext("The title has %(length)s characters; at most %(limit)s are best.")
        yield _of_title(said % {"length": len(title), "limit": LONGEST_TITLE})
    letters = [letter for letter in title if letter.isalpha()]
    if len(letters) > 10 and title.isupper():
        yield _of_title(gettext("The title is all in capitals. Write it like a sentence."))
    known = _years_of(draft.conference) if draft.conference else set()
    for year in proofreading.years(title) if known else ():
        if year not in known:
            said = gettext("The title says %s, the conference's fields say another year.")
            yield _of_title(said % year, words=str(year))


def _years_of(conference: Conference) -> set[int]:
    held = conference.held_on.year if conference.held_on else None
    return {year for year in (conference.review_year, conference.plan_year, held) if year}


def _of_title(sentence: str, words: str = "") -> Finding:
    return Finding(
        part=Part.TITLE, sentence=sentence, where=_("Title"), anchor="id_title", words=words
    )


def _summary(draft: Draft) -> Iterator[Finding]:
    if not draft.article.summary.strip():
        yield Finding(
            part=Part.TITLE,
            sentence=_("There is no summary. Lists will show the first sentence of the text."),
            where=_("Summary"),
            anchor="id_summary",
        )


# ── Links ───────────────────────────────────────────────────────────────────────────────────────
_SAYS_NOTHING = {"tại đây", "ở đây", "đây", "xem tại đây", "xem thêm", "bấm vào đây", "link"}
_SAYS_NOTHING |= {"nhấn vào đây", "click vào đây", "click here", "tại link này", "chi tiết"}
_WITH_SCHEME = re.compile(r"(?:https?://|mailto:|tel:|/|#)", re.IGNORECASE)


def _links(draft: Draft) -> Iterator[Finding]:
    body = draft.typed_body or draft.article.body
    links = list(islice(richtext.links(body), MOST_LINKS))
    dead = dead_paths(path for link in links if (path := local_path(link.address)))
    for link in links:
        for sentence in _link_sentences(link, dead):
            yield _in_text(sentence, link.words)
    bare = richtext.plain_text(richtext.without_links(body))
    for address in re.findall(r"(?<![\w/])www\.[\w./-]+\w", bare)[:MOST_LINKS]:
        said = gettext("“%s” is no link yet. Make it one that begins with https://.")
        yield _in_text(said % address, address)


def _in_text(sentence: str, words: str) -> Finding:
    return Finding(
        part=Part.TEXT, sentence=sentence, where=_("Content"), anchor="id_body", words=words
    )


def _link_sentences(link: richtext.Link, dead: set[str]) -> Iterator[str]:
    if link.words.lower().strip(" .,:;()[]“”\"'") in _SAYS_NOTHING:
        said = gettext("The link “%s” does not say where it leads. Link the name of the page.")
        yield said % link.words
    if link.address and not _WITH_SCHEME.match(link.address):
        yield gettext("The link “%s” must begin with https://, else it is lost.") % link.words
    elif local_path(link.address) in dead:
        yield gettext("The link “%s” leads to a page that readers cannot open.") % link.words


def _strange_links(draft: Draft) -> Iterator[Finding]:
    """Links to sites nobody knows: the writer is told, whoever publishes is asked."""
    rows = {file.title: row for row, file in draft.files}
    for link in link_approval.strange(draft.article, files=[file for _row, file in draft.files]):
        if link.paragraph:
            yield _in_text(link.sentence, link.words)
        else:
            title, anchor = link.words, f"id_attachments-{rows[link.words]}-title"
            yield Finding(part=Part.FILES, sentence=link.sentence, where=title, anchor=anchor)


def _spam_words(draft: Draft) -> Iterator[Finding]:
    """Words of spam: a text may well warn of them, so that a person decides."""
    for part, passage in draft.passages:
        for word in spam.words(passage.text):
            start = passage.text.lower().find(word.written)
            said = gettext("“%s” is a word of spam. Keep it only where the text reports or warns.")
            end = start + len(word.written) if start >= 0 else 0
            yield _at(part, passage, said % word.term, max(start, 0), end)


# ── Twice on the site ───────────────────────────────────────────────────────────────────────────
def _doubles(draft: Draft) -> Iterator[Finding]:
    article = draft.article
    own = [pk for pk in (article.pk, article.draft_of_id) if pk]
    others = Article.objects.published().exclude(pk__in=own)
    same = others.filter(title_key=text.fold(article.title)).order_by("-publish_at").first()
    if article.title and same:
        said = gettext("A published article of %s has the same title.")
        yield _of_title(said % _day_of(same))
    twin = _same_text(article, others)
    if twin and twin != same:
        said = gettext("The same text is published already, on %(day)s: “%(title)s”.")
        yield _in_text(said % {"day": _day_of(twin), "title": twin.title}, "")


def _day_of(article: Article) -> str:
    return f"{timezone.localdate(article.publish_at):%d/%m/%Y}"


def _same_text(article: Article, others) -> Article | None:
    """A published article of the same words. The search index finds candidates quickly."""
    words = text.fold(richtext.plain_text(article.body))
    if len(words) < SHORTEST_DOUBLE:
        return None
    start = " ".join(words.split()[:15])
    ids = [pk for hit in search.find(start).hits if (pk := _article_at(hit.url))]
    candidates = others.filter(pk__in=ids).only("title", "body", "publish_at")
    return next(
        (one for one in candidates if text.fold(richtext.plain_text(one.body)) == words), None
    )


def _article_at(url: str) -> int | None:
    try:
        return resolve(urlsplit(url).path).kwargs.get("pk")
    except Resolver404:
        return None


# ── Documents, days ─────────────────────────────────────────────────────────────────────────────
def _files(draft: Draft) -> Iterator[Finding]:
    for row, file in draft.files:
        if file.type == "pdf" and file.size > LARGE_PDF:
            said = gettext("“%(title)s” has %(size)s: slow on a phone. Make the PDF smaller.")
            size = text.file_size(file.size)
            yield Finding(
                part=Part.FILES,
                sentence=said % {"title": file.title, "size": size},
                where=file.title,
                anchor=f"id_attachments-{row}-title",
            )


def _dates(draft: Draft) -> Iterator[Finding]:
    if draft.article.is_working_copy:
        return  # the live row keeps its time
    published = timezone.localdate(draft.article.publish_at or timezone.now())
    conference = draft.conference
    told = proofreading.event_day(text.first_sentence(richtext.plain_text(draft.article.body)))
    is_news = draft.article.kind != Article.Kind.NOTICE
    if told and is_news and told > published:
        said = gettext("The first sentence tells of %(day)s, but readers see it from %(when)s on.")
        when = {"day": f"{told:%d/%m/%Y}", "when": f"{published:%d/%m/%Y}"}
        yield _in_text(said % when, "")
    if conference and conference.held_on:
        yield from _conference_dates(conference.held_on, told, published)


def _conference_dates(held: datetime.date, told: datetime.date | None, published):
    day = f"{held:%d/%m/%Y}"
    if told and told.year != held.year:
        said = gettext("The first sentence says %(told)s, the conference's fields say %(day)s.")
        yield _in_text(said % {"told": f"{told:%d/%m/%Y}", "day": day}, "")
    if held > published:
        yield Finding(
            part=Part.FILES,
            sentence=gettext("The conference is on %s, after the day of publication.") % day,
            where=_("Conference"),
            anchor="id_conference-0-held_on",
        )
