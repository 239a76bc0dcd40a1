"""Opening many days at once: the coming weeks, with the nurses of the week before."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, refuse_if
from scheduling.actions.suite import lock_days, note_change, open_suite_day
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from scheduling.rules.roster import SCH_20
from scheduling.rules.sequences import clinic_week

WEEKS_OPENED = 8


@transaction.atomic
def open_weeks(
    *, site: Site, by: StaffUser, at: datetime, first: date | None = None, weeks: int = WEEKS_OPENED
) -> list[SuiteDay]:
    """Open every clinic day to come that is missing, from the week of ``first`` (today's, when None) on.

    Each newly opened week takes its roster from the week before, where that one has a roster.
    """
    today = site.today(at)
    start = clinic_week(first or today, site.first_weekday)[0]
    wanted = [
        day for week in range(weeks) for day in clinic_week(start + timedelta(weeks=week), site.first_weekday)
    ]
    known = set(SuiteDay.objects.filter(site=site, date__in=wanted).values_list("date", flat=True))
    opened = [
        open_suite_day(site=site, date=day, by=by, at=at) for day in wanted if day >= today and day not in known
    ]
    for monday in sorted({clinic_week(day.date, site.first_weekday)[0] for day in opened}):
        _copy(site, monday, by=by, at=at)
    return opened


@transaction.atomic
def copy_roster(*, site: Site, week_of: date, by: StaffUser, at: datetime) -> int:
    """Put the same nurses and providers on this week's empty days as the week before; return how many."""
    monday = clinic_week(week_of, site.first_weekday)[0]
    made = _copy(site, monday, by=by, at=at)
    if not made:
        sentence = (
            "There is nothing to copy: the week before has no roster, or every day of this week has one already. "
            "Put nurses on shift day by day."
        )
        refuse_if([Blocker(SCH_20.id, sentence)])
    return made


def _copy(site: Site, monday: date, *, by: StaffUser, at: datetime) -> int:
    """Fill the days of one week that have no roster at all; what was entered by hand stays."""
    week = timedelta(weeks=1)
    dates = clinic_week(monday, site.first_weekday)
    targets = {day.date: day for day in lock_days(site=site, dates=dates)}
    made = 0
    for model, person in ((NurseShift, "nurse_id"), (ProviderPresence, "provider_id")):
        entries = model.objects.filter(
            site=site, suite_day__date__gte=monday - week, suite_day__date__lte=dates[-1]
        )
        by_day = defaultdict(list)
        for entry in entries.select_related("suite_day").filter(**{f"{person[:-3]}__is_active": True}):
            by_day[entry.suite_day.date].append(entry)
        new: list[Any] = [
            model(
                site=site,
                suite_day=day,
                from_minute=entry.from_minute,
                to_minute=entry.to_minute,
                **{person: getattr(entry, person)},
            )
            for day in targets.values()
            if not by_day[day.date]
            for entry in by_day[day.date - week]
        ]
        made += len(model.objects.bulk_create(new))
    if made:
        note_change(targets.values())
        for day in targets.values():
            audit.record(event="roster_copied", by=by, at=at, site=site, subject=day, detail={"entries": made})
    return made
