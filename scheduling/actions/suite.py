"""The suite's days: opening, closing, who is on the floor and who is on site."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, refuse_if
from kitclinic.roles import PRESCRIBERS, Role
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.plans import day_plans
from scheduling.rules.capacity import DayPlan, date_words
from scheduling.rules.roster import SCH_19, SCH_22, change_problems, closing_problems, entry_problems


def lock_days(*, site: Site, dates: Iterable[date]) -> list[SuiteDay]:
    """Lock suite-days in date order, the first step of every write to a day, and return those that exist."""
    return list(SuiteDay.objects.select_for_update().filter(site=site, date__in=list(dates)).order_by("date"))


def note_change(days: Iterable[SuiteDay]) -> None:
    """Count a change on each of these locked days, for the pages that ask whether anything is new."""
    SuiteDay.objects.filter(pk__in=[day.pk for day in days]).update(version=F("version") + 1)


@transaction.atomic
def open_suite_day(*, site: Site, date: date, by: StaffUser, at: datetime, closed_because: str = "") -> SuiteDay:
    """Open one day with the clinic's usual hours and chairs, or enter it as closed (a holiday)."""
    day = SuiteDay.objects.create(
        site=site,
        date=date,
        opens_minute=site.opens_minute,
        closes_minute=site.closes_minute,
        chairs=site.chairs,
        closed_because=closed_because,
    )
    detail = {"date": date.isoformat(), "closed_because": closed_because}
    audit.record(event="suite_day_opened", by=by, at=at, site=site, subject=day, detail=detail)
    return day


@transaction.atomic
def close_suite_day(*, suite_day: SuiteDay, because: str, by: StaffUser, at: datetime) -> SuiteDay:
    """Close a day on which nobody holds a place. Raises Refused while somebody does."""
    day, plan = _locked(suite_day, at)
    refuse_if(closing_problems(plan, because=because))
    return _set_closed(day, because.strip(), by=by, at=at)


@transaction.atomic
def reopen_suite_day(*, suite_day: SuiteDay, by: StaffUser, at: datetime) -> SuiteDay:
    """Take a closure back; the roster entered before stands."""
    day, plan = _locked(suite_day, at)
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
    day, plan = _locked(suite_day, at)
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
def put_on_shift(
    *, suite_day: SuiteDay, nurse: StaffUser, from_minute: int, to_minute: int, by: StaffUser, at: datetime
) -> NurseShift:
    """Put a nurse on the floor for an unbroken time."""
    day, _ = _locked(suite_day, at)
    others = NurseShift.objects.filter(suite_day=day, nurse=nurse).values_list("from_minute", "to_minute")
    fits = nurse.role == Role.NURSE and nurse.site_id == day.site_id and nurse.is_active
    refuse_if(entry_problems((from_minute, to_minute), others, role_fits=fits, needed="a nurse of this clinic"))
    shift = NurseShift.objects.create(
        site=day.site, suite_day=day, nurse=nurse, from_minute=from_minute, to_minute=to_minute
    )
    _note_roster(day, "nurse_on_shift", nurse.pk, (from_minute, to_minute), by=by, at=at)
    return shift


@transaction.atomic
def take_off_shift(*, shift: NurseShift, by: StaffUser, at: datetime) -> None:
    """Take a roster entry away; refused where a booked visit needs it."""
    day, plan = _locked(shift.suite_day, at)
    _refuse_gone(NurseShift.objects.filter(pk=shift.pk).exists())
    span = (shift.from_minute, shift.to_minute)
    refuse_if(change_problems(plan, replace(plan, nurses=_without(plan.nurses, span))))
    NurseShift.objects.filter(pk=shift.pk).delete()
    _note_roster(day, "nurse_off_shift", shift.nurse_id, span, by=by, at=at)


@transaction.atomic
def put_provider_on_site(
    *, suite_day: SuiteDay, provider: StaffUser, from_minute: int, to_minute: int, by: StaffUser, at: datetime
) -> ProviderPresence:
    """Enter a provider as on site for an unbroken time."""
    day, _ = _locked(suite_day, at)
    others = ProviderPresence.objects.filter(suite_day=day, provider=provider)
    spans = others.values_list("from_minute", "to_minute")
    fits = provider.role in PRESCRIBERS and provider.site_id == day.site_id and provider.is_active
    refuse_if(entry_problems((from_minute, to_minute), spans, role_fits=fits, needed="a physician of this clinic"))
    presence = ProviderPresence.objects.create(
        site=day.site, suite_day=day, provider=provider, from_minute=from_minute, to_minute=to_minute
    )
    _note_roster(day, "provider_on_site", provider.pk, (from_minute, to_minute), by=by, at=at)
    return presence


@transaction.atomic
def take_provider_off_site(*, presence: ProviderPresence, by: StaffUser, at: datetime) -> None:
    """Take a provider's time away; refused where a booked visit needs it."""
    day, plan = _locked(presence.suite_day, at)
    _refuse_gone(ProviderPresence.objects.filter(pk=presence.pk).exists())
    span = (presence.from_minute, presence.to_minute)
    refuse_if(change_problems(plan, replace(plan, provider=_without(plan.provider, span))))
    ProviderPresence.objects.filter(pk=presence.pk).delete()
    _note_roster(day, "provider_off_site", presence.provider_id, span, by=by, at=at)


def _locked(suite_day: SuiteDay, at: datetime) -> tuple[SuiteDay, DayPlan]:
    """Lock one day and return it as it is now, with its plan."""
    day = SuiteDay.objects.select_for_update(of=("self",)).select_related("site").get(pk=suite_day.pk)
    return day, day_plans([day], today=day.site.today(at))[day.date]


def _without(spans: tuple[tuple[int, int], ...], gone: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """Return the spans with one of those equal to ``gone`` taken out; ValueError when there is none."""
    left = list(spans)
    left.remove(gone)
    return tuple(left)


def _refuse_gone(is_there: bool) -> None:
    if not is_there:
        refuse_if([Blocker(SCH_19.id, "Somebody has just taken this entry off. Reload the page.")])


def _note_roster(
    day: SuiteDay, event: str, person: int, span: tuple[int, int], *, by: StaffUser, at: datetime
) -> None:
    note_change([day])
    detail = {"person": person, "from_minute": span[0], "to_minute": span[1]}
    audit.record(event=event, by=by, at=at, site=day.site, subject=day, detail=detail)
