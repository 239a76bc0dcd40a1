"""A simulated registry cohort of the paper's size with known truth, seeded.

Nobody in it is real. Frequencies, N, improved, means and standard deviations come from ``outcomes/published``.
Scores outside and at the edges of every window are strewn in, so that a wrong reading of the definitions shows.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import numpy as np

from outcomes.rules.cohort.courses import courses
from outcomes.rules.cohort.people import people
from outcomes.rules.cohort.scores import TrueCell, make_scores
from outcomes.rules.measures import measures
from outcomes.rules.registry import InfusionRow, PatientRow, ScoreRow
from outcomes.rules.scoring import points

AS_OF = date(2025, 7, 1)  # 240 days after the last infusion of October 2024, rounded up to a month

__all__ = ["AS_OF", "Cohort", "TrueCell", "generate", "write"]


@dataclass(frozen=True, slots=True)
class Cohort:
    """A generated cohort in the rows of a registry export, in file order.

    truth: (outcome, window) -> what paper mode must find in that cell as of ``as_of``.
    """

    seed: int
    as_of: date
    patients: tuple[PatientRow, ...]
    infusions: tuple[InfusionRow, ...]
    scores: tuple[ScoreRow, ...]
    truth: Mapping[tuple[str, str], TrueCell]


def generate(seed: int) -> Cohort:
    """Return the cohort of this seed: 1,034 patients, about 10,000 infusions and 21,000 scores."""
    rng = np.random.default_rng(seed)
    patients = people(rng)
    treated = courses(rng, [row.patient for row in patients])
    infusions = [infusion for course in treated for infusion in course.infusions]
    scores, truth = make_scores(rng, treated, AS_OF)
    return Cohort(
        seed=seed,
        as_of=AS_OF,
        patients=tuple(patients),
        infusions=tuple(infusions),
        scores=tuple(scores),
        truth=truth,
    )


def write(cohort: Cohort, directory: Path) -> None:
    """Write patients.csv, infusions.csv and pro.csv into an existing folder, as a registry exports them."""
    known = measures()
    _write(
        directory / "patients.csv",
        ("patient", "age", "sex", "race", "marital", "bmi", "cci", "diagnosis"),
        ((p.patient, p.age, p.sex, p.race, p.marital, p.bmi, p.cci, p.diagnosis) for p in cohort.patients),
    )
    _write(
        directory / "infusions.csv",
        ("patient", "date", "start", "sequence", "session", "status"),
        ((i.patient, i.date, _clock(i.start), i.sequence, i.session, i.status) for i in cohort.infusions),
    )
    _write(
        directory / "pro.csv",
        ("patient", "instrument", "date", "time", "score"),
        (
            (s.patient, s.instrument, s.date, _clock(s.time), points(known[s.instrument], s.tenths))
            for s in cohort.scores
        ),
    )


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


def _clock(moment: time | None) -> str:
    return "" if moment is None else moment.isoformat("minutes")
