"""`manage.py check_links`: links in what readers read that lead to nothing; for a timer."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext

from news import broken_links
from portal import clients


class Command(BaseCommand):
    @property
    def help(self) -> str:  # argparse wants plain text, in the language set by then
        return gettext("Look at every link in the articles that readers can open.")

    def add_arguments(self, parser):
        parser.add_argument(
            "--outside", action="store_true", help=gettext("Ask other sites as well.")
        )
        parser.add_argument(
            "--inside",
            action="append",
            default=[],
            metavar="10.0.0.0/8",
            help=gettext("A closed network of ours that may be asked too; may be repeated."),
        )

    def handle(self, *args, outside, inside, **options):
        try:
            networks = clients.networks(inside)
        except ValueError as error:
            raise CommandError(gettext("This is no network: %s") % error) from error
        asked = broken_links.Outside(networks) if outside else None
        articles, broken = broken_links.check(asked)
        words = gettext("Articles looked at: %(articles)s. Broken links: %(broken)s.")
        self.stdout.write(words % {"articles": articles, "broken": broken})
