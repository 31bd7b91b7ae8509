"""A site full of articles in Vietnamese, the same ones for the same seed.

Rows are made in batches, so that memory stays bounded at any number.
"""

from __future__ import annotations

import importlib.util
import io
import itertools
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command, get_commands
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image
from pypdf import PdfWriter

from departments.models import Appointment, Contact, Department, Person, Position, SiteSettings
from news.models import (
    Article,
    ArticleDepartment,
    ArticlePerson,
    ArticlePhoto,
    ArticleUpdate,
    Attachment,
    Category,
    Conference,
    Photo,
)
from news.sample import articles as sample
from portal import richtext
from portal.publishing import Status
from tests.bench import words

BATCH = 1000
YEARS = 15
REVIEW_YEARS = 30
PARAGRAPH = 400  # characters, about
# After so many places all that goes by an article's place begins anew (Plan): of 10, 12, 13, 36.
PERIOD = 2340
# The photographs that scikit-image ships; its code, slow to load, is not asked.
_PICTURES = Path(importlib.util.find_spec("skimage").origin).with_name("data")
PICTURES = ("coffee.png", "rocket.jpg", "chelsea.png", "astronaut.png", "hubble_deep_field.jpg")

# What the samples say, so that the portal's own phrases are frequent as on the real site.
_SAMPLE_SENTENCES = [
    sentence.strip()
    for story in sample.STORIES
    for sentence in re.split(r"(?<=[.…])\s+(?=[A-ZĐ])", richtext.plain_text(story.body))
    if len(sentence) > 40
]
_SENTENCES = [*words.SENTENCES, *words.SENTENCES, *_SAMPLE_SENTENCES]


class Writer:
    """Writes titles and texts; all its chance comes from one seed."""

    def __init__(self, seed: int):
        self.random = Random(seed)  # noqa: S311 - nothing secret

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def person(self) -> str:
        kinds = (words.SURNAMES, words.MIDDLE_NAMES, words.GIVEN_NAMES)
        return " ".join(map(self.random.choice, kinds))

    def fill(self, pattern: str) -> str:
        """A pattern of `words` with its places filled."""
        roll, year = self.random, self.random.randint(2008, 2025)
        return pattern.format(
            place=roll.choice(words.PLACES),
            product=roll.choice(words.PRODUCTS),
            subject=roll.choice(words.SUBJECTS),
            person=self.person(),
            number=roll.randint(1, 3999),
            count=roll.randint(2, 99),
            year=year,
            later=year + 5,
            day=f"{roll.randint(1, 28):02}/{roll.randint(1, 12):02}/{year}",
        )

    def line(self, patterns) -> str:
        return self.fill(self.random.choice(patterns))

    def paragraph(self) -> str:
        sentences, length = [], 0
        while length < PARAGRAPH - 60:
            sentence = self.random.choice(_SENTENCES)
            sentence = self.fill(sentence) if "{" in sentence else sentence
            sentences.append(sentence)
            length += len(sentence)
        return f"<p>{escape(' '.join(sentences), quote=False)}</p>"

    def body(self, photos: int) -> str:
        """Five to eight paragraphs, a place for each photo after one of the first of them."""
        blocks = [self.paragraph() for _number in range(self.random.randint(5, 8))]
        for ref in range(photos, 0, -1):
            blocks.insert(2 * ref - 1, f'<figure data-photo="{ref}"></figure>')
        return "".join(blocks)


@dataclass
class Frame:
    """What articles hang on."""

    departments: list[Department]
    directors: list[Appointment]
    categories: list[Category]
    photos: list[Photo]
    document: Attachment


def load(
    count: int,
    *,
    seed: int = 2018,
    photos: int = 30,
    now: datetime | None = None,
    newest: int | None = None,
) -> None:
    """Fill an empty site with `count` published articles that end just before `now`.

    `newest`: beside the reports write no more than so many of them, the last, under the ids that
    they have among all; the place before them stays free (tests/bench/copies.py).
    """
    writer = Writer(seed)
    now = now or timezone.now()
    with transaction.atomic():
        frame = _frame(writer, photos)
    reports = _reports(count, writer)
    plans = itertools.chain(reports, _others(count - len(reports), writer, now, newest))
    if newest:
        ids = itertools.chain(range(1, len(reports) + 1), itertools.count(count - newest + 1))
        plans = (replace(plan, pk=pk) for plan, pk in zip(plans, ids, strict=False))
    while batch := list(itertools.islice(plans, BATCH)):
        with transaction.atomic():
            _store(batch, frame, writer)


# ── The frame ───────────────────────────────────────────────────────────────────────────────────
def _frame(writer: Writer, photos: int) -> Frame:
    departments = _departments(writer)
    return Frame(
        departments,
        _people(departments, writer),
        _categories(),
        [_photo(number, writer) for number in range(photos)],
        _document(),
    )


def _departments(writer: Writer) -> list[Department]:
    """The agency first, then its units, then theirs."""
    agency = Department.objects.create(**sample.AGENCY, kind=Department.Kind.DEPARTMENT)
    Contact.objects.create(department=agency, **sample.CONTACT)
    SiteSettings(
        agency=agency,
        superior_body=sample.SUPERIOR_BODY,
        responsible_person="Nguyễn Thị Hà, Giám đốc Sở",
    ).save()
    kinds = Department.Kind
    units = [_unit(name, kinds.DIVISION, agency, writer) for name in words.DIVISIONS]
    branches = [_unit(name, kinds.SUB_DEPARTMENT, agency, writer) for name in words.BRANCHES]
    rooms = [
        _unit(name, kinds.DIVISION, branches[number % 2], writer)
        for number, name in enumerate(words.ROOMS)
    ]
    return [agency, *units, *branches, *rooms]


def _unit(name: str, kind: str, parent: Department, writer: Writer) -> Department:
    functions = writer.paragraph() + writer.paragraph()
    order = Department.objects.count()
    unit = Department.objects.create(
        name=name, kind=kind, parent=parent, order=order, functions=functions
    )
    Contact.objects.create(
        department=unit,
        label=name,
        phone=f"(0205) 3.87{writer.random.randint(1000, 9999)}",
        email=f"donvi{unit.pk}@example.org",
    )
    return unit


def _people(departments: list[Department], writer: Writer) -> list[Appointment]:
    """A head for every unit, three deputies of the agency; returns the directors of all times."""
    agency, *units = departments
    post = _post(agency, "Giám đốc", rank=1, seats=1)
    names = ("Lương Đăng Khoa", "Nguyễn Thị Hà", "Hoàng Minh Tuấn")
    starts = (date(1996, 1, 1), date(2012, 1, 1), date(2021, 1, 1), None)
    directors = [
        _appoint(name, post, start, until and until - timedelta(days=1))
        for name, start, until in zip(names, starts, starts[1:], strict=False)
    ]
    deputy = _post(agency, "Phó Giám đốc", rank=2, seats=3)
    for _number in range(3):
        _appoint(writer.person(), deputy, date(2019, 6, 1))
    for unit in units:
        head = _post(unit, "Trưởng phòng", rank=1, seats=1)
        _appoint(writer.person(), head, date(2018, writer.random.randint(1, 12), 1))
    return directors


def _post(department: Department, title: str, **fields) -> Position:
    leads = department.parent_id is None
    return Position.objects.create(
        department=department, title=title, is_leadership=leads, **fields
    )


def _appoint(name: str, position: Position, start: date, end: date | None = None) -> Appointment:
    person = Person.objects.create(
        full_name=name,
        email=f"canbo{Person.objects.count() + 1}@example.org",
        biography=f"<p>{name} công tác tại Sở từ năm {start.year}.</p>",
    )
    return Appointment.objects.create(
        person=person, position=position, started_on=start, ended_on=end
    )


def _categories() -> list[Category]:
    found = []
    for order, (name, below) in enumerate(words.CATEGORIES.items(), start=1):
        parent = Category.objects.create(
            name=name, order=order, description=sample.CATEGORIES[name]
        )
        found += [parent, *(Category.objects.create(name=one, parent=parent) for one in below)]
    return found


def picture_file(number: int) -> Path:
    """One of the real photographs."""
    return _PICTURES / PICTURES[number % len(PICTURES)]


def _photo(number: int, writer: Writer) -> Photo:
    """A part of a real photograph, large enough for every width that the site makes."""
    picture = number % len(PICTURES)
    image = Image.open(picture_file(number)).convert("RGB")
    left, top = writer.random.randint(0, 60), writer.random.randint(0, 40)
    width = image.width - 60
    box = (left, top, left + width, top + min(width * 2 // 3, image.height - 40))
    buffer = io.BytesIO()
    image.resize((1400, 933), box=box).save(buffer, "JPEG", quality=85)
    upload = SimpleUploadedFile(f"anh-{number + 1}.jpg", buffer.getvalue())
    photo = Photo.objects.from_upload(upload)
    photo.alt, photo.credit = words.ALTS[picture], "Ảnh mẫu"
    photo.save()
    return photo


def _document() -> Attachment:
    """The facts of a stored PDF, on no article yet."""
    pdf, buffer = PdfWriter(), io.BytesIO()
    pdf.add_blank_page(width=595, height=842)
    pdf.write(buffer)
    upload = SimpleUploadedFile("tai-lieu.pdf", buffer.getvalue(), content_type="application/pdf")
    stored = Attachment._meta.get_field("file").admit(upload)
    return Attachment(
        file=stored.name,
        type=stored.type,
        size=stored.size,
        pages=stored.pages,
        checksum=stored.checksum,
    )


# ── Articles ────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Plan:
    """What one article will be; `year`: the year under review of a report.

    `place`: how many of its kind are newer. What makes a list heavier or lighter goes by it, so
    that the first page is the same work at every size; all of it comes again after PERIOD places.
    """

    place: int
    kind: str
    title: str
    publish_at: datetime
    year: int = 0
    pk: int | None = None

    @property
    def photos(self) -> int:
        """Two of three articles have some, in a list of all as in a list of one category."""
        turn = (self.place + self.place // 12) % 3
        return turn and 1 + self.place % 3


def _reports(count: int, writer: Writer) -> list[Plan]:
    """Two reports for each of the last review years, as long as other articles are left."""
    last = timezone.localdate().year - 2
    years = [year for year in range(last, last - REVIEW_YEARS, -1) for _twice in range(2)]
    years = years[: count * 3 // 5]
    return [_report(place, year, writer) for place, year in enumerate(years)]


def _report(place: int, year: int, writer: Writer) -> Plan:
    title = (
        f"Hội nghị tổng kết hoạt động khoa học công nghệ năm {year} và triển khai nhiệm vụ, "
        f"kế hoạch công tác năm {year + 1}"
    )
    day = datetime(year + 1, 1, writer.random.randint(20, 28), 4, 11)
    return Plan(place, Article.Kind.REPORT, title, timezone.make_aware(day), year)


def step(count: int) -> timedelta:
    """From one of `count` articles that are no reports to the next."""
    return timedelta(days=365 * YEARS) / max(count, 1)


def _others(count: int, writer: Writer, now: datetime, newest: int | None):
    """News and a notice now and then, evenly over the years, the newest last, or these alone."""
    first = now - timedelta(days=365 * YEARS)
    for number in range(count - newest if newest else 0, count):
        place = count - number - 1
        kind = Article.Kind.NOTICE if place % 13 == 3 else Article.Kind.NEWS
        moment = first + step(count) * (number + writer.random.random() * 0.9)
        yield Plan(place, kind, writer.line(words.TITLES), moment)


def _store(plans: list[Plan], frame: Frame, writer: Writer) -> None:
    articles = Article.objects.bulk_create(_article(plan, frame, writer) for plan in plans)
    for make in (_units_concerned, _documents, _notes, _people_named, _related):
        _bulk(make(articles, frame, writer))
    for make in (_photo_uses, _conferences):
        _bulk(make(articles, plans, frame, writer))


def _bulk(rows) -> None:
    rows = list(rows)
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH)


def _article(plan: Plan, frame: Frame, writer: Writer) -> Article:
    # Featured once, as on a real site: today's lead has to be looked for among the others.
    was_featured = writer.chance(0.02)
    return Article(
        pk=plan.pk,
        kind=plan.kind,
        title=plan.title,
        summary=writer.line(words.SENTENCES) if plan.place % 10 < 7 else "",
        body=writer.body(plan.photos),
        category=frame.categories[plan.place % len(frame.categories)],
        department=writer.random.choice(frame.departments[: 1 if writer.chance(0.3) else None]),
        byline=writer.person(),
        status=Status.PUBLISHED,
        publish_at=plan.publish_at,
        is_featured=was_featured,
        featured_until=plan.publish_at + timedelta(minutes=5) if was_featured else None,
    )


def _units_concerned(articles, frame: Frame, writer: Writer):
    for article in articles:
        others = writer.random.sample(frame.departments[1:], 2) if writer.chance(0.2) else []
        for order, unit in enumerate(others, start=1):
            yield ArticleDepartment(article=article, department=unit, order=order)


def _documents(articles, frame: Frame, writer: Writer):
    for article in articles:
        if article.kind == Article.Kind.REPORT or writer.chance(0.05):
            yield Attachment(
                article=article,
                file=frame.document.file.name,
                title=writer.fill("Quyết định {number}/QĐ-UBND về {subject}"),
                type=frame.document.type,
                size=frame.document.size,
                pages=frame.document.pages,
                checksum=frame.document.checksum,
            )


def _notes(articles, frame: Frame, writer: Writer):
    for article in articles:
        if writer.chance(0.03):
            at = article.publish_at + timedelta(minutes=3)
            yield ArticleUpdate(article=article, at=at, note=writer.fill("Sửa số liệu về {place}."))


def _people_named(articles, frame: Frame, writer: Writer):
    for article in articles:
        day = timezone.localdate(article.publish_at)
        if article.kind == Article.Kind.REPORT or writer.chance(0.05):
            relation = ArticlePerson.Relation.CHAIRED
            director = _director(frame, day)
            yield ArticlePerson(article=article, appointment=director, relation=relation)


def _director(frame: Frame, day: date) -> Appointment:
    return next((one for one in frame.directors if one.holds(day)), frame.directors[0])


def _related(articles, frame: Frame, writer: Writer):
    link = Article.related.through
    for number, article in enumerate(articles):
        before = articles[max(0, number - 50) : number]
        chosen = writer.random.sample(before, min(len(before), 3)) if writer.chance(0.15) else []
        for other in chosen:
            yield link(from_article=article, to_article=other)


def _photo_uses(articles, plans: list[Plan], frame: Frame, writer: Writer):
    for article, plan in zip(articles, plans, strict=True):
        chosen = writer.random.sample(frame.photos, min(plan.photos, len(frame.photos)))
        for ref, photo in enumerate(chosen, start=1):
            yield ArticlePhoto(
                article=article,
                photo=photo,
                ref=ref,
                order=ref,
                is_lead=ref == 1,
                caption=writer.line(words.CAPTIONS),
            )


def _conferences(articles, plans: list[Plan], frame: Frame, writer: Writer):
    for article, plan in zip(articles, plans, strict=True):
        if plan.year:
            held_on = timezone.localdate(plan.publish_at) - timedelta(days=1)
            yield Conference(
                article=article,
                held_on=held_on,
                review_year=plan.year,
                plan_year=plan.year + 1,
                chair=_director(frame, held_on),
                participants="Lãnh đạo Sở, đại diện các sở, ban, ngành và các huyện",
            )


# ── The database ────────────────────────────────────────────────────────────────────────────────
def build_search() -> bool:
    """Whether there is an index to build, which is done then."""
    if "rebuild_search" not in get_commands():
        return False
    call_command("rebuild_search", stdout=io.StringIO())
    return True


def settle() -> None:
    """What the database does by itself sooner or later: statistics, dead rows, dirty pages."""
    statements = ["ANALYZE"] if connection.vendor == "sqlite" else ["VACUUM ANALYZE", "CHECKPOINT"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
