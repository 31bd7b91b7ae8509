"""A Word file handed in: kept privately, shown, and taken over into a draft.

Until it is taken over nothing but the file and its row exist; then the file stays with the
article, for staff alone.
"""

import datetime
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext

from departments.models import SiteSettings
from news import copies, word
from news.models import Article, Photo, WordFile
from portal import audit, files, images, richtext

WAITS = datetime.timedelta(days=1)


# ── The file ────────────────────────────────────────────────────────────────────────────────────
def keep(upload, *, by) -> WordFile:
    """Keep a file that was judged; those that nobody came back for go."""
    for old in WordFile.objects.filter(article=None, at__lt=timezone.now() - WAITS):
        drop(old)
    checksum = files.checksum(upload)
    # A name of its own: the same file handed in twice may be dropped once.
    name = f"{files.WORD_FILES}/{checksum}-{get_random_string(8)}.docx"
    default_storage.save(name, upload)
    try:
        return WordFile.objects.create(
            name=files.shown_name(upload), file=name, checksum=checksum, size=upload.size, by=by
        )
    except BaseException:
        default_storage.delete(name)
        raise


def drop(word_file: WordFile) -> None:
    """Remove the file, unless a draft was made of it meanwhile."""
    with transaction.atomic():
        gone, _rows = WordFile.objects.filter(pk=word_file.pk, article=None).delete()
        if gone:
            transaction.on_commit(lambda: default_storage.delete(word_file.file))


def read(upload) -> word.Draft:
    """What stands in a file just handed in; see `word.read`."""
    return word.read(upload, known=own_lines())


def read_kept(word_file: WordFile) -> word.Draft:
    """The same of a file that was kept. Raises OSError when it is gone."""
    with default_storage.open(word_file.file) as file:
        return read(ContentFile(file.read(), name=word_file.name))


def own_lines() -> list[str]:
    """What the footer says of the agency already."""
    site = SiteSettings.load()
    contact = site.contact
    lines = [site.agency.name] if site.agency else []
    if contact:
        lines += [contact.address, contact.phone, contact.email, contact.website]
    return lines


# ── On the screen ───────────────────────────────────────────────────────────────────────────────
@dataclass
class Shown:
    """A stretch of text ready for a page, or a photo: its number, caption, picture or problem."""

    html: str = ""
    photo: word.DraftPhoto | None = None
    thumbnail: str = ""
    problem: str = ""


def thumbnails(draft: word.Draft) -> dict[int, Shown]:
    """Every photo of the draft as it is shown; nothing is stored."""
    return {photo.number: _thumbnail(photo) for photo in draft.photos}


def _thumbnail(photo: word.DraftPhoto) -> Shown:
    try:
        return Shown(photo=photo, thumbnail=images.thumbnail(_file(photo)))
    except ValidationError as error:
        return Shown(photo=photo, problem=" ".join(error.messages))


def shown(body: str, photos: dict[int, Shown]) -> list[Shown]:
    """The body in the pieces a page shows."""
    return [
        photos[part.photo] if part.photo else Shown(html=part.html) for part in richtext.parts(body)
    ]


def _file(photo: word.DraftPhoto) -> ContentFile:
    return ContentFile(photo.content, name=photo.name)


# ── The draft ───────────────────────────────────────────────────────────────────────────────────
def take_over(word_file: WordFile, draft: word.Draft, form, conference_form, *, by):
    """Make the draft with its photos, and the conference of a report.

    `form` and `conference_form` (None for what is no report) are valid. Gives the article and
    sentences about what could not be taken over. A second call gives the article of the first.
    """
    taken, problems = _to_library(draft, by=by)  # outside the transaction: encoding takes seconds
    with transaction.atomic():
        kept = WordFile.objects.select_for_update(no_key=True).get(pk=word_file.pk)
        if kept.article_id:
            return kept.article, []
        article = form.save(commit=False)
        article.body = _body(draft, taken, drops_address=form.cleaned_data["drop_address"])
        article.created_by = by
        article.save()
        _place_photos(article, draft, taken)
        if conference_form:
            conference_form.instance.article = article
            conference_form.save()
        kept.article = article
        kept.save(update_fields=["article"])
        copies.record_version(article, by=by)
        audit.record("add", actor=by, target=article, after={"word_file": word_file.name})
    return article, problems


def _to_library(draft: word.Draft, *, by) -> tuple[dict[int, Photo], list[str]]:
    taken, problems = {}, []
    for photo in draft.photos:
        try:
            taken[photo.number] = Photo.objects.from_upload(_file(photo), by=by)
        except ValidationError as error:
            problems += error.messages
    return taken, problems


def _body(draft: word.Draft, taken: dict[int, Photo], *, drops_address: bool) -> str:
    """The text; where a picture is no usable photo its caption stays as a line."""
    body = draft.body if drops_address else draft.body + draft.address
    for photo in draft.photos:
        if photo.number not in taken:
            figure = f'<figure data-photo="{photo.number}"></figure>'
            line = format_html('<p class="can-giua">{}</p>', photo.caption) if photo.caption else ""
            body = body.replace(figure, line)
    return body


def _place_photos(article: Article, draft: word.Draft, taken: dict[int, Photo]) -> None:
    used = [photo for photo in draft.photos if photo.number in taken]
    for order, photo in enumerate(used, start=1):
        of_library = taken[photo.number]
        article.photos.create(
            photo=of_library,
            ref=photo.number,
            caption=photo.caption,
            alt=of_library.alt,
            order=order,
        )


def summary_of(article: Article) -> str:
    """One sentence that says what was found."""
    paragraphs = sum(block.photo is None for block in richtext.blocks(article.body))
    photos = article.photos.count()
    captions = article.photos.exclude(caption="").count()
    found = [
        ngettext("%s paragraph", "%s paragraphs", paragraphs) % paragraphs,
        ngettext("%s photo", "%s photos", photos) % photos,
        ngettext("%s caption", "%s captions", captions) % captions,
    ]
    if article.byline:
        found.append(gettext("the author %s") % article.byline)
    return gettext("The draft is made from the Word file: %s.") % ", ".join(found)
