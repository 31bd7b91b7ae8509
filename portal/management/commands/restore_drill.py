"""`manage.py restore_drill`: prove that the newest backup can be restored; a timer calls it."""

from django.core.management.base import BaseCommand, CommandError

from portal import backup


class Command(BaseCommand):
    help = "Restore the newest backup into an empty place and compare everything; keeps nothing."

    def handle(self, **options):
        try:
            manifest = backup.drill()
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(manifest.proved)
