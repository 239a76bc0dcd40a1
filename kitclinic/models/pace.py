"""How much one person has searched or exported lately."""

from django.db import models

from kitclinic.models.site import SiteOwned
from kitclinic.models.staff import StaffUser


class PaceCount(SiteOwned):
    """Uses of one kind by one person since the current stretch of time began (WEB-05); begun anew in place."""

    person = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    since = models.DateTimeField()
    used = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "person", "kind"],
                name="pace_count_once",
                violation_error_message="These uses are counted already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.used}"
