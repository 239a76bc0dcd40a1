"""Small made-up rows as they become a research export."""

import random
from collections.abc import Iterator
from datetime import date
from itertools import repeat

import numpy as np

from outcomes.rules.histories import Infusions, Scores, day_number
from outcomes.rules.research import ID_LETTERS, Persons, Research, deidentified, study_ids

AS_OF = date(2025, 7, 1)
DAY = date(2024, 3, 4)
Given = tuple[int, int, int, bool]  # patient, day from DAY, start, completed
Answered = tuple[int, int, int, int, int]  # patient, day from DAY, minute, measure, tenths


def letters(seed: int = 1) -> Iterator[str]:
    drawn = random.Random(seed)
    return (drawn.choice(ID_LETTERS) for _ in repeat(None))


def persons(number: int, *, age: int = 50) -> Persons:
    same = np.zeros(number, dtype=np.int64)
    return Persons(np.arange(number), same + age, same, same, same, same, same + 280, same)


def infusions_of(rows: list[Given], day: date = DAY) -> Infusions:
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    of, days, start, completed = table.T
    return Infusions(of, days + day_number(day), start, completed == 1, np.zeros(len(table), dtype=np.int64))


def scores_of(rows: list[Answered], day: date = DAY) -> Scores:
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    of, days, minute, measure, tenths = table.T
    return Scores(
        of=of,
        measure=measure,
        day=days + day_number(day),
        minute=minute,
        tenths=tenths,
        error=np.full(len(table), np.nan),
        form=np.zeros(len(table), dtype=np.int64),
        key=np.arange(len(table)),
    )


def made(
    who: Persons,
    infusions: list[Given],
    scores: list[Answered],
    *,
    as_of: date = AS_OF,
    day: date = DAY,
    order: int = 0,
) -> Research:
    number = len(who.of)
    places = np.random.default_rng(order).permutation(number) if order else np.arange(number)
    ids = study_ids(letters(), number)
    return deidentified(who, infusions_of(infusions, day), scores_of(scores, day), as_of, ids=ids, order=places)
