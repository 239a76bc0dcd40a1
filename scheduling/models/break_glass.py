"""One patient's record opened in an emergency by somebody whose role does not see it, and what was said of it."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned, StaffUser
from scheduling.models.patients import Patient

LASTS = timedelta(minutes=60)  # ACC-20


class BreakGlass(AppendOnly, SiteOwned):
    """From ``opened_at`` on this person may read this patient's record, until ``until`` or until it is ended."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)  # the person's, then
    reason = models.TextField(max_length=500)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "by", "patient", "until"], name="break_glass_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=F("opened_at") + LASTS),
                name="break_glass_lasts_an_hour",
                violation_error_message="Emergency access lasts 60 minutes.",
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"\S.{8,}\S"),
                name="break_glass_has_a_reason",
                violation_error_message="Say in at least 10 characters why.",
            ),
        ]

    def __str__(self) -> str:
        return f"emergency access of {self.by_id} to {self.patient_id}"


class BreakGlassEnd(AppendOnly, SiteOwned):
    """The person closed the record before the hour was over."""

    glass = models.OneToOneField(BreakGlass, on_delete=models.PROTECT, related_name="end")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"ended {self.glass_id}"


class BreakGlassReview(AppendOnly, SiteOwned):
    """A second person read what was opened and why."""

    glass = models.OneToOneField(BreakGlass, on_delete=models.PROTECT, related_name="review")
    opened_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    in_order = models.BooleanField()  # false: it is followed up outside this software
    note = models.TextField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(by=F("opened_by")),
                name="break_glass_reviewed_by_another",
                violation_error_message="Somebody else reviews your emergency access.",
            )
        ]

    def __str__(self) -> str:
        return f"reviewed {self.glass_id}"
