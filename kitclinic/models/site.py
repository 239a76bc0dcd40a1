"""A clinic: its name, its time zone, its opening hours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from kitclinic.history import Kind, keep_history


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone of the IANA list.")


@keep_history(Kind.SETTINGS)
class Site(models.Model):
    """One clinic. Every clinical row belongs to exactly one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=60, validators=[validate_time_zone])
    first_weekday = models.PositiveSmallIntegerField(default=0)  # 0 is Monday: day 1 of a sequence
    opens_minute = models.PositiveSmallIntegerField(default=450)  # minutes after local midnight
    closes_minute = models.PositiveSmallIntegerField(default=1050)
    chairs = models.PositiveSmallIntegerField(default=8)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(max_length=300, blank=True)  # one line a line, for letters
    sma_earliest_days = models.PositiveSmallIntegerField(default=9)  # group visit before day 1, at most
    sma_latest_days = models.PositiveSmallIntegerField(default=5)  # group visit before day 1, at least
    sma_target_days = models.PositiveSmallIntegerField(default=7)  # one week (Tankha 2025)
    clearance_days = models.PositiveSmallIntegerField(default=180)  # returning patients: no new group visit
    holiday_calendar = models.CharField(max_length=10, default="US", blank=True)  # country, or country-region
    daily_cap = models.PositiveSmallIntegerField(null=True, blank=True)  # visits a day; null: as many as fit
    hold_minutes = models.PositiveSmallIntegerField(default=15)  # a hold while the patient is on the phone
    offer_hours = models.PositiveSmallIntegerField(default=4)  # a waiting patient's time to answer an offer
    confirm_days = models.PositiveSmallIntegerField(default=7)  # a tentative time is confirmed so long before
    quiet_from_minute = models.PositiveSmallIntegerField(default=1200)  # no message to patients from here on
    quiet_to_minute = models.PositiveSmallIntegerField(default=480)  # and until here
    driver_deadline_minute = models.PositiveSmallIntegerField(default=960)  # the clinic day before: a task
    bring_along = models.TextField(max_length=1000, blank=True)  # what to bring to the group visit, one a line
    chart_years = models.PositiveSmallIntegerField(default=10)  # a chart is kept after the last contact (REC-03)
    is_demo = models.BooleanField(default=False)
    registry_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="registries"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_minute__lt=F("closes_minute"), closes_minute__lte=1440),
                name="site_opens_before_it_closes",
                violation_error_message="The clinic must open before it closes, on the same day.",
            ),
            models.CheckConstraint(
                condition=Q(chart_years__gte=6, chart_years__lte=100),
                name="site_keeps_charts_six_years",
                violation_error_message="Charts are kept from 6 to 100 years after the last contact.",
            ),
            models.CheckConstraint(
                condition=Q(first_weekday__lte=6),
                name="site_first_weekday_is_a_weekday",
                violation_error_message="The first clinic day must be a weekday from 0 (Monday) to 6.",
            ),
            models.CheckConstraint(
                condition=Q(
                    sma_latest_days__gte=1,
                    sma_latest_days__lte=F("sma_target_days"),
                    sma_earliest_days__gte=F("sma_target_days"),
                ),
                name="site_group_visit_window_holds_target",
                violation_error_message="The target must lie inside the window before day 1.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, at: datetime) -> datetime:
        """The same instant on the clinic's clock."""
        return at.astimezone(self.zone)

    def today(self, at: datetime) -> date:
        """The clinic's calendar date at this instant."""
        return self.local(at).date()

    def minute(self, at: datetime) -> int:
        """Minutes after the clinic's local midnight at this instant."""
        local = self.local(at)
        return local.hour * 60 + local.minute

    def changes_clocks(self, day: date) -> bool:
        """Whether this local day is longer or shorter than 24 hours."""
        midnights = [datetime(one.year, one.month, one.day, tzinfo=self.zone) for one in (day, day + timedelta(1))]
        return midnights[0].utcoffset() != midnights[1].utcoffset()

    def clock(self, at: datetime) -> str:
        """The time of day, "10:42"; "01:30 EDT" on a day on which the clocks change, where it may come twice."""
        local = self.local(at)
        return f"{local:%H:%M %Z}" if self.changes_clocks(local.date()) else f"{local:%H:%M}"

    def instant(self, day: date, minute: int) -> datetime:
        """The instant of a local date and minute of day, in UTC."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return (midnight + timedelta(minutes=minute)).astimezone(UTC)

    def week_of(self, day: date) -> list[date]:
        """The five clinic days of the week that holds this date."""
        first = day - timedelta(days=(day.weekday() - self.first_weekday) % 7)
        return [first + timedelta(days=n) for n in range(5)]


class SiteOwned(models.Model):
    """A row of one site. Its unique constraints start with the site."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
