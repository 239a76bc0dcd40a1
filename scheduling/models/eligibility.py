"""Eligibility assessments: each one a new version, the last one counts."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.states import Caution, MisuseDecision, PregnancyState


class Eligibility(AppendOnly, SiteOwned):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="eligibilities")
    version = models.PositiveSmallIntegerField()
    pain_months = models.PositiveSmallIntegerField()
    refractory_by_referrer = models.BooleanField()  # inadequate response, three determinations
    refractory_by_patient = models.BooleanField()
    refractory_by_pain_provider = models.BooleanField()
    childbearing_potential = models.BooleanField(null=True)  # null: not asked
    pregnancy = models.CharField(max_length=20, choices=PregnancyState.choices, blank=True)
    misuse_history = models.BooleanField(null=True)
    misuse_decision = models.CharField(max_length=20, choices=MisuseDecision.choices, blank=True)
    misuse_rationale = models.CharField(max_length=300, blank=True)
    cautions = ArrayField(models.CharField(max_length=20, choices=Caution.choices), default=list)
    acknowledged_cautions = ArrayField(models.CharField(max_length=20, choices=Caution.choices), default=list)
    allergies_reviewed = models.BooleanField(default=False)
    allergies = models.CharField(max_length=300, blank=True)
    long_qt = models.BooleanField(default=False)  # congenital; speaks against ondansetron
    apomorphine = models.BooleanField(default=False)  # speaks against ondansetron
    eligible = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "patient", "version"],
                name="eligibility_version_once",
                violation_error_message="Somebody else has just saved an assessment. Reload and look at it.",
            ),
            models.CheckConstraint(
                condition=Q(misuse_decision="") | ~Q(misuse_rationale=""),
                name="eligibility_decision_has_rationale",
                violation_error_message="A decision about misuse history needs its reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"Assessment {self.version}"
