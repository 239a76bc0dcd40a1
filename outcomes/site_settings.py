"""How fast a clinic answers safety tasks, for the page of all settings."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from kitclinic.models import Site, StaffUser
from kitclinic.site_settings import YES_NO, Setting, Source
from outcomes.actions import set_safety_times
from outcomes.queries.safety_settings import times_of
from outcomes.rules.safety_times import DEFAULTS

GROUP = "Safety"
SETTINGS = (
    Setting(
        "raised_minutes",
        GROUP,
        "A safety task waits",
        "Minutes of opening hours until it is escalated; for tasks raised from now on.",
        DEFAULTS.raised_minutes,
        unit="min",
        rule="PRO-10",
    ),
    Setting(
        "high_minutes",
        GROUP,
        "A high safety task waits",
        "Minutes until it is escalated; never longer than the one above.",
        DEFAULTS.high_minutes,
        unit="min",
        rule="PRO-125",
    ),
    Setting(
        "again_minutes",
        GROUP,
        "Told to the next",
        "How long after an escalation the next one follows.",
        DEFAULTS.again_minutes,
        unit="min",
        rule="PRO-126",
    ),
    Setting(
        "second_line_hours",
        GROUP,
        "A second-line task waits",
        "Opening hours until the physician on call is told of a risen or worsened score.",
        DEFAULTS.second_line_hours,
        unit="h",
        rule="PRO-130",
    ),
    Setting(
        "pages_at_night",
        GROUP,
        "Pages at night",
        "Whether a high task raised while the clinic is closed pages the physician on call at once.",
        DEFAULTS.pages_at_night,
        YES_NO,
        rule="PRO-127",
    ),
)


def values(site: Site) -> dict[str, Any]:
    return asdict(times_of(site))


def change(*, site: Site, name: str, value: Any, reason: str, by: StaffUser, at: datetime) -> None:
    set_safety_times(site=site, times=replace(times_of(site), **{name: value}), reason=reason, by=by, at=at)


SOURCE = Source(SETTINGS, values, change)
