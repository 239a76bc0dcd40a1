"""The states of enrolment, group visit, sequence and visit, and the lists their forms offer.

Each ``*_TRANSITIONS`` says which state may follow which; an empty set is an end.
``TRANSITIONS`` finds the table by its state class.
"""

from django.db.models import TextChoices


class EnrolmentState(TextChoices):
    """Where a patient stands between referral and a cleared start."""

    REFERRED = "referred", "Referred"
    ELIGIBLE = "eligible", "Eligible"
    GROUP_BOOKED = "group_booked", "Group visit booked"
    CLEARED = "cleared", "Cleared"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


# From GROUP_BOOKED back to ELIGIBLE: absent, or the group visit was cancelled. From CLEARED: a
# later course needs the group visit or the assessment again. DECLINED and WITHDRAWN reopen as a
# new referral, so every question is asked again.
ENROLMENT_TRANSITIONS: dict[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.REFERRED: frozenset(
        {EnrolmentState.ELIGIBLE, EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN}
    ),
    EnrolmentState.ELIGIBLE: frozenset(
        {EnrolmentState.GROUP_BOOKED, EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN}
    ),
    EnrolmentState.GROUP_BOOKED: frozenset(
        {
            EnrolmentState.CLEARED,
            EnrolmentState.ELIGIBLE,
            EnrolmentState.DECLINED,
            EnrolmentState.WITHDRAWN,
        }
    ),
    EnrolmentState.CLEARED: frozenset(
        {EnrolmentState.ELIGIBLE, EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN}
    ),
    EnrolmentState.DECLINED: frozenset({EnrolmentState.REFERRED}),
    EnrolmentState.WITHDRAWN: frozenset({EnrolmentState.REFERRED}),
}


class GroupVisitState(TextChoices):
    """A shared medical appointment."""

    PLANNED = "planned", "Planned"
    HELD = "held", "Held"
    CANCELLED = "cancelled", "Cancelled"


GROUP_VISIT_TRANSITIONS: dict[GroupVisitState, frozenset[GroupVisitState]] = {
    GroupVisitState.PLANNED: frozenset({GroupVisitState.HELD, GroupVisitState.CANCELLED}),
    GroupVisitState.HELD: frozenset(),
    GroupVisitState.CANCELLED: frozenset(),
}


class SeatState(TextChoices):
    """One patient's seat in a group visit; the support person sits on the same seat."""

    BOOKED = "booked", "Booked"
    ATTENDED = "attended", "Attended"
    ABSENT = "absent", "Absent"
    CLEARED = "cleared", "Cleared"
    NOT_CLEARED = "not_cleared", "Not cleared"
    CANCELLED = "cancelled", "Cancelled"


SEAT_TRANSITIONS: dict[SeatState, frozenset[SeatState]] = {
    SeatState.BOOKED: frozenset({SeatState.ATTENDED, SeatState.ABSENT, SeatState.CANCELLED}),
    SeatState.ATTENDED: frozenset({SeatState.CLEARED, SeatState.NOT_CLEARED}),
    SeatState.ABSENT: frozenset(),
    SeatState.CLEARED: frozenset(),
    SeatState.NOT_CLEARED: frozenset(),
    SeatState.CANCELLED: frozenset(),
}


class SequenceState(TextChoices):
    """Five visits booked as one."""

    CONFIRMED = "confirmed", "Confirmed"
    IN_PROGRESS = "in_progress", "In progress"
    INTERRUPTED = "interrupted", "Interrupted"
    COMPLETED = "completed", "Completed"
    ENDED_EARLY = "ended_early", "Ended early"
    CANCELLED = "cancelled", "Cancelled"


# INTERRUPTED waits for a decision after a missed day. CANCELLED means that no visit was attended.
SEQUENCE_TRANSITIONS: dict[SequenceState, frozenset[SequenceState]] = {
    SequenceState.CONFIRMED: frozenset(
        {SequenceState.IN_PROGRESS, SequenceState.INTERRUPTED, SequenceState.CANCELLED}
    ),
    SequenceState.IN_PROGRESS: frozenset(
        {SequenceState.COMPLETED, SequenceState.INTERRUPTED, SequenceState.ENDED_EARLY}
    ),
    SequenceState.INTERRUPTED: frozenset(
        {SequenceState.IN_PROGRESS, SequenceState.ENDED_EARLY, SequenceState.CANCELLED}
    ),
    SequenceState.COMPLETED: frozenset(),
    SequenceState.ENDED_EARLY: frozenset(),
    SequenceState.CANCELLED: frozenset(),
}


class VisitState(TextChoices):
    """One day of a sequence."""

    BOOKED = "booked", "Booked"
    ARRIVED = "arrived", "Arrived"
    ATTENDED = "attended", "Attended"
    MISSED = "missed", "Missed"
    CANCELLED = "cancelled", "Cancelled"


# A patient who arrived can still miss the session: held by the provider, or left.
VISIT_TRANSITIONS: dict[VisitState, frozenset[VisitState]] = {
    VisitState.BOOKED: frozenset({VisitState.ARRIVED, VisitState.MISSED, VisitState.CANCELLED}),
    VisitState.ARRIVED: frozenset({VisitState.ATTENDED, VisitState.MISSED}),
    VisitState.ATTENDED: frozenset(),
    VisitState.MISSED: frozenset(),
    VisitState.CANCELLED: frozenset(),
}

TRANSITIONS = {
    EnrolmentState: ENROLMENT_TRANSITIONS,
    GroupVisitState: GROUP_VISIT_TRANSITIONS,
    SeatState: SEAT_TRANSITIONS,
    SequenceState: SEQUENCE_TRANSITIONS,
    VisitState: VISIT_TRANSITIONS,
}


class MissedReason(TextChoices):
    """Why a session was missed; "unknown" is a legal answer and totals are never forced."""

    CLINIC_CLOSED = "clinic_closed", "Clinic closed or holiday"
    SCHEDULING = "scheduling", "Other scheduling"
    TRANSPORT = "transport", "Transport"
    ILLNESS = "illness", "Illness, unrelated"
    SIDE_EFFECT = "side_effect", "Side effect"
    ADVERSE_EVENT = "adverse_event", "Adverse event"
    PATIENT_CHOICE = "patient_choice", "Patient's choice"
    COST = "cost", "Cost or insurance"
    HELD_BY_PROVIDER = "held_by_provider", "Held by the provider"
    UNKNOWN = "unknown", "Unknown"


class PregnancyState(TextChoices):
    """The answer to the pregnancy question; a blank field is not an answer."""

    NOT_APPLICABLE = "not_applicable", "Not applicable"
    NEGATIVE = "negative", "Test negative"
    NOT_INDICATED = "not_indicated", "Test not indicated"
    POSITIVE = "positive", "Pregnant"


class Verdict(TextChoices):
    """What an assessment makes of the answers."""

    ELIGIBLE = "eligible", "Eligible"
    OPEN = "open", "Not decided yet"
    DECLINE = "decline", "Declined"


class MisuseDecision(TextChoices):
    """What the prescriber decided about a history of ketamine misuse."""

    ACCEPT = "accept", "Accept with precautions"
    DECLINE = "decline", "Decline"


class Caution(TextChoices):
    """Conditions that call for an acknowledgement of their own."""

    SCHIZOPHRENIA = "schizophrenia", "Schizophrenia"
    LIVER_FAILURE = "liver_failure", "Liver failure"
    HEART_FAILURE = "heart_failure", "Heart failure"
    CARDIOVASCULAR = "cardiovascular", "Poorly controlled cardiovascular disease"
    PSYCHOSIS = "psychosis", "Poorly controlled psychosis"
    HEPATIC = "hepatic", "Severe hepatic impairment"
    INTRACRANIAL = "intracranial", "Raised intracranial pressure"
    INTRAOCULAR = "intraocular", "Raised intraocular pressure"
    BLOOD_PRESSURE = "blood_pressure", "A rise in blood pressure would be a serious hazard"


class TransportKind(TextChoices):
    """How the patient goes home."""

    FAMILY = "family", "Family member drives"
    FRIEND = "friend", "Friend drives"
    OTHER_KNOWN = "other_known", "Another known person drives"
    RIDESHARE = "rideshare", "Rideshare"
    TAXI = "taxi", "Taxi"
    PUBLIC = "public", "Public transport"
    SELF = "self", "Patient drives"
    ALONE = "alone", "Patient walks or leaves alone"


class WeightSource(TextChoices):
    """Where a weight comes from; only a measured one feeds a dose without a reason."""

    MEASURED = "measured", "Measured"
    STATED = "stated", "Stated by the patient"
    ESTIMATED = "estimated", "Estimated"
    CARRIED_FORWARD = "carried_forward", "Carried forward"
