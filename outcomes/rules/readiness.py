"""What a patient's answers mean for today's start."""

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

ANSWERED_FIRST = Rule(
    "PRO-18",
    "No infusion is started while a safety task of the patient waits for an acknowledgement.",
    source="clinic default",
)


def may_start(waiting_tasks: int) -> list[Problem]:
    """Return a blocker while safety tasks wait. waiting_tasks: open or escalated ones of this patient."""
    if not waiting_tasks:
        return []
    return [
        Blocker(
            ANSWERED_FIRST.id,
            "The patient's answer to PHQ-9 question 9 asks for a talk before the start. "
            "Speak with the patient, then record what was done under Safety.",
        )
    ]
