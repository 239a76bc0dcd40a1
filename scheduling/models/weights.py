"""Measured weights, in kilograms, exactly as read off the scale."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.states import WeightSource


class Weight(AppendOnly, SiteOwned):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="weights")
    weight_kg = models.DecimalField(max_digits=4, decimal_places=1)
    source = models.CharField(max_length=20, choices=WeightSource.choices, default=WeightSource.MEASURED)
    measured_at = models.DateTimeField()
    measured_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_rules = models.CharField(max_length=60, blank=True)  # ids the person confirmed, with a reason
    confirmed_reason = models.CharField(max_length=300, blank=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weight_kg__gt=0),
                name="weight_is_positive",
                violation_error_message="A weight in kilograms is greater than zero.",
            )
        ]
        indexes = [models.Index(fields=["site", "patient", "-measured_at"], name="weight_latest")]

    def __str__(self) -> str:
        return f"{self.weight_kg} kg"
