"""“Nhân bản”: a new draft from what an article holds."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from news.admin.screen import NewsroomScreen
from news.duplicate import duplicate


class DuplicateMixin(NewsroomScreen):
    """Copies an article by a button of its form and its status page."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.duplicate_view))
        name = f"news_{self.opts.model_name}_duplicate"
        return [path("<int:pk>/duplicate/", view, name=name), *super().get_urls()]

    def duplicate_view(self, request, pk):
        article = self.visible_article(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        draft = duplicate(article, by=request.user)
        messages.success(
            request, gettext("This is a copy of “%s”. Change what is new in it.") % article.title
        )
        return redirect(draft.get_desk_url())

    def form_context(self, request, article):
        return super().form_context(request, article) | self._address(request, article)

    def status_context(self, request, article):
        return super().status_context(request, article) | self._address(request, article)

    def _address(self, request, article) -> dict:
        shown = article and self.has_add_permission(request)
        return {"duplicate_url": self.url_of("duplicate", article) if shown else ""}
