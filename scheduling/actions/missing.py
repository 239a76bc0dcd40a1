"""Released days: cancelling one or the rest, making a day up, taking the release back, going on with four."""

from datetime import date, datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.roles import PRESCRIBERS
from kitclinic.states import begin, move
from scheduling.actions.booking import move_chairs
from scheduling.actions.holds import Locked, lock_sequence, settle_days
from scheduling.actions.sequences import follow_visits
from scheduling.actions.suite import note_change
from scheduling.models import Sequence, Visit
from scheduling.queries.moves import course_of, lengths_of, make_up_dates, other_days, plans_on
from scheduling.rules.capacity import DayPlan, date_words
from scheduling.rules.chairs import plan_chairs
from scheduling.rules.missing import (
    Released,
    four_problems,
    make_up_problems,
    reinstate_problems,
    released_problems,
)
from scheduling.rules.moves import Course, Stay, place_problems, spread_problems, without
from scheduling.rules.sequences import SCH_13
from scheduling.rules.visits import RELEASED, TO_COME, ended_state, reason_problems
from scheduling.rules.wishes import reason_missing
from scheduling.states import SequenceMode, VisitState

REASONS = ("missed_reason", "missed_note")


@transaction.atomic
def cancel_day(*, visit: Visit, reason: str, by: StaffUser, at: datetime, note: str = "") -> Visit:
    """Release one booked day ahead of time; the others stay, and the sequence waits for a decision."""
    held = lock_sequence(visit.sequence)
    row = held.sequence.visits.get(pk=visit.pk)
    refuse_if(reason_problems(reason))
    _release(row, reason, note, by=by, at=at)
    _settle(held, "visit_cancelled", row, by=by, at=at, reason=reason)
    return row


@transaction.atomic
def cancel_rest(*, visit: Visit, reason: str, by: StaffUser, at: datetime, note: str = "") -> Sequence:
    """Release this day and every following one. With no day left the sequence has ended, or is cancelled."""
    held = lock_sequence(visit.sequence)
    refuse_if(reason_problems(reason))
    row = held.sequence.visits.get(pk=visit.pk)
    for one in held.sequence.visits.filter(date__gte=row.date, state=VisitState.BOOKED).order_by("date"):
        _release(one, reason, note, by=by, at=at)
    _settle(held, "rest_cancelled", row, by=by, at=at, reason=reason)
    states = list(held.sequence.visits.values_list("state", flat=True))
    if not TO_COME.intersection(states):
        move(held.sequence, ended_state(states), by=by, at=at, reason=reason)
    return held.sequence


@transaction.atomic
def make_up(
    *,
    visit: Visit,
    date: date,
    start_minute: int,
    by: StaffUser,
    at: datetime,
    approved_by: StaffUser | None = None,
    confirmed: frozenset[str] = frozenset(),
    reason: str = "",
) -> Visit:
    """Book another day for a missed one: in its own week, or later with a physician's approval."""
    held = lock_sequence(visit.sequence, dates=[date])
    missed = _row(held, visit)
    course = course_of(held.sequence, at)
    may = approved_by is not None and approved_by.site_id == missed.site_id and approved_by.role in PRESCRIBERS
    plan = without(plans_on(missed.site, [date], today=course.today)[date], course.keys, lengths_of(missed))
    problems = released_problems(_released(missed))
    problems += make_up_problems(
        date,
        make_up_dates(missed, course),
        mode=held.sequence.mode,
        first_weekday=missed.site.first_weekday,
        approver_may=may if approved_by else None,
    )
    problems += _free_day(held.sequence, course, date) + place_problems([plan], start_minute)
    soft = spread_problems(_with(course, missed, date, start_minute), [], start_minute)
    problems += [*soft, *reason_missing(soft, confirmed=confirmed, reason=reason)]
    refuse_if(problems, confirmed=confirmed)
    row = _book_again(held, missed, plan, start_minute)
    begin(row, by=by, at=at)
    detail = {"for": missed.pk, "approved_by": approved_by.pk if approved_by else None, "why": reason.strip()}
    _settle(held, "visit_made_up", row, by=by, at=at, **detail)
    return row


@transaction.atomic
def reinstate(*, visit: Visit, by: StaffUser, at: datetime) -> Visit:
    """Give a released day its own place back, if nobody has taken it."""
    held = lock_sequence(visit.sequence)
    row = _row(held, visit)
    course = course_of(held.sequence, at)
    plan = plans_on(row.site, [row.date], today=course.today)[row.date]
    plan = without(plan, course.keys, lengths_of(row))
    problems = reinstate_problems(_released(row), today=course.today, now=course.now)
    problems += _free_day(held.sequence, course, row.date) + place_problems([plan], row.start_minute)
    refuse_if(problems)
    chairs = plan_chairs([plan], row.start_minute, [row.chair])
    move_chairs(chairs.moves)
    row.chair, row.missed_reason, row.missed_note = chairs.chairs[0], "", ""
    row.suite_day = next(day for day in held.days if day.date == row.date)
    move(row, VisitState.BOOKED, by=by, at=at, reason="taken back", also=("chair", "suite_day", *REASONS))
    _settle(held, "visit_reinstated", row, by=by, at=at)
    return row


@transaction.atomic
def agree_to_four(*, sequence: Sequence, by: StaffUser, at: datetime) -> Sequence:
    """Record the patient's consent to go on with four days after the clinic closed on the fifth."""
    held = lock_sequence(sequence)
    row = held.sequence
    made_up = row.visits.exclude(makes_up_for=None).values("makes_up_for")
    cut = row.visits.filter(state__in=RELEASED).exclude(pk__in=made_up)
    reasons = cut.values_list("missed_reason", flat=True)
    refuse_if(four_problems(reasons, sequence=row.state, planned=row.planned_visits))
    row.mode, row.planned_visits = SequenceMode.SHORT, 4
    row.short_consent_at, row.short_consent_by = at, by
    row.save(update_fields=["mode", "planned_visits", "short_consent_at", "short_consent_by"])
    follow_visits(row, by=by, at=at)
    note_change(held.days)
    audit.record(event="short_course_agreed", by=by, at=at, site=row.site, subject=row, patient_id=row.patient_id)
    return row


def _row(held: Locked, visit: Visit) -> Visit:
    row = held.sequence.visits.select_related("site").get(pk=visit.pk)
    row.sequence = held.sequence
    return row


def _released(row: Visit) -> Released:
    standing = row.make_ups.exclude(state__in=RELEASED)
    return Released(row.state, row.date, row.start_minute, row.sequence.state, standing.exists())


def _free_day(sequence: Sequence, course: Course, day: date) -> list[Problem]:
    """One visit a patient and day."""
    if day not in {stay.day for stay in course.stays} and day not in other_days(sequence):
        return []
    sentence = f"This patient already has a visit on {date_words(day)}. Choose another day."
    return [Blocker(SCH_13.id, sentence, "date")]


def _with(course: Course, missed: Visit, day: date, minute: int) -> Course:
    """The sequence as it will be, for the spread of its clock times."""
    stay = Stay(missed.pk, day, minute, missed.chair, lengths_of(missed))
    return Course(course.mode, (*course.stays, stay), course.today, course.now, course.first_weekday)


def _book_again(held: Locked, missed: Visit, plan: DayPlan, start_minute: int) -> Visit:
    chairs = plan_chairs([plan], start_minute, [missed.chair])
    move_chairs(chairs.moves)
    return Visit.objects.create(
        site=missed.site,
        sequence=held.sequence,
        patient=held.patient,
        suite_day=next(day for day in held.days if day.date == plan.day),
        date=plan.day,
        day_index=missed.day_index,
        chair=chairs.chairs[0],
        start_minute=start_minute,
        iv_minutes=missed.iv_minutes,
        infusion_minutes=missed.infusion_minutes,
        observation_minutes=missed.observation_minutes,
        cleaning_minutes=missed.cleaning_minutes,
        makes_up_for=missed,
    )


def _release(row: Visit, reason: str, note: str, *, by: StaffUser, at: datetime) -> None:
    row.missed_reason, row.missed_note = reason, note.strip()
    move(row, VisitState.CANCELLED, by=by, at=at, reason=reason, also=REASONS)


def _settle(held: Locked, event: str, row: Visit, *, by: StaffUser, at: datetime, **detail: object) -> None:
    """Let sequence, cover and versions follow, and write the audit event."""
    follow_visits(held.sequence, by=by, at=at)
    settle_days(held.days, by=by, at=at)
    note_change(held.days)
    audit.record(
        event=event,
        by=by,
        at=at,
        site=held.sequence.site,
        subject=row,
        patient_id=held.sequence.patient_id,
        detail={"date": row.date.isoformat(), "day": row.day_index, **detail},
    )
