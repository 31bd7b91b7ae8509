"""Rows for tests: each call mentions only what the test is about."""

import io
import itertools
from datetime import UTC, date, datetime

from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter

from departments.models import Appointment, Contact, Department, Person, Position, SiteSettings
from news.models import Article, ArticlePhoto, Attachment, Category, Conference, Photo
from portal.models import User
from portal.publishing import Status

_numbers = itertools.count(1)

# The seed article's own time: 23/01/2018 04:11 in Vietnam.
SEED_TIME = datetime(2018, 1, 22, 21, 11, tzinfo=UTC)
PASSWORD = "a long password for tests"


def make_user(*, groups=(), **kwargs) -> User:
    """A member of staff, in the groups named."""
    number = next(_numbers)
    defaults = {"username": f"user{number}", "email": f"user{number}@example.org", "is_staff": True}
    user = User.objects.create_user(password=PASSWORD, **(defaults | kwargs))
    user.groups.set([Group.objects.get(name=name) for name in groups])
    return user


def make_category(**kwargs) -> Category:
    return Category.objects.create(**({"name": f"Chuyên mục {next(_numbers)}"} | kwargs))


def make_department(**kwargs) -> Department:
    return Department.objects.create(**({"name": f"Phòng {next(_numbers)}"} | kwargs))


def make_site(*, contact=None, **kwargs) -> SiteSettings:
    """The site's settings with its agency; `contact`: the fields of the agency's own contact."""
    agency = kwargs.pop("agency", None) or make_department(
        name="Sở Khoa học và Công nghệ tỉnh Lạng Sơn", kind=Department.Kind.DEPARTMENT
    )
    if contact is not None:
        make_contact(department=agency, **contact)
    site = SiteSettings(agency=agency, **kwargs)
    site.save()
    return site


def make_contact(**kwargs) -> Contact:
    defaults = {"label": "Văn phòng Sở"}
    if "department" not in kwargs:
        defaults["department"] = make_department()
    return Contact.objects.create(**(defaults | kwargs))


def make_person(**kwargs) -> Person:
    return Person.objects.create(**({"full_name": f"Nguyễn Văn {next(_numbers)}"} | kwargs))


def make_position(**kwargs) -> Position:
    """A post in `department`; `leads=True` where it leads the agency."""
    defaults = {"title": "Giám đốc", "rank": 1, "is_leadership": kwargs.pop("leads", False)}
    if "department" not in kwargs:
        defaults["department"] = make_department()
    return Position.objects.create(**(defaults | kwargs))


def make_appointment(**kwargs) -> Appointment:
    """A term; `person`, `position` or the words `full_name`, `title`, `department` for new ones."""
    full_name = kwargs.pop("full_name", "Nguyễn Thị Hà")
    title = kwargs.pop("title", "Giám đốc")
    department = kwargs.pop("department", None)
    if "person" not in kwargs:
        kwargs["person"] = Person.objects.create(full_name=full_name)
    if "position" not in kwargs:
        kwargs["position"] = Position.objects.create(
            department=department or make_department(), title=title
        )
    return Appointment.objects.create(**kwargs)


def make_article(**kwargs) -> Article:
    """A published article of the seed's time; `status=Status.DRAFT` and so on for others."""
    defaults = {
        "title": f"Bài viết {next(_numbers)}",
        "body": "<p>Câu đầu của bài. Câu sau.</p>",
        "status": Status.PUBLISHED,
    }
    if kwargs.get("status", Status.PUBLISHED) in {Status.PUBLISHED, Status.WITHDRAWN}:
        defaults["publish_at"] = SEED_TIME
    if "category" not in kwargs:
        defaults["category"] = make_category()
    return Article.objects.create(**(defaults | kwargs))


def make_conference(**kwargs) -> Conference:
    """The annual review that `article`, a report, is about."""
    defaults = {"held_on": date(2018, 1, 19), "review_year": 2017}
    if "article" not in kwargs:
        defaults["article"] = make_article(kind=Article.Kind.REPORT)
    return Conference.objects.create(**(defaults | kwargs))


def image_upload(*, color="navy", size=(640, 480), name="anh.jpg") -> SimpleUploadedFile:
    """A real JPEG of one colour; another colour is another file."""
    buffer = io.BytesIO()
    Image.new("RGB", size, color).save(buffer, "JPEG", quality=70)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/jpeg")


def make_photo(*, color="navy", size=(640, 480), **kwargs) -> Photo:
    """A photo of the library, with its real renditions."""
    image = kwargs.pop("image", None) or image_upload(color=color, size=size)
    return Photo.objects.create(image=image, **({"alt": "Một tấm ảnh một màu"} | kwargs))


def make_article_photo(**kwargs) -> ArticlePhoto:
    """The use of a photo in `article`."""
    if "photo" not in kwargs:
        kwargs["photo"] = make_photo()
    if "article" not in kwargs:
        kwargs["article"] = make_article()
    return ArticlePhoto.objects.create(**kwargs)


def pdf_upload(*, pages=1, name="bao-cao.pdf") -> SimpleUploadedFile:
    """A real PDF of empty pages; another number of pages is another file."""
    writer, buffer = PdfWriter(), io.BytesIO()
    for _page in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.write(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type="application/pdf")


def make_attachment(*, pages=1, **kwargs) -> Attachment:
    """A PDF attached to `article`."""
    if "article" not in kwargs:
        kwargs["article"] = make_article()
    file = kwargs.pop("file", None) or pdf_upload(pages=pages)
    return Attachment.objects.create(file=file, **({"title": "Báo cáo tổng kết"} | kwargs))
