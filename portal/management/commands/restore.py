"""`manage.py restore FOLDER`: a backup into an empty database and an empty MEDIA_ROOT."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from portal import backup


class Command(BaseCommand):
    help = "Restore a backup into the empty database of DATABASE_URL and the empty MEDIA_ROOT."
    requires_system_checks = []  # some ask the database, which has no tables yet

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="the folder of the backup, in BACKUP_DIR")
        parser.add_argument("--identity", default="", help="age's key file, if it is encrypted")

    def handle(self, *, folder, identity, **options):
        try:
            manifest = backup.restore(folder.resolve(), identity=identity)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest.tables.values())
        self.stdout.write(
            gettext("Restored: %(tables)s tables with %(rows)s rows, %(files)s files.")
            % {"tables": len(manifest.tables), "rows": rows, "files": len(manifest.files)}
        )
        self.stdout.write(gettext("Next: manage.py migrate, then start the site."))
