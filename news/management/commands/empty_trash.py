"""Delete for good what has lain in the trash for thirty days; a timer calls it every day."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from news import trash


class Command(BaseCommand):
    help = "Delete for good what was thrown away more than thirty days ago. Safe to repeat."

    def handle(self, **options):
        count = trash.empty()
        self.stdout.write(gettext("Deleted for good from the trash: %s.") % count)
