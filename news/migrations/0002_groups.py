"""The three groups of the newsroom and what each may do."""

from django.db import migrations

EVERY = ("add", "change", "delete", "view")
WRITES = ("add", "change", "view")

WRITER = {
    "news.article": WRITES,
    "news.report": WRITES,
    "news.photo": WRITES,
    "news.articlephoto": EVERY,
    "news.attachment": EVERY,
    "news.conference": EVERY,
    "news.articleperson": EVERY,
    "news.articledepartment": EVERY,
    "news.category": ("view",),
    "departments.department": ("view",),
    "departments.person": ("view",),
    "departments.position": ("view",),
    "departments.appointment": ("view",),
}
EDITOR = WRITER | {
    "news.article": (*WRITES, "publish", "return", "withdraw"),
    "news.photo": EVERY,
    "news.category": WRITES,
    "news.urgentnotice": EVERY,
    "portal.synonym": EVERY,
}
ADMINISTRATOR = {
    "portal.user": WRITES,
    "portal.synonym": EVERY,
    "news.category": EVERY,
    "news.urgentnotice": EVERY,
    "departments.department": EVERY,
    "departments.succession": EVERY,
    "departments.contact": EVERY,
    "departments.person": EVERY,
    "departments.position": EVERY,
    "departments.appointment": EVERY,
    "departments.membership": EVERY,
    "departments.sitesettings": WRITES,
}
GROUPS = {"Phóng viên": WRITER, "Duyệt đăng": EDITOR, "Quản trị": ADMINISTRATOR}


def make_groups(apps, schema_editor):
    for name, rights in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(*_permissions(apps, rights))


def _permissions(apps, rights):
    """The rows, made here when they are missing: Django makes them only after all migrations."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    for label, actions in rights.items():
        app, model = label.split(".")
        content_type, _ = content_types.get_or_create(app_label=app, model=model)
        for action in actions:
            permission, _ = permissions.get_or_create(
                content_type=content_type,
                codename=f"{action}_{model}",
                defaults={"name": f"Can {action} {model}"},
            )
            yield permission


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
