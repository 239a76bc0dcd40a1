"""From which vial a dose is drawn, and how its rest is measured."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules import drawing
from infusions.rules.drawing import Part

D = Decimal
STOCK = [Part(12, D("4.17")), Part(13, D("0.04")), Part(14, D("10"))]
BAG = Fraction(D("41.5")) / 50  # mg/mL


def test_dos_20_one_vial_that_holds_enough_is_drawn_from_alone():
    assert drawing.parts_from(12, STOCK, D("0.83")) == (Part(12, D("0.83")),)
    assert drawing.parts_from(14, STOCK, D("0.83")) == (Part(14, D("0.83")),)


def test_dos_20_what_a_vial_does_not_hold_comes_from_the_next_in_order():
    assert drawing.parts_from(13, STOCK, D("0.83")) == (Part(13, D("0.04")), Part(12, D("0.79")))
    assert drawing.parts_from(14, STOCK, D("14.1")) == (Part(14, D("10")), Part(12, D("4.1")))


def test_dos_20_exactly_what_a_vial_holds_empties_it_and_touches_no_other():
    assert drawing.parts_from(12, STOCK, D("4.17")) == (Part(12, D("4.17")),)


def test_dos_20_too_little_in_all_of_them_is_no_choice():
    assert drawing.parts_from(12, STOCK, D("14.22")) == ()
    assert drawing.parts_from(12, STOCK, D("14.21")) != ()
    assert drawing.parts_from(99, STOCK, D("0.83")) == ()


def test_dos_20_less_than_a_syringe_can_measure_is_left_in_the_vial():
    stock = [Part(1, D("0.48231")), Part(2, D("10"))]
    assert drawing.parts_from(1, stock, D("0.83")) == (Part(1, D("0.48")), Part(2, D("0.35")))
    assert drawing.parts_from(1, [Part(1, D("0.00900")), Part(2, D("10"))], D("0.83")) == ()


@given(
    st.lists(st.decimals("0.01", "20", places=2), min_size=1, max_size=8),
    st.decimals("0.01", "30", places=2),
    st.data(),
)
def test_dos_20_parts_add_up_to_the_volume_and_no_vial_gives_more_than_it_holds(holds, draw, data):
    stock = [Part(index, ml) for index, ml in enumerate(holds)]
    first = data.draw(st.integers(0, len(holds) - 1))
    parts = drawing.parts_from(first, stock, draw)
    if draw > sum(holds):
        assert parts == ()
        return
    assert sum(part.ml for part in parts) == draw
    assert parts[0].vial == first
    assert all(0 < part.ml <= holds[part.vial] for part in parts)
    assert len({part.vial for part in parts}) == len(parts)


def test_a_choice_is_read_as_it_was_written():
    parts = (Part(13, D("0.04")), Part(12, D("10.0")))
    assert drawing.choice_of(parts) == "13:0.04,12:10"
    assert drawing.read_choice("13:0.04,12:10") == (Part(13, D("0.04")), Part(12, D("10")))


@pytest.mark.parametrize("text", ["", "12", "12:", ":1", "a:1", "12:1:2", "12:1,,", "12:one", "12:0.8;13:1"])
def test_what_is_no_choice_is_read_as_none(text):
    assert drawing.read_choice(text) == ()


def test_dos_22_the_volume_shown_stands_for_all_that_is_left():
    left = D("1.494")
    assert drawing.volume_left(left_mg=left, mg_per_ml=BAG) == D("1.80")
    assert drawing.mg_in(typed_ml=D("1.8"), left_mg=left, mg_per_ml=BAG) == left
    # in a bag "added to" 50 mL the volume has no end: 1.494 mg in 50.83 mL of 41.5 mg
    odd = Fraction(D("41.5")) / Fraction(D("50.83"))
    shown = drawing.volume_left(left_mg=left, mg_per_ml=odd)
    assert shown == D("1.83")
    assert drawing.mg_in(typed_ml=shown, left_mg=left, mg_per_ml=odd) == left


def test_dos_22_another_volume_is_what_it_holds_to_a_thousandth_of_a_mg():
    assert drawing.mg_in(typed_ml=D("1"), left_mg=D("1.494"), mg_per_ml=BAG) == D("0.830")


def test_dos_22_a_trace_is_shown_as_the_smallest_volume_never_as_nothing():
    assert drawing.volume_left(left_mg=D("0.001"), mg_per_ml=Fraction(50)) == D("0.01")
    assert drawing.volume_left(left_mg=D(0), mg_per_ml=Fraction(50)) == 0


@pytest.mark.parametrize(
    ("typed", "refused"),
    [("1.8", False), ("1.79", False), ("0.01", False), ("1.81", True), ("50", True), ("0", True), ("-1", True)],
)
def test_dos_22_no_more_than_is_left_and_more_than_nothing(typed, refused):
    for problems in (drawing.rest_problems, drawing.missing_problems):
        found = problems(typed_ml=D(typed), left_mg=D("1.494"), mg_per_ml=BAG)
        assert bool(found) is refused
        assert all(problem.rule == "DOS-22" and problem.field == "ml" for problem in found)


def test_dos_22_before_the_start_somebody_says_whether_it_is_in_the_syringe_or_the_bag():
    assert drawing.place_problems(started=False, place="")[0].rule == "DOS-22"
    assert drawing.place_problems(started=False, place="pocket")
    assert drawing.place_problems(started=False, place="bag") == []
    assert drawing.place_problems(started=True, place="") == []
