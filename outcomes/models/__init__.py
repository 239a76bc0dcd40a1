"""Questionnaires, answers, scores and safety tasks."""

from outcomes.models.assessments import Assessment, ItemResponse
from outcomes.models.registry import RegistryImport
from outcomes.models.safety import SafetyTask
from outcomes.models.scores import Score

__all__ = ["Assessment", "ItemResponse", "RegistryImport", "SafetyTask", "Score"]
