"""What counts as an adverse event: computed, never ticked.

Flags and side effects are recorded and reported on their own.
"""

from infusions.states import StopReason
from kitclinic.register import Rule

AEV_01 = Rule(
    "AEV-01",
    "An adverse event is an event for which the infusion was stopped or an emergency team came; "
    "a flag alone or a side effect alone is none.",
    source="Tankha 2025",
)

EVENT_REASONS = frozenset({StopReason.MEDICAL_EVENT, StopReason.SIDE_EFFECT})  # AEV-02
AEV_02 = Rule(
    "AEV-02",
    "A stop for a medical event or for a side effect is a stop for an event; the patient's choice, "
    "the line, the pump, or a pause that was resumed is not.",
    source="clinic default",
)


def stopped_for_event(reason: StopReason | None) -> bool:
    """Return whether a stop was for an event. reason: None when nothing was stopped."""
    return reason in EVENT_REASONS


def is_adverse_event(*, stopped_for_event: bool, emergency_team: bool) -> bool:
    """Return whether what happened is an adverse event (AEV-01)."""
    return stopped_for_event or emergency_team
