"""Who is rostered: nurses' shifts with their breaks, providers on site, who is trained for ketamine."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.actions import note_training
from kitclinic.models import StaffUser
from kitclinic.places import standing
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.roles import PRESCRIBERS, Role
from scheduling.actions.cover import settle_cover
from scheduling.actions.suite import lock_day, lock_days, note_change
from scheduling.models import Leave, NurseBreak, NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.plans import day_plans
from scheduling.queries.rosters import rosters_of
from scheduling.rules.capacity import Span
from scheduling.rules.roster import SCH_19, SCH_20, break_problems, change_problems, entry_problems
from scheduling.rules.staffing import rostered


@transaction.atomic
def put_on_shift(
    *,
    suite_day: SuiteDay,
    nurse: StaffUser,
    from_minute: int,
    to_minute: int,
    by: StaffUser,
    at: datetime,
    breaks: Iterable[Span] = (),
) -> NurseShift:
    """Put a nurse on shift, with the breaks inside it. Only a nurse trained for ketamine counts on the floor."""
    day, _, roster = lock_day(suite_day, at=at)
    span, pauses = (from_minute, to_minute), sorted(breaks)
    problems = entry_problems(
        span,
        [entry.span for entry in roster.of(nurse.pk)],
        role_fits=_of_site(nurse, day) and nurse.role == Role.NURSE and nurse.is_ketamine_trained,
        needed="a nurse of this clinic who is trained for ketamine",
        on_leave=_on_leave(nurse, day),
    )
    refuse_if(problems + break_problems(span, pauses))
    shift = NurseShift.objects.create(
        site=day.site, suite_day=day, nurse=nurse, from_minute=from_minute, to_minute=to_minute
    )
    _write_breaks(shift, pauses)
    settle_cover(day, by=by, at=at)
    note_roster(day, "nurse_on_shift", nurse.pk, span, by=by, at=at)
    return shift


@transaction.atomic
def take_off_shift(*, shift: NurseShift, by: StaffUser, at: datetime) -> None:
    """Take a shift away; refused where a booked visit needs it."""
    day, plan, roster = lock_day(shift.suite_day, at=at)
    _refuse_gone(NurseShift.objects.filter(pk=shift.pk).exists())
    refuse_if(change_problems(plan, rostered(plan, roster.without(shift.pk))))
    NurseShift.objects.filter(pk=shift.pk).delete()
    settle_cover(day, by=by, at=at)
    note_roster(day, "nurse_off_shift", shift.nurse_id, (shift.from_minute, shift.to_minute), by=by, at=at)


@transaction.atomic
def change_breaks(*, shift: NurseShift, breaks: Iterable[Span], by: StaffUser, at: datetime) -> NurseShift:
    """Put other breaks in place of a shift's own; refused where a booked visit would lack its nurses."""
    day, plan, roster = lock_day(shift.suite_day, at=at)
    _refuse_gone(NurseShift.objects.filter(pk=shift.pk).exists())
    pauses = sorted(breaks)
    refuse_if(break_problems((shift.from_minute, shift.to_minute), pauses))
    refuse_if(change_problems(plan, rostered(plan, roster.with_breaks(shift.pk, tuple(pauses)))))
    was = list(NurseBreak.objects.filter(shift=shift).values_list("from_minute", "to_minute"))
    NurseBreak.objects.filter(shift=shift).delete()  # fewer breaks never break a rule; the new ones are counted
    _write_breaks(shift, pauses)
    settle_cover(day, by=by, at=at)
    note_change([day])
    detail = {"person": shift.nurse_id, "was": [list(one) for one in was], "now": [list(one) for one in pauses]}
    audit.record(event="breaks_changed", by=by, at=at, site=day.site, subject=day, detail=detail)
    return shift


@transaction.atomic
def put_provider_on_site(
    *, suite_day: SuiteDay, provider: StaffUser, from_minute: int, to_minute: int, by: StaffUser, at: datetime
) -> ProviderPresence:
    """Enter a provider as on site for an unbroken time."""
    day, _, roster = lock_day(suite_day, at=at)
    problems = entry_problems(
        (from_minute, to_minute),
        [entry.span for entry in roster.of(provider.pk)],
        role_fits=_of_site(provider, day) and provider.role in PRESCRIBERS,
        needed="a physician of this clinic",
        on_leave=_on_leave(provider, day),
    )
    refuse_if(problems)
    presence = ProviderPresence.objects.create(
        site=day.site, suite_day=day, provider=provider, from_minute=from_minute, to_minute=to_minute
    )
    settle_cover(day, by=by, at=at)
    note_roster(day, "provider_on_site", provider.pk, (from_minute, to_minute), by=by, at=at)
    return presence


@transaction.atomic
def take_provider_off_site(*, presence: ProviderPresence, by: StaffUser, at: datetime) -> None:
    """Take a provider's time away; refused where a booked visit needs it."""
    day, plan, roster = lock_day(presence.suite_day, at=at)
    _refuse_gone(ProviderPresence.objects.filter(pk=presence.pk).exists())
    refuse_if(change_problems(plan, rostered(plan, roster.without_presence(presence.pk))))
    ProviderPresence.objects.filter(pk=presence.pk).delete()
    settle_cover(day, by=by, at=at)
    span = (presence.from_minute, presence.to_minute)
    note_roster(day, "provider_off_site", presence.provider_id, span, by=by, at=at)


@transaction.atomic
def set_ketamine_training(*, nurse: StaffUser, trained: bool, by: StaffUser, at: datetime) -> StaffUser:
    """Record that a nurse is trained for ketamine, or is not; refused where a booked visit counts on them."""
    if nurse.role != Role.NURSE or nurse.site is None or nurse.site_id != by.site_id:
        refuse_if([Blocker(SCH_20.id, "Training for ketamine is recorded for nurses of this clinic.", "person")])
    site, today = by.site, by.site.today(at)
    dates = NurseShift.objects.filter(nurse=nurse, suite_day__date__gte=today).values_list("suite_day__date")
    days = lock_days(site=site, dates=[day for (day,) in dates])
    locked = standing(StaffUser.objects.select_for_update(no_key=True, of=("self",)).get(pk=nurse.pk), site)
    if not trained:
        refuse_if(_without_nurse(days, locked.pk, at))
    note_training(person=locked, site=site, trained=trained)
    for day in days:
        settle_cover(day, by=by, at=at)
    note_change(days)
    audit.record(
        event="ketamine_training", by=by, at=at, site=site, subject=locked, detail={"is_ketamine_trained": trained}
    )
    return locked


def _without_nurse(days: list[SuiteDay], person: int, at: datetime) -> list[Problem]:
    if not days:
        return []
    plans, rosters = day_plans(days, today=days[0].site.today(at)), rosters_of([day.pk for day in days])
    problems: list[Problem] = []
    for day in days:
        roster, plan = rosters[day.pk], plans[day.date]
        counted = (replace(one, counts=one.counts and one.person != person) for one in roster.shifts)
        problems += change_problems(plan, rostered(plan, replace(roster, shifts=tuple(counted))))
    return problems


def note_roster(
    day: SuiteDay, event: str, person: int, span: Span, *, by: StaffUser, at: datetime, **more: object
) -> None:
    """Count the change and write it down."""
    note_change([day])
    detail = {"person": person, "from_minute": span[0], "to_minute": span[1], **more}
    audit.record(event=event, by=by, at=at, site=day.site, subject=day, detail=detail)


def _write_breaks(shift: NurseShift, breaks: Iterable[Span]) -> None:
    NurseBreak.objects.bulk_create(
        NurseBreak(site_id=shift.site_id, shift=shift, from_minute=start, to_minute=end) for start, end in breaks
    )


def _of_site(person: StaffUser, day: SuiteDay) -> bool:
    return person.is_active and person.site_id == day.site_id


def _on_leave(person: StaffUser, day: SuiteDay) -> bool:
    return Leave.objects.filter(
        site_id=day.site_id, person=person, first_day__lte=day.date, last_day__gte=day.date
    ).exists()


def _refuse_gone(is_there: bool) -> None:
    if not is_there:
        refuse_if([Blocker(SCH_19.id, "Somebody has just taken this entry off. Reload the page.")])
