"""Sets of vital signs, each written once."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from infusions.models.infusions import Infusion
from infusions.states import Rhythm, Sedation
from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned


class VitalSet(AppendOnly, SiteOwned):
    """One reading at the chair. Integers as the monitor shows them; null means not obtained, with a reason."""

    class Slot(models.TextChoices):
        BASELINE = "baseline", "Base"
        PLUS_15 = "start+15", "+15"
        PLUS_30 = "start+30", "+30"
        END = "end", "End"
        END_15 = "end+15", "End+15"
        END_30 = "end+30", "End+30"
        EXTRA = "extra", "Extra"

    class Symptom(models.TextChoices):
        NAUSEA = "nausea", "Nausea"
        DIZZY = "dizzy", "Dizzy"
        HEADACHE = "headache", "Headache"
        DISSOCIATED = "dissociated", "Dissociated"
        VISION = "vision", "Vision"
        ANXIOUS = "anxious", "Anxious"
        OTHER = "other", "Other"

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="vital_sets")
    key = models.UUIDField()  # made by the client: the same set is stored once, for ever
    slot = models.CharField(max_length=10, choices=Slot.choices)
    sbp = models.PositiveSmallIntegerField(null=True)  # mmHg
    dbp = models.PositiveSmallIntegerField(null=True)  # mmHg
    hr = models.PositiveSmallIntegerField(null=True)  # per minute
    spo2 = models.PositiveSmallIntegerField(null=True)  # percent
    rr = models.PositiveSmallIntegerField(null=True)  # breaths per minute, optional
    sedation = models.CharField(max_length=20, choices=Sedation.choices, blank=True)  # optional
    pain = models.PositiveSmallIntegerField(null=True)  # 0 to 10, optional
    rhythm = models.CharField(max_length=20, choices=Rhythm.choices)
    symptoms = ArrayField(models.CharField(max_length=20, choices=Symptom.choices), default=list)
    not_obtained_because = models.CharField(max_length=300, blank=True)  # each sign with its own reason
    confirmed_rules = models.CharField(max_length=60, blank=True)
    occurred_at = models.DateTimeField()  # when it was read
    device_at = models.DateTimeField(null=True)  # the tablet's clock
    received_at = models.DateTimeField()  # the server's clock
    clock_offset_ms = models.IntegerField(null=True)  # tablet minus server
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    correction_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "set of vital signs"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="vital_set_once",
                violation_error_message="This set has already been saved.",
            ),
            models.CheckConstraint(
                condition=Q(sbp__isnull=True) | Q(dbp__isnull=True) | Q(dbp__lt=F("sbp")),
                name="vital_set_dbp_below_sbp",
                violation_error_message="Diastolic pressure must be below systolic pressure.",
            ),
            models.CheckConstraint(
                condition=Q(spo2__isnull=True) | Q(spo2__lte=100),
                name="vital_set_spo2_is_a_percentage",
                violation_error_message="SpO₂ cannot be above 100%.",
            ),
            models.CheckConstraint(
                condition=Q(pain__isnull=True) | Q(pain__lte=10),
                name="vital_set_pain_is_0_to_10",
                violation_error_message="Pain is a whole number from 0 to 10.",
            ),
            models.CheckConstraint(
                condition=Q(
                    sbp__isnull=False,
                    dbp__isnull=False,
                    hr__isnull=False,
                    spo2__isnull=False,
                )
                | ~Q(not_obtained_because=""),
                name="vital_set_gaps_have_a_reason",
                violation_error_message="Say why a sign could not be obtained.",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""),
                name="vital_set_correction_has_reason",
                violation_error_message="A correction needs its reason.",
            ),
        ]
        indexes = [models.Index(fields=["site", "infusion", "occurred_at"], name="vital_set_by_infusion")]

    def __str__(self) -> str:
        return f"{self.sbp}/{self.dbp}, {self.hr}, {self.spo2}%"
