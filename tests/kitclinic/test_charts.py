"""Numbers become coordinates, and only there."""

from decimal import Decimal

import pytest

from kitclinic.charts import Axis, at, interval_bar, segments, top_of

AXIS = Axis(0, 100, 10, 210)


@pytest.mark.parametrize(("value", "x"), [(0, "10.0"), (Decimal(50), "110.0"), (100, "210.0"), (140, "210.0")])
def test_a_value_has_its_place_and_never_leaves_the_axis(value: Decimal | int, x: str) -> None:
    assert AXIS.x(value) == x


@pytest.mark.parametrize(
    ("values", "top"), [([], 50), ([12], 50), ([50], 50), ([50.1], 60), ([100], 100), ([140], 100)]
)
def test_an_axis_ends_at_the_first_step_that_holds_everything(values: list[float], top: int) -> None:
    assert top_of(values, step=10, least=50, most=100) == top


def test_a_bar_carries_its_interval_inside_and_outside_and_a_mark() -> None:
    bar = interval_bar(AXIS, css="a", middle=8, value=50, low=40, high=60, mark=45)
    assert (bar.y, bar.width) == ("4.5", "100.0")
    assert (bar.inside, bar.outside) == ("M90.0 8.0H110.0", "M110.0 8.0H130.0v-2.5v5")
    assert (bar.mark_x, bar.mark_y) == ("97.8", "3.0")


def test_without_a_value_only_the_mark_is_drawn() -> None:
    bar = interval_bar(AXIS, css="a", middle=8, value=None, low=None, high=None, mark=45)
    assert (bar.width, bar.inside, bar.outside) == ("0", "", "")


def test_parts_fill_the_bar_and_a_narrow_one_has_no_room_for_its_label() -> None:
    one, two, three = segments([50, 45, 5], left=0, width=200, room=40)
    assert (one.x, one.width, two.x, three.x) == ("0.0", "100.0", "100.0", "190.0")
    assert (two.text_x, three.text_x) == ("145.0", "")
    assert [part.width for part in segments([0, 0], left=0, width=200, room=40)] == ["0.0", "0.0"]


def test_a_coordinate_has_no_sign_of_zero() -> None:
    assert at(-0.01) == "0.0"
