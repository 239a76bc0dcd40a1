"""Patients one by one, as the rules for one patient take them, turned into the columns the cohort rules take."""

from collections.abc import Sequence
from datetime import date, time

import numpy as np

from outcomes.rules.counted import Counted, counted
from outcomes.rules.histories import NO_MINUTE, Infusions, Scores, day_number
from outcomes.rules.measures import McidSet, measures
from outcomes.rules.tables import BaselineRow, Table2Row, Table3Row, Tallies, baselines, table_2, table_3
from outcomes.rules.tallies import all_closed, baseline_sums, tally
from outcomes.rules.windows import PAPER, Infusion, Mode, Reading, Score

Patients = Sequence[tuple[Sequence[Infusion], Sequence[Score]]]


def minute_of(at: time | None) -> int:
    return NO_MINUTE if at is None else at.hour * 60 + at.minute


def infusions_of(patients: Patients) -> Infusions:
    rows = [
        (of, day_number(one.date), minute_of(one.start), one.completed)
        for of, (given, _) in enumerate(patients)
        for one in given
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Infusions(table[:, 0], table[:, 1], table[:, 2], table[:, 3] == 1, np.zeros(len(table), dtype=np.int64))


def scores_of(patients: Patients) -> Scores:
    names = list(measures())
    rows = [
        (of, names.index(one.instrument), day_number(one.date), minute_of(one.time), one.tenths)
        for of, (_, answered) in enumerate(patients)
        for one in answered
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    of, measure, day, minute, tenths = table.T
    return Scores(
        of,
        measure,
        day,
        minute,
        tenths,
        error=np.full(len(table), np.nan),
        form=np.zeros(len(table), dtype=np.int64),
        key=np.arange(len(table)),
    )


def counted_of(patients: Patients, as_of: date, *, mode: Mode = "paper", reading: Reading = PAPER) -> Counted:
    return counted(infusions_of(patients), scores_of(patients), as_of, mode=mode, reading=reading)


def tallies_of(patients: Patients, as_of: date, reading: Reading = PAPER, *, absolute: bool = False) -> Tallies:
    return tally(counted_of(patients, as_of, reading=reading), absolute=absolute)


def table_2_of(
    patients: Patients, as_of: date, *, absolute: bool = False, mcid_set: McidSet = "paper"
) -> tuple[Table2Row, ...]:
    found = counted_of(patients, as_of)
    return table_2(tally(found, absolute=absolute, mcid_set=mcid_set), all_closed(found))


def table_3_of(patients: Patients, as_of: date) -> tuple[Table3Row, ...]:
    return table_3(tallies_of(patients, as_of))


def baselines_of(patients: Patients, as_of: date) -> tuple[BaselineRow, ...]:
    return baselines(baseline_sums(counted_of(patients, as_of)))
