"""The agency, its people and its contact details."""

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from departments.models import (
    Appointment,
    Contact,
    Department,
    Person,
    Position,
    SiteSettings,
)
from portal.admin import PortalFields, PortalModelAdmin


class ContactInline(PortalFields, admin.StackedInline):
    model = Contact
    extra = 0
    fields = [
        ("label", "kind"),
        "address",
        ("phone", "fax"),
        ("email", "website"),
        "opening_hours",
        ("valid_from", "valid_until", "order"),
    ]


class PositionInline(admin.TabularInline):
    model = Position
    extra = 0
    fields = ["title", "rank", "seats", "is_leadership"]


class AppointmentInline(admin.StackedInline):
    model = Appointment
    extra = 0
    autocomplete_fields = ["position"]
    fields = [
        "position",
        ("started_on", "start_precision", "ended_on"),
        ("is_acting", "decision_number"),
        "duties",
    ]


@admin.register(Department)
class DepartmentAdmin(PortalModelAdmin):
    list_display = ["name", "kind", "parent", "order", "closed_on"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["name", "short_name", "aliases"]
    autocomplete_fields = ["parent"]
    inlines = [ContactInline, PositionInline]
    fieldsets = [
        (None, {"fields": ["name", "short_name", "kind", "parent", "order"]}),
        (_("Functions and duties"), {"fields": ["functions"]}),
        (
            _("Other settings"),
            {
                "classes": ["collapse"],
                "fields": [
                    "aliases",
                    "slug",
                    "picture",
                    "founded_on",
                    "closed_on",
                    "legal_basis",
                ],
            },
        ),
    ]


@admin.register(Person)
class PersonAdmin(PortalModelAdmin):
    list_display = ["full_name", "email", "phone"]
    search_fields = ["full_name"]
    inlines = [AppointmentInline]
    fieldsets = [
        (None, {"fields": ["full_name", "portrait", ("email", "phone"), "biography"]}),
        (_("Other settings"), {"classes": ["collapse"], "fields": ["slug"]}),
    ]


@admin.register(Position)
class PositionAdmin(PortalModelAdmin):
    list_display = ["title", "department", "rank", "seats", "is_leadership"]
    list_select_related = ["department"]
    search_fields = ["title", "department__name", "department__short_name"]
    autocomplete_fields = ["department"]


@admin.register(Appointment)
class AppointmentAdmin(PortalModelAdmin):
    list_display = ["person", "position", "started_on", "ended_on", "is_acting"]
    list_select_related = ["person", "position__department"]
    search_fields = ["person__full_name", "position__title", "position__department__name"]
    autocomplete_fields = ["person", "position"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person", "position__department")


@admin.register(SiteSettings)
class SiteSettingsAdmin(PortalModelAdmin):
    """One row: its list is its form."""

    autocomplete_fields = ["agency"]

    def changelist_view(self, request, extra_context=None):
        row = SiteSettings.objects.first()
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if row:
            return redirect(reverse(f"{name}_change", args=[row.pk]))
        return redirect(reverse(f"{name}_add"))

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False
