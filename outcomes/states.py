"""States of a questionnaire, of a planned assessment and of a safety task, and the moves between them.

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


class AskState(TextChoices):
    """One planned assessment: what is due, open, late and done is read from it and its window's dates."""

    PLANNED = "planned", "Planned"
    ASKED = "asked", "Asked"
    DONE = "done", "Done"
    MISSED = "missed", "Missed"
    DROPPED = "dropped", "Dropped"


class SittingMode(TextChoices):
    """How answers were given."""

    OWN = "own", "On the patient's own device"
    TABLET = "tablet", "On a tablet of the clinic"
    PHONE = "phone", "Asked by telephone"
    PAPER = "paper", "Written on paper"
    SERVICE = "service", "By another system"


class Helper(TextChoices):
    """Who helped with the answers."""

    NONE = "none", "Nobody helped"
    COMPANION = "companion", "A companion helped"
    STAFF = "staff", "Staff read the questions out"
    INTERPRETER = "interpreter", "An interpreter helped"
    PROXY = "proxy", "Somebody answered for the patient"


class LinkChannel(TextChoices):
    """How a link reached the patient."""

    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"
    HAND = "hand", "Shown as a code or told"
    TABLET = "tablet", "Opened on a tablet of the clinic"


class StepChannel(TextChoices):
    """What one step of the reminder ladder does."""

    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"
    BEST = "best", "Text message, else e-mail"
    CALL = "call", "Call by the staff"


class CallResult(TextChoices):
    """What came of calling a patient about questions that wait."""

    ANSWERED = "answered", "Answered by telephone"
    WILL_ANSWER = "will_answer", "Will answer"
    NOT_REACHED = "not_reached", "Not reached"
    DECLINED = "declined", "Does not want to answer"


class PieceKind(TextChoices):
    """What a clinic installs for an instrument whose content is licensed."""

    WORDING = "wording", "Wording"
    BANK = "bank", "Item bank"
    TABLE = "table", "Score table"


class PieceDecisionKind(TextChoices):
    """What a second person decided about an installed piece."""

    ACTIVATED = "activated", "Activated"
    RETIRED = "retired", "Retired"


class SafetyTaskKind(TextChoices):
    """What raised a safety task."""

    ITEM_9 = "item9", "PHQ-9 question 9"
    RED_FLAG = "red_flag", "Red flag of the clinic"
    RISE = "rise", "PHQ-9 rose by 5 or more"
    WORSENING = "worsening", "A score worsened by 10 or more"


class SafetyTaskState(TextChoices):
    """One safety task made by an answer or a score; nothing cancels it, a person looks at it."""

    OPEN = "open", "Open"
    ESCALATED = "escalated", "Escalated"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CLOSED = "closed", "Closed"


class SafetyStepKind(TextChoices):
    """What happened to a safety task between the alert and its acknowledgement, and after it."""

    TOLD = "told", "Told"
    TAKEN = "taken", "Taken"
    HANDED_BACK = "handed_back", "Handed back"
    TRIED = "tried", "Tried, not reached"
    FOLLOWED_UP = "followed_up", "Followed up"


ASK_TRANSITIONS: dict[AskState, frozenset[AskState]] = {
    AskState.PLANNED: frozenset({AskState.ASKED, AskState.DONE, AskState.MISSED, AskState.DROPPED}),
    AskState.ASKED: frozenset({AskState.DONE, AskState.MISSED, AskState.DROPPED}),
    AskState.DONE: frozenset(),
    AskState.MISSED: frozenset({AskState.DONE}),  # answers on paper arrive late
    AskState.DROPPED: frozenset(),
}

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

FIRST_LINE = (SafetyTaskKind.ITEM_9, SafetyTaskKind.RED_FLAG)  # raised by an answer; block today's start
WAITING_STATES = (SafetyTaskState.OPEN, SafetyTaskState.ESCALATED)

TRANSITIONS = {
    AskState: ASK_TRANSITIONS,
    AssessmentState: ASSESSMENT_TRANSITIONS,
    SafetyTaskState: SAFETY_TASK_TRANSITIONS,
}
