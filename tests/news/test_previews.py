"""Preview links: who makes them, what they show to whoever holds one, and when they end."""

import datetime
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from news import copies, previews
from news.models import Article
from news.models.desk import PreviewLink
from tests.factories import (
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_photo,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
PANEL = {"x-panel": "1"}


@pytest.fixture
def writer():
    return make_user(groups=["Phóng viên"], last_name="Hoàng Thị", first_name="Lan")


@pytest.fixture
def reviewer():
    return make_user(groups=["Duyệt đăng"])


@pytest.fixture
def draft(writer):
    return make_article(
        status="draft",
        title="Bài đang viết",
        body='<p>Nội dung chưa đăng.</p><figure data-photo="1"></figure>',
        created_by=writer,
    )


def link_to(article, *, by=None, days=3):
    """The address of a new link."""
    by = by or article.created_by or make_user(groups=["Duyệt đăng"])
    return reverse("news:preview_link", args=[previews.make(article, by=by, days=days).key])


def make_url(article, model="article"):
    return reverse(f"admin:news_{model}_preview_link", args=[article.pk])


def revoke_url(link):
    return reverse("admin:news_article_preview_revoke", args=[link.article_id, link.pk])


def change(article):
    return reverse("admin:news_article_change", args=[article.pk])


def text_of(client, address):
    return client.get(address).content.decode()


# ── What a link shows ───────────────────────────────────────────────────────────────────────────
def test_whoever_holds_the_link_reads_the_article_in_the_public_template(client, draft):
    make_article_photo(article=draft, ref=1, caption="Các đại biểu dự họp")
    make_attachment(article=draft, title="Kế hoạch năm")
    response = client.get(link_to(draft))
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count('<article class="article">') == 1
    for words in ("Bài đang viết", "Nội dung chưa đăng.", "Các đại biểu dự họp", "Kế hoạch năm"):
        assert words in text
    assert '<div class="bar">' in text


def test_a_preview_is_kept_by_nobody_and_tells_nobody_its_address(client, draft):
    response = client.get(link_to(draft))
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_the_key_of_a_link_is_in_no_address_on_the_page_that_leads_elsewhere(client, draft):
    make_article_photo(article=draft, ref=1, caption="Ảnh")
    address = link_to(draft)
    text = text_of(client, address)
    assert re.findall(r'(?:href|src|srcset|action|content)="[^"]*xem-truoc', text) == []


@pytest.mark.parametrize("status", ["draft", "submitted", "returned"])
def test_a_link_shows_what_is_not_published_in_any_state(client, status):
    article = make_article(status=status, title="Bài chưa đăng")
    assert "Bài chưa đăng" in text_of(client, link_to(article))


def test_a_link_shows_a_scheduled_article_until_its_time(client):
    article = make_article(publish_at=timezone.now() + DAY, title="Bài hẹn giờ")
    address = link_to(article)
    assert "Bài hẹn giờ" in text_of(client, address)
    with time_machine.travel(timezone.now() + DAY + DAY / 24, tick=False):
        response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, article.get_absolute_url())


def test_a_link_of_a_working_copy_shows_the_changes_and_ends_with_the_copy(client, reviewer):
    live = make_article(title="Bản đã đăng")
    copy = copies.open_copy(live, by=reviewer)
    Article.objects.filter(pk=copy.pk).update(title="Bản đang sửa")
    address = link_to(copy, by=reviewer)
    assert "Bản đang sửa" in text_of(client, address)
    Article.objects.get(pk=copy.pk).publish(by=reviewer, reason="Tin gấp")
    response = client.get(address)
    assert response.status_code == 404
    assert "Bản đang sửa" not in response.content.decode()


def test_a_published_article_is_reached_by_its_link_at_its_own_address(client, draft, reviewer):
    address = link_to(draft)
    draft.title, draft.body = "Bài đang viết", "<p>Đủ.</p>"
    draft.publish(by=reviewer, reason="Tin gấp")
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, draft.get_absolute_url())
    assert "no-store" in response["Cache-Control"]
    assert client.get(response["Location"]).status_code == 200


# ── On a narrower screen, and the way back ──────────────────────────────────────────────────────
def widths_in(text):
    """Address, words and whether it is the chosen one, of every link of the bar's widths."""
    bar = text[text.index('<div class="bar">') : text.index("</nav>", text.index('class="bar"'))]
    return re.findall(r'<a href="([^"]*)"( aria-current="page")?>([^<]*)</a>', bar)


def preview_url(article, model="article"):
    return reverse(f"admin:news_{model}_preview", args=[article.pk])


def test_a_preview_offers_a_phone_a_tablet_and_the_whole_screen(client, draft):
    assert widths_in(text_of(client, link_to(draft))) == [
        ("?rong=360", "", "360 điểm ảnh"),
        ("?rong=768", "", "768 điểm ảnh"),
        ("?", ' aria-current="page"', "Toàn màn hình"),
    ]


@pytest.mark.parametrize("width", [360, 768])
def test_a_narrow_screen_is_a_frame_of_that_width_around_the_same_address(client, draft, width):
    address = link_to(draft)
    text = text_of(client, f"{address}?rong={width}")
    assert f'<iframe class="screen-{width}" src="?khung" title="Bài đang viết">' in text
    assert [words for _, chosen, words in widths_in(text) if chosen] == [f"{width} điểm ảnh"]
    assert "Nội dung chưa đăng." not in text
    assert "Nội dung chưa đăng." in text_of(client, f"{address}?khung")


@pytest.mark.parametrize("asked", ["", "1", "359", "0360", "360px", "٣٦٠", "-360"])
def test_another_width_than_those_offered_is_the_whole_screen(client, draft, asked):
    text = text_of(client, f"{link_to(draft)}?rong={asked}")
    assert "<iframe" not in text
    assert "Nội dung chưa đăng." in text


def test_only_what_stands_in_the_frame_may_be_framed_and_by_this_site_alone(client, draft):
    address = link_to(draft)
    found = {query: client.get(address + query)["X-Frame-Options"] for query in ("", "?rong=360")}
    assert found == {"": "DENY", "?rong=360": "DENY"}
    assert client.get(f"{address}?khung")["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get(f"{draft.get_absolute_url()}?khung")["X-Frame-Options"] == "DENY"


def test_in_the_frame_there_are_no_widths_and_links_open_the_whole_page(client, draft):
    text = text_of(client, f"{link_to(draft)}?khung")
    assert "rong=" not in text
    assert '<base target="_top">' in text
    alone = client.get(f"{link_to(draft)}?khung", headers={"sec-fetch-dest": "document"})
    assert "?rong=360" in alone.content.decode()
    assert "<base" not in alone.content.decode()


def test_a_link_that_has_ended_shows_no_frame_either(client, draft):
    address = link_to(draft)
    previews.revoke(PreviewLink.objects.get())
    assert client.get(f"{address}?rong=360").status_code == 410


@pytest.mark.parametrize("query", ["", "?rong=768"])
def test_staff_go_back_from_a_preview_to_its_form(client, writer, draft, query):
    client.force_login(writer)
    text = text_of(client, preview_url(draft) + query)
    assert f'<a href="{change(draft)}">Về bài viết</a>' in text
    report = make_article(status="draft", kind="report", created_by=writer)
    text = text_of(client, preview_url(report, "report") + query)
    assert f'<a href="{reverse("admin:news_report_change", args=[report.pk])}">' in text


@pytest.mark.parametrize("query", ["", "?rong=360", "?khung"])
def test_whoever_has_only_the_link_is_shown_no_way_to_the_admin(client, writer, draft, query):
    address = link_to(draft)
    for signed_in in (False, True):
        if signed_in:
            client.force_login(writer)
        assert "/admin/" not in text_of(client, address + query)


# ── When it ends ────────────────────────────────────────────────────────────────────────────────
def ended(client, address):
    response = client.get(address)
    text = response.content.decode()
    assert "Bài đang viết" not in text
    assert "Nội dung chưa đăng" not in text
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    return response.status_code


@pytest.mark.parametrize("days", previews.DAYS)
def test_a_link_ends_with_its_time(client, draft, days):
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        address = link_to(draft, days=days)
    with time_machine.travel(start + days * DAY - DAY / 1440, tick=False):
        assert client.get(address).status_code == 200
    with time_machine.travel(start + days * DAY, tick=False):
        assert ended(client, address) == 410


def test_a_revoked_link_shows_nothing(client, draft):
    address = link_to(draft)
    previews.revoke(PreviewLink.objects.get())
    assert ended(client, address) == 410


def test_a_link_into_the_trash_shows_nothing(client, draft):
    address = link_to(draft)
    Article.objects.filter(pk=draft.pk).update(deleted_at=timezone.now())
    assert ended(client, address) == 410


def test_a_link_to_changes_of_an_article_in_the_trash_shows_nothing(client, reviewer):
    live = make_article(title="Bài đang viết")
    address = link_to(copies.open_copy(live, by=reviewer), by=reviewer)
    Article.objects.filter(pk=live.pk).update(deleted_at=timezone.now())
    assert ended(client, address) == 410


def test_a_link_ends_with_the_account_that_made_it(client, draft, writer):
    address = link_to(draft)
    writer.is_active = False
    writer.save()
    assert ended(client, address) == 410


def test_an_unknown_key_is_not_found(client, draft):
    address = link_to(draft)
    assert ended(client, address[:-2] + "/") == 404
    assert ended(client, "/xem-truoc/" + "a" * 500 + "/") == 404


def test_a_link_to_a_withdrawn_article_leads_where_its_readers_are_led(client, draft, reviewer):
    address = link_to(draft)
    draft.body = "<p>Đủ.</p>"
    draft.publish(by=reviewer, reason="Tin gấp")
    draft.withdraw("notice", by=reviewer, notice="Sai số liệu.")
    assert client.get(address)["Location"] == draft.get_absolute_url()


# ── Its files ───────────────────────────────────────────────────────────────────────────────────
def files_of(article, *, color, pages):
    photo = make_photo(color=color)
    make_article_photo(article=article, photo=photo)
    document = make_attachment(article=article, pages=pages).file.url
    return [address for _, address in photo.image.renditions.webp] + [document]


def statuses(client, addresses):
    return {client.get(address).status_code for address in addresses}


def test_the_files_of_the_article_load_through_the_link_and_no_others(client, draft):
    own = files_of(draft, color="red", pages=1)
    others = files_of(make_article(status="draft"), color="green", pages=2)
    assert statuses(client, own + others) == {404}
    client.get(link_to(draft))
    assert statuses(client, own) == {200}
    assert statuses(client, others) == {404}


def test_every_address_of_a_file_on_the_page_answers(client, draft):
    files_of(draft, color="red", pages=1)
    text = text_of(client, link_to(draft))
    addresses = set(re.findall(r"/media/[0-9a-f][^\s\"]+", text))
    assert len(addresses) > 3
    assert statuses(client, addresses) == {200}


def test_files_seen_through_a_link_are_kept_by_nobody(client, draft):
    own = files_of(draft, color="red", pages=1)
    client.get(link_to(draft))
    assert {client.get(address)["Cache-Control"] for address in own} == {"private, no-store"}


def test_the_files_close_when_the_link_ends(client, draft):
    own = files_of(draft, color="red", pages=1)
    client.get(link_to(draft))
    previews.revoke(PreviewLink.objects.get())
    assert statuses(client, own) == {404}


def test_the_files_close_by_the_clock(client, draft):
    own = files_of(draft, color="red", pages=1)
    client.get(link_to(draft, days=1))
    cookie = next(iter(client.cookies.values())).OutputString()
    client.cookies.load(cookie.split(";")[0])  # a browser that keeps it longer than it may
    with time_machine.travel(timezone.now() + 2 * DAY, tick=False):
        assert statuses(client, own) == {404}


def test_two_previews_at_once_keep_their_files(client, draft):
    other = make_article(status="draft")
    own = files_of(draft, color="red", pages=1) + files_of(other, color="green", pages=2)
    client.get(link_to(draft))
    client.get(link_to(other))
    assert statuses(client, own) == {200}


def test_the_key_for_files_is_sent_to_files_alone_and_read_by_no_script(client, draft):
    client.get(link_to(draft))
    (cookie,) = client.cookies.values()
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/media/", True, "Lax")
    assert 3 * 86400 - 60 < cookie["max-age"] <= 3 * 86400


def test_a_public_file_costs_no_query_for_links(client, draft, django_assert_num_queries):
    address = files_of(make_article(), color="red", pages=1)[0]
    client.get(link_to(draft))
    with django_assert_num_queries(4):  # news and departments ask for photos and documents
        response = client.get(address)
    assert response["Cache-Control"] == "public, max-age=3600"


# ── Nobody finds it ─────────────────────────────────────────────────────────────────────────────
def test_lists_feeds_sitemaps_and_search_know_nothing_of_a_link(client, draft):
    make_site()
    key = link_to(draft).split("/")[2]
    sitemaps = ["/sitemap.xml", "/sitemap-trang.xml", "/sitemap-bai-viet-1.xml", "/robots.txt"]
    pages = ["/", "/tin-tuc/", "/rss/", "/tim-kiem/?q=bai+dang+viet", "/so-do-trang/"]
    for address in sitemaps + pages:
        text = text_of(client, address)
        assert key not in text, address
        assert "xem-truoc" not in text, address
        assert ">Bài đang viết<" not in text, address


# ── Making and revoking ─────────────────────────────────────────────────────────────────────────
def test_a_writer_makes_a_link_to_his_draft_and_finds_it_on_the_form(client, draft, writer):
    client.force_login(writer)
    response = client.post(make_url(draft), {"days": "7"}, follow=True)
    link = PreviewLink.objects.get()
    assert (link.article, link.by) == (draft, writer)
    assert link.expires_at - link.created_at == pytest.approx(7 * DAY, abs=DAY / 1440)
    text = response.content.decode()
    assert f"http://testserver/xem-truoc/{link.key}/" in text
    assert "Hoàng Thị Lan" in text
    assert response.redirect_chain == [(f"{change(draft)}#previews", 302)]


def test_three_days_are_proposed(client, draft, writer):
    client.force_login(writer)
    text = text_of(client, change(draft))
    assert re.findall(r'<option value="(\d)"( selected)?>', text[text.index("preview-days") :]) == [
        ("1", ""),
        ("3", " selected"),
        ("7", ""),
    ]


@pytest.mark.parametrize("days", ["", "0", "30", "-1", "x"])
def test_no_other_time_is_taken(client, draft, writer, days):
    client.force_login(writer)
    assert client.post(make_url(draft), {"days": days}, headers=PANEL).status_code == 422
    assert not PreviewLink.objects.exists()


def test_the_script_gets_the_panel_alone(client, draft, writer):
    client.force_login(writer)
    response = client.post(make_url(draft), {"days": "1"}, headers=PANEL)
    text = response.content.decode().strip()
    assert response.status_code == 200
    assert text.startswith('<section class="part panel" id="previews"')
    assert text.endswith("</section>")
    assert PreviewLink.objects.get().key in text


def test_the_page_of_a_submitted_article_offers_links_to_its_author(client, writer):
    article = make_article(status="submitted", created_by=writer)
    client.force_login(writer)
    client.post(make_url(article), {"days": "1"})
    text = text_of(client, change(article))
    assert "status-page" in text
    assert PreviewLink.objects.get().key in text


def test_links_that_have_ended_are_not_listed(client, draft, writer):
    client.force_login(writer)
    keys = [link_to(draft).split("/")[2] for _ in range(2)]
    previews.revoke(PreviewLink.objects.get(key=keys[0]))
    text = text_of(client, change(draft))
    assert [key in text for key in keys] == [False, True]


def test_what_readers_see_already_needs_no_link(client, reviewer):
    article = make_article()
    client.force_login(reviewer)
    assert 'id="previews"' not in text_of(client, change(article))
    response = client.post(make_url(article), {"days": "1"}, headers=PANEL)
    assert response.status_code == 422
    assert not PreviewLink.objects.exists()


def test_a_writer_makes_no_link_to_what_others_have_scheduled(client, writer):
    article = make_article(publish_at=timezone.now() + DAY)
    address = link_to(article, by=make_user(groups=["Duyệt đăng"]))
    client.force_login(writer)
    assert client.post(make_url(article), {"days": "1"}).status_code == 404
    assert address not in text_of(client, change(article))


def test_a_link_is_revoked_by_its_maker(client, draft, writer):
    client.force_login(writer)
    address = link_to(draft)
    response = client.post(revoke_url(PreviewLink.objects.get()), follow=True)
    assert response.status_code == 200
    assert client.get(address).status_code == 410


def test_a_reviewer_revokes_any_link(client, draft, reviewer):
    address = link_to(draft)
    client.force_login(reviewer)
    client.post(revoke_url(PreviewLink.objects.get()))
    assert client.get(address).status_code == 410


def test_a_writer_revokes_no_link_of_a_reviewer(client, draft, writer, reviewer):
    address = link_to(draft, by=reviewer)
    client.force_login(writer)
    revoke = revoke_url(PreviewLink.objects.get())
    assert revoke not in text_of(client, change(draft))
    assert client.post(revoke).status_code == 403
    assert client.get(address).status_code == 200


def test_a_link_is_revoked_through_its_own_article_alone(client, draft, writer):
    foreign = make_article(status="draft", created_by=make_user(groups=["Phóng viên"]))
    address = link_to(foreign)
    link = PreviewLink.objects.get()
    client.force_login(writer)
    through_own = reverse("admin:news_article_preview_revoke", args=[draft.pk, link.pk])
    assert client.post(through_own).status_code == 404
    assert client.post(revoke_url(link)).status_code == 404
    assert client.get(address).status_code == 200


def test_the_first_moment_of_revocation_stays(draft):
    link_to(draft)
    link = PreviewLink.objects.get()
    previews.revoke(link)
    first = PreviewLink.objects.get().revoked_at
    previews.revoke(link)
    assert PreviewLink.objects.get().revoked_at == first


# ── Caches ──────────────────────────────────────────────────────────────────────────────────────
def test_no_page_made_for_one_person_is_kept_by_a_cache(client, draft, writer):
    client.force_login(writer)
    published = make_article(category=make_category(), created_by=writer)
    for address in (
        "/admin/",
        "/admin/news/article/",
        "/admin/news/article/add/",
        change(draft),
        change(published),
        reverse("admin:news_article_preview", args=[draft.pk]),
        reverse("admin:news_article_history", args=[draft.pk]),
        link_to(draft),
    ):
        control = client.get(address)["Cache-Control"]
        assert "no-store" in control, address
        assert "private" in control, address


def test_public_pages_look_the_same_to_staff_who_are_signed_in(client, writer, draft):
    make_site()
    article = make_article(created_by=writer)
    addresses = ["/", "/tin-tuc/", article.get_absolute_url()]
    strangers = [text_of(client, address) for address in addresses]
    client.force_login(writer)
    assert [text_of(client, address) for address in addresses] == strangers
