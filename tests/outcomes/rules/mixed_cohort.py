"""Observations for tests of the mixed model: balanced ones with a closed form, and a fixed small cohort."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from outcomes.rules.mixed_observations import Observations


def observations(patient: Any, time: Any, score: Any, **covariates: Any) -> Observations:
    """Everybody is a woman of 50, White, Charlson index 1, five infusion days, unless said otherwise."""
    n = len(score)
    usual: Mapping[str, Any] = {
        "age": 50.0,
        "sex": "female",
        "race": "White",
        "charlson": 1.0,
        "infusion_days": 5.0,
    }
    columns = {}
    for name, value in usual.items():
        dtype = object if isinstance(value, str) else np.float64
        columns[name] = np.array(covariates.get(name, [value] * n), dtype=dtype)
    rows = covariates.get("row", patient)
    return Observations(
        np.array(patient, dtype=np.int64),
        np.array(rows, dtype=np.int64),
        np.array(time, dtype=np.int64),
        np.array(score, dtype=np.float64),
        **columns,
    )


def balanced(scores: Any) -> Observations:
    """scores: (patients, times), everybody at every time."""
    table = np.array(scores, dtype=np.float64)
    patient, time = np.indices(table.shape)
    return observations(patient.ravel(), time.ravel(), table.ravel())


def fixed_cohort() -> Observations:
    """Forty patients, whole numbers made by arithmetic alone; every third lacks a baseline or a follow-up."""
    rows = []
    for who in range(40):
        age, charlson, days = 25 + (who * 17) % 50, (who * 7) % 5, 5 + (who * 3) % 9
        sex = "male" if who % 3 == 0 else "female"
        race = ("White", "White", "White", "Black", "Other/unknown")[who % 5]
        own = (who * 29) % 23 - 11
        for time in range(4):
            if (who + time) % 3 == 0:
                continue
            noise = (who * 13 + time * 31) % 11 - 5
            score = 60 + own - 2 * (time > 0) - 0.5 * time + noise + (1 if sex == "male" else 0) - age / 10
            rows.append((who, time, round(score, 1), age, sex, race, charlson, days))
    columns = list(zip(*rows, strict=True))
    names = ("age", "sex", "race", "charlson", "infusion_days")
    return observations(*columns[:3], **dict(zip(names, columns[3:], strict=True)))
