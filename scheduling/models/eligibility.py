"""Eligibility assessments: each one a new version, the last one counts."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.states import (
    Caution,
    CharlsonCondition,
    MisuseDecision,
    PainCategory,
    PregnancyState,
    Verdict,
)


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
    pain_categories = ArrayField(models.CharField(max_length=40, choices=PainCategory.choices), default=list)
    charlson_reviewed = models.BooleanField(default=False)
    charlson_conditions = ArrayField(
        models.CharField(max_length=30, choices=CharlsonCondition.choices), default=list
    )
    charlson_imported = models.PositiveSmallIntegerField(null=True)  # a total from elsewhere, marked as such
    charlson_imported_from = models.CharField(max_length=120, blank=True)
    charlson_index = models.PositiveSmallIntegerField(null=True)  # from the conditions, or else imported
    charlson_age_points = models.PositiveSmallIntegerField(null=True)  # shown apart, never added
    height_cm = models.PositiveSmallIntegerField(null=True)
    analgesics = models.TextField(max_length=1000, blank=True)  # one a line
    psychotropics = models.TextField(max_length=1000, blank=True)  # one a line
    misuse_history = models.BooleanField(null=True)
    misuse_decision = models.CharField(max_length=20, choices=MisuseDecision.choices, blank=True)
    misuse_rationale = models.CharField(max_length=300, blank=True)
    misuse_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    substance_misuse = models.BooleanField(null=True)  # active misuse of a substance other than ketamine
    substance_decision = models.CharField(max_length=20, choices=MisuseDecision.choices, blank=True)
    substance_rationale = models.CharField(max_length=300, blank=True)
    substance_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cautions_reviewed = models.BooleanField(default=False)
    cautions = ArrayField(models.CharField(max_length=20, choices=Caution.choices), default=list)
    acknowledged_cautions = ArrayField(models.CharField(max_length=20, choices=Caution.choices), default=list)
    allergies_reviewed = models.BooleanField(default=False)
    allergies = models.CharField(max_length=300, blank=True)
    long_qt = models.BooleanField(default=False)  # congenital; speaks against ondansetron
    apomorphine = models.BooleanField(default=False)  # speaks against ondansetron
    ondansetron_allergy = models.BooleanField(default=False)
    ondansetron_other = models.CharField(max_length=120, blank=True)  # another reason; goes into the order
    result = models.CharField(max_length=20, choices=Verdict.choices, default=Verdict.OPEN)
    reassess_on = models.DateField(null=True)
    eligible = models.BooleanField()  # the result is eligible, with or without decisions pending
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
                condition=Q(substance_decision="", substance_decided_by__isnull=True)
                | ~Q(substance_decision="") & ~Q(substance_rationale="") & Q(substance_decided_by__isnull=False),
                name="eligibility_substance_decision_is_whole",
                violation_error_message="A decision about substance misuse needs its prescriber and its reason.",
            ),
            models.CheckConstraint(
                condition=Q(eligible=True, result__in=["eligible", "pending"])
                | Q(eligible=False) & ~Q(result__in=["eligible", "pending"]),
                name="eligibility_result_agrees",
                violation_error_message="The result and the word eligible must agree.",
            ),
            models.CheckConstraint(
                condition=Q(result="reassess", reassess_on__isnull=False)
                | ~Q(result="reassess") & Q(reassess_on__isnull=True),
                name="eligibility_reassess_has_date",
                violation_error_message="Give the date on which to assess again.",
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
        """The answers as the rules read them. Needs the two deciders loaded."""
        decider, of_substance = self.misuse_decided_by, self.substance_decided_by
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
            pain_categories=frozenset(PainCategory(value) for value in self.pain_categories),
            substance_misuse=self.substance_misuse,
            substance_decision=self.substance_decision,
            substance_rationale=self.substance_rationale,
            substance_decided_by=of_substance.name if of_substance else "",
        )
