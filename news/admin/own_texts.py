"""Texts that their own authors published: another reviewer looks at them afterwards."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext

from news.admin.screen import NewsroomScreen
from news.models import Article, Transition
from portal.publishing import Refused, right
from portal.text import row_number

SHOWN = 100


class OwnTextsMixin(NewsroomScreen):
    """The list of what waits for approval after the fact, and its button."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.own_texts_view)
        return [path("own-texts/", view, name="news_own_texts"), *super().get_urls()]

    def own_texts_view(self, request):
        if not request.user.has_perm(right(Article, "publish")):
            raise PermissionDenied
        if request.method == "POST":
            return self._approve(request)
        steps = Transition.objects.to_approve().filter(article__deleted_at=None)
        steps = steps.filter(article__in=Article.objects.reviewed_by(request.user))
        steps = steps.select_related("article", "by").defer("article__body").order_by("at", "pk")
        context = {
            "title": gettext("Own texts to approve"),
            "rows": [(step, step.article.get_desk_url()) for step in steps[:SHOWN]],
        }
        return self.page(request, "own_texts.html", context)

    def _approve(self, request):
        pk = row_number(request.POST.get("step"))
        steps = Transition.objects.filter(article__in=Article.objects.reviewed_by(request.user))
        step = get_object_or_404(steps, pk=pk, is_own_text=True)
        try:
            step.approve(by=request.user)
            messages.success(request, gettext("Approved: %s") % step.article.title)
        except Refused as refusal:
            messages.error(request, " ".join(refusal.reasons))
        return redirect(reverse("admin:news_own_texts"))
