"""What is asked when: plans by protocol, planned assessments with their windows, reminders and calls."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import OutboxMessage, SiteOwned
from outcomes.states import ASK_TRANSITIONS, AskState, CallResult, StepChannel
from scheduling.models import Patient, Sequence


class AssessmentPlan(AppendOnly, SiteOwned):
    """What a protocol asks at each occasion, and how it reminds. A change is a new number.

    batteries: {"baseline": ["PHQ-9", …], "last": […], "3m": […], "6m": […]}, in the order they are asked.
    ladder: [{"after_days": 0, "channel": "best"}, …] from the day it is asked. A clinic without a row
    works by the default of ``outcomes.rules.plans``.
    """

    protocol = models.SlugField(max_length=40, default="standard")
    number = models.PositiveSmallIntegerField()
    batteries = models.JSONField()
    ladder = models.JSONField()
    stop_rule = models.CharField(max_length=20, default="adult")  # adult, recommended
    screen_first = models.BooleanField(default=False)  # screen-to-CAT
    patients_see_scores = models.BooleanField(default=False)
    because = models.CharField(max_length=200)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = "assessment plan"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "protocol", "number"],
                name="assessment_plan_number_once",
                violation_error_message="Somebody changed the plan at the same moment. Look again, then save.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.protocol} plan {self.number}"


class PlannedAssessment(SiteOwned):
    """One occasion of one course of one patient, with its window of calendar days, both ends included.

    anchor: the day it counts from: first planned infusion (baseline) or last completed one (follow-ups).
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="planned_assessments")
    sequence = models.ForeignKey(Sequence, null=True, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(AssessmentPlan, null=True, on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=20)  # baseline, last, 3m, 6m
    anchor = models.DateField()
    opens_on = models.DateField()
    ask_on = models.DateField()
    closes_on = models.DateField()
    state = models.CharField(max_length=20, choices=AskState.choices, default=AskState.PLANNED)
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=200, blank=True)

    TRANSITIONS: ClassVar = ASK_TRANSITIONS

    class Meta:
        verbose_name = "planned assessment"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "patient", "occasion", "anchor"],
                condition=~Q(state="dropped"),
                name="planned_assessment_once",
                violation_error_message="This assessment is planned already.",
            ),
            models.CheckConstraint(
                condition=Q(ask_on__gte=F("opens_on"), closes_on__gte=F("ask_on")),
                name="planned_assessment_window_in_order",
                violation_error_message="A window opens, is asked in and closes, in this order.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "asked"], ended_at__isnull=True)
                | Q(state__in=["done", "missed", "dropped"], ended_at__isnull=False),
                name="planned_assessment_end_agrees",
                violation_error_message="A planned assessment that is over has its time.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "closes_on"],
                name="planned_assessment_live",
                condition=Q(state__in=["planned", "asked"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.occasion} from {self.anchor}"


class AskStep(AppendOnly, SiteOwned):
    """One step of the ladder, taken once for ever. message: None for a call, or when nobody could be told."""

    ask = models.ForeignKey(PlannedAssessment, on_delete=models.PROTECT, related_name="steps")
    step = models.PositiveSmallIntegerField()  # position in the ladder, 0 is the invitation
    channel = models.CharField(max_length=10, choices=StepChannel.choices)
    message = models.ForeignKey(OutboxMessage, null=True, on_delete=models.PROTECT, related_name="+")
    problem = models.CharField(max_length=200, blank=True)  # why nothing went out: opted out, no address
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "ask", "step"],
                name="ask_step_once",
                violation_error_message="This reminder has been sent already.",
            )
        ]

    def __str__(self) -> str:
        return f"step {self.step} of {self.ask_id}"


class AskCall(AppendOnly, SiteOwned):
    """Somebody called a patient about questions that wait."""

    ask = models.ForeignKey(PlannedAssessment, on_delete=models.PROTECT, related_name="calls")
    result = models.CharField(max_length=20, choices=CallResult.choices)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    key = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="ask_call_once",
                violation_error_message="This call has already been recorded.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.result} {self.ask_id}"


class ReminderChoice(AppendOnly, SiteOwned):
    """A patient wants no reminders of questions, or wants them again; the newest row counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reminder_choices")
    wanted = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()  # by null: the patient, from the form itself

    class Meta:
        indexes = [models.Index(fields=["site", "patient", "at"], name="reminder_choice_newest")]

    def __str__(self) -> str:
        return "wanted" if self.wanted else "not wanted"
