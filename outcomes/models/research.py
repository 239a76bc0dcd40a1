"""De-identified research exports: who made which, or was refused, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned
from outcomes.rules.research import LONGEST_APPROVAL, LONGEST_REASON


class ResearchExport(AppendOnly, SiteOwned):
    """One export. The file itself is kept nowhere, nor which patient had which study id."""

    source = models.CharField(max_length=60)  # slug of the clinic or the registry it was made of
    as_of = models.DateField()
    asked_digest = models.CharField(max_length=64)  # of source, day, definitions, filters and protocol
    definitions_digest = models.CharField(max_length=64)
    cut_digest = models.CharField(max_length=64)
    narrowed_to = models.CharField(max_length=300, blank=True)  # the filters in words
    patients = models.PositiveIntegerField()
    infusions = models.PositiveIntegerField()
    scores = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)  # of the zip; "" where it was refused
    size = models.PositiveBigIntegerField(default=0)  # bytes
    refused_for = models.CharField(max_length=200, blank=True)  # ids of the rules it broke, never what broke them
    reason = models.CharField(max_length=LONGEST_REASON)
    approval = models.CharField(max_length=LONGEST_APPROVAL)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "-at"], name="research_export_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(refused_for="") & ~Q(sha256="") | ~Q(refused_for="") & Q(sha256=""),
                name="research_export_made_or_refused",
                violation_error_message="An export has the digest of its file, or the rules it was refused for.",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(approval=""),
                name="research_export_has_reason_and_approval",
                violation_error_message="An export needs a reason and the number of its approval.",
            ),
        ]

    def __str__(self) -> str:
        return f"Research export {self.pk}"
