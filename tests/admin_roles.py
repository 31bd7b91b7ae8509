"""Every address of the admin, asked by every role: what the tables of rights in the tests share."""

from copy import copy
from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.test import Client
from django.urls import URLResolver

import portal.urls
from portal.models import User
from tests.factories import make_user

# The groups of each role; a stranger has no account, a superuser needs no group.
ROLES = {
    "stranger": None,
    "staff": [],
    "writer": ["Phóng viên"],
    "reviewer": ["Duyệt đăng"],
    "admin": ["Quản trị"],
    "superuser": [],
}
# Every way in which somebody could try to get more than the screen offers.
FORGED_QUERIES = (
    "?_popup=1",
    "?_popup=1&_to_field=password",
    "?_to_field=password",
    "?_to_field=email",
    "?password__startswith=md5",
    "?user__password__startswith=md5",
    "?memberships__user__password__startswith=md5",
    "?email__contains=example",
    "?_changelist_filters=password__startswith%3Dmd5",
    "?o=99.-3.x",
    "?q=example.org",
    "?e=1",
    "?all=&p=0",
    "?_facets=True&is_superuser__exact=1",
)


def make_roles() -> dict[str, User | None]:
    """An account for each role."""
    return {
        role: None if groups is None else _account(role, groups) for role, groups in ROLES.items()
    }


def _account(role, groups) -> User:
    return make_user(
        username=f"tk-{role}",
        email=f"tk-{role}@example.org",
        groups=groups,
        is_superuser=role == "superuser",
    )


def client_of(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


@dataclass(frozen=True)
class Address:
    """An address of the admin: its name ("" where it has none), its pattern, its arguments."""

    name: str
    route: str
    arguments: tuple[str, ...]


def addresses(patterns=None, before="") -> list[Address]:
    """All that answers below ADMIN_PATH: sign-in, and every screen of the apps."""
    patterns = portal.urls.staff if patterns is None else patterns
    found = []
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, route)
        else:
            arguments = pattern.pattern.converters or pattern.pattern.regex.groupindex
            found.append(Address(pattern.name or "", route, tuple(arguments)))
    return found


def table(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """(address, subject) → the answers to GET/POST by role, from lines of words."""
    heading, *lines = text.strip().splitlines()
    roles = heading.split()[2:]
    rows = {}
    for line in lines:
        name, subject, *answered = line.split()
        rows[name, subject] = dict(zip(roles, answered, strict=True))
    return rows


def forged() -> dict:
    """Fields that no form of a screen offers to whoever may not have them."""
    return {
        "is_superuser": "on",
        "is_staff": "on",
        "is_active": "on",
        "groups": list(Group.objects.values_list("pk", flat=True)),
        "user_permissions": list(Permission.objects.values_list("pk", flat=True)[:5]),
        "password": "md5$a$b",
        "id": "1",
        "pk": "1",
        "status": "published",
        "publish_at": "01/01/2020 08:00",
        "draft_of": "1",
        "version": "1",
        "deleted_at": "",
        "withdrawn_at": "",
        "takedown": "",
        "created_by": "1",
        "author": "1",
        "user": "1",
    }


def standing() -> dict[int, dict]:
    """What each account may do and by what it signs in: its columns, groups, rights, units,
    second factors."""
    columns = ("is_active", "is_staff", "is_superuser", "password", "email")
    found = {row["pk"]: row for row in User.objects.values("pk", *columns)}
    for name in ("groups", "user_permissions", "memberships", "authenticator"):
        for row in found.values():
            row[name] = set()
        for pk, other in User.objects.exclude(**{name: None}).values_list("pk", name):
            found[pk][name].add(other)
    return found


def ask(client, address, fields=None, *, seen=lambda: None):
    """What GET and POST answer and show, and what `seen` says after the POST; nothing stays."""
    statuses, shown = [], ""
    cookies = copy(client.cookies)
    for send in (client.get, lambda url: client.post(url, fields or {})):
        client.cookies = copy(cookies)  # whoever is signed out there is not signed out here
        with transaction.atomic():
            response = send(address)
            statuses.append(str(response.status_code))
            shown += response.getvalue().decode() + response.headers.get("Location", "")
            after = seen()
            transaction.set_rollback(True)
    client.cookies = cookies
    return "/".join(statuses), shown, after
