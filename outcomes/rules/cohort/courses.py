"""The simulated infusions: Monday to Friday, one to thirteen sequences, completion as published."""

from dataclasses import dataclass
from datetime import date, time, timedelta

import numpy as np

from outcomes.rules.published import SAMPLE_SIZE, published_sample
from outcomes.rules.registry import InfusionRow

FIRST_WEEK = date(2021, 5, 3)  # the first Monday of May 2021
LAST_WEEK = date(2024, 10, 14)
WEEKS = (LAST_WEEK - FIRST_WEEK).days // 7
SESSIONS = 5
RETURNED = 470  # of the 890 who completed five or more: came back for further sequences (Tankha 2025)
MOST = 64
SHORT, AT_THIRD_QUARTILE = 190, 45  # returned, fewer than 14 in all; exactly 14, which makes Q3 = 14
STARTS = (time(8, 0), time(9, 30), time(11, 0), time(13, 0), time(14, 30))


@dataclass(frozen=True, slots=True)
class Course:
    """All infusions of one patient. first, last: completed ones, or None for a patient with none."""

    patient: str
    start: time
    infusions: tuple[InfusionRow, ...]

    @property
    def completed(self) -> tuple[date, ...]:
        """Dates of completed infusions, rising."""
        return tuple(row.date for row in self.infusions if row.status == "completed")


def courses(rng: np.random.Generator, patients: list[str]) -> list[Course]:
    """Return one course for each patient, in the given order; two patients complete no infusion."""
    totals = _totals(rng)
    line = 2
    found = []
    for patient, total in zip(patients, totals, strict=True):
        start = STARTS[int(rng.integers(len(STARTS)))]
        rows = _rows(rng, patient, total, start, line)
        line += len(rows)
        found.append(Course(patient, start, tuple(rows)))
    return found


def _totals(rng: np.random.Generator) -> list[int]:
    """Return completed infusions per patient, shuffled: the published funnel, median 5 (5, 14), 0 to 64."""
    counts = {int(level): count for level, count in published_sample().counts["completed"].items()}
    totals = [level for level, count in counts.items() if level < SESSIONS for _ in range(count)]
    totals += [SESSIONS] * (counts[SESSIONS] - RETURNED)
    totals += rng.choice([6, 7, 8, 9, 10, 12, 13], SHORT, p=[0.05, 0.05, 0.1, 0.15, 0.55, 0.05, 0.05]).tolist()
    totals += [14] * AT_THIRD_QUARTILE
    long = RETURNED - SHORT - AT_THIRD_QUARTILE - 1
    totals += np.minimum(15 + rng.exponential(6.0, long), MOST - 1).astype(int).tolist()
    totals.append(MOST)
    totals += [0] * (SAMPLE_SIZE - len(totals))
    return [totals[place] for place in rng.permutation(len(totals))]


def _rows(rng: np.random.Generator, patient: str, total: int, start: time, line: int) -> list[InfusionRow]:
    sizes = [SESSIONS] * (total // SESSIONS) + ([total % SESSIONS] if total % SESSIONS else [])
    gaps = rng.integers(4, 13, max(0, len(sizes) - 1))
    week = int(rng.integers(0, WEEKS - int(gaps.sum()) + 1))
    if total == 0:
        return [InfusionRow(line, patient, _monday(week), start, 1, 1, "stopped")]
    rows: list[InfusionRow] = []
    for number, size in enumerate(sizes):
        for session in range(size):
            day = _monday(week) + timedelta(days=session)
            rows.append(InfusionRow(line + len(rows), patient, day, start, number + 1, session + 1, "completed"))
        week += int(gaps[number]) if number < len(gaps) else 0
    return rows


def _monday(week: int) -> date:
    return FIRST_WEEK + timedelta(weeks=week)
