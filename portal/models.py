"""Accounts, and what search keeps. Whose content it is, the apps above know."""

from django.contrib.auth.models import AbstractUser
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.fields import CharField, TextField


class User(AbstractUser):
    """A member of staff. Citizens have no account."""

    email = models.EmailField(
        _("email address"),
        unique=True,
        error_messages={"unique": _("Another account already uses this email address.")},
    )

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Synonym(models.Model):
    """A group of words that search takes for one another, both ways: KHCN, KH&CN, …"""

    terms = TextField(
        _("words"), help_text=_("One a line. For example: KHCN, then khoa học và công nghệ.")
    )

    class Meta:
        verbose_name = _("synonym group")
        verbose_name_plural = _("synonym groups")
        ordering = ["pk"]

    def __str__(self) -> str:
        return " = ".join(self.terms.split("\n"))


class SearchEntry(models.Model):
    """One public thing in the search index; apps write it, portal.search will read it.

    The folded columns hold what `text.fold` makes: without accents, lower case. The two times
    bound when the thing is public, so that the clock alone shows and hides it.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    kind = CharField(max_length=20)
    url = CharField(max_length=255)
    title = CharField(max_length=255)
    text = TextField(blank=True)
    folded_title = CharField(max_length=255)
    folded_text = TextField(blank=True)
    category = models.SlugField(max_length=80, blank=True)
    department = models.SlugField(max_length=80, blank=True)
    dated = models.DateTimeField(null=True, blank=True)
    public_from = models.DateTimeField(null=True, blank=True)
    public_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id"], name="searchentry_one_per_thing"
            )
        ]
        indexes = [models.Index(fields=["kind", "-dated"], name="searchentry_kind_dated")]

    def __str__(self) -> str:
        return self.title
