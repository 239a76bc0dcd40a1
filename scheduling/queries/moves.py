"""Where a day of a sequence can go: the starts of each day and chair, and why not elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from kitclinic.models import Site
from kitclinic.problems import Problem
from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.plans import RELEASED, day_plans, week_plan
from scheduling.queries.weeks import week_around, week_for
from scheduling.rules.blocks import VISITS, Block, WeekPlan, blocks_of, clinic_week
from scheduling.rules.capacity import DayPlan, Lengths
from scheduling.rules.chairs import free_chairs
from scheduling.rules.moves import (
    SPREAD_MINUTES,
    Course,
    Stay,
    allowed_starts,
    chair_problems,
    chosen_by,
    day_problems,
    place_problems,
    shifted,
    without,
)
from scheduling.rules.sequences import why_not
from scheduling.states import VisitState


@dataclass(frozen=True, slots=True)
class DayTargets:
    """One date a visit can be dropped on. plans: of every day that would move along, own visits taken out.

    starts: minutes at which all of them fit; by_chair: chair → the starts at which it is free on this date;
    standing: what refuses the date whatever the start.
    """

    day: date
    plans: tuple[DayPlan, ...]
    starts: tuple[int, ...] = ()
    by_chair: Mapping[int, tuple[int, ...]] | None = None
    standing: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """Where a visit can go. scope: "day", "rest" or "week"."""

    visit: Visit
    scope: str
    course: Course
    days: tuple[DayTargets, ...]

    def refusal(self, day: date, minute: int, chair: int | None = None) -> list[Problem]:
        """Return why this drop is refused, rule and minute named; empty where it is allowed."""
        found = next((one for one in self.days if one.day == day), None)
        if found is None or found.standing or not found.plans:
            return list(found.standing) if found else []
        problems = day_problems(self.course, _moved(self.course, self.visit.pk, self.scope, day), minute)
        problems += place_problems(found.plans, minute)
        return problems or chair_problems(found.plans[0], minute, chair)


@dataclass(frozen=True, slots=True)
class MakeUp:
    """One date on which a missed day can be made up. starts: in order; approval: a provider has to agree.

    usual: those near the clock time of the missed day, which need no reason.
    """

    day: date
    starts: tuple[int, ...]
    same_week: bool
    usual: tuple[int, ...]

    @property
    def others(self) -> tuple[int, ...]:
        return tuple(one for one in self.starts if one not in self.usual)

    @property
    def approval(self) -> bool:
        return not self.same_week


def lengths_of(visit: Visit) -> Lengths:
    """Return the visit's own lengths."""
    return Lengths(visit.iv_minutes, visit.infusion_minutes, visit.observation_minutes, visit.cleaning_minutes)


def course_of(sequence: Sequence, at: datetime) -> Course:
    """Return a sequence as moves see it. One query. Needs site loaded."""
    site = sequence.site
    rows = sequence.visits.exclude(state__in=RELEASED).order_by("date", "start_minute")
    stays = tuple(
        Stay(
            row.pk,
            row.date,
            row.start_minute,
            row.chair,
            lengths_of(row),
            row.state,
            row.makes_up_for_id is not None,
        )
        for row in rows
    )
    return Course(sequence.mode, stays, site.today(at), site.minute(at), site.first_weekday)


def plans_on(site: Site, dates: Iterable[date], *, today: date) -> dict[date, DayPlan]:
    """Return the plan of each of these dates; one that was never opened counts as closed."""
    wanted = set(dates)
    known = day_plans(SuiteDay.objects.filter(site=site, date__in=wanted), today=today)
    for day in wanted - known.keys():
        known[day] = replace(week_plan(site, day, {}).days[0], day=day)
    return known


def own_week(sequence: Sequence, first_day: date, course: Course) -> WeekPlan:
    """Return the week that holds this day as if the sequence were not booked in it."""
    week = week_for(week_around(sequence.site, first_day, today=course.today), sequence)

    def bare(plan: DayPlan) -> DayPlan:
        return without(plan, course.keys, course.stays[0].lengths)

    return replace(
        week,
        days=tuple(bare(plan) for plan in week.days),
        saturday=bare(week.saturday) if week.saturday else None,
        following=tuple(bare(plan) for plan in week.following),
    )


def week_block(course: Course, week: WeekPlan, first_day: date) -> Block | None:
    """Return the days a whole sequence would take from this day on: its own where it stays, else a block."""
    dates = tuple(stay.day for stay in course.stays)
    if dates and dates[0] == first_day:
        return Block(dates, course.mode)  # type: ignore[arg-type]
    fitting = (block for block in blocks_of(week) if len(block.dates) == len(dates))
    return next((block for block in fitting if block.first_day == first_day), None)


def other_days(sequence: Sequence) -> list[date]:
    """Return the dates on which the patient holds a place in another sequence."""
    visits = Visit.objects.filter(site=sequence.site_id, patient=sequence.patient_id).exclude(state__in=RELEASED)
    return list(visits.exclude(sequence=sequence).values_list("date", flat=True))


def week_refusal(
    sequence: Sequence, course: Course, week: WeekPlan, block: Block | None, minute: int
) -> list[Problem]:
    """Return why a whole sequence cannot begin on the block's first day at this minute."""
    patient, seat = sequence.patient, sequence.seat
    return why_not(
        week,
        minute,
        group_day=seat.group.date if seat else None,
        booked_days=other_days(sequence),
        today=course.today,
        window=window_of(sequence.site),
        clearance=clearance_of(patient, replacing=True),
        block=block,
    )


def targets(visit: Visit, scope: str, *, at: datetime, first_day: date | None = None) -> Targets:
    """Return where a booked visit can be dropped in one week. Needs sequence, its site and patient loaded.

    first_day: of the week that is shown, by default the visit's own.
    """
    course = course_of(visit.sequence, at)
    site = visit.sequence.site
    week = clinic_week(first_day or visit.date, site.first_weekday)
    dates = [*week, week[-1] + timedelta(days=1)]
    moved = {day: _moved(course, visit.pk, scope, day) for day in dates}
    reach = {day for days in moved.values() for day in days.values()}
    plans = plans_on(site, reach, today=course.today)
    opened = set(SuiteDay.objects.filter(site=site, date__in=dates).values_list("date", flat=True))
    shown = [day for day in dates if day in week or day in opened]
    return Targets(
        visit, scope, course, tuple(_day_targets(course, visit, day, moved[day], plans) for day in shown)
    )


def make_up_options(visit: Visit, at: datetime) -> list[MakeUp]:
    """Return the dates on which a missed day can be made up, those of its own week first, each with its starts."""
    sequence = visit.sequence
    course = course_of(sequence, at)
    site, found = sequence.site, []
    for day, same_week in make_up_dates(visit, course):
        plan = without(plans_on(site, [day], today=course.today)[day], course.keys, lengths_of(visit))
        now = course.now if day == course.today else 0
        starts = tuple(start for start in allowed_starts([plan]) if start >= now)
        if starts:
            usual = tuple(one for one in starts if abs(one - visit.start_minute) <= SPREAD_MINUTES)
            found.append(MakeUp(day, starts, same_week, usual))
    return found


def make_up_dates(visit: Visit, course: Course) -> list[tuple[date, bool]]:
    """Return the clinic days left in the missed day's week, then the next one after the sequence's last day."""
    site = visit.sequence.site
    week = clinic_week(visit.date, site.first_weekday)
    opened = SuiteDay.objects.filter(site=site, date__gte=max(visit.date, course.today), closed_because="")
    days = list(opened.order_by("date").values_list("date", flat=True)[: 3 * VISITS])
    taken = {stay.day for stay in course.stays}
    saturday = week[-1] + timedelta(days=1)
    allowed = {*week, saturday} if course.mode == "calendar_days" else set(week)
    inside = [(day, True) for day in days if day in allowed and day not in taken and day > visit.date]
    last = max([*taken, week[-1]])
    after = next((day for day in days if day > last and day in clinic_week(day, site.first_weekday)), None)
    return [*inside, *([(after, False)] if after else [])]


def _moved(course: Course, key: int, scope: str, day: date) -> dict[int, date]:
    chosen = tuple(
        stay for stay in chosen_by(course, key, scope) if scope == "day" or stay.state == VisitState.BOOKED
    )
    return shifted(chosen, key, day) if any(stay.key == key for stay in chosen) else {key: day}


def _day_targets(
    course: Course, visit: Visit, day: date, moved: dict[int, date], plans: dict[date, DayPlan]
) -> DayTargets:
    own = course.keys
    first = without(plans[day], own, lengths_of(visit))
    along = [without(plans[new], own, course.stay(key).lengths) for key, new in moved.items() if key != visit.pk]
    found = (first, *along)
    standing = day_problems(course, moved, first.close)
    if standing:
        return DayTargets(day, found, standing=tuple(standing))
    now = course.now if day == course.today else 0
    starts = tuple(start for start in allowed_starts(found) if start >= now)
    by_chair = {
        chair: tuple(start for start in starts if chair in free_chairs(first, start)) for chair in first.usable
    }
    return DayTargets(day, found, starts, by_chair)
