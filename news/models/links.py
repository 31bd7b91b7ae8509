"""Links in what readers read that lead to nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from news.models.articles import Article
from portal.fields import TextField
from portal.outside import Fault

# Of a longer address the start is kept: no index of PostgreSQL takes it whole.
LONGEST_ADDRESS = 500
NOT_FOR_READERS = "not_for_readers"


class BrokenLink(models.Model):
    """What the last look at the links found (`manage.py check_links`); one row an address."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="broken_links")
    # As it stands in the text, with which it is compared: not tidied up like words.
    address = models.CharField(_("address"), max_length=LONGEST_ADDRESS)
    words = TextField(_("words of the link"), blank=True)
    why = models.CharField(
        _("why"),
        max_length=20,
        choices=[
            (NOT_FOR_READERS, _("Readers cannot open this page of ours.")),
            *Fault.choices,
        ],
    )
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("broken link")
        verbose_name_plural = _("broken links")
        ordering = ["first_seen", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "address"], name="brokenlink_once")
        ]

    def __str__(self) -> str:
        return self.address
