"""What the settings pages show: hours, chairs, versions of the protocol, the team."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.models import ChairOutage, Leave, NurseShift, OpeningHours, ProtocolVersion, Sequence
from scheduling.queries.protocols import Choice, protocol_choices
from scheduling.rules.capacity import Lengths, Span
from scheduling.rules.protocols import PUBLISHED, STANDARD, Ordered, differences
from scheduling.states import SequenceState

UNBOOKED = (SequenceState.REQUESTED, SequenceState.CANCELLED)


@dataclass(frozen=True, slots=True)
class ProtocolLine:
    """One version. version: None for the published programme, with which a clinic begins; booked: sequences
    under it; differences: what is not the published programme."""

    version: ProtocolVersion | None
    lengths: Lengths
    ordered: Ordered
    booked: int
    in_use: bool
    to_come: bool

    @property
    def differences(self) -> tuple[str, ...]:
        return differences(self.ordered, self.lengths)


@dataclass(frozen=True, slots=True)
class ProtocolGroup:
    """One protocol with its versions, the newest first."""

    choice: Choice
    lines: tuple[ProtocolLine, ...]

    @property
    def booked(self) -> int:
        return sum(line.booked for line in self.lines)


@dataclass(frozen=True, slots=True)
class Protocols:
    """Every protocol of the clinic, the standard first. now: what a sequence of today takes by default."""

    groups: tuple[ProtocolGroup, ...]
    now: Lengths
    ordered: Ordered

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(group.choice for group in self.groups)


@dataclass(frozen=True, slots=True)
class Trained:
    """One nurse. ahead: days on whose roster the nurse stands from today on."""

    nurse: StaffUser
    ahead: int


@dataclass(frozen=True, slots=True)
class Team:
    nurses: tuple[Trained, ...]
    leaves: tuple[Leave, ...]


def hours_of(site: Site) -> dict[int, Span]:
    """Return the hours of the weekdays that have their own."""
    rows = OpeningHours.objects.filter(site=site).values_list("weekday", "opens_minute", "closes_minute")
    return {weekday: (opens, closes) for weekday, opens, closes in rows}


def outages(site: Site, today: date) -> list[ChairOutage]:
    """Return what is out of service now or will be, the next first."""
    rows = ChairOutage.objects.filter(site=site).exclude(last_day__lt=today)
    return list(rows.select_related("recorded_by").order_by("first_day", "chair"))


def chairs_out(site: Site, day: date) -> dict[int, ChairOutage]:
    """Return the chairs out of service on this day."""
    rows = ChairOutage.objects.filter(site=site, first_day__lte=day).exclude(last_day__lt=day)
    return {outage.chair: outage for outage in rows}


def protocols(site: Site, today: date) -> Protocols:
    """Return every protocol with its versions, and which one a sequence of today takes. Three queries."""
    booked = Sequence.objects.filter(site=site).exclude(state__in=UNBOOKED)
    counts = dict(booked.values_list("protocol").annotate(number=Count("pk")))
    rows = ProtocolVersion.objects.filter(site=site).select_related("written_by").order_by("-number")
    versions: dict[str, list[ProtocolVersion]] = {}
    for row in rows:
        versions.setdefault(row.protocol, []).append(row)
    groups, current = [], None
    for choice in protocol_choices(site):
        mine = versions.get(choice.slug, [])
        begun = [one for one in mine if one.valid_from <= today]
        newest = max(begun, key=lambda one: (one.valid_from, one.number), default=None)
        lines = [
            ProtocolLine(
                one, one.lengths, one.ordered, counts.get(one.pk, 0), one == newest, one.valid_from > today
            )
            for one in mine
        ]
        if choice.slug == STANDARD:
            current = newest
            booked_so = counts.get(None, 0)
            lines.append(ProtocolLine(None, Lengths(), PUBLISHED, booked_so, newest is None, to_come=False))
        groups.append(ProtocolGroup(choice, tuple(lines)))
    lengths, ordered = (current.lengths, current.ordered) if current else (Lengths(), PUBLISHED)
    return Protocols(tuple(groups), lengths, ordered)


def team(site: Site, today: date) -> Team:
    """Return the nurses with the days they are on the roster, and the leave to come. Three queries."""
    ahead = NurseShift.objects.filter(site=site, suite_day__date__gte=today)
    days = dict(ahead.values_list("nurse").annotate(number=Count("suite_day", distinct=True)))
    nurses = StaffUser.objects.at(site, roles=[Role.NURSE]).order_by("name", "pk")
    leaves = Leave.objects.filter(site=site, last_day__gte=today).select_related("person")
    return Team(
        tuple(Trained(nurse, days.get(nurse.pk, 0)) for nurse in nurses),
        tuple(leaves.order_by("first_day", "person__name")),
    )
