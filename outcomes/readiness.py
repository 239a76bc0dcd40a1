"""What the gate before an infusion asks of outcomes: named in ``settings.READINESS_CHECKS``."""

from datetime import datetime

from kitclinic.problems import Problem
from outcomes.queries.safety import waiting_tasks_of
from outcomes.rules.readiness import may_start
from scheduling.models import Patient


def problems(patient: Patient, at: datetime) -> list[Problem]:
    """Return what stands in the way of starting this patient at this moment; one query."""
    return may_start(waiting_tasks_of(patient, at=at))
