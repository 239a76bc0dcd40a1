"""Infusion days that came with a registry export, where no chart exists."""

from django.db import models

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from scheduling.models import Patient


class RegistryInfusion(AppendOnly, SiteOwned):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="registry_infusions")
    date = models.DateField()
    start_minute = models.PositiveSmallIntegerField(null=True)  # local, after midnight
    sequence = models.PositiveSmallIntegerField()
    session = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "patient", "date", "start_minute"],
                nulls_distinct=False,
                name="registry_infusion_once",
                violation_error_message="This patient already has an infusion at this time.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.date}, {self.status}"
