"""`{% picture %}`: a stored photo as `<picture>`, from what its row knows alone."""

from django import template

register = template.Library()

# The room a cropped photo is given; the stylesheet crops it to this shape.
CROPS = {"3:2": (480, 320), "3:4": (168, 224)}


@register.inclusion_tag("includes/picture.html")
def picture(
    image, *, alt, sizes, priority=False, css_class="", crop="", focus_x=None, focus_y=None
):
    """Render an ImageField's file; nothing where there is none.

    `sizes`: how wide the layout shows it, as HTML's attribute has it. `priority`: the first
    picture of a page, fetched at once. `crop`: "3:2" or "3:4". `focus_x`, `focus_y`: what must
    stay in sight, in per cent from the left and the top; the middle if not given.
    """
    if not image or not image._committed or not image.renditions.width:
        return {}
    renditions = image.renditions
    width, height = CROPS[crop] if crop else (renditions.width, renditions.height)
    classes = [css_class, *(["crop", _focus(focus_x, focus_y)] if crop else [])]
    return {
        "src": renditions.fallback,
        "webp": _srcset(renditions.webp),
        "jpeg": _srcset(renditions.jpeg),
        "alt": alt,
        "sizes": sizes,
        "priority": priority,
        "css_class": " ".join(filter(None, classes)),
        "width": width,
        "height": height,
    }


def _srcset(renditions: list[tuple[int, str]]) -> str:
    return ", ".join(f"{address} {width}w" for width, address in renditions)


def _focus(x: int | None, y: int | None) -> str:
    """One of nine classes, "focus-lt" to "focus-rb": an inline style would break the policy."""
    return f"focus-{_third(x, 'lcr')}{_third(y, 'tcb')}"


def _third(percent: int | None, names: str) -> str:
    return names[min(2, (50 if percent is None else percent) * 3 // 100)]
