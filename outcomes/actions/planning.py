"""What is asked when: a planned assessment is made, asked, done, missed or dropped."""

from datetime import datetime

from kitclinic.states import move
from outcomes.models import Assessment, PlannedAssessment
from outcomes.states import AskState


def assessment_finished(assessment: Assessment, *, at: datetime) -> PlannedAssessment | None:
    """Mark the planned assessment behind a finished questionnaire as done; None without one."""
    if assessment.ask_id is None:
        return None
    ask = PlannedAssessment.objects.select_for_update().get(pk=assessment.ask_id, site_id=assessment.site_id)
    if ask.state in (AskState.DONE, AskState.DROPPED):
        return ask
    ask.ended_at = at
    move(ask, AskState.DONE, by=None, at=at, also=("ended_at",))
    return ask
