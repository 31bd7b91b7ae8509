"""PostgreSQL: the facts of the entries that were there before 0014, by their trigger.

In small steps, each a transaction of its own: meanwhile the old program searches and saves, which
writing the table anew (40 seconds at 20,000 articles, these steps take minutes) would keep waiting.
Begun anew it goes on where it stopped.
"""

from django.db import migrations

BATCH = 10
FILL = """
    UPDATE portal_searchentry SET kind = kind
    WHERE id IN (SELECT id FROM portal_searchentry WHERE facts = '' ORDER BY id LIMIT %s)
"""


def fill(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FILL, [BATCH])
        while cursor.rowcount:
            cursor.execute(FILL, [BATCH])
        cursor.execute(
            "ALTER TABLE portal_searchentry VALIDATE CONSTRAINT portal_searchentry_facts"
        )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("portal", "0014_search_facts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
