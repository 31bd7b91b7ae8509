"""The server's half of `make attack`: strings stored through every door, and what each view shows.

Nothing is judged here. A door stores strings and gives the articles that hold them; a view gives
the HTML that a browser would be sent.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from xml.sax.saxutils import escape, quoteattr

import reversion
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from reversion.models import Version

from news.forms import ArticleForm
from news.models import Article
from portal.publishing import Status
from tests.factories import SEED_TIME, make_category, make_user
from tests.portal import bad_files

TITLE = "Bài"
PER_WORD_FILE = 60
INLINES = {
    f"{part}-{count}_FORMS": "0"
    for part in ("photos", "attachments", "people", "concerned_departments")
    for count in ("TOTAL", "INITIAL")
}
ADD = "/admin/news/article/add/"
WORD = "/admin/news/article/word/"


def chunks(things: Sequence, size: int) -> Iterator[Sequence]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


class Desk:
    """A member of staff who may do everything, and the doors he stores text through."""

    def __init__(self):
        self.client = Client(raise_request_exception=True)
        self.user = make_user(is_superuser=True)
        self.client.force_login(self.user)
        self.category = make_category(name="Chuyên mục")

    def by_form(self, attack: str) -> Article | None:
        """The writer's own form, saved as a draft; None: it refused the text and stored nothing."""
        values = {"kind": "news", "title": TITLE, "category": self.category.pk, "_save": "1"}
        response = self.client.post(ADD, INLINES | values | {"body": attack})
        return Article.objects.order_by("-pk").first() if response.status_code == 302 else None

    def by_orm(self, attack: str) -> Article:
        return Article.objects.create(title=TITLE, category=self.category, body=attack)

    def by_sql(self, attack: str) -> Article:
        """Behind the field: what a data load or an older program may have left."""
        article = Article.objects.create(title=TITLE, category=self.category)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE news_article SET body = %s WHERE id = %s",
                [attack.replace("\0", "").encode("utf-8", "replace").decode(), article.pk],
            )
        return article

    def by_version(self, attack: str) -> Article:
        """A past version whose stored data was changed behind the field, restored by its button."""
        with reversion.create_revision():
            article = Article.objects.create(
                title=TITLE, category=self.category, created_by=self.user
            )
        version = Version.objects.get_for_object(article).get()
        data = json.loads(version.serialized_data)
        data[0]["fields"]["body"] = attack
        Version.objects.filter(pk=version.pk).update(serialized_data=json.dumps(data))
        address = reverse("admin:news_article_restore", args=[article.pk, version.pk])
        self.client.post(address)
        return article

    def by_word(self, attacks: list[str]) -> list[Article]:
        """Word files with a paragraph for each string: as words, and as the address of a link."""
        made = []
        for chunk in chunks(attacks, PER_WORD_FILE):
            upload = SimpleUploadedFile("bài.docx", word_file(chunk))
            address = self.client.post(WORD, {"file": upload}).url
            values = {"kind": "news", "title": TITLE, "category": self.category.pk}
            self.client.post(address, values)
            made.append(Article.objects.order_by("-pk").first())
        return made


_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word_file(attacks: Iterable[str]) -> bytes:
    paragraphs, links = [], []
    for number, attack in enumerate(_NO_XML.sub("", attack) for attack in attacks):
        words = f"<w:r><w:t xml:space='preserve'>{escape(attack)}</w:t></w:r>"
        links.append(
            f'<Relationship Id="r{number}" Type="{_R}/hyperlink" TargetMode="External" '
            f"Target={quoteattr(_target(attack))}/>"
        )
        anchor = quoteattr(attack[:200])
        paragraphs.append(
            f"<w:p><w:bookmarkStart w:id='{number}' w:name={anchor}/>{words}"
            f"<w:hyperlink r:id='r{number}'>{words}</w:hyperlink>"
            f"<w:hyperlink w:anchor={anchor}>{words}</w:hyperlink></w:p>"
        )
    body = f'<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{"".join(paragraphs)}</w:body>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return bad_files.docx(
        {
            "word/document.xml": f"{body}</w:document>",
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}">{"".join(links)}'
            "</Relationships>",
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
            f'Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>',
        }
    )


_REFUSED = re.compile(r"\s*(?:javascript|vbscript|data|mhtml|mk|ms-|search)[^/]*:", re.IGNORECASE)


def _target(attack: str) -> str:
    """The string as an address. What portal.documents refuses a whole file for has a tab in it."""
    return f"java\tscript:{attack}" if _REFUSED.match(attack) else attack


# ── What is shown ───────────────────────────────────────────────────────────────────────────────


@contextmanager
def alone_in_public(article: Article):
    """The article is published, by SQL so that no door is gone through again, and no other is: what
    a page says of others is the same for all."""
    row = Article.objects.filter(pk=article.pk)
    row.update(status=Status.PUBLISHED, publish_at=SEED_TIME)
    yield Article.objects.get(pk=article.pk)
    row.update(status=Status.DRAFT)


class Views:
    """What a browser is sent of an article. Each gives HTML; pages are asked for, not called."""

    def __init__(self, desk: Desk):
        self.desk = desk
        self.reader = Client()

    def page(self, article: Article) -> str:
        return self._got(self.reader, article.get_absolute_url())

    def preview(self, article: Article) -> str:
        return self._got(self.desk.client, reverse("admin:news_article_preview", args=[article.pk]))

    def editor(self, article: Article) -> str:
        """The text with which the form fills the editor."""
        form = ArticleForm(instance=article)
        return form.fields["body"].widget.format_value(form["body"].value()) or ""

    @staticmethod
    def _got(client: Client, address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response.text

    def feed(self, _article: Article) -> str:
        return self._got(self.reader, reverse("news:feed"))
