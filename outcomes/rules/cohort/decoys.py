"""Scores that must not count: just outside every window, beaten by a better one, or between two courses.

Each kind makes one wrong reading of the definitions visible in every outcome. None may displace a counting score.
"""

from datetime import time, timedelta

import numpy as np

from outcomes.rules.cohort.sheet import Pair, Sheet
from outcomes.rules.measures import Measure, measures
from outcomes.rules.windows import (
    BASELINE_DAYS,
    FOLLOW_UP_ENDS,
    LAST,
    LAST_DAYS,
    SIX_MONTHS,
    THREE_MONTHS,
    WINDOWS,
)

ROWS = 20_900  # the cohort is filled up to this many scores with previsit questionnaires between courses
AFTER_START = 100  # minutes: during observation on an infusion day
FAR = 150  # tenths: how far a decoy lies from the score it must not displace
EACH = 4  # decoys of every kind for each outcome and window
MORNING, NOON, EVENING = time(7, 30), time(12, 15), time(20, 40)
TARGETS = {THREE_MONTHS: 90, SIX_MONTHS: 180}


def strew(rng: np.random.Generator, sheet: Sheet) -> None:
    """Add every kind of decoy for every outcome, then previsit scores until the sheet has ROWS rows."""
    for measure in measures().values():
        for window in WINDOWS:
            for pair in sheet.pairs[measure.name, window][2 : 2 + EACH]:
                _older_baseline(sheet, pair)
                _after_start(sheet, pair)
        _last_window(rng, sheet, measure)
        _ties(sheet, measure)
        _outside(rng, sheet, measure)
    _between_courses(rng, sheet)


def _far(measure: Measure, tenths: int) -> int:
    """Return a possible score far from this one, on the side with more room."""
    up = measure.maximum_tenths - tenths > tenths - measure.minimum_tenths
    return min(measure.maximum_tenths, tenths + FAR) if up else max(measure.minimum_tenths, tenths - FAR)


def _older_baseline(sheet: Sheet, pair: Pair) -> None:
    """An older score inside the 100 days."""
    tenths, before = sheet.baselines[pair.measure.name, pair.number]
    day = sheet.before_first(pair.number, (before + BASELINE_DAYS + 1) // 2)
    if before < BASELINE_DAYS - 1:
        sheet.put(pair.number, pair.measure.name, day, MORNING, _far(pair.measure, tenths))


def _after_start(sheet: Sheet, pair: Pair) -> None:
    """A score during observation on the day of the first infusion."""
    tenths, _ = sheet.baselines[pair.measure.name, pair.number]
    at = sheet.clock(pair.number, AFTER_START)
    sheet.put(pair.number, pair.measure.name, sheet.before_first(pair.number, 0), at, _far(pair.measure, tenths))


def _last_window(rng: np.random.Generator, sheet: Sheet, measure: Measure) -> None:
    """On the day of the last infusion; later in the window; earlier on the counting day."""
    pairs = sheet.pairs[measure.name, LAST]
    for pair in pairs[2 : 2 + EACH]:
        day = sheet.after_last(pair.number, 0)
        at = sheet.clock(pair.number, AFTER_START + 5)
        sheet.put(pair.number, measure.name, day, at, _far(measure, pair.tenths))
        sheet.put(
            pair.number,
            measure.name,
            sheet.after_last(pair.number, pair.day),
            time(0, 30),
            _far(measure, pair.tenths),
        )
    for pair in pairs[2 + EACH : 2 + EACH + max(EACH, len(pairs) // 4)]:
        if pair.day < LAST_DAYS[1]:
            day = sheet.after_last(pair.number, int(rng.integers(pair.day + 1, LAST_DAYS[1] + 1)))
            sheet.put(pair.number, measure.name, day, NOON, _far(measure, pair.tenths))


def _ties(sheet: Sheet, measure: Measure) -> None:
    """As far from the target day as the counting score, but on the earlier side."""
    for window, target in TARGETS.items():
        later = [pair for pair in sheet.pairs[measure.name, window] if 0 < pair.day - target <= 40]
        for pair in later[: 2 * EACH]:
            day = sheet.after_last(pair.number, 2 * target - pair.day)
            sheet.put(pair.number, measure.name, day, EVENING, _far(measure, pair.tenths))


def _outside(rng: np.random.Generator, sheet: Sheet, measure: Measure) -> None:
    """Day 101 before, day 241 and later, and day 30 where three months would begin too early."""
    name = measure.name
    middle = (measure.minimum_tenths + measure.maximum_tenths) // 2 // 10 * 10
    numbers = rng.permutation([i for i, course in enumerate(sheet.treated) if course.completed]).tolist()
    held = {window: {pair.number for pair in sheet.pairs[name, window]} for window in WINDOWS}
    without = [i for i in numbers if (name, i) not in sheet.baselines]
    for number in without[:EACH]:
        sheet.put(number, name, sheet.before_first(number, BASELINE_DAYS + 1), EVENING, middle)
        for days in (15, 90, 180):
            sheet.put(number, name, sheet.after_last(number, days), NOON, middle)
    idle = [i for i in numbers if (name, i) in sheet.baselines and i not in held[SIX_MONTHS]]
    for place, number in enumerate(idle[: 5 * EACH]):
        days = FOLLOW_UP_ENDS + 1 + (0 if place < EACH else int(rng.integers(0, 60)))
        sheet.put(number, name, sheet.after_last(number, days), NOON, middle)
    for number in numbers[: 5 * EACH]:
        days = BASELINE_DAYS + 1 + int(rng.integers(0, 80))
        sheet.put(number, name, sheet.before_first(number, days), MORNING, middle)


def _between_courses(rng: np.random.Generator, sheet: Sheet) -> None:
    """Previsit scores of returning patients, between the first and the last infusion."""
    slots = []
    for number, course in enumerate(sheet.treated):
        days = course.completed
        starts = {row.date for row in course.infusions if row.sequence > 1 and row.session == 1}
        slots += [(number, day) for day in sorted(starts) if days[0] < day - timedelta(days=3) < days[-1]]
    names = list(measures())
    while len(sheet.scores) < ROWS:
        number, day = slots[int(rng.integers(len(slots)))]
        measure = measures()[names[int(rng.integers(len(names)))]]
        held = sheet.baselines.get((measure.name, number))
        if held is not None:
            step = int(rng.integers(-4, 5)) * 10
            tenths = min(measure.maximum_tenths, max(measure.minimum_tenths, held[0] + step))
            sheet.put(number, measure.name, day - timedelta(days=int(rng.integers(1, 4))), EVENING, tenths)
