"""Improved, unchanged, worsened, in whole tenths."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes.rules.change import Verdict, change, could_improve
from outcomes.rules.measures import measures

PHQ, FATIGUE = measures()["PHQ-9"], measures()["PROMIS Fatigue"]
SOCIAL, GAD, PCS = measures()["PROMIS Social Role Satisfaction"], measures()["GAD-7"], measures()["PCS total"]


@pytest.mark.parametrize(
    ("measure", "baseline", "follow_up", "verdict"),
    [
        (FATIGUE, 655, 605, Verdict.IMPROVED),
        (FATIGUE, 655, 606, Verdict.UNCHANGED),
        (SOCIAL, 364, 414, Verdict.IMPROVED),
        (SOCIAL, 364, 413, Verdict.UNCHANGED),
        (SOCIAL, 414, 364, Verdict.WORSENED),
        (PHQ, 100, 50, Verdict.IMPROVED),
        (PHQ, 100, 60, Verdict.UNCHANGED),
        (GAD, 100, 60, Verdict.IMPROVED),
        (GAD, 100, 70, Verdict.UNCHANGED),
    ],
)
def test_out_10_exactly_the_mcid_counts_and_a_tenth_less_does_not(measure, baseline, follow_up, verdict) -> None:
    assert change(measure, baseline, follow_up).verdict is verdict


@given(st.integers(100, 850))
def test_out_10_five_points_are_five_points_wherever_floats_would_fall_short(baseline: int) -> None:
    assert change(SOCIAL, baseline, baseline + 50).verdict is Verdict.IMPROVED
    assert change(SOCIAL, baseline, baseline + 49).verdict is Verdict.UNCHANGED


@given(st.integers(100, 900), st.integers(100, 900))
def test_out_11_better_one_way_is_worse_the_other_way(one: int, two: int) -> None:
    there, back = change(FATIGUE, one, two), change(FATIGUE, two, one)
    assert (there.verdict is Verdict.IMPROVED) == (back.verdict is Verdict.WORSENED)
    assert there.gain_tenths == -back.gain_tenths == -there.tenths


def test_out_12_the_literal_reading_is_kept_beside_and_not_used() -> None:
    worse = change(PHQ, 50, 100)
    assert worse.literal
    assert worse.verdict is Verdict.WORSENED
    assert not worse.counts_as_improved()
    assert worse.counts_as_improved(absolute=True)


def test_out_13_the_mcid_set_is_chosen_by_name() -> None:
    assert change(PCS, 250, 190).verdict is Verdict.IMPROVED
    assert change(PCS, 250, 190, mcid_set="evidence").verdict is Verdict.UNCHANGED
    assert change(PCS, 310, 210, mcid_set="evidence").mcid_tenths == 110
    assert change(FATIGUE, 600, 570, mcid_set="evidence").verdict is Verdict.IMPROVED
    with pytest.raises(KeyError):
        change(PCS, 250, 190, mcid_set="other")  # type: ignore[arg-type]


def test_out_15_a_baseline_below_the_mcid_cannot_improve() -> None:
    assert could_improve(PHQ, 50)
    assert not could_improve(PHQ, 40)
    assert not could_improve(SOCIAL, 851)
    assert could_improve(SOCIAL, 850)
