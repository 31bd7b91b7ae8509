"""The agency, its people and its contact details."""

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Case, IntegerField, Value, When
from django.forms import Textarea
from django.http import HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from departments.forms import AppointmentFormSet, HandOverForm, ReorganisationForm
from departments.models import (
    Appointment,
    Contact,
    Department,
    Membership,
    Person,
    Position,
    SiteSettings,
    today,
)
from portal import account_rights, audit
from portal.admin import PortalFields, PortalModelAdmin
from portal.fields import TextField
from portal.hosts import LinkForm
from portal.text import row_number


class ContactInline(PortalFields, admin.StackedInline):
    model = Contact
    form = LinkForm
    extra = 0
    fields = [
        ("label", "kind"),
        "address",
        ("phone", "fax"),
        ("email", "website", "links_allowed"),
        "opening_hours",
        ("valid_from", "valid_until", "order"),
    ]


class PositionInline(PortalFields, admin.TabularInline):
    model = Position
    extra = 0
    fields = ["title", "rank", "seats", "is_leadership", "holders"]
    readonly_fields = ["holders"]
    show_change_link = True

    @admin.display(description=_("held by"))
    def holders(self, position):
        if position.pk is None:
            return ""
        terms = Appointment.objects.current().filter(position=position).select_related("person")
        return ", ".join(term.person.full_name for term in terms) or gettext("Vacant")


class AppointmentInline(PortalFields, admin.StackedInline):
    model = Appointment
    formset = AppointmentFormSet
    extra = 0
    readonly_fields = ["hand_over"]
    fields = [
        ("started_on", "start_precision", "ended_on"),
        ("is_acting", "decision_number"),
        "duties",
        "hand_over",
    ]
    formfield_overrides = PortalFields.formfield_overrides | {
        TextField: {"widget": Textarea(attrs={"rows": 3})}
    }

    @admin.display(description=_("change of holder"))
    def hand_over(self, appointment):
        if appointment.pk is None or appointment.last_day < today():
            return ""
        address = reverse("admin:departments_appointment_hand_over", args=[appointment.pk])
        return format_html('<a href="{}">{}</a>', address, _("End this term, name a successor"))


class PostsHeldInline(AppointmentInline):
    verbose_name_plural = _("posts held")
    autocomplete_fields = ["position"]
    fields = ["position", *AppointmentInline.fields]


class HoldersInline(AppointmentInline):
    verbose_name_plural = _("holders, past and present")
    autocomplete_fields = ["person"]
    fields = ["person", *AppointmentInline.fields]


@admin.register(Department)
class DepartmentAdmin(PortalModelAdmin):
    """The tree of units, in its order; what becomes of units is one act (reorganise)."""

    list_display = ["in_tree", "moves", "kind", "closed_on"]
    list_filter = ["kind"]
    actions = None
    search_fields = ["name", "short_name", "aliases"]
    autocomplete_fields = ["parent"]
    form = LinkForm
    inlines = [ContactInline, PositionInline]
    list_per_page = 500
    change_list_template = "admin/departments/department_list.html"
    keep_instead = _(
        "A unit that has articles, posts or successors is kept, so that old pages stay true. If it "
        "no longer exists, use “Reorganise units”, or enter the closing day."
    )
    fieldsets = [
        (None, {"fields": ["name", "short_name", "kind", "parent"]}),
        (_("Functions and duties"), {"fields": ["functions", "links_allowed"]}),
        (
            _("Other settings"),
            {
                "classes": ["collapse"],
                "fields": [
                    "aliases",
                    "slug",
                    "picture",
                    "order",
                    "founded_on",
                    "closed_on",
                    "legal_basis",
                ],
            },
        ),
    ]

    # ── The tree as a list ──────────────────────────────────────────────────────────────────────
    def get_queryset(self, request):
        tree = Department.objects.tree()
        place = [When(pk=unit.pk, then=Value(number)) for number, unit in enumerate(tree)]
        depth = [When(pk=unit.pk, then=Value(unit.depth)) for unit in tree]
        if not tree:
            place = depth = [When(pk=None, then=Value(0))]
        return Department.objects.annotate(
            place=Case(*place, default=Value(0), output_field=IntegerField()),
            depth=Case(*depth, default=Value(0), output_field=IntegerField()),
        ).order_by("place")

    def get_ordering(self, request):
        """The tree's order in the list; choices on other screens have no `place`."""
        is_list = request.resolver_match.url_name == "departments_department_changelist"
        return ["place"] if is_list else []

    @admin.display(description=_("unit"))
    def in_tree(self, unit):
        return format_html('<span class="tree-{}">{}</span>', min(unit.depth, 6), unit.name)

    @admin.display(description=_("order"))
    def moves(self, unit):
        address = reverse("admin:departments_department_move")
        return format_html(
            '<button type="submit" formaction="{}" formmethod="post" name="up" value="{}">{}'
            '<span class="vh"> {}</span></button> '
            '<button type="submit" formaction="{}" formmethod="post" name="down" value="{}">{}'
            '<span class="vh"> {}</span></button>',
            *(address, unit.pk, _("Up"), unit.name),
            *(address, unit.pk, _("Down"), unit.name),
        )

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("move/", wrap(self.move_view), name="departments_department_move"),
            path("reorganise/", wrap(self.reorganise_view), name="departments_reorganise"),
            *super().get_urls(),
        ]

    def move_view(self, request):
        """Change places with the neighbour of the same level (POST `up` or `down`: the id)."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        step = -1 if "up" in request.POST else 1
        chosen = request.POST.get("up") or request.POST.get("down") or ""
        unit = get_object_or_404(Department, pk=row_number(chosen))
        with transaction.atomic():
            siblings = list(
                Department.objects.filter(parent=unit.parent_id).select_for_update(no_key=True)
            )
            here = siblings.index(unit)
            there = min(max(here + step, 0), len(siblings) - 1)
            siblings[here], siblings[there] = siblings[there], siblings[here]
            for number, sibling in enumerate(siblings, start=1):
                Department.objects.filter(pk=sibling.pk).update(order=number)
            audit.record("reorder", request=request, target=unit, after={"place": there + 1})
        return redirect("admin:departments_department_changelist")

    # ── Reorganisation ──────────────────────────────────────────────────────────────────────────
    def reorganise_view(self, request):
        """Ask, show every change, and only then do it all in one transaction."""
        if not self.has_change_permission(request) or not self.has_add_permission(request):
            raise PermissionDenied
        form = ReorganisationForm(request.POST or None)
        changes = form.plan.changes() if request.POST and form.is_valid() else []
        confirmed = "_confirm" in request.POST and request.POST.getlist("seen") == changes
        if changes and confirmed:
            try:
                return self._carry_out(request, form.plan)
            except ValidationError as error:  # somebody else was faster
                form.add_error(None, error)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("Reorganise units"),
            "form": form,
            "changes": changes,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/departments/reorganise.html", context)

    def _carry_out(self, request, plan):
        made = plan.carry_out()
        for unit in made:
            self.log_addition(request, unit, [{"added": {}}])
        messages.success(
            request,
            gettext("Done. Now enter the leaders and contacts of “%s”.") % made[0],
        )
        return redirect("admin:departments_department_change", made[0].pk)


class MembershipInline(PortalFields, admin.StackedInline):
    """The units somebody works in, on the screen of his account; nobody names his own."""

    model = Membership
    verbose_name = _("unit of work")
    verbose_name_plural = _("units of work")
    extra = 0
    autocomplete_fields = ["department"]

    def has_view_permission(self, request, obj=None):
        shown = _is_kept_by(request.user, obj) or obj.memberships.exists()
        return super().has_view_permission(request, obj) and shown

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and _is_kept_by(request.user, obj)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and _is_kept_by(request.user, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and _is_kept_by(request.user, obj)


def _is_kept_by(user, account) -> bool:
    """Whether `user` may say in which units the owner of the account works."""
    return account is None or (account != user and account_rights.may_change(user, account))


# The screen of accounts is below this app and cannot name what is above it.
admin.site.get_model_admin(get_user_model()).inlines = [MembershipInline]


@admin.register(Person)
class PersonAdmin(PortalModelAdmin):
    list_display = ["full_name", "email", "phone"]
    search_fields = ["full_name"]
    form = LinkForm
    inlines = [PostsHeldInline]
    keep_instead = _(
        "Somebody who holds or held a post is kept, so that old articles stay true. If the term is "
        "over, enter its last day."
    )
    fieldsets = [
        (
            None,
            {"fields": ["full_name", "portrait", ("email", "phone"), "biography", "links_allowed"]},
        ),
        (_("Other settings"), {"classes": ["collapse"], "fields": ["slug"]}),
    ]


@admin.register(Position)
class PositionAdmin(PortalModelAdmin):
    list_display = ["title", "department", "rank", "seats", "is_leadership"]
    list_select_related = ["department"]
    search_fields = ["title", "department__name", "department__short_name"]
    autocomplete_fields = ["department"]
    inlines = [HoldersInline]
    keep_instead = _(
        "A post that somebody holds or held is kept, so that old articles stay true. If nobody "
        "holds it any more, it shows as vacant."
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("department")


@admin.register(Appointment)
class AppointmentAdmin(PortalModelAdmin):
    list_display = ["person", "position", "started_on", "ended_on", "is_acting"]
    list_select_related = ["person", "position__department"]
    search_fields = ["person__full_name", "position__title", "position__department__name"]
    autocomplete_fields = ["person", "position"]
    keep_instead = _(
        "An article names this person in this post. If the term is over, enter its last day."
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("person", "position__department")

    def get_urls(self):
        hand_over = self.admin_site.admin_view(self.hand_over_view)
        name = "departments_appointment_hand_over"
        return [path("<int:pk>/hand-over/", hand_over, name=name), *super().get_urls()]

    def hand_over_view(self, request, pk):
        """End a term and name the successor with one day."""
        appointment = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, appointment):
            raise PermissionDenied
        form = HandOverForm(request.POST or None)
        if request.POST and form.is_valid():
            try:
                with transaction.atomic():
                    following = form.carry_out(appointment)
                    after = {"on": form.cleaned_data["on"], "to": following}
                    audit.record("hand_over", request=request, target=appointment, after=after)
            except ValidationError as error:
                for field, errors in error.message_dict.items():
                    form.add_error(field if field in form.fields else "on", errors)
                appointment.refresh_from_db()
            else:
                messages.success(request, gettext("The post is handed over."))
                return redirect("admin:departments_position_change", appointment.position_id)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _("End this term, name a successor"),
            "appointment": appointment,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/departments/hand_over.html", context)


@admin.register(SiteSettings)
class SiteSettingsAdmin(PortalModelAdmin):
    """One row: its list is its form."""

    autocomplete_fields = ["agency"]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = SiteSettings.objects.first()
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if row:
            return redirect(reverse(f"{name}_change", args=[row.pk]))
        return redirect(reverse(f"{name}_add"))

    def get_object(self, request, object_id, from_field=None):
        """The row as it holds today: a change of agency that took effect is the agency."""
        row = super().get_object(request, object_id, from_field)
        if row and row.next_agency_from and not row.is_changing:
            row.agency, row.next_agency, row.next_agency_from = row.next_agency, None, None
        return row

    def has_add_permission(self, request):
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def has_delete_permission(self, request, obj=None):
        return False
