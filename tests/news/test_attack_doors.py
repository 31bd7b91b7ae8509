"""The attacks of tests/portal/attack_strings.py through the newsroom's other doors: texts put
aside, working copies, the comparison of versions, search, and what search engines are told.

A page that shows a stranger's words must be made of the same elements as one that shows harmless
ones: `parts` tells the elements of a page with the names of their attributes.
"""

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
import reversion
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from reversion.models import Version

from news import copies
from news.models import Article
from portal.richtext import clean
from tests.factories import make_article, make_article_photo, make_category, make_site, make_user
from tests.news.test_autosave import send
from tests.portal.attack_strings import ATTACKS
from tests.portal.test_attack_strings import body_of, dangers

pytestmark = pytest.mark.django_db

# Of all kinds that a text has, so that their elements are known.
HARMLESS = (
    '<h2>Một</h2><p>Hai <a href="https://most.gov.vn/">ba</a> <strong>bốn</strong></p><ul><li>năm'
    "</li></ul><table><tr><td>sáu</td></tr></table>"
)
FEW = ATTACKS[::8]  # where a page takes a tenth of a second


class _Parts(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = set()

    def handle_starttag(self, tag, attrs):
        # How a link leads is judged where the words are; "checked" and the like are the form's own.
        self.found |= {(tag, name) for name, _value in attrs} | {(tag, "")}

    def handle_comment(self, data):
        self.found.add(("comment", data))


def parts(html: str) -> set[tuple[str, str]]:
    reader = _Parts()
    reader.feed(html)
    reader.close()
    return reader.found


def write_behind_the_field(values: dict[int, str], column: str = "body") -> None:
    """What a data load or a thief of the database's password leaves."""
    with connection.cursor() as cursor:
        for pk, raw in values.items():
            sql = f"UPDATE news_article SET {column} = %s WHERE id = %s"  # noqa: S608
            cursor.execute(sql, [raw.replace("\0", ""), pk])


@pytest.fixture
def editor(client):
    make_site()
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def test_the_reader_of_parts_sees_most_of_the_attacks():
    unseen = [one for one in ATTACKS if not parts(one) - parts(HARMLESS) and not dangers(one)]
    assert len(unseen) < 15


# ── Texts put aside ─────────────────────────────────────────────────────────────────────────────
def test_a_text_put_aside_fills_the_form_as_clean_as_a_stored_one(client, editor):
    article = make_article(status="draft", body=HARMLESS, created_by=editor)
    form = reverse("admin:news_article_change", args=[article.pk])
    kept = "/admin/news/article/autosave/"
    pages = {}
    for number, attack in enumerate([HARMLESS, *FEW]):
        token = f"a-token-of-a-form-{number}"
        words = {"title": attack, "summary": attack, "body": attack}
        assert send(client, editor, article, token=token, typed=words).status_code == 200
        page = client.get(f"{form}?autosave={token}")
        filled = page.context["adminform"].form
        shown = filled.fields["body"].widget.format_value(filled["body"].value()) or ""
        assert dangers(shown) == []
        compared = client.get(f"{kept}{token}/")
        assert (page.status_code, compared.status_code) == (200, 200)
        pages[number] = parts(page.text) | parts(compared.text)
        client.post(f"{kept}{token}/")  # dropped, so that the next form offers none
    assert {one for page in pages.values() for one in page - pages[0]} == set()


# ── Working copies and versions ─────────────────────────────────────────────────────────────────
def test_a_working_copy_of_what_was_written_behind_the_field_is_clean(client, editor):
    category = make_category()
    rows = {make_article(category=category).pk: attack for attack in ATTACKS[::2]}
    write_behind_the_field(rows)
    for live in Article.objects.in_bulk(rows).values():
        copy = copies.open_copy(live, by=editor)
        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM news_article WHERE id = %s", [copy.pk])
            assert dangers(cursor.fetchone()[0]) == []
    copy = Article.objects.filter(draft_of__isnull=False).first()
    raw = [attack for attack in FEW if clean(attack) != attack]
    for attack in raw:
        write_behind_the_field({copy.pk: attack})
        preview = client.get(reverse("admin:news_article_preview", args=[copy.pk]))
        assert dangers(body_of(preview.text)) == []


def test_the_comparison_of_versions_shows_words_alone(client, editor):
    def version(body, title="Bài"):
        with reversion.create_revision():
            article.title, article.body = title, body
            article.save()
        return Version.objects.get_for_object(article).first()

    article = make_article(status="draft", created_by=editor, body="<p>Đầu.</p>")
    address = reverse("admin:news_article_compare", args=[article.pk])
    first, harmless = version("<p>Đầu.</p>"), version(HARMLESS, "Khác")
    known = parts(client.get(address, {"a": first.pk, "b": harmless.pk}).text)
    data = json.loads(harmless.serialized_data)
    for attack in FEW:
        data[0]["fields"] |= {"body": attack, "title": attack, "summary": attack}
        Version.objects.filter(pk=harmless.pk).update(serialized_data=json.dumps(data))
        for sides in ({"a": first.pk, "b": harmless.pk}, {"a": harmless.pk, "b": first.pk}):
            page = client.get(address, sides)
            assert page.status_code == 200
            assert parts(page.text) - known == set()


# ── What readers and search engines get ─────────────────────────────────────────────────────────
def found_pages(client) -> list[str]:
    """All pages of what a search finds."""
    pages = []
    page = client.get("/tim-kiem/?q=dautim")
    while page.status_code == 200:
        pages.append(page.text)
        page = client.get("/tim-kiem/", {"q": "dautim", "trang": len(pages) + 1})
    return pages


def test_search_shows_found_words_as_words(client):
    make_site()
    category = make_category()
    rows = [make_article(title="dautim", body=HARMLESS, category=category) for _one in ATTACKS]
    pages = found_pages(client)
    known = set().union(*map(parts, pages))
    for column in ("body", "summary", "title"):
        words = zip(rows, ATTACKS, strict=True)
        write_behind_the_field({row.pk: f"dautim {attack}"[:255] for row, attack in words}, column)
    call_command("rebuild_search", verbosity=0)
    after = found_pages(client)
    assert len(after) == len(pages) > 4
    assert set().union(*map(parts, after)) - known == set()


def test_what_search_engines_are_told_is_one_script_that_no_words_end(client):
    make_site()
    article = make_article(title="Bài", summary="Tóm tắt.", byline="Lan", source="Báo")
    make_article_photo(article=article, caption="Chú thích", alt="Mô tả")
    known = parts(client.get(article.get_absolute_url()).text)
    for attack in ATTACKS:
        words = attack.replace("\0", "")[:255]
        Article.objects.filter(pk=article.pk).update(
            title=words, summary=words, byline=words[:80], source=words[:80]
        )
        article.photos.update(caption=words, alt=words)
        article.refresh_from_db()
        page = client.get(article.get_absolute_url())
        assert page.status_code == 200
        assert parts(page.text) - known == set()
        told = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.S)
        facts = [json.loads(one) for one in told]
        news = next(one for one in facts if one["@type"] == "NewsArticle")
        assert (news["headline"], news["author"]["name"]) == (article.title, article.byline)


def test_lists_feeds_and_maps_show_titles_as_words(client):
    make_site()
    article = make_article(title="Bài", summary="Tóm tắt.")
    pages = ("/", "/tin-tuc/", article.category.get_absolute_url(), article.get_print_url())
    known = {page: parts(client.get(page).text) for page in pages}
    for attack in ATTACKS[::3]:
        words = attack.replace("\0", "")[:255]
        Article.objects.filter(pk=article.pk).update(title=words, summary=words)
        for page in pages:
            assert parts(client.get(page).text) - known[page] == set()
        item = ET.fromstring(client.get("/rss/").content).find(".//item")  # noqa: S314 - ours
        article.refresh_from_db()
        assert parts(item.findtext("description")) == set()
        assert item.findtext("title") == article.title
