"""Who gets what under every address of the newsroom: each role, GET and POST, and no title leaks.

An address that TABLE lacks fails the first test, which says what to add.
"""

import copy
import datetime
import io
import json
import shutil
from functools import cache
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from reversion.models import Version

from departments.models import Membership
from news import copies, previews
from news.models import Article, Autosave, Category, Photo, Report, UrgentNotice, WordFile
from news.models.desk import Remark
from portal.text import slugify
from tests.factories import (
    SEED_TIME,
    make_article,
    make_article_photo,
    make_category,
    make_conference,
    make_department,
    make_user,
)

pytestmark = pytest.mark.django_db

GROUPS = {"staff": [], "writer": ["Phóng viên"], "reviewer": ["Duyệt đăng"], "admin": ["Quản trị"]}

# The answers to GET/POST. A stranger is always sent to the sign-in. Of articles and reports:
# "own" is the writer's draft, "other" another writer's, "public" another writer's and published,
# "copy" a reviewer's working copy of that one, "trash" the writer's own in the trash. Django leads
# from what is not there to the admin's first page (302). A text that was kept is its owner's: here
# everybody has one of his own about every subject. A Word file is here of who wrote the subject.
OF_ARTICLES = """
    address         subject   staff     writer    reviewer  admin
    changelist      -         403/403   200/200   200/200   403/403
    download        -         403/405   200/405   200/405   403/405
    add             -         403/403   200/200   200/200   403/403
    autosave        -         405/403   405/200   405/200   405/403
    check_new       -         405/403   405/200   405/200   405/403
    word            -         403/403   200/400   200/400   403/403
    change          own       403/403   200/200   200/200   403/403
    change          other     403/403   302/302   200/200   403/403
    change          public    403/403   200/302   200/302   403/403
    change          copy      403/403   302/302   200/200   403/403
    change          trash     403/403   302/302   302/302   403/403
    history         own       404/405   200/405   200/405   404/405
    history         other     404/405   404/405   200/405   404/405
    history         public    404/405   200/405   200/405   404/405
    history         copy      404/405   404/405   200/405   404/405
    history         trash     404/405   404/405   404/405   404/405
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
    remark          public    405/404   405/404   405/302   405/404
    remark          copy      405/404   405/404   405/302   405/404
    remark          trash     405/404   405/404   405/404   405/404
    remark_delete   own       405/404   405/302   405/404   405/404
    remark_delete   other     405/404   405/404   405/404   405/404
    remark_delete   public    405/404   405/404   405/404   405/404
    remark_delete   copy      405/404   405/404   405/404   405/404
    remark_delete   trash     405/404   405/404   405/404   405/404
    autosave        own       405/404   405/200   405/200   405/404
    autosave        other     405/404   405/404   405/200   405/404
    autosave        public    405/404   405/403   405/403   405/404
    autosave        copy      405/404   405/404   405/200   405/404
    autosave        trash     405/404   405/404   405/404   405/404
    autosave_kept   own       200/302   200/302   200/302   200/302
    autosave_kept   other     200/302   200/302   200/302   200/302
    autosave_kept   public    200/302   200/302   200/302   200/302
    autosave_kept   copy      200/302   200/302   200/302   200/302
    autosave_kept   trash     200/302   200/302   200/302   200/302
    check           own       405/404   405/200   405/200   405/404
    check           other     405/404   405/404   405/200   405/404
    check           public    405/404   405/403   405/403   405/404
    check           copy      405/404   405/404   405/200   405/404
    check           trash     405/404   405/404   405/404   405/404
    compare         own       404/405   200/405   200/405   404/405
    compare         other     404/405   404/405   200/405   404/405
    compare         public    404/405   200/405   200/405   404/405
    compare         copy      404/405   404/405   200/405   404/405
    compare         trash     404/405   404/405   404/405   404/405
    restore         own       404/404   200/302   200/302   404/404
    restore         other     404/404   404/404   200/302   404/404
    restore         public    404/404   403/403   200/302   404/404
    restore         copy      404/404   404/404   200/302   404/404
    restore         trash     404/404   404/404   404/404   404/404
    duplicate       own       405/404   405/302   405/302   405/404
    duplicate       other     405/404   405/404   405/302   405/404
    duplicate       public    405/404   405/302   405/302   405/404
    duplicate       copy      405/404   405/404   405/302   405/404
    duplicate       trash     405/404   405/404   405/404   405/404
    trash           own       404/404   200/302   200/302   404/404
    trash           other     404/404   404/404   200/302   404/404
    trash           public    404/404   403/403   200/302   404/404
    trash           copy      404/404   404/404   403/403   404/404
    trash           trash     404/404   302/302   302/302   404/404
    withdraw        own       404/404   403/403   302/302   404/404
    withdraw        other     404/404   404/404   302/302   404/404
    withdraw        public    404/404   403/403   200/302   404/404
    withdraw        copy      404/404   404/404   302/302   404/404
    withdraw        trash     404/404   404/404   404/404   404/404
    word_draft      own       403/403   302/302   404/404   403/403
    word_draft      other     403/403   404/404   404/404   403/403
    word_draft      public    403/403   404/404   404/404   403/403
    word_draft      copy      403/403   404/404   404/404   403/403
    word_draft      trash     403/403   404/404   404/404   403/403
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
    photo_find              403/405   200/405   200/405   403/405
    urgentnotice_changelist 403/403   403/403   200/200   200/200
    urgentnotice_add        403/403   403/403   200/200   200/200
    urgentnotice_change     403/403   403/403   200/200   200/200
    urgentnotice_history    403/403   403/403   200/200   200/200
    urgentnotice_delete     403/403   403/403   200/302   200/302
    counts                  403/405   403/405   200/405   200/405
    counts_sheet            403/405   403/405   200/405   200/405
    own_texts               403/403   403/403   200/302   403/403
    trash                   403/403   200/302   200/302   403/403
"""
# What the arguments of a pattern stand for, by their name in it.
ARGUMENTS = {
    "object_id": lambda subject: subject.row.pk,
    "pk": lambda subject: subject.row.pk,
    "link": lambda subject: subject.link.pk,
    "remark": lambda subject: subject.remark.pk,
    "token": lambda subject: subject.token,
    "version": lambda subject: subject.version.pk,
}
# Where a name stands for something else than that.
ARGUMENTS_OF = {"word_draft": {"pk": lambda subject: subject.word.pk}}
# What an address asks for: "now" is the row as it stands, the month is that of the articles here.
QUERIES = {
    "compare": lambda subject: f"?a={subject.version.pk}&b=now",
    "counts": lambda _subject: "?year=2018&month=1",
    "counts_sheet": lambda _subject: "?year=2018&month=1",
}


def message(subject, user):
    """What the script of an open form sends: somebody types into the subject, or a new article."""
    sent = {"token": "a-form-of-this-table", "user": user.pk, "fields": {"title": ["Đang gõ"]}}
    if subject:
        sent |= {"article": subject.row.pk, "version": subject.row.version}
    return {"message": json.dumps(sent)}


def seen_version(subject, _user):
    """What forms and buttons of an article send: the version that was looked at."""
    return {"version": getattr(subject.row, "version", "")}


def withdrawal(subject, user):
    return seen_version(subject, user) | {"takedown": "notice", "notice": "Rút.", "reason": "Sai."}


# What a POST sends, so that whoever may is not stopped by an empty form.
FIELDS = {
    "autosave": message,
    "change": seen_version,
    "delete": lambda _subject, _user: {"post": "yes"},
    "own_texts": lambda subject, _user: {"step": subject.step.pk},
    "preview_link": lambda _subject, _user: {"days": "1"},
    "remark": lambda _subject, _user: {"text": "Xem lại đoạn hai."},
    "trash": lambda subject, user: seen_version(subject, user) | {"one": subject.row.pk},
    "withdraw": withdrawal,
}
# Whose titles may stand in an answer; what is public is no secret.
SEEN = {
    "staff": [],
    "writer": ["own"],
    "reviewer": ["own", "other", "copy", "waiting"],
    "admin": [],
}
# The same where the trash is shown.
SEEN_IN_TRASH = {"staff": [], "writer": ["trash"], "reviewer": ["trash", "lost"], "admin": []}
SUBJECTS = ("own", "other", "public", "copy", "trash")
# Rows that no address is tried with, for titles to leak from: another writer's, in the hands of the
# reviewers, and one that was public and is in the trash.
BAITS = ("waiting", "lost")
# A script asks there: it is told in its own words that somebody is signed out.
OF_SCRIPTS = {"article_autosave", "report_autosave"}


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
        "argument of a pattern belongs into ARGUMENTS, what its POST needs into FIELDS, what its "
        "GET needs into QUERIES."
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


@pytest.fixture(scope="module")
def kept(rows_of_module):
    """The users and the subjects, made once for all tests: that takes longer than a test."""
    with rows_of_module() as folder:
        users = {role: make_user(groups=groups) for role, groups in GROUPS.items()}
        yield folder, users, make_subjects(users)


@pytest.fixture
def copied(kept, private_root):
    folder, *made = kept
    shutil.copytree(folder, private_root, dirs_exist_ok=True)
    return copy.deepcopy(made)


@pytest.fixture
def users(copied):
    return copied[0]


@pytest.fixture
def subjects(copied):
    return copied[1]


def make_row(model, name, *, author, **fields):
    kind = "report" if model == "report" else "news"
    row = make_article(title=title_of(model, name), kind=kind, created_by=author, **fields)
    if model == "report":
        make_conference(article=row)
    return row


def make_rows(model, *, writer, colleague, chief):
    """By name: the subjects and the baits of one model. Drafts have a time, as if planned."""
    draft = {"status": "draft", "publish_at": SEED_TIME}
    gone = {"deleted_at": timezone.now()}
    public = make_row(model, "public", author=colleague)
    copy = {"draft_of": public, "status": "draft"}
    return {
        "public": public,
        "own": make_row(model, "own", author=writer, **draft),
        "other": make_row(model, "other", author=colleague, **draft),
        "copy": make_row(model, "copy", author=chief, **copy),
        "trash": make_row(model, "trash", author=writer, **draft, **gone),
        "waiting": make_row(model, "waiting", author=colleague, status="submitted"),
        "lost": make_row(model, "lost", author=colleague, **gone),
    }


def make_subject(model, row, users):
    """The row with all that hangs on it: of its author, and a text kept for each of the users."""
    author, live = row.created_by, row.draft_of or row
    copies.record_version(live, by=author)
    token = f"a-text-kept-of-{row.pk}"
    for user in users.values():
        Autosave.objects.create(
            user=user,
            article=row,
            is_report=model == "report",
            token=token,
            fields={"title": ["Chữ của tôi"], "related": [str(row.pk)]},
            typed_at=timezone.now(),
        )
    return SimpleNamespace(
        row=row,
        remark=Remark.objects.create(article=live, by=author, text="Xem lại."),
        link=previews.make(row, by=author, days=1),
        version=Version.objects.get_for_object(live).first(),
        word=WordFile.objects.create(article=row, name="bai.docx", size=1, by=author),
        token=token,
    )


def make_subjects(users):
    """(model, name) → the row with what hangs on it. Every row names all others as related."""
    people = {
        "writer": users["writer"],
        "colleague": make_user(groups=["Phóng viên"]),
        "chief": make_user(groups=["Duyệt đăng"]),
    }
    rows = {
        (model, name): row
        for model in ("article", "report")
        for name, row in make_rows(model, **people).items()
    }
    for row in rows.values():
        row.related.set([other for other in rows.values() if other != row and not other.draft_of])
    made = {key: make_subject(key[0], row, users) for key, row in rows.items()}
    for row in rows.values():  # so that a comparison with the version has titles to tell
        row.related.remove(
            *(rows[model, name] for model in ("article", "report") for name in BAITS)
        )
    now = timezone.now()
    line = UrgentNotice.objects.create(
        text="Cảnh báo", starts_at=now, ends_at=now + datetime.timedelta(days=1)
    )
    use = make_article_photo(article=rows["article", "other"])
    public = rows["article", "public"]
    public.record_transition("publish", by=public.created_by, reason="", is_own_text=True)
    made["category", "-"] = SimpleNamespace(row=make_category())
    made["photo", "-"] = SimpleNamespace(row=use.photo)
    made["urgentnotice", "-"] = SimpleNamespace(row=line)
    made["own_texts", "-"] = SimpleNamespace(step=public.transitions.get())
    made["trash", "-"] = made["article", "trash"]
    return made


def screen_of(name):
    """ "article_word_draft" → "word_draft"; what belongs to no model is its own screen."""
    model, _, screen = name.partition("_")
    return screen if model in {one._meta.model_name for one in MODELS} else name


def subject_of(name, subject, subjects):
    """What the address is tried with; None where it needs nothing."""
    screen = screen_of(name)
    model = name if screen == name else name.removesuffix(f"_{screen}")
    return subjects.get((model, subject))


def address_of(name, subject):
    arguments = patterns()[name].pattern.converters
    known = ARGUMENTS | ARGUMENTS_OF.get(screen_of(name), {})
    unknown = set(arguments) - set(known)
    assert not unknown, f"Say in ARGUMENTS what {unknown} stands for"
    values = {argument: known[argument](subject) for argument in arguments}
    query = QUERIES.get(screen_of(name), lambda _subject: "")(subject)
    return reverse(f"admin:news_{name}", kwargs=values) + query


def fields_of(name, subject, user):
    fields = FIELDS.get(screen_of(name))
    return fields(subject, user) if fields else {}


def answers(client, address, fields):
    """What GET and POST answer, and all that they show; nothing that they do stays."""
    statuses, shown = [], ""
    for ask in (client.get, lambda url: client.post(url, fields)):
        with transaction.atomic():
            response = ask(address)
            statuses.append(str(response.status_code))
            shown += words_of(response) + response.headers.get("Location", "")
            if response.status_code == 302:
                shown += words_of(client.get(response["Location"], follow=True))
            transaction.set_rollback(True)
    return "/".join(statuses), shown


def words_of(response):
    """What stands in a page, in a list that is downloaded, or in the cells of a spreadsheet."""
    if "spreadsheet" not in response.headers["Content-Type"]:
        return response.getvalue().decode()
    sheets = load_workbook(io.BytesIO(response.content)).worksheets
    return " ".join(str(cell.value) for sheet in sheets for row in sheet.rows for cell in row)


def secrets_of(role, *, in_trash=False):
    seen = {"public", *SEEN[role], *(SEEN_IN_TRASH[role] if in_trash else ())}
    hidden = {*SUBJECTS, *BAITS} - seen
    return [title_of(model, name) for model in ("article", "report") for name in hidden]


def leaks(shown, role, **where):
    return [
        title for title in secrets_of(role, **where) if title in shown or slugify(title) in shown
    ]


# ── The table ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("role", GROUPS)
def test_every_address_answers_as_the_table_says_and_tells_no_title(client, users, subjects, role):
    client.force_login(users[role])
    wrong, leaking = {}, {}
    for (name, subject), expected in TABLE.items():
        tried = subject_of(name, subject, subjects)
        fields = fields_of(name, tried, users[role])
        answered, shown = answers(client, address_of(name, tried), fields)
        if answered != expected[role]:
            wrong[name, subject] = f"{answered}, not {expected[role]}"
        if told := leaks(shown, role, in_trash="trash" in name):
            leaking[name, subject] = told
    assert wrong == {}
    assert leaking == {}


def test_a_stranger_is_sent_to_the_sign_in_everywhere(client, subjects):
    for name, subject in TABLE:
        address = address_of(name, subject_of(name, subject, subjects))
        if name in OF_SCRIPTS:
            assert client.get(address).status_code == 405
            response = client.post(address, message(None, SimpleNamespace(pk=1)))
            assert (response.status_code, response.json()) == (401, {"error": "signed out"})
            continue
        for response in (client.get(address), client.post(address)):
            assert response.status_code == 302, name
            assert response["Location"].startswith("/admin/login/?next=/admin/"), name


def test_no_address_does_anything_that_another_site_sent(users, subjects):
    """Without the token of a form of this site every POST is refused, whoever is signed in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(users["reviewer"])
    for name, subject in TABLE:
        tried = subject_of(name, subject, subjects)
        fields = fields_of(name, tried, users["reviewer"])
        assert client.post(address_of(name, tried), fields).status_code == 403, name


# ── Units: whose colleague one is ───────────────────────────────────────────────────────────────
# In an office where everybody has a unit. Another writer of the unit sees a draft as any writer
# sees what is public; to a reviewer of the unit what another unit writes is as to any writer.
AS_IF = {
    ("mate", "own"): ("writer", "public"),
    ("mate", "other"): ("writer", "other"),
    ("mate", "copy"): ("writer", "copy"),
    ("mate", "trash"): ("writer", "trash"),
    ("boss", "own"): ("reviewer", "own"),
    ("boss", "other"): ("writer", "other"),
    ("boss", "public"): ("writer", "public"),
    ("boss", "copy"): ("writer", "copy"),
}
# A reviewer who may not withdraw this one is led back to it.
AS_IF_NOT = {
    ("withdraw", "boss", "public"): "302/302",
    ("trash", "mate", "trash"): "404/404",  # not his own: not in his trash
    # Earlier versions of a draft are its author's and the reviewers'.
    ("compare", "mate", "own"): "404/405",
    ("restore", "mate", "own"): "404/404",
}
SEEN_BY = {"mate": {"public", "own"}, "boss": {"public", "own", "trash"}}


@pytest.fixture
def in_units(users, subjects):
    """Everybody in a unit: the writer's division with a mate and a boss, and that of the rest."""
    division, other = make_department(), make_department()
    mate, boss = make_user(groups=["Phóng viên"]), make_user(groups=["Duyệt đăng"])
    for user in (users["writer"], mate, boss):
        Membership.objects.create(user=user, department=division)
    for name in ("other", "copy"):
        author = subjects["article", name].row.created_by
        Membership.objects.create(user=author, department=other)
    return {"mate": mate, "boss": boss}


@pytest.mark.parametrize("role", ["mate", "boss"])
def test_nothing_of_another_unit_is_reached_by_any_address(client, subjects, in_units, role):
    client.force_login(in_units[role])
    wrong, leaking = {}, {}
    secrets = {
        title_of(model, name)
        for model in ("article", "report")
        for name in {*SUBJECTS, *BAITS} - SEEN_BY[role]
    }
    for name, subject in TABLE:
        screen = screen_of(name)
        if screen == "autosave_kept" or (role, subject) not in {*AS_IF, (role, "-")}:
            continue
        tried = subject_of(name, subject, subjects)
        answered, shown = answers(
            client, address_of(name, tried), fields_of(name, tried, in_units[role])
        )
        if subject != "-":
            like, as_subject = AS_IF[role, subject]
            expected = TABLE[name, as_subject][like]
            expected = AS_IF_NOT.get((screen, role, subject), expected)
            if answered != expected:
                wrong[name, subject] = f"{answered}, not {expected}"
        if told := [title for title in secrets if title in shown or slugify(title) in shown]:
            leaking[name, subject] = told
    assert wrong == {}
    assert leaking == {}


# ── Past the screens: forms that are sent as they are, what belongs to others ───────────────────
@pytest.mark.parametrize("name", ["other", "copy", "trash", "waiting", "lost"])
@pytest.mark.parametrize("model", ["article", "report"])
def test_a_whole_form_sent_to_what_one_may_not_see_is_answered_as_if_it_were_not_there(
    client, users, subjects, model, name
):
    client.force_login(users["writer"])
    row = subjects[model, name].row
    before = Article.objects.filter(pk=row.pk).values().get()
    form = {"version": row.version, "title": "Chữ của kẻ khác", "_save": "1"}
    there, nowhere = (
        client.post(reverse(f"admin:news_{model}_change", args=[pk]), form)
        for pk in (row.pk, 999_999)
    )
    assert there.status_code == nowhere.status_code
    assert leaks(there.content.decode(), "writer") == []
    assert Article.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize("role", GROUPS)
def test_a_text_that_somebody_else_typed_is_not_there(client, users, subjects, role):
    typed = Autosave.objects.create(
        user=make_user(groups=["Duyệt đăng"]),
        article=subjects["article", "own"].row,
        token="a-text-of-somebody-else",
        fields={"title": ["Chữ của người khác"]},
        typed_at=timezone.now(),
    )
    client.force_login(users[role])
    address = reverse("admin:news_article_autosave_kept", args=[typed.token])
    assert answers(client, address, {})[0] == "404/404"
    own = reverse("admin:news_article_change", args=[subjects["article", "own"].row.pk])
    for form in (own, reverse("admin:news_article_add")):
        response = client.get(form, {"autosave": typed.token}, follow=True)
        assert "Chữ của người khác" not in response.content.decode()
    assert Autosave.objects.get(pk=typed.pk).fields == typed.fields


@pytest.mark.parametrize("name", ["other", "copy", "trash", "waiting", "lost"])
def test_no_version_of_what_one_may_not_see_is_reached_through_ones_own(
    client, users, subjects, name
):
    """Of the working copy's live article too: that is another's, whatever may be read of it."""
    client.force_login(users["writer"])
    own = subjects["article", "own"].row
    version = subjects["article", name].version.pk
    compare = reverse("admin:news_article_compare", args=[own.pk])
    restore = reverse("admin:news_article_restore", args=[own.pk, version])
    for address in (f"{compare}?a={version}&b=now", f"{compare}?a=now&b={version}", restore):
        response = client.get(address)
        assert response.status_code == 404
        assert leaks(response.content.decode(), "writer") == []
    assert client.post(restore).status_code == 404


@pytest.mark.parametrize("name", ["link", "remark"])
def test_what_hangs_on_another_article_is_not_reached_through_ones_own(
    client, users, subjects, name
):
    client.force_login(users["writer"])
    own, other = subjects["article", "own"].row, subjects["article", "other"]
    screen = {"link": "preview_revoke", "remark": "remark_delete"}[name]
    there = getattr(other, name)
    address = reverse(f"admin:news_article_{screen}", args=[own.pk, there.pk])
    assert client.post(address).status_code == 404
    there.refresh_from_db()  # is still there
    assert getattr(there, "revoked_at", None) is None


@pytest.mark.parametrize("name", ["other", "lost"])
def test_nothing_of_others_comes_out_of_the_trash(client, users, subjects, name):
    row = subjects["article", name].row
    Article.objects.filter(pk=row.pk).update(deleted_at=timezone.now())
    client.force_login(users["writer"])
    response = client.post(reverse("admin:news_trash"), {"one": row.pk}, follow=True)
    assert leaks(response.content.decode(), "writer", in_trash=True) == []
    assert Article.objects.get(pk=row.pk).deleted_at is not None


# ── The door to previews: the key in the address is the whole right ─────────────────────────────
BY_LINK = {"own": 200, "other": 200, "copy": 200, "waiting": 200}
BY_LINK |= {"public": 302, "trash": 410, "lost": 410}


@pytest.mark.parametrize("role", ["stranger", *GROUPS])
def test_a_preview_link_shows_everybody_the_same(client, users, subjects, role):
    if role in users:
        client.force_login(users[role])
    found, leaking = {}, {}
    for (model, name), subject in subjects.items():
        if model not in {"article", "report"}:
            continue
        address = reverse("news:preview_link", args=[subject.link.key])
        response = client.get(address)
        found[model, name] = response.status_code
        assert client.post(address).status_code == 405
        own = {title_of(model, name)} if response.status_code == 200 else set()
        shown = response.content.decode() + response.headers.get("Location", "")
        assert not own or title_of(model, name) in shown
        if told := set(leaks(shown, "staff")) - own:
            leaking[model, name] = told
    assert found == {(model, name): BY_LINK[name] for model, name in found}
    assert leaking == {}


@pytest.mark.parametrize("role", ["stranger", *GROUPS])
def test_an_ended_link_and_a_wrong_key_tell_nobody_what_they_showed(client, users, subjects, role):
    if role in users:
        client.force_login(users[role])
    subject = subjects["article", "own"]
    key = subject.link.key
    previews.revoke(subject.link)
    for wrong, status in (
        (key, 410),
        (key.swapcase(), 404),
        (key[:-1], 404),
        (subject.row.pk, 404),
    ):
        response = client.get(reverse("news:preview_link", args=[wrong]))
        assert response.status_code == status
        assert leaks(response.content.decode(), "staff") == []


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
