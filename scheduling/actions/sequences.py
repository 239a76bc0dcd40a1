"""Sequences and their visits: booking five days at once, arrival, missed days, the end."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.states import begin, move
from scheduling.actions.suite import lock_days, note_change
from scheduling.models import GroupSeat, Patient, Sequence, SuiteDay, Visit
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.merging import assess_again
from scheduling.queries.plans import booked_days, current_seat, day_plans, week_plan
from scheduling.rules.capacity import Lengths
from scheduling.rules.chairs import ChairMove, ChairPlan, plan_chairs
from scheduling.rules.merging import assess_again_problems
from scheduling.rules.sequences import (
    SCH_10,
    WeekPlan,
    clinic_week,
    enrolment_problems,
    next_number,
    why_not,
)
from scheduling.rules.visits import (
    arrival_problems,
    ended_state,
    open_sequence_problems,
    reason_problems,
    sequence_state,
)
from scheduling.states import VisitState


@transaction.atomic
def book_sequence(
    *,
    patient: Patient,
    first_day: date,
    start_minute: int,
    by: StaffUser,
    at: datetime,
    chair_wish: int | None = None,
) -> Sequence:
    """Book five days at one clock time, or nothing. Raises Refused with every reason."""
    site = patient.site
    days = lock_days(site=site, dates=clinic_week(first_day, site.first_weekday))
    patient = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)
    seat = current_seat(patient)
    today = site.today(at)
    week = week_plan(site, clinic_week(first_day, site.first_weekday)[0], day_plans(days, today=today))
    refuse_if(_booking_problems(patient, seat, week, first_day, start_minute, today))
    chairs = plan_chairs(week.days, start_minute, [chair_wish] if chair_wish else [])
    _move_chairs(chairs.moves)
    sequence = _write_sequence(patient, seat, days, start_minute, chairs, week.days[0].lengths)
    for thing in (sequence, *sequence.visits.all()):
        begin(thing, by=by, at=at)
    note_change(days)
    detail = {
        "first_day": first_day.isoformat(),
        "start_minute": start_minute,
        "chairs": list(chairs.chairs),
        "chair_moves": [[moved.key, moved.from_chair, moved.to_chair] for moved in chairs.moves],
    }
    audit.record(
        event="sequence_booked", by=by, at=at, site=site, subject=sequence, patient_id=patient.pk, detail=detail
    )
    return sequence


def _booking_problems(
    patient: Patient, seat: GroupSeat | None, week: WeekPlan, first_day: date, minute: int, today: date
) -> list[Problem]:
    problems = enrolment_problems(patient.state)
    problems += assess_again_problems(due=bool(assess_again([patient.pk], site=patient.site_id)))
    problems += open_sequence_problems(list(patient.sequences.values_list("state", flat=True)))
    if first_day != week.first_day:
        sentence = "A sequence starts on the first clinic day of a week. Choose one of the offers."
        problems.append(Blocker(SCH_10.id, sentence, "first_day"))
    return problems + why_not(
        week,
        minute,
        group_day=seat.group.date if seat else None,
        booked_days=booked_days(patient),
        today=today,
        window=window_of(patient.site),
        clearance=clearance_of(patient),
    )


def _write_sequence(
    patient: Patient,
    seat: GroupSeat | None,
    days: list[SuiteDay],
    start_minute: int,
    chairs: ChairPlan,
    lengths: Lengths,
) -> Sequence:
    sequence = Sequence.objects.create(
        site=patient.site,
        patient=patient,
        number=next_number(patient.sequences.values_list("number", flat=True)),
        seat=seat,
        first_day=days[0].date,
        start_minute=start_minute,
    )
    Visit.objects.bulk_create(
        Visit(
            site=patient.site,
            sequence=sequence,
            patient=patient,
            suite_day=day,
            date=day.date,
            day_index=place,
            chair=chair,
            start_minute=start_minute,
            iv_minutes=lengths.iv,
            infusion_minutes=lengths.infusion,
            observation_minutes=lengths.observation,
            cleaning_minutes=lengths.cleaning,
        )
        for place, (day, chair) in enumerate(zip(days, chairs.chairs, strict=True), start=1)
    )
    return sequence


def _move_chairs(moves: Iterable[ChairMove]) -> None:
    """Renumber chairs in one statement, so that two patients may swap theirs."""
    to_chair = {int(moved.key): moved.to_chair for moved in moves if moved.key is not None}
    visits = list(Visit.objects.filter(pk__in=to_chair))
    for visit in visits:
        visit.chair = to_chair[visit.pk]
    if visits:
        Visit.objects.bulk_update(visits, ["chair"])


@transaction.atomic
def mark_arrived(*, visit: Visit, by: StaffUser, at: datetime) -> Visit:
    """Check the patient in, on the day itself."""
    days, (row,) = _lock_visits([visit])
    refuse_if(arrival_problems(row.date, row.site.today(at)))
    move(row, VisitState.ARRIVED, by=by, at=at)
    return _after(row, days, "visit_arrived", by=by, at=at)


@transaction.atomic
def mark_attended(*, visit: Visit, by: StaffUser, at: datetime) -> Visit:
    """Count the day as attended; the fifth completes the sequence."""
    days, (row,) = _lock_visits([visit])
    move(row, VisitState.ATTENDED, by=by, at=at)
    return _after(row, days, "visit_attended", by=by, at=at)


@transaction.atomic
def mark_missed(*, visit: Visit, reason: str, by: StaffUser, at: datetime, note: str = "") -> Visit:
    """Record a missed day with its reason and release its place. reason: a MissedReason."""
    days, (row,) = _lock_visits([visit])
    refuse_if(reason_problems(reason))
    row.missed_reason, row.missed_note = reason, note.strip()
    move(row, VisitState.MISSED, by=by, at=at, reason=reason, also=("missed_reason", "missed_note"))
    return _after(row, days, "visit_missed", by=by, at=at, reason=reason)


@transaction.atomic
def cancel_sequence(*, sequence: Sequence, reason: str, by: StaffUser, at: datetime, note: str = "") -> Sequence:
    """Release every day still booked. With an attended day the sequence has ended early, else it is cancelled."""
    days = lock_days(site=sequence.site, dates=sequence.visits.values_list("date", flat=True))
    sequence = Sequence.objects.select_for_update(of=("self",)).select_related("site").get(pk=sequence.pk)
    refuse_if(reason_problems(reason))
    visits = list(sequence.visits.select_for_update().order_by("day_index"))
    for visit in visits:
        if visit.state in (VisitState.BOOKED, VisitState.ARRIVED):
            visit.missed_reason, visit.missed_note = reason, note.strip()
            move(visit, VisitState.CANCELLED, by=by, at=at, reason=reason, also=("missed_reason", "missed_note"))
    move(sequence, ended_state([visit.state for visit in visits]), by=by, at=at, reason=reason)
    note_change(days)
    audit.record(
        event=f"sequence_{sequence.state}",
        by=by,
        at=at,
        site=sequence.site,
        subject=sequence,
        patient_id=sequence.patient_id,
        detail={"reason": reason, "attended": [v.state for v in visits].count(VisitState.ATTENDED)},
    )
    return sequence


def _lock_visits(visits: list[Visit]) -> tuple[list[SuiteDay], list[Visit]]:
    """Lock days, then sequences, then visits, always in this order, and return them as they are now."""
    days = lock_days(site=visits[0].site, dates=[visit.date for visit in visits])
    keys = {visit.sequence_id for visit in visits}
    list(Sequence.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    rows = Visit.objects.select_for_update(of=("self",)).select_related("site", "patient", "sequence")
    return days, list(rows.filter(pk__in=[visit.pk for visit in visits]).order_by("date", "pk"))


def _after(row: Visit, days: list[SuiteDay], event: str, *, by: StaffUser, at: datetime, **detail: str) -> Visit:
    """Let the sequence follow its visit, count the change, write the audit event."""
    sequence = row.sequence
    states = list(sequence.visits.order_by("day_index").values_list("state", flat=True))
    state = sequence_state(states)
    if state != sequence.state:
        move(sequence, state, by=by, at=at)
    note_change(days)
    _record(event, row, by=by, at=at, **detail)
    return row


def _record(event: str, visit: Visit, *, by: StaffUser, at: datetime, **detail: str) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=visit.site,
        subject=visit,
        patient_id=visit.patient_id,
        detail={"date": visit.date.isoformat(), "day": visit.day_index, **detail},
    )
