"""Instruments, plans, questionnaires, answers, scores and safety tasks."""

from outcomes.models.assessments import (
    AnswerDayOverride,
    Assessment,
    AssessmentComment,
    AssessmentLink,
    AssessmentPart,
    ItemResponse,
    RemoteItem,
    RemoteResult,
    Sitting,
)
from outcomes.models.instruments import (
    EngineClient,
    InstrumentLicence,
    InstrumentPiece,
    PieceDecision,
    PieceUpload,
    RemoteEngine,
)
from outcomes.models.model_runs import ModelRun
from outcomes.models.planning import AskCall, AskStep, AssessmentPlan, PlannedAssessment, ReminderChoice
from outcomes.models.registry import RegistryImport
from outcomes.models.research import ResearchExport
from outcomes.models.safety import RedFlag, SafetySettings, SafetyStep, SafetyTask
from outcomes.models.saved_views import SavedView
from outcomes.models.scores import Score, ScoreFile

__all__ = [
    "AnswerDayOverride",
    "AskCall",
    "AskStep",
    "Assessment",
    "AssessmentComment",
    "AssessmentLink",
    "AssessmentPart",
    "AssessmentPlan",
    "EngineClient",
    "InstrumentLicence",
    "InstrumentPiece",
    "ItemResponse",
    "ModelRun",
    "PieceDecision",
    "PieceUpload",
    "PlannedAssessment",
    "RedFlag",
    "RegistryImport",
    "ReminderChoice",
    "RemoteEngine",
    "RemoteItem",
    "RemoteResult",
    "ResearchExport",
    "SafetySettings",
    "SafetyStep",
    "SafetyTask",
    "SavedView",
    "Score",
    "ScoreFile",
    "Sitting",
]
