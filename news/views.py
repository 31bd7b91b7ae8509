"""Pages of the news: an article, lists, categories, the annual reviews.

Every list shows `published()`, an article's address `readable()`; staff previews the same page
with `visible_to(user)`.
"""

from itertools import groupby
from urllib.parse import unquote

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from news import filters, front_page, previews
from news.models import Article
from news.models.desk import PreviewLink
from news.paging import Page
from news.related import related_to
from portal import richtext
from portal.prepared import Prepared
from portal.publishing import Takedown

# The years a conference may have, as its model says.
REVIEW_YEARS = range(1945, 2201)


@Prepared
def _readable(pk, now):
    return Article.objects.readable(at=now).filter(pk=pk).with_parts().order_by()


class ArticleDetailView(View):
    """An article under its one address; other slugs lead there, what was removed answers 410."""

    template_name = "news/article_detail.html"
    is_preview = False

    def get_article(self) -> Article | None:
        return next(iter(_readable(pk=self.kwargs["pk"], now=timezone.now())), None)

    def get(self, request, *args, **kwargs):
        article = self.get_article()
        if article is None:
            return self.gone()
        address = self.address_of(article)
        if not self.is_preview and request.path != unquote(address):
            return HttpResponsePermanentRedirect(address + self.kept_query())
        return render(request, self.get_template_names(), self.get_context(article))

    def get_template_names(self) -> str:
        return self.template_name

    def address_of(self, article: Article) -> str:
        return article.get_absolute_url()

    def kept_query(self) -> str:
        """What a redirect takes along of the query: nothing means anything here."""
        return ""

    def gone(self):
        """What answers for an article that cannot be read (any more)."""
        article = get_object_or_404(Article.objects.once_public(), pk=self.kwargs["pk"])
        if article.takedown == Takedown.MOVED and article.deleted_at is None:
            return HttpResponsePermanentRedirect(article.redirect_to)
        context = {"article": article, "gone_on": article.deleted_at or article.withdrawn_at}
        return render(self.request, "410.html", context, status=410)

    def get_context(self, article: Article) -> dict:
        # Files follow `published()`: an expired or withdrawn article shows its text alone.
        shows_files = self.is_preview or article.is_public
        uses = article.shown_photos if shows_files else []
        return {
            "article": article,
            "is_preview": self.is_preview,
            "is_indexed": not self.is_preview and article.is_public,
            "section": "reports" if article.kind == Article.Kind.REPORT else "news",
            "uses": uses,
            "parts": body_parts(article.body, uses),
            "attachments": article.shown_files if shows_files else [],
            **self.get_further(article),
        }

    def get_further(self, article: Article) -> dict:
        return {"related": related_to(article)}


class ArticlePrintView(ArticleDetailView):
    """The article alone, on a small page for paper; `?tai-ve`: with its photos in one file."""

    template_name = "news/article_print.html"

    @property
    def is_kept(self) -> bool:
        return "tai-ve" in self.request.GET

    def address_of(self, article: Article) -> str:
        return article.get_print_url()

    def kept_query(self) -> str:
        return "?tai-ve" if self.is_kept else ""

    def get_further(self, article: Article) -> dict:
        return {"is_paper": True, "embeds": self.is_kept}

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        if self.is_kept and response.status_code == 200:
            name = f"{self.kwargs['slug']}.html"
            response["Content-Disposition"] = content_disposition_header(True, name)
        return response


def body_parts(body: str, uses: list) -> list:
    """The text cut at its photos: stretches of HTML and the uses of photos between them.

    Photos that have no place in the text follow it; a place without a photo shows nothing. Each
    part is a dict with "html" or "use"; the first photo has "is_first".
    """
    by_ref = {use.ref: use for use in uses}
    parts = []
    for html, ref in richtext.parts(body):
        if ref is None:
            parts.append({"html": html})
        elif ref in by_ref:
            parts.append({"use": by_ref.pop(ref)})
    parts += [{"use": use} for use in by_ref.values()]
    first = next((part for part in parts if "use" in part), {})
    first["is_first"] = True
    return parts


@method_decorator(never_cache, name="dispatch")
class PreviewView(ArticleDetailView):
    """The public page of what is not public yet, under a bar; `?rong=360`: on a screen so wide.

    The narrow screen is a frame (news/preview_screen.html) around the same address with `?khung`:
    only a frame has the width that the stylesheet asks for.
    """

    is_preview = True

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        if self.is_framed:
            # The answer that pages of this site may frame; any other stays refused to all.
            response["X-Frame-Options"] = "SAMEORIGIN"
            response.policy_kind = "framed"
        elif self.screen:
            response.policy_kind = "framing"
        return response

    @property
    def is_framed(self) -> bool:
        """Whether this is what stands in the frame, and not the same address opened alone."""
        destination = self.request.headers.get("Sec-Fetch-Dest", "iframe")
        return "khung" in self.request.GET and destination == "iframe"

    @property
    def screen(self) -> int | None:
        """The width that is asked for, if it is one of those offered."""
        asked = self.request.GET.get("rong", "")
        return next((width for width in previews.WIDTHS if str(width) == asked), None)

    def get_template_names(self) -> str:
        return "news/preview_screen.html" if self.screen else super().get_template_names()

    def get_context(self, article: Article) -> dict:
        return super().get_context(article) | {
            "is_framed": self.is_framed,
            "screen": self.screen,
            "widths": previews.WIDTHS,
            "link": None,
            "back_url": "",
        }


class ArticlePreviewView(PreviewView):
    """A preview for staff who may see the article, with the way back to its screen; kwargs: pk."""

    def get_article(self) -> Article | None:
        articles = Article.objects.visible_to(self.request.user)
        return articles.filter(pk=self.kwargs["pk"]).with_parts().first()

    def get(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return super().get(request, *args, **kwargs)

    def gone(self):
        raise Http404

    def get_context(self, article: Article) -> dict:
        return super().get_context(article) | {"back_url": article.get_desk_url()}


class PreviewLinkView(PreviewView):
    """The public page of an article for whoever holds a link to it; kwargs: key.

    Once the article is public the link leads to its page. 410 says that a link has ended, 404
    that there is none of this key (also: the working copy that it showed is merged or discarded).
    """

    is_preview = True

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        # The address is the key: no site that the article links to may learn it.
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get(self, request, *args, **kwargs):
        self.link = previews.open_links().filter(key=self.kwargs["key"]).first()
        response = super().get(request, *args, **kwargs)
        if self.link:
            previews.let_files_through(response, self.link, is_secure=request.is_secure())
        return response

    def get_article(self) -> Article | None:
        if self.link is None:
            return None
        return Article.objects.filter(pk=self.link.article_id).with_parts().first()

    def gone(self):
        link = PreviewLink.objects.filter(key=self.kwargs["key"]).select_related("article").first()
        if link and self._leads_to_public_page(link):
            return HttpResponseRedirect(link.article.get_absolute_url())
        status = 410 if link else 404
        context = {"is_known": link is not None, "status": status}
        return render(self.request, "news/preview_ended.html", context, status=status)

    @staticmethod
    def _leads_to_public_page(link: PreviewLink) -> bool:
        if link.revoked_at or link.article.deleted_at:
            return False
        return Article.objects.once_public().filter(pk=link.article_id).exists()

    def get_context(self, article: Article) -> dict:
        return super().get_context(article) | {"link": self.link}


class ArticleListView(TemplateView):
    """A list of articles in pages of ten, narrowed by filters: `?nam=2018&trang=2`."""

    template_name = "news/article_list.html"

    def get_context_data(self, **kwargs):
        self.categories = filters.categories()
        chosen = filters.Filters(self.request.GET, self.categories, of=self.get_category())
        page = Page(chosen.choice, self.request, chosen.kept)
        return super().get_context_data(
            page=page,
            filters=chosen,
            kinds=filters.KINDS,
            categories=self.categories,
            section="news",
            **self.get_heading(),
            **kwargs,
        )

    def get_category(self):
        return None

    def get_heading(self) -> dict:
        return {
            "heading": gettext("News articles"),
            "description": gettext("The newest articles, reports and notices."),
            "feed": reverse("news:feed"),
            "steps_below": [],
        }


class CategoryDetailView(ArticleListView):
    """The articles of a category and of all below it."""

    template_name = "news/category_detail.html"

    def get_category(self):
        of_slug = (one for one in self.categories if one.slug == self.kwargs["slug"])
        self.category = next(of_slug, None)
        if self.category is None:
            raise Http404
        return self.category

    def get_heading(self) -> dict:
        category, above = self.category, self.category.parent_id
        parent = next((one for one in self.categories if one.pk == above), None)
        steps = [gettext("News articles"), reverse("news:article_list")]
        steps += [parent.name, parent.get_absolute_url()] if parent else []
        about = gettext("News of “%(name)s”.") % {"name": category.name}
        return {
            "heading": category.name,
            "description": category.description or about,
            "feed": reverse("news:category_feed", args=[category.slug]),
            "steps_below": steps,
            "category": category,
            "parent": parent,
            "children": [one for one in self.categories if one.parent_id == self.category.pk],
        }


@Prepared
def _reports(now):
    return (
        front_page.reviews(at=now)
        .select_related("conference__chair__person", "conference__chair__position__department")
        .with_files()
    )


@Prepared
def _reports_of(year, now):
    return _reports.build(now=now).filter(conference__review_year=year)


class ReportListView(TemplateView):
    """The annual reviews by the year under review, newest first; `?xep=chu-tri`: by chair."""

    template_name = "news/report_list.html"

    def get_reports(self) -> list[Article]:
        return _reports(now=timezone.now())

    def get_context_data(self, **kwargs):
        by_chair = self.request.GET.get("xep") == "chu-tri"
        sections = _by_chair(self.get_reports()) if by_chair else _by_year(self.get_reports())
        return super().get_context_data(
            sections=sections, by_chair=by_chair, section="reports", **kwargs
        )


def _by_year(reports) -> list:
    """Pairs of a year under review and its reports, in the order of the reports."""
    years = groupby(reports, key=lambda report: report.conference.review_year)
    return [(year, list(of_year)) for year, of_year in years]


def _by_chair(reports) -> list:
    """Pairs of the person who chaired and the reports, by given name; None comes last."""
    chairs: dict = {}
    for report in reports:
        chair = report.conference.chair
        chairs.setdefault(chair.person if chair else None, []).append(report)
    return sorted(
        chairs.items(), key=lambda pair: (pair[0] is None, pair[0].sort_key if pair[0] else "")
    )


class ReportYearView(ReportListView):
    template_name = "news/report_year.html"

    def get_reports(self) -> list[Article]:
        if self.kwargs["year"] not in REVIEW_YEARS:
            raise Http404
        return _reports_of(year=self.kwargs["year"], now=timezone.now())
