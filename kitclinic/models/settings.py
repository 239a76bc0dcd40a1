"""What a clinic decided for itself: every change of a setting, once."""

from django.conf import settings
from django.db import models

from kitclinic.append_only import AppendOnly
from kitclinic.models.site import SiteOwned


class SettingChange(AppendOnly, SiteOwned):
    """One setting from one value to another. reason is empty where the page changed did not ask for one."""

    name = models.CharField(max_length=60)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "name", "-id"], name="setting_change_by_name")]

    def __str__(self) -> str:
        return f"{self.name}: {self.before} to {self.after}"
