"""Preview links: whoever holds one reads an article that is not public yet, for some days.

The key in the address is the whole right. The files of the article open by a cookie that holds the
same key and is sent to /media/ alone: an address of a photo that is passed on carries no key, and
public pages know nothing of the cookie.
"""

import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from news.models import Article
from news.models.desk import PreviewLink
from portal import audit
from portal.files import media_prefix
from portal.publishing import Status

DAYS = (1, 3, 7)
DEFAULT_DAYS = 3
# The screens that a preview can be looked at on, in pixels: a phone, a tablet.
WIDTHS = (360, 768)

_COOKIE = "xem-"
# More than anybody previews in a week; a forged request makes the database look up no hundreds.
_MOST_COOKIES = 50
_UNPUBLISHED = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)


def open_links(*, at: datetime.datetime | None = None):
    """The links that show something at the moment `at` (now).

    A link ends by its time, when it is revoked, with the account that made it, and when its
    article is published, withdrawn or put into the trash.
    """
    at = at or timezone.now()
    is_unpublished = Q(article__status__in=_UNPUBLISHED) | Q(
        article__status=Status.PUBLISHED, article__publish_at__gt=at
    )
    is_kept = Q(article__draft_of=None) | Q(article__draft_of__deleted_at=None)
    return PreviewLink.objects.filter(
        is_unpublished,
        is_kept,
        article__deleted_at=None,
        revoked_at=None,
        expires_at__gt=at,
        by__is_active=True,
    )


def can_be_shown(article: Article) -> bool:
    """Whether there is something to preview: what readers cannot see yet."""
    return article.deleted_at is None and (article.status in _UNPUBLISHED or article.is_scheduled)


def can_be_shared_by(article: Article, user) -> bool:
    """Whether `user` may make links: reviewers, and the author of this text or of the live one."""
    live = article.draft_of
    own = user.pk in {article.created_by_id, live.created_by_id if live else None}
    return own or article.is_reviewed_by(user)


def can_be_revoked_by(link: PreviewLink, user) -> bool:
    return link.by_id == user.pk or link.article.is_reviewed_by(user)


@transaction.atomic
def make(article: Article, *, by, days: int) -> PreviewLink:
    """A new link of `article` that is valid for `days` days."""
    until = timezone.now() + datetime.timedelta(days=days)
    link = PreviewLink.objects.create(article=article, by=by, expires_at=until)
    audit.record("preview_link", actor=by, target=article, after={"link": link.pk, "days": days})
    return link


@transaction.atomic
def revoke(link: PreviewLink) -> None:
    """End the link now; the moment of an earlier click stays."""
    if PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record("preview_link_revoked", target=link.article, after={"link": link.pk})


# ── The files of what a link shows ──────────────────────────────────────────────────────────────
def let_files_through(response, link: PreviewLink, *, is_secure: bool) -> None:
    """Give the browser the key for the article's files, as long as the link is valid."""
    left = link.expires_at - timezone.now()
    response.set_cookie(
        f"{_COOKIE}{link.pk}",
        link.key,
        max_age=int(left.total_seconds()),
        path=media_prefix(),
        secure=is_secure,
        httponly=True,
        samesite="Lax",
    )


def opens(checksum: str, cookies) -> bool:
    """Whether a valid link among the browser's `cookies` shows an article with this file."""
    keys = [value for name, value in cookies.items() if name.startswith(_COOKIE)][:_MOST_COOKIES]
    if not keys:
        return False
    has_file = Q(article__photos__photo__checksum=checksum) | Q(
        article__attachments__checksum=checksum
    )
    return open_links().filter(has_file, key__in=keys).exists()
