"""What is looked at before an article is published."""

from news.admin.screen import NewsroomScreen


class ChecksMixin(NewsroomScreen):
    """A part of NewsroomAdmin."""
