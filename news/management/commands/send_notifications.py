"""`manage.py send_notifications`: the letters that wait; for a timer, every few minutes."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from news import notifications


class Command(BaseCommand):
    @property
    def help(self) -> str:  # argparse wants plain text, in the language set by then
        return gettext("Send the letters about articles that wait.")

    def handle(self, *args, **options):
        count = notifications.send_waiting()
        self.stdout.write(gettext("Letters sent: %s") % count)
