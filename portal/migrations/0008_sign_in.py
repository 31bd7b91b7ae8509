"""Sessions that can be ended, and the tries at sign-in that are counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0007_sweep"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="session_series",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.CreateModel(
            name="FailedTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=10)),
                ("who", models.CharField(blank=True, max_length=64)),
                ("address", models.CharField(blank=True, max_length=50)),
                ("at", models.DateTimeField(db_index=True)),
                ("told", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["who", "kind"], name="failedtry_who_kind"),
                    models.Index(fields=["address"], name="failedtry_address"),
                ],
            },
        ),
    ]
