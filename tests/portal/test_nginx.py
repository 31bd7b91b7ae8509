"""What reaches a browser through the project's own nginx: headers once, TLS, limits, no claims."""

import base64
import hashlib
import re
import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests import nginx
from tests.portal.test_headers import FILE, PAGE, SAME_EVERYWHERE, styles_of

ROOT = Path(__file__).resolve().parent.parent.parent
HTTPS = {"Strict-Transport-Security": nginx.HSTS}


@pytest.fixture(scope="module")
def site(tmp_path_factory, started):
    with nginx.serving(tmp_path_factory.mktemp("nginx"), started=started) as site:
        yield site


def sha256(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def found(response) -> dict[str, list[str]]:
    """Every header with all the values it was sent with."""
    values: dict[str, list[str]] = {}
    for name, value in response.getheaders():
        values.setdefault(name.lower(), []).append(value)
    return values


def differing(response, wanted: dict[str, str]) -> dict:
    values = found(response)
    wanted = wanted | {"Server": "nginx"}
    return {
        name: values.get(name.lower())
        for name in wanted
        if values.get(name.lower()) != [wanted[name]]
    }


@pytest.fixture(scope="module")
def policies(site) -> dict[str, str]:
    """The policy of each kind of answer, its hashes made from what the pages hold."""
    home = site.ask("/").body.decode()
    article = re.search(r'href="(/tin-tuc/[^"/]+-\d+/)"', home)[1]
    paper = site.ask(f"{article}ban-in/").body.decode()
    plain = (ROOT / "templates/503.html").read_text(encoding="utf-8")
    held = [sha256(css) for html in (home, paper, plain) for css in styles_of(html)]
    styles = "".join(f" '{value}'" for value in dict.fromkeys(held))
    end = "; upgrade-insecure-requests"
    return {
        "public": PAGE.format(frames="", pictures="", styles=styles) + end,
        "admin": PAGE.format(frames="", pictures=" data:", styles=styles) + end,
        "file": FILE,
        "plain": (
            "base-uri 'none'; default-src 'none'; form-action 'self'; frame-ancestors 'none'; "
            f"style-src '{held[-1]}'"
        ),
        "article": article,
        "photo": re.search(r"/media/[0-9a-f]{32}-\d+\.(?:webp|jpg)", home)[0],
        "script": re.search(r'src="(/static/portal/site\.[^"]+)"', home)[1],
    }


# The address, the status, the kind of policy; {name} as in `policies`.
ANSWERS = [
    ("/", 200, "public"),
    ("{article}", 200, "public"),
    ("/tim-kiem/?q=khcn", 200, "public"),
    ("/rss/", 200, "public"),
    ("/sitemap.xml", 200, "public"),
    ("/tin-tuc", 301, "public"),
    ("/khong-co/", 404, "public"),
    ("/tim-kiem/?q=%00", 400, "public"),
    ("/hien-thi/?co=lon", 302, "public"),
    ("{photo}", 200, "file"),
    ("/media/khong-co.jpg", 404, "public"),
    ("/_tep/anh/x.jpg", 404, "public"),
    ("{script}", 200, "file"),
    ("/static/portal/favicon.svg", 200, "file"),
    ("/static/khong-co.js", 404, "file"),
    ("/static/", 404, "public"),  # no list of what is in it: Django is asked for nothing
    ("/.env", 404, "public"),
    ("/static/.git/config", 404, "file"),
    ("/admin/", 302, "admin"),
    ("/admin/login/", 200, "admin"),
]


def test_each_answer_has_each_header_once(site, policies):
    wrong = {}
    for address, status, kind in ANSWERS:
        response = site.ask(address.format(**policies))
        wanted = SAME_EVERYWHERE | HTTPS | {"Content-Security-Policy": policies[kind]}
        problems = differing(response, wanted)
        if response.status != status or problems:
            wrong[address] = (response.status, problems)
    assert wrong == {}


def test_each_answer_has_one_id_which_is_no_claim_of_the_clients(site, policies):
    claimed = "0" * 32
    ids = [
        found(site.ask(address.format(**policies), headers={"X-Request-ID": claimed}))
        for address, _status, _kind in ANSWERS
    ]
    ids = [headers["x-request-id"] for headers in ids]
    assert [len(one) for one in ids] == [1] * len(ANSWERS)
    assert len({one[0] for one in ids} | {claimed}) == len(ANSWERS) + 1
    refused = site.ask("/", "POST", body=b"")  # Django's page, without a token
    assert refused.status == 403
    assert f"Mã yêu cầu: {refused.headers['X-Request-ID']}<" in refused.body.decode()


def test_what_nginx_refuses_itself_has_the_headers_and_vietnamese_words(site, policies):
    wanted = SAME_EVERYWHERE | HTTPS | {"Content-Security-Policy": policies["plain"]}
    large = site.ask("/tin-tuc/", "POST", body=b"x" * 100_000)
    long = site.ask("/?" + "x" * 20_000)
    strange = site.ask("/", headers={"X": "y" * 20_000})
    tries = [site.ask("/admin/login/", "POST", body=b"", source="127.0.0.2") for _try in range(12)]
    statuses = [answer.status for answer in (large, long, strange, tries[-1])]
    assert statuses == [413, 414, 400, 429]
    for answer in (large, long, strange, tries[-1]):
        assert differing(answer, wanted) == {}
        assert "<html lang=" in answer.body.decode()
    assert "Nội dung gửi tới quá lớn" in large.body.decode()
    assert "Xin chờ một phút" in tries[-1].body.decode()
    # Django's: without a token.
    assert {answer.status for answer in tries[:10]} == {403}
    assert site.ask("/admin/login/").status == 200  # reading the form is no try


@pytest.mark.parametrize(
    "address", ["login/code/", "login/passkey/", "confirm/", "password_change/", "password_reset/"]
)
def test_every_page_that_takes_a_secret_has_a_limit_of_tries(site, address):
    """One a server: the tries of the pages count together."""
    tries = [
        site.ask(f"/admin/{address}", "POST", body=b"", source="127.0.0.3") for _try in range(14)
    ]
    assert tries[-1].status == 429


def test_the_bytes_of_an_upload_come_from_nginx_under_djangos_headers(site, policies):
    answer = site.ask(policies["photo"])
    names = found(answer)
    assert "x-accel-redirect" not in names
    assert names["accept-ranges"] == ["bytes"]  # nginx's; Django would send the whole
    assert names["content-type"][0].startswith("image/")
    assert names["cache-control"] == ["public, max-age=3600"]
    again = site.ask(policies["photo"], headers={"If-None-Match": names["etag"][0]})
    assert (again.status, again.body) == (304, b"")


def test_static_files_are_sent_zipped_and_kept_by_their_checksum(site, policies):
    answer = site.ask(policies["script"], headers={"Accept-Encoding": "gzip"})
    names = found(answer)
    zipped = Path(site.folder / "static" / policies["script"].removeprefix("/static/"))
    assert names["content-encoding"] == ["gzip"]
    assert answer.body == zipped.with_name(zipped.name + ".gz").read_bytes()
    assert names["cache-control"] == ["public, max-age=31536000, immutable"]
    assert found(site.ask("/static/portal/favicon.svg"))["cache-control"] == [
        "public, max-age=3600"
    ]


def test_pages_are_zipped_on_their_way(site):
    answer = site.ask("/", headers={"Accept-Encoding": "gzip"})
    assert found(answer)["content-encoding"] == ["gzip"]


def test_plain_http_leads_to_the_site_and_nowhere_else(site):
    for host in (site.name, site.name.upper(), f"{site.name}:80"):
        answer = site.ask("/tin-tuc/?trang=2", plain=True, headers={"Host": host})
        assert answer.status == 301
        assert found(answer)["location"] == [f"https://{site.name}/tin-tuc/?trang=2"]
        # RFC 6797: HSTS is not said over plain http.
        assert "strict-transport-security" not in found(answer)
        assert differing(answer, SAME_EVERYWHERE | {"Content-Security-Policy": FILE}) == {}


@pytest.mark.parametrize("plain", [True, False])
def test_a_foreign_host_gets_no_answer(site, plain):
    with pytest.raises(ConnectionError):
        site.ask("/", plain=plain, headers={"Host": "evil.example"})


def test_who_asks_for_another_name_gets_no_certificate(site):
    with pytest.raises(ssl.SSLError, match=r"UNRECOGNIZED_NAME|unrecognized"):
        site.connect(name="evil.example")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", ["TLSv1_1", "TLSv1_2", "TLSv1_3"])
def test_old_tls_is_refused(site, version):
    number = ssl.TLSVersion[version]
    versions = {"minimum_version": number, "maximum_version": number}
    if version == "TLSv1_1":
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            site.connect(**versions)
        return
    connection = site.connect(**versions)
    assert connection.sock.version() == version.replace("_", ".")
    connection.close()


def test_django_hears_what_nginx_saw_and_not_what_the_client_claims(site):
    claims = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Ssl": "off",
        "Forwarded": "for=6.6.6.6;host=evil.example",
    }
    answer = site.ask("/lien-he/", headers=claims)
    assert answer.status == 200  # no redirect: it did come over HTTPS
    assert "evil" not in answer.body.decode()
    assert heard_at(site, "/lien-he/") == ["/lien-he/ 127.0.0.1 -"]


def heard_at(site, address: str) -> list[str]:
    """What gunicorn wrote down of the requests to the address; it does so after the answer."""
    for _try in range(100):
        lines = (site.folder / "access.log").read_text(encoding="utf-8").splitlines()
        if heard := [line for line in lines if line.startswith(address)]:
            return heard
        time.sleep(0.1)
    return []


def test_nginx_writes_the_id_of_a_request_and_no_key_whole(site):
    key, token = "K3yOfAPreview-0123456789", "d5x-0123456789abcdef0123456789abcdef"
    asked = [f"/xem-truoc/{key}/", f"/admin/password_reset/Mg/{token}/", "/tin-tuc/?trang=2"]
    ids = [site.ask(address).headers["X-Request-ID"] for address in asked]
    log = (site.folder / "nginx.log").read_text(encoding="utf-8")
    lines = {line.split('"')[1]: line for line in log.splitlines()}
    shown = ["/xem-truoc/K3yO.../", "/admin/password_reset/Mg/d5x-.../", "/tin-tuc/?trang=2"]
    for address, identity in zip(shown, ids, strict=True):
        assert f" {identity} " in lines[f"GET {address} HTTP/1.1"]
    assert key not in log
    assert token not in log


def cookies(response) -> dict[str, list[str]]:
    """The attributes of each cookie that is set, in order."""
    parts = [value.split("; ") for value in found(response).get("set-cookie", [])]
    return {first.partition("=")[0]: sorted(rest) for first, *rest in parts}


def test_cookies_belong_to_this_host_and_travel_over_https_alone(site):
    token = cookies(site.ask("/admin/login/"))["__Host-csrftoken"]
    assert [part for part in token if not part.startswith(("Max-Age", "expires"))] == [
        *("Path=/", "SameSite=Lax", "Secure")
    ]
    size = cookies(site.ask("/hien-thi/?co=lon"))["co"]
    assert {"Secure", "SameSite=Lax", "Path=/"} <= set(size)
    assert cookies(site.ask("/")) == {}


def test_what_nginx_denies_django_is_not_asked_for(site, tmp_path):
    """An operator who writes `deny` into a location means it: no page stands behind the 403."""
    ports = {"HTTP_PORT": str(nginx.free_port()), "HTTPS_PORT": str(nginx.free_port())}
    nginx.write_configuration(tmp_path, site._values() | ports | {"SNIPPETS": str(tmp_path)})
    file = tmp_path / "portal.conf"
    place = "location /admin/ {"
    text = file.read_text(encoding="utf-8")
    assert text.count(place) == 1
    file.write_text(text.replace(place, f"{place} deny all;"), encoding="utf-8")
    strict = replace(site, https_port=int(ports["HTTPS_PORT"]), processes=[])
    strict._run([nginx.PROGRAM, "-c", str(tmp_path / "nginx.conf"), "-e", "stderr"])
    try:
        strict._wait()
        for method in ("GET", "POST"):
            answer = strict.ask("/admin/news/article/add/?next=/", method)
            assert (answer.status, "Location" in answer.headers) == (404, False)
        assert strict.ask("/").status == 200
    finally:
        strict.stop()


def test_while_the_site_is_down_a_page_says_so(site, policies):
    site.end(site.gunicorn)
    answer = site.ask("/bao-cao/1990/")  # that nobody has seen before
    site.serve()
    assert answer.status == 503
    wanted = SAME_EVERYWHERE | HTTPS | {"Content-Security-Policy": policies["plain"]}
    assert differing(answer, wanted) == {}
    assert "Trang đang bảo trì" in answer.body.decode()
    assert f"<p>Mã yêu cầu: {answer.headers['X-Request-ID']}</p>" in answer.body.decode()
