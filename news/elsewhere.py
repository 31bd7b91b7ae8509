"""What the news knows of a unit or a person, for the pages that departments gives them."""

import re
from dataclasses import dataclass

from django.db.models import Value
from django.db.models.functions import StrIndex
from django.utils import timezone

from departments.models import Department, Person
from news.models import Article, ArticlePerson, ArticlePhoto, Conference
from news.newest import leading_to, newest_ids, of_unit_or_concerning
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
    values = {"person": person.pk, "now": timezone.now()}
    uses = _photos(**values, name=person.full_name)
    # "Nguyễn Thị Hà" is not "Nguyễn Thị Hà" + "ng"; databases do not know where a word ends.
    name = re.compile(rf"(?<!\w){re.escape(person.full_name)}(?!\w)")
    photos = [use for use in uses if name.search(use.caption)][:PHOTOS]
    return NewsOfPerson(_of_person(**values), photos)


@Prepared
def _of_person(person, now):
    ids = newest_ids(_leading_from(person, at=now), rows=OF_PERSON)
    return _headlines(Article.objects.filter(pk__in=ids)).order_by("-publish_at", "-pk")


@Prepared
def _photos(person, now, name):
    """The newest photos of the person's newest articles with the name in their caption."""
    articles = newest_ids(_leading_from(person, at=now), rows=LOOKED_AT)
    return (
        ArticlePhoto.objects.annotate(place=StrIndex("caption", Value(name)))
        .filter(article__in=articles, place__gt=0)
        .select_related("photo", "article")
        .only("caption", "alt", "is_decorative", "photo", "article__slug")
        .order_by("-article__publish_at", "-article_id", "order", "pk")[: PHOTOS * 4]
    )


def _headlines(articles):
    return articles.select_related("category").only("title", "slug", "publish_at", "category__name")


def _leading_from(person: int, *, at) -> list:
    """What leads to public articles: where the person is named, and conferences chaired."""
    published = Article.objects.published(at=at)
    return [
        leading_to(published, links.objects.filter(of_person=person)).distinct()
        for links in (ArticlePerson, Conference)
    ]
