"""The newsroom: how staff write, illustrate and publish. Each module registers its screens."""

from news.admin import articles, categories, photos

__all__ = ["articles", "categories", "photos"]
