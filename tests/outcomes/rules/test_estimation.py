"""Theta from any answers, the table of a short form's sums, and rounding to tenths."""

from fractions import Fraction
from math import inf, isfinite, nan

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outcomes.rules.estimation import DEMONSTRATION_SCALE, T_SCALE, Estimate, eap_sum_table, estimate, t_score
from outcomes.rules.irt import Bank, ItemParameters
from tests.outcomes.rules.slow_cat import bank_of, banks, banks_and_answers, eap, posterior, slow_sums


def _bank(*parameters: tuple[float, float]) -> Bank:
    return Bank("made up", "1", tuple(ItemParameters(f"X{n}", a, (b,)) for n, (a, b) in enumerate(parameters)))


CONTRADICTED = _bank((3.33, 2.7), (0.3, 0.0), (3.4, -2.98), (0.3, 0.0), (0.3, 0.0))


@settings(max_examples=60, deadline=None)
@example((CONTRADICTED, {"X0": 2, "X1": 1, "X2": 1, "X3": 1, "X4": 2}), False)
@given(banks_and_answers(), st.booleans())
def test_cat_07_a_pattern_score_equals_the_definition(drawn: tuple[Bank, dict[str, int]], flat: bool) -> None:
    bank, answers = drawn
    given_items = [(item, answers[item.id]) for item in bank.items][::2]
    found = estimate(bank, {item.id: category for item, category in given_items}, flat=flat)
    theta, se = eap(posterior(given_items, flat=flat))
    assert found.theta == pytest.approx(theta, abs=1e-10)
    assert found.se == pytest.approx(se, abs=1e-10)
    assert found.answered == len(given_items)


def test_cat_07_no_answer_gives_the_prior() -> None:
    found = estimate(bank_of(3), {})
    theta, se = eap(posterior([]))
    assert (found.theta, found.answered) == (pytest.approx(0, abs=1e-12), 0)
    assert found.se == pytest.approx(se)
    assert (theta, se) == (pytest.approx(0, abs=1e-12), pytest.approx(1, abs=1e-3))


def test_cat_07_the_order_of_answers_does_not_matter() -> None:
    bank = bank_of(6)
    answers = {item.id: 1 + place % 5 for place, item in enumerate(bank.items)}
    backwards = estimate(bank, dict(reversed(answers.items())))
    assert backwards.theta == pytest.approx(estimate(bank, answers).theta, abs=1e-12)


def test_cat_07_a_thousand_extreme_answers_do_not_underflow() -> None:
    steep = tuple(ItemParameters(f"S{number}", 50.0, (-50.0, 50.0)) for number in range(1000))
    found = estimate(Bank("steep", "", steep), {item.id: 1 + place % 3 for place, item in enumerate(steep)})
    assert -4 <= found.theta <= 4
    assert isfinite(found.se)


def test_cat_08_a_flat_prior_pulls_less() -> None:
    bank = bank_of(4)
    highest = {item.id: 5 for item in bank.items}
    assert estimate(bank, highest, flat=True).theta > estimate(bank, highest).theta > 0


@pytest.mark.parametrize("category", [0, 6, -1, True, 1.0, "1"])
def test_only_the_items_own_categories_are_answers(category: int) -> None:
    with pytest.raises(ValueError, match=r"not a category of item Q00 \(1 to 5\)"):
        estimate(bank_of(2), {"Q00": category})
    with pytest.raises(KeyError):
        estimate(bank_of(2), {"Q99": 1})


@settings(max_examples=15, deadline=None)
@given(banks(2, 4), st.booleans())
def test_cat_09_the_table_equals_counting_every_pattern(bank: Bank, flat: bool) -> None:
    table = eap_sum_table(bank, [item.id for item in bank.items], flat=flat)
    wanted = slow_sums(bank.items, flat=flat)
    assert [row.raw for row in table] == sorted(wanted)
    for row in table:
        theta, se = wanted[row.raw]
        assert row.theta == pytest.approx(theta, abs=1e-9)
        assert row.theta_se == pytest.approx(se, abs=1e-9)
        assert (row.t, row.se) == (T_SCALE.tenths(row.theta), T_SCALE.se_tenths(row.theta_se))


def test_cat_09_a_form_of_one_item_is_its_pattern_score() -> None:
    bank = bank_of(3)
    for row in eap_sum_table(bank, ["Q01"]):
        assert row.theta == pytest.approx(estimate(bank, {"Q01": row.raw}).theta, abs=1e-12)


def test_cat_09_the_table_runs_from_all_lowest_to_all_highest_and_rises() -> None:
    bank = bank_of(8)
    table = eap_sum_table(bank, [item.id for item in bank.items])
    assert [row.raw for row in table] == list(range(8, 41))
    assert [row.theta for row in table] == sorted(row.theta for row in table)
    highest = estimate(bank, {item.id: 5 for item in bank.items})
    assert table[-1].theta == pytest.approx(highest.theta, abs=1e-10)


def test_cat_09_a_swapped_item_changes_the_table() -> None:
    bank = bank_of(8)
    right = eap_sum_table(bank, ["Q00", "Q01", "Q02", "Q03"])
    wrong = eap_sum_table(bank, ["Q00", "Q01", "Q02", "Q07"])
    assert max(abs(one.t - other.t) for one, other in zip(right, wrong, strict=True)) > 1


def test_cat_09_a_form_names_items_of_the_bank_once() -> None:
    with pytest.raises(ValueError, match="each of them once"):
        eap_sum_table(bank_of(2), [])
    with pytest.raises(ValueError, match="each of them once"):
        eap_sum_table(bank_of(2), ["Q00", "Q00"])
    with pytest.raises(KeyError):
        eap_sum_table(bank_of(2), ["Q99"])


@pytest.mark.parametrize(
    ("theta", "tenths"),
    [
        (0.0, 500),
        (0.125, 513),  # 51.25 is a tie and goes up; round() would say 51.2
        (-0.125, 488),
        (0.005, 501),  # the float lies above 0.005
        (-0.005, 499),
        (0.0049999, 500),
        (-4.0, 100),
        (4.0, 900),
        (-2.018124, 298),
    ],
)
def test_cat_10_a_t_score_is_rounded_once_half_up(theta: float, tenths: int) -> None:
    assert t_score(theta) == T_SCALE.tenths(theta) == tenths


@given(st.floats(-4, 4))
def test_cat_10_a_t_score_is_within_half_a_tenth(theta: float) -> None:
    exact = 500 + 100 * Fraction(theta)
    assert -Fraction(1, 2) <= exact - t_score(theta) < Fraction(1, 2)


def test_cat_10_a_demonstration_score_runs_from_0_to_100_and_is_not_called_t() -> None:
    assert [DEMONSTRATION_SCALE.tenths(theta) for theta in (-4.0, 0.0, 1.0, 4.0)] == [0, 500, 625, 1000]
    assert DEMONSTRATION_SCALE.se_tenths(0.3) == 37  # 3.75 from the float just below 0.3
    assert T_SCALE.se_tenths(0.3148) == 31
    assert DEMONSTRATION_SCALE.name != T_SCALE.name == "T"


@pytest.mark.parametrize("theta", [nan, inf])
def test_cat_10_what_is_no_number_has_no_score(theta: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        t_score(theta)


def test_an_estimate_keeps_its_numbers_unrounded() -> None:
    found = estimate(bank_of(5), {"Q02": 3, "Q03": 4})
    assert isinstance(found, Estimate)
    assert found.theta != round(found.theta, 6)
