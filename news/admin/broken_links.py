"""The links of an article that lead to nothing, on its form and on its page."""

from news import broken_links
from news.admin.screen import NewsroomScreen
from news.models import BrokenLink
from portal import richtext


class BrokenLinksMixin(NewsroomScreen):
    """What the last look at the links found, as far as the text still holds it."""

    def form_context(self, request, article):
        return super().form_context(request, article) | _found(article)

    def status_context(self, request, article):
        return super().status_context(request, article) | _found(article)


def _found(article) -> dict:
    """Of a working copy: what is broken in the live article and not mended here yet."""
    if article is None or not any(richtext.links(article.body)):
        return {"broken_links": []}
    live = article.draft_of_id or article.pk
    rows = BrokenLink.objects.filter(article=live)
    return {"broken_links": broken_links.still_in(article.body, rows)}
