"""The states of referral, enrolment, group visit, sequence, visit, offer and plan.

Each ``*_TRANSITIONS`` says which state may follow which; an empty set is an end.
``TRANSITIONS`` finds the table by its state class.
"""

from django.db.models import TextChoices


class ReferralState(TextChoices):
    """Triage of a referral, before there is a patient."""

    RECEIVED = "received", "Received"
    NEEDS_INFORMATION = "needs_information", "Needs information"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


# A declined or withdrawn referral can be taken up again; an accepted one is a patient.
REFERRAL_TRANSITIONS: dict[ReferralState, frozenset[ReferralState]] = {
    ReferralState.RECEIVED: frozenset(
        {
            ReferralState.NEEDS_INFORMATION,
            ReferralState.ACCEPTED,
            ReferralState.DECLINED,
            ReferralState.WITHDRAWN,
        }
    ),
    ReferralState.NEEDS_INFORMATION: frozenset(
        {ReferralState.RECEIVED, ReferralState.ACCEPTED, ReferralState.DECLINED, ReferralState.WITHDRAWN}
    ),
    ReferralState.ACCEPTED: frozenset(),
    ReferralState.DECLINED: frozenset({ReferralState.RECEIVED}),
    ReferralState.WITHDRAWN: frozenset({ReferralState.RECEIVED}),
}


class EnrolmentState(TextChoices):
    """Where a patient stands between referral and a cleared start."""

    REFERRED = "referred", "Referred"
    ELIGIBLE = "eligible", "Eligible"
    GROUP_BOOKED = "group_booked", "Group visit booked"
    CLEARED = "cleared", "Cleared"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    MERGED = "merged", "Merged into another record"


# From GROUP_BOOKED back to ELIGIBLE: absent, or the group visit was cancelled. From CLEARED: a
# later course needs the group visit or the assessment again. DECLINED and WITHDRAWN reopen as a
# new referral, so every question is asked again. A record folded into another one (MERGED) comes
# back as a referral when the merge is undone.
_OUT = frozenset({EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN, EnrolmentState.MERGED})
ENROLMENT_TRANSITIONS: dict[EnrolmentState, frozenset[EnrolmentState]] = {
    EnrolmentState.REFERRED: _OUT | {EnrolmentState.ELIGIBLE},
    EnrolmentState.ELIGIBLE: _OUT | {EnrolmentState.GROUP_BOOKED},
    EnrolmentState.GROUP_BOOKED: _OUT | {EnrolmentState.CLEARED, EnrolmentState.ELIGIBLE},
    EnrolmentState.CLEARED: _OUT | {EnrolmentState.ELIGIBLE},
    EnrolmentState.DECLINED: frozenset({EnrolmentState.REFERRED, EnrolmentState.MERGED}),
    EnrolmentState.WITHDRAWN: frozenset({EnrolmentState.REFERRED, EnrolmentState.MERGED}),
    EnrolmentState.MERGED: frozenset({EnrolmentState.REFERRED}),
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
    REVIEW = "review", "Needs review"
    CLEARED = "cleared", "Cleared"
    NOT_CLEARED = "not_cleared", "Not cleared"
    CANCELLED = "cancelled", "Cancelled"


SEAT_TRANSITIONS: dict[SeatState, frozenset[SeatState]] = {
    SeatState.BOOKED: frozenset({SeatState.ATTENDED, SeatState.ABSENT, SeatState.CANCELLED}),
    SeatState.ATTENDED: frozenset({SeatState.REVIEW, SeatState.CLEARED, SeatState.NOT_CLEARED}),
    SeatState.REVIEW: frozenset({SeatState.CLEARED, SeatState.NOT_CLEARED}),
    SeatState.ABSENT: frozenset(),
    SeatState.CLEARED: frozenset(),
    SeatState.NOT_CLEARED: frozenset(),
    SeatState.CANCELLED: frozenset(),
}


class SequenceState(TextChoices):
    """Five visits booked as one, from the wish on."""

    REQUESTED = "requested", "Requested"
    HELD = "held", "Held"
    TENTATIVE = "tentative", "Tentative"
    CONFIRMED = "confirmed", "Confirmed"
    IN_PROGRESS = "in_progress", "In progress"
    INTERRUPTED = "interrupted", "Interrupted"
    COMPLETED = "completed", "Completed"
    ENDED_EARLY = "ended_early", "Ended early"
    CANCELLED = "cancelled", "Cancelled"


# REQUESTED has a wish and no visits. HELD keeps five places until a minute, then is a request again.
# TENTATIVE has its week and a window of clock times promised; the exact time may still move until it is
# confirmed. Back to REQUESTED: a hold that ran out, a booking undone, a week that the clinic closed.
# INTERRUPTED waits for a decision after a missed day. CANCELLED means that no visit was attended.
SEQUENCE_TRANSITIONS: dict[SequenceState, frozenset[SequenceState]] = {
    SequenceState.REQUESTED: frozenset(
        {SequenceState.HELD, SequenceState.TENTATIVE, SequenceState.CONFIRMED, SequenceState.CANCELLED}
    ),
    SequenceState.HELD: frozenset(
        {SequenceState.REQUESTED, SequenceState.TENTATIVE, SequenceState.CONFIRMED, SequenceState.CANCELLED}
    ),
    SequenceState.TENTATIVE: frozenset(
        {
            SequenceState.REQUESTED,
            SequenceState.CONFIRMED,
            SequenceState.IN_PROGRESS,
            SequenceState.INTERRUPTED,
            SequenceState.CANCELLED,
        }
    ),
    SequenceState.CONFIRMED: frozenset(
        {
            SequenceState.REQUESTED,
            SequenceState.IN_PROGRESS,
            SequenceState.INTERRUPTED,
            SequenceState.CANCELLED,
        }
    ),
    SequenceState.IN_PROGRESS: frozenset(
        {SequenceState.COMPLETED, SequenceState.INTERRUPTED, SequenceState.ENDED_EARLY}
    ),
    SequenceState.INTERRUPTED: frozenset(
        {
            SequenceState.CONFIRMED,
            SequenceState.IN_PROGRESS,
            SequenceState.COMPLETED,
            SequenceState.ENDED_EARLY,
            SequenceState.CANCELLED,
        }
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


# A patient who arrived can still miss the session: held by the provider, or left. A released day comes back
# while its place is free and its time has not come.
VISIT_TRANSITIONS: dict[VisitState, frozenset[VisitState]] = {
    VisitState.BOOKED: frozenset({VisitState.ARRIVED, VisitState.MISSED, VisitState.CANCELLED}),
    VisitState.ARRIVED: frozenset({VisitState.ATTENDED, VisitState.MISSED}),
    VisitState.ATTENDED: frozenset(),
    VisitState.MISSED: frozenset({VisitState.BOOKED}),
    VisitState.CANCELLED: frozenset({VisitState.BOOKED}),
}


class PlaceOfferState(TextChoices):
    """A place that became free, offered to one person on the waiting list."""

    OPEN = "open", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"


PLACE_OFFER_TRANSITIONS: dict[PlaceOfferState, frozenset[PlaceOfferState]] = {
    PlaceOfferState.OPEN: frozenset(
        {
            PlaceOfferState.ACCEPTED,
            PlaceOfferState.DECLINED,
            PlaceOfferState.EXPIRED,
            PlaceOfferState.WITHDRAWN,
        }
    ),
    PlaceOfferState.ACCEPTED: frozenset(),
    PlaceOfferState.DECLINED: frozenset(),
    PlaceOfferState.EXPIRED: frozenset(),
    PlaceOfferState.WITHDRAWN: frozenset(),
}


class ProposalState(TextChoices):
    """A plan that the product worked out and a scheduler accepts or not."""

    OPEN = "open", "Waiting for a decision"
    ACCEPTED = "accepted", "Accepted"
    DISMISSED = "dismissed", "Dismissed"
    OVERTAKEN = "overtaken", "Overtaken by other changes"


PROPOSAL_TRANSITIONS: dict[ProposalState, frozenset[ProposalState]] = {
    ProposalState.OPEN: frozenset({ProposalState.ACCEPTED, ProposalState.DISMISSED, ProposalState.OVERTAKEN}),
    ProposalState.ACCEPTED: frozenset(),
    ProposalState.DISMISSED: frozenset(),
    ProposalState.OVERTAKEN: frozenset(),
}

TRANSITIONS = {
    ReferralState: REFERRAL_TRANSITIONS,
    EnrolmentState: ENROLMENT_TRANSITIONS,
    GroupVisitState: GROUP_VISIT_TRANSITIONS,
    SeatState: SEAT_TRANSITIONS,
    SequenceState: SEQUENCE_TRANSITIONS,
    VisitState: VISIT_TRANSITIONS,
    PlaceOfferState: PLACE_OFFER_TRANSITIONS,
    ProposalState: PROPOSAL_TRANSITIONS,
}
