"""What of safety tasks waits for somebody who leaves; no names of patients."""

from datetime import datetime

from kitclinic.models import StaffUser
from kitclinic.people import said_of
from outcomes.models import SafetyTask
from outcomes.queries.safety import holding, steps_of
from outcomes.states import WAITING_STATES, SafetyTaskState


def sentences(person: StaffUser, at: datetime) -> list[str]:
    """Safety tasks this person is on, and those this person acknowledged and did not close."""
    tasks = SafetyTask.objects.filter(site=person.site)
    waiting = tasks.filter(state__in=WAITING_STATES, steps__by=person).distinct()
    held = [step for step in map(holding, map(steps_of, waiting)) if step and step.by_id == person.pk]
    taken = tasks.filter(state=SafetyTaskState.ACKNOWLEDGED, acknowledged_by=person)
    return [
        *said_of(
            len(held),
            "safety task taken, the patient not reached yet",
            "safety tasks taken, the patients not reached yet",
        ),
        *said_of(
            taken.count(), "safety task acknowledged and not closed", "safety tasks acknowledged and not closed"
        ),
    ]
