"""The admin's common ground, and the accounts."""

import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.admin.templatetags import admin_list
from django.contrib.admin.utils import unquote
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
from django.db import models, transaction
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal import account_rights, audit
from portal.account_rights import FLAGS, AccountForm
from portal.audit_forms import Audited
from portal.audit_screen import AuditEntryAdmin
from portal.change_list import PortalChangeList
from portal.files import UploadField, store_ahead
from portal.hosts import LINKS_ALLOWED, LinkForm
from portal.models import AuditEntry, Synonym, User
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
    """A search-as-you-type field that takes numbers of rows alone, and shows nothing for others.

    A number longer than the database has would be an error there, not a wrong choice.
    """

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return [_choice(pk) for pk in value] if isinstance(value, list) else _choice(value)

    def optgroups(self, name, value, attrs=None):
        return super().optgroups(name, [pk for pk in value if row_number(pk)], attrs)


def _choice(value):
    return value if not value or row_number(value) else "?"


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

    def get_fieldsets(self, request, obj=None):
        """Whoever may only look is not asked whether the links may be shown."""
        fieldsets = super().get_fieldsets(request, obj)
        if not issubclass(self.form, LinkForm) or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, options | {"fields": [_without_question(line) for line in options["fields"]]})
            for title, options in fieldsets
        ]

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


def _without_question(line: str | tuple) -> str | tuple:
    """A line of a fieldset without the question of a LinkForm; an empty line shows nothing."""
    if line == LINKS_ALLOWED:
        return ()
    return line if isinstance(line, str) else tuple(one for one in line if one != LINKS_ALLOWED)


class PortalModelAdmin(Audited, PortalFields, admin.ModelAdmin):
    """What every screen of the portal shares."""

    list_per_page = 50
    # Said when something cannot be deleted: why, and what to do instead.
    keep_instead = ""

    def get_changelist(self, request, **kwargs):
        return PortalChangeList

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

    def response_action(self, request, queryset):
        """Say so too where several were chosen in the list."""
        response = super().response_action(request, queryset)
        if isinstance(response, TemplateResponse):
            response.context_data.setdefault("keep_instead", self.keep_instead)
        return response


class UserAdmin(PortalModelAdmin, DjangoUserAdmin):
    """Accounts. Rights come from groups alone; who may change what: portal.account_rights."""

    form = AccountForm
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
    keep_instead = _(
        "An account that has signed in or worked here is kept, so that texts, histories and the "
        "audit trail keep its name. Untick “Active” instead: nobody signs in with it any more."
    )

    # ── Who may ─────────────────────────────────────────────────────────────────────────────────
    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return super().has_view_permission(request, obj) and request.user.keeps_accounts

    def has_add_permission(self, request):
        return super().has_add_permission(request) and request.user.keeps_accounts

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and account_rights.may_change(request.user, obj or request.user)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj) and obj != request.user
        return allowed and account_rights.may_change(request.user, obj or request.user)

    def lookup_allowed(self, lookup, value, request=None):
        """The list's own filters alone: no other column is asked through an address."""
        return lookup in {f"{name}__exact" for name in FLAGS} | {"groups__id__exact"}

    # ── What they see ───────────────────────────────────────────────────────────────────────────
    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":  # three ticks say more than two boxes with arrows
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_fieldsets(self, request, obj=None):
        """Of a superior's account not even what the password was hashed with is shown."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return ((None, {"fields": ("username",)}), *fieldsets[1:])

    def get_readonly_fields(self, request, obj=None):
        """What is read-only is no field of the form: what is sent for it all the same is unread."""
        fields = set(super().get_readonly_fields(request, obj))
        if obj == request.user:
            fields |= set(account_rights.RIGHTS)
        if not request.user.is_superuser:
            fields.add("is_superuser")
        return sorted(fields)

    # ── What they do, and what is kept of it ────────────────────────────────────────────────────
    def _keep(self, request, action, obj):
        """Kept by `save_related` instead: with groups and units, as they are afterwards."""

    def save_model(self, request, obj, form, change):
        form.described_before = (
            account_rights.described(User.objects.get(pk=obj.pk)) if change else {}
        )
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        account = form.instance
        before, after = form.described_before, account_rights.described(account)
        before, after = account_rights.differences(before, after)
        if after:
            action = "account_changed" if change else "account_added"
            audit.record(action, request=request, target=account, before=before, after=after)

    def user_change_password(self, request, id, form_url=""):  # noqa: A002 - Django's name
        """Set somebody's password. One's own is changed where the old one is asked for."""
        account = self.get_object(request, unquote(id))
        if account == request.user and self.has_change_permission(request, account):
            return redirect(f"{self.admin_site.name}:password_change")
        with transaction.atomic():
            response = super().user_change_password(request, id, form_url)
            if account and account.has_usable_password():
                self._keep_that_it_is_gone(request, account)
        return response

    def _keep_that_it_is_gone(self, request, account):
        """A new password is recorded wherever it is set (portal.accounts.trail); this is none."""
        if not User.objects.get(pk=account.pk).has_usable_password():
            after = {"signs_in": False}
            audit.record("password_changed", request=request, target=account, after=after)

    def get_deleted_objects(self, objs, request):
        """What names an account keeps it: counted here, where Django would list each row.

        As soon as one is kept, none of those chosen is deleted.
        """
        named = {account: account_rights.what_names(account) for account in objs}
        free = [account for account, rows in named.items() if not rows]
        deleted, counts, missing, protected = super().get_deleted_objects(free, request)
        kept = [f"{account} – {one}" for account, rows in named.items() for one in rows]
        return deleted, counts, missing, [*protected, *kept]

    def delete_model(self, request, obj):
        target, before = audit.target_of(obj), account_rights.described(obj)
        with transaction.atomic():
            obj.delete()
            audit.record("account_deleted", request=request, target=target, before=before)

    def delete_queryset(self, request, queryset):
        for account in queryset:
            self.delete_model(request, account)


admin.site.register(User, UserAdmin)
admin.site.register(AuditEntry, AuditEntryAdmin)
# What a group may do is decided in a migration, beside the verbs: no screen changes it.
admin.site.unregister(Group)
# Factors are added by their owner and reset by a button; their secrets are nobody's to read.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)


@admin.register(Synonym)
class SynonymAdmin(PortalModelAdmin):
    """Groups of words that search takes for one another; a change holds from the next search on."""

    list_display = ("words",)
    search_fields = ("terms",)

    @admin.display(description=_("words"), ordering="terms")
    def words(self, group):
        return str(group)


# Screens of one subject each, in modules of their own; they build on the above.
from portal import sweep_admin  # noqa: E402, F401
