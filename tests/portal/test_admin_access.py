"""From where the admin exists at all, and what every answer below its address says to caches."""

import importlib
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import clear_url_caches, reverse

import portal.public_urls
import portal.urls
from news import previews
from portal.clients import networks
from tests.browser.public_pages import PAGES, make_content
from tests.factories import make_article, make_article_photo, make_user

pytestmark = pytest.mark.django_db

OFFICE, OUTSIDE = "10.20.0.7", "203.0.113.9"
NOWHERE = "/khong-co-trang-nay/"
MOVED = "cua-rieng-8213/"


@pytest.fixture
def office_only(settings):
    settings.ADMIN_NETWORKS = networks(["10.20.0.0/16", "2001:db8::/32"])


@pytest.fixture
def moved(settings):
    """The site as it starts with ADMIN_PATH=cua-rieng-8213/."""
    settings.ADMIN_PATH = MOVED
    _read_addresses_again()
    yield MOVED
    settings.ADMIN_PATH = "admin/"
    _read_addresses_again()


def _read_addresses_again():
    importlib.reload(portal.urls)
    importlib.reload(portal.public_urls)
    clear_url_caches()


def from_(address, **options):
    return Client(REMOTE_ADDR=address, **options)


def told(response):
    """All that a client is told, but for the length, which the body says, and the request's id."""
    headers = {name: value for name, value in response.headers.items() if name != "X-Request-ID"}
    return response.status_code, headers, response.content


# ── Networks ────────────────────────────────────────────────────────────────────────────────────
BELOW = [
    *(
        "/admin",
        "/admin/",
        "/admin/login/",
        "/admin/logout/",
        "/admin/jsi18n/",
        "/admin/x",
        "/admin/x/",
    ),
    *(
        "/admin/news/article/",
        "/admin/portal/user/1/password/",
        "/admin/r/1/1/",
        "/admin/autocomplete/",
    ),
    "/admin/?next=/admin/",
]


@pytest.mark.parametrize("method", ["get", "head", "post", "options", "put"])
@pytest.mark.parametrize("path", BELOW)
def test_outside_the_networks_the_admin_answers_as_what_is_not_there(office_only, path, method):
    client = from_(OUTSIDE, enforce_csrf_checks=True)
    ask = getattr(client, method)
    slash = NOWHERE if urlsplit(path).path.endswith("/") else NOWHERE.rstrip("/")
    answer = ask(path)
    assert answer.status_code == 404
    assert told(answer) == told(ask(slash))


def test_a_session_from_inside_opens_nothing_outside(office_only):
    client = from_(OFFICE)
    client.force_login(make_user(is_superuser=True))
    assert client.get("/admin/").status_code == 200
    outside = from_(OUTSIDE)
    outside.cookies = client.cookies
    assert outside.get("/admin/").status_code == 404
    article = make_article(status="draft", title="Bài chưa đăng")
    answer = outside.get(reverse("admin:news_article_preview", args=[article.pk]))
    assert answer.status_code == 404
    assert "Bài chưa đăng" not in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (OFFICE, 200),
        ("10.20.255.255", 200),
        ("10.21.0.1", 404),
        ("::ffff:10.20.0.7", 200),
        ("2001:db8::5", 200),
        ("2001:db9::5", 404),
        ("", 404),
        ("unix:", 404),
    ],
)
def test_the_networks_are_those_of_the_setting(office_only, address, status):
    assert from_(address).get("/admin/login/").status_code == status


def test_without_networks_everybody_finds_the_sign_in():
    assert from_(OUTSIDE).get("/admin/login/").status_code == 200
    assert from_("").get("/admin/login/").status_code == 200


def test_the_client_is_whom_the_trusted_proxy_heard(office_only, settings):
    settings.TRUSTED_PROXIES = networks(["127.0.0.1"])
    behind = from_("127.0.0.1")
    inside = {"X-Forwarded-For": f"{OUTSIDE}, {OFFICE}"}
    outside = {"X-Forwarded-For": f"{OFFICE}, {OUTSIDE}"}
    assert behind.get("/admin/login/", headers=inside).status_code == 200
    assert behind.get("/admin/login/", headers=outside).status_code == 404
    claimed = {"X-Forwarded-For": OFFICE}
    assert from_(OUTSIDE).get("/admin/login/", headers=claimed).status_code == 404


def test_outside_readers_and_holders_of_preview_links_see_what_they_always_saw(office_only):
    draft = make_article(status="draft", title="Bài chờ giám đốc xem")
    photo = make_article_photo(article=draft).photo
    link = previews.make(draft, by=make_user(groups=["Phóng viên"]), days=1)
    phone = from_(OUTSIDE)
    answer = phone.get(reverse("news:preview_link", args=[link.key]))
    assert answer.status_code == 200
    assert "Bài chờ giám đốc xem" in answer.content.decode()
    assert phone.get(photo.image.renditions.smallest).status_code == 200
    assert phone.get("/").status_code == 200


def test_an_address_that_only_begins_like_the_admin_is_none(office_only):
    answer = from_(OFFICE).get("/administration/")
    assert answer.status_code == 404
    assert "X-Robots-Tag" not in answer


# ── Caches and robots ───────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin", 301),
        ("/admin/", 200),
        ("/admin/login/", 302),
        ("/admin/jsi18n/", 200),
        ("/admin/news/article/", 200),
        ("/admin/news/article/add/", 200),
        ("/admin/news/article/999999/history/", 404),
        ("/admin/news/photo/find/", 200),
        ("/admin/news/photo/upload/", 405),
        ("/admin/news/article/counts/sheet/?year=2018&month=1", 200),
        ("/admin/news/article/?password=x", 400),
        ("/admin/portal/user/?password__startswith=a", 400),
        ("/admin/khong-co/", 404),
        ("/admin/autocomplete/", 403),
    ],
)
def test_no_answer_below_the_admin_is_kept_or_indexed(path, status):
    client = Client()
    client.force_login(make_user(is_superuser=True))
    answer = client.get(path)
    assert answer.status_code == status
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"


def test_an_answer_to_a_stranger_a_forged_form_or_a_fault_is_not_kept_either(monkeypatch):
    answers = [
        Client().get("/admin/"),
        Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}),
    ]
    client = Client(raise_request_exception=False)
    client.force_login(make_user(is_superuser=True))
    monkeypatch.setattr("django.contrib.admin.sites.AdminSite.get_app_list", lambda *_args: 1 / 0)
    answers.append(client.get("/admin/"))
    assert [answer.status_code for answer in answers] == [302, 403, 500]
    for answer in answers:
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"


# ── An admin that was moved ─────────────────────────────────────────────────────────────────────
def test_a_moved_admin_leaves_nothing_where_it_was(moved, client):
    for path in ("/admin/", "/admin/login/", "/admin/news/article/"):
        assert told(client.get(path)) == told(client.get(NOWHERE))
    assert told(client.get("/admin")) == told(client.get(NOWHERE.rstrip("/")))
    assert client.get(f"/{moved}login/").status_code == 200
    assert client.get(f"/{moved}")["Cache-Control"] == "private, no-store"


def test_a_moved_admin_keeps_its_networks(moved, office_only):
    assert from_(OFFICE).get(f"/{moved}login/").status_code == 200
    assert told(from_(OUTSIDE).get(f"/{moved}login/")) == told(from_(OUTSIDE).get(NOWHERE))


def test_no_public_page_names_the_admin(moved, client):
    """Everything that a reader can come to from any type of page, the files for robots too."""
    content = make_content()
    ahead = [page.url(content) for page in PAGES if not page.for_staff and not page.template]
    ahead += ["/robots.txt", "/sitemap.xml", "/rss/", "/admin/", "/healthz"]
    seen = set()
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        text = answer.getvalue().decode(errors="replace") + str(answer.headers)
        assert moved.strip("/") not in text, path
        assert "/admin/" not in text.replace("/static/admin/", ""), path
        ahead += _pages_named(path, text)
    assert len(seen) > 60


def _pages_named(path, text):
    """The pages of this site that a page links to; one page of each list is enough."""
    for link in re.findall(r'(?:href="|<loc>)([^"<#]+)', text):
        parts = urlsplit(urljoin(f"http://testserver{path}", link.replace("&amp;", "&")))
        if parts.netloc == "testserver" and not parts.path.startswith(("/static/", "/media/")):
            yield parts.path


def test_robots_are_not_told_of_an_admin_that_is_hidden(office_only, client):
    assert "admin" not in client.get("/robots.txt").content.decode()


def test_all_that_lies_below_the_admin_is_hidden_with_it():
    """portal.urls sorts each address into one of two lists by hand."""
    routes = {str(pattern.pattern) for pattern in portal.urls.staff}
    assert all(route.startswith(django_settings.ADMIN_PATH) for route in routes)
    public = {str(pattern.pattern) for pattern in portal.urls.public}
    assert not [route for route in public if route.startswith(django_settings.ADMIN_PATH)]
    assert portal.urls.urlpatterns == [*portal.urls.public, *portal.urls.staff]
