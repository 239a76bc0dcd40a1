"""An adverse event is computed; flags and side effects are none by themselves."""

import pytest

from infusions.rules.adverse_events import is_adverse_event, stopped_for_event
from infusions.states import StopReason


@pytest.mark.parametrize(
    ("stopped", "team", "counts"),
    [(True, False, True), (False, True, True), (True, True, True), (False, False, False)],
)
def test_aev_01_a_stop_for_an_event_or_an_emergency_team_makes_an_adverse_event(stopped, team, counts):
    assert is_adverse_event(stopped_for_event=stopped, emergency_team=team) is counts


def test_aev_01_a_flag_or_a_side_effect_without_a_stop_is_none():
    assert not is_adverse_event(stopped_for_event=stopped_for_event(None), emergency_team=False)


@pytest.mark.parametrize(
    ("reason", "for_event"),
    [
        (StopReason.MEDICAL_EVENT, True),
        (StopReason.SIDE_EFFECT, True),
        (StopReason.PATIENT_CHOICE, False),
        (StopReason.LINE_OR_PUMP, False),
        (StopReason.OTHER, False),
        (None, False),
    ],
)
def test_aev_02_only_a_stop_for_an_event_counts(reason, for_event):
    assert stopped_for_event(reason) is for_event
