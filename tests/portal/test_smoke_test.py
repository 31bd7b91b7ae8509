"""Before readers see a release it is asked for its pages; what is broken stops the update."""

import io
import shutil
import subprocess
import sys
from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, resolve
from django.utils import timezone

from news import sample
from portal import urls
from tests import started as started_site
from tests.factories import make_article

ROOT = Path(__file__).resolve().parent.parent.parent
# No link leads there, or what is there is no page.
LEFT_OUT = {
    *("healthz", "readyz", "metrics", "security_txt", "media"),
    *("news:article_short", "news:preview_link"),
}
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """What the command asks for, by address the status."""
    get, answers = Client.get, {}

    def noted(self, path, **kwargs):
        response = get(self, path, **kwargs)
        answers[path] = response.status_code
        return response

    monkeypatch.setattr(Client, "get", noted)
    return answers


def names(patterns, space=""):
    for one in patterns:
        if isinstance(one, URLPattern):
            yield space + one.name
        else:
            yield from names(one.url_patterns, f"{one.namespace}:")


@pytest.mark.usefixtures("drawn_before")
def test_a_page_of_every_kind_is_asked_for_and_nothing_is_written(asked):
    sample.load()
    make_article(publish_at=timezone.now())
    out = io.StringIO()
    with CaptureQueriesContext(connection) as queries:
        call_command("smoke_test", stdout=out)
    assert asked.pop("/smoke-test/") == 404
    assert set(asked.values()) == {200}
    views = [resolve(address).view_name for address in asked]
    assert sorted(views) == sorted({*names(urls.public), "account_login"} - LEFT_OUT)
    assert out.getvalue() == f"Bản này chạy được: đã mở thử {len(views) + 1} trang.\n"
    words = {query["sql"].split()[0] for query in queries}
    assert words & {"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE"} == set()


def test_an_empty_site_answers(asked):
    call_command("smoke_test", stdout=io.StringIO())
    assert {"/", "/tin-tuc/", "/lien-he/", "/sitemap.xml", "/admin/login/"} <= asked.keys()


def test_a_sign_in_for_some_networks_is_asked_for_from_one_of_them(asked, settings):
    settings.ADMIN_NETWORKS = [ip_network("10.20.0.0/16")]
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    call_command("smoke_test", stdout=io.StringIO())
    assert asked["/admin/login/"] == 200


def closed(get_response):
    """A middleware that answers for the contact page."""
    return lambda request: (
        HttpResponse(status=503) if request.path == "/lien-he/" else get_response(request)
    )


def test_an_answer_of_five_hundred_is_a_broken_page_too(settings):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"{__name__}.closed"]
    with pytest.raises(CommandError, match=r"^Bản này không mở được trang /lien-he/ \(503\)\.$"):
        call_command("smoke_test")


@pytest.fixture
def release(tmp_path, started):
    """Ask a copy of the program that holds this in one of its templates; exit code and output."""
    started.copy_to(tmp_path)
    copy = tmp_path / "release"
    leave = shutil.ignore_patterns(".*", "tests", "docs", "media", "staticfiles", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=leave)

    def run(template: str = "", content: str = "") -> tuple[int, str, str]:
        if template:
            (copy / "templates" / template).write_text(content, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "manage.py", "smoke_test"],
            cwd=copy,
            env=started_site.variables(tmp_path),
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout, done.stderr

    return run


BROKEN = {
    "an article": ("news/article_detail.html", "{% if %}", "/tin-tuc/", "TemplateSyntaxError: "),
    "the sign-in": ("admin/login.html", "{% url 'gone' %}", "/admin/login/", "NoReverseMatch: "),
    "not found": ("404.html", "{{ 1 / 0 }}", "/smoke-test/", "ZeroDivisionError: "),
}


@pytest.mark.parametrize(("template", "content", "address", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_broken_page_is_named_in_one_sentence(release, template, content, address, problem):
    code, out, said = release(template, content)
    assert (code, out) == (1, "")
    assert said.startswith(f"CommandError: Bản này không mở được trang {address}")
    assert f" ({problem}" in said
    assert len(said.splitlines()) == 1
