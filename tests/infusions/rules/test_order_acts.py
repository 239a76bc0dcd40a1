"""Who may draft, hold, release, discontinue and supersede, and what must be said with it."""

from dataclasses import replace
from datetime import date

import pytest

from infusions.rules.allergies import drugs_named
from infusions.rules.order_acts import (
    DraftFacts,
    change_problems,
    draft_problems,
    hold_problems,
    release_problems,
)
from infusions.states import OndansetronContraindication, OrderState
from kitclinic.problems import Blocker

READY = DraftFacts(
    writer_may=True,
    sequence_open=True,
    current=None,
    weight_known=True,
    contraindication=OndansetronContraindication.NONE,
    contraindication_note="",
)
HELD = {
    "state": OrderState.HELD,
    "is_prescriber": True,
    "reason": "Fluid, no fat: the dose stands.",
    "last_day": date(2026, 10, 9),
    "today": date(2026, 10, 9),
    "weight_known": True,
}


def test_ord_15_a_booked_sequence_without_an_order_is_drafted():
    assert draft_problems(READY) == []


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        ({"writer_may": False}, "ORD-15", "Only a prescriber writes"),
        ({"sequence_open": False}, "ORD-15", "over or cancelled"),
        ({"current": OrderState.HELD}, "ORD-15", "already has an order, held"),
        ({"weight_known": False}, "ORD-03", "Weigh the patient in kg"),
        ({"contraindication": OndansetronContraindication.OTHER}, "ORD-11", "in words"),
    ],
)
def test_ord_15_each_thing_in_the_way_of_a_draft_is_named(change, rule, words):
    (problem,) = draft_problems(replace(READY, **change))
    assert isinstance(problem, Blocker)
    assert problem.rule == rule
    assert words in problem.sentence


def test_ord_15_everything_in_the_way_is_said_at_once():
    worst = DraftFacts(False, False, OrderState.SIGNED, False, OndansetronContraindication.OTHER, " ")
    assert len(draft_problems(worst)) == 5


def test_ord_16_a_blank_reason_is_no_reason():
    asked = [
        *hold_problems(may_hold=True, reason="  "),
        *change_problems(is_prescriber=True, reason=""),
        *release_problems(**HELD | {"reason": " "}),
    ]
    assert [(problem.rule, problem.field) for problem in asked] == [("ORD-16", "reason")] * 3


def test_ord_17_a_prescriber_releases_a_held_order_up_to_its_last_day():
    assert release_problems(**HELD) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"is_prescriber": False}, "ORD-17"),
        ({"weight_known": False}, "ORD-17"),
        ({"state": OrderState.SIGNED}, "ORD-09"),
        ({"today": date(2026, 10, 10)}, "ORD-10"),
    ],
)
def test_ord_17_each_thing_in_the_way_of_a_release_is_named(change, rule):
    assert [problem.rule for problem in release_problems(**HELD | change)] == [rule]


def test_ord_18_a_scheduler_neither_holds_nor_discontinues():
    assert [problem.rule for problem in hold_problems(may_hold=False, reason="x")] == ["ORD-18"]
    assert [problem.rule for problem in change_problems(is_prescriber=False, reason="x")] == ["ORD-18"]
    assert hold_problems(may_hold=True, reason="x") == change_problems(is_prescriber=True, reason="x") == []


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("", set()),
        ("None known", set()),
        ("Penicillin (rash)", set()),
        ("KETAMINE: hives", {"ketamine"}),
        ("Zofran, penicillin", {"ondansetron"}),
        ("ondansetron; Ketalar", {"ketamine", "ondansetron"}),
    ],
)
def test_ord_19_an_allergy_is_found_by_drug_or_brand_name(text, drugs):
    assert drugs_named(text) == drugs
