"""Who reads the audit trail: the administrators."""

from django.db import migrations

GROUP, CODENAME = "Quản trị", "view_auditentry"


def give(apps, schema_editor):
    content_types = apps.get_model("contenttypes", "ContentType").objects
    content_type, _ = content_types.get_or_create(app_label="portal", model="auditentry")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=CODENAME, defaults={"name": "Can view audit entry"}
    )
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=GROUP)
    group.permissions.add(permission)


def take(apps, schema_editor):
    for group in apps.get_model("auth", "Group").objects.filter(name=GROUP):
        group.permissions.remove(*group.permissions.filter(codename=CODENAME))


class Migration(migrations.Migration):
    dependencies = [("news", "0008_categories_of_emptied_rows"), ("portal", "0006_audit_trail")]

    operations = [migrations.RunPython(give, take)]
