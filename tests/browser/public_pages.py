"""Every type of page that the public sees, and how its content is made.

A new page is one line of PAGES; a new kind of content is one more address of `make_content`.
Used by the tests of the browser and by `make audit`, which opens the same pages of a real site.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.template import loader
from django.test import Client
from django.utils import timezone

from departments.models import Contact, Department, Person, SiteSettings, Succession
from news import sample
from news.models import Article, ArticleDepartment, ArticleUpdate, Category, UrgentNotice
from news.sample import articles
from portal.publishing import Status, Takedown
from tests.factories import (
    image_upload,
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_contact,
    make_department,
    make_photo,
    make_position,
    make_user,
)


@dataclass(frozen=True, kw_only=True)
class PublicPage:
    """A type of page: `address` may name an address of `make_content` in braces.

    `template`: a page that nginx serves as a file, shown as that template alone. `for_staff`:
    only somebody signed in without rights meets it.
    """

    name: str
    address: str = ""
    status: int = 200
    is_indexed: bool = True
    for_staff: bool = False
    template: str = ""

    def url(self, content: dict[str, str]) -> str:
        """Its address, without the host."""
        return self.address.format(**content) or f"/{self.template}"

    def file(self) -> str:
        """What nginx would serve: the template, which needs no request."""
        return loader.get_template(self.template).render()


def _page(name: str, address: str = "", **rest) -> PublicPage:
    return PublicPage(name=name, address=address, **rest)


PAGES = [
    _page("home", "/"),
    _page("article", "{seed}"),
    _page("article with everything", "{full}"),
    _page("article with nothing but a long title", "{bare}"),
    _page("expired article", "{expired}", is_indexed=False),
    _page("withdrawn article", "{withdrawn}", is_indexed=False),
    _page("news list", "/tin-tuc/"),
    _page("news list, page 2", "/tin-tuc/?trang=2"),
    _page("news list, filtered", "/tin-tuc/?nam=2017&thang=10", is_indexed=False),
    _page("news list, nothing left", "/tin-tuc/?nam=2017&loai=thong-bao&thang=1", is_indexed=False),
    _page("category", "{category}"),
    _page("category with one article", "{small_category}"),
    _page("empty category", "{empty_category}"),
    _page("reports", "/bao-cao/"),
    _page("reports by chair", "/bao-cao/?xep=chu-tri"),
    _page("reports of a year", "/bao-cao/2017/"),
    _page("reports of a year without a file", "/bao-cao/2015/"),
    _page("reports of a year without a report", "/bao-cao/2014/"),
    _page("about", "/gioi-thieu/"),
    _page("structure", "/co-cau-to-chuc/"),
    _page("unit", "{unit}"),
    _page("closed unit", "{closed_unit}"),
    _page("leaders", "/lanh-dao/"),
    _page("person", "{person}"),
    _page("contact", "/lien-he/"),
    _page("site map", "/so-do-trang/"),
    _page("print view", "{seed}ban-in/", is_indexed=False),
    _page("print view of everything", "{full}ban-in/", is_indexed=False),
    _page("display choices", "/hien-thi/", is_indexed=False),
    _page("search with hits", "/tim-kiem/?q=tong+ket+2017", is_indexed=False),
    _page("search, filtered", "/tim-kiem/?q=khcn&loai=tin-tuc", is_indexed=False),
    _page("search, empty", "/tim-kiem/", is_indexed=False),
    _page("search with none", "/tim-kiem/?q=xyzxyz", is_indexed=False),
    _page("403", "/admin/departments/sitesettings/", status=403, is_indexed=False, for_staff=True),
    _page("404", "/khong-co-trang-nay/", status=404, is_indexed=False),
    _page("410", "{removed}", status=410, is_indexed=False),
    _page("500", template="500.html", status=500, is_indexed=False),
    _page("503", template="503.html", status=503, is_indexed=False),
]
BY_NAME = {page.name: page for page in PAGES}

LONG_TITLE = (
    "Hội nghị tổng kết hoạt động khoa học, công nghệ và đổi mới sáng tạo năm 2017, triển khai "
    "nhiệm vụ, kế hoạch công tác năm 2018 và phát động phong trào thi đua trong toàn ngành ở tỉnh"
)
LONG_CAPTION = (
    "Đ/c Nguyễn Thị Hà, Giám đốc Sở Khoa học và Công nghệ tỉnh Lạng Sơn, phát biểu tại Hội nghị "
    "tổng kết hoạt động khoa học công nghệ năm 2017 và triển khai nhiệm vụ, kế hoạch công tác "
    "năm 2018, trước sự có mặt của lãnh đạo các huyện và toàn thể cán bộ của Sở hôm nay"
)
EVERYTHING = """
<p>Đoạn đầu của bài có <strong>chữ đậm</strong> và <a href="/co-cau-to-chuc/">cơ cấu tổ chức</a>.
</p><figure data-photo="1"></figure><h2>Kết quả đã đạt được</h2><p>Đoạn sau tiêu đề.</p>
<h3>Đề tài, dự án</h3><ul><li>Một đề tài cấp tỉnh.</li><li>Hai dự án cấp cơ sở.</li></ul>
<blockquote><p>Một câu được trích.</p></blockquote>
<table><caption>Số đề tài theo năm</caption><thead><tr><th scope="col">Năm</th><th scope="col">Số
đề tài được nghiệm thu</th><th scope="col">Kinh phí sự nghiệp khoa học</th><th scope="col">Đơn vị
chủ trì thực hiện</th></tr></thead><tbody><tr><td>2016</td><td>12</td><td>1.234.567.890 đồng</td>
<td>Trung tâm Ứng dụng</td></tr></tbody></table>
<p>Xem <a href="https://example.org/van-ban">văn bản của Bộ Khoa học và Công nghệ</a>.</p>
"""


def make_content() -> dict[str, str]:
    """Load the sample and what it lacks; returns the address of each thing that PAGES names."""
    sample.load()
    seed = Article.objects.get(title=articles.REPORT.title)
    make_attachment(article=seed, title="Báo cáo tổng kết năm 2017", pages=24)
    UrgentNotice.objects.create(
        text="Trang tạm ngừng tiếp nhận hồ sơ để bảo trì.",
        link="/lien-he/",
        starts_at=timezone.now() - timedelta(hours=1),
        ends_at=timezone.now() + timedelta(days=1),
    )
    things = {
        "seed": seed,
        **_articles(),
        **_withdrawn(),
        **_categories(),
        **_agency(),
    }
    return {name: thing.get_absolute_url() for name, thing in things.items()}


def _articles() -> dict[str, Article]:
    category = Category.objects.get(name=articles.SCIENCE)
    full = make_article(
        title="Bài có đủ mọi thứ mà một bài có thể có",
        summary="Tóm tắt của bài, một đến hai câu: ai, làm gì, ở đâu, khi nào.",
        body=EVERYTHING,
        category=category,
        department=Department.objects.get(name=articles.SCIENCE_DIVISION),
        byline="Bài mẫu",
        source="Báo Lạng Sơn",
    )
    photo = make_photo(color="teal", size=(1280, 853), credit="Người chụp mẫu")
    make_article_photo(article=full, photo=photo, caption=LONG_CAPTION)
    make_attachment(article=full, title="Phụ lục số liệu", pages=2)
    ArticleUpdate.objects.create(article=full, at=timezone.now(), note="Bổ sung số liệu năm 2016.")
    office = Department.objects.get(name=articles.OFFICE)
    ArticleDepartment.objects.create(article=full, department=office)
    return {
        "full": full,
        "bare": make_article(title=LONG_TITLE, category=category),
        "expired": make_article(
            title="Bài đã hết hạn", expire_at=timezone.now() - timedelta(days=1), category=category
        ),
    }


def _withdrawn() -> dict[str, Article]:
    category = Category.objects.get(name=articles.SCIENCE)
    gone = {"status": Status.WITHDRAWN, "category": category}
    return {
        "withdrawn": make_article(
            title="Bài đã thu hồi",
            takedown=Takedown.NOTICE,
            notice="Bài có số liệu chưa đúng.\n\nXin xem bài thay thế.",
            **gone,
        ),
        "removed": make_article(title="Bài đã gỡ", takedown=Takedown.REMOVED, **gone),
    }


def _categories() -> dict[str, Category]:
    small = make_category(name="Thanh tra")
    make_article(title="Bài duy nhất của chuyên mục", category=small)
    return {
        "category": Category.objects.get(name=articles.ACTIVITIES),
        "small_category": small,
        "empty_category": make_category(name="Chuyên mục chưa có bài"),
    }


def _agency() -> dict[str, Department | Person]:
    """A leader with a portrait, one who has left, a vacant post, a unit that was renamed."""
    agency = SiteSettings.load().agency
    director = Person.objects.get(full_name=articles.DIRECTOR)
    director.portrait = image_upload(color="gray", size=(600, 800), name="chan-dung.jpg")
    director.biography = "<p>Quê quán: tỉnh Lạng Sơn.</p>"
    director.phone, director.email = "(0205) 3.871.906", "giamdoc@example.org"
    director.save()
    make_position(department=agency, title="Phó Giám đốc", rank=2, leads=True)
    make_appointment(
        full_name="Trần Văn Nam",
        position=make_position(department=agency, title="Phó Giám đốc Thường trực", rank=3),
        started_on=date(2010, 1, 1),
        ended_on=date(2015, 12, 31),
    )
    unit = Department.objects.get(name=articles.SCIENCE_DIVISION)
    make_appointment(full_name="Lê An", title="Trưởng phòng", department=unit)
    make_contact(department=unit, label="Văn thư", phone="(0205) 3.811.111", address="Tầng 2")
    make_contact(department=agency, label="Đường dây nóng", kind=Contact.Kind.HOTLINE, phone="113")
    old = make_department(name="Phòng Quản lý đề tài", parent=agency, closed_on=date(2016, 1, 1))
    Succession.objects.create(
        predecessor=old, successor=unit, kind="renamed", effective_on=date(2016, 1, 1)
    )
    return {"unit": unit, "closed_unit": old, "person": director}


def staff_cookie() -> dict[str, str]:
    """The session of somebody of the staff who has no rights, as a browser keeps it."""
    client = Client()
    client.force_login(make_user())
    session = client.cookies["sessionid"]
    return {"name": session.key, "value": session.value}


class Content:
    """What `make_content` makes in an empty database, made once a process, for that takes seconds;
    afterwards its rows and files are put back. On SQLite, where the browser's tests run."""

    addresses: dict[str, str] | None = None

    def again(self) -> dict[str, str]:
        """Have it there now; returns its addresses, as `make_content` does."""
        assert not Article.objects.exists(), "what is there would be lost"
        if self.addresses is None:
            self.addresses = make_content()
            self.rows, self.files = sqlite3.connect(":memory:"), tempfile.TemporaryDirectory()
            connection.connection.backup(self.rows)
            shutil.copytree(settings.MEDIA_ROOT, self.files.name, dirs_exist_ok=True)
        else:
            self.rows.backup(connection.connection)
            shutil.copytree(self.files.name, settings.MEDIA_ROOT, dirs_exist_ok=True)
        return self.addresses


content = Content()


class Reader(AbstractContextManager):
    """A browser window that can open every type of page; `options` are those of the window."""

    def __init__(self, browser, site: str, **options):
        self.site = site
        self.content = content.again()
        self.context = browser.new_context(base_url=site, locale="vi-VN", **options)
        self.page = self.context.new_page()

    def __exit__(self, *error):
        self.context.close()

    def open(self, public: PublicPage):
        """Open that type of page and see that it answers as it should; returns the window."""
        url = self.site + public.url(self.content)
        self.context.clear_cookies()
        if public.for_staff:
            self.context.add_cookies([staff_cookie() | {"url": self.site}])
        if public.template:
            answer = {"status": public.status, "content_type": "text/html; charset=utf-8"}
            self.page.route(url, lambda route: route.fulfill(body=public.file(), **answer))
        assert self.page.goto(url).status == public.status, public.name
        return self.page

    def every_page(self, *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
        """The name of each type of page, and the window in which it is open."""
        for public in PAGES:
            if public.name not in but:
                yield public.name, self.open(public)
