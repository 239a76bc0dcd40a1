"""Where and when the simulated clinic is: a time zone and a week in which this moment is mid-morning."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

IDEAL = timedelta(hours=11)  # local time of day at which a suite looks its liveliest
NEW_CLINIC_DAYS = 2  # days of this week a new clinic has behind it at most; each takes half a minute to chart
HOME_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
ZONES = (  # zones whose abbreviation is a word
    *HOME_ZONES,
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Halifax",
    "America/St_Johns",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Moscow",
    "Asia/Karachi",
    "Asia/Jakarta",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
    "Pacific/Pago_Pago",
)


def time_of_day(now: datetime, zone: str) -> timedelta:
    local = now.astimezone(ZoneInfo(zone))
    return timedelta(hours=local.hour, minutes=local.minute)


def liveliest_zone(now: datetime) -> str:
    """The zone in which it is nearest to eleven in the morning; one of the first four if that is near."""

    def distance(zone: str) -> timedelta:
        return abs(time_of_day(now, zone) - IDEAL)

    home = min(HOME_ZONES, key=distance)
    return home if distance(home) <= timedelta(hours=1) else min(ZONES, key=distance)


def is_lively(now: datetime, zone: str, *, opens_minute: int, closes_minute: int) -> bool:
    """Whether the suite has patients in all phases now: open for 75 min, and not in its last two hours."""
    minute = time_of_day(now, zone) // timedelta(minutes=1)
    return opens_minute + 75 <= minute <= closes_minute - 120


def first_weekday(now: datetime, zone: str, *, new: bool, current: int) -> int:
    """The weekday a clinic week starts on (0 is Monday) so that today is a clinic day.

    A new clinic is at most on its third day, because every day before today has to be charted first.
    One with bookings starts its week today if today is a weekend, so that nothing booked is in the way.
    """
    today = now.astimezone(ZoneInfo(zone)).weekday()
    into = (today - current) % 7
    if new:
        return current if into <= NEW_CLINIC_DAYS else (today - NEW_CLINIC_DAYS) % 7
    return current if into <= 4 else today
