"""Eligibility assessments: each one a new version, the last one counts."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.states import Caution, MisuseDecision, PregnancyState


class Eligibility(AppendOnly, SiteOwned):
    """One assessment. Null and "" mean that nobody answered."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="eligibilities")
    version = models.PositiveSmallIntegerField()
    pain_months = models.PositiveSmallIntegerField(null=True)
    refractory_by_referrer = models.BooleanField(null=True)  # inadequate response, three determinations
    refractory_by_patient = models.BooleanField(null=True)
    refractory_by_pain_provider = models.BooleanField(null=True)
    childbearing_potential = models.BooleanField(null=True)
    pregnancy = models.CharField(max_length=20, choices=PregnancyState.choices, blank=True)
    pregnancy_tested_on = models.DateField(null=True)
    pregnancy_reason = models.CharField(max_length=200, blank=True)  # why no test applies or is indicated
    pregnancy_decided_by = models.CharField(max_length=120, blank=True)
    misuse_history = models.BooleanField(null=True)
    misuse_decision = models.CharField(max_length=20, choices=MisuseDecision.choices, blank=True)
    misuse_rationale = models.CharField(max_length=300, blank=True)
    misuse_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cautions_reviewed = models.BooleanField(default=False)
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
        verbose_name = "assessment"
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
            models.CheckConstraint(
                condition=Q(misuse_decision="", misuse_decided_by__isnull=True)
                | ~Q(misuse_decision="") & Q(misuse_decided_by__isnull=False),
                name="eligibility_decision_has_prescriber",
                violation_error_message="A decision about misuse history needs the prescriber who took it.",
            ),
            models.CheckConstraint(
                condition=Q(eligible=False)
                | Q(
                    pain_months__isnull=False,
                    # A check passes where it is null, so null is excluded by name.
                    refractory_by_referrer__isnull=False,
                    refractory_by_patient__isnull=False,
                    refractory_by_pain_provider__isnull=False,
                    refractory_by_referrer=True,
                    refractory_by_patient=True,
                    refractory_by_pain_provider=True,
                    misuse_history__isnull=False,
                    cautions_reviewed=True,
                    allergies_reviewed=True,
                )
                & ~Q(pregnancy="positive"),
                name="eligibility_eligible_has_answers",
                violation_error_message="A patient is eligible only when every question is answered.",
            ),
        ]

    def __str__(self) -> str:
        return f"Assessment {self.version}"

    @property
    def facts(self) -> EligibilityFacts:
        """The answers as the rules read them. Needs ``misuse_decided_by`` loaded."""
        decider = self.misuse_decided_by
        return EligibilityFacts(
            pain_months=self.pain_months,
            inadequate_by_referrer=self.refractory_by_referrer,
            inadequate_by_patient=self.refractory_by_patient,
            inadequate_by_pain_provider=self.refractory_by_pain_provider,
            childbearing_potential=self.childbearing_potential,
            pregnancy=self.pregnancy,
            pregnancy_tested_on=self.pregnancy_tested_on,
            pregnancy_reason=self.pregnancy_reason,
            pregnancy_decided_by=self.pregnancy_decided_by,
            ketamine_misuse=self.misuse_history,
            misuse_decision=self.misuse_decision,
            misuse_rationale=self.misuse_rationale,
            misuse_decided_by=decider.name if decider else "",
            cautions_reviewed=self.cautions_reviewed,
            cautions=frozenset(Caution(value) for value in self.cautions),
            acknowledged=frozenset(Caution(value) for value in self.acknowledged_cautions),
            allergies_reviewed=self.allergies_reviewed,
        )
