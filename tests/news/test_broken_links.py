"""`manage.py check_links`: what is broken, where it is shown, and when it is forgotten."""

import datetime
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import broken_links, copies
from news.models import Article, BrokenLink
from tests.factories import (
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_department,
    make_person,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
OURS = "Trang này của Cổng, bạn đọc không mở được."


def linking(*addresses, words="xem văn bản"):
    return "".join(f'<p><a href="{address}">{words}</a></p>' for address in addresses)


def check(*options):
    call_command("check_links", *options)


def found():
    return sorted(BrokenLink.objects.values_list("article__title", "address", "why"))


# ── Pages of this site ──────────────────────────────────────────────────────────────────────────
def test_addresses_of_this_site_are_those_that_a_stranger_can_open(client):
    now = timezone.now()
    public, draft = make_article(), make_article(status="draft")
    moved = {"status": "withdrawn", "takedown": "moved", "redirect_to": "/tin-tuc/"}
    removed = {"status": "withdrawn", "takedown": "removed", "withdrawn_at": now}
    file, hidden = make_attachment(article=public), make_attachment(article=draft, pages=2)
    photo = make_article_photo(article=public).photo
    portrait = make_person(slug="nguyen-van-a")
    articles = [
        *(public, draft, make_article(expire_at=now), make_article(publish_at=now + DAY)),
        *(make_article(deleted_at=now), make_article(**removed), make_article(**moved)),
        make_article(status="withdrawn", takedown="notice", notice="Sai."),
    ]
    addresses = [
        *(article.get_absolute_url() for article in articles),
        *(public.get_print_url(), draft.get_print_url(), f"/tin-tuc/{public.pk}/"),
        *(make_category().get_absolute_url(), "/chuyen-muc/khong-co/", "/rss/khong-co/"),
        make_department().get_absolute_url(),
        make_department(founded_on=(now + 9 * DAY).date()).get_absolute_url(),
        *(portrait.get_absolute_url(), "/lanh-dao/khong-co/", "/", "/tin-tuc/"),
        *(file.file.url, hidden.file.url, "/media/khong-co.pdf"),
        photo.image.renditions.preview,
        *("/khong-co/", "/tin-tuc/999999/", f"/tin-tuc/{10**40}/"),
    ]
    opened = {address: client.get(address, follow=True).status_code for address in addresses}
    text = make_article(title="Nhiều liên kết", body=linking(*addresses))
    check()
    broken = set(text.broken_links.values_list("address", flat=True))
    assert broken == {address for address, status in opened.items() if status != 200}
    assert len(broken) == 14
    assert set(BrokenLink.objects.values_list("why", flat=True)) == {"not_for_readers"}


def test_the_sites_own_name_is_no_other_site():
    text = linking("http://testserver/khong-co/", "http://testserver/tin-tuc/", "http://testserver")
    make_article(title="Tin", body=text)
    check()
    assert found() == [("Tin", "http://testserver/khong-co/", "not_for_readers")]


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/news/article/", "/xem-truoc/abc/", "/xem-truoc/khong-co/"]
)
def test_what_is_the_desks_is_no_page_for_readers(address):
    make_article(title="Tin", body=linking(address))
    check()
    assert found() == [("Tin", address, "not_for_readers")]


def test_mail_telephones_and_places_in_the_page_are_no_pages():
    make_article(body=linking("mailto:a@example.org", "tel:+842053812345", "#dau-trang"))
    check()
    assert found() == []


@pytest.mark.parametrize(
    "state",
    [
        {"status": "draft"},
        {"status": "submitted"},
        {"publish_at": timezone.now() + 3650 * DAY},
        {"deleted_at": timezone.now()},
        {"status": "withdrawn", "takedown": "removed"},
    ],
)
def test_what_readers_cannot_open_is_not_looked_at(state):
    make_article(body=linking("/khong-co/"), **state)
    check()
    assert found() == []


# ── Again and again ─────────────────────────────────────────────────────────────────────────────
def test_a_second_look_adds_nothing_and_keeps_when_it_was_first_seen():
    make_article(body=linking("/khong-co/") + linking("/khong-co/", words="khác"))
    first = datetime.datetime(2026, 3, 1, 1, tzinfo=datetime.UTC)
    for day in range(3):
        with time_machine.travel(first + day * DAY, tick=False):
            check()
    link = BrokenLink.objects.get()
    assert (link.first_seen, link.last_seen) == (first, first + 2 * DAY)
    assert link.words == "xem văn bản"


def test_a_mended_link_is_forgotten_at_the_next_look():
    target = make_article(status="draft")
    make_article(title="Tin", body=linking(target.get_absolute_url()))
    check()
    assert len(found()) == 1
    Article.objects.filter(pk=target.pk).update(status="published", publish_at=timezone.now())
    check()
    assert found() == []


def test_a_link_that_left_the_text_is_forgotten(editor):
    live = make_article(title="Tin", body=linking("/khong-co/", "/cung-khong-co/"))
    check()
    copy = copies.open_copy(live, by=editor)
    copy.body = linking("/cung-khong-co/")
    copy.save()
    copy.publish(by=editor, reason="Sửa liên kết")
    assert found() == [("Tin", "/cung-khong-co/", "not_for_readers")]
    Article.objects.filter(pk=live.pk).update(body="<p>Không còn.</p>")
    check()
    assert found() == []


@pytest.mark.parametrize("gone", [{"deleted_at": timezone.now()}, {"status": "draft"}])
def test_what_readers_can_no_longer_open_has_no_broken_links(gone):
    article = make_article(body=linking("/khong-co/"))
    check()
    Article.objects.filter(pk=article.pk).update(**gone)
    check()
    assert found() == []


def test_of_a_very_long_address_the_start_is_kept():
    address = "/khong-co/" + "a" * 1_000
    make_article(title="Tin", body=linking(address))
    check()
    check()
    assert found() == [("Tin", address[:500], "not_for_readers")]


# ── Other sites ─────────────────────────────────────────────────────────────────────────────────
class Site(BaseHTTPRequestHandler):
    asked: list = []
    missing: set = set()

    def do_HEAD(self):
        self.asked.append(self.path)
        self.send_response(404 if self.path in self.missing else 200)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - the library's name

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    """Another site; `Site.missing`: the pages that it has lost."""
    Site.asked, Site.missing = [], {"/mat"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


ASK = ("--outside", "--inside", "127.0.0.0/8")


def test_other_sites_are_asked_when_that_is_wanted(site):
    make_article(title="Tin", body=linking(f"{site}/mat", f"{site}/con", "/khong-co/"))
    check()
    assert Site.asked == []
    assert found() == [("Tin", "/khong-co/", "not_for_readers")]
    check(*ASK)
    assert found() == [
        ("Tin", "/khong-co/", "not_for_readers"),
        ("Tin", f"{site}/mat", "no_page"),
    ]
    assert sorted(Site.asked) == ["/con", "/mat", "/mat"]  # a HEAD, and a GET where it failed


def test_a_closed_network_is_asked_only_where_the_command_names_it(site):
    make_article(title="Tin", body=linking(f"{site}/con"))
    check("--outside")
    assert Site.asked == []
    assert found() == [("Tin", f"{site}/con", "closed")]


def test_an_address_in_many_articles_is_asked_once(site, monkeypatch):
    monkeypatch.setattr(broken_links, "BATCH", 2)
    for number in range(5):
        make_article(title=f"Tin {number}", body=linking(f"{site}/con"))
    check(*ASK)
    assert Site.asked == ["/con"]


def test_what_was_found_outside_stands_until_it_is_asked_again_or_has_left_the_text(site):
    article = make_article(title="Tin", body=linking(f"{site}/mat"))
    check(*ASK)
    check()
    assert len(found()) == 1
    Site.missing.clear()
    check(*ASK)
    assert found() == []
    Site.missing.add("/mat")
    check(*ASK)
    Article.objects.filter(pk=article.pk).update(body="<p>Không còn.</p>")
    check()
    assert found() == []


def test_what_is_no_network_is_refused():
    with pytest.raises(CommandError, match="Không phải một mạng"):
        check("--outside", "--inside", "x")


def test_the_command_says_what_it_did(capsys):
    make_article(body=linking("/khong-co/"))
    make_article()
    check()
    assert capsys.readouterr().out.strip() == "Đã xem liên kết trong 2 bài. Liên kết hỏng: 1."


# ── Cost ────────────────────────────────────────────────────────────────────────────────────────
def test_a_batch_costs_the_same_queries_however_many_links(editor):
    category = make_category()

    def fill(count):
        Article.objects.all().delete()
        Article.objects.bulk_create(
            Article(
                title="Tin",
                slug="tin",
                category=category,
                status="published",
                publish_at=timezone.now() - DAY,
                body=linking(
                    *(f"/tin-tuc/{number}{one}/" for one in range(10_000, 10_010)),
                    *(f"/chuyen-muc/a{number}/", f"/co-cau-to-chuc/a{number}/"),
                    *(f"/lanh-dao/a{number}/", f"/media/{number:032x}.pdf"),
                ),
            )
            for number in range(count)
        )

    asked = []
    for count in (2, 150):
        fill(count)
        for _time in range(2):
            with CaptureQueriesContext(connection) as captured:
                check()
        asked.append(len(captured))
    assert BrokenLink.objects.count() == 150 * 14
    assert asked[0] <= 22
    assert asked[1] <= asked[0] + 25  # rows are written in packets of what one statement takes


# ── On the desk ─────────────────────────────────────────────────────────────────────────────────
def test_the_list_is_narrowed_down_to_articles_with_broken_links(client, editor):
    make_article(title="Hỏng", body=linking("/khong-co/"))
    make_article(title="Lành", body=linking("/tin-tuc/"))
    check()
    page = client.get("/admin/news/article/", {"links": "broken"})
    assert [row.title for row in page.context["cl"].result_list] == ["Hỏng"]
    assert "Liên kết hỏng" in page.content.decode()
    every = client.get("/admin/news/article/", {"links": "x"}).context["cl"].result_list
    assert len(every) == 2


def test_the_articles_page_names_the_link_its_words_and_why(client, editor):
    article = make_article(body=linking("/khong-co/?a=1&amp;b=2", words="<b>Công văn</b>"))
    with time_machine.travel(datetime.datetime(2026, 3, 1, 1, tzinfo=datetime.UTC), tick=False):
        check()
    page = client.get(f"/admin/news/article/{article.pk}/change/").content.decode()
    assert "“Công văn”" in page
    assert OURS in page
    assert "/khong-co/?a=1&amp;b=2</p>" in page
    assert "Thấy lần đầu ngày 01/03/2026, gần đây nhất ngày 01/03/2026." in page


def test_an_article_without_broken_links_says_nothing_of_them(client, editor):
    article = make_article(body=linking("/tin-tuc/"))
    check()
    page = client.get(f"/admin/news/article/{article.pk}/change/").content.decode()
    assert "broken-links" not in page


def test_a_working_copy_shows_what_is_not_mended_in_it_yet(client, editor):
    live = make_article(body=linking("/mot/", "/hai/"))
    check()
    copy = copies.open_copy(live, by=editor)
    Article.objects.filter(pk=copy.pk).update(body=linking("/hai/"))
    page = client.get(f"/admin/news/article/{copy.pk}/change/").context
    assert [link.address for link in page["broken_links"]] == ["/hai/"]
