"""The writer's form: what the screens for articles and for conference reports share."""

from django.utils import timezone

from news import copies
from news.admin.autosave import AutosaveMixin
from news.admin.broken_links import BrokenLinksMixin
from news.admin.checks import ChecksMixin
from news.admin.inlines import (
    ArticleDepartmentInline,
    ArticlePersonInline,
    ArticlePhotoInline,
    AttachmentInline,
)
from news.admin.lists import ListsMixin
from news.admin.previews import PreviewsMixin
from news.admin.remarks import RemarksMixin
from news.admin.takedown import TakedownMixin
from news.admin.uploads import UploadsMixin
from news.admin.versions import VersionsMixin
from news.admin.word import WordMixin
from news.admin.workflow import WorkflowMixin
from news.forms import ArticleForm, ArticlePhotoFormSet
from news.models import Article, Photo


class NewsroomAdmin(
    WorkflowMixin,
    TakedownMixin,
    AutosaveMixin,
    ChecksMixin,
    BrokenLinksMixin,
    VersionsMixin,
    PreviewsMixin,
    RemarksMixin,
    WordMixin,
    ListsMixin,
    UploadsMixin,
):
    """One form for a whole article; each part of the desk adds its own to it."""

    form = ArticleForm
    change_form_template = "admin/news/article_form.html"
    inlines = [ArticlePhotoInline, AttachmentInline, ArticlePersonInline, ArticleDepartmentInline]
    autocomplete_fields = ["department", "related"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        if "related" in form.base_fields:  # no titles of what the user may not see
            seen = Article.objects.visible_to(request.user).filter(draft_of=None)
            form.base_fields["related"].queryset = seen
        return form

    def save_model(self, request, obj, form, change):
        if change:
            self.claim(request, obj)
        else:
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
        """Photos chosen without JavaScript, in file-name order, with their files' captions."""
        uploads = sorted(cleaned["new_photos"], key=lambda upload: upload.name)
        for order, upload in enumerate(uploads, start=article.photos.count()):
            photo = Photo.objects.from_upload(upload, by=request.user)
            caption = photo.proposed_caption
            article.photos.create(photo=photo, alt=photo.alt, caption=caption, order=order)
