"""The admin's common ground, and the accounts."""

import datetime

from django import forms
from django.contrib import admin
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.widgets import (
    AdminURLFieldWidget,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.validators import MinValueValidator
from django.db import models
from django.http import Http404
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.files import UploadField, store_ahead
from portal.models import Synonym, User
from portal.publishing import Publishable
from portal.text import row_number

admin.site.site_title = _("Portal administration")
admin.site.site_header = _("Portal administration")
admin.site.index_title = _("What would you like to do?")
admin.site.enable_nav_sidebar = False
# One sign in what is empty everywhere; the default "-" reads like a value.
admin.site.empty_value_display = "–"


def yes_or_no(value: bool | None) -> str:
    """A sign with its word in the language of the screen; Django's own says True and False."""
    name, word = _ANSWERS[value]
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{name}.svg"), word)


_ANSWERS = {True: ("yes", _("Yes")), False: ("no", _("No")), None: ("unknown", _("Unknown"))}
admin_list._boolean_icon = yes_or_no  # lists and read-only fields look it up there when they draw


def view_on_site(request, content_type_id, object_id):
    """Lead from a screen to the public page of its row, as Django's own view does.

    Not for what may be unpublished: its address holds its title, whoever asks. Those screens link
    to the public page themselves, once there is one.
    """
    try:
        model = ContentType.objects.get_for_id(content_type_id).model_class()
    except (ContentType.DoesNotExist, ValueError):
        model = None
    if model is None or issubclass(model, Publishable):
        raise Http404
    return shortcut(request, content_type_id, object_id)


class DateTimeInput(forms.DateTimeInput):
    """One text field "23/01/2018 04:11": a date picker of the browser would ask in its own
    language, which on many office machines is English with the month first."""

    def __init__(self, attrs=None):
        hint = {"placeholder": _("dd/mm/yyyy hh:mm"), "class": "vDateTimeField", "size": 18}
        super().__init__(attrs=hint | (attrs or {}))


class OnlyRows:
    """A search-as-you-type field that is shown again with what is no row's number shows nothing."""

    def optgroups(self, name, value, attrs=None):
        return super().optgroups(name, [pk for pk in value if row_number(pk)], attrs)


class Autocomplete(OnlyRows, AutocompleteSelect):
    pass


class AutocompleteSeveral(OnlyRows, AutocompleteSelectMultiple):
    pass


class PortalFields:
    """How every screen and inline of the portal asks for times and addresses."""

    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": DateTimeInput,
            "validators": [MinValueValidator(datetime.datetime(1945, 1, 1, tzinfo=datetime.UTC))],
        },
        models.URLField: {"assume_scheme": "https", "widget": AdminURLFieldWidget},
    }

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A choice may offer to add what is missing; to change it there is its own screen."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            field.widget.can_change_related = False
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", Autocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", AutocompleteSeveral(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class PortalModelAdmin(PortalFields, admin.ModelAdmin):
    """What every screen of the portal shares."""

    list_per_page = 50
    # Said when something cannot be deleted: why, and what to do instead.
    keep_instead = ""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Files of the row itself are stored first, so that a full disk is said at their field."""
        if self.has_add_permission(request) or self.has_change_permission(request):
            for field in self.opts.fields:
                if isinstance(field, UploadField) and field.name in request.FILES:
                    store_ahead(request.FILES[field.name], field.admit)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        context = {"keep_instead": self.keep_instead} | (extra_context or {})
        return super().delete_view(request, object_id, context)


class UserAdmin(DjangoUserAdmin):
    """Accounts. Rights come from groups alone; only a superuser makes superusers."""

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("last_name", "first_name", "email")}),
        (_("Rights"), {"fields": ("groups", "is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "email", "last_name", "first_name")}),
        (_("Password"), {"fields": ("password1", "password2")}),
        (_("Rights"), {"fields": ("groups", "is_staff")}),
    )
    list_display = ("username", "last_name", "first_name", "email", "is_active", "is_staff")
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":  # three ticks say more than two boxes with arrows
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        fields = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fields
        own = ("groups", "is_staff", "is_active") if obj == request.user else ()
        return (*fields, "is_superuser", *own)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self._not_superior(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self._not_superior(request, obj)

    @staticmethod
    def _not_superior(request, obj) -> bool:
        return obj is None or request.user.is_superuser or not obj.is_superuser


admin.site.register(User, UserAdmin)
# What a group may do is decided in a migration, beside the verbs: no screen changes it.
admin.site.unregister(Group)


@admin.register(Synonym)
class SynonymAdmin(PortalModelAdmin):
    """Groups of words that search takes for one another; a change holds from the next search on."""

    list_display = ("words",)
    search_fields = ("terms",)

    @admin.display(description=_("words"), ordering="terms")
    def words(self, group):
        return str(group)
