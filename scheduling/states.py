"""The states of referral, enrolment, group visit, sequence and visit, and the lists their forms offer.

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


class WeekRule(TextChoices):
    """What the clinic does with a week that has a closed day."""

    SKIP = "skip", "Skip: no sequence begins in this week"
    SATURDAY = "saturday", "Open the Saturday: five consecutive dates"
    SHORT = "short", "Short course of four, with the patient's consent"
    ROLLING = "rolling", "Rolling: any five consecutive clinic days, a weekend may fall inside"


class SequenceMode(TextChoices):
    """Which five days a sequence was booked as; logged on the sequence."""

    SAME_WEEK = "same_week", "Five days of one week"
    CALENDAR_DAYS = "calendar_days", "Five consecutive dates, Saturday included"
    CLINIC_DAYS = "clinic_days", "Five consecutive clinic days, weekend inside"
    SHORT = "short", "Short course of four"


class CoverKind(TextChoices):
    """Whom a time on the floor lacks."""

    NURSE = "nurse", "Nurse"
    PROVIDER = "provider", "Provider on site"


class ProposalKind(TextChoices):
    """What a worked-out plan is for."""

    RETIME = "retime", "Better times for tentative sequences of a week"
    REPAIR = "repair", "A day after a call-out or a closure"


class DriverSource(TextChoices):
    """Who confirmed that the driver comes."""

    LINK = "link", "The patient, by link"
    STAFF = "staff", "A member of staff"


class FeedKind(TextChoices):
    """Whose calendar a feed is."""

    NURSE = "nurse", "Nurse"
    PROVIDER = "provider", "Provider"
    PATIENT = "patient", "Patient"


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
    PENDING = "pending", "Eligible, decisions pending"
    OPEN = "open", "Not decided yet"
    REASSESS = "reassess", "Re-assess on a date"
    DECLINE = "decline", "Not eligible"


class MisuseDecision(TextChoices):
    """What the prescriber decided about ketamine misuse, or about active misuse of another substance."""

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


class PainCategory(TextChoices):
    """The categories of Table 1: ICD-11 classes of the IASP, with the five of chronic primary pain."""

    WIDESPREAD = "chronic primary: widespread", "Chronic primary: widespread pain"
    CRPS = "chronic primary: CRPS", "Chronic primary: complex regional pain syndrome (CRPS)"
    PRIMARY_HEADACHE = "chronic primary: headache/orofacial", "Chronic primary: headache or orofacial pain"
    PRIMARY_VISCERAL = "chronic primary: visceral", "Chronic primary: visceral pain"
    PRIMARY_MUSCULOSKELETAL = "chronic primary: musculoskeletal", "Chronic primary: musculoskeletal pain"
    CANCER = "cancer", "Chronic cancer pain"
    NEUROPATHIC = "neuropathic", "Chronic neuropathic pain"
    POSTSURGICAL = "post-traumatic/postsurgical", "Chronic post-traumatic or postsurgical pain"
    SECONDARY_MUSCULOSKELETAL = "secondary musculoskeletal", "Chronic secondary musculoskeletal pain"
    SECONDARY_VISCERAL = "secondary visceral", "Chronic secondary visceral pain"
    SECONDARY_HEADACHE = "secondary headache/orofacial", "Chronic secondary headache or orofacial pain"
    OTHER = "other", "Other"


MULTIPLE_CATEGORIES = "multiple categories"  # derived, never chosen


class CharlsonCondition(TextChoices):
    """The 19 conditions of the Charlson Comorbidity Index (1987)."""

    MYOCARDIAL_INFARCTION = "myocardial_infarction", "Myocardial infarction"
    HEART_FAILURE = "heart_failure", "Congestive heart failure"
    PERIPHERAL_VASCULAR = "peripheral_vascular", "Peripheral vascular disease"
    CEREBROVASCULAR = "cerebrovascular", "Cerebrovascular disease"
    DEMENTIA = "dementia", "Dementia"
    PULMONARY = "pulmonary", "Chronic pulmonary disease"
    CONNECTIVE_TISSUE = "connective_tissue", "Connective tissue disease"
    ULCER = "ulcer", "Peptic ulcer disease"
    MILD_LIVER = "mild_liver", "Mild liver disease"
    DIABETES = "diabetes", "Diabetes without end-organ damage"
    HEMIPLEGIA = "hemiplegia", "Hemiplegia"
    RENAL = "renal", "Moderate or severe renal disease"
    DIABETES_DAMAGE = "diabetes_damage", "Diabetes with end-organ damage"
    TUMOR = "tumor", "Any tumor without metastasis"
    LEUKEMIA = "leukemia", "Leukemia"
    LYMPHOMA = "lymphoma", "Lymphoma"
    SEVERE_LIVER = "severe_liver", "Moderate or severe liver disease"
    METASTATIC = "metastatic", "Metastatic solid tumor"
    AIDS = "aids", "AIDS"


class HealthQuestion(TextChoices):
    """What the health screen asks before ketamine, each with yes or no; yes goes to the physician."""

    PREGNANCY = "pregnancy", "Could be pregnant, or breast-feeding"
    PSYCHOSIS = "psychosis", "Hearing or seeing things, or psychosis since the assessment"
    SUBSTANCE = "substance", "Non-prescribed drugs, or more alcohol than intended, in the last month"
    CHEST = "chest", "Chest pain, fainting or breathlessness at rest"
    BLOOD_PRESSURE = "blood_pressure", "Blood pressure that is hard to control"
    HEAD = "head", "New head injury, stroke, or raised pressure in head or eye"
    LIVER = "liver", "New liver or bladder trouble"
    AIRWAY = "airway", "Sleep apnea without treatment, or trouble with an anesthetic"
    MEDICINES = "medicines", "New medicines since the assessment"


class EducationItem(TextChoices):
    """What the shared medical appointment teaches (Tankha 2025)."""

    KETAMINE = "ketamine", "Ketamine: effects, side effects, safety"
    NEUROSCIENCE = "neuroscience", "Pain neuroscience"
    RELAXATION = "relaxation", "Relaxation strategies"
    INFUSION_DAYS = "infusion_days", "What happens on infusion days"
