from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0011_maintenance"),
    ]

    operations = [
        migrations.AddField(
            model_name="maintenancejob",
            name="told_at",
            field=models.DateTimeField(null=True, verbose_name="told at"),
        ),
    ]
