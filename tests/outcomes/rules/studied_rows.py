"""Counted rows and facts made by hand, for rules that read both."""

from collections.abc import Mapping, Sequence

import numpy as np

from outcomes.rules.counted import COLUMNS, MISSING, NEVER, Counted, Rows
from outcomes.rules.facts import Levels, RowFacts
from outcomes.rules.histories import NO_MINUTE
from outcomes.rules.measures import measures
from outcomes.rules.windows import Mode

AS_OF = 20_000
LEVELS = Levels(
    sex=("female", "male", "nonbinary"),
    race=("White", "Black", "other"),
    marital=("Single", "Married"),
    diagnosis=("neuropathic", "cancer"),
)
FATIGUE = "PROMIS Fatigue"


def counted_rows(
    scores: Sequence[Mapping[tuple[str, str], float]],
    *,
    ago: Sequence[int] | int = 400,
    of: Sequence[int] | None = None,
    mode: Mode = "paper",
) -> Counted:
    """One row for each mapping (measure, column) -> points. ago: days since its last infusion."""
    n = len(scores)
    last = AS_OF - np.broadcast_to(np.array(ago, dtype=np.int64), n)
    rows = Rows(
        of=np.arange(n) if of is None else np.array(of),
        number=np.ones(n, dtype=np.int64),
        first=last - 4,
        last=last,
        first_start=np.full(n, NO_MINUTE),
        after=np.full(n, -NEVER),
        before=np.full(n, NEVER),
        days=np.full(n, 5),
        courses=np.ones(n, dtype=np.int64),
    )
    tenths = np.full((n, len(measures()), len(COLUMNS)), MISSING, dtype=np.int16)
    for row, given in enumerate(scores):
        for (name, column), value in given.items():
            tenths[row, list(measures()).index(name), COLUMNS.index(column)] = round(value * 10)
    place = np.where(tenths == MISSING, -1, 0)
    return Counted(AS_OF, mode, rows, tenths, place, np.zeros(tenths.shape[:2], dtype=bool))


def row_facts(n: int, **given: Sequence[float | str]) -> RowFacts:
    """Facts of n rows; what is not given is the same for all."""
    usual: dict[str, float | str] = {
        "age": 50.0,
        "sex": "female",
        "race": "White",
        "marital": "Married",
        "diagnosis": "neuropathic",
        "bmi": 28.0,
        "charlson": 2.0,
        "infusion_days": 5.0,
    }
    columns = {}
    for name, value in usual.items():
        kind: type = object if isinstance(value, str) else np.float64
        columns[name] = np.array(given.get(name, [value] * n), dtype=kind)
    return RowFacts(**columns)
