"""The library of photos."""

import logging

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.http import JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from news import focus
from news.admin.photo_filters import CreditFilter, DescribedFilter, UsedFilter, uses_seen_by
from news.admin.uploads import store_ahead
from news.forms import PhotoForm, PhotosForm
from news.models import Article, Photo
from portal import text
from portal.admin import PortalModelAdmin
from portal.files import NOT_STORED
from portal.publishing import is_reviewer

logger = logging.getLogger(__name__)

SMALL_PHOTO_PIXELS = 640
# What the writer's form shows of the library at a time; whoever needs others types a word more.
MOST_FOUND = 24


@admin.register(Photo)
class PhotoAdmin(PortalModelAdmin):
    """The library: every photo with its thumbnail and where it is used."""

    form = PhotoForm
    fields = ["alt", "credit", "taken_on"]
    change_form_template = "admin/news/photo_form.html"
    list_display = ["__str__", "use_count"]
    list_filter = [UsedFilter, DescribedFilter, CreditFilter]
    list_per_page = 60
    search_fields = ["search_key"]
    search_help_text = _(
        "Words of the file name, the description, the photographer or the caption in the file; "
        "with or without accents."
    )
    show_full_result_count = False
    actions_selection_counter = False
    date_hierarchy = "added_at"
    ordering = ["-added_at", "-pk"]
    keep_instead = _(
        "A photo that an article shows stays in the library. Take it out of the article first."
    )

    # ── Whose rows, which fields ────────────────────────────────────────────────────────────────
    def get_queryset(self, request):
        seen = uses_seen_by(request.user).values("photo").annotate(times=Count("pk"))
        times = Coalesce(Subquery(seen.values("times")), 0)
        return super().get_queryset(request).annotate(times_used=times)

    def get_search_results(self, request, queryset, search_term):
        return with_words(queryset, search_term), False

    def get_form(self, request, obj=None, change=False, **kwargs):
        """What readers see is changed by those who publish."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj and is_locked(obj, request.user):
            for name in ("alt", "credit", "focus"):
                form.base_fields.pop(name, None)
        return form

    def get_urls(self):
        site = self.admin_site
        upload = site.admin_view(require_POST(self.upload_view))
        find = site.admin_view(require_safe(self.find_view))
        return [
            path("upload/", upload, name="news_photo_upload"),
            path("find/", find, name="news_photo_find"),
            *super().get_urls(),
        ]

    # ── For the scripts of the forms ────────────────────────────────────────────────────────────
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
        return JsonResponse(photos_as_json([photo])[0])

    def find_view(self, request):
        """The newest photos with all words of `q` as JSON: `photos`; are there `more`?"""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = with_words(Photo.objects.order_by("-added_at", "-pk"), request.GET.get("q", ""))
        photos = list(found[: MOST_FOUND + 1])
        return JsonResponse(
            {"photos": photos_as_json(photos[:MOST_FOUND]), "more": len(photos) > MOST_FOUND}
        )

    # ── Several at once ─────────────────────────────────────────────────────────────────────────
    def add_view(self, request, form_url="", extra_context=None):
        """Choose or drop several photos; without a script they come with the form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PhotosForm()
        if request.method == "POST":
            store_ahead(request)
            form = PhotosForm(request.POST, request.FILES)
            if form.is_valid():
                return self._add_all(request, form.cleaned_data["new_photos"])
        context = {"form": form, "opts": self.opts, "title": gettext("Add photos")}
        context = self.admin_site.each_context(request) | context | (extra_context or {})
        return TemplateResponse(request, "admin/news/photo_add.html", context)

    def _add_all(self, request, uploads):
        photos = [Photo.objects.from_upload(upload, by=request.user) for upload in uploads]
        known = sum(photo.was_known for photo in photos)
        if known:
            messages.warning(
                request,
                ngettext(
                    "%s photo is in the library already; the one there is used.",
                    "%s photos are in the library already; those there are used.",
                    known,
                )
                % known,
            )
        if added := len(photos) - known:
            sentence = ngettext("%s photo is added.", "%s photos are added.", added)
            messages.success(request, sentence % added)
        return redirect("admin:news_photo_changelist")

    # ── One photo ───────────────────────────────────────────────────────────────────────────────
    def render_change_form(self, request, context, *args, **kwargs):
        photo = kwargs.get("obj")
        if photo:
            uses = photo.uses.filter(article__in=Article.objects.visible_to(request.user))
            uses = uses.select_related("article").order_by("-article__saved_at")
            context |= {"uses": [(use.article.get_desk_url(), use) for use in uses]}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_deleted_objects(self, objs, request):
        """What an article shows, or an earlier version of one, is kept; the page names it."""
        deleted, counts, missing, _protected = super().get_deleted_objects(objs, request)
        articles = Article.objects.filter(photos__photo__in=objs).distinct()
        seen = articles.filter(pk__in=Article.objects.visible_to(request.user).values("pk"))
        links = [format_html('<a href="{}">{}</a>', row.get_desk_url(), row.title) for row in seen]
        if hidden := articles.count() - len(links):
            sentence = ngettext(
                "%s article that you may not open", "%s articles that you may not open", hidden
            )
            links.append(sentence % hidden)
        versions = [version for photo in objs for version in photo.versions()]
        links += (gettext("Earlier version: %s") % version.object_repr for version in versions)
        return deleted, counts, missing, links

    def delete_queryset(self, request, queryset):
        for photo in queryset:
            self.delete_model(request, photo)

    @admin.display(description=_("used"))
    def use_count(self, photo):
        return photo.times_used


def is_locked(photo: Photo, user) -> bool:
    """Whether readers see the photo and the user is none of those who publish."""
    return photo.is_public() and not is_reviewer(user, Article)


def with_words(photos, query: str):
    """The photos whose names, descriptions and credits hold every word, whatever the accents."""
    for word in text.fold(query).split():
        photos = photos.filter(search_key__contains=word)
    return photos


def photos_as_json(photos: list[Photo]) -> list[dict]:
    """What a new row of the writer's form needs of each; one query for all."""
    public = Photo.objects.public_ids(photos)
    return [
        {
            "id": photo.pk,
            "thumbnail": photo.image.renditions.preview,
            "name": str(photo),
            "dimensions": f"{photo.width}×{photo.height}",
            "alt": photo.alt,
            "credit": photo.credit,
            "caption": photo.proposed_caption,
            "focus": focus.choice_of(photo),
            "small": photo.width < SMALL_PHOTO_PIXELS,
            "known": photo.was_known,
            "public": photo.pk in public,
            "address": reverse("admin:news_photo_change", args=[photo.pk]),
        }
        for photo in photos
    ]
