"""Links of an article and of its documents to other sites: forbidden ones keep it from being
published, unknown ones are looked at and allowed by whoever publishes it.

Known are the state's sites, this site, what administrators have listed, and of a working copy
what the published text links to already. Nothing here imports news.models: articles come in as
arguments.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext

from portal import audit, foreign_html, hosts, richtext, spam


class StrangeLink(NamedTuple):
    """A link to a site nobody knows yet, with the paragraph it stands in, counted from 1; `words`
    with paragraph 0: the title of the document that holds it."""

    host: str
    words: str
    paragraph: int

    @property
    def sentence(self) -> str:
        if not self.paragraph:
            said = gettext(
                "A link in the document “%(words)s” leads to %(host)s, which is not on the list of "
                "known sites."
            )
            return said % self._asdict()
        said = gettext(
            "The link “%(words)s” (paragraph %(paragraph)s) leads to %(host)s, which is not on the "
            "list of known sites."
        )
        return said % self._asdict()


def _links(body: str) -> list[tuple[int, foreign_html.Link]]:
    """The links of a cleaned text that leave this site's pages, with their paragraph."""
    if "<a " not in body:
        return []
    blocks = [block for block in richtext.blocks(body) if block.photo is None]
    return [
        (number, link)
        for number, block in enumerate(blocks, start=1)
        for link in foreign_html.links(block.html)
        if spam.parse(link.address).host
    ]


def refusals(body: str) -> list[str]:
    """A sentence for each link that may not be published; it names the link and the paragraph."""
    links = _links(body)
    if not links:
        return []
    lists = hosts.lists()
    return [
        spam.describe(reason, link.words or link.address, gettext("paragraph %s") % number)
        for number, link in links
        if (reason := lists.refuses(link.address))
    ]


def refusals_of_file(file) -> list[str]:
    """The same for the links within a document."""
    if not file.links:
        return []
    lists = hosts.lists()
    reasons = {address: reason for address in file.links if (reason := lists.refuses(address))}
    where = gettext("document “%s”") % file.title
    return [spam.describe(reason, address, where) for address, reason in reasons.items()]


def strange(article, *, files: Iterable | None = None) -> list[StrangeLink]:
    """The first link to each site that nobody knows yet. `files`: the documents, if not stored."""
    links = _all_links(article, files)
    if not links:
        return []
    lists = hosts.lists()
    published = _all_links(article.draft_of) if article.draft_of_id else []
    seen = {lists.strange(address) for address, _words, _number in published} | {""}
    found = {}
    for address, words, number in links:
        host = lists.strange(address)
        if host not in seen:
            found.setdefault(host, StrangeLink(host, words, number))
    return list(found.values())


def _all_links(article, files: Iterable | None = None) -> list[tuple[str, str, int]]:
    """Address, words and paragraph of the links in the text, then of those in documents."""
    found = [(one.address, one.words or one.address, n) for n, one in _links(article.body)]
    if files is None:
        files = article.attachments.exclude(links=[]) if article.pk else ()
    return found + [(address, file.title, 0) for file in files for address in file.links]


def not_allowed(article, *, allowed: Iterable[str]) -> list[str]:
    """Why the article cannot be published with only the `allowed` sites looked at."""
    left = [link for link in strange(article) if link.host not in set(allowed)]
    if not left:
        return []
    ask = gettext("Look at each of these sites, tick it under “Publication”, then publish again.")
    return [*(link.sentence for link in left), ask]


def record(article, links: list[StrangeLink], *, by) -> None:
    """Keep who allowed which sites; called inside the publication's transaction."""
    if links:
        sites = [link.host for link in links]
        audit.record("link_allowed", actor=by, target=article, after={"hosts": sites})
