"""Whose unpublished texts somebody sees and reviews: groups times membership.

A text belongs to the unit that it comes from; where none is named, to the units of who entered it;
a working copy to those of its article. Colleagues of one unit see each other's texts, and nobody
else's. A reviewer who is a member of units reviews their texts, those of the units below them, and
texts that belong to no unit; one who is a member of none reviews everything.
"""

from __future__ import annotations

from django.db.models import Q

from departments.memberships import units_of
from departments.models import Membership

NONE = {"department": None}


def reviews_everything(user) -> bool:
    """Whether no unit bounds what this reviewer reviews."""
    return user.is_superuser or not units_of(user).own


def of_colleagues(user) -> Q:
    """Texts of the user's own units; nothing for who is a member of none."""
    own = units_of(user).own
    return _of_units(own) if own else Q(pk__in=[])


def to_review(user) -> Q:
    """Texts that a reviewer with units reviews."""
    return _of_units(units_of(user).reach) | _of_no_unit()


def _of_units(units) -> Q:
    members = Membership.objects.filter(department__in=units).values("user")
    return _of_text(lambda text: text(department__in=units) | text(created_by__in=members, **NONE))


def _of_no_unit() -> Q:
    placed = Membership.objects.values("user")
    return _of_text(lambda text: text(**NONE) & ~text(created_by__in=placed))


def _of_text(condition) -> Q:
    """The condition on a text itself, or on the article of a working copy."""

    def of_row(**fields) -> Q:
        return Q(**fields)

    def of_live(**fields) -> Q:
        return Q(**{f"draft_of__{name}": value for name, value in fields.items()})

    return Q(draft_of=None) & condition(of_row) | Q(draft_of__isnull=False) & condition(of_live)


def lies_with(article, user) -> bool:
    """The same as `to_review` for one article at hand, saved or not."""
    if reviews_everything(user):
        return True
    text = article.draft_of or article
    reach = units_of(user).reach
    if text.department_id:
        return text.department_id in reach
    units = Membership.objects.filter(user=text.created_by_id).values_list("department", flat=True)
    return not units or bool(reach & set(units))
