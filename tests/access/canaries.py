"""What only the treating team may read of one patient: each so odd that it stands on no other page."""

from typing import Any

from kitclinic.models import Site
from outcomes.actions import enter_score
from scheduling.actions import Assessment, assess_eligibility
from scheduling.models import Patient
from scheduling.states import Verdict
from tests.factories.scheduling import actor, facts
from tests.journeys.steps import DAY_1

PATIENT: dict[str, Any] = {
    "family_name": "Quarzheimer",
    "given_name": "Ottilie",
    "record_number": "KT-77713",
    "phone": "216 555 7713",
    "diagnosis": "Zanthorrhoea syndrome",
    "weight_kg": "83.7",
}
SCORES = ("79.6",)
PERSON = ("Quarzheimer", "Ottilie", "KT-77713", "555 7713")
DIAGNOSES = ("Zanthorrhoea",)
MEDICATION = ("Xylocarpine", "gabapentin 300")
DOSES = ("83.7", "41.85 mg")
VITALS = ("170/78", "128/78")
CLINICAL = (*DIAGNOSES, *MEDICATION, *DOSES, *VITALS, *SCORES)


def seed(patient: Patient, site: Site) -> None:
    """An allergy and a score of the patient; the rest came with the course."""
    at = site.instant(DAY_1, 480)
    said = Assessment(facts=facts(), allergies="Xylocarpine: hives")
    assess_eligibility(patient=patient, assessment=said, by=actor("physician", site), at=at, verdict=Verdict.OPEN)
    typed = {"measure": "PROMIS Fatigue", "value": SCORES[0], "day": site.today(at), "origin": "EHR"}
    enter_score(patient=patient, by=actor("nurse", site), at=at, **typed)
