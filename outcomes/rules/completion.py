"""Who completed, and who answered: both counted over patients whose time had come by the as-of date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from kitclinic.register import Rule
from outcomes.rules.tables import WINDOW_CLOSES
from outcomes.rules.windows import SIX_MONTHS, THREE_MONTHS, WINDOWS, Infusion, Windowed

COMPLETE = 5  # OUT-16
NEW_SEQUENCE_AFTER_DAYS = 14  # OUT-17
RESPONSE_GOALS = {THREE_MONTHS: 75, SIX_MONTHS: 65}  # OUT-19, percent

COMPLETION = Rule(
    "OUT-16",
    "Completed means five or more completed infusions ever; a patient with fewer whose last one is no more than "
    "14 days ago is still under way and not counted.",
    source="Tankha 2025, Results; the 14 days: clinic default",
)
FIRST_SEQUENCE = Rule(
    "OUT-17",
    "The first sequence is finished with five completed infusions none of which follows the one before by more "
    "than 14 days; it stands beside the paper's count.",
    source="clinic default",
)
RESPONSE = Rule(
    "OUT-18",
    "Response is the share of patients with any score in a window, of those whose window had closed by the as-of "
    "date; the others are not due.",
    source="Tankha 2025, Limitations; clinic default",
)
GOALS = Rule(
    "OUT-19",
    "The goal for responses is 75% at three months and 65% at six months.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class Completion:
    """Patients by completed infusions ever. counts: 5 (five or more), 4, 3, 2, 1, 0 -> patients.

    complete: infusions of the whole protocol, 5 in the standard. under_way: patients left out of the counts.
    first_sequence: of the counted, who finished the first one.
    """

    counts: dict[int, int]
    under_way: int
    first_sequence: int
    complete: int = COMPLETE

    @property
    def n(self) -> int:
        """All counted patients."""
        return sum(self.counts.values())

    @property
    def completed(self) -> int:
        """Patients with five or more; of another protocol, with all its days."""
        return self.counts[self.complete]


@dataclass(frozen=True, slots=True)
class Response:
    """One window: answered of due. not_due: treated, but the window had not closed. goal: percent or None."""

    window: str
    answered: int
    due: int
    not_due: int
    goal: int | None


def completion(patients: Iterable[Sequence[Infusion]], as_of: date, *, complete: int = COMPLETE) -> Completion:
    """Count completed infusions on or before as_of for every patient given (OUT-16, OUT-17).

    complete: infusions of the whole protocol.
    """
    counts = dict.fromkeys(range(complete, -1, -1), 0)
    under_way = first_sequence = 0
    for infusions in patients:
        days = sorted(infusion.date for infusion in infusions if infusion.completed and infusion.date <= as_of)
        gap = timedelta(days=NEW_SEQUENCE_AFTER_DAYS)
        if days and len(days) < complete and days[-1] + gap >= as_of:
            under_way += 1
            continue
        counts[min(len(days), complete)] += 1
        first = days[:complete]
        steps = pairwise(first)
        first_sequence += len(first) == complete and all(later - day <= gap for day, later in steps)
    return Completion(counts, under_way, first_sequence, complete)


def responses(patients: Sequence[Windowed]) -> tuple[Response, ...]:
    """Return how many answered in each window (OUT-18)."""
    treated = [patient for patient in patients if patient.last_infusion is not None]
    found = []
    for window in WINDOWS:
        due = [patient for patient in treated if _closed(patient, window)]
        answered = sum(bool(patient.at(window)) for patient in due)
        found.append(Response(window, answered, len(due), len(treated) - len(due), RESPONSE_GOALS.get(window)))
    return tuple(found)


def _closed(patient: Windowed, window: str) -> bool:
    last = patient.last_infusion
    return last is not None and last + timedelta(days=WINDOW_CLOSES[window]) <= patient.as_of
