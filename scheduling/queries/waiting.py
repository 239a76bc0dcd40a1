"""Who waits for the scheduler: requests, missing drivers, days nobody has recorded, sequences to decide."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from kitclinic.models import Site
from scheduling.models import Eligibility, GroupSeat, Patient, Sequence, SuiteDay, Visit
from scheduling.queries.plans import HOLDS_A_SEAT
from scheduling.rules.groups import EARLIEST_DAYS_BEFORE, LATEST_DAYS_BEFORE
from scheduling.rules.sequences import clinic_week
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import EnrolmentState, SequenceState, VisitState

ASKING = (EnrolmentState.ELIGIBLE, EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED)


@dataclass(frozen=True, slots=True)
class Request:
    """A patient without a sequence. first_day: the week that the group visit allows; None: no week any more."""

    patient: Patient
    days: int
    is_returning: bool
    seat: GroupSeat | None
    first_day: date | None

    @property
    def needs_group(self) -> bool:
        return self.first_day is None


def requests_of(site: Site, *, today: date) -> list[Request]:
    """Return who waits for a sequence, the longest first. Four queries."""
    used = Sequence.objects.filter(seat=OuterRef("pk")).exclude(state=SequenceState.CANCELLED)
    seats = (
        GroupSeat.objects.filter(state__in=HOLDS_A_SEAT).select_related("group").order_by("-group__date", "-pk")
    )
    unfinished = Sequence.objects.filter(patient=OuterRef("pk"), state__in=OPEN_SEQUENCE)
    patients = (
        Patient.objects.filter(site=site, state__in=ASKING, is_registry=False)
        .exclude(Exists(unfinished))
        .annotate(
            is_returning=Exists(Sequence.objects.filter(patient=OuterRef("pk"), state=SequenceState.COMPLETED))
        )
        .prefetch_related(
            Prefetch("seats", seats.annotate(is_used=Exists(used)), to_attr="held_seats"),
            Prefetch("eligibilities", Eligibility.objects.order_by("-version"), to_attr="versions"),
        )
    )
    asked = [_request(site, patient, today) for patient in patients]
    return sorted((one for one in asked if one), key=lambda one: (-one.days, one.patient.list_name))


def _request(site: Site, patient: Patient, today: date) -> Request | None:
    seat = patient.held_seats[0] if patient.held_seats else None  # type: ignore[attr-defined]
    if seat and seat.is_used:
        if patient.state != EnrolmentState.ELIGIBLE:
            return None  # this course is over; a new one begins with a new assessment
        seat = None
    versions = patient.versions  # type: ignore[attr-defined]
    since = versions[0].assessed_at if versions else patient.created_at
    week = first_week(site, seat.group.date, today) if seat else None
    is_returning = bool(patient.is_returning)  # type: ignore[attr-defined]
    return Request(patient, max(0, (today - site.today(since)).days), is_returning, seat, week)


def first_week(site: Site, group_day: date, today: date) -> date | None:
    """Return the first day of the week to come that lies 5 to 9 days after this group visit."""
    for gap in range(LATEST_DAYS_BEFORE, EARLIEST_DAYS_BEFORE + 1):
        day = group_day + timedelta(days=gap)
        if day > today and clinic_week(day, site.first_weekday)[0] == day:
            return day
    return None


def next_clinic_day(site: Site, *, after: date) -> date:
    """Return the next day on which the suite is open; the next calendar day where none is opened yet."""
    days = SuiteDay.objects.filter(site=site, date__gt=after, closed_because="").order_by("date")
    return days.values_list("date", flat=True).first() or after + timedelta(days=1)


def without_driver(site: Site, day: date) -> QuerySet[Visit]:
    """Return the visits of one day that nobody is named to drive home from."""
    visits = Visit.objects.filter(site=site, date=day, state=VisitState.BOOKED, driver_name="")
    return visits.select_related("patient").order_by("start_minute", "chair")


def unrecorded(site: Site, *, today: date) -> QuerySet[Visit]:
    """Return the visits of past days that were neither attended nor recorded as missed."""
    visits = Visit.objects.filter(site=site, date__lt=today, state__in=[VisitState.BOOKED, VisitState.ARRIVED])
    return visits.select_related("patient").order_by("date", "start_minute")


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A sequence after a missed day that waits for a decision."""

    sequence: Sequence
    attended: int
    to_come: int
    missed: tuple[Visit, ...]


def interrupted(site: Site) -> list[Interrupted]:
    """Return the sequences to decide about, the oldest first. Two queries."""
    sequences = (
        Sequence.objects.filter(site=site, state=SequenceState.INTERRUPTED)
        .select_related("patient")
        .prefetch_related(Prefetch("visits", Visit.objects.order_by("day_index")))
        .order_by("first_day", "pk")
    )
    return [
        Interrupted(
            sequence,
            sum(visit.state == VisitState.ATTENDED for visit in sequence.visits.all()),
            sum(visit.state in (VisitState.BOOKED, VisitState.ARRIVED) for visit in sequence.visits.all()),
            tuple(visit for visit in sequence.visits.all() if visit.state == VisitState.MISSED),
        )
        for sequence in sequences
    ]
