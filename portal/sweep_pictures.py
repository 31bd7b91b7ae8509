"""Whether a rendition shows its photo: the sweep compares it with the original, which its name's
checksum vouches for. No record is kept, so none can be forged.

Both are shrunk to a miniature, and the miniatures to 8 × 8 fields. What shrinking and encoding
change stays below 10 of 255 on every field, on photographs, drawings, pages of text and noise;
another picture, or a banner over a sixty-fourth of this one, differs by more than 20 somewhere.
A few letters that were changed on a photographed page are not seen.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PIL import Image, ImageChops

from portal import files, images

MOST_DIFFERENT = 16
_FIELDS = (8, 8)
# Photos compared in one night, half a minute for three hundred; larger libraries take turns.
MOST_COMPARED = 2_000


class Pictures:
    """The originals below an upload folder, and which of them are looked at on `day`."""

    def __init__(self, root: Path, day: date):
        folder = root / files.ORIGINALS
        found = sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []
        self.originals = {path.name.partition(".")[0]: path for path in found if path.is_file()}
        self.due = set(_turn(list(self.originals), day.toordinal()))
        self._last: tuple[str, Image.Image, tuple[int, int]] | None = None

    def shows_its_photo(self, path: Path, checksum: str) -> bool:
        """Whether the rendition at `path` shows the original; True where it is not its turn."""
        if checksum not in self.due:
            return True
        original = self._original(checksum)
        if original is None:
            return True  # the original is a finding of its own
        miniature, (width, height) = original
        with Image.open(path, formats=["WEBP", "JPEG"]) as image:
            if abs(image.height - height * image.width / width) > 1:
                return False
            image.draft("RGB", (4 * miniature.width, 4 * miniature.height))
            shown = image.convert("RGB").resize(
                miniature.size, Image.Resampling.LANCZOS, reducing_gap=3
            )
        fields = ImageChops.difference(miniature, shown).resize(_FIELDS, Image.Resampling.BOX)
        return max(high for _low, high in fields.getextrema()) <= MOST_DIFFERENT

    def _original(self, checksum: str) -> tuple[Image.Image, tuple[int, int]] | None:
        """The miniature and the size of a photo; of the last one they are remembered."""
        if self._last is None or self._last[0] != checksum:
            with self.originals[checksum].open("rb") as file:
                # What was exchanged is not decoded: it was never judged.
                if files.checksum(file) != checksum:
                    return None
                self._last = (checksum, *images.miniature(file))
        return self._last[1:]


def _turn(names: list[str], night: int) -> list[str]:
    """MOST_COMPARED of the names, others every night until all had their turn."""
    if len(names) <= MOST_COMPARED:
        return names
    start = night * MOST_COMPARED % len(names)
    return (names + names)[start : start + MOST_COMPARED]
