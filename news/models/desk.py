"""What the newsroom keeps for itself; readers never see any of it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from news.models.articles import Article, Transition
from portal.fields import CharField, TextField


class Remark(models.Model):
    """A remark of one member of staff to the others. It hangs on the live article, so that it
    outlives working copies and publication."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="remarks")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    text = TextField(_("remark"), max_length=2000)

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text


class Autosave(models.Model):
    """What one member of staff has typed into one open form and not saved.

    Private to that person: never a version, never public. While the form is open the row says so
    to others. After a save that another editor's save made impossible it keeps the refused text.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="autosaves"
    )
    # Empty: a new article, not saved yet.
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, blank=True, related_name="autosaves"
    )
    is_report = models.BooleanField(default=False)
    # Made by the browser (or the server) when the form is opened: one row an open form.
    token = models.CharField(max_length=40)
    # The form's fields as the browser would send them: {"title": ["…"], …}.
    fields = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # The version of the article that the form was opened with.
    version = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(auto_now_add=True)
    # The last sign of life of the form.
    seen_at = models.DateTimeField(default=timezone.now)
    typed_at = models.DateTimeField(null=True, blank=True)
    is_refused = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("text not saved yet")
        verbose_name_plural = _("texts not saved yet")
        ordering = ["-seen_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "token"], name="autosave_one_a_form")
        ]
        indexes = [models.Index(fields=["article", "seen_at"], name="autosave_by_article")]

    def __str__(self) -> str:
        return str(self.article or "")


def _new_key() -> str:
    return secrets.token_urlsafe(24)


class PreviewLink(models.Model):
    """A link under which anybody may read an article that is not published, for a time."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="preview_links")
    key = models.CharField(max_length=64, unique=True, default=_new_key, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("preview link")
        verbose_name_plural = _("preview links")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return str(self.article)


class WordFile(models.Model):
    """A Word file as it was handed in. Kept privately, never served to readers.

    Without an article: looked at, not taken over yet.
    """

    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, blank=True, related_name="word_files"
    )
    name = CharField(_("file name"), max_length=255)
    # Below MEDIA_ROOT, by checksum.
    file = models.CharField(max_length=100)
    checksum = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("Word file")
        verbose_name_plural = _("Word files")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """A step that somebody is told about by e-mail; several waiting ones make one letter."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    step = models.ForeignKey(Transition, on_delete=models.CASCADE, related_name="notifications")
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "step"], name="notification_once")]
        indexes = [
            models.Index(
                fields=["user", "created_at"],
                condition=Q(mailed_at=None),
                name="notification_waiting",
            )
        ]

    def __str__(self) -> str:
        return str(self.step)
