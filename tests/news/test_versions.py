"""Past versions: the list, the comparison in words, restoring one, and who may do which."""

import datetime
import re
import time

import pytest
from django.contrib import admin
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, pgettext
from reversion.models import Version

from news import copies, differences
from news.differences import ADDED, REMOVED, SAME, Line, Stretch, compare_lines, compare_words
from news.models import Article, ArticlePhoto, Attachment, Category, Conference, Photo
from portal.publishing import Refused
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_department,
    make_photo,
    make_user,
)

pytestmark = pytest.mark.django_db

OK, MOVED, FORBIDDEN, NOT_FOUND, WRONG_METHOD = 200, 302, 403, 404, 405
BODY = "<p>Một.</p><p>Hai.</p><p>Ba.</p>"


@pytest.fixture
def editor(client):
    user = make_user(groups=["Duyệt đăng"], last_name="Lan", first_name="Nguyễn")
    client.force_login(user)
    return user


@pytest.fixture
def live(editor):
    """A published article of two versions: as it was, and with another title."""
    article = make_article(title="Tên cũ", body=BODY, created_by=editor)
    copies.record_version(article, by=editor)
    changed(article, by=editor, title="Tên mới")
    return article


def changed(article, *, by, **values):
    """Change a published article as staff do: in a working copy, which is then published."""
    copy = copies.open_copy(article, by=by)
    for name, value in values.items():
        setattr(copy, name, value)
    copy.save()
    copy.publish(by=by, reason="Tin gấp")
    article.refresh_from_db()


def kept(article):
    """The article's versions, the oldest first."""
    return list(Version.objects.get_for_object_reference(Article, article.pk).order_by("pk"))


def url(name, article, *args, model="article"):
    return reverse(f"admin:news_{model}_{name}", args=[article.pk, *args])


def compare(client, article, a, b, model="article"):
    return client.get(url("compare", article, model=model), {"a": a, "b": b})


def text_of(response):
    """The page's content as read aloud: no tags, single spaces."""
    page = response.content.decode().partition('<div id="content"')[2]
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def marked(response, tag):
    """The words within every <ins> or <del>, without those for screen readers."""
    found = re.findall(rf"<{tag}><span[^>]*>[^<]*</span>(.*?)<span", response.content.decode())
    return [words.strip() for words in found]


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# ── Words ───────────────────────────────────────────────────────────────────────────────────────
def test_words_that_went_and_came_are_told_from_those_that_stayed():
    old, new = compare_words("Sở tổ chức hội nghị.", "Sở đã tổ chức hội thảo.")
    assert old == [
        Stretch(SAME, "Sở "),
        Stretch(SAME, "tổ chức hội "),
        Stretch(REMOVED, "nghị"),
        Stretch(SAME, ""),
        Stretch(SAME, "."),
    ]
    assert [words for kind, words in new if kind == ADDED] == ["đã", "thảo"]
    assert "".join(words for _kind, words in new) == "Sở đã tổ chức hội thảo."


def test_a_long_stretch_without_a_change_is_shortened():
    words = " ".join(f"từ{number}" for number in range(100))
    old, _new = compare_words(f"{words} cuối", f"{words} hết")
    assert [stretch.kind for stretch in old][:3] == [SAME, differences.GAP, SAME]
    assert len(old[0].text.split()) == len(old[2].text.split()) == 12


def lines(*texts):
    return [Line(words, words) for words in texts]


def test_a_changed_paragraph_stands_beside_what_it_became():
    rows = compare_lines(
        lines("Giữ nguyên.", "Hôm nay trời rất đẹp.", "Bỏ hẳn đoạn này."),
        lines("Giữ nguyên.", "Chèn câu lạ vào.", "Hôm nay trời khá đẹp."),
    )
    assert [row.kind for row in rows] == ["same", "added", "changed", "removed"]


def photo(ref):
    return Line(("photo", ref), f"[{ref}]", is_mark=True)


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ([*lines("A"), photo(1), *lines("B")], [*lines("A", "B"), photo(1)], "=-=+"),
        ([*lines("A", "B"), photo(1)], [*lines("A"), photo(1)], "=-="),
        ([photo(1), *lines("A")], [photo(1), *lines("Khác", "A")], "=+="),
        ([photo(1), photo(2), *lines("A")], [photo(2), *lines("A")], "=-="),
    ],
)
def test_a_photo_moves_among_paragraphs_that_stay(old, new, kinds):
    signs = {"same": "=", "added": "+", "removed": "-", "changed": "~"}
    rows = [signs[row.kind] for row in compare_lines(old, new)]
    assert "".join(rows) == kinds


def test_long_runs_without_a_change_are_folded_but_for_the_lines_beside_one():
    rows = compare_lines(
        lines(*"abcdefgh", "Cũ."),
        lines(*"abcdefgh", "Mới."),
    )
    groups = differences.folded(rows)
    assert [(group.is_folded, len(group.rows)) for group in groups] == [
        (True, 7),
        (False, 1),
        (False, 1),
    ]


def test_of_a_long_paragraph_beside_a_change_the_ends_are_shown():
    long = " ".join(f"từ{number}" for number in range(100))
    (group, _changed) = differences.folded(compare_lines(lines(long, "Cũ."), lines(long, "Mới.")))
    kinds = [stretch.kind for stretch in group.rows[0].new]
    assert kinds == [SAME, differences.GAP, SAME]


@pytest.mark.parametrize(
    "texts",
    [
        (["một hai " * 2500], ["hai một một " * 1700]),
        (
            [" ".join(f"t{n % 120}" for n in range(5000))],
            [" ".join(f"t{-n % 120}" for n in range(5000))],
        ),
        ([f"cũ{n}" for n in range(5000)], [f"mới{n}" for n in range(5000)]),
        (["giống"] * 5000, ["đầu", *["giống"] * 4998, "cuối"]),
    ],
    ids=["two words", "as many words, backwards", "other paragraphs", "one paragraph repeated"],
)
def test_five_thousand_words_are_compared_in_seconds(texts):
    """Seven tenths of a second on a busy core; the limit leaves room for a slow machine."""
    start = time.process_time()
    compare_lines(*(lines(*side) for side in texts))
    assert time.process_time() - start < 5


# ── The list ────────────────────────────────────────────────────────────────────────────────────
def test_the_history_says_when_who_and_what_newest_first(client, editor, settings):
    writer = make_user(groups=["Phóng viên"], last_name="Hưng", first_name="Đức")
    article = make_article(status="draft", created_by=writer, title="Tin", publish_at=None)
    copies.record_version(article, by=writer)
    article.submit(by=writer)
    article.return_to_author("Xin sửa câu đầu.", by=editor)
    article.publish(by=editor, reason="Tin gấp")
    article.withdraw("removed", by=editor)

    response = client.get(url("history", article))

    entries = list(response.context["page"])
    assert [(entry.step and entry.step.verb, entry.by, entry.number) for entry in entries] == [
        ("withdraw", editor, 0),
        ("publish", editor, 2),
        ("return_to_author", editor, 0),
        ("submit", writer, 0),
        (None, writer, 1),
    ]
    said = text_of(response)
    assert "Xin sửa câu đầu." in said
    assert "Hưng Đức" in said


def test_times_are_those_of_vietnam(client, live):
    version = kept(live)[0]
    version.revision.date_created = datetime.datetime(2026, 1, 1, 18, 30, tzinfo=datetime.UTC)
    version.revision.save()
    assert "01:30, 02/01/2026" in text_of(client.get(url("history", live)))


def test_the_two_newest_versions_are_chosen_beforehand(client, live):
    older, newer = kept(live)
    page = client.get(url("history", live)).content.decode()
    assert re.findall(r'name="(.)" value="(\w+)" checked', page) == [
        ("b", str(newer.pk)),
        ("a", str(older.pk)),
    ]


def test_a_working_copy_shows_the_versions_of_its_live_article_and_itself(client, live, editor):
    copy = copies.open_copy(live, by=editor)
    response = client.get(url("history", copy))
    shown = [entry.version.pk for entry in response.context["page"] if entry.version]
    assert shown == [version.pk for version in reversed(kept(live))]
    page = response.content.decode()
    assert re.findall(r'name="(.)" value="(\w+)" checked', page) == [
        ("b", "now"),
        ("a", str(shown[0])),
    ]


def test_five_hundred_versions_cost_no_more_queries_than_two(
    client, live, editor, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12) as few:
        client.get(url("history", live))
    for _number in range(500):
        copies.record_version(live, by=editor)
        live.record_transition("submit", by=editor, reason="")
    with django_assert_max_num_queries(len(few)):
        response = client.get(url("history", live))
    assert len(response.context["page"]) == 50
    last = client.get(url("history", live), {"trang": 999})
    assert [entry.number for entry in last.context["page"] if entry.version][-1] == 1


def test_an_article_without_a_version_says_so(client, editor):
    response = client.get(url("history", make_article()))
    assert response.status_code == OK
    assert 'type="radio"' not in response.content.decode()


def test_form_and_status_page_lead_to_the_history(client, live, editor):
    copy = copies.open_copy(live, by=editor)
    form = client.get(url("change", copy)).content.decode()
    assert f'href="{url("history", copy)}"' in form
    assert f'href="{url("compare", copy)}?a=live&amp;b=now"' in form
    status = client.get(url("change", live)).content.decode()
    assert f'href="{url("history", live)}"' in status
    assert "/compare/" not in status
    assert "/history/" not in client.get(reverse("admin:news_article_add")).content.decode()


# ── Two side by side ────────────────────────────────────────────────────────────────────────────
def test_words_of_the_title_are_marked_with_words_for_screen_readers(client, live):
    older, newer = kept(live)
    response = compare(client, live, older.pk, newer.pk)
    assert (marked(response, "del"), marked(response, "ins")) == (["cũ"], ["mới"])
    said = pgettext("said before words in a comparison", "removed")
    assert f"[ {said}: cũ ]" in text_of(response).replace("[", "[ ")


def test_the_older_version_is_the_old_side_however_they_are_chosen(client, live):
    older, newer = kept(live)
    response = compare(client, live, newer.pk, older.pk)
    assert (marked(response, "del"), marked(response, "ins")) == (["cũ"], ["mới"])


@pytest.fixture
def report(editor):
    """A published report with one of everything, and one version."""
    old_unit = make_department(name="Phòng Cũ")
    article = make_article(
        kind="report",
        title="Hội nghị",
        body='<p>Đoạn một.</p><figure data-photo="1"></figure><p>Đoạn hai dài hơn một chút.</p>',
        byline="Hưng Đức",
        source="Báo Cũ",
        category=make_category(name="Mục cũ"),
        department=old_unit,
        created_by=editor,
    )
    use = make_article_photo(article=article, ref=1, caption="Các đại biểu", alt="Hội trường")
    use.photo.credit = "Người chụp cũ"
    use.photo.save()
    make_article_photo(article=article, photo=make_photo(color="red"), ref=2, caption="Toàn cảnh")
    make_attachment(article=article, title="Báo cáo cũ")
    article.concerned_departments.create(department=old_unit)
    term = make_appointment(full_name="Nguyễn Thị Hà")
    article.people.create(appointment=term, relation="chaired")
    make_conference(article=article, venue="Hội trường cũ", chair=term)
    copies.record_version(article, by=editor)
    return article


def rewritten(report, editor):
    """The report published anew with every part changed."""
    copy = copies.open_copy(report, by=editor)
    copy.body = (
        "<p>Đoạn một.</p><p>Đoạn hai dài hơn một ít.</p><p>Thêm.</p>"
        '<figure data-photo="1"></figure>'
    )
    copy.byline, copy.source = "Người khác", "Báo Mới"
    copy.category = make_category(name="Mục mới")
    copy.department = make_department(name="Phòng Mới")
    copy.expire_at = datetime.datetime(2030, 1, 1, 17, 0, tzinfo=datetime.UTC)
    copy.save()
    new_photo = make_photo(color="green", credit="Người chụp mới")
    copy.photos.filter(ref=1).update(caption="Các vị khách", alt="Sân khấu", photo=new_photo)
    copy.photos.get(ref=2).delete()
    copy.attachments.all().delete()
    make_attachment(article=copy, title="Báo cáo mới", pages=2)
    copy.concerned_departments.all().delete()
    copy.concerned_departments.create(department=copy.department)
    copy.people.update(relation="spoke")
    copy.conference.venue = "Hội trường mới"
    copy.conference.save()
    Article.objects.get(pk=copy.pk).publish(by=editor, reason="Tin gấp")


def label(model, name):
    return str(model._meta.get_field(name).verbose_name)


def test_every_part_that_changed_is_named(client, report, editor):
    rewritten(report, editor)
    response = compare(client, report, *(version.pk for version in kept(report)), model="report")

    comparison = response.context["comparison"]
    assert [section.label for section in comparison.changed] == [
        *(label(Article, name) for name in ("category", "department", "byline", "source")),
        label(Article, "expire_at"),
        label(Conference, "venue"),
        *map(gettext, ("Attachments", "People", "Other units concerned")),
    ]
    assert [(photo.number, photo.kind) for photo in comparison.changed_photos] == [
        (1, "changed"),
        (2, "removed"),
    ]
    labels = [[section.label for section in photo.sections] for photo in comparison.changed_photos]
    place = gettext("Where it stands")
    assert labels == [
        [label(ArticlePhoto, "caption"), label(ArticlePhoto, "alt"), label(Photo, "credit")],
        [label(ArticlePhoto, "caption"), place],
    ]


def test_every_word_that_changed_is_marked(client, report, editor):
    rewritten(report, editor)
    response = compare(client, report, *(version.pk for version in kept(report)), model="report")
    gone, come = marked(response, "del"), marked(response, "ins")
    for words in (
        *("cũ", "Hưng Đức", "Cũ", "chút", "Các đại biểu", "Toàn cảnh", "Hội trường"),
        gettext("[Photo: %s]") % "Các đại biểu",
    ):
        assert words in gone, words
    assert any(words.startswith("00:00, 02/01/2030") for words in come)
    for words in (
        *("mới", "Người khác", "Mới", "ít", "Thêm.", "Các vị khách", "Sân khấu"),
        gettext("[Photo: %s]") % "Các vị khách",
    ):
        assert words in come, words


def test_photos_are_shown_where_their_file_is_still_there(client, report, editor, settings):
    rewritten(report, editor)
    numbers = [version.pk for version in kept(report)]
    old, new = Photo.objects.order_by("pk").first(), Photo.objects.order_by("pk").last()
    page = compare(client, report, *numbers, model="report").content.decode()
    assert f'src="{old.image.renditions.smallest}"' in page
    assert f'src="{new.image.renditions.smallest}"' in page

    default_storage.delete("anh/" + old.image.renditions.smallest.rpartition("/")[2])
    response = compare(client, report, *numbers, model="report")
    assert f'src="{old.image.renditions.smallest}"' not in response.content.decode()
    assert gettext("The file is no longer there.") in text_of(response)


def test_another_address_under_a_link_is_a_change(client, editor):
    link = '<p>Xem <a href="{}">tại đây</a>.</p>'
    article = make_article(body=link.format("/tin-tuc/"), created_by=editor)
    copies.record_version(article, by=editor)
    changed(article, by=editor, body=link.format("https://langson.gov.vn/"))
    response = compare(client, article, *(version.pk for version in kept(article)))
    assert marked(response, "del") == ["/tin-tuc/"]
    assert marked(response, "ins") == ["https://langson.gov.vn/"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("<p>Một câu.</p>", "<p><strong>Một</strong> câu.</p>"), ("<p>Một</p>", "<h2>Một</h2>")],
)
def test_a_change_of_layout_alone_is_told_in_a_sentence(client, editor, before, after):
    article = make_article(body=before, created_by=editor)
    copies.record_version(article, by=editor)
    changed(article, by=editor, body=after)
    response = compare(client, article, *(version.pk for version in kept(article)))
    sentence = gettext("Only the layout changed, not the words.")
    assert sentence in text_of(response)
    assert (marked(response, "del"), marked(response, "ins")) == ([], [])


def test_another_file_under_the_same_title_is_told(client, editor):
    article = make_article(created_by=editor)
    make_attachment(article=article)
    copies.record_version(article, by=editor)
    Attachment.objects.update(checksum="0" * 32)
    copies.record_version(article, by=editor)
    response = compare(client, article, *(version.pk for version in kept(article)))
    assert gettext("The file itself is another one.") in text_of(response)


def test_a_photo_moved_to_the_gallery_is_told_with_its_place(client, report, editor):
    changed(report, by=editor, body="<p>Đoạn một.</p><p>Đoạn hai dài hơn một chút.</p>")
    response = compare(client, report, *(version.pk for version in kept(report)), model="report")
    place = gettext("after the text, number %(number)s of %(all)s")
    assert place % {"number": 1, "all": 2} in text_of(response).replace("[", "")


def test_a_working_copy_is_compared_with_what_readers_see(client, live, editor):
    copy = copies.open_copy(live, by=editor)
    copy.title = "Tên mới hơn"
    copy.save()
    response = compare(client, copy, "live", "now")
    assert (marked(response, "del"), marked(response, "ins")) == ([], ["hơn"])
    # The time of publication stays the live row's: a copy never has one.
    assert [section.label for section in response.context["comparison"].changed] == [
        label(Article, "title")
    ]


def test_what_did_not_change_is_folded_behind_its_number(client, live, editor):
    changed(live, by=editor, title="Tên khác hẳn")
    response = compare(client, live, *(version.pk for version in kept(live)[-2:]))
    same = response.context["comparison"].unchanged_labels
    assert "tiêu đề" not in same
    assert len(same) > 5
    page = response.content.decode()
    fold = f'<details class="unchanged"><summary>{len(same)} mục khác không đổi</summary>'
    folded = page[page.index(fold) :].partition("</details>")[0]
    assert all(name.lower() in folded.lower() for name in same)


def test_two_versions_that_say_the_same_say_so(client, live, editor):
    copies.record_version(live, by=editor)
    _first, second, third = kept(live)
    response = compare(client, live, second.pk, third.pk)
    assert gettext("The two versions are the same.") in text_of(response)


@pytest.mark.parametrize("query", [{}, {"a": "1"}, {"a": "1", "b": "1"}, {"a": "", "b": "now"}])
def test_a_choice_that_is_none_leads_back_to_the_list(client, live, query):
    response = client.get(url("compare", live), query, follow=True)
    assert response.redirect_chain == [(url("history", live), MOVED)]
    assert messages_of(response) == [gettext("Choose two different versions, then compare them.")]


@pytest.mark.parametrize("choice", ["0", "-1", "abc", "live", "9" * 30, "9" * 5000, "１x", "'"])
def test_a_version_that_does_not_exist_answers_404(client, live, choice):
    assert compare(client, live, choice, "now").status_code == NOT_FOUND


def test_titles_of_related_articles_that_one_may_not_open_stay_hidden(client, editor):
    writer = make_user(groups=["Phóng viên"])
    article = make_article(status="draft", created_by=writer)
    copies.record_version(article, by=writer)
    article.related.add(make_article(status="draft", title="Bí mật", created_by=editor))
    copies.record_version(article, by=writer)
    numbers = [version.pk for version in kept(article)]
    assert "Bí mật" in text_of(compare(client, article, *numbers))
    client.force_login(writer)
    response = compare(client, article, *numbers)
    assert "Bí mật" not in response.content.decode()
    assert gettext("an article you cannot open") in text_of(response)


# ── What can no longer be read ──────────────────────────────────────────────────────────────────
def broken(version, **values):
    Version.objects.filter(pk=version.pk).update(**values)
    return version.pk


@pytest.mark.parametrize(
    "values",
    [
        {"serialized_data": "no JSON"},
        {"serialized_data": "[]"},
        {"serialized_data": '[{"model": "news.gone", "pk": 1, "fields": {}}]'},
        {"serialized_data": '[{"model": "news.article", "pk": 1, "fields": {"category": "x"}}]'},
        {"format": "yaml of old"},
    ],
)
def test_a_version_that_cannot_be_read_is_refused_in_a_sentence(client, live, values):
    number = broken(kept(live)[0], **values)
    sentence = gettext("This version was kept in an old format and can no longer be read.")

    assert client.get(url("history", live)).status_code == OK
    response = client.get(url("compare", live), {"a": number, "b": "now"}, follow=True)
    assert messages_of(response) == [sentence]
    response = client.post(url("restore", live, number), follow=True)
    assert messages_of(response) == [sentence]
    assert not Article.objects.filter(draft_of=live).exists()


def test_what_a_version_names_and_is_gone_is_told_by_its_number(client, report, editor):
    rewritten(report, editor)
    gone = Category.objects.get(name="Mục cũ")
    Category.objects.filter(pk=gone.pk).delete()
    Photo.objects.filter(pk=Photo.objects.order_by("pk").first().pk).delete()
    response = compare(client, report, *(version.pk for version in kept(report)), model="report")
    assert response.status_code == OK
    assert gettext("no longer there (number %s)") % gone.pk in marked(response, "del")


def test_a_part_that_cannot_be_read_leaves_the_rest(client, report, editor):
    part = Version.objects.get_for_model(ArticlePhoto).first()
    broken(part, serialized_data="no JSON")
    number = kept(report)[0].pk
    assert compare(client, report, number, "now", model="report").status_code == OK
    client.post(url("restore", report, number, model="report"))
    assert report.working_copy.photos.count() == 1


# ── Rights ──────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def people():
    return {
        "stranger": None,
        "reader": make_user(is_staff=False),
        "staff": make_user(),
        "writer": make_user(groups=["Phóng viên"]),
        "author": make_user(groups=["Phóng viên"]),
        "reviewer": make_user(groups=["Duyệt đăng"]),
        "administrator": make_user(groups=["Quản trị"]),
        "superuser": make_user(is_superuser=True),
    }


NO_ONE = dict.fromkeys(["stranger", "reader"], MOVED) | dict.fromkeys(
    ["staff", "administrator"], NOT_FOUND
)
# Who gets what on the history and the comparison, and on the page that asks before restoring.
RIGHTS = {
    "draft": {"writer": (NOT_FOUND, NOT_FOUND), "author": (OK, OK)},
    "submitted": {"writer": (NOT_FOUND, NOT_FOUND), "author": (OK, FORBIDDEN)},
    "published": {"writer": (OK, FORBIDDEN), "author": (OK, OK)},
    "withdrawn": {"writer": (NOT_FOUND, NOT_FOUND), "author": (OK, OK)},
}
ALL_MAY = {"reviewer": (OK, OK), "superuser": (OK, OK)}


@pytest.mark.parametrize("status", RIGHTS)
def test_who_sees_versions_and_who_restores_them(client, people, status):
    extra = {"takedown": "removed"} if status == "withdrawn" else {}
    article = make_article(status=status, title="Bí mật", created_by=people["author"], **extra)
    for _number in range(2):
        copies.record_version(article, by=people["author"])
    old, new = kept(article)
    rights = {name: (code, code) for name, code in NO_ONE.items()} | ALL_MAY | RIGHTS[status]
    for name, (looks, restores) in rights.items():
        client.logout()
        if people[name]:
            client.force_login(people[name])
        answers = {
            "history": client.get(url("history", article)),
            "compare": compare(client, article, old.pk, new.pk),
            "ask": client.get(url("restore", article, old.pk)),
        }
        codes = [answer.status_code for answer in answers.values()]
        assert codes == [looks, looks, restores], name
        if looks != OK:
            assert all("Bí mật" not in answer.content.decode() for answer in answers.values())
        for page in ("history", "compare"):
            refused = client.post(url(page, article)).status_code
            assert refused == (looks if looks == MOVED else WRONG_METHOD), name
        posted = client.post(url("restore", article, old.pk))
        assert posted.status_code == (MOVED if restores == OK else restores), name
        copy = Article.objects.filter(draft_of=article)
        has_restored = copy.exists() or len(kept(article)) > 2
        assert has_restored == (restores == OK), name
        copy.delete()
        Version.objects.filter(pk__gt=new.pk).delete()


def test_a_version_of_another_article_answers_404_and_tells_no_title(client, people):
    own = make_article(status="draft", created_by=people["author"])
    copies.record_version(own, by=people["author"])
    other = make_article(status="draft", title="Bí mật", created_by=people["writer"])
    copies.record_version(other, by=people["writer"])
    forged = kept(other)[0].pk
    for name in ("author", "reviewer", "superuser"):
        client.force_login(people[name])
        answers = [
            compare(client, own, forged, "now"),
            compare(client, own, kept(own)[0].pk, forged),
            client.get(url("restore", own, forged)),
            client.post(url("restore", own, forged)),
        ]
        assert [answer.status_code for answer in answers] == [NOT_FOUND] * 4, name
        assert all("Bí mật" not in answer.content.decode() for answer in answers)
    assert len(kept(own)) == 1


def test_a_version_of_a_photo_in_the_article_is_no_version_of_the_article(client, report):
    part = Version.objects.get_for_model(ArticlePhoto).first()
    assert compare(client, report, part.pk, "now", model="report").status_code == NOT_FOUND


def test_drafts_of_a_published_article_stay_its_authors(client, people):
    article = make_article(
        status="draft", title="Bản nháp kín", created_by=people["author"], publish_at=None
    )
    copies.record_version(article, by=people["author"])
    article.submit(by=people["author"])
    article.return_to_author("Lời trả lại kín", by=people["reviewer"])
    Article.objects.filter(pk=article.pk).update(title="Bản công khai")
    article.refresh_from_db()
    article.publish(by=people["reviewer"], reason="Tin gấp")
    draft, public = kept(article)

    client.force_login(people["writer"])
    response = client.get(url("history", article))
    assert [(entry.step.verb, entry.number) for entry in response.context["page"]] == [
        ("publish", 1)
    ]
    assert "kín" not in response.content.decode()
    assert compare(client, article, draft.pk, public.pk).status_code == NOT_FOUND
    assert compare(client, article, public.pk, "now").status_code == OK

    client.force_login(people["author"])
    assert len(client.get(url("history", article)).context["page"]) == 4
    assert compare(client, article, draft.pk, public.pk).status_code == OK


def test_a_text_that_quotes_the_words_of_a_version_shows_nobody_a_draft(client, people):
    article = make_article(
        status="draft", title='Kín "status": "published"', created_by=people["author"]
    )
    copies.record_version(article, by=people["author"])
    article.publish(by=people["reviewer"], reason="Tin gấp")
    client.force_login(people["writer"])
    entries = client.get(url("history", article)).context["page"]
    assert [entry.version.pk for entry in entries] == [kept(article)[1].pk]


def test_restoring_asks_for_the_token_of_the_form(live, editor):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    assert client.post(url("restore", live, kept(live)[0].pk)).status_code == FORBIDDEN
    assert not Article.objects.filter(draft_of=live).exists()


def test_no_screen_brings_deleted_articles_back_past_the_rights(client, editor):
    names = set(map(str, _names(admin.site.urls[0])))
    assert {name for name in names if re.search("recover|revision", name)} == set()
    assert "news_article_history" in names
    for address in ("recover/", "recover/1/", "1/history/1/"):
        response = client.get(f"/admin/news/article/{address}", follow=True)
        assert response.status_code == NOT_FOUND or response.redirect_chain[-1][0] == "/admin/"


def _names(patterns):
    for pattern in patterns:
        yield from (
            _names(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern.name]
        )


# ── Restoring ───────────────────────────────────────────────────────────────────────────────────
CONTENT = [name for name in copies.CONTENT if name != "title_key"]


def told(article):
    """All of an article that a version keeps, to compare two with."""
    article = Article.objects.get(pk=article.pk)
    photos = ("ref", "photo", "caption", "alt", "is_decorative", "order", "is_lead")
    conference = Conference.objects.filter(article=article)
    return {
        "content": {name: getattr(article, name) for name in CONTENT},
        "photos": list(article.photos.values_list(*photos)),
        "attachments": list(article.attachments.values_list("file", "title", "order", "size")),
        "people": list(article.people.values_list("appointment", "relation")),
        "units": list(article.concerned_departments.values_list("department", "order")),
        "conference": list(conference.values_list("held_on", "venue", "review_year", "chair")),
    }


def test_a_restored_working_copy_equals_the_version_and_publishing_it_is_a_new_one(
    client, report, editor
):
    old = told(report)
    rewritten(report, editor)
    now = told(report)

    asked = client.get(url("restore", report, kept(report)[0].pk, model="report"))
    assert asked.status_code == OK
    assert not Article.objects.filter(draft_of=report).exists()
    response = client.post(url("restore", report, kept(report)[0].pk, model="report"), follow=True)

    copy = Article.objects.get(draft_of=report)
    assert response.redirect_chain == [(url("change", copy, model="report"), MOVED)]
    assert told(copy) == old
    assert told(report) == now
    assert copy.created_by == editor

    copy.publish(by=editor, reason="Tin gấp")
    assert told(report) == old
    assert len(kept(report)) == 3
    entries = list(client.get(url("history", report, model="report")).context["page"])
    assert (entries[0].number, entries[0].step.verb) == (3, "update")


def test_a_draft_takes_the_version_itself_and_what_it_was_is_kept(client, report, editor):
    Article.objects.filter(pk=report.pk).update(status="draft", publish_at=None)
    report.refresh_from_db()
    copies.record_version(report, by=editor)
    old = told(report)
    report.title = "Tên khác"
    report.save()
    report.photos.get(ref=2).delete()
    report.photos.update(caption="Khác")
    report.attachments.all().delete()
    now = told(report)
    counted = Article.objects.get(pk=report.pk).version
    number = kept(report)[1].pk

    response = client.post(url("restore", report, number, model="report"), follow=True)

    assert response.redirect_chain == [(url("change", report, model="report"), MOVED)]
    assert told(report) == old
    restored = Article.objects.get(pk=report.pk)
    assert (restored.status, restored.draft_of, restored.title_key) == ("draft", None, "hoi nghi")
    assert restored.version > counted  # an open form of it is out of date
    entries = list(client.get(url("history", report, model="report")).context["page"])
    assert [entry.told for entry in entries[:2]] == [
        gettext("Restored from an older version"),
        gettext("Kept before an older version was restored"),
    ]

    client.post(url("restore", report, kept(report)[2].pk, model="report"))
    assert told(report) == now


def test_a_draft_that_was_submitted_meanwhile_stays_as_it_is(client):
    writer = make_user(groups=["Phóng viên"])
    draft = make_article(status="draft", created_by=writer, title="Một", publish_at=None)
    copies.record_version(draft, by=writer)
    draft.submit(by=writer)
    with pytest.raises(Refused):
        copies.restore(kept(draft)[0], by=writer)
    assert len(kept(draft)) == 1


def test_while_somebody_edits_nothing_is_restored_and_the_page_says_where_to_go(
    client, live, editor
):
    copy = copies.open_copy(live, by=editor)
    number = kept(live)[0].pk
    asked = client.get(url("restore", copy, number))
    assert f'href="{url("change", copy)}"' in asked.content.decode()
    assert 'name="csrfmiddlewaretoken"' not in asked.content.decode().partition('id="content"')[2]
    response = client.post(url("restore", copy, number), follow=True)
    assert messages_of(response) == [
        gettext("This article is being edited already. Publish or discard that copy first.")
    ]
    assert Article.objects.get(draft_of=live).title == "Tên mới"
