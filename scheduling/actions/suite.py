"""The suite's days: opening, closing, hours, the daily cap."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, refuse_if
from scheduling.models import OpeningHours, SuiteDay
from scheduling.queries.plans import day_plans
from scheduling.queries.rosters import rosters_of
from scheduling.rules.capacity import DayPlan, date_words
from scheduling.rules.hours import cap_problems
from scheduling.rules.roster import SCH_22, change_problems, closing_problems
from scheduling.rules.staffing import Roster


class LockedDay(NamedTuple):
    """One suite-day under its lock, as it is now."""

    day: SuiteDay
    plan: DayPlan
    roster: Roster


def lock_days(*, site: Site, dates: Iterable[date]) -> list[SuiteDay]:
    """Lock suite-days in date order, the first step of every write to a day, and return those that exist."""
    rows = SuiteDay.objects.select_for_update(no_key=True, of=("self",)).select_related("site")
    return list(rows.filter(site=site, date__in=list(dates)).order_by("date"))


def lock_day(suite_day: SuiteDay, *, at: datetime) -> LockedDay:
    """Lock one day and return it with its plan and its roster."""
    rows = SuiteDay.objects.select_for_update(no_key=True, of=("self",)).select_related("site")
    day = rows.get(site_id=suite_day.site_id, pk=suite_day.pk)
    plan = day_plans([day], today=day.site.today(at))[day.date]
    return LockedDay(day, plan, rosters_of([day.pk])[day.pk])


def note_change(days: Iterable[SuiteDay]) -> None:
    """Count a change on each of these locked days, for the pages that ask whether anything is new."""
    SuiteDay.objects.filter(pk__in=[day.pk for day in days]).update(version=F("version") + 1)


@transaction.atomic
def open_suite_day(*, site: Site, date: date, by: StaffUser, at: datetime, closed_because: str = "") -> SuiteDay:
    """Open one day with the hours of its weekday, else the clinic's usual ones; or enter it as closed."""
    hours = OpeningHours.objects.filter(site=site, weekday=date.weekday()).first()
    day = SuiteDay.objects.create(
        site=site,
        date=date,
        opens_minute=hours.opens_minute if hours else site.opens_minute,
        closes_minute=hours.closes_minute if hours else site.closes_minute,
        chairs=site.chairs,
        daily_cap=site.daily_cap,
        closed_because=closed_because,
    )
    detail = {"date": date.isoformat(), "closed_because": closed_because}
    audit.record(event="suite_day_opened", by=by, at=at, site=site, subject=day, detail=detail)
    return day


@transaction.atomic
def close_suite_day(*, suite_day: SuiteDay, because: str, by: StaffUser, at: datetime) -> SuiteDay:
    """Close a day on which nobody holds a place. Raises Refused while somebody does."""
    day, plan, _ = lock_day(suite_day, at=at)
    refuse_if(closing_problems(plan, because=because))
    return _set_closed(day, because.strip(), by=by, at=at)


@transaction.atomic
def reopen_suite_day(*, suite_day: SuiteDay, by: StaffUser, at: datetime) -> SuiteDay:
    """Take a closure back; the roster entered before stands."""
    day, plan, _ = lock_day(suite_day, at=at)
    if not plan.closed:
        refuse_if([Blocker(SCH_22.id, f"{date_words(day.date)} is open already. Reload the page.")])
    return _set_closed(day, "", by=by, at=at)


def _set_closed(day: SuiteDay, because: str, *, by: StaffUser, at: datetime) -> SuiteDay:
    day.closed_because = because
    day.save(update_fields=["closed_because"])
    note_change([day])
    event = "suite_day_closed" if because else "suite_day_reopened"
    audit.record(event=event, by=by, at=at, site=day.site, subject=day, detail={"because": because})
    return day


@transaction.atomic
def change_hours(
    *, suite_day: SuiteDay, opens_minute: int, closes_minute: int, by: StaffUser, at: datetime
) -> SuiteDay:
    """Set one day's opening hours; refused where a booked visit would fall outside."""
    day, plan, _ = lock_day(suite_day, at=at)
    if not 0 <= opens_minute < closes_minute <= 1440:
        refuse_if([Blocker("SCH-02", "The suite must open before it closes, on the same day.", "closes_minute")])
    refuse_if(change_problems(plan, replace(plan, open=opens_minute, close=closes_minute)))
    detail = {"was": [day.opens_minute, day.closes_minute], "now": [opens_minute, closes_minute]}
    day.opens_minute, day.closes_minute = opens_minute, closes_minute
    day.save(update_fields=["opens_minute", "closes_minute"])
    note_change([day])
    audit.record(event="suite_hours_changed", by=by, at=at, site=day.site, subject=day, detail=detail)
    return day


@transaction.atomic
def set_daily_cap(*, suite_day: SuiteDay, daily_cap: int | None, by: StaffUser, at: datetime) -> SuiteDay:
    """Limit the visits of one day; None takes the limit away. Refused below what is booked."""
    day, plan, _ = lock_day(suite_day, at=at)
    refuse_if(cap_problems(daily_cap, len(plan.booked)))
    detail = {"was": day.daily_cap, "now": daily_cap}
    day.daily_cap = daily_cap
    day.save(update_fields=["daily_cap"])
    note_change([day])
    audit.record(event="suite_cap_changed", by=by, at=at, site=day.site, subject=day, detail=detail)
    return day
