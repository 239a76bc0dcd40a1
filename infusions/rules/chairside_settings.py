"""Who decides how a clinic charts, and between what."""

from infusions.states import BoardName
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

INF_32 = Rule(
    "INF-32",
    "Who runs the clinic decides whether a second person reads the pump, whether MAP flags, and how a patient "
    "stands on the wall; a change counts from then on.",
    source="clinic default",
)


def setting_problems(*, may: bool, board_name: str) -> list[Problem]:
    if not may:
        return [Blocker(INF_32.id, "Only somebody who runs this clinic changes these settings.")]
    if board_name not in BoardName.values:
        return [Blocker(INF_32.id, "Choose how a patient stands on the wall.", "board_name")]
    return []
