"""What a prescriber decides or reads before signing, besides the patient's gates; each says where to record it."""

from dataclasses import dataclass
from datetime import datetime

from infusions.states import ConsentState
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

ORD_20 = Rule(
    "ORD-20",
    "Psychotropic and antihypertensive medication is read and noted before signing; an empty list is noted too.",
    source="ASRA/AAPM/ASA 2018; noting it in the order is a clinic default",
)
ORD_21 = Rule(
    "ORD-21",
    "The order says who drives home: the driver named for the first visit, or how that will be settled.",
    source="Tankha 2025; in the order: clinic default",
)
ORD_22 = Rule(
    "ORD-22",
    "The patient's consent is on record and stands before an order is signed; the last one counts.",
    source="ASRA/AAPM/ASA 2018",
)
ORD_23 = Rule(
    "ORD-23",
    "Allergies were reviewed before an order is signed; an empty list is no review.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class ConsentOnRecord:
    """The patient's last consent. version: of the clinic's text; at: aware, in the clinic's zone, when it was
    signed or taken back; both None where there is none."""

    state: ConsentState = ConsentState.MISSING
    version: int | None = None
    at: datetime | None = None


NO_CONSENT = ConsentOnRecord()


def decision_problems(
    *,
    medication_noted: bool,
    driver_named: bool,
    driver_plan: str,
    consent: ConsentState,
    allergies_reviewed: bool,
) -> list[Problem]:
    """Return what is still to be read, settled or asked. driver_named: for the first visit to come."""
    problems: list[Problem] = []
    if not medication_noted:
        sentence = "Medication is not noted. Read what the patient takes and tick that in the draft."
        problems.append(Blocker(ORD_20.id, sentence, "medication_noted"))
    if not driver_named and not driver_plan.strip():
        sentence = (
            "Nobody is named to drive home. Name the driver of the first visit, or write the plan in the draft."
        )
        problems.append(Blocker(ORD_21.id, sentence, "driver_plan"))
    if consent == ConsentState.WITHDRAWN:
        sentence = (
            "The patient took the consent back. Talk it over; a new consent is signed on the patient's page."
        )
        problems.append(Blocker(ORD_22.id, sentence, "consent"))
    elif consent == ConsentState.MISSING:
        sentence = "No consent is on record. Have it signed on the patient's page or at the group visit."
        problems.append(Blocker(ORD_22.id, sentence, "consent"))
    if not allergies_reviewed:
        sentence = "Allergies are not reviewed. Ask the patient and record it in the assessment, also when none."
        problems.append(Blocker(ORD_23.id, sentence, "allergies"))
    return problems
