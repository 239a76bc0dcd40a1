"""Opening many days at once: the coming weeks, with the nurses of the week before."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.models.places import trained_at, works_at
from kitclinic.problems import Blocker, refuse_if
from scheduling.actions.suite import lock_days, note_change, open_suite_day
from scheduling.models import Leave, NurseBreak, NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.closures import closed_days
from scheduling.rules.roster import SCH_20
from scheduling.rules.sequences import clinic_week

WEEKS_OPENED = 8


@transaction.atomic
def open_weeks(
    *, site: Site, by: StaffUser, at: datetime, first: date | None = None, weeks: int = WEEKS_OPENED
) -> list[SuiteDay]:
    """Open every clinic day to come that is missing, from the week of ``first`` (today's, when None) on.

    Each newly opened week takes its roster from the week before, where that one has a roster. A public
    holiday of the clinic's calendar is opened as a closed day; the clinic can reopen it.
    """
    today = site.today(at)
    start = clinic_week(first or today, site.first_weekday)[0]
    wanted = [
        day for week in range(weeks) for day in clinic_week(start + timedelta(weeks=week), site.first_weekday)
    ]
    known = set(SuiteDay.objects.filter(site=site, date__in=wanted).values_list("date", flat=True))
    closed = closed_days(site, wanted[0], wanted[-1])
    opened = [
        open_suite_day(site=site, date=day, by=by, at=at, closed_because=closed.get(day, ""))
        for day in wanted
        if day >= today and day not in known
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
    """Fill the days of one week that have no roster at all; what was entered by hand stays.

    Shifts come with their breaks. Who has left, is not trained any more or is on leave is not copied.
    """
    week = timedelta(weeks=1)
    dates = clinic_week(monday, site.first_weekday)
    targets = {day.date: day for day in lock_days(site=site, dates=dates)}
    away = list(
        Leave.objects.filter(site=site, first_day__lte=dates[-1], last_day__gte=monday).values_list(
            "person_id", "first_day", "last_day"
        )
    )
    made = 0
    for model, person, able in (
        (NurseShift, "nurse_id", [works_at("nurse"), Q(trained_at("nurse"))]),
        (ProviderPresence, "provider_id", [works_at("provider")]),
    ):
        entries = model.objects.filter(
            site=site, suite_day__date__gte=monday - week, suite_day__date__lte=dates[-1]
        )
        has_roster = set(entries.values_list("suite_day__date", flat=True))
        by_day = defaultdict(list)
        for entry in entries.filter(*able).select_related("suite_day").order_by("pk"):
            by_day[entry.suite_day.date].append(entry)
        pairs: list[tuple[Any, Any]] = [
            (entry, _copied(entry, person, day))
            for day in targets.values()
            if day.date not in has_roster
            for entry in by_day[day.date - week]
            if not _is_away(getattr(entry, person), day.date, away)
        ]
        made += len(model.objects.bulk_create([new for _, new in pairs]))
        if model is NurseShift:
            _copy_breaks({entry.pk: new for entry, new in pairs})
    if made:
        note_change(targets.values())
        for day in targets.values():
            audit.record(event="roster_copied", by=by, at=at, site=site, subject=day, detail={"entries": made})
    return made


def _copied(entry: Any, person: str, day: SuiteDay) -> Any:
    return type(entry)(
        site_id=entry.site_id,
        suite_day=day,
        from_minute=entry.from_minute,
        to_minute=entry.to_minute,
        **{person: getattr(entry, person)},
    )


def _copy_breaks(shifts: dict[int, NurseShift]) -> None:
    NurseBreak.objects.bulk_create(
        NurseBreak(
            site_id=pause.site_id,
            shift=shifts[pause.shift_id],
            from_minute=pause.from_minute,
            to_minute=pause.to_minute,
        )
        for pause in NurseBreak.objects.filter(shift__in=shifts).order_by("pk")
    )


def _is_away(person: int, day: date, leaves: list[tuple[int, date, date]]) -> bool:
    return any(who == person and first <= day <= last for who, first, last in leaves)
