"""Electronic signatures: the exact text, its digest, who, when and what it meant."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models.site import SiteOwned


class Signature(AppendOnly, SiteOwned):
    class Meaning(models.TextChoices):
        ORDERED = "ordered", "Ordered"
        VERIFIED = "verified", "Verified"
        ADMINISTERED = "administered", "Administered"
        WITNESSED = "witnessed", "Witnessed"
        REVIEWED = "reviewed", "Reviewed"
        CORRECTED = "corrected", "Corrected"

    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    printed_name = models.CharField(max_length=120)
    credentials = models.CharField(max_length=40, blank=True)
    meaning = models.CharField(max_length=20, choices=Meaning.choices)
    text = models.TextField()
    digest = models.CharField(max_length=64)  # SHA-256 of the canonical text, hexadecimal
    signed_at = models.DateTimeField()
    local_time = models.CharField(max_length=60)  # as printed to the signer, with the zone
    method = models.CharField(max_length=20)  # how the signer proved who they are

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="signature_digest_is_sha256",
                violation_error_message="A signature needs the SHA-256 digest of its text.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.meaning} by {self.printed_name}, {self.local_time}"
