"""The only door for writes in outcomes."""

from outcomes.actions.questionnaires import (
    KeyReused,
    Opening,
    Recorded,
    complete_questionnaire,
    expire_questionnaires,
    link_of,
    open_questionnaire,
    record_answer,
    remind_of_questionnaires,
    send_questionnaire,
)
from outcomes.actions.registry import Imported, import_registry
from outcomes.actions.safety import acknowledge_safety_task, escalate_overdue_safety_tasks

__all__ = [
    "Imported",
    "KeyReused",
    "Opening",
    "Recorded",
    "acknowledge_safety_task",
    "complete_questionnaire",
    "escalate_overdue_safety_tasks",
    "expire_questionnaires",
    "import_registry",
    "link_of",
    "open_questionnaire",
    "record_answer",
    "remind_of_questionnaires",
    "send_questionnaire",
]
