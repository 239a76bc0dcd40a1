"""Addresses that work without signing in: calendar feeds, and the page on which a patient names the driver."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.models.sequences import Sequence
from scheduling.states import FeedKind


class CalendarFeed(SiteOwned):
    """A calendar that a nurse, a provider or a patient subscribes to; only the token's SHA-256 is stored."""

    kind = models.CharField(max_length=10, choices=FeedKind.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="feeds")
    token_digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "calendar feed"
        indexes = [models.Index(fields=["token_digest"], name="calendar_feed_by_token")]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="calendar_feed_token_once",
                violation_error_message="This address exists already. Make another one.",
            ),
            models.CheckConstraint(
                condition=Q(kind="patient", patient__isnull=False, person__isnull=True)
                | Q(kind__in=["nurse", "provider"], patient__isnull=True, person__isnull=False),
                name="calendar_feed_has_one_owner",
                violation_error_message="A calendar belongs to one person or to one patient.",
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar of a {self.kind}"


class DriverLink(SiteOwned):
    """The address at which a patient says who drives home from the days of one sequence."""

    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="driver_links")
    token_digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_years = models.PositiveSmallIntegerField(default=0)  # wrong years of birth typed so far
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "driver link"
        indexes = [models.Index(fields=["token_digest"], name="driver_link_by_token")]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="driver_link_token_once",
                violation_error_message="This address exists already. Make another one.",
            ),
        ]

    def __str__(self) -> str:
        return f"Driver link of sequence {self.sequence_id}"
