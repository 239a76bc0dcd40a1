"""What a mixed model is fitted to: one value per counting score, with the covariates of the person behind it."""

import hashlib
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from kitclinic.register import Rule
from outcomes.rules.counted import COLUMNS, MISSING, Counted
from outcomes.rules.facts import Floats, RowFacts, Texts
from outcomes.rules.histories import Ints, Mask

BASELINE_TIME = 0  # place of the baseline in COLUMNS; the follow-ups are 1, 2, 3
TENTHS = 10  # of a point

ONCE = Rule(
    "STAT-19",
    "A model is fitted once for the same scores and covariates: a change of either makes a new run, a change that "
    "no model reads makes none.",
    source="clinic default",
)

ALL_SCORES = Rule(
    "STAT-11",
    "The mixed models use every counting score: who has a baseline only, or a follow-up only, stays in.",
    source="Tankha 2025, Statistical analysis; Table 1 (N of baselines)",
)


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """One value per score. patient: whose; row: of which patient or course; time: place in COLUMNS.

    score in points. age in years, charlson: nan when not known; sex, race: "" when not known.
    infusion_days: completed infusions of the row. ValueError when the columns are not of one length.
    """

    patient: Ints
    row: Ints
    time: Ints
    score: Floats
    age: Floats
    sex: Texts
    race: Texts
    charlson: Floats
    infusion_days: Floats

    def __post_init__(self) -> None:
        if len({len(getattr(self, one.name)) for one in fields(self)}) > 1:
            raise ValueError("the columns of observations are of different lengths")

    def __len__(self) -> int:
        return len(self.score)

    def where(self, keep: Mask) -> "Observations":
        """Return the observations where keep is true."""
        return Observations(*(getattr(self, one.name)[keep] for one in fields(self)))

    @property
    def patients(self) -> int:
        return len(np.unique(self.patient))

    @property
    def at_times(self) -> tuple[int, ...]:
        """How many scores stand at each of the COLUMNS."""
        return tuple(int(np.count_nonzero(self.time == place)) for place in range(len(COLUMNS)))

    @property
    def digest(self) -> str:
        """SHA-256 over all that a model of these scores reads (STAT-19); patients count as one or another."""
        _, who = np.unique(self.patient, return_inverse=True)
        digest = hashlib.sha256()
        numbers = (who, self.row, self.time, self.score, self.age, self.charlson, self.infusion_days)
        for values in numbers:
            digest.update(np.ascontiguousarray(np.nan_to_num(values.astype(np.float64), nan=-1)).tobytes())
        digest.update("\n".join((*self.sex, *self.race)).encode())
        return digest.hexdigest()

    def pairs(self, time: int) -> "Observations":
        """Return baselines and scores of one time, of the rows that have both."""
        both = np.intersect1d(self.row[self.time == BASELINE_TIME], self.row[self.time == time])
        return self.where(np.isin(self.row, both) & ((self.time == BASELINE_TIME) | (self.time == time)))


def observations_of(counted: Counted, facts: RowFacts, measure: int) -> Observations:
    """Return the counting scores of one measure, by its place (STAT-11). facts: aligned with the rows."""
    row, time = np.nonzero(counted.tenths[:, measure, :] != MISSING)
    score: NDArray[np.float64] = counted.tenths[row, measure, time] / TENTHS
    return Observations(
        patient=counted.rows.of[row].astype(np.int64),
        row=row.astype(np.int64),
        time=time.astype(np.int64),
        score=score,
        age=facts.age[row],
        sex=facts.sex[row],
        race=facts.race[row],
        charlson=facts.charlson[row],
        infusion_days=facts.infusion_days[row],
    )


def input_digest(counted: Counted, facts: RowFacts, version: int) -> str:
    """Return a SHA-256 over all that the models read, and their version: equal for equal results (STAT-19).

    Patients count as one or another, not by their keys or places.
    """
    _, who = np.unique(counted.rows.of, return_inverse=True)
    digest = hashlib.sha256(f"{version};{counted.tenths.shape};".encode())
    numbers = (who, counted.tenths, facts.age, facts.charlson, facts.infusion_days)
    for values in numbers:
        digest.update(np.ascontiguousarray(np.nan_to_num(values.astype(np.float64), nan=-1)).tobytes())
    digest.update("\n".join((*facts.sex, *facts.race)).encode())
    return digest.hexdigest()
