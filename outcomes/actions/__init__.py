"""The only door for writes in outcomes."""

from outcomes.actions.answering import (
    KeyReused,
    Opening,
    Recorded,
    begin_sitting,
    complete_questionnaire,
    open_questionnaire,
    record_answer,
)
from outcomes.actions.invitations import link_of, remind_of_questionnaires
from outcomes.actions.registry import Imported, import_registry
from outcomes.actions.safety import acknowledge_safety_task, escalate_overdue_safety_tasks
from outcomes.actions.sending import (
    close_left_parts,
    expire_questionnaires,
    issue_link,
    send_questionnaire,
    start_assessment,
)

__all__ = [
    "Imported",
    "KeyReused",
    "Opening",
    "Recorded",
    "acknowledge_safety_task",
    "begin_sitting",
    "close_left_parts",
    "complete_questionnaire",
    "escalate_overdue_safety_tasks",
    "expire_questionnaires",
    "import_registry",
    "issue_link",
    "link_of",
    "open_questionnaire",
    "record_answer",
    "remind_of_questionnaires",
    "send_questionnaire",
    "start_assessment",
]
