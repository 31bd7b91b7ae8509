"""The trash: out of every list at once, back as it was for thirty days, then gone for good.

What was once public keeps a row without content, so that its address goes on answering 410.
"""

from __future__ import annotations

import datetime
import math

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from reversion.models import Revision, Version

from news import copies, reach
from news.models import Article, Attachment, Transition, WordFile
from portal import audit
from portal.publishing import Refused, Status, right

KEPT = datetime.timedelta(days=30)
# From then on the worklist reminds of what will be gone soon.
SOON = datetime.timedelta(days=7)
# What its author may throw away himself: nobody else has it in hands, no reader has seen it.
OWN = (Status.DRAFT, Status.RETURNED)
# The verbs under which the two steps are kept.
TRASH, RESTORE = "trash", "untrash"


def may_trash(article: Article, user) -> bool:
    """Whether `user` may put the article into the trash, and so take it out again."""
    if user.has_perm(right(Article, "withdraw")) and article.is_reviewed_by(user):
        return True
    own = article.created_by_id == user.pk and article.status in OWN
    return own and user.has_perm(right(Article, "change"))


def trash(article: Article, *, by) -> None:
    """Put the article, and a working copy of it, into the trash.

    Raises Refused for working copies, without the right, and when the row was changed meanwhile.
    """
    if article.is_working_copy:
        raise Refused(_("These are changes to a published article. Open and discard them instead."))
    allowed = may_trash(article, by)
    if not allowed:
        audit.refuse(actor=by, target=article, verb=TRASH)
    if article.deleted_at or not allowed:
        raise Refused(_("You may throw away your own drafts; the rest is for reviewers."))
    _move(article, by=by, verb=TRASH, deleted_at=timezone.now())


def restore(article: Article, *, by) -> None:
    """Take the article out of the trash: state, photos, captions, files and address as before."""
    if not in_trash(by).filter(pk=article.pk).exists():
        raise Refused(_("This article is no longer in the trash."))
    never_public = article.status == Status.PUBLISHED and article.publish_at > article.deleted_at
    missed = never_public and article.publish_at <= timezone.now()
    # Its time went by in the trash: to publish it now is a decision of its own.
    state = {"status": Status.DRAFT} if missed else {}
    _move(article, by=by, verb=RESTORE, deleted_at=None, **state)


def _move(article, *, by, verb, deleted_at, **state) -> None:
    with transaction.atomic():
        article.advance(deleted_at=deleted_at, **state)
        for copy in Article.objects.filter(draft_of=article.pk):
            copy.advance(deleted_at=deleted_at)
        article.record_transition(verb, by=by, reason="")


def in_trash(user):
    """What `user` may take out of the trash, the last thrown away first; with `trashed_by_id`."""
    rows = trashed().filter(_within_reach(user))
    last = Transition.objects.filter(article=OuterRef("pk"), verb=TRASH).order_by("-at", "-pk")
    return rows.annotate(trashed_by_id=Subquery(last.values("by")[:1]))


def trashed():
    """Everything in the trash that still has its content."""
    rows = Article.objects.filter(deleted_at__isnull=False, draft_of=None)
    return rows.exclude(title="").order_by("-deleted_at", "-pk")


def _within_reach(user) -> Q:
    if not (user.is_active and user.is_staff and user.has_perm(right(Article, "view"))):
        return Q(pk__in=[])
    own = Q(created_by=user, status__in=OWN)
    if not user.has_perm(right(Article, "withdraw")):
        return own
    return Q() if reach.reviews_everything(user) else own | reach.to_review(user)


def soon_gone(rows, *, now: datetime.datetime | None = None):
    """Of rows in the trash those that it will lose within SOON."""
    return rows.filter(deleted_at__lte=(now or timezone.now()) - (KEPT - SOON))


def days_left(article: Article) -> int:
    """The days it can still be taken out, a begun one counted: KEPT at first, 0 when it may go."""
    left = article.deleted_at + KEPT - timezone.now()
    return max(0, math.ceil(left / datetime.timedelta(days=1)))


# ── For good ────────────────────────────────────────────────────────────────────────────────────
def empty(*, now: datetime.datetime | None = None) -> int:
    """Delete what was thrown away more than thirty days ago; returns how many articles."""
    old = (now or timezone.now()) - KEPT
    pks = trashed().filter(deleted_at__lte=old).order_by("pk").values_list("pk", flat=True)
    return sum(_purge(pk, old) for pk in list(pks))


@transaction.atomic
def _purge(pk: int, old: datetime.datetime) -> bool:
    """One article with all that hangs on it; False when it was restored meanwhile."""
    rows = trashed().filter(pk=pk, deleted_at__lte=old)
    article = rows.select_for_update(of=("self",), no_key=True).first()
    if article is None:
        return False
    files, target = [*_file_names(article)], audit.target_of(article)
    _forget_versions(article)
    if Article.objects.once_public().filter(pk=pk).exists():
        _hollow_out(article)
    else:
        article.delete()
    audit.record("purge", target=target)
    transaction.on_commit(lambda: _delete_unused(files))
    return True


def _file_names(article):
    """Names of the documents of the article and of its working copy; photos are the library's."""
    own = Q(article=article) | Q(article__draft_of=article)
    yield from Attachment.objects.filter(own).values_list("file", flat=True)
    yield from WordFile.objects.filter(own).values_list("file", flat=True)
    for version in _part_versions(article):
        yield version.field_dict["file"]


def _part_versions(article):
    """Attachments in past versions, also those that the article no longer has."""
    revisions = _revisions(article).values("pk")
    return Version.objects.get_for_model(Attachment).filter(revision__in=revisions)


def _revisions(article):
    versions = Version.objects.get_for_object(article)
    return Revision.objects.filter(pk__in=versions.values("revision"))


def _forget_versions(article) -> None:
    _revisions(article).delete()


def _hollow_out(article) -> None:
    """Leave of the article what its address needs to answer 410, and who did what to it."""
    Article.objects.filter(draft_of=article).delete()
    own = ("updates", "remarks", "autosaves", "preview_links", "word_files", "broken_links")
    for name in (*copies.PARTS, *own):
        relation = article._meta.get_field(name)
        relation.related_model._base_manager.filter(article=article.pk).delete()
    article.related.clear()
    words = ("title", "title_key", "summary", "body", "byline", "source", "notice", "change_note")
    article.advance(**dict.fromkeys(words, ""), department=None)
    article.transitions.update(reason="")


def _delete_unused(names) -> None:
    """Remove the files that no article, no version and no other Word file has."""
    for name in set(filter(None, names)):
        checksum = name.rpartition("/")[2].partition(".")[0]
        if not _is_used(name, checksum):
            default_storage.delete(name)


def _is_used(name: str, checksum: str) -> bool:
    versions = Version.objects.get_for_model(Attachment)
    return (
        Attachment.objects.filter(checksum=checksum).exists()
        or WordFile.objects.filter(Q(file=name) | Q(checksum=checksum)).exists()
        or versions.filter(serialized_data__contains=checksum).exists()
    )
