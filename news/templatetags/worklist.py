"""The worklist on the first page of the admin, which is Django's own view."""

from django import template

from news import worklist as work
from news.counts import may_count
from news.models import Article
from news.trash import days_left
from portal.publishing import right

register = template.Library()


@register.inclusion_tag("admin/news/worklist.html", takes_context=True)
def worklist(context):
    """What waits for the member of staff who looks, and the buttons to begin something new."""
    user = context["request"].user
    return {
        "blocks": work.Worklist(user).blocks(),
        "may_count": may_count(user),
        "may_write": user.has_perm(right(Article, "add")),
    }


@register.filter
def screen(article) -> str:
    """The address of the article's screen."""
    return article.get_desk_url()


@register.filter
def sender(article) -> str:
    """Who submitted it."""
    return work.sender(article)


@register.filter
def days_in_trash(article) -> int:
    """Days left until the trash is emptied of it."""
    return days_left(article)
