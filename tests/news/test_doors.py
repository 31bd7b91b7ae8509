"""Who may fetch which file when: files follow the articles that use them, by the clock."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from news import copies
from tests.factories import (
    image_upload,
    make_article,
    make_article_photo,
    make_attachment,
    make_department,
    make_photo,
    make_user,
)
from tests.portal.test_publishing import STATES

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = datetime.timedelta(hours=1)


def files_of(article):
    """Every address under which a file of the article could be asked for."""
    photo = make_article_photo(article=article).photo
    attachment = make_attachment(article=article)
    pictures = photo.image.renditions
    return [url for _, url in (*pictures.webp, *pictures.jpeg)] + [attachment.file.url]


@pytest.mark.parametrize(("fields", "expected"), STATES.values(), ids=STATES)
def test_a_stranger_gets_files_of_published_articles_alone(client, fields, expected):
    urls = files_of(make_article(**fields))
    assert len(urls) > 4
    status = 200 if expected[0] else 404
    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, status)


def test_the_clock_alone_opens_and_closes_files(client):
    urls = files_of(make_article(publish_at=NOW + HOUR, expire_at=NOW + 3 * HOUR))
    seen = []
    for moment in (NOW, NOW + HOUR, NOW + 3 * HOUR):
        with time_machine.travel(moment, tick=False):
            seen.append({client.get(url).status_code for url in urls})
    assert seen == [{404}, {200}, {404}]


def test_a_file_is_kept_by_caches_no_longer_than_it_is_public(client):
    url = files_of(make_article(expire_at=NOW + datetime.timedelta(minutes=10)))[0]
    with time_machine.travel(NOW, tick=False):
        assert client.get(url)["Cache-Control"] == "public, max-age=600"


def test_a_photo_stays_public_while_one_public_article_uses_it(client):
    photo = make_photo()
    make_article_photo(article=make_article(), photo=photo)
    make_article_photo(article=make_article(status="draft"), photo=photo)
    assert client.get(photo.image.renditions.webp[0][1]).status_code == 200


def test_a_photo_of_a_working_copy_is_private_until_it_is_merged(client):
    editor = make_user(groups=["Duyệt đăng"])
    copy = copies.open_copy(make_article(), by=editor)
    photo = make_article_photo(article=copy, photo=make_photo(color="red"), caption="Đỏ").photo
    url = photo.image.renditions.webp[0][1]
    assert client.get(url).status_code == 404
    copy.publish(by=editor, reason="Sửa lỗi gấp")
    assert client.get(url).status_code == 200


def test_the_picture_of_a_unit_is_public(client):
    unit = make_department(picture=image_upload(color="green"))
    assert client.get(unit.picture.renditions.webp[0][1]).status_code == 200


def test_originals_are_never_served(client):
    photo = make_article_photo(article=make_article()).photo
    client.force_login(make_user(groups=["Duyệt đăng"]))
    name = photo.image.name
    for path in (name, name.rsplit("/", 1)[-1]):
        assert client.get(f"/media/{path}").status_code == 404


def test_staff_see_the_library_and_files_of_articles_they_may_open(client):
    writer, other = make_user(groups=["Phóng viên"]), make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=writer)
    photo = make_article_photo(article=article).photo.image.renditions.webp[0][1]
    attachment = make_attachment(article=article).file.url

    client.force_login(writer)
    answer = client.get(attachment)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert client.get(photo).status_code == 200

    client.force_login(other)
    assert client.get(attachment).status_code == 404
