"""Five visits in a row: which week, which start, and what stands against each by rule, day and minute."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from kitclinic.problems import Blocker, Problem
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
from scheduling.rules.capacity import clock, date_words, refusals
from scheduling.rules.groups import STANDARD, Clearance, Window, start_problems
from scheduling.states import EnrolmentState, WeekRule

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
SCH_18 = Rule(
    "SCH-18",
    "A sequence is booked for a patient who has a group visit booked, at the latest in the same act, or is "
    "cleared.",
    source="Tankha 2025 (group visit before the first infusion)",
)


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
    if week.visits != VISITS:
        counted = "No day is open" if week.visits == 1 else f"No {week.visits} open days follow each other"
        return f"{counted} in this week from the first day of the protocol on."
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


def next_number(numbers: Iterable[int]) -> int:
    """Return the number of the patient's next sequence; a cancelled one keeps its number."""
    return max(numbers, default=0) + 1


def enrolment_problems(enrolment: str, *, with_group: bool = False) -> list[Problem]:
    """Return the refusal to book a sequence in this EnrolmentState; starting it asks for more.

    with_group: the group visit is booked in the same act.
    """
    if enrolment in (EnrolmentState.GROUP_BOOKED, EnrolmentState.CLEARED):
        return []
    if with_group and enrolment == EnrolmentState.ELIGIBLE:
        return []
    label = EnrolmentState(enrolment).label.lower()
    sentence = f"This patient is {label}. Book the group visit first; the five infusions follow it."
    return [Blocker(SCH_18.id, sentence)]


def week_words(week: WeekPlan, minute: int) -> str:
    """Return "Monday 14 September to Friday 18 September, 09:05"."""
    return f"{date_words(week.dates[0])} to {date_words(week.dates[-1])}, {clock(minute)}"
