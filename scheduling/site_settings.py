"""The settings of a clinic that its row holds, for the page of all settings."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from kitclinic.models import Site, StaffUser
from kitclinic.site_settings import CHOICE, CLOCK, LINES, TEXT, Setting, Source
from scheduling.actions import (
    BookingSettings,
    ClinicBasics,
    ClinicSettings,
    change_booking_settings,
    change_clinic_basics,
    change_clinic_settings,
)

HOURS, GROUPS, BOOKING, LETTERS = "Hours and chairs", "Group visit", "Booking and messages", "Letters"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SETTINGS = (
    Setting("name", HOURS, "Name of the clinic", "Every page, letter and message.", kind=TEXT, rule="SET-03"),
    Setting("opens_minute", HOURS, "Opens", "The hours of days opened from now on.", 450, CLOCK, rule="SET-03"),
    Setting("closes_minute", HOURS, "Closes", "The hours of days opened from now on.", 1050, CLOCK, rule="SET-03"),
    Setting("chairs", HOURS, "Chairs", "Days opened from now on, and the chairs to sit in.", 8, rule="SET-03"),
    Setting(
        "first_weekday",
        HOURS,
        "First clinic day of the week",
        "Day 1 of a sequence, and the five days of a week.",
        0,
        CHOICE,
        rule="SET-03",
        choices=tuple((str(number), word) for number, word in enumerate(WEEKDAYS)),
    ),
    Setting(
        "sma_earliest_days",
        GROUPS,
        "Group visit, earliest",
        "Which group visits are offered before a first infusion.",
        9,
        unit="days before day 1",
        rule="ENR-24",
    ),
    Setting(
        "sma_latest_days",
        GROUPS,
        "Group visit, latest",
        "Which group visits are offered before a first infusion.",
        5,
        unit="days before day 1",
        rule="ENR-24",
    ),
    Setting(
        "sma_target_days",
        GROUPS,
        "Group visit, best",
        "Which group visit is offered first.",
        7,
        unit="days before day 1",
        rule="ENR-24",
    ),
    Setting(
        "clearance_days",
        GROUPS,
        "A clearing holds",
        "Whether a returning patient needs a new group visit.",
        180,
        unit="days",
        rule="ENR-60",
    ),
    Setting(
        "daily_cap",
        BOOKING,
        "Visits a day at most",
        "Days opened from now on; each day may have its own.",
        may_be_empty=True,
        empty="as many as fit",
        rule="SET-01",
    ),
    Setting(
        "hold_minutes",
        BOOKING,
        "A hold lasts",
        "How long a place is kept on the phone.",
        15,
        unit="min",
        rule="SET-01",
    ),
    Setting(
        "offer_hours", BOOKING, "An offer waits", "A waiting patient's time to answer.", 4, unit="h", rule="SET-01"
    ),
    Setting(
        "confirm_days",
        BOOKING,
        "Confirmed before",
        "When a tentative time is made firm.",
        7,
        unit="days",
        rule="SET-01",
    ),
    Setting(
        "quiet_from_minute",
        BOOKING,
        "Quiet from",
        "No message leaves to patients from here on.",
        1200,
        CLOCK,
        rule="SET-02",
    ),
    Setting(
        "quiet_to_minute", BOOKING, "Quiet until", "Messages leave again from here on.", 480, CLOCK, rule="SET-02"
    ),
    Setting(
        "driver_deadline_minute",
        BOOKING,
        "No driver by",
        "The clinic day before: then a task asks somebody to call.",
        960,
        CLOCK,
        rule="SET-02",
    ),
    Setting(
        "holiday_calendar",
        LETTERS,
        "Holiday calendar",
        "The days that series of group visits and weeks leave out.",
        "US",
        TEXT,
        rule="ENR-65",
        may_be_empty=True,
    ),
    Setting("address", LETTERS, "Address", "Letters and calendar entries.", "", LINES, may_be_empty=True),
    Setting(
        "phone", LETTERS, "Telephone", "Letters, messages and pages for patients.", "", TEXT, may_be_empty=True
    ),
    Setting(
        "bring_along",
        LETTERS,
        "To bring along",
        "The letter for the group visit, one a line.",
        "",
        LINES,
        may_be_empty=True,
    ),
)
KINDS: tuple[tuple[type[Any], Any], ...] = (
    (ClinicBasics, change_clinic_basics),
    (ClinicSettings, change_clinic_settings),
    (BookingSettings, change_booking_settings),
)


def values(site: Site) -> dict[str, Any]:
    return {one.name: getattr(site, one.name) for one in SETTINGS}


def change(*, site: Site, name: str, value: Any, reason: str, by: StaffUser, at: datetime) -> None:
    """Set one of them by the action that sets it with its neighbours, which keep their values."""
    for kind, act in KINDS:
        names = {field.name for field in fields(kind)}
        if name in names:
            current = kind(**{one: getattr(site, one) for one in names})
            act(site=site, new=replace(current, **{name: value}), reason=reason, by=by, at=at)


SOURCE = Source(SETTINGS, values, change)
