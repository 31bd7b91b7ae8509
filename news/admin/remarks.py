"""Remarks of staff to one another about an article. Readers and versions know nothing of them."""

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from news.admin.panels import PANEL_HEADER, PanelsMixin
from news.models.desk import Remark
from news.versions import knows_all


class RemarkForm(forms.ModelForm):
    """A new remark."""

    class Meta:
        model = Remark
        fields = ["text"]
        labels = {"text": _("New remark")}
        error_messages = {"text": {"required": _("Write the remark first.")}}


class RemarksMixin(PanelsMixin):
    """What staff who may see an article tell each other about it.

    Remarks hang on the live article, whichever of its forms they are written on, and so outlive
    working copies.
    """

    def get_urls(self):
        view, name = self.admin_site.admin_view, f"news_{self.opts.model_name}"
        own = [
            path(
                "<int:pk>/remarks/",
                view(require_POST(self.add_remark_view)),
                name=f"{name}_remark",
            ),
            path(
                "<int:pk>/remarks/<int:remark>/delete/",
                view(require_POST(self.delete_remark_view)),
                name=f"{name}_remark_delete",
            ),
        ]
        return [*own, *super().get_urls()]

    def form_context(self, request, article):
        return super().form_context(request, article) | self._remarks_context(request, article)

    def status_context(self, request, article):
        return super().status_context(request, article) | self._remarks_context(request, article)

    def add_remark_view(self, request, pk):
        """Add a remark; POST field "text"."""
        article = self._discussed_article(request, pk)
        remark = Remark(article_id=article.draft_of_id or article.pk, by=request.user)
        form = RemarkForm(request.POST, instance=remark)
        if not form.is_valid():
            return self._refused(request, article, form)
        form.save()
        return self._answered(request, article, gettext("The remark is added."))

    def delete_remark_view(self, request, pk, remark):
        """Delete one's own remark; those of others answer 404."""
        article = self._discussed_article(request, pk)
        own = Remark.objects.filter(article=article.draft_of_id or article.pk, by=request.user)
        get_object_or_404(own, pk=remark).delete()
        typed = request.POST.get("text", "")  # a new one, begun and not added yet
        return self._answered(request, article, gettext("The remark is deleted."), typed=typed)

    def _discussed_article(self, request, pk):
        """What is said of a draft is between its author and the reviewers, also later."""
        article = self.visible_article(request, pk)
        if not _takes_part(request.user, article):
            raise Http404
        return article

    def _answered(self, request, article, said, *, typed=""):
        context = self._remarks_context(request, article)
        context["remarks"]["typed"] = typed
        return self.panel(request, article, "remarks", context, said=said)

    def _refused(self, request, article, form):
        """Say why; what was typed stays in its box, also without JavaScript."""
        said = " ".join(form.errors["text"])
        context = self._remarks_context(request, article)
        context["remarks"]["typed"] = form["text"].value()
        if PANEL_HEADER in request.headers:
            return self.panel(request, article, "remarks", context, said=said, is_error=True)
        context |= {"title": article.title, "said": said, "is_error": True}
        return self.page(request, "remark_refused.html", context, article=article, status=422)

    def _remarks_context(self, request, article) -> dict:
        if article is None or not _takes_part(request.user, article):
            return {}
        rows = Remark.objects.filter(article=article.draft_of_id or article.pk)
        shown = [
            {"row": remark, "delete_url": self._delete_url(article, remark, request.user)}
            for remark in rows.select_related("by")
        ]
        add_url = self.url_of("remark", article)
        return {"remarks": {"rows": shown, "add_url": add_url, "form": RemarkForm()}}

    def _delete_url(self, article, remark, user) -> str:
        if remark.by_id != user.pk:
            return ""
        name = f"admin:news_{self.opts.model_name}_remark_delete"
        return reverse(name, args=[article.pk, remark.pk])


def _takes_part(user, article) -> bool:
    return knows_all(user, article) or knows_all(user, article.draft_of or article)
