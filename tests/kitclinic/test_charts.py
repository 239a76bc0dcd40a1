"""Numbers become coordinates, and only there."""

from decimal import Decimal

import pytest

from kitclinic.charts import Axis, at, top_of

AXIS = Axis(0, 100, 10, 210)


@pytest.mark.parametrize(("value", "x"), [(0, "10.0"), (Decimal(50), "110.0"), (100, "210.0"), (140, "210.0")])
def test_a_value_has_its_place_and_never_leaves_the_axis(value: Decimal | int, x: str) -> None:
    assert AXIS.x(value) == x


@pytest.mark.parametrize(
    ("values", "top"), [([], 50), ([12], 50), ([50], 50), ([50.1], 60), ([100], 100), ([140], 100)]
)
def test_an_axis_ends_at_the_first_step_that_holds_everything(values: list[float], top: int) -> None:
    assert top_of(values, step=10, least=50, most=100) == top


def test_a_coordinate_has_no_sign_of_zero() -> None:
    assert at(-0.01) == "0.0"
