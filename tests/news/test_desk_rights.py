"""Who gets what under every address of the newsroom: each role, GET and POST, and no title leaks.

An address that TABLE lacks fails the first test, which says what to add.
"""

import datetime
from functools import cache
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from news import previews
from news.models import Article, Category, Photo, Report, UrgentNotice
from news.models.desk import Remark
from portal.text import slugify
from tests.factories import (
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_user,
)

pytestmark = pytest.mark.django_db

GROUPS = {"staff": [], "writer": ["Phóng viên"], "reviewer": ["Duyệt đăng"], "admin": ["Quản trị"]}

# The answers to GET/POST. A stranger is always sent to the sign-in. Of articles and reports:
# "own" is the writer's draft, "other" another writer's, "public" another writer's and published,
# "copy" a reviewer's working copy of that one, "trash" the writer's own in the trash. Django leads
# from what is not there to the admin's first page (302).
OF_ARTICLES = """
    address         subject   staff     writer    reviewer  admin
    changelist      -         403/403   200/200   200/200   403/403
    add             -         403/403   200/200   200/200   403/403
    change          own       403/403   200/200   200/200   403/403
    change          other     403/403   302/302   200/200   403/403
    change          public    403/403   200/302   200/302   403/403
    change          copy      403/403   302/302   200/200   403/403
    change          trash     403/403   302/302   302/302   403/403
    history         own       302/302   200/200   200/200   302/302
    history         other     302/302   302/302   200/200   302/302
    history         public    302/302   200/200   200/200   302/302
    history         copy      302/302   302/302   200/200   302/302
    history         trash     302/302   302/302   302/302   302/302
    delete          own       403/403   403/403   403/403   403/403
    delete          other     403/403   403/403   403/403   403/403
    delete          public    403/403   403/403   403/403   403/403
    delete          copy      403/403   403/403   403/403   403/403
    delete          trash     403/403   403/403   403/403   403/403
    preview         own       404/405   200/405   200/405   404/405
    preview         other     404/405   404/405   200/405   404/405
    preview         public    404/405   200/405   200/405   404/405
    preview         copy      404/405   404/405   200/405   404/405
    preview         trash     404/405   404/405   404/405   404/405
    preview_link    own       405/404   405/302   405/302   405/404
    preview_link    other     405/404   405/404   405/302   405/404
    preview_link    public    405/404   405/403   405/302   405/404
    preview_link    copy      405/404   405/404   405/302   405/404
    preview_link    trash     405/404   405/404   405/404   405/404
    preview_revoke  own       405/404   405/302   405/302   405/404
    preview_revoke  other     405/404   405/404   405/302   405/404
    preview_revoke  public    405/404   405/403   405/302   405/404
    preview_revoke  copy      405/404   405/404   405/302   405/404
    preview_revoke  trash     405/404   405/404   405/404   405/404
    remark          own       405/404   405/302   405/302   405/404
    remark          other     405/404   405/404   405/302   405/404
    remark          public    405/404   405/302   405/302   405/404
    remark          copy      405/404   405/404   405/302   405/404
    remark          trash     405/404   405/404   405/404   405/404
    remark_delete   own       405/404   405/302   405/404   405/404
    remark_delete   other     405/404   405/404   405/404   405/404
    remark_delete   public    405/404   405/404   405/404   405/404
    remark_delete   copy      405/404   405/404   405/404   405/404
    remark_delete   trash     405/404   405/404   405/404   405/404
"""
OF_THE_REST = """
    address                 staff     writer    reviewer  admin
    category_changelist     403/403   200/200   200/200   200/200
    category_add            403/403   403/403   200/200   200/200
    category_change         403/403   200/403   200/200   200/200
    category_history        403/403   200/200   200/200   200/200
    category_delete         403/403   403/403   403/403   200/302
    photo_changelist        403/403   200/200   200/200   403/403
    photo_add               403/403   200/200   200/200   403/403
    photo_change            403/403   200/302   200/302   403/403
    photo_history           403/403   200/200   200/200   403/403
    photo_delete            403/403   403/403   200/200   403/403
    photo_upload            405/403   405/400   405/400   405/403
    urgentnotice_changelist 403/403   403/403   200/200   200/200
    urgentnotice_add        403/403   403/403   200/200   200/200
    urgentnotice_change     403/403   403/403   200/200   200/200
    urgentnotice_history    403/403   403/403   200/200   200/200
    urgentnotice_delete     403/403   403/403   200/302   200/302
"""
# What the arguments of a pattern stand for, by their name in it.
ARGUMENTS = {
    "object_id": lambda subject: subject.row.pk,
    "pk": lambda subject: subject.row.pk,
    "link": lambda subject: subject.link.pk,
    "remark": lambda subject: subject.remark.pk,
}
# What a POST sends, so that whoever may is not stopped by an empty form.
FIELDS = {
    "delete": {"post": "yes"},
    "preview_link": {"days": "1"},
    "remark": {"text": "Xem lại đoạn hai."},
}
# Whose titles may stand in an answer; what is public is no secret.
SEEN = {"staff": [], "writer": ["own"], "reviewer": ["own", "other", "copy"], "admin": []}
SUBJECTS = ("own", "other", "public", "copy", "trash")


def table():
    """(name of the address, subject or "-") → expected answers by role."""
    rows = {}
    for line in OF_ARTICLES.strip().splitlines()[1:]:
        address, subject, *answers = line.split()
        for model in ("article", "report"):
            rows[f"{model}_{address}", subject] = dict(zip(GROUPS, answers, strict=True))
    for line in OF_THE_REST.strip().splitlines()[1:]:
        address, *answers = line.split()
        rows[address, "-"] = dict(zip(GROUPS, answers, strict=True))
    return rows


TABLE = table()


@cache
def patterns():
    """Every pattern of the newsroom's screens by its name without "news_"."""
    screens = (admin.site.get_model_admin(model) for model in MODELS)
    found = [pattern for screen in screens for pattern in screen.get_urls()]
    unnamed = {str(pattern.pattern) for pattern in found if not pattern.name}
    assert unnamed == {"<path:object_id>/"}, "Every address of the newsroom has a name"
    return {pattern.name.removeprefix("news_"): pattern for pattern in found if pattern.name}


MODELS = [model for model in admin.site._registry if model._meta.app_label == "news"]


def test_every_address_of_the_newsroom_is_in_the_table():
    known = {address for address, _subject in TABLE}
    missing = sorted(set(patterns()) - known)
    assert missing == [], (
        f"{missing} are new. Write each into OF_ARTICLES (with a line for every subject) or "
        "OF_THE_REST of tests/news/test_desk_rights.py: what GET/POST answer to each role. A new "
        "argument of a pattern belongs into ARGUMENTS, what its POST needs into FIELDS."
    )
    assert sorted(known - set(patterns())) == []


def test_every_address_of_an_article_is_tried_with_every_subject():
    for model in ("article", "report"):
        tried = {}
        for address, subject in TABLE:
            if address.startswith(model) and subject != "-":
                tried.setdefault(address, set()).add(subject)
        assert tried == {address: set(SUBJECTS) for address in tried}


# ── Who asks, and for what ──────────────────────────────────────────────────────────────────────
def title_of(model, name):
    return f"Tuyet mat {model} {name}"  # without accents, so that JSON and addresses show it as is


@pytest.fixture
def users():
    return {role: make_user(groups=groups) for role, groups in GROUPS.items()}


def make_row(model, name, *, author, **fields):
    kind = "report" if model == "report" else "news"
    row = make_article(title=title_of(model, name), kind=kind, created_by=author, **fields)
    if model == "report":
        make_conference(article=row)
    remark = Remark.objects.create(article=row.draft_of or row, by=author, text="Xem lại.")
    return SimpleNamespace(row=row, remark=remark, link=previews.make(row, by=author, days=1))


@pytest.fixture
def subjects(users):
    """(model, name) → the row with a link and a remark of its author."""
    writer, colleague = users["writer"], make_user(groups=["Phóng viên"])
    chief = make_user(groups=["Duyệt đăng"])
    made = {}
    for model in ("article", "report"):
        public = make_row(model, "public", author=colleague)
        made[model, "public"] = public
        draft = {"status": "draft"}
        made[model, "own"] = make_row(model, "own", author=writer, **draft)
        made[model, "other"] = make_row(model, "other", author=colleague, **draft)
        made[model, "copy"] = make_row(model, "copy", author=chief, draft_of=public.row, **draft)
        gone = {"deleted_at": timezone.now()}
        made[model, "trash"] = make_row(model, "trash", author=writer, **draft, **gone)
    now = timezone.now()
    line = UrgentNotice.objects.create(
        text="Cảnh báo", starts_at=now, ends_at=now + datetime.timedelta(days=1)
    )
    use = make_article_photo(article=made["article", "other"].row)
    made["category", "-"] = SimpleNamespace(row=make_category())
    made["photo", "-"] = SimpleNamespace(row=use.photo)
    made["urgentnotice", "-"] = SimpleNamespace(row=line)
    return made


def address_of(name, subject):
    arguments = patterns()[name].pattern.converters
    unknown = set(arguments) - set(ARGUMENTS)
    assert not unknown, f"Say in ARGUMENTS what {unknown} stands for"
    values = {argument: ARGUMENTS[argument](subject) for argument in arguments}
    return reverse(f"admin:news_{name}", kwargs=values)


def answers(client, address, fields):
    """What GET and POST answer, and all that they show; nothing that they do stays."""
    statuses, shown = [], ""
    for ask in (client.get, lambda url: client.post(url, fields)):
        with transaction.atomic():
            response = ask(address)
            statuses.append(str(response.status_code))
            shown += response.content.decode() + response.headers.get("Location", "")
            if response.status_code == 302:
                shown += client.get(response["Location"], follow=True).content.decode()
            transaction.set_rollback(True)
    return "/".join(statuses), shown


def secrets_of(role):
    hidden = set(SUBJECTS) - {"public", *SEEN[role]}
    return [title_of(model, name) for model in ("article", "report") for name in hidden]


def leaks(shown, role):
    return [title for title in secrets_of(role) if title in shown or slugify(title) in shown]


# ── The table ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", GROUPS)
def test_every_address_answers_as_the_table_says_and_tells_no_title(client, users, subjects, role):
    client.force_login(users[role])
    wrong, leaking = {}, {}
    for (name, subject), expected in TABLE.items():
        model, _, screen = name.partition("_")
        address = address_of(name, subjects.get((model, subject)))
        answered, shown = answers(client, address, FIELDS.get(screen, {}))
        if answered != expected[role]:
            wrong[name, subject] = f"{answered}, not {expected[role]}"
        if told := leaks(shown, role):
            leaking[name, subject] = told
    assert wrong == {}
    assert leaking == {}


def test_a_stranger_is_sent_to_the_sign_in_everywhere(client, subjects):
    for name, subject in TABLE:
        address = address_of(name, subjects.get((name.partition("_")[0], subject)))
        for response in (client.get(address), client.post(address)):
            assert response.status_code == 302, name
            assert response["Location"].startswith("/admin/login/?next=/admin/"), name


# ── Addresses of the admin that belong to no screen ─────────────────────────────────────────────
LOOK_UPS = ["article.related", "report.related", "article.department", "conference.chair"]


@pytest.mark.parametrize("role", GROUPS)
@pytest.mark.parametrize("look_up", LOOK_UPS)
def test_no_choice_offers_a_title_that_may_not_be_seen(client, users, subjects, role, look_up):
    client.force_login(users[role])
    model, _, field = look_up.partition(".")
    for term in ("", "Tuyet mat"):
        query = {"app_label": "news", "model_name": model, "field_name": field, "term": term}
        shown = client.get("/admin/autocomplete/", query).content.decode()
        assert leaks(shown, role) == []


@pytest.mark.parametrize("role", GROUPS)
@pytest.mark.parametrize("model", [Article, Report])
def test_the_way_to_the_public_page_tells_no_title(client, users, subjects, role, model):
    """Django leads there by an address that holds the title, whoever asks."""
    client.force_login(users[role])
    kind = ContentType.objects.get_for_model(model, for_concrete_model=False)
    for (name, _subject), made in subjects.items():
        if name in {"article", "report"}:
            for written in (made.row.pk, f"{made.row.pk}%20", f"+{made.row.pk}"):
                response = client.get(f"/admin/r/{kind.pk}/{written}/")
                shown = response.content.decode() + response.headers.get("Location", "")
                assert leaks(shown, role) == []
                assert response.status_code == 404


def test_the_way_to_a_public_page_works_where_all_pages_are_public(client, users, subjects):
    client.force_login(users["reviewer"])
    category = subjects["category", "-"].row
    kind = ContentType.objects.get_for_model(Category)
    response = client.get(f"/admin/r/{kind.pk}/{category.pk}/")
    assert response["Location"] == f"http://testserver{category.get_absolute_url()}"
    for address in ("/admin/r/x/1/", f"/admin/r/{kind.pk}/x/", "/admin/r/99999/1/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("role", GROUPS)
def test_the_first_page_and_the_search_of_lists_tell_no_title(client, users, subjects, role):
    client.force_login(users[role])
    for address in ("/admin/", "/admin/news/", "/admin/news/article/?q=Tuyet", "/admin/?q=Tuyet"):
        assert leaks(client.get(address).content.decode(), role) == []


def test_the_library_of_photos_tells_no_title_of_what_shows_them(client, users, subjects):
    client.force_login(users["writer"])
    photo = subjects["photo", "-"].row
    assert Photo.objects.get().uses.get().article.title == title_of("article", "other")
    for name in ("change", "history"):
        shown = client.get(reverse(f"admin:news_photo_{name}", args=[photo.pk])).content.decode()
        assert leaks(shown, "writer") == []
