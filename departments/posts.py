"""Who holds which post on a day, and since when: what pages and open data say of it."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Collection

from django.db.models import FilteredRelation
from django.utils.translation import gettext as _

from departments.models import Appointment, Department, Position, today
from portal.prepared import Prepared


class Posts:
    """The positions of some units with every term ever held in them.

    Each is a Position whose `term` is an Appointment, or None where it is vacant.
    """

    def __init__(self, rows: list[Position], *, on: datetime.date | None = None):
        """`rows`: as one of the queries below gives them."""
        self.on = on or today()
        # The terms of all times: which of them holds is said by Appointment.holds alone.
        self._rows = rows
        for row in self._rows:
            row.term = getattr(row, "term", None)  # left out where there is none

    @classmethod
    def of_unit(cls, unit: Department) -> Posts:
        return cls(_of_unit(unit=unit.pk))

    @classmethod
    def of_open_units(cls) -> Posts:
        on = today()
        return cls(_of_open_units(on=on), on=on)

    @classmethod
    def leading(cls, units: Collection[int]) -> Posts:
        """The posts that lead the agencies of these ids."""
        return cls([row for row in _leading() if row.department_id in units])

    def now(self, *, department: int | None = None) -> list[Position]:
        """Who holds them on the day, the vacant ones too; one post for each holder.

        By rank; people of one rank by their given name. `department`: of this unit alone.
        """
        rows = [row for row in self._rows if department in {None, row.department_id}]
        held = [row for row in rows if row.term and row.term.holds(self.on)]
        taken = {row.pk for row in held}
        vacant = {row.pk: _vacant(row) for row in rows if row.pk not in taken}
        return sorted([*held, *vacant.values()], key=_by_rank)

    def heads(self) -> dict[int, list[Position]]:
        """For each unit's id its posts of the lowest rank, as `now` gives them."""
        heads: dict[int, list[Position]] = {}
        for post in self.now():
            of_unit = heads.setdefault(post.department_id, [])
            if not of_unit or of_unit[0].pk == post.pk:
                of_unit.append(post)
        return heads

    def ended(self) -> list[Position]:
        """Terms that were over before the day, the newest first."""
        rows = [row for row in self._rows if row.term and row.term.last_day < self.on]
        rows.sort(key=_by_rank)
        return sorted(rows, key=lambda row: row.term.ended_on, reverse=True)


@Prepared
def _of_unit(unit):
    return _with_terms(Position.objects.filter(department=unit))


@Prepared
def _of_open_units(on):
    return _with_terms(Position.objects.filter(department__in=Department.objects.open(on=on)))


@Prepared
def _leading():
    return _with_terms(Position.objects.filter(is_leadership=True))


def _with_terms(positions):
    return (
        positions.annotate(term=FilteredRelation("appointments"))
        .select_related("department", "term__person")
        .defer("department__functions", "term__person__biography")
        .order_by("rank", "pk")
    )


def _vacant(post: Position) -> Position:
    vacant = copy.copy(post)  # the row itself may stand for a term that has ended
    vacant.term = None
    return vacant


def _by_rank(post: Position) -> tuple:
    return (post.rank, post.term is None, post.term.person.sort_key if post.term else "", post.pk)


# ── In words ────────────────────────────────────────────────────────────────────────────────────


def title(term: Appointment) -> str:
    """The post without its unit: "Giám đốc"; acting heads say so."""
    if term.is_acting:
        return _("Acting head: %s") % term.position.title
    return term.position.title


def start(term: Appointment) -> str:
    """ "01/03/2020", "tháng 3/2020" or "2020", as exactly as it is known; "" when it is not.

    Months 1 and 2 take a zero, as in formal dates.
    """
    day = term.started_on
    if day is None:
        return ""
    if term.start_precision == Appointment.Precision.YEAR:
        return f"{day.year:04d}"
    if term.start_precision == Appointment.Precision.MONTH:
        month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
        return _("month %(month)s/%(year)s") % {"month": month, "year": f"{day.year:04d}"}
    return f"{day:%d/%m}/{day.year:04d}"


def duration(term: Appointment) -> str:
    """ "01/03/2020 – 28/02/2025", "tháng 3/2020 – nay", "không rõ – 28/02/2025", "đương nhiệm".

    A last day ahead is not shown: it may still change.
    """
    unknown, now, begin = _("unknown"), _("now"), start(term)
    if term.last_day < today():
        end = f"{term.ended_on:%d/%m}/{term.ended_on.year:04d}"
        return f"{begin or unknown} – {end}"
    return f"{begin} – {now}" if begin else _("in office")
