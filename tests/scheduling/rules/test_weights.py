"""Questions about a weight: they ask, and never block or change it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitclinic.problems import Blocker, NeedsConfirmation
from scheduling.rules import weights

D = Decimal
TODAY = date(2026, 9, 21)


def asked(kg: str, *, height: str | None = None, last: str | None = None, same: bool = True) -> set[str]:
    problems = weights.weight_problems(
        weight_kg=D(kg),
        height_cm=None if height is None else D(height),
        previous_kg=None if last is None else D(last),
        same_sequence=same,
    )
    assert all(isinstance(problem, NeedsConfirmation) for problem in problems)
    return {problem.rule for problem in problems}


@pytest.mark.parametrize(
    ("last", "kg", "same", "asks"),
    [
        ("70", "72.8", True, False),  # exactly 4%
        ("70", "72.9", True, True),
        ("70", "67.2", True, False),
        ("70", "67.1", True, True),
        ("100", "103", True, False),  # exactly 3 kg
        ("100", "103.1", True, True),
        ("70", "77", False, False),  # exactly 10%
        ("70", "77.1", False, True),
        ("100", "110", False, False),
    ],
)
def test_wgt_01_a_large_change_is_asked_about(last, kg, same, asks):
    assert ("WGT-01" in asked(kg, last=last, same=same)) is asks


@pytest.mark.parametrize(
    ("kg", "asks"),
    [("147", True), ("161.7", True), ("146.9", False), ("161.8", False), ("30.1", True), ("33.6", True)],
)
def test_wgt_02_a_ratio_like_pounds_is_asked_about(kg, asks):
    assert ("WGT-02" in asked(kg, last="70")) is asks


@pytest.mark.parametrize(
    ("kg", "height", "asks"),
    [("180", "165", True), ("160", "165", False), ("450", "170", False), ("176", "170", True)],
)
def test_wgt_02_without_history_pounds_show_in_the_bmi(kg, height, asks):
    assert ("WGT-02" in asked(kg, height=height)) is asks


@pytest.mark.parametrize(
    ("kg", "asks"),
    [
        ("700", True),
        ("735", True),
        ("735.1", False),
        ("665", True),
        ("664.9", False),
        ("7", True),
        ("7.4", False),
    ],
)
def test_wgt_03_a_slipped_point_is_asked_about(kg, asks):
    assert ("WGT-03" in asked(kg, last="70")) is asks


def test_wgt_03_a_hundredfold_slip_is_asked_about():
    assert "WGT-03" in asked("700", last="7")
    assert "WGT-03" in asked("700", last="6.9")


@pytest.mark.parametrize(
    ("last", "kg", "asks"),
    [
        ("68", "86", True),
        ("68.4", "86.1", True),
        ("110", "101", True),
        ("123", "321", False),
        ("70", "70.2", False),
        ("70.1", "71.0", False),
        ("99", "100", False),
    ],
)
def test_wgt_04_exchanged_digits_are_asked_about(last, kg, asks):
    assert ("WGT-04" in asked(kg, last=last)) is asks


@pytest.mark.parametrize(
    ("kg", "height", "asks"),
    [("175", "82", True), ("165", "60", True), ("200", "175", False), ("82", "175", False)],
)
def test_wgt_05_height_and_weight_exchanged_are_asked_about(kg, height, asks):
    assert ("WGT-05" in asked(kg, height=height, last=kg)) is asks


@pytest.mark.parametrize(("kg", "asks"), [("56", False), ("55.9", True), ("240", False), ("240.1", True)])
def test_wgt_06_an_unusual_bmi_is_asked_about(kg, asks):
    assert ("WGT-06" in asked(kg, height="200", last=kg)) is asks


@pytest.mark.parametrize(
    ("kg", "height", "strong"),
    [
        ("22.7", None, None),
        ("22.6", None, True),
        ("340.2", None, None),
        ("340.3", None, True),
        ("200", "180", False),
        ("350", "250", True),  # a usual BMI, but not usual kilograms
        ("100", "100", True),
        ("10", "100", True),
        ("12", "92", True),
        ("35", "165", False),
    ],
)
def test_wgt_06_extreme_weights_are_asked_about_in_stronger_words(kg, height, strong):
    problems = weights.weight_problems(
        weight_kg=D(kg), height_cm=None if height is None else D(height), previous_kg=D(kg)
    )
    (words,) = [p.sentence for p in problems if p.rule == "WGT-06"] or [None]
    assert (None if words is None else "almost never true" in words) is strong


def test_wgt_06_a_heavy_patient_is_asked_once_and_never_blocked():
    assert asked("635", height="180", last="635") == {"WGT-06"}


@given(st.integers(min_value=450, max_value=1400), st.integers(min_value=-15, max_value=15))
def test_wgt_01_honest_weights_from_day_to_day_raise_no_question(tenths, drift):
    last = D(tenths) / 10
    assert asked(str(last + D(drift) / 10), height="165", last=str(last)) == set()


def test_wgt_01_a_sentence_names_both_weights_and_offers_no_other():
    (problem,) = weights.weight_problems(weight_kg=D("74"), previous_kg=D("70"), same_sequence=True)
    assert "74 kg is +5.7% from the last weight, 70 kg." in problem.sentence
    assert problem.field == "weight_kg"


@pytest.mark.parametrize("bad", [D(0), D(-1), 170])
def test_wgt_06_a_height_that_is_none_is_refused(bad):
    with pytest.raises(ValueError, match="height_cm"):
        weights.weight_problems(weight_kg=D(70), height_cm=bad)


@pytest.mark.parametrize(
    ("ordered", "kg", "held"),
    [
        ("80", "83.9", False),
        ("80", "84", True),
        ("80", "76", True),
        ("80", "76.1", False),
        ("82.5", "78.3", True),
        ("82.5", "78.4", False),
    ],
)
def test_wgt_07_five_percent_holds_and_less_does_not(ordered, kg, held):
    problems = weights.hold_problems(ordered_kg=D(ordered), weight_kg=D(kg))
    assert weights.holds_order(ordered_kg=D(ordered), weight_kg=D(kg)) is held
    assert [(p.rule, type(p)) for p in problems] == ([("WGT-07", Blocker)] if held else [])


def test_wgt_07_the_limits_of_82_5_kg_are_78_3_and_86_7_kg():
    assert weights.hold_limits_kg(D("82.5")) == (D("78.3"), D("86.7"))


@given(st.integers(min_value=200, max_value=9000))
def test_wgt_07_the_limits_hold_and_a_tenth_inside_them_does_not(tenths):
    ordered = D(tenths) / 10
    low, high = weights.hold_limits_kg(ordered)
    assert weights.holds_order(ordered_kg=ordered, weight_kg=low)
    assert weights.holds_order(ordered_kg=ordered, weight_kg=high)
    assert not weights.holds_order(ordered_kg=ordered, weight_kg=low + D("0.1"))
    assert not weights.holds_order(ordered_kg=ordered, weight_kg=high - D("0.1"))


def age_rules(days_old: int | None, day_index: int) -> list[str]:
    measured_on = None if days_old is None else TODAY - timedelta(days=days_old)
    return [p.rule for p in weights.age_problems(measured_on=measured_on, today=TODAY, day_index=day_index)]


@pytest.mark.parametrize(("days_old", "expected"), [(0, []), (1, ["WGT-08"]), (None, ["WGT-08"])])
def test_wgt_08_on_day_1_the_weight_is_of_today(days_old, expected):
    assert age_rules(days_old, 1) == expected


@pytest.mark.parametrize(("days_old", "expected"), [(0, []), (7, []), (8, ["WGT-09"]), (None, ["WGT-09"])])
def test_wgt_09_on_later_days_the_weight_is_at_most_seven_days_old(days_old, expected):
    assert age_rules(days_old, 3) == expected


def test_wgt_09_a_weight_from_the_future_is_nonsense():
    with pytest.raises(ValueError, match="cannot be measured"):
        age_rules(-1, 2)
