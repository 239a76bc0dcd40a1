"""What a patient's answers mean for today's start."""

from kitclinic.problems import Blocker, Notice, Problem
from kitclinic.register import Rule
from outcomes.rules.second_line import NO_BLOCK

ANSWERED_FIRST = Rule(
    "PRO-18",
    "No infusion is started while a safety task of the patient waits for an acknowledgement.",
    source="clinic default",
)


def may_start(waiting_tasks: int, second_line: int = 0) -> list[Problem]:
    """Return a blocker while answers wait, and a notice while a score does.

    waiting_tasks: open or escalated ones of this patient that an answer raised; second_line: that a score raised.
    """
    problems: list[Problem] = []
    if waiting_tasks:
        problems.append(
            Blocker(
                ANSWERED_FIRST.id,
                "An answer of the patient asks for a talk before the start. "
                "Speak with the patient, then record what was done under Safety.",
            )
        )
    if second_line:
        problems.append(
            Notice(
                NO_BLOCK.id,
                "A score of the patient is much worse than the one before. Look at it under Safety; "
                "the start does not wait for it.",
            )
        )
    return problems
