"""The newsroom: how staff write, illustrate and publish."""

import logging

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from news import copies
from news.forms import ArticleForm, ArticlePhotoForm, ArticlePhotoFormSet, AttachmentForm
from news.models import (
    Article,
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    Attachment,
    Category,
    Conference,
    Photo,
    Report,
    UrgentNotice,
)
from news.views import ArticlePreviewView
from portal.admin import PortalFields, PortalModelAdmin
from portal.publishing import Refused, Status, Takedown, is_reviewer
from portal.text import normalize_line

logger = logging.getLogger(__name__)

SMALL_PHOTO_PIXELS = 640
NOT_STORED = _(
    "The server could not store the file, perhaps its disk is full. Nothing typed is lost; tell "
    "the administrator and try again."
)


@admin.register(Category)
class CategoryAdmin(PortalModelAdmin):
    list_display = ["name", "parent", "order"]
    list_editable = ["order"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    fields = ["name", "parent", "description", "order", "slug"]


@admin.register(UrgentNotice)
class UrgentNoticeAdmin(PortalModelAdmin):
    """A line over the whole site; the clock shows and hides it."""

    list_display = ("text", "starts_at", "ends_at", "shown")
    search_fields = ("text",)
    fields = ("text", "link", "starts_at", "ends_at")

    @admin.display(description=_("shown now"), boolean=True)
    def shown(self, notice):
        return notice.is_shown


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
                    format_html('<a href="{}">{}</a>', admin_url(row), row.title)
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
        rows = ((admin_url(use.article), use.article.title, use.caption) for use in uses)
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


def admin_url(article: Article) -> str:
    """The address of the article's own screen: reports have one of theirs."""
    model = "report" if article.kind == Article.Kind.REPORT else "article"
    return reverse(f"admin:news_{model}_change", args=[article.pk])


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


class ArticlePersonInline(PortalFields, admin.TabularInline):
    """People in the post they hold on the event's day; the page shows it, also years later."""

    model = ArticlePerson
    section = 4
    extra = 0
    autocomplete_fields = ["appointment"]


class ArticleDepartmentInline(PortalFields, admin.TabularInline):
    """Units concerned beside the one that the article comes from, in order."""

    model = ArticleDepartment
    section = 4
    extra = 0
    autocomplete_fields = ["department"]
    fields = ["department", "order"]


class NewsroomAdmin(PortalModelAdmin):
    """What the screens for articles and for conference reports share."""

    form = ArticleForm
    change_form_template = "admin/news/article_form.html"
    inlines = [ArticlePhotoInline, AttachmentInline, ArticlePersonInline, ArticleDepartmentInline]
    list_display = ["shown_title", "shown_status", "category", "publish_at", "byline", "saved_at"]
    list_display_links = ["shown_title"]
    list_filter = ["status", "category"]
    list_select_related = ["category", "draft_of"]
    search_fields = ["title"]
    ordering = ["-saved_at"]
    autocomplete_fields = ["department", "related"]
    show_full_result_count = False

    # ── Whose screen it is ──────────────────────────────────────────────────────────────────────
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
            whole = whole.select_for_update(of=("self",))
        return whole.first()  # None: merged or discarded by a second click meanwhile

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        if obj is None or not allowed:
            return allowed
        return obj.can_be_edited_by(request.user)

    def has_delete_permission(self, request, obj=None):
        return False  # an article is withdrawn, a working copy discarded

    # ── Lists ───────────────────────────────────────────────────────────────────────────────────
    @admin.display(description=_("title"), ordering="title")
    def shown_title(self, article):
        if article.is_working_copy:
            return format_html("{}: {}", _("Changes to"), article.title)
        return article.title

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, article):
        return article.status_line

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "related" in form.base_fields:  # no titles of what the user may not see
            seen = Article.objects.visible_to(request.user).filter(draft_of=None)
            form.base_fields["related"].queryset = seen
        return form

    # ── The form ────────────────────────────────────────────────────────────────────────────────
    def get_urls(self):
        preview = self.admin_site.admin_view(ArticlePreviewView.as_view())
        name = f"news_{self.opts.model_name}_preview"
        return [path("<int:pk>/preview/", preview, name=name), *super().get_urls()]

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The writer's form for what may be edited, else the page that says what it is now."""
        article = self.get_object(request, object_id) if object_id else None
        if article is not None and not self.has_change_permission(request, article):
            return self.status_view(request, article)
        if article is not None and article.is_working_copy and "_discard" in request.POST:
            return self._discard(request, article)
        context = (extra_context or {}) | self._form_context(article, request)
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except PermissionDenied:
            # Published by somebody else between the look above and the lock of the save.
            changed = self.get_object(request, object_id) if object_id else None
            if changed is None or self.has_change_permission(request, changed):
                raise
            return self.status_view(request, changed)

    def _discard(self, request, copy):
        live = copy.draft_of
        copy.delete()
        messages.success(request, gettext("The changes are discarded."))
        return redirect(self._url("change", live))

    def _form_context(self, article, request):
        subject = article or self.model(created_by=request.user)
        return {
            "article": article,
            "can_publish": subject.can("publish", request.user),
            "can_submit": subject.can("submit", request.user),
            "can_return": bool(article) and article.can("return_to_author", request.user),
            "returned_for": article.return_reason if article else "",
            "preview_url": article and self._url("preview", article),
        }

    def _url(self, name, article) -> str:
        return reverse(f"admin:news_{self.opts.model_name}_{name}", args=[article.pk])

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        obj.save(force_update=change)  # a row that is gone meanwhile is not made again

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        article = form.instance
        photos = next(fs for fs in formsets if isinstance(fs, ArticlePhotoFormSet))
        photos.mark_lead()
        self._add_photos(request, article, form.cleaned_data)
        for upload in form.cleaned_data["new_attachments"]:
            article.attachments.create(file=upload, order=article.attachments.count())
        article.body = photos.placed_body()
        article.advance(body=article.body, saved_at=timezone.now())
        if not article.is_working_copy:  # versions hang on the live row
            copies.record_version(article, by=request.user)

    def _add_photos(self, request, article, cleaned):
        """Photos chosen without JavaScript, or from the library, in file-name order."""
        chosen = [
            Photo.objects.from_upload(upload, by=request.user)
            for upload in sorted(cleaned["new_photos"], key=lambda upload: upload.name)
        ]
        order = article.photos.count()
        for number, photo in enumerate([*chosen, *cleaned["library_photos"]], start=order):
            article.photos.create(photo=photo, alt=photo.alt, order=number)

    # ── After saving: the verb of the button that was pressed ───────────────────────────────────
    def response_add(self, request, obj, post_url_continue=None):
        return self._respond(request, obj)

    def response_change(self, request, obj):
        return self._respond(request, obj)

    def _respond(self, request, article):
        """Do what the button says. A refused verb leaves the saved draft and says why."""
        try:
            done = self._do(request, article)
        except Refused as refusal:
            messages.success(request, gettext("The draft is saved."))
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect(self._url("change", article))
        messages.success(request, done)
        if "_preview" in request.POST:
            return redirect(self._url("preview", article))
        shown = article.draft_of if "_publish" in request.POST and article.draft_of else article
        return redirect(self._url("change", shown))

    def _do(self, request, article) -> str:
        user, post = request.user, request.POST
        if "_publish" in post:
            article.publish(by=user)
            if article.is_working_copy:
                return self._updated(article.draft_of)
            return gettext("Scheduled.") if article.is_scheduled else gettext("Published.")
        if "_submit" in post:
            article.submit(by=user)
            return gettext("Sent for review.")
        if "_return" in post:
            article.return_to_author(post.get("return_reason", ""), by=user)
            return gettext("Returned to the author.")
        return gettext("The draft is saved.")

    @staticmethod
    def _updated(live) -> str:
        if live.status == Status.WITHDRAWN:
            return gettext("The article is updated. It is still withdrawn; publish it again.")
        return gettext("The published article is updated.")

    # ── What is not edited where it stands: published, withdrawn, in somebody else's hands ──────
    def status_view(self, request, article):
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        # A form that was open while the article changed hands: what was typed is shown, not lost.
        typed = request.POST if "title" in request.POST else None
        if request.method == "POST" and typed is None:
            return self._status_action(request, article)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": article.title,
            "article": article,
            "preview_url": self._url("preview", article),
            "can_withdraw": article.can("withdraw", request.user),
            "can_publish": article.can("publish", request.user),
            "can_edit": self._can_open_copy(request, article),
            "has_copy": hasattr(article, "working_copy"),
            "takedowns": Takedown,
            "site_address": settings.SITE_URL,
            "typed": typed,
        }
        status = 409 if typed else 200
        return TemplateResponse(request, "admin/news/article_status.html", context, status=status)

    def _can_open_copy(self, request, article) -> bool:
        return super().has_change_permission(request) and article.can_be_copied_by(request.user)

    def _status_action(self, request, article):
        try:
            with transaction.atomic():
                return redirect(self._act(request, article))
        except Refused as refusal:
            for reason in refusal.reasons:
                messages.error(request, reason)
            return redirect(self._url("change", article))

    def _act(self, request, article) -> str:
        post, user = request.POST, request.user
        if "_edit" in post:
            if not self._can_open_copy(request, article):
                raise PermissionDenied
            return self._url("change", copies.open_copy(article, by=user))
        if "_withdraw" in post:
            article.withdraw(
                post.get("takedown", ""),
                by=user,
                notice=post.get("notice", ""),
                redirect_to=post.get("redirect_to", "").strip(),
            )
            messages.success(request, gettext("Withdrawn."))
        if "_unschedule" in post:
            article.unschedule(by=user)
            messages.success(request, gettext("The article is a draft again."))
        if "_publish" in post:
            article.publish(by=user)
            messages.success(request, gettext("Published."))
        return self._url("change", article)


@admin.register(Article)
class ArticleAdmin(NewsroomAdmin):
    """News and notices."""

    list_filter = ["status", "kind", "category"]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(kind=Article.Kind.REPORT)

    def get_search_results(self, request, queryset, search_term):
        """Other screens that look for an article here (related ones) find reports too."""
        if request.path.endswith("/autocomplete/"):
            queryset = Article.objects.visible_to(request.user).filter(draft_of=None)
        return super().get_search_results(request, queryset, search_term)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "kind" in form.base_fields:
            form.base_fields["kind"].choices = [
                (kind.value, kind.label) for kind in (Article.Kind.NEWS, Article.Kind.NOTICE)
            ]
        return form


@admin.register(Report)
class ReportAdmin(NewsroomAdmin):
    """Reports of conferences, with the conference in the same form."""

    inlines = [ConferenceInline, *NewsroomAdmin.inlines]
    list_select_related = ["category", "draft_of", "conference__chair__person"]
    list_display = [
        "shown_title",
        "shown_status",
        "review_year",
        "held_on",
        "chair",
        "publish_at",
    ]
    list_filter = ["status", "conference__review_year"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(kind=Article.Kind.REPORT)

    def get_exclude(self, request, obj=None):
        return ["kind"]

    def save_model(self, request, obj, form, change):
        obj.kind = Article.Kind.REPORT
        super().save_model(request, obj, form, change)

    @admin.display(description=_("year under review"), ordering="conference__review_year")
    def review_year(self, report):
        return report.conference.review_year if hasattr(report, "conference") else None

    @admin.display(description=_("held on"), ordering="conference__held_on")
    def held_on(self, report):
        return report.conference.held_on if hasattr(report, "conference") else None

    @admin.display(description=_("chaired by"), ordering="conference__chair__person__sort_key")
    def chair(self, report):
        chair = report.conference.chair if hasattr(report, "conference") else None
        return chair.person if chair else None
