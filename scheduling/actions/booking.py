"""Booking: five places in one transaction, with the group seat where it comes along, or nothing."""

from collections.abc import Iterable
from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, Problem, refuse_if
from kitclinic.states import begin, begin_all, move
from scheduling.actions.groups import book_seat
from scheduling.actions.groups import booking_problems as group_problems
from scheduling.actions.holds import BOOKING_FIELDS, lock_days_and_holds, lock_sequence, release_expired_holds
from scheduling.actions.place_offers import CLOCKWORK, settle_place_offer
from scheduling.actions.suite import note_change
from scheduling.models import GroupSeat, GroupVisit, Patient, Sequence, SuiteDay, Visit
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.merging import assess_again
from scheduling.queries.plans import booked_days, current_seat, protocol_for
from scheduling.queries.protocols import asked_protocol
from scheduling.queries.weeks import dates_from, week_around
from scheduling.queries.wishes import wish_of
from scheduling.rules.blocks import VISITS, Block, WeekPlan, block_of, plans_of
from scheduling.rules.capacity import DayPlan, Lengths, clock
from scheduling.rules.chairs import ChairMove, ChairPlan, plan_chairs
from scheduling.rules.holds import (
    SCH_57,
    hold_over,
    hold_problems,
    promise,
    short_problems,
    state_problems,
    tentative_problems,
)
from scheduling.rules.merging import assess_again_problems
from scheduling.rules.protocols import STANDARD
from scheduling.rules.sequences import SCH_10, dates_problems, enrolment_problems, next_number, why_not
from scheduling.rules.visits import ASKING, NOT_BEGUN, open_sequence_problems
from scheduling.rules.wishes import Wish, aside_problems, reason_missing
from scheduling.states import EnrolmentState, PlaceOfferState, SequenceMode, SequenceState

USED = "This offer was booked before and taken back. Look at the offers again, then choose."
OTHERWISE = "another start was booked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked to have booked."""

    first_day: date
    dates: tuple[date, ...]
    minute: int
    state: str
    by: StaffUser | None
    at: datetime
    key: str = ""
    reason: str = ""
    confirmed: frozenset[str] = frozenset()
    short_consent: bool = False
    protocol: str = STANDARD


@transaction.atomic
def book_sequence(
    *,
    patient: Patient,
    first_day: date,
    start_minute: int,
    by: StaffUser | None,
    at: datetime,
    chair_wish: int | None = None,
    dates: Iterable[date] | None = None,
    state: str = SequenceState.CONFIRMED,
    group: GroupVisit | None = None,
    support_person: str = "",
    support_relationship: str = "",
    key: str = "",
    confirmed: frozenset[str] = frozenset(),
    reason: str = "",
    short_consent: bool = False,
    protocol: str | None = None,
) -> Sequence:
    """Book the days of a protocol at one clock time, or nothing. Raises Refused with every reason.

    dates: the days of an offer, None for the clinic week; state: held, tentative or confirmed; group: the group
    visit whose seat is booked along; key: one an offer, so that a second click finds what the first one booked;
    by: None where the product itself holds a place for the waiting list; protocol: None for the one that was
    asked for, the standard where nothing was.
    """
    site = patient.site
    today = site.today(at)
    protocol = protocol or asked_protocol(patient.pk, site=site.pk)
    wanted = tuple(dates) if dates is not None else dates_from(site, first_day, today=today, protocol=protocol)
    asked = Asked(
        first_day, wanted, start_minute, state, by, at, key, reason.strip(), confirmed, short_consent, protocol
    )
    days = lock_days_and_holds(site=site, dates={*wanted, *_held_days(patient)}, at=at)
    if (made := _booked_already(site, patient, key)) is not None:
        return made
    group = _locked_group(group, site)
    patient = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)
    row = _own_request(patient)
    seat = current_seat(patient)
    along = group if group is not None and (seat is None or seat.group_id != group.pk) else None
    if row is not None:
        row.visits.all().delete()  # of the patient's own hold: it never stands in the way of itself
    week = week_around(site, wanted[0], today=today, protocol=protocol)
    block = block_of(week, wanted)
    lengths = _lengths(week, block)
    problems = _booking_problems(patient, seat, along, week, block, asked)
    problems += group_problems(along, patient, support_person, today=today) if along else []
    problems += _soft_problems(wish_of(row) if row else Wish(), asked, lengths)
    refuse_if(problems, confirmed=confirmed)
    plans = _plans(week, block, wanted)
    chairs = plan_chairs(plans, start_minute, [chair_wish] if chair_wish else [])
    if along is not None and by is not None:
        names = {"support_person": support_person, "support_relationship": support_relationship}
        seat = book_seat(group=along, patient=patient, by=by, at=at, **names)
    move_chairs(chairs.moves)
    chosen = [day for day in days if day.date in wanted]
    return _write(patient, row, seat, along is not None, chosen, block, chairs, lengths, asked)


@transaction.atomic
def _confirm(sequence: Sequence, by: StaffUser, at: datetime) -> Sequence | None:
    """Confirm a sequence; None for a hold that has run out."""
    held = lock_sequence(sequence)
    row = held.sequence
    if row.state == SequenceState.HELD and hold_over(row.held_until, at):
        return None
    if row.state not in (SequenceState.HELD, SequenceState.TENTATIVE):
        label = SequenceState(row.state).label.lower()
        refuse_if([Blocker(SCH_57.id, f"This sequence is {label}; there is no time to confirm. Reload the page.")])
    mine = Sequence.objects.filter(site=row.site_id, patient=row.patient_id).exclude(pk=row.pk)
    refuse_if(open_sequence_problems(list(mine.values_list("state", flat=True))))
    row.held_until = row.promised_from_minute = row.promised_to_minute = None
    row.booked_at, row.booked_by = row.booked_at or at, row.booked_by or by
    also = ("held_until", "promised_from_minute", "promised_to_minute", "booked_at", "booked_by")
    move(row, SequenceState.CONFIRMED, by=by, at=at, also=also)
    settle_place_offer(row, PlaceOfferState.ACCEPTED, by=by, at=at)
    note_change(held.days)
    audit.record(event="sequence_confirmed", by=by, at=at, site=row.site, subject=row, patient_id=row.patient_id)
    return row


def confirm_sequence(*, sequence: Sequence, by: StaffUser, at: datetime) -> Sequence:
    """Promise the exact times of a held or tentative sequence for good.

    A hold that has run out is released, in a transaction of its own, and refused.
    """
    until = sequence.held_until
    confirmed = _confirm(sequence, by, at)
    if confirmed is None:
        release_expired_holds(site=sequence.site, at=at)
        refuse_if(hold_problems(clock(sequence.site.minute(until or at))))
    return confirmed  # type: ignore[return-value]


def move_chairs(moves: Iterable[ChairMove]) -> None:
    """Renumber chairs in one statement, so that two patients may swap theirs. Their days are locked."""
    to_chair = {int(moved.key): moved.to_chair for moved in moves if moved.key is not None}
    visits = list(Visit.objects.select_for_update().filter(pk__in=to_chair).order_by("pk"))
    for visit in visits:
        visit.chair = to_chair[visit.pk]
    if visits:
        Visit.objects.bulk_update(visits, ["chair"])


def _held_days(patient: Patient) -> list[date]:
    """The dates that this patient's own hold keeps."""
    visits = Visit.objects.filter(site=patient.site_id, patient=patient, sequence__state=SequenceState.HELD)
    return list(visits.values_list("date", flat=True))


def _booked_already(site: Site, patient: Patient, key: str) -> Sequence | None:
    """What a first click with the same key booked. Raises Conflict where that was taken back since."""
    found = Sequence.objects.filter(site=site, booking_key=key).select_related("patient").first() if key else None
    if found is None:
        return None
    if found.patient_id != patient.pk or found.state in (SequenceState.REQUESTED, SequenceState.CANCELLED):
        raise Conflict([Blocker("STA-01", USED)])
    return found


def _locked_group(group: GroupVisit | None, site: Site) -> GroupVisit | None:
    """The group visit before patient and seat, as in every act on seats."""
    return GroupVisit.objects.select_for_update().get(site=site, pk=group.pk) if group is not None else None


def _own_request(patient: Patient) -> Sequence | None:
    rows = Sequence.objects.select_for_update(of=("self",)).select_related("site", "patient")
    return rows.filter(site=patient.site_id, patient=patient, state__in=ASKING).first()


def _lengths(week: WeekPlan, block: Block | None) -> Lengths:
    """All visits of a sequence are as long as its first day says."""
    return (plans_of(week, block.dates)[0] if block else week.days[0]).lengths


def _plans(week: WeekPlan, block: Block | None, dates: Several[date]) -> tuple[DayPlan, ...]:
    return plans_of(week, block.dates if block else dates)


def _booking_problems(
    patient: Patient,
    seat: GroupSeat | None,
    along: GroupVisit | None,
    week: WeekPlan,
    block: Block | None,
    asked: Asked,
) -> list[Problem]:
    """Everything that stands against the booking, besides its group seat and the wish."""
    site, today = patient.site, patient.site.today(asked.at)
    others = list(patient.sequences.exclude(state__in=ASKING).values_list("state", flat=True))
    keeps = frozenset(NOT_BEGUN) if asked.state == SequenceState.HELD else frozenset()
    problems = state_problems(asked.state)
    problems += enrolment_problems(EnrolmentState.GROUP_BOOKED if along else patient.state)
    problems += assess_again_problems(due=bool(assess_again([patient.pk], site=patient.site_id)))
    problems += open_sequence_problems([state for state in others if state not in keeps])
    problems += dates_problems(week, asked.dates)
    off = block is None and asked.dates != week.dates and week.visits == VISITS
    if asked.first_day != asked.dates[0] or off:
        sentence = "A sequence starts on the first clinic day of a week. Choose one of the offers."
        problems += [Blocker(SCH_10.id, sentence, "first_day")] if not problems else []
    if asked.state == SequenceState.TENTATIVE:
        problems += tentative_problems(asked.dates[0], today, confirm_days=site.confirm_days)
    mode = block.mode if block else SequenceMode.SAME_WEEK
    problems += short_problems(mode, consented=asked.short_consent)
    group_day = along.date if along else seat.group.date if seat else None
    return problems + why_not(
        week,
        asked.minute,
        group_day=group_day,
        booked_days=booked_days(patient),
        today=today,
        window=window_of(site),
        clearance=None if along else clearance_of(patient, replacing=bool(keeps)),
        block=block,
    )


def _soft_problems(wish: Wish, asked: Asked, lengths: Lengths) -> list[Problem]:
    problems = aside_problems(wish, asked.dates, asked.minute, lengths)
    return [*problems, *reason_missing(problems, confirmed=asked.confirmed, reason=asked.reason)]


def _write(
    patient: Patient,
    row: Sequence | None,
    seat: GroupSeat | None,
    came_along: bool,
    days: list[SuiteDay],
    block: Block | None,
    chairs: ChairPlan,
    lengths: Lengths,
    asked: Asked,
) -> Sequence:
    """Write sequence, visits, transitions and the audit event of a booking that nothing stands against."""
    sequence = row or Sequence(
        site=patient.site,
        patient=patient,
        number=next_number(patient.sequences.values_list("number", flat=True)),
    )
    sequence.patient = patient
    _fill(sequence, seat, came_along, days, block, lengths, asked)
    if row is None:
        sequence.state = asked.state
        sequence.save()
        begin(sequence, by=asked.by, at=asked.at)
    elif row.state == asked.state:  # a hold that is held anew
        row.save(update_fields=[*BOOKING_FIELDS, "booking_key"])
    else:
        move(row, asked.state, by=asked.by, at=asked.at, also=(*BOOKING_FIELDS, "booking_key"))
    settle_place_offer(sequence, PlaceOfferState.WITHDRAWN, by=asked.by, at=asked.at, reason=OTHERWISE)
    visits = Visit.objects.bulk_create(
        _visit(sequence, day, place, chair, lengths)
        for place, (day, chair) in enumerate(zip(days, chairs.chairs, strict=True), start=1)
    )
    begin_all(visits, by=asked.by, at=asked.at)
    note_change(days)
    audit.record(
        event=f"sequence_{asked.state}" if asked.state != SequenceState.CONFIRMED else "sequence_booked",
        by=asked.by,
        actor="" if asked.by else CLOCKWORK,
        at=asked.at,
        site=patient.site,
        subject=sequence,
        patient_id=patient.pk,
        detail={
            "first_day": days[0].date.isoformat(),
            "start_minute": asked.minute,
            "chairs": list(chairs.chairs),
            "chair_moves": [[moved.key, moved.from_chair, moved.to_chair] for moved in chairs.moves],
            "mode": str(sequence.mode),
            "reason": sequence.soft_reason,
        },
    )
    return sequence


def _fill(
    sequence: Sequence,
    seat: GroupSeat | None,
    came_along: bool,
    days: list[SuiteDay],
    block: Block | None,
    lengths: Lengths,
    asked: Asked,
) -> None:
    """Put the booking on the row, in memory."""
    sequence.seat = seat
    sequence.seat_came_along = came_along or (sequence.seat_came_along and seat is not None)
    sequence.first_day, sequence.start_minute = days[0].date, asked.minute
    sequence.mode = block.mode if block else SequenceMode.SAME_WEEK
    sequence.planned_visits = len(days)
    sequence.protocol = protocol_for(sequence.site, days[0].date, asked.protocol)
    sequence.booked_at, sequence.booked_by = asked.at, asked.by
    sequence.booking_key = asked.key
    sequence.soft_reason = asked.reason
    sequence.held_until = sequence.promised_from_minute = sequence.promised_to_minute = None
    if asked.state == SequenceState.HELD:
        sequence.held_until = asked.at + timedelta(minutes=sequence.site.hold_minutes)
    if asked.state == SequenceState.TENTATIVE:
        earliest, latest = promise(asked.minute, wish_of(sequence), lengths)
        sequence.promised_from_minute, sequence.promised_to_minute = earliest, latest
    consented = sequence.mode == SequenceMode.SHORT
    sequence.short_consent_at = asked.at if consented else None
    sequence.short_consent_by = asked.by if consented else None


def _visit(sequence: Sequence, day: SuiteDay, place: int, chair: int, lengths: Lengths) -> Visit:
    return Visit(
        site=sequence.site,
        sequence=sequence,
        patient=sequence.patient,
        suite_day=day,
        date=day.date,
        day_index=place,
        chair=chair,
        start_minute=sequence.start_minute or 0,
        iv_minutes=lengths.iv,
        infusion_minutes=lengths.infusion,
        observation_minutes=lengths.observation,
        cleaning_minutes=lengths.cleaning,
    )
