"""The suite: its days and hours, its chairs, what a week with a closed day does, how long a visit takes."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value

from kitclinic.append_only import AppendOnly
from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned
from scheduling.rules.capacity import Lengths
from scheduling.rules.protocols import Ordered
from scheduling.states import WeekRule


def _range(kind: str, *bounds: F | Value) -> Func:
    return Func(*bounds, function=kind, output_field=models.TextField())


@keep_history(Kind.SCHEDULE, besides=("version",))
class SuiteDay(SiteOwned):
    """One clinic day. Everything that books into it first locks its row."""

    date = models.DateField()
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()
    chairs = models.PositiveSmallIntegerField()
    daily_cap = models.PositiveSmallIntegerField(null=True)  # visits at most; null: as many as fit
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


@keep_history(Kind.SCHEDULE)
class OpeningHours(SiteOwned):
    """The suite's hours on one day of the week; a day without a row keeps the clinic's usual hours."""

    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens_minute = models.PositiveSmallIntegerField()
    closes_minute = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "opening hours"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "weekday"],
                name="opening_hours_once_a_weekday",
                violation_error_message="This day of the week has its hours already. Reload the page.",
            ),
            models.CheckConstraint(
                condition=Q(opens_minute__lt=F("closes_minute"), closes_minute__lte=1440, weekday__lte=6),
                name="opening_hours_open_before_they_close",
                violation_error_message="The suite must open before it closes, on the same day.",
            ),
        ]

    def __str__(self) -> str:
        return f"Weekday {self.weekday}"


@keep_history(Kind.SCHEDULE)
class ChairOutage(SiteOwned):
    """A chair that is out of service, from one day to another; ``last_day`` null: until further notice."""

    chair = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    because = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")),
                name="chair_outage_ends_after_it_begins",
                violation_error_message="The last day out of service cannot be before the first.",
            ),
            ExclusionConstraint(
                name="chair_outage_once",
                expressions=[
                    (_range("int8range", F("site_id"), F("site_id"), Value("[]")), "&&"),
                    (_range("int8range", F("chair"), F("chair"), Value("[]")), "&&"),
                    (_range("daterange", F("first_day"), F("last_day"), Value("[]")), "&&"),
                ],
                violation_error_message="This chair is out of service at that time already. Reload the page.",
            ),
        ]

    def __str__(self) -> str:
        return f"Chair {self.chair}"


@keep_history(Kind.SCHEDULE)
class WeekPolicy(SiteOwned):
    """What the clinic does with one week that has a closed day; a week without a row is skipped."""

    first_day = models.DateField()  # first clinic day of the week
    rule = models.CharField(max_length=20, choices=WeekRule.choices, default=WeekRule.SKIP)
    because = models.CharField(max_length=120, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = "week policy"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "first_day"],
                name="week_policy_once",
                violation_error_message="Somebody has just decided about this week. Reload the page.",
            ),
        ]

    def __str__(self) -> str:
        return f"Week of {self.first_day}"


class ProtocolVersion(SiteOwned, AppendOnly):
    """What a protocol orders and how long a visit takes, from a day on. Never changed: a change is a new version.

    A clinic without a version works by the published programme; a booked sequence keeps its own.
    """

    number = models.PositiveSmallIntegerField()
    protocol = models.SlugField(max_length=40, default="standard")  # versions of one protocol share it
    name = models.CharField(max_length=80)
    # what is ordered; the numbers of the published programme unless the clinic says otherwise
    days = models.PositiveSmallIntegerField(default=5)  # infusions, one a clinic day in a row
    mg_per_kg = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.5"))
    vitals_minutes = models.PositiveSmallIntegerField(default=15)  # from one set to the next
    change_percent = models.PositiveSmallIntegerField(default=20)  # strictly more flags
    # how long it takes
    iv_minutes = models.PositiveSmallIntegerField()
    infusion_minutes = models.PositiveSmallIntegerField()
    observation_minutes = models.PositiveSmallIntegerField()
    cleaning_minutes = models.PositiveSmallIntegerField()
    valid_from = models.DateField()  # first day of the sequences that take it
    because = models.CharField(max_length=200)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = "protocol version"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "number"],
                name="protocol_version_number_once",
                violation_error_message="Somebody has just written a version. Reload the page.",
            ),
            models.CheckConstraint(
                condition=Q(iv_minutes__gte=1, infusion_minutes__gte=1, observation_minutes__gte=1),
                name="protocol_version_phases_have_length",
                violation_error_message="IV, infusion and observation take at least a minute each.",
            ),
            models.CheckConstraint(
                condition=Q(
                    days__gte=1,
                    days__lte=5,
                    mg_per_kg__gt=0,
                    vitals_minutes__gte=1,
                    change_percent__gte=1,
                ),
                name="protocol_version_orders_something",
                violation_error_message="A protocol has 1 to 5 days, a dose, an interval and a threshold.",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}: {self.name}"

    @property
    def lengths(self) -> Lengths:
        return Lengths(self.iv_minutes, self.infusion_minutes, self.observation_minutes, self.cleaning_minutes)

    @property
    def ordered(self) -> Ordered:
        return Ordered(self.days, self.mg_per_kg, self.vitals_minutes, self.change_percent)
