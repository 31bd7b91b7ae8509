"""Who may do what to accounts: nobody raises himself, nobody touches a superior, somebody stays.

The screens ask here (portal.admin). Groups are made by a migration of the newsroom; what counts for
accounts is the one group of those who keep them.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.admin.models import LogEntry
from django.contrib.auth.forms import ReadOnlyPasswordHashWidget, UserChangeForm
from django.contrib.auth.hashers import is_password_usable
from django.core.exceptions import ValidationError
from django.db.models import PROTECT, SET_NULL
from django.utils.translation import gettext_lazy as _

from portal.models import ADMINISTRATORS, User

FLAGS = ("is_active", "is_staff", "is_superuser")
# Nobody changes these of his own account.
RIGHTS = ("groups", *FLAGS)

NOBODY_LEFT = _(
    "This is the last account that keeps the accounts. Make another one an administrator first."
)
NO_SUPERUSER_LEFT = _("This is the last superuser account. Make another superuser first.")


def may_change(user: User, other: User) -> bool:
    """Whether `user` may change `other`: those who keep accounts may, but for their superiors."""
    return user.keeps_accounts and user.rank >= other.rank


def described(user: User) -> dict:
    """What the audit trail keeps of an account: names and rights, never a password."""
    names = ("username", "email", "last_name", "first_name", *FLAGS)
    units = user.memberships.select_related("department")
    return {name: getattr(user, name) for name in names} | {
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "units": sorted(str(membership.department) for membership in units),
    }


def differences(before: dict, after: dict) -> tuple[dict, dict]:
    """The same two with only what differs."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before[name] for name in changed if name in before}, {
        name: after[name] for name in changed
    }


def what_names(user: User) -> list[str]:
    """What would lose the name of its author with the account: "Bài viết: 3"."""
    found = []
    for relation in User._meta.get_fields(include_hidden=True):
        if relation.one_to_many and _keeps_its_account(relation):
            rows = relation.related_model._base_manager.filter(**{relation.field.name: user})
            if count := rows.count():
                name = relation.related_model._meta.verbose_name_plural
                found.append(f"{name}: {count}")
    return found


def _keeps_its_account(relation) -> bool:
    is_log = relation.related_model is LogEntry  # deleted with the account, and with it who did it
    return is_log or relation.on_delete in {SET_NULL, PROTECT}


class PasswordLine(ReadOnlyPasswordHashWidget):
    """Whether there is a password, and the way to another one.

    Django's own also shows the method and how salt and hash begin, which helps guessing alone.
    """

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        is_set = bool(value) and is_password_usable(value)
        context["summary"] = [
            {"label": _("A password is set.") if is_set else _("No password is set.")}
        ]
        return context


class AccountForm(UserChangeForm):
    """An account as it is changed: somebody who keeps the accounts must stay."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordLine()

    def clean(self):
        data = super().clean()
        before, after = _Standing.of(self.instance), _Standing.of(self.instance, typed=data)
        if before != after:
            # Two who disable each other at the same moment: the second waits here, and is refused.
            others = list(User.objects.keepers().select_for_update().order_by("pk"))
            others = [_Standing.of(other) for other in others if other.pk != self.instance.pk]
            self._check_somebody_stays(before, after, others)
        return data

    @staticmethod
    def _check_somebody_stays(before, after, others) -> None:
        if before.keeps and not any(one.keeps for one in (after, *others)):
            raise ValidationError(NOBODY_LEFT)
        if before.is_superuser and not any(one.is_superuser for one in (after, *others)):
            raise ValidationError(NO_SUPERUSER_LEFT)


@dataclass(frozen=True)
class _Standing:
    """What an account is worth to the accounts, as it is or as typed; nothing while disabled."""

    keeps: bool
    is_superuser: bool

    @classmethod
    def of(cls, user: User, *, typed=None) -> _Standing:
        typed = typed or {}
        active, staff, superuser = (typed.get(name, getattr(user, name)) for name in FLAGS)
        groups = typed.get("groups", user.groups.all())
        keeps = superuser or any(group.name == ADMINISTRATORS for group in groups)
        works = active and staff
        return cls(keeps=works and keeps, is_superuser=works and superuser)
