"""Five visits in a row: one week, one clock time, offered only where all five days can hold them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kitclinic.problems import Blocker, Problem, Refused
from kitclinic.register import Rule
from scheduling.rules.capacity import (
    DayPlan,
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
from scheduling.states import EnrolmentState

VISITS = 5  # SCH-10
OFFERS = 5  # SCH-15
OFFERS_A_WEEK = 3  # SCH-15: more only where no later week has a start
APART_MINUTES = 30  # SCH-15: two offers of one week differ by so much

SCH_10 = Rule(
    "SCH-10",
    "A sequence is 5 visits on the first five clinic days of one week, consecutive dates; by default "
    "Monday to Friday.",
    source="Tankha 2025 (five consecutive days); one week: clinic default",
)
SCH_11 = Rule("SCH-11", "The five visits start at the same clock time.", source="clinic default")
SCH_12 = Rule(
    "SCH-12",
    "A week with a closed day is not offered: a sequence is never booked as four days.",
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
class WeekPlan:
    """The five days of one clinic week, in order."""

    days: tuple[DayPlan, ...]

    def __post_init__(self) -> None:
        if len(self.days) != VISITS:
            raise ValueError(f"a week plan has {VISITS} days")
        if any(day.day != self.first_day + timedelta(days=place) for place, day in enumerate(self.days)):
            raise ValueError("the days of a week plan follow each other")

    @property
    def first_day(self) -> date:
        return self.days[0].day

    @property
    def dates(self) -> tuple[date, ...]:
        return tuple(day.day for day in self.days)


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


def clinic_week(day: date, first_weekday: int = 0) -> tuple[date, ...]:
    """Return the five dates of the clinic week ``day`` belongs to. first_weekday: 0 Monday … 6 Sunday."""
    if not 0 <= first_weekday <= 6:
        raise ValueError("first_weekday is 0 (Monday) to 6 (Sunday)")
    first = day - timedelta(days=(day.weekday() - first_weekday) % 7)
    return tuple(first + timedelta(days=place) for place in range(VISITS))


def is_clinic_day(day: date, first_weekday: int = 0) -> bool:
    """Return whether the day is one of the five; closed days are not looked at."""
    return day in clinic_week(day, first_weekday)


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
) -> list[Problem]:
    """Return what stands against this week, whatever the start.

    group_day: date of the patient's group visit; booked_days: dates on which the patient has a visit;
    clearance: of a returning patient, whose weeks do not depend on a group visit.
    """
    problems: list[Problem] = []
    if week.first_day <= today:
        sentence = f"The week of {date_words(week.first_day)} has begun. Choose a later week."
        problems.append(Blocker(SCH_14.id, sentence, "week"))
    closed = [day for day in week.days if day.closed]
    if closed:
        named = " and ".join(f"{date_words(day.day)} ({day.closed})" for day in closed)
        sentence = (
            f"The clinic is closed on {named}, so this week has {VISITS - len(closed)} days. "
            f"A sequence needs {VISITS} in a row. Choose another week."
        )
        problems.append(Blocker(SCH_12.id, sentence, "week"))
    own = sorted(set(week.dates).intersection(booked_days))
    if own:
        sentence = f"This patient already has a visit on {date_words(own[0])}."
        remedy = "Choose another week, or move that sequence."
        problems.append(Blocker(SCH_13.id, f"{sentence} {remedy}", "week"))
    return problems + start_problems(group_day, week.first_day, window=window, clearance=clearance)


def why_not(
    week: WeekPlan,
    minute: int,
    *,
    group_day: date | None,
    booked_days: Collection[date],
    today: date,
    window: Window = STANDARD,
    clearance: Clearance | None = None,
) -> list[Problem]:
    """Return every reason against this start in this week; empty means that it can be booked."""
    problems = week_problems(
        week, group_day=group_day, booked_days=booked_days, today=today, window=window, clearance=clearance
    )
    return problems + [problem for day in week.days if not day.closed for problem in refusals(day, minute)]


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
