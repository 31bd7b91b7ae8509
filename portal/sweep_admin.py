"""The screens about foreign content: what the sweep found, and the two lists of sites."""

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import neutralise
from portal.admin import PortalModelAdmin
from portal.hosts import BlockedHost, TrustedHost
from portal.publishing import Refused
from portal.sweep_files import record_age
from portal.sweep_records import State, SweepFinding, SweepRun


class HostAdmin(PortalModelAdmin):
    """A list of sites; who added one and why stands beside it."""

    list_display = ("host", "reason", "added_by", "added_at")
    list_select_related = ("added_by",)
    search_fields = ("host", "reason")
    fields = ("host", "reason")

    def save_model(self, request, obj, form, change):
        if not change:
            obj.added_by = request.user
        super().save_model(request, obj, form, change)


admin.site.register(TrustedHost, HostAdmin)
admin.site.register(BlockedHost, HostAdmin)


@admin.register(SweepFinding)
class SweepFindingAdmin(PortalModelAdmin):
    """Findings are read, made harmless, taken back or accepted; nobody writes or deletes one."""

    list_display = ("shown_place", "kind", "shown_excerpt", "first_seen", "state")
    list_display_links = ("shown_place",)
    list_filter = ("state", "area", "kind")
    search_fields = ("table", "path", "excerpt")
    actions = None
    change_list_template = "admin/portal/sweep_list.html"
    change_form_template = "admin/portal/sweep_finding.html"

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.display(description=_("where"), ordering="area")
    def shown_place(self, finding):
        return format_html("{}<br>{}", finding.get_area_display(), finding.place)

    @admin.display(description=_("excerpt"))
    def shown_excerpt(self, finding):
        return finding.excerpt[:120]

    def changelist_view(self, request, extra_context=None):
        own = {
            "title": gettext("Sweep for foreign content"),
            "run": SweepRun.objects.first(),
            "open_count": SweepFinding.objects.filter(state=State.OPEN).count(),
            "record_age": record_age()[:10],
        }
        return super().changelist_view(request, own | (extra_context or {}))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The page of one finding: read only, with the buttons its state allows."""
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied
        finding = self.get_object(request, object_id)
        if finding is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST":
            return self._act(request, finding)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": gettext("Finding of the sweep"),
            "finding": finding,
            "row_url": _screen_of(finding),
            "may_act": self.has_change_permission(request, finding),
            "can_neutralise": neutralise.can(finding),
            "can_undo": neutralise.can_undo(finding),
            "can_accept": finding.state == State.OPEN,
        }
        return TemplateResponse(request, self.change_form_template, context)

    def _act(self, request, finding):
        if not self.has_change_permission(request, finding):
            raise PermissionDenied
        try:
            if "_neutralise" in request.POST:
                neutralise.neutralise(finding, by=request.user)
                said = gettext("It is neutralised. You can take that back here.")
            elif "_undo" in request.POST:
                neutralise.undo(finding, by=request.user)
                said = gettext("What stood there is back as it was.")
            else:
                neutralise.accept(finding, request.POST.get("reason", ""), by=request.user)
                said = gettext("The sweep will not name it again while it stays the same.")
            messages.success(request, said)
        except Refused as refusal:
            messages.error(request, " ".join(refusal.reasons))
        return redirect(request.path)


def _screen_of(finding: SweepFinding) -> str:
    """The screen of the row a finding lies in, "" where it has none."""
    models = (model for model in apps.get_models() if model._meta.db_table == finding.table)
    for meta in (model._meta for model in models):
        try:
            name = f"admin:{meta.app_label}_{meta.model_name}_change"
            return reverse(name, args=[finding.row])
        except NoReverseMatch:
            continue
    return ""
