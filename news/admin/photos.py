"""The library of photos."""

import logging

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import JsonResponse
from django.urls import path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from news.admin.addresses import screen_of
from news.models import Article, Photo
from portal.admin import PortalModelAdmin
from portal.publishing import is_reviewer
from portal.text import normalize_line

logger = logging.getLogger(__name__)

SMALL_PHOTO_PIXELS = 640
NOT_STORED = _(
    "The server could not store the file, perhaps its disk is full. Nothing typed is lost; tell "
    "the administrator and try again."
)


@admin.register(Photo)
class PhotoAdmin(PortalModelAdmin):
    """The library: every photo with its thumbnail and where it is used."""

    list_display = ["thumbnail", "__str__", "dimensions", "credit", "added_at", "use_count"]
    list_display_links = ["thumbnail", "__str__"]
    search_fields = ["name", "alt", "credit"]
    date_hierarchy = "added_at"
    readonly_fields = ["thumbnail", "dimensions", "where_used"]

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["image", "alt", "credit", "taken_on"]
        return ["thumbnail", "dimensions", "alt", "credit", "taken_on", "where_used"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("uses")

    def get_object(self, request, object_id, from_field=None):
        photo = super().get_object(request, object_id, from_field)
        if photo:  # what this member of staff may see of its uses
            photo.seen_articles = Article.objects.visible_to(request.user)
        return photo

    def get_readonly_fields(self, request, obj=None):
        """What readers see is changed by those who publish."""
        locked = obj and obj.is_public() and not is_reviewer(request.user, Article)
        return [*self.readonly_fields, *(["alt", "credit"] if locked else [])]

    def get_urls(self):
        upload = self.admin_site.admin_view(require_POST(self.upload_view))
        return [path("upload/", upload, name="news_photo_upload"), *super().get_urls()]

    def upload_view(self, request):
        """Store one photo (POST field "upload") and answer with what its row shows, as JSON.

        400 with `error`, a sentence, when it is no usable photo; 403 without the right to add.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        upload = request.FILES.get("upload")
        if upload is None:
            return JsonResponse({"error": gettext("Choose a photo.")}, status=400)
        try:
            photo = Photo.objects.from_upload(upload, by=request.user)
        except ValidationError as error:
            return JsonResponse({"error": " ".join(error.messages)}, status=400)
        except OSError:
            logger.exception("A photo could not be stored")
            return JsonResponse({"error": gettext(NOT_STORED)}, status=507)
        return JsonResponse(photo_as_json(photo))

    def save_model(self, request, obj, form, change):
        if not change:
            obj.added_by = request.user
            obj.name = normalize_line(form.cleaned_data["image"].name)[:255]
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs, request):
        """What an article shows, or an earlier version of one, is kept; the page names it."""
        deleted, counts, missing, _protected = super().get_deleted_objects(objs, request)
        articles = Article.objects.filter(photos__photo__in=objs).distinct()
        versions = [version for photo in objs for version in photo.versions()]
        return (
            deleted,
            counts,
            missing,
            [
                *(
                    format_html('<a href="{}">{}</a>', screen_of(row), row.title)
                    for row in articles
                ),
                *(gettext("Earlier version: %s") % version.object_repr for version in versions),
            ],
        )

    def delete_queryset(self, request, queryset):
        for photo in queryset:
            photo.delete()

    @admin.display(description=_("photo"))
    def thumbnail(self, photo):
        address = photo.image.renditions.smallest
        return format_html('<img src="{}" alt="" width="120" class="thumbnail">', address)

    @admin.display(description=_("size"))
    def dimensions(self, photo):
        return f"{photo.width}×{photo.height}"

    @admin.display(description=_("used"))
    def use_count(self, photo):
        return len(photo.uses.all())

    @admin.display(description=_("where it is used"))
    def where_used(self, photo):
        uses = photo.uses.filter(article__in=photo.seen_articles).select_related("article")
        rows = ((screen_of(use.article), use.article.title, use.caption) for use in uses)
        return format_html_join("", '<p><a href="{}">{}</a><br>{}</p>', rows) or gettext(
            "Nowhere yet."
        )


def photo_as_json(photo: Photo) -> dict:
    return {
        "id": photo.pk,
        "thumbnail": photo.image.renditions.smallest,
        "name": photo.name,
        "dimensions": f"{photo.width}×{photo.height}",
        "alt": photo.alt,
        "credit": photo.credit,
        "small": photo.width < SMALL_PHOTO_PIXELS,
    }
