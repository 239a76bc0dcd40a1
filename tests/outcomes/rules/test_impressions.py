"""The clinic's own minimal important change: simulated patients whose truth is known, and refusals."""

import math

import numpy as np
import pytest
from statsmodels.api import Logit, add_constant

from outcomes.rules.impressions import BY_CORRELATION, ENOUGH, RESAMPLES, Important, important, resampled

TRUTH = 5.0  # points that patients themselves take as a change


def answered(n: int, seed: int, *, mean: float = TRUTH, noise: float = 3.0) -> Important:
    """Patients who say that they improved when their true change passes their own threshold around TRUTH."""
    random = np.random.default_rng(seed)
    true = random.normal(mean, 6, n)
    measured = true + random.normal(0, noise, n)
    felt = true - random.normal(TRUTH, 1.5, n)
    impression = np.select([felt > 12, felt > 6, felt > 0, felt > -6], [1, 2, 3, 4], 5)
    return important(measured, impression, np.arange(n))


def test_stat_54_finds_the_truth_when_half_improved() -> None:
    found = [answered(1500, seed) for seed in range(5)]
    assert np.mean([one.predictive for one in found]) == pytest.approx(TRUTH, abs=0.3)
    assert np.mean([one.adjusted for one in found]) == pytest.approx(TRUTH, abs=0.3)
    assert all(one.interval and one.interval[0] < TRUTH < one.interval[1] for one in found)


@pytest.mark.parametrize("mean", [1.0, 9.0])
def test_stat_54_the_adjusted_value_is_nearer_when_few_or_most_improved(mean: float) -> None:
    found = [answered(3000, seed, mean=mean) for seed in range(3)]
    raw = float(np.mean([one.predictive or 0 for one in found]))
    adjusted = float(np.mean([one.adjusted or 0 for one in found]))
    assert abs(adjusted - TRUTH) < abs(raw - TRUTH)
    assert adjusted == pytest.approx(TRUTH, abs=0.7)


def test_stat_54_by_the_formula_with_another_packages_regression() -> None:
    random = np.random.default_rng(7)
    gain = random.normal(3, 8, 400).round(1)
    improved = random.random(400) < 1 / (1 + np.exp(-(0.4 + 0.2 * gain)))
    found = important(gain, np.where(improved, 3, 4), np.arange(400))
    fit = Logit(improved * 1.0, add_constant(gain)).fit(disp=0, tol=1e-12)
    odds = math.log(improved.mean() / (1 - improved.mean()))
    predictive = (odds - fit.params[0]) / fit.params[1]
    constant, slope = BY_CORRELATION
    taken_off = (constant + slope * np.corrcoef(gain, improved)[0, 1]) * gain.std(ddof=1) * odds
    assert found.predictive == pytest.approx(predictive, rel=1e-6)
    assert found.adjusted == pytest.approx(predictive - taken_off, rel=1e-6)


def test_stat_53_by_mean_of_the_minimally_improved() -> None:
    gain = np.concatenate((np.full(100, 8.0), np.tile([3.0, 5.0], 50), np.tile([-1.0, 4.0], 50), [-4.0]))
    impression = np.concatenate((np.full(100, 2), np.full(100, 3), np.full(100, 4), [5]))
    found = important(gain, impression, np.arange(301))
    assert found.by_mean == 4.0
    assert (found.n, found.improved, found.minimal) == (301, 200, 100)


def test_out_72_not_before_more_than_two_hundred_patients() -> None:
    random = np.random.default_rng(1)
    gain = random.normal(0, 5, ENOUGH + 1)
    impression = np.clip((4 - gain / 3 + random.normal(0, 1, ENOUGH + 1)).round(), 1, 7).astype(int)
    now = important(gain, impression, np.arange(ENOUGH + 1))
    assert now.predictive is not None
    assert now.is_enough
    before = important(gain[:ENOUGH], impression[:ENOUGH], np.arange(ENOUGH))
    assert (before.predictive, before.by_mean, before.interval) == (None, None, None)
    assert before.why == "200 of more than 200 patients so far."
    twice = important(gain, impression, np.minimum(np.arange(ENOUGH + 1), ENOUGH - 1))
    assert twice.predictive is None, "patients count, not pairs"


def test_stat_56_an_impression_that_goes_its_own_way_is_not_used() -> None:
    random = np.random.default_rng(2)
    gain, impression = random.normal(0, 5, 400), random.integers(1, 8, 400)
    found = important(gain, impression, np.arange(400))
    assert found.predictive is None
    assert found.correlation is not None
    assert "below 0.3" in found.why
    turned = important(gain, np.clip((4 + gain).round(), 1, 7).astype(int), np.arange(400))
    assert turned.predictive is None, "a correlation the wrong way round is none"


def test_out_71_minimally_improved_counts_as_improved_and_no_change_does_not() -> None:
    random = np.random.default_rng(3)
    gain = random.normal(0, 5, 300)
    found = important(gain, np.where(gain + random.normal(0, 2, 300) > 0, 3, 4), np.arange(300))
    assert found.improved == found.minimal


@pytest.mark.parametrize("answer", [1, 4])
def test_out_71_the_same_answer_from_everybody_is_said(answer: int) -> None:
    found = important(np.arange(300.0), np.full(300, answer), np.arange(300))
    assert "same answer" in found.why


def test_out_72_nobody_at_all() -> None:
    found = important(np.empty(0), np.empty(0, dtype=int), np.empty(0, dtype=int))
    assert found.why == "0 of more than 200 patients so far."


def test_stat_52_an_impression_that_follows_from_the_change_is_said() -> None:
    gain = np.linspace(-10, 10, 300)
    found = important(gain, np.where(gain > 0, 2, 5), np.arange(300))
    assert found.predictive is None
    assert "without exception" in found.why


def test_stat_55_the_interval_is_the_same_every_time_and_close_to_refitting() -> None:
    random = np.random.default_rng(4)
    gain = random.normal(3, 8, 300)
    better = random.random(300) < 1 / (1 + np.exp(-0.2 * gain))
    found = resampled(gain, better, np.arange(300))
    assert found == resampled(gain, better, np.arange(300))
    assert found is not None
    again = []
    for _ in range(300):
        rows = random.integers(0, 300, 300)
        one = important(gain[rows], np.where(better[rows], 3, 4), np.arange(300))
        again.append(one.adjusted)
    low, high = np.quantile(np.array(again, dtype=float), (0.025, 0.975))
    assert found == pytest.approx((low, high), abs=0.6)
    assert RESAMPLES == 1000


def test_stat_55_no_interval_where_resamples_cannot_be_fitted() -> None:
    gain = np.concatenate((np.linspace(-10, -1, 150), np.linspace(1, 10, 150)))
    better = gain > 0
    better[150] = False  # one patient stands between; without it nothing can be fitted
    assert resampled(gain, better, np.arange(300)) is None
