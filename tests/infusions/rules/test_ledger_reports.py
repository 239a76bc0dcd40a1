"""The arithmetic of the ledger's reports."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules.ledger_reports import (
    SIGNS,
    Holding,
    Moved,
    Usage,
    expires_soon,
    holding,
    is_counted,
    meanwhile_problems,
)
from infusions.states import MovementKind as K

DAY = date(2026, 11, 22)


def mg(number: str) -> Decimal:
    return Decimal(number)


MOVED = st.builds(
    Moved,
    kind=st.sampled_from([kind for kind, _ in SIGNS]),
    of_dose=st.just(False),
    mg=st.decimals(min_value=Decimal("0.001"), max_value=500, places=3),
).filter(lambda one: (one.kind, one.of_dose) in SIGNS)
OF_DOSE = st.builds(
    Moved,
    kind=st.sampled_from([kind for kind, of_dose in SIGNS if of_dose]),
    of_dose=st.just(True),
    mg=st.decimals(min_value=Decimal("0.001"), max_value=500, places=3),
)
ANY = st.lists(MOVED | OF_DOSE, max_size=30)


@given(ANY, ANY)
def test_led_30_opening_and_movements_lead_to_the_closing_exactly(before, during) -> None:
    use = Usage(holding(before), tuple(during), holding([*before, *during]))
    assert use.closes
    together = (
        use.opening.all + use.of(K.RECEIVED) - use.of(K.ADMINISTERED) - use.of(K.WASTED) + use.of(K.DISCREPANCY)
    )
    assert together == use.closing.all


@given(ANY, st.decimals(min_value=Decimal("0.001"), max_value=1, places=3))
def test_led_30_a_thousandth_of_a_milligram_that_is_missing_is_seen(moved, gap) -> None:
    right = holding(moved)
    assert not Usage(Holding(), tuple(moved), Holding(right.vault - gap, right.hand)).closes
    assert not Usage(Holding(), tuple(moved), Holding(right.vault - gap, right.hand + gap)).closes


def test_a_withdrawal_and_a_return_only_change_places() -> None:
    drawn = Moved(K.WITHDRAWN, False, mg("41.5"))
    assert holding([drawn]) == Holding(mg("-41.5"), mg("41.5"))
    assert holding([drawn, Moved(K.RETURNED, True, mg("41.5"))]) == Holding(mg("0"), mg("0"))


def test_waste_of_a_vial_and_of_a_dose_leave_from_where_they_were() -> None:
    assert holding([Moved(K.WASTED, False, mg("25"))]) == Holding(mg("-25"), mg("0"))
    assert holding([Moved(K.WASTED, True, mg("25"))]) == Holding(mg("0"), mg("-25"))


def test_every_kind_of_movement_has_its_sign() -> None:
    assert {kind for kind, _ in SIGNS} == set(K)


@pytest.mark.parametrize(("days", "soon"), [(-1, True), (0, True), (30, True), (31, False)])
def test_led_33_thirty_days_before_its_last_day_a_vial_expires_soon(days, soon) -> None:
    assert expires_soon(DAY + timedelta(days=days), DAY) is soon


@pytest.mark.parametrize(("counted", "said"), [(None, False), (DAY - timedelta(days=1), False), (DAY, True)])
def test_led_34_only_a_count_of_today_counts(counted, said) -> None:
    assert is_counted(counted, DAY) is said


def test_led_36_what_moved_meanwhile_stops_the_count() -> None:
    assert meanwhile_problems(moved_meanwhile=False) == []
    assert [problem.rule for problem in meanwhile_problems(moved_meanwhile=True)] == ["LED-36"]
