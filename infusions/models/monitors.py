"""Monitors that send readings: proposed values until a nurse accepts them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from infusions.models.infusions import Infusion
from infusions.models.vitals import VitalSet
from kitclinic.append_only import AppendOnly
from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned


@keep_history(Kind.SETTINGS)
class Monitor(SiteOwned):
    """A device that may send. Its token is shown once; only its digest is kept."""

    name = models.CharField(max_length=60)
    chair = models.PositiveSmallIntegerField(null=True)  # where it stands; null: it says itself whose it is
    token_digest = models.CharField(max_length=64, db_index=True)  # SHA-256, hex
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # its token opens nothing any more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(ended_at__isnull=True),
                name="monitor_name_once",
                violation_error_message="Another monitor in use has this name.",
            ),
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="monitor_token_once",
                violation_error_message="This token was given out before. Enter the monitor once more.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MonitorReading(AppendOnly, SiteOwned):
    """What a monitor sent, once. Without an infusion it waits on the review list."""

    monitor = models.ForeignKey(Monitor, on_delete=models.PROTECT, related_name="readings")
    infusion = models.ForeignKey(Infusion, null=True, on_delete=models.PROTECT, related_name="proposals")
    identifier = models.CharField(max_length=120)  # the sender's own; the same one is stored once
    subject = models.CharField(max_length=120, blank=True)  # whose it says it is
    problem = models.CharField(max_length=200, blank=True)  # why it could not be given to a chart
    sbp = models.PositiveSmallIntegerField(null=True)
    dbp = models.PositiveSmallIntegerField(null=True)
    hr = models.PositiveSmallIntegerField(null=True)
    spo2 = models.PositiveSmallIntegerField(null=True)
    rr = models.PositiveSmallIntegerField(null=True)
    measured_at = models.DateTimeField()  # the monitor's clock
    received_at = models.DateTimeField()
    content = models.JSONField()  # as sent

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "monitor", "identifier"],
                name="monitor_reading_once",
                violation_error_message="This reading has already been received.",
            ),
            models.CheckConstraint(
                condition=Q(infusion__isnull=False) | ~Q(problem=""),
                name="monitor_reading_has_a_chart_or_a_problem",
                violation_error_message="A reading without a chart says why.",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "infusion", "measured_at"], name="reading_by_infusion"),
            models.Index(fields=["site", "monitor", "received_at"], name="reading_by_monitor"),
        ]

    def __str__(self) -> str:
        return f"{self.sbp}/{self.dbp}, {self.hr}, {self.spo2}%"


class ReadingGiven(AppendOnly, SiteOwned):
    """A reading off the review list that a nurse gave to a chart of the day; there it waits for its answer."""

    reading = models.OneToOneField(MonitorReading, on_delete=models.PROTECT, related_name="given")
    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="given_readings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "reading given to a chart"

    def __str__(self) -> str:
        return f"given to {self.infusion}"


class ReadingAnswer(AppendOnly, SiteOwned):
    """A nurse accepted a reading into a set of vital signs, or put it away with a reason."""

    reading = models.OneToOneField(MonitorReading, on_delete=models.PROTECT, related_name="answer")
    vital_set = models.OneToOneField(VitalSet, null=True, on_delete=models.PROTECT, related_name="from_reading")
    because = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(vital_set__isnull=False, because="") | Q(vital_set__isnull=True) & ~Q(because=""),
                name="reading_answer_takes_or_says_why_not",
                violation_error_message="Say why the reading is put away.",
            )
        ]

    def __str__(self) -> str:
        return "accepted" if self.vital_set_id else self.because


class KeptAside(AppendOnly, SiteOwned):
    """What was sent under a key that was used for something else: refused, and kept for a person to read."""

    key = models.UUIDField()
    act = models.CharField(max_length=60)  # which address took it
    infusion = models.ForeignKey(Infusion, null=True, on_delete=models.PROTECT, related_name="kept_aside")
    content = models.JSONField()  # the fields as typed, no password among them
    because = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "entry kept aside"
        indexes = [models.Index(fields=["site", "at"], name="kept_aside_by_time")]

    def __str__(self) -> str:
        return self.because


class KeptAsideAnswer(AppendOnly, SiteOwned):
    """What somebody did about an entry that was kept aside."""

    aside = models.OneToOneField(KeptAside, on_delete=models.PROTECT, related_name="answer")
    words = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(words=""),
                name="kept_aside_answer_says_what",
                violation_error_message="Say what was done about it.",
            )
        ]

    def __str__(self) -> str:
        return self.words
