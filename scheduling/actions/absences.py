"""Leave, which is planned, and call-outs, which are facts."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from scheduling.actions.cover import settle_cover, write_cover
from scheduling.actions.staffing import note_roster
from scheduling.actions.suite import lock_day, lock_days, note_change
from scheduling.models import CallOut, CoverNeeded, Leave, NurseShift, ProviderPresence, SuiteDay
from scheduling.queries.plans import day_plans
from scheduling.queries.rosters import rosters_of
from scheduling.rules.capacity import Span, on_floor
from scheduling.rules.roster import SCH_35, change_problems, leave_problems
from scheduling.rules.staffing import SCH_32, Roster, call_out_problems, rostered

MIDNIGHT = 24 * 60


@transaction.atomic
def record_leave(
    *, person: StaffUser, first_day: date, last_day: date, because: str, by: StaffUser, at: datetime
) -> Leave:
    """Enter days of leave and take the person off the roster from today on; all days or none.

    Refused where a booked visit would lack its nurses or its provider. Who does not come today is a call-out.
    """
    site, today = by.site, by.site.today(at)
    dates = SuiteDay.objects.filter(site=site, date__range=(max(first_day, today), last_day))
    days = lock_days(site=site, dates=dates.values_list("date", flat=True))
    others = Leave.objects.filter(site=site, person=person).values_list("first_day", "last_day")
    of_site = person.is_active and person.site_id == site.pk
    refuse_if(leave_problems((first_day, last_day), others, of_site=of_site))
    refuse_if(_without_person(days, person.pk, at))
    leave = Leave.objects.create(
        site=site,
        person=person,
        first_day=first_day,
        last_day=last_day,
        because=because.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    NurseShift.objects.filter(suite_day__in=days, nurse=person).delete()
    ProviderPresence.objects.filter(suite_day__in=days, provider=person).delete()
    for day in days:
        settle_cover(day, by=by, at=at)
    note_change(days)
    detail = {"person": person.pk, "first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    audit.record(event="leave_recorded", by=by, at=at, site=site, subject=leave, detail=detail)
    return leave


@transaction.atomic
def cancel_leave(*, leave: Leave, by: StaffUser, at: datetime) -> None:
    """Take leave back; the person is put on the roster again by hand."""
    row = Leave.objects.select_for_update().filter(site_id=leave.site_id, pk=leave.pk).first()
    if row is None:
        refuse_if([Blocker(SCH_35.id, "Somebody has just cancelled this leave. Reload the page.")])
    detail = {
        "person": leave.person_id,
        "first_day": leave.first_day.isoformat(),
        "last_day": leave.last_day.isoformat(),
    }
    audit.record(event="leave_cancelled", by=by, at=at, site=leave.site, subject=leave, detail=detail)
    Leave.objects.filter(site_id=leave.site_id, pk=leave.pk).delete()


@transaction.atomic
def record_call_out(
    *,
    suite_day: SuiteDay,
    person: StaffUser,
    from_minute: int,
    by: StaffUser,
    at: datetime,
    to_minute: int | None = None,
    because: str = "",
) -> CallOut:
    """Record that a rostered person is not there, or leaves: never refused for want of staff.

    to_minute: None means for the rest of the day. What booked and seated patients then lack stands as cover
    needed in the same transaction. Recorded a second time, the first one is returned.
    """
    day, plan, roster = lock_day(suite_day, at=at)
    rows = _taken_cover(day, person)
    there = [entry.span for entry in roster.of(person.pk)] + list(rows.values_list("from_minute", "to_minute"))
    end = max((last for _, last in there), default=MIDNIGHT) if to_minute is None else to_minute
    span = (from_minute, end)
    refuse_if(call_out_problems(span, there=there, name=person.name))
    known = _known(day, person, span, roster)
    if known is not None:
        return known
    taken = rows.filter(from_minute__lt=end, to_minute__gt=from_minute)
    taken.update(taken_by=None, taken_at=None)  # who is gone covers nobody
    write_cover(day, rostered(plan, roster.with_out(person.pk, span)), by=by, at=at)
    call_out = CallOut.objects.create(
        site=day.site,
        suite_day=day,
        person=person,
        from_minute=from_minute,
        to_minute=end,
        because=because.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    note_roster(day, "called_out", person.pk, span, by=by, at=at, because=because.strip())
    return call_out


@transaction.atomic
def take_back_call_out(*, call_out: CallOut, by: StaffUser, at: datetime) -> CallOut:
    """The person is there after all; cover that nobody needs any more is closed."""
    day, _, _ = lock_day(call_out.suite_day, at=at)
    row = CallOut.objects.select_for_update(of=("self",)).get(pk=call_out.pk)
    if row.taken_back_at is not None:
        refuse_if([Blocker(SCH_32.id, "This call-out was taken back already. Reload the page.")])
    row.taken_back_at, row.taken_back_by = at, by
    row.save(update_fields=["taken_back_at", "taken_back_by"])
    settle_cover(day, by=by, at=at)
    note_roster(day, "call_out_taken_back", row.person_id, (row.from_minute, row.to_minute), by=by, at=at)
    return row


def _known(day: SuiteDay, person: StaffUser, span: Span, roster: Roster) -> CallOut | None:
    """The call-outs of this person that leave nothing of the span, the newest of them."""
    away = [out for who, out in roster.out if who == person.pk]
    if not away or on_floor(span, away):
        return None
    rows = CallOut.objects.filter(suite_day=day, person=person, taken_back_at=None)
    return rows.filter(from_minute__lt=span[1], to_minute__gt=span[0]).order_by("-pk").first()


def _taken_cover(day: SuiteDay, person: StaffUser) -> QuerySet[CoverNeeded]:
    return CoverNeeded.objects.filter(suite_day=day, taken_by=person, closed_at=None)


def _without_person(days: list[SuiteDay], person: int, at: datetime) -> list[Problem]:
    if not days:
        return []
    plans, rosters = day_plans(days, today=days[0].site.today(at)), rosters_of([day.pk for day in days])
    return [
        problem
        for day in days
        for problem in change_problems(
            plans[day.date], rostered(plans[day.date], rosters[day.pk].without_person(person))
        )
    ]
