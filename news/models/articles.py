"""Articles, their photos and captions, and the conferences they report on."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Case, F, OuterRef, ProtectedError, Q, Value, When
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from departments.models import Appointment, Department, Person, Position
from news import copies, link_approval, reach
from portal import audit, images, proofreading, richtext, text
from portal.addresses import Address
from portal.fields import CharField, FoldedField, SlugField, TextField
from portal.files import AttachmentField
from portal.images import ImageField
from portal.publishing import (
    Publishable,
    PublishableQuerySet,
    Refused,
    Status,
    is_local_path,
    is_reviewer,
)
from portal.richtext import RichTextField
from portal.rows import RowAsJSON, RowsAsJSON, instance

# Enough of a body for its first sentence, so that lists never load whole articles.
TEASER_CHARACTERS = 1500

_OF_CATEGORY = Address("news:category_detail", "slug")
_FOR_PAPER = Address("news:article_print", "slug", "pk")
_OF_ARTICLE = Address("news:article_detail", "slug", "pk")


class CategoryQuerySet(models.QuerySet):
    def with_descendants(self, category: Category) -> list[int]:
        """The ids of a category and all below it: one query whatever the depth."""
        return branch(category.pk, self.values_list("pk", "parent_id"))


def branch(top: int, parents) -> list[int]:
    """`top` and the ids of all below it; `parents` are pairs (id, id of the parent)."""
    children: dict[int | None, list[int]] = {}
    for pk, parent in parents:
        children.setdefault(parent, []).append(pk)
    found, ahead = [], [top]
    while ahead:
        pk = ahead.pop()
        if pk not in found:
            found.append(pk)
            ahead.extend(children.get(pk, []))
    return found


class Category(models.Model):
    name = CharField(_("name"), max_length=100)
    slug = SlugField(
        _("address"),
        unique=True,
        help_text=_("Last part of the page's address. Leave empty: it is made from the name."),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Smaller numbers come first.")
    )
    description = TextField(_("description"), blank=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="category_not_its_own_parent",
                violation_error_message=_("A category cannot be part of itself."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return _OF_CATEGORY(slug=self.slug)

    def clean(self):
        below = Category.objects.with_descendants(self) if self.pk else []
        if self.parent_id in below:
            raise ValidationError(
                {"parent": _("This would make a circle: “%s” is part of this one.") % self.parent}
            )


# What the trash has emptied for good: the row stays so that its address answers 410.
HOLLOW = Q(deleted_at__isnull=False, title="")


def keep_unless_hollow(collector, field, articles, using) -> None:
    """What deleting a category does to its articles: they keep it from going, but for hollow rows.

    Those show their category to nobody and go to one that stays.
    """
    full, hollow = articles.exclude(HOLLOW), articles.filter(HOLLOW)
    going = [category.pk for category in collector.data[Category]]
    other = Category.objects.using(using).exclude(pk__in=going).first()
    if full or other is None:
        said = gettext("Articles keep this category.")
        raise ProtectedError(said, list(full or hollow))
    collector.add_field_update(field, other, hollow)


class ArticleQuerySet(PublishableQuerySet):
    def shared_with(self, user) -> Q | None:
        """Of others: to a reviewer what he reviews, to everybody what his colleagues write."""
        if not is_reviewer(user, Article):
            return reach.of_colleagues(user)
        return None if reach.reviews_everything(user) else reach.to_review(user)

    def reviewed_by(self, user):
        """What the user decides on, public or not."""
        if not is_reviewer(user, Article):
            return self.none()
        return self if reach.reviews_everything(user) else self.filter(reach.to_review(user))

    def listed(self):
        """What a list shows of each article: no body, its category, its lead photo; one query."""
        start = Substr("body", 1, TEASER_CHARACTERS)
        lead = ArticlePhoto.objects.filter(article=OuterRef("pk")).order_by(*LEAD_FIRST)
        return (
            self.select_related("category", "department")
            .only(*_LISTED)
            .annotate(
                # The text's start is needed where there is no summary.
                body_start=Case(When(summary="", then=start), default=Value("")),
                lead_columns=RowAsJSON(lead, **PHOTO_COLUMNS),
            )
        )

    def with_files(self):
        """What a list of reports shows of each: no text, its documents."""
        files = Attachment.objects.filter(article=OuterRef("pk"))
        return self.defer("body", "notice", "summary").annotate(
            file_rows=RowsAsJSON(files, **_FILE_COLUMNS)
        )

    def with_parts(self):
        """What the article's page shows: the text and all that belongs to it, in one query."""
        own = {"article": OuterRef("pk")}
        return (
            self.select_related(*_OF_PAGE)
            .only(*_SHOWN)
            .annotate(
                unit_rows=RowsAsJSON(
                    ArticleDepartment.objects.filter(**own),
                    name="department__name",
                    slug="department__slug",
                ),
                photo_rows=RowsAsJSON(ArticlePhoto.objects.filter(**own), **PHOTO_COLUMNS),
                file_rows=RowsAsJSON(Attachment.objects.filter(**own), **_FILE_COLUMNS),
                update_rows=RowsAsJSON(ArticleUpdate.objects.filter(**own), at="at", note="note"),
                people_rows=RowsAsJSON(ArticlePerson.objects.filter(**own), **_PERSON_COLUMNS),
            )
        )


# The marked photo of an article, else its first one.
LEAD_FIRST = ("-is_lead", "order", "pk")
_LISTED = [
    *("kind", "title", "slug", "summary", "byline", "publish_at", "content_changed_at"),
    *("is_featured", "featured_until", "featured_order"),
    *("category__name", "category__slug", "department__name", "department__picture"),
    *("department__picture_width", "department__picture_height"),
]
_OF_PAGE = [
    *("category__parent", "department", "conference__chair__person"),
    "conference__chair__position__department",
]
# Each column costs PostgreSQL's driver as much as a word of the text.
_SHOWN = [
    *("status", "publish_at", "expire_at", "takedown", "notice", "withdrawn_at", "deleted_at"),
    *("content_changed_at", "draft_of", "kind", "title", "slug", "summary", "body", "byline"),
    *("source", "category__name", "category__slug"),
    *("category__parent__name", "category__parent__slug"),
    *("department__name", "department__short_name", "department__slug", "department__picture"),
    *("department__picture_width", "department__picture_height"),
    *("conference__article", "conference__held_on", "conference__venue"),
    *("conference__review_year", "conference__plan_year", "conference__participants"),
    *("conference__chair__is_acting", "conference__chair__person__full_name"),
    *("conference__chair__person__slug", "conference__chair__position__title"),
    "conference__chair__position__department__name",
    "conference__chair__position__department__short_name",
]
_IN_PHOTO = ("image", "width", "height", "credit", "focus_x", "focus_y")
PHOTO_COLUMNS = {
    **{name: name for name in ("ref", "caption", "alt", "is_decorative", "is_lead")},
    **{f"photo__{name}": f"photo__{name}" for name in (*_IN_PHOTO, "alt")},
}
_FILE_COLUMNS = {name: name for name in ("file", "title", "size", "type", "pages", "checksum")}
_PERSON_COLUMNS = {
    "relation": "relation",
    "is_acting": "appointment__is_acting",
    "name": "appointment__person__full_name",
    "slug": "appointment__person__slug",
    "title": "appointment__position__title",
    "unit": "appointment__position__department__name",
    "short_unit": "appointment__position__department__short_name",
}


def _index_of_public(name: str, *first: str) -> models.Index:
    """An index of what can be public, newest first, with all that `published()` asks."""
    return models.Index(
        fields=[*first, "-publish_at", "-id", "expire_at"],
        condition=Q(status=Status.PUBLISHED, draft_of=None, deleted_at=None),
        name=name,
    )


class Article(Publishable):
    """A report, a piece of news or a notice."""

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        REPORT = "report", _("Conference report")
        NOTICE = "notice", _("Notice")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.NEWS)
    title = CharField(_("title"), max_length=255)
    slug = SlugField(
        _("address"),
        source="title",
        help_text=_("Last part of the page's address. Leave empty: it is made from the title."),
    )
    summary = TextField(_("summary"), blank=True)
    body = RichTextField(_("text"), blank=True)
    category = models.ForeignKey(
        Category, on_delete=keep_unless_hollow, related_name="articles", verbose_name=_("category")
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("from the unit"),
    )
    departments = models.ManyToManyField(
        Department,
        through="ArticleDepartment",
        blank=True,
        related_name="shared_articles",
        verbose_name=_("other units concerned"),
    )
    byline = CharField(_("author of the text"), max_length=150, blank=True)
    source = CharField(_("source"), max_length=150, blank=True)
    is_featured = models.BooleanField(_("feature on the home page"), default=False)
    featured_until = models.DateTimeField(_("featured until"), null=True, blank=True)
    featured_order = models.PositiveSmallIntegerField(
        _("place among the featured"),
        default=0,
        blank=True,
        help_text=_(
            "Smaller numbers come first; the first is the lead story. Of one number the newest."
        ),
    )
    related = models.ManyToManyField(
        "self", symmetrical=False, blank=True, verbose_name=_("related articles")
    )
    # The account, never shown: the public name is the byline.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="articles",
        verbose_name=_("entered by"),
    )
    # Of a working copy: a major change tells readers in a sentence what has changed.
    is_major_change = models.BooleanField(_("readers should know what has changed"), default=False)
    change_note = CharField(
        _("what has changed"),
        max_length=500,
        blank=True,
        help_text=_("One sentence; readers see it under the article, with the date."),
    )
    title_key = FoldedField(sources=("title",))
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    saved_at = models.DateTimeField(_("last saved"), auto_now=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-publish_at", "-pk"]
        permissions = [
            ("publish_article", _("Can publish articles")),
            ("return_article", _("Can return articles to the author")),
            ("withdraw_article", _("Can withdraw articles")),
        ]
        constraints = Publishable.Meta.constraints
        # What a reader's list needs stands in the index, so that a deep page reads no rows.
        indexes = [
            _index_of_public("article_newest"),
            _index_of_public("article_newest_by_category", "category"),
            _index_of_public("article_newest_by_unit", "department"),
            _index_of_public("article_newest_by_kind", "kind"),
            models.Index(
                fields=["featured_until", "featured_order", "-publish_at", "-id"],
                condition=Q(
                    is_featured=True, status=Status.PUBLISHED, draft_of=None, deleted_at=None
                ),
                name="article_featured",
            ),
            # The desk's lists; the folded title stands in the index so that a search reads no rows.
            models.Index(fields=["-saved_at", "-id", "title_key"], name="article_by_saved"),
            models.Index(fields=["status", "-saved_at"], name="article_by_status"),
            models.Index(
                fields=["expire_at"], condition=Q(expire_at__isnull=False), name="article_expiring"
            ),
            # When the clock changes something next (news/changes.py).
            models.Index(
                fields=["publish_at"], condition=Q(publish_at__isnull=False), name="article_due"
            ),
            models.Index(
                fields=["featured_until"],
                condition=Q(featured_until__isnull=False),
                name="article_leaving_front",
            ),
            models.Index(
                fields=["-deleted_at", "-id"],
                condition=Q(deleted_at__isnull=False),
                name="article_in_trash",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return _OF_ARTICLE(slug=self.slug, pk=self.pk)

    def get_print_url(self) -> str:
        return _FOR_PAPER(slug=self.slug, pk=self.pk)

    def get_desk_url(self) -> str:
        """Its screen in the admin; reports have one of theirs."""
        model = "report" if self.kind == Article.Kind.REPORT else "article"
        return reverse(f"admin:news_{model}_change", args=[self.pk])

    @property
    def teaser(self) -> str:
        """The summary, or the first sentence of the text when there is none."""
        start = self.body_start if hasattr(self, "body_start") else self.body
        return self.summary or _first_sentence(start[:TEASER_CHARACTERS])

    @cached_property
    def lead_photo(self) -> ArticlePhoto | None:
        """The photo of lists and share cards. `listed()` has fetched it already."""
        if hasattr(self, "lead_columns"):
            return ArticlePhoto.of_columns(self.lead_columns) if self.lead_columns else None
        return self.photos.select_related("photo").order_by(*LEAD_FIRST).first()

    # ── What `with_parts()` has fetched ─────────────────────────────────────────────────────────
    @property
    def shown_units(self) -> list[Department]:
        """The unit the article comes from, then the others concerned."""
        first = [self.department] if self.department else []
        return [*first, *(instance(Department, row) for row in self.unit_rows)]

    @property
    def shown_photos(self) -> list[ArticlePhoto]:
        return [ArticlePhoto.of_columns(row) for row in self.photo_rows]

    @property
    def shown_files(self) -> list[Attachment]:
        return [instance(Attachment, row) for row in self.file_rows]

    @property
    def shown_updates(self) -> list[ArticleUpdate]:
        return [ArticleUpdate(note=row["note"], at=_moment(row["at"])) for row in self.update_rows]

    @property
    def shown_people(self) -> list[ArticlePerson]:
        return [ArticlePerson.of_columns(row) for row in self.people_rows]

    @property
    def is_working_copy(self) -> bool:
        return self.draft_of_id is not None

    @property
    def status_line(self) -> str:
        """The status in the trade's words, telling a scheduled item from a published one."""
        if self.is_scheduled:
            return gettext("Approved, not yet published")
        if self.status == Status.PUBLISHED and self.is_expired:
            return gettext("Published, expired")
        return self.get_status_display()

    @property
    def last_return(self) -> Transition | None:
        """Who returned it to its author, when and why, while it is the author's turn."""
        if self.status != Status.RETURNED:
            return None
        returns = self.transitions_of_text().filter(verb="return_to_author")
        return returns.select_related("by").first()

    def transitions_of_text(self):
        """Steps are kept on the live row, also those of its working copy."""
        return Transition.objects.filter(article_id=self.draft_of_id or self.pk)

    def can_be_edited_by(self, user) -> bool:
        """Whether this row may be edited where it stands: drafts, by their author or a reviewer.

        What was submitted is the reviewers'; what is or was public is edited in a working copy.
        """
        if self.deleted_at or self.status in {Status.PUBLISHED, Status.WITHDRAWN}:
            return False
        if self.is_reviewed_by(user):
            return True
        return self.status != Status.SUBMITTED and self.created_by_id == user.pk

    def can_be_copied_by(self, user) -> bool:
        """Whether `user` may start changing what is public, in a working copy."""
        if self.deleted_at or self.status not in {Status.PUBLISHED, Status.WITHDRAWN}:
            return False
        return self.is_reviewed_by(user) or self.created_by_id == user.pk

    def is_reviewed_by(self, user) -> bool:
        return is_reviewer(user, Article) and reach.lies_with(self, user)

    def failure_reasons(self) -> list[str]:
        failures = self.own_failures()
        for number, use in enumerate(self.photos.select_related("photo"), start=1):
            failures += use.failures(number)
        for file in self.attachments.all():
            failures += file.failures()
        return [sentence for _field, sentence in failures]

    def own_failures(self) -> list[tuple[str, str]]:
        """What keeps the words of this row from being published: (field, sentence)."""
        plain = richtext.plain_text(self.body)
        failures = []
        if not plain.strip():
            failures.append(
                ("body", gettext("The text is empty. Write or paste it under “Content”."))
            )
        for field, words in (("title", self.title), ("summary", self.summary), ("body", plain)):
            failures += _forbidden(field, words)
        failures += [("body", sentence) for sentence in link_approval.refusals(self.body)]
        return failures

    def is_own_text_of(self, user) -> bool:
        """Whether `user` entered this text, and so would approve his own work by publishing it."""
        return user is not None and self.created_by_id == user.pk

    # The unknown sites that whoever publishes this has looked at.
    allowed_hosts: Collection[str] = ()

    def against_publication(self, *, by, publish_at, reason: str) -> list[str]:
        found = super().against_publication(by=by, publish_at=publish_at, reason=reason)
        if self.is_working_copy and self.is_major_change and not self.change_note:
            found.append(str(MAJOR_CHANGE_NEEDS_NOTE))
        if self.is_own_text_of(by) and not reason.strip():
            found.append(str(OWN_TEXT_NEEDS_REASON))
        if by is not None:  # the system asks nobody
            found += link_approval.not_allowed(self, allowed=self.allowed_hosts)
        return found

    def publish(self, *, by, at=None, reason="", allowed_hosts=()) -> None:
        """Publish; of a working copy, put its content on the live row and remove the copy.

        A working copy is published at once, never at a set time. Nobody approves his own text
        without a `reason`, which is kept and shown to the other reviewers. `allowed_hosts`: the
        unknown sites that `by` has looked at; links to others are refused.
        """
        self.may("publish", by=by)
        if self.is_working_copy and at is not None:
            raise Refused(_("Changes to a published article are published at once."))
        self.allowed_hosts = allowed_hosts
        strange = link_approval.strange(self) if by else []
        with transaction.atomic():
            if self.is_working_copy:
                live = self.draft_of
                copies.merge(self, by=by, reason=reason)
            else:
                live = self
                super().publish(by=by, at=at, reason=reason)
                copies.record_version(self, by=by)
            link_approval.record(live, strange, by=by)

    def record_transition(self, verb: str, *, by, reason: str, is_own_text=None) -> None:
        if is_own_text is None:
            is_own_text = verb == "publish" and self.is_own_text_of(by)
        Transition.objects.create(
            article_id=self.draft_of_id or self.pk,
            verb=verb,
            by=by,
            reason=reason,
            is_own_text=is_own_text,
        )
        before, after = audit.differences(self.replaced, self)
        said = {"reason": reason, "own_text": is_own_text, "version": self.version}
        after |= {name: value for name, value in said.items() if value}
        audit.record(verb, actor=by, target=self, before=before, after=after)


MAJOR_CHANGE_NEEDS_NOTE = _("Write for the readers what has changed, or untick the major change.")
OWN_TEXT_NEEDS_REASON = _(
    "This is a text of your own. Write why you publish it yourself; another reviewer approves it "
    "afterwards."
)


def _forbidden(field: str, words: str) -> list[tuple[str, str]]:
    return [(field, sentence) for sentence, _start, _end in proofreading.forbidden(words)]


@lru_cache(maxsize=512)
def _first_sentence(start: str) -> str:
    """The first sentence of a text's start; remembered, for the newest stand on many pages."""
    whole, _cut, tag = start.rpartition("<")
    return text.first_sentence(richtext.plain_text(start if ">" in tag else whole))


def _moment(written: str) -> datetime.datetime:
    """A moment as JSON of either database has it; SQLite leaves out that it is UTC."""
    moment = datetime.datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


class Report(Article):
    """An article of kind report: the same rows, a screen of its own in the admin."""

    class Meta:
        proxy = True
        verbose_name = _("conference report")
        verbose_name_plural = _("conference reports")


class Listed(models.Model):
    """What leads from a unit or a person to its articles, in the order of their publication.

    The database itself keeps `public_from` (news/newest_sql.py): the time of the article while the
    clock alone decides on it, else nothing. It says where to look first; what is public,
    `published()` says.
    """

    public_from = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class OfPerson(Listed):
    """The same of somebody named through a post; `of_person` is the id of the person."""

    of_person = models.BigIntegerField(null=True, editable=False)

    class Meta:
        abstract = True


def _index_of_listed(name: str, first: str) -> models.Index:
    return models.Index(
        fields=[first, "-public_from", "-article"],
        condition=Q(public_from__isnull=False),
        name=name,
    )


class ArticleDepartment(Listed):
    """A unit concerned beside the one the article comes from, in order."""

    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="concerned_departments"
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="article_links",
        verbose_name=_("unit"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("unit concerned")
        verbose_name_plural = _("other units concerned")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "department"],
                name="articledepartment_once",
                violation_error_message=_("This unit is already named."),
            )
        ]
        indexes = [_index_of_listed("articledepartment_newest", "department")]

    def __str__(self) -> str:
        return str(self.department)


class ArticleUpdate(models.Model):
    """The public note of a major change."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="updates")
    at = models.DateTimeField(_("when"))
    note = CharField(_("what changed"), max_length=500)

    class Meta:
        verbose_name = _("update note")
        verbose_name_plural = _("update notes")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.note


class ArticlePerson(OfPerson):
    """A person in an article, named through the post held on the event's day."""

    class Relation(models.TextChoices):
        CHAIRED = "chaired", _("chaired")
        SPOKE = "spoke", _("spoke")
        ATTENDED = "attended", _("attended")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="people")
    appointment = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        related_name="article_links",
        verbose_name=_("person in post"),
    )
    relation = models.CharField(
        _("relation"), max_length=10, choices=Relation, default=Relation.ATTENDED
    )

    class Meta:
        verbose_name = _("person in the article")
        verbose_name_plural = _("people in the article")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "appointment", "relation"], name="articleperson_once"
            )
        ]
        indexes = [_index_of_listed("articleperson_newest", "of_person")]

    def __str__(self) -> str:
        return str(self.appointment)

    @classmethod
    def of_columns(cls, row: dict) -> ArticlePerson:
        """The person in the post, for a page, from a row of _PERSON_COLUMNS."""
        unit = Department(name=row["unit"], short_name=row["short_unit"])
        term = Appointment(
            person=Person(full_name=row["name"], slug=row["slug"]),
            position=Position(title=row["title"], department=unit),
            is_acting=row["is_acting"],
        )
        return cls(appointment=term, relation=row["relation"])


_YEARS = [MinValueValidator(1945), MaxValueValidator(2200)]


class Conference(OfPerson):
    """The annual review that a report is about."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="conference")
    held_on = models.DateField(_("held on"))
    venue = CharField(_("place"), max_length=255, blank=True)
    review_year = models.PositiveSmallIntegerField(
        _("year under review"), validators=_YEARS, help_text=_("For example: 2017")
    )
    plan_year = models.PositiveSmallIntegerField(
        _("year planned"), null=True, blank=True, validators=_YEARS
    )
    chair = models.ForeignKey(
        Appointment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="chaired_conferences",
        verbose_name=_("chaired by"),
        help_text=_("Shown in the post held on that day, also after leaving it."),
    )
    participants = TextField(_("participants"), blank=True)

    class Meta:
        verbose_name = _("conference")
        verbose_name_plural = _("conferences")
        ordering = ["-review_year", "-held_on"]
        indexes = [
            models.Index(fields=["-review_year", "-held_on"], name="conference_by_year"),
            _index_of_listed("conference_newest", "of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(plan_year=None) | Q(plan_year__gt=F("review_year")),
                name="conference_plans_ahead",
                violation_error_message=_("The year planned comes after the year under review."),
            )
        ]

    def __str__(self) -> str:
        return gettext("Review of %s") % self.review_year

    def clean(self):
        if self.chair_id and self.held_on:
            held = Appointment.objects.current(on=self.held_on)
            if not held.filter(pk=self.chair_id).exists():
                raise ValidationError(
                    {"chair": _("%s did not hold this post on that day.") % self.chair.person}
                )


class PhotoManager(models.Manager):
    def from_upload(self, upload, *, by=None) -> Photo:
        """The library's photo of these bytes: the one it has (`was_known`), else a new one with
        what the file says about itself.

        Raises ValidationError with one sentence when the upload is no usable photo.
        """
        stored = images.store(upload)
        with transaction.atomic():
            if by is not None:  # the same bytes twice in one batch arrive side by side
                get_user_model().objects.select_for_update(no_key=True).get(pk=by.pk)
            photo = self.filter(checksum=stored.checksum).first()
            if photo is not None:
                photo.was_known = True
                return photo
            return self._new(stored, name=upload.name, by=by)

    def _new(self, stored, *, name: str, by) -> Photo:
        photo = self.create(
            image=stored.name,
            width=stored.width,
            height=stored.height,
            checksum=stored.checksum,
            name=text.normalize_line(name)[:255],
            credit=stored.notes.credit,
            taken_on=stored.notes.taken_on,
            file_caption=stored.notes.caption,
            added_by=by,
        )
        audit.record("add", actor=by, target=photo, after={"checksum": photo.checksum})
        return photo

    def public_ids(self, photos) -> set[int]:
        """Which of the photos a published article shows now, in one query."""
        shown = ArticlePhoto.objects.filter(
            photo__in=photos, article__in=Article.objects.published().order_by().values("pk")
        )
        return set(shown.order_by().values_list("photo_id", flat=True))


class Photo(models.Model):
    """A photo of the library. What it tells belongs to its uses: see ArticlePhoto.caption."""

    image = ImageField(
        _("photo"), width_field="width", height_field="height", checksum_field="checksum"
    )
    alt = CharField(
        _("description for those who cannot see the photo"),
        max_length=300,
        blank=True,
        help_text=_("Describe what is to be seen. Screen readers read this sentence."),
    )
    credit = CharField(_("photographer"), max_length=150, blank=True)
    taken_on = models.DateField(_("taken on"), null=True, blank=True)
    focus_x = models.PositiveSmallIntegerField(default=50, validators=[MaxValueValidator(100)])
    focus_y = models.PositiveSmallIntegerField(default=50, validators=[MaxValueValidator(100)])
    width = models.PositiveIntegerField(_("width"), default=0, editable=False)
    height = models.PositiveIntegerField(_("height"), default=0, editable=False)
    checksum = models.CharField(max_length=64, editable=False, db_index=True)
    name = CharField(_("file name"), max_length=255, blank=True, editable=False)
    # What the agency or the camera wrote into the file (IPTC); proposed as the caption.
    file_caption = TextField(_("caption in the file"), blank=True, editable=False)
    search_key = FoldedField(sources=("name", "alt", "credit", "file_caption"))
    added_at = models.DateTimeField(_("added"), auto_now_add=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("added by"),
    )

    was_known = False  # whether an upload found it in the library

    objects = PhotoManager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["-added_at", "-pk"]

    def __str__(self) -> str:
        return self.name or self.alt or gettext("Photo %s") % self.pk

    def clean(self):
        if text.is_file_name(self.alt):
            raise ValidationError({"alt": ALT_IS_FILE_NAME})

    def delete(self, *args, **kwargs):
        """Remove the row, then its files unless another photo has the same ones."""
        checksum = self.checksum
        removed = super().delete(*args, **kwargs)
        transaction.on_commit(lambda: self._delete_files(checksum))
        return removed

    @staticmethod
    def _delete_files(checksum: str) -> None:
        """Remove the files unless a photo, a portrait or a unit's picture has the same bytes."""
        rows = (
            Photo.objects.filter(checksum=checksum),
            Person.objects.filter(portrait__contains=checksum),
            Department.objects.filter(picture__contains=checksum),
        )
        if not any(found.exists() for found in rows):
            images.delete_files(checksum)

    def change(self, **values) -> None:
        """Write some columns, and what the library's search reads."""
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=[*values, "search_key"])

    def is_public(self) -> bool:
        """Whether a published article shows this photo now."""
        return Article.objects.published().filter(photos__photo=self).exists()

    def versions(self) -> list[Version]:
        """Versions that show this photo of articles which readers have seen.

        What was only ever a draft needs no proof of what it looked like.
        """
        found = list(
            Version.objects.get_for_model(ArticlePhoto).filter(
                serialized_data__contains=f'"photo": {self.pk},'
            )
        )
        articles = {version.field_dict["article_id"] for version in found}
        public = Article.objects.once_public().filter(pk__in=articles)
        seen = set(public.values_list("pk", flat=True))
        return [version for version in found if version.field_dict["article_id"] in seen]

    @property
    def proposed_caption(self) -> str:
        """What the file says of itself, as long as a caption may be."""
        longest = ArticlePhoto._meta.get_field("caption").max_length
        return text.normalize_line(self.file_caption)[:longest]


ALT_IS_FILE_NAME = _("This is a file name. Describe what is to be seen in the photo.")
ALT_IS_CAPTION = _("The description repeats the caption. Describe what is to be seen instead.")


class ArticlePhoto(models.Model):
    """The use of a photo in an article. The caption belongs here: one photo, two stories.

    `ref` names the use in the body (`<figure data-photo="REF">`). It is copied unchanged into
    working copies and versions, so the body is never rewritten.
    """

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey(
        Photo, on_delete=models.PROTECT, related_name="uses", verbose_name=_("photo")
    )
    ref = models.PositiveIntegerField(editable=False)
    caption = CharField(
        _("caption"),
        max_length=500,
        blank=True,
        help_text=_("Who, doing what, where. The site centres it."),
    )
    alt = CharField(
        _("description for those who cannot see the photo"),
        max_length=300,
        blank=True,
        help_text=_("Say what is to be seen, not the caption again. Screen readers read it."),
    )
    is_decorative = models.BooleanField(_("the photo is only decoration"), default=False)
    needs_no_caption = models.BooleanField(_("the photo needs no caption"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_lead = models.BooleanField(_("main photo"), default=False)

    class Meta:
        verbose_name = _("photo in the article")
        verbose_name_plural = _("photos in the article")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "ref"], name="articlephoto_ref_once"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(is_lead=True),
                name="articlephoto_one_lead",
                violation_error_message=_("An article has one main photo."),
            ),
        ]

    def __str__(self) -> str:
        return self.caption or str(self.photo)

    def save(self, **kwargs):
        if self.ref is None:
            self.ref = self.free_ref(self.article)
        super().save(**kwargs)

    @classmethod
    def of_columns(cls, row: dict) -> ArticlePhoto:
        """The use and its photo, for a page, from a row of PHOTO_COLUMNS."""
        photo = {name[7:]: value for name, value in row.items() if name[:7] == "photo__"}
        return instance(cls, row, photo=instance(Photo, photo))

    @staticmethod
    def free_ref(article: Article) -> int:
        """A number that no photo of the article has and no figure of its text still names."""
        used = set(article.photos.values_list("ref", flat=True))
        used.update(richtext.photo_places(article.body))
        return max(used, default=0) + 1

    @property
    def described(self) -> str:
        """The alt text: of this use, else of the photo; empty for decoration."""
        return "" if self.is_decorative else self.alt or self.photo.alt

    def failures(self, number: int) -> list[tuple[str, str]]:
        """What keeps photo `number` of its article from being published: (field, sentence)."""
        failures = _forbidden("caption", self.caption)
        if self.is_decorative:
            return failures
        if not self.caption and not self.needs_no_caption:
            failures.append(("caption", gettext("Photo %s has no caption.") % number))
        if reason := self._alt_failure(number):
            failures.append(("alt", reason))
        return failures

    def _alt_failure(self, number: int) -> str:
        alt = self.described
        if not alt:
            return gettext("Photo %s has no description for those who cannot see it.") % number
        if text.is_file_name(alt):
            return gettext("Photo %s: the description is a file name.") % number
        if text.fold(alt) == text.fold(self.caption):
            return gettext("Photo %s: the description repeats the caption.") % number
        return ""

    def clean(self):
        if self.is_decorative:
            return
        if text.is_file_name(self.alt):
            raise ValidationError({"alt": ALT_IS_FILE_NAME})
        if self.alt and text.fold(self.alt) == text.fold(self.caption):
            raise ValidationError({"alt": ALT_IS_CAPTION})


class Attachment(models.Model):
    """A file of an article. What it is, its content says, not its name."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="attachments")
    file = AttachmentField(
        _("file"),
        size_field="size",
        type_field="type",
        pages_field="pages",
        checksum_field="checksum",
        links_field="links",
    )
    title = CharField(
        _("title"),
        max_length=255,
        blank=True,
        help_text=_("The document's title. Leave empty: it is made from the file name."),
    )
    name = CharField(_("file name"), max_length=255, blank=True, default="", editable=False)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    size = models.PositiveBigIntegerField(_("size"), default=0, editable=False)
    type = models.CharField(_("type"), max_length=10, editable=False)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True, editable=False)
    checksum = models.CharField(max_length=64, editable=False, db_index=True)
    # The sites that the document itself leads to, as portal.documents found them.
    links = models.JSONField(_("links"), default=list, db_default=[], editable=False)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs):
        """A link without words cannot be found: an empty title becomes the file's own name."""
        if self.file and not self.file._committed:
            self.name = text.normalize_line(Path(self.file.name).stem.replace("_", " "))[:255]
        self.title = self.title or self.name or self._stored_title()
        super().save(**kwargs)

    def _stored_title(self) -> str:
        """The title as it was: of documents that came in before their names were kept."""
        stored = Attachment.objects.filter(pk=self.pk).values_list("title", flat=True).first()
        return stored or gettext("Document")

    def failures(self) -> list[tuple[str, str]]:
        """What keeps the article of this document from being published: (field, sentence)."""
        links = link_approval.refusals_of_file(self)
        return [*_forbidden("title", self.title), *(("title", sentence) for sentence in links)]

    @property
    def details(self) -> str:
        """ "PDF, 1,2 MB, 12 trang": the type, the size, and the pages when they are known."""
        parts = [self.type.upper(), text.file_size(self.size)]
        if self.pages:
            parts.append(gettext("%s pages") % self.pages)
        return ", ".join(parts)


class TransitionQuerySet(models.QuerySet):
    def to_approve(self):
        """Texts that their own authors published and nobody else has looked at yet."""
        return self.filter(is_own_text=True, approved_at=None)


class Transition(models.Model):
    """Who did which verb to an article, when and why."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="transitions")
    verb = models.CharField(_("action"), max_length=20)
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    reason = TextField(_("reason"), blank=True)
    # Somebody published a text of his own; another approves it after the fact.
    is_own_text = models.BooleanField(_("own text"), default=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)

    objects = TransitionQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.verb

    @property
    def label(self) -> str:
        """What was done, in the trade's words."""
        return str(STEPS.get(self.verb, self.verb))

    def approve(self, *, by) -> None:
        """Say after the fact that a text published by its own author is right."""
        if self.by_id == by.pk:
            raise Refused(_("Somebody else approves a text of your own."))
        if not self.article.is_reviewed_by(by):
            raise Refused(_("This text belongs to another unit: its own reviewers decide on it."))
        self.approved_by, self.approved_at = by, timezone.now()
        open_ones = Transition.objects.to_approve().filter(pk=self.pk)
        with transaction.atomic():
            if not open_ones.update(approved_by=by, approved_at=self.approved_at):
                raise Refused(_("This text is approved already."))
            audit.record("approve", actor=by, target=self.article, after={"step": self.pk})


STEPS = {
    "submit": _("Sent for review"),
    "take_back": _("Taken back to change it"),
    "return_to_author": _("Returned to the author"),
    "publish": _("Published"),
    "update": _("Published article updated"),
    "withdraw": _("Withdrawn"),
    "unschedule": _("Made a draft again"),
    "trash": _("Moved to the trash"),
    "untrash": _("Taken out of the trash"),
    "move": _("Moved to another category"),
}


class UrgentNoticeQuerySet(models.QuerySet):
    def shown(self, *, at: datetime.datetime):
        """The notices that stand over the site at a moment, the one that began last first."""
        return self.filter(starts_at__lte=at, ends_at__gt=at)


class UrgentNotice(models.Model):
    """A line over the whole site, shown and hidden by the clock."""

    text = CharField(_("text of the line"), max_length=255)
    link = CharField(
        _("link"),
        max_length=255,
        blank=True,
        help_text=_("A page of this site, for example /tin-tuc/, or an address with https://."),
    )
    starts_at = models.DateTimeField(_("shown from"))
    ends_at = models.DateTimeField(_("shown until"))

    objects = UrgentNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("urgent notice")
        verbose_name_plural = _("urgent notices")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="urgentnotice_ends_after_start",
                violation_error_message=_("The end lies before the start."),
            ),
            models.CheckConstraint(
                condition=Q(link="")
                | Q(link__startswith="/") & ~Q(link__startswith="//")
                | Q(link__startswith="https://"),
                name="urgentnotice_leads_to_a_safe_place",
                violation_error_message=_("Write a page of this site or an https:// address."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_shown(self) -> bool:
        """Whether it stands over the site now."""
        return self.starts_at <= timezone.now() < self.ends_at

    def clean(self):
        if self.link and not is_local_path(self.link) and not self.link.startswith("https://"):
            raise ValidationError({"link": _("Write a page of this site or an https:// address.")})
