"""Flags as the nurse saw them, and who answered them."""

from django.conf import settings
from django.db import models

from infusions.models.vitals import VitalSet
from infusions.states import Direction, Level, Sign
from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned


class Flag(AppendOnly, SiteOwned):
    """One sign of one set that moved too far, by the rule that said so."""

    vital_set = models.ForeignKey(VitalSet, on_delete=models.PROTECT, related_name="flags")
    rule = models.CharField(max_length=10)
    sign = models.CharField(max_length=10, choices=Sign.choices)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.NOTICE)
    baseline = models.PositiveSmallIntegerField(null=True)
    value = models.PositiveSmallIntegerField(null=True)  # null for a rhythm
    change = models.CharField(max_length=20)  # as printed to the nurse: "+20.3%"
    # The set it was compared with, where a corrected baseline made it; null for the first comparison.
    against = models.ForeignKey(VitalSet, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "vital_set", "sign", "against"],
                nulls_distinct=False,
                name="flag_once_per_sign",
                violation_error_message="This sign of this set is already flagged.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sign} {self.change}"


class FlagWithdrawal(AppendOnly, SiteOwned):
    """A flag that stands no longer, because the baseline was corrected. It stays in the history."""

    flag = models.OneToOneField(Flag, on_delete=models.PROTECT, related_name="withdrawal")
    baseline = models.ForeignKey(VitalSet, on_delete=models.PROTECT, related_name="+")  # the corrected one
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.flag} withdrawn"


class FlagAcknowledgement(AppendOnly, SiteOwned):
    flag = models.OneToOneField(Flag, on_delete=models.PROTECT, related_name="acknowledgement")
    symptomatic = models.BooleanField()
    action = models.CharField(max_length=200, blank=True)
    provider_notified = models.CharField(max_length=120, blank=True)  # who was told
    provider_told_at = models.DateTimeField(null=True)
    provider_reply = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return "with symptoms" if self.symptomatic else "no symptoms"
