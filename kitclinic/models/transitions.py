"""Every change of a state, once."""

from django.conf import settings
from django.db import models

from kitclinic.append_only import AppendOnly
from kitclinic.models.site import SiteOwned


class Transition(AppendOnly, SiteOwned):
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    from_state = models.CharField(max_length=30)
    to_state = models.CharField(max_length=30)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "subject", "subject_id"], name="transition_by_subject")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}: {self.from_state} to {self.to_state}"
