"""The clock publishes: everywhere in the same second, whatever the server's time zone."""

import datetime
import time

import pytest
import time_machine
from django.test import Client

from news import sitemaps
from news.models import Article
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_department,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db

VIETNAM = datetime.timezone(datetime.timedelta(hours=7))
TITLE = "Hội nghị tổng kết hẹn giờ"
MOMENTS = [
    datetime.datetime(2026, 3, 2, 9, 30, tzinfo=VIETNAM),
    datetime.datetime(2026, 3, 3, 0, 0, tzinfo=VIETNAM),  # midnight in Vietnam
    datetime.datetime(2027, 1, 1, 0, 0, tzinfo=VIETNAM),  # year's end in Vietnam
    datetime.datetime(2027, 1, 1, 7, 0, tzinfo=VIETNAM),  # year's end in UTC
]


@pytest.fixture(params=["UTC", "Asia/Ho_Chi_Minh"])
def server_zone(request, monkeypatch):
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def scheduled(at) -> Article:
    """A report with all that makes it stand on pages, published by hand for the moment `at`."""
    unit = make_department(name="Văn phòng Sở")
    term = make_appointment(full_name="Nguyễn Thị Hà", department=unit)
    article = make_article(
        kind="report",
        status="draft",
        title=TITLE,
        publish_at=at,
        category=make_category(name="Hoạt động"),
        department=unit,
    )
    make_article_photo(article=article, caption="Toàn cảnh hội nghị hẹn giờ", alt="Hội trường")
    make_conference(article=article, held_on=datetime.date(2026, 1, 5), chair=term)
    article.publish(by=make_user(groups=["Duyệt đăng"]))
    return article


def places(article) -> list[str]:
    year = article.conference.review_year
    part = (article.pk - 1) // sitemaps.RANGE + 1
    return [
        *("/", "/tin-tuc/", "/chuyen-muc/hoat-dong/", "/bao-cao/", f"/bao-cao/{year}/"),
        *("/co-cau-to-chuc/van-phong-so/", "/lanh-dao/nguyen-thi-ha/"),
        *("/rss/", "/rss/hoat-dong/", "/rss/don-vi/van-phong-so/"),
        *(f"/sitemap-bai-viet-{part}.xml", "/sitemap-tin-moi.xml", "/tim-kiem/?q=hen+gio"),
    ]


def shown_on(article) -> dict[str, bool]:
    """For each place of the site whether it tells of the article."""
    client = Client()
    answers = {place: client.get(place) for place in places(article)}
    told = {
        place: f"-{article.pk}/" in answer.content.decode() for place, answer in answers.items()
    }
    return told | {"its page": client.get(article.get_absolute_url()).status_code == 200}


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_scheduled_article_appears_everywhere_in_the_same_second(server_zone, moment):
    make_site()
    with time_machine.travel(moment - datetime.timedelta(hours=3), tick=False) as clock:
        article = scheduled(moment)
        clock.move_to(moment - datetime.timedelta(microseconds=1))
        assert not any(shown_on(article).values()), shown_on(article)
        clock.move_to(moment)
        assert all(shown_on(article).values()), shown_on(article)


def test_what_fell_due_while_the_server_was_down_is_public_on_the_first_request():
    make_site()
    start = MOMENTS[0]
    with time_machine.travel(start - datetime.timedelta(hours=1), tick=False):
        article = scheduled(start)
    with time_machine.travel(start + datetime.timedelta(hours=1), tick=False):
        assert all(shown_on(article).values())


def test_an_expired_notice_leaves_every_list_in_its_second_and_its_page_says_so():
    make_site()
    start = MOMENTS[0]
    with time_machine.travel(start, tick=False) as clock:
        article = scheduled(start)
        Article.objects.filter(pk=article.pk).update(expire_at=start + datetime.timedelta(days=1))
        article.refresh_from_db()
        article.save()
        clock.move_to(start + datetime.timedelta(days=1))
        told = shown_on(article)
        assert told.pop("its page")
        assert not any(told.values()), told
        page = Client().get(article.get_absolute_url()).content.decode()
    assert "hết hiệu lực" in page
    assert 'content="noindex"' in page
