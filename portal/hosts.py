"""The sites that links may lead to: those staff have looked at, those that are forbidden."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import audit, foreign_html, spam
from portal.fields import CharField
from portal.richtext import RichTextField


class _ListedHost(models.Model):
    """A site by its name; its sub-domains are meant as well."""

    host = CharField(
        _("site"),
        max_length=253,
        unique=True,
        help_text=_("The name alone, for example vnexpress.net. Its sub-domains are meant too."),
    )
    reason = CharField(_("reason"), max_length=255)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["host"]

    def __str__(self) -> str:
        return self.host

    def clean(self):
        """Take the host of a whole address; refuse what names no site."""
        written = self.host.strip().lower()
        self.host = spam.parse(written if "//" in written else f"//{written}").host
        try:
            spam.validate_host(self.host)
        except ValidationError as error:
            raise ValidationError({"host": error.messages}) from error


class TrustedHost(_ListedHost):
    """A site that links may lead to without anybody being asked."""

    class Meta(_ListedHost.Meta):
        verbose_name = _("known site")
        verbose_name_plural = _("known sites")

    def clean(self):
        super().clean()
        if self.host.count(".") == 1 and self.host.split(".")[0] in {"com", "net", "org", "edu"}:
            raise ValidationError({"host": _("This would allow every site with this ending.")})


class BlockedHost(_ListedHost):
    """A site that no link may lead to."""

    class Meta(_ListedHost.Meta):
        verbose_name = _("forbidden site")
        verbose_name_plural = _("forbidden sites")


def own_hosts() -> set[str]:
    """The names of this site itself; 127.0.0.1 and localhost are every reader's own machine."""
    allowed = {host.lstrip(".").lower() for host in settings.ALLOWED_HOSTS}
    named = {host for host in allowed if "." in host and not spam.is_number(host)}
    return {urlsplit(settings.SITE_URL).hostname, *named}


def lists() -> spam.Hosts:
    """The lists as they are now: one query."""
    trusted = (
        TrustedHost.objects.order_by().annotate(ban=models.Value(0)).values_list("host", "ban")
    )
    blocked = (
        BlockedHost.objects.order_by().annotate(ban=models.Value(1)).values_list("host", "ban")
    )
    rows = list(trusted.union(blocked, all=True))
    known = {host for host, ban in rows if not ban}
    forbidden = {host for host, ban in rows if ban} | set(_listed_in_file())
    return spam.Hosts(
        known=frozenset({spam.GOVERNMENT} | own_hosts() | known),
        forbidden=spam.shipped_hosts() | forbidden,
    )


def _listed_in_file() -> list[str]:
    """The hosts of LINK_BLOCKLIST_FILE; the settings have seen that it can be read."""
    file = settings.LINK_BLOCKLIST_FILE
    if not file:
        return []
    return [line.lower() for line in spam.read_list(Path(file))]


# ── Forms whose saving is the publication ───────────────────────────────────────────────────────
LINKS_ALLOWED = "links_allowed"


class _Box(forms.CheckboxInput):
    """A box that stands for the sites it was shown with: a tick says nothing of others."""

    def __init__(self, hosts: list[str], ticked: set[str]):
        self.hosts = hosts
        super().__init__(check_test=lambda _value: ticked.issuperset(hosts))

    def value_from_datadict(self, data, files, name):
        return data.get(name, "")

    def format_value(self, value):
        return " ".join(self.hosts)


class LinkForm(forms.ModelForm):
    """A form of what readers see as soon as it is saved: its links are looked at.

    A forbidden site is refused; a site that nobody knows yet is named, and saved once the box
    says that it was looked at. The box keeps its tick when the form comes back for another reason,
    and loses it when the links lead elsewhere by then.
    """

    links_allowed = forms.CharField(
        required=False,
        widget=forms.HiddenInput,  # shown once there is something to tick
        label=_("I have looked at the sites the links lead to; they may be shown"),
    )

    strange_hosts: list[str] = []

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        hosts, strange = None, []
        for name in self._link_fields():
            if addresses := self._addresses(name, cleaned.get(name)):
                hosts = hosts or lists()
                self._refuse(name, addresses, hosts)
                strange += spam.strange_hosts(addresses, hosts)
        self.strange_hosts = list(dict.fromkeys(strange))
        if self.strange_hosts:
            self._ask(ticked=set((cleaned.get("links_allowed") or "").split()))
        return cleaned

    def _ask(self, *, ticked: set[str]) -> None:
        self.fields["links_allowed"].widget = _Box(self.strange_hosts, ticked)
        if not ticked.issuperset(self.strange_hosts):
            said = gettext(
                "Not on the list of known sites: %s. Look at the site, then tick this box."
            )
            self.add_error("links_allowed", said % ", ".join(self.strange_hosts))

    def _link_fields(self) -> list[str]:
        """The changed fields that hold links: addresses, and rich text."""
        kinds = (RichTextField, models.URLField)
        return [
            name
            for name in self.changed_data
            if name == "link"
            or (name in self.fields and isinstance(_model_field(self, name), kinds))
        ]

    def _addresses(self, name: str, value) -> list[str]:
        if not value:
            return []
        if isinstance(_model_field(self, name), RichTextField):
            return [link.address for link in foreign_html.links(value)]
        return [value]

    def _refuse(self, name: str, addresses: list[str], hosts: spam.Hosts) -> None:
        for address in addresses:
            if reason := hosts.refuses(address):
                self.add_error(name, gettext("This link must go: %s.") % reason.sentence)

    def _save_m2m(self):
        """Called once the row is there, whichever way the form is saved."""
        super()._save_m2m()
        if self.strange_hosts:
            audit.record("link_allowed", target=self.instance, after={"hosts": self.strange_hosts})


def _model_field(form: forms.ModelForm, name: str):
    return next((one for one in form._meta.model._meta.fields if one.name == name), None)
