"""The suite's days: opening hours, nurses on the floor, provider on site."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kitclinic.models import SiteOwned


class SuiteDay(SiteOwned):
    """One clinic day. Everything that books into it first locks its row."""

    date = models.DateField()
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()
    chairs = models.PositiveSmallIntegerField()
    closed_because = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=0)  # counts the changes, for pages that ask "anything new?"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "date"],
                name="suite_day_once",
                violation_error_message="This clinic day already exists.",
            ),
            models.CheckConstraint(
                condition=Q(opens_minute__lt=F("closes_minute"), closes_minute__lte=1440),
                name="suite_day_opens_before_it_closes",
                violation_error_message="The suite must open before it closes.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.date)

    @property
    def is_closed(self) -> bool:
        return bool(self.closed_because)


class NurseShift(SiteOwned):
    """A nurse's unbroken time on the floor; a break is the gap between two of these rows."""

    suite_day = models.ForeignKey(SuiteDay, on_delete=models.PROTECT, related_name="shifts")
    nurse = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=F("to_minute")),
                name="nurse_shift_has_length",
                violation_error_message="A shift must end after it begins.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_minute} to {self.to_minute}"


class ProviderPresence(SiteOwned):
    """A provider on site for consultation, for an unbroken time."""

    suite_day = models.ForeignKey(SuiteDay, on_delete=models.PROTECT, related_name="providers")
    provider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=F("to_minute")),
                name="provider_presence_has_length",
                violation_error_message="A provider's time on site must end after it begins.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_minute} to {self.to_minute}"
