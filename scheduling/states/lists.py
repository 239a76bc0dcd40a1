"""The lists that forms offer: rules of a week, reasons, answers, conditions, ways home."""

from django.db.models import TextChoices


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


class ChartDecisionKind(TextChoices):
    """What is decided about a chart whose time is over."""

    KEEP = "keep", "Keep it longer"
    ARCHIVE = "archive", "Archive it: nothing new is entered"
    REOPEN = "reopen", "Bring it back from the archive"


class Requester(TextChoices):
    """Who asks for a copy of the records."""

    PATIENT = "patient", "The patient"
    REPRESENTATIVE = "representative", "The patient's legal representative"


class VerifiedBy(TextChoices):
    """How it was made sure who asks."""

    PHOTO_ID = "photo_id", "Photo identity document seen"
    KNOWN = "known", "Known in person to the clinic"
    QUESTIONS = "questions", "Name, birth date, address and last visit told without help"
    DOCUMENTS = "documents", "Court order or power of attorney, and photo identity document"
