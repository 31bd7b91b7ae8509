"""What a browser may do with each answer: every header, on every kind of address, exactly once."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from wsgiref.util import setup_testing_defaults

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import include, path

from news import previews
from portal import policies, stylesheet
from portal.clients import networks
from portal.wsgi import application
from tests.factories import (
    make_article,
    make_article_photo,
    make_conference,
    make_site,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.test_headers")]
ROOT = Path(__file__).resolve().parent.parent.parent


def fails(request):
    raise RuntimeError


urlpatterns = [path("fails/", fails), path("", include("portal.urls"))]

SAME_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
PAGE = (
    "base-uri 'none'; connect-src 'self'; default-src 'none'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; {frames}img-src 'self'{pictures}; manifest-src 'self'; "
    "script-src 'self'; style-src 'self'{styles}"
)
FILE = "default-src 'none'; sandbox"


def sha256(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    return f"sha256-{base64.b64encode(hashlib.sha256(data).digest()).decode()}"


def styles_of(html: str) -> list[str]:
    return re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)


@pytest.fixture
def expected() -> dict[str, str]:
    """The policy of each kind of page, its hashes made from what the pages really hold."""
    article = make_article()
    client = Client(raise_request_exception=False)
    pages = ["/", article.get_print_url(), "/fails/"]
    html = "".join(client.get(page).content.decode() for page in pages)
    styles = "".join(f" '{sha256(css)}'" for css in dict.fromkeys(styles_of(html)))
    editor = {"frames": "frame-src 'self'; ", "pictures": " data: blob:"}
    public = PAGE.format(frames="", pictures="", styles=styles)
    framed = public.replace("base-uri 'none'", "base-uri 'self'")
    return {
        "public": public,
        "framing": PAGE.format(frames="frame-src 'self'; ", pictures="", styles=styles),
        "framed": framed.replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
        "admin": PAGE.format(frames="", pictures=" data:", styles=styles),
        "editor": PAGE.format(styles=" 'unsafe-inline'", **editor),
        "file": FILE,
    }


@pytest.fixture
def content() -> dict:
    """What the addresses below lead to."""
    make_site()
    make_conference()
    writer = make_user(groups=["Duyệt đăng"])
    staff = Client(raise_request_exception=False)
    staff.force_login(writer)
    public = make_article(title="Bài đã đăng")
    make_article_photo(article=public)
    draft = make_article(status="draft", created_by=writer)
    ended = previews.make(draft, by=writer, days=1)
    previews.revoke(ended)
    checksum = public.photos.get().photo.checksum
    return {
        "reader": Client(raise_request_exception=False),
        "strict": Client(enforce_csrf_checks=True),
        "staff": staff,
        "article": public.get_absolute_url(),
        "short": f"/tin-tuc/{public.pk}/",
        "print": public.get_print_url(),
        "removed": make_article(status="withdrawn", takedown="removed").get_absolute_url(),
        "preview": f"/xem-truoc/{previews.make(draft, by=writer, days=1).key}/",
        "ended": f"/xem-truoc/{ended.key}/",
        "photo": f"/media/{checksum}-320.jpg",
        "form": f"/admin/news/article/{draft.pk}/change/",
        "desk preview": f"/admin/news/article/{draft.pk}/preview/",
        "withdraw": f"/admin/news/article/{public.pk}/withdraw/",
        "history": f"/admin/news/article/{public.pk}/history/",
    }


# Who asks, how, for what ({name} as in `content`); the status; the kind of policy.
ANSWERS = {
    "home": ("reader", "get", "/", 200, "public"),
    "article": ("reader", "get", "{article}", 200, "public"),
    "print view": ("reader", "get", "{print}", 200, "public"),
    "list": ("reader", "get", "/tin-tuc/", 200, "public"),
    "search": ("reader", "get", "/tim-kiem/?q=khcn", 200, "public"),
    "head": ("reader", "head", "/", 200, "public"),
    "feed": ("reader", "get", "/rss/", 200, "public"),
    "site map": ("reader", "get", "/sitemap.xml", 200, "public"),
    "robots": ("reader", "get", "/robots.txt", 200, "public"),
    "open data": ("reader", "get", "/du-lieu/don-vi.json", 200, "public"),
    "moved permanently": ("reader", "get", "{short}", 301, "public"),
    "without its slash": ("reader", "get", "/tin-tuc", 301, "public"),
    "display choice": ("reader", "get", "/hien-thi/?co=lon", 302, "public"),
    "preview": ("reader", "get", "{preview}", 200, "public"),
    "preview on a phone": ("reader", "get", "{preview}?rong=360", 200, "framing"),
    "what stands in its frame": ("reader", "get", "{preview}?khung", 200, "framed"),
    "preview that has ended": ("reader", "get", "{ended}", 410, "public"),
    "photo": ("reader", "get", "{photo}", 200, "file"),
    "photo that is none": ("reader", "get", "/media/a.jpg", 404, "public"),
    "static file": ("reader", "get", "/static/portal/site.js", 200, "file"),
    "static file that is none": ("reader", "get", "/static/none.js", 404, "file"),
    "bad address": ("reader", "get", "/tim-kiem/?q=%00", 400, "public"),
    "page of a stranger": ("staff", "get", "/admin/auth/", 404, "admin"),
    "forbidden": ("staff", "get", "/admin/portal/user/", 403, "admin"),
    "forged": ("strict", "post", "/admin/login/", 403, "admin"),
    "not found": ("reader", "get", "/khong-co/", 404, "public"),
    "wrong method": ("reader", "post", "/", 405, "public"),
    "gone": ("reader", "get", "{removed}", 410, "public"),
    "failure": ("reader", "get", "/fails/", 500, "public"),
    "sign-in": ("reader", "get", "/admin/login/", 200, "admin"),
    "wrong sign-in": ("reader", "post", "/admin/login/", 200, "admin"),
    "to the sign-in": ("reader", "get", "/admin/", 302, "admin"),
    "desk": ("staff", "get", "/admin/", 200, "admin"),
    "desk list": ("staff", "get", "/admin/news/article/", 200, "admin"),
    "desk form": ("staff", "get", "{form}", 200, "editor"),
    "new article": ("staff", "get", "/admin/news/article/add/", 200, "editor"),
    "desk form with errors": ("staff", "post", "/admin/news/article/add/", 200, "editor"),
    "form without the editor": ("staff", "get", "/admin/news/photo/add/", 200, "admin"),
    "preview of the desk": ("staff", "get", "{desk preview}", 200, "admin"),
    "withdraw": ("staff", "get", "{withdraw}", 200, "admin"),
    "history": ("staff", "get", "{history}", 200, "admin"),
    "words of scripts": ("staff", "get", "/admin/jsi18n/", 200, "admin"),
    "kept text refused": ("staff", "post", "/admin/news/article/autosave/", 400, "admin"),
    "photo refused": ("staff", "post", "/admin/news/photo/upload/", 400, "admin"),
    "sign-out": ("staff", "post", "/admin/logout/", 200, "admin"),
}


def headers_of(response) -> dict[str, list[str]]:
    """Every header with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in response.items():
        found.setdefault(name, []).append(value)
    if response.streaming:
        list(response)
    return found


def test_each_answer_has_each_header_once(content, expected):
    wrong = {}
    for name, (who, how, address, status, kind) in ANSWERS.items():
        response = getattr(content[who], how)(address.format(**content))
        found = headers_of(response)
        wanted = SAME_EVERYWHERE | {"Content-Security-Policy": expected[kind]}
        if kind == "framed":
            wanted["X-Frame-Options"] = "SAMEORIGIN"
        if address.startswith(("{preview}", "{ended}")):  # the address is the key
            wanted["Referrer-Policy"] = "no-referrer"
        differing = {key: found.get(key) for key in wanted if found.get(key) != [wanted[key]]}
        absent = ("Strict-Transport-Security", "Server", "X-Powered-By", "X-XSS-Protection")
        surplus = [key for key in absent if key in found]
        if response.status_code != status or differing or surplus:
            wrong[name] = (response.status_code, differing, surplus)
    assert wrong == {}


def test_a_foreign_host_gets_nothing_but_the_headers(client, expected):
    response = client.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()
    assert "Yêu cầu không thực hiện được" in response.content.decode()
    wanted = SAME_EVERYWHERE | {"Content-Security-Policy": expected["public"]}
    assert {name: response.headers.get(name) for name in wanted} == wanted


def test_what_has_not_changed_is_told_with_the_headers(client, content):
    first = client.get(content["photo"])
    second = client.get(content["photo"], headers={"if-none-match": first["ETag"]})
    assert second.status_code == 304
    assert second.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_hashes_are_those_of_every_style_that_a_page_holds():
    named = set(re.findall(r"'(sha256-[^']+)'", policies.policy("public")))
    plain = [(ROOT / f"templates/{status}.html").read_text() for status in (400, 500, 503)]
    held = {sha256(css) for page in plain for css in styles_of(page)}
    assert named == held | {sha256(stylesheet.text(name)) for name in stylesheet.NAMES}
    assert len(named) == 3


def test_a_policy_is_written_once(client):
    first = client.get("/").headers["Content-Security-Policy"]
    assert client.get("/tin-tuc/").headers["Content-Security-Policy"] is first


def test_the_script_of_the_public_pages_is_held_to_its_content(client):
    scripts = re.findall(r"<script[^>]*\bsrc=[^>]*>", client.get("/").content.decode())
    content = Path(finders.find("portal/site.js")).read_bytes()
    tag = f'<script src="/static/portal/site.js" integrity="{sha256(content)}" defer>'
    assert scripts == [tag]


COLLECTED = """
import django, re
django.setup()
from django.test import Client
from pathlib import Path
from django.conf import settings
page = Client().get("/", headers={"host": "localhost"}).content.decode()
src, integrity = re.search(r'src="/static/([^"]+)" integrity="([^"]+)"', page).groups()
from portal.policies import checksum
print(src, integrity == checksum((Path(settings.STATIC_ROOT) / src).read_bytes()))
"""


def test_the_script_as_collected_has_the_checksum_that_the_page_names(tmp_path, started):
    started.copy_to(tmp_path)
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SITE_URL": "http://localhost",
        "ALLOWED_HOSTS": "localhost",
        "STATIC_ROOT": str(tmp_path / "static"),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
    }
    command = [sys.executable, "-c", COLLECTED]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    name, is_right = done.stdout.split()
    assert re.fullmatch(r"portal/site\.[0-9a-f]{12}\.js", name)
    assert is_right == "True"


def test_an_old_form_is_refused_in_words_that_help(client):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/admin/login/", {"username": "a"})
    text = response.content.decode()
    assert response.status_code == 403
    assert "<h1>Biểu mẫu chưa được nhận</h1>" in text
    assert "tải lại trang rồi gửi biểu mẫu lần nữa" in text


@pytest.mark.parametrize(
    ("connection", "claimed", "status"),
    [
        ("203.0.113.7", "https", 301),  # a stranger past the proxy
        ("127.0.0.1", "https", 200),
        ("", "https", 200),  # a Unix socket
        ("127.0.0.1", "http", 301),
        ("127.0.0.1", None, 301),
    ],
)
def test_only_our_proxy_may_say_that_a_request_came_over_https(
    settings, connection, claimed, status
):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_SSL_HOST = "portal.example"
    settings.TRUSTED_PROXIES = networks(["127.0.0.0/8"])
    headers = {} if claimed is None else {"x-forwarded-proto": claimed}
    response = Client().get("/tin-tuc/?trang=1", headers=headers, REMOTE_ADDR=connection)
    assert response.status_code == status
    to = "https://portal.example/tin-tuc/?trang=1" if status == 301 else None
    assert response.headers.get("Location") == to


SETTINGS = """
import json
from portal import settings as s
names = ["SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "HTTPS",
         "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT",
         "SECURE_SSL_HOST"]
print(json.dumps({name: getattr(s, name) for name in names}))
"""


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        (
            "http://localhost:8000",
            ["sessionid", False, True, False, "csrftoken", False, 0, False, "localhost:8000"],
        ),
        (
            "https://portal.example",
            [
                *("__Host-sessionid", True, True, True, "__Host-csrftoken", True, 31536000, True),
                "portal.example",
            ],
        ),
    ],
)
def test_what_needs_https_is_on_with_https_alone(site, expected):
    done = subprocess.run(
        [sys.executable, "-c", SETTINGS],
        cwd=ROOT,
        env=os.environ | {"SITE_URL": site},
        capture_output=True,
        text=True,
        check=True,
    )
    assert list(json.loads(done.stdout).values()) == expected


def test_the_cookies_of_the_desk_are_for_this_site_and_the_server_alone(client):
    user = make_user()
    page = client.get("/admin/login/")
    assert page.cookies["csrftoken"]["samesite"] == "Lax"
    data = {"username": user.username, "password": "a long password for tests"}
    session = client.post("/admin/login/", data).cookies["sessionid"]
    assert (session["path"], session["domain"], session["samesite"]) == ("/", "", "Lax")
    assert session["httponly"] is True


def test_the_developers_own_error_pages_keep_their_styles(settings, client):
    settings.DEBUG = True
    response = client.get("/khong-co/")
    assert "Content-Security-Policy" not in response.headers
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" in client.get("/").headers


@pytest.mark.parametrize("address", ["/", "/robots.txt", "/khong-co/", "/static/portal/site.js"])
def test_an_answer_to_head_is_headers_alone(address):
    """Through WSGI, as a server sees it: the test client takes the content off by itself."""
    answers = {}
    for method in ("GET", "HEAD"):
        environ = {"REQUEST_METHOD": method, "PATH_INFO": address, "HTTP_HOST": "testserver"}
        setup_testing_defaults(environ)
        headers = {}
        body = application(environ, lambda _status, found, h=headers: h.update(found))
        answers[method] = (b"".join(body), headers)
        body.close()
    assert answers["HEAD"][0] == b""
    length = str(len(answers["GET"][0]))
    assert answers["HEAD"][1].get("Content-Length", length) == length
