"""Five visits in a row: one week, one clock time, offered only where all five days can hold them."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Blocker, Problem, Refused
from kitclinic.register import Rule
from scheduling.rules.blocks import (
    SHORT_VISITS,
    VISITS,
    Block,
    WeekPlan,
    block_of,
    blocks_of,
    plans_of,
)
from scheduling.rules.blocks import clinic_week as clinic_week
from scheduling.rules.blocks import is_clinic_day as is_clinic_day
from scheduling.rules.capacity import (
    Profile,
    after,
    clock,
    date_words,
    feasible,
    further_visits,
    minutes,
    profile,
    refusals,
    together,
)
from scheduling.rules.chairs import ChairPlan, plan_chairs
from scheduling.rules.groups import STANDARD, Clearance, Window, start_problems
from scheduling.states import EnrolmentState, WeekRule

OFFERS = 5  # SCH-15
OFFERS_A_WEEK = 3  # SCH-15: more only where no later week has a start
APART_MINUTES = 30  # SCH-15: two offers of one week differ by so much

SCH_10 = Rule(
    "SCH-10",
    "A sequence is 5 visits on the first five clinic days of one week, consecutive dates; by default "
    "Monday to Friday. Other days only in a week about which the clinic has decided (SCH-40).",
    source="Tankha 2025 (five consecutive days); one week: clinic default",
)
SCH_11 = Rule("SCH-11", "The five visits start at the same clock time.", source="clinic default")
SCH_12 = Rule(
    "SCH-12",
    "A week with a closed day is not offered, unless the clinic has decided about it: a sequence is never cut "
    "to four days silently.",
    source="clinic default",
)
SCH_13 = Rule("SCH-13", "A patient has one sequence in a week and one visit on a day.", source="clinic default")
SCH_14 = Rule("SCH-14", "A sequence starts on a day to come.", source="clinic default")
SCH_15 = Rule(
    "SCH-15",
    "At most 5 starts are offered, 3 of one week where a later week has some, 30 minutes apart, the earliest "
    "week first, then the nearest to the wish; each is feasible on all five days and says what it leaves.",
    source="clinic default",
)
SCH_18 = Rule(
    "SCH-18",
    "A sequence is booked for a patient who has a group visit booked or is cleared.",
    source="Tankha 2025 (group visit before the first infusion)",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One start, feasible on all five days.

    minute: clock time of all five; off_wish: minutes away from the wish.
    places_now: further sequences that fit this week; places_after: those that still fit after this one.
    """

    dates: tuple[date, ...]
    minute: int
    off_wish: int
    places_now: int
    places_after: int
    chairs: ChairPlan

    @property
    def first_day(self) -> date:
        return self.dates[0]

    @property
    def lost_places(self) -> int:
        """Sequences that others lose beyond the one booked; 0 costs nobody a place."""
        return self.places_now - 1 - self.places_after

    @property
    def keeps(self) -> str:
        """Return "keeps 11 of 11 places"."""
        return f"keeps {self.places_after} of {self.places_now - 1} places"


def week_profile(week: WeekPlan) -> Profile:
    """Return what is free on all five days at one clock time."""
    return together([profile(day) for day in week.days])


def places(week: WeekPlan) -> int:
    """Return exactly how many further sequences fit into this week."""
    return further_visits(week_profile(week))


def week_problems(
    week: WeekPlan,
    *,
    group_day: date | None,
    booked_days: Collection[date],
    today: date,
    window: Window = STANDARD,
    clearance: Clearance | None = None,
    block: Block | None = None,
) -> list[Problem]:
    """Return what stands against this week, whatever the start.

    group_day: date of the patient's group visit; booked_days: dates on which the patient has a visit;
    clearance: of a returning patient, whose weeks do not depend on a group visit; block: one of ``blocks_of``,
    None for the week's first.
    """
    problems: list[Problem] = []
    block = block or next(iter(blocks_of(week)), None)
    dates = block.dates if block else week.dates
    if dates[0] <= today:
        sentence = f"The week of {date_words(week.first_day)} has begun. Choose a later week."
        problems.append(Blocker(SCH_14.id, sentence, "week"))
    if block is None:
        problems.append(Blocker(SCH_12.id, f"{_no_block(week)} Choose another week.", "week"))
    own = sorted(set(dates).intersection(booked_days))
    if own:
        sentence = f"This patient already has a visit on {date_words(own[0])}."
        remedy = "Choose another week, or move that sequence."
        problems.append(Blocker(SCH_13.id, f"{sentence} {remedy}", "week"))
    return problems + start_problems(group_day, dates[0], window=window, clearance=clearance)


def dates_problems(week: WeekPlan, dates: Sequence[date]) -> list[Problem]:
    """Return the refusal of days that are no block of this week, while the week has others."""
    if not blocks_of(week) or block_of(week, dates):
        return []
    sentence = "A sequence takes days in a row that the clinic allows for this week. Choose one of the offers."
    return [Blocker(SCH_10.id, sentence, "first_day")]


def why_not(
    week: WeekPlan,
    minute: int,
    *,
    group_day: date | None,
    booked_days: Collection[date],
    today: date,
    window: Window = STANDARD,
    clearance: Clearance | None = None,
    block: Block | None = None,
) -> list[Problem]:
    """Return every reason against this start on these days; empty means that it can be booked.

    block: one of ``blocks_of``, None for the week's first. Each problem names its rule, its day and its minute.
    """
    block = block or next(iter(blocks_of(week)), None)
    problems = week_problems(
        week,
        group_day=group_day,
        booked_days=booked_days,
        today=today,
        window=window,
        clearance=clearance,
        block=block,
    )
    days = plans_of(week, block.dates) if block else [day for day in week.days if not day.closed]
    return problems + [problem for day in days for problem in refusals(day, minute)]


def _no_block(week: WeekPlan) -> str:
    """Say why no sequence begins in this week, with the closed days by name."""
    named = " and ".join(f"{date_words(day.day)} ({day.closed})" for day in week.closed)
    left = VISITS - len(week.closed)
    if not named:
        return f"Fewer than {VISITS} clinic days follow each other from this week on."
    closed = f"The clinic is closed on {named}, so this week has {left} day{'' if left == 1 else 's'}."
    if week.rule == WeekRule.SATURDAY:
        return f"{closed} With the Saturday, no {VISITS} of its dates follow each other."
    if week.rule == WeekRule.SHORT:
        return f"{closed} A short course needs {SHORT_VISITS}."
    if week.rule == WeekRule.ROLLING:
        return f"{closed} No {VISITS} clinic days in a row begin in it."
    return f"{closed} A sequence needs {VISITS} in a row."


def offers(
    weeks: Iterable[WeekPlan],
    wish_minute: int,
    *,
    group_day: date | None,
    today: date,
    booked_days: Collection[date] = frozenset(),
    limit: int = OFFERS,
    window: Window = STANDARD,
    clearance: Clearance | None = None,
) -> list[Offer]:
    """Return at most ``limit`` offers, best first. weeks: in order of date; read only as far as needed."""
    found: list[list[Offer]] = []
    for week in weeks:
        if not week_problems(
            week, group_day=group_day, booked_days=booked_days, today=today, window=window, clearance=clearance
        ):
            found.append(_week_offers(week, wish_minute, limit))
        if sum(len(some[:OFFERS_A_WEEK]) for some in found) >= limit:
            break
    first = [offer for some in found for offer in some[:OFFERS_A_WEEK]]
    spare = [offer for some in found for offer in some[OFFERS_A_WEEK:]]
    chosen = (first + spare)[:limit]
    return sorted(chosen, key=lambda offer: (offer.first_day, offer.off_wish, offer.minute))


def next_number(numbers: Iterable[int]) -> int:
    """Return the number of the patient's next sequence; a cancelled one keeps its number."""
    return max(numbers, default=0) + 1


def enrolment_problems(enrolment: str) -> list[Problem]:
    """Return the refusal to book a sequence in this EnrolmentState; starting it asks for more."""
    if enrolment in (EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED):
        return []
    label = EnrolmentState(enrolment).label.lower()
    sentence = f"This patient is {label}. Book the group visit first; the five infusions follow it."
    return [Blocker(SCH_18.id, sentence)]


def _week_offers(week: WeekPlan, wish_minute: int, limit: int) -> list[Offer]:
    free = week_profile(week)
    starts = minutes(feasible(free))
    if not starts:
        return []
    now = further_visits(free)
    found: list[Offer] = []
    for minute in sorted(starts, key=lambda start: (abs(start - wish_minute), start)):
        if len(found) >= limit:
            break
        if any(abs(minute - offer.minute) < APART_MINUTES for offer in found):
            continue
        for chairs in _seat(week, minute):
            left = further_visits(after(free, minute))
            found.append(Offer(week.dates, minute, abs(minute - wish_minute), now, left, chairs))
    return found


def _seat(week: WeekPlan, minute: int) -> Iterator[ChairPlan]:
    """Yield the chairs, or nothing where patients who already sit leave no chair."""
    try:
        yield plan_chairs(week.days, minute)
    except Refused:
        return


def week_words(week: WeekPlan, minute: int) -> str:
    """Return "Monday 14 September to Friday 18 September, 09:05"."""
    return f"{date_words(week.dates[0])} to {date_words(week.dates[-1])}, {clock(minute)}"
