"""What `manage.py migrate` and `check --database default` say about the setting of groups."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.checks import Error, Tags, register
from django.db import DatabaseError


@register(Tags.database)
def required_groups_exist(app_configs, databases, **kwargs):
    """A group that is misspelt would ask nobody for a second factor."""
    if not databases:
        return []
    try:
        there = set(Group.objects.values_list("name", flat=True))
    except DatabaseError:
        return []  # before the first migration
    missing = sorted(set(settings.MFA_REQUIRED_GROUPS) - there)
    if not there or not missing:
        return []
    names = ", ".join(missing)
    return [Error(f"MFA_REQUIRED_GROUPS nêu nhóm không có: {names}.", id="portal.E001")]
