"""Moving booked days: one, this and the following, or the whole sequence, in one statement."""

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from scheduling.actions.holds import Locked, lock_sequence, settle_days
from scheduling.actions.suite import note_change
from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.moves import (
    course_of,
    lengths_of,
    other_days,
    own_week,
    plans_on,
    week_block,
    week_refusal,
)
from scheduling.queries.weeks import dates_from
from scheduling.queries.wishes import wish_of
from scheduling.rules.blocks import VISITS
from scheduling.rules.capacity import DayPlan
from scheduling.rules.chairs import ChairMove, ChairPlan, plan_chairs
from scheduling.rules.groups import start_problems
from scheduling.rules.holds import promise
from scheduling.rules.moves import (
    SCH_60,
    Course,
    chair_problems,
    chosen_by,
    day_problems,
    place_problems,
    shifted,
    spread_problems,
    without,
)
from scheduling.rules.sequences import SCH_13
from scheduling.rules.wishes import aside_problems, reason_missing
from scheduling.states import SequenceMode, SequenceState

GONE = "This day holds no place any more. Reload the page."
PLACE_FIELDS = ["suite_day", "date", "start_minute", "chair", "driver_confirmed_at", "driver_confirmed_via"]
PLACE_FIELDS += ["driver_confirmed_by", "driver_name", "driver_relationship", "driver_phone", "driver_transport"]
FAR = timedelta(days=9)  # a rolling sequence of five days may reach so far


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where days go. days: key of the visit → new date; chair: the one wished, None for any."""

    days: Mapping[int, date]
    minute: int
    chair: int | None
    confirmed: frozenset[str]
    reason: str


@transaction.atomic
def move_day(
    *,
    visit: Visit,
    date: date,
    start_minute: int,
    by: StaffUser,
    at: datetime,
    chair: int | None = None,
    confirmed: frozenset[str] = frozenset(),
    reason: str = "",
) -> Visit:
    """Move one booked day; the others stay. Raises Refused with every reason, rule and minute named."""
    held = lock_sequence(visit.sequence, dates=[date])
    course = _course(held, visit, at)
    days = {visit.pk: date}
    _move(held, course, Wanted(days, start_minute, chair, confirmed, reason), "visit_moved", by=by, at=at)
    return Visit.objects.select_related("site", "sequence", "patient").get(pk=visit.pk)


@transaction.atomic
def move_rest(
    *,
    visit: Visit,
    date: date,
    start_minute: int,
    by: StaffUser,
    at: datetime,
    chair: int | None = None,
    confirmed: frozenset[str] = frozenset(),
    reason: str = "",
) -> Sequence:
    """Move this booked day and every following one, as far from each other as before."""
    reach = [date + timedelta(days=number) for number in range(FAR.days)]
    held = lock_sequence(visit.sequence, dates=reach)
    course = _course(held, visit, at)
    days = shifted(chosen_by(course, visit.pk, "rest"), visit.pk, date)
    _move(held, course, Wanted(days, start_minute, chair, confirmed, reason), "rest_moved", by=by, at=at)
    return held.sequence


@transaction.atomic
def move_sequence(
    *,
    sequence: Sequence,
    first_day: date,
    start_minute: int,
    by: StaffUser,
    at: datetime,
    chair: int | None = None,
    confirmed: frozenset[str] = frozenset(),
    reason: str = "",
) -> Sequence:
    """Move all days of a sequence that has not begun to another time or week, its own days included."""
    today = sequence.site.today(at)
    held = lock_sequence(sequence, dates=_reach(sequence, first_day, today))
    course = course_of(held.sequence, at)
    if held.sequence.state not in (SequenceState.TENTATIVE, SequenceState.CONFIRMED, SequenceState.HELD):
        sentence = "This sequence has begun or is over. Move the days that are still to come."
        raise Refused([Blocker(SCH_60.id, sentence)])
    week = own_week(held.sequence, first_day, course)
    block = week_block(course, week, first_day)
    stays = course.stays
    if block is None:
        problems = week_refusal(held.sequence, course, week, None, start_minute)
        sentence = f"{len(stays)} days in a row do not begin there. Choose the first day of a week that has them."
        raise Refused([*problems, Blocker(SCH_60.id, sentence, "first_day")])
    days = {stay.key: day for stay, day in zip(stays, block.dates, strict=True)}
    problems = []
    if block.first_day != stays[0].day:
        problems = week_refusal(held.sequence, course, week, block, start_minute)
        held.sequence.mode = block.mode
        course = course_of(held.sequence, at)
    refuse_if(problems)
    _move(held, course, Wanted(days, start_minute, chair, confirmed, reason), "sequence_moved", by=by, at=at)
    return held.sequence


def _reach(sequence: Sequence, first_day: date, today: date) -> tuple[date, ...]:
    """The days that moving a whole sequence may take; a course cut to four had five."""
    visits = VISITS if sequence.mode == SequenceMode.SHORT else sequence.planned_visits
    return dates_from(sequence.site, first_day, today=today, visits=visits)


def write_places(
    rows: Iterable[Visit], days: Mapping[date, SuiteDay], places: Mapping[int, tuple[date, int, int]]
) -> list[Visit]:
    """Write date, minute and chair of several visits in one statement. Their old and new days are locked.

    places: key of the visit → (date, minute, chair). A driver who confirmed another time is asked again.
    """
    changed = list(rows)
    for row in changed:
        date, minute, chair = places[row.pk]
        if (row.date, row.start_minute) != (date, minute):
            row.driver_confirmed_at, row.driver_confirmed_via, row.driver_confirmed_by = None, "", None
        row.suite_day, row.date, row.start_minute, row.chair = days[date], date, minute, chair
    if changed:
        Visit.objects.bulk_update(changed, PLACE_FIELDS)
    return changed


def _course(held: Locked, visit: Visit, at: datetime) -> Course:
    course = course_of(held.sequence, at)
    if visit.pk not in course.keys:
        raise Refused([Blocker(SCH_60.id, GONE)])
    return course


def _move(held: Locked, course: Course, wanted: Wanted, event: str, *, by: StaffUser, at: datetime) -> None:
    """Check the new places without the own ones, write all in one statement, count and record it."""
    sequence, days = held.sequence, {day.date: day for day in held.days}
    known = plans_on(sequence.site, wanted.days.values(), today=course.today)
    moving = [stay for stay in course.stays if stay.key in wanted.days]
    plans = [without(known[wanted.days[stay.key]], course.keys, stay.lengths) for stay in moving]
    problems = _problems(sequence, course, plans, wanted)
    refuse_if(problems, confirmed=wanted.confirmed)
    chairs = _chairs(course, plans, wanted)
    rows = {row.pk: row for row in Visit.objects.select_for_update().filter(pk__in=_keys(wanted, chairs.moves))}
    was = [[rows[key].date.isoformat(), rows[key].start_minute, rows[key].chair] for key in wanted.days]
    places = {
        stay.key: (wanted.days[stay.key], wanted.minute, chair)
        for stay, chair in zip(moving, chairs.chairs, strict=True)
    }
    for moved in chairs.moves:
        row = rows[int(moved.key or 0)]
        places[row.pk] = (row.date, row.start_minute, moved.to_chair)
        days.setdefault(row.date, row.suite_day)
    write_places([rows[key] for key in sorted(places)], days, places)
    follow_days(sequence, reason=wanted.reason if wanted.confirmed else "")
    settle_days(held.days, by=by, at=at)
    note_change(held.days)
    audit.record(
        event=event,
        by=by,
        at=at,
        site=sequence.site,
        subject=sequence,
        patient_id=sequence.patient_id,
        detail={
            "was": was,
            "now": [[places[key][0].isoformat(), *places[key][1:]] for key in wanted.days],
            "chair_moves": [[moved.key, moved.from_chair, moved.to_chair] for moved in chairs.moves],
            "reason": wanted.reason,
        },
    )


def follow_days(sequence: Sequence, *, reason: str = "") -> None:
    """Set first day, usual start and promise of a locked sequence after its days have moved."""
    rows = list(sequence.visits.exclude(state__in=("missed", "cancelled")).order_by("date"))
    starts = [row.start_minute for row in rows]
    fields = ["first_day", "start_minute", "mode", "soft_reason"]
    planned = [row.date for row in rows if row.makes_up_for_id is None]
    released = (
        sequence.visits.filter(state__in=("missed", "cancelled")).order_by("date").values_list("date", flat=True)
    )
    sequence.first_day = min([*planned, *released], default=sequence.first_day)
    sequence.start_minute = max(starts, key=starts.count, default=sequence.start_minute)
    sequence.soft_reason = (reason.strip() or sequence.soft_reason)[:200]
    if sequence.state == SequenceState.TENTATIVE and rows:
        earliest, latest = promise(sequence.start_minute or 0, wish_of(sequence), lengths_of(rows[0]))
        sequence.promised_from_minute, sequence.promised_to_minute = earliest, latest
        fields += ["promised_from_minute", "promised_to_minute"]
    sequence.save(update_fields=fields)


def _keys(wanted: Wanted, moves: Iterable[ChairMove]) -> list[int]:
    return [*wanted.days, *(int(moved.key) for moved in moves if moved.key is not None)]


def _problems(sequence: Sequence, course: Course, plans: Several[DayPlan], wanted: Wanted) -> list[Problem]:
    problems = day_problems(course, wanted.days, wanted.minute)
    elsewhere = sorted(set(other_days(sequence)).intersection(wanted.days.values()))
    if elsewhere:
        sentence = f"This patient has a visit of another sequence on {elsewhere[0]:%A} {elsewhere[0].day}."
        problems.append(Blocker(SCH_13.id, f"{sentence} Choose another day.", "date"))
    problems += _start_problems(sequence, course, wanted)
    problems += place_problems(plans, wanted.minute)
    if not problems and len(plans) == 1:
        problems += chair_problems(plans[0], wanted.minute, wanted.chair)
    soft = spread_problems(course, wanted.days.keys(), wanted.minute)
    dates = sorted(wanted.days.values())
    soft += aside_problems(wish_of(sequence), dates, wanted.minute, plans[0].lengths)
    return [*problems, *soft, *reason_missing(soft, confirmed=wanted.confirmed, reason=wanted.reason)]


def _start_problems(sequence: Sequence, course: Course, wanted: Wanted) -> list[Problem]:
    """The days between group visit and first infusion, where the first day moves."""
    first = course.stays[0]
    new = min(wanted.days.get(stay.key, stay.day) for stay in course.stays)
    if new == first.day or sequence.seat is None or first.key not in wanted.days:
        return []
    clearance = clearance_of(sequence.patient, replacing=True)
    return start_problems(sequence.seat.group.date, new, window=window_of(sequence.site), clearance=clearance)


def _chairs(course: Course, plans: Several[DayPlan], wanted: Wanted) -> ChairPlan:
    own = [stay.chair for stay in course.stays if stay.key in wanted.days]
    wish = [wanted.chair] if wanted.chair else []
    return plan_chairs(plans, wanted.minute, [*wish, *own])
