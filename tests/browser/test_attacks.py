"""The sharpest of our attacks, stored behind the field, opened in a real browser."""

import asyncio
import threading

import pytest
from django.db import connection
from playwright.async_api import async_playwright

from news.models import Article
from portal.richtext import EditorWidget
from tests.attack.judge import Sheet
from tests.browser import chromium
from tests.factories import make_article, make_category
from tests.portal.attack_strings import ATTACKS

SAMPLE = ATTACKS[1::5]


async def _judged(groups: list[list[str]]) -> list:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium.path(), args=chromium.FLAGS
        )
        sheet = await Sheet.open(browser)
        (harmless,) = await sheet.judge([groups[0][0]])
        told = [await sheet.judge(group, known=harmless.counts) for group in groups]
        await browser.close()
    return told


def judged(*groups: list[str]) -> list:
    """In a thread of its own: the fixtures of the other tests hold a loop in this one."""
    told = []
    thread = threading.Thread(target=lambda: told.extend(asyncio.run(_judged(list(groups)))))
    thread.start()
    thread.join()
    return told


@pytest.fixture
def pages(client) -> list[str]:
    """The public pages of articles whose texts a program wrote raw, a harmless one first."""
    category, found = make_category(), []
    for attack in ["<p>Một đoạn.</p>", *SAMPLE]:
        article = make_article(title="Bài", category=category)
        with connection.cursor() as cursor:
            raw = [attack.replace("\0", ""), article.pk]
            cursor.execute("UPDATE news_article SET body = %s WHERE id = %s", raw)
        found.append(client.get(article.get_absolute_url()).text)
        Article.objects.filter(pk=article.pk).delete()
    return found


def as_body(html: str) -> str:
    return f'<!doctype html><body><main class="body">{html}</main></body>'


def test_no_attack_runs_or_leaves_anything_dangerous(pages):
    fill = EditorWidget().format_value
    editors = [as_body(fill(attack) or "") for attack in SAMPLE]
    raw = [as_body(attack) for attack in SAMPLE]
    on_pages, in_editors, uncleaned = judged(pages, editors, raw)
    assert [(verdict.ran, verdict.bad) for verdict in on_pages] == [(False, [])] * len(pages)
    assert [(verdict.ran, verdict.bad) for verdict in in_editors] == [(False, [])] * len(editors)
    # The control: what sees nothing in raw strings sees nothing anywhere.
    assert sum(verdict.ran for verdict in uncleaned) >= 5
    assert sum(bool(verdict.bad) for verdict in uncleaned) >= 15
