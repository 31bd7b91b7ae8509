"""What is counted of the site's content and work: shown to administrators, and to Prometheus.

Apps register their figures; each is asked for when somebody looks, and costs a query or two.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Figure:
    """`name` is what Prometheus calls it, after "portal_", and `words` how it explains it; `title`
    is what a screen says."""

    name: str
    words: str
    title: Promise
    read: Callable[[], float]


_figures: dict[str, Figure] = {}


def register(figure: Figure) -> None:
    _figures[figure.name] = figure


def all_figures() -> list[Figure]:
    return list(_figures.values())
