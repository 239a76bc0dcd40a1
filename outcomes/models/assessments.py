"""A questionnaire sent to a patient, and the answers, each written once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from outcomes.states import ASSESSMENT_TRANSITIONS, AssessmentState
from scheduling.models import Patient


class Assessment(SiteOwned):
    """One or more instruments behind one single-use link. Only the link's SHA-256 is stored."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    instruments = models.CharField(max_length=200)  # codes in the order they are asked, with spaces between
    occasion = models.CharField(max_length=20, default="unplanned")  # baseline, last, 3m, 6m, unplanned
    token_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=AssessmentState.choices, default=AssessmentState.OPEN)
    wrong_birth_years = models.PositiveSmallIntegerField(default=0)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    TRANSITIONS: ClassVar = ASSESSMENT_TRANSITIONS

    class Meta:
        verbose_name = "questionnaire"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="assessment_token_once",
                violation_error_message="This link already exists.",
            ),
            models.CheckConstraint(
                condition=Q(state="completed", completed_at__isnull=False)
                | ~Q(state="completed") & Q(completed_at__isnull=True),
                name="assessment_completed_agrees_with_state",
                violation_error_message="A completed questionnaire has its time of completion.",
            ),
        ]
        indexes = [models.Index(fields=["token_digest"], name="assessment_by_token")]

    def __str__(self) -> str:
        return f"Questionnaire {self.pk}"


class ItemResponse(AppendOnly, SiteOwned):
    """One answer to one item; a changed answer is a new row and the newest counts."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="responses")
    instrument = models.CharField(max_length=40)
    item = models.PositiveSmallIntegerField()  # 1 is the first item
    value = models.PositiveSmallIntegerField(null=True)  # null: preferred not to answer
    answered_at = models.DateTimeField()
    key = models.UUIDField()

    class Meta:
        verbose_name = "answer"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="item_response_once",
                violation_error_message="This answer has already been saved.",
            )
        ]
        indexes = [models.Index(fields=["site", "assessment", "answered_at"], name="response_by_assessment")]

    def __str__(self) -> str:
        return f"{self.instrument} item {self.item}"
