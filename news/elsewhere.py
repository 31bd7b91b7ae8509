"""What the news knows of a unit or a person, for the pages that departments gives them."""

import re

from django.utils import timezone

from departments.models import Department, Person
from news.models import Article, ArticlePerson, ArticlePhoto, Conference
from news.newest import newest_ids, of_unit_or_concerning
from portal.prepared import Prepared

OF_UNIT = 10
OF_PERSON = 20
PHOTOS = 12
# The articles among whose photos a person is looked for, the newest.
LOOKED_AT = 200


def news_of_unit(unit: Department) -> list[Article]:
    """The newest articles that come from the unit or concern it, each once; one query."""
    return _of_unit(unit=unit.pk, now=timezone.now())


@Prepared
def _of_unit(unit, now):
    parts = of_unit_or_concerning(Article.objects.published(at=now), unit)
    articles = Article.objects.filter(pk__in=newest_ids(parts, rows=OF_UNIT))
    return _headlines(articles).order_by("-publish_at", "-pk")


def news_of_person(person: Person) -> list[Article]:
    """The newest articles in which the person appears in some post; one query."""
    return _of_person(person=person.pk, now=timezone.now())


@Prepared
def _of_person(person, now):
    ids = newest_ids(_articles_with(person, at=now), rows=OF_PERSON)
    return _headlines(Article.objects.filter(pk__in=ids)).order_by("-publish_at", "-pk")


def photos_of_person(person: Person) -> list[ArticlePhoto]:
    """The newest photos of those articles whose caption names the person in full; one query."""
    articles = newest_ids(_articles_with(person.pk, at=timezone.now()), rows=LOOKED_AT)
    uses = (
        ArticlePhoto.objects.filter(article__in=articles)
        .filter(caption__contains=person.full_name)
        .select_related("photo", "article")
        .defer("article__body", "article__notice")
        .order_by("-article__publish_at", "-article", "order", "pk")
    )
    # "Nguyễn Thị Hà" is not "Nguyễn Thị Hà" + "ng"; databases do not know where a word ends.
    name = re.compile(rf"(?<!\w){re.escape(person.full_name)}(?!\w)")
    return [use for use in uses[: PHOTOS * 4] if name.search(use.caption)][:PHOTOS]


def _headlines(articles):
    return articles.select_related("category").only("title", "slug", "publish_at", "category__name")


def _articles_with(person: int, *, at) -> list:
    """Two querysets: articles that name the person, and those of conferences he or she chaired."""
    named = ArticlePerson.objects.filter(appointment__person=person).values("article")
    chaired = Conference.objects.filter(chair__person=person).values("article")
    published = Article.objects.published(at=at)
    return [published.filter(pk__in=named), published.filter(pk__in=chaired)]
