"""The two state machines: what follows what, and what never does."""

import pytest

from infusions.states import OPEN_INFUSION, TRANSITIONS, UNDER_WAY, InfusionState, OrderState

ORDER, INFUSION = TRANSITIONS[OrderState], TRANSITIONS[InfusionState]


@pytest.mark.parametrize("machine", list(TRANSITIONS))
def test_every_state_has_its_row(machine):
    assert set(TRANSITIONS[machine]) == set(machine)


@pytest.mark.parametrize(
    ("machine", "start"), [(OrderState, OrderState.DRAFT), (InfusionState, InfusionState.ARRIVED)]
)
def test_every_state_can_be_reached(machine, start):
    reached, frontier = {start}, [start]
    while frontier:
        new = TRANSITIONS[machine][frontier.pop()] - reached
        reached |= new
        frontier += new
    assert reached == set(machine)


def test_nothing_signed_becomes_a_draft_again():
    assert all(OrderState.DRAFT not in following for following in ORDER.values())


def test_a_held_order_goes_back_to_signed_or_ends_but_is_never_completed():
    assert OrderState.SIGNED in ORDER[OrderState.HELD]
    assert OrderState.COMPLETED not in ORDER[OrderState.HELD]


def test_nobody_leaves_after_drug_without_being_observed():
    before = {state for state, following in INFUSION.items() if InfusionState.DISCHARGED in following}
    assert before == {InfusionState.OBSERVING}


def test_only_a_patient_who_arrived_is_started():
    before = {state for state, following in INFUSION.items() if InfusionState.INFUSING in following}
    assert before == {InfusionState.ARRIVED, InfusionState.PAUSED}


def test_not_started_is_never_reached_after_drug():
    for state in UNDER_WAY:
        assert InfusionState.NOT_STARTED not in INFUSION[state]


def test_open_infusions_are_those_of_patients_in_the_clinic():
    closed = {InfusionState.DISCHARGED, InfusionState.NOT_STARTED}
    assert set(InfusionState) - closed == OPEN_INFUSION
