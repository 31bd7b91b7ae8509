"""In which units a member of staff works, through renamings and mergers."""

from __future__ import annotations

from dataclasses import dataclass

from departments.models import Department, Membership, Succession, today


@dataclass(frozen=True)
class Units:
    """`own`: the ids of somebody's units, what became of them and what they came from;
    `reach`: these and all below them. Both are empty for who is a member of none."""

    own: frozenset[int] = frozenset()
    reach: frozenset[int] = frozenset()


def units_of(user) -> Units:
    """The units of a user, read once for each object: one query without memberships, else three.

    A unit that was renamed, merged or moved leaves its members to its heir, by the clock. Of a
    split somebody must say who went where: until then they stay with what the old unit wrote.
    """
    if not hasattr(user, "_units"):
        memberships = Membership.objects.filter(user=user)
        user._units = _units(memberships.values_list("department", flat=True))
    return user._units


def _units(members_of) -> Units:
    named = set(members_of)
    if not named:
        return Units()
    effective = Succession.objects.filter(effective_on__lte=today())
    steps = list(effective.values_list("predecessor_id", "successor_id", "kind"))
    heirs = [(old, new) for old, new, kind in steps if kind != Succession.Kind.SPLIT]
    now = _followed(named, heirs)
    own = _followed(now, [(new, old) for old, new, _kind in steps])
    parents = Department.objects.order_by().values_list("parent", "pk")
    return Units(frozenset(own), frozenset(_followed(own, list(parents))))


def _followed(start: set[int], pairs: list[tuple[int, int]]) -> set[int]:
    """`start` and all that is reached from it by the pairs (from, to)."""
    onward: dict[int, list[int]] = {}
    for origin, goal in pairs:
        onward.setdefault(origin, []).append(goal)
    found, ahead = set(start), list(start)
    while ahead:
        fresh = [goal for goal in onward.get(ahead.pop(), []) if goal not in found]
        found.update(fresh)
        ahead += fresh
    return found
