"""Past versions of an article: what each holds, what happened when, how two of them differ."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from departments.models import Appointment, Department
from news import copies
from news.differences import SAME, Group, Line, Row, compare_lines, folded
from news.models import (
    Article,
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    Attachment,
    Category,
    Conference,
    Photo,
    Transition,
)
from portal import files, richtext
from portal.publishing import Status

# A step and the version that it made are written in one transaction.
_SAME_MOMENT = 5  # seconds
# What readers could notice; the rest is the author's and the reviewers' affair.
_PUBLIC_STEPS = ("publish", "update", "withdraw")
_MAKES_VERSION = {"publish", "update"}
_COMMENTS = {
    copies.KEPT: _("Kept before an older version was restored"),
    copies.RESTORED: _("Restored from an older version"),
}


def knows_all(user, article) -> bool:
    """Whether the user may see how the article came about, not only what was published."""
    return article.is_reviewed_by(user) or article.created_by_id == user.pk


def versions_of(article, *, user):
    """The versions of a live row or draft that the user may see, newest first.

    Drafts of somebody else's article stay his own, also after it was published.
    """
    versions = Version.objects.get_for_object_reference(Article, article.pk)
    if not knows_all(user, article):
        # In JSON a quotation mark within a text has a backslash before it.
        versions = versions.filter(serialized_data__contains=f'"status": "{Status.PUBLISHED}"')
    return versions


# ── What happened when ──────────────────────────────────────────────────────────────────────────
@dataclass
class Entry:
    """A version with the step that made it, or a step that made none."""

    at: datetime.datetime
    by: models.Model | None
    version: Version | None = None
    number: int = 0
    step: Transition | None = None

    @property
    def told(self) -> str:
        """What was done, in the trade's words."""
        if self.step:
            return self.step.label
        return _COMMENTS.get(self.version.revision.comment) or gettext("A version was kept")


def history(article, *, user) -> list[Entry]:
    """All versions and steps of a live row or draft that the user may see, newest first.

    Three queries however many there are.
    """
    kept = versions_of(article, user=user).defer("serialized_data")
    kept = list(kept.select_related("revision__user").order_by("-pk"))
    entries = [
        Entry(version.revision.date_created, version.revision.user, version, number)
        for number, version in zip(range(len(kept), 0, -1), kept, strict=True)
    ]
    made = _Moments(entries)
    for step in _steps(article, user=user):
        entry = made.by(step) if step.verb in _MAKES_VERSION else None
        if entry is None:
            entries.append(Entry(step.at, step.by, step=step))
        else:
            entry.step = step
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _steps(article, *, user) -> Iterable[Transition]:
    steps = Transition.objects.filter(article=article).select_related("by", "approved_by")
    return steps if knows_all(user, article) else steps.filter(verb__in=_PUBLIC_STEPS)


class _Moments:
    """The versions of a history by the second in which they were made."""

    def __init__(self, entries: Iterable[Entry]):
        self.seconds = defaultdict(list)
        for entry in entries:
            self.seconds[int(entry.at.timestamp())].append(entry)

    def by(self, step: Transition) -> Entry | None:
        """The version that the step made: the first one of the same person after it."""
        first = int(step.at.timestamp())
        near = [
            entry
            for second in range(first, first + _SAME_MOMENT + 1)
            for entry in self.seconds[second]
            if entry.step is None and entry.by == step.by and entry.at >= step.at
        ]
        return min(near, key=lambda entry: (entry.at, -entry.number), default=None)


# ── What a version holds ────────────────────────────────────────────────────────────────────────
@dataclass
class Snapshot:
    """An article with all its parts at one moment, as columns."""

    columns: dict
    parts: dict[type, list[dict]] = field(default_factory=lambda: defaultdict(list))

    @property
    def photos(self) -> dict[int, dict]:
        """Its photos by REF, in the order of the gallery."""
        rows = sorted(self.parts[ArticlePhoto], key=lambda row: (row["order"], row["id"]))
        return {row["ref"]: row for row in rows}

    @property
    def conference(self) -> dict:
        return next(iter(self.parts[Conference]), {})


def of_version(version, live) -> Snapshot:
    """What a past version of `live` holds. Raises Refused when it can no longer be read."""
    snapshot = Snapshot(copies.fields_of(version))
    for model, columns in copies.parts_of(version, live):
        snapshot.parts[model].append(columns)
    return snapshot


def of_row(article) -> Snapshot:
    """What a row holds now: a working copy, a draft, what readers see."""
    snapshot = Snapshot(_columns(article))
    snapshot.columns["related"] = list(article.related.values_list("pk", flat=True))
    if article.is_working_copy:  # it never has a time; publishing it keeps the live row's
        snapshot.columns["publish_at"] = article.draft_of.publish_at
    for name in copies.PARTS:
        model = Article._meta.get_field(name).related_model
        for row in model._base_manager.filter(article=article.pk).order_by("pk"):
            snapshot.parts[model].append(_columns(row))
    return snapshot


def _columns(row) -> dict:
    return {column.attname: getattr(row, column.attname) for column in row._meta.concrete_fields}


# ── How two of them differ ──────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Section:
    """What changed in one field, or in the text: rows of words that stayed, came and went."""

    label: str
    rows: Sequence[Row]
    # Said where every word stayed and something changed all the same.
    else_changed: str = ""

    @property
    def has_changed(self) -> bool:
        return any(row.kind != SAME for row in self.rows)

    @property
    def groups(self) -> list[Group]:
        return folded(self.rows)


@dataclass(frozen=True)
class PhotoChange:
    """One use of a photo, before and after; a picture is "" where its file is gone."""

    number: int
    kind: str
    old_picture: str
    new_picture: str
    sections: Sequence[Section]


FIELDS = (
    *("kind", "title", "slug", "summary", "category", "department", "byline", "source"),
    *("publish_at", "expire_at", "is_featured", "featured_until", "featured_order"),
)
_OF_CONFERENCE = ("held_on", "venue", "review_year", "plan_year", "chair", "participants")
_OF_PHOTO = ("caption", "alt", "is_decorative", "needs_no_caption", "is_lead")


class Comparison:
    """Two snapshots of one article side by side. `user`: titles he may not see stay hidden."""

    def __init__(self, old: Snapshot, new: Snapshot, *, user):
        self.old, self.new = old, new
        self.names = _Names(old, new, user=user)
        self.fields = [*self._fields(), *self._conference(), *self._lists()]
        self.body = Section(
            gettext("Text"),
            compare_lines(*(list(_body_lines(side)) for side in (old, new))),
            gettext("Only the layout changed, not the words."),
        )
        self.photos = list(self._photos())

    @property
    def changed(self) -> list[Section]:
        return [section for section in self.fields if section.has_changed]

    @property
    def unchanged_labels(self) -> list[str]:
        return [section.label for section in self.fields if not section.has_changed]

    @property
    def changed_photos(self) -> list[PhotoChange]:
        return [photo for photo in self.photos if photo.kind != SAME]

    @property
    def is_same(self) -> bool:
        return not (self.changed or self.body.has_changed or self.changed_photos)

    def _fields(self) -> Iterator[Section]:
        return self._sections(Article, FIELDS, self.old.columns, self.new.columns)

    def _conference(self) -> Iterator[Section]:
        old, new = self.old.conference, self.new.conference
        if old or new:
            empty = dict.fromkeys(old or new)
            yield from self._sections(Conference, _OF_CONFERENCE, old or empty, new or empty)

    def _sections(self, model, names, old: dict, new: dict) -> Iterator[Section]:
        """A section for every field that both have: one may be older than the field."""
        for name in names:
            column = model._meta.get_field(name)
            if column.attname in old and column.attname in new:
                words = (self.names.told(column, side[column.attname]) for side in (old, new))
                yield _section(column.verbose_name, *words)

    def _lists(self) -> Iterator[Section]:
        for label, lines, else_changed in (
            (gettext("Attachments"), _file_lines, gettext("The file itself is another one.")),
            (gettext("People"), self.names.people, ""),
            (gettext("Other units concerned"), self.names.units, ""),
            (gettext("Related articles"), self.names.related, ""),
        ):
            rows = compare_lines(list(lines(self.old)), list(lines(self.new)))
            yield Section(label, rows, else_changed)

    # ── Photos ──────────────────────────────────────────────────────────────────────────────────
    def _photos(self) -> Iterator[PhotoChange]:
        old, new = self.old.photos, self.new.photos
        for number, ref in enumerate(new | old, start=1):
            before, after = old.get(ref), new.get(ref)
            sections = [
                section
                for section in self._photo_sections(ref, before or {}, after or {})
                if section.has_changed
            ]
            pictures = [self.names.picture(row) for row in (before, after)]
            is_other = (before or {}).get("photo_id") != (after or {}).get("photo_id")
            yield PhotoChange(
                number, _kind(before, after, is_other or sections), *pictures, sections
            )

    def _photo_sections(self, ref: int, old: dict, new: dict) -> Iterator[Section]:
        # Of a photo that came or went, what it was not needs no words.
        empty = {name: False if value is False else None for name, value in (old or new).items()}
        yield from self._sections(ArticlePhoto, _OF_PHOTO, old or empty, new or empty)
        makers = [self.names.credit(row) for row in (old, new)]
        yield _section(Photo._meta.get_field("credit").verbose_name, *makers)
        places = [_place(side, ref) for side in (self.old, self.new)]
        yield _section(gettext("Where it stands"), *places)


def _kind(before, after, has_changed) -> str:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "changed" if has_changed else SAME


def _section(label, old: str, new: str) -> Section:
    lines = ([Line(words, words)] if words else [] for words in (old, new))
    return Section(label, compare_lines(*lines))


def _place(snapshot: Snapshot, ref: int) -> str:
    """Where the photo stands. What moved within the text shows in the text."""
    photos = snapshot.photos
    if ref not in photos:
        return ""
    placed = richtext.photo_places(snapshot.columns["body"])
    if ref in placed:
        return gettext("in the text")
    rest = [other for other in photos if other not in placed]
    number = rest.index(ref) + 1
    return gettext("after the text, number %(number)s of %(all)s") % {
        "number": number,
        "all": len(rest),
    }


_LINK = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>')


def _body_lines(snapshot: Snapshot) -> Iterator[Line]:
    """The paragraphs of the text; a photo in it is a line with its caption."""
    photos = snapshot.photos
    for block in richtext.blocks(snapshot.columns["body"]):
        if block.photo is None:
            # The address of a link is content too.
            words = richtext.plain_text(_LINK.sub(r"\2 [\1]", block.html))
            yield Line(block.html, words or gettext("[line]"))
        else:
            caption = photos.get(block.photo, {}).get("caption", "")
            name = Truncator(caption).words(12, truncate="…") or block.photo
            yield Line(("photo", block.photo), gettext("[Photo: %s]") % name, is_mark=True)


def _file_lines(snapshot: Snapshot) -> Iterator[Line]:
    rows = sorted(snapshot.parts[Attachment], key=lambda row: (row["order"], row["id"]))
    for row in rows:
        known = {name: row[name] for name in ("title", "size", "type", "pages") if name in row}
        file = Attachment(**known)
        words = f"{file.title} ({file.details})"
        yield Line((row.get("checksum"), words), words)


class _Names:
    """The words for what two snapshots name by number; one query for each kind of thing."""

    def __init__(self, *snapshots: Snapshot, user):
        self.snapshots = snapshots
        self.rows = {
            Category: self._found(Category.objects, (Article, "category_id")),
            Department: self._found(
                Department.objects.only("name"),
                (Article, "department_id"),
                (ArticleDepartment, "department_id"),
            ),
            Appointment: self._found(
                Appointment.objects.select_related("person", "position__department"),
                (ArticlePerson, "appointment_id"),
                (Conference, "chair_id"),
            ),
            Photo: self._found(Photo.objects, (ArticlePhoto, "photo_id")),
        }
        related = {pk for side in snapshots for pk in side.columns.get("related", [])}
        self.articles = Article.objects.visible_to(user).defer("body").in_bulk(related)

    def _found(self, rows, *columns) -> dict:
        named = {
            row.get(name)
            for model, name in columns
            for side in self.snapshots
            for row in ([side.columns] if model is Article else side.parts[model])
        }
        return rows.in_bulk(named - {None})

    def told(self, column, value) -> str:
        """A column's value as a screen has it."""
        if value is None or value == "":
            return ""
        if column.many_to_one:
            return self._name(column.related_model, value)
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        return _plain(value)

    def _name(self, model, pk) -> str:
        row = self.rows[model].get(pk)
        return str(row) if row else gettext("no longer there (number %s)") % pk

    def people(self, snapshot: Snapshot) -> Iterator[Line]:
        relations = dict(ArticlePerson.Relation.choices)
        for row in snapshot.parts[ArticlePerson]:
            person = self._name(Appointment, row["appointment_id"])
            words = f"{person} ({relations.get(row['relation'], row['relation'])})"
            yield Line(words, words)

    def units(self, snapshot: Snapshot) -> Iterator[Line]:
        rows = snapshot.parts[ArticleDepartment]
        for row in sorted(rows, key=lambda row: (row["order"], row["id"])):
            words = self._name(Department, row["department_id"])
            yield Line(words, words)

    def related(self, snapshot: Snapshot) -> Iterator[Line]:
        for pk in sorted(snapshot.columns.get("related", [])):
            article = self.articles.get(pk)
            yield Line(pk, article.title if article else gettext("an article you cannot open"))

    def credit(self, use: dict) -> str:
        photo = self.rows[Photo].get(use.get("photo_id"))
        return photo.credit if photo else ""

    def picture(self, use: dict | None) -> str:
        """The address of the smallest file of the photo used, "" where there is none any more."""
        photo = self.rows[Photo].get(use["photo_id"]) if use else None
        if photo is None or not photo.image:
            return ""
        address = photo.image.renditions.smallest
        name = address.rpartition("/")[2]
        return address if default_storage.exists(f"{files.RENDITIONS}/{name}") else ""


def _plain(value) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime.datetime):
        return date_format(timezone.localtime(value), "H:i, d/m/Y")
    if isinstance(value, datetime.date):
        return date_format(value, "d/m/Y")
    return str(value)
