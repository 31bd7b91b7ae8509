"""The article as readers will see it, for staff and by links for those without an account."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from news import previews
from news.admin.panels import PanelsMixin
from news.models.desk import PreviewLink
from news.views import ArticlePreviewView
from portal.sharing import absolute


class PreviewLinkForm(forms.Form):
    """For how long a new link is valid."""

    days = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[(days, ngettext_lazy("%d day", "%d days") % days) for days in previews.DAYS],
        initial=previews.DEFAULT_DAYS,
        coerce=int,
    )


class PreviewsMixin(PanelsMixin):
    """The public page of what is not public yet, and links to it."""

    def get_urls(self):
        view, name = self.admin_site.admin_view, f"news_{self.opts.model_name}"
        own = [
            path("<int:pk>/preview/", view(ArticlePreviewView.as_view()), name=f"{name}_preview"),
            path(
                "<int:pk>/preview-links/",
                view(require_POST(self.make_link_view)),
                name=f"{name}_preview_link",
            ),
            path(
                "<int:pk>/preview-links/<int:link>/revoke/",
                view(require_POST(self.revoke_link_view)),
                name=f"{name}_preview_revoke",
            ),
        ]
        return [*own, *super().get_urls()]

    def form_context(self, request, article):
        address = article and self.url_of("preview", article)
        shown = super().form_context(request, article) | {"preview_url": address}
        return shown | self._links_context(request, article)

    def status_context(self, request, article):
        address = self.url_of("preview", article)
        shown = super().status_context(request, article) | {"preview_url": address}
        return shown | self._links_context(request, article)

    def make_link_view(self, request, pk):
        """Make a link to the article as it is saved; POST field "days"."""
        article = self._shared_article(request, pk)
        if not previews.can_be_shown(article):
            said = gettext("Readers see the article already: send them its own address.")
            return self._answer(request, article, said, is_error=True)
        form = PreviewLinkForm(request.POST)
        if not form.is_valid():
            return self._answer(request, article, gettext("Choose for how long."), is_error=True)
        previews.make(article, by=request.user, days=form.cleaned_data["days"])
        return self._answer(request, article, gettext("The link is made. Copy it and send it."))

    def revoke_link_view(self, request, pk, link):
        article = self._shared_article(request, pk)
        link = get_object_or_404(PreviewLink, pk=link, article=article)
        if not previews.can_be_revoked_by(link, request.user):
            raise PermissionDenied
        previews.revoke(link)
        return self._answer(request, article, gettext("The link is revoked; it shows nothing now."))

    def _shared_article(self, request, pk):
        article = self.visible_article(request, pk)
        if not previews.can_be_shared_by(article, request.user):
            raise PermissionDenied
        return article

    def _links_context(self, request, article) -> dict:
        if article is None or not previews.can_be_shown(article):
            return {}
        if not previews.can_be_shared_by(article, request.user):
            return {}
        rows = previews.open_links().filter(article=article).select_related("by")
        links = [
            {
                "row": link,
                "address": absolute(reverse("news:preview_link", args=[link.key])),
                "revoke_url": self._revoke_url(article, link, request.user),
            }
            for link in rows
        ]
        make_url = self.url_of("preview_link", article)
        return {"previews": {"links": links, "make_url": make_url, "form": PreviewLinkForm()}}

    def _revoke_url(self, article, link, user) -> str:
        link.article = article  # not fetched for each link
        if not previews.can_be_revoked_by(link, user):
            return ""
        name = f"admin:news_{self.opts.model_name}_preview_revoke"
        return reverse(name, args=[article.pk, link.pk])

    def _answer(self, request, article, said, *, is_error=False):
        context = self._links_context(request, article)
        return self.panel(request, article, "previews", context, said=said, is_error=is_error)
