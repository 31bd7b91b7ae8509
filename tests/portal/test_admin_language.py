"""No English on the admin's screens: each role walks over every page that it reaches."""

import datetime
import json
import re
from html import unescape
from pathlib import Path

import polib
import pytest
from django.contrib import admin as contrib_admin
from django.contrib.auth.models import Group
from django.utils import timezone

from news import copies, previews
from news.models.desk import Remark
from portal import text
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

# English words that by their letters could be Vietnamese; all others give themselves away.
ENGLISH = frozenset("the can that then them on at hide".split())
# Words that Vietnamese newsrooms use as they are.
LOAN_WORDS = frozenset("ctrl docx email fax menu sapo shift spam web word zip".split())
# Programs that people know by these names.
LOAN_WORDS |= frozenset("authenticator django google microsoft python sqlite".split())
# UBND, KHCN, PDF: nobody reads them as a word.
_ACRONYM = re.compile(r"[^\W\d_][^\W\d_aeiouy]+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
UNSEEN = re.compile(r"<(script|style|svg|code)\b.*?</\1>|<!--.*?-->", re.DOTALL)
ATTRIBUTES = re.compile(r'\b(?:title|placeholder|aria-label|aria-description|alt)="([^"]*)"')
BUTTONS = re.compile(r'<input type="(?:submit|button|reset)"[^>]*\bvalue="([^"]*)"')
# What a script shows later stands in data attributes; one word alone is a name, not a sentence.
SPOKEN = re.compile(r'\bdata-[\w-]+="([^"{\[]* [^"]*)"')
# What is the same in any language: addresses, file names, names of fields, algorithms.
CODES = re.compile(
    r"[\w.+-]+@[\w.-]+|\b[a-z]+://\S*|/[\w/.-]*|\b[a-z\d]+(?:-[a-z\d]+)+\b|\S+\.\w{3,4}\b"
    r"|\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b|\S*_\S*|\S*\*{3,}\S*|\b(?:user|md)\d+\b"
)


def words_of(html: str) -> str:
    html = UNSEEN.sub(" ", html)
    attributes = (pattern.findall(html) for pattern in (ATTRIBUTES, BUTTONS, SPOKEN))
    said = [words for found in attributes for words in found]
    return CODES.sub(" ", unescape(" ".join(said) + " " + re.sub(r"<[^>]+>", " ", html)))


def is_foreign(word: str) -> bool:
    small = word.lower()
    if small in LOAN_WORDS or len(word) == 1 or (word.isupper() and _ACRONYM.fullmatch(word)):
        return False
    return small in ENGLISH or not text.is_syllable(small, strict=False)


def foreign(html: str) -> set[str]:
    """The words of a page that are no Vietnamese, nor used by everybody who speaks it."""
    return {word for word in _WORD.findall(words_of(html)) if is_foreign(word)}


def links_of(html: str) -> set[str]:
    links = {unescape(link).split("#")[0] for link in re.findall(r'href="(/admin/[^"]*)"', html)}
    return {link for link in links if "logout" not in link and "jsi18n" not in link}


def walk(client):
    """Every address of the admin that links lead to, and each foreign word with where it stands."""
    waiting, seen, found = ["/admin/"], set(), {}
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = client.get(address, follow=True)
        if "text/html" not in response.headers["Content-Type"]:
            continue
        html = response.content.decode()
        for word in foreign(html):
            found.setdefault(word, address)
        waiting += sorted(links_of(html) - seen - set(waiting))
        assert len(seen) < 400
    return seen, found


# Each role with the fewest pages that it reaches.
ROLES = {"root": 60, "Quản trị": 40, "Duyệt đăng": 30, "Phóng viên": 20, "": 2}


@pytest.fixture
def sign_in(client):
    def sign_in(role):
        groups = [role] if Group.objects.filter(name=role).exists() else []
        is_root = role == "root"
        user = make_user(groups=groups, is_superuser=is_root, last_name="Quản", first_name="Trị")
        client.force_login(user)
        return user

    return sign_in


def populate(user):
    """Something in every state, of the user's own, so that each screen has what it can show."""
    make_site(contact={"phone": "(0205) 3.871.906"})
    make_contact()
    report = make_conference(chair=make_appointment()).article
    make_article_photo(article=report, caption="Chú thích")
    make_attachment(article=report)
    copies.open_copy(report, by=user)
    for status in ("draft", "submitted", "returned"):
        article = make_article(status=status, created_by=user)
        previews.make(article, by=user, days=3)
        Remark.objects.create(article=article, by=user, text="Xem lại đoạn hai.")
    make_article(publish_at=timezone.now() + datetime.timedelta(days=1), created_by=user)
    make_article(status="withdrawn", takedown="notice", notice="Sai số liệu.")


@pytest.mark.parametrize("role", ROLES)
def test_no_english_word_on_any_screen(client, sign_in, role):
    populate(sign_in(role))
    seen, found = walk(client)
    assert found == {}
    assert len(seen) >= ROLES[role]


@pytest.mark.parametrize(
    "address", ["/admin/login/", "/admin/password_change/", "/admin/news/article/add/"]
)
def test_no_english_word_in_an_empty_form_sent(client, address):
    if "login" not in address:
        client.force_login(make_user(is_superuser=True))
    assert foreign(client.post(address, {"title": ""}).content.decode()) == set()


def test_every_sentence_of_the_scripts_of_django_is_translated(client):
    """Calendars, boxes of choices: their words come from a catalogue of their own."""
    client.force_login(make_user())
    script = client.get("/admin/jsi18n/").content.decode()
    catalogue = json.loads(re.search(r"newcatalog = (\{.*?\});", script, re.DOTALL)[1])
    path = Path(contrib_admin.__file__).parent / "locale/en/LC_MESSAGES/djangojs.po"
    keys = [
        f"{entry.msgctxt}\x04{entry.msgid}" if entry.msgctxt else entry.msgid
        for entry in polib.pofile(path)
    ]
    assert len(keys) > 50
    assert [key for key in keys if key not in catalogue] == []
