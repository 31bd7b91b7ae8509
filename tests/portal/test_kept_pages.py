"""Pages that nginx keeps: for strangers, as long as Django says, and while Django is down."""

import contextlib
import datetime
import itertools
import re
import socketserver
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from tests import nginx

STAFF = {"Cookie": "__Host-sessionid=whoever"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with nginx.serving(tmp_path_factory.mktemp("kept")) as site:
        yield site


@pytest.fixture(scope="module")
def article(site) -> str:
    return re.search(r'href="(/tin-tuc/[^"/]+-\d+/)"', site.ask("/").body.decode())[1]


def change(site, sql: str, *values) -> None:
    with contextlib.closing(sqlite3.connect(site.folder / "db.sqlite3", timeout=20)) as database:
        database.execute(sql, values)
        database.commit()


def number(address: str) -> int:
    return int(re.search(r"-(\d+)/", address)[1])


def kept(response) -> str | None:
    return response.headers["X-Cache"]


def at_the_start_of_a_second() -> None:
    time.sleep(1.02 - time.time() % 1)


def test_a_page_is_kept_and_says_so(site, article):
    for address in ("/lien-he/", "/tim-kiem/?q=khoa", "/rss/", "/du-lieu/don-vi.csv"):
        first, second = site.ask(address), site.ask(address)
        assert (kept(first), kept(second)) == ("MISS", "HIT")
        assert first.body == second.body
        assert second.headers["Cache-Control"].startswith("public, max-age=0, s-maxage=")
        assert "X-Accel-Expires" not in second.headers


def test_head_and_part_of_a_page_come_from_what_is_kept(site):
    assert kept(site.ask("/lanh-dao/", "HEAD")) == "MISS"
    whole = site.ask("/lanh-dao/")
    head = site.ask("/lanh-dao/", "HEAD")
    part = site.ask("/lanh-dao/", headers={"Range": "bytes=0-9"})
    assert [kept(one) for one in (whole, head, part)] == ["HIT"] * 3
    assert (head.body, head.headers["ETag"]) == (b"", whole.headers["ETag"])
    assert part.status in {200, 206}
    assert whole.body.startswith(part.body)


def test_a_browser_that_has_the_page_hears_304(site):
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        tag = site.ask("/gioi-thieu/", headers=headers).headers["ETag"]
        again = site.ask("/gioi-thieu/", headers=headers | {"If-None-Match": tag})
        assert (again.status, again.body, kept(again)) == (304, b"", "HIT")


def test_each_choice_of_display_has_its_own_page_and_strange_ones_have_none(site, article):
    large = site.ask(article, headers={"Cookie": "co=lon; nen=toi"})
    assert b'<html lang="vi" class="co-lon toi">' in large.body
    assert kept(site.ask(article, headers={"Cookie": "nen=toi; co=lon; la=1"})) == "HIT"
    plain = site.ask(article)
    assert b'<html lang="vi">' in plain.body
    for cookie in (
        "co=khong-co",
        "co=lon2; nen=",
        "a=b; csrftoken=c",
        "co=; co=lon; nen=; nen=toi",
    ):
        answer = site.ask(article, headers={"Cookie": cookie})
        assert (kept(answer), answer.body) == ("HIT", plain.body)


def test_what_django_hears_of_a_strangers_cookies_is_what_the_key_holds(site):
    """nginx takes the first of two, Django the last: nobody may fill a page for others with it."""
    twice = site.ask("/bao-cao/", headers={"Cookie": "co=thuong; co=rat-lon"})
    assert kept(twice) == "MISS"
    assert b'<html lang="vi">' in twice.body


def test_what_links_carry_from_elsewhere_makes_no_further_page(site):
    site.ask("/so-do-trang/")
    for query in ("utm_source=zalo&utm_medium=x", "fbclid=abc", "gclid=1&fbclid=2"):
        assert kept(site.ask(f"/so-do-trang/?{query}")) == "HIT"
    # A name that a page knows is never dropped, however it is written.
    assert kept(site.ask("/tim-kiem/?utm_source=a&q=khoa%20hoc")) == "MISS"
    assert b"khoa hoc" in site.ask("/tim-kiem/?%71=khoa%20hoc&utm_source=a").body
    assert b'value="khoa hoc"' not in site.ask("/tim-kiem/?utm_source=a").body


def test_nothing_of_a_session_is_kept_or_answered_from_what_is_kept(site, article):
    site.ask(article)
    for cookie in ("__Host-sessionid=whoever", "co=lon; __Host-sessionid=x", "a=b;sessionid=x"):
        answer = site.ask(article, headers={"Cookie": cookie})
        assert (answer.status, kept(answer)) == (200, "BYPASS")
    assert site.ask(article, headers=STAFF).headers["Cache-Control"] == "private, no-store"
    # What only a member of staff has asked for is there for no stranger.
    assert kept(site.ask("/bao-cao/?xep=chu-tri", headers=STAFF)) == "BYPASS"
    assert kept(site.ask("/bao-cao/?xep=chu-tri")) == "MISS"


@pytest.mark.parametrize(
    "address",
    [
        *("/admin/", "/admin/login/", "/hien-thi/", "/hien-thi/?co=lon", "/xem-truoc/khong-co/"),
        *("/healthz", "/readyz"),
    ],
)
def test_what_is_for_one_reader_goes_past_the_kept_pages(site, address):
    assert [kept(site.ask(address)) for _twice in range(2)] == [None, None]


def test_what_is_sent_is_never_kept(site):
    answers = [site.ask("/tin-tuc/?a=1", "POST") for _twice in range(2)]
    assert [(one.status, kept(one)) for one in answers] == [(403, None), (403, None)]  # no token


def test_that_a_page_is_not_there_is_kept_too_and_replaces_it(site):
    answers = [site.ask("/khong-co-gi/") for _twice in range(2)]
    assert [(one.status, kept(one)) for one in answers] == [(404, "MISS"), (404, "HIT")]


@pytest.fixture(scope="module")
def photos(site):
    page = site.ask("/").body.decode()
    return iter(sorted(set(re.findall(r"/media/[0-9a-f]{32}-\d+\.(?:webp|jpg)", page))))


@pytest.fixture
def photo(photos) -> str:
    """Another for each test: nginx holds files that were asked for, even when they are deleted."""
    return next(photos)


def test_a_public_photo_is_kept_and_sent_in_parts(site, photo):
    first, second = site.ask(photo), site.ask(f"{photo}?a=1")
    assert (kept(first), kept(second), first.body) == ("MISS", "HIT", second.body)
    assert second.headers["Cache-Control"] == "public, max-age=3600"
    assert second.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    part = site.ask(photo, headers={"Range": "bytes=2-9"})
    assert (part.status, part.body) == (206, first.body[2:10])


@pytest.mark.parametrize("cookie", ["__Host-sessionid=x", "a=b; xem-12=abc"])
def test_a_photo_for_a_key_is_neither_kept_nor_taken_from_there(site, photo, cookie):
    site.ask(photo)
    assert kept(site.ask(photo, headers={"Cookie": cookie})) == "BYPASS"


@pytest.mark.parametrize("spelling", ["/{}", "/x/..{}", "/.{}", "/%2e{}", "/%2e%2e{}"])
def test_a_strange_spelling_of_a_photos_address_takes_it_from_nobody(site, photo, spelling):
    """nginx finds the same place for all of them, Django says of some that nothing is there."""
    site.ask(spelling.format(photo))
    assert (site.ask(photo).status, site.ask(photo).headers["Content-Type"][:6]) == (200, "image/")


def test_what_is_no_photo_is_not_kept_below_media(site):
    """A document sent by Django itself (uploads on S3) says for how many minutes browsers may have
    it: nginx would show it to everybody for as long after it was withdrawn."""
    for name in (f"{'0' * 32}.pdf", "x", f"{'0' * 32}-1.webp/"):
        assert kept(site.ask(f"/media/{name}")) is None


def test_a_photo_that_is_no_longer_public_is_forgotten(site, article):
    address = re.search(r"/media/[0-9a-f]{32}-\d+\.jpg", site.ask(article).body.decode())[0]
    assert site.ask(address).status == 200
    change(site, "UPDATE news_articlephoto SET article_id = article_id + 100000")
    try:
        time.sleep(10)
        assert site.ask(address).status == 404
        assert (site.ask(address).status, kept(site.ask(address))) == (404, "HIT")
    finally:
        change(site, "UPDATE news_articlephoto SET article_id = article_id - 100000")


def test_a_correction_is_seen_within_ten_seconds_and_asked_for_once(site, article):
    """Twenty readers at once, all the time: nobody waits, one in ten seconds asks Django."""
    site.ask(article)
    drawn = len(drawings(site, article))
    begun = time.monotonic()
    change(site, "UPDATE news_article SET byline = 'Người Sửa' WHERE id = ?", number(article))
    last_old, answers = 0.0, 0
    with ThreadPoolExecutor(4) as readers:
        while (passed := time.monotonic() - begun) < 11.5:
            asked = [readers.submit(site.ask, article) for _reader in range(4)]
            for answer in (one.result() for one in asked):
                answers += 1
                assert answer.status == 200
                if "Người Sửa" not in answer.body.decode():
                    last_old = passed
            time.sleep(0.02)
    assert 0 < last_old < 10
    assert answers > 100
    assert len(drawings(site, article)) - drawn <= 2


def drawings(site, address: str) -> list[str]:
    """The requests that reached gunicorn."""
    time.sleep(0.2)
    lines = (site.folder / "access.log").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.startswith(address)]


def test_what_is_due_is_there_in_its_second_on_every_page(site, article):
    at_the_start_of_a_second()
    due = int(time.time()) + 5
    moment = datetime.datetime.fromtimestamp(due, tz=datetime.UTC)
    change(
        site,
        "UPDATE news_article SET publish_at = ? WHERE id = ?",
        f"{moment:%Y-%m-%d %H:%M:%S}",
        number(article),
    )
    change(site, "UPDATE news_article SET title = 'Tin đúng giờ' WHERE id = ?", number(article))
    pages, seen, early, late = ["/tin-tuc/?nam=", "/rss/?a", "/?b", f"{article}?c"], set(), [], []
    while time.time() < due + 1.5 or seen != set(pages):
        for page in pages:
            asked = time.time()
            answer = site.ask(page)
            is_new = "Tin đúng giờ" in answer.body.decode() or answer.status == 301
            early += [page] if is_new and time.time() < due else []
            late += [page] if not is_new and asked > due + 0.2 else []
            seen |= {page} if is_new else set()
        time.sleep(0.03)
    assert (early, late) == ([], [])


# ── nginx alone ─────────────────────────────────────────────────────────────────────────────────
class Careless(BaseHTTPRequestHandler):
    """In Django's place: says of everything that it may be kept, and what the address adds."""

    protocol_version = "HTTP/1.1"
    numbers = itertools.count()
    adds = {"/banh/": ("Set-Cookie", "a=b"), "/rieng/": ("Cache-Control", "private, no-store")}

    def do_GET(self):
        body = f"{next(self.numbers)} {self.headers.get('Cookie', '')}".encode()
        headers = {"Cache-Control": "public, s-maxage=60", "Content-Length": str(len(body))}
        self.send_response(200)
        for name, value in (headers | dict(filter(None, [self.adds.get(self.path)]))).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass


@pytest.fixture(scope="module")
def careless(site, tmp_path_factory):
    """The same nginx before a program that takes no care of who may keep what."""
    folder = tmp_path_factory.mktemp("careless")
    alone = replace(
        site, http_port=nginx.free_port(), https_port=nginx.free_port(), processes=[], gunicorn=None
    )
    values = {"SNIPPETS": folder, "SOCKET": folder / "socket", "CACHE": folder / "cache"}
    texts = {name: str(value) for name, value in values.items()}
    nginx.write_configuration(folder, alone._values() | texts)
    with socketserver.ThreadingUnixStreamServer(texts["SOCKET"], Careless) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        alone._run([nginx.PROGRAM, "-c", str(folder / "nginx.conf"), "-e", "stderr"])
        try:
            alone._wait()
            yield alone
        finally:
            alone.stop()
            server.shutdown()


def test_nginx_keeps_no_answer_that_sets_a_cookie_or_is_private(careless):
    asked = [careless.ask(address) for address in ("/mot/", "/mot/", "/banh/", "/rieng/")]
    assert [kept(one) for one in asked] == ["MISS", "HIT", "MISS", "MISS"]
    for before in asked[2:]:
        again = careless.ask("/banh/" if "Set-Cookie" in before.headers else "/rieng/")
        assert kept(again) == "MISS"
        assert again.body != before.body


@pytest.mark.parametrize(
    ("address", "cookie"),
    [
        ("/hai/", "__Host-sessionid=x"),
        ("/ba/", "co=lon; sessionid=x"),
        (f"/media/{'1' * 32}-320.jpg", "__Host-sessionid=x"),
        (f"/media/{'2' * 32}-320.jpg", "xem-12=abc"),
    ],
)
def test_nginx_keeps_nothing_of_who_has_a_session_whatever_the_program_says(
    careless, address, cookie
):
    first = careless.ask(address, headers={"Cookie": cookie})
    assert (kept(first), first.body.decode().endswith(f" {cookie}")) == ("BYPASS", True)
    stranger = careless.ask(address)
    assert kept(stranger) == "MISS"
    again = careless.ask(address, headers={"Cookie": cookie})
    assert (kept(again), again.body != first.body) == ("BYPASS", True)
    assert (kept(careless.ask(address)), careless.ask(address).body) == ("HIT", stranger.body)


def test_while_django_is_down_kept_pages_go_on_and_come_back(site, photo):
    addresses = ("/", "/tin-tuc/", "/co-cau-to-chuc/", photo)
    pages = {address: site.ask(address).body for address in addresses}
    site.end(site.gunicorn)
    time.sleep(10)  # none is fresh any more
    for address, body in pages.items():
        answer = site.ask(address)
        assert (answer.status, kept(answer), answer.body) == (200, "STALE", body)
    never = site.ask("/bao-cao/2001/")
    assert (never.status, never.headers["Retry-After"]) == (503, "10")
    assert site.ask("/", headers=STAFF).status == 503
    site.serve()
    assert kept(site.ask("/")) == "EXPIRED"
