"""Working copies and versions: what is public is never edited where it stands.

A working copy is an article whose `draft_of` names the live one. It starts with the live row's
content, photos, captions, attachments, conference and people; files are shared. Publishing it
moves all that onto the live row in one transaction, which keeps its id, address and times.
Versions are django-reversion's and hang on the live row; restoring one fills a new working copy.

Nothing here imports news.models: articles come in as arguments.
"""

from __future__ import annotations

import reversion
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.publishing import EXPIRES_TOO_EARLY, VERBS, Refused

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


def open_copy(article, *, by):
    """The article's working copy: the one there is, else a new one made from the live row."""
    if article.is_working_copy:
        return article
    with transaction.atomic():
        live = _lock(article)
        copy = type(live).objects.filter(draft_of=live).first()
        if copy is None:
            copy = _new_copy(live, by=by, content={name: getattr(live, name) for name in CONTENT})
            for row in _parts(live):
                _clone(row, copy)
            copy.related.set(live.related.all())
    return copy


def merge(copy, *, by) -> None:
    """Put the copy's content on its live row, record the version, remove the copy.

    Raises Refused when the copy is not fit to be published, `by` may not, or either row was
    changed by somebody else meanwhile; nothing is changed then.
    """
    if refusal := copy._refusal(VERBS["publish"], by=by):
        raise Refused(refusal)
    if reasons := copy.failure_reasons():
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
        live.record_transition("update", by=by, reason="")
        remove(copy)
        record_version(live, by=by)


def remove(copy) -> None:
    """Delete a working copy. What somebody typed into it and did not save goes to the article."""
    copy.autosaves.update(article=copy.draft_of_id)
    copy.delete()


def record_version(article, *, by) -> None:
    """Keep the article as it is now, with its photos, captions and all other parts."""
    concrete = article._meta.concrete_model
    with reversion.create_revision():
        if by is not None:
            reversion.set_user(by)
        reversion.add_to_revision(concrete._base_manager.get(pk=article.pk))


def restore(version, *, by):
    """Fill a new working copy from a past version; the live row stays as it is.

    What the version names and is no longer there (a category, an appointment) is left out, or
    taken from the live row where an article cannot be without it.
    """
    model = version._model
    with transaction.atomic():
        live = _lock(model._base_manager.get(pk=version.object_id))
        if model.objects.filter(draft_of=live).exists():
            raise Refused(
                _("This article is being edited already. Publish or discard that copy first.")
            )
        data = version.field_dict
        content = {name: data[name] for name in CONTENT if name in data}
        copy = _new_copy(live, by=by, content=_existing(live, content))
        for row in _parts_of_version(version, live):
            _clone(row, copy)
        copy.related.set(model.objects.filter(pk__in=data.get("related", [])))
    return copy


def _lock(article):
    """The row as it is in the database now, kept for this transaction."""
    return article._meta.concrete_model._base_manager.select_for_update().get(pk=article.pk)


def _new_copy(live, *, by, content):
    copy = type(live)(draft_of=live, created_by=by, **content)
    copy.save()
    return copy


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
    models = {live._meta.get_field(name).related_model for name in PARTS}
    for part in version.revision.version_set.order_by("pk"):
        if part._model in models and part.field_dict.get("article_id") == live.pk:
            row = part._model(**part.field_dict)
            if not _missing(row):
                yield row


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
