"""Accounts, what search keeps, the audit trail. Whose content it is, the apps above know."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal import audit_chain
from portal.fields import CharField, EmailField, TextField
from portal.text import syllables

# Of a group of synonyms: each pair of words of a query is looked up in every combination.
MOST_TERMS, LONGEST_TERM = 8, 100


# The group of those who keep the accounts; a migration of the newsroom makes it.
ADMINISTRATORS = "Quản trị"


class AccountManager(UserManager):
    use_in_migrations = False

    def keepers(self):
        """The accounts that keep accounts now."""
        members = User.groups.through.objects.filter(group__name=ADMINISTRATORS).values("user")
        may = Q(is_superuser=True) | Q(pk__in=members)
        return self.filter(may, is_active=True, is_staff=True)


class User(AbstractUser):
    """A member of staff. Citizens have no account."""

    # Letters that look like others make two accounts look like one: no accents, no other scripts.
    username = models.CharField(
        _("username"),
        max_length=150,
        unique=True,
        help_text=_("Letters without accents, digits and @ . + - _"),
        validators=[
            ASCIIUsernameValidator(
                message=_("Use letters without accents, digits and @ . + - _ only.")
            )
        ],
        error_messages={"unique": _("Another account already uses this username.")},
    )
    email = EmailField(
        _("email address"),
        unique=True,
        error_messages={"unique": _("Another account already uses this email address.")},
    )

    # Goes up to end every session of the account.
    session_series = models.PositiveIntegerField(default=0, editable=False)

    objects = AccountManager()

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_once",
                violation_error_message=_("Another account already uses this username."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=_("Another account already uses this email address."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def get_full_name(self) -> str:
        """The family's name first, as in Vietnamese: "Hoàng Thị Lan"."""
        return f"{self.last_name} {self.first_name}".strip()

    def get_session_auth_hash(self) -> str:
        """A session holds while this stays: as Django's, until the password changes, or until
        `end_sessions`."""
        return f"{super().get_session_auth_hash()}-{self.session_series}"

    def get_session_auth_fallback_hash(self):
        for former in super().get_session_auth_fallback_hash():
            yield f"{former}-{self.session_series}"

    def end_sessions(self) -> None:
        """Sign this account out everywhere, with each browser's next request."""
        User.objects.filter(pk=self.pk).update(session_series=F("session_series") + 1)
        self.refresh_from_db(fields=["session_series"])

    def clean(self):
        """Say beside the field what the constraints would say of the whole form."""
        super().clean()
        others = User.objects.exclude(pk=self.pk)
        for name in ("username", "email"):
            if others.filter(**{f"{name}__iexact": getattr(self, name)}).exists():
                taken = self._meta.get_field(name).error_messages["unique"]
                raise ValidationError({name: taken})

    @cached_property
    def rank(self) -> int:
        """2 for superusers, 1 for those who keep the accounts, disabled or not; 0 for the rest."""
        if self.is_superuser:
            return 2
        return int(self.groups.filter(name=ADMINISTRATORS).exists())

    @property
    def keeps_accounts(self) -> bool:
        """Whether it may look after accounts; a single right of Django's is not enough."""
        return self.is_active and self.is_staff and self.rank > 0


class FailedTry(models.Model):
    """A password, code or passkey that was wrong, or is being judged (portal.accounts.limits).

    Kept for hours. `who` is the account's number, or a digest of a name that no account has.
    """

    PASSWORD, CODE, PASSKEY, RESET = "password", "code", "passkey", "reset"

    kind = models.CharField(max_length=10)
    who = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField(db_index=True)
    told = models.BooleanField(default=False)  # its owner got a letter

    class Meta:
        indexes = [
            models.Index(fields=["who", "kind"], name="failedtry_who_kind"),
            models.Index(fields=["address"], name="failedtry_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


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

    @property
    def term_list(self) -> list[str]:
        return [term.strip() for term in self.terms.split("\n") if term.strip()]

    def clean(self):
        phrases = {" ".join(syllables(term)) for term in self.term_list} - {""}
        if len(phrases) < 2:
            raise ValidationError({"terms": _("Write at least two different words, one a line.")})
        if len(phrases) > MOST_TERMS or max(map(len, phrases)) > LONGEST_TERM:
            raise ValidationError(
                {
                    "terms": _("At most %(terms)s words of %(length)s characters each.")
                    % {"terms": MOST_TERMS, "length": LONGEST_TERM}
                }
            )
        for other in Synonym.objects.exclude(pk=self.pk):
            if phrases & {" ".join(syllables(term)) for term in other.term_list}:
                raise ValidationError(
                    {"terms": _("One of these words is in a group already, add to it: %s") % other}
                )


class SearchEntry(models.Model):
    """One public thing in the search index; portal.search writes and reads it.

    The folded columns hold the syllables without accents, the toned ones the same with them
    (portal.text: `syllables`, `toned_syllables`), each between single spaces. The two times bound
    when the thing is public, so that the clock alone shows and hides it. What looks words up lies
    beside the table: see portal.search_sql.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    kind = CharField(max_length=20)
    url = CharField(max_length=255)
    title = CharField(max_length=255)
    text = TextField(blank=True)
    folded_title = CharField(max_length=255)
    folded_text = TextField(blank=True)
    toned_title = models.TextField(blank=True)
    toned_text = models.TextField(blank=True)
    category = models.SlugField(max_length=80, blank=True)
    department = models.SlugField(max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
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


class MaintenanceJob(models.Model):
    """When a job of portal.maintenance was begun and ended last."""

    name = models.SlugField(_("name"), primary_key=True)
    begun_at = models.DateTimeField(_("begun at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    said = TextField(_("what it said"), blank=True)
    problem = TextField(_("problem"), blank=True)
    # A letter has told the administrators of the problem, and none yet that it is over.
    told_at = models.DateTimeField(_("told at"), null=True)

    class Meta:
        verbose_name = _("maintenance job")
        verbose_name_plural = _("maintenance jobs")

    def __str__(self) -> str:
        return self.name


class AuditEntry(models.Model):
    """Who did what to what; portal.audit writes it, nothing changes or deletes it.

    Plain text columns: a hash is over what was stored, so no field may tidy its value.
    """

    sequence = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"))
    # Without a constraint: its lock on the account's row would wait for whoever changes the
    # account and waits for the chain. An account with entries is switched off, never deleted.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("account"),
    )
    actor_name = models.CharField(_("who"), max_length=300)
    roles = models.CharField(_("rights at that time"), max_length=255)
    address = models.CharField(_("IP address"), max_length=45)
    request_id = models.CharField(_("number of the request"), max_length=64)
    action = models.CharField(_("action"), max_length=40)
    target_type = models.CharField(_("kind"), max_length=100)
    target_id = models.CharField(_("number of the object"), max_length=64)
    target_title = models.CharField(_("object"), max_length=255)
    # Title and person without accents and case, for searches.
    words = models.TextField()
    before = models.TextField(_("before"))
    after = models.TextField(_("after"))
    key_id = models.CharField(max_length=8)
    previous = models.CharField(max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-sequence"]
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["actor", "-sequence"], name="auditentry_by_actor"),
            models.Index(fields=["action", "-sequence"], name="auditentry_by_action"),
            models.Index(fields=["at"], name="auditentry_by_time"),
            models.Index(fields=["target_type", "target_id", "-sequence"], name="auditentry_of"),
            models.Index(fields=["address", "-sequence"], name="auditentry_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}"

    def seal(self) -> None:
        """Hash the entry as it is now, behind the one before it."""
        self.key_id, key = audit_chain.current_key()
        values = tuple(getattr(self, name) for name in audit_chain.FIELDS)
        self.hash = audit_chain.digest(values, key)


class AuditHead(models.Model):
    """Where the chain of entries ends: one row, which a trigger lets follow them.

    Locking it puts those who record at the same moment into a row.
    """

    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = []

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


# Models of one subject each, in modules of their own.
from portal.hosts import BlockedHost, TrustedHost  # noqa: E402, F401
from portal.sweep_records import SweepFinding, SweepRun  # noqa: E402, F401
