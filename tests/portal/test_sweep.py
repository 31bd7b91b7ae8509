"""The sweep: what was put in around the forms is named, clean content is not, and all is undone."""

import itertools
import json
import os
import py_compile
import sys
import tempfile
import time
from datetime import timedelta
from importlib.util import cache_from_source
from io import StringIO
from pathlib import Path
from random import Random

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from news import copies
from news.models import Article, Autosave, Photo, Remark, Transition, UrgentNotice
from portal import (
    foreign_html,
    hosts,
    neutralise,
    search,
    sweep,
    sweep_compiled,
    sweep_files,
    sweep_pictures,
)
from portal.hosts import BlockedHost, TrustedHost
from portal.models import AuditEntry
from portal.publishing import Refused
from portal.sweep_records import Kind, State, SweepFinding, SweepRun
from tests.bench.content import Writer
from tests.factories import (
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_contact,
    make_department,
    make_person,
    make_photo,
    make_site,
    make_user,
)
from tests.news.clean_articles import ARTICLES
from tests.portal import bad_files
from tests.portal.injections import CODE, FILES, TEXTS

pytestmark = pytest.mark.django_db

SPAM = '<p>Xem <a href="https://kubet77.club/x">bảng giá</a> rồi gọi.</p>'
HIDDEN = '<p>Tin.</p><div style="display:none"><a href="https://la.example">nổ hũ</a></div>'


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """The sweep's folder, and a small program in place of the project's own thousands of files."""
    settings.SWEEP_DIR = str(tmp_path / "sweep")
    settings.SETTINGS_FILE = tmp_path / "no.env"
    program = tmp_path / "program"
    (program / "templates" / "includes").mkdir(parents=True)
    (program / "portal").mkdir()
    (program / "static" / "portal").mkdir(parents=True)
    (program / "templates/includes/foot.html").write_text("<p hidden>x</p>", "utf-8")
    (program / "portal/views.py").write_text("x = 1\n", "utf-8")
    (program / "static/portal/site.js").write_text("let x = 1;", "utf-8")
    return program


def run(program, *options):
    """The sweep as a timer runs it: its exit code and its lines."""
    out = StringIO()
    try:
        call_command("sweep", *options, code=program, stdout=out, stderr=StringIO())
    except CommandError as error:
        return error.returncode, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def inject(column, value, pk):
    """Write past every field and form, as somebody with the database's password does."""
    table, name = column.split(".")
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE {table} SET "{name}" = %s WHERE id = %s', [value, pk])  # noqa: S608


def findings():
    """What is open: {(table, row, column) or path: kinds}."""
    found = {}
    for one in SweepFinding.objects.filter(state=State.OPEN):
        place = one.path or (one.table, one.row, one.column)
        found.setdefault(place, set()).add(one.kind)
    return found


def stored(column, pk):
    table, name = column.split(".")
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{name}" FROM {table} WHERE id = %s', [pk])  # noqa: S608
        return cursor.fetchone()[0]


# ── What is put in is named ─────────────────────────────────────────────────────────────────────
def _row_for(column, category):
    """A clean row of the table that is to be written into."""
    table = column.split(".")[0]
    article = make_article(category=category)
    makers = {
        "news_article": lambda: article,
        "departments_department": make_department,
        "departments_person": make_person,
        "departments_contact": make_contact,
        "departments_sitesettings": make_site,
        "news_category": make_category,
        "news_photo": make_photo,
        "news_articlephoto": lambda: make_article_photo(article=article),
        "news_attachment": lambda: make_attachment(article=article),
        "news_remark": lambda: Remark.objects.create(article=article, text="Xin xem."),
        "news_transition": lambda: Transition.objects.create(article=article, verb="submit"),
        "news_urgentnotice": lambda: UrgentNotice.objects.create(
            text="Tin khẩn",
            starts_at=timezone.now(),
            ends_at=timezone.now() + timedelta(days=1),
        ),
        "portal_user": make_user,
        "portal_searchentry": lambda: search.SearchEntry.objects.get(
            url=article.get_absolute_url()
        ),
    }
    return makers[table]()


def test_every_injection_into_the_database_is_named(own_folders):
    category = make_category()
    places = {}
    for column, value, kind in TEXTS:
        row = _row_for(column, category)
        inject(column, value, row.pk)
        table, name = column.split(".")
        places[table, str(row.pk), name] = (kind, value)
    code, lines = run(own_folders)
    found = findings()
    missed = {place: one for place, one in places.items() if one[0] not in found.get(place, ())}
    assert missed == {}
    assert code == 1
    assert len([line for line in lines if line.startswith("! ")]) >= len(TEXTS)


def test_every_foreign_file_is_named(own_folders, private_root):
    make_attachment(article=make_article())
    make_photo()
    for name, content, _kind in FILES:
        path = Path(private_root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    Path(private_root, "tep", "lien-ket").symlink_to("/etc/hostname")
    rendition = next(Path(private_root, "anh").glob("*-320.jpg"))
    rendition.write_bytes(rendition.read_bytes() + b"<?php eval($_GET[1]);")
    program = next(Path(private_root, "goc").glob("*.jpg"))
    program.chmod(0o755)
    assert run(own_folders)[0] == 1
    found = findings()
    expected = {name: {kind} for name, _content, kind in FILES if kind != "folder"}
    expected |= {
        "bo-nho": {"folder"},
        "bo-nho/a.txt": {"foreign"},
        "tep/lien-ket": {"symlink"},
        f"anh/{rendition.name}": {"tail"},
        f"goc/{program.name}": {"mode"},
        str(sweep_files.folder() / "program.json"): {"no_record"},
    }
    assert found == expected


def _photo_of(picture):
    """A photo of the library that shows the picture."""
    return make_photo(
        image=bad_files.upload(bad_files.encoded(picture, "JPEG", quality=90), "a.jpg")
    )


def _renditions(photo):
    return sorted(Path(settings.MEDIA_ROOT, "anh").glob(f"{photo.checksum}-*"))


def _banner(rendition):
    """The same picture with a band of colour over a twelfth of it."""
    with Image.open(rendition) as image:
        picture = image.convert("RGB")
    band = picture.width, picture.height // 12
    picture.paste(Image.new("RGB", band, (255, 230, 0)), (0, picture.height // 2))
    picture.save(rendition, quality=80)


def _lighten(rendition, by):
    """The same picture with an eighth of its width and height lighter by so much of 255."""
    with Image.open(rendition) as image:
        picture = image.convert("RGB")
    width, height = picture.width // 8, picture.height // 8
    box = (3 * width, 3 * height, 4 * width, 4 * height)
    picture.paste(picture.crop(box).point(lambda value: value + by), box)
    picture.save(rendition, quality=90)


def _flatten(rendition):
    """The same picture, a tenth less high."""
    with Image.open(rendition) as image:
        flat = image.convert("RGB").resize((image.width, image.height * 9 // 10))
    flat.save(rendition, quality=90)


def test_a_rendition_exchanged_for_another_picture_is_named(own_folders):
    run(own_folders, "--learn")
    dark, bright, kept = (
        _photo_of(bad_files.scene(900, 600).point(lambda value, by=by: value * by // 4))
        for by in (1, 4, 3)
    )
    assert run(own_folders)[0] == 0
    exchanged = {}
    for one, other in zip(_renditions(dark), _renditions(bright), strict=True):
        one.write_bytes(other.read_bytes())
        exchanged[f"anh/{one.name}"] = {"type"}
    banner = Path(settings.MEDIA_ROOT, "anh", f"{bright.checksum}-640.webp")
    _banner(banner)
    stained = Path(settings.MEDIA_ROOT, "anh", f"{kept.checksum}-640.webp")
    _lighten(stained, by=35)
    flat = next(one for one in _renditions(kept) if one != stained)
    _flatten(flat)
    changed = exchanged | {f"anh/{one.name}": {"type"} for one in (banner, stained, flat)}
    assert run(own_folders)[0] == 1
    assert findings() == changed
    next(Path(settings.MEDIA_ROOT, "goc").glob(f"{kept.checksum}.*")).unlink()
    run(own_folders)
    lost = {f"anh/{path.name}": {"missing"} for path in _renditions(kept)}
    assert findings() == changed | lost


def test_an_exchanged_original_is_named_and_nothing_is_compared_with_it(own_folders):
    run(own_folders, "--learn")
    photo = _photo_of(bad_files.scene(300, 200))
    (original,) = Path(settings.MEDIA_ROOT, "goc").glob(f"{photo.checksum}.*")
    original.write_bytes(bad_files.encoded(Image.new("RGB", (300, 200), "red"), "JPEG"))
    run(own_folders)
    assert findings() == {f"goc/{original.name}": {"checksum"}}


def test_photos_of_every_kind_show_what_their_originals_show(own_folders):
    kinds = ("phone_jpeg", "cmyk_jpeg", "alpha_png", "palette_png", "grey_16_bit_png", "heic")
    for kind in (*kinds, "animated_gif", "swapped_profile_jpeg"):
        make_photo(image=bad_files.upload(getattr(bad_files, kind)(), kind))
    for size in ((2000, 120), (120, 2000)):
        _photo_of(Image.effect_noise(size, 90).convert("RGB"))
    run(own_folders, "--learn")
    assert run(own_folders)[0] == 0
    assert len(list(Path(settings.MEDIA_ROOT, "anh").iterdir())) == 38


def test_a_large_library_is_compared_by_turns(own_folders, monkeypatch):
    """With one photo a night, three nights see what became of each of three."""
    run(own_folders, "--learn")
    monkeypatch.setattr(sweep_pictures, "MOST_COMPARED", 1)
    pictures = [bad_files.scene(300, 200).point(lambda v, by=by: v * by // 4) for by in (1, 2, 4)]
    photos = [_photo_of(picture) for picture in pictures]
    for one, other in ((photos[0], photos[2]), (photos[1], photos[2])):
        _renditions(one)[0].write_bytes(_renditions(other)[0].read_bytes())
    told = []
    for night in range(3):
        with time_machine.travel(timezone.now() + timedelta(days=night), tick=False):
            told.append(run(own_folders)[0])
    assert sorted(told) == [0, 1, 1]


def _compile(source, *, as_if="", **options):
    """The compiled file of a source, made from other text if so told, as Python would take it."""
    stand_in = source.with_suffix(".other")
    stand_in.write_text(as_if or source.read_text("utf-8"), "utf-8")
    made = py_compile.compile(stand_in, cache_from_source(source), source, doraise=True, **options)
    stand_in.unlink()
    times = source.stat()
    head = int(times.st_mtime).to_bytes(4, "little") + times.st_size.to_bytes(4, "little")
    content = Path(made).read_bytes()
    if not options:
        Path(made).write_bytes(content[:8] + head + content[16:])
    return Path(made)


def test_compiled_python_that_is_not_its_source_is_named(own_folders):
    views, models = own_folders / "portal/views.py", own_folders / "portal/mo.dels.py"
    settings_file = own_folders / "portal/settings.py"
    models.write_text("y = 2\n", "utf-8")
    settings_file.write_text("z = 3\n", "utf-8")
    run(own_folders, "--learn")
    for source in (views, models, settings_file):
        _compile(source)
    assert run(own_folders)[0] == 0
    _compile(views, as_if="x = 2\n")
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    _compile(models, as_if="import os\n", invalidation_mode=unchecked)
    assert run(own_folders)[0] == 1
    cached = f"{sys.implementation.cache_tag}.pyc"
    expected = {f"program/portal/__pycache__/{name}.{cached}" for name in ("views", "mo.dels")}
    assert findings() == {name: {"type"} for name in expected}
    views.write_text("x = 22\n", "utf-8")  # now Python compiles it anew, whatever lies there
    run(own_folders, "--learn")
    run(own_folders)
    assert set(findings()) == {f"program/portal/__pycache__/mo.dels.{cached}"}


def test_what_python_runs_with_its_switches_o_and_oo_is_compared_as_well(own_folders):
    source, other = own_folders / "portal/views.py", own_folders / "portal/other"
    source.write_text('"""Words."""\nassert __debug__\n', "utf-8")
    other.write_text("import os\n", "utf-8")
    compiled = [Path(cache_from_source(source, optimization=level)) for level in (1, 2)]
    for level in (1, 2):
        py_compile.compile(source, optimize=level)
    assert list(sweep_compiled.exchanged([source])) == []
    for level, path in enumerate(compiled, start=1):
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        py_compile.compile(other, path, source, optimize=level, invalidation_mode=mode)
    assert list(sweep_compiled.exchanged([source])) == [(source, path) for path in compiled]


def test_compiled_python_that_ends_or_keeps_who_reads_it_is_named_and_the_rest_is_read(own_folders):
    sources = [own_folders / f"portal/a{number}.py" for number in range(5)]
    for source in sources:
        source.write_text("x = 1\n", "utf-8")
        _compile(source, as_if="x = 2\n" if source == sources[3] else "")
    huge, pipe = Path(cache_from_source(sources[1])), Path(cache_from_source(sources[4]))
    os.truncate(huge, 4 * 1024**3)  # more than the process may have
    pipe.unlink()
    os.mkfifo(pipe)
    found = dict(sweep_compiled.exchanged(sources))
    assert found == {
        sources[1]: huge,
        sources[3]: Path(cache_from_source(sources[3])),
        sources[4]: pipe,
    }


def test_a_compiled_file_without_source_is_foreign_also_without_a_record(own_folders):
    py_compile.compile(own_folders / "portal/views.py", own_folders / "portal/other.pyc")
    run(own_folders)
    assert findings()["program/portal/other.pyc"] == {"foreign"}


def test_every_change_of_the_program_is_named_once_it_was_learned(own_folders):
    assert run(own_folders, "--learn") == (0, ["Đã ghi: 3 tệp của chương trình."])
    assert run(own_folders)[0] == 0
    for name, content in CODE:
        path = own_folders / name
        path.write_text((path.read_text("utf-8") if path.exists() else "") + content, "utf-8")
    code, _lines = run(own_folders)
    assert code == 1
    known = {"program/templates/includes/foot.html", "program/portal/views.py"}
    known.add("program/static/portal/site.js")
    expected = {f"program/{name}" for name, _content in CODE}
    assert findings() == {name: {"changed" if name in known else "added"} for name in expected}
    (own_folders / "portal/views.py").unlink()
    run(own_folders)
    assert findings()["program/portal/views.py"] == {"missing"}


def test_without_a_record_the_sweep_says_so_and_looks_for_what_no_program_holds(own_folders):
    (own_folders / "sitecustomize.py").write_text("import os", "utf-8")
    (own_folders / "static/a.php").write_text("<?php", "utf-8")
    spoiled = own_folders / "templates/includes/foot.html"
    spoiled.write_text('<p>x</p><?php eval($_POST["a"]); ?><a href="https://bong88.vip">x</a>')
    code, lines = run(own_folders)
    assert code == 1
    assert "Chưa có bản đối chiếu mã chương trình: xin chạy “sweep --learn”." in lines
    assert findings() == {
        "program/sitecustomize.py": {"foreign"},
        "program/static/a.php": {"foreign"},
        "program/templates/includes/foot.html": {"program", "link", "words"},
        str(sweep_files.folder() / "program.json"): {"no_record"},
    }


def test_the_program_itself_raises_nothing():
    found = list(sweep_files.CodeSweep(hosts.lists(), sweep_files.settings.BASE_DIR).run())
    assert [one.line for one in found if one.kind != Kind.NO_RECORD] == []


def test_a_forged_record_is_no_record(own_folders):
    run(own_folders, "--learn")
    record = sweep_files.folder() / "program.json"
    body = json.loads(record.read_text("utf-8"))
    body["files"].pop("program/portal/views.py")
    record.write_text(json.dumps(body), "utf-8")
    assert run(own_folders)[0] == 1
    assert findings() == {str(record): {"forged"}}


def test_a_settings_file_that_everybody_may_read_is_named(own_folders, settings):
    settings.SETTINGS_FILE.write_text("SECRET_KEY=x", "utf-8")
    settings.SETTINGS_FILE.chmod(0o640)
    run(own_folders, "--learn")
    assert run(own_folders)[0] == 0
    settings.SETTINGS_FILE.chmod(0o644)
    assert run(own_folders)[0] == 1
    assert findings() == {str(settings.SETTINGS_FILE): {"mode"}}


# ── Every text column of every table ────────────────────────────────────────────────────────────
def test_every_table_of_the_site_is_swept_but_for_four():
    names = connection.introspection.django_table_names(only_existing=True)
    # Of what strangers type at the sign-in, and its trail, anybody could make an alarm.
    every = {name for name in names if not name.startswith(("axes_", "portal_audit"))}
    assert every - {table.name for table in sweep.tables()} == {
        "django_session",
        "portal_blockedhost",
        "portal_sweepfinding",
        "portal_sweeprun",
    }


def test_rows_beyond_the_first_batch_are_read(own_folders, monkeypatch):
    monkeypatch.setattr(sweep, "BATCH", 2)
    category = make_category()
    articles = [make_article(category=category) for _number in range(5)]
    for article in articles:
        inject("news_article.body", SPAM, article.pk)
    run(own_folders)
    assert {row for table, row, _column in _places() if table == "news_article"} == {
        str(article.pk) for article in articles
    }


def _places():
    return [place for place in findings() if isinstance(place, tuple)]


def test_a_column_that_no_model_knows_is_read(own_folders):
    person = make_person()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE departments_person ADD COLUMN hidden_note text")
        cursor.execute(
            "UPDATE departments_person SET hidden_note = %s WHERE id = %s", [SPAM, person.pk]
        )
    run(own_folders)
    assert findings()["departments_person", str(person.pk), "hidden_note"] == {
        "markup",
        "link",
        "words",
    }


def test_versions_and_texts_not_saved_yet_are_read(own_folders):
    article = make_article()
    copies.record_version(article, by=None)
    version = article_version(article)
    body = {"body": [HIDDEN], "title": ["Tin"]}
    autosave = Autosave.objects.create(user=make_user(), article=article, token="a", fields=body)
    raw = json.loads(version.serialized_data)
    raw[0]["fields"]["body"] = HIDDEN
    inject("reversion_version.serialized_data", json.dumps(raw), version.pk)
    run(own_folders)
    found = findings()
    assert "hidden" in found["reversion_version", str(version.pk), "serialized_data"]
    assert "hidden" in found["news_autosave", str(autosave.pk), "fields"]


def article_version(article):
    from reversion.models import Version

    return Version.objects.get_for_object_reference(Article, article.pk).get()


# ── What is clean is not named ──────────────────────────────────────────────────────────────────
LAWFUL = [
    "Công an tỉnh triệt phá đường dây cá cược bóng đá, lô đề online với số tiền 12 tỷ đồng.",
    "Cảnh báo bẫy nổ hũ, tài xỉu trên mạng: không nạp tiền, không đăng ký, không truy cập.",
    "Tuyên truyền phòng, chống cờ bạc, đánh bạc trực tuyến, vay nóng trong thanh niên.",
    "Giải bóng đá phong trào của Sở có 12 đội tham gia; cả cuộc thi diễn ra trong 3 ngày.",
    "Nhà cải tạo từ trạm y tế cũ, nhà cai nghiện và lỗ đế giày được kiểm định.",
    "Không tham gia xóc đĩa, không vay tiền nhanh; nhà cái Kubet là trang lừa đảo.",
    "Lo đề thi, lo đề tài: 10 đề tài, 5 đề án được nghiệm thu, bốc bát hương.",
]
LINKS = [
    "https://langson.gov.vn/tin-tuc",
    "https://vnexpress.net/khoa-hoc",
    "https://baolangson.vn/khoa-hoc.html",
    "https://most.gov.vn/vn/Pages/Trangchu.aspx",
    "https://www.youtube.com/watch?v=abc",
    "https://doi.org/10.1000/182",
    "https://vnexpress.net/cong-an-triet-pha-duong-day-tai-xiu-online-4712345.html",
    "mailto:skhcn@langson.gov.vn",
    "tel:+842053871906",
    "/bao-cao/2017/",
]


def clean_articles(count):
    writer = Writer(7)
    roll = Random(7)  # noqa: S311 - nothing secret
    texts = itertools.cycle(ARTICLES)
    for number in range(count):
        title, *paragraphs = next(texts)
        body = "".join(f"<p>{one}</p>" for one in paragraphs) + writer.body(0)
        links = "".join(
            f'<p>Nguồn: <a href="{link}">trang {n}</a>.</p>'
            for n, link in enumerate(roll.sample(LINKS, number % 4))
        )
        lawful = f"<p>{LAWFUL[number % len(LAWFUL)]}</p>" if number % 3 == 0 else ""
        is_warning = number % 15 == 0
        yield {"title": LAWFUL[1] if is_warning else title, "body": body + lawful + links}


def test_five_hundred_clean_articles_raise_nothing(own_folders):
    category = make_category()
    rows = [
        Article(
            **one,
            summary=LAWFUL[0],
            slug=f"bai-{number}",
            category=category,
            status="published",
            publish_at=timezone.now(),
        )
        for number, one in enumerate(clean_articles(500))
    ]
    Article.objects.bulk_create(rows)
    for article in Article.objects.order_by("pk")[:20]:
        copies.record_version(article, by=None)
    make_article_photo(article=article, caption="Hội nghị phòng chống cá cược, tài xỉu")
    make_attachment(article=article)
    make_site(contact={"website": "https://skhcn.langson.gov.vn"})
    Remark.objects.create(article=article, text="Bỏ đoạn <b> thừa; a < b, c > d & 5 < 6.")
    search.rebuild()
    run(own_folders, "--learn")
    code, lines = run(own_folders)
    assert [line for line in lines if line[:1] in "!·"] == []
    assert code == 0


def test_a_link_that_hides_its_place_is_no_alarm_in_a_draft(own_folders):
    body = '<p>Xem <a href="https://bit.ly/3x">báo cáo</a>.</p>'
    make_article(status="draft", body=body)
    run(own_folders, "--learn")
    assert run(own_folders)[0] == 0
    make_article(body=body)
    assert run(own_folders)[0] == 1


def test_files_that_no_row_names_are_listed_after_a_day_without_alarm(own_folders, private_root):
    photo = make_photo()
    run(own_folders, "--learn")
    Photo.objects.filter(pk=photo.pk).delete()  # by the queryset: the files stay
    assert run(own_folders)[0] == 0
    assert findings() == {}
    old = time.time() - 2 * 24 * 3600
    for path in Path(private_root).rglob("*.*"):
        os.utime(path, (old, old))
    code, lines = run(own_folders)
    assert code == 0
    assert {kind for kinds in findings().values() for kind in kinds} == {"orphan"}
    assert all(line.startswith("·") for line in lines[:-3])


# ── Reports ─────────────────────────────────────────────────────────────────────────────────────
def test_a_line_names_table_row_column_and_shows_no_control_character(own_folders):
    article = make_article()
    inject("news_article.body", "<p>Tin</p><div hidden>nổ\x1b[31m\r\nhũ\u202e</div>", article.pk)
    run(own_folders, "--learn")
    lines = run(own_folders)[1]
    place = f"! Cơ sở dữ liệu: news_article #{article.pk} body"
    assert lines[0] == f"{place}: chữ ẩn “hidden: nổ\\u001b[31m hũ\\u202e”"
    told = json.loads(run(own_folders, "--json")[1][0])
    assert (told["table"], told["row"], told["column"]) == ("news_article", str(article.pk), "body")
    assert (told["kind"], told["alarm"]) == ("hidden", True)


def test_a_letter_goes_to_the_administrators_once_a_finding(own_folders, settings):
    make_user(is_superuser=True, email="quan.tri@example.org")
    article = make_article()
    inject("news_article.body", SPAM, article.pk)
    run(own_folders, "--learn")
    run(own_folders)
    run(own_folders)
    (letter,) = mail.outbox
    assert letter.to == ["quan.tri@example.org"]
    assert f"news_article #{article.pk} body" in letter.body
    assert "/admin/portal/sweepfinding/" in letter.body
    settings.SWEEP_MAIL = ["it@example.org"]
    inject("news_article.body", HIDDEN, article.pk)
    run(own_folders)
    assert mail.outbox[1].to == ["it@example.org"]


def test_a_dry_run_writes_nothing_down(own_folders):
    inject("news_article.body", SPAM, make_article().pk)
    assert run(own_folders, "--dry-run")[0] == 1
    assert (SweepFinding.objects.count(), SweepRun.objects.count(), len(mail.outbox)) == (0, 0, 0)


def test_what_is_gone_and_comes_back_is_told_again(own_folders):
    make_user(is_superuser=True, email="quan.tri@example.org")
    article = make_article()
    run(own_folders, "--learn")
    for body, state, letters in (
        (SPAM, State.OPEN, 1),
        ("<p>Sạch.</p>", State.GONE, 1),
        (SPAM, State.OPEN, 2),
    ):
        inject("news_article.body", body, article.pk)
        run(own_folders)
        assert SweepFinding.objects.get(kind=Kind.LINK).state == state
        assert len(mail.outbox) == letters


# ── Neutralising, and the way back ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize("body", [SPAM, HIDDEN, *(v for c, v, _k in TEXTS[:56] if "body" in c)])
def test_neutralised_the_page_shows_no_link_and_undone_the_bytes_are_back(own_folders, body):
    article = make_article()
    inject("news_article.body", body, article.pk)
    found = list(_swept(own_folders, article))
    finding = next((one for one in found if neutralise.can(one)), None)
    if finding is None:
        assert {one.kind for one in found} <= {Kind.PROGRAM, Kind.WORDS}
        return
    by = make_user(groups=["Quản trị"])
    neutralise.neutralise(finding, by=by)
    page = Client().get(article.get_absolute_url()).content.decode()
    text = page[page.index("<article") : page.index("</article")]
    for foreign in ("la.example", "kubet", "casino", "example", "javascript", "display", "removed"):
        assert foreign not in text
    assert not [one for one in _swept(own_folders, article) if one.kind not in {"words", "program"}]
    finding.refresh_from_db()
    neutralise.undo(finding, by=by)
    assert stored("news_article.body", article.pk) == body


def _swept(program, article):
    run(program)
    return SweepFinding.objects.filter(state=State.OPEN, row=str(article.pk), column="body")


def test_a_bad_link_leads_to_nothing_and_its_words_stay(own_folders):
    article = make_article()
    inject("news_article.body", SPAM, article.pk)
    run(own_folders, "--learn")
    version = article.version
    code, lines = run(own_folders, "--neutralise")
    assert code == 1
    assert f"Đã vô hiệu hoá: news_article #{article.pk} body" in lines
    removed = '<p>Xem <a href="#link-removed">bảng giá</a> rồi gọi.</p>'
    assert stored("news_article.body", article.pk) == removed
    article.refresh_from_db()
    assert article.version == version + 1  # an open form does not write the link back
    page = Client().get(article.get_absolute_url()).content.decode()
    assert "<p>Xem bảng giá rồi gọi.</p>" in page
    assert run(own_folders)[0] == 0


def test_undo_writes_over_no_later_change(own_folders):
    article = make_article()
    inject("news_article.body", SPAM, article.pk)
    run(own_folders, "--neutralise")
    Article.objects.filter(pk=article.pk).update(body="<p>Đã sửa.</p>")
    finding = SweepFinding.objects.get(kind=Kind.LINK)
    with pytest.raises(Refused) as refused:
        neutralise.undo(finding, by=None)
    assert refused.value.reasons == [
        "Nội dung đã thay đổi từ lúc đó. Xin quét lại rồi xem kết quả mới."
    ]
    assert stored("news_article.body", article.pk) == "<p>Đã sửa.</p>"


def test_a_foreign_file_is_set_aside_and_put_back(own_folders, private_root):
    path = Path(private_root, "tep", "shell.php")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"<?php")
    link = Path(private_root, "tep", "ra-ngoai")
    link.symlink_to("/etc/hostname")
    run(own_folders, "--neutralise")
    assert not path.exists()
    assert not link.is_symlink()
    assert Path("/etc/hostname").exists()
    for finding in SweepFinding.objects.filter(area="media"):
        aside = sweep_files.quarantine() / str(finding.pk)
        assert not aside.resolve().is_relative_to(private_root)
        neutralise.undo(finding, by=None)
    assert path.read_bytes() == b"<?php"
    assert link.is_symlink()


def test_a_file_is_set_aside_to_another_disk_and_back(own_folders, private_root, settings):
    path = Path(private_root, "tep", "shell.php")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"<?php")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other_disk:
        assert Path(other_disk).stat().st_dev != path.stat().st_dev
        settings.SWEEP_DIR = other_disk
        run(own_folders, "--neutralise")
        assert not path.exists()
        finding = SweepFinding.objects.get(area="media")
        assert (sweep_files.quarantine() / str(finding.pk)).read_bytes() == b"<?php"
        neutralise.undo(finding, by=None)
    assert path.read_bytes() == b"<?php"


@pytest.mark.parametrize(
    "piece",
    [
        "<a ",
        "<!--",
        "<a href='>'",
        "<b>a",
        "<b></i>",
        '<a href="x">',
        "<![",
        '<b style="font:font:">',
    ],
)
def test_a_strange_text_of_a_writer_neither_stops_nor_holds_up_the_sweep(own_folders, piece):
    """What is typed is kept as it is, up to two million signs: the sweep reads that too."""
    text = "<iframe></iframe>" + HIDDEN + piece * 40_000
    row = Autosave.objects.create(
        user=make_user(), token="t" * 20, version=0, is_report=False, fields={"body": [text]}
    )
    begun = time.process_time()
    run(own_folders)
    assert time.process_time() - begun < 15
    assert Kind.ACTIVE in findings()["news_autosave", str(row.pk), "fields"]


@pytest.mark.parametrize("sign", ["font:", "transform:", "filter:"])
def test_a_long_style_is_foreign_and_quickly_read(sign):
    begun = time.process_time()
    assert foreign_html.hides({"style": sign * 40_000}) == "style…"
    assert time.process_time() - begun < 1


def test_a_name_that_looks_like_codes_leads_to_no_other_file(own_folders, private_root, tmp_path):
    """A name with "\\x2f" holds four signs, no slash: nothing outside the uploads is moved."""
    outside = tmp_path / "db.sqlite3"
    outside.write_bytes(b"ours")
    coded = str(outside).replace("/", r"\x2f")
    foreign, broken = Path(private_root, "tep", coded), Path(private_root, "tep", "a\udcff.php")
    for path in (foreign, Path(private_root, coded), broken):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"<?php")
    run(own_folders, "--neutralise")
    assert outside.read_bytes() == b"ours"
    assert not foreign.exists()
    assert not broken.exists()
    for finding in SweepFinding.objects.filter(area="media"):
        neutralise.undo(finding, by=None)
    assert foreign.exists()
    assert broken.exists()


def test_versions_and_plain_texts_are_mended_by_hand(own_folders):
    article = make_article()
    copies.record_version(article, by=None)
    version = article_version(article)
    raw = version.serialized_data.replace("Câu đầu", '<a href=\\"https://kubet.club\\">x</a>')
    inject("reversion_version.serialized_data", raw, version.pk)
    inject("news_article.title", '<a href="https://la.example">x</a>', article.pk)
    run(own_folders, "--neutralise")
    assert stored("reversion_version.serialized_data", version.pk) == raw
    assert set(SweepFinding.objects.values_list("state", flat=True)) == {State.OPEN}


# ── The screens ─────────────────────────────────────────────────────────────────────────────────
LIST = "/admin/portal/sweepfinding/"


@pytest.fixture
def administrator():
    client = Client()
    client.force_login(make_user(groups=["Quản trị"]))
    return client


def test_administrators_neutralise_undo_and_accept_on_the_page(own_folders, administrator):
    article = make_article()
    inject("news_article.body", SPAM, article.pk)
    run(own_folders, "--learn")
    run(own_folders)
    finding = SweepFinding.objects.get()
    page = reverse("admin:portal_sweepfinding_change", args=[finding.pk])
    listed = administrator.get(LIST).content.decode()
    assert "Quét nội dung lạ" in listed
    assert f"news_article #{article.pk} body" in listed
    assert "1 phát hiện chưa xử lý." in listed
    shown = administrator.get(page).content.decode()
    assert "kubet77.club" in shown
    assert f'href="/admin/news/article/{article.pk}/change/"' in shown
    administrator.post(page, {"_neutralise": "1"})
    assert "kubet77" not in stored("news_article.body", article.pk)
    administrator.post(page, {"_undo": "1"})
    assert stored("news_article.body", article.pk) == SPAM
    administrator.post(page, {"_accept": "1", "reason": " "})
    assert SweepFinding.objects.get().state == State.OPEN
    administrator.post(page, {"_accept": "1", "reason": "Bài giảng về tin rác."})
    assert SweepFinding.objects.get().state == State.ACCEPTED
    trail = AuditEntry.objects.filter(target_type="portal.sweepfinding").order_by("sequence")
    assert list(trail.values_list("action", "target_id")) == [
        (action, str(finding.pk)) for action in ("neutralised", "restored", "finding_accepted")
    ]
    assert run(own_folders)[0] == 0


@pytest.mark.parametrize("groups", [[], ["Phóng viên"], ["Duyệt đăng"]])
def test_others_see_neither_findings_nor_lists(own_folders, groups):
    inject("news_article.body", SPAM, make_article().pk)
    run(own_folders)
    pk = SweepFinding.objects.filter(kind=Kind.LINK).get().pk
    client = Client()
    client.force_login(make_user(groups=groups))
    for address in (
        LIST,
        f"{LIST}{pk}/change/",
        f"{LIST}{pk + 1}/change/",
        "/admin/portal/trustedhost/",
    ):
        assert client.get(address).status_code == 403
    assert client.post(f"{LIST}{pk}/change/", {"_neutralise": "1"}).status_code == 403
    assert SweepFinding.objects.get(pk=pk).state == State.OPEN


def test_nobody_adds_or_deletes_a_finding(own_folders):
    inject("news_article.body", SPAM, make_article().pk)
    run(own_folders)
    pk = SweepFinding.objects.filter(kind=Kind.LINK).get().pk
    client = Client()
    client.force_login(make_user(is_superuser=True))
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{pk}/delete/", {"post": "yes"}).status_code == 403
    assert SweepFinding.objects.filter(pk=pk).exists()


def test_a_listed_site_is_a_name_without_path(administrator):
    answer = administrator.post(
        "/admin/portal/trustedhost/add/",
        {"host": "https://WWW.VnExpress.net/khoa-hoc", "reason": "Báo điện tử"},
    )
    assert answer.status_code == 302
    row = TrustedHost.objects.get()
    assert (row.host, row.added_by.groups.get().name) == ("www.vnexpress.net", "Quản trị")
    for wrong in ("com.vn", "localhost", "10.0.0.1"):
        answer = administrator.post(
            "/admin/portal/trustedhost/add/", {"host": wrong, "reason": "x"}
        )
        assert answer.status_code == 200
    assert TrustedHost.objects.count() == 1


def test_staff_lists_decide_what_the_sweep_names(own_folders):
    body = '<p>Xem <a href="https://trang.tin-la.vn/a">bài</a>.</p>'
    make_article(body=body)
    run(own_folders, "--learn")
    assert run(own_folders)[0] == 0
    BlockedHost.objects.create(host="tin-la.vn", reason="Phát tán tin rác")
    assert run(own_folders)[0] == 1
    TrustedHost.objects.create(host="bit.ly", reason="Đã kiểm tra")
    BlockedHost.objects.all().delete()
    make_article(body='<p><a href="https://bit.ly/a">bài</a></p>')
    assert run(own_folders)[0] == 0


def test_a_list_in_a_file_counts_as_well(own_folders, settings, tmp_path):
    file = tmp_path / "cam.txt"
    file.write_text("# từ Trung tâm\nXau.vn\n", "utf-8")
    settings.LINK_BLOCKLIST_FILE = str(file)
    assert hosts.lists().refuses("https://a.xau.vn/").code == "listed"
    assert hosts.lists().refuses("https://tot.vn/") is None
