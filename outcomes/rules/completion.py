"""Who completed, and who answered: both counted over patients whose time had come by the as-of date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from kitclinic.register import Rule
from outcomes.rules.histories import Infusions, Mask, day_number
from outcomes.rules.windows import SIX_MONTHS, THREE_MONTHS, WINDOWS

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


def completion(infusions: Infusions, members: Mask, as_of: date, *, complete: int = COMPLETE) -> Completion:
    """Count completed infusions on or before as_of for every member (OUT-16, OUT-17).

    members: by place of the patient. complete: infusions of the whole protocol.
    """
    today = day_number(as_of)
    found = infusions.where(infusions.completed & (infusions.day <= today))
    order = np.lexsort((found.day, found.of))
    of, day = found.of[order], found.day[order]
    number = np.bincount(of, minlength=len(members))
    last = np.full(len(members), -1, dtype=np.int64)
    last[of] = day  # of several, the last given is kept
    under_way = members & (number > 0) & (number < complete) & (last + NEW_SEQUENCE_AFTER_DAYS >= today)
    counting = members & ~under_way
    levels = np.bincount(np.minimum(number[counting], complete), minlength=complete + 1)
    broken = np.zeros(len(members), dtype=bool)
    place = np.arange(len(of)) - (np.cumsum(number) - number)[of]
    gap = (place[1:] > 0) & (place[1:] < complete) & (day[1:] - day[:-1] > NEW_SEQUENCE_AFTER_DAYS)
    broken[of[1:][gap]] = True
    return Completion(
        {level: int(levels[level]) for level in range(complete, -1, -1)},
        int(np.count_nonzero(under_way)),
        int(np.count_nonzero(counting & (number >= complete) & ~broken)),
        complete,
    )


def responses(answered: Mapping[str, Mask], due: Mapping[str, Mask]) -> tuple[Response, ...]:
    """Return how many answered in each window (OUT-18). Both: window -> one value per treated patient or course.

    answered: any score counts there. due: the window had closed.
    """
    return tuple(
        Response(
            window,
            int(np.count_nonzero(answered[window] & due[window])),
            int(np.count_nonzero(due[window])),
            int(np.count_nonzero(~due[window])),
            RESPONSE_GOALS.get(window),
        )
        for window in WINDOWS
    )
