"""What search finds, in which order, and how its index follows what is saved."""

import itertools
import random
import time
import unicodedata
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from news import copies, sample
from news.models import Article, Category, Report
from portal import search, search_sql, text
from portal.models import SearchEntry, Synonym
from portal.publishing import Status
from tests.factories import (
    make_appointment,
    make_article,
    make_article_photo,
    make_attachment,
    make_category,
    make_conference,
    make_department,
    make_person,
    make_position,
)
from tests.transactions import in_turn

pytestmark = pytest.mark.django_db

SEED = (
    "Hội nghị tổng kết hoạt động khoa học công nghệ năm 2017 và triển khai nhiệm vụ, "
    "kế hoạch công tác năm 2018"
)


def titles(query, **options) -> list[str]:
    return [hit.title for hit in search.find(query, **options).hits]


def entries() -> list[dict]:
    columns = [one.name for one in SearchEntry._meta.concrete_fields if one.name != "id"]
    return list(SearchEntry.objects.order_by("content_type", "object_id").values(*columns))


# --- The seed ---


FINDS_SEED = [
    *("hoi nghi tong ket", "Hội nghị", "HOI NGHI", "khcn", "kh&cn", "tong ket 2017"),
    *("khoa hoc va cong nghe", "dai bieu tham du", "Hưng Đức", "19/01/2018", "nguyen thi ha"),
    unicodedata.normalize("NFD", "Hội nghị tổng kết"),
    '"triển khai nhiệm vụ, kế hoạch"',
    "“tổng kết hoạt động”",
]


def test_the_seed_its_people_and_its_agency_are_found():
    sample.load()
    assert [query for query in FINDS_SEED if SEED not in titles(query)] == []
    for query in ("dai hoi", "đại hội", '"kết tổng"', '"hội nghị 2017"'):
        assert SEED not in titles(query)
    assert titles("nguyen thi ha")[0] == "Nguyễn Thị Hà"
    agency = "Sở Khoa học và Công nghệ tỉnh Lạng Sơn"
    assert titles("so khoa hoc va cong nghe tinh lang son")[0] == agency


# --- What a hit is ---


def write(title, words="", **columns) -> SearchEntry:
    """An entry of its own, not of a thing."""
    number = SearchEntry.objects.count() + 1
    owner = ContentType.objects.get_for_model(Category)
    entry = search.Entry(kind="tin-tuc", url=f"/{number}/", title=title, text=words, **columns)
    row = search._as_row(entry, owner, number)
    row.save()
    return row


def test_the_database_finds_exactly_what_the_definition_says():
    rng = random.Random(2018)  # noqa: S311
    words = [*"Hà hạ hội nghị khoa học và công nghệ 2017 sở khcn cn kh".split(), "so", "4g", "中"]
    Synonym.objects.all().delete()
    for terms in ("KHCN\nKH&CN\nkhoa học và công nghệ", "sở\nsở ta", "4g\nhà hội nghị"):
        Synonym.objects.create(terms=terms)
    synonyms, _kept = search._synonyms()
    contents = [
        (" ".join(rng.choices(words, k=rng.randint(1, 5))), " ".join(rng.choices(words, k=size)))
        for size in (0, 3, 6, 10, 20, 40)
        for _number in range(30)
    ]
    for title, body in contents:
        write(title, body)
    lengths = itertools.cycle([1, 2, 3, 4, 5, 6, 8, 10])
    for number, length in enumerate(itertools.islice(lengths, 250)):
        if number == 100:  # before it PostgreSQL reads texts for a phrase, from here on a list
            search.keep_phrases()
        query = " ".join(rng.choices(words, k=length))
        expected = {
            f"/{number}/"
            for number, (title, body) in enumerate(contents, start=1)
            if text.matches(query, f"{title} xxx {body}", synonyms)
        }
        found = all_urls(query)
        assert found == expected, query
        assert search.find(query).total == len(expected)


def all_urls(query) -> set[str]:
    pages = range(1, search.find(query).pages + 1)
    return {hit.url for page in pages for hit in search.find(query, page=page).hits}


def test_a_quoted_phrase_stands_side_by_side_and_unquoted_words_keep_their_rule():
    write("một", "hội nghị tổng kết năm 2017")
    write("hai", "hội nghị năm 2017, tổng kết")
    assert titles('"nghi tong ket"') == ["một"]
    assert set(titles('"hội nghị" tổng kết')) == {"một", "hai"}
    assert titles('năm "nghị tổng"') == ["một"]
    assert titles('"nghị tổng" đại hội') == []
    assert titles('"hội nghị') == titles("hội nghị")


def test_a_title_and_a_text_have_no_pair_across_them():
    write("Hội", "nghị")
    assert titles("hoi nghi") == []
    assert titles('"hoi nghi"') == []


def test_document_numbers_are_found_in_their_parts_and_whole():
    write("Quyết định", "Căn cứ Quyết định số 1234/QĐ-UBND ngày 19/01/2018")
    for query in ("1234/QĐ-UBND", "1234 qd ubnd", "1234", "19/01/2018", "qđ-ubnd"):
        assert titles(query) == ["Quyết định"]
    assert titles("1235/QĐ-UBND") == []


def test_accents_change_the_order_and_never_the_hits():
    for words in ("Hà", "Hạ", "ha", "hà nội", "Hả", "há"):
        write(f"bà {words}", "")
    assert {*titles("hà")} == {*titles("ha")} == {*titles("HẠ")}


# --- The order ---


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("hội nghị tổng kết", ("", "hội nghị tổng kết"), ("", "hội nghị, tổng cộng kết thúc")),
        ("tổng kết năm khoa học", ("", "tổng kết năm khoa một học"), ("", "tổng kết năm học khoa")),
        ("Hà", ("bà Hà", ""), ("bà Hạ", "")),
        ("Hà", ("x", "bà Hà"), ("Hạ", "")),
        ("Nguyễn Thị Hà", ("x", "Nguyễn Thị Hà"), ("x", "Nguyễn Thị Hạ, Hà Nội")),
        ("hòa", ("x", "hoà"), ("x", "hoa")),
        ("hội nghị", ("Hội nghị", "x"), ("x", "Hội nghị")),
        ("Hà", ("Hà", "x"), ("Hạ", "Hà")),
        ("khcn", ("Khoa học và công nghệ", "x"), ("x", "KHCN")),
        ('"hội nghị"', ("x", "hội nghị"), ("x", "hôi nghi")),
    ],
)  # fmt: skip
def test_pairs_come_first_then_accents_then_titles(query, better, worse):
    later = datetime(2020, 1, 1, tzinfo=UTC)
    good = write(*better, dated=later - timedelta(days=1))
    bad = write(*worse, dated=later)
    assert [hit.url for hit in search.find(query).hits] == [good.url, bad.url]
    assert [hit.url for hit in search.find(query, by_date=True).hits] == [bad.url, good.url]


def test_equal_hits_come_newest_first_and_pages_never_share_one():
    start = datetime(2018, 1, 1, tzinfo=UTC)
    for number in range(25):
        write(f"tin {number}", "hội nghị", dated=start + timedelta(days=number // 2))
    pages = [titles("hoi nghi", page=page) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert pages[0] + pages[1] + pages[2] == [f"tin {number}" for number in range(24, -1, -1)]
    last = search.find("hoi nghi", page=3)
    assert (last.total, last.pages, last.has_next) == (25, 3, False)


def test_what_has_no_date_comes_last_by_date():
    write("không ngày", "hội nghị")
    write("có ngày", "hội nghị", dated=timezone.now())
    assert titles("hoi nghi", by_date=True) == ["có ngày", "không ngày"]


# --- Filters ---


def test_each_facet_counts_under_the_other_filters():
    new_year = datetime(2017, 12, 31, 17, 30, tzinfo=UTC)  # 2018 in Vietnam
    rows = [
        ("tin-tuc", "khoa-hoc", "van-phong", new_year),
        ("tin-tuc", "khoa-hoc", "", new_year - timedelta(hours=1)),
        ("bao-cao", "hoat-dong", "van-phong", new_year),
        ("nhan-su", "", "van-phong", None),
    ]
    for number, (kind, category, department, dated) in enumerate(rows):
        row = write(f"hội nghị {number}", category=category, department=department, dated=dated)
        SearchEntry.objects.filter(pk=row.pk).update(kind=kind)
    whole = search.find("hoi nghi")
    assert whole.total == 4
    assert whole.facets == {
        "kind": {"tin-tuc": 2, "bao-cao": 1, "nhan-su": 1},
        "category": {"khoa-hoc": 2, "hoat-dong": 1},
        "department": {"van-phong": 3},
        "year": {"2018": 2, "2017": 1},
    }
    some = search.find("hoi nghi", kind="tin-tuc", year="2018")
    assert (some.total, some.without_kind) == (1, 2)
    assert some.facets == {
        "kind": {"bao-cao": 1, "tin-tuc": 1},
        "category": {"khoa-hoc": 1},
        "department": {"van-phong": 1},
        "year": {"2017": 1, "2018": 1},
    }
    assert search.find("hoi nghi", category="khong-co").total == 0
    assert search.find("hoi nghi", year="20188").total == 4


# --- The clock ---


def test_the_clock_alone_shows_and_hides():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        make_article(title="Hẹn giờ", publish_at=now + timedelta(hours=1))
        make_article(title="Hết hạn hẹn", publish_at=now, expire_at=now + timedelta(hours=1))
        assert titles("hen") == ["Hết hạn hẹn"]
        assert [hit.title for hit in search.newest()] == ["Hết hạn hẹn"]
    with time_machine.travel(now + timedelta(hours=1), tick=False):
        assert titles("hen") == ["Hẹn giờ"]
        assert [hit.title for hit in search.newest()] == ["Hẹn giờ"]


def test_a_unit_is_found_from_its_founding_on_and_after_its_end():
    with time_machine.travel("2026-01-01T00:00:00+07:00", tick=False):
        make_department(name="Phòng Mới", founded_on=date(2026, 1, 2))
        make_department(name="Phòng Cũ", closed_on=date(2025, 1, 1))
        assert titles("phong") == ["Phòng Cũ"]
    with time_machine.travel("2026-01-02T00:00:00+07:00", tick=False):
        assert set(titles("phong")) == {"Phòng Mới", "Phòng Cũ"}


# --- What is saved ---


def test_only_what_the_clock_can_show_has_an_entry():
    live = make_article(title="Bài công khai")
    for status in (Status.DRAFT, Status.SUBMITTED, Status.RETURNED):
        make_article(title=f"Bài {status}", status=status)
    make_article(title="Bài đã xoá", deleted_at=timezone.now())
    make_attachment(article=make_article(title="Nháp", status=Status.DRAFT), title="Tệp nháp")
    copy = copies.open_copy(live, by=None)
    copy.title = "Bài đang sửa"
    copy.save()
    assert list(SearchEntry.objects.values_list("title", flat=True)) == ["Bài công khai"]


def test_every_change_of_what_an_article_shows_is_found_at_once():
    article = make_article(title="Bài chính", body="<p>Nội dung <strong>gốc</strong></p>")
    use = make_article_photo(article=article, caption="Chú thích ảnh")
    attachment = make_attachment(article=article, title="Tờ trình")
    chair = make_appointment(full_name="Lê Thị Chủ Trì")
    conference = make_conference(article=article, venue="Hội trường lớn", chair=chair)

    def is_found(query):
        return "Bài chính" in titles(query)

    for query in ("noi dung goc", "chu thich anh", "to trinh", "hoi truong lon", "le thi chu tri"):
        assert is_found(query), query
    use.caption = "Lời khác hẳn"
    use.save()
    assert is_found("loi khac han")
    assert not is_found("chu thich anh")
    use.photo.credit = "Vi Thợ Ảnh"
    use.photo.save()
    assert is_found("vi tho anh")
    attachment.title = "Kế hoạch mới"
    attachment.save()
    assert is_found("ke hoach moi")
    assert titles("ke hoach moi", kind="tai-lieu") == ["Kế hoạch mới"]
    chair.person.full_name = "Lê Thị Đổi Tên"
    chair.person.save()
    assert is_found("le thi doi ten")
    conference.venue = "Nhà văn hoá"
    conference.save()
    assert is_found("nha van hoa")
    use.delete()
    attachment.delete()
    conference.delete()
    for query in ("loi khac han", "ke hoach moi", "nha van hoa", "le thi doi ten"):
        assert not is_found(query), query
    assert titles("ke hoach moi") == []
    article.delete()
    assert titles("bai chinh") == []


def test_verbs_show_and_hide_at_once():
    article = make_article(title="Bài theo bước", status=Status.DRAFT)
    make_attachment(article=article, title="Tệp theo bước")
    both = {"Bài theo bước", "Tệp theo bước"}
    assert titles("theo buoc") == []
    article.publish(by=None)
    assert set(titles("theo buoc")) == both
    article.withdraw("removed", by=None)
    assert titles("theo buoc") == []
    article.publish(by=None)
    assert set(titles("theo buoc")) == both
    article.deleted_at = timezone.now()
    article.save()
    assert titles("theo buoc") == []


def test_unscheduling_takes_away_what_the_clock_would_have_shown():
    article = make_article(publish_at=timezone.now() + timedelta(days=1))
    assert SearchEntry.objects.count() == 1
    article.unschedule(by=None)
    assert SearchEntry.objects.count() == 0


def test_a_merged_working_copy_is_found_with_its_new_words_and_files():
    article = make_article(title="Bài cũ")
    make_article_photo(article=article, caption="Ảnh cũ", alt="Một người")
    make_attachment(article=article, title="Tệp cũ")
    copy = copies.open_copy(article, by=None)
    copy.title = "Bài mới"
    copy.save()
    copy.photos.update(caption="Ảnh mới")
    copy.attachments.update(title="Tệp mới")
    assert titles("moi") == []
    copy.publish(by=None)
    assert set(titles("moi")) == {"Bài mới", "Tệp mới"}
    assert titles("anh moi") == ["Bài mới"]
    assert titles("cu") == []


def test_people_and_units_follow_their_posts_and_names():
    unit = make_department(name="Phòng Kỹ thuật", aliases="Tổ máy tính", functions="<p>Sửa máy</p>")
    person = make_person(full_name="Hoàng Văn Thụ")
    post = make_position(department=unit, title="Trưởng phòng")
    term = make_appointment(person=person, position=post, started_on=date(2020, 1, 1))
    assert titles("to may tinh") == ["Phòng Kỹ thuật"]
    assert titles("sua may") == ["Phòng Kỹ thuật"]
    assert titles("truong phong") == ["Hoàng Văn Thụ"]
    unit.aliases = "Tổ công nghệ"
    unit.name = "Phòng Công nghệ số"
    unit.save()
    assert titles("to may tinh") == []
    assert set(titles("phong cong nghe so")) == {"Phòng Công nghệ số", "Hoàng Văn Thụ"}
    post.title = "Quản đốc"
    post.save()
    assert titles("quan doc") == ["Hoàng Văn Thụ"]
    term.delete()
    assert titles("quan doc") == []
    person.delete()
    assert titles("hoang van thu") == []


def test_a_post_that_begins_later_is_not_told():
    person = make_person(full_name="Hoàng Văn Thụ")
    post = make_position(title="Chánh thanh tra")
    make_appointment(person=person, position=post, started_on=timezone.localdate() + timedelta(9))
    assert titles("chanh thanh tra") == []
    assert titles("hoang van thu") == []  # whoever is to come is not told beforehand
    with time_machine.travel(timezone.now() + timedelta(9)):
        assert titles("hoang van thu") == ["Hoàng Văn Thụ"]
    make_appointment(person=person, position=make_position(title="Chuyên viên"))
    assert titles("hoang van thu") == ["Hoàng Văn Thụ"]
    assert titles("chanh thanh tra") == []


def test_a_new_address_of_a_category_or_unit_moves_its_articles():
    category, unit = make_category(name="Khoa học"), make_department(name="Văn phòng")
    article = make_article(title="Bài", category=category, department=unit)
    make_attachment(article=article, title="Bài tệp")
    category.slug = "nghien-cuu"
    category.save()
    unit.slug = "van-phong-so"
    unit.save()
    found = search.find("bai")
    assert found.facets["category"] == {"nghien-cuu": 2}
    assert found.facets["department"] == {"van-phong-so": 2}


def test_a_proxy_of_the_article_is_followed_too():
    report = Report.objects.create(
        title="Báo cáo năm", category=make_category(), kind=Article.Kind.REPORT,
        status=Status.PUBLISHED,
    )  # fmt: skip
    assert titles("bao cao nam") == ["Báo cáo năm"]
    Report.objects.get(pk=report.pk).delete()
    assert titles("bao cao nam") == []


def test_a_failed_transaction_leaves_the_index_as_it_was():
    article = make_article(title="Bài cũ")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        article.title = "Bài mới"
        article.save()
        1 / 0  # noqa: B018
    assert titles("bai") == ["Bài cũ"]


# --- Rebuilding ---


def test_a_rebuilt_index_equals_what_saving_makes():
    sample.load()
    make_attachment(article=Article.objects.published().first(), title="Tờ trình")
    kept = entries()
    assert len(kept) > 15
    SearchEntry.objects.filter(pk__in=SearchEntry.objects.values("pk")[:5]).delete()
    SearchEntry.objects.update(title="sai", folded_text="sai", year=1)
    stale = SearchEntry.objects.first()
    stale.pk, stale.object_id = None, 999_999
    stale.save()
    out = StringIO()
    call_command("rebuild_search", stdout=out)
    assert entries() == kept
    assert str(len(kept)) in out.getvalue()
    assert titles("sai") == []
    assert SEED in titles("hoi nghi tong ket")


def test_batches_of_a_rebuild_meet_without_a_gap(monkeypatch):
    monkeypatch.setattr(search, "BATCH", 2)
    made = [make_article(title=f"Bài {number}") for number in range(5)]
    Article.objects.filter(pk=made[2].pk).update(status=Status.DRAFT)
    with CaptureQueriesContext(connection) as captured:
        assert search.rebuild() == 4
    assert set(titles("bai")) == {"Bài 0", "Bài 1", "Bài 3", "Bài 4"}
    sorted_in = sum("gin_clean_pending_list" in query["sql"] for query in captured)
    assert sorted_in == (3 + 1 if connection.vendor == "postgresql" else 0)


def token_index() -> tuple[list[str], int]:
    """How PostgreSQL's index takes new tokens, and the pages of those that are not sorted in."""
    if connection.vendor != "postgresql":
        return (["fastupdate=off"], 0)
    name = "portal_searchentry_tokens"
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [name])
        (options,) = cursor.fetchone()
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [name])
        return options, cursor.fetchone()[0]


AS_MIGRATED = (["fastupdate=off"], 0)


def test_what_a_bulk_has_not_sorted_in_yet_is_found():
    with search_sql.bulk_writing("default") as sort_in:
        make_article(title="Bài một")
        assert titles("bai mot") == ["Bài một"]
        sort_in()
        assert token_index()[1] == 0
        make_article(title="Bài hai")
    assert token_index() == AS_MIGRATED
    assert set(titles("bai")) == {"Bài một", "Bài hai"}


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(monkeypatch):
    make_article(title="Bài một")
    monkeypatch.setattr(search, "_sources", {Article: None})
    with pytest.raises(AttributeError):
        search.rebuild()
    assert token_index() == AS_MIGRATED
    assert titles("bai") == ["Bài một"]


def test_the_end_of_a_bulk_that_was_killed_is_made_up_for():
    """By `migrate`, as every update calls it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER INDEX portal_searchentry_tokens SET (fastupdate = on)")
    make_article(title="Bài một")
    search_sql.prepare("default")
    assert token_index() == AS_MIGRATED


def test_sqlites_triggers_come_back_after_a_table_was_rebuilt():
    make_article(title="Bài một")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in ("added", "changed", "deleted"):
                cursor.execute(f"DROP TRIGGER portal_searchentry_{name}")
        make_article(title="Bài hai")
        assert ("Bài hai" in titles("bai")) is (connection.vendor != "sqlite")
        search_sql.prepare("default")
        make_article(title="Bài ba")
        assert set(titles("bai")) == {"Bài một", "Bài hai", "Bài ba"}
        if connection.vendor == "sqlite":
            for table in ("portal_searchindex", "portal_searchtitles"):
                check = f"INSERT INTO {table}({table}) VALUES ('integrity-check')"  # noqa: S608
                cursor.execute(check)


def looked_up() -> set[tuple[int, str]]:
    """The entries and the syllables and pairs that SQLite looks them up by; PostgreSQL has none."""
    if connection.vendor != "sqlite":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.tokens"
            " USING fts5vocab(main, portal_searchtokens, instance)"
        )
        cursor.execute("SELECT doc, term FROM temp.tokens")
        return set(cursor.fetchall())


def to_look_up() -> set[tuple[int, str]]:
    """The same, made from the entries."""
    if connection.vendor != "sqlite":
        return set()
    found = set()
    for entry in SearchEntry.objects.all():
        for name in ("folded_title", "folded_text", "toned_title", "toned_text"):
            words = getattr(entry, name).split()
            tokens = {*words, *(f"{a}_{b}" for a, b in itertools.pairwise(words))}
            if name.endswith("title"):
                tokens |= {f"^{token}" for token in tokens}
            found |= {(entry.pk, token) for token in tokens}
    return found


def test_sqlites_index_of_pairs_follows_every_change():
    first = write("một", 'ở "trung tâm" dữ liệu\\của tỉnh_Lạng_Sơn')
    second = write("Trung tâm", "")
    write("ba", "x " * 500 + "cuối cùng")
    assert looked_up() == to_look_up()
    first.folded_text, first.toned_text = "mot hai ba", "môt·5 hai·0 ba·0"
    first.save()
    assert looked_up() == to_look_up()
    second.delete()
    SearchEntry.objects.filter(title="ba").update(folded_title="bon")
    assert looked_up() == to_look_up()
    search.rebuild()
    assert looked_up() == to_look_up()


def test_sqlites_triggers_of_an_older_release_are_made_anew():
    write("một", "trung tâm dữ liệu")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TABLE portal_searchtokens")
            for name in ("added", "changed", "deleted"):
                cursor.execute(f"DROP TRIGGER portal_searchentry_{name}")
                cursor.execute(
                    f"CREATE TRIGGER portal_searchentry_{name} AFTER INSERT"
                    " ON portal_searchentry BEGIN SELECT 1; END"
                )
        search_sql.prepare("default")
        write("hai", "trung tâm")
        assert set(titles("trung tam")) == {"một", "hai"}
        assert looked_up() == to_look_up()


# --- Phrases of synonyms, on PostgreSQL ---


def held() -> dict[str, set[int]]:
    """The entries that are kept for each phrase; SQLite keeps none."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT phrase, id FROM portal_searchphrase")
        rows = cursor.fetchall()
    kept = {phrase: set() for phrase, pk in rows if pk == 0}
    for phrase, pk in rows:
        kept[phrase] |= {pk} - {0}
    return kept


def holding(*phrases: str) -> dict[str, set[int]]:
    """What must be kept for these phrases, read from the entries."""
    if connection.vendor != "postgresql":
        return {}
    return {
        f" {phrase} ": {
            entry.pk
            for entry in SearchEntry.objects.all()
            if f" {phrase} " in f" {entry.folded_text} "
            or f" {phrase} " in f" {entry.folded_title} "
        }
        for phrase in phrases
    }


@pytest.fixture
def data_centre():
    """One group of synonyms with a phrase of four syllables, kept."""
    Synonym.objects.all().delete()
    group = Synonym.objects.create(terms="TTDL\ntrung tâm dữ liệu\ndữ liệu")
    search.keep_phrases()
    return group


CENTRE = "trung tam du lieu"


def test_the_entries_of_two_kept_phrases_are_not_joined(data_centre):
    """PostgreSQL expects few of them, and would go through the second for each of the first."""
    Synonym.objects.create(terms="KHCN\nkhoa học và công nghệ")
    search.keep_phrases()
    write("một", "trung tâm dữ liệu khoa học và công nghệ")
    with CaptureQueriesContext(connection) as asked:
        assert titles('"trung tâm dữ liệu" khcn') == ["một"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {asked[-1]['sql']}")
            assert "Semi Join" not in str(cursor.fetchall())


def test_postgresql_has_the_memory_to_look_up_a_million_ids():
    """32 bytes each, in twice its `work_mem`; without, it reads through them for each hit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('work_mem'), current_setting('jit')")
            assert cursor.fetchone() == ("64MB", "off")


def test_entries_of_a_kept_phrase_follow_every_change(data_centre):
    first = write("một", "ở trung tâm dữ liệu của tỉnh")
    other = write("Trung tâm dữ liệu", "hai")
    write("ba", "trung tâm và dữ liệu; tâm dữ liệu trung")
    assert held() == holding(CENTRE)
    assert set(titles("ttdl")) == {"một", "Trung tâm dữ liệu", "ba"}
    first.folded_text = "trung tam dich vu"
    first.save()
    write("bốn", "trung tâm dữ liệu")
    other.delete()
    assert held() == holding(CENTRE)
    SearchEntry.objects.filter(title="bốn").update(folded_text="")
    assert held() == holding(CENTRE)
    search.rebuild()
    assert held() == holding(CENTRE)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE portal_searchentry")
            assert held() == {f" {CENTRE} ": set()}


def test_a_quoted_phrase_that_is_kept_is_found_as_one_that_is_read(data_centre):
    write("một", "ở trung tâm dữ liệu của tỉnh")
    write("hai", "trung tâm dữ, tâm dữ liệu, trung tâm")
    for words in ('"trung tâm dữ liệu"', '"trung tâm dữ liệu" tỉnh', '"dữ liệu của tỉnh" ttdl'):
        assert titles(words) == ["một"]


def test_a_synonym_that_staff_save_or_delete_is_kept_or_given_up(
    data_centre, django_capture_on_commit_callbacks
):
    write("một", "viện công nghệ cao và trung tâm dữ liệu")
    with django_capture_on_commit_callbacks(execute=True):
        group = Synonym.objects.create(terms="VCNC\nviện công nghệ cao")
    assert held() == holding(CENTRE, "vien cong nghe cao")
    with django_capture_on_commit_callbacks(execute=True):
        data_centre.delete()
    assert held() == holding("vien cong nghe cao")
    with django_capture_on_commit_callbacks(execute=True):
        group.terms = "VCNC\nviện công nghệ"
        group.save()
    assert held() == holding("vien cong nghe")
    assert titles("vcnc") == ["một"]


def test_a_synonym_that_came_by_sql_is_found_by_reading(data_centre):
    write("một", "viện công nghệ cao")
    write("hai", "viện công nghệ, công nghệ cao")
    Synonym.objects.filter(pk=data_centre.pk).update(terms="VCNC\nviện công nghệ cao")
    assert titles("vcnc") == ["một"]


@pytest.mark.parametrize(("words", "is_read"), [("ttdl", False), ('"dữ liệu của tỉnh"', True)])
def test_no_text_is_read_for_a_kept_phrase(data_centre, words, is_read):
    write("một", "trung tâm dữ liệu của tỉnh")
    with CaptureQueriesContext(connection) as captured:
        assert titles(words) == ["một"]
    if connection.vendor == "postgresql":
        assert ("portal_searchtext" in captured.captured_queries[-1]["sql"]) is is_read


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_written_first", [True, False])
def test_an_entry_written_while_a_phrase_comes_is_kept_for_it(is_written_first):
    """On PostgreSQL; SQLite has one writer and keeps no phrases."""
    if connection.vendor != "postgresql":
        return
    Synonym.objects.all().delete()
    Synonym.objects.bulk_create([Synonym(terms=f"TTDL\n{CENTRE}")])
    owner = ContentType.objects.get_for_model(Category)

    def add():
        entry = search.Entry(kind="tin-tuc", url="/", title="một", text="trung tâm dữ liệu")
        search._as_row(entry, owner, 1).save()

    first, second = (add, search.keep_phrases)[:: 1 if is_written_first else -1]

    in_turn(first, second)
    assert held() == holding(CENTRE)
    assert len(held()[f" {CENTRE} "]) == 1
    Synonym.objects.all().delete()


# --- Synonyms ---


def test_an_edited_synonym_holds_from_the_next_search_on():
    make_article(title="Trung tâm dữ liệu")
    group = Synonym.objects.create(terms="TTDL\ntrung tâm dữ liệu")
    assert titles("ttdl") == ["Trung tâm dữ liệu"]
    group.terms = "TTDL\ntrại trẻ"
    group.save()
    assert titles("ttdl") == []


@pytest.mark.parametrize("terms", ["KHCN", "KHCN\n\n", "KHCN\nkhcn", "…\nKHCN", "a\n" + "b" * 200])
def test_a_synonym_group_has_two_different_words_of_decent_length(terms):
    with pytest.raises(ValidationError):
        Synonym(terms=terms).full_clean()


def test_the_abbreviations_are_there_from_the_start():
    Synonym(terms="VKH\nviện khoa học").full_clean()
    groups = {tuple(group.term_list) for group in Synonym.objects.all()}
    assert groups == set(text.DEFAULT_SYNONYMS)


# --- Hostile queries ---

HOSTILE = [
    *("", " ", '"', '""', "“”", "*", "a*", "-a", "^a", "(", ")", "a AND", "NEAR(a b)", "a OR b"),
    *("title:a", "{a}:b", "'; DROP TABLE portal_searchentry; --", "%", "_", "\\", "' OR 1=1"),
    *("a & b | !c", "a:*", "<-> a", "''::tsquery", "\x00", "a\x00b", "\ud800", "a\ud800b", "💥"),
    *("한국어", "中文", "\u202e", "a\u0301" * 300, "x" * 10_000, "a " * 5_000, '"a" ' * 2_000),
    *("%s", "%(a)s", "{}", "a\nb", "ﬁ", "İI", "ß", "²", "ⅷ", "'" * 200, "“a", "a”", "»a«"),
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_query_breaks_nothing(query):
    make_article(title="Một bài thường")
    started = time.process_time()
    found = search.find(query, kind=query, category=query, department=query, year=query)
    assert found.total == 0
    assert len(found.query) <= 200
    search.find("thuong", kind=query, category=query, department=query, year=query)
    assert time.process_time() - started < 2


def test_twenty_words_and_more_do_not_explode():
    words = "sở khoa học và công nghệ tỉnh lạng sơn tổ chức hội nghị tổng kết công tác năm ủy ban"
    make_article(title="Bài", body=f"<p>{words} nhân dân</p>")
    Synonym.objects.create(terms="tỉnh\n" + "\n".join(f"tỉnh {one}" for one in "abcdefg"))
    started = time.process_time()
    assert titles(f"{words} nhân dân") == ["Bài"]
    assert time.process_time() - started < 1


def test_a_very_long_word_and_a_very_long_text_can_be_saved():
    rng = random.Random(1)  # noqa: S311
    words = " ".join(str(rng.random()) for _ in range(20_000))
    make_article(title="Bài dài", body=f"<p>đầu {'x' * 5000} {words}</p>")
    assert titles("dau") == ["Bài dài"]
    assert titles("x" * 200) == []


def test_queries_do_not_grow_with_the_entries(django_assert_num_queries):
    for number in range(30):
        write(f"hội nghị {number}", "tổng kết")
    with django_assert_num_queries(2):
        search.find("hội nghị tổng kết")
    with django_assert_num_queries(1):
        search.newest()


def test_a_very_long_text_in_other_letters_can_be_saved():
    rng = random.Random(1)  # noqa: S311
    letters = [chr(code) for code in range(0x4E00, 0x9FFF)]
    words = " ".join("".join(rng.choices(letters, k=3)) for _ in range(60_000))
    make_article(title="Bài chữ Hán", body=f"<p>đầu {words}</p>")
    assert titles("dau") == ["Bài chữ Hán"]


def test_names_of_a_unit_and_posts_of_a_person_are_parted_on_the_line_of_a_result():
    unit = make_department(name="Văn phòng Sở", short_name="VP Sở", aliases="VPS\nPhòng Văn thư")
    person = make_person(full_name="Lê Thị Lan")
    for title, rank in (("Chánh Văn phòng", 1), ("Kế toán trưởng", 2)):
        position = make_position(department=unit, title=title, rank=rank)
        make_appointment(person=person, position=position)
    lines = {
        hit.title: "".join(words for words, _is_hit in hit.snippet)
        for query in ("vps", "Lê Thị Lan")
        for hit in search.find(query).hits
    }
    assert lines == {
        "Văn phòng Sở": "VP Sở; VPS; Phòng Văn thư",
        "Lê Thị Lan": "Chánh Văn phòng, Văn phòng Sở; Kế toán trưởng, Văn phòng Sở",
    }


def test_a_word_belongs_to_one_group_of_synonyms():
    group = Synonym.objects.get(terms__startswith="UBND")
    with pytest.raises(ValidationError, match="ủy ban nhân dân"):
        Synonym(terms="Ubnd\nkhác hẳn").full_clean()
    group.full_clean()


# --- The way to an answer ---


def _ranked_in_full(monkeypatch, query, **options) -> list[str]:
    """The addresses of all pages as they come when every hit is ranked."""
    with monkeypatch.context() as patch:
        patch.setattr(search._Statement, "_ranked", _every_hit)
        return all_in_order(query, **options)


def _every_hit(statement, _needed):
    rank = statement._rank()
    where = statement._where(statement.filters)
    return f"SELECT id, dated, {rank} AS rank FROM hits{where}"  # noqa: S608


def all_in_order(query, **options) -> list[str]:
    pages = range(1, search.find(query, **options).pages + 1)
    return [hit.url for page in pages for hit in search.find(query, page=page, **options).hits]


@pytest.mark.parametrize("filters", [{}, {"year": "2018"}], ids=["all", "2018"])
def test_the_best_hits_alone_stand_in_the_order_of_all(monkeypatch, filters):
    rng = random.Random(64)  # noqa: S311
    words = "Hà hạ hội hồi nghị nghi khoa học và công nghệ tổng kết 2017 khcn năm".split()
    for number in range(120):
        title, body = rng.choices(words, k=3), rng.choices(words, k=24)
        dated = datetime(2017 + number % 2, 6, 1, tzinfo=UTC) + timedelta(days=rng.randrange(9))
        write(" ".join(title), " ".join(body), dated=dated)
    queries = ["Hà", "ha", "hội nghị", "hoi nghi", "khcn", "khcn 2017", "hội nghị tổng kết", '"hà"']
    queries += ["hoi nghi tong ket nam khoa", "hội nghị tổng kết năm khoa học", "2017"]
    for query in queries:
        whole = _ranked_in_full(monkeypatch, query, **filters)
        assert all_in_order(query, **filters) == whole, query
    assert max(len(all_in_order(query, **filters)) for query in queries) > 2 * search.PAGE_SIZE


@pytest.mark.parametrize("number", [9, 10, 11])
def test_a_page_that_the_best_hits_do_not_fill_is_filled_with_the_others(number):
    start = datetime(2018, 1, 1, tzinfo=UTC)
    for day in range(number):
        write(f"tốt {day}", "bà Hà", dated=start + timedelta(days=day))
    for day in range(12 - number):
        write(f"kém {day}", "bà Hạ", dated=start + timedelta(days=100 + day))
    expected = [f"tốt {day}" for day in reversed(range(number))]
    expected += [f"kém {day}" for day in reversed(range(12 - number))]
    assert titles("Hà") + titles("Hà", page=2) == expected


@pytest.mark.parametrize("number", [9, 10, 11])
def test_titles_that_hold_what_is_typed_come_first_and_others_fill_the_page(number):
    start = datetime(2018, 1, 1, tzinfo=UTC)
    words = "Hội nghị tổng kết"
    for day in range(number):
        write(f"{words} {day}", dated=start + timedelta(days=day))
    for day in range(12 - number):
        write(f"trong bài {day}", words, dated=start + timedelta(days=100 + day))
    write("Hội nghị kết tổng", dated=start + timedelta(days=200))
    write(f"{words}, đã gỡ", dated=start + timedelta(days=300), public_until=start)
    expected = [f"{words} {day}" for day in reversed(range(number))]
    expected += [f"trong bài {day}" for day in reversed(range(12 - number))]
    expected.append("Hội nghị kết tổng")
    assert titles(words) + titles(words, page=2) == expected


def test_an_abbreviation_and_what_it_stands_for_are_hits_alike_and_nothing_near_is():
    write("viết tắt", "KHCN")
    write("viết rời", "KH&CN")
    write("viết đủ", "khoa học và công nghệ")
    write("từng cặp", "khoa học và, học và công, và công nghệ")
    assert set(titles("khcn")) == {"viết tắt", "viết rời", "viết đủ"}


def test_filters_and_counts_follow_an_update_without_signals():
    for number in range(3):
        write(f"hội nghị {number}", category="cu", dated=datetime(2018, 6, 1, tzinfo=UTC))
    SearchEntry.objects.filter(title="hội nghị 1").update(category="moi", year=2020)
    assert search.find("hoi nghi").facets["category"] == {"cu": 2, "moi": 1}
    assert search.find("hoi nghi").facets["year"] == {"2018": 2, "2020": 1}
    assert titles("hoi nghi", category="moi", year="2020") == ["hội nghị 1"]
    assert search.find("hoi nghi", category="cu").facets["year"] == {"2018": 2}
    SearchEntry.objects.filter(title="hội nghị 1").update(
        public_until=timezone.now() - timedelta(days=1)
    )
    assert search.find("hoi nghi").facets["category"] == {"cu": 2}
    assert search.find("hoi nghi").total == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("kind", "bao-cao"), ("category", "moi"), ("department", "moi"), ("year", 2020)],
)
def test_counts_follow_each_filter_that_changes_alone(name, value):
    old = {"category": "cu", "department": "cu", "dated": datetime(2018, 6, 1, tzinfo=UTC)}
    for number in range(2):
        write(f"hội nghị {number}", **old)
    SearchEntry.objects.filter(title="hội nghị 1").update(**{name: value})
    facet = search.find("hoi nghi").facets[name]
    assert (facet[str(value)], sum(facet.values())) == (1, 2)


@pytest.mark.django_db(transaction=True)
def test_two_who_bring_a_new_category_at_once_are_counted_under_one():
    """On PostgreSQL; SQLite has one writer."""
    if connection.vendor != "postgresql":
        return
    owner = ContentType.objects.get_for_model(Category)

    def add(number):
        entry = search.Entry(kind="tin-tuc", url="/", title="hội nghị", category="moi-tinh")
        search._as_row(entry, owner, number).save()

    in_turn(lambda: add(1), lambda: add(2))
    assert search.find("hoi nghi").facets["category"] == {"moi-tinh": 2}


def test_counts_under_two_filters_are_those_of_the_entries_that_meet_both():
    rng = random.Random(7)  # noqa: S311
    rows = []
    for number in range(60):
        row = {
            "category": rng.choice(["", "a", "b", "c"]),
            "department": rng.choice(["", "x", "y"]),
        }
        day = datetime(rng.choice([2016, 2017, 2018]), 6, 1, tzinfo=UTC)
        write(f"hội nghị {number}", dated=day, **row)
        rows.append(row | {"year": str(day.year), "kind": "tin-tuc"})
    chosen = {"category": ["a", "b"], "year": "2017"}
    found = search.find("hoi nghi", **chosen)

    def meets(row, *names):
        return all(row[name] in chosen[name] for name in names)

    assert found.total == sum(meets(row, "category", "year") for row in rows)
    for name, names in (
        ("kind", ("category", "year")),
        ("department", ("category", "year")),
        ("category", ("year",)),
        ("year", ("category",)),
    ):
        values = [row[name] for row in rows if meets(row, *names) and row[name]]
        assert found.facets[name] == {value: values.count(value) for value in values}, name
