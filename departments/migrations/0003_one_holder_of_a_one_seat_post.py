"""On PostgreSQL the database itself keeps terms of a one-seat post from overlapping.

Deferred, because terms that are corrected together may meet on the way. SQLite has no such constraint; there `Appointment.save` refuses inside its transaction.
"""

from django.db import migrations

CONSTRAIN = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE departments_appointment ADD CONSTRAINT appointment_one_holder
EXCLUDE USING gist (position_id WITH =, daterange(started_on, ended_on, '[]') WITH &&)
WHERE (one_seat) DEFERRABLE INITIALLY DEFERRED
"""
RELEASE = "ALTER TABLE departments_appointment DROP CONSTRAINT appointment_one_holder"


def on_postgresql(sql):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run


class Migration(migrations.Migration):
    dependencies = [("departments", "0002_reorganisation_by_the_clock")]

    operations = [migrations.RunPython(on_postgresql(CONSTRAIN), on_postgresql(RELEASE))]
