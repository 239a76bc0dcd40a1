"""For every score of a patient: the column it counts for, or why it does not, in a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.register import Rule
from outcomes.rules.courses import Course, courses
from outcomes.rules.windows import (
    AS_OF,
    BASELINE,
    BASELINE_RULE,
    DAY_0,
    LAST,
    LAST_RULE,
    PAPER,
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
    Mode,
    Reading,
    Score,
    chosen,
    columns,
    frame,
    is_before_start,
    rank,
    unclear_day_0,
)

COLUMN_RULES = {
    BASELINE: BASELINE_RULE,
    LAST: LAST_RULE,
    THREE_MONTHS: THREE_MONTHS_RULE,
    SIX_MONTHS: SIX_MONTHS_RULE,
}


SAME_MINUTE = Rule(
    "OUT-30",
    "Of scores from the same minute, or of one day without times, the one stored last counts; of one day's scores "
    "one with a time counts before one without.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Placement:
    """One score and what it counts for. column: "baseline", "last", "3m", "6m", or "" for none.

    rule: id of the rule that decided; sentence: for the page. course: number of the course it was read for, 0 in
    paper mode.
    """

    score: Score
    column: str
    rule: str
    sentence: str
    course: int = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """What scores are read for: everything in paper mode (course None), one course in course mode."""

    refs: Frame
    best: dict[str, dict[str, Score]]
    course: Course | None

    @property
    def number(self) -> int:
        return self.course.number if self.course else 0

    def owns(self, day: date) -> bool:
        return self.course is None or self.course.owns(day)


def placements(
    infusions: Sequence[Infusion],
    scores: Sequence[Score],
    as_of: date,
    *,
    mode: Mode = "paper",
    reading: Reading = PAPER,
) -> tuple[Placement, ...]:
    """Return, in order, a placement for every column a score was eligible for (OUT-01 to OUT-09, OUT-23).

    A score that is eligible for no column has one placement with the reason, between two courses one for each.
    """
    parts = _parts(infusions, scores, as_of, mode, reading)
    if not parts:
        sentence = "Not counted: no infusion was completed on or before the as-of date."
        return tuple(Placement(score, "", REFERENCES.id, sentence) for score in scores)
    return tuple(found for score in scores for found in _all(score, parts, reading))


def _parts(
    infusions: Sequence[Infusion], scores: Sequence[Score], as_of: date, mode: Mode, reading: Reading
) -> list[_Part]:
    if mode == "paper":
        refs = frame(infusions, as_of, reading)
        return [_Part(refs, chosen(scores, refs, reading), None)] if refs else []
    found = []
    for one in courses(infusions, as_of):
        last = one.first if reading.follow_ups_from == "first" else one.last
        refs = Frame(as_of, one.first, one.first_start, last)
        mine = [score for score in scores if one.owns(score.date)]
        found.append(_Part(refs, chosen(mine, refs, reading), one))
    return found


def _all(score: Score, parts: Sequence[_Part], reading: Reading) -> Iterator[Placement]:
    mine = [part for part in parts if part.owns(score.date)]
    fits = [(part, column) for part in mine for column in columns(score, part.refs, reading)]
    for part, column in fits:
        winner = part.best[column][score.instrument]
        if winner is score:
            yield _counts(score, column, part)
        else:
            rule, why = _beaten(score, winner, column, part.refs, reading)
            yield Placement(score, "", rule, f"Not counted for {WINDOW_NAMES[column]}: {why}.", part.number)
    if not fits and score.date > parts[0].refs.as_of:
        yield Placement(score, "", AS_OF.id, "Not counted: it is from after the as-of date.")
    elif not fits:
        for part in mine:
            rule, why = _outside(score, part.refs, reading)
            yield Placement(score, "", rule, f"Not counted: {why}.", part.number)


def _counts(score: Score, column: str, part: _Part) -> Placement:
    refs = part.refs
    if column != BASELINE:
        sentence = f"Counts for {WINDOW_NAMES[column]}: {_days(refs.after_last(score))} after the last infusion."
        return Placement(score, column, COLUMN_RULES[column].id, sentence, part.number)
    if unclear_day_0(score, refs):
        sentence = (
            "Counts as baseline, flagged: it is from the day of the first infusion and no time shows "
            "that it came before the start."
        )
        return Placement(score, column, DAY_0.id, sentence, part.number)
    if refs.before_first(score) == 0:
        when = "before" if is_before_start(score, refs) else "after"
        sentence = f"Counts as baseline: on the day of the first infusion, {when} it started."
        return Placement(score, column, DAY_0.id, sentence, part.number)
    sentence = f"Counts as baseline: {_days(refs.before_first(score))} before the first infusion."
    return Placement(score, column, BASELINE_RULE.id, sentence, part.number)


def _outside(score: Score, refs: Frame, reading: Reading) -> tuple[str, str]:
    before, after = refs.before_first(score), refs.after_last(score)
    if before > reading.baseline_days:
        most = reading.baseline_days
        return (
            BASELINE_RULE.id,
            f"{before} days before the first infusion; a baseline is at most {most} days before",
        )
    if before == 0:
        return DAY_0.id, "completed on the day of the first infusion after it had started"
    if after > reading.six_month_days[1]:
        ends = reading.six_month_days[1]
        return SIX_MONTHS_RULE.id, f"{after} days after the last infusion; follow-up ends on day {ends}"
    if after == 0:
        return DAY_0.id, "on the day of the last infusion; follow-up begins the day after"
    return REFERENCES.id, "between the first and the last infusion"


def _beaten(score: Score, winner: Score, column: str, refs: Frame, reading: Reading) -> tuple[str, str]:
    if winner.date == score.date:
        return _same_day(score, winner)
    if rank(winner, column, refs, reading)[0] == rank(score, column, refs, reading)[0]:
        return TIE.id, f"another score is equally close, and the {reading.tie} one counts"
    rule = COLUMN_RULES[column].id
    which = "a later" if winner.date > score.date else "an earlier"
    if column == BASELINE:
        return rule, f"{which} score before the first infusion counts"
    if column == LAST:
        return rule, f"{which} score after the last infusion counts"
    target = THREE_MONTH_TARGET if column == THREE_MONTHS else SIX_MONTH_TARGET
    return rule, f"another score is closer to day {target}"


def _same_day(score: Score, winner: Score) -> tuple[str, str]:
    if winner.time == score.time:
        when = "minute" if score.time else "day, also without a time,"
        return SAME_MINUTE.id, f"another score of the same {when} was stored later and counts"
    if score.time is None:
        return SAME_MINUTE.id, "a score of the same day with a known time counts"
    return SAME_DAY.id, "a later score on the same day counts"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
