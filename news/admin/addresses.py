"""Where the newsroom's screens are."""

from news.models import Article


def screen_of(article: Article) -> str:
    """The address of the article's own screen."""
    return article.get_desk_url()
