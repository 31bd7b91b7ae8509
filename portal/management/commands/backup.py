"""`manage.py backup`: a backup of database and uploads in BACKUP_DIR; a timer calls it daily."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from portal import backup


class Command(BaseCommand):
    help = "Back up the database and the uploaded files into BACKUP_DIR; remove old backups."

    def add_arguments(self, parser):
        parser.add_argument("--keep-all", action="store_true", help="remove no old backup")

    def handle(self, *, keep_all, **options):
        try:
            folder = backup.make()
            gone = [] if keep_all else backup.rotate()
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(gettext("Backed up: %s.") % folder)
        for name in gone:
            self.stdout.write(gettext("Removed as too old: %s.") % name)
