"""Which files of the news may be handed to whom; the /media/ view asks here.

A file follows the articles that use it: public while one of them is in `published()`, so that
the clock alone opens and closes it.
"""

from news import previews
from news.models import Article, Attachment, Photo
from portal.files import Door
from portal.publishing import right


def public_until(checksum: str) -> list:
    """For each public article that shows the file, the moment it expires (None: never)."""
    published = Article.objects.published().order_by().values_list("expire_at", flat=True)
    return [
        *published.filter(photos__photo__checksum=checksum),
        *published.filter(attachments__checksum=checksum),
    ]


def public_among(checksums) -> set[str]:
    """Those of the files that a public article shows."""
    found: set[str] = set()
    for checksum in ("photos__photo__checksum", "attachments__checksum"):
        published = Article.objects.published().order_by().filter(**{f"{checksum}__in": checksums})
        found.update(published.values_list(checksum, flat=True))
    return found


def open_to(checksum: str, user) -> bool:
    """Staff see the photo library's photos, and the files of articles they may open."""
    if not user.is_staff:
        return False
    if user.has_perm(right(Photo, "view")) and Photo.objects.filter(checksum=checksum).exists():
        return True
    return Article.objects.visible_to(user).filter(attachments__checksum=checksum).exists()


def file_name(checksum: str) -> str:
    """The document's title, for the name under which a reader saves the file.

    From published articles alone: a draft with the same file keeps its own title to itself.
    """
    published = Article.objects.published()
    attachment = Attachment.objects.filter(checksum=checksum, article__in=published).first()
    return attachment.title if attachment else ""


DOOR = Door(
    public_until=public_until,
    public_among=public_among,
    open_to=open_to,
    file_name=file_name,
    opened_by=previews.opens,
)
