"""What a page tells the sites on which it is shared: title, sentence, picture, one address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _

from portal.addresses import static

# The parameter of an address that says which page of a list it is.
PAGE = "trang"


@dataclass(frozen=True)
class Picture:
    """A picture as other sites fetch it: its absolute address and its size in pixels."""

    address: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """What templates/includes/share.html prints. `address`: absolute, the page's one address."""

    title: str
    description: str
    address: str
    picture: Picture
    kind: str = "website"
    published: datetime | None = None
    modified: datetime | None = None
    section: str = ""


def page_card(path: str, *, title: str, description: str = "", page: int = 1, image=None) -> Card:
    """The card of any page under `path`; `page`: which one of a list; `image`: its own picture.

    Other parameters of a list (its order, its anchor) make no page of their own.
    """
    address = absolute(escape_uri_path(path)) + (f"?{PAGE}={page}" if page > 1 else "")
    return Card(
        title=title,
        description=description,
        address=address,
        picture=picture_of(image, alt=title) or default_picture(),
    )


def absolute(address: str) -> str:
    """An address of this site with its scheme and host."""
    return settings.SITE_URL + address if address[:1] == "/" else address


def picture_of(image, *, alt: str) -> Picture | None:
    """The widest JPEG of an ImageField's file; None where there is no photo."""
    if not image or not image.renditions.width:
        return None
    renditions = image.renditions
    width, address = renditions.jpeg[-1]
    height = max(1, round(renditions.height * width / renditions.width))
    return Picture(absolute(address), width, height, alt)


def default_picture() -> Picture:
    """The department's own, for pages without a photo."""
    alt = _("A golden star anise with eight petals on dark blue, the mark of this site")
    return Picture(absolute(static("portal/share.jpg")), 1200, 630, alt)
