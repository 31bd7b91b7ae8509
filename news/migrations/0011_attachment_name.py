from django.db import migrations

import portal.fields


class Migration(migrations.Migration):
    """What a document was called when it came in: its title when somebody empties that."""

    dependencies = [("news", "0010_sweep_rights")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="name",
            field=portal.fields.CharField(
                blank=True, default="", editable=False, max_length=255, verbose_name="file name"
            ),
        ),
    ]
