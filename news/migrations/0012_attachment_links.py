from django.db import migrations, models

import portal.files


class Migration(migrations.Migration):
    """The sites that a document links to, so that whoever publishes it looks at them."""

    dependencies = [("news", "0011_attachment_name")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="links",
            field=models.JSONField(
                db_default=[], default=list, editable=False, verbose_name="links"
            ),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="file",
            field=portal.files.AttachmentField(
                checksum_field="checksum",
                links_field="links",
                pages_field="pages",
                size_field="size",
                type_field="type",
                upload_to="",
                verbose_name="file",
            ),
        ),
    ]
