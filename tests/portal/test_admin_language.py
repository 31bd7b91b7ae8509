"""No English on the admin's screens: a walk over every page that an administrator reaches."""

import re
from html import unescape

import pytest

from news import copies
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_conference,
    make_contact,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db

# Words that English screens hold and Vietnamese ones never do.
ENGLISH = re.compile(
    r"\b(the|and|of|with|from|this|that|add|change|changes|delete|save|view|select|search|please|"
    r"your|you|are|is|not|edit|remove|new|today|now|file|chosen|currently|clear|yes|unknown|"
    r"password|user|users|group|name|date|time|required|optional|show|hide|filter|page|sign|"
    r"history|object|objects|available|all|none|empty|before|after|must|cannot|can)\b",
    re.IGNORECASE,
)
UNSEEN = re.compile(r"<(script|style|template|svg)\b.*?</\1>|<!--.*?-->", re.DOTALL)
ATTRIBUTES = re.compile(r'\b(?:title|placeholder|aria-label|alt)="([^"]*)"')
# Values that are what they are in any language.
CODES = re.compile(r"[\w.+-]+@[\w.-]+|/[\w/.-]*|\buser\d+\b|https?://\S+|\S*\*{3,}\S*")


def words_of(html: str) -> str:
    html = UNSEEN.sub(" ", html)
    text = " ".join(ATTRIBUTES.findall(html)) + " " + re.sub(r"<[^>]+>", " ", html)
    return CODES.sub(" ", unescape(text))


def links_of(html: str) -> set[str]:
    links = {unescape(link).split("#")[0] for link in re.findall(r'href="(/admin/[^"]*)"', html)}
    return {link for link in links if "logout" not in link and "jsi18n" not in link}


@pytest.fixture
def populated():
    make_site(contact={"phone": "(0205) 3.871.906"})
    make_contact()
    report = make_conference(chair=make_appointment()).article
    make_article_photo(article=report, caption="Chú thích")
    make_attachment(article=report)
    copies.open_copy(report, by=None)
    make_article(status="draft")
    make_article(status="withdrawn", takedown="notice", notice="Sai số liệu.")


def test_no_english_word_on_any_screen(client, populated):
    client.force_login(make_user(is_superuser=True, last_name="Quản", first_name="Trị"))
    waiting, seen, found = ["/admin/"], set(), {}
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = client.get(address, follow=True)
        if "text/html" not in response.headers["Content-Type"]:
            continue
        html = response.content.decode()
        if english := {word.lower() for word in ENGLISH.findall(words_of(html))}:
            found[address] = english
        waiting += sorted(links_of(html) - seen - set(waiting))
        assert len(seen) < 400
    assert found == {}
    assert len(seen) > 60


@pytest.mark.parametrize(
    "address", ["/admin/login/", "/admin/password_change/", "/admin/news/article/add/"]
)
def test_no_english_word_in_an_empty_form_sent(client, address):
    if "login" not in address:
        client.force_login(make_user(is_superuser=True))
    html = client.post(address, {"title": ""}).content.decode()
    assert ENGLISH.findall(words_of(html)) == []
