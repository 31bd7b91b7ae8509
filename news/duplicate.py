"""A new draft from an article: its words, photos and files, never its state or times."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from news import copies
from news.models import Article
from portal import audit
from portal.publishing import Status

# What is decided anew for each article.
NOT_COPIED = {"slug", "title_key", "is_featured", "featured_until", "featured_order", "expire_at"}

SECOND_CLICK = datetime.timedelta(seconds=5)


@transaction.atomic
def duplicate(article: Article, *, by) -> Article:
    """A draft of `by` with the content of `article`; photos and files are shared, not copied.

    A second click within a moment gives back the draft that the first one has made.
    """
    type(article)._base_manager.select_for_update(no_key=True).get(pk=article.pk)
    since = timezone.now() - SECOND_CLICK
    made = Article.objects.filter(created_by=by, created_at__gte=since, deleted_at=None)
    made = made.filter(title=_title(article.title), status=Status.DRAFT, draft_of=None)
    return made.first() or _new_draft(article, by=by)


def _new_draft(article: Article, *, by) -> Article:
    names = (name for name in copies.CONTENT if name not in NOT_COPIED)
    content = {name: getattr(article, name) for name in names}
    draft = Article(created_by=by, **content)
    draft.title = _title(article.title)
    draft.save()
    copies.copy_parts(article, draft)
    # A title of what the user may not see must not come along.
    seen = Article.objects.visible_to(by).filter(draft_of=None)
    draft.related.set(article.related.filter(pk__in=seen.values("pk")))
    audit.record("duplicate", actor=by, target=draft, after={"copy_of": article.pk})
    return draft


def _title(title: str) -> str:
    """ "… (copy)", within what a title may hold."""
    room = Article._meta.get_field("title").max_length - len(gettext("%s (copy)") % "")
    return gettext("%s (copy)") % title[:room].rstrip()
