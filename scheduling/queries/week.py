"""Everything the scheduler's week shows, in one read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from kitclinic.models import Site
from scheduling.models import Eligibility, SuiteDay, Visit
from scheduling.queries.board import Board, Moment, board_of, count_states
from scheduling.queries.counted import weeks_ahead
from scheduling.queries.meter import staffing_of
from scheduling.queries.plans import day_plans, week_plan
from scheduling.queries.proposals import PlanNote, open_plans
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
from scheduling.rules.blocks import NOT_OPENED, VISITS, WeekPlan, clinic_week
from scheduling.rules.capacity import DayPlan, further_visits, profile
from scheduling.states import SequenceState, VisitState

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
    free: int
    is_past: bool
    strokes: tuple[Stroke, ...]
    width: int


@dataclass(frozen=True, slots=True)
class WeekPage:
    """The week. board: None where the chosen day was never opened; tentative: sequences that may be re-timed.

    day_before, day_after: the neighbours of the chosen day, over the weekend where it must be.
    """

    strip: tuple[StripWeek, ...]
    tabs: tuple[DayTab, ...]
    board: Board | None
    chosen: date
    today: date
    first_day: date
    previous: date
    following: date
    day_before: date
    day_after: date
    requests: tuple[Request, ...]
    next_day: date
    no_driver: tuple[Visit, ...]
    unrecorded: tuple[Visit, ...]
    interrupted: tuple[Interrupted, ...]
    assess_again: tuple[Eligibility, ...]
    plans: tuple[PlanNote, ...]
    tentative: int
    is_planned: bool  # any day at all from today on

    @property
    def late_drivers(self) -> bool:
        """Whether named drivers that nobody has confirmed stand among those to call for (REM-02)."""
        return any(visit.driver_named for visit in self.no_driver)


def default_day(site: Site, today: date) -> date:
    """Return today, or the first day of the next week when today is not a clinic day."""
    week = clinic_week(today, site.first_weekday)
    return today if today in week else week[0] + timedelta(weeks=1)


def saturday_of(first: date) -> date:
    """Return the sixth day of a clinic week: the Saturday, in a week that begins on a Monday."""
    return first + timedelta(days=VISITS)


def week_page(site: Site, *, chosen: date | None, at: datetime) -> WeekPage:
    """Return the page of the week that holds the chosen day. About twenty queries, whatever is booked."""
    today = site.today(at)
    asked = chosen or today
    first = clinic_week(asked, site.first_weekday)[0]
    days = _days_of(site, first)
    if asked not in clinic_week(asked, site.first_weekday) and asked not in days:
        asked = default_day(site, asked)
        first = clinic_week(asked, site.first_weekday)[0]
        days = _days_of(site, first)
    chosen = asked
    ahead = weeks_ahead(site, today, today=today).weeks
    known = next((one.week for one in ahead if one.week.first_day == first), None)
    week = known or week_plan(site, first, day_plans(days.values(), today=today))
    shown = [*week.days, *([week.saturday] if week.saturday and saturday_of(first) in days else [])]
    plans = {plan.day: plan for plan in shown}
    next_day = next_clinic_day(site, after=today)
    visits = _visits_of(days.values())
    dates = [plan.day for plan in shown]
    moment = Moment(site, today, site.minute(at), next_day, dates.index(chosen) + 1)
    board = None
    if chosen in days:
        staffing = staffing_of(days[chosen])
        board = board_of(days[chosen], plans[chosen], visits[chosen], staffing, moment=moment)
    previous, following = first - timedelta(weeks=1), first + timedelta(weeks=1)
    place = dates.index(chosen)
    return WeekPage(
        strip=strip_of(ahead, today=today, selected=first),
        tabs=tuple(
            _tab(plan, visits[plan.day], chosen=chosen, today=today, driver_due=next_day) for plan in shown
        ),
        board=board,
        chosen=chosen,
        today=today,
        first_day=first,
        previous=previous,
        following=following,
        day_before=dates[place - 1] if place else previous + timedelta(days=VISITS - 1),
        day_after=dates[place + 1] if place + 1 < len(dates) else following,
        requests=tuple(requests_of(site, today=today)),
        next_day=next_day,
        no_driver=tuple(
            without_driver(site, next_day, unconfirmed=_deadline_passed(site, ahead[0].week, today, at))
        ),
        unrecorded=tuple(unrecorded(site, today=today)),
        interrupted=tuple(interrupted(site)),
        assess_again=tuple(to_assess_again(site, today=today)),
        plans=tuple(open_plans(site, first)),
        tentative=len({v.sequence_id for some in visits.values() for v in some if _is_tentative(v)}),
        is_planned=any(_opened_from(today, counted.week) for counted in ahead),
    )


def _deadline_passed(site: Site, week: WeekPlan, today: date, at: datetime) -> bool:
    """Return whether the drivers of the next clinic day are to be settled (REM-02). week: the one of today."""
    days = [*week.days, *([week.saturday] if week.saturday else [])]
    is_open = any(day.day == today and day.closed in ("", NOT_OPENED) for day in days)
    return not is_open or site.minute(at) >= site.driver_deadline_minute


def _opened_from(today: date, week: WeekPlan) -> bool:
    return any(day.closed != NOT_OPENED for day in week.days if day.day >= today)


def _days_of(site: Site, first: date) -> dict[date, SuiteDay]:
    """Return the suite-days of a week, the sixth only while it is open or somebody is booked on it."""
    sixth = saturday_of(first)
    days = SuiteDay.objects.filter(site=site, date__gte=first, date__lte=sixth).alias(
        holds=Exists(Visit.objects.filter(suite_day=OuterRef("pk")).exclude(state=VisitState.CANCELLED))
    )
    return {day.date: day for day in days.filter(Q(date__lt=sixth) | Q(closed_because="") | Q(holds=True))}


def _visits_of(days: Iterable[SuiteDay]) -> dict[date, list[Visit]]:
    found: dict[date, list[Visit]] = defaultdict(list)
    rows = Visit.objects.filter(suite_day__in=days).select_related("patient", "sequence")
    for visit in rows.order_by("start_minute", "chair"):
        found[visit.date].append(visit)
    return found


def _is_tentative(visit: Visit) -> bool:
    return visit.sequence.state == SequenceState.TENTATIVE and visit.state == VisitState.BOOKED


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
        free=free,
        is_past=plan.day < today,
        strokes=strokes,
        width=CODE_STEP * max(CODE_STROKES, len(shown)),
    )


def _stroke(visit: Visit, *, urgent: bool) -> str:
    if visit.state == VisitState.BOOKED:
        return "driver" if urgent and not visit.driver_named else "come"
    return {VisitState.ATTENDED: "left", VisitState.ARRIVED: "here"}.get(VisitState(visit.state), "missed")
