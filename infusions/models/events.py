"""What happened at the chair, in order, each once."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from infusions.models.infusions import Infusion
from infusions.models.vitals import VitalSet
from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned


class InfusionEvent(AppendOnly, SiteOwned):
    class Kind(models.TextChoices):
        ARRIVED = "arrived", "Arrived"
        IDENTITY_CHECKED = "identity_checked", "Identity checked"
        PREGNANCY_TEST = "pregnancy_test", "Pregnancy test"
        PROVIDER_CLEARED = "provider_cleared", "Cleared by provider"
        IV_ATTEMPTED = "iv_attempted", "IV not placed"
        IV_PLACED = "iv_placed", "IV placed"
        PREMEDICATION = "premedication", "Ondansetron 8 mg before start"
        NO_PREMEDICATION = "no_premedication", "Ondansetron not given"
        PUMP_CHECKED = "pump_checked", "Pump checked"
        PUMP_MISMATCH = "pump_mismatch", "Pump did not match"
        STARTED = "started", "Started"
        PAUSED = "paused", "Paused"
        RESUMED = "resumed", "Resumed"
        SIDE_EFFECT = "side_effect", "Side effect"
        ONDANSETRON_PRN = "ondansetron_prn", "Ondansetron 8 mg as needed"
        INTERVENTION = "intervention", "Intervention"
        PROVIDER_CALLED = "provider_called", "Provider called"
        PROVIDER_ARRIVED = "provider_arrived", "Provider arrived"
        EMERGENCY_TEAM = "emergency_team", "Emergency team called"
        EMERGENCY_ARRIVED = "emergency_arrived", "Emergency team arrived"
        STOPPED = "stopped", "Stopped"
        COMPLETED = "completed", "Completed"
        DRIVER_SEEN = "driver_seen", "Driver seen"
        DISCHARGED = "discharged", "Discharged"
        NOT_STARTED = "not_started", "Not started"
        HANDED_OVER = "handed_over", "Handed over"
        STRUCK = "struck", "Struck out"

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="events")
    key = models.UUIDField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    detail = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    occurred_at = models.DateTimeField()
    device_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    clock_offset_ms = models.IntegerField(null=True)  # tablet minus server
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "event"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="infusion_event_once",
                violation_error_message="This event has already been saved.",
            ),
            models.UniqueConstraint(
                fields=["site", "infusion", "kind"],
                condition=Q(
                    kind__in=[
                        "arrived",
                        "premedication",
                        "no_premedication",
                        "started",
                        "ondansetron_prn",
                        "stopped",
                        "completed",
                        "discharged",
                        "not_started",
                    ]
                )
                # A stop of what did not run is kept, and leaves room for the real one.
                & ~Q(kind="stopped", detail__has_key="unmatched"),
                name="infusion_event_kind_once",
                violation_error_message="This has already been recorded for today's infusion; it happens once.",
            ),
        ]
        indexes = [models.Index(fields=["site", "infusion", "occurred_at"], name="event_by_infusion")]

    def __str__(self) -> str:
        return self.get_kind_display()


class FactReview(AppendOnly, SiteOwned):
    """Somebody looked at a fact that came late or fits nothing, and said so. The fact stays as it is."""

    event = models.OneToOneField(InfusionEvent, null=True, on_delete=models.PROTECT, related_name="look")
    vital_set = models.OneToOneField(VitalSet, null=True, on_delete=models.PROTECT, related_name="look")
    key = models.UUIDField()
    words = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "look at a late fact"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="fact_review_once",
                violation_error_message="This has already been saved.",
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False, vital_set__isnull=True)
                | Q(event__isnull=True, vital_set__isnull=False),
                name="fact_review_is_of_one_fact",
                violation_error_message="A look is at one event or at one set.",
            ),
        ]

    def __str__(self) -> str:
        return self.words or "seen"
