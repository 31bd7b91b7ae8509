"""Taking down what is public: a page of its own, for it weighs."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext

from news.admin.screen import NewsroomScreen
from portal.publishing import CHANGED_MEANWHILE, Refused, Takedown


class TakedownMixin(NewsroomScreen):
    """Under a notice, moved or removed: the reason is kept, the notice is shown to readers."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.withdraw_view)
        name = f"news_{self.opts.model_name}_withdraw"
        return [path("<int:pk>/withdraw/", view, name=name), *super().get_urls()]

    def withdraw_view(self, request, pk):
        article = self.visible_article(request, pk)
        if not article.can("withdraw", request.user) or article.is_scheduled:
            return self._not_now(request, article)
        if request.method == "POST":
            try:
                return self._take_down(request, article)
            except Refused as refusal:
                return self._ask_how(request, article, refusal.reasons)
        return self._ask_how(request, article, [])

    def _not_now(self, request, article):
        """No right at all, or somebody else has withdrawn it meanwhile: its own page says."""
        if not request.user.has_perm("news.withdraw_article"):
            raise PermissionDenied
        return redirect(self.url_of("change", article))

    def _ask_how(self, request, article, errors):
        context = {
            "title": gettext("Withdraw the article"),
            "takedowns": Takedown,
            "errors": errors,
            "typed": request.POST,
            "chosen": request.POST.get("takedown") or Takedown.NOTICE,
        }
        status = 400 if errors else 200
        return self.page(request, "withdraw.html", context, article=article, status=status)

    def _take_down(self, request, article):
        post = request.POST
        if not post.get("reason", "").strip():
            raise Refused(gettext("Write for the other editors why it is withdrawn."))
        if post.get("version") != str(article.version):
            raise Refused(CHANGED_MEANWHILE)
        with transaction.atomic():
            article.withdraw(
                post.get("takedown", ""),
                by=request.user,
                notice=post.get("notice", ""),
                redirect_to=post.get("redirect_to", "").strip(),
                reason=post["reason"],
            )
        messages.success(request, gettext("Withdrawn."))
        return redirect(self.url_of("change", article))
