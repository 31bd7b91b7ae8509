"""An article and the site as schema.org describes them, for search engines."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from departments.models import SiteSettings
from departments.schema_org import organization, publisher
from news.models import Article, ArticlePhoto
from portal import schema_org, sharing


def news_article(
    article: Article, card: sharing.Card, uses: list[ArticlePhoto], site: SiteSettings
) -> dict:
    """A public article as a NewsArticle. `card` and `uses`: as in `sharing.article_card`."""
    issuer = publisher(site)
    facts = {
        "mainEntityOfPage": card.address,
        "url": card.address,
        "headline": card.title,
        "description": card.description,
        "datePublished": _iso(card.published),
        "dateModified": _iso(card.modified),
        "articleSection": card.section,
        "inLanguage": settings.LANGUAGE_CODE,
        "image": _images(uses) or [schema_org.image(card.picture)],
        "author": _author(article, issuer),
        "publisher": issuer,
    }
    known = {name: fact for name, fact in facts.items() if fact}
    return {"@context": schema_org.CONTEXT, "@type": "NewsArticle", **known}


def _iso(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _images(uses: list[ArticlePhoto]) -> list[dict]:
    pictures = ((sharing.picture_of(use.photo.image, alt=""), use.caption) for use in uses)
    return [schema_org.image(picture, caption) for picture, caption in pictures if picture]


def _author(article: Article, issuer: dict) -> dict:
    if article.byline:
        return {"@type": "Person", "name": article.byline}
    return {name: issuer[name] for name in ("@type", "name", "url")}


def website(site: SiteSettings) -> dict:
    """The site with its search, and the agency whose site it is."""
    home = sharing.absolute(reverse("home"))
    search = {
        "@type": "SearchAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": sharing.absolute(reverse("search")) + "?q={search_term_string}",
        },
        "query-input": "required name=search_term_string",
    }
    web = {
        "@type": "WebSite",
        "@id": f"{home}#website",
        "url": home,
        "name": site.name,
        "inLanguage": settings.LANGUAGE_CODE,
        "potentialAction": search,
    }
    agency = [organization(site.agency, contact=site.contact)] if site.agency else []
    return {"@context": schema_org.CONTEXT, "@graph": [web, *map(_within_graph, agency)]}


def _within_graph(facts: dict) -> dict:
    return {name: fact for name, fact in facts.items() if name != "@context"}
