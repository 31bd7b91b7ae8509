"""Loading the sample once more, in part, in vain, and by its command."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command, execute_from_command_line
from reversion.models import Version

from departments.models import Contact, SiteSettings
from news import sample
from news.models import Article, Photo
from news.sample import drawings
from news.sample.articles import REPORT
from tests.conftest import PICTURES
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(drawn_before):
    return sample.load()


@pytest.fixture
def report(loaded) -> Article:
    return Article.objects.get(title=REPORT.title)


def rows() -> dict:
    """Every row of the three apps, as the database has it."""
    models = [
        model
        for name in ("portal", "departments", "news")
        for model in apps.get_app_config(name).get_models()
    ]
    return {
        model: list(model._base_manager.order_by("pk").values())
        for model in [*models, Article.related.through, Version]
        if not model._meta.proxy
    }


def stored_files(root) -> dict[str, int]:
    """The files below the private root with the moment each was written."""
    files = [path for path in Path(root).rglob("*") if path.is_file()]
    return {str(path): path.stat().st_mtime_ns for path in files}


def test_twice_is_the_same_as_once(loaded, private_root):
    before, files = rows(), stored_files(private_root)
    assert loaded[Article] == 15
    assert not sample.load()
    assert rows() == before
    assert stored_files(private_root) == files


def test_what_staff_changed_since_stays(report):
    Article.objects.filter(pk=report.pk).update(body="<p>Đã sửa.</p>", byline="Ban biên tập")
    Contact.objects.update(label="Bộ phận một cửa", phone="(0205) 3.111.222")
    SiteSettings.objects.update(superior_body="Bộ Khoa học và Công nghệ")
    before = rows()
    sample.load()
    assert rows() == before


def test_a_trashed_sample_is_not_loaded_again(report):
    Article.objects.filter(pk=report.pk).update(deleted_at=report.publish_at)
    assert not sample.load()


def test_a_missing_article_comes_back_with_the_photos_of_the_library(report, private_root):
    files, photos = stored_files(private_root), list(Photo.objects.values_list("pk", flat=True))
    report.delete()
    made = sample.load()
    assert (made[Article], made[Photo]) == (1, 0)
    assert Article.objects.get(title=REPORT.title).photos.count() == 2
    assert list(Photo.objects.values_list("pk", flat=True)) == photos
    assert stored_files(private_root) == files


@pytest.mark.parametrize("name", PICTURES)
def test_drawing_again_gives_the_same_bytes(drawn, name):
    pictures, _root = drawn
    assert drawings.picture(name) == pictures[name]


def test_the_document_is_the_same_bytes_each_time():
    assert drawings.document() == drawings.document()


def test_a_load_that_fails_leaves_no_row(drawn_before, monkeypatch):
    before = rows()
    monkeypatch.setattr(drawings, "document", lambda: b"no document")
    with pytest.raises(Exception, match="tai-lieu-mau"):
        sample.load()
    assert rows() == before


def test_the_account_that_loads_is_written_down_but_never_shown(client, drawn_before):
    user = make_user(is_superuser=True, username="quantri")
    sample.load(by=user)
    report = Article.objects.get(title=REPORT.title)
    assert (report.created_by, report.transitions.get().by) == (user, None)
    assert "quantri" not in client.get(report.get_absolute_url()).content.decode()


def test_the_command_has_a_help_text(capsys):
    with pytest.raises(SystemExit) as left:
        execute_from_command_line(["manage.py", "load_sample", "--help"])
    assert left.value.code == 0
    assert "load_sample" in capsys.readouterr().out


def test_the_command_says_in_one_line_what_it_made(private_root):
    first, second = StringIO(), StringIO()
    call_command("load_sample", stdout=first)
    call_command("load_sample", stdout=second)
    assert re.findall(r"\d+", first.getvalue()) == ["15", "5", "4"]
    assert first.getvalue().count("\n") == second.getvalue().count("\n") == 1
    assert len(list(Path(private_root, "anh").glob("*.webp"))) == 5 * 6
    assert re.findall(r"\d+", second.getvalue()) == []
