"""The time of an article beside what leads to it from a person or a unit.

The triggers that keep it, and what it holds of rows that are there already, come when all
migrations are done (news/newest_sql.py).
"""

from django.db import migrations, models

from news import newest_sql

LISTED = {
    "ArticleDepartment": ("articledepartment_newest", "department"),
    "ArticlePerson": ("articleperson_newest", "of_person"),
    "Conference": ("conference_newest", "of_person"),
}


def no_triggers(apps, schema_editor):
    newest_sql.drop(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("departments", "0004_websites_of_contacts"),
        ("news", "0013_moments_ahead"),
    ]

    operations = [
        *(
            migrations.AddField(
                model, "public_from", models.DateTimeField(editable=False, null=True)
            )
            for model in LISTED
        ),
        *(
            migrations.AddField(
                model, "of_person", models.BigIntegerField(editable=False, null=True)
            )
            for model in ("ArticlePerson", "Conference")
        ),
        *(
            migrations.AddIndex(
                model,
                models.Index(
                    fields=[first, "-public_from", "-article"],
                    condition=models.Q(("public_from__isnull", False)),
                    name=name,
                ),
            )
            for model, (name, first) in LISTED.items()
        ),
        # Run first on the way back.
        migrations.RunPython(migrations.RunPython.noop, no_triggers),
    ]
