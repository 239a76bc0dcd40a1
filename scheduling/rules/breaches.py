"""Does a whole day, as it stands, keep the suite's rules? Counted edge by edge, apart from the masks.

Used after a call-out or a change of hours, and as a second opinion on what booking made. Cover that is
open counts here: it stands for what is booked or seated. A patient who has come is a fact; hours, a closure
and a chair out of service are asked of the others only.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import (
    GRID_MINUTES,
    PATIENTS_PER_NURSE,
    SCH_01,
    SCH_02,
    SCH_03,
    SCH_04,
    SCH_05,
    SCH_06,
    SCH_07,
    SCH_37,
    STARTS_PER_NURSE,
    BookedVisit,
    DayPlan,
    Span,
    clock,
    date_words,
)

SCH_08 = Rule("SCH-08", "A chair holds one patient at a time, cleaning included.", source="clinic default")
SCH_36 = Rule(
    "SCH-36",
    "Nobody is booked in a chair that is out of service; its booked visits change chairs first, never times.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule broken over one span of minutes. excess: people too many; 0 where it is not a count."""

    rule: str
    span: Span
    sentence: str
    excess: int = 0


def breaches(day: DayPlan) -> list[Breach]:
    """Return everything on this day that breaks a rule, earliest first."""
    found = [*_visit_breaches(day), *_chair_breaches(day), *_count_breaches(day)]
    return sorted(found, key=lambda breach: (breach.span, breach.rule))


def breach_problems(day: DayPlan) -> list[Problem]:
    """Return the breaches as blockers, for an act that would leave the day like this."""
    return [Blocker(breach.rule, f"{date_words(day.day)}: {breach.sentence}") for breach in breaches(day)]


def _visit_breaches(day: DayPlan) -> Iterator[Breach]:
    for visit in day.booked:
        start, discharge = visit.attended
        seat = f"the visit at {clock(start)}"
        if day.closed and not visit.came:
            yield Breach(SCH_07.id, visit.attended, f"{seat} is on a closed day ({day.closed}).")
            continue
        if start % GRID_MINUTES:
            yield Breach(SCH_01.id, visit.attended, f"{seat} is not on a {GRID_MINUTES}-minute mark.")
        if start < day.open and not visit.came:
            yield Breach(SCH_02.id, visit.attended, f"{seat} is before opening at {clock(day.open)}.")
        if discharge > day.close and not visit.came:
            yield Breach(
                SCH_02.id, visit.attended, f"{seat} ends at {clock(discharge)}, after {clock(day.close)}."
            )
        if (gap := _first_gap(visit.attended, (*day.provider, *day.provider_cover))) is not None:
            yield Breach(SCH_06.id, visit.attended, f"{seat} has no provider on site at {clock(gap)}.")


def _chair_breaches(day: DayPlan) -> Iterator[Breach]:
    for one, other in combinations(day.booked, 2):
        if one.chair is None or one.chair != other.chair:
            continue
        span = max(one.start, other.start), min(one.occupied[1], other.occupied[1])
        if span[0] < span[1]:
            yield Breach(SCH_08.id, span, f"chair {one.chair} holds two patients {_between(span)}.")
    for visit in day.booked:
        if visit.chair is not None and not 1 <= visit.chair <= day.chairs:
            yield Breach(SCH_03.id, visit.occupied, f"chair {visit.chair} is not one of the {day.chairs} chairs.")
        elif visit.chair in day.out and not visit.came:
            sentence = f"the visit at {clock(visit.start)} is in chair {visit.chair}, which is out of service."
            yield Breach(SCH_36.id, visit.occupied, sentence)


def _count_breaches(day: DayPlan) -> Iterator[Breach]:
    floor = (*day.nurses, *day.nurse_cover)

    def nurses(minute: int) -> int:
        return sum(start <= minute < end for start, end in floor)

    counts: tuple[tuple[Rule, str, Callable[[BookedVisit], Span], Callable[[int], int]], ...] = (
        (SCH_03, "patients for the chairs", lambda visit: visit.occupied, lambda _: day.chairs),
        (
            SCH_04,
            "patients for the nurses on the floor",
            lambda visit: visit.attended,
            lambda minute: PATIENTS_PER_NURSE * nurses(minute),
        ),
        (
            SCH_05,
            "IV starts for the nurses on the floor",
            lambda visit: visit.iv,
            lambda minute: STARTS_PER_NURSE * nurses(minute),
        ),
    )
    for rule, what, span_of, limit in counts:
        spans = [span_of(visit) for visit in day.booked]
        for span, excess in _over(spans, limit, edges=[edge for shift in floor for edge in shift]):
            yield Breach(rule.id, span, f"{excess} too many {what} {_between(span)}.", excess)
    if day.cap is not None and (excess := len(day.booked) - day.cap) > 0:
        sentence = f"{len(day.booked)} visits are booked; the day takes {day.cap}."
        yield Breach(SCH_37.id, (day.open, day.close), sentence, excess)


def _over(spans: list[Span], limit: Callable[[int], int], *, edges: list[int]) -> list[tuple[Span, int]]:
    """Return the runs of minutes where more spans overlap than the limit allows, with the worst excess."""
    marks = sorted({*edges, *(edge for span in spans for edge in span)})
    runs: list[tuple[Span, int]] = []
    for start, end in pairwise(marks):
        excess = sum(span[0] <= start < span[1] for span in spans) - limit(start)
        if excess <= 0:
            continue
        if runs and runs[-1][0][1] == start:
            (first, _), worst = runs[-1]
            runs[-1] = (first, end), max(worst, excess)
        else:
            runs.append(((start, end), excess))
    return runs


def _first_gap(span: Span, cover: tuple[Span, ...]) -> int | None:
    at = span[0]
    for start, end in sorted(cover):
        if start <= at < end:
            at = end
    return at if at < span[1] else None


def _between(span: Span) -> str:
    return f"from {clock(span[0])} to {clock(span[1])}"
