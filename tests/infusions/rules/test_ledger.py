"""Doses, waste and returns: each thing in the way, missing alone."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules.ledger import (
    Available,
    DrawFacts,
    WasteFacts,
    administered_problems,
    amount_problems,
    draw_problems,
    mg_of,
    ml_of,
    return_problems,
    share,
    waste_problems,
)
from infusions.states import InfusionState, OrderState

TODAY = date(2026, 9, 21)
VIAL = Available(
    vial=1, number=12, strength_mg_per_ml=50, expires_on=TODAY, holds_mg=Decimal(500), multi_dose=True
)
DOSE = Decimal("0.83")
READY = DrawFacts(
    may=True,
    state=InfusionState.ARRIVED,
    order_state=OrderState.SIGNED,
    order_for_patient=True,
    order_past=False,
    strength_mg_per_ml=50,
    draw_ml=DOSE,
    left_mg=Decimal(0),
    today=TODAY,
    parts=((VIAL, DOSE),),
)


def of(problems):
    return [problem.rule for problem in problems]


def vial(**fields):
    return {"parts": ((replace(VIAL, **fields), DOSE),)}


def test_a_dose_is_drawn_when_nothing_stands_in_the_way_also_on_the_day_of_expiry():
    assert draw_problems(READY) == []


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("LED-02", {"may": False}),
        ("LED-10", {"state": InfusionState.INFUSING}),
        ("LED-10", {"state": InfusionState.OBSERVING}),
        ("LED-10", {"state": InfusionState.NOT_STARTED}),
        ("LED-11", {"left_mg": Decimal("0.001")}),
        ("LED-09", {"order_state": None, "draw_ml": Decimal(0)}),
        ("LED-09", {"order_state": OrderState.DRAFT}),
        ("LED-09", {"order_state": OrderState.HELD}),
        ("LED-09", {"order_state": OrderState.SUPERSEDED}),
        ("LED-09", {"order_past": True}),
        ("LED-09", {"order_for_patient": False}),
        ("LED-08", {"parts": ()}),
        ("LED-08", {"parts": ((VIAL, Decimal("0.82")),)}),
        ("LED-08", {"parts": ((VIAL, Decimal("0.84")),)}),
        ("LED-08", {"parts": ((VIAL, Decimal("0.4")), (VIAL, Decimal("0.43")))}),
        ("LED-03", vial(holds_mg=Decimal("41.499"))),
        ("LED-06", vial(expires_on=TODAY - timedelta(days=1))),
        ("LED-07", vial(strength_mg_per_ml=100)),
        ("LED-07", vial(strength_mg_per_ml=10)),
        ("LED-12", vial(multi_dose=False, opened_for_others=True)),
        ("LED-22", vial(vault_in_use=False)),
    ],
)
def test_led_02_to_led_12_and_led_22_each_problem_alone_is_named(rule, change):
    problems = draw_problems(replace(READY, **change))
    assert of(problems) == [rule]
    assert all(problem.sentence.endswith(".") for problem in problems)


def test_led_12_a_single_dose_vial_serves_its_own_infusion_twice_and_a_multi_dose_vial_many():
    assert draw_problems(replace(READY, **vial(multi_dose=False))) == []
    assert draw_problems(replace(READY, **vial(opened_for_others=True))) == []


def test_led_08_two_vials_make_up_one_dose():
    other = replace(VIAL, vial=2, number=13)
    assert draw_problems(replace(READY, parts=((VIAL, Decimal("0.8")), (other, Decimal("0.03"))))) == []


def test_everything_that_stands_in_the_way_is_named_at_once():
    worst = replace(VIAL, expires_on=date(2020, 1, 1), holds_mg=Decimal(1))
    change = {"may": False, "order_state": OrderState.HELD, "left_mg": Decimal(1), "parts": ((worst, DOSE),)}
    assert set(of(draw_problems(replace(READY, **change)))) == {"LED-02", "LED-03", "LED-06", "LED-09", "LED-11"}


@pytest.mark.parametrize("mg", ["0", "-1", "NaN", "Infinity", "-Infinity", "0.0001", "41.50001", "1E+40"])
def test_led_01_an_amount_is_finite_above_zero_and_to_a_thousandth(mg):
    assert of(amount_problems(Decimal(mg))) == ["LED-01"]


@given(mg=st.decimals("0.001", "100000", places=3), strength=st.sampled_from([10, 50, 100]))
def test_led_01_ml_is_exact_and_fits_five_places(mg, strength):
    ml = ml_of(mg, strength)
    assert mg_of(ml, strength) == mg
    assert ml == ml.quantize(Decimal("0.00001"))


@given(holds=st.lists(st.decimals("0", "10", places=2), max_size=5), wanted=st.decimals("0.01", "30", places=2))
def test_a_dose_is_shared_out_exactly_or_not_at_all(holds, wanted):
    parts = share(enumerate(holds), wanted)
    if sum(holds, Decimal(0)) < wanted:
        assert parts == []
    else:
        assert sum(ml for _, ml in parts) == wanted
        assert all(0 < ml <= holds[vial] for vial, ml in parts)
        assert all(ml == holds[vial] for vial, ml in parts[:-1])  # one is emptied before the next


REST = WasteFacts(
    may=True,
    mg=Decimal("0.25"),
    left_mg=Decimal("0.25"),
    reason="",
    witness_is_other=True,
    witness_may=True,
    state=InfusionState.OBSERVING,
)


def test_led_14_the_rest_of_a_dose_is_wasted_in_every_state_but_while_it_runs():
    for state in InfusionState:
        runs = state in {InfusionState.INFUSING, InfusionState.PAUSED}
        assert of(waste_problems(replace(REST, state=state))) == (["LED-14"] if runs else [])


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("LED-01", {"mg": Decimal(0)}),
        ("LED-01", {"mg": Decimal("0.2001")}),
        ("LED-01", {"mg": Decimal("NaN")}),
        ("LED-01", {"mg": Decimal("Infinity")}),
        ("LED-02", {"may": False}),
        ("LED-03", {"mg": Decimal("0.251")}),
        ("LED-13", {"witness_is_other": False}),
        ("LED-13", {"witness_may": False}),
        ("LED-14", {"delivered_known": False}),
        ("LED-14", {"delivered_known": False, "state": InfusionState.DISCHARGED}),
        ("LED-21", {"state": None}),
        ("LED-21", {"state": None, "reason": "  "}),
    ],
)
def test_led_13_led_14_led_21_each_thing_that_forbids_a_waste(rule, change):
    assert of(waste_problems(replace(REST, **change))) == [rule]


def test_led_14_before_the_start_nobody_asks_the_pump():
    for state in (InfusionState.ARRIVED, InfusionState.NOT_STARTED):
        assert waste_problems(replace(REST, state=state, delivered_known=False)) == []


WHOLE = {"may": True, "reason": "patient went home", "untouched": True, "state": InfusionState.ARRIVED}


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ([], {}),
        ([], {"state": InfusionState.NOT_STARTED}),
        (["LED-02"], {"may": False}),
        (["LED-15"], {"reason": " "}),
        (["LED-15"], {"untouched": False}),
        (["LED-15"], {"state": InfusionState.INFUSING}),
        (["LED-15"], {"state": InfusionState.OBSERVING}),
        (["LED-15"], {"state": InfusionState.DISCHARGED}),
    ],
)
def test_led_15_only_a_whole_dose_goes_back_before_the_start(rules, change):
    assert of(return_problems(**WHOLE | change)) == rules


def test_led_20_never_more_is_given_than_was_drawn():
    assert administered_problems(mg=Decimal("41.5"), left_mg=Decimal("41.5")) == []
    assert of(administered_problems(mg=Decimal("41.501"), left_mg=Decimal("41.5"))) == ["LED-20"]
