"""Safety tasks: somebody answered item 9 above zero, and somebody must act."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.models import SiteOwned
from outcomes.models.assessments import ItemResponse
from outcomes.states import SAFETY_TASK_TRANSITIONS, SafetyTaskState
from scheduling.models import Patient


class SafetyTask(SiteOwned):
    """Written in the same transaction as the answer; a changed answer never withdraws it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="safety_tasks")
    response = models.OneToOneField(ItemResponse, on_delete=models.PROTECT, related_name="safety_task")
    high = models.BooleanField()  # answer 2 or 3
    state = models.CharField(max_length=20, choices=SafetyTaskState.choices, default=SafetyTaskState.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=500, blank=True)

    TRANSITIONS: ClassVar = SAFETY_TASK_TRANSITIONS

    class Meta:
        verbose_name = "safety task"
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False) & ~Q(action=""),
                name="safety_task_acknowledged_completely",
                violation_error_message="Say what was done for the patient.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "escalated"], acknowledged_at__isnull=True)
                | Q(state__in=["acknowledged", "closed"], acknowledged_at__isnull=False),
                name="safety_task_state_agrees",
                violation_error_message="A safety task is acknowledged by a named person.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "due_at"],
                name="safety_task_waiting",
                condition=Q(state__in=["open", "escalated"]),
            )
        ]

    def __str__(self) -> str:
        return f"Safety task {self.pk}"
