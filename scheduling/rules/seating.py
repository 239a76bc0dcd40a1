"""Chairs for visits that have just been given other times, on one day or on the days of a sequence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from scheduling.rules.capacity import BookedVisit, DayPlan, Lengths
from scheduling.rules.chairs import plan_chairs


@dataclass(frozen=True, slots=True)
class Placing:
    """Visits of one patient that get a start. keys: the visit of each day; prefer: the chairs they had."""

    keys: Mapping[date, int]
    start: int
    lengths: Lengths
    prefer: tuple[int, ...] = ()


def seat_anew(days: Mapping[date, DayPlan], placings: Iterable[Placing]) -> dict[int, int]:
    """Return the chair of every visit that is placed, and of those whose chair had to change for it.

    days: with the placed visits still in them, at their old times; only patients who came keep their chair for
    certain. Raises Refused (SCH-16) where those leave no chair.
    """
    some = sorted(placings, key=lambda placing: placing.start)
    placed = {key for placing in some for key in placing.keys.values()}
    now = {
        day: replace(
            plan,
            booked=tuple(replace(visit, pinned=visit.came) for visit in plan.booked if visit.key not in placed),
        )
        for day, plan in days.items()
    }
    chairs: dict[int, int] = {}
    for placing in some:
        plans = [replace(now[day], lengths=placing.lengths) for day in placing.keys]
        found = plan_chairs(plans, placing.start, placing.prefer)
        for move in found.moves:
            chairs[int(move.key or 0)] = move.to_chair
            now[move.day] = _moved(now[move.day], move.key, move.to_chair)
        for (day, key), chair in zip(placing.keys.items(), found.chairs, strict=True):
            chairs[key] = chair
            visit = BookedVisit(placing.start, placing.lengths, chair, key)
            now[day] = replace(now[day], booked=(*now[day].booked, visit))
    return chairs


def _moved(day: DayPlan, key: int | str | None, chair: int) -> DayPlan:
    booked = (replace(visit, chair=chair) if visit.key == key else visit for visit in day.booked)
    return replace(day, booked=tuple(booked))
