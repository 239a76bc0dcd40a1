"""Why a wished start is refused, as a picture: who is there during the visit, and the limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Problem
from scheduling.rules.capacity import (
    GRID_MINUTES,
    PATIENTS_PER_NURSE,
    SCH_03,
    SCH_04,
    SCH_05,
    STARTS_PER_NURSE,
    DayPlan,
    clock,
    refusals,
)

PICTURE_WIDTH, PICTURE_HEIGHT, ONE_PERSON = 280, 108, 9  # SVG units


@dataclass(frozen=True, slots=True)
class Column:
    """One tick of the refusal's picture. over: the wished visit would break the limit here."""

    x: int
    load_y: int
    load_height: int
    add_y: int
    over: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Who is there during the wished visit, and the limit, on the first day that refuses it."""

    day: date
    what: str
    columns: tuple[Column, ...]
    line: str
    from_clock: str
    to_clock: str
    most: int
    least: int
    column_width: int  # of one tick, with its gap taken out
    one_height: int  # of one person

    @property
    def inner_width(self) -> int:
        return self.column_width - 1


def first_picture(days: Sequence[DayPlan], minute: int, refused: Sequence[Problem]) -> Picture | None:
    """Draw the first refusal that is a count of people; a closed week or an hour needs no picture."""
    for day in days if refused else ():
        rules = {problem.rule for problem in refusals(day, minute)}
        for rule in (SCH_04, SCH_03, SCH_05):
            if rule.id in rules:
                return _picture(day, minute, rule.id)
    return None


def _picture(day: DayPlan, minute: int, rule: str) -> Picture:
    length = {SCH_03.id: day.lengths.occupied, SCH_04.id: day.lengths.attended, SCH_05.id: day.lengths.iv}[rule]
    step = GRID_MINUTES if rule != SCH_05.id else 1
    ticks = list(range(minute, minute + length, step))
    spans = [
        {SCH_03.id: visit.occupied, SCH_04.id: visit.attended, SCH_05.id: visit.iv}[rule] for visit in day.booked
    ]
    per_nurse = PATIENTS_PER_NURSE if rule == SCH_04.id else STARTS_PER_NURSE
    loads = [sum(start <= tick < end for start, end in spans) for tick in ticks]
    nurses = [sum(start <= tick < end for start, end in day.nurses) for tick in ticks]
    limits = [day.chairs if rule == SCH_03.id else per_nurse * count for count in nurses]
    one = min(ONE_PERSON, PICTURE_HEIGHT // max([1, *limits, *(load + 1 for load in loads)]))
    width = PICTURE_WIDTH // len(ticks)
    columns = tuple(
        Column(
            place * width,
            PICTURE_HEIGHT - load * one,
            load * one,
            PICTURE_HEIGHT - (load + 1) * one,
            load + 1 > limits[place],
        )
        for place, load in enumerate(loads)
    )
    path = f"M0 {PICTURE_HEIGHT - limits[0] * one}" + "".join(
        f"H{place * width}V{PICTURE_HEIGHT - most * one}" for place, most in enumerate(limits) if place
    )
    what = {SCH_03.id: "patients in chairs", SCH_04.id: "patients", SCH_05.id: "IV starts"}[rule]
    return Picture(
        day.day,
        what,
        columns,
        f"{path}H{len(ticks) * width}",
        clock(minute),
        clock(minute + length),
        max(limits),
        min(limits),
        width - 2,
        one - 2,
    )
