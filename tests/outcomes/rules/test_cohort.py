"""The simulated cohort prints Table 2 exactly, through reading, windows, change and tables."""

from collections import Counter
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import pytest

from outcomes.rules.cohort import Cohort, generate, write
from outcomes.rules.cohort.draws import assign, fitting_gains
from outcomes.rules.published import published_baselines, published_cells, published_sample
from outcomes.rules.registry import read_registry
from outcomes.rules.tables import changed_cells
from outcomes.rules.windows import OTHER_READINGS
from tests.outcomes.rules.columns_of import baselines_of, table_2_of, table_3_of, tallies_of
from tests.outcomes.rules.shared_cohort import TODAY, Grouped, grouped


@cache
def cohort(seed: int = 1) -> Cohort:
    return generate(seed)


@cache
def given(seed: int = 1) -> Grouped:
    made = cohort(seed)
    return grouped(made.patients, made.infusions, made.scores)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_table_2_is_the_papers_in_all_33_cells(seed: int) -> None:
    rows = table_2_of(given(seed), cohort(seed).as_of)
    found = {(r.measure.name, c.window): (c.improved, c.n, c.percent) for r in rows for c in r.cells}
    assert found == {key: (cell.n_mcid, cell.n, cell.percent) for key, cell in published_cells().items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_known_truth_is_found_to_the_tenth(seed: int) -> None:
    found = tallies_of(given(seed), cohort(seed).as_of)
    for key, true in cohort(seed).truth.items():
        cell = found[key]
        assert (cell.improved, cell.n, cell.total, cell.squares) == (
            true.improved,
            true.n,
            true.total,
            true.squares,
        )


def test_means_and_deviations_lie_near_table_3() -> None:
    for row in table_3_of(given(), cohort().as_of):
        for cell in row.cells:
            printed = published_cells()[row.measure.name, cell.window]
            assert float(cell.mean_at(3)) == pytest.approx(float(printed.mean), abs=0.02)
            assert float(cell.sd_at(3)) == pytest.approx(float(printed.sd), rel=0.015)


def test_baselines_are_table_1s() -> None:
    for row in baselines_of(given(), cohort().as_of):
        printed = published_baselines()[row.measure.name]
        assert row.n == printed.n
        assert row.mean is not None
        assert row.sd is not None
        assert float(row.mean) == pytest.approx(float(printed.mean), abs=0.1)
        assert float(row.sd) == pytest.approx(float(printed.sd), abs=0.15)


@pytest.mark.parametrize("name", OTHER_READINGS)
def test_every_wrong_reading_shows(name: str) -> None:
    paper = tallies_of(given(), cohort().as_of)
    reading = OTHER_READINGS[name]
    other = tallies_of(given(), cohort().as_of, reading, absolute=reading.absolute)
    assert changed_cells(paper, other) >= 11


def test_the_sample_is_table_1s() -> None:
    patients = cohort().patients
    assert len({row.patient for row in patients}) == 1034
    for name in ("sex", "race", "marital", "diagnosis"):
        assert Counter(getattr(row, name) for row in patients) == published_sample().counts[name]
    assert sum(row.bmi is None for row in patients) == 8
    ages = [row.age for row in patients if row.age is not None]
    assert (round(sum(ages) / 1034, 1), min(ages) >= 18) == (50.4, True)


def test_completion_is_the_published_funnel_with_two_patients_apart() -> None:
    totals = [sum(infusion.completed for infusion in infusions) for infusions, _ in given()]
    assert Counter(min(total, 5) for total in totals) == {5: 890, 4: 80, 3: 32, 2: 18, 1: 12, 0: 2}
    assert (median(totals), max(totals)) == (5, 64)
    assert quantiles(totals, n=4, method="inclusive") == [5, 5, 14]
    assert 9_500 <= sum(totals) <= 10_500


def test_first_infusions_run_from_may_2021_to_october_2024_on_weekdays() -> None:
    days = [row.date for row in cohort().infusions]
    assert min(days).isoformat() >= "2021-05-01"
    assert max(days).isoformat() <= "2024-10-31"
    assert all(day.weekday() < 5 for day in days)


def test_the_same_seed_makes_the_same_cohort_and_another_seed_another() -> None:
    assert generate(1).scores == cohort().scores
    assert cohort(2).scores != cohort().scores


def test_written_and_read_again_it_is_the_same(tmp_path: Path) -> None:
    write(cohort(), tmp_path)
    found = read_registry(tmp_path, today=TODAY)
    assert found.problems == ()
    assert (found.patients, found.infusions) == (cohort().patients, cohort().infusions)
    assert found.scores == cohort().scores
    assert 20_500 <= len(found.scores) <= 21_500


def test_gains_that_cannot_stay_on_the_scale_are_refused() -> None:
    rng = np.random.default_rng(1)
    start = np.zeros(10, dtype=np.int64)
    scale = {"sign": -1, "low": 0, "high": 27}
    with pytest.raises(RuntimeError, match="were found in range"):
        fitting_gains(rng, start, improved=5, mcid=5, mean=5.0, sd=4.0, **scale)
    with pytest.raises(RuntimeError, match="do not fit"):
        assign(rng, start, np.full(10, 5), np.zeros(10), **scale)
