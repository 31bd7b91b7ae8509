"""Categories, and the line over the whole site."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from news.models import Category, UrgentNotice
from portal.admin import PortalModelAdmin
from portal.hosts import LinkForm


@admin.register(Category)
class CategoryAdmin(PortalModelAdmin):
    list_display = ["name", "parent", "order"]
    list_editable = ["order"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    fields = ["name", "parent", "description", "order", "slug"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "order":  # in the list it has no label of its own
            field.widget.attrs["aria-label"] = field.label
        return field


@admin.register(UrgentNotice)
class UrgentNoticeAdmin(PortalModelAdmin):
    """A line over the whole site; the clock shows and hides it."""

    list_display = ("text", "starts_at", "ends_at", "shown")
    search_fields = ("text",)
    form = LinkForm
    fields = ("text", "link", "links_allowed", "starts_at", "ends_at")

    @admin.display(description=_("shown now"), boolean=True)
    def shown(self, notice):
        return notice.is_shown
