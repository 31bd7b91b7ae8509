"""What is typed is kept: from an open form, after a crash, after a save that was refused.

One row of Autosave is one open form of one person, known by the form's token. While the form lives
it says so to others (presence); what is typed goes into it every few seconds; a refused save leaves
its text there. A saved form is done: its row stays for a day, empty, so that a late message of that
form does not bring back what was saved long ago, and so that others are told who saved.

Nothing here asks for rights to an article; the screens do. Every row is looked up with its owner.
"""

from __future__ import annotations

import datetime
import re
import secrets
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from reversion.models import Version

from news.models import Article, Autosave

PRESENT_FOR = datetime.timedelta(seconds=60)
# Rows without a text: forms that were left, and forms that were saved.
EMPTY_KEPT_FOR = datetime.timedelta(days=1)
OLDEST_COPY = datetime.timedelta(days=30)
MOST_TEXTS = 20
# So many refused saves without looking at one are an attack on the disk, not work.
MOST_REFUSED = 50
# Of one message; a refused save is kept as long as it is.
MOST_CHARACTERS = 2_000_000
MOST_FIELDS = 5000
# The mark of a form that was saved.
DONE = {"saved": []}

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,40}")
# What belongs to the form and not to the text: buttons begin with "_".
_NOT_TYPED = {"csrfmiddlewaretoken", "form_token", "restored_token", "version"}


class TooLong(Exception):  # noqa: N818 - an answer to the editor, not an error
    """More text than is kept aside."""


class Presence(NamedTuple):
    """Somebody else has the same article open."""

    user: object
    since: datetime.datetime

    def __str__(self) -> str:
        return gettext("%(name)s has had this article open since %(time)s.") % {
            "name": self.user,
            "time": clock(self.since),
        }


def clock(moment: datetime.datetime) -> str:
    """ "15:42" for a moment of today, else "15:42, 23/01/2018"."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return f"{local:%H:%M}" if is_today else f"{local:%H:%M, %d/%m/%Y}"


# ── Tokens and fields, as they come from a browser ──────────────────────────────────────────────
def new_token() -> str:
    return secrets.token_urlsafe(24)


def is_token(value) -> bool:
    return isinstance(value, str) and bool(_TOKEN.fullmatch(value))


def as_version(value) -> int:
    """A version as a form sends it; 0, which no article has, when it is none."""
    text = str(value)
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def typed_fields(pairs) -> dict[str, list[str]]:
    """The fields of a form that hold text, from pairs (name, values).

    Left out: buttons, tokens, passwords. Taken out: what no database keeps in JSON (NUL bytes,
    halves of letters).
    """
    return {
        _storable(name): [_storable(value) for value in values]
        for name, values in pairs
        if name not in _NOT_TYPED and not name.startswith("_") and "password" not in name
    }


def fields_of_message(value) -> dict[str, list[str]]:
    """The same from a decoded message; ValueError when it has another shape."""
    right = isinstance(value, dict) and all(
        isinstance(values, list) and all(isinstance(one, str) for one in values)
        for values in value.values()
    )
    if not right:
        raise ValueError("not the fields of a form")
    return typed_fields(value.items())


def _storable(value: str) -> str:
    value = value.replace("\r\n", "\n")  # a form sends both signs, a script one
    return value.replace("\x00", "").encode(errors="replace").decode()


# ── One open form ───────────────────────────────────────────────────────────────────────────────
def open_form(*, user, article: Article, is_report: bool) -> Autosave:
    """A row for a form that is opened now: it tells others that somebody is there."""
    _forget_empty(user)
    return Autosave.objects.create(
        user=user,
        article=article,
        is_report=is_report,
        token=new_token(),
        version=article.version,
    )


def row_of(*, user, token: str) -> Autosave | None:
    """The row with this token; None too for what is none, which may be no text of a database."""
    if not is_token(token):
        return None
    return Autosave.objects.filter(user=user, token=token).first()


def row_for(
    *, user, token: str, article: Article | None, is_report: bool, version: int
) -> Autosave:
    """The row of an open form that is not known yet."""
    row, _made = Autosave.objects.get_or_create(
        user=user,
        token=token,
        defaults={"article": article, "is_report": is_report, "version": version},
    )
    return row


def is_done(row: Autosave) -> bool:
    return row.fields == DONE


def see(row: Autosave) -> None:
    """The form is still open."""
    if not is_done(row):
        Autosave.objects.filter(pk=row.pk).update(seen_at=timezone.now())


def keep(row: Autosave, fields: dict, *, age: datetime.timedelta = datetime.timedelta()) -> None:
    """Put aside what was typed `age` ago. Newer text is not replaced, a saved form stays saved."""
    typed_at = timezone.now() - min(max(age, datetime.timedelta()), OLDEST_COPY)
    older = Q(typed_at=None) | Q(typed_at__lte=typed_at)
    rows = Autosave.objects.filter(older, pk=row.pk).exclude(fields=DONE)
    rows.update(fields=fields, typed_at=typed_at, seen_at=timezone.now())
    _drop_oldest(row.user, is_refused=False, most=MOST_TEXTS)


def leave(row: Autosave) -> None:
    """The form is closed: nobody is there any more, the text stays."""
    Autosave.objects.filter(pk=row.pk, typed_at=None).exclude(fields=DONE).delete()
    Autosave.objects.filter(pk=row.pk).exclude(fields=DONE).update(
        seen_at=timezone.now() - PRESENT_FOR
    )


def refuse(
    *, user, token: str, fields: dict, article: Article | None, is_report: bool, version: int
) -> Autosave:
    """Keep the text of a save that could not be done, until its owner saves or drops it."""
    with transaction.atomic():
        row = row_for(
            user=user,
            token=token if is_token(token) else new_token(),
            article=article,
            is_report=is_report,
            version=version,
        )
        row.fields, row.is_refused = fields, True
        row.typed_at = row.seen_at = timezone.now()
        row.article = row.article or article
        row.save()
        _drop_oldest(user, is_refused=True, most=MOST_REFUSED)
    return row


def finish(*, user, tokens, article: Article, is_report: bool) -> None:
    """A form was saved: what was kept of it, and of the text it was filled from, may go."""
    done = {
        "article": article,
        "fields": DONE,
        "is_refused": False,
        "seen_at": timezone.now(),
        "typed_at": None,
        "version": article.version,
    }
    for token in filter(is_token, tokens):
        Autosave.objects.update_or_create(
            user=user,
            token=token,
            defaults=done,
            create_defaults=done | {"is_report": is_report},
        )


def drop(row: Autosave) -> None:
    """Its owner does not want the text."""
    row.delete()


def _forget_empty(user) -> None:
    before = timezone.now() - EMPTY_KEPT_FOR
    Autosave.objects.filter(user=user, typed_at=None, seen_at__lt=before).delete()


def _drop_oldest(user, *, is_refused: bool, most: int) -> None:
    texts = texts_of(user).filter(is_refused=is_refused)
    kept = texts.order_by("-seen_at", "-pk").values_list("pk", flat=True)[:most]
    texts.exclude(pk__in=list(kept)).delete()


# ── Texts that can be had again ─────────────────────────────────────────────────────────────────
def texts_of(user) -> QuerySet[Autosave]:
    """What this person typed and did not save."""
    return Autosave.objects.filter(user=user, typed_at__isnull=False)


def offers(*, user, article: Article | None, is_report: bool) -> list[Autosave]:
    """The texts to offer on opening a form, newest first.

    What was typed into an article is offered in its working copy too.
    """
    texts = texts_of(user).filter(is_report=is_report).order_by("-typed_at")
    if article is None:
        return list(texts.filter(article=None).defer("fields"))
    return list(texts.filter(article__in=_rows_of(article)).defer("fields"))


def text_for(*, user, token: str, article: Article | None, is_report: bool) -> Autosave | None:
    """The text with this token, if it is this person's and belongs into this form."""
    row = texts_of(user).filter(token=token, is_report=is_report).first()
    if row is None or row.article_id is None:
        return row
    return row if article and row.article_id in _rows_of(article) else None


def _rows_of(article: Article) -> list[int]:
    return [pk for pk in (article.pk, article.draft_of_id) if pk]


# ── Who else ────────────────────────────────────────────────────────────────────────────────────
def others(article: Article, *, user) -> list[Presence]:
    """Who else has the article open now, each once, since when."""
    rows = (
        Autosave.objects.filter(article=article, seen_at__gt=timezone.now() - PRESENT_FOR)
        .exclude(user=user)
        .exclude(fields=DONE)
        .select_related("user")
        .defer("fields")
        .order_by("opened_at")
    )
    first = {}
    for row in rows:
        first.setdefault(row.user_id, Presence(row.user, row.opened_at))
    return list(first.values())


def saved_line(article: Article) -> str:
    """Who changed the article last and when, as a sentence."""
    user, moment = _last_change(article)
    if user is None:
        return gettext("This article was changed at %(time)s.") % {"time": clock(moment)}
    return gettext("%(name)s changed this article at %(time)s.") % {
        "name": user,
        "time": clock(moment),
    }


def _last_change(article: Article) -> tuple:
    """(who or None, when), from the steps, the versions and the forms that were saved."""
    found = [(None, article.saved_at)]
    form = Autosave.objects.filter(article=article, fields=DONE).order_by("-seen_at").first()
    if form:
        found.append((form.user, form.seen_at))
    if step := article.transitions_of_text().order_by("-at", "-pk").first():
        found.append((step.by, step.at))
    if version := Version.objects.get_for_object_reference(Article, article.pk).first():
        found.append((version.revision.user, version.revision.date_created))
    newest = max(moment for _user, moment in found)
    # The parts of one save are a moment apart; the one that names somebody tells more.
    close = newest - datetime.timedelta(seconds=2)
    return max(
        (one for one in found if one[1] >= close), key=lambda one: (one[0] is not None, one[1])
    )
