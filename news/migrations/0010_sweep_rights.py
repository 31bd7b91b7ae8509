"""Administrators look at what the sweep found and keep the lists of sites."""

from django.db import migrations

EVERY = ("add", "change", "delete", "view")
RIGHTS = {
    "trustedhost": EVERY,
    "blockedhost": EVERY,
    "sweepfinding": ("change", "view"),
}


def _permissions(apps):
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    for model, actions in RIGHTS.items():
        content_type, _ = content_types.get_or_create(app_label="portal", model=model)
        for action in actions:
            permission, _ = permissions.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {model}"},
            )
            yield permission


def grant(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.get(name="Quản trị")
    group.permissions.add(*_permissions(apps))


def revoke(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.get(name="Quản trị")
    group.permissions.remove(*_permissions(apps))


class Migration(migrations.Migration):
    dependencies = [("news", "0009_audit_rights"), ("portal", "0007_sweep")]

    operations = [migrations.RunPython(grant, revoke)]
