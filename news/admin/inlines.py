"""The parts of an article within its form: conference, photos, documents, people, units."""

from django import forms
from django.contrib import admin

from news.forms import ArticlePhotoForm, ArticlePhotoFormSet, AttachmentForm
from news.models import (
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    Attachment,
    Conference,
    Photo,
)
from portal.admin import PortalFields


class ConferenceInline(PortalFields, admin.StackedInline):
    model = Conference
    section = 1
    template = "admin/news/conference_inline.html"
    min_num = 1
    max_num = 1
    can_delete = False
    autocomplete_fields = ["chair"]
    fields = ["held_on", "venue", "review_year", "plan_year", "chair", "participants"]

    def get_formset(self, request, obj=None, **kwargs):
        # The one row there is must be filled in, also when nothing was typed into it.
        return super().get_formset(request, obj, validate_min=True, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "participants":
            field.widget.attrs["rows"] = 3
        return field


class ArticlePhotoInline(PortalFields, admin.StackedInline):
    model = ArticlePhoto
    section = 2
    template = "admin/news/photo_inline.html"
    form = ArticlePhotoForm
    formset = ArticlePhotoFormSet
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("photo")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "photo":  # a hidden number, without the buttons of a related field
            return forms.ModelChoiceField(Photo.objects, widget=forms.HiddenInput)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class AttachmentInline(PortalFields, admin.TabularInline):
    model = Attachment
    section = 3
    template = "admin/news/attachment_inline.html"
    form = AttachmentForm
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False  # new ones come through the field for several files


class ArticlePersonInline(PortalFields, admin.StackedInline):
    """People in the post they hold on the event's day; the page shows it, also years later."""

    model = ArticlePerson
    section = 4
    template = "admin/news/rows_inline.html"
    extra = 0
    autocomplete_fields = ["appointment"]


class ArticleDepartmentInline(PortalFields, admin.StackedInline):
    """Units concerned beside the one that the article comes from, in order."""

    model = ArticleDepartment
    section = 4
    template = "admin/news/rows_inline.html"
    extra = 0
    autocomplete_fields = ["department"]
    fields = ["department", "order"]
