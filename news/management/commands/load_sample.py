"""`manage.py load_sample`: a site to look at, with one real report and labelled samples."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext

from departments.models import Department
from news import sample
from news.models import Article, Photo


class Command(BaseCommand):
    @property
    def help(self) -> str:  # argparse wants plain text, in the language set by then
        return gettext("Load the sample content; what is already there stays as it is.")

    def handle(self, *args, **options):
        made = sample.load()
        self.stdout.write(
            _summary(made) if made else gettext("The sample content is already here.")
        )


def _summary(made) -> str:
    return gettext(
        "Sample content loaded: %(articles)s articles, %(photos)s photos, %(units)s units."
    ) % {"articles": made[Article], "photos": made[Photo], "units": made[Department]}
