"""Sample content: one real report with its agency, and articles labelled as samples beside it.

`load()` adds what is missing and changes nothing that is there: twice is the same as once, and
what staff have edited since stays as they left it.
"""

from __future__ import annotations

from collections import Counter

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from departments.models import Appointment, Contact, Department, Person, Position, SiteSettings
from news.models import (
    Article,
    ArticlePerson,
    ArticlePhoto,
    Attachment,
    Category,
    Conference,
    Photo,
)
from news.sample import articles, drawings
from portal import images


def load(*, by=None) -> Counter:
    """Load the sample content; returns how many rows of which model were made.

    `by`: the account that enters and publishes it; None: the system. An article is known by
    title and publication time, a photo by its file name. All rows come in one transaction.
    """
    uploads = {name: _upload(name) for name in _pictures_to_draw()}
    for upload in uploads.values():
        images.store(upload)  # slow: before the transaction keeps other writers waiting
    with transaction.atomic():
        return _Loading(by, uploads).run()


def _find(story: articles.Story) -> Article | None:
    return Article.objects.filter(title=story.title, publish_at=story.publish_at).first()


def _pictures_to_draw() -> set[str]:
    """The pictures of missing articles that the library does not have."""
    wanted = {
        name
        for story in articles.STORIES
        if _find(story) is None
        for name, _caption in story.photos
    }
    return {name for name in wanted if not Photo.objects.filter(name=_file_name(name)).exists()}


def _file_name(picture: str) -> str:
    return f"minh-hoa-{picture}.png"


def _upload(picture: str) -> SimpleUploadedFile:
    content = drawings.picture(picture)
    return SimpleUploadedFile(_file_name(picture), content, content_type="image/png")


class _Loading:
    """One run: what was made is counted, what is there is left alone."""

    def __init__(self, by, uploads: dict[str, SimpleUploadedFile]):
        self.by = by
        self.uploads = uploads
        self.made: Counter = Counter()

    def run(self) -> Counter:
        agency = self._agency()
        director = self._director(agency)
        for order, (name, description) in enumerate(articles.CATEGORIES.items(), start=1):
            self._ensure(Category, name=name, defaults={"order": order, "description": description})
        for story in articles.STORIES:
            if _find(story) is None:
                self._article(story, director)
        return self.made

    def _ensure(self, model, *, defaults: dict, **key):
        """The oldest row with that key, else a new one."""
        row = model.objects.filter(**key).order_by("pk").first()
        return row or self._make(model, **key | defaults)

    def _make(self, model, **fields):
        self.made[model] += 1
        return model.objects.create(**fields)

    # ── The agency ──────────────────────────────────────────────────────────────────────────────
    def _agency(self) -> Department:
        name = articles.AGENCY["name"]
        kind = Department.Kind.DEPARTMENT
        agency = self._ensure(Department, name=name, defaults=articles.AGENCY | {"kind": kind})
        if not agency.contacts.exists():
            self._make(Contact, department=agency, **articles.CONTACT)
        for order, (unit, kind) in enumerate(articles.UNITS.items(), start=1):
            fields = {"kind": kind, "parent": agency, "order": order}
            self._ensure(Department, name=unit, defaults=fields | {"functions": articles.UNIT_NOTE})
        site = {"agency": agency, "superior_body": articles.SUPERIOR_BODY}
        self._ensure(SiteSettings, pk=1, defaults=site)
        return agency

    def _director(self, agency: Department) -> Appointment:
        person = self._ensure(Person, full_name=articles.DIRECTOR, defaults={})
        head = {"rank": 1, "seats": 1, "is_leadership": True}
        position = self._ensure(Position, department=agency, title="Giám đốc", defaults=head)
        return self._ensure(Appointment, person=person, position=position, defaults={})

    # ── Articles ────────────────────────────────────────────────────────────────────────────────
    def _article(self, story: articles.Story, director: Appointment) -> None:
        article = self._make(
            Article,
            kind=story.kind,
            title=story.title,
            body=story.body,
            category=Category.objects.filter(name=story.category).earliest("pk"),
            department=Department.objects.filter(name=story.unit).earliest("pk"),
            byline=story.byline,
            publish_at=story.publish_at,
            is_featured=story.is_featured,
            created_by=self.by,
        )
        for ref, (picture, caption) in enumerate(story.photos, start=1):
            photo = self._photo(picture)
            use = {"ref": ref, "caption": caption, "order": ref, "is_lead": ref == 1}
            use["needs_no_caption"] = not caption
            self._make(ArticlePhoto, article=article, photo=photo, **use)
        self._parts(article, story, director)
        article.publish(by=None)  # nobody has to approve a sample

    def _parts(self, article: Article, story: articles.Story, director: Appointment) -> None:
        """What a report has beside its text: the conference, who chaired it, a document."""
        chair = director if story.is_chaired else None
        if story.conference:
            self._make(Conference, article=article, chair=chair, **story.conference)
        if chair:
            relation = ArticlePerson.Relation.CHAIRED
            self._make(ArticlePerson, article=article, appointment=chair, relation=relation)
        if story.attachment:
            content = drawings.document()
            file = SimpleUploadedFile("tai-lieu-mau.pdf", content, content_type="application/pdf")
            self._make(Attachment, article=article, file=file, title=story.attachment)

    def _photo(self, picture: str) -> Photo:
        photo = Photo.objects.filter(name=_file_name(picture)).first()
        if photo is None:
            photo = Photo.objects.from_upload(self.uploads[picture], by=self.by)
            photo.alt = articles.PICTURES[picture]
            photo.save(update_fields=["alt"])
            self.made[Photo] += 1
        return photo
