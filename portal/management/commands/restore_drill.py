"""`manage.py restore_drill`: prove that the newest backup can be restored; a timer calls it."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from portal import backup


class Command(BaseCommand):
    help = "Restore the newest backup into an empty place and compare everything; keeps nothing."

    def handle(self, **options):
        try:
            manifest = backup.drill()
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest.tables.values())
        self.stdout.write(
            gettext(
                "Proved: %(tables)s tables with %(rows)s rows, %(files)s files are as they were."
            )
            % {"tables": len(manifest.tables), "rows": rows, "files": len(manifest.files)}
        )
