""" "Việc của tôi": what waits for a member of staff, in blocks of a few rows and a count."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from news import trash
from news.models import Article, Transition
from news.states import STATES
from portal.publishing import is_reviewer, right

ROWS = 5
# More are not counted: "99+".
MOST = 99
_COLUMNS = ("kind", "title", "status", "publish_at", "expire_at", "saved_at", "deleted_at")


# What a person is called on the desk.
_NAMES = ("last_name", "first_name", "username")


def _last_step(verb: str):
    """The last step of that name of an outer query's article; a copy's are the live row's."""
    kept_on = Coalesce(OuterRef("draft_of"), OuterRef("pk"))
    return Transition.objects.filter(article=kept_on, verb=verb).order_by("-at", "-pk")


def sender(article: Article) -> str:
    """Who submitted an article of the block "submitted"; empty where the account is gone."""
    names = {name: getattr(article, f"sender_{name}", None) for name in _NAMES}
    return str(get_user_model()(**names)) if names["username"] else ""


@dataclass
class Block:
    """`rows`: the articles, not fetched yet; `address`: the list that shows the same ones."""

    name: str
    title: str
    rows: object
    address: str = ""
    empty: str = ""

    @cached_property
    def _found(self) -> list[Article]:
        return list(self.rows[: MOST + 1])

    @property
    def shown(self) -> list[Article]:
        return self._found[:ROWS]

    @property
    def count(self) -> str:
        return f"{MOST}+" if len(self._found) > MOST else str(len(self._found))


@dataclass
class Worklist:
    """The blocks for `user`; empty for those who have nothing to do with articles."""

    user: object
    now: object = field(default_factory=timezone.now)

    def blocks(self) -> list[Block]:
        if not self.user.has_perm(right(Article, "view")):
            return []
        return [block for block in self._blocks() if block is not None]

    def _blocks(self):
        reviews = is_reviewer(self.user, Article)
        mine = {} if reviews else {"author": "me"}
        if reviews:
            yield self._waiting()
        yield self._returned()
        yield self._state("draft", _("My drafts"), author="me")
        if not reviews:
            yield self._state("submitted", _("Sent, not reviewed yet"), author="me")
        yield self._state("today", _("Scheduled for today"), order="publish_at", **mine)
        yield self._state("lately", _("Expired in the last 7 days"), order="-expire_at", **mine)
        if self.user.has_perm(right(Article, "publish")):
            yield self._own_texts()
        yield self._soon_gone()

    def _state(self, name, title, *, author="", order="-saved_at"):
        """The articles of one of STATES: the same condition and address as the list's filters."""
        rows = Article.objects.visible_to(self.user).filter(STATES[name].rows(self.now))
        if author:
            rows = rows.filter(created_by=self.user)
        chosen = {"state": name} | ({"author": author} if author else {})
        address = f"{reverse('admin:news_article_changelist')}?{urlencode(chosen)}"
        rows = rows.only(*_COLUMNS, "draft_of").order_by(order, "-pk")
        return Block(name, title, rows, address, STATES[name].empty)

    def _waiting(self):
        block = self._state("submitted", _("Waiting for your review"))
        sent = _last_step("submit")
        names = {f"sender_{name}": Subquery(sent.values(f"by__{name}")[:1]) for name in _NAMES}
        block.rows = block.rows.annotate(sent_at=Subquery(sent.values("at")[:1]), **names)
        return block

    def _returned(self):
        block = self._state("returned", _("Returned to me"), author="me")
        reason = Subquery(_last_step("return_to_author").values("reason")[:1])
        block.rows = block.rows.annotate(return_reason=reason)
        return block

    def _own_texts(self):
        """What somebody published of his own, until another has looked at it."""
        waiting = Transition.objects.filter(is_own_text=True, approved_at=None)
        waiting = waiting.exclude(by=self.user).values("article")
        rows = Article.objects.visible_to(self.user).reviewed_by(self.user).filter(pk__in=waiting)
        return Block(
            "own_texts",
            _("Own texts to approve"),
            rows.only(*_COLUMNS, "draft_of").order_by("-publish_at", "-pk"),
            reverse("admin:news_own_texts"),
            _("Nothing waits for a second look."),
        )

    def _soon_gone(self):
        rows = trash.soon_gone(trash.in_trash(self.user), now=self.now)
        rows = rows.only(*_COLUMNS, "draft_of").order_by("deleted_at", "pk")
        title = _("Soon gone from the trash")
        address = reverse("admin:news_trash") + "?soon=1"
        return Block("soon_gone", title, rows, address, _("Nothing leaves the trash soon."))
