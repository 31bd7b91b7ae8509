"""Cuts a picture to the part of a page that matters and keeps it small."""

import io

from PIL import Image

from tests.guide.place import PICTURES

MARGIN = 12
_TALL = 2400  # the column at the side is as high as the window and scrolls for itself
# What the reader of the guide should press has a red frame.
_FRAME = "element => { element.style.boxShadow = '0 0 0 4px #ffffff, 0 0 0 8px #c8202f' }"
_NO_FRAME = "element => { element.style.boxShadow = '' }"


def take(name: str, page, *parts, press=None, height: int = 0) -> None:
    """A WebP picture of what encloses these parts, or of what the window shows.

    `press`: what gets a red frame; `height`: cut below so many points.
    """
    if press:
        press.evaluate(_FRAME)
    page.mouse.move(0, 0)
    size = page.viewport_size
    if parts:
        page.set_viewport_size({"width": size["width"], "height": _TALL})
    shown = page.screenshot(full_page=bool(parts), clip=_around(page, parts, height), scale="css")
    page.set_viewport_size(size)
    if press:
        press.evaluate(_NO_FRAME)
    Image.open(io.BytesIO(shown)).convert("RGB").save(
        PICTURES / f"{name}.webp", "WEBP", quality=72, method=6
    )


def _around(page, parts, height: int) -> dict | None:
    if not parts:
        return None
    page.evaluate("scrollTo(0, 0)")
    boxes = [part.bounding_box() for part in parts]
    width = page.viewport_size["width"]
    margin = 0 if boxes[-1]["width"] >= width else MARGIN
    left = max(0, min(box["x"] for box in boxes) - margin)
    top = max(0, min(box["y"] for box in boxes) - margin)
    right = min(width, max(box["x"] + box["width"] for box in boxes) + margin)
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    tall = min(height, bottom - top) if height else bottom - top
    return {"x": left, "y": top, "width": right - left, "height": tall}
