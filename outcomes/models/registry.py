"""Registry exports that were imported, once each."""

from django.conf import settings
from django.db import models

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned


class RegistryImport(AppendOnly, SiteOwned):
    digest = models.CharField(max_length=64)  # SHA-256 over the three files
    label = models.CharField(max_length=120)
    patients = models.PositiveIntegerField()
    infusions = models.PositiveIntegerField()
    scores = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "digest"],
                name="registry_import_once",
                violation_error_message="These files have been imported before; nothing was added.",
            )
        ]

    def __str__(self) -> str:
        return self.label
