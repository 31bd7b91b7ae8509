"""What is typed is kept; two editors of one article see each other."""

from news.admin.screen import NewsroomScreen


class AutosaveMixin(NewsroomScreen):
    """A part of NewsroomAdmin."""
