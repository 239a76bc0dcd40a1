"""Patients with scores before and after infusions, for pages that show them over time."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kitclinic.models import Site
from outcomes.models import AssessmentPlan, Score
from scheduling.models import Patient
from tests.factories import infusions, scheduling

CAT = {"theta": 1.0, "standard_error": 0.21, "instrument": "PROMIS-PainInterference-CAT", "bank_version": "1"}
PAIN = ((-18, "68.9"), (11, "64.2"), (45, "63.0"), (94, "61.8"), (182, "65.4"))


def put(patient: Patient, name: str, day: date, value: str, **fields: Any) -> Score:
    """One score on a day, as an import writes it."""
    given: dict[str, Any] = {"source": "registry", "minute": 500} | fields
    return Score.objects.create(
        site=patient.site,
        patient=patient,
        measure=name,
        value=Decimal(value),
        date=day,
        recorded_at=given.pop("recorded_at", patient.site.instant(day, 510)),
        **given,
    )


def treated(site: Site, *, with_pain: bool = True, **fields: Any) -> tuple[Patient, date]:
    """A patient after one infusion, with the scores of the agreed picture, and the day of the infusion.

    fields: of the visit, such as its monday.
    """
    chair = infusions.infusion(site=site, at_state="discharged", **fields)
    patient, day = chair.visit.patient, chair.visit.date
    for offset, value in PAIN if with_pain else ():
        put(patient, "PROMIS Pain Interference", day + timedelta(days=offset), value, **CAT)
    return patient, day


def plan(site: Site, *, patients_see_scores: bool, number: int = 1) -> AssessmentPlan:
    """A plan in force that says whether patients see their scores."""
    return AssessmentPlan.objects.create(
        site=site,
        number=number,
        batteries={"baseline": ["PHQ-9"]},
        ladder=[{"after_days": 0, "channel": "best"}],
        patients_see_scores=patients_see_scores,
        because="As we agreed.",
        written_by=scheduling.actor("clinic_lead", site),
        written_at=scheduling.NOW,
    )
