"""Who did what, when: one row in the same transaction as the change."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models.site import SiteOwned

# Whoever only looks changes nothing: boards that ask for the newest act pass these over. Never change a value.
LOOKED = ("chart opened", "list opened", "searched", "exported", "printed")


class AuditEvent(AppendOnly, SiteOwned):
    event = models.CharField(max_length=80)  # past tense, the action's name: "order signed"
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: the patient's own link, or a scheduled task
    actor = models.CharField(max_length=120)  # printed name, "patient" or "scheduler process"
    at = models.DateTimeField()  # the clinic's clock
    received_at = models.DateTimeField(null=True)  # the database's own clock; null before the chain began
    subject = models.CharField(max_length=60)  # table of the row it is about
    subject_id = models.BigIntegerField()
    patient_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["site", "subject", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["site", "patient_id", "at"], name="audit_by_patient"),
            models.Index(fields=["site", "at"], name="audit_by_time"),
            models.Index(fields=["site", "by", "at"], name="audit_by_person"),
            models.Index(fields=["site", "event", "at"], name="audit_by_event"),
            models.Index(fields=["site", "-id"], name="audit_newest", condition=~Q(event__in=LOOKED)),
        ]

    def __str__(self) -> str:
        return f"{self.event} by {self.actor}"


class AuditWaiting(SiteOwned):
    """An event that is not linked yet. Written and emptied by the database's own functions only."""

    id = models.BigIntegerField(primary_key=True)  # the event's

    def __str__(self) -> str:
        return f"event {self.pk} waits"


class AuditLink(AppendOnly, SiteOwned):
    """One link of a site's chain: hash = SHA-256(hash before it + own), own = SHA-256(bytes of the event)."""

    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()  # from 1, without a gap
    own = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "number"],
                name="audit_link_number_once",
                violation_error_message="This place of the audit chain is taken.",
            ),
            models.UniqueConstraint(
                fields=["site", "event"],
                name="audit_event_linked_once",
                violation_error_message="This event is linked already.",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.number}"


class ChainCheck(AppendOnly, SiteOwned):
    """A site's chain was verified: up to which link, when, and how many things were wrong."""

    at = models.DateTimeField()
    number = models.BigIntegerField()  # last link that was read
    findings = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["site", "-at"], name="chain_check_newest")]

    def __str__(self) -> str:
        return f"{self.findings} findings up to link {self.number}"
