"""The abbreviations that search starts with; staff edit them from there on."""

from django.db import migrations

from portal.text import DEFAULT_SYNONYMS


def add_synonyms(apps, schema_editor):
    groups = apps.get_model("portal", "Synonym").objects
    groups.bulk_create([groups.model(terms="\n".join(terms)) for terms in DEFAULT_SYNONYMS])


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_initial")]

    operations = [migrations.RunPython(add_synonyms, migrations.RunPython.noop)]
