"""Which days a sequence may take: five of one clinic week, and what is done with a week that has a closed day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import takewhile

from kitclinic.register import Rule
from scheduling.rules.capacity import DayPlan, Lengths
from scheduling.states import SequenceMode, WeekRule

VISITS = 5  # SCH-10
SHORT_VISITS = 4  # SCH-42
NOT_OPENED = "not opened yet"  # why a day is closed that nobody has decided about

SCH_40 = Rule(
    "SCH-40",
    "A week with a closed day is skipped until the clinic decides about that week; what it decides holds for this "
    "week alone and is kept on each sequence as its mode.",
    source="clinic default",
)
SCH_41 = Rule(
    "SCH-41",
    "Where the Saturday is opened, a sequence takes any 5 open dates of the week that follow each other, Monday "
    "to Saturday.",
    source="clinic default",
)
SCH_42 = Rule(
    "SCH-42",
    "A short course is the 4 open days of a week with 1 closed day; it needs the patient's recorded consent and "
    "counts as incomplete.",
    source="clinic default",
)
SCH_43 = Rule(
    "SCH-43",
    "In a rolling week a sequence takes any 5 clinic days that follow each other and begin in this week; a "
    "weekend may fall inside, and it ends in the following week at the latest.",
    source="clinic default",
)
ORD_46 = Rule(
    "ORD-46",
    "A sequence of a protocol with fewer than 5 days takes so many open dates of one clinic week that follow each "
    "other; another closed day of that week does not matter.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Block:
    """The days of one sequence that a week allows.

    exact: no other block of its week shares a day with it, so its places are the week's places, to the one.
    """

    dates: tuple[date, ...]
    mode: SequenceMode
    exact: bool = True

    @property
    def first_day(self) -> date:
        return self.dates[0]

    @property
    def last_day(self) -> date:
        return self.dates[-1]


@dataclass(frozen=True, slots=True)
class WeekPlan:
    """The five days of one clinic week, in order.

    rule: what the clinic does with this week; saturday: the day after the fifth, None where nobody opened it;
    following: the five days of the week after; only a rolling week looks at them. visits: of one sequence, as
    its protocol says; from_day: the protocol's first day.
    """

    days: tuple[DayPlan, ...]
    rule: WeekRule = WeekRule.SKIP
    saturday: DayPlan | None = None
    following: tuple[DayPlan, ...] = ()
    visits: int = VISITS
    from_day: date = date.min

    def __post_init__(self) -> None:
        if len(self.days) != VISITS:
            raise ValueError(f"a week plan has {VISITS} days")
        if any(day.day != self.first_day + timedelta(days=place) for place, day in enumerate(self.days)):
            raise ValueError("the days of a week plan follow each other")
        if self.saturday is not None and self.saturday.day != self.first_day + timedelta(days=VISITS):
            raise ValueError("the Saturday of a week plan follows its five days")
        if any(day.day < self.first_day + timedelta(days=7) for day in self.following):
            raise ValueError("the following days come after the week")

    @property
    def first_day(self) -> date:
        return self.days[0].day

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(day.day for day in self.days)

    @property
    def closed(self) -> tuple[DayPlan, ...]:
        """The closed days among the five."""
        return tuple(day for day in self.days if day.closed)

    @property
    def known(self) -> tuple[DayPlan, ...]:
        """Every day that a block of this week may take, in order of date."""
        return (*self.days, *((self.saturday,) if self.saturday else ()), *self.following)


def clinic_week(day: date, first_weekday: int = 0) -> tuple[date, ...]:
    """Return the five dates of the clinic week ``day`` belongs to. first_weekday: 0 Monday … 6 Sunday."""
    if not 0 <= first_weekday <= 6:
        raise ValueError("first_weekday is 0 (Monday) to 6 (Sunday)")
    first = day - timedelta(days=(day.weekday() - first_weekday) % 7)
    return tuple(first + timedelta(days=place) for place in range(VISITS))


def is_clinic_day(day: date, first_weekday: int = 0) -> bool:
    """Return whether the day is one of the five; closed days are not looked at."""
    return day in clinic_week(day, first_weekday)


def blocks_of(week: WeekPlan, rule: WeekRule | None = None) -> list[Block]:
    """Return the blocks that begin in this week, earliest first; none where no sequence may begin.

    rule: another one than the week's own, to see what it would do.
    """
    rule = week.rule if rule is None else rule
    if week.visits != VISITS:
        return _runs(week, rule)
    if rule == WeekRule.SATURDAY:
        found = [(dates, SequenceMode.CALENDAR_DAYS) for dates in _saturday(week)]
    elif rule == WeekRule.ROLLING:
        found = [(dates, SequenceMode.CLINIC_DAYS) for dates in _rolling(week)]
    elif rule == WeekRule.SHORT and _is_short(week):
        dates = tuple(day.day for day in week.days if not day.closed)
        return [Block(dates, SequenceMode.SHORT)] if dates[0] >= week.from_day else []
    else:
        found = [] if week.closed else [(week.dates, SequenceMode.SAME_WEEK)]
    return [
        Block(dates, SequenceMode.SAME_WEEK if dates == week.dates else mode, exact=len(found) == 1)
        for dates, mode in found
        if dates[0] >= week.from_day
    ]


def block_of(week: WeekPlan, dates: Sequence[date]) -> Block | None:
    """Return the block of exactly these dates; None where this week does not allow it."""
    return next((block for block in blocks_of(week) if block.dates == tuple(dates)), None)


def plans_of(week: WeekPlan, dates: Sequence[date]) -> tuple[DayPlan, ...]:
    """Return the plans of a block's days. All visits of a sequence have the lengths of its first day."""
    by_date = {day.day: day for day in week.known}
    days = [by_date[day] for day in dates]
    return tuple(day if day.lengths == days[0].lengths else replace(day, lengths=days[0].lengths) for day in days)


def _runs(week: WeekPlan, rule: WeekRule) -> list[Block]:
    """Return the blocks of a protocol with fewer days: open dates that follow each other (ORD-46)."""
    with_saturday = rule == WeekRule.SATURDAY and week.saturday is not None
    days = [*week.days, *((week.saturday,) if with_saturday and week.saturday else ())]
    runs = [days[place : place + week.visits] for place in range(len(days) - week.visits + 1)]
    found = [tuple(day.day for day in run) for run in runs if not any(day.closed for day in run)]
    return [
        Block(
            dates,
            SequenceMode.SAME_WEEK if set(dates) <= set(week.dates) else SequenceMode.CALENDAR_DAYS,
            exact=week.visits == 1 or len(found) == 1,
        )
        for dates in found
        if dates[0] >= week.from_day
    ]


def _saturday(week: WeekPlan) -> Iterator[tuple[date, ...]]:
    days = [*week.days, *((week.saturday,) if week.saturday else ())]
    for place in range(len(days) - VISITS + 1):
        chosen = days[place : place + VISITS]
        if not any(day.closed for day in chosen):
            yield tuple(day.day for day in chosen)


def _is_short(week: WeekPlan) -> bool:
    return [day.closed != NOT_OPENED for day in week.closed] == [True] * (VISITS - SHORT_VISITS)


def _rolling(week: WeekPlan) -> Iterator[tuple[date, ...]]:
    days = [*week.days, *week.following]
    for place, first in enumerate(week.days):
        opened = list(takewhile(lambda day: day.closed != NOT_OPENED, days[place:]))
        chosen = tuple(day.day for day in opened if not day.closed)[:VISITS]
        if not first.closed and len(chosen) == VISITS:
            yield chosen


def under(week: WeekPlan, versions: Iterable[tuple[date, Lengths]], *, visits: int) -> WeekPlan:
    """Return the week as another protocol than the standard sees it.

    versions: first day and lengths of each version of that protocol, the newest first.
    """
    known = list(versions)

    def other(day: DayPlan) -> DayPlan:
        lengths = next((lengths for begins, lengths in known if begins <= day.day), day.lengths)
        return day if lengths == day.lengths else replace(day, lengths=lengths)

    return replace(
        week,
        days=tuple(map(other, week.days)),
        saturday=other(week.saturday) if week.saturday else None,
        following=tuple(map(other, week.following)),
        visits=visits,
        from_day=min((begins for begins, _ in known), default=date.max),
    )
