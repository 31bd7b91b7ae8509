"""Lists of articles: filters, folded search, actions on several, the trash, copies."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from news.admin.screen import NewsroomScreen


class ListsMixin(NewsroomScreen):
    """The lists."""

    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, article):
        if article.is_working_copy:
            return format_html("{}: {}", _("Changes to"), article.title)
        return article.title

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, article):
        return article.status_line
