"""From a Word file to a draft."""

from news.admin.screen import NewsroomScreen


class WordMixin(NewsroomScreen):
    """A part of NewsroomAdmin."""
