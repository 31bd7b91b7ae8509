"""The article as readers will see it."""

from django.urls import path

from news.admin.screen import NewsroomScreen
from news.views import ArticlePreviewView


class PreviewsMixin(NewsroomScreen):
    """The public page of what is not public yet."""

    def get_urls(self):
        preview = self.admin_site.admin_view(ArticlePreviewView.as_view())
        name = f"news_{self.opts.model_name}_preview"
        return [path("<int:pk>/preview/", preview, name=name), *super().get_urls()]

    def form_context(self, request, article):
        address = article and self.url_of("preview", article)
        return super().form_context(request, article) | {"preview_url": address}

    def status_context(self, request, article):
        address = self.url_of("preview", article)
        return super().status_context(request, article) | {"preview_url": address}
