"""Group visits: which have room, and who is expected, with what is missing for each."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Problem
from kitclinic.roles import Role
from scheduling.models import Eligibility, GroupSeat, GroupVisit
from scheduling.queries.clearance import window_of
from scheduling.queries.patients import DECIDERS
from scheduling.rules.eligibility import assess
from scheduling.rules.groups import (
    PEOPLE_PER_SEAT,
    GroupPlan,
    SeatFacts,
    clearing_problems,
    first_infusion_day,
    seats_left,
)
from scheduling.states import GroupVisitState, SeatState, WeightSource

GIVEN_BACK = (SeatState.CANCELLED, SeatState.ABSENT)  # seats that take no places
PAST_GROUPS = 10


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group visit with its places. seats: patients who fit, each with a support person."""

    group: GroupVisit
    seats: int
    taken: int
    left: int
    first_day: date | None

    @property
    def people_left(self) -> int:
        """Seats that are left for patients and support persons."""
        return max(0, self.group.capacity - self.taken * PEOPLE_PER_SEAT)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One patient on the roster. missing: what stands before clearing; may_act: on the day or later."""

    seat: GroupSeat
    assessment: Eligibility | None
    missing: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    row: GroupRow
    seats: tuple[SeatRow, ...]
    open_for_attendance: bool
    expected: int
    here: int
    decided: int

    @property
    def can_close(self) -> bool:
        planned = self.row.group.state == GroupVisitState.PLANNED
        return planned and self.open_for_attendance and self.expected == self.decided


def coming_groups(*, site: Site, today: date) -> list[GroupRow]:
    """Return the planned group visits from today on, soonest first."""
    groups = _counted(site).filter(date__gte=today, state=GroupVisitState.PLANNED)
    return [_group_row(group) for group in groups.order_by("date", "start_minute")]


def past_groups(*, site: Site, today: date) -> list[GroupRow]:
    """Return the last group visits that are over, held or still to be closed; latest first."""
    groups = _counted(site).filter(Q(date__lt=today) | ~Q(state=GroupVisitState.PLANNED))
    return [_group_row(group) for group in groups.order_by("-date", "-start_minute")[:PAST_GROUPS]]


def group_row(group: GroupVisit) -> GroupRow:
    """Return one group visit with its places."""
    return _group_row(_counted(group.site).get(pk=group.pk))


def roster(*, group: GroupVisit, site: Site, at: datetime) -> Roster:
    """Return who is expected at this group visit and what each one lacks, in three queries."""
    seats = GroupSeat.objects.filter(site=site, group=group).exclude(state=SeatState.CANCELLED)
    found = list(
        seats.select_related("patient", "weight", "weight__measured_by", "decided_by").order_by(
            "patient__family_name", "patient__given_name", "pk"
        )
    )
    newest = Eligibility.objects.filter(site=site, patient__in=[seat.patient_id for seat in found])
    newest = newest.select_related(*DECIDERS).order_by("patient", "-version").distinct("patient")
    assessed = {row.patient_id: row for row in newest}
    here = (SeatState.ATTENDED, SeatState.CLEARED, SeatState.NOT_CLEARED)
    return Roster(
        row=_group_row(_counted(site).get(pk=group.pk)),
        seats=tuple(_seat_row(seat, assessed.get(seat.patient_id)) for seat in found),
        open_for_attendance=group.date <= site.today(at),
        expected=len(found),
        here=sum(seat.state in here for seat in found),
        decided=sum(seat.state not in (SeatState.BOOKED, SeatState.ATTENDED) for seat in found),
    )


def seat_row(seat: GroupSeat) -> SeatRow:
    """Return one line of the roster. Needs patient and weight loaded."""
    newest = Eligibility.objects.filter(site=seat.site_id, patient=seat.patient_id)
    return _seat_row(seat, newest.select_related(*DECIDERS).order_by("-version").first())


def leads(*, site: Site, role: Role) -> QuerySet[StaffUser]:
    """Return who of this profession can lead a group visit."""
    return StaffUser.objects.filter(site=site, role=role, is_active=True).order_by("name")


def _counted(site: Site) -> QuerySet[GroupVisit]:
    taken = Count("seats", filter=~Q(seats__state__in=GIVEN_BACK))
    return (
        GroupVisit.objects.filter(site=site)
        .select_related("site", "physician", "psychologist")
        .annotate(taken=taken)
    )


def _group_row(group: GroupVisit) -> GroupRow:
    taken: int = group.taken  # type: ignore[attr-defined]
    plan = GroupPlan(group.date, group.capacity, taken)
    return GroupRow(
        group,
        group.capacity // PEOPLE_PER_SEAT,
        taken,
        seats_left(plan),
        first_infusion_day(group.date, group.site.first_weekday, window_of(group.site)),
    )


def _seat_row(seat: GroupSeat, assessment: Eligibility | None) -> SeatRow:
    weight = seat.weight
    facts = SeatFacts(
        state=seat.state,
        support_attended=seat.support_attended,
        weight_kg=weight.weight_kg if weight else None,
        weight_measured=weight is not None and weight.source == WeightSource.MEASURED,
    )
    missing: list[Problem] = []
    if seat.state in (SeatState.BOOKED, SeatState.ATTENDED):
        missing += assess(assessment.facts, clearing=True) if assessment else []
        missing += clearing_problems(facts) if seat.state == SeatState.ATTENDED else []
    return SeatRow(seat, assessment, tuple(missing))
