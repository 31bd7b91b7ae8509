"""Past versions of an article: the list, the comparison in words, restoring one."""

from news.admin.screen import NewsroomScreen


class VersionsMixin(NewsroomScreen):
    """A part of NewsroomAdmin."""
