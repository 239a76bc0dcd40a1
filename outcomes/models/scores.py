"""Scores, stored to one decimal, with everything needed to say how they came about."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import Site, SiteOwned
from outcomes.models.assessments import Assessment
from outcomes.rules.demonstration import counts_among_results
from scheduling.models import Patient


class ScoreQuerySet(models.QuerySet["Score"]):
    def current(self) -> Self:
        """Without the scores that a later one corrects."""
        return self.filter(corrected_by__isnull=True)

    def among_results(self, site: Site) -> Self:
        """The current scores that may stand in outcome tables and exports of this site (PRO-37)."""
        mine = self.current().filter(site=site)
        return (
            mine if counts_among_results(is_demo=True, site_is_demo=site.is_demo) else mine.filter(is_demo=False)
        )


class Score(AppendOnly, SiteOwned):
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="scores")
    measure = models.CharField(max_length=60)  # the paper's name of the measure: "PHQ-9"
    value = models.DecimalField(max_digits=4, decimal_places=1)
    date = models.DateField()  # the clinic's calendar day of completion
    minute = models.PositiveSmallIntegerField(
        null=True
    )  # local minute of completion; null: only the date is known
    theta = models.FloatField(null=True)  # unrounded
    standard_error = models.FloatField(null=True)  # of theta for an adaptive test, of the score for a table
    raw = models.PositiveSmallIntegerField(null=True)  # sum of a table-scored form
    items = models.PositiveSmallIntegerField(null=True)  # answers that counted
    band = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=20)  # browser, registry, paper, phone, elsewhere
    instrument = models.CharField(max_length=40, blank=True)  # the form that gave it: "PROMIS-Fatigue-4a"
    engine = models.CharField(max_length=40, blank=True)  # version of the scoring program
    rule_set = models.CharField(max_length=160, blank=True)  # instrument version, stop rule and content hash
    bank_version = models.CharField(max_length=80, blank=True)
    bank_sha256 = models.CharField(max_length=64, blank=True)
    is_demo = models.BooleanField(default=False)  # a demonstration instrument: never in outcome tables
    origin = models.CharField(max_length=200, blank=True)  # of a score recorded elsewhere
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    reason = models.CharField(max_length=200, blank=True)  # of a correction
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="scores")
    recorded_at = models.DateTimeField()

    objects = ScoreQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(source="elsewhere", entered_by__isnull=False) & ~Q(origin="") | ~Q(source="elsewhere"),
                name="score_from_elsewhere_has_its_source",
                violation_error_message="A score recorded elsewhere carries its source and who entered it.",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(reason=""),
                name="score_correction_has_a_reason",
                violation_error_message="A corrected score carries the reason.",
            ),
        ]
        indexes = [models.Index(fields=["site", "patient", "measure", "date"], name="score_by_patient")]

    def __str__(self) -> str:
        return f"{self.measure} {self.value}"


class ScoreFile(SiteOwned):
    """An uploaded list of scores, looked through before it is imported. Its text goes once it is imported."""

    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)  # SHA-256 of the text
    text = models.TextField(blank=True)
    date_order = models.CharField(
        max_length=12, default="ask"
    )  # what 03/04/1974 means: scheduling.rules.written_dates
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(null=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_in = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)  # on record already, or twice in the file

    class Meta:
        verbose_name = "file of scores"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "digest", "date_order"],
                name="score_file_once",
                violation_error_message="This very file has been uploaded before.",
            ),
            models.CheckConstraint(
                condition=Q(imported_at__isnull=True, imported_by__isnull=True)
                | Q(imported_at__isnull=False, imported_by__isnull=False),
                name="score_file_imported_by_and_at",
                violation_error_message="An import needs who did it and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"File of scores {self.pk}"
