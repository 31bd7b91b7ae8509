"""What the news knows of a unit or a person, for the pages that departments gives them."""

import re

from django import template
from django.db.models import Q

from departments.models import Department, Person
from news.models import Article, ArticleDepartment, ArticlePerson, ArticlePhoto, Conference

register = template.Library()

OF_UNIT = 10
OF_PERSON = 20
PHOTOS = 12


@register.simple_tag
def news_of_unit(unit: Department) -> list[Article]:
    """The newest articles that come from the unit or concern it, each once; one query."""
    concerned = ArticleDepartment.objects.filter(department=unit).values("article")
    articles = Article.objects.published().filter(Q(department=unit) | Q(pk__in=concerned))
    return list(_headlines(articles)[:OF_UNIT])


@register.simple_tag
def news_of_person(person: Person) -> list[Article]:
    """The newest articles in which the person appears in some post; one query."""
    return list(_headlines(_articles_with(person))[:OF_PERSON])


@register.simple_tag
def photos_of_person(person: Person) -> list[ArticlePhoto]:
    """The newest photos of those articles whose caption names the person in full; one query."""
    uses = (
        ArticlePhoto.objects.filter(article__in=_articles_with(person).order_by().values("pk"))
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


def _articles_with(person: Person):
    named = ArticlePerson.objects.filter(appointment__person=person).values("article")
    chaired = Conference.objects.filter(chair__person=person).values("article")
    return Article.objects.published().filter(Q(pk__in=named) | Q(pk__in=chaired))
