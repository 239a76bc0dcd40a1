"""Scores, stored to one decimal, with everything needed to say how they came about."""

from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from outcomes.models.assessments import Assessment
from scheduling.models import Patient


class Score(AppendOnly, SiteOwned):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scores")
    measure = models.CharField(max_length=60)  # the paper's name of the measure: "PHQ-9"
    value = models.DecimalField(max_digits=4, decimal_places=1)
    date = models.DateField()  # the clinic's calendar day of completion
    minute = models.PositiveSmallIntegerField(
        null=True
    )  # local minute of completion; null: only the date is known
    theta = models.FloatField(null=True)
    standard_error = models.FloatField(null=True)
    source = models.CharField(max_length=20)  # browser, registry, paper
    rule_set = models.CharField(max_length=80, blank=True)  # instrument version and content hash
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="scores")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "assessment", "measure"],
                name="score_once_per_assessment",
                violation_error_message="This questionnaire has already been scored.",
            ),
            models.UniqueConstraint(
                fields=["site", "patient", "measure", "date", "minute"],
                condition=Q(source="registry"),
                nulls_distinct=False,
                name="score_registry_once",
                violation_error_message="The registry holds this score already.",
            ),
        ]
        indexes = [models.Index(fields=["site", "patient", "measure", "date"], name="score_by_patient")]

    def __str__(self) -> str:
        return f"{self.measure} {self.value}"
