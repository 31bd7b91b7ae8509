"""How long the editors' desk keeps the site busy: publishing, storing photos, the first view.

Runs inside the site (see `inside`), through the forms that staff send. Times are CPU seconds of
this process; on PostgreSQL its server's own come on top.
"""

from __future__ import annotations

import io
import itertools
import re
import time
from dataclasses import asdict, dataclass
from statistics import median

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from news.models import Article, Category, Photo
from portal.models import User
from portal.publishing import Status
from tests.bench.content import picture_file

PUBLICATIONS, UPLOADS = 9, 5
_numbers = itertools.count(time.time_ns())


@dataclass
class Row:
    """One thing done: its median, and what was aimed at, in the same unit."""

    name: str
    value: float
    aim: float
    unit: str


def survey() -> list[dict]:
    client = _signed_in()
    small, large = (_stored(width, height) for width, height in ((1600, 1067), (4000, 3000)))
    published, first, second = zip(*(_published(client) for _ in range(PUBLICATIONS)), strict=True)
    ratio = median(a / b for a, b in zip(first, second, strict=True))
    rows = [
        Row("publish an article with two photos", median(published) * 1000, 100, "ms"),
        Row("store a photo of 1,600 pixels in all sizes", small * 1000, 300, "ms"),
        Row("store a photo of 12 megapixels in all sizes", large * 1000, 1500, "ms"),
        Row("first view after publishing, beside the second", ratio, 1.5, "×"),
    ]
    return [asdict(row) for row in rows]


def _signed_in() -> Client:
    user, _ = User.objects.get_or_create(
        username="bench-desk", defaults={"email": "bench-desk@example.org", "is_staff": True}
    )
    user.groups.set([Group.objects.get(name="Duyệt đăng")])
    client = _client()
    client.force_login(user)
    return client


def _client() -> Client:
    return Client(headers={"host": settings.ALLOWED_HOSTS[0]})


def _seconds(work) -> tuple[float, object]:
    start = time.process_time()
    done = work()
    return time.process_time() - start, done


# ── Photos ──────────────────────────────────────────────────────────────────────────────────────
def _upload(width: int, height: int) -> SimpleUploadedFile:
    """A part of a real photograph; a pixel of its own makes it another file."""
    number = next(_numbers)
    image = Image.open(picture_file(number)).convert("RGB").resize((width, height))
    image.putpixel((0, 0), (number % 256, number // 256 % 256, number // 65536 % 256))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90, comment=str(number))
    return SimpleUploadedFile(f"anh-{number}.jpg", buffer.getvalue())


def _stored(width: int, height: int) -> float:
    uploads = [_upload(width, height) for _ in range(UPLOADS)]
    return median(_seconds(lambda one=one: Photo.objects.from_upload(one))[0] for one in uploads)


# ── Publishing, and the view after it ───────────────────────────────────────────────────────────
def _published(client: Client) -> tuple[float, float, float]:
    """The times of publishing, of the first view and of the second."""
    form = _form([Photo.objects.from_upload(_upload(640, 427)) for _ in range(2)])
    address = reverse("admin:news_article_add")
    client.get(address)
    publishing, answer = _seconds(lambda: client.post(address, form))
    article = Article.objects.filter(title=form["title"]).first()
    if article is None or article.status != Status.PUBLISHED:
        raise SystemExit(f"not published: {_reasons(answer)}")
    reader, page = _client(), article.get_absolute_url()
    reader.get("/")  # a client's first request sets its handler up
    first, second = (_seconds(lambda: reader.get(page))[0] for _ in range(2))
    return publishing, first, second


def _reasons(answer) -> list[str]:
    return re.findall(r'class="errorlist[^>]*>(.*?)</ul>', answer.content.decode())


def _form(photos: list[Photo]) -> dict:
    """What a browser sends for an article with photos."""
    body = "".join(f"<p>{'Câu thứ nhất của đoạn văn này. ' * 6}</p>" for _ in range(12))
    form = {
        "kind": "news",
        "title": f"Bài đo tốc độ {next(_numbers)}",
        "body": body,
        "category": Category.objects.values_list("pk", flat=True)[0],
        "own_reason": "Đo tốc độ",
        "_publish": "1",
    }
    for prefix in ("photos", "attachments", "people", "concerned_departments"):
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    form["photos-TOTAL_FORMS"] = len(photos)
    for number, photo in enumerate(photos):
        row = {
            "photo": photo.pk,
            "caption": f"Chú thích của ảnh {number}",
            "alt": f"Quang cảnh số {number}",
            "order": number,
            "after": number,
        }
        form |= {f"photos-{number}-{name}": value for name, value in row.items()}
    return form
