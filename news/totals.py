"""What is counted of the newsroom (portal.figures)."""

from django.utils.translation import gettext_lazy as _

from news.models import Article
from news.models.desk import Notification
from portal import figures
from portal.figures import Figure


def register() -> None:
    for figure in (
        Figure("articles_published", "Public now.", _("Published articles"), _published),
        Figure("letters_waiting", "Not sent yet.", _("Letters that wait"), _letters_waiting),
    ):
        figures.register(figure)


def _published() -> int:
    return Article.objects.published().count()


def _letters_waiting() -> int:
    return Notification.objects.filter(mailed_at=None).count()
