"""Closing days after patients were booked, and what the clinic does with a week that has a closed day."""

from datetime import date, datetime, timedelta

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.states import move
from scheduling.actions.booking import move_chairs
from scheduling.actions.holds import Locked, back_to_request, settle_days
from scheduling.actions.moving import follow_days, write_places
from scheduling.actions.sequences import follow_visits
from scheduling.actions.suite import lock_days, note_change, open_suite_day
from scheduling.models import GroupSeat, Patient, Sequence, SuiteDay, Visit, WeekPolicy
from scheduling.queries.closing import gained_days, touched_of, touched_visits
from scheduling.queries.moves import lengths_of
from scheduling.queries.plans import RELEASED, day_plans, week_dates
from scheduling.rules.blocks import VISITS, clinic_week
from scheduling.rules.chairs import plan_chairs
from scheduling.rules.closures import Effect, EffectKind, declaring_problems, effects, saturday_problems
from scheduling.rules.moves import without
from scheduling.states import MissedReason, SequenceMode, VisitState, WeekRule

NOT_OPEN = "The Saturday is not opened"
CHANGED = "Somebody has just booked or moved a patient on this day. Look at the effects again, then decide."
DRIVER = ("driver_name", "driver_relationship", "driver_phone", "driver_transport")


@transaction.atomic
def declare_closure(
    *,
    suite_day: SuiteDay,
    because: str,
    rule: str,
    by: StaffUser,
    at: datetime,
    from_minute: int | None = None,
) -> SuiteDay:
    """Close a day, or its rest from a minute on, with everybody who is booked on it. rule: a WeekRule."""
    site, rule = suite_day.site, WeekRule(rule)
    days = _lock(suite_day, from_minute)
    day = days[suite_day.date]
    visits = touched_visits(day, from_minute=from_minute)
    touched = touched_of(day, visits)
    if {date for one in touched for date in one.dates} - days.keys():
        raise Conflict([Blocker("STA-01", CHANGED)])
    here = Visit.objects.filter(suite_day=day, state__in=(VisitState.ARRIVED, VisitState.ATTENDED))
    refuse_if(
        declaring_problems(
            day.date,
            because=because,
            today=site.today(at),
            is_closed=day.is_closed,
            here=here.count(),
            from_minute=from_minute,
            hours=(day.opens_minute, day.closes_minute),
        )
    )
    saturday, later = gained_days(day, today=site.today(at))
    found = effects(touched, rule, day.date, saturday=saturday, later=later)
    rows = _lock_sequences([visit.sequence_id for visit in visits], days)
    for effect in found:
        _apply(effect, rows[effect.touched.sequence], day, rule, because, by=by, at=at)
    _write_policy(site, day.date, rule, because, by=by, at=at)
    return _close(day, list(days.values()), because, from_minute, found, by=by, at=at)


@transaction.atomic
def decide_week(
    *, site: Site, first_day: date, rule: str, because: str, by: StaffUser, at: datetime
) -> WeekPolicy:
    """Decide what a week with a closed day does; the Saturday opens with it and closes again.

    An opened Saturday has no nurses yet: put them on shift before anything is offered.
    """
    rule = WeekRule(rule)
    first = clinic_week(first_day, site.first_weekday)[0]
    days = {day.date: day for day in lock_days(site=site, dates=week_dates(site, first))}
    saturday = first + timedelta(days=VISITS)
    known = days.get(saturday)
    if rule == WeekRule.SATURDAY:
        if known is None:
            open_suite_day(site=site, date=saturday, by=by, at=at)
        elif known.closed_because == NOT_OPEN:
            _set_closed(known, "", by=by, at=at)
    elif known is not None and not known.is_closed:
        held = Visit.objects.filter(suite_day=known).exclude(state__in=RELEASED).count()
        refuse_if(saturday_problems(saturday, held=held))
        _set_closed(known, NOT_OPEN, by=by, at=at)
    return _write_policy(site, first, rule, because, by=by, at=at)


def _lock(suite_day: SuiteDay, from_minute: int | None) -> dict[date, SuiteDay]:
    """Lock the day, the days that patients could gain, and every day of every sequence it touches."""
    site = suite_day.site
    keys = [visit.sequence_id for visit in touched_visits(suite_day, from_minute=from_minute)]
    theirs = Visit.objects.filter(site=site, sequence__in=keys).values_list("date", flat=True)
    week = clinic_week(suite_day.date, site.first_weekday)
    gained = [week[-1] + timedelta(days=number) for number in range(1, 2 * 7 + 1)]
    return {day.date: day for day in lock_days(site=site, dates={suite_day.date, *theirs, *gained})}


def _lock_sequences(keys: list[int], days: dict[date, SuiteDay]) -> dict[int, Locked]:
    """Lock seats, patients, sequences and visits of all of them, each kind in order of its keys."""
    rows = Sequence.objects.filter(pk__in=keys)
    list(GroupSeat.objects.select_for_update().filter(pk__in=rows.values("seat")).order_by("pk"))
    people = Patient.objects.select_for_update(of=("self",)).select_related("site")
    patients = {one.pk: one for one in people.filter(pk__in=rows.values("patient")).order_by("pk")}
    found = rows.select_for_update(of=("self",)).select_related("site", "seat").order_by("pk")
    locked: dict[int, Locked] = {}
    for row in found:
        row.patient = patients[row.patient_id]
        own = row.visits.select_for_update().order_by("date", "pk").values_list("date", flat=True)
        locked[row.pk] = Locked([days[day] for day in sorted(set(own))], row.patient, row)
    return locked


def _apply(
    effect: Effect, held: Locked, day: SuiteDay, rule: WeekRule, because: str, *, by: StaffUser, at: datetime
) -> None:
    if effect.kind == EffectKind.BACK:
        why = f"clinic closed on {day.date}: {because.strip()}"[:200]
        back_to_request(held, "closure_released", by=by, at=at, reason=why)
    elif effect.kind == EffectKind.CUT:
        visit = held.sequence.visits.get(pk=effect.touched.key)
        visit.missed_reason, visit.missed_note = MissedReason.CLINIC_CLOSED, because.strip()[:200]
        also = ("missed_reason", "missed_note")
        move(visit, VisitState.CANCELLED, by=by, at=at, reason=MissedReason.CLINIC_CLOSED, also=also)
        follow_visits(held.sequence, by=by, at=at)
        _record("closure_cut", held.sequence, by=by, at=at, visit=visit.pk, date=day.date.isoformat())
    else:
        _move_up(effect, held, day, rule, by=by, at=at)


def _move_up(effect: Effect, held: Locked, day: SuiteDay, rule: WeekRule, *, by: StaffUser, at: datetime) -> None:
    """Let every day from the closed one on take the next of the sequence's dates, the last the one it gains."""
    touched, sequence = effect.touched, held.sequence
    gained = SuiteDay.objects.select_related("site").get(site=sequence.site_id, date=effect.to_day or day.date)
    rows = list(sequence.visits.filter(date__in=touched.movable, state=VisitState.BOOKED).order_by("date"))
    was = {row.date: (row.start_minute, row.chair, [getattr(row, name) for name in DRIVER]) for row in rows}
    plan = day_plans([gained], today=sequence.site.today(at))[gained.date]
    start = effect.to_start or 0
    chairs = plan_chairs([without(plan, [], lengths_of(rows[0]))], start, [rows[0].chair])
    move_chairs(chairs.moves)
    dates = [*(row.date for row in rows if row.date != day.date), gained.date]
    suite_days = {row.date: row.suite_day for row in rows} | {gained.date: gained}
    places = {}
    for row, new in zip(rows, dates, strict=True):
        minute, chair, driver = was.get(new, (start, chairs.chairs[0], ["", "", "", ""]))
        places[row.pk] = (new, minute, chair)
        for name, value in zip(DRIVER, driver, strict=True):
            setattr(row, name, value)
    write_places(rows, suite_days, places)
    sequence.mode = SequenceMode.CALENDAR_DAYS if rule == WeekRule.SATURDAY else SequenceMode.CLINIC_DAYS
    follow_days(sequence)
    note_change([gained])
    now = [places[row.pk][0].isoformat() for row in rows]
    _record("closure_moved", sequence, by=by, at=at, closed=day.date.isoformat(), now=now)


def _close(
    day: SuiteDay,
    days: list[SuiteDay],
    because: str,
    from_minute: int | None,
    found: list[Effect],
    *,
    by: StaffUser,
    at: datetime,
) -> SuiteDay:
    if from_minute is None:
        day.closed_because = because.strip()[:120]
        day.save(update_fields=["closed_because"])
    else:
        day.closes_minute = from_minute
        day.save(update_fields=["closes_minute"])
    settle_days(days, by=by, at=at)
    note_change(days)
    detail = {
        "because": because.strip(),
        "from_minute": from_minute,
        "effects": {str(kind): sum(effect.kind == kind for effect in found) for kind in EffectKind},
    }
    audit.record(event="closure_declared", by=by, at=at, site=day.site, subject=day, detail=detail)
    return day


def _set_closed(day: SuiteDay, because: str, *, by: StaffUser, at: datetime) -> None:
    day.closed_because = because
    day.save(update_fields=["closed_because"])
    note_change([day])
    event = "suite_day_closed" if because else "suite_day_reopened"
    audit.record(event=event, by=by, at=at, site=day.site, subject=day, detail={"because": because})


def _write_policy(
    site: Site, day: date, rule: WeekRule, because: str, *, by: StaffUser, at: datetime
) -> WeekPolicy:
    first = clinic_week(day, site.first_weekday)[0]
    decided = {"rule": rule, "because": because.strip()[:120], "decided_by": by, "decided_at": at}
    policy, _ = WeekPolicy.objects.update_or_create(site=site, first_day=first, defaults=decided)
    detail = {"first_day": first.isoformat(), "rule": str(rule)}
    audit.record(event="week_decided", by=by, at=at, site=site, subject=policy, detail=detail)
    return policy


def _record(event: str, sequence: Sequence, *, by: StaffUser, at: datetime, **detail: object) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=sequence.site,
        subject=sequence,
        patient_id=sequence.patient_id,
        detail=detail,
    )
