"""The simulated scores: for each outcome and window exactly the paper's N and improved, then everything else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

import numpy as np

from outcomes.rules.cohort.courses import Course
from outcomes.rules.cohort.decoys import strew
from outcomes.rules.cohort.draws import Floats, Integers, assign, fitted, fitting_gains
from outcomes.rules.cohort.sheet import Pair, Sheet
from outcomes.rules.measures import Measure, measures
from outcomes.rules.published import PublishedCell, published_baselines, published_cells
from outcomes.rules.registry import ScoreRow
from outcomes.rules.windows import (
    LAST,
    LAST_DAYS,
    SIX_MONTH_DAYS,
    SIX_MONTH_TARGET,
    SIX_MONTHS,
    THREE_MONTH_DAYS,
    THREE_MONTH_TARGET,
    THREE_MONTHS,
    WINDOWS,
)

BEFORE_START, EVENING = 45, 19 * 60  # minutes before the start; minutes after midnight
SAME_VISIT = 0.85  # share of questionnaires filled in on the patient's common day
DAYS = {LAST: LAST_DAYS, THREE_MONTHS: THREE_MONTH_DAYS, SIX_MONTHS: SIX_MONTH_DAYS}


@dataclass(frozen=True, slots=True)
class TrueCell:
    """What one cell must show: improved of n; sum and sum of squares of the changes in tenths."""

    improved: int
    n: int
    total: int
    squares: int


@dataclass(frozen=True, slots=True)
class Habits:
    """What makes answers of one patient alike: willingness to answer, response, the usual day of each window."""

    willing: Floats
    response: Floats
    visits: Mapping[str, Integers] = field(default_factory=dict)


def make_scores(
    rng: np.random.Generator, treated: list[Course], as_of: date
) -> tuple[list[ScoreRow], dict[tuple[str, str], TrueCell]]:
    """Return all score rows by patient, date and time, and the truth of the 33 cells."""
    sheet = Sheet(treated, as_of)
    habits = _habits(rng, len(treated))
    truth: dict[tuple[str, str], TrueCell] = {}
    for measure in measures().values():
        baseline = _baselines(rng, sheet, measure, habits)
        for window in WINDOWS:
            cell = published_cells()[measure.name, window]
            truth[measure.name, window] = _follow_ups(rng, sheet, measure, cell, habits, baseline)
    strew(rng, sheet)
    return sheet.rows(), truth


def _habits(rng: np.random.Generator, n: int) -> Habits:
    visits = {
        LAST: rng.integers(LAST_DAYS[0], LAST_DAYS[1] + 1, n),
        THREE_MONTHS: np.rint(rng.normal(THREE_MONTH_TARGET, 22, n)).astype(np.int64),
        SIX_MONTHS: np.rint(rng.normal(SIX_MONTH_TARGET, 24, n)).astype(np.int64),
        "baseline": np.rint(np.minimum(1 + rng.exponential(14, n), 100)).astype(np.int64),
    }
    return Habits(rng.standard_normal(n), rng.standard_normal(n), visits)


def _unit(measure: Measure) -> int:
    return 10 if measure.decimals == 0 else 1


def _baselines(rng: np.random.Generator, sheet: Sheet, measure: Measure, habits: Habits) -> dict[int, int]:
    """Write Table 1's number of baselines; return patient number -> baseline in the measure's units."""
    figures, unit = published_baselines()[measure.name], _unit(measure)
    able = np.array([i for i, course in enumerate(sheet.treated) if course.completed])
    keen = habits.willing[able] + rng.normal(0, 0.8, len(able))
    members = able[np.argsort(-keen)[: figures.n]]
    scale = 10 / unit
    values = fitted(
        rng,
        figures.n,
        mean=float(figures.mean) * scale,
        sd=float(figures.sd) * scale,
        low=measure.minimum_tenths / unit,
        high=measure.maximum_tenths / unit,
    )
    members = rng.permutation(members)
    for place, (number, value) in enumerate(zip(members.tolist(), values.tolist(), strict=True)):
        own = 1 + rng.exponential(14)
        usual = habits.visits["baseline"][number]
        before = int(usual if rng.random() < SAME_VISIT else min(100, round(own)))
        at: time | None = time(EVENING // 60)
        if place % 12 == 0:
            before, at = 0, sheet.clock(number, -BEFORE_START)
        elif place in (1, 2):
            before, at = (100, at) if place == 1 else (0, None)
        sheet.baseline(number, measure, value * unit, before=before, at=at)
    return dict(zip(members.tolist(), values.tolist(), strict=True))


def _follow_ups(
    rng: np.random.Generator,
    sheet: Sheet,
    measure: Measure,
    cell: PublishedCell,
    habits: Habits,
    baseline: dict[int, int],
) -> TrueCell:
    """Write exactly n follow-ups, n_mcid of them improved; return what the cell must show."""
    unit, sign = _unit(measure), measure.improve_sign
    able = np.array(list(baseline))
    keen = habits.willing[able] + rng.normal(0, 1.2, len(able))
    members = rng.permutation(able[np.argsort(-keen)[: cell.n]])
    start = np.array([baseline[number] for number in members.tolist()])
    low, high = measure.minimum_tenths // unit, measure.maximum_tenths // unit
    falling = fitting_gains(
        rng,
        start,
        improved=cell.n_mcid,
        mcid=measure.mcid["paper"].tenths // unit,
        mean=float(cell.mean) * sign * 10 / unit,
        sd=float(cell.sd) * 10 / unit,
        sign=sign,
        low=low,
        high=high,
    )
    severity = -sign * (start - start.mean()) / start.std()
    key = 0.45 * severity + 0.6 * habits.response[members] + rng.normal(0, 0.65, cell.n)
    after = assign(rng, start, falling, key, sign=sign, low=low, high=high)
    days = _days(rng, habits.visits[cell.window][members], cell.window)
    for number, value, day in zip(members.tolist(), after.tolist(), days.tolist(), strict=True):
        at = time(EVENING // 60) if rng.random() < 0.6 else time(7, 30)
        sheet.follow_up(Pair(number, measure, cell.window, value * unit, day), at)
    change = (after - start) * unit
    return TrueCell(cell.n_mcid, cell.n, int(change.sum()), int((change**2).sum()))


def _days(rng: np.random.Generator, usual: Integers, window: str) -> Integers:
    """Return days after the last infusion: mostly the patient's usual day, both edges taken at least once."""
    low, high = DAYS[window]
    own = rng.integers(low, high + 1, len(usual))
    days = np.clip(np.where(rng.random(len(usual)) < SAME_VISIT, usual, own), low, high)
    days[0], days[1] = low, high
    return days
