"""The graded response model on the grid, and what a bank is."""

import numpy as np
import pytest
from hypothesis import given, settings

from outcomes.rules.irt import GRID, Bank, ItemParameters, bank_sha256, curves_of, probabilities
from tests.outcomes.rules.slow_cat import THETAS, bank_of, banks, information, probability


def test_cat_01_the_grid_runs_from_minus_4_to_4_in_81_steps() -> None:
    assert GRID.tolist() == THETAS
    assert (GRID[0], GRID[40], GRID[-1], GRID.size) == (-4.0, 0.0, 4.0, 81)


@settings(max_examples=40, deadline=None)
@given(banks())
def test_cat_01_probabilities_and_information_equal_the_definitions(bank: Bank) -> None:
    curves = curves_of(bank)
    for place, item in enumerate(bank.items):
        table = probabilities(item)
        assert table.shape == (item.categories, 81)
        np.testing.assert_allclose(table.sum(axis=0), 1, atol=1e-12)
        wanted = [[probability(item, k, theta) for theta in THETAS] for k in range(1, item.categories + 1)]
        np.testing.assert_allclose(table, wanted, atol=1e-13)
        np.testing.assert_allclose(
            curves.information[place], [information(item, theta) for theta in THETAS], rtol=1e-9, atol=1e-12
        )


def test_cat_01_parameters_at_the_limits_still_give_finite_logarithms() -> None:
    steep = ItemParameters("steep", 50.0, (-50.0, np.nextafter(-50.0, 0), 50.0))
    curves = curves_of(Bank("edge", "", (steep, ItemParameters("shallow", 1e-300, (0.0, 1e-300)))))
    assert all(np.isfinite(table).all() for table in curves.log_probability)
    assert np.isfinite(curves.information).all()


def test_cat_02_the_hash_names_the_parameters_and_their_order() -> None:
    bank = bank_of(3)
    assert bank.sha256 == bank_sha256(bank.items)
    assert len(bank.sha256) == 64
    assert Bank("renamed", "2", bank.items).sha256 == bank.sha256
    assert Bank("plain", "1", bank.items[::-1]).sha256 != bank.sha256
    other = ItemParameters("Q00", 2.0001, bank.items[0].thresholds)
    assert Bank("plain", "1", (other, *bank.items[1:])).sha256 != bank.sha256


def test_cat_02_whole_numbers_and_floats_give_one_hash() -> None:
    assert bank_sha256((ItemParameters("A", 1, (0, 1)),)) == bank_sha256((ItemParameters("A", 1.0, (0.0, 1.0)),))


def test_cat_02_parameters_of_another_hash_are_not_used() -> None:
    bank = bank_of(3)
    assert Bank(bank.name, bank.version, bank.items, bank.sha256) == bank
    with pytest.raises(ValueError, match="do not give the recorded hash"):
        Bank(bank.name, bank.version, bank.items[:2], bank.sha256)


@pytest.mark.parametrize(
    ("item_id", "a", "thresholds"),
    [
        ("", 1.0, (0.0,)),
        ("A", 0.0, (0.0,)),
        ("A", -1.0, (0.0,)),
        ("A", float("nan"), (0.0,)),
        ("A", 1.0, (0.0, float("inf"))),
        ("A", 51.0, (0.0,)),
        ("A", 1.0, ()),
        ("A", 1.0, tuple(map(float, range(20)))),
        ("A", 1.0, (0.0, 0.0)),
        ("A", 1.0, (1.0, 0.0)),
    ],
)
def test_parameters_that_no_model_has_are_no_item(item_id: str, a: float, thresholds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError):
        ItemParameters(item_id, a, thresholds)


def test_a_bank_has_items_and_each_of_them_once() -> None:
    item = ItemParameters("A", 1.0, (0.0,))
    with pytest.raises(ValueError, match="at least one item"):
        Bank("", "", ())
    with pytest.raises(ValueError, match="stands twice"):
        Bank("", "", (item, item))
    assert item.categories == 2
    assert Bank("", "", (item,)).item("A") is item
    with pytest.raises(KeyError):
        Bank("", "", (item,)).item("B")
