"""A real Redis that dies, hangs and comes back: the site goes on without it."""

import contextlib
import shutil
import signal
import subprocess
import time

import pytest
import redis

from portal import cache
from tests.nginx import free_port

PROGRAM = shutil.which("redis-server")
# A port that nobody listens at; as CACHE_URL names it.
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
def server(tmp_path):
    """The process and its address; killed or not, it is gone afterwards."""
    port = free_port()
    process = start(port, tmp_path)
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def start(port: int, folder) -> subprocess.Popen:
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([PROGRAM, *options], stdout=subprocess.DEVNULL)
    for _try in range(100):
        with contextlib.suppress(redis.RedisError):
            with redis.Redis(port=port) as client:
                client.ping()
            return process
        time.sleep(0.05)
    process.kill()
    raise RuntimeError("Redis does not start.")


@pytest.fixture
def kept(server):
    kept = cache.Redis(f"redis://127.0.0.1:{server[1]}/0", {})
    yield kept
    for pool in kept._cache._pools.values():
        pool.disconnect()


def everything(kept: cache.Redis) -> list:
    """What every method answers."""
    kept.set("a", 1)
    answers = [kept.get("a", "none"), kept.add("b", 2), kept.touch("a", 9), kept.has_key("a")]
    answers += [kept.set_many({"c": 3}), kept.get_many(["a", "c"]), kept.delete("a")]
    kept.delete_many(["b", "c"])
    with contextlib.suppress(ValueError):
        kept.incr("a")
        answers.append("counted")
    return [*answers, kept.clear(), "a" in kept, kept.get_or_set("d", 4)]


def test_with_its_server_it_is_djangos_own(kept):
    answers = everything(kept)
    assert answers == [1, True, True, True, [], {"a": 1, "c": 3}, True, True, False, 4]


def test_without_its_server_it_holds_nothing_and_nothing_raises():
    kept = cache.Redis(NOBODY, {})
    begun = time.monotonic()
    for _round in range(100):
        assert everything(kept) == ["none", True, False, False, [], {}, False, True, False, 4]
    assert time.monotonic() - begun < 2


def test_a_server_that_is_killed_and_comes_back(server, kept, tmp_path):
    process, port = server
    kept.set("a", 1)
    process.kill()
    process.wait()
    assert kept.get("a", "none") == "none"
    again = start(port, tmp_path)
    try:
        time.sleep(cache.PAUSE)
        kept.set("a", 2)
        assert kept.get("a") == 2
    finally:
        again.kill()
        again.wait()


def test_a_server_that_hangs_is_waited_for_once(server, kept):
    process, _port = server
    kept.set("a", 1)
    process.send_signal(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        assert [kept.get("a", "none") for _try in range(50)] == ["none"] * 50
        assert time.monotonic() - begun < cache.PATIENCE + 0.5
    finally:
        process.send_signal(signal.SIGCONT)
    time.sleep(cache.PAUSE)
    assert kept.get("a") == 1


@pytest.mark.django_db
def test_pages_and_the_sign_in_work_without_it(client, settings):
    settings.CACHES = {"default": {"BACKEND": "portal.cache.Redis", "LOCATION": NOBODY}}
    assert client.get("/").status_code == 200
    assert client.get("/admin/login/").status_code == 200
    tried = client.post("/admin/login/", {"username": "ai", "password": "sai"})
    assert tried.status_code == 200
    assert client.get("/readyz").json()["parts"]["cache"] == "forgets"
