"""Working copies and versions: what is public is never edited where it stands.

A working copy is an article whose `draft_of` names the live one. It starts with the live row's
content, photos, captions, attachments, conference and people; files are shared. Publishing it
moves all that onto the live row in one transaction, which keeps its id, address and times.
Versions are django-reversion's and hang on the live row; restoring one fills a new working copy.
Only what never was public has no copy: a version is put back onto the draft itself.

Nothing here imports news.models: articles come in as arguments.
"""

from __future__ import annotations

import reversion
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from reversion.errors import RegistrationError, RevertError

from portal import audit, richtext
from portal.publishing import EXPIRES_TOO_EARLY, Refused, Status

# What a working copy takes from the live row and gives back; never the state and the times.
CONTENT = (
    "kind",
    "title",
    "title_key",
    "slug",
    "summary",
    "body",
    "category_id",
    "department_id",
    "byline",
    "source",
    "is_featured",
    "featured_until",
    "featured_order",
    "expire_at",
)
# The relations whose rows belong to one article, by the name they have on it.
PARTS = ("photos", "attachments", "concerned_departments", "people", "conference")

# Comments of a version that no step explains.
KEPT, RESTORED = "kept before a restoration", "restored"


def open_copy(article, *, by):
    """The article's working copy: the one there is, else a new one made from the live row."""
    if article.is_working_copy:
        return article
    with transaction.atomic():
        live = _lock(article)
        copy = type(live).objects.filter(draft_of=live).first()
        if copy is None:
            copy = _new_copy(live, by=by, content={name: getattr(live, name) for name in CONTENT})
            copy_parts(live, copy)
            copy.related.set(live.related.all())
            audit.record("open_copy", actor=by, target=live, after={"copy": copy.pk})
    return copy


def copy_parts(source, target) -> None:
    """Give `target` rows like those of `source`: photos with captions, files, people…"""
    for row in _parts(source):
        _clone(row, target)


def merge(copy, *, by, reason: str = "") -> None:
    """Put the copy's content on its live row, record the version, remove the copy.

    A major change also puts its note under the article. `reason`: why somebody publishes a text
    of his own.

    Raises Refused when the copy is not fit to be published, `by` may not, or either row was
    changed by somebody else meanwhile; nothing is changed then.
    """
    copy.may("publish", by=by)
    publish_at = copy.draft_of.publish_at
    if reasons := copy.against_publication(by=by, publish_at=publish_at, reason=reason):
        raise Refused(*reasons)
    with transaction.atomic():
        copy.advance()  # fails if somebody else saved the copy meanwhile
        live = _lock(copy.draft_of)
        if live.deleted_at:
            raise Refused(_("The article was deleted. Restore it first."))
        if copy.expire_at and live.publish_at and copy.expire_at <= live.publish_at:
            raise Refused(EXPIRES_TOO_EARLY)
        changes = {name: getattr(copy, name) for name in CONTENT} | {"saved_at": timezone.now()}
        if live.is_live and _told(live) != _told(copy):
            changes["content_changed_at"] = timezone.now()
        _move_parts(copy, live)
        live.related.set(copy.related.all())
        live.advance(**changes)
        _forget_mended_links(live)
        if copy.is_major_change:
            live.updates.create(at=timezone.now(), note=copy.change_note)
        live.record_transition("update", by=by, reason=reason, is_own_text=copy.is_own_text_of(by))
        remove(copy)
        record_version(live, by=by)


def _forget_mended_links(article) -> None:
    """What the next look at the links would find mended; a list of them is shorter at once."""
    held = [link.address for link in richtext.links(article.body)]
    longest = article.broken_links.model._meta.get_field("address").max_length
    article.broken_links.exclude(address__in=[one[:longest] for one in held]).delete()


def remove(copy) -> None:
    """Delete a working copy. What somebody typed into it and did not save goes to the article."""
    copy.autosaves.update(article=copy.draft_of_id)
    copy.delete()


def record_version(article, *, by, comment: str = "") -> None:
    """Keep the article as it is now, with its photos, captions and all other parts."""
    concrete = article._meta.concrete_model
    with reversion.create_revision():
        reversion.set_comment(comment)
        if by is not None:
            reversion.set_user(by)
        reversion.add_to_revision(concrete._base_manager.get(pk=article.pk))


def restore(version, *, by):
    """Fill a new working copy from a past version; the live row stays as it is.

    A draft that is not public takes the version's content itself; what it was before is kept as a
    version. What the version names and is no longer there (a category, an appointment) is left
    out, or taken from the live row where an article cannot be without it. Raises Refused where
    the article is being edited, or the version can no longer be read.
    """
    model = version._model
    with transaction.atomic():
        live = _lock(model._base_manager.get(pk=version.object_id))
        if model.objects.filter(draft_of=live).exists():
            raise Refused(
                _("This article is being edited already. Publish or discard that copy first.")
            )
        data = fields_of(version)
        content = _existing(live, {name: data[name] for name in CONTENT if name in data})
        if content.get("expire_at") and content["expire_at"] <= timezone.now():
            content["expire_at"] = live.expire_at  # else publishing would hide the article at once
        parts = list(_parts_of_version(version, live))
        if live.status in {Status.PUBLISHED, Status.WITHDRAWN}:
            target = _new_copy(live, by=by, content=content)
        else:
            planned = data.get("publish_at", live.publish_at)
            target = _emptied(live, by=by, content=content | {"publish_at": planned})
        for row in parts:
            _clone(row, target)
        target.related.set(model.objects.filter(pk__in=data.get("related", [])))
        if target == live:
            record_version(live, by=by, comment=RESTORED)
        audit.record("restore_version", actor=by, target=live, after={"version": version.pk})
    return target


def fields_of(version) -> dict:
    """The columns of one row as a version has them. Raises Refused when they cannot be read."""
    unreadable = _("This version was kept in an old format and can no longer be read.")
    if version._model is None:
        raise Refused(unreadable)
    try:
        return version.field_dict
    except (RevertError, RegistrationError, IndexError) as fault:
        raise Refused(unreadable) from fault


def _lock(article):
    """The row as it is in the database now, kept for this transaction."""
    return article._meta.concrete_model._base_manager.select_for_update(no_key=True).get(
        pk=article.pk
    )


def _new_copy(live, *, by, content):
    copy = type(live)(draft_of=live, created_by=by, **content)
    copy.save()
    return copy


def _emptied(draft, *, by, content):
    """The draft with that content and none of its parts, once it is kept as it was."""
    if not draft.can_be_edited_by(by):  # submitted since `by` was asked
        raise Refused(
            _("Somebody else has just changed this item. Open it again and look at it first.")
        )
    record_version(draft, by=by, comment=KEPT)
    for name in PARTS:
        _rows(draft, name).delete()
    for name, value in content.items():
        setattr(draft, name, value)
    draft.save(force_update=True)
    draft.advance(saved_at=timezone.now())  # an open form of the draft is out of date now
    return draft


def _parts(article):
    for name in PARTS:
        yield from _rows(article, name)


def _rows(article, name):
    """The rows of one relation, whether it holds many or one."""
    relation = article._meta.get_field(name)
    return relation.related_model._base_manager.filter(article=article.pk).order_by("pk")


def _clone(row, article) -> None:
    row.pk = None
    row._state.adding = True
    row.article = article
    row.save()


def _move_parts(source, target) -> None:
    for name in PARTS:
        _rows(target, name).delete()
        _rows(source, name).update(article=target)


def _told(article) -> tuple:
    """What a reader reads: two articles that agree in this tell the same."""
    captions = article.photos.order_by("ref").values_list("ref", "photo", "caption")
    return article.title, article.summary, article.body, list(captions)


def _parts_of_version(version, live):
    """Unsaved rows of the parts as that version held them, in their old order."""
    for model, fields in parts_of(version, live):
        row = model(**fields)
        if not _missing(row):
            yield row


def parts_of(version, live):
    """Model and columns of every part of a version that can still be read, in their old order."""
    models = {live._meta.get_field(name).related_model for name in PARTS}
    for part in version.revision.version_set.order_by("pk"):
        if part._model not in models:
            continue
        try:
            fields = fields_of(part)
        except Refused:
            continue
        if fields.get("article_id") == live.pk:
            yield part._model, fields


def _existing(live, content: dict) -> dict:
    """The content with every foreign key that is gone replaced by the live row's."""
    gone = _missing(type(live)(**content))
    return content | {name: getattr(live, name) for name in gone}


def _missing(row) -> list[str]:
    """The foreign keys of an unsaved row whose target is no longer there."""
    return [
        field.attname
        for field in row._meta.concrete_fields
        if field.many_to_one
        and field.name != "article"
        and getattr(row, field.attname) is not None
        and not field.related_model._base_manager.filter(pk=getattr(row, field.attname)).exists()
    ]
