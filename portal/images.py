"""Photos: checked before they are decoded, and encoded anew before anybody sees them.

The published files carry no EXIF, GPS, thumbnail or tail, whatever the upload held; the original
stays in the private root and is never served. What a newsroom needs of it, portal.image_notes
reads first.
"""

import base64
import io
import re
import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import pi_heif
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms

from portal import files, image_notes, text, virus_scan
from portal.image_notes import NO_NOTES, Notes

MAX_SIZE = 10 * files.MEGABYTE
MAX_PIXELS = 51_000_000  # what phones call 50 megapixels
# What decoding may take. Bytes a pixel of each kind, measured at 31 megapixels; JPEG is decoded at
# half its size or less where that is enough, a progressive one is first kept whole.
MAX_MEMORY = 300_000_000
_BYTES = {"RGB": 5, "L": 5, "CMYK": 5, "P": 5, "1": 5}
_BYTES_OTHERWISE = 10  # transparency, 16 bits
_BYTES_OF = {"WEBP": 17, "HEIF": 12}
# A progressive JPEG comes in about ten scans; thousands of them cost minutes.
MAX_SCANS = 100
_SCAN = b"\xff\xda"
MIN_SIDE, MAX_SIDE = 16, 12_000
MAX_RATIO = 20

# What Pillow may recognise, with the ending the original is kept under. MPO is what Pillow calls
# a JPEG of a phone that keeps a second picture in it.
FORMATS = {
    "JPEG": "jpg",
    "MPO": "jpg",
    "PNG": "png",
    "WEBP": "webp",
    "GIF": "gif",
    "HEIF": "heic",
}
pi_heif.register_heif_opener()
# Pillow's own warning, before it decodes what would fill the memory, is an error here.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)

# The WebP widths and the bytes each may weigh (on phone networks every kilobyte is time).
WEBP_CEILINGS = {
    160: 6 * 1024,
    320: 14 * 1024,
    480: 28 * 1024,
    640: 45 * 1024,
    960: 85 * 1024,
    1280: 130 * 1024,
}
JPEG_WIDTHS = (320, 640, 1280)
WEBP_QUALITIES = (70, 60, 50)
WEBP_METHOD = 4  # twice the time of 2, for 4 % fewer bytes on every view
JPEG_QUALITY = 70

_NOT_A_PHOTO = _(
    "The file “%(name)s” is not a photo the portal can read, please choose a JPG or PNG photo."
)
_DAMAGED = _("The photo “%(name)s” is damaged or incomplete, please choose it again.")
_TOO_HEAVY = _("The photo has %(size)s, at most %(limit)s.")
_TOO_MANY_PIXELS = _(
    "The photo “%(name)s” has more than 50 megapixels, please make it smaller and choose it again."
)
_TOO_MUCH_MEMORY = _(
    "The photo “%(name)s” has %(pixels)s megapixels, too many for its kind of file. Please make it "
    "smaller or save it as JPG, and choose the new file."
)
_TOO_COMPLEX = _(
    "The photo “%(name)s” is put together in an unusual way. Please open it on your computer, save "
    "it again as JPG and choose the new file."
)
_WRONG_SIDES = _(
    "The photo has %(width)s × %(height)s pixels, please choose one with sides of 16 to 12000 "
    "pixels."
)
_TOO_NARROW = _(
    "The photo “%(name)s” is too long and narrow, please crop it so that one side is at most 20 "
    "times the other."
)


class Ladder(NamedTuple):
    """The widths, in pixels, in which a photo exists."""

    webp: list[int]
    jpeg: list[int]


def ladder(width: int) -> Ladder:
    """The widths made of a photo `width` pixels wide: never wider than the photo itself."""
    webp = [step for step in WEBP_CEILINGS if step <= width] or [width]
    jpeg = [step for step in JPEG_WIDTHS if step <= width] or webp[-1:]
    return Ladder(webp, jpeg)


@dataclass(frozen=True)
class ImageInfo:
    """What was found in an upload: its kind, its size in pixels after turning, and the turn."""

    extension: str
    width: int
    height: int
    turn: int  # EXIF orientation, 1 to 8
    notes: Notes = NO_NOTES


@dataclass(frozen=True)
class StoredImage:
    """The original's private name, its checksum, its size in pixels after turning, and what the
    file says about itself."""

    name: str
    checksum: str
    width: int
    height: int
    notes: Notes = NO_NOTES


# ── Judging ─────────────────────────────────────────────────────────────────────────────────────


def inspect(upload) -> ImageInfo:
    """Judge a photo: by its head before it is decoded, then by decoding all of it.

    `upload`: an open binary file with `name` and `size`; left at its start.
    Raises ValidationError with one sentence that says what to do.
    """
    if (known := getattr(upload, "inspected_image", None)) is None:
        with files.one_at_a_time():
            _picture, known = _decode(upload)
    return known


def _refuse(message, upload, **params) -> ValidationError:
    return ValidationError(
        message, code="image", params={"name": files.shown_name(upload)} | params
    )


def _decode(upload) -> tuple[Image.Image, ImageInfo]:
    """The whole picture, at no more than the detail the ladder needs; a refused one only once."""
    if (refusal := getattr(upload, "image_refusal", None)) is not None:
        raise refusal
    try:
        image, upload.inspected_image = _decoded(upload)
    except ValidationError as error:
        upload.image_refusal = error
        raise
    return image, upload.inspected_image


def _decoded(upload) -> tuple[Image.Image, ImageInfo]:
    image = _open(upload)
    info = _info(image)
    try:
        # JPEG alone can be decoded at half its size or less; the longest step wants 1280 px of
        # width, which is the height before turning.
        image.draft("RGB", (2 * max(WEBP_CEILINGS),) * 2)
        _check_costs(upload, image, info)
        image.load()
        image = _to_channels(image)
    except ValidationError:
        raise
    except Exception as error:  # Pillow raises anything on bad data
        raise _refuse(_DAMAGED, upload) from error
    finally:
        upload.seek(0)
    return image, info


def _open(upload) -> Image.Image:
    """The picture's head, with every limit kept; nothing is decoded yet."""
    if not upload.size:
        raise _refuse(files.EMPTY, upload)
    if upload.size > MAX_SIZE:
        sizes = {"size": text.file_size(upload.size), "limit": text.file_size(MAX_SIZE)}
        raise _refuse(_TOO_HEAVY, upload, **sizes)
    virus_scan.check(upload, name=files.shown_name(upload))
    upload.seek(0)
    try:
        image = Image.open(upload, formats=[name for name in FORMATS if name != "MPO"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refuse(_TOO_MANY_PIXELS, upload) from error
    except Exception as error:  # Pillow raises anything on bad data
        raise _refuse(_NOT_A_PHOTO, upload) from error
    _check_sides(upload, image.width, image.height)
    return image


def _check_sides(upload, width: int, height: int) -> None:
    short, long = sorted((width, height))
    if short < MIN_SIDE or long > MAX_SIDE:
        raise _refuse(_WRONG_SIDES, upload, width=width, height=height)
    if width * height > MAX_PIXELS:
        raise _refuse(_TOO_MANY_PIXELS, upload)
    if long > MAX_RATIO * short:
        raise _refuse(_TOO_NARROW, upload)


def _check_costs(upload, image: Image.Image, info: ImageInfo) -> None:
    """Refuse what would take too much memory or time; `image` knows at what size it is decoded."""
    pixels = info.width * info.height
    needed = image.width * image.height * _bytes_a_pixel(image)
    if image.info.get("progressive"):
        needed += int(2 * pixels * _samples_a_pixel(image))
    if needed > MAX_MEMORY:
        raise _refuse(_TOO_MUCH_MEMORY, upload, pixels=round(pixels / 1_000_000))
    if image.format in {"JPEG", "MPO"}:
        upload.seek(0)
        if upload.read().count(_SCAN) > MAX_SCANS:
            raise _refuse(_TOO_COMPLEX, upload)


def _bytes_a_pixel(image: Image.Image) -> int:
    if image.format in _BYTES_OF:
        return _BYTES_OF[image.format]
    plain = not image.has_transparency_data
    return _BYTES.get(image.mode, _BYTES_OTHERWISE) if plain else _BYTES_OTHERWISE


def _samples_a_pixel(image: Image.Image) -> float:
    """How many samples a JPEG keeps of a pixel: 3 with full colour, 1.5 with halved colour."""
    shares = [across * down for _number, across, down, _table in image.layer]
    return sum(shares) / max(shares)


def _info(image: Image.Image) -> ImageInfo:
    width, height = image.size
    turn = _orientation(image)
    if turn >= 5:  # lying on its side
        width, height = height, width
    return ImageInfo(FORMATS[image.format], width, height, turn, image_notes.read(image))


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - unreadable EXIF is no reason to lose a photo
        return 1
    return value if value in range(1, 9) else 1


# ── Encoding ────────────────────────────────────────────────────────────────────────────────────


def store(upload) -> StoredImage:
    """Keep the original privately and write its renditions; call it outside a transaction.

    Raises ValidationError as `inspect` does, OSError when the disk is full. Doing it again
    changes nothing; the original is written last, so half a job is never taken for a whole one.
    """
    if (known := getattr(upload, "stored_image", None)) is None:
        with files.one_at_a_time():
            known = upload.stored_image = _store(upload)
    return known


def _store(upload) -> StoredImage:
    picture, info = _decode(upload)
    checksum = files.checksum(upload)
    original = f"{files.ORIGINALS}/{checksum}.{info.extension}"
    if not _is_complete(original, checksum, info.width):
        for name, content in _renditions(picture, checksum, info):
            default_storage.save(f"{files.RENDITIONS}/{name}", ContentFile(content))
        default_storage.save(original, upload)
        upload.seek(0)
    return StoredImage(original, checksum, info.width, info.height, info.notes)


def _rendition_name(checksum: str, width: int, extension: str) -> str:
    return f"{checksum}-{width}.{extension}"


def _is_complete(original: str, checksum: str, width: int) -> bool:
    steps = ladder(width)
    names = [_rendition_name(checksum, step, "webp") for step in steps.webp]
    names += [_rendition_name(checksum, step, "jpg") for step in steps.jpeg]
    return default_storage.exists(original) and all(
        default_storage.exists(f"{files.RENDITIONS}/{name}") for name in names
    )


def _renditions(picture: Image.Image, checksum: str, info: ImageInfo):
    """Name and bytes of each rendition, from the widest down: each is shrunk from the last."""
    steps = ladder(info.width)
    picture = _plain(picture, max(steps.webp), info)
    for width in sorted({*steps.webp, *steps.jpeg}, reverse=True):
        picture = _shrink(picture, (width, _height(width, info)))
        if width in steps.webp:
            yield _rendition_name(checksum, width, "webp"), _webp(picture, width)
        if width in steps.jpeg:
            yield _rendition_name(checksum, width, "jpg"), _jpeg(picture)


def _height(width: int, info: ImageInfo) -> int:
    return max(1, round(info.height * width / info.width))


def _shrink(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)


def _plain(picture: Image.Image, width: int, info: ImageInfo) -> Image.Image:
    """At most `width` wide, turned upright, flat on white, in sRGB; nothing but pixels."""
    profile = picture.info.get("icc_profile")
    size = (width, _height(width, info))
    picture = _shrink(picture, size[::-1] if info.turn >= 5 else size)
    if info.turn in _TURNS:
        picture = picture.transpose(_TURNS[info.turn])
    if picture.mode == "RGBA":
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    picture = _to_srgb(picture, profile)
    picture.info = {}
    return picture


# EXIF orientation to what puts it right.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _to_channels(picture: Image.Image) -> Image.Image:
    """RGB, RGBA, L or CMYK with 8 bits a channel: what can be shrunk and has colour profiles."""
    if picture.has_transparency_data:
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.convert("I").point(lambda value: value / 257).convert("L")
    return picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")


_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB; a profile that is broken or of other channels is left aside."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
        if "sRGB" not in ImageCms.getProfileDescription(source):
            return ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        pass
    return picture.convert("RGB")


def _webp(picture: Image.Image, width: int) -> bytes:
    """WebP at the best quality that keeps under the width's ceiling, or at the lowest."""
    ceiling = WEBP_CEILINGS.get(width, min(WEBP_CEILINGS.values()))
    for quality in WEBP_QUALITIES:
        content = _encode(picture, "WEBP", quality=quality, method=WEBP_METHOD)
        if len(content) <= ceiling:
            break
    return content


def _jpeg(picture: Image.Image) -> bytes:
    return _encode(picture, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)


def _encode(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


MINIATURE_WIDTH = 64


def miniature(file) -> tuple[Image.Image, tuple[int, int]]:
    """A stored original, MINIATURE_WIDTH wide and as its renditions show it, and its own size.

    For what was judged when it came in; nothing is judged again.
    """
    with files.one_at_a_time():
        image = Image.open(file, formats=[name for name in FORMATS if name != "MPO"])
        info = _info(image)
        image.draft("RGB", (4 * MINIATURE_WIDTH,) * 2)
        image.load()
        return _plain(_to_channels(image), MINIATURE_WIDTH, info), (info.width, info.height)


_THUMBNAIL_WIDTH = 320


def thumbnail(upload) -> str:
    """A photo that is not stored as a small `data:` address. Raises what `inspect` raises."""
    with files.one_at_a_time():
        picture, info = _decode(upload)
        content = _jpeg(_plain(picture, min(_THUMBNAIL_WIDTH, info.width), info))
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


# ── Fields ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Renditions:
    """A stored photo's files as (width, address), and its own size in pixels."""

    webp: list[tuple[int, str]]
    jpeg: list[tuple[int, str]]
    width: int
    height: int

    @cached_property
    def srcsets(self) -> tuple[str, str]:
        """WebP's and JPEG's, as the attribute has them."""
        webp, jpeg = (
            ", ".join(f"{address} {width}w" for width, address in files)
            for files in (self.webp, self.jpeg)
        )
        return webp, jpeg

    @property
    def smallest(self) -> str:
        """The narrowest file, for thumbnails in the admin."""
        return self.webp[0][1]

    @property
    def preview(self) -> str:
        """The WebP at most 480 px wide, for forms that show one photo."""
        return [address for width, address in self.webp if width <= 480 or len(self.webp) == 1][-1]

    @property
    def fallback(self) -> str:
        """The JPEG for browsers that read no srcset: 640 px wide, or the widest below."""
        return [address for width, address in self.jpeg if width <= 640 or len(self.jpeg) == 1][-1]


@lru_cache(maxsize=1024)
def _renditions_of(prefix: str, checksum: str, width: int, height: int) -> Renditions:
    steps = ladder(width)

    def addresses(widths, extension):
        return [(w, prefix + _rendition_name(checksum, w, extension)) for w in widths]

    return Renditions(addresses(steps.webp, "webp"), addresses(steps.jpeg, "jpg"), width, height)


class ImageFieldFile(files.UploadFieldFile):
    @property
    def renditions(self) -> Renditions:
        """From the name and the stored size alone: the disk is not touched."""
        columns = self.field.columns
        width = getattr(self.instance, columns["width"])
        height = getattr(self.instance, columns["height"])
        return _renditions_of(files.media_prefix(), self.checksum, width, height)

    def data_address(self) -> str:
        """The fallback's content as a `data:` address; "" when the file is missing."""
        name = self.renditions.fallback.rpartition("/")[2]
        try:
            with default_storage.open(f"{files.RENDITIONS}/{name}") as file:
                return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
        except OSError:
            return ""

    @property
    def url(self) -> str:
        """An address that can be served; the original has none."""
        self._require_file()
        return self.renditions.fallback if self._committed else ""


class ImageField(files.UploadField):
    """A photo. Options: `width_field` and `height_field` (needed), `checksum_field`."""

    attr_class = ImageFieldFile
    facts = ("width", "height", "checksum")
    accept = "image/jpeg,image/png,image/webp,image/gif,image/heic,.heic"
    inspect = staticmethod(inspect)
    admit = staticmethod(store)


def delete_files(checksum: str) -> None:
    """Remove a photo's original and renditions; call it in `on_commit`, when no row names it."""
    if not re.fullmatch("[0-9a-f]{32}", checksum):
        raise ValueError(f"not a checksum: {checksum!r}")
    for prefix in (f"{files.ORIGINALS}/{checksum}.", f"{files.RENDITIONS}/{checksum}-"):
        for file in list(default_storage.stored(prefix)):
            default_storage.delete(file.name)
