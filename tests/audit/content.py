"""Fill the site that is audited; prints the pages to open as JSON. Run by tests.audit.site."""

import io
import json
import sys
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import django
from PIL import Image, ImageOps

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402

from news.models import Article, Category, Photo  # noqa: E402
from news.sample import articles  # noqa: E402
from tests.browser.public_pages import (  # noqa: E402
    PAGES,
    PublicPage,
    make_content,
    staff_cookie,
)
from tests.factories import SEED_TIME, make_article, make_article_photo  # noqa: E402

PHOTOGRAPHS = ["coffee.png", "rocket.jpg", "chelsea.png", "astronaut.png", "motorcycle_left.png"]
TITLES = [
    "Nghiệm thu đề tài trồng cà phê dưới tán rừng ở huyện Hữu Lũng",
    "Học sinh Lạng Sơn tìm hiểu công nghệ vũ trụ tại hội trường của Sở",
    "Bảo tồn nguồn gen vật nuôi bản địa trên địa bàn tỉnh",
    "Gặp mặt các nhà khoa học trẻ nhân ngày Khoa học và Công nghệ",
    "Kiểm định phương tiện đo tại các cơ sở sửa chữa xe máy",
]
TWO_PHOTOS = (
    '<p>Đoạn đầu của bài.</p><figure data-photo="1"></figure><p>Đoạn sau của bài, dài hơn.</p>'
    '<figure data-photo="2"></figure><p>Đoạn cuối của bài.</p>'
)


def photographs() -> list[Photo]:
    """Ten photos of the library: real photographs that scikit-image ships, and their mirrors."""
    folder = Path(find_spec("skimage").submodule_search_locations[0]) / "data"
    pictures = [Image.open(folder / name).convert("RGB") for name in PHOTOGRAPHS]
    return [_photo(picture) for picture in [*pictures, *map(ImageOps.mirror, pictures)]]


def _photo(picture: Image.Image) -> Photo:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    photo = Photo.objects.from_upload(SimpleUploadedFile("anh.jpg", buffer.getvalue()))
    photo.alt = "Một tấm ảnh chụp thật"
    photo.save(update_fields=["alt"])
    return photo


def make_photo_articles() -> Article:
    """The newest ten articles, each with a photograph; returns the newest, with two in its text."""
    category = Category.objects.get(name=articles.SCIENCE)
    photos = photographs()
    for day, (photo, title) in enumerate(zip(photos, TITLES * 2, strict=True), start=1):
        at = SEED_TIME + timedelta(days=day)
        article = make_article(title=title, body=TWO_PHOTOS, category=category, publish_at=at)
        make_article_photo(article=article, photo=photo, ref=1, caption="Ảnh chụp thật", order=1)
    make_article_photo(article=article, photo=photos[0], ref=2, caption="Ảnh thứ hai", order=2)
    article.is_featured = True
    article.save()
    return article


def entry(page: PublicPage, content: dict[str, str]) -> dict:
    """What the checks need to know of a page, without Django."""
    return {
        "name": page.name,
        "address": page.url(content),
        "status": page.status,
        "cookie": staff_cookie() if page.for_staff else None,
        "html": page.file() if page.template else "",
    }


if __name__ == "__main__":
    content = make_content() | {"photographs": make_photo_articles().get_absolute_url()}
    pages = [*PAGES, PublicPage(name="article with photographs", address="{photographs}")]
    sys.stdout.write(json.dumps([entry(page, content) for page in pages]))
