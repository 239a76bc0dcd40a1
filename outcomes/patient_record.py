"""What questionnaires and scores put into the copy of a patient's records (``settings.PATIENT_RECORD``)."""

from typing import Any

from kitclinic.patient_record import Part
from outcomes.models import (
    AnswerDayOverride,
    AskCall,
    AskStep,
    Assessment,
    AssessmentComment,
    AssessmentPart,
    ItemResponse,
    PlannedAssessment,
    ReminderChoice,
    RemoteItem,
    RemoteResult,
    SafetyStep,
    SafetyTask,
    Score,
    Sitting,
)

ASKED, SAFETY = "Questionnaires and scores", "Safety"


def _answer(row: ItemResponse) -> dict[str, Any]:
    answer = {"valueString": str(row.value)}
    return {"status": "completed", "item": [{"linkId": f"{row.instrument}/{row.item}", "answer": [answer]}]}


def _score(row: Score) -> dict[str, Any]:
    return {"status": "final", "code": {"text": row.measure}, "valueQuantity": {"value": str(row.value)}}


PARTS = (
    Part(PlannedAssessment, "patient", ASKED, "ServiceRequest", "opens_on"),
    Part(Assessment, "patient", ASKED, "QuestionnaireResponse", "sent_at"),
    Part(AssessmentPart, "assessment__patient", ASKED, "QuestionnaireResponse"),
    Part(Sitting, "assessment__patient", ASKED, "Encounter", "started_at"),
    Part(ItemResponse, "assessment__patient", ASKED, "QuestionnaireResponse", "answered_at", shape=_answer),
    Part(RemoteItem, "part__assessment__patient", ASKED, "QuestionnaireResponse", "at"),
    Part(RemoteResult, "part__assessment__patient", ASKED, "Observation", "at"),
    Part(AssessmentComment, "assessment__patient", ASKED, "QuestionnaireResponse", "at"),
    Part(AnswerDayOverride, "patient", ASKED, "Provenance", "at"),
    Part(Score, "patient", ASKED, "Observation", "date", shape=_score),
    Part(SafetyTask, "patient", SAFETY, "Task", "opened_at"),
    Part(SafetyStep, "task__patient", SAFETY, "Provenance", "at"),
    Part(AskStep, "ask__patient", "Messages", "Communication", "at"),
    Part(AskCall, "ask__patient", "Messages", "Communication", "at"),
    Part(ReminderChoice, "patient", "Messages", "Consent", "at"),
)
LEFT_OUT = {
    "outcomes.AssessmentLink": "an address with a key; what was answered stands in the answers",
}
