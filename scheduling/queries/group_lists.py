"""Lists around group visits: series, who waits for a seat, which group visit suits a patient."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet

from kitclinic.models import Site
from scheduling.models import GroupSeries, GroupVisit, GroupWait, Patient
from scheduling.queries.clearance import window_of
from scheduling.queries.groups import GroupRow, coming_groups
from scheduling.rules.groups import first_infusion_day
from scheduling.states import EnrolmentState, GroupVisitState


@dataclass(frozen=True, slots=True)
class WaitRow:
    """One patient who waits. days: since when; group: the first free group visit for this patient, if any."""

    wait: GroupWait
    days: int
    group: GroupVisit | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One group visit for one patient. gap: days before the first infusion; is_best: suits best of all."""

    row: GroupRow
    gap: int | None
    speaks: bool
    is_best: bool


def open_wait(patient: Patient) -> GroupWait | None:
    """Return the patient's place on the waiting list."""
    return GroupWait.objects.filter(site=patient.site_id, patient=patient, ended_at__isnull=True).first()


def waiting_list(*, site: Site, today: date, groups: list[GroupRow]) -> list[WaitRow]:
    """Return who waits, in order of waiting, each with the free seat that falls to them.

    groups: to come. Free seats are given out in this order, in the patient's language where one is free, else
    in another: the page says so, and an interpreter is ordered.
    """
    waits = GroupWait.objects.filter(
        site=site, ended_at__isnull=True, patient__state=EnrolmentState.ELIGIBLE
    ).select_related("patient", "series")
    left = {row.group.pk: row.left for row in groups if row.group.date > today}
    rows = []
    for wait in waits.order_by("since", "pk"):
        free = [
            row.group
            for row in groups
            if left.get(row.group.pk) and (wait.series_id is None or wait.series_id == row.group.series_id)
        ]
        found = next((group for group in free if _speaks(group, wait.patient)), free[0] if free else None)
        if found is not None:
            left[found.pk] -= 1
        rows.append(WaitRow(wait, max(0, (today - site.today(wait.since)).days), found))
    return rows


def series_of(*, site: Site, today: date) -> QuerySet[GroupSeries]:
    """Return the series that go on, each with its next group visit and the number planned."""
    to_come = Q(visits__date__gte=today, visits__state=GroupVisitState.PLANNED)
    rows = GroupSeries.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), site=site)
    return (
        rows.select_related("physician", "psychologist", "site")
        .annotate(next_day=Min("visits__date", filter=to_come), planned=Count("visits", filter=to_come))
        .order_by("weekday", "start_minute", "pk")
    )


def choices_for(patient: Patient, *, site: Site, today: date) -> list[Choice]:
    """Return the group visits to come for this patient, soonest first, the best one marked.

    Best: a free one in the patient's language; of several the one whose distance from a first infusion to come
    is nearest to the clinic's target, then the soonest.
    """
    window = window_of(site)
    found: list[tuple[GroupRow, int | None, bool]] = []
    for row in coming_groups(site=site, today=today):
        first = first_infusion_day(row.group.date, site.first_weekday, window, after=today)
        gap = (first - row.group.date).days if first else None
        found.append((row, gap, _speaks(row.group, patient)))
    free = [
        (not speaks, abs(gap - window.target), row.group.date, row.group.pk)
        for row, gap, speaks in found
        if row.left and gap
    ]
    best = min(free)[-1] if free else None
    return [Choice(row, gap, speaks, row.group.pk == best) for row, gap, speaks in found]


def _speaks(group: GroupVisit, patient: Patient) -> bool:
    return group.language.casefold() == patient.language.casefold()
