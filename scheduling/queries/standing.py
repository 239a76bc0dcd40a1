"""What enrolment has against an infusion that would start now."""

from kitclinic.problems import Problem
from scheduling.models import Patient
from scheduling.queries.merging import assess_again
from scheduling.queries.records import consents_by_patient, is_withdrawn
from scheduling.rules.readiness import start_blockers


def problems_before_start(patient: Patient) -> list[Problem]:
    """Return them; two queries. The last consent counts (ENR-73)."""
    consent = consents_by_patient([patient.pk], site_id=patient.site_id).get(patient.pk)
    return start_blockers(
        withdrawn=consent is not None and is_withdrawn(consent),
        assess_again=bool(assess_again([patient.pk], site=patient.site_id)),
    )
