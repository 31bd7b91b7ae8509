"""`manage.py rebuild_search`: the whole search index anew, after a bulk load or a restore."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from portal import search


class Command(BaseCommand):
    @property
    def help(self) -> str:  # argparse wants plain text, in the language set by then
        return gettext("Build the search index anew.")

    def handle(self, *args, **options):
        count = search.rebuild()
        self.stdout.write(gettext("Search index built: %s entries.") % count)
