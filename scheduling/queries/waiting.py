"""Who waits for the scheduler: requests, missing drivers, days nobody has recorded, sequences to decide."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from kitclinic.models import Site
from scheduling.models import Eligibility, GroupSeat, Patient, Sequence, SuiteDay, Visit
from scheduling.queries.clearance import Screened, screens_of, window_of
from scheduling.queries.plans import HOLDS_A_SEAT
from scheduling.rules.groups import Clearance, first_infusion_day
from scheduling.rules.visits import FINISHED, OPEN_SEQUENCE, RELEASED
from scheduling.states import EnrolmentState, SequenceState, VisitState

OVER = (EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN, EnrolmentState.MERGED)
ASKING = (EnrolmentState.ELIGIBLE, EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED)


@dataclass(frozen=True, slots=True)
class Request:
    """A patient without a sequence. first_day: the week that the group visit allows; None: no week any more.

    clearance: of a returning patient, who may begin in any week up to its last day.
    """

    patient: Patient
    days: int
    is_returning: bool
    seat: GroupSeat | None
    first_day: date | None
    clearance: Clearance | None = None

    @property
    def needs_group(self) -> bool:
        return self.first_day is None and self.clearance is None

    @property
    def screen_due(self) -> bool:
        """Whether the health screen comes before the offers."""
        return self.clearance is not None and self.clearance.screen_due

    @property
    def physician_decides(self) -> bool:
        """Whether a yes in the health screen waits for a physician."""
        return self.clearance is not None and not self.screen_due and self.clearance.concern

    @property
    def opens_offers(self) -> bool:
        """Whether starts can be offered now; a group visit that is still missing is booked along."""
        stands = self.needs_group and not self.books_group
        return not (self.screen_due or self.physician_decides or stands)

    @property
    def books_group(self) -> bool:
        """Whether the group visit is booked together with the days: there is no seat yet."""
        return self.needs_group and self.patient.state == EnrolmentState.ELIGIBLE


def requests_of(site: Site, *, today: date) -> list[Request]:
    """Return who waits for a sequence, the longest first. Five queries, one more after a screen with a yes.

    A patient whose course is over asks for another one by a new assessment or a new health screen.
    """
    seats = (
        GroupSeat.objects.filter(state__in=HOLDS_A_SEAT).select_related("group").order_by("-group__date", "-pk")
    )
    patients = (
        Patient.objects.filter(site=site, state__in=ASKING, is_registry=False)
        .exclude(Exists(Sequence.objects.filter(patient=OuterRef("pk"), state__in=OPEN_SEQUENCE)))
        .annotate(
            is_returning=Exists(Sequence.objects.filter(patient=OuterRef("pk"), state=SequenceState.COMPLETED)),
            ended_on=Subquery(_last_attended()),
        )
        .prefetch_related(
            Prefetch("seats", seats, to_attr="held_seats"),
            Prefetch("eligibilities", Eligibility.objects.order_by("-version"), to_attr="versions"),
        )
    )
    found = list(patients)
    screens = screens_of([one.pk for one in found if one.ended_on], site=site)
    asked = [_request(site, patient, screens.get(patient.pk), today) for patient in found]
    return sorted((one for one in asked if one), key=lambda one: (-one.days, one.patient.list_name))


def _last_attended() -> QuerySet[Visit, date]:
    """The last attended day of the patient's finished sequences."""
    visits = Visit.objects.filter(
        patient=OuterRef("pk"), sequence__state__in=FINISHED, state=VisitState.ATTENDED
    ).order_by("-date")
    return visits.values_list("date", flat=True)[:1]


def _request(site: Site, patient: Patient, screened: Screened | None, today: date) -> Request | None:
    seat = patient.held_seats[0] if patient.held_seats else None  # type: ignore[attr-defined]
    versions = patient.versions  # type: ignore[attr-defined]
    if versions and versions[0].reassess_on:
        return None  # put off; stands under "to settle" once the day has come
    ended: date | None = patient.ended_on  # type: ignore[attr-defined]
    since = site.today(versions[0].assessed_at if versions else patient.created_at)
    returning = bool(patient.is_returning)  # type: ignore[attr-defined]
    if seat is None or ended is None or ended < seat.group.date:
        week = first_week(site, seat.group.date, today) if seat else None
        return Request(patient, max(0, (today - since).days), returning, seat, week)
    if patient.state == EnrolmentState.ELIGIBLE or seat.decided_at is None:
        return Request(patient, max(0, (today - since).days), returning, None, None)
    on, concern = (screened.on, screened.concern) if screened else (None, False)
    clearance = Clearance(site.today(seat.decided_at), ended, on, concern, site.clearance_days)
    asked = max((day for day in (since, on) if day and day > ended), default=None)
    if asked is None or not clearance.holds(today + timedelta(days=1)):
        return None  # this course is over, and nobody has asked for another one on this clearing
    return Request(patient, max(0, (today - asked).days), returning, seat, None, clearance)


def first_week(site: Site, group_day: date, today: date) -> date | None:
    """Return the first day of the week to come that follows this group visit within the clinic's window."""
    return first_infusion_day(group_day, site.first_weekday, window_of(site), after=today)


def next_clinic_day(site: Site, *, after: date) -> date:
    """Return the next day on which the suite is open; the next calendar day where none is opened yet."""
    days = SuiteDay.objects.filter(site=site, date__gt=after, closed_because="").order_by("date")
    return days.values_list("date", flat=True).first() or after + timedelta(days=1)


def without_driver(site: Site, day: date, *, unconfirmed: bool = False) -> QuerySet[Visit]:
    """Return the visits of one day that nobody is named to drive home from; unconfirmed: or nobody confirmed."""
    missing = Q(driver_name="") | Q(driver_confirmed_at__isnull=True) if unconfirmed else Q(driver_name="")
    visits = Visit.objects.filter(missing, site=site, date=day, state=VisitState.BOOKED)
    visits = visits.exclude(sequence__state=SequenceState.HELD)
    return visits.select_related("patient", "sequence").order_by("start_minute", "chair")


def unrecorded(site: Site, *, today: date) -> QuerySet[Visit]:
    """Return the visits of past days that were neither attended nor recorded as missed."""
    visits = Visit.objects.filter(site=site, date__lt=today, state__in=[VisitState.BOOKED, VisitState.ARRIVED])
    visits = visits.exclude(sequence__state=SequenceState.HELD)
    return visits.select_related("patient").order_by("date", "start_minute")


def to_assess_again(site: Site, *, today: date) -> list[Eligibility]:
    """Return the assessments whose day to assess again has come, the longest overdue first (ENR-58)."""
    rows = Eligibility.objects.filter(site=site).exclude(patient__state__in=OVER)
    newest = rows.order_by("patient", "-version").distinct("patient")
    due = Eligibility.objects.filter(pk__in=newest.values("pk"), reassess_on__lte=today)
    return list(due.select_related("patient").order_by("reassess_on", "pk"))


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A sequence after a missed or cancelled day that waits for a decision. missed: days that nothing makes up."""

    sequence: Sequence
    attended: int
    to_come: int
    missed: tuple[Visit, ...]


def interrupted(site: Site) -> list[Interrupted]:
    """Return the sequences to decide about, the oldest first. Two queries."""
    sequences = (
        Sequence.objects.filter(site=site, state=SequenceState.INTERRUPTED)
        .select_related("patient")
        .prefetch_related(Prefetch("visits", Visit.objects.order_by("date", "day_index")))
        .order_by("first_day", "pk")
    )
    return [
        Interrupted(
            sequence,
            sum(visit.state == VisitState.ATTENDED for visit in sequence.visits.all()),
            sum(visit.state in (VisitState.BOOKED, VisitState.ARRIVED) for visit in sequence.visits.all()),
            _not_made_up(list(sequence.visits.all())),
        )
        for sequence in sequences
    ]


def _not_made_up(visits: list[Visit]) -> tuple[Visit, ...]:
    made_up = {visit.makes_up_for_id for visit in visits}
    return tuple(visit for visit in visits if visit.state in RELEASED and visit.pk not in made_up)


def to_confirm(site: Site, *, today: date) -> list[Sequence]:
    """Return the tentative sequences whose time is to be said for good by now (SCH-57), the nearest first."""
    last = today + timedelta(days=site.confirm_days)
    rows = Sequence.objects.filter(site=site, state=SequenceState.TENTATIVE, first_day__lte=last)
    return list(rows.select_related("patient", "site").order_by("first_day", "start_minute", "pk"))
