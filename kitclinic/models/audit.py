"""Who did what, when: one row in the same transaction as the change."""

from django.conf import settings
from django.db import models

from kitclinic.append_only import AppendOnly
from kitclinic.models.site import SiteOwned


class AuditEvent(AppendOnly, SiteOwned):
    event = models.CharField(max_length=80)  # past tense, the action's name: "order signed"
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: the patient's own link, or a scheduled task
    actor = models.CharField(max_length=120)  # printed name, "patient" or "scheduler process"
    at = models.DateTimeField()
    subject = models.CharField(max_length=60)  # table of the row it is about
    subject_id = models.BigIntegerField()
    patient_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["site", "subject", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["site", "patient_id", "at"], name="audit_by_patient"),
            models.Index(fields=["site", "-id"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event} by {self.actor}"
