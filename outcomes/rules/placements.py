"""For every score of a patient: the column it counts for, or why it does not, in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from outcomes.rules.windows import (
    AS_OF,
    BASELINE,
    BASELINE_DAYS,
    BASELINE_RULE,
    DAY_0,
    FOLLOW_UP_ENDS,
    LAST,
    LAST_RULE,
    REFERENCES,
    SAME_DAY,
    SIX_MONTH_TARGET,
    SIX_MONTHS,
    SIX_MONTHS_RULE,
    THREE_MONTH_TARGET,
    THREE_MONTHS,
    THREE_MONTHS_RULE,
    TIE,
    WINDOW_NAMES,
    Frame,
    Infusion,
    Score,
    chosen,
    columns,
    frame,
    rank,
    unclear_day_0,
)

COLUMN_RULES = {
    BASELINE: BASELINE_RULE,
    LAST: LAST_RULE,
    THREE_MONTHS: THREE_MONTHS_RULE,
    SIX_MONTHS: SIX_MONTHS_RULE,
}


@dataclass(frozen=True, slots=True)
class Placement:
    """One score and what it counts for. column: "baseline", "last", "3m", "6m", or "" for none.

    rule: id of the rule that decided; sentence: for the page.
    """

    score: Score
    column: str
    rule: str
    sentence: str


def placements(infusions: Sequence[Infusion], scores: Sequence[Score], as_of: date) -> tuple[Placement, ...]:
    """Return one placement for every score, in the order given, read in paper mode."""
    refs = frame(infusions, as_of)
    if refs is None:
        sentence = "Not counted: no infusion was completed on or before the as-of date."
        return tuple(Placement(score, "", REFERENCES.id, sentence) for score in scores)
    best = chosen(scores, refs)
    return tuple(_place(score, refs, best) for score in scores)


def _place(score: Score, refs: Frame, best: dict[str, dict[str, Score]]) -> Placement:
    found = columns(score, refs)
    if not found:
        rule, why = _outside(score, refs)
        return Placement(score, "", rule, f"Not counted: {why}.")
    column = found[0]
    winner = best[column][score.instrument]
    if winner is score:
        return _counts(score, column, refs)
    rule, why = _beaten(score, winner, column, refs)
    return Placement(score, "", rule, f"Not counted for {WINDOW_NAMES[column]}: {why}.")


def _counts(score: Score, column: str, refs: Frame) -> Placement:
    if column != BASELINE:
        days = _days(refs.after_last(score))
        sentence = f"Counts for {WINDOW_NAMES[column]}: {days} after the last infusion."
        return Placement(score, column, COLUMN_RULES[column].id, sentence)
    if unclear_day_0(score, refs):
        sentence = (
            "Counts as baseline, flagged: it is from the day of the first infusion and no time shows "
            "that it came before the start."
        )
        return Placement(score, column, DAY_0.id, sentence)
    if refs.before_first(score) == 0:
        sentence = "Counts as baseline: on the day of the first infusion, before it started."
        return Placement(score, column, DAY_0.id, sentence)
    sentence = f"Counts as baseline: {_days(refs.before_first(score))} before the first infusion."
    return Placement(score, column, BASELINE_RULE.id, sentence)


def _outside(score: Score, refs: Frame) -> tuple[str, str]:
    before, after = refs.before_first(score), refs.after_last(score)
    if score.date > refs.as_of:
        return AS_OF.id, "it is from after the as-of date"
    if before > BASELINE_DAYS:
        rule = BASELINE_RULE.id
        return (
            rule,
            f"{before} days before the first infusion; a baseline is at most {BASELINE_DAYS} days before",
        )
    if before == 0:
        return DAY_0.id, "completed on the day of the first infusion after it had started"
    if after > FOLLOW_UP_ENDS:
        rule = SIX_MONTHS_RULE.id
        return rule, f"{after} days after the last infusion; follow-up ends on day {FOLLOW_UP_ENDS}"
    if after == 0:
        return DAY_0.id, "on the day of the last infusion; follow-up begins the day after"
    return REFERENCES.id, "between the first and the last infusion"


def _beaten(score: Score, winner: Score, column: str, refs: Frame) -> tuple[str, str]:
    if winner.date == score.date:
        return SAME_DAY.id, "a later score on the same day counts"
    if rank(winner, column, refs)[0] == rank(score, column, refs)[0]:
        return TIE.id, "another score is equally close, and the later one counts"
    rule = COLUMN_RULES[column].id
    if column == BASELINE:
        return rule, "a later score before the first infusion counts"
    if column == LAST:
        return rule, "an earlier score after the last infusion counts"
    target = THREE_MONTH_TARGET if column == THREE_MONTHS else SIX_MONTH_TARGET
    return rule, f"another score is closer to day {target}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
