"""Which score counts for which column: baseline, last infusion, three months, six months.

Paper mode: the baseline lies before the first completed infusion ever, follow-ups after the last one on or
before the as-of date. Days are calendar days at the clinic; times are local. ``Reading`` holds every choice
the paper leaves open, so that a page can show what another choice would change; ``PAPER`` is the default.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

from kitclinic.register import Rule

BASELINE = "baseline"
LAST = "last"
THREE_MONTHS = "3m"
SIX_MONTHS = "6m"
Mode = Literal["paper", "course"]
MODES: tuple[Mode, ...] = ("paper", "course")
WINDOWS = (LAST, THREE_MONTHS, SIX_MONTHS)
WINDOW_NAMES = {
    BASELINE: "baseline",
    LAST: "last infusion",
    THREE_MONTHS: "3 months",
    SIX_MONTHS: "6 months",
}

BASELINE_DAYS = 100  # OUT-02
LAST_DAYS = (1, 30)  # OUT-04
THREE_MONTH_DAYS, THREE_MONTH_TARGET = (31, 135), 90  # OUT-05
SIX_MONTH_DAYS, SIX_MONTH_TARGET = (136, 240), 180  # OUT-06
FOLLOW_UP_ENDS = SIX_MONTH_DAYS[1]

REFERENCES = Rule(
    "OUT-01",
    "Baseline is counted back from the first completed infusion ever, follow-ups on from the last one "
    "completed on or before the as-of date.",
    source="Tankha 2025, Methods and Table 2",
)
BASELINE_RULE = Rule(
    "OUT-02",
    "Baseline is the latest score 0 to 100 days before the first infusion, for each measure by itself.",
    source="Tankha 2025, Outcome measures",
)
DAY_0 = Rule(
    "OUT-03",
    "A score on the day of the first infusion is a baseline only if completed before the infusion started; "
    "without a time it counts and is flagged. The day of the last infusion is never a follow-up.",
    source="clinic default",
)
LAST_RULE = Rule(
    "OUT-04",
    "Last infusion is the earliest score 1 to 30 days after the last infusion.",
    source="Tankha 2025, Table 2",
)
THREE_MONTHS_RULE = Rule(
    "OUT-05",
    "Three months is the score 31 to 135 days after the last infusion that is closest to day 90.",
    source="Tankha 2025, Outcome measures",
)
SIX_MONTHS_RULE = Rule(
    "OUT-06",
    "Six months is the score 136 to 240 days after the last infusion that is closest to day 180.",
    source="Tankha 2025, Outcome measures",
)
TIE = Rule("OUT-07", "Of two scores equally close, the later one counts.", source="clinic default")
SAME_DAY = Rule("OUT-08", "Of several scores on one day, the last completed counts.", source="clinic default")
AS_OF = Rule(
    "OUT-09",
    "Infusions and scores after the as-of date are left out, so that a report can be printed again later.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Infusion:
    """One infusion: local date, local start (None when not known), completed or not."""

    date: date
    start: time | None = None
    completed: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """One completed score: measure name, local date, local time (None when only the date is known), tenths.

    key: whatever leads the caller back to its row.
    """

    instrument: str
    date: date
    time: time | None
    tenths: int
    key: int | str = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How the windows are read; the defaults are paper mode. Day pairs include both ends."""

    follow_ups_from: Literal["last", "first"] = "last"
    baseline_pick: Literal["latest", "oldest"] = "latest"
    baseline_days: int = BASELINE_DAYS
    day_0_baseline: Literal["before start", "any time", "never"] = "before start"
    last_days: tuple[int, int] = LAST_DAYS
    last_pick: Literal["earliest", "latest"] = "earliest"
    three_month_days: tuple[int, int] = THREE_MONTH_DAYS
    six_month_days: tuple[int, int] = SIX_MONTH_DAYS
    tie: Literal["later", "earlier"] = "later"
    absolute: bool = False  # improved = any change of at least the MCID, in either direction


PAPER = Reading()
OTHER_READINGS: Mapping[str, Reading] = {
    "Any change of at least the MCID, in either direction": Reading(absolute=True),
    "Follow-ups counted from the first infusion": Reading(follow_ups_from="first"),
    "Oldest baseline instead of the latest": Reading(baseline_pick="oldest"),
    "Baseline also after the start of the first infusion": Reading(day_0_baseline="any time"),
    "Day of the last infusion counts as follow-up": Reading(last_days=(0, 30)),
    "Of two equally close scores the earlier": Reading(tie="earlier"),
    "Baseline up to 101 days before": Reading(baseline_days=101),
    "Three months from day 30": Reading(three_month_days=(30, 135)),
    "Six months to day 241": Reading(six_month_days=(136, 241)),
    "Latest score in the last-infusion window": Reading(last_pick="latest"),
}


@dataclass(frozen=True, slots=True)
class Windowed:
    """One patient's counting scores: for each column, measure name -> Score.

    first_infusion, last_infusion: None while no infusion was completed; then every column is empty.
    flagged: measures whose baseline is from the day of the first infusion and cannot be told from after it.
    """

    as_of: date
    first_infusion: date | None = None
    last_infusion: date | None = None
    baseline: Mapping[str, Score] = field(default_factory=dict)
    last: Mapping[str, Score] = field(default_factory=dict)
    three_months: Mapping[str, Score] = field(default_factory=dict)
    six_months: Mapping[str, Score] = field(default_factory=dict)
    flagged: frozenset[str] = frozenset()

    def at(self, window: str) -> Mapping[str, Score]:
        """Return the column for "baseline", "last", "3m" or "6m"; KeyError for another name."""
        columns = {
            BASELINE: self.baseline,
            LAST: self.last,
            THREE_MONTHS: self.three_months,
            SIX_MONTHS: self.six_months,
        }
        return columns[window]


@dataclass(frozen=True, slots=True)
class Frame:
    """The reference days of one patient: first and last completed infusion, and the first one's start."""

    as_of: date
    first: date
    first_start: time | None
    last: date

    def before_first(self, score: Score) -> int:
        """Days from the score to the first infusion; negative after it."""
        return (self.first - score.date).days

    def after_last(self, score: Score) -> int:
        """Days from the last infusion to the score; negative before it."""
        return (score.date - self.last).days


def frame(infusions: Iterable[Infusion], as_of: date, reading: Reading = PAPER) -> Frame | None:
    """Return the reference days, or None when no infusion was completed by as_of (OUT-01, OUT-09)."""
    completed = [infusion for infusion in infusions if infusion.completed and infusion.date <= as_of]
    if not completed:
        return None
    first = min(infusion.date for infusion in completed)
    starts = [infusion.start for infusion in completed if infusion.date == first]
    known = [start for start in starts if start is not None]
    last = first if reading.follow_ups_from == "first" else max(infusion.date for infusion in completed)
    return Frame(as_of, first, min(known) if len(known) == len(starts) else None, last)


def unclear_day_0(score: Score, refs: Frame) -> bool:
    """True when a score on the day of the first infusion lacks a time, or the infusion a start (OUT-03)."""
    return score.date == refs.first and (score.time is None or refs.first_start is None)


def is_before_start(score: Score, refs: Frame) -> bool:
    """True unless the score is known to be from the first infusion's start or later on its day."""
    if score.date != refs.first or score.time is None or refs.first_start is None:
        return score.date <= refs.first
    return score.time < refs.first_start


def _day_0_counts(score: Score, refs: Frame, reading: Reading) -> bool:
    if reading.day_0_baseline == "before start":
        return is_before_start(score, refs)
    return reading.day_0_baseline == "any time"


def columns(score: Score, refs: Frame, reading: Reading = PAPER) -> tuple[str, ...]:
    """Return the columns this score could count for, before choosing among several; usually none or one."""
    if score.date > refs.as_of:
        return ()
    found = []
    before, after = refs.before_first(score), refs.after_last(score)
    if 0 <= before <= reading.baseline_days and (before > 0 or _day_0_counts(score, refs, reading)):
        found.append(BASELINE)
    if reading.last_days[0] <= after <= reading.last_days[1]:
        found.append(LAST)
    if reading.three_month_days[0] <= after <= reading.three_month_days[1]:
        found.append(THREE_MONTHS)
    if reading.six_month_days[0] <= after <= reading.six_month_days[1]:
        found.append(SIX_MONTHS)
    return tuple(found)


def rank(score: Score, column: str, refs: Frame, reading: Reading = PAPER) -> tuple[int, int, int]:
    """Return how well a score fits its column, smaller is better (OUT-02, OUT-04 to OUT-08)."""
    clock = -1 if score.time is None else score.time.hour * 3600 + score.time.minute * 60 + score.time.second
    if column == BASELINE:
        before = refs.before_first(score)
        return (before if reading.baseline_pick == "latest" else -before, 0, -clock)
    after = refs.after_last(score)
    if column == LAST:
        return (after if reading.last_pick == "earliest" else -after, 0, -clock)
    target = THREE_MONTH_TARGET if column == THREE_MONTHS else SIX_MONTH_TARGET
    return (abs(after - target), -after if reading.tie == "later" else after, -clock)


def chosen(scores: Iterable[Score], refs: Frame, reading: Reading = PAPER) -> dict[str, dict[str, Score]]:
    """Return column -> measure -> the score that counts; of equals, the last given."""
    best: dict[str, dict[str, tuple[tuple[int, int, int], Score]]] = {
        BASELINE: {},
        **{w: {} for w in WINDOWS},
    }
    for score in scores:
        for column in columns(score, refs, reading):
            held = best[column].get(score.instrument)
            value = rank(score, column, refs, reading)
            if held is None or value <= held[0]:
                best[column][score.instrument] = (value, score)
    return {column: {name: score for name, (_, score) in by_name.items()} for column, by_name in best.items()}


def windows(
    infusions: Sequence[Infusion], scores: Sequence[Score], as_of: date, *, reading: Reading = PAPER
) -> Windowed:
    """Return which of one patient's scores count for which column as of a day (OUT-01 to OUT-09)."""
    refs = frame(infusions, as_of, reading)
    if refs is None:
        return Windowed(as_of)
    best = chosen(scores, refs, reading)
    return Windowed(
        as_of=as_of,
        first_infusion=refs.first,
        last_infusion=max(i.date for i in infusions if i.completed and i.date <= as_of),
        baseline=best[BASELINE],
        last=best[LAST],
        three_months=best[THREE_MONTHS],
        six_months=best[SIX_MONTHS],
        flagged=frozenset(name for name, score in best[BASELINE].items() if unclear_day_0(score, refs)),
    )
