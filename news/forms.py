"""The writer's form: one article with its photos, captions and files."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from news import focus
from news.models import Article, ArticlePhoto, Attachment, Photo
from portal import files, images, richtext, text

# In one sending; a script sends one by one and needs no limit.
MOST_FILES = 100


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Several files in one field. Each is checked; a sentence a bad file comes out."""

    widget = SeveralFilesInput

    def __init__(self, *, check, accept, **kwargs):
        super().__init__(**kwargs)
        self.check = check
        self.widget.attrs["accept"] = accept

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        errors = [error for upload in uploads for error in self._errors(upload)]
        if len(uploads) > MOST_FILES:
            errors = [
                gettext("These are %(count)s files; send at most %(most)s at once.")
                % {"count": len(uploads), "most": MOST_FILES}
            ]
        if errors:
            errors.append(gettext("Nothing was stored. Choose the right files again and save."))
            raise ValidationError(errors)
        return uploads

    def _errors(self, upload) -> list[str]:
        try:
            self.check(upload)
        except ValidationError as error:
            return error.messages
        if getattr(upload, "not_stored", False):  # see news.admin.uploads
            return [f"{files.shown_name(upload)}: {gettext(files.NOT_STORED)}"]
        return []


# What only a working copy asks for.
_OF_COPIES = ("is_major_change", "change_note")


def new_photos_field(**kwargs) -> SeveralFilesField:
    """The field for several photos, on the writer's form and in the library."""
    return SeveralFilesField(
        label=_("Add photos"),
        check=images.inspect,
        accept="image/jpeg,image/png,image/webp,image/heic,.heic",
        help_text=_(
            "JPG or PNG, at most 10 MB a photo; you can choose several at once. At least 1280 "
            "pixels wide is best. The site makes them smaller and turns them the right way."
        ),
        **kwargs,
    )


class PhotosForm(forms.Form):
    """Several photos for the library."""

    new_photos = new_photos_field()


class ArticleForm(forms.ModelForm):
    """Title and category make a draft; the rest is asked for at publication."""

    new_photos = new_photos_field(required=False)
    new_attachments = SeveralFilesField(
        label=_("Add documents"),
        required=False,
        check=files.inspect_attachment,
        accept=".pdf,.docx,.xlsx,.odt,.ods,.zip",
        help_text=_("PDF, DOCX, XLSX, ODT, ODS or ZIP; at most 20 MB each."),
    )

    class Meta:
        model = Article
        fields = (
            "kind",
            "title",
            "summary",
            "category",
            "publish_at",
            "body",
            "byline",
            "source",
            "department",
            "slug",
            "expire_at",
            "is_featured",
            "featured_until",
            "featured_order",
            "related",
            "is_major_change",
            "change_note",
        )
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2, "data-counter": 150}),
            "summary": forms.Textarea(attrs={"rows": 3, "data-counter": 300}),
        }
        help_texts = {
            "title": _("Write it like a sentence, not all in capitals, no full stop at the end."),
            "summary": _(
                "One or two sentences: who, does what, where, when. Stands in bold above the "
                "article, in lists and when it is shared. If empty, the first sentence is taken."
            ),
            "category": _("Choose the one that fits best."),
            "publish_at": _(
                "day/month/year hour:minute, Vietnam time (GMT+7). Empty: the moment of "
                "publication. In the future: published then, by itself."
            ),
            "body": _(
                "You can paste from Word: the site drops extra spaces, fonts and colours. Then "
                "take out what has its own place: captions (section 3), the author (section 4), "
                "the agency's address (the footer has it)."
            ),
            "byline": _("Stands at the end of the article, on the right."),
            "source": _("If taken from elsewhere. For example: Báo Lạng Sơn."),
            "department": _("The unit that the article comes from."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # A copy is published at once, the live row keeps its time; a draft changes nothing yet.
        without = ("publish_at",) if self.instance.is_working_copy else _OF_COPIES
        for name in without:
            self.fields.pop(name, None)

    def clean_featured_order(self):
        """Left empty it is the first place, as the field's default says."""
        return self.cleaned_data["featured_order"] or 0


class PhotoForm(forms.ModelForm):
    """One photo of the library."""

    focus = focus.FocusField()

    class Meta:
        model = Photo
        fields = ("alt", "credit", "taken_on")
        widgets = {"alt": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["focus"] = focus.choice_of(self.instance)

    def save(self, commit=True):
        for column, value in _new_point(self, self.instance).items():
            setattr(self.instance, column, value)
        return super().save(commit=commit)


def _new_point(form, photo: Photo) -> dict[str, int]:
    """The photo's columns, if another point than it has was chosen."""
    chosen = form.cleaned_data.get("focus")
    return focus.point_of(chosen) if chosen and chosen != focus.choice_of(photo) else {}


class ArticlePhotoForm(forms.ModelForm):
    """One photo's use: caption, description and place. Credit and point belong to the photo."""

    credit = forms.CharField(
        label=_("Photographer"), required=False, max_length=150, show_hidden_initial=True
    )
    # Changed is what the writer chose anew, not what moved because paragraphs were added above.
    after = forms.IntegerField(
        label=_("Place after paragraph"),
        required=False,
        show_hidden_initial=True,
        min_value=0,
        widget=forms.Select,
        help_text=_("Choose a paragraph; the photo stands right after it."),
    )
    lead = forms.BooleanField(label=_("Main photo (for lists and sharing)"), required=False)
    focus = focus.FocusField()

    class Meta:
        model = ArticlePhoto
        fields = ("photo", "caption", "needs_no_caption", "alt", "is_decorative", "order")
        widgets = {
            "photo": forms.HiddenInput,
            "caption": forms.Textarea(attrs={"rows": 2}),
            "alt": forms.Textarea(attrs={"rows": 3}),
            "order": forms.NumberInput(attrs={"min": 0}),
        }

    def __init__(self, *args, body="", public_photos=frozenset(), proposes=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.proposes = proposes
        # What readers see of a photo is changed in the library alone.
        self.photo_is_public = self.instance.photo_id in public_photos
        self.fields["order"].required = False
        self.fields["after"].widget.choices = [
            ("", _("In the gallery after the text")),
            (0, _("Before the first paragraph")),
            *richtext.paragraph_choices(body),
        ]
        if self.instance.pk:
            # The photo's box in the editor shows the caption by this mark.
            self.fields["caption"].widget.attrs["data-photo-caption"] = self.instance.ref
            self.initial["credit"] = self.instance.photo.credit
            self.initial["alt"] = self.instance.alt or self.instance.photo.alt
            self.initial["lead"] = self.instance.is_lead
            self.initial["after"] = richtext.photo_places(body).get(self.instance.ref)
            self.initial["focus"] = focus.choice_of(self.instance.photo)
        if self.photo_is_public:
            self.fields["credit"].widget.attrs["readonly"] = True

    def clean_order(self):
        return self.cleaned_data["order"] or 0

    def clean(self):
        data = super().clean()
        photo = self.cleaned_data.get("photo")
        if photo and self._changes_credit(photo) and photo.is_public():
            self.add_error(
                "credit", _("A published article shows this photo. Change it in Photos.")
            )
        return data

    def _changes_credit(self, photo: Photo) -> bool:
        credit = self.cleaned_data.get("credit")
        return credit is not None and "credit" in self.changed_data and credit != photo.credit

    def save(self, commit=True):
        use = super().save(commit=commit)
        changes = {} if self.photo_is_public else _new_point(self, use.photo)
        if self._changes_credit(use.photo):
            changes["credit"] = self.cleaned_data["credit"]
        if changes and not use.photo.is_public():
            use.photo.change(**changes)
        return use

    @property
    def is_proposed(self) -> bool:
        """Whether the caption is still the file's own, in a text that readers have not seen."""
        caption = self["caption"].value()
        if not (self.proposes and caption and self.shown_photo):
            return False
        return caption == self.shown_photo.proposed_caption

    @property
    def shown_photo(self) -> Photo | None:
        """The photo of this row, also when the row was not stored yet."""
        if self.instance.photo_id:
            return self.instance.photo
        pk = text.row_number(self["photo"].value())
        return Photo.objects.filter(pk=pk).first() if pk else None


class ArticlePhotoFormSet(BaseInlineFormSet):
    """The photos of an article. Their places are read from the text and written into it."""

    @property
    def body(self) -> str:
        """The text as typed, so that places after a refused save are those of the new text."""
        typed = self.data.get("body") if self.is_bound else None
        return richtext.clean(typed) if typed is not None else self.instance.body

    def get_form_kwargs(self, index):
        if not hasattr(self, "_body"):
            self._body = self.body
            photos = {row.photo_id for row in self.get_queryset()}
            self._public_photos = Photo.objects.public_ids(photos) if photos else set()
        return super().get_form_kwargs(index) | {
            "body": self._body,
            "public_photos": self._public_photos,
            "proposes": not self.instance.is_working_copy,
        }

    def clean(self):
        super().clean()
        if sum(form.cleaned_data.get("lead", False) for form in self._kept()) > 1:
            raise ValidationError(_("Only one photo can be the main photo."))

    def _kept(self) -> list:
        return [
            form
            for form in self.forms
            if hasattr(form, "cleaned_data")
            and form.cleaned_data.get("photo")
            and form not in self.deleted_forms
        ]

    def mark_lead(self) -> None:
        """Write which photo is the main one: first none, then the chosen one."""
        leads = [form.instance.pk for form in self._kept() if form.cleaned_data["lead"]]
        self.instance.photos.exclude(pk__in=leads).filter(is_lead=True).update(is_lead=False)
        self.instance.photos.filter(pk__in=leads).update(is_lead=True)

    def placed_body(self) -> str:
        """The article's text with each photo where its row says.

        A row that was not touched leaves the text as it was typed; if the text lost its figure
        (somebody pasted it anew), the photo goes where its row says.
        """
        body = self.instance.body
        for form in self.deleted_forms:
            if form.instance.ref:
                body = richtext.place_photo(body, form.instance.ref, None)
        for form in sorted(self._kept(), key=lambda form: form.instance.order):
            ref, after = form.instance.ref, form.cleaned_data.get("after")
            moved = "after" in form.changed_data or ref not in richtext.photo_places(body)
            if moved:
                body = richtext.place_photo(body, ref, after)
        return body


class AttachmentForm(forms.ModelForm):
    class Meta:
        model = Attachment
        fields = ("title", "order")
