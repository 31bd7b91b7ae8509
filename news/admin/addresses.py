"""Where the newsroom's screens are."""

from django.urls import reverse

from news.models import Article


def screen_of(article: Article) -> str:
    """The address of the article's own screen: reports have one of theirs."""
    model = "report" if article.kind == Article.Kind.REPORT else "article"
    return reverse(f"admin:news_{model}_change", args=[article.pk])
