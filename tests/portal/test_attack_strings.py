"""A hundred attacks of our own through the writer's form, the ORM and SQL, and what is shown."""

import re
from html.parser import HTMLParser

import pytest
from django.db import connection

from departments.models import Department, Person
from news.models import Article
from portal.publishing import Status
from portal.richtext import EditorWidget, clean, render
from tests.factories import (
    SEED_TIME,
    make_article,
    make_category,
    make_department,
    make_person,
    make_site,
    make_user,
)
from tests.portal.attack_strings import ATTACKS

pytestmark = pytest.mark.django_db

ALLOWED = {
    *("p", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tfoot"),
    *("caption", "tr", "th", "td", "figure", "br", "div"),
    *("a", "strong", "em", "s", "del", "ins", "sub", "sup", "small", "mark", "code", "q", "cite"),
}
VALUES = {
    "href": r"https?://[^\s\\<>]+|mailto:[^\s<>]+|tel:[+0-9]+|/(?![/\\])[^\s\\<>]*",
    "class": r"(?:(?:can|thut)-[a-z0-9]+ ?)+|table-wrap",
    "data-photo": r"[1-9]\d{0,4}",
    **dict.fromkeys(("colspan", "rowspan"), r"\d\d?"),
    "scope": "col|row",
    "start": r"\d{1,4}",
    # The frame of a table, which is ours.
    "role": "region",
    "tabindex": "0",
    "aria-label": "Bảng.*",
}


class Judge(HTMLParser):
    """What stands in some HTML and may not, by the list above; the browser's word is in
    tests/browser/test_attacks.py."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.bad = []

    def handle_starttag(self, tag, attrs):
        if tag not in ALLOWED:
            self.bad.append(tag)
        for name, value in attrs:
            if name not in VALUES or not re.fullmatch(VALUES[name], value or "", re.DOTALL):
                self.bad.append(f"{tag} {name}={value}")

    def handle_comment(self, data):
        self.bad.append("comment")

    handle_decl = unknown_decl = handle_pi = handle_comment


def dangers(html: str) -> list[str]:
    judge = Judge()
    judge.feed(html)
    judge.close()
    return judge.bad


def test_the_judge_sees_most_of_the_raw_strings():
    harmless = [attack for attack in ATTACKS if not dangers(attack)]
    assert len(ATTACKS) >= 100
    assert len(set(ATTACKS)) == len(ATTACKS)
    # Those are text, and text again once it was escaped wrongly.
    assert len(harmless) < 15


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_dangerous_is_left(attack):
    stored = clean(attack)
    for html in (stored, render(attack), render(stored), EditorWidget().format_value(attack) or ""):
        assert dangers(html) == []
    assert clean(stored) == stored


# ── Through the doors ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def editor(client):
    make_site()
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def store_by_form(client, attacks):
    """All in one body would hide what one does to the next: a form for each of some."""
    data = {
        f"{part}-{count}_FORMS": "0"
        for part in ("photos", "attachments", "people", "concerned_departments")
        for count in ("TOTAL", "INITIAL")
    }
    data |= {"kind": "news", "title": "Bài", "category": make_category().pk, "_save": "1"}
    for attack in attacks:
        answer = client.post("/admin/news/article/add/", data | {"body": attack})
        assert answer.status_code == 302


def store_by_orm(_client, attacks):
    category = make_category()
    for attack in attacks:
        Article.objects.create(title="Bài", category=category, body=attack)


def store_in_bulk(_client, attacks):
    category = make_category()
    Article.objects.bulk_create(
        [Article(title="Bài", category=category, body=attack, slug="bai") for attack in attacks]
    )


def store_by_sql(_client, attacks):
    """Behind the field: nothing cleans it on its way in."""
    store_by_orm(None, ["" for _attack in attacks])
    with connection.cursor() as cursor:
        rows = zip(attacks, Article.objects.values_list("pk", flat=True), strict=True)
        for attack, pk in rows:
            raw = [attack.replace("\0", ""), pk]  # PostgreSQL holds none
            cursor.execute("UPDATE news_article SET body = %s WHERE id = %s", raw)


DOORS = {
    "form": (store_by_form, ATTACKS[::3]),  # a form takes a tenth of a second
    "ORM": (store_by_orm, ATTACKS),
    "bulk": (store_in_bulk, ATTACKS),
    "SQL": (store_by_sql, ATTACKS),
}


@pytest.mark.parametrize("door", DOORS)
def test_every_page_shows_what_came_through_a_door_clean(client, editor, door):
    store, attacks = DOORS[door]
    store(client, attacks)
    assert Article.objects.count() == len(attacks)
    Article.objects.update(status=Status.PUBLISHED, publish_at=SEED_TIME)
    for article in Article.objects.all():
        for address in (article.get_absolute_url(), article.get_print_url()):
            page = client.get(address)
            assert page.status_code == 200
            assert dangers(body_of(page.text)) == []
            assert "<script>alert" not in page.text
    feed = client.get("/rss/").text
    assert not re.search(r"<(?:script|img|svg|iframe)\b|&lt;(?:script|img|svg|iframe)\b", feed)


def body_of(page: str) -> str:
    return re.search(r'<div class="body">(.*?)</div>\s*(?:<p class|</article>|<)', page, re.S)[1]


@pytest.mark.parametrize("attack", ATTACKS[::8])
def test_units_and_people_are_shown_clean_whoever_stored_them(client, editor, attack):
    unit, person = make_department(name="Văn phòng"), make_person(full_name="Nguyễn Thị Hà")
    with connection.cursor() as cursor:
        raw = attack.replace("\0", "")
        cursor.execute("UPDATE departments_department SET functions = %s", [raw])
        cursor.execute("UPDATE departments_person SET biography = %s", [raw])
    for row in (Department.objects.get(pk=unit.pk), Person.objects.get(pk=person.pk)):
        page = client.get(row.get_absolute_url())
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert not re.search(r"<(?:img[^>]+onerror|svg onload|iframe|object)", page.text)
    for address in (
        f"/admin/departments/department/{unit.pk}/change/",
        f"/admin/departments/person/{person.pk}/change/",
    ):
        form = client.get(address).text
        filled = re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)[1]
        assert "onerror" not in filled or "&lt;" in filled


def test_a_feed_gives_a_typed_tag_as_text(client):
    """Readers put summaries into a page as HTML."""
    make_article(body="<p>KH&amp;CN: &lt;script&gt; là một thẻ.</p>")
    described = "<description>KH&amp;amp;CN: &amp;lt;script&amp;gt; là một thẻ.</description>"
    assert described in client.get("/rss/").text


@pytest.mark.parametrize("figure", ["9" * 5000, "0", "00001", "-1", "1e5"])
def test_a_body_with_an_impossible_photo_is_no_error(client, figure):
    """Stored behind the field."""
    article = make_article()
    with connection.cursor() as cursor:
        body = f'<p>Một.</p></p><figure data-photo="{figure}"></figure></div><p>Hai.</p>'
        cursor.execute("UPDATE news_article SET body = %s WHERE id = %s", [body, article.pk])
    page = client.get(article.get_absolute_url())
    assert page.status_code == 200
    assert "<p>Hai.</p>" in page.text
