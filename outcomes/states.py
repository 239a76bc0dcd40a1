"""States of a questionnaire and of a safety task, and the moves between them.

``TRANSITIONS[machine][state]`` is the set of states that may follow; a state without followers is final.
"""

from django.db.models import TextChoices


class AssessmentState(TextChoices):
    """One questionnaire sent to one patient."""

    OPEN = "open", "Open"
    STARTED = "started", "Started"
    COMPLETED = "completed", "Completed"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"


class SafetyTaskState(TextChoices):
    """One safety task made by an answer to PHQ-9 item 9; nothing cancels it, a person looks at it."""

    OPEN = "open", "Open"
    ESCALATED = "escalated", "Escalated"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CLOSED = "closed", "Closed"


ASSESSMENT_TRANSITIONS: dict[AssessmentState, frozenset[AssessmentState]] = {
    AssessmentState.OPEN: frozenset({AssessmentState.STARTED, AssessmentState.EXPIRED, AssessmentState.WITHDRAWN}),
    AssessmentState.STARTED: frozenset(
        {AssessmentState.COMPLETED, AssessmentState.EXPIRED, AssessmentState.WITHDRAWN}
    ),
    AssessmentState.COMPLETED: frozenset(),
    AssessmentState.EXPIRED: frozenset(),
    AssessmentState.WITHDRAWN: frozenset(),
}

SAFETY_TASK_TRANSITIONS: dict[SafetyTaskState, frozenset[SafetyTaskState]] = {
    SafetyTaskState.OPEN: frozenset({SafetyTaskState.ACKNOWLEDGED, SafetyTaskState.ESCALATED}),
    SafetyTaskState.ESCALATED: frozenset({SafetyTaskState.ACKNOWLEDGED}),
    SafetyTaskState.ACKNOWLEDGED: frozenset({SafetyTaskState.CLOSED}),
    SafetyTaskState.CLOSED: frozenset(),
}

TRANSITIONS = {
    AssessmentState: ASSESSMENT_TRANSITIONS,
    SafetyTaskState: SAFETY_TASK_TRANSITIONS,
}
