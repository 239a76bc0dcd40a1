"""Keeping and giving out a patient's records: legal holds, decisions at the end of the time, copies released."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.states import ChartDecisionKind, Requester, VerifiedBy


class LegalHold(AppendOnly, SiteOwned):
    """Nothing of this patient's is thrown away until another act ends the hold."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.CharField(max_length=300)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()

    class Meta:
        verbose_name = "legal hold"
        indexes = [models.Index(fields=["site", "patient"], name="legal_hold_by_patient")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="legal_hold_has_reason",
                violation_error_message="A legal hold needs its reason.",
            )
        ]

    def __str__(self) -> str:
        return f"Hold {self.pk}"


class LegalHoldEnd(AppendOnly, SiteOwned):
    """A hold is over, with its reason."""

    hold = models.ForeignKey(LegalHold, on_delete=models.PROTECT, related_name="ends")
    reason = models.CharField(max_length=300)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField()

    class Meta:
        verbose_name = "end of a legal hold"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "hold"],
                name="legal_hold_ends_once",
                violation_error_message="This hold has been ended already.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="legal_hold_end_has_reason",
                violation_error_message="Ending a legal hold needs its reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"End of hold {self.hold_id}"


class ChartDecision(AppendOnly, SiteOwned):
    """What was decided about a chart whose time is over; the newest one holds. A chart is never deleted."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="chart_decisions")
    kind = models.CharField(max_length=12, choices=ChartDecisionKind.choices)
    keep_until = models.DateField(null=True)  # then it comes up for review again
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = "decision about a chart"
        indexes = [models.Index(fields=["site", "patient", "-id"], name="chart_decision_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="keep", keep_until__isnull=False) | ~Q(kind="keep") & Q(keep_until__isnull=True),
                name="chart_decision_keeps_until",
                violation_error_message="Say until when the chart is kept.",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="chart_decision_has_reason",
                violation_error_message="A decision about a chart needs its reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.patient_id}"


class RecordRelease(AppendOnly, SiteOwned):
    """A copy of everything about one patient was given out: to whom, how the person was known, in which form."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="releases")
    requester = models.CharField(max_length=20, choices=Requester.choices)
    requester_name = models.CharField(max_length=120)
    verified_by = models.CharField(max_length=20, choices=VerifiedBy.choices)
    verified_note = models.CharField(max_length=200, blank=True)
    format = models.CharField(max_length=4, choices=[("pdf", "Letter (PDF)"), ("fhir", "FHIR (JSON)")])
    rows = models.PositiveIntegerField()  # how many rows of the record it holds
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField()

    class Meta:
        verbose_name = "release of records"
        constraints = [
            models.CheckConstraint(
                condition=~Q(requester_name=""),
                name="record_release_names_who_asked",
                violation_error_message="Say who asked for the records.",
            )
        ]

    def __str__(self) -> str:
        return f"Release {self.pk}"
