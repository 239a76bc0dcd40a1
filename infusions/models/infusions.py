"""One infusion visit at the chair."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from infusions.models.orders import Order
from infusions.states import INFUSION_TRANSITIONS, InfusionOutcome, InfusionState, StopReason
from kitclinic.models import SiteOwned
from scheduling.models import Patient, Visit, Weight

OPEN_STATES = ["arrived", "infusing", "observing", "paused"]  # the chair, nurse and patient are taken


class Infusion(SiteOwned):
    """Where this visit stands. What happened is in its events and vital sets, written once."""

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="infusion")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="infusions")
    date = models.DateField()  # the clinic day; a chair left open yesterday keeps nobody waiting today
    chair = models.PositiveSmallIntegerField()
    nurse = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="infusions")
    weight = models.ForeignKey(Weight, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=InfusionState.choices, default=InfusionState.ARRIVED)
    outcome = models.CharField(max_length=20, choices=InfusionOutcome.choices, blank=True)
    stop_reason = models.CharField(max_length=20, choices=StopReason.choices, blank=True)
    outcome_note = models.CharField(max_length=200, blank=True)
    baseline = models.OneToOneField(
        "infusions.VitalSet", null=True, on_delete=models.PROTECT, related_name="+"
    )  # frozen at the start
    arrived_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # end of the infusion, completed or stopped
    discharged_at = models.DateTimeField(null=True)
    delivered_mg = models.DecimalField(max_digits=8, decimal_places=3, null=True)

    TRANSITIONS: ClassVar = INFUSION_TRANSITIONS

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "date", "chair"],
                condition=Q(state__in=OPEN_STATES),
                name="infusion_chair_is_free",
                violation_error_message="There is still a patient in this chair.",
            ),
            models.UniqueConstraint(
                fields=["site", "patient"],
                condition=Q(state__in=OPEN_STATES),
                name="infusion_one_open_per_patient",
                violation_error_message="This patient already has an infusion under way.",
            ),
            models.UniqueConstraint(
                fields=["site", "patient", "date"],
                condition=Q(started_at__isnull=False),
                name="infusion_one_start_a_day",
                violation_error_message="An infusion of this patient was started today already; one a day.",
            ),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True, state__in=["arrived", "not_started"])
                | Q(
                    started_at__isnull=False,
                    order__isnull=False,
                    baseline__isnull=False,
                    state__in=["infusing", "paused", "observing", "discharged"],
                ),
                name="infusion_started_has_order_and_baseline",
                violation_error_message="A running infusion needs its order, its baseline and its start time.",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, state__in=["arrived", "not_started", "infusing", "paused"])
                | Q(ended_at__isnull=False, state__in=["observing", "discharged"]),
                name="infusion_ended_agrees_with_state",
                violation_error_message="Observation begins when the infusion has ended.",
            ),
            models.CheckConstraint(
                condition=Q(discharged_at__isnull=False, state="discharged")
                | Q(discharged_at__isnull=True) & ~Q(state="discharged"),
                name="infusion_discharged_agrees_with_state",
                violation_error_message="A discharged patient has a discharge time.",
            ),
        ]
        indexes = [models.Index(fields=["site", "patient", "started_at"], name="infusion_by_patient")]

    def __str__(self) -> str:
        return f"Infusion in chair {self.chair}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES
