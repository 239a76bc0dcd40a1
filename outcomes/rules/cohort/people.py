"""The simulated patients: exact counts of Table 1, ages, BMI and Charlson index near its means."""

from decimal import Decimal

import numpy as np

from outcomes.rules.cohort.draws import fitted
from outcomes.rules.published import SAMPLE_SIZE, published_sample
from outcomes.rules.registry import CCI_HIGHEST, PatientRow

AGES = (18, 92)
BMI_TENTHS = (150, 600)


def people(rng: np.random.Generator) -> list[PatientRow]:
    """Return 1,034 patients S0001 to S1034 in file order; eight have no BMI, as in Table 1."""
    sample = published_sample()
    levels = {name: _levels(rng, name) for name in ("sex", "race", "marital", "diagnosis")}
    _, mean, sd = sample.spreads["age"]
    ages = fitted(rng, SAMPLE_SIZE, mean=float(mean), sd=float(sd), low=AGES[0], high=AGES[1])
    weighed, mean, sd = sample.spreads["bmi"]
    low, high = BMI_TENTHS
    bmi = fitted(rng, weighed, mean=10 * float(mean), sd=10 * float(sd), low=low, high=high)
    without = set(rng.choice(SAMPLE_SIZE, SAMPLE_SIZE - weighed, replace=False).tolist())
    measured = iter(bmi.tolist())
    cci = _charlson(rng, ages)
    return [
        PatientRow(
            line=number + 2,
            patient=f"S{number + 1:04d}",
            age=int(ages[number]),
            birth_date=None,
            sex=levels["sex"][number],
            race=levels["race"][number],
            marital=levels["marital"][number],
            bmi=None if number in without else Decimal(next(measured)) / 10,
            cci=int(cci[number]),
            diagnosis=levels["diagnosis"][number],
        )
        for number in range(SAMPLE_SIZE)
    ]


def _levels(rng: np.random.Generator, name: str) -> list[str]:
    counts = published_sample().counts[name]
    spread = [level for level, count in counts.items() for _ in range(count)]
    return [spread[place] for place in rng.permutation(len(spread))]


def _charlson(rng: np.random.Generator, ages: np.ndarray) -> np.ndarray:
    """Return indices with Table 1's mean and variance, higher on the whole in older patients."""
    _, mean, sd = published_sample().spreads["cci"]
    variance = float(sd) ** 2
    shape = float(mean) ** 2 / (variance - float(mean))
    drawn = np.sort(rng.negative_binomial(shape, float(mean) / variance, len(ages)))
    order = np.argsort(ages + rng.normal(0, 20, len(ages)))
    indices = np.empty(len(ages), dtype=np.int64)
    indices[order] = np.minimum(drawn, CCI_HIGHEST)
    return indices
