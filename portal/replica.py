"""Public pages read a copy of the database, where REPLICA_URL names one; all else the database.

The copy is PostgreSQL's own streaming replica. Who only reads and has not signed in is answered
from it; forms, staff, commands and every write know the primary alone. A copy that is down, that is
no copy any more or is more than MAX_LAG seconds behind is not asked: readers notice nothing,
because a page that fails on the copy is made again from the primary.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from functools import update_wrapper, wraps

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DEFAULT_DB_ALIAS, Error, connections

from portal.admin_access import is_below_admin

ALIAS = "replica"
MAX_LAG = 5  # seconds a page may be behind what an editor has saved
CHECK_SECONDS = 1  # between two looks at the copy, in each process
RETRY_SECONDS = 5  # and while it is not well
MOST_MARKS = 60

logger = logging.getLogger(__name__)
_thread = threading.local()


def alias() -> str:
    """The database that this thread reads from now."""
    return getattr(_thread, "alias", DEFAULT_DB_ALIAS)


@contextmanager
def _reading_from(name: str):
    before = alias()
    _thread.alias = name
    try:
        yield
    finally:
        _thread.alias = before


@contextmanager
def _reading_copy():
    with _reading_from(ALIAS), connections[DEFAULT_DB_ALIAS].execute_wrapper(_read_no_further):
        yield


def _read_no_further(execute, sql, params, many, context):
    """What is asked of the primary meanwhile is a write; who has written reads what was written."""
    _thread.alias = DEFAULT_DB_ALIAS
    return execute(sql, params, many, context)


def on_primary(view: Callable) -> Callable:
    """For a view, or a function that a view calls, that must see what was saved just now."""

    @wraps(view)
    def asked(*args, **kwargs):
        with _reading_from(DEFAULT_DB_ALIAS):
            return view(*args, **kwargs)

    return asked


class Router:
    """Django's question which database a query goes to."""

    def db_for_read(self, model, **hints) -> str:
        return alias()

    def db_for_write(self, model, **hints) -> str:
        return DEFAULT_DB_ALIAS  # asked also when an instance gets a related one: no write yet

    def allow_relation(self, one, other, **hints) -> bool:
        return True  # both are the same database

    def allow_migrate(self, db, app_label, **hints) -> bool | None:
        return False if db == ALIAS else None


class PublicReads:
    """The middleware: a stranger's GET is answered from the copy, as long as that is well."""

    def __init__(self, get_response):
        if ALIAS not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        return _from_copy(view, request, *args, **kwargs) if _is_strangers(request) else None

    def process_exception(self, request, exception):
        """The primary has failed on a page: one from a copy that lags is better than none."""
        if not isinstance(exception, Error) or not _is_strangers(request):
            return None
        watch.doubt()
        match = request.resolver_match
        return _from_copy(match.func, request, *match.args, **match.kwargs)


def _is_strangers(request) -> bool:
    """Whoever has signed in reads what he has saved, on public pages too."""
    is_reading = request.method in {"GET", "HEAD"} and not is_below_admin(request.path_info)
    return is_reading and settings.SESSION_COOKIE_NAME not in request.COOKIES


def from_copy_where_possible(view: Callable) -> Callable:
    """A view that no middleware calls: the page of an unknown address."""

    def answer(request, *args, **kwargs):
        is_wanted = ALIAS in settings.DATABASES and _is_strangers(request)
        response = _from_copy(view, request, *args, **kwargs) if is_wanted else None
        return view(request, *args, **kwargs) if response is None else response

    return update_wrapper(answer, view)


def _from_copy(view: Callable, request, *args, **kwargs):
    """The view's answer, already rendered; None where the primary has to be asked."""
    if alias() == ALIAS or not watch.is_well():
        return None
    request.lag = MAX_LAG  # for portal.freshness, whoever answers in the end
    try:
        with _reading_copy():
            response = view(request, *args, **kwargs)
            return response.render() if hasattr(response, "render") else response
    except Error as error:
        # Down, cancelled because of the replay, without a column that has not arrived yet: whatever
        # it is, the primary says whether it is the page's own fault.
        logger.warning("The replica did not answer %s: %s", request.path, error)
        connections[ALIAS].close()
        watch.doubt()
        return None


# ── Whether the copy may be asked ───────────────────────────────────────────────────────────────


class Watch:
    """What this process knows of the copy; looked up once a second by whichever thread comes by.

    Seconds behind are no number that PostgreSQL tells: a replica that was cut off believes that it
    is up to date. So the primary's position in its log is written down with the time, and the copy
    has to have replayed it MAX_LAG seconds later.
    """

    def __init__(self):
        self._looking = threading.Lock()
        self._next_look = -math.inf
        self._is_well = False
        # The primary's positions that the copy has not reached yet, each with its time.
        self._marks: deque[tuple[float, int]] = deque()

    def is_well(self) -> bool:
        if time.monotonic() >= self._next_look and self._looking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looking.release()
        return self._is_well

    def doubt(self) -> None:
        """Something has failed there: the next reader looks first."""
        self._next_look = -math.inf

    def _look(self) -> None:
        problem = self._problem()
        if bool(problem) == self._is_well or self._next_look == -math.inf:
            level = logging.WARNING if problem else logging.INFO
            logger.log(level, "Public pages read %s.", problem or "the replica")
        self._is_well = not problem
        seconds = RETRY_SECONDS if problem else CHECK_SECONDS
        self._next_look = time.monotonic() + seconds

    def _problem(self) -> str:
        """Why the copy is not asked; "" when it may be."""
        replayed = self._replayed()
        if replayed is None:
            return "the primary: the replica is down, or is none any more"
        written = _ask(DEFAULT_DB_ALIAS, _WRITTEN)
        now = time.monotonic()
        if written is None:  # the primary is down: nothing newer can be had
            return ""
        return "" if self.has_caught_up(now, written, replayed) else "the primary: too far behind"

    @staticmethod
    def _replayed() -> int | None:
        return _ask(ALIAS, _REPLAYED)

    def has_caught_up(self, now: float, written: int, replayed: int) -> bool:
        """Whether what the copy lacks is younger than MAX_LAG; positions are numbers of bytes.

        A first look at a copy that lacks something cannot know how old that is.
        """
        moment = now if self._marks or self._is_well else -math.inf
        while self._marks and self._marks[0][1] <= replayed:
            self._marks.popleft()
        if written > replayed and not (
            self._marks and now - self._marks[-1][0] < CHECK_SECONDS / 2
        ):
            self._marks.append((moment, written))
        if len(self._marks) > MOST_MARKS:  # behind for long: the oldest ones say enough
            self._marks.pop()
        return not self._marks or now - self._marks[0][0] <= MAX_LAG


_WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
# NULL on a server that replays nothing: a replica that was promoted follows nobody.
_REPLAYED = (
    "SELECT CASE WHEN pg_is_in_recovery()"
    " THEN pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint END"
)


def _ask(name: str, question: str) -> int | None:
    """One number; None when there is no answer."""
    connection = connections[name]
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]
    except Error:
        connection.close()
        return None


watch = Watch()
