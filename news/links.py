"""Whether the pages of this site that a text links to are there for readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from departments.models import Department, Person
from news.models import Article, Category
from portal import files
from portal.publishing import Takedown
from portal.text import row_number


def local_path(address: str) -> str:
    """The path of this site that the address means, "" for other sites."""
    site = settings.SITE_URL.rstrip("/")
    address = "/" if address == site else address.removeprefix(site)
    if not address.startswith("/") or address.startswith("//"):
        return ""
    return unquote(urlsplit(address).path)


def dead_paths(paths: Iterable[str]) -> set[str]:
    """Those of the paths that lead readers to nothing; one question a kind of page."""
    dead: set[str] = set()
    asked: dict[Callable, dict[str, str | int]] = {}
    for path in set(paths):
        there, key = _page(path)
        if there is None:
            dead.add(path)
        elif there is not _always:
            asked.setdefault(there, {})[path] = key
    for there, keys in asked.items():
        found = there(set(keys.values()))
        dead |= {path for path, key in keys.items() if key not in found}
    return dead


def _page(path: str) -> tuple[Callable | None, str | int]:
    """Who knows whether the page is there, and by what key; nobody where it is none of readers'."""
    try:
        found = resolve(path)
    except Resolver404:
        return None, ""
    if "admin" in found.namespaces or found.view_name in _OF_ONE_READER:
        return None, ""
    argument, there = _PAGES.get(found.view_name, ("", _always))
    return there, found.kwargs.get(argument, "")


# What only the holder of a key is shown, and not for long.
_OF_ONE_READER = {"news:preview_link"}


def _always(keys: set) -> set:
    """Pages that are there whatever the site holds."""
    return keys


def _articles(pks: set[int]) -> set[int]:
    """What answers readers, or leads them on to where it has moved."""
    known = Article.objects.filter(pk__in=[pk for pk in pks if row_number(str(pk))])
    moved = known.once_public().filter(deleted_at=None, takedown=Takedown.MOVED)
    return set(known.readable().values_list("pk", flat=True)) | set(
        moved.values_list("pk", flat=True)
    )


def _categories(slugs: set[str]) -> set[str]:
    return set(Category.objects.filter(slug__in=slugs).values_list("slug", flat=True))


def _units(slugs: set[str]) -> set[str]:
    units = Department.objects.founded().filter(slug__in=slugs)
    return set(units.values_list("slug", flat=True))


def _people(slugs: set[str]) -> set[str]:
    return set(Person.objects.filter(slug__in=slugs).values_list("slug", flat=True))


_PAGES = {
    "news:article_detail": ("pk", _articles),
    "news:article_short": ("pk", _articles),
    "news:article_print": ("pk", _articles),
    "news:category_detail": ("slug", _categories),
    "news:category_feed": ("slug", _categories),
    "news:unit_feed": ("slug", _units),
    "departments:department_detail": ("slug", _units),
    "departments:person_detail": ("slug", _people),
    "media": ("name", files.public_names),
}
