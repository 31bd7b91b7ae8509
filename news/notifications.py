"""Letters to staff about the steps of articles: one letter for all that waits, not twenty.

Who is told: of a submitted text those who publish it; that it was taken back those of them who have
had a letter of it, the others get none; of a returned, published, updated or withdrawn one its
author; of a text that its own author published the other reviewers. A person gets a letter
at once, then none for PAUSE; what happens meanwhile comes in one letter with the next step after
it, or with `manage.py send_notifications`, which a timer calls.
"""

from __future__ import annotations

import datetime
import logging
from functools import partial
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from news import reach
from news.models import Article, Notification, Transition
from portal.models import User
from portal.publishing import right

logger = logging.getLogger(__name__)

PAUSE = datetime.timedelta(minutes=15)
LISTED = 30
# Steps that the author of the text is told of.
FOR_AUTHOR = {"return_to_author", "publish", "update", "withdraw"}


def tell(step: Transition) -> None:
    """Note whom this step concerns; their letters leave when the transaction has ended."""
    if not settings.EMAIL_IS_SENT or step.by_id is None:
        return  # without a mail server nobody waits for letters; the system's steps concern nobody
    if step.verb == "take_back":
        _letters_of_submission(step).filter(mailed_at=None).delete()
    users = [user for user in _concerned(step) if user.email and user.pk != step.by_id]
    Notification.objects.bulk_create([Notification(user=user, step=step) for user in users])
    transaction.on_commit(partial(send_waiting, users=users), robust=True)


def _concerned(step: Transition) -> set[User]:
    people = set()
    if step.verb == "submit" or step.is_own_text:
        people |= {user for user in _publishers() if reach.lies_with(step.article, user)}
    if step.verb == "take_back":
        people |= {letter.user for letter in _letters_of_submission(step).select_related("user")}
    if step.verb in FOR_AUTHOR:
        people.add(_author(step.article))
    return {user for user in people if user and user.is_active and user.is_staff}


def _letters_of_submission(step: Transition):
    """The letters, sent or waiting, about the last submission before this step."""
    submissions = Transition.objects.filter(article=step.article_id, verb="submit")
    return Notification.objects.filter(step=submissions.values("pk")[:1])


def _author(article: Article) -> User | None:
    """Whose text it is: while there is a working copy, who opened that."""
    return getattr(article, "working_copy", article).created_by


def _publishers() -> set[User]:
    name = right(Article, "publish").partition(".")[2]
    granted = {"content_type__app_label": Article._meta.app_label, "codename": name}
    permissions = Q(**{f"groups__permissions__{key}": value for key, value in granted.items()})
    return set(User.objects.filter(permissions, is_active=True, is_staff=True).distinct())


def send_waiting(*, users=None, at: datetime.datetime | None = None) -> int:
    """Send each of `users` (everybody) what waits, unless a letter went out within PAUSE.

    Returns the number of letters. A letter that cannot be sent now waits for the next time.
    """
    at = at or timezone.now()
    waiting = Notification.objects.filter(mailed_at=None).order_by()
    ids = set(waiting.values_list("user", flat=True).distinct())
    if users is not None:
        ids &= {user.pk for user in users}
    rested = User.objects.filter(pk__in=ids, is_active=True).exclude(
        notifications__mailed_at__gt=at - PAUSE
    )
    count = 0
    for user in rested:
        try:
            count += _send(user, at)
        except (OSError, SMTPException):
            logger.exception("The mail server does not take letters; they wait")
            break  # the next one would wait as long for it
    return count


def _send(user: User, at: datetime.datetime) -> bool:
    """Claim what waits for one person, then send it: two timers at once send one letter."""
    rows = Notification.objects.filter(user=user, mailed_at=None)
    taken = Notification.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))
    if not taken.filter(mailed_at=None).update(mailed_at=at):
        return False
    steps = _seen_steps(user, taken)
    if not steps:
        return False
    try:
        _letter(user, steps).send()
    except Exception:
        taken.update(mailed_at=None)
        raise
    return True


def _seen_steps(user: User, taken) -> list[Transition]:
    """The steps with their articles that this person may still see, in their order."""
    visible = Article.objects.visible_to(user)
    steps = Transition.objects.filter(notifications__in=taken, article__in=visible)
    return list(steps.select_related("article", "by").defer("article__body").order_by("at", "pk"))


def _letter(user: User, steps: list[Transition]) -> EmailMessage:
    if len(steps) == 1:
        subject = f"{steps[0].label}: {steps[0].article.title}"
    else:
        subject = gettext("%s things on the portal's desk") % len(steps)
    lines = [(step, settings.SITE_URL + step.article.get_desk_url()) for step in steps[:LISTED]]
    body = render_to_string(
        "admin/news/letter.txt",
        {
            "user": user,
            "lines": lines,
            "more": max(len(steps) - LISTED, 0),
            "desk": settings.SITE_URL + reverse("admin:index"),
        },
        using="django",
    )
    return EmailMessage(subject[:200], body, to=[user.email])
