"""What search engines, share cards and news extractors read on a page."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
import trafilatura
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from departments.models import Department
from news import sharing
from news.models import Article, ArticlePhoto
from portal import richtext
from portal.publishing import Status, Takedown
from tests.factories import (
    SEED_TIME,
    image_upload,
    make_appointment,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_department,
    make_photo,
    make_site,
)

pytestmark = pytest.mark.django_db

AGENCY = "Sở Khoa học và Công nghệ tỉnh Lạng Sơn"


class Head(HTMLParser):
    """The metadata of a page: `metas`, `links` by rel, and `facts` (its JSON-LD)."""

    def __init__(self, html: str):
        super().__init__()
        self.metas: dict[str, str] = {}
        self.links: dict[str, list[str]] = {}
        scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
        self.facts = [json.loads(script) for script in scripts]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "meta" and (name := attrs.get("property") or attrs.get("name")):
            assert name not in self.metas, f"{name} stands twice"
            self.metas[name] = attrs["content"]
        if tag == "link":
            self.links.setdefault(attrs["rel"], []).append(attrs["href"])

    def fact(self, kind: str) -> dict:
        """The one fact of that type, also inside a graph."""
        everything = [one for fact in self.facts for one in fact.get("@graph", [fact])]
        (found,) = [one for one in everything if one["@type"] == kind]
        return found

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        items = self.fact("BreadcrumbList")["itemListElement"]
        assert [item["position"] for item in items] == list(range(1, len(items) + 1))
        return [(item["name"], item.get("item", "")) for item in items]


def head(client, address) -> Head:
    response = client.get(address)
    assert response.status_code == 200
    return Head(response.content.decode())


def jpeg(photo) -> str:
    return f"http://testserver{photo.image.renditions.jpeg[-1][1]}"


# ── As others read an article ───────────────────────────────────────────────────────────────────


def test_a_news_extractor_finds_title_author_date_picture_and_the_whole_text(client, drawn_before):
    call_command("load_sample", verbosity=0)
    article = Article.objects.get(byline="Hưng Đức")
    html = client.get(article.get_absolute_url()).content.decode()
    found = trafilatura.bare_extraction(
        html, url=f"http://testserver{article.get_absolute_url()}", with_metadata=True
    )
    assert found.title == article.title
    assert found.author == "Hưng Đức"
    assert found.date == "2018-01-23"
    assert found.image == jpeg(article.photos.first().photo)
    assert found.sitename == AGENCY
    assert found.description == article.teaser
    assert found.url == f"http://testserver{article.get_absolute_url()}"
    paragraphs = richtext.plain_text(article.body).split("\n")
    paragraphs = [" ".join(one.split()) for one in paragraphs if one.strip()]
    assert len(paragraphs) >= 6
    text = " ".join(found.text.split())
    for paragraph in paragraphs:
        assert paragraph in text
    for other in ["Bỏ qua đến nội dung", "Cơ cấu tổ chức", "(bài mẫu)", "Bà Triệu"]:
        assert other not in text


def test_a_share_card_says_what_the_article_says(client):
    make_site()
    article = make_article(
        title="Hội nghị <b> & “tổng kết”",
        summary="Câu tóm tắt & 'nháy'.",
        category=make_category(name="Khoa học"),
        content_changed_at=SEED_TIME + timedelta(hours=1),
    )
    photo = make_photo(size=(1600, 1000), alt="Một hội trường")
    make_article_photo(article=article, photo=make_photo(color="red"), order=1)
    make_article_photo(article=article, photo=photo, order=2, is_lead=True)
    found = head(client, article.get_absolute_url())
    address = f"http://testserver{article.get_absolute_url()}"
    assert found.links["canonical"] == [address]
    expected = {
        "description": "Câu tóm tắt & 'nháy'.",
        "og:description": "Câu tóm tắt & 'nháy'.",
        "og:title": "Hội nghị <b> & “tổng kết”",
        "og:url": address,
        "og:type": "article",
        "og:locale": "vi_VN",
        "og:site_name": AGENCY,
        "og:image": jpeg(photo),
        "og:image:width": "1280",
        "og:image:height": "800",
        "og:image:alt": "Một hội trường",
        "article:published_time": "2018-01-23T04:11:00+07:00",
        "article:modified_time": "2018-01-23T05:11:00+07:00",
        "article:section": "Khoa học",
        "twitter:card": "summary_large_image",
    }
    assert {name: found.metas.get(name) for name in expected} == expected
    served = client.get(found.metas["og:image"])
    assert Image.open(BytesIO(served.content)).size == (1280, 800)


def test_search_engines_are_told_who_wrote_what_when(client):
    make_site()
    article = make_article(
        title="Hội nghị </script> & ]]>",
        summary="Tóm tắt.",
        byline="Hưng Đức",
        category=make_category(name="Khoa học", parent=make_category(name="Tin chung")),
    )
    photo = make_photo(size=(640, 480))
    make_article_photo(article=article, photo=photo, caption="Các đại biểu")
    found = head(client, article.get_absolute_url())
    address = f"http://testserver{article.get_absolute_url()}"
    assert found.fact("NewsArticle") == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": address,
        "url": address,
        "headline": "Hội nghị </script> & ]]>",
        "description": "Tóm tắt.",
        "datePublished": "2018-01-23T04:11:00+07:00",
        "dateModified": "2018-01-23T04:11:00+07:00",
        "articleSection": "Khoa học",
        "inLanguage": "vi",
        "image": [
            {
                "@type": "ImageObject",
                "url": jpeg(photo),
                "width": 640,
                "height": 480,
                "caption": "Các đại biểu",
            }
        ],
        "author": {"@type": "Person", "name": "Hưng Đức"},
        "publisher": {
            "@type": "GovernmentOrganization",
            "name": AGENCY,
            "url": "http://testserver/",
            "logo": {
                "@type": "ImageObject",
                "url": "http://testserver/static/portal/mark.svg",
            },
        },
    }
    assert found.crumbs == [
        ("Trang chủ", "http://testserver/"),
        ("Tin tức", "http://testserver/tin-tuc/"),
        ("Tin chung", "http://testserver/chuyen-muc/tin-chung/"),
        ("Khoa học", "http://testserver/chuyen-muc/khoa-hoc/"),
        ("Hội nghị </script> & ]]>", ""),
    ]


def test_without_a_byline_the_agency_is_the_author(client):
    make_site()
    found = head(client, make_article().get_absolute_url())
    assert found.fact("NewsArticle")["author"] == {
        "@type": "GovernmentOrganization",
        "name": AGENCY,
        "url": "http://testserver/",
    }


def test_without_a_photo_the_unit_then_the_department_stands_in(client):
    unit = Department.objects.create(name="Phòng Quản lý khoa học", picture=image_upload())
    for department, picture, alt in [
        (unit, f"http://testserver{unit.picture.renditions.jpeg[-1][1]}", unit.name),
        (
            None,
            "http://testserver/static/portal/share.jpg",
            "Bông hồi vàng tám cánh trên nền xanh chàm, biểu tượng của trang này",
        ),
    ]:
        article = make_article(department=department)
        found = head(client, article.get_absolute_url())
        assert (found.metas["og:image"], found.metas["og:image:alt"]) == (picture, alt)
        assert found.fact("NewsArticle")["image"][0]["url"] == picture
    served = client.get(picture)
    assert (served.status_code, served["Content-Type"]) == (200, "image/jpeg")
    served.close()


def test_the_default_share_image_is_what_its_card_says(client):
    content = Path("static/portal/share.jpg").read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.size) == ("JPEG", (1200, 630))
    found = head(client, "/lien-he/")
    assert found.metas["og:image:width"] == "1200"
    assert found.metas["og:image:height"] == "630"


@pytest.mark.parametrize(
    "state",
    [
        {"expire_at": SEED_TIME + timedelta(days=1)},
        {
            "status": Status.WITHDRAWN,
            "takedown": Takedown.NOTICE,
            "notice": "Đã gỡ.",
            "withdrawn_at": timezone.now(),
        },
    ],
    ids=["expired", "withdrawn"],
)
def test_what_is_no_longer_public_has_no_card_and_names_no_photo(client, state):
    article = make_article(**state)
    use = make_article_photo(article=article)
    response = client.get(article.get_absolute_url())
    html = response.content.decode()
    assert response.status_code == 200
    assert '<meta name="robots" content="noindex">' in html
    for word in ["canonical", "og:image", "NewsArticle", use.photo.checksum]:
        assert word not in html


def test_a_card_asks_the_database_nothing(django_assert_num_queries):
    make_article_photo(article=make_article(department=make_department(), byline="A"))
    article = Article.objects.select_related("category", "department").get()
    uses = list(ArticlePhoto.objects.select_related("photo"))
    with django_assert_num_queries(0):
        card = sharing.article_card(article, uses)
    assert card.picture.address == jpeg(uses[0].photo)


@pytest.mark.parametrize("slugs", [["mot"], ["mot", "hai", "ba"]])
def test_the_short_address_leads_to_the_article_in_one_hop_whatever_its_slug_was(client, slugs):
    article = make_article(slug="dau-tien")
    for slug in slugs:
        Article.objects.filter(pk=article.pk).update(slug=slug)
    response = client.get(f"/tin-tuc/{article.pk}/")
    assert response.status_code == 301
    assert response["Location"] == f"/tin-tuc/{slugs[-1]}-{article.pk}/"
    assert client.get(response["Location"]).status_code == 200
    old = client.get(f"/tin-tuc/dau-tien-{article.pk}/")
    assert (old.status_code, old["Location"]) == (301, response["Location"])


# ── Other pages ─────────────────────────────────────────────────────────────────────────────────


def test_every_page_has_one_address_a_title_and_a_sentence_of_its_own(client, drawn_before):
    call_command("load_sample", verbosity=0)
    addresses = [
        "/",
        "/tin-tuc/",
        "/chuyen-muc/so-huu-tri-tue/",
        "/bao-cao/",
        "/bao-cao/2017/",
        "/gioi-thieu/",
        "/co-cau-to-chuc/",
        "/co-cau-to-chuc/van-phong-so/",
        "/lanh-dao/",
        "/lanh-dao/nguyen-thi-ha/",
        "/lien-he/",
        "/so-do-trang/",
    ]
    heads = {address: head(client, address) for address in addresses}
    for address, found in heads.items():
        assert found.links["canonical"] == [f"http://testserver{address}"]
        assert found.metas["og:url"] == f"http://testserver{address}"
        assert found.metas["og:site_name"] == AGENCY
        assert found.metas["og:type"] == "website"
    for name in ["og:title", "description"]:
        values = {found.metas[name] for found in heads.values()}
        assert len(values) == len(addresses)
        assert all(values)


def test_a_page_of_a_list_is_an_address_of_its_own_without_the_anchor(client):
    category = make_category(slug="khoa-hoc")
    for _number in range(11):
        make_article(category=category)
    for path in ["/tin-tuc/", "/chuyen-muc/khoa-hoc/"]:
        html = client.get(path).content.decode()
        following = unescape(re.findall(r'rel="next" href="([^"]+)"', html)[0])
        found = head(client, following)
        assert found.links["canonical"] == [f"http://testserver{path}?trang=2"]
    assert head(client, "/bao-cao/?xep=chu-tri").links["canonical"] == [
        "http://testserver/bao-cao/"
    ]


def test_a_name_with_signs_is_escaped_once(client):
    category = make_category(name="Khoa học & <đời sống>", slug="khoa-hoc")
    unit = make_department(name="Phòng A & <B>")
    found = head(client, category.get_absolute_url())
    assert found.metas["og:title"] == "Khoa học & <đời sống>"
    assert found.metas["description"] == "Tin về “Khoa học & <đời sống>”."
    assert head(client, unit.get_absolute_url()).metas["og:title"] == "Phòng A & <B>"
    category.description = "Đo lường & <chất lượng>"
    category.save()
    assert head(client, category.get_absolute_url()).metas["description"] == category.description


def test_the_home_page_tells_whose_site_it_is_and_how_to_search_it(client):
    make_site(contact={"phone": "(0205) 3.871.906"})
    found = head(client, "/")
    site = found.fact("WebSite")
    assert site["name"] == AGENCY
    assert site["url"] == "http://testserver/"
    assert site["potentialAction"] == {
        "@type": "SearchAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": "http://testserver/tim-kiem/?q={search_term_string}",
        },
        "query-input": "required name=search_term_string",
    }
    agency = found.fact("GovernmentOrganization")
    assert (agency["name"], agency["telephone"]) == (AGENCY, "+842053871906")
    assert found.links["alternate"] == ["/rss/"]


def test_a_site_without_an_agency_has_a_neutral_name(client):
    found = head(client, "/")
    assert found.fact("WebSite")["name"] == "Cổng thông tin điện tử"
    assert found.metas["og:site_name"] == "Cổng thông tin điện tử"


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/bao-cao/", ["Báo cáo tổng kết"]),
        ("/bao-cao/2017/", ["Báo cáo tổng kết", "Báo cáo tổng kết năm 2017"]),
        ("/lanh-dao/nguyen-thi-ha/", ["Lãnh đạo", "Nguyễn Thị Hà"]),
        ("/co-cau-to-chuc/phong-a/", ["Cơ cấu tổ chức", "Sở mẹ", "Phòng A"]),
        ("/chuyen-muc/de-tai/", ["Tin tức", "Khoa học", "Đề tài"]),
        ("/so-do-trang/", ["Sơ đồ trang"]),
    ],
)
def test_the_way_to_a_page_is_told_from_the_home_page_down(client, address, names):
    make_category(name="Đề tài", parent=make_category(name="Khoa học"))
    unit = make_department(name="Phòng A", parent=make_department(name="Sở mẹ"))
    make_appointment(full_name="Nguyễn Thị Hà", department=unit)
    make_conference()
    crumbs = head(client, address).crumbs
    assert [name for name, _address in crumbs] == ["Trang chủ", *names]
    assert all(client.get(address).status_code == 200 for _name, address in crumbs[:-1])
    assert crumbs[-1][1] == ""


def test_a_person_is_described_with_the_posts_held_today(client):
    unit = make_department(name="Sở A")
    term = make_appointment(full_name="Nguyễn Thị Hà", title="Giám đốc", department=unit)
    term.person.email = "ha@example.org"
    term.person.save()
    address = term.person.get_absolute_url()
    assert head(client, address).fact("Person") == {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": "Nguyễn Thị Hà",
        "url": f"http://testserver{address}",
        "jobTitle": ["Giám đốc"],
        "worksFor": [
            {
                "@type": "GovernmentOrganization",
                "name": "Sở A",
                "url": f"http://testserver{unit.get_absolute_url()}",
            }
        ],
        "email": "ha@example.org",
    }
    term.ended_on = datetime(2020, 1, 1, tzinfo=UTC).date()
    term.save()
    assert set(head(client, address).fact("Person")) == {"@context", "@type", "name", "url"}
