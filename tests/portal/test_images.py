"""portal.images: what gets in, what is published of it, and the field and tag that use it."""

import errno
import io
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from news.models import Photo
from portal import images
from portal.pictures import picture
from tests.portal import bad_files
from tests.portal.bad_files import upload


@pytest.fixture
def root(private_root) -> Path:
    return Path(private_root)


def stored_names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def opened(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


def rendition(root: Path, stored: images.StoredImage, width: int, extension: str = "jpg"):
    return opened(root / f"anh/{stored.checksum}-{width}.{extension}")


def colour_at(picture: Image.Image, x: float, y: float) -> str:
    """The name of the strongest channel there."""
    r, g, b = picture.convert("RGB").getpixel((int(picture.width * x), int(picture.height * y)))
    if min(r, g, b) > 240:
        return "white"
    return "red" if r > b + 50 else "blue" if b > r + 50 else f"{r},{g},{b}"


def case(name: str, *values):
    return pytest.param(*values, id=name)


def refusal(content: bytes, name: str = "x.jpg") -> str:
    with pytest.raises(ValidationError) as caught:
        images.inspect(upload(content, name))
    assert len(caught.value.messages) == 1
    return caught.value.messages[0]


# ── What gets in ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "extension", "size"),
    [
        case("jpeg", bad_files.jpeg(), "jpg", (800, 600)),
        case("phone", bad_files.phone_jpeg(), "jpg", (600, 800)),
        case("upside down", bad_files.phone_jpeg(orientation=3), "jpg", (800, 600)),
        case("heic", bad_files.heic(), "heic", (96, 64)),
        case("cmyk", bad_files.cmyk_jpeg(), "jpg", (400, 300)),
        case("alpha", bad_files.alpha_png(), "png", (400, 300)),
        case("palette", bad_files.palette_png(), "png", (400, 300)),
        case("16 bit", bad_files.grey_16_bit_png(), "png", (400, 300)),
        case("animated", bad_files.animated_gif(), "gif", (400, 300)),
        case("webp", bad_files.encoded(bad_files.scene(400, 300), "WEBP"), "webp", (400, 300)),
        case("panorama", bad_files.encoded(bad_files.scene(320, 16), "PNG"), "png", (320, 16)),
    ],
)
def test_photo_is_recognised_by_its_content_and_measured_after_turning(content, extension, size):
    info = images.inspect(upload(content, "tep.bin"))
    assert (info.extension, (info.width, info.height)) == (extension, size)


NOT_A_PHOTO = "Tệp “x.jpg” không phải ảnh đọc được, xin chọn ảnh JPG hoặc PNG."
DAMAGED = "Ảnh “x.jpg” bị hỏng hoặc chưa tải lên hết, xin chọn lại ảnh."
TOO_MANY_PIXELS = "Ảnh “x.jpg” có hơn 50 triệu điểm ảnh, xin thu nhỏ rồi chọn lại."
TOO_NARROW = "Ảnh “x.jpg” quá dài và hẹp, xin cắt để cạnh dài không quá 20 lần cạnh ngắn."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        case("empty", b"", "Tệp “x.jpg” rỗng, xin chọn tệp khác."),
        case("html", bad_files.HTML, NOT_A_PHOTO),
        case("svg", bad_files.SVG, NOT_A_PHOTO),
        case("pdf and jpeg", bad_files.pdf() + bad_files.jpeg(), NOT_A_PHOTO),
        case("bmp", bad_files.encoded(bad_files.scene(64, 64), "BMP"), NOT_A_PHOTO),
        case("tiff", bad_files.encoded(bad_files.scene(64, 64), "TIFF"), NOT_A_PHOTO),
        case("postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NOT_A_PHOTO),
        case("head of a jpeg", bad_files.jpeg()[:20], NOT_A_PHOTO),
        case("half a jpeg", bad_files.jpeg()[:8000], DAMAGED),
        case("half a png", bad_files.alpha_png()[:-60], DAMAGED),
        case(
            "half a webp", bad_files.encoded(bad_files.scene(400, 300), "WEBP")[:-900], NOT_A_PHOTO
        ),
        case("half a heic", bad_files.heic()[:-60], DAMAGED),
        case("png bomb", bad_files.png_head(20_000, 20_000), TOO_MANY_PIXELS),
        case("54 megapixels", bad_files.png_head(9_000, 6_000), TOO_MANY_PIXELS),
        case("heic bomb", bad_files.heic_bomb(), TOO_MANY_PIXELS),
        case(
            "side of 12_001",
            bad_files.png_head(12_001, 700),
            "Ảnh có 12001 × 700 điểm ảnh, xin chọn ảnh có mỗi cạnh từ 16 đến 12000 điểm ảnh.",
        ),
        case(
            "side of 15",
            bad_files.png_head(15, 15),
            "Ảnh có 15 × 15 điểm ảnh, xin chọn ảnh có mỗi cạnh từ 16 đến 12000 điểm ảnh.",
        ),
        case("narrow", bad_files.png_head(2_100, 100), TOO_NARROW),
        case("14 MB", bytes(14 * 1024 * 1024), "Ảnh 14 MB, tối đa 10 MB."),
        case("40 MB", bytes(40 * 1024 * 1024), "Ảnh 40 MB, tối đa 10 MB."),
    ],
)
def test_what_is_no_good_photo_is_refused_with_a_sentence(content, sentence):
    assert refusal(content) == sentence


@pytest.mark.parametrize(
    "content",
    [bad_files.png_head(20_000, 20_000), bad_files.png_head(12_000, 5_000), bad_files.heic_bomb()],
    ids=["over Pillow's limit twice", "over it once", "heic"],
)
def test_bomb_is_refused_by_its_head_without_decoding(content, monkeypatch):
    def decode(*_args, **_kwargs):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    monkeypatch.setattr("pi_heif.as_plugin._LibHeifImageFile.load", decode)
    assert refusal(content) == TOO_MANY_PIXELS


def test_name_in_the_sentence_is_composed_and_without_folders():
    decomposed = "a/b\\Bi\u0301 thu\u031b.jpg"
    with pytest.raises(ValidationError) as caught:
        images.inspect(ContentFile(bad_files.HTML, name=decomposed))
    assert caught.value.messages == [
        "Tệp “Bí thư.jpg” không phải ảnh đọc được, xin chọn ảnh JPG hoặc PNG."
    ]


# ── What is published ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("width", "webp", "jpeg"),
    [
        (100, [100], [100]),
        (160, [160], [160]),
        (319, [160], [160]),
        (500, [160, 320, 480], [320]),
        (640, [160, 320, 480, 640], [320, 640]),
        (4000, [160, 320, 480, 640, 960, 1280], [320, 640, 1280]),
    ],
)
def test_ladder_is_never_wider_than_the_photo(width, webp, jpeg):
    assert images.ladder(width) == (webp, jpeg)


def test_store_keeps_the_original_privately_and_writes_the_ladder(root):
    content = bad_files.phone_jpeg(800, 600)
    stored = images.store(upload(content, "DSC_1.JPG"))
    checksum = stored.checksum
    assert (stored.name, stored.width, stored.height) == (f"goc/{checksum}.jpg", 600, 800)
    assert stored_names(root) == [
        f"anh/{checksum}-160.webp",
        f"anh/{checksum}-320.jpg",
        f"anh/{checksum}-320.webp",
        f"anh/{checksum}-480.webp",
        f"goc/{checksum}.jpg",
    ]
    assert (root / stored.name).read_bytes() == content
    assert rendition(root, stored, 480, "webp").size == (480, 640)


def test_renditions_tell_nothing_about_place_and_camera(root):
    stored = images.store(upload(bad_files.phone_jpeg(1400, 1000) + bad_files.HTML, "a.jpg"))
    for path in (root / "anh").iterdir():
        content = path.read_bytes()
        picture = opened(path)
        assert (picture.getexif(), picture.info.get("icc_profile")) == ({}, None)
        for trace in (b"Exif", bad_files.GPS_NOTE, b"<script", b"http://ns.adobe.com"):
            assert trace not in content, (path.name, trace)
    assert bad_files.GPS_NOTE in (root / stored.name).read_bytes()


@pytest.mark.parametrize(
    ("orientation", "top", "bottom"),
    [(1, "red", "blue"), (3, "blue", "red"), (2, "red", "blue"), (4, "blue", "red")],
)
def test_photo_is_turned_upright(root, orientation, top, bottom):
    stored = images.store(upload(bad_files.phone_jpeg(orientation=orientation), "a.jpg"))
    picture = rendition(root, stored, 640)
    assert (colour_at(picture, 0.5, 0.1), colour_at(picture, 0.5, 0.9)) == (top, bottom)


@pytest.mark.parametrize(
    ("orientation", "left", "right"),
    [(5, "red", "blue"), (6, "blue", "red"), (7, "blue", "red"), (8, "red", "blue")],
)
def test_photo_lying_on_its_side_is_turned(root, orientation, left, right):
    stored = images.store(upload(bad_files.phone_jpeg(orientation=orientation), "a.jpg"))
    picture = rendition(root, stored, 320)
    assert picture.size == (320, 427)
    assert (colour_at(picture, 0.1, 0.5), colour_at(picture, 0.9, 0.5)) == (left, right)


@pytest.mark.parametrize(
    ("content", "width", "top", "bottom"),
    [
        case("cmyk", bad_files.cmyk_jpeg(), 320, "red", "blue"),
        case("alpha", bad_files.alpha_png(), 320, "red", "white"),
        case("palette", bad_files.palette_png(), 320, "white", "blue"),
        case("16 bit", bad_files.grey_16_bit_png(), 320, "64,64,64", "192,192,192"),
        case("animated", bad_files.animated_gif(), 320, "red", "red"),
    ],
)
def test_every_kind_of_pixel_becomes_plain_colour_on_white(root, content, width, top, bottom):
    picture = rendition(root, images.store(upload(content, "a")), width)
    assert picture.mode == "RGB"
    assert (colour_at(picture, 0.5, 0.2), colour_at(picture, 0.5, 0.8)) == (top, bottom)


def test_heic_is_published_as_webp_and_jpeg(root):
    stored = images.store(upload(bad_files.heic(), "IMG_1.HEIC"))
    picture = rendition(root, stored, 96)
    assert (stored.name, picture.size) == (f"goc/{stored.checksum}.heic", (96, 64))
    assert (colour_at(picture, 0.2, 0.5), colour_at(picture, 0.8, 0.5)) == ("red", "blue")


def test_colours_of_another_profile_are_converted(root):
    picture = rendition(root, images.store(upload(bad_files.swapped_profile_jpeg(), "a")), 640)
    assert (colour_at(picture, 0.5, 0.1), colour_at(picture, 0.5, 0.9)) == ("blue", "red")


def test_broken_profile_does_not_lose_the_photo(root):
    stored = images.store(upload(bad_files.jpeg(icc_profile=b"no profile at all"), "a.jpg"))
    assert colour_at(rendition(root, stored, 640), 0.5, 0.1) == "red"


def test_webp_goes_down_in_quality_until_it_is_light_enough():
    smooth, grainy = Image.new("RGB", (640, 427), "red"), Image.effect_noise((640, 427), 25)
    grainy = Image.merge("RGB", [grainy] * 3)
    assert images._webp(smooth, 640) == images._encode(smooth, "WEBP", quality=70, method=4)
    assert images._webp(grainy, 640) == images._encode(grainy, "WEBP", quality=50, method=4)


def test_jpeg_is_progressive(root):
    stored = images.store(upload(bad_files.jpeg(), "a.jpg"))
    assert rendition(root, stored, 640).info["progressive"] == 1


def test_storing_twice_writes_once(root):
    first = images.store(upload(bad_files.jpeg(), "a.jpg"))
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert images.store(upload(bad_files.jpeg(), "another name.png")) == first
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == times


@pytest.mark.parametrize("missing", ["goc/{0}.jpg", "anh/{0}-320.jpg", "anh/{0}-640.webp"])
def test_half_a_job_is_finished_the_next_time(root, missing):
    stored = images.store(upload(bad_files.jpeg(), "a.jpg"))
    complete = stored_names(root)
    (root / missing.format(stored.checksum)).unlink()
    assert images.store(upload(bad_files.jpeg(), "a.jpg")) == stored
    assert stored_names(root) == complete


def test_delete_files_takes_the_photo_and_no_other(root):
    first = images.store(upload(bad_files.jpeg(), "a.jpg"))
    second = images.store(upload(bad_files.heic(), "b.heic"))
    images.delete_files(first.checksum)
    assert {name.split("/")[1][:32] for name in stored_names(root)} == {second.checksum}
    images.delete_files(first.checksum)


@pytest.mark.parametrize("checksum", ["", "*", "../goc", "a" * 31, "A" * 32])
def test_delete_files_takes_nothing_but_a_checksum(checksum):
    with pytest.raises(ValueError, match="not a checksum"):
        images.delete_files(checksum)


# ── The field ───────────────────────────────────────────────────────────────────────────────────


def facts(photo: Photo) -> tuple:
    return (photo.image.name, photo.width, photo.height)


def expected(photo: Photo) -> tuple:
    return (f"goc/{photo.checksum}.jpg", 600, 800)


def make_by_create():
    return Photo.objects.create(image=upload(bad_files.phone_jpeg(), "a.jpg"))


def make_by_save():
    photo = Photo()
    photo.image.save("a.jpg", ContentFile(bad_files.phone_jpeg()))
    return photo


def make_by_bulk_create():
    return Photo.objects.bulk_create([Photo(image=upload(bad_files.phone_jpeg(), "a.jpg"))])[0]


class PhotoForm(forms.ModelForm):
    class Meta:
        model = Photo
        fields = ["image"]


def make_by_form():
    form = PhotoForm({}, {"image": upload(bad_files.phone_jpeg(), "a" * 240 + ".jpg")})
    assert form.errors == {}
    return form.save()


@pytest.mark.django_db
@pytest.mark.parametrize("make", [make_by_create, make_by_save, make_by_bulk_create, make_by_form])
def test_photo_is_stored_and_measured_by_every_path(make, root):
    photo = Photo.objects.get(pk=make().pk)
    assert len(photo.checksum) == 32
    assert facts(photo) == (f"goc/{photo.checksum}.jpg", 600, 800)
    assert (root / photo.image.name).read_bytes() == bad_files.phone_jpeg()


@pytest.mark.django_db
def test_bad_photo_is_refused_by_create_and_leaves_no_file(root):
    with pytest.raises(ValidationError, match="không phải ảnh"):
        Photo.objects.create(image=upload(bad_files.HTML, "a.jpg"))
    assert stored_names(root) == []


def test_form_tells_the_sentence_at_the_field():
    form = PhotoForm({}, {"image": upload(bad_files.HTML, "x.jpg")})
    assert form.errors == {"image": [NOT_A_PHOTO]}


def test_full_clean_tells_the_sentence_at_the_field():
    photo = Photo(image=upload(bad_files.HTML, "x.jpg"))
    with pytest.raises(ValidationError) as caught:
        photo.full_clean()
    assert caught.value.message_dict["image"] == [NOT_A_PHOTO]


@pytest.mark.django_db
def test_reading_rows_and_addresses_touches_no_file(root):
    photo = make_by_create()
    images.delete_files(photo.checksum)
    photo = Photo.objects.get(pk=photo.pk)
    prefix = f"/media/{photo.checksum}"
    assert photo.image.renditions == images.Renditions(
        webp=[(w, f"{prefix}-{w}.webp") for w in (160, 320, 480)],
        jpeg=[(320, f"{prefix}-320.jpg")],
        width=600,
        height=800,
    )
    assert (photo.image.url, photo.image.checksum) == (f"{prefix}-320.jpg", photo.checksum)


# ── In a page ─────────────────────────────────────────────────────────────────────────────────────


def render(image, **arguments) -> str:
    return picture(image, **({"alt": "", "sizes": "75vw"} | arguments))


def photo_row(width: int = 700, height: int = 500) -> Photo:
    checksum = "0123456789abcdef" * 2
    return Photo(image=f"goc/{checksum}.jpg", width=width, height=height, checksum=checksum)


P = "/media/0123456789abcdef0123456789abcdef"
SOURCES = (
    f'<picture><source type="image/webp" srcset="{P}-160.webp 160w, '
    f'{P}-320.webp 320w, {P}-480.webp 480w, {P}-640.webp 640w" sizes="75vw"><img src="{P}-640.jpg" '
    f'srcset="{P}-320.jpg 320w, {P}-640.jpg 640w" sizes="75vw" '
)


def test_picture_offers_webp_and_falls_back_to_jpeg():
    html = render(photo_row().image, alt='Đại biểu <b> & "khách"')
    assert html == SOURCES + (
        'alt="Đại biểu &lt;b&gt; &amp; &quot;khách&quot;" width="700" height="500" '
        'loading="lazy" decoding="async"></picture>'
    )


def test_first_picture_of_a_page_is_fetched_at_once():
    html = render(photo_row().image, loading="first")
    assert html == SOURCES + ('alt="" width="700" height="500" fetchpriority="high"></picture>')


@pytest.mark.parametrize(
    ("x", "y", "focus"),
    [
        (None, None, "focus-cc"),
        (0, 0, "focus-lt"),
        (33, 34, "focus-lc"),
        (50, 50, "focus-cc"),
        (67, 67, "focus-rb"),
        (100, 100, "focus-rb"),
    ],
)
def test_cropped_picture_keeps_its_focus_in_sight(x, y, focus):
    html = render(photo_row().image, crop="3:2", focus_x=x, focus_y=y)
    assert f' width="480" height="320" class="crop {focus}" loading="lazy"' in html


@pytest.mark.parametrize("photo", [Photo(), photo_row(width=0, height=0)])
def test_picture_shows_nothing_where_there_is_no_photo(photo):
    assert render(photo.image) == ""


def test_wide_photo_falls_back_to_640_pixels():
    assert photo_row(3000, 2000).image.url == f"{P}-640.jpg"


# ── A full disk ─────────────────────────────────────────────────────────────────────────────────


def test_full_disk_refuses_the_photo_and_leaves_no_part_of_a_file(root, tmp_path):
    source = tmp_path / "big.jpg"
    source.write_bytes(bad_files.jpeg(1600, 1200))
    child = """
        import resource, signal, sys
        import django; django.setup()
        from django.core.files.base import ContentFile
        from portal import images
        data = open(sys.argv[1], "rb").read()
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # write() answers with an error instead
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            images.store(ContentFile(data, name="big.jpg"))
        except OSError as error:
            sys.exit(error.errno)
        """
    done = run_child(child, root, source)
    assert done.returncode == errno.EFBIG, done.stderr
    assert [name for name in stored_names(root) if "partial" in name] == []
    for name in stored_names(root):
        opened(root / name).load()


def run_child(source: str, root: Path, *arguments):
    """Run a program with the tests' settings on this test's files."""
    source = textwrap.dedent(source)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    source = source.replace(
        "django.setup()",
        f"django.setup(); from django.conf import settings; settings.MEDIA_ROOT = {str(root)!r}",
    )
    return subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
