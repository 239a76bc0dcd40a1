"""The waiting list for earlier places, the offers made from it, and plans that wait for a decision."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.models.sequences import Sequence
from scheduling.models.staffing import CallOut
from scheduling.states import (
    PLACE_OFFER_TRANSITIONS,
    PROPOSAL_TRANSITIONS,
    PlaceOfferState,
    ProposalKind,
    ProposalState,
)


class PlaceWait(SiteOwned):
    """A patient who would come at short notice, or earlier than booked, when a place becomes free."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="place_waits")
    from_day = models.DateField(null=True)  # no week that begins before
    until_day = models.DateField(null=True)  # no week that begins after
    from_minute = models.PositiveSmallIntegerField(null=True)  # seated at or after
    to_minute = models.PositiveSmallIntegerField(null=True)  # discharged by
    notice_hours = models.PositiveSmallIntegerField(default=48)  # needs to know so long before day 1
    note = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "place on the waiting list for infusions"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "patient"],
                condition=Q(ended_at__isnull=True),
                name="place_wait_once",
                violation_error_message="This patient is already on the waiting list.",
            ),
        ]

    def __str__(self) -> str:
        return f"Patient {self.patient_id} waits"


class PlaceOffer(SiteOwned):
    """One free place, held for one waiting patient until a minute. The hold is ``sequence`` in state HELD."""

    wait = models.ForeignKey(PlaceWait, on_delete=models.PROTECT, related_name="offers")
    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="place_offers")
    first_day = models.DateField()
    start_minute = models.PositiveSmallIntegerField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=PlaceOfferState.choices, default=PlaceOfferState.OPEN)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    TRANSITIONS: ClassVar = PLACE_OFFER_TRANSITIONS

    class Meta:
        verbose_name = "offer of a free place"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "wait"],
                condition=Q(state="open"),
                name="place_offer_one_open_a_wait",
                violation_error_message="This patient has an offer that waits for an answer.",
            ),
        ]

    def __str__(self) -> str:
        return f"Offer of {self.first_day}"


class Proposal(SiteOwned):
    """A plan for a week or a day, worked out by the product: a difference that a scheduler accepts or not.

    moves: a list of {"visit": key, "date", "from_minute", "to_minute", "to_date"?}; cancels: a list of
    {"visit": key, "date"}; figures: counts that describe the plan; versions: {"2026-09-14": version of the
    suite-day}, as they were when it was worked out.
    """

    kind = models.CharField(max_length=10, choices=ProposalKind.choices)
    first_day = models.DateField()  # of the week, or the day itself
    last_day = models.DateField()
    call_out = models.ForeignKey(CallOut, null=True, on_delete=models.PROTECT, related_name="proposals")
    name = models.CharField(max_length=80)  # "Breaks as they are", "With 30 minutes overtime"
    moves: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    cancels: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    figures: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    versions: "models.JSONField[Any, Any]" = models.JSONField(default=dict)
    is_proven = models.BooleanField(default=False)  # the solver proved that no plan is better
    by_solver = models.BooleanField(default=False)  # False: the quick way, without the solver
    state = models.CharField(max_length=20, choices=ProposalState.choices, default=ProposalState.OPEN)
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    TRANSITIONS: ClassVar = PROPOSAL_TRANSITIONS

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=models.F("last_day")),
                name="proposal_ends_after_it_begins",
                violation_error_message="A plan ends after it begins.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanAsk(SiteOwned):
    """The worker is asked for better plans of a day or a week. Once answered, it may be asked again."""

    kind = models.CharField(max_length=10, choices=ProposalKind.choices)
    first_day = models.DateField()  # the day itself, or any day of the week
    call_out = models.ForeignKey(CallOut, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)  # by a worker; what it finds is kept as a proposal

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "kind", "first_day"],
                condition=Q(taken_at__isnull=True),
                name="plan_ask_once",
                violation_error_message="Better plans are asked for already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.first_day}"
