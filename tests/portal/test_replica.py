"""Strangers' pages come from the replica, all else from the primary, and a replica that fails or
lags behind is no reader's concern. With a real streaming replica, so on PostgreSQL alone."""

import datetime
import math
import re
import threading
import time

import pytest
import time_machine
from django.conf import settings as live_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.urls import reverse

from news import previews
from news.models import Article
from portal import replica
from portal.publishing import Status
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_category,
    make_department,
    make_site,
    make_user,
)
from tests.standby import Standby

IS_POSTGRESQL = live_settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
DATABASES = ["default", replica.ALIAS] if IS_POSTGRESQL else ["default"]
pytestmark = pytest.mark.django_db(transaction=True, databases=DATABASES)


@pytest.fixture(scope="module", autouse=True)
def standby(django_db_setup):
    """A replica of the server that the tests run on, known to Django; None on SQLite."""
    if not IS_POSTGRESQL:
        yield None
        return
    known = connection.settings_dict
    standby = Standby(primary=(known["HOST"], int(known["PORT"] or 5432)))
    try:
        standby.make()
        place = {"HOST": standby.host, "PORT": standby.port, "OPTIONS": {"connect_timeout": 2}}
        mirror = known["TEST"] | {"MIRROR": "default"}  # no test may empty it
        connections.databases[replica.ALIAS] = known | place | {"TEST": mirror}
        yield standby
        connections[replica.ALIAS].close()
    finally:
        standby.remove()
        connections.databases.pop(replica.ALIAS, None)


@pytest.fixture
def copy(standby, settings, monkeypatch):
    """The site with the replica; None on SQLite."""
    if standby is not None:
        settings.DATABASE_ROUTERS = ["portal.replica.Router"]
        settings.MIDDLEWARE = [*live_settings.MIDDLEWARE, "portal.replica.PublicReads"]
        monkeypatch.setattr(replica, "watch", replica.Watch())
        monkeypatch.setattr(replica, "MAX_LAG", 600)  # however busy the machine is
        monkeypatch.setattr(replica, "CHECK_SECONDS", 0)
        monkeypatch.setattr(replica, "RETRY_SECONDS", 0)
        with connection.cursor() as cursor:  # as in service; else the log comes a moment later
            cursor.execute("SET synchronous_commit TO on")
    return standby


def paused(copy: Standby) -> None:
    """From here on the replica keeps what it has; the site has seen that it was well before."""
    followed(copy)
    assert replica.watch.is_well()
    copy.ask(connection.settings_dict["NAME"], "SELECT pg_wal_replay_pause()::text")


def followed(copy: Standby) -> None:
    """Wait until the replica has all that was committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn()")
        (position,) = cursor.fetchone()
    copy.wait_for(position, connection.settings_dict["NAME"])


@pytest.fixture(autouse=True)
def replaying(standby):
    yield
    if standby is not None:
        standby.ask(connection.settings_dict["NAME"], "SELECT pg_wal_replay_resume()::text")


def renamed(article: Article) -> str:
    """Changes the title on the primary alone; the address stays."""
    Article.objects.filter(pk=article.pk).update(title="Tên mới")
    return article.get_absolute_url()


def shown(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    text = re.sub("<.*?>", "", response.content.decode())
    return next((name for name in ("Tên mới", "Tên cũ") if name in text), "")


def test_pages_of_strangers_come_from_the_replica_and_those_of_staff_do_not(copy, client):
    if copy is None:
        return
    article = make_article(title="Tên cũ")
    user = make_user(is_staff=True, is_superuser=True)
    paused(copy)
    address = renamed(article)
    pages = [address, reverse("home"), reverse("news:article_list"), reverse("news:feed")]
    assert [shown(client, page) for page in pages] == ["Tên cũ"] * 4
    client.force_login(user)
    assert [shown(client, page) for page in pages] == ["Tên mới"] * 4


def test_what_the_replica_says_is_kept_for_as_much_shorter_as_it_may_be_behind(
    copy, client, monkeypatch
):
    """A correction is seen within ten seconds, with a replica too."""
    if copy is None:
        return
    make_site()
    photo = make_article_photo(article=make_article()).photo.image.renditions.smallest
    followed(copy)
    seen = {}
    for where, is_well in (("replica", True), ("primary", False)):
        monkeypatch.setattr(replica.watch, "is_well", lambda answer=is_well: answer)
        monkeypatch.setattr(replica, "MAX_LAG", 5)
        with time_machine.travel(
            datetime.datetime(2026, 11, 3, 3, tzinfo=datetime.UTC), tick=False
        ):
            now = int(time.time())
            seen[where] = [
                int(client.get(address).headers["X-Accel-Expires"].removeprefix("@")) - now
                for address in ("/", "/tin-tuc/", "/rss/", "/khong-co/", photo)
            ]
    assert seen == {"replica": [3, 3, 3, 3, 3], "primary": [8, 8, 8, 8, 8]}


def test_search_reads_the_replica_too(copy, client):
    if copy is None:
        return
    article = make_article(title="Tên cũ")
    paused(copy)
    renamed(article)
    article.refresh_from_db()
    article.save()  # the index of the primary knows the new title
    assert shown(client, reverse("search") + "?q=tên") == "Tên cũ"


@pytest.fixture
def pages():
    """An address of each kind of public page, all with something to show, and one of none."""
    agency = make_site(contact={"phone": "(0205) 3.871.906"}).agency
    unit = make_department(parent=agency)
    director = make_appointment(department=agency)
    article = make_article(department=unit)
    photo = make_article_photo(article=article).photo
    return [
        *map(reverse, ("home", "news:article_list", "news:feed", "news:sitemap", "site_map")),
        *map(reverse, ("departments:leaders", "departments:structure", "departments:contact")),
        *(one.get_absolute_url() for one in (article, article.category, unit, director.person)),
        reverse("search") + "?q=hội",
        photo.image.renditions.smallest,
        "/khong-co/",
    ]


def test_public_pages_ask_the_primary_nothing(
    copy, client, pages, monkeypatch, django_assert_num_queries
):
    if copy is None:
        return
    paused(copy)
    monkeypatch.setattr(replica, "CHECK_SECONDS", 600)
    assert replica.watch.is_well()
    for page in pages:
        with django_assert_num_queries(0):  # Django's counts the primary's alone
            response = client.get(page)
        assert response.status_code == (404 if page == "/khong-co/" else 200), page


def test_public_pages_outlive_the_primary(copy, client, pages, monkeypatch):
    if copy is None:
        return
    paused(copy)
    monkeypatch.setitem(connection.settings_dict, "PORT", 9)  # nobody listens there
    found = {}

    def read():  # a thread has connections of its own, which know nothing of the server yet
        found.update((page, client.get(page).status_code) for page in pages)
        connections.close_all()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert found == {page: 404 if page == "/khong-co/" else 200 for page in pages}


def test_what_is_written_in_a_request_is_read_back_in_it(copy):
    if copy is None:
        return
    article = make_article(title="Tên cũ")
    paused(copy)
    renamed(article)
    titles = Article.objects.filter(pk=article.pk).values_list("title", flat=True)
    with replica._reading_copy():
        assert titles.get() == "Tên cũ"
        make_category()
        assert titles.all().get() == "Tên mới"
    assert replica.alias() == "default"


def test_a_replica_that_lags_is_not_read_until_it_has_caught_up(copy, client, monkeypatch):
    if copy is None:
        return
    article = make_article(title="Tên cũ")
    paused(copy)
    address = renamed(article)
    assert shown(client, address) == "Tên cũ"
    monkeypatch.setattr(replica, "MAX_LAG", 0)
    assert shown(client, address) == "Tên mới"
    assert client.get("/readyz").json()["parts"]["replica"] == "down or behind"
    copy.ask(connection.settings_dict["NAME"], "SELECT pg_wal_replay_resume()::text")
    followed(copy)
    assert client.get("/readyz").json()["parts"]["replica"] == "ok"


def test_a_replica_that_stops_costs_no_reader_a_page(copy, client, monkeypatch):
    if copy is None:
        return
    address = make_article(title="Tên cũ").get_absolute_url()
    paused(copy)
    assert shown(client, address) == "Tên cũ"
    # It goes between two looks: this page begins on the replica and is made again.
    monkeypatch.setattr(replica, "CHECK_SECONDS", 60)
    assert replica.watch.is_well()
    renamed_address = renamed(Article.objects.get())
    copy.stop()
    try:
        assert shown(client, renamed_address) == "Tên mới"
        assert client.get("/khong-co/").status_code == 404
        assert not replica.watch.is_well()
    finally:
        copy.start()
    assert replica.watch.is_well()


def test_a_promoted_replica_is_none(copy):
    if copy is None:
        return
    # What a server says that replays nothing: this is the primary's own answer.
    assert replica._ask("default", replica._REPLAYED) is None
    assert replica._ask(replica.ALIAS, replica._REPLAYED) > 0
    assert replica._ask(replica.ALIAS, replica._WRITTEN) is None


def test_previews_and_files_that_are_not_public_ask_the_primary(copy, client):
    if copy is None:
        return
    article = make_article(status=Status.DRAFT)
    photo = make_article_photo(article=article).photo
    user = make_user(is_staff=True)
    paused(copy)
    link = previews.make(article, by=user, days=1)
    assert client.get(reverse("news:preview_link", args=[link.key])).status_code == 200
    assert client.get(photo.image.renditions.smallest).status_code == 200
    previews.revoke(link)
    assert client.get(reverse("news:preview_link", args=[link.key])).status_code == 410
    assert client.get(photo.image.renditions.smallest).status_code == 404


def test_no_second_as_many_seconds_behind_counts_as_well():
    """Each step: the time, what the primary has written, what the copy has replayed, is it well."""
    watch = replica.Watch()
    steps = [
        (0, 100, 90, False),  # nobody knows since when 10 bytes are missing
        (1, 110, 99, False),
        (2, 120, 100, True),  # what was missing first is there, the rest is a second old
        (3, 130, 130, True),
        (4, 140, 130, True),
        (9, 150, 139, True),
        (9.1, 150, 139, False),  # byte 140 has been missing for 5.1 seconds
        (10, 160, 140, True),  # byte 150 since the ninth second
        (11, 160, 160, True),
        (99, 160, 160, True),  # nothing is written and nothing is missing
    ]
    for now, written, replayed, is_well in steps:
        assert watch.has_caught_up(now, written, replayed) is is_well, now
        watch._is_well = is_well
    assert not watch._marks
    watch._is_well = False
    for second in range(1000):
        assert not watch.has_caught_up(second, 200 + second, 160)
    assert len(watch._marks) <= 10 * replica.MAX_LAG + 1
    assert math.isinf(watch._marks[0][0])


@pytest.mark.parametrize(
    "url", ["sqlite:///copy.sqlite3", "postgresql://", "mysql://a/b", "postgresql://a:x/b"]
)
def test_the_setting_is_refused_with_a_sentence(url, monkeypatch):
    from portal import settings as module

    monkeypatch.setenv("REPLICA_URL", url)
    with pytest.raises(ImproperlyConfigured, match="REPLICA_URL"):
        module._replica()
