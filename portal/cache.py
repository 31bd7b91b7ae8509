"""Redis as a cache that may die: what is lost is made anew, and nothing waits or fails for it.

Django's own backend raises whatever the connection raises. Here a server that is away is a cache
that holds nothing; it is asked again a second later. /readyz names it.
"""

import logging
import time

import redis
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE = 0.3  # seconds for an answer, and for a connection
PAUSE = 1.0  # seconds before a server that was away is asked again


class Redis(RedisCache):
    """`CACHE_URL=redis://…`; no method raises because of the server or the way to it."""

    def __init__(self, server, params):
        patience = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        options = patience | {"retry": Retry(NoBackoff(), 0)} | params.pop("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options})
        self._away_until = 0.0

    def _ask(self, method, *args, lost, **kwargs):
        """What the method answers; `lost` while the server is away."""
        if time.monotonic() < self._away_until:
            return lost
        try:
            return method(*args, **kwargs)
        except (redis.RedisError, OSError) as error:
            self._away_until = time.monotonic() + PAUSE
            logger.warning("The cache does not answer: %s", type(error).__name__)
            return lost

    def add(self, *args, **kwargs):
        return self._ask(super().add, *args, lost=True, **kwargs)

    def get(self, key, default=None, version=None):
        return self._ask(super().get, key, default, version, lost=default)

    def set(self, *args, **kwargs):
        self._ask(super().set, *args, lost=None, **kwargs)

    def touch(self, *args, **kwargs):
        return self._ask(super().touch, *args, lost=False, **kwargs)

    def delete(self, *args, **kwargs):
        return self._ask(super().delete, *args, lost=False, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._ask(super().get_many, *args, lost={}, **kwargs)

    def set_many(self, *args, **kwargs):
        return self._ask(super().set_many, *args, lost=[], **kwargs)

    def delete_many(self, *args, **kwargs):
        self._ask(super().delete_many, *args, lost=None, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._ask(super().has_key, *args, lost=False, **kwargs)

    def incr(self, key, delta=1, version=None):
        """As of a key that nobody has set: ValueError, which callers must expect anyway."""
        counted = self._ask(super().incr, key, delta, version, lost=None)
        if counted is None:
            raise ValueError(f"Key '{key}' not found")
        return counted

    def clear(self):
        return self._ask(super().clear, lost=True)
