"""States and choices of ordering and charting, in the words nurses see.

A transition table says where each state may go; ``kitclinic.states`` moves along it and
``docs/states.md`` draws it. An infusion is observed after it was completed and after it was
stopped alike, so how it ended is kept apart, as its outcome. Before arrival there is only a
booked visit; whether a patient is ready is asked of ``rules.readiness`` each time, because a
baseline or a weight grows too old while nobody writes anything.
"""

from django.db.models import IntegerChoices, TextChoices


class OrderState(TextChoices):
    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"
    HELD = "held", "Held"
    COMPLETED = "completed", "Completed"
    DISCONTINUED = "discontinued", "Discontinued"
    EXPIRED = "expired", "Expired"
    SUPERSEDED = "superseded", "Superseded"


class InfusionState(TextChoices):
    ARRIVED = "arrived", "Arrived"
    INFUSING = "infusing", "Infusing"
    PAUSED = "paused", "Paused"
    OBSERVING = "observing", "Observing"
    DISCHARGED = "discharged", "Discharged"
    NOT_STARTED = "not_started", "Not started"


class InfusionOutcome(TextChoices):
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped early"
    NOT_STARTED = "not_started", "Not started"


ORDER_TRANSITIONS: dict[OrderState, frozenset[OrderState]] = {
    OrderState.DRAFT: frozenset({OrderState.SIGNED, OrderState.DISCONTINUED}),
    OrderState.SIGNED: frozenset(
        {
            OrderState.HELD,
            OrderState.COMPLETED,
            OrderState.DISCONTINUED,
            OrderState.EXPIRED,
            OrderState.SUPERSEDED,
        }
    ),
    OrderState.HELD: frozenset(
        {OrderState.SIGNED, OrderState.DISCONTINUED, OrderState.EXPIRED, OrderState.SUPERSEDED}
    ),
    OrderState.COMPLETED: frozenset(),
    OrderState.DISCONTINUED: frozenset(),
    OrderState.EXPIRED: frozenset(),
    OrderState.SUPERSEDED: frozenset(),
}

INFUSION_TRANSITIONS: dict[InfusionState, frozenset[InfusionState]] = {
    InfusionState.ARRIVED: frozenset({InfusionState.INFUSING, InfusionState.NOT_STARTED}),
    InfusionState.INFUSING: frozenset({InfusionState.PAUSED, InfusionState.OBSERVING}),
    InfusionState.PAUSED: frozenset({InfusionState.INFUSING, InfusionState.OBSERVING}),
    InfusionState.OBSERVING: frozenset({InfusionState.DISCHARGED}),
    InfusionState.DISCHARGED: frozenset(),
    InfusionState.NOT_STARTED: frozenset(),
}

TRANSITIONS = {OrderState: ORDER_TRANSITIONS, InfusionState: INFUSION_TRANSITIONS}

# Nothing starts on such an order any more.
OVER_ORDER = frozenset(state for state, ways in ORDER_TRANSITIONS.items() if not ways)
# The drug was started and the patient has not left: chair and nurse are taken.
UNDER_WAY = frozenset({InfusionState.INFUSING, InfusionState.PAUSED, InfusionState.OBSERVING})
# The pump holds the drug: what may be stopped.
RUNS = frozenset({InfusionState.INFUSING, InfusionState.PAUSED})
# The patient is in the clinic for this infusion.
OPEN_INFUSION = UNDER_WAY | {InfusionState.ARRIVED}


class FillMode(TextChoices):
    """What the bag's volume means (a setting of the site)."""

    MADE_UP_TO = "made_up_to", "made up to"
    ADDED_TO = "added_to", "added to"


class MovementKind(TextChoices):
    """What happens to ketamine between the delivery and the last drop."""

    RECEIVED = "received", "Received"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ADMINISTERED = "administered", "Administered"
    WASTED = "wasted", "Wasted"
    RETURNED = "returned", "Returned"
    DISCREPANCY = "discrepancy", "Discrepancy"


class VerbalKind(TextChoices):
    """What a prescriber may order by word of mouth; a start is never among it."""

    HOLD = "hold", "Hold"
    STOP = "stop", "Stop"
    AS_NEEDED = "as_needed", "Ondansetron 8 mg as needed"


class ConsentState(TextChoices):
    """Where the patient's last consent stands."""

    SIGNED = "signed", "Signed"
    WITHDRAWN = "withdrawn", "Taken back"
    MISSING = "missing", "Not on record"


class OndansetronContraindication(TextChoices):
    NONE = "none", "None recorded"
    ALLERGY = "allergy", "Allergy to ondansetron"
    LONG_QT = "long_qt", "Congenital long QT syndrome"
    APOMORPHINE = "apomorphine", "Takes apomorphine"
    OTHER = "other", "Other"


class OndansetronKind(TextChoices):
    PREMEDICATION = "premedication", "Before the start"
    AS_NEEDED = "as_needed", "As needed"


class PremedStatus(TextChoices):
    GIVEN = "given", "Given"
    NOT_GIVEN = "not_given", "Not given"


class Identifier(TextChoices):
    """What a patient may be identified by; a chair or a room never is."""

    NAME = "name", "Name"
    BIRTH_DATE = "birth_date", "Date of birth"
    RECORD_NUMBER = "record_number", "Record number"


class Rhythm(TextChoices):
    SINUS = "sinus", "Sinus"
    BRADYCARDIA = "bradycardia", "Brady"
    TACHYCARDIA = "tachycardia", "Tachy"
    ATRIAL_FIBRILLATION = "atrial_fibrillation", "AF"
    OTHER = "other", "Other"


class Sedation(TextChoices):
    """How awake the patient is."""

    ALERT = "alert", "Alert"
    DROWSY = "drowsy", "Drowsy, wakes to voice"
    HARD_TO_ROUSE = "hard_to_rouse", "Hard to rouse"
    UNROUSABLE = "unrousable", "Cannot be roused"


class Function(TextChoices):
    """Functional status in daily life, as the patient says."""

    INDEPENDENT = "independent", "Independent"
    SOME_HELP = "some_help", "Needs some help"
    MUCH_HELP = "much_help", "Needs much help"


class IvSite(TextChoices):
    """Where an IV line is."""

    HAND = "hand", "Hand"
    WRIST = "wrist", "Wrist"
    FOREARM = "forearm", "Forearm"
    ANTECUBITAL = "antecubital", "Antecubital"
    UPPER_ARM = "upper_arm", "Upper arm"
    FOOT = "foot", "Foot"


class IvSide(TextChoices):
    LEFT = "left", "Left"
    RIGHT = "right", "Right"


class OpeningItem(TextChoices):
    """What somebody checks and signs for before the suite's first start of a day."""

    RESUSCITATION = "resuscitation", "Resuscitation equipment"
    OXYGEN = "oxygen", "Oxygen and suction"
    MONITORS = "monitors", "Monitors"
    PROVIDER = "provider", "Provider on site"


class BoardName(TextChoices):
    """How a patient stands on the wall."""

    INITIALS = "initials", "Initials and the end of the record number"
    NAME = "name", "Full name"


class Sign(TextChoices):
    """A vital sign that can carry a flag."""

    SBP = "sbp", "SBP"
    DBP = "dbp", "DBP"
    HR = "hr", "HR"
    SPO2 = "spo2", "SpO₂"
    RHYTHM = "rhythm", "Rhythm"
    MAP = "map", "MAP"


class Level(TextChoices):
    NOTICE = "notice", "Notice"
    URGENT = "urgent", "Urgent"


class Direction(TextChoices):
    HIGH = "high", "High"
    LOW = "low", "Low"
    CHANGED = "changed", "New"


class StopReason(TextChoices):
    """Why an infusion was stopped before its end."""

    MEDICAL_EVENT = "medical_event", "Medical event"
    SIDE_EFFECT = "side_effect", "Side effect not tolerated"
    PATIENT_CHOICE = "patient_choice", "Patient's choice"
    LINE_OR_PUMP = "line_or_pump", "IV line or pump"
    OTHER = "other", "Other, not medical"


class PauseReason(TextChoices):
    """Why an infusion was paused; asked after the pause has been recorded."""

    SYMPTOMS = "symptoms", "Symptoms"
    VITAL_SIGNS = "vital_signs", "Vital signs"
    LINE_OR_PUMP = "line_or_pump", "IV line or pump"
    PATIENT_CHOICE = "patient_choice", "Patient's wish"
    OTHER = "other", "Other, not medical"


class Severity(TextChoices):
    """How much a side effect troubles the patient."""

    MILD = "mild", "Mild"
    MODERATE = "moderate", "Moderate"
    SEVERE = "severe", "Severe"


class PregnancyResult(TextChoices):
    NEGATIVE = "negative", "Negative"
    POSITIVE = "positive", "Positive"


class SideEffect(TextChoices):
    """What ketamine does to many patients and is no adverse event by itself."""

    DIZZINESS = "dizzy", "Dizziness"
    NAUSEA = "nausea", "Nausea"
    PERCEPTION = "perception", "Hallucination or perceptual disturbance"
    SEDATION = "sedation", "Sedation"
    HEADACHE = "headache", "Headache"
    OTHER = "other", "Other"


class Intervention(TextChoices):
    """What a nurse does about it."""

    OXYGEN = "oxygen", "Oxygen"
    POSITION = "position", "Repositioned"
    FLUIDS = "fluids", "IV fluids"
    MEDICATION = "medication", "Medication"
    COMFORT = "comfort", "Calmed: talk, dark, quiet"
    WATCHED = "watched", "Watched, rate unchanged"
    OTHER = "other", "Other"


class AdverseEventKind(TextChoices):
    """What a physician finds an event to have been."""

    NEW_BRADYCARDIA = "new_bradycardia", "New-onset bradycardia"
    NEW_TACHYCARDIA = "new_tachycardia", "New-onset tachycardia"
    NEW_FIBRILLATION = "new_fibrillation", "New-onset atrial fibrillation"
    OTHER_ECG = "other_ecg", "Other abnormal ECG"
    HYPERTENSION = "hypertension", "Symptomatic hypertension"
    HYPOTENSION = "hypotension", "Symptomatic hypotension"
    CHANGE = "change", "Change over 20% from baseline, no symptoms"
    RESPIRATORY = "respiratory", "Breathing or oxygen saturation"
    SIDE_EFFECT = "side_effect", "Side effect not tolerated"
    OTHER = "other", "Other"


class Grade(IntegerChoices):
    """How bad it was."""

    MILD = 1, "1 Mild"
    MODERATE = 2, "2 Moderate"
    SEVERE = 3, "3 Severe"
    LIFE_THREATENING = 4, "4 Life-threatening"
    FATAL = 5, "5 Death"


class Relatedness(TextChoices):
    """Whether ketamine caused it, in a physician's judgement."""

    CERTAIN = "certain", "Certain"
    PROBABLE = "probable", "Probable"
    POSSIBLE = "possible", "Possible"
    UNLIKELY = "unlikely", "Unlikely"
    UNRELATED = "unrelated", "Not related"
    UNKNOWN = "unknown", "Cannot be judged"


class Recovery(TextChoices):
    """How the patient came out of it."""

    RECOVERED = "recovered", "Recovered"
    RECOVERING = "recovering", "Recovering"
    NOT_RECOVERED = "not_recovered", "Not recovered"
    LASTING = "lasting", "Recovered with lasting harm"
    FATAL = "fatal", "Died"
    UNKNOWN = "unknown", "Not known"
