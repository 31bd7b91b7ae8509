"""The ground of the newsroom's screens: whose rows, which addresses, what their pages are given."""

from django.db import connection
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse

from portal.admin import PortalModelAdmin


class NewsroomScreen(PortalModelAdmin):
    """What every part of NewsroomAdmin builds on. The parts add to these by `super()`."""

    def get_queryset(self, request):
        rows = super().get_queryset(request).defer("body")
        return rows.visible_to(request.user)

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is None:
            return None
        whole = self.model._base_manager.filter(pk=row.pk)
        if request.method == "POST" and connection.in_atomic_block:
            # Saving writes every column: a publication meanwhile must wait, not be undone.
            whole = whole.select_for_update(of=("self",), no_key=True)
        return whole.first()  # None: merged or discarded by a second click meanwhile

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        if obj is None or not allowed:
            return allowed
        return obj.can_be_edited_by(request.user)

    def has_delete_permission(self, request, obj=None):
        return False  # an article is withdrawn, a working copy discarded

    def lookup_allowed(self, lookup, value, request=None):
        """The lists' own filters have names of their own: no column is asked through an address."""
        return lookup in {getattr(one, "parameter_name", one) for one in self.list_filter}

    # ── Addresses and pages ─────────────────────────────────────────────────────────────────────
    def url_of(self, name, article) -> str:
        """The address of a screen of this article: "change", "preview", "history"…"""
        return reverse(f"admin:news_{self.opts.model_name}_{name}", args=[article.pk])

    def visible_article(self, request, pk):
        """The article if the user may see it, whole; else 404: not even a title leaks."""
        article = self.get_object(request, str(pk))
        if article is None:
            raise Http404
        return article

    def page(self, request, template, context, *, article=None, status=200):
        """A page of the desk about an article, with what every admin page needs."""
        context = {"opts": self.opts, "article": article} | context
        context = self.admin_site.each_context(request) | context
        return TemplateResponse(request, f"admin/news/{template}", context, status=status)

    def form_context(self, request, article) -> dict:
        """What the writer's form shows besides its fields; `article` is None for a new one."""
        return {"article": article}

    def status_context(self, request, article) -> dict:
        """What the page of an article shows that is not edited where it stands."""
        return {"article": article}
