"""A stored photo as `<picture>`, from what its row knows alone."""

from django.utils.html import format_html

# The room a cropped photo is given; the stylesheet crops it to this shape.
CROPS = {"3:2": (480, 320), "3:4": (168, 224)}

_PICTURE = (
    '<picture><source type="image/webp" srcset="{webp}" sizes="{sizes}">'
    '<img src="{src}" srcset="{jpeg}" sizes="{sizes}" alt="{alt}" '
    'width="{width}" height="{height}"'
)
_CROP = ' class="crop {focus}"'
# The first photo of a page is fetched at once, those below only when they come near.
_LOADING = {
    "first": ' fetchpriority="high"',
    "eager": "",
    "lazy": ' loading="lazy" decoding="async"',
}


def picture(image, *, alt, sizes, loading="lazy", crop="", focus_x=None, focus_y=None) -> str:
    """Draw an ImageField's file; nothing where there is none.

    `sizes`: how wide the layout shows it, as HTML's attribute has it. `loading`: "first" (of the
    page), "eager" or "lazy". `crop`: "3:2" or "3:4". `focus_x`, `focus_y`: what must stay in
    sight, in per cent from the left and the top; the middle if not given.
    """
    if not image or not image._committed or not image.renditions.width:
        return ""
    renditions = image.renditions
    width, height = CROPS[crop] if crop else (renditions.width, renditions.height)
    return format_html(
        _PICTURE + (_CROP if crop else "") + _LOADING[loading] + "></picture>",
        webp=renditions.srcsets[0],
        jpeg=renditions.srcsets[1],
        src=renditions.fallback,
        sizes=sizes,
        alt=alt,
        width=width,
        height=height,
        focus=_focus(focus_x, focus_y),
    )


def embedded(image, *, alt) -> str:
    """Draw an ImageField's file with its content in the page, for a page that is kept as a file."""
    data = image.data_address() if image and image.renditions.width else ""
    return format_html('<img src="{}" alt="{}">', data, alt) if data else ""


def _focus(x: int | None, y: int | None) -> str:
    """One of nine classes, "focus-lt" to "focus-rb": an inline style would break the policy."""
    return f"focus-{_third(x, 'lcr')}{_third(y, 'tcb')}"


def _third(percent: int | None, names: str) -> str:
    percent = percent if isinstance(percent, int) else 50
    return names[min(2, percent * 3 // 100)]
