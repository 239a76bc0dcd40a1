"""The growing sheet of simulated scores: what counts, where it lies, and what may still be added."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from outcomes.rules.cohort.courses import Course
from outcomes.rules.measures import Measure
from outcomes.rules.registry import ScoreRow

Key = tuple[int, str, date, time | None]


@dataclass(frozen=True, slots=True)
class Pair:
    """One counting follow-up: patient number, measure, window, score in tenths, days after the last infusion."""

    number: int
    measure: Measure
    window: str
    tenths: int
    day: int


class Sheet:
    """Scores by patient number, measure, date and time; no key is ever written twice."""

    def __init__(self, treated: list[Course], as_of: date) -> None:
        self.treated = treated
        self.as_of = as_of
        self.scores: dict[Key, int] = {}
        self.baselines: dict[tuple[str, int], tuple[int, int]] = {}  # -> tenths, days before
        self.pairs: dict[tuple[str, str], list[Pair]] = {}  # (measure, window) -> follow-ups

    def clock(self, number: int, minutes: int) -> time:
        """Return the time so many minutes after (or before) the patient's infusions start."""
        start = datetime.combine(date(2000, 1, 1), self.treated[number].start)
        return (start + timedelta(minutes=minutes)).time()

    def put(self, number: int, name: str, day: date, at: time | None, tenths: int) -> bool:
        """Write one score, unless its key is taken or its day lies after the as-of date."""
        key = (number, name, day, at)
        if key in self.scores or day > self.as_of:
            return False
        self.scores[key] = tenths
        return True

    def before_first(self, number: int, days: int) -> date:
        """Return the day so many days before the first completed infusion."""
        return self.treated[number].completed[0] - timedelta(days=days)

    def after_last(self, number: int, days: int) -> date:
        """Return the day so many days after the last completed infusion."""
        return self.treated[number].completed[-1] + timedelta(days=days)

    def baseline(self, number: int, measure: Measure, tenths: int, *, before: int, at: time | None) -> None:
        """Write a counting baseline."""
        self.put(number, measure.name, self.before_first(number, before), at, tenths)
        self.baselines[measure.name, number] = (tenths, before)

    def follow_up(self, pair: Pair, at: time) -> None:
        """Write a counting follow-up."""
        self.put(pair.number, pair.measure.name, self.after_last(pair.number, pair.day), at, pair.tenths)
        self.pairs.setdefault((pair.measure.name, pair.window), []).append(pair)

    def rows(self) -> list[ScoreRow]:
        """Return everything in the order of a file: patient, date, time, instrument."""
        ordered = sorted(self.scores, key=lambda k: (k[0], k[2], k[3] or time(0), k[1]))
        return [
            ScoreRow(line, self.treated[key[0]].patient, key[1], key[2], key[3], self.scores[key])
            for line, key in enumerate(ordered, start=2)
        ]
