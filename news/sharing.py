"""What an article tells the sites on which it is shared. No query: the view has it all."""

from __future__ import annotations

from datetime import datetime

from news.models import Article, ArticlePhoto
from portal import sharing


def article_card(article: Article, uses: list[ArticlePhoto]) -> sharing.Card:
    """The card of an article, with its lead photo, else its unit's picture, else the default.

    `uses`: all its photos in their order, each with its `photo`; `department` and `category`
    are loaded.
    """
    return sharing.Card(
        title=article.title,
        description=article.teaser,
        address=sharing.absolute(article.get_absolute_url()),
        picture=_photo(article, uses) or _unit_picture(article) or sharing.default_picture(),
        kind="article",
        published=article.publish_at,
        modified=changed(article),
        section=article.category.name,
    )


def changed(article: Article) -> datetime:
    """When the public could last see something new in it."""
    return max(article.publish_at, article.content_changed_at or article.publish_at)


def _photo(article: Article, uses: list[ArticlePhoto]) -> sharing.Picture | None:
    lead = next((use for use in uses if use.is_lead), next(iter(uses), None))
    if lead is None:
        return None
    alt = lead.described or lead.caption or article.title
    return sharing.picture_of(lead.photo.image, alt=alt)


def _unit_picture(article: Article) -> sharing.Picture | None:
    unit = article.department
    return sharing.picture_of(unit.picture, alt=unit.name) if unit else None
