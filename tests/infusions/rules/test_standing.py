"""The gates of order and pregnancy test at their edges."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from infusions.rules.standing import OrderFacts, order_gate, pregnancy_gate
from infusions.states import OrderState
from kitclinic.roles import Permission
from scheduling.rules.readiness import Gate
from scheduling.states import PregnancyState
from tests.scheduling.rules.enrolled import MONDAY, TODAY, course, facts, seat

BOOKED = facts(seat=seat(), course=course())
SIGNED = OrderFacts(9, OrderState.SIGNED, MONDAY + timedelta(days=4), "Dr Imai", TODAY)


def pregnancy(result: str, on: date | None = None, first: date | None = None, today: date = TODAY) -> Gate:
    return pregnancy_gate(BOOKED, result=result, tested_on=on, first_infusion_on=first, today=today)


def test_without_booked_days_the_order_waits() -> None:
    gate = order_gate(None, facts(seat=seat()), today=TODAY)
    assert (gate.kind, gate.todo) == ("wait", None)


@pytest.mark.parametrize(
    ("state", "kind", "url"),
    [
        (None, "due", "infusions:order_new"),
        (OrderState.DRAFT, "due", "infusions:order"),
        (OrderState.SIGNED, "done", "infusions:order"),
        (OrderState.COMPLETED, "done", "infusions:order"),
        (OrderState.HELD, "blocked", "infusions:order"),
        (OrderState.EXPIRED, "blocked", "infusions:order_new"),
        (OrderState.DISCONTINUED, "blocked", "infusions:order_new"),
        (OrderState.SUPERSEDED, "blocked", "infusions:order_new"),
    ],
)
def test_enr_87_each_state_of_the_order_has_its_gate(state: str | None, kind: str, url: str) -> None:
    order = replace(SIGNED, state=state) if state else None
    gate = order_gate(order, BOOKED, today=TODAY)
    assert (gate.kind, gate.url_name) == (kind, url)
    assert (gate.todo is None) is (kind == "done")


def test_enr_87_a_signed_order_counts_through_its_last_day() -> None:
    last = SIGNED.last_day
    assert last is not None
    assert order_gate(SIGNED, BOOKED, today=last).kind == "done"
    assert order_gate(SIGNED, BOOKED, today=last + timedelta(days=1)).kind == "blocked"


def test_enr_87_an_open_decision_blocks_even_a_signed_order_and_is_named_to_clinical_readers_only() -> None:
    gate = order_gate(SIGNED, replace(BOOKED, undecided=("liver failure",)), today=TODAY)
    assert (gate.kind, gate.detail, gate.clinical) == (
        "blocked",
        "The physician decides",
        "Not decided: liver failure",
    )
    assert gate.permission == Permission.CLEAR_PATIENTS


def test_enr_87_why_an_order_is_held_is_clinical() -> None:
    held = replace(SIGNED, state=OrderState.HELD, held_because="83.3 kg is not 88.4 kg")
    gate = order_gate(held, BOOKED, today=TODAY)
    assert "kg" not in gate.detail
    assert gate.clinical == "Held: 83.3 kg is not 88.4 kg"


@pytest.mark.parametrize("result", [PregnancyState.NOT_APPLICABLE, PregnancyState.NOT_INDICATED])
def test_where_no_test_applies_the_gate_is_not_applicable(result: str) -> None:
    assert pregnancy(result).kind == "na"


def test_a_positive_test_blocks_whenever_it_was() -> None:
    assert pregnancy(PregnancyState.POSITIVE, date(2026, 8, 1)).kind == "blocked"


@pytest.mark.parametrize(
    ("on", "today", "kind"),
    [
        (MONDAY - timedelta(days=1), MONDAY - timedelta(days=1), "wait"),
        (MONDAY - timedelta(days=1), MONDAY, "due"),
        (MONDAY, MONDAY, "done"),
        (MONDAY, MONDAY + timedelta(days=4), "done"),
        (None, MONDAY, "due"),
    ],
)
def test_enr_84_a_negative_test_counts_from_the_first_infusion_day_on(
    on: date | None, today: date, kind: str
) -> None:
    assert pregnancy(PregnancyState.NEGATIVE, on, today=today).kind == kind


def test_enr_84_a_first_infusion_on_a_later_day_moves_the_day_of_the_test() -> None:
    tuesday = MONDAY + timedelta(days=1)
    assert pregnancy(PregnancyState.NEGATIVE, MONDAY, tuesday, tuesday).kind == "due"
