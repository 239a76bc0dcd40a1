"""Safety tasks: an answer or a score asks for a person, and somebody must act."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned
from outcomes.models.assessments import ItemResponse
from outcomes.models.scores import Score
from outcomes.rules.safety import shows_support
from outcomes.states import (
    FIRST_LINE,
    SAFETY_TASK_TRANSITIONS,
    WAITING_STATES,
    SafetyStepKind,
    SafetyTaskKind,
    SafetyTaskState,
)
from scheduling.models import Patient


class SafetyTask(SiteOwned):
    """Written in the same transaction as the answer; a changed answer never withdraws it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="safety_tasks")
    kind = models.CharField(max_length=10, choices=SafetyTaskKind.choices, default=SafetyTaskKind.ITEM_9)
    response = models.OneToOneField(ItemResponse, null=True, on_delete=models.PROTECT, related_name="safety_task")
    score = models.OneToOneField(Score, null=True, on_delete=models.PROTECT, related_name="safety_task")
    high = models.BooleanField()  # answer 2 or 3
    says = models.CharField(max_length=300, blank=True)  # the sentence the staff were shown
    state = models.CharField(max_length=20, choices=SafetyTaskState.choices, default=SafetyTaskState.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)  # the last time it went further
    escalations = models.PositiveSmallIntegerField(default=0)  # how many people further it has gone
    next_escalation_at = models.DateTimeField(null=True)
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
                condition=Q(kind__in=["item9", "red_flag"], response__isnull=False, score__isnull=True)
                | Q(kind__in=["rise", "worsening"], response__isnull=True, score__isnull=False),
                name="safety_task_has_its_cause",
                violation_error_message="A safety task is raised by one answer or by one score.",
            ),
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

    @property
    def shows_support(self) -> bool:
        """Whether the patient sees the crisis lines at once and is promised a call."""
        return shows_support(is_item_9=self.kind == SafetyTaskKind.ITEM_9, high=self.high)

    @property
    def is_first_line(self) -> bool:
        """Raised by an answer: blocks today's start. One raised by a score does not."""
        return self.kind in FIRST_LINE

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING_STATES


class SafetyStep(AppendOnly, SiteOwned):
    """One thing that happened to a safety task: somebody was told, took it, tried to reach the patient."""

    task = models.ForeignKey(SafetyTask, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=20, choices=SafetyStepKind.choices)
    to = models.CharField(max_length=40, blank=True)  # who was told: "physician on call"
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "task", "to"],
                condition=Q(kind="told"),
                name="safety_step_told_once",
                violation_error_message="They have been told of this safety task already.",
            ),
            models.CheckConstraint(
                condition=Q(kind="told", by__isnull=True) & ~Q(to="")
                | ~Q(kind="told") & Q(by__isnull=False, to=""),
                name="safety_step_has_its_person",
                violation_error_message="What was done about a safety task carries a name.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="followed_up") | ~Q(words=""),
                name="safety_step_follow_up_in_words",
                violation_error_message="Say what the follow-up was.",
            ),
        ]
        indexes = [models.Index(fields=["site", "task", "at"], name="safety_step_by_task")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.task_id}"


@keep_history(Kind.SETTINGS)
class RedFlag(SiteOwned):
    """An answer, besides PHQ-9 item 9, that this clinic wants to be told of at once."""

    instrument = models.CharField(max_length=40)
    item = models.PositiveSmallIntegerField()
    from_value = models.PositiveSmallIntegerField()  # this answer code and above
    high_from = models.PositiveSmallIntegerField(null=True)
    because = models.CharField(max_length=200)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "instrument", "item"],
                condition=Q(ended_at__isnull=True),
                name="red_flag_once",
                violation_error_message="This question already has a red flag. End that one first.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="red_flag_ended_completely",
                violation_error_message="A red flag is ended by a named person.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} item {self.item}"


class SafetySettings(AppendOnly, SiteOwned):
    """How fast this clinic answers safety tasks; the newest row counts, the defaults of the rules without one."""

    raised_minutes = models.PositiveSmallIntegerField()  # of opening hours, to acknowledge
    high_minutes = models.PositiveSmallIntegerField()
    again_minutes = models.PositiveSmallIntegerField()  # after an escalation, to the next one
    second_line_hours = models.PositiveSmallIntegerField()  # for risen and worsened scores
    pages_at_night = models.BooleanField()  # a high task pages the physician on call out of hours
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "written_at"], name="safety_settings_newest")]

    def __str__(self) -> str:
        return f"{self.raised_minutes} min"
