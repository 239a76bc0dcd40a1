"""Everything the scheduler's week shows, in one read."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitclinic.models import Site
from scheduling.models import Eligibility, SuiteDay, Visit
from scheduling.queries.board import Board, board_of, count_states
from scheduling.queries.plans import NOT_OPENED, day_plans, week_plan, week_plans
from scheduling.queries.strip import StripWeek, strip_of
from scheduling.queries.waiting import (
    Interrupted,
    Request,
    interrupted,
    next_clinic_day,
    requests_of,
    to_assess_again,
    unrecorded,
    without_driver,
)
from scheduling.rules.capacity import DayPlan, further_visits, profile
from scheduling.rules.sequences import WeekPlan, clinic_week
from scheduling.states import VisitState

CODE_STEP = 3  # SVG units a stroke of the day's barcode
CODE_STROKES = 52  # strokes that fit before they move closer


@dataclass(frozen=True, slots=True)
class Stroke:
    """One visit in a day's tab. kind: left, here, come, driver, missed."""

    x: int
    kind: str


@dataclass(frozen=True, slots=True)
class DayTab:
    """One day of the five. capacity: visits that the day holds when full; no_driver: only where it is urgent."""

    day: date
    is_today: bool
    is_on: bool
    is_opened: bool
    closed: str
    booked: int
    capacity: int
    missed: int
    no_driver: int
    strokes: tuple[Stroke, ...]
    width: int


@dataclass(frozen=True, slots=True)
class WeekPage:
    """The week. board: None where the chosen day was never opened."""

    strip: tuple[StripWeek, ...]
    tabs: tuple[DayTab, ...]
    board: Board | None
    chosen: date
    first_day: date
    previous: date
    following: date
    requests: tuple[Request, ...]
    next_day: date
    no_driver: tuple[Visit, ...]
    unrecorded: tuple[Visit, ...]
    interrupted: tuple[Interrupted, ...]
    assess_again: tuple[Eligibility, ...]
    is_planned: bool  # any day at all from today on


def default_day(site: Site, today: date) -> date:
    """Return today, or the first day of the next week when today is not a clinic day."""
    week = clinic_week(today, site.first_weekday)
    return today if today in week else week[0] + timedelta(weeks=1)


def week_page(site: Site, *, chosen: date | None, at: datetime) -> WeekPage:
    """Return the page of the week that holds the chosen day. About a dozen queries, whatever is booked."""
    today, chosen = site.today(at), chosen or default_day(site, site.today(at))
    if chosen not in clinic_week(chosen, site.first_weekday):
        chosen = default_day(site, chosen)
    first = clinic_week(chosen, site.first_weekday)[0]
    weeks = week_plans(site, today, today=today)
    shown = next((week for week in weeks if week.first_day == first), None)
    days = {
        day.date: day
        for day in SuiteDay.objects.filter(site=site, date__in=clinic_week(first, site.first_weekday))
    }
    shown = shown or week_plan(site, first, day_plans(days.values(), today=today))
    next_day = next_clinic_day(site, after=today)
    visits = defaultdict(list)
    for visit in (
        Visit.objects.filter(suite_day__in=days.values()).select_related("patient").order_by("start_minute")
    ):
        visits[visit.date].append(visit)
    plans = {plan.day: plan for plan in shown.days}
    board = None
    if chosen in days:
        board = board_of(
            days[chosen],
            plans[chosen],
            visits[chosen],
            place=shown.dates.index(chosen) + 1,
            driver_due=next_day,
            today=today,
            minute=site.minute(at),
        )
    return WeekPage(
        strip=strip_of(weeks, today=today, selected=first),
        tabs=_tabs(shown, visits, chosen=chosen, today=today, driver_due=next_day),
        board=board,
        chosen=chosen,
        first_day=first,
        previous=first - timedelta(weeks=1),
        following=first + timedelta(weeks=1),
        requests=tuple(requests_of(site, today=today)),
        next_day=next_day,
        no_driver=tuple(without_driver(site, next_day)),
        unrecorded=tuple(unrecorded(site, today=today)),
        interrupted=tuple(interrupted(site)),
        assess_again=tuple(to_assess_again(site, today=today)),
        is_planned=any(day.closed != NOT_OPENED for week in weeks for day in week.days if day.day >= today),
    )


def _tabs(
    week: WeekPlan, visits: dict[date, list[Visit]], *, chosen: date, today: date, driver_due: date
) -> tuple[DayTab, ...]:
    return tuple(
        _tab(plan, visits[plan.day], chosen=chosen, today=today, driver_due=driver_due) for plan in week.days
    )


def _tab(plan: DayPlan, visits: list[Visit], *, chosen: date, today: date, driver_due: date) -> DayTab:
    counts = count_states(visits)
    urgent = today <= plan.day <= driver_due
    shown = [visit for visit in visits if visit.state != VisitState.CANCELLED]
    strokes = tuple(
        Stroke(number * CODE_STEP, _stroke(visit, urgent=urgent)) for number, visit in enumerate(shown)
    )
    free = 0 if plan.closed else further_visits(profile(plan))
    return DayTab(
        day=plan.day,
        is_today=plan.day == today,
        is_on=plan.day == chosen,
        is_opened=plan.closed != NOT_OPENED,
        closed="" if plan.closed == NOT_OPENED else plan.closed,
        booked=counts["visits"],
        capacity=counts["visits"] + free,
        missed=counts["missed"],
        no_driver=sum(stroke.kind == "driver" for stroke in strokes),
        strokes=strokes,
        width=CODE_STEP * max(CODE_STROKES, len(shown)),
    )


def _stroke(visit: Visit, *, urgent: bool) -> str:
    if visit.state == VisitState.BOOKED:
        return "driver" if urgent and not visit.driver_named else "come"
    return {VisitState.ATTENDED: "left", VisitState.ARRIVED: "here"}.get(VisitState(visit.state), "missed")
