"""Deliveries, counts, discrepancies and their answers."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from infusions.rules.vault import (
    ReceiptFacts,
    answer_problems,
    count_problems,
    discrepancy_problems,
    receipt_problems,
)
from infusions.states import InfusionState

TODAY = date(2026, 9, 21)
DELIVERY = ReceiptFacts(
    may=True,
    vials=10,
    lot="6J0417",
    supplier="Lakeside",
    expires_on=TODAY,
    today=TODAY,
    product_in_use=True,
    vault_in_use=True,
)


def of(problems):
    return [problem.rule for problem in problems]


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ([], {}),
        ([], {"vials": 1}),
        ([], {"vials": 999}),
        (["LED-02"], {"may": False}),
        (["LED-05"], {"vials": 0}),
        (["LED-05"], {"vials": 1000}),
        (["LED-05"], {"lot": " "}),
        (["LED-05"], {"supplier": ""}),
        (["LED-05"], {"expires_on": TODAY - timedelta(days=1)}),
        (["LED-05"], {"product_in_use": False}),
        (["LED-22"], {"vault_in_use": False}),
    ],
)
def test_led_05_and_led_22_a_delivery(rules, change):
    assert of(receipt_problems(replace(DELIVERY, **change))) == rules


FOUND = {
    "may": True,
    "mg": Decimal(-20),
    "reason": "vial fell",
    "left_mg": Decimal(20),
    "most_mg": Decimal(500),
    "state": None,
}


@pytest.mark.parametrize(
    ("rules", "change"),
    [
        ([], {}),
        ([], {"mg": Decimal(480)}),
        (["LED-02"], {"may": False}),
        (["LED-16"], {"reason": " "}),
        (["LED-16"], {"mg": Decimal(0)}),
        (["LED-16"], {"mg": Decimal("NaN")}),
        (["LED-01"], {"mg": Decimal("-0.0001")}),
        (["LED-03"], {"mg": Decimal("-20.001")}),
        (["LED-04"], {"mg": Decimal("480.001")}),
        (["LED-14"], {"state": InfusionState.INFUSING}),
        (["LED-14"], {"state": InfusionState.PAUSED}),
        ([], {"state": InfusionState.OBSERVING}),
    ],
)
def test_led_03_led_04_led_16_a_discrepancy(rules, change):
    assert of(discrepancy_problems(**FOUND | change)) == rules


def counting(*counted, may=True, strangers=0):
    label = Decimal(500)
    rows = [(number, Decimal(mg), label) for number, mg in counted]
    return of(count_problems(may=may, counted=rows, strangers=strangers))


def test_led_17_a_count_names_vials_of_this_vault_with_what_is_left_in_them():
    assert counting((1, "0"), (2, "500"), (3, "12.345")) == []
    assert counting((1, "500.001")) == ["LED-04"]
    assert counting((1, "-0.001"), (2, "NaN")) == ["LED-17", "LED-17"]
    assert counting((1, "1.0001")) == ["LED-01"]
    assert counting(strangers=1) == ["LED-17"]
    assert counting(may=False) == ["LED-02"]


def test_led_18_and_led_19_an_answer_has_words_and_comes_from_another_person():
    ok = {"may": True, "words": "spilled, two saw it", "found_by_self": False}
    assert answer_problems(**ok) == []
    assert of(answer_problems(**ok | {"may": False})) == ["LED-18"]
    assert of(answer_problems(**ok | {"words": " "})) == ["LED-18"]
    assert of(answer_problems(**ok | {"found_by_self": True})) == ["LED-19"]
