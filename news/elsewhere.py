"""What the news knows of a unit or a person, for the pages that departments gives them."""

import re
from dataclasses import dataclass

from django.db.models import Value
from django.db.models.functions import StrIndex
from django.utils import timezone

from departments.models import Department, Person
from news.models import Article, ArticlePerson, ArticlePhoto, Conference
from news.newest import newest_ids, of_unit_or_concerning
from portal.prepared import Prepared

OF_UNIT = 10
OF_PERSON = 20
PHOTOS = 12
# The articles among whose photos a person is looked for, the newest.
LOOKED_AT = 100


def news_of_unit(unit: Department) -> list[Article]:
    """The newest articles that come from the unit or concern it, each once; one query."""
    return _of_unit(unit=unit.pk, now=timezone.now())


@Prepared
def _of_unit(unit, now):
    parts = of_unit_or_concerning(Article.objects.published(at=now), unit)
    articles = Article.objects.filter(pk__in=newest_ids(parts, rows=OF_UNIT))
    return _headlines(articles).order_by("-publish_at", "-pk")


@dataclass(frozen=True)
class NewsOfPerson:
    """The newest articles in which a person appears in some post, and photos whose captions
    name the person."""

    articles: list[Article]
    photos: list[ArticlePhoto]


def news_of_person(person: Person) -> NewsOfPerson:
    """What a person's page shows of the news; two queries."""
    now = timezone.now()
    articles = _of_person(person=person.pk, now=now)
    uses = _photos_naming(name=person.full_name, person=person.pk, now=now)
    return NewsOfPerson(articles[:OF_PERSON], _photos(person.full_name, articles, uses))


@Prepared
def _of_person(person, now):
    ids = newest_ids(_articles_with(person, at=now), rows=LOOKED_AT)
    return _headlines(Article.objects.filter(pk__in=ids)).order_by("-publish_at", "-pk")


@Prepared
def _photos_naming(name, person, now):
    """The newest photos of those articles in whose captions these letters stand."""
    ids = newest_ids(_articles_with(person, at=now), rows=LOOKED_AT)
    return (
        ArticlePhoto.objects.filter(article__in=ids)
        .alias(place=StrIndex("caption", Value(name)))
        .filter(place__gt=0)
        .select_related("photo")
        .order_by("-article__publish_at", "-article", "order", "pk")[: PHOTOS * 4]
    )


def _photos(full_name: str, articles: list[Article], uses: list) -> list[ArticlePhoto]:
    """Those that name the person in full, each with its article."""
    # "Nguyễn Thị Hà" is not "Nguyễn Thị Hà" + "ng"; databases do not know where a word ends.
    name = re.compile(rf"(?<!\w){re.escape(full_name)}(?!\w)")
    by_id = {article.pk: article for article in articles}
    found = [use for use in uses if use.article_id in by_id and name.search(use.caption)]
    for use in found:
        use.article = by_id[use.article_id]
    return found[:PHOTOS]


def _headlines(articles):
    return articles.select_related("category").only("title", "slug", "publish_at", "category__name")


def _articles_with(person: int, *, at) -> list:
    """Two querysets: articles that name the person, and those of conferences he or she chaired."""
    named = ArticlePerson.objects.filter(appointment__person=person).values("article")
    chaired = Conference.objects.filter(chair__person=person).values("article")
    published = Article.objects.published(at=at)
    return [published.filter(pk__in=named), published.filter(pk__in=chaired)]
