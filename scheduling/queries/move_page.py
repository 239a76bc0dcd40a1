"""A move before it is made: which starts are open, which days would change, what refuses it or needs a reason."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from kitclinic.problems import Blocker, NeedsConfirmation, Notice, Problem
from scheduling.models import Visit
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.counted import weeks_ahead
from scheduling.queries.moves import (
    DayTargets,
    Targets,
    course_of,
    lengths_of,
    other_days,
    own_week,
    targets,
    week_block,
    week_refusal,
)
from scheduling.queries.weeks import week_for
from scheduling.queries.wishes import wish_of
from scheduling.rules.blocks import clinic_week, plans_of
from scheduling.rules.capacity import GRID_MINUTES, clock
from scheduling.rules.moves import SCH_60, SCH_61, allowed_starts, chosen_by, shifted, spread_problems, without
from scheduling.rules.sequences import week_problems
from scheduling.rules.wishes import SCH_55, aside_problems
from scheduling.states import SequenceState, VisitState

GONE = "This day holds no place any more. Reload the page."
BEGUN = "This sequence has begun or is over. Move the days that are still to come."
NOT_BEGUN = (SequenceState.TENTATIVE, SequenceState.CONFIRMED, SequenceState.HELD)
DAY, REST, WEEK = "day", "rest", "week"
SCOPES = ((DAY, "This day"), (REST, "Rest of week"), (WEEK, "Whole week"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for; None is left open.

    is_drop: it was dropped there, not chosen from lists; is_week: ``on`` is any day of the week to go to.
    """

    scope: str = DAY
    on: date | None = None
    minute: int | None = None
    chair: int | None = None
    is_drop: bool = False
    is_week: bool = False

    def day(self, visit: Visit, first_weekday: int) -> date:
        """Return the date this visit would go to: the one asked for, or its own weekday in the week asked for."""
        if self.on is None or not self.is_week:
            return self.on or visit.date
        own, other = clinic_week(visit.date, first_weekday)[0], clinic_week(self.on, first_weekday)[0]
        return visit.date + (other - own)


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One day of the sequence before and after. day, clock: None where it stays."""

    index: int
    was_day: date
    was_clock: str
    was_chair: int
    day: date | None = None
    clock: str = ""
    chair: int | None = None

    @property
    def is_changed(self) -> bool:
        if self.day is None:
            return False
        return (self.day, self.clock) != (self.was_day, self.was_clock) or self.chair not in (None, self.was_chair)


@dataclass(frozen=True, slots=True)
class Start:
    """One open start of the chosen date.

    chair: the visit's own where it is free, else the first free one; None: others change theirs to make room.
    """

    minute: int
    chair: int | None

    @property
    def clock(self) -> str:
        return clock(self.minute)


@dataclass(frozen=True, slots=True)
class DateChoice:
    """A date the visit can go to. starts: how many are open on it."""

    day: date
    starts: int


@dataclass(frozen=True, slots=True)
class MovePage:
    """The move as it would be made now. minute: None until a start is chosen; refused: why it cannot be.

    asks: what needs a confirmation with a reason; notices: what to tell the patient.
    """

    visit: Visit
    scope: str
    scopes: tuple[tuple[str, str, str], ...]
    first_day: date
    dates: tuple[DateChoice, ...]
    weeks: tuple[date, ...]
    to_day: date
    starts: tuple[Start, ...]
    minute: int | None
    chair: int | None
    drop_chair: int | None
    opens: int
    closes: int
    lines: tuple[MoveLine, ...]
    refused: tuple[Problem, ...] = ()
    asks: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = field(default=())

    @property
    def may_write(self) -> bool:
        """Whether this move can be sent: a start is chosen, nothing refuses it, and something would change."""
        return self.minute is not None and not self.refused and any(line.is_changed for line in self.lines)

    @property
    def has_date(self) -> bool:
        return any(one.day == self.to_day for one in self.dates)

    @property
    def later(self) -> tuple[date, ...]:
        """This visit's day in the other weeks that have room for the whole sequence."""
        away = timedelta(days=(self.visit.date - self.first_day).days % 7)
        return tuple(week + away for week in self.weeks if week != self.first_day)

    @property
    def ask_rules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.rule for one in self.asks))

    @property
    def drop_tick(self) -> int:
        return max(0, ((self.minute or 0) - self.opens) // GRID_MINUTES)

    @property
    def drop_is_late(self) -> bool:
        """Whether it was dropped in the later half of the day, where a note has room to the left."""
        return 2 * (self.minute or 0) > self.opens + self.closes

    @property
    def back_minute(self) -> int:
        return self.visit.start_minute

    @property
    def clock(self) -> str:
        return "" if self.minute is None else clock(self.minute)

    @property
    def goes_back(self) -> bool:
        """Whether one move of the same days leads back: they all started at one time."""
        return len({line.was_clock for line in self.lines if line.day}) == 1

    @property
    def back_rules(self) -> tuple[str, ...]:
        """The rules that the way back may have to set aside: it was like that before."""
        return SCH_55.id, SCH_61.id


def shading(visit: Visit, asked: Asked, *, at: datetime) -> dict[str, Any]:
    """Return where a drag may end: date → chair → allowed starts, the weeks of the strip, ticks a visit takes."""
    first = clinic_week(asked.on or visit.date, visit.sequence.site.first_weekday)[0]
    if visit.state != VisitState.BOOKED or (asked.scope == WEEK and visit.sequence.state not in NOT_BEGUN):
        return {"scope": asked.scope, "ticks": 0, "days": {}, "weeks": []}
    found = targets(visit, asked.scope, at=at, first_day=first)
    weeks = open_weeks_for(visit, at=at) if asked.scope == WEEK else ()
    return {
        "scope": asked.scope,
        "ticks": -(-lengths_of(visit).occupied // GRID_MINUTES),
        "days": {
            one.day.isoformat(): {str(chair): starts for chair, starts in (one.by_chair or {}).items() if starts}
            for one in found.days
            if one.starts
        },
        "weeks": [day.isoformat() for day in weeks],
    }


def move_page(visit: Visit, asked: Asked, *, at: datetime) -> MovePage:
    """Return the move that is asked for, checked as it stands now. Needs sequence, its site, seat and patient."""
    site = visit.sequence.site
    wanted = asked.day(visit, site.first_weekday)
    first = clinic_week(wanted, site.first_weekday)[0]
    found = targets(visit, asked.scope, at=at, first_day=first)
    open_days = tuple(DateChoice(one.day, len(one.starts)) for one in found.days if one.starts)
    shown = next((one for one in found.days if one.day == wanted), None)
    plan = shown.plans[0] if shown and shown.plans else None
    starts = _starts(shown, visit.chair)
    minute = asked.minute
    refused = tuple(_refusal(found, visit, asked, wanted, at)) if minute is not None else ()
    if asked.is_drop and minute is None and shown is not None:
        refused = shown.standing
    chair = asked.chair or next((one.chair for one in starts if one.minute == minute), None)
    lines = _lines(found, visit, asked, wanted, minute, chair)
    soft = _soft(found, visit, lines, minute)
    return MovePage(
        visit=visit,
        scope=asked.scope,
        scopes=_scopes(found),
        first_day=first,
        dates=open_days,
        weeks=open_weeks_for(visit, at=at) if asked.scope == WEEK else (),
        to_day=wanted,
        starts=starts,
        minute=minute,
        chair=chair,
        drop_chair=asked.chair,
        opens=plan.open - plan.open % GRID_MINUTES if plan else 0,
        closes=plan.close if plan else 0,
        lines=lines,
        refused=refused,
        asks=tuple(one for one in soft if isinstance(one, NeedsConfirmation)),
        notices=tuple(one for one in soft if isinstance(one, Notice)),
    )


def open_weeks_for(visit: Visit, *, at: datetime) -> tuple[date, ...]:
    """Return the first days of the weeks in which the whole sequence has a start, its own week among them."""
    sequence = visit.sequence
    site, today = sequence.site, sequence.site.today(at)
    found = targets(visit, WEEK, at=at)
    course = found.course
    busy, window = other_days(sequence), window_of(site)
    clearance = clearance_of(sequence.patient, replacing=True)
    group_day = sequence.seat.group.date if sequence.seat else None
    first = course.stays[0].day
    lengths, open_weeks = lengths_of(visit), []
    for week in (week_for(counted.week, sequence) for counted in weeks_ahead(site, today, today=today).weeks):
        day = week.first_day + (first - clinic_week(first, site.first_weekday)[0])
        block = week_block(course, week, day)
        if block is None:
            continue
        plans = [without(plan, course.keys, lengths) for plan in plans_of(week, block.dates)]
        if not allowed_starts(plans):
            continue
        if not week_problems(
            week,
            group_day=group_day,
            booked_days=busy,
            today=today,
            window=window,
            clearance=clearance,
            block=block,
        ):
            open_weeks.append(week.first_day)
    return tuple(open_weeks)


def first_day_of(visit: Visit, day: date, *, at: datetime) -> date:
    """Return the first day of the sequence when this visit goes to ``day`` and the others along with it."""
    return course_of(visit.sequence, at).stays[0].day + (day - visit.date)


def moved_words(before: MovePage, now: Visit) -> str:
    """Return what has been committed: "Oyelaran, D.: day 3 moved from Wed 16 Sep 10:20 to Thu 17 Sep 13:10"."""
    visit = before.visit
    moved = [line for line in before.lines if line.day]
    what = f"day {visit.day_index}" if len(moved) == 1 else f"{len(moved)} days"
    was = f"{visit.date:%a} {visit.date.day} {visit.date:%b} {visit.from_clock}, chair {visit.chair}"
    to = f"{now.date:%a} {now.date.day} {now.date:%b} {now.from_clock}, chair {now.chair}"
    return f"{visit.patient.board_name}: {what} moved, from {was} to {to}."


def _soft(found: Targets, visit: Visit, lines: Iterable[MoveLine], minute: int | None) -> list[Problem]:
    """Return what the move sets aside: one clock time for all days, the patient's wish."""
    dates = sorted(line.day for line in lines if line.day)
    if minute is None or not dates:
        return []
    spread = spread_problems(found.course, _keys(found, visit, found.scope), minute)
    return spread + aside_problems(wish_of(visit.sequence), dates, minute, lengths_of(visit))


def _refusal(found: Targets, visit: Visit, asked: Asked, day: date, at: datetime) -> list[Problem]:
    minute = asked.minute or 0
    if asked.scope == WEEK and visit.sequence.state not in NOT_BEGUN:
        return [Blocker(SCH_60.id, BEGUN)]
    problems = found.refusal(day, minute, asked.chair)
    if problems or asked.scope != WEEK or day == visit.date:
        return problems
    first = found.course.stays[0].day + (day - visit.date)
    week = own_week(visit.sequence, first, found.course)
    block = week_block(found.course, week, first)
    return week_refusal(visit.sequence, found.course, week, block, minute)


def _starts(shown: DayTargets | None, chair: int) -> tuple[Start, ...]:
    if shown is None or not shown.by_chair:
        return ()
    free: dict[int, list[int]] = {minute: [] for minute in shown.starts}
    for number, minutes in shown.by_chair.items():
        for minute in minutes:
            free[minute].append(number)
    return tuple(
        Start(minute, chair if chair in chairs else min(chairs, default=None)) for minute, chairs in free.items()
    )


def _keys(found: Targets, visit: Visit, scope: str) -> frozenset[int]:
    chosen = chosen_by(found.course, visit.pk, scope)
    return frozenset(stay.key for stay in chosen if scope == DAY or stay.state == VisitState.BOOKED)


def _scopes(found: Targets) -> tuple[tuple[str, str, str], ...]:
    """Return each scope with its words and the days that it moves."""
    course, key = found.course, found.visit.pk
    said = []
    for value, words in SCOPES:
        days = [stay.day for stay in chosen_by(course, key, value) if stay.state == VisitState.BOOKED]
        last = f" to {days[-1]:%a}" if len(days) > 1 else ""
        said.append((value, words, f"{days[0]:%a}{last}" if days else "nothing left to move"))
    return tuple(said)


def _lines(
    found: Targets, visit: Visit, asked: Asked, day: date, minute: int | None, chair: int | None
) -> tuple[MoveLine, ...]:
    keys = _keys(found, visit, asked.scope)
    stays = [stay for stay in found.course.stays if stay.key in keys]
    moved = shifted(stays, visit.pk, day) if minute is not None and any(s.key == visit.pk for s in stays) else {}
    indexes = dict(visit.sequence.visits.values_list("pk", "day_index"))
    return tuple(
        MoveLine(
            indexes[stay.key],
            stay.day,
            clock(stay.start),
            stay.chair,
            moved.get(stay.key),
            clock(minute) if minute is not None and stay.key in moved else "",
            chair if stay.key == visit.pk else None,
        )
        for stay in found.course.stays
    )
