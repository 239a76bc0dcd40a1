"""What missing answers do to a finding, in words (STAT-37, STAT-39)."""

import math

import pytest

from outcomes.rules.answer_weights import Estimate, Figures, Weighted
from outcomes.rules.answer_words import MISSING_AT_RANDOM, change_text, share_text, weighted_said

SHARE = Estimate(0.3268, 0.279, 0.3784, 361, 361)
CHANGE = Estimate(-2.05, -2.86, -1.25, 361, 361)


def weighted(share: float, change: float, *, before: Estimate = CHANGE) -> Weighted:
    now = Figures(Estimate(share, None, None, 9, 9), Estimate(change, None, None, 9, 9))
    same = Figures(SHARE, before)
    return Weighted(500, 480, 361, same, same=same, weighted=now)


def test_figures_carry_their_interval_where_they_have_one() -> None:
    assert share_text(SHARE) == "32.7% (27.9 to 37.8)"
    assert change_text(CHANGE) == "−2.1 (−2.9 to −1.3)"
    alone = Estimate(0.5, None, None, 1, 1)
    assert (share_text(alone), change_text(alone)) == ("50.0%", "+0.5")


@pytest.mark.parametrize(
    ("tenths", "text"),
    [
        ([-20, -21], "−2.1"),
        ([20, 21], "+2.1"),
        ([-10, -10, -10, -12], "−1.1"),
        ([0, 0, 1, -1], "0.0"),
        ([1, 0], "+0.1"),
    ],
)
def test_a_half_goes_away_from_zero_whatever_floats_make_of_it(tenths: list[int], text: str) -> None:
    value = sum(one / 10 for one in tenths) / len(tenths)
    assert change_text(Estimate(value, None, None, 2, 2)) == text


@pytest.mark.parametrize(
    ("change", "says"),
    [(-1.5, "inside"), (-1.25, "inside"), (-1.24, "outside"), (-2.87, "outside")],
)
def test_the_sentence_says_whether_weighting_moves_the_finding(change: float, says: str) -> None:
    told = weighted_said(weighted(0.31, change))
    assert told.startswith(
        "Weighted by the chance of answering, 31.0% improved instead of 32.7%, and the mean change is "
    )
    assert f"That lies {says} the interval of the answers as they are" in told
    assert ("hardly moves" in told) == (says == "inside")


def test_without_spread_nothing_is_judged_and_a_refusal_is_said_as_it_is() -> None:
    flat = Estimate(-2.0, None, None, 12, 12)
    assert weighted_said(weighted(0.5, -2.0, before=flat)).endswith(
        "There is no spread to judge the difference by."
    )
    assert weighted_said(Weighted(0, 0, 0, None, problem="Not weighted: none of 4 answered.")) == (
        "Not weighted: none of 4 answered."
    )
    assert Weighted(500, 480, 361, None).left_out == 20
    assert math.isnan(Weighted(500, 480, 361, None).worth)


def test_missing_at_random_is_stated_and_called_what_it_is() -> None:
    assert "missing at random" in MISSING_AT_RANDOM
    assert "No figure can show that this is so." in MISSING_AT_RANDOM
