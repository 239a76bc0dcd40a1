"""What the gate before an infusion asks of outcomes: named in ``settings.READINESS_CHECKS``."""

from datetime import datetime

from kitclinic.problems import Problem
from outcomes.queries.safety import waiting_counts
from outcomes.rules.readiness import may_start
from scheduling.models import Patient


def problems(patient: Patient, at: datetime) -> list[Problem]:
    """Return what stands in the way of starting this patient at this moment; two queries."""
    first_line, second_line = waiting_counts(patient, at=at)
    return may_start(first_line, second_line)
