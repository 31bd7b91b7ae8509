"""No parallel workers for a look-up of milliseconds: PostgreSQL spends more on starting them."""

from django.db import migrations


def set_parallel(mode):
    def alter(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"ALTER FUNCTION portal_search_tokens(text, text, text, text) PARALLEL {mode}"
            )

    return alter


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_search_tokens")]

    operations = [migrations.RunPython(set_parallel("UNSAFE"), set_parallel("SAFE"))]
