"""Group visits: which have room, which are over, who can lead one."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.models import GroupVisit
from scheduling.queries.clearance import window_of
from scheduling.rules.groups import PEOPLE_PER_SEAT, GroupPlan, first_infusion_day, seats_left
from scheduling.states import GroupVisitState, SeatState

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


def leads(*, site: Site, role: Role) -> QuerySet[StaffUser]:
    """Return who of this profession can lead a group visit."""
    return StaffUser.objects.at(site, roles=[role]).order_by("name")


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
