"""The audit trail, where its chain ends, and the triggers that keep both as they are."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portal import audit_sql


def protect(apps, schema_editor):
    audit_sql.prepare(schema_editor.connection.alias)


def unprotect(apps, schema_editor):
    audit_sql.unprotect(schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0005_search_texts_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "default_permissions": [],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "sequence",
                    models.BigIntegerField(
                        primary_key=True, serialize=False, verbose_name="number"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("actor_name", models.CharField(max_length=300, verbose_name="who")),
                ("roles", models.CharField(max_length=255, verbose_name="rights at that time")),
                ("address", models.CharField(max_length=45, verbose_name="IP address")),
                (
                    "request_id",
                    models.CharField(max_length=64, verbose_name="number of the request"),
                ),
                ("action", models.CharField(max_length=40, verbose_name="action")),
                ("target_type", models.CharField(max_length=100, verbose_name="kind")),
                ("target_id", models.CharField(max_length=64, verbose_name="number of the object")),
                ("target_title", models.CharField(max_length=255, verbose_name="object")),
                ("words", models.TextField()),
                ("before", models.TextField(verbose_name="before")),
                ("after", models.TextField(verbose_name="after")),
                ("key_id", models.CharField(max_length=8)),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64, verbose_name="hash")),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit trail",
                "ordering": ["-sequence"],
                "default_permissions": ["view"],
                "indexes": [
                    models.Index(fields=["actor", "-sequence"], name="auditentry_by_actor"),
                    models.Index(fields=["action", "-sequence"], name="auditentry_by_action"),
                    models.Index(fields=["at"], name="auditentry_by_time"),
                    models.Index(
                        fields=["target_type", "target_id", "-sequence"], name="auditentry_of"
                    ),
                    models.Index(fields=["address", "-sequence"], name="auditentry_by_address"),
                ],
            },
        ),
        migrations.RunPython(protect, unprotect),
    ]
