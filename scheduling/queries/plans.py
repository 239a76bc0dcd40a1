"""The suite's days as the rules see them: rows in, plans out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from kitclinic.models import Site
from scheduling.models import GroupSeat, NurseShift, Patient, ProviderPresence, SuiteDay, Visit
from scheduling.rules.capacity import BookedVisit, DayPlan, Lengths
from scheduling.rules.sequences import WeekPlan, clinic_week
from scheduling.states import SeatState, VisitState

NOT_OPENED = "not opened yet"
RELEASED = (VisitState.MISSED, VisitState.CANCELLED)
HOLDS_A_SEAT = (SeatState.BOOKED, SeatState.ATTENDED, SeatState.CLEARED)
WEEKS_AHEAD = 26

_lengths = cache(Lengths)


def day_plans(days: Iterable[SuiteDay], *, today: date) -> dict[date, DayPlan]:
    """Return one plan a suite-day of one site, by date. Three queries, however many days."""
    by_key = {day.pk: day for day in days}
    nurses, providers, booked = defaultdict(list), defaultdict(list), defaultdict(list)
    shifts = NurseShift.objects.filter(suite_day__in=by_key)
    for key, start, end in shifts.values_list("suite_day_id", "from_minute", "to_minute"):
        nurses[key].append((start, end))
    presences = ProviderPresence.objects.filter(suite_day__in=by_key)
    for key, start, end in presences.values_list("suite_day_id", "from_minute", "to_minute"):
        providers[key].append((start, end))
    visits = (
        Visit.objects.filter(suite_day__in=by_key).exclude(state__in=RELEASED).order_by("start_minute", "chair")
    )
    for key, pk, chair, start, state, *lengths in visits.values_list(
        "suite_day_id",
        "pk",
        "chair",
        "start_minute",
        "state",
        "iv_minutes",
        "infusion_minutes",
        "observation_minutes",
        "cleaning_minutes",
    ):
        pinned = state != VisitState.BOOKED or by_key[key].date <= today
        booked[key].append(BookedVisit(start, _lengths(*lengths), chair, pk, pinned))
    return {
        day.date: DayPlan(
            day.date,
            day.opens_minute,
            day.closes_minute,
            tuple(nurses[key]),
            tuple(providers[key]),
            tuple(booked[key]),
            day.chairs,
            closed=day.closed_because,
        )
        for key, day in by_key.items()
    }


def week_plan(site: Site, first_day: date, plans: dict[date, DayPlan]) -> WeekPlan:
    """Return the five days of a week; a day that was never opened counts as closed."""
    blank = DayPlan(first_day, site.opens_minute, site.closes_minute, (), (), (), site.chairs, closed=NOT_OPENED)
    dates = (first_day + timedelta(days=place) for place in range(5))
    return WeekPlan(tuple(plans.get(day) or replace(blank, day=day) for day in dates))


def week_plans(site: Site, first: date, *, today: date, weeks: int = WEEKS_AHEAD) -> list[WeekPlan]:
    """Return the coming clinic weeks from the one that holds ``first``, opened or not. Four queries."""
    start = clinic_week(first, site.first_weekday)[0]
    days = SuiteDay.objects.filter(site=site, date__gte=start, date__lt=start + timedelta(weeks=weeks))
    plans = day_plans(days, today=today)
    return [week_plan(site, start + timedelta(weeks=number), plans) for number in range(weeks)]


def is_opened(week: WeekPlan) -> bool:
    """Return whether anybody has opened a day of this week."""
    return any(day.closed != NOT_OPENED for day in week.days)


def current_seat(patient: Patient) -> GroupSeat | None:
    """Return the patient's last seat in a group visit that is booked, attended or cleared."""
    return (
        GroupSeat.objects.filter(site_id=patient.site_id, patient=patient, state__in=HOLDS_A_SEAT)
        .select_related("group")
        .order_by("-group__date", "-pk")
        .first()
    )


def booked_days(patient: Patient) -> Sequence[date]:
    """Return the dates on which this patient holds a place."""
    visits = Visit.objects.filter(site_id=patient.site_id, patient=patient).exclude(state__in=RELEASED)
    return list(visits.values_list("date", flat=True))
