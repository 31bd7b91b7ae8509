"""Rules of the house that no other tool checks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import django
import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = [
    path
    for folder in ("portal", "departments", "news", "templates", "static")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".html", ".js", ".css"}
]
CATALOGUES = sorted((ROOT / "locale").rglob("django.po"))


def files_with(pattern: str) -> list[str]:
    found = (path for path in OURS if re.search(pattern, path.read_text(encoding="utf-8")))
    return sorted(str(path.relative_to(ROOT)) for path in found)


def test_content_is_marked_safe_in_four_places_alone():
    assert files_with(r"\|\s*safe\b|SafeString\(|autoescape off") == []
    places = ["portal/jinja.py", "portal/jsonld.py", "portal/richtext.py", "portal/stylesheet.py"]
    assert files_with(r"mark_safe\(|Markup\(") == places


def test_migrations_have_names():
    assert [path.name for path in ROOT.glob("*/migrations/*_auto_*.py")] == []


def test_modules_are_named_for_their_subject():
    assert [path.name for path in OURS if path.stem in {"utils", "helpers", "common"}] == []


def test_lock_files_hold_exact_versions_with_hashes_and_no_host():
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        packages = re.findall(r"^([a-z0-9-]+)(.*?) \\$", text, re.MULTILINE)
        assert len(packages) > 10
        assert all(version.startswith("==") for _name, version in packages)
        assert text.count("--hash=sha256:") >= len(packages)


def test_the_django_is_the_long_term_release():
    assert django.VERSION[:2] == (5, 2)


def test_every_setting_is_in_the_example_and_the_other_way_round():
    source = (ROOT / "portal/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:env\.\w+|_[a-z_]+)\(\s*"([A-Z_]+)"', source))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)) == read


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.parent.parent.parent.name))
def test_every_sentence_is_translated_and_the_compiled_file_is_current(path):
    source = polib.pofile(path)
    assert [entry.msgid for entry in source if not entry.translated()] == []
    assert [entry.msgid for entry in source if entry.fuzzy or entry.obsolete] == []
    compiled = polib.mofile(path.with_suffix(".mo"))

    def told(catalogue):
        return {
            (entry.msgctxt, entry.msgid, entry.msgid_plural): entry.msgstr or entry.msgstr_plural
            for entry in catalogue
        }

    assert told(compiled) == told(source)


def test_every_sentence_of_a_template_is_found_by_the_translation():
    """Django's collector sees `_("…")` at the start of `{{ }}` and in `{% %}`, not after `or`."""
    catalogue = polib.pofile(ROOT / "locale/vi/LC_MESSAGES/django.po")
    known = {entry.msgid for entry in catalogue}
    for path in (ROOT / "templates").rglob("*.html"):
        said = re.findall(r"""_\((?:"([^"]*)"|'([^']*)')\)""", path.read_text(encoding="utf-8"))
        assert {one or other for one, other in said} - known == set(), path


def test_no_sentence_of_the_code_is_missing_from_the_translation(tmp_path):
    for folder in ("portal", "departments", "news", "templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "manage.py", tmp_path)
    shutil.copytree(ROOT / "locale", tmp_path / "locale")
    catalogue = tmp_path / "locale/vi/LC_MESSAGES/django.po"
    before = {entry.msgid for entry in polib.pofile(catalogue)}
    command = ["makemessages", "-l", "vi", "--no-location", "--no-obsolete", "-v", "0"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=tmp_path, env=environment, check=True
    )
    assert {entry.msgid for entry in polib.pofile(catalogue)} == before


def test_the_parts_of_the_newsroom_do_not_share_private_names():
    """They are one class in the end: a second `_answer` would take the first one's place."""
    import news.admin.articles as screens

    for screen in (screens.ArticleAdmin, screens.ReportAdmin):
        names = [
            name
            for part in screen.__mro__
            if part.__module__.startswith("news.")
            for name in vars(part)
            if name.startswith("_") and not name.startswith("__")
        ]
        assert sorted(name for name in set(names) if names.count(name) > 1) == []
