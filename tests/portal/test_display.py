"""How a reader chooses text size and ground, without JavaScript."""

import pytest

from tests.factories import make_article

pytestmark = pytest.mark.django_db


def html_tag(client, address="/") -> str:
    return client.get(address).content.decode().partition("<html")[2].partition(">")[0]


@pytest.mark.parametrize(
    ("query", "classes"),
    [
        ("co=lon", "co-lon"),
        ("co=rat-lon", "co-rat-lon"),
        ("nen=toi", "toi"),
        ("nen=sang", "sang"),
        ("co=rat-lon&nen=toi", "co-rat-lon toi"),
    ],
)
def test_a_choice_holds_on_every_page_until_it_is_taken_back(client, query, classes):
    assert html_tag(client) == ' lang="vi"'
    assert client.get(f"/hien-thi/?{query}&ve=/").headers["Location"] == "/"
    article = make_article()
    for address in [
        "/",
        "/tin-tuc/",
        article.get_absolute_url(),
        article.get_print_url(),
        "/khong/",
    ]:
        assert html_tag(client, address) == f' lang="vi" class="{classes}"'
    client.get("/hien-thi/?co=thuong&nen=thiet-bi&ve=/")
    assert html_tag(client) == ' lang="vi"'


def test_the_cookies_last_a_year_and_are_sent_to_this_site_alone(client):
    response = client.get("/hien-thi/?co=lon&nen=toi&ve=/tin-tuc/")
    for name in ("co", "nen"):
        cookie = response.cookies[name]
        assert (cookie["max-age"], cookie["samesite"], cookie["path"]) == (31536000, "Lax", "/")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "way",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", ""),
        *("/a b", "/\r\nSet-Cookie: a=b", "tin-tuc/", "\x00"),
    ],
)
def test_nobody_is_sent_to_another_site(client, way):
    response = client.get("/hien-thi/", {"co": "lon", "ve": way})
    assert response.status_code in {302, 400}
    assert response.headers.get("Location", "/hien-thi/?da-luu") == "/hien-thi/?da-luu"


def test_the_page_shows_what_is_chosen_and_says_when_it_was_saved(client):
    client.get("/hien-thi/?co=lon&nen=toi")
    html = client.get("/hien-thi/?da-luu").content.decode()
    for checked in ("co-lon", "nen-toi"):
        assert f'id="{checked}"' in html
    assert html.count(" checked") == 2
    assert 'value="lon" checked' in html
    assert 'value="toi" checked' in html
    assert ">Đã lưu.</p>" in html
    assert 'name="robots" content="noindex"' in html
    assert ">Đã lưu.</p>" not in client.get("/hien-thi/").content.decode()


@pytest.mark.parametrize("query", ["co=khong-lo", "nen=xanh", "co=", "co=lon%00"])
def test_what_is_no_choice_changes_nothing(client, query):
    response = client.get(f"/hien-thi/?{query}")
    assert response.status_code in {200, 400}
    assert dict(response.cookies) == {}


def test_a_made_up_cookie_counts_as_no_choice(client):
    client.cookies.load({"co": '"><script>', "nen": "x"})
    assert html_tag(client) == ' lang="vi"'


def test_an_article_offers_three_sizes_and_the_other_ground(client):
    article = make_article()
    html = client.get(article.get_absolute_url()).content.decode()
    assert f'<input type="hidden" name="ve" value="{article.get_absolute_url()}">' in html
    assert 'value="thuong" aria-label="A, cỡ chữ thường" aria-pressed="true"' in html
    assert f'href="/hien-thi/?nen=toi&amp;ve={article.get_absolute_url()}"' in html
    client.get("/hien-thi/?nen=toi&co=lon&ve=/")
    html = client.get(article.get_absolute_url()).content.decode()
    assert 'value="lon" aria-label="A, cỡ chữ lớn" aria-pressed="true"' in html
    assert f'href="/hien-thi/?nen=sang&amp;ve={article.get_absolute_url()}"' in html
