"""Where the things are recorded that a signature needs: by the field that a problem names."""

from enum import StrEnum


class Where(StrEnum):
    """A page, or a field of the page of the draft."""

    ASSESSMENT = "assessment"
    PATIENT = "patient"
    SEQUENCE = "sequence"
    HERE = "here"
    NOWHERE = ""


ASSESSED = (Where.ASSESSMENT, "Record it in the assessment")

# By the whole name of the field, or by the word before its first underscore.
LINKS: dict[str, tuple[Where, str]] = {
    "allergies": ASSESSED,
    "allergy_reason": (Where.HERE, "Give the reason below"),
    "caution": (Where.ASSESSMENT, "Acknowledge it in the assessment"),
    "consent": (Where.PATIENT, "To the patient's consent"),
    "contraindication": (Where.HERE, "Choose what speaks against it"),
    "contraindication_reason": (Where.HERE, "Give the reason"),
    "driver_plan": (Where.HERE, "Write the plan"),
    "eligible": (Where.ASSESSMENT, "Assess eligibility"),
    "medication_noted": (Where.HERE, "Read and tick it"),
    "misuse": (Where.ASSESSMENT, "Decide it in the assessment"),
    "pregnancy": ASSESSED,
    "sma_cleared": (Where.PATIENT, "To the patient's group visit"),
    "substance": (Where.ASSESSMENT, "Decide it in the assessment"),
    "weight_reason": (Where.HERE, "Give the reason"),
}
