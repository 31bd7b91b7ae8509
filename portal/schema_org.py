"""Facts as schema.org puts them, that pages of every kind have."""

from portal import sharing

CONTEXT = "https://schema.org"


def breadcrumbs(steps) -> dict:
    """The way to a page: `steps` are pairs of a name and a path, from the home page down.

    The last step is the page itself; its path may be empty.
    """
    items = []
    for position, (name, path) in enumerate(steps, start=1):
        item = {"@type": "ListItem", "position": position, "name": str(name)}
        items.append(item | ({"item": sharing.absolute(path)} if path else {}))
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def image(picture: sharing.Picture, caption: str = "") -> dict:
    """A picture as an ImageObject."""
    facts = {"url": picture.address, "width": picture.width, "height": picture.height}
    return {"@type": "ImageObject", **facts, **({"caption": caption} if caption else {})}
