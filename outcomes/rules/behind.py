"""The patients behind one cell: who counts, as what, and why everybody else does not."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from outcomes.rules.change import Change, Verdict, change
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import Measure
from outcomes.rules.scoring import points
from outcomes.rules.windows import LAST, SIX_MONTHS, THREE_MONTHS, Reading, Score, Windowed


@dataclass(frozen=True, slots=True)
class Standing:
    """One patient and one cell. baseline, follow_up: the counting scores; change: second less first, points.

    is_paired: in the denominator. is_improved: in the numerator. days_before, days_after: of the two scores.
    """

    baseline: Score | None
    follow_up: Score | None
    days_before: int | None
    days_after: int | None
    change: Decimal | None
    gain_tenths: int
    verdict: Verdict | None
    is_paired: bool
    is_improved: bool
    is_flagged: bool
    sentence: str


def days_of(window: str, reading: Reading) -> tuple[int, int]:
    """Return the first and last day of a window under a reading."""
    days = {
        LAST: reading.last_days,
        THREE_MONTHS: reading.three_month_days,
        SIX_MONTHS: reading.six_month_days,
    }
    return days[window]


def standing(patient: Windowed, measure: Measure, window: str, definitions: Definitions) -> Standing:
    """Return where one patient stands in one cell, with the reason in a sentence."""
    baseline, follow_up = patient.baseline.get(measure.name), patient.at(window).get(measure.name)
    first = patient.first_infusion
    last = patient.last_infusion
    before = (first - baseline.date).days if first and baseline else None
    after = (follow_up.date - last).days if last and follow_up else None
    found: Change | None = None
    improved = False
    if baseline is not None and follow_up is not None:
        found = change(measure, baseline.tenths, follow_up.tenths, mcid_set=definitions.mcid_set)
        improved = found.counts_as_improved(absolute=definitions.absolute)
        sentence = _counted(found, measure, is_literal_only=improved and found.verdict is not Verdict.IMPROVED)
    else:
        sentence = _not_counted(patient, measure, window, definitions)
    return Standing(
        baseline=baseline,
        follow_up=follow_up,
        days_before=before,
        days_after=after,
        change=points(measure, found.tenths) if found else None,
        gain_tenths=found.gain_tenths if found else 0,
        verdict=found.verdict if found else None,
        is_paired=found is not None,
        is_improved=improved,
        is_flagged=measure.name in patient.flagged,
        sentence=sentence,
    )


def _counted(found: Change, measure: Measure, *, is_literal_only: bool) -> str:
    mcid = points(measure, found.mcid_tenths)
    if found.tenths == 0:
        return "Unchanged: the same score."
    way = "lower" if found.tenths < 0 else "higher"
    moved = f"{points(measure, abs(found.tenths))} {way}"
    if found.verdict is Verdict.UNCHANGED:
        return f"Unchanged: {moved}, less than {mcid}."
    if found.verdict is Verdict.IMPROVED:
        return f"{moved}, at least {mcid}."
    note = " Counted as improved by the either-way reading." if is_literal_only else ""
    return f"Worsened: {moved}, at least {mcid}.{note}"


def _not_counted(patient: Windowed, measure: Measure, window: str, definitions: Definitions) -> str:
    if patient.last_infusion is None or patient.first_infusion is None:
        return "No completed infusion on or before the as-of date."
    reading = definitions.reading
    missing = []
    if measure.name not in patient.baseline:
        missing.append(f"no score in the {reading.baseline_days} days before the first infusion")
    if measure.name not in patient.at(window):
        missing.append(_no_follow_up(patient, window, definitions))
    text = ", and ".join(missing)
    return f"{text[0].upper()}{text[1:]}."


def _no_follow_up(patient: Windowed, window: str, definitions: Definitions) -> str:
    low, high = days_of(window, definitions.reading)
    if patient.last_infusion is None:
        raise ValueError("a patient without a completed infusion has no window")
    closes = patient.last_infusion + timedelta(days=high)
    if closes > patient.as_of:
        return f"no score yet; the window is open until {closes.day} {closes:%b %Y}"
    return f"no score {low} to {high} days after the last infusion"
