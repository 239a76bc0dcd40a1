"""Which scores count for which column, for all patients of a source at once.

The rules are those of ``outcomes.rules.windows`` and ``outcomes.rules.courses``, which read one patient
with reasons; a test holds both equal on random cohorts. Paper mode has one row per patient, course mode one
per course.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.completion import NEW_SEQUENCE_AFTER_DAYS
from outcomes.rules.histories import NO_MINUTE, Infusions, Ints, Mask, Scores, day_number
from outcomes.rules.measures import measures
from outcomes.rules.windows import (
    BASELINE,
    LAST,
    PAPER,
    SIX_MONTH_TARGET,
    SIX_MONTHS,
    THREE_MONTH_TARGET,
    THREE_MONTHS,
    Mode,
    Reading,
)

COLUMNS = (BASELINE, LAST, THREE_MONTHS, SIX_MONTHS)
MISSING = -32768  # in tenths: no score counts
NEVER = np.iinfo(np.int64).max // 4  # a day that does not come
OFFSET = 2048  # more than any window has days, so that a rank is never negative
CLOCKS = 2048  # more than a day has minutes

COURSE_ROWS = Rule(
    "OUT-23",
    "In course mode every course of infusions is a row of its own, with its own baseline and follow-ups; a score "
    "between two courses may be a follow-up of the earlier and the baseline of the later.",
    source="clinic default",
)
CUT_SHORT = Rule(
    "OUT-24",
    "In course mode a window that the next course began in or before is not counted among those whose time had "
    "come.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """One value per row: a patient, or a course of one. of: place of the patient; number: of the course, from 1.

    first, last: days of the first and last completed infusion. first_start: its minute, NO_MINUTE when not known.
    after, before: last day of the course before and first of the next one; -NEVER and NEVER without.
    days: completed infusions of the row. courses: of the patient so far. Who never completed one has no row.
    """

    of: Ints
    number: Ints
    first: Ints
    last: Ints
    first_start: Ints
    after: Ints
    before: Ints
    days: Ints
    courses: Ints

    def __len__(self) -> int:
        return len(self.of)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The counting scores. All but rows: (rows, measures, columns), measures and columns as named above.

    tenths: MISSING where none counts. place: row of ``Scores``, -1 where none counts. unclear: (rows, measures),
    baselines of day 0 that cannot be told from after the start (OUT-03).
    """

    as_of: int
    mode: Mode
    rows: Rows
    tenths: Ints
    place: Ints
    unclear: Mask

    def where(self, keep: Mask) -> "Counted":
        """Return the rows where keep is true."""
        rows = Rows(*(getattr(self.rows, name)[keep] for name in Rows.__slots__))
        return Counted(self.as_of, self.mode, rows, self.tenths[keep], self.place[keep], self.unclear[keep])

    def column(self, name: str) -> Ints:
        """Return (rows, measures) tenths of "baseline", "last", "3m" or "6m"."""
        found: Ints = self.tenths[:, :, COLUMNS.index(name)]
        return found


def counted(
    infusions: Infusions, scores: Scores, as_of: date, *, mode: Mode = "paper", reading: Reading = PAPER
) -> Counted:
    """Return which scores count as of a day (OUT-01 to OUT-09, in course mode OUT-23)."""
    today = day_number(as_of)
    rows = _courses(infusions, today) if mode == "course" else _patients(infusions, today)
    of_score, of_row = _pairs(scores, rows, mode)
    keep = scores.day[of_score] <= today
    of_score, of_row = of_score[keep], of_row[keep]
    place = np.full((len(rows), len(measures()), len(COLUMNS)), -1, dtype=np.int64)
    for column in COLUMNS:
        _choose(place, column, scores, rows, of_score, of_row, reading)
    tenths = np.full(place.shape, MISSING, dtype=np.int16)
    known = place >= 0
    tenths[known] = scores.tenths[place[known]]
    return Counted(today, mode, rows, tenths, place, _unclear(place[:, :, 0], scores, rows))


def _completed(infusions: Infusions, today: int) -> Infusions:
    found = infusions.where(infusions.completed & (infusions.day <= today))
    order = np.lexsort((found.start, found.day, found.of))
    return Infusions(*(getattr(found, name)[order] for name in Infusions.__slots__))


def _rows(found: Infusions, begins: Mask) -> Rows:
    """Return rows of infusions in order; begins: true where a row starts."""
    if not len(found):
        return Rows(*(np.empty(0, dtype=np.int64) for _ in Rows.__slots__))
    starts = np.flatnonzero(begins)
    ends = np.append(starts[1:], len(found)) - 1
    of, first, last = found.of[starts], found.day[starts], found.day[ends]
    same_before = np.zeros(len(starts), dtype=bool)
    same_before[1:] = of[1:] == of[:-1]
    after = np.full(len(starts), -NEVER, dtype=np.int64)
    after[same_before] = last[:-1][same_before[1:]]
    before = np.full(len(starts), NEVER, dtype=np.int64)
    before[:-1][same_before[1:]] = first[1:][same_before[1:]]
    run = np.cumsum(~same_before) - 1
    number = np.arange(len(starts)) - np.flatnonzero(~same_before)[run] + 1
    # NO_MINUTE sorts first, so an unknown start on the first day is what the first of its rows carries
    courses = np.bincount(found.of[_new_course(found)])[of]
    return Rows(of, number, first, last, found.start[starts], after, before, ends - starts + 1, courses)


def _new_course(found: Infusions) -> Mask:
    """True where a course begins: another patient, or a longer gap than one course has (OUT-17)."""
    begins = np.ones(len(found), dtype=bool)
    begins[1:] = (found.of[1:] != found.of[:-1]) | (found.day[1:] - found.day[:-1] > NEW_SEQUENCE_AFTER_DAYS)
    return begins


def _patients(infusions: Infusions, today: int) -> Rows:
    found = _completed(infusions, today)
    begins = np.ones(len(found), dtype=bool)
    begins[1:] = found.of[1:] != found.of[:-1]
    return _rows(found, begins)


def _courses(infusions: Infusions, today: int) -> Rows:
    found = _completed(infusions, today)
    return _rows(found, _new_course(found))


def _pairs(scores: Scores, rows: Rows, mode: Mode) -> tuple[Ints, Ints]:
    """Return places of scores and of the rows each may count for."""
    if not len(rows) or not len(scores):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    if mode == "paper":
        row_of = np.full(int(max(scores.of.max(), rows.of.max())) + 1, -1)
        row_of[rows.of] = np.arange(len(rows))
        found = row_of[scores.of]
        return np.flatnonzero(found >= 0), found[found >= 0]
    begins = rows.of.astype(np.int64) * OFFSET**2 + rows.first  # rows stand by patient, then day
    days = scores.of.astype(np.int64) * OFFSET**2 + scores.day
    here = np.searchsorted(begins, days, side="right") - 1
    inside = (here >= 0) & (rows.of[here] == scores.of)
    following = here + 1
    following[following == len(rows)] = 0
    next_one = rows.of[following] == scores.of
    next_one &= (here + 1 < len(rows)) & (scores.day > rows.after[following])
    return (
        np.concatenate((np.flatnonzero(inside), np.flatnonzero(next_one))),
        np.concatenate((here[inside], following[next_one])),
    )


def _choose(
    place: Ints, column: str, scores: Scores, rows: Rows, of_score: Ints, of_row: Ints, reading: Reading
) -> None:
    """Put into place the best score of every row and measure for one column (OUT-02 to OUT-08)."""
    day, minute = scores.day[of_score].astype(np.int64), scores.minute[of_score].astype(np.int64)
    if column == BASELINE:
        before = rows.first[of_row] - day
        fits = (before >= 0) & (before <= reading.baseline_days)
        fits &= (before > 0) | _day_0(minute, rows.first_start[of_row], reading)
        distance, second = (before if reading.baseline_pick == "latest" else -before), np.zeros_like(before)
    else:
        after = day - (rows.first if reading.follow_ups_from == "first" else rows.last)[of_row]
        low, high, target = _days(column, reading)
        fits = (after >= low) & (after <= high)
        if column == LAST:
            distance, second = (after if reading.last_pick == "earliest" else -after), np.zeros_like(after)
        else:
            distance, second = np.abs(after - target), (-after if reading.tie == "later" else after)
    picked = np.flatnonzero(fits)
    if not len(picked):
        return
    rank = ((distance[picked] + OFFSET) * 2 * OFFSET + second[picked] + OFFSET) * CLOCKS
    rank += CLOCKS - 2 - minute[picked]
    group = of_row[picked] * place.shape[1] + scores.measure[of_score[picked]]
    order = np.lexsort((-of_score[picked], rank, group))  # of equals, the last given
    first = np.ones(len(order), dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    best = picked[order[first]]
    place[of_row[best], scores.measure[of_score[best]], COLUMNS.index(column)] = of_score[best]


def _days(column: str, reading: Reading) -> tuple[int, int, int]:
    if column == LAST:
        return (*reading.last_days, 0)
    if column == THREE_MONTHS:
        return (*reading.three_month_days, THREE_MONTH_TARGET)
    return (*reading.six_month_days, SIX_MONTH_TARGET)


def _day_0(minute: Ints, start: Ints, reading: Reading) -> Mask:
    """Whether a score on the day of the first infusion may be a baseline (OUT-03)."""
    if reading.day_0_baseline == "before start":
        found: Mask = (minute == NO_MINUTE) | (start == NO_MINUTE) | (minute < start)
        return found
    return np.full(minute.shape, reading.day_0_baseline == "any time")


def _unclear(baseline: Ints, scores: Scores, rows: Rows) -> Mask:
    known = baseline >= 0
    on_day_0 = np.zeros(baseline.shape, dtype=bool)
    row, measure = np.nonzero(known)
    chosen = baseline[row, measure]
    unknown = (scores.minute[chosen] == NO_MINUTE) | (rows.first_start[row] == NO_MINUTE)
    on_day_0[row, measure] = (scores.day[chosen] == rows.first[row]) & unknown
    return on_day_0
