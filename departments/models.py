"""Who leads the agency and how to reach it, with what was true when."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Case, F, JSONField, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import text
from portal.addresses import Address
from portal.fields import CharField, SlugField, TextField
from portal.images import ImageField
from portal.richtext import RichTextField

_OF_UNIT = Address("departments:department_detail", "slug")
_OF_PERSON = Address("departments:person_detail", "slug")


def today() -> datetime.date:
    """The calendar day in Vietnam."""
    return timezone.localdate()


class DepartmentQuerySet(models.QuerySet):
    def founded(self, *, on: datetime.date | None = None):
        """Units that exist on the day `on` (today) or existed once: none that is still to come."""
        return self.exclude(founded_on__gt=on or today())

    def open(self, *, on: datetime.date | None = None):
        """Units that exist on the day `on` (today)."""
        on = on or today()
        return self.founded(on=on).filter(Q(closed_on=None) | Q(closed_on__gt=on))

    def tree(self) -> list[Department]:
        """`tree` of them: one query."""
        return tree(list(self))


def tree(units: list[Department]) -> list[Department]:
    """The units with `.subunits` and `.depth` filled, top ones first.

    Returns a flat list in reading order. A unit whose parent is not among them counts as a top one.
    """
    known = {unit.pk: unit for unit in units}
    for unit in units:
        unit.subunits = []
    tops = []
    for unit in units:
        parent = known.get(unit.parent_id)
        (parent.subunits if parent else tops).append(unit)
    return list(_walk(tops, depth=0))


def _walk(units, *, depth):
    for unit in units:
        unit.depth = depth
        yield unit
        yield from _walk(unit.subunits, depth=depth + 1)


class Department(models.Model):
    """An agency or a unit of it. A rename or merger makes a new one and a Succession."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Department")
        DIVISION = "division", _("Division")
        SUB_DEPARTMENT = "sub_department", _("Sub-department")
        PUBLIC_SERVICE_UNIT = "public_service_unit", _("Public service unit")

    name = CharField(_("name"), max_length=255)
    short_name = CharField(_("short name"), max_length=100, blank=True)
    aliases = TextField(
        _("other names"), blank=True, help_text=_("One a line. For example: Sở KHCN.")
    )
    slug = SlugField(
        _("address"),
        unique=True,
        help_text=_("Last part of the page's address. Leave empty: it is made from the name."),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.DIVISION)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("belongs to"),
    )
    functions = RichTextField(_("functions and duties"), blank=True)
    picture = ImageField(
        _("picture"),
        blank=True,
        width_field="picture_width",
        height_field="picture_height",
        help_text=_("Stands in where an article of this unit has no photo."),
    )
    picture_width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    picture_height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    order = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Smaller numbers come first.")
    )
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    legal_basis = CharField(_("legal basis"), max_length=255, blank=True)

    objects = DepartmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="department_not_its_own_parent",
                violation_error_message=_("A unit cannot belong to itself."),
            ),
            models.CheckConstraint(
                condition=Q(founded_on=None)
                | Q(closed_on=None)
                | Q(closed_on__gte=F("founded_on")),
                name="department_closed_after_founded",
                violation_error_message=_("The closing day lies before the founding day."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return _OF_UNIT(slug=self.slug)

    def clean(self):
        if self.pk and self.parent_id and self.pk in self._ancestor_ids():
            raise ValidationError(
                {"parent": _("This would make a circle: “%s” lies below this unit.") % self.parent}
            )

    def _ancestor_ids(self) -> set[int]:
        parents = dict(Department.objects.values_list("pk", "parent_id"))
        seen, current = set(), self.parent_id
        while current and current not in seen:
            seen.add(current)
            current = parents.get(current)
        return seen

    @property
    def alias_list(self) -> list[str]:
        return [line.strip() for line in self.aliases.split("\n") if line.strip()]

    def add_aliases(self, *names: str) -> None:
        """Remember other names, so that search finds the unit under them; each once."""
        known = {text.fold(name) for name in (self.name, *self.alias_list)}
        fresh = [name for name in names if name and text.fold(name) not in known]
        self.aliases = "\n".join([*self.alias_list, *dict.fromkeys(fresh)])

    def is_open(self, *, on: datetime.date | None = None) -> bool:
        return self.closed_on is None or self.closed_on > (on or today())

    def contact(self) -> Contact | None:
        """The unit's own contact today: the first valid general one."""
        return self.contacts.valid().filter(kind=Contact.Kind.GENERAL).first()


class Succession(models.Model):
    """What became of a unit."""

    class Kind(models.TextChoices):
        MERGED = "merged", _("merged into")
        RENAMED = "renamed", _("renamed to")
        SPLIT = "split", _("split into")
        TRANSFERRED = "transferred", _("transferred to")

    predecessor = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="successions",
        verbose_name=_("old unit"),
    )
    successor = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="origins",
        verbose_name=_("new unit"),
    )
    effective_on = models.DateField(_("effective on"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    legal_basis = CharField(_("legal basis"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        ordering = ["effective_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor"],
                name="succession_once",
                violation_error_message=_("This succession is already recorded."),
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")),
                name="succession_not_of_itself",
                violation_error_message=_("A unit cannot succeed itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"

    def clean(self):
        if self.predecessor_id and self.successor_id and self._makes_circle():
            raise ValidationError(
                {"successor": _("This would make a circle: the new unit came from the old one.")}
            )

    def _makes_circle(self) -> bool:
        onward: dict[int, list[int]] = {}
        others = Succession.objects.exclude(pk=self.pk)
        for old, new in others.values_list("predecessor_id", "successor_id"):
            onward.setdefault(old, []).append(new)
        seen, ahead = set(), [self.successor_id]
        while ahead:
            unit = ahead.pop()
            if unit == self.predecessor_id:
                return True
            if unit not in seen:
                seen.add(unit)
                ahead.extend(onward.get(unit, []))
        return False


class ContactQuerySet(models.QuerySet):
    def valid(self, *, on: datetime.date | None = None):
        """Contacts that hold on the day `on` (today); both bounds are part of the time."""
        on = on or today()
        return self.filter(
            Q(valid_from=None) | Q(valid_from__lte=on),
            Q(valid_until=None) | Q(valid_until__gte=on),
        )

    def as_fields(self, department, *, on: datetime.date) -> Subquery:
        """A unit's own contact as a column of another query: a dict of CONTACT_FIELDS, or None."""
        own = self.valid(on=on).filter(department=department, kind=Contact.Kind.GENERAL)
        columns = JSONObject(**{name: name for name in CONTACT_FIELDS})
        return Subquery(own.values(columns=columns)[:1], output_field=JSONField())


# What a page shows of a contact.
CONTACT_FIELDS = ("label", "kind", "address", "phone", "fax", "email", "website", "opening_hours")


class Contact(models.Model):
    """A way to reach a unit. Phones are kept as typed and linked by `text.phone_link`."""

    class Kind(models.TextChoices):
        GENERAL = "general", _("General")
        PRESS = "press", _("Press")
        INFORMATION = "information", _("Information")
        RECEPTION = "reception", _("Reception of citizens")
        HOTLINE = "hotline", _("Hotline")

    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("unit")
    )
    label = CharField(
        _("label"), max_length=100, help_text=_("For example: Văn phòng Sở, Đường dây nóng.")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.GENERAL)
    address = CharField(_("postal address"), max_length=255, blank=True)
    phone = CharField(
        _("phone"),
        max_length=100,
        blank=True,
        validators=[text.validate_phone],
        help_text=_("For example: (0205) 3.871.906"),
    )
    fax = CharField(_("fax"), max_length=100, blank=True, validators=[text.validate_phone])
    email = models.EmailField(_("email"), blank=True)
    website = models.URLField(_("website"), blank=True)
    opening_hours = CharField(_("opening hours"), max_length=255, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from=None)
                | Q(valid_until=None)
                | Q(valid_until__gte=F("valid_from")),
                name="contact_ends_after_start",
                violation_error_message=_("The last day lies before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(website="")
                | Q(website__startswith="http://")
                | Q(website__startswith="https://"),
                name="contact_website_is_a_website",
                violation_error_message=_("Write the whole address, beginning with https://."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def phone_link(self) -> str:
        return text.phone_link(self.phone)


class Person(models.Model):
    """Somebody who holds or held a post. Official address and phone only."""

    full_name = CharField(_("full name"), max_length=150)
    slug = SlugField(
        _("address"),
        unique=True,
        source="full_name",
        help_text=_("Last part of the page's address. Leave empty: it is made from the name."),
    )
    sort_key = models.CharField(max_length=700, editable=False, db_index=True)
    portrait = ImageField(
        _("portrait"), blank=True, width_field="portrait_width", height_field="portrait_height"
    )
    portrait_width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    portrait_height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    biography = RichTextField(_("biography"), blank=True)
    email = models.EmailField(
        _("official email"), blank=True, help_text=_("Work address only, never a private one.")
    )
    phone = CharField(
        _("official phone"),
        max_length=100,
        blank=True,
        validators=[text.validate_phone],
        help_text=_("Work number only, never a private one."),
    )

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_key", "pk"]

    def __str__(self) -> str:
        return self.full_name

    def save(self, **kwargs):
        self.sort_key = text.person_sort_key(text.normalize_line(self.full_name))[:700]
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "sort_key"}
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return _OF_PERSON(slug=self.slug)

    def first_public_day(self) -> datetime.date | None:
        """The day from which somebody who holds no post yet has a page; None: already.

        Whoever is to come is not told before the first day of the first post.
        """
        days = [term.first_day for term in self.appointments.all()]
        return min(days) if days and min(days) > today() else None


class Position(models.Model):
    """A post in a unit, held by people through their appointments."""

    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="positions", verbose_name=_("unit")
    )
    title = CharField(
        _("title of the post"),
        max_length=150,
        help_text=_("For example: Giám đốc, Phó Giám đốc, Chánh Văn phòng."),
    )
    rank = models.PositiveSmallIntegerField(
        _("rank"), default=10, help_text=_("The head has the smallest number.")
    )
    seats = models.PositiveSmallIntegerField(
        _("seats"),
        null=True,
        blank=True,
        help_text=_("How many people hold it at once: 1 for a director. Empty: no limit."),
    )
    is_leadership = models.BooleanField(_("leads the agency"), default=False)

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["department", "title"],
                name="position_once_in_department",
                violation_error_message=_("This unit already has a position of that title."),
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats__gte=1),
                name="position_has_a_seat",
                violation_error_message=_("A position has at least one seat."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.department.short_name or self.department.name}"

    def save(self, **kwargs):
        with transaction.atomic():
            super().save(**kwargs)
            one_seat = self.seats == 1
            self.appointments.exclude(one_seat=one_seat).update(one_seat=one_seat)

    def clean(self):
        terms = list(self.appointments.select_related("person")) if self.pk else []
        for term in terms:
            others = [other for other in terms if other is not term]
            if self.seats and term.seat_taken_by(others, seats=self.seats):
                raise ValidationError(
                    {"seats": _("More people than that hold or held this position at once.")}
                )


class AppointmentQuerySet(models.QuerySet):
    def current(self, on: datetime.date | None = None):
        """Appointments that hold on the day `on` (today), read from the calendar.

        The last day is part of the term; an unknown start counts as "since ever".
        """
        on = on or today()
        return self.filter(
            Q(started_on=None) | Q(started_on__lte=on), Q(ended_on=None) | Q(ended_on__gte=on)
        )

    def overlapping(self, appointment: Appointment):
        """Other terms of the same position that share a day with this one."""
        others = self.filter(position_id=appointment.position_id).exclude(pk=appointment.pk)
        if appointment.ended_on:
            others = others.filter(Q(started_on=None) | Q(started_on__lte=appointment.ended_on))
        if appointment.started_on:
            others = others.filter(Q(ended_on=None) | Q(ended_on__gte=appointment.started_on))
        return others


class Appointment(models.Model):
    """A person in a position for a time."""

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        YEAR = "year", _("year")

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("person")
    )
    position = models.ForeignKey(
        Position,
        on_delete=models.PROTECT,
        related_name="appointments",
        verbose_name=_("position"),
    )
    started_on = models.DateField(
        _("first day"), null=True, blank=True, help_text=_("Leave empty when it is unknown.")
    )
    start_precision = models.CharField(
        _("known to the"), max_length=5, choices=Precision, default=Precision.DAY
    )
    ended_on = models.DateField(_("last day"), null=True, blank=True)
    is_acting = models.BooleanField(_("acting head"), default=False)
    duties = TextField(_("duties"), blank=True)
    decision_number = CharField(
        _("decision number"), max_length=100, blank=True, help_text=_("For example: 123/QĐ-UBND")
    )
    # The position's word, kept here for PostgreSQL's exclusion constraint.
    one_seat = models.BooleanField(default=False, editable=False)

    objects = AppointmentQuerySet.as_manager()

    # Set by a form that judges several terms together, with what is typed for each of them.
    is_judged_together = False

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        ordering = ["position__rank", "started_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="appointment_ends_after_start",
                violation_error_message=_("The last day lies before the first day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.post}"

    def save(self, **kwargs):
        with transaction.atomic():
            if not self.is_judged_together:
                self._check_seats()
            self.one_seat = self.position.seats == 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "one_seat"}
            super().save(**kwargs)

    @property
    def post(self) -> str:
        """The post's name with its unit: "Giám đốc, Sở KH&CN"; acting heads say so."""
        if self.is_acting:
            return gettext("Acting head: %s") % self.position
        return str(self.position)

    @property
    def first_day(self) -> datetime.date:
        return self.started_on or datetime.date.min

    @property
    def last_day(self) -> datetime.date:
        return self.ended_on or datetime.date.max

    def holds(self, on: datetime.date) -> bool:
        return self.first_day <= on <= self.last_day

    def seat_taken_by(self, others, *, seats: int) -> Appointment | None:
        """One of the `others` who fill every seat on some day of this term; None if one is free."""
        rivals = [other for other in others if self._meets(other)]
        for day in {self.first_day, *(rival.first_day for rival in rivals)}:
            there = [rival for rival in rivals if rival.holds(day)]
            if self.holds(day) and len(there) >= seats:
                return there[0]
        return None

    def _meets(self, other: Appointment) -> bool:
        return self.first_day <= other.last_day and other.first_day <= self.last_day

    def clean(self):
        if not self.is_judged_together and self.position_id and self.first_day <= self.last_day:
            self._check_seats()

    def _check_seats(self) -> None:
        """Refuse a term for which no seat is free.

        Inside a transaction the position is locked first: of two people who enter the same
        director at the same moment, the second waits and is refused.
        """
        positions = Position.objects.select_related("department")
        if connection.in_atomic_block:
            positions = positions.select_for_update(of=("self",), no_key=True)
        position = positions.get(pk=self.position_id)
        others = Appointment.objects.overlapping(self).select_related("person")
        holder = self.seat_taken_by(others, seats=position.seats) if position.seats else None
        if holder:
            raise ValidationError({"position": self.taken_message(holder)})

    def taken_message(self, holder: Appointment) -> str:
        return gettext(
            "“%(position)s” is held by %(person)s at that time. End that term first, or correct "
            "the days."
        ) % {"position": self.position, "person": holder.person}

    def hand_over(
        self,
        *,
        on: datetime.date,
        to: Person | None = None,
        is_acting: bool = False,
        decision_number: str = "",
    ) -> Appointment | None:
        """End this term the day before `on` and give the post to `to` from `on`; None: vacant.

        A term that ended earlier still ends then: the post was vacant in between. Raises
        ValidationError, and changes nothing, when the day lies before the term's start or
        the post is not free from then on.
        """
        if on <= self.first_day:
            raise ValidationError({"on": _("The new holder starts after the present one did.")})
        if to and not self.position.department.is_open(on=on):
            raise ValidationError({"on": _("The unit is closed by that day.")})
        with transaction.atomic():
            self.ended_on = min(self.last_day, on - datetime.timedelta(days=1))
            self.save()
            if to is None:
                return None
            return Appointment.objects.create(
                person=to,
                position=self.position,
                started_on=on,
                is_acting=is_acting,
                decision_number=decision_number,
            )


class Membership(models.Model):
    """The unit a user works in; rights are groups times membership."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("account"),
    )
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("unit")
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "department"],
                name="membership_once",
                violation_error_message=_("This account already belongs to that unit."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.department}"


class SiteSettingsQuerySet(models.QuerySet):
    def on_day(self, on: datetime.date):
        """The row with the id of that day's agency and its contact; see `SiteSettings.of_day`."""
        agency = Case(When(next_agency_from__lte=on, then=F("next_agency")), default=F("agency"))
        contact = Contact.objects.as_fields(OuterRef("agency_then"), on=on)
        return (
            self.select_related("agency", "next_agency")
            .annotate(agency_then=agency)
            .annotate(contact_fields=contact)
        )


class SiteSettings(models.Model):
    """The one row that says whose site this is."""

    agency = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agency"),
        help_text=_("The unit whose site this is. Its general contact stands in the footer."),
    )
    next_agency = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("next agency"),
    )
    next_agency_from = models.DateField(_("from"), null=True, blank=True, editable=False)
    superior_body = CharField(
        _("superior body"),
        max_length=255,
        blank=True,
        help_text=_("For example: UBND tỉnh Lạng Sơn"),
    )
    responsible_person = CharField(
        _("responsible for the content"),
        max_length=255,
        blank=True,
        help_text=_("Name and post. Stands in the footer."),
    )
    slogan = CharField(_("slogan"), max_length=255, blank=True)
    service_ids = models.JSONField(
        _("external services' ids"), default=dict, blank=True, editable=False
    )

    objects = SiteSettingsQuerySet.as_manager()

    class Meta:
        verbose_name = _("site settings")
        verbose_name_plural = _("site settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="sitesettings_one_row"),
        ]

    def __str__(self) -> str:
        return str(_("Site settings"))

    def save(self, **kwargs):
        self.pk = 1
        super().save(**kwargs)

    @classmethod
    def load(cls, *, on: datetime.date | None = None) -> SiteSettings:
        """The row as it holds on the day `on` (today), or an empty one: one query.

        `agency` is the agency of that day (a reorganisation changes it by the clock), `contact`
        its own contact of that day or None.
        """
        return cls.of_day(cls.objects.on_day(on or today()).first())

    @classmethod
    def of_day(cls, row: SiteSettings | None) -> SiteSettings:
        """A row of `on_day` with its `agency` and `contact` in their place, or an empty one."""
        row = row or cls()
        if row.agency_id and row.agency_then != row.agency_id:
            row.agency = row.next_agency
        fields = getattr(row, "contact_fields", None)
        row.contact = Contact(department=row.agency, **fields) if fields else None
        return row

    @property
    def name(self) -> str:
        """The agency's name, for titles and the footer."""
        return self.agency.name if self.agency else gettext("Web portal")

    @cached_property
    def shown(self) -> tuple:
        """All that the frame of a page shows of it, to tell whether something has changed."""
        contact = repr(getattr(self, "contact_fields", None)), repr(getattr(self, "urgent", None))
        return self.name, self.superior_body, self.slogan, self.responsible_person, *contact

    @property
    def letterhead(self) -> str:
        """The name under that of the superior body, what both end with said once.

        "UBND tỉnh Lạng Sơn" stands above "Sở Khoa học và Công nghệ", as in a letter.
        """
        return text.without_shared_end(self.name, self.superior_body)

    @property
    def is_changing(self) -> bool:
        """Whether another agency takes over on a day that lies ahead."""
        return self.next_agency_from is not None and self.next_agency_from > today()

    def succeed(self, agency: Department, *, on: datetime.date) -> None:
        """Make `agency` the site's from the day `on`, by the clock. Not saved yet."""
        now = SiteSettings.load()
        self.agency = now.agency
        self.next_agency, self.next_agency_from = agency, on
