"""What is public, and the verbs that change it.

The clock publishes: no job flips a flag. `published()` is the only door to what the public sees
in lists; what is wider has a name of its own (`readable`, `visible_to`). Verbs change the state;
VERBS says from where, to where, and who may.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import audit, search
from portal.fields import CharField, TextField


class Status(models.TextChoices):
    """The words of the trade in Vietnamese newsrooms."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted for review")
    RETURNED = "returned", _("Returned")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Takedown(models.TextChoices):
    NOTICE = "notice", _("Keep the page under a notice")
    MOVED = "moved", _("Send readers to another page")
    REMOVED = "removed", _("Remove the page")


@dataclass(frozen=True)
class Verb:
    """A change of state: from which states, to which, and the permission it takes.

    `is_of_author`: nobody may do it to a text that somebody else has entered.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str
    permission: str
    is_of_author: bool = False


VERBS = {
    verb.name: verb
    for verb in (
        Verb(
            "submit",
            _("Submit for review"),
            frozenset({Status.DRAFT, Status.RETURNED}),
            Status.SUBMITTED,
            "change",
        ),
        Verb(
            "take_back",
            _("Take back to change it"),
            frozenset({Status.SUBMITTED}),
            Status.DRAFT,
            "change",
            is_of_author=True,
        ),
        Verb(
            "return_to_author",
            _("Return to the author"),
            frozenset({Status.SUBMITTED}),
            Status.RETURNED,
            "return",
        ),
        Verb(
            "publish",
            _("Publish"),
            frozenset({Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.WITHDRAWN}),
            Status.PUBLISHED,
            "publish",
        ),
        Verb(
            "withdraw",
            _("Withdraw"),
            frozenset({Status.PUBLISHED}),
            Status.WITHDRAWN,
            "withdraw",
        ),
    )
}

# Who holds one of these reviews other people's work, and so sees it before it is public.
REVIEW_RIGHTS = ("publish", "return", "withdraw")


def right(model, name: str) -> str:
    """The full name of a permission on a publishable model: "news.publish_article"."""
    meta = model._meta.concrete_model._meta
    return f"{meta.app_label}.{name}_{meta.model_name}"


def is_reviewer(user, model) -> bool:
    """Whether the user has one of the rights of those who review other people's work."""
    return any(user.has_perm(right(model, name)) for name in REVIEW_RIGHTS)


class Refused(Exception):  # noqa: N818 - an answer to the editor, not an error
    """A verb that cannot be done now; `reasons` says why, in an editor's words."""

    def __init__(self, *reasons: str):
        super().__init__(*reasons)
        self.reasons = [str(reason) for reason in reasons]


# What the clock alone publishes and ends: `published()` without its times.
APPROVED = Q(status=Status.PUBLISHED, draft_of=None, deleted_at=None)


class PublishableQuerySet(models.QuerySet):
    def published(self, *, at: datetime.datetime | None = None):
        """What the public sees in lists at the moment `at` (now)."""
        at = at or timezone.now()
        return self._begun(at).filter(Q(expire_at=None) | Q(expire_at__gt=at))

    def readable(self, *, at: datetime.datetime | None = None):
        """What answers 200 under its address: published, expired, withdrawn under a notice."""
        at = at or timezone.now()
        under_notice = self._live().filter(
            status=Status.WITHDRAWN, takedown=Takedown.NOTICE, publish_at__lte=F("withdrawn_at")
        )
        return self._begun(at) | under_notice

    def once_public(self, *, at: datetime.datetime | None = None):
        """Whatever the public could ever read at its address, trashed and removed items too."""
        at = at or timezone.now()
        return self.filter(draft_of=None, publish_at__lte=at).filter(
            Q(status=Status.PUBLISHED, deleted_at=None)
            | Q(status=Status.PUBLISHED, deleted_at__gte=F("publish_at"))
            | Q(status=Status.WITHDRAWN, withdrawn_at__gte=F("publish_at"))
        )

    def visible_to(self, user):
        """What a member of staff may open in the admin, published or not; trash left out."""
        if not (user.is_active and user.is_staff and user.has_perm(right(self.model, "view"))):
            return self.none()
        rows = self.filter(deleted_at=None)
        shared = self.shared_with(user)
        if shared is None:
            return rows
        own = Q(created_by=user) | Q(draft_of__created_by=user)
        # What others have scheduled is not public yet.
        public = Q(status=Status.PUBLISHED, publish_at__lte=timezone.now())
        return rows.filter(own | public | shared)

    def shared_with(self, user) -> Q | None:
        """Which unpublished items of others the user sees; None: all."""
        return None if is_reviewer(user, self.model) else Q(pk__in=[])

    def _live(self):
        return self.filter(draft_of=None, deleted_at=None)

    def _begun(self, at):
        return self._live().filter(status=Status.PUBLISHED, publish_at__lte=at)


RETURN_NEEDS_REASON = _("Write what the author should change.")
EXPIRES_TOO_EARLY = _("The expiry time lies before the publication time.")
CHANGED_MEANWHILE = _(
    "Somebody else has just changed this item. Open it again and look at it first."
)


class Publishable(models.Model):
    """State, times and takedown of something that is published, with the rules in the database.

    A working copy (`draft_of`) is never public and never scheduled: publishing it puts its
    content on the live row. `version` counts the changes of a row; a verb compares it in its
    UPDATE, so two people at once cannot both win.
    """

    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    publish_at = models.DateTimeField(_("publication time"), null=True, blank=True)
    expire_at = models.DateTimeField(
        _("expiry time"),
        null=True,
        blank=True,
        help_text=_("From then on the item leaves every list and its page says it has expired."),
    )
    takedown = models.CharField(
        _("kind of withdrawal"), max_length=10, choices=Takedown, blank=True, editable=False
    )
    notice = TextField(_("notice to readers"), blank=True, editable=False)
    redirect_to = CharField(_("new address"), max_length=255, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    content_changed_at = models.DateTimeField(
        _("content changed"), null=True, blank=True, editable=False
    )
    draft_of = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="working_copy",
        verbose_name=_("working copy of"),
    )

    # What the last `advance` of this instance has replaced, for the audit trail.
    replaced: dict = {}

    objects = PublishableQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=Status.PUBLISHED) | Q(publish_at__isnull=False),
                name="%(class)s_published_has_time",
                violation_error_message=_("What is published needs a publication time."),
            ),
            models.CheckConstraint(
                condition=Q(draft_of=None)
                | Q(
                    status__in=[Status.DRAFT, Status.SUBMITTED, Status.RETURNED],
                    publish_at__isnull=True,
                ),
                name="%(class)s_copy_is_never_public",
                violation_error_message=_("A working copy cannot be published itself."),
            ),
            models.CheckConstraint(
                condition=~Q(draft_of=F("id")), name="%(class)s_not_copy_of_itself"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WITHDRAWN, withdrawn_at__isnull=False) & ~Q(takedown="")
                | ~Q(status=Status.WITHDRAWN) & Q(takedown="", withdrawn_at__isnull=True),
                name="%(class)s_withdrawn_says_how",
                violation_error_message=_("What is withdrawn needs a kind of withdrawal."),
            ),
            models.CheckConstraint(
                # Addresses of this site alone, also for data loads: "//host" is another site.
                condition=~Q(takedown=Takedown.MOVED)
                | Q(redirect_to__startswith="/") & ~Q(redirect_to__startswith="//"),
                name="%(class)s_moved_within_site",
                violation_error_message=_("The new address must be a page of this site."),
            ),
            models.CheckConstraint(
                condition=Q(expire_at=None) | Q(publish_at=None) | Q(expire_at__gt=F("publish_at")),
                name="%(class)s_expires_after_publication",
                violation_error_message=EXPIRES_TOO_EARLY,
            ),
        ]

    def save(self, **kwargs):
        """Fill the times that the state implies; `update()` leaves them to its caller."""
        if self.status == Status.PUBLISHED and self.publish_at is None:
            self.publish_at = timezone.now()
        if self.status == Status.WITHDRAWN and self.withdrawn_at is None:
            self.withdrawn_at = timezone.now()
        super().save(**kwargs)

    # ── What it is now ──────────────────────────────────────────────────────────────────────────
    @property
    def is_live(self) -> bool:
        """Published, its time come, in no trash: expired items too (they still answer)."""
        return (
            self.status == Status.PUBLISHED
            and self.draft_of_id is None
            and self.deleted_at is None
            and self.publish_at <= timezone.now()
        )

    @property
    def is_expired(self) -> bool:
        return self.expire_at is not None and self.expire_at <= timezone.now()

    @property
    def is_public(self) -> bool:
        """The same answer as `published()`, for one row at hand."""
        return self.is_live and not self.is_expired

    @property
    def is_scheduled(self) -> bool:
        return self.status == Status.PUBLISHED and self.publish_at > timezone.now()

    def is_own_text_of(self, user) -> bool:
        """Whether `user` entered this; of what keeps no account nobody did."""
        return False

    # ── Verbs ───────────────────────────────────────────────────────────────────────────────────
    def failure_reasons(self) -> list[str]:
        """Why this cannot be published yet; empty when it can."""
        return []

    def against_publication(self, *, by, publish_at, reason: str) -> list[str]:
        """All at once that keeps `by` from publishing this for `publish_at`."""
        too_early = self.expire_at and publish_at and self.expire_at <= publish_at
        return self.failure_reasons() + ([str(EXPIRES_TOO_EARLY)] if too_early else [])

    def may(self, verb: str, *, by) -> None:
        """Raise Refused where the state or the person's rights do not allow the verb."""
        if refusal := self._refusal(VERBS[verb], by=by):
            if by is not None and not by.has_perm(right(self, VERBS[verb].permission)):
                audit.refuse(actor=by, target=self, verb=verb)
            raise Refused(refusal)

    def is_reviewed_by(self, user) -> bool:
        """Whether the user is one of those who decide on this item."""
        return is_reviewer(user, type(self))

    def can(self, verb: str, user) -> bool:
        """Whether the state and the user's rights allow the verb now."""
        return self.deleted_at is None and not self._refusal(VERBS[verb], by=user)

    def submit(self, *, by) -> None:
        self._move("submit", by=by)

    def take_back(self, *, by) -> None:
        """Make what its author has submitted a draft again, before a reviewer has decided."""
        self._move("take_back", by=by)

    def return_to_author(self, reason: str, *, by) -> None:
        if not reason.strip():
            raise Refused(RETURN_NEEDS_REASON)
        self._move("return_to_author", by=by, reason=reason)

    def publish(self, *, by, at: datetime.datetime | None = None, reason: str = "") -> None:
        """Make public at `at`, else at the time already set, else now.

        Raises Refused with every reason why it cannot be published yet.
        """
        publish_at = at or self.publish_at or timezone.now()
        if reasons := self.against_publication(by=by, publish_at=publish_at, reason=reason):
            raise Refused(*reasons)
        self._move(
            "publish",
            by=by,
            reason=reason,
            publish_at=publish_at,
            takedown="",
            notice="",
            redirect_to="",
            withdrawn_at=None,
        )

    def withdraw(
        self,
        takedown: str = Takedown.NOTICE,
        *,
        by,
        notice: str = "",
        redirect_to: str = "",
        reason: str = "",
    ) -> None:
        """Take down in one of three ways: under a notice, moved, removed."""
        if takedown not in Takedown.values:
            raise Refused(_("Choose what readers should find at the article's address."))
        if takedown == Takedown.NOTICE and not notice.strip():
            raise Refused(_("Write the notice that readers will see."))
        if takedown == Takedown.MOVED and not self._leads_elsewhere(redirect_to):
            raise Refused(_("The new address must be a page of this site, for example /tin-tuc/."))
        self._move(
            "withdraw",
            by=by,
            reason=reason,
            takedown=takedown,
            notice=notice,
            redirect_to=redirect_to if takedown == Takedown.MOVED else "",
            withdrawn_at=timezone.now(),
        )

    def _leads_elsewhere(self, address: str) -> bool:
        """Whether `address` is a page of this site, of a length that can be kept, not this one."""
        own = self.get_absolute_url()
        return (
            is_local_path(address) and len(address) <= 255 and address.strip("/") != own.strip("/")
        )

    def unschedule(self, *, by) -> None:
        """Make what is to be published later a draft again, so that its time can be changed."""
        if not self.is_scheduled:
            raise Refused(_("This article is not waiting for its time."))
        self._move("withdraw", by=by, step="unschedule", status=Status.DRAFT)

    def _refusal(self, verb: Verb, *, by) -> str:
        if by is not None and not by.has_perm(right(self, verb.permission)):
            return gettext("Your account may not do this: %s.") % verb.label
        if by is not None and verb.permission in REVIEW_RIGHTS and not self.is_reviewed_by(by):
            return gettext("This text belongs to another unit: its own reviewers decide on it.")
        if self.status not in verb.sources:
            return gettext("“%(verb)s” is not possible: this item is now “%(status)s”.") % {
                "verb": verb.label,
                "status": self.get_status_display(),
            }
        if verb.is_of_author and by is not None and not self.is_own_text_of(by):
            return gettext("Only its author may do this: %s.") % verb.label
        return ""

    def _move(self, name: str, *, by, reason: str = "", step: str = "", **changes) -> None:
        """Change the state if the verb, the rights and the row's version allow it.

        `by` is None when the system acts (sample content), never for a person. `step`: what is
        kept of it, where that is not the verb itself.
        """
        verb = VERBS[name]
        self.may(name, by=by)
        with transaction.atomic():
            self.advance(**({"status": verb.target} | changes))
            self.record_transition(step or name, by=by, reason=reason)

    def advance(self, **changes) -> None:
        """Write `changes` and count the version, unless somebody else changed the row first."""
        written = (
            type(self)
            ._base_manager.filter(pk=self.pk, version=self.version)
            .update(version=F("version") + 1, **changes)
        )
        if not written:
            raise Refused(CHANGED_MEANWHILE)
        self.replaced = {name: self.__dict__[name] for name in changes if name in self.__dict__}
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1
        search.changed(self)  # an update sends no signal

    def record_transition(self, verb: str, *, by, reason: str) -> None:
        """Keep who did what when; called inside the verb's transaction."""


def is_local_path(address: str) -> bool:
    """Whether this is a plain path of this site: "/tin-tuc/", not "//host" or "https://…"."""
    return (
        address.startswith("/")
        and not address.startswith("//")
        and "\\" not in address
        and address.isprintable()
        and " " not in address
    )
