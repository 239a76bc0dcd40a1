"""Tipping points: by hand, against multiple imputation done the long way, and at the edges."""

import math

import numpy as np
import pytest
from scipy import stats

from outcomes.rules.differences import Floats
from outcomes.rules.histories import Ints
from outcomes.rules.tipping import Tipping, said, tipping


def found_of(
    gain: list[float], missing: int, *, improved: int = 0, mcid: float = 5, of: Ints | None = None
) -> Tipping:
    n = len(gain)
    values = np.array([*gain, *[0.0] * missing])
    answered = np.arange(n + missing) < n
    better = np.arange(n + missing) < improved
    whose = np.arange(n + missing) if of is None else of
    return tipping(values, better, answered, ~answered, whose, mcid=mcid)


def drawn(n: int, *, mean: float = 2.0, sd: float = 7.0, seed: int = 5) -> Floats:
    return np.random.default_rng(seed).normal(mean, sd, n)


def test_stat_40_without_delta_it_is_the_interval_of_the_answers() -> None:
    gain = drawn(50)
    alone = found_of(list(gain), 30).at(0)
    theirs = stats.ttest_1samp(gain, 0).confidence_interval()
    assert (alone.mean, alone.low, alone.high) == pytest.approx((gain.mean(), theirs.low, theirs.high))


def test_stat_40_by_hand() -> None:
    found = found_of([1.0, 2.0, 3.0, 4.0], 4)
    here = found.at(2)
    # half are missing: the mean falls by 1; variance of the mean 5/12, of the share 0.25/7; t(3) 3.182446
    assert here.mean == pytest.approx(1.5)
    assert here.high - here.mean == pytest.approx(3.182446 * math.sqrt(5 / 12 + 4 * 0.25 / 7), rel=1e-6)
    assert found.share_missing == 0.5
    assert found.to_zero == pytest.approx(5.0), "2.5 over one half"


@pytest.mark.parametrize("delta", [0.0, 3.0, 12.0])
def test_stat_40_agrees_with_multiple_imputation(delta: float) -> None:
    """Draw mean and spread, then every missing gain, fill in, and pool by Rubin's rules."""
    n, m, random = 120, 80, np.random.default_rng(11)
    gain = drawn(n)
    means, inside = [], []
    for _ in range(4000):
        variance = gain.var(ddof=1) * (n - 1) / random.chisquare(n - 1)
        centre = random.normal(gain.mean(), math.sqrt(variance / n))
        whole = np.concatenate((gain, random.normal(centre - delta, math.sqrt(variance), m)))
        means.append(whole.mean())
        inside.append(whole.var(ddof=1) / (n + m))
    error = math.sqrt(np.mean(inside) + np.var(means, ddof=1))
    found = found_of(list(gain), m)
    here = found.at(delta)
    assert here.mean == pytest.approx(np.mean(means), abs=0.05)
    assert (here.high - here.mean) / stats.t.ppf(0.975, n - 1) == pytest.approx(error, rel=0.04)


def test_stat_40_each_patient_is_one_person() -> None:
    gain = list(drawn(40))
    once = found_of(gain, 20)
    twice = found_of(gain + gain, 40, of=np.concatenate([np.arange(40)] * 2 + [np.arange(40, 60)] * 2))
    assert twice.at(4).mean == pytest.approx(once.at(4).mean)
    assert twice.at(4).low == pytest.approx(once.at(4).low), "the same people asked twice tell nothing more"


def test_stat_40_who_answered_once_and_once_not_counts_together() -> None:
    gain, missing = [1.0, 5.0, 3.0], 2
    of = np.array([0, 1, 2, 0, 3])
    found = found_of(gain, missing, of=of)
    delta, total = 2.0, [0.0] * 4
    for who, value in zip(of, [-2.0, 2.0, 0.0], strict=False):
        total[who] += value / 3
    share = [(-0.4 if place < 3 else 0.6) / 5 for place in range(5)]
    absent = [sum(part for part, whose in zip(share, of, strict=True) if whose == who) for who in range(4)]
    variance = sum(one**2 for one in total) * 3 / 2
    variance += (delta**2 * sum(one**2 for one in absent) - 2 * delta * _dot(total, absent)) * 4 / 3
    here = found.at(delta)
    assert here.high - here.mean == pytest.approx(stats.t.ppf(0.975, 2) * math.sqrt(variance))


def _dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("way", [1, -1])
def test_stat_40_the_tipping_point_is_where_the_interval_first_holds_nothing(way: int) -> None:
    gain = drawn(200) * way
    found = found_of(list(gain), 150)
    assert found.stands
    assert found.to_doubt is not None
    assert found.to_zero is not None
    assert 0 < way * found.to_doubt < way * found.to_zero
    here, before = found.at(found.to_doubt), found.at(found.to_doubt * 0.999)
    assert here.low <= 0 <= here.high
    assert not before.low <= 0 <= before.high
    assert found.at(found.to_zero).mean == pytest.approx(0, abs=1e-12)


def test_stat_40_walking_there_in_small_steps_finds_the_same_point() -> None:
    found = found_of(list(drawn(200)), 150)
    slow = next(step / 1000 for step in range(20_000) if found.at(step / 1000).low <= 0)
    assert found.to_doubt == pytest.approx(slow, abs=0.001)


def test_stat_41_the_series_goes_to_twice_the_mcid_with_its_turns() -> None:
    found = found_of(list(drawn(200)), 150)
    assert found.to_doubt is not None
    assert found.to_zero is not None
    deltas = [one.delta for one in found.series]
    assert deltas == pytest.approx(sorted([*(float(step) for step in range(11)), found.to_doubt, found.to_zero]))
    assert found.series[0] == found.at(0)
    turned = found_of(list(-drawn(200)), 150)
    assert [one.delta for one in turned.series] == pytest.approx([-one for one in deltas])
    far = found_of(list(drawn(200, mean=40)), 150)
    assert len(far.series) == 11, "tipping points beyond the end are not on the axis"
    doubtful = found_of(list(drawn(20, mean=0.1)), 10)
    assert (doubtful.stands, doubtful.to_doubt) == (False, None)


def test_stat_42_bounds_by_hand() -> None:
    low, middle, high = found_of([6.0, 7.0, 1.0, 2.0, 3.0], 5, improved=2).bounds
    assert [(one.count, one.n, str(one.percent)) for one in (low, middle, high)] == [
        (2, 10, "20.0"),
        (2, 5, "40.0"),
        (7, 10, "70.0"),
    ]
    assert [float(end) for end in low.interval] == [2.5, 55.6], "Clopper and Pearson"


@pytest.mark.parametrize(
    ("gain", "missing", "sentence"),
    [
        ([], 0, "Nobody who was due answered, so that there is no mean to start from."),
        ([], 5, "Nobody who was due answered, so that there is no mean to start from."),
        ([3.0], 5, "One patient answered: there is no spread to judge by."),
        ([3.0, 3.0], 5, "All who answered changed by the same: there is no spread to judge by."),
    ],
)
def test_no_spread_is_said_in_words(gain: list[float], missing: int, sentence: str) -> None:
    found = found_of(gain, missing)
    assert said(found) == sentence
    assert (found.to_zero, found.to_doubt, found.series, found.stands) == (None, None, (), False)
    assert len(found.bounds) == (3 if gain else 0)
    with pytest.raises(ValueError, match="there is no"):
        found.at(0)


def test_nobody_missing_and_nothing_found_are_said_in_words() -> None:
    whole = found_of([1.0, 2.0, 3.0], 0)
    assert said(whole) == (
        "Those who answered gained +2.0 points on average (−0.5 to +4.5; above 0 is better). All 3 who were due "
        "answered, so that nobody is missing."
    )
    assert (whole.to_zero, whole.to_doubt, whole.series) == (None, None, ())
    assert said(found_of([1.0, 2.0, 3.0], 2)).endswith(
        "The interval holds 0 already, whatever happened to the others."
    )


def test_the_sentence_names_both_points() -> None:
    found = found_of([1.0, 2.0, 3.0, 4.0] * 10, 40)
    assert found.to_doubt is not None
    assert said(found) == (
        "Those who answered gained +2.5 points on average (+2.1 to +2.9; above 0 is better). The change is no "
        f"longer clear once the 40 who did not answer gained {found.to_doubt:.1f} points less than that, and "
        "is 0 at 5.0 points less."
    )
