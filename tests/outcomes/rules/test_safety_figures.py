"""How often at most, by hand; and what an address says of a period."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from outcomes.rules.safety_figures import Bounded, fine_percent, read_period


@pytest.mark.parametrize("n", [1, 10, 300, 1034, 60_000])
def test_out_88_none_of_n_carries_the_exact_bound(n: int) -> None:
    exact = 100 * (1 - 0.025 ** (1 / n))
    bound = Bounded(0, n).at_most
    assert bound is not None
    assert float(bound) == pytest.approx(exact, abs=0.00501 if exact >= 0.1 else 0.000501)


def test_out_88_the_papers_none_of_1034_by_hand() -> None:
    assert Bounded(0, 1034, "patients").words == (
        "0 of 1,034 patients, at most 0.36% (95%). By the rule of three, about 3 in 1,034: 0.29%."
    )


def test_out_88_one_event_has_its_bound_and_no_rule_of_three() -> None:
    assert Bounded(1, 1).words == "1 of 1 infusions, at most 100.00% (95%)."
    assert Bounded(1, 2).at_most == Decimal("98.74"), "the p with (1 - p)² + 2p(1 - p) = 0.025"


def test_out_88_of_nothing_there_is_no_figure() -> None:
    assert Bounded(0, 0).words == "No infusions in this period."
    assert Bounded(0, 0).at_most is None
    assert Bounded(0, 0).percent is None


def test_out_88_the_rule_of_three_does_not_pass_a_hundred() -> None:
    assert Bounded(0, 2).words.endswith("about 3 in 2: 100.00%.")


@pytest.mark.parametrize(
    ("percent", "text"), [("0.0999", "0.10"), ("0.0949", "0.095"), ("0", "0.00"), ("12.345", "12.35")]
)
def test_out_88_small_percentages_keep_a_third_decimal(percent: str, text: str) -> None:
    assert str(fine_percent(Fraction(percent))) == text


def test_a_period_is_read_strictly_and_put_in_order() -> None:
    assert read_period("", "").words == ""
    assert read_period("2026-02-01", "2026-01-01").first == date(2026, 1, 1)
    wrong = read_period("yesterday", "2026-01-01")
    assert (wrong.first, wrong.last) == (None, date(2026, 1, 1))
    assert "could not be read" in wrong.notice
    assert read_period("2026-01-01", "").words == "infusions from 2026-01-01"
